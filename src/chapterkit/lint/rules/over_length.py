"""A section has more characters than its budget in book.yaml allows.

Why: experiments that are told at the same length can be compared, and one that has grown to twice
the others' usually holds what belongs into the theory, or into the record. Counted as an editor
does: each Han character, each Latin word and each number is one; citations, formulas and notes
are not counted.

The bounds are `budgets` in book.yaml, for experiments, for theory, and for single sections:
`budgets: {experiment: {characters: [1700, 2500]}}`. Without them the rule is quiet.

Bad:

    ---
    budgets: {experiment: {characters: [5, 20]}}
    ---
    ## 实验 7.1 语音

    模型照着示范一个音一个音地学，学到后来，报出名字便换一副嗓子。

Good:

    ---
    budgets: {experiment: {characters: [5, 20]}}
    ---
    ## 实验 7.1 语音

    报出名字，便换一副嗓子[@demo2025, 第 4.1 节的图 6 和表 1]。
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
    """Yield a problem for each section that is longer than its budget."""
    for section, budget in budgeted(document, book):
        if budget.characters and (has := section.characters) > budget.characters[1]:
            least, most = budget.characters
            message = (
                f"“{section.title}”有 {has} 字，约定{name_of(section, book)} {least} 到 {most} 字"
            )
            hint = f"删去或移走约 {has - most} 字；或改 book.yaml 的 budgets"
            yield problem_about(section, book, message, hint)
