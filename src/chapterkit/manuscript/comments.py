"""review/<chapter>.yaml: what editors say of a chapter, one comment an entry. Pure.

A comment is known by its `id`, and its passage by the sentence that it stands in. Entries stand in
the order of their ids, which are random, so that git merges those of two branches cleanly as a
rule; where it cannot, its marks are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import yaml

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.model import Model, described
from chapterkit.manuscript.yamlfile import read_yaml, validated_as

MOST_COMMENTS, MOST_REPLIES = 2_000, 200
LONGEST_TEXT, LONGEST_QUOTE, LONGEST_NAME = 4_000, 2_000, 200
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)
_DAY_OR_NONE = r"^(?:\d{4}-\d{2}-\d{2})?$"
_HEAD = """\
# 编辑的意见，在 chapterkit preview 的页面上写；chapterkit check --comments 列出还没有解决的。
"""


@dataclass(frozen=True)
class Reply(Model):
    """What somebody answers."""

    author: str = described("谁写的", max_length=LONGEST_NAME)
    date: str = described("哪一天", pattern=r"^\d{4}-\d{2}-\d{2}$")
    text: str = described("说了什么", min_length=1, max_length=LONGEST_TEXT)
    edited: str = described("哪一天改过，没有改过就不写", default="", pattern=_DAY_OR_NONE)


@dataclass(frozen=True)
class Comment(Model):
    """What somebody says of a passage.

    `sentence` is the identity of the sentence in which `quote` begins; `at` the file and line where
    it was written when the comment was.
    """

    id: str = described("这条意见的名字", pattern="^[0-9a-f]{12}$")
    quote: str = described("说的是哪些字", min_length=1, max_length=LONGEST_QUOTE)
    sentence: str = described("所在句子的指纹", pattern="^[0-9a-f]{16}$")
    at: str = described("写意见时的文件和行", pattern=r"^[^:\n]{1,400}:\d{1,7}$")
    author: str = described("谁写的", max_length=LONGEST_NAME)
    date: str = described("哪一天", pattern=r"^\d{4}-\d{2}-\d{2}$")
    text: str = described("说了什么", min_length=1, max_length=LONGEST_TEXT)
    edited: str = described("哪一天改过，没有改过就不写", default="", pattern=_DAY_OR_NONE)
    resolved: bool = described("解决了没有", default=False)
    replies: tuple[Reply, ...] = described("回复", default=(), max_length=MOST_REPLIES)


@dataclass(frozen=True)
class CommentsModel(Model):
    """The file as a whole."""

    comments: tuple[Comment, ...] = described("意见", default=(), max_length=MOST_COMMENTS)


Comments = tuple[Comment, ...]


def comments_file(slug: str) -> str:
    """Return the path of a chapter's comments."""
    return f"review/{slug}.yaml"


def parse_comments(text: str, path: str) -> Comments:
    """Return the comments of a file; raise ChapterkitError for what does not fit, at its line."""
    if found := _CONFLICT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        hint = "两边的意见都留下，删去 <<<<<<<、=======、>>>>>>> 这几行"
        raise ChapterkitError("这里是 git 没有合并完的两边", Origin(path, line), hint)
    file = read_yaml(text, path)
    model: CommentsModel = validated_as(CommentsModel, file, "意见")
    seen: set[str] = set()
    for index, one in enumerate(model.comments):
        if one.id in seen:
            hint = "删去重复的一条"
            raise ChapterkitError(f"意见 {one.id} 有两条", file.origin("comments", index), hint)
        seen.add(one.id)
    return model.comments


def comments_text(comments: Iterable[Comment]) -> str:
    """Return the file that holds these comments.

    >>> one = Comment("0123456789ab", "甲", "0" * 16, "a.md:1", "乙", "2026-01-02", "<b>丙</b>: 丁")
    >>> parse_comments(comments_text([one]), "review/a.yaml") == (one,)
    True
    """
    rows = [_row(one) for one in sorted(comments, key=lambda one: one.id)]
    if not rows:
        return _HEAD + "comments: []\n"
    return _HEAD + yaml.safe_dump(
        {"comments": rows}, allow_unicode=True, sort_keys=False, width=10_000
    )


def _row(comment: Comment) -> dict[str, Any]:
    row = _without_blanks(asdict(comment))
    if comment.replies:
        row["replies"] = [_without_blanks(asdict(one)) for one in comment.replies]
    return row


def _without_blanks(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in ("", ())}


def with_reply(comment: Comment, reply: Reply) -> Comment:
    """Return a comment with one more answer."""
    return replace(comment, replies=(*comment.replies, reply))
