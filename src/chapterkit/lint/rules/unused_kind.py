"""A kind of record is declared in book.yaml, and no record is of that kind.

Why: the name of a kind is what records write under `kind:` and what chapters call; one that
nothing bears is a slip of the pen, or left over from records that are gone.

Reported at the kind's line in book.yaml.

Bad:

    ---
    kinds: {case: {label: 案例}, trail: {label: 试验}}
    records:
      pump: {title: 水泵, kind: case}
    ---
    ## 案例 7.1 水泵 {#pump}

Good:

    ---
    kinds: {case: {label: 案例}, trial: {label: 试验}}
    records:
      pump: {title: 水泵, kind: case}
      drug: {title: 新药, kind: trial}
    ---
    ## 案例 7.1 水泵 {#pump}
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "references"
SEVERITY = "warning"
NEEDS = frozenset({"book"})
OF_BOOK = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each kind that no record of the book is of."""
    borne = {book.kind_of(slug) for slug in book.records}
    for name, kind in book.config.kinds.items():
        if name not in borne:
            message = f"没有一条记录是 {name}（{kind.label}）这一种"
            hint = f"在记录里写 kind: {name}，或从 kinds 里删去这一行"
            yield Problem(book.config.origin("kinds", name), message, hint)
