"""The numbers of a record contradict one another.

Why: a percent whose count and total are known has few possible values; before, after and change
must add up; what a derived number comes to must be what the source prints. A slip in one of them
shows here, before anybody reads the paper again. A range begins with its smaller end: a pair that
does not is told, unless its record or the text makes it a ratio or a product (4:3, 800×600).

A paper may print a difference of unrounded values; `note:` on the number accepts that, with a
reason that the build's report prints.

Bad:

    numbers:
      passed: {value: 14, unit: 条, of: 走通, cite: demo2025}
      routes: {value: 18, unit: 条, of: 路线, cite: demo2025}
      rate: {value: 78.3, unit: "%", of: 成功率, cite: demo2025, count: passed, of_total: routes}

Good:

    numbers:
      passed: {value: 14, unit: 条, of: 走通, cite: demo2025}
      routes: {value: 18, unit: 条, of: 路线, cite: demo2025}
      rate: {value: 77.8, unit: "%", of: 成功率, cite: demo2025, count: passed, of_total: routes}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book, once
from chapterkit.manuscript.ledger import Ledger, Number
from chapterkit.numbers.accounting import accounts
from chapterkit.numbers.consistency import contradictions, is_pair, is_turned_round
from chapterkit.text.document import Document

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset({"ledger"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its record's line, for each number that the others contradict."""
    yield from _contradicted(book)
    if turned := _turned_round(book):
        yield from _turned(turned, document, book.ledger)


@once
def _contradicted(book: Book) -> list[Problem]:
    hint = "改正其中一个；确有缘由就用 note: 写明"
    return [
        Problem(number.origin, message, hint)
        for number in book.ledger.values()
        if not number.model.note
        for message in contradictions(number, book.ledger)
    ]


@once
def _turned_round(book: Book) -> list[Number]:
    return [
        number
        for number in book.ledger.values()
        if not number.model.note and is_turned_round(number) and not is_pair(number)
    ]


def _turned(numbers: Sequence[Number], document: Document, ledger: Ledger) -> Iterator[Problem]:
    """Yield a problem for each pair that nothing makes a ratio or a product, in the text either."""
    pairs = {
        one.quantity.value
        for one in accounts(document, ledger)
        if one.quantity and one.quantity.shape in _PAIRS
    }
    for number in numbers:
        if number.value not in pairs:
            assert isinstance(number.value, tuple)
            low, high = reversed(number.value)
            message = f"{number.id} 的两端颠倒了：写的是 [{high}, {low}]"
            hint = f"范围写 [{low}, {high}]；是比或乘积，就照原样写，如 4:3、1280×720"
            yield Problem(number.origin, message, hint)


_PAIRS = ("ratio", "size", "fraction")
