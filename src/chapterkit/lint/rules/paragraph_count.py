"""A section has more or fewer paragraphs than its budget in book.yaml says.

Why: about ten paragraphs are what it takes to tell why an experiment was done, what was done,
what happened and what was found; three are a block of text, twenty are a list in disguise. Notes,
captions, table cells and lone formulas are no paragraphs.

The bounds are `budgets` in book.yaml, for experiments, for theory, and for single sections:
`budgets: {experiment: {paragraphs: [8, 12]}}`. Without them the rule is quiet.

Bad:

    ---
    budgets: {theory: {paragraphs: [2, 3]}}
    ---
    ## 记忆与泛化

    这一节只有一段，前因后果挤在一处。

Good:

    ---
    budgets: {theory: {paragraphs: [2, 3]}}
    ---
    ## 记忆与泛化

    这一节先说记忆。

    $$y=f(x)$$

    再说泛化。[^1]

    [^1]: 注不算段。
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
    """Yield a problem for each section whose number of paragraphs is out of bounds."""
    for section, budget in budgeted(document, book):
        if budget.paragraphs:
            least, most = budget.paragraphs
            has = len(section.paragraphs)
            if not least <= has <= most:
                name = name_of(section, book)
                message = f"“{section.title}”有 {has} 段，约定{name} {least} 到 {most} 段"
                hint = "把相近的几段并起来" if has > most else "一段只讲一件事，把长的分开"
                yield problem_about(section, book, message, f"{hint}；或改 book.yaml 的 budgets")
