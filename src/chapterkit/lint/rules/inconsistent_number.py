"""The numbers of a record contradict one another.

Why: a percent whose count and total are known has few possible values; before, after and change
must add up; what a derived number comes to must be what the source prints. A slip in one of them
shows here, before anybody reads the paper again.

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

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chapterkit.book import Book
from chapterkit.document import Document
from chapterkit.ledger import Ledger, Number
from chapterkit.lint.problem import Problem
from chapterkit.quantities import find_in_plain

SEVERITY = "error"
NEEDS = frozenset({"ledger"})


@dataclass(frozen=True)
class Options:
    """This rule has no options."""


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem, at its record's line, for each number that the others contradict."""
    for number in book.ledger.values():
        if number.note:
            continue
        for message in (
            _share(number, book.ledger),
            _change(number, book.ledger),
            _printed(number),
        ):
            if message:
                yield Problem(number.origin, message, "改正其中一个；确有缘由就用 note: 写明")


def _half_step(value: Decimal) -> Fraction:
    """Return half of the last digit's place: how far rounding may have moved a value."""
    return Fraction(1, 2) * Fraction(10) ** int(value.as_tuple().exponent)


def _share(number: Number, ledger: Ledger) -> str:
    if number.of_total is None or isinstance(number.value, tuple):
        return ""
    total = ledger.sibling(number, number.of_total).value
    if isinstance(total, tuple) or total <= 0:
        return f"{number.id} 的 of_total 不是一个正数"
    per = Fraction(100 if number.unit == "%" else 1) / Fraction(total)
    shown, slack = Fraction(number.value), _half_step(number.value)
    if number.count:
        count = ledger.sibling(number, number.count).value
        if isinstance(count, tuple):
            return ""
        reached = Fraction(count) * per
    else:
        reached = round(shown / per) * per
    if abs(shown - reached) <= slack:
        return ""
    nearest = f"{float(reached):.{max(0, -int(number.value.as_tuple().exponent))}f}{number.unit}"
    return f"{number.id} 是 {number.text}，总数 {total} 除不出它，最近的是 {nearest}"


def _change(number: Number, ledger: Ledger) -> str:
    if number.change_of is None or isinstance(number.value, tuple):
        return ""
    before, after = (ledger.sibling(number, name).value for name in number.change_of)
    if isinstance(before, tuple) or isinstance(after, tuple):
        return ""
    slack = _half_step(number.value) + _half_step(before) + _half_step(after)
    moved = Fraction(after) - Fraction(before)
    if min(abs(moved - Fraction(number.value)), abs(-moved - Fraction(number.value))) <= slack:
        return ""
    return f"{number.id} 是 {number.text}，前后两个数之差却是 {float(moved):g}"


def _printed(number: Number) -> str:
    """Compare a derived number with what the source prints for it."""
    if number.derived is None or number.printed is None or isinstance(number.value, tuple):
        return ""
    read = next(iter(find_in_plain(number.printed)), None)
    if read is None or not isinstance(read.value, Decimal):
        return ""
    slack = max(_half_step(read.value), _half_step(number.value))
    if abs(abs(Fraction(read.value)) - abs(Fraction(number.value))) <= slack:
        return ""
    return f"{number.id} 算出来是 {number.text}，来源印的是 {number.printed}"
