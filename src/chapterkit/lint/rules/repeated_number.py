"""A figure, table, formula or record in a text without a number is called as one elsewhere is.

Why: a preface and an afterword have no number, so the first figure of each is 图 1. In a file of
its own that is true; in the whole book there are two figures of that name, and nobody knows which
one a reader is sent to. Numbered chapters and appendices have 图 7.1 and 图 A.1.

Told in the later of two such texts, once for each kind of thing.

Quiet: one such text alone, pictures without caption and identifier, which have no number.

Bad:

    ---
    front: [{slug: preface, file: preface.md}]
    back: [{slug: case, file: case.md}]
    chapters: [{slug: one, file: one.md}]
    others:
      preface: "![水井](a.png){#fig:well}\\n"
    ---
    # 后记

    ![地图](a.png){#fig:map alt="图"}

Good:

    ---
    front: [{slug: preface, file: preface.md}]
    back: [{slug: case, file: case.md}]
    chapters: [{slug: one, file: one.md}]
    others:
      preface: "水井没有图。\\n"
    ---
    # 后记

    ![地图](a.png){#fig:map alt="图"}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from chapterkit.errors import Origin
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book, Chapter, once
from chapterkit.patterns import Late
from chapterkit.text.document import Document

GROUP = "references"
SEVERITY = "warning"
NEEDS = frozenset({"book"})

# What of a text's Markdown has a number: a picture with a caption alone on its line …
_NUMBERED: Mapping[str, Late] = {
    "figure": Late(r"^!\[[^\]\n]+\]\([^)\n]*\)(?:\{[^}\n]*\})?[ \t]*$", re.MULTILINE),
    "table": Late(r"^(?:Table:|:)[ \t]+\S", re.MULTILINE),
    "equation": Late(r"\$\$[ \t]*\]\{[^}\n]*#[^\s}]+"),
}


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for the first thing of each kind that is called as one of an earlier text."""
    before = _before(document, book)
    for kind, pattern in _NUMBERED.items():
        thing = next((one for one in document.things if one.kind == kind), None)
        other = next((one for one in before if pattern.search(one.text)), None)
        if thing and other:
            yield _problem(_place(document, thing.identifier, pattern), thing.label, other)
    own = book.chapter(document.counting.chapter) if before else None
    for slug in own.records if own else ():
        label = book.label_of(slug)
        other = next((one for one in before if label in map(book.label_of, one.records)), None)
        if own and other and (origin := own.placing(slug)):
            yield _problem(origin, label, other)


def _before(document: Document, book: Book) -> list[Chapter]:
    """Return the texts without a number before this one, if this has none either."""
    texts = _unnumbered(book)
    at = next((at for at, one in enumerate(texts) if one.slug == document.counting.chapter), 0)
    return texts[:at]


@once
def _unnumbered(book: Book) -> list[Chapter]:
    return [one for one in book.chapters if not one.number]


def _place(document: Document, identifier: str, pattern: Late) -> Origin:
    """Return where a thing stands: at its identifier, else at the first of its kind."""
    text = document.rendered.text
    at = text.find(f"#{identifier}") if identifier else -1
    found = pattern.search(text) if at < 0 else None
    return document.rendered.origin(found.start() if found else max(0, at))


def _problem(origin: Origin, label: str, other: Chapter) -> Problem:
    message = f"全书里有两个“{label}”：{other.slug} 里也有，两处都没有章号"
    hint = "只留一处，其余的放进有编号的章或附录"
    return Problem(origin, message, hint)
