"""Comments on a chapter: where in the text they stand now, and how new ones are written down."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import replace_text
from chapterkit.git import git
from chapterkit.lint import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.comments import (
    LONGEST_NAME,
    LONGEST_QUOTE,
    LONGEST_TEXT,
    MOST_COMMENTS,
    MOST_REPLIES,
    Comment,
    Comments,
    Reply,
    comments_file,
    comments_text,
    parse_comments,
    with_reply,
)
from chapterkit.manuscript.folder import Disk
from chapterkit.reviewing.anchors import Anchors, Leaf
from chapterkit.text.document import Document
from chapterkit.text.sentences import identity
from chapterkit.text.tree import printable

_BLANK = re.compile(r"\s+")
RULE = "comment"
# How long a file of comments must have rested before it is changed, how long that is waited for,
# and how often it is looked at, in seconds.
_REST, _LONGEST_WRITING, _LOOK = 0.2, 2.0, 0.02
_MOST_TRIES = 5


@dataclass(frozen=True)
class Anchored:
    """A comment, and where its passage stands now: a stretch of a leaf, or nowhere."""

    comment: Comment
    leaf: Leaf | None = None
    start: int = 0
    end: int = 0

    @property
    def origin(self) -> Origin | None:
        """Where the passage was written."""
        return self.leaf.block.origin(self.start) if self.leaf else None


def comments_of(book: Book, slug: str) -> Comments:
    """Return the comments on a chapter; raise ChapterkitError for a file that does not fit."""
    path = comments_file(slug)
    if book.folder is None or not book.folder.exists(path):
        return ()
    return parse_comments(book.folder.text(path), path)


def anchored(comments: Comments, document: Document) -> list[Anchored]:
    """Return comments with their passages: in their sentence, or else wherever the words stand."""
    anchors = Anchors(document)
    sentences: dict[str, list[tuple[Leaf, int, int]]] = {}
    for name, leaf, start, end in anchors.sentences():
        sentences.setdefault(name, []).append((leaf, start, end))
    return [_anchored(one, sentences.get(one.sentence, ()), anchors) for one in comments]


def _anchored(comment: Comment, here: Any, anchors: Anchors) -> Anchored:
    wanted = _letters(comment.quote)
    for leaf, start, _ in here:
        if found := _found(leaf, wanted, start):
            return Anchored(comment, leaf, *found)
    elsewhere = ((leaf, found) for leaf in anchors.leaves if (found := _found(leaf, wanted, 0)))
    for leaf, found in elsewhere:
        return Anchored(comment, leaf, *found)
    # The words have changed, the sentence has not: the whole of it then.
    return Anchored(comment, *here[0]) if here else Anchored(comment)


def _letters(text: str) -> str:
    return _BLANK.sub("", text)


def _found(leaf: Leaf, wanted: str, start: int) -> tuple[int, int] | None:
    """Return where words stand in a leaf from a position on, as the page counts characters."""
    text = leaf.spot(0, len(leaf.block.text)).text
    at = text.find(wanted, leaf.counted[start])
    if at < 0 or not wanted:
        return None
    counts = leaf.counted
    first = next(one for one in range(len(counts) - 1) if counts[one + 1] == at + 1)
    last = next(one for one in range(first, len(counts) - 1) if counts[one + 1] == at + len(wanted))
    return first, last + 1


# --- told to authors


def problems_of_comments(book: Book, slug: str, document: Document) -> Iterator[Problem]:
    """Yield the comments on a chapter that are open, as problems at their places."""
    for one in anchored(comments_of(book, slug), document):
        if one.comment.resolved:
            continue
        said = _BLANK.sub(
            " ", " / ".join([one.comment.text, *(r.text for r in one.comment.replies)])
        )
        where = one.origin or Origin(comments_file(slug), 1)
        lost = "" if one.origin else f"（原文已经不在：{one.comment.quote}）"
        message = f"{one.comment.author}：{said}{lost}"
        yield Problem(where, message, "改好以后在预览里按“解决了”", RULE, "warning")


# --- written down


def act_on(root: Path, slug: str, document: Document, given: Mapping[str, Any]) -> None:
    """Carry out what somebody asks for; raise ChapterkitError for what cannot be done.

    What others have written meanwhile stays: the file is read anew, behind a lock. Who changes what
    has become another text than `before`, which was in front of them, is told so instead.
    """
    what, author, today = str(given.get("do", "")), author_of(root), date.today().isoformat()
    text = _said(given) if what in {"add", "reply", "edit", "edit-reply"} else ""
    if what == "add":
        comment = _new(given, document, author, today, text)
        _change(root, slug, lambda known: (*known, comment))
        return
    if what == "delete":
        _change(root, slug, lambda known: _without(known, given, author))
        return
    changes: dict[str, Callable[[Comment], Comment]] = {
        "edit": lambda one: _edited(_own(one, author), given, text, today),
        "edit-reply": lambda one: _with_reply_edited(one, given, author, text, today),
        "delete-reply": lambda one: _without_reply(one, given, author),
        "reply": lambda one: _answered(one, Reply(author, today, text)),
        "resolve": lambda one: replace(one, resolved=True),
        "reopen": lambda one: replace(one, resolved=False),
    }
    if what not in changes:
        raise ChapterkitError("不知道这是要做什么")
    _change(root, slug, lambda known: _with_change(known, str(given.get("id")), changes[what]))


def _said(given: Mapping[str, Any]) -> str:
    text = printable(str(given.get("text", ""))).strip()
    if not text or len(text) > LONGEST_TEXT:
        raise ChapterkitError(f"意见要有 1～{LONGEST_TEXT} 个字")
    return text


def _answered(comment: Comment, reply: Reply) -> Comment:
    if len(comment.replies) >= MOST_REPLIES:
        raise ChapterkitError(f"一条意见至多 {MOST_REPLIES} 条回复")
    return with_reply(comment, reply)


Said = TypeVar("Said", Comment, Reply)


def _own(said: Said, author: str) -> Said:
    if said.author != author:
        raise ChapterkitError("只能改自己写的意见")
    return said


def _edited(said: Said, given: Mapping[str, Any], text: str, today: str) -> Said:
    """Return what was said with another text and the day of the change."""
    _check_unchanged(said.text, given)
    return said if said.text == text else replace(said, text=text, edited=today)


def _check_unchanged(text: str, given: Mapping[str, Any]) -> None:
    """Raise ChapterkitError if a text is not the one that somebody had in front of them."""
    if given.get("before", text) != text:
        raise ChapterkitError(f"这条在别处已经改成了“{text}”；你写的还在框里，看过再存")


def _with_reply_edited(
    comment: Comment, given: Mapping[str, Any], author: str, text: str, today: str
) -> Comment:
    """Return a comment of which one reply, one's own, has another text."""
    place = _place_of_reply(comment, given)
    replies = list(comment.replies)
    replies[place] = _edited(_own(replies[place], author), given, text, today)
    return replace(comment, replies=tuple(replies))


