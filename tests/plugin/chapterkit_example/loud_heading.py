"""A heading shouts.

Why: the reader has done nothing.

Bad:

    ## 小结！

Good:

    ## 小结
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.lint import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "language"
SEVERITY = "warning"
NEEDS = frozenset[str]()


@dataclass(frozen=True)
class Options:
    """What counts as loud."""

    marks: str = "！!"


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each heading that ends loudly."""
    for block in document.blocks:
        if block.level and block.text.endswith(tuple(options.marks)):
            end = len(block.text)
            yield problem_at(block, end - 1, end, "标题不用叹号", "删去它")
