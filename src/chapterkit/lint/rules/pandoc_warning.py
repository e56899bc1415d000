"""pandoc warned of something in the Markdown.

Why: what pandoc only warns of (an identifier or a note defined twice, a note never called, an
unclosed div) is lost or wrong in print.

Bad:

    # 甲 {#same}

    # 乙 {#same}

Good:

    # 甲 {#one}

    # 乙 {#two}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.book import Book
from chapterkit.document import Document, Warned
from chapterkit.errors import Origin
from chapterkit.lint.problem import Problem

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset[str]()

_WORDED = {
    "DuplicateIdentifier": "标识 {contents} 用了两次",
    "DuplicateNoteReference": "脚注 {contents} 定义了两次",
    "DuplicateLinkReference": "链接 {contents} 定义了两次",
    "NoteDefinedButNotUsed": "脚注 {key} 定义了，正文里没有用",
    "UnclosedDiv": "::: 没有关上",
    "DivUnclosed": "::: 没有关上",
    "ReferenceNotFound": "没有 {contents} 这个引用",
}


@dataclass(frozen=True)
class Options:
    """This rule has no options."""


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each message of pandoc's log, at the line that it names."""
    for warned in document.warned:
        words = _WORDED.get(warned.type, warned.type).format_map(_Fields(warned.fields))
        yield Problem(_origin(document, warned), words, "pandoc 在转换时提出了这一点")


class _Fields(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def _origin(document: Document, warned: Warned) -> Origin:
    place = re.search(r"line (\d+)", str(warned.fields.get("pos", "")))
    number = int(place[1]) if place else int(warned.fields.get("line", 1))
    lines = document.rendered.text.split("\n")
    offset = sum(len(line) + 1 for line in lines[: number - 1])
    return document.rendered.origin(offset)
