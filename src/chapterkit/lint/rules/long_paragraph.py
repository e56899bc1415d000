"""A paragraph is longer than a page can bear.

Why: a paragraph is one thought. One of more than six hundred characters fills most of a page;
the reader loses the thread, and the editor finds two thoughts in it. Counted as an editor does,
citations and formulas left out; what stands in quotations and tables is another's or no prose,
and lines that the author has broken are counted one by one.

Options: `most`, the characters that a paragraph may have (600).

Bad:

    ---
    options: {most: 20}
    ---
    模型照着示范一个音一个音地学，学到后来，报出名字便换一副嗓子。

Good:

    ---
    options: {most: 20}
    ---
    模型照着示范来学[@demo2025, 第 4.1 节的图 6 和表 1、表 2，以及附录]。

    > 模型照着示范一个音一个音地学，学到后来，报出名字便换一副嗓子。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.counting import count, count_characters
from chapterkit.text.document import Block, Document

GROUP = "structure"
SEVERITY = "warning"
NEEDS = frozenset[str]()

_ELSEWHERE = frozenset({"BlockQuote", "Table", "LineBlock", "Figure"})


@dataclass(frozen=True)
class Options:
    """How many characters a paragraph may have."""

    most: int = 600


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each paragraph that is too long."""
    for block in document.paragraphs:
        if len(block.text) > options.most and _ELSEWHERE.isdisjoint(block.within):
            has = _longest(block)
            if has > options.most:
                message = f"这一段有 {has} 字，超过 {options.most} 字"
                yield problem_at(block, 0, len(block.text), message, "在意思转折处分成两段")


def _longest(block: Block) -> int:
    """Return the characters of a block, or of its longest line where the author broke lines."""
    breaks = [one.start for one in block.inlines if one.kind == "LineBreak"]
    if not breaks:
        return count_characters(block)
    text = block.masked("Cite", "Math", "Note")
    ends = [0, *breaks, len(text)]
    return max(count(text[start:end]) for start, end in pairwise(ends))
