"""What has changed in a chapter since a commit: a plain comparison, paragraph by paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path

from chapterkit.checking.subjects import chapters_of
from chapterkit.errors import ChapterkitError
from chapterkit.git import git
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.lock import LOCK_FILE, parse_lock
from chapterkit.pipeline import Subject, document_of, load, variants
from chapterkit.reviewing.desk import Desk, Told
from chapterkit.revision.folder import at_revision, commit_of
from chapterkit.revision.words import marks
from chapterkit.text.document import Document
from chapterkit.text.tree import printable

_MOST_COMMITS = 8
_LONGEST_SUBJECT = 60
_ALIKE = 0.5
_MOST_COMPARED = 400


def changes_since(root: Path, desk: Desk, base: str) -> Told:
    """Return what is other than it was at `base`: paragraphs, and numbers with their values.

    Raises ChapterkitError if there is no such commit, or the book could not be read then.
    """
    commit = commit_of(root, base)
    before = load(at_revision(root, base))
    slug = desk.subject.chapter.slug if desk.subject.chapter else ""
    old = _document(before, root, slug, desk.subject)
    return {
        "base": f"{base}（{commit[:8]}）",
        "paragraphs": _paragraphs(_texts(old) if old else [], desk),
        "numbers": _numbers(before, desk.book),
    }


def _document(book: Book, root: Path, slug: str, now: Subject) -> Document | None:
    if slug not in {one.slug for one in book.chapters}:
        return None
    [chapter] = chapters_of(book, root, [slug])
    return document_of(variants(chapter, ["html"], [now.variant.edition])[0])


def _texts(document: Document) -> list[str]:
    return [one.text for one in document.paragraphs if "Note" not in one.within]


def _paragraphs(old: Sequence[str], desk: Desk) -> list[Told]:
    """Return the paragraphs that were added, removed, moved or reworded."""
    leaves = [one for one in desk.anchors.leaves if one.block.kind in {"Para", "Plain"}]
    new = [one.block.text for one in leaves]
    told: list[Told] = []
    gone: list[int] = []
    fresh: list[int] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            gone += range(a, b)
            fresh += range(c, d)
    for place in fresh:
        key = desk.keys[leaves[place].piece] if leaves[place].piece < len(desk.keys) else ""
        row: Told = {"kind": "added", "key": key, "text": new[place]}
        if (moved := next((one for one in gone if old[one] == new[place]), None)) is not None:
            gone.remove(moved)
            row["kind"] = "moved"
        elif (likest := _likest(new[place], gone, old)) is not None:
            gone.remove(likest)
            words = [[one.operation, one.text] for one in marks(old[likest], new[place])]
            row |= {"kind": "reworded", "words": words}
        told.append(row)
    return [*told, *({"kind": "removed", "text": "", "old": old[one]} for one in gone)]


def _likest(text: str, gone: Sequence[int], old: Sequence[str]) -> int | None:
    best, found = _ALIKE, None
    for one in gone[:_MOST_COMPARED]:
        compared = SequenceMatcher(None, old[one], text, autojunk=False)
        if compared.real_quick_ratio() > best and compared.quick_ratio() > best:
            ratio = compared.ratio()
            if ratio > best:
                best, found = ratio, one
    return found


def _numbers(before: Book, after: Book) -> list[Told]:
    ids = dict.fromkeys([*before.ledger, *after.ledger])
    rows = [
        {
            "id": id,
            "of": (after.ledger if id in after.ledger else before.ledger)[id].of,
            "old": before.ledger[id].text if id in before.ledger else "",
            "new": after.ledger[id].text if id in after.ledger else "",
        }
        for id in ids
    ]
    return [row for row in rows if row["old"] != row["new"]]


# --- what there is to compare with


def commits_of(root: Path) -> list[Told]:
    """Return the last tags and commits, newest first: name, day, what is said of it."""
    tags = _listed(root, "for-each-ref", "--sort=-creatordate", f"--count={_MOST_COMMITS}",
                   "--format=%(refname:short)%09%(creatordate:short)%09", "refs/tags")  # fmt: skip
    commits = _listed(
        root, "log", f"-{_MOST_COMMITS}", "--no-show-signature", "--format=%h%x09%cs%x09%s"
    )
    return [*tags, *commits]


def _listed(root: Path, *arguments: str) -> list[Told]:
    try:
        listed = git(root, *arguments, may_fail=True).decode("utf-8", "replace")
    except ChapterkitError:
        return []
    rows = (printable(line).split("\t") for line in listed.splitlines())
    return [
        {"name": row[0], "date": row[1], "subject": row[2][:_LONGEST_SUBJECT]}
        for row in rows
        if len(row) == 3
    ]


# --- how far verifying had come


def coverage_of_commits(root: Path) -> list[Told]:
    """Return, of the last commits that changed the lock, how many numbers were verified."""
    try:
        return list(_coverage(root, commit_of(root, "HEAD")))
    except ChapterkitError:
        return []


@lru_cache(maxsize=4)
def _coverage(root: Path, head: str) -> tuple[Told, ...]:
    asked = ("log", f"-{_MOST_COMMITS}", "--no-show-signature", "--format=%H %cs", head)
    listed = git(root, *asked, "--", LOCK_FILE, may_fail=True).decode()
    rows: list[Told] = []
    for line in listed.splitlines():
        commit, _, day = line.partition(" ")
        folder = at_revision(root, commit)
        lock = parse_lock(folder.text(LOCK_FILE)) if folder.exists(LOCK_FILE) else {}
        verified = sum(one.status == "verified" for one in lock.values())
        rows.append({"commit": commit[:8], "date": day, "verified": verified, "total": len(lock)})
    return tuple(rows)
