"""Too many experiments follow one another without theory between them.

Why: experiments are woven into the theory, not piled up: what stands between two of them says why
the next one follows. A heading without text is no theory.

Options: `most`, how many may stand in a row (2).

Bad:

    ## 实验 7.1 语音

    教模型说话。

    ## 实验 7.2 思考

    换一种语言。

    ## 实验 7.3 提示

    搬进参数。

Good:

    ## 实验 7.1 语音

    教模型说话。

    ## 实验 7.2 思考

    换一种语言。

    ## 从上下文到参数

    前两个实验之外都另有一条路。

    ## 实验 7.3 提示

    搬进参数。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.lint.grounds import labels_of, parts, problem_where_placed
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "structure"
SEVERITY = "warning"
NEEDS = frozenset[str]()


@dataclass(frozen=True)
class Options:
    """How many experiments may stand in a row."""

    most: int = 2


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem at the first experiment too many of each row."""
    row = 0
    for section in parts(document, book):
        row = row + 1 if section.kind == "experiment" else 0
        if row == options.most + 1:
            message = f"“{section.title}”已是接连第 {row} 个{labels_of(book)}，中间没有理论"
            hint = "在它前面写一节理论，说清为什么接着做这一个；或把别处的理论移来"
            yield problem_where_placed(section, book, message, hint)
