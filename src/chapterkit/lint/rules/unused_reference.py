"""An entry of the bibliography is cited nowhere.

Why: it was once worth keeping; either the text has lost its citation, or the entry can go. In a
book an entry counts as used if any chapter, template or record cites it; so does the entry that
another one inherits from (crossref).

Bad:

    ---
    bibliography: |
      @misc{kept2025, title = {A}, author = {Demo, Anna}, year = {2025}}
      @misc{lost2024, title = {B}, author = {Other, Ben}, year = {2024}}
    ---
    差距来自任务[@kept2025]。

Good:

    ---
    bibliography: |
      @misc{kept2025, title = {A}, author = {Demo, Anna}, year = {2025}}
    ---
    差距来自任务[@kept2025]。
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from chapterkit.lint.entries import cited_in_book, own_keys, parents
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book, once
from chapterkit.text.document import Document

if TYPE_CHECKING:
    from chapterkit.manuscript.bibliography import Source

GROUP = "citations"
SEVERITY = "warning"
NEEDS = frozenset({"bibliography"})
ABSENCE = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its line of the bibliography, for each entry that nothing cites."""
    if "@*" in document.rendered.text:
        return
    used = _used(own_keys(document, book), book)
    for key, source in _unused_in_book(book).items():
        if key not in used:
            where = "书里没有一处引用它" if book.chapters else "文中没有引用它"
            yield Problem(
                source.origin, f"参考文献 {key}：{where}", "在用到它的地方引用，或从文献库删去"
            )


@once
def _unused_in_book(book: Book) -> dict[str, Source]:
    used = _used(cited_in_book(book), book)
    return {key: source for key, source in book.bibliography.items() if key not in used}


def _used(cited: Collection[str], book: Book) -> frozenset[str]:
    """Return which entries some keys use: their own, and those that these come of."""
    used = {key for key in cited if key in book.bibliography}
    waiting = list(used)
    while waiting:
        more = {
            key for key in parents(book.bibliography[waiting.pop()]) if key in book.bibliography
        }
        waiting += more - used
        used |= more
    return frozenset(used)
