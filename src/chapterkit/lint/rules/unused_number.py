"""A number is recorded and never shown.

Why: it was once worth writing down; either the text lost it, or the record can be shorter.

Bad:

    这一段什么数也不提。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "numbers"
SEVERITY = "warning"
NEEDS = frozenset({"book"})
ABSENCE = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its record's line, for each number of a placed experiment unused.

    A number is used if the document shows it, or shows one that is derived from it.
    """
    printed_ids = {inline.number for block in document.blocks for inline in block.numbers()}
    placed = {block.identifier for block in document.blocks if block.kind == "Header"}
    used = printed_ids | book.ledger.beneath(printed_ids)
    own = (one for slug in sorted(placed) for one in book.ledger.by_record.get(slug, ()))
    for number in own:
        if number.id not in used and not number.computed:
            yield Problem(
                number.origin,
                f"{number.id}（{number.text}）记录了，正文里没有用到",
                "用上它，或删去",
            )
