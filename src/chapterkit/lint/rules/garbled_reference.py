"""An entry of the bibliography says something that cannot be printed as it is meant.

Why: BibTeX takes {张三；李四} for one author, and a month of 13 for a word; the list of references
would then be wrong, and nobody would be told. What is not understood is told at its entry: several
people without `and` between them, dates that are none (2020-13-45, 05/06/2020), commands of LaTeX
that are not known, `crossref` and `xdata` to an entry that is not there or leads back.

Quiet: names as people write them, put into the form of GB/T 7714 (`{张 三}`, `{王五 等}`,
`{（英）约翰·里德 著}`, `{{中国科学院}}`); dates like c1987, [1936], in press,
5 May 2020, 2021年1月2日, 2019/2021.

Bad:

    ---
    bibliography: |
      @book{demo2025, title = {题名}, author = {张三；李四}, publisher = {某社}, year = {2025}}
    ---
    差距来自任务[@demo2025]。

Good:

    ---
    bibliography: |
      @book{demo2025, title = {题名}, author = {张三 and 李四}, publisher = {某社}, year = {2025}}
    ---
    差距来自任务[@demo2025]。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document
from chapterkit.text.references import faults_of

GROUP = "citations"
SEVERITY = "error"
NEEDS = frozenset({"bibliography"})
OF_BOOK = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its line of the bibliography, for each thing that is not understood."""
    for key, source in book.bibliography.items():
        for fault in faults_of(source):
            yield Problem(source.origin, f"参考文献 {key}：{fault.message}", fault.hint)
