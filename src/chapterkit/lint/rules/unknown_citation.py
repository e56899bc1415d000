"""A citation names a key that the bibliography does not hold.

Why: such a citation is printed as a bare key in bold with a question mark, and its reader finds
nothing.

Bad:

    已有工作比较过两者[@demo2024]。

Good:

    已有工作比较过两者[@demo2025]。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.errors import nearest
from chapterkit.lint.keys import cited_key
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "citations"
SEVERITY = "error"
NEEDS = frozenset({"bibliography"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each unknown key; one that has swallowed text is glued-citation's."""
    for block in document.blocks:
        for inline in block.inlines:
            for key in inline.citations:
                if key in book.bibliography or cited_key(key, book.bibliography) != key:
                    continue
                near = nearest(key, book.bibliography)
                yield problem_at(
                    block,
                    inline.start,
                    inline.end,
                    f"参考文献库里没有 {key}",
                    f"最接近的是 {near}" if near else "在 refs.bib 里加上这一条",
                )
