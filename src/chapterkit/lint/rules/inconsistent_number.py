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

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.numbers.consistency import contradictions
from chapterkit.text.document import Document

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset({"ledger"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its record's line, for each number that the others contradict."""
    for number in book.ledger.values():
        if not number.model.note:
            for message in contradictions(number, book.ledger):
                yield Problem(number.origin, message, "改正其中一个；确有缘由就用 note: 写明")
