"""A line that git has left where two changes could not be merged is still in the text.

Why: the reader gets both versions, with <<<<<<< and >>>>>>> between them, and ======= makes a
heading of the line above. In records, templates' heads, refs.bib and the lock such a line is told
at once, since nothing there can be read.

Quiet: code, where such lines may be what the text is about; ======= by itself, which underlines a
heading.

Bad:

    <<<<<<< HEAD
    甲说的一段话。
    =======
    乙说的一段话。

Good:

    甲说的一段话，乙也这样说。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.conflicts import HINT, MARKER, MESSAGE
from chapterkit.text.document import Document

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset[str]()


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each marker that stands outside of code."""
    code = [_stretch(document, place) for place in _code(document)]
    for found in MARKER.finditer(document.rendered.text):
        if not any(start <= found.start() <= end for start, end in code):
            yield Problem(document.rendered.origin(found.start()), MESSAGE, HINT)


def _code(document: Document) -> list[int]:
    return [at for at, block in enumerate(document.blocks) if block.kind == "CodeBlock"]


def _stretch(document: Document, place: int) -> tuple[int, int]:
    """Return where a code block's text stands in the Markdown."""
    block = document.blocks[place]
    if not block.offsets:
        return -1, -1
    return block.offsets[0], block.offsets[-1]
