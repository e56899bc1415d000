"""An entry of the bibliography names a language that is not known.

Why: the language decides whether a list of authors ends in 等 or in et al.; one that is not known
is left out, and the title decides.

Quiet: the names that babel and biblatex give (american, ngerman, pinyin), tags and codes (zh-CN,
eng), the names that library catalogues write (中文, English).

Bad:

    ---
    bibliography: |
      @misc{demo2025, title = {A}, author = {Demo, Anna}, year = {2025}, langid = {elvish}}
    ---
    差距来自任务[@demo2025]。

Good:

    ---
    bibliography: |
      @misc{demo2025, title = {A}, author = {Demo, Anna}, year = {2025}, langid = {british}}
    ---
    差距来自任务[@demo2025]。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.tongues import language_named
from chapterkit.text.document import Document

GROUP = "citations"
SEVERITY = "warning"
NEEDS = frozenset({"bibliography"})
OF_BOOK = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its line of the bibliography, for each language that is not known."""
    for key, source in book.bibliography.items():
        for name in ("langid", "language"):
            named = source.fields.get(name, "").strip("{} ")
            if named and language_named(named) is None:
                yield Problem(
                    source.origin,
                    f"参考文献 {key}：{name} 是 {named}，没有这种语言，按题名来定",
                    "写 chinese、english、german……，或 zh、en、de",
                )
