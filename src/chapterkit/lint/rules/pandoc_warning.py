"""pandoc warned of something in the Markdown.

Why: what pandoc only warns of (a note defined twice, a note never called, an unclosed div) is lost
or wrong in print.

Bad:

    用一次[^m]。

    [^m]: 第一次。

    [^m]: 第二次。

Good:

    用一次[^m]，再用一次[^n]。

    [^m]: 第一次。

    [^n]: 第二次。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document, Warned
from chapterkit.text.formulas import REFUSED, SHOWN, UNREADABLE

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset[str]()

# duplicate-identifier, broken-formula and missing-glyph speak of these, at the right line.
_ELSEWHERE = frozenset({"DuplicateIdentifier", UNREADABLE, REFUSED, SHOWN})
_WORDED = {
    "DuplicateNoteReference": "脚注 {contents} 定义了两次",
    "DuplicateLinkReference": "链接 {contents} 定义了两次",
    "NoteDefinedButNotUsed": "脚注 {key} 定义了，正文里没有用",
    "UnclosedDiv": "::: 没有关上",
    "DivUnclosed": "::: 没有关上",
    "ReferenceNotFound": "没有 {contents} 这个引用",
}


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each message of pandoc's log, at the line that it names."""
    if not document.warned:
        return
    starts = [0, *(found.end() for found in re.finditer("\n", document.rendered.text))]
    for warned in document.warned:
        if warned.type in _ELSEWHERE:
            continue
        words = _WORDED.get(warned.type, warned.type).format_map(_Fields(warned.fields))
        start = starts[min(_line(warned), len(starts)) - 1]
        origin = document.rendered.origin(start)
        yield Problem(origin, words, "pandoc 在转换时提出了这一点")


class _Fields(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def _line(warned: Warned) -> int:
    place = re.search(r"line (\d+)", str(warned.fields.get("pos", "")))
    return max(1, int(place[1]) if place else int(warned.fields.get("line", 1)))
