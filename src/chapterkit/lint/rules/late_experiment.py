"""Too much theory stands before an experiment.

Why: theory is the skeleton that shows how the experiments follow from one another, and is tested
by the next one. A reader who has had page after page of it has nothing to test it with. What
stands after the last experiment closes the chapter and is not counted.

Options: `most`, the characters of theory that may stand together before an experiment (4000).

Bad:

    ---
    options: {most: 20}
    ---
    ## 监督微调的目标

    监督微调的目标，是让示范里的写法更容易出现，越像越好。

    ## 实验 7.1 语音

    教模型说话。

Good:

    ---
    options: {most: 20}
    ---
    ## 监督微调的目标

    目标是照着示范写。

    ## 实验 7.1 语音

    教模型说话，一个音一个音地教，教到后来报出名字便换嗓子。

    ## 本章小结

    监督微调的目标，是让示范里的写法更容易出现，越像越好。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.lint.grounds import label_of, parts, problem_where_placed
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.counting import Section
from chapterkit.text.document import Document

GROUP = "structure"
SEVERITY = "warning"
NEEDS = frozenset[str]()


@dataclass(frozen=True)
class Options:
    """How much theory may stand before an experiment."""

    most: int = 4000


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem at each experiment that comes too late."""
    before: list[Section] = []
    for section in parts(document, book):
        if section.kind != "experiment":
            before.append(section)
            continue
        if _at_most(before) > options.most:
            has = sum(one.characters for one in before)
            if has > options.most:
                since = before[0].title or "开头"
                message = f"从“{since}”起写了 {has} 字理论，才到“{section.title}”"
                label = label_of(section, book)
                hint = f"把这个{label}提前，或删减中间的理论（至多 {options.most} 字）"
                yield problem_where_placed(section, book, message, hint)
        before = []


def _at_most(sections: list[Section]) -> int:
    """Return a bound, quickly found, on how many characters sections have."""
    return sum(len(block.text) for section in sections for block in section.text)
