"""A cited book or thesis does not say where it was published.

Why: GB/T 7714-2015 prints the place before the publisher (北京: 科学出版社), and asks for
[出版地不详] or [S.l.] where the source itself names none. What Google Scholar and CNKI export has
no place, and nobody misses it in the list before an editor does.

Quiet: articles, papers of conferences, reports, what is online (with an address); an entry with
`address` or `location`, also where it says 出版地不详 or S.l.; books in English, whose style
prints no place.

Bad:

    ---
    language: zh-Hans
    bibliography: |
      @book{demo2025, title = {题名}, author = {张三}, publisher = {某社}, year = {2025}}
    ---
    差距来自任务[@demo2025]。

Good:

    ---
    language: zh-Hans
    bibliography: |
      @book{demo2025, title = {题名}, author = {张三}, publisher = {某社}, year = {2025},
        address = {北京}}
    ---
    差距来自任务[@demo2025]。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.entries import cited_keys
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book, once
from chapterkit.text.document import Document
from chapterkit.text.references import lacks_place

GROUP = "citations"
SEVERITY = "warning"
NEEDS = frozenset({"bibliography"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its line of the bibliography, for each cited source without a place."""
    if not book.config.locale.chinese:
        return
    cited = cited_keys(document, book)
    for key in _placeless(book):
        if key in cited:
            message = f"参考文献 {key} 没有写出版地"
            hint = "补上 address = {城市}；书上没有就写 {[出版地不详]}，外文的写 {[S.l.]}"
            yield Problem(book.bibliography[key].origin, message, hint)


@once
def _placeless(book: Book) -> list[str]:
    return [key for key, source in book.bibliography.items() if lacks_place(source)]
