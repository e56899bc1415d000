"""A record uses a unit that the tool does not know, so that it is compared only as written.

Why: of a known unit the tool knows the spellings (ms, 毫秒), what it measures and how it converts.
An unknown one backs only numbers in the text that are spelt just so; a slip of the pen in it would
otherwise go unseen. Compounds of known units (次/分, mg/(kg·d), 例/10 万人) are known.

`units:` in book.yaml declares the book's own, with other spellings (`same`), whether it counts
(`counts: true`) and what one of it is (`is: 500 米`).

Bad:

    numbers:
      depth: {value: 12, unit: 拃, of: 井深, cite: demo2025}

Good:

    numbers:
      depth: {value: 12, unit: 米, of: 井深, cite: demo2025}
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.errors import nearest
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import Number
from chapterkit.text.document import Document

GROUP = "numbers"
SEVERITY = "warning"
NEEDS = frozenset({"ledger"})
OF_BOOK = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its record's line, for each number whose unit nobody declares."""
    for number in book.ledger.values():
        if number.units.known(number.unit):
            continue
        own = next(
            (
                name
                for name, _ in number.units.meaning(number.unit).parts
                if not _known(name, number)
            ),
            number.unit,
        )
        near = nearest(own, number.units.table)
        meant = f"若是 {near}，就写 {near}；" if near else ""
        message = f"{number.id} 的单位“{number.unit}”工具不认识，只按写法比较"
        hint = f"{meant}若是本书自己的单位，在 book.yaml 里写 units: {{{own}: {{}}}}"
        yield Problem(number.origin, message, hint)


def _known(name: str, number: Number) -> bool:
    return name in number.units.table
