"""A section has fewer characters than its budget in book.yaml asks for.

Why: an experiment of half the usual length leaves out why it was done, what was held fixed, or
what it does not show. Counted as an editor does: each Han character, each Latin word and each
number is one; citations, formulas and notes are not counted.

The bounds are `budgets` in book.yaml, for experiments, for theory, and for single sections:
`budgets: {experiment: {characters: [1700, 2500]}}`. Without them the rule is quiet.

Bad:

    ---
    budgets: {experiment: {characters: [20, 60]}}
    ---
    ## 实验 7.1 语音

    报出名字，便换嗓子[@demo2025, 第 4.1 节的图 6 和表 1、表 2]。

Good:

    ---
    budgets: {experiment: {characters: [20, 60]}}
    ---
    ## 实验 7.1 语音

    模型照着示范一个音一个音地学，学到后来，报出名字便换一副嗓子。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.budgets import budgeted, name_of
from chapterkit.lint.grounds import problem_about
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "structure"
SEVERITY = "warning"
NEEDS = frozenset[str]()


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each section that is shorter than its budget."""
    for section, budget in budgeted(document, book):
        if budget.characters and (has := section.characters) < budget.characters[0]:
            least, most = budget.characters
            message = (
                f"“{section.title}”只有 {has} 字，约定{name_of(section, book)} {least} 到 {most} 字"
            )
            hint = f"还差 {least - has} 字：为什么做、做了什么、结果如何、说明什么，看缺哪一样"
            if section.kind != "experiment":
                hint = f"补上约 {least - has} 字，或并入相邻的一节；或改 book.yaml 的 budgets"
            yield problem_about(section, book, message, hint)
