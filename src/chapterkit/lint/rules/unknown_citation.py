"""A citation names a key that the bibliography does not hold.

Why: such a citation is printed as a bare key in bold with a question mark, and its reader finds
nothing. A number of a ledger (`--ledger`) that names such a source is told, too, at its own line.

Bad:

    已有工作比较过两者[@demo2024]。

Good:

    已有工作比较过两者[@demo2025]。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.errors import Nearest
from chapterkit.lint.keys import cited_key
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book, once
from chapterkit.manuscript.ledger import Number
from chapterkit.text.document import Document

GROUP = "citations"
SEVERITY = "error"
NEEDS = frozenset({"bibliography"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each unknown key; one that has swallowed text is glued-citation's."""
    near = Nearest(book.bibliography)
    for block in document.blocks:
        for inline in block.inlines:
            for key in inline.citations:
                if key in book.bibliography or cited_key(key, book.bibliography) != key:
                    continue
                message = f"参考文献库里没有 {key}"
                yield problem_at(block, inline.start, inline.end, message, _hint(near.to(key)))
    for number in _unsourced(book):
        message = f"{number.id} 的来源 {number.cite} 不在参考文献库里"
        yield Problem(number.origin, message, _hint(near.to(number.cite)))


@once
def _unsourced(book: Book) -> list[Number]:
    return [one for one in book.ledger.values() if one.cite not in book.bibliography]


def _hint(near: str | None) -> str:
    return f"最接近的是 {near}" if near else "在 refs.bib 里加上这一条"
