"""A chapter's number is lower than that of the chapter before it.

Why: print counts up. Numbers that go down in book.yaml are a chapter in the wrong place, or a
number that nobody has changed since; every number of a figure, a table or a record comes of it.

Quiet: numbers that skip some (a book of which only chapters 3 and 7 are here), chapters without a
number of their own, which count on.

Bad:

    ---
    chapters:
      - {slug: before, number: 9, file: before.md}
      - {slug: case, number: 7, file: case.md}
    ---
    # 传播

    它传到各地。

Good:

    ---
    chapters:
      - {slug: case, number: 7, file: case.md}
      - {slug: next, number: 9, file: next.md}
    ---
    # 传播

    它传到各地。
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book, once
from chapterkit.manuscript.plan import Planned
from chapterkit.text.document import Document

GROUP = "structure"
SEVERITY = "warning"
NEEDS = frozenset({"book"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem where book.yaml lists this chapter, if its number is lower."""
    for before, after in _falling(book):
        if after.slug == document.counting.chapter:
            message = f"章号倒退：{after.named}排在{before.named}后面"
            hint = "在 book.yaml 里按章号的先后列；不写 number 就接着上一章数"
            yield Problem(book.config.origin(*after.place, "number"), message, hint)


@once
def _falling(book: Book) -> list[tuple[Planned, Planned]]:
    """Return the chapters of book.yaml whose number is lower, each behind the one before it."""
    plan = book.config.plan if book.chapters else ()
    chapters = pairwise(one for one in plan if one.role == "chapter")
    return [(one, other) for one, other in chapters if int(other.number) < int(one.number)]