def _without_reply(comment: Comment, given: Mapping[str, Any], author: str) -> Comment:
    """Return a comment without one reply, one's own."""
    place = _place_of_reply(comment, given)
    _check_unchanged(_own(comment.replies[place], author).text, given)
    return replace(comment, replies=comment.replies[:place] + comment.replies[place + 1 :])


def _place_of_reply(comment: Comment, given: Mapping[str, Any]) -> int:
    place = given.get("reply")
    if not isinstance(place, int) or not 0 <= place < len(comment.replies):
        raise ChapterkitError("这条回复已经不在了")
    return place


def _without(known: Comments, given: Mapping[str, Any], author: str) -> Comments:
    """Return comments without one that is one's own and that nobody else has answered."""
    id = str(given.get("id"))
    for one in known:
        if one.id != id:
            continue
        if any(reply.author != author for reply in _own(one, author).replies):
            raise ChapterkitError("别人回复过这条意见，不能删；可以按“解决了”")
        _check_unchanged(one.text, given)
    if id not in {one.id for one in known}:
        raise ChapterkitError("这条意见已经不在了")
    return tuple(one for one in known if one.id != id)


def _with_change(known: Comments, id: str, change: Callable[[Comment], Comment]) -> Comments:
    if id not in {one.id for one in known}:
        raise ChapterkitError("这条意见已经不在了")
    return tuple(change(one) if one.id == id else one for one in known)


def _new(
    given: Mapping[str, Any], document: Document, author: str, today: str, text: str
) -> Comment:
    """Return a new comment on the passage that a page has named."""
    place = given.get("place")
    quote = str(place[3]) if isinstance(place, list) and len(place) == 4 else ""
    start = place[1] if isinstance(place, list) and len(place) == 4 else 0
    wanted = _letters(quote)[:LONGEST_QUOTE]
    piece = given.get("piece")
    leaves = Anchors(document).leaves
    near = [one for one in leaves if one.piece == piece] or list(leaves)
    for leaf in near:
        after = start - leaf.before if leaf.piece == piece and isinstance(start, int) else 0
        position = (
            next((at for at, count in enumerate(leaf.counted) if count >= after), 0)
            if after > 0
            else 0
        )
        if wanted and (found := _found(leaf, wanted, position) or _found(leaf, wanted, 0)):
            first, last = leaf.block.sentence(found[0])
            at = leaf.block.origin(found[0])
            return Comment(
                id=secrets.token_hex(6),
                quote=leaf.block.text[found[0] : found[1]].strip(),
                sentence=identity(leaf.block.text[first:last]),
                at=f"{at.path}:{at.line}",
                author=author,
                date=today,
                text=text,
            )
    raise ChapterkitError("选中的文字已经改了，请重新选")


def _change(root: Path, slug: str, change: Callable[[Comments], Comments]) -> None:
    folder = root / "build"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / ".comments.lock", timeout=10):
        disk, path = Disk(root), comments_file(slug)
        for _ in range(_MOST_TRIES):
            text = _at_rest(disk, path)
            changed = change(parse_comments(text, path) if text is not None else ())
            if len(changed) > MOST_COMMENTS:
                raise ChapterkitError(f"一章至多 {MOST_COMMENTS} 条意见")
            if text == _text(disk, path):
                replace_text(root / path, comments_text(changed), root)
                return
    raise ChapterkitError("意见的文件一直有别的程序在写，没有存下", hint="过一会儿再试")


def _at_rest(disk: Disk, path: str) -> str | None:
    """Return a file's text, None if there is none, once it stays as it is for a moment.

    An editor, or git, may just be writing it: what is there then is only a part, or nothing.
    """
    text, end = _text(disk, path), time.monotonic() + _LONGEST_WRITING
    while not _has_rested(disk.root / path) and time.monotonic() < end:
        time.sleep(_LOOK)
        text = _text(disk, path)
    return text


def _text(disk: Disk, path: str) -> str | None:
    return disk.text(path) if disk.exists(path) else None


def _has_rested(path: Path) -> bool:
    try:
        return abs(time.time() - path.stat().st_mtime) > _REST
    except OSError:
        return True


def author_of(root: Path) -> str:
    """Return who is at work here, as git knows; 编辑 if it does not."""
    try:
        name = git(root, "config", "user.name", may_fail=True).decode("utf-8", "replace").strip()
    except ChapterkitError:
        name = ""
    return printable(name).replace("\n", " ")[:LONGEST_NAME] or "编辑"
