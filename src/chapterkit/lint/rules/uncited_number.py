"""A paragraph shows a number and does not cite where the number comes from.

Why: a reader who meets a number must find its source in the same paragraph, not by guessing
which of the chapter's citations is meant. A table cites for all its cells, in its caption or in
any of them; an exhibit in the line of its sources.

Bad:

    强化学习之后成功率升到 {{ n("demo.rl") }}。

Good:

    强化学习之后成功率升到 {{ n("demo.rl") }}[@demo2025, 图 6]。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document
from chapterkit.text.placed import is_exhibit
from chapterkit.text.tree import Element, kind_of

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset({"ledger"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for the first number of each source that its paragraph does not cite."""
    tables: defaultdict[int, set[str]] = defaultdict(set)
    for block in document.paragraphs:
        if table := _table(block):
            tables[table].update(block.citations())
    for block in document.paragraphs:
        table = _table(block)
        cited = tables[table] if table else set(block.citations())
        for inline in block.numbers():
            number = book.ledger.get(inline.number)
            if number is None or number.cite in cited:
                continue
            cited.add(number.cite)
            at = f', "{number.at}"' if number.at else ""
            yield problem_at(
                block,
                inline.start,
                inline.end,
                f"这一段用了 {number.id}，却没有引用它的来源 {number.cite}",
                f'在这个数后面写 {{{{ cite("{number.cite}"{at}) }}}}',
            )


def _table(block: Block) -> int:
    """Return which table or exhibit a block stands in, 0 for none."""
    return next((id(one) for one in block.containers if _cites_for_all(one)), 0)


def _cites_for_all(element: Element) -> bool:
    return kind_of(element) == "Table" or is_exhibit(element)
