"""A link points at a place that the document does not have.

Why: the reader who follows it arrives nowhere; after a section was renamed or an experiment
moved, nothing else says so. What another chapter of the book has may be linked to.

Bad:

    见[上面的讨论](#discussion)。

Good:

    # 讨论 {#discussion}

    见[这一节](#discussion)。
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from chapterkit.errors import Nearest
from chapterkit.lint.many import AnyOf
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document
from chapterkit.text.file_links import taken_apart
from chapterkit.text.tree import attributes_of

GROUP = "references"
SEVERITY = "error"
NEEDS = frozenset[str]()


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each link to an identifier that neither document nor book has."""
    references = [
        (block, inline)
        for block in document.blocks
        for inline in block.inlines
        if inline.kind == "Reference"
    ]
    if not references:
        return
    names = (identifiers(document), document.elsewhere, book.homes)
    known = AnyOf(*names)
    own = Nearest(one for one in chain(*names) if not taken_apart(one)[0])
    for block, inline in references:
        target = inline.target
        if target[1:] not in known:
            near = own.to(target[1:])
            yield problem_at(
                block,
                inline.start,
                inline.end,
                _message(target, document),
                f"最接近的是 #{near}" if near else "给要指的标题加上 {#标识}",
            )


def _message(target: str, document: Document) -> str:
    for address, name in document.leading.items():
        if f"#{name}" == target:
            return f"链接指向 {address}，那一章里没有这个标识"
    return f"链接指向 {target}，文中没有这个标识"


def identifiers(document: Document) -> set[str]:
    """Return every identifier that an element of the document carries."""
    elements = (
        element
        for block in document.blocks
        for element in chain([block.element], block.containers, (i.element for i in block.inlines))
    )
    return {attributes_of(element).identifier for element in elements} - {""}
