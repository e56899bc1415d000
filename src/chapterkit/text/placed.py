"""Exhibits in a document that was read: which it shows, and where. Pure."""

from __future__ import annotations

import re

from chapterkit.errors import Origin
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document
from chapterkit.text.origins import Rendered
from chapterkit.text.tree import Element, attributes_of, kind_of

CLASS = "exhibit"
"""The class of the div that holds an exhibit and what stands under it."""


def is_exhibit(element: Element) -> bool:
    """Tell whether an element is the div of an exhibit."""
    return kind_of(element) == "Div" and CLASS in attributes_of(element).classes


def placed_in(document: Document, book: Book) -> dict[str, Block]:
    """Return the exhibits that a document shows, by their ids, each with its first block."""
    found: dict[str, Block] = {}
    if not book.exhibits or f".{CLASS}}}" not in document.rendered.text:
        return found
    for block in document.blocks:
        if (id := exhibit_of(block)) in book.exhibits:
            found.setdefault(id, block)
    return found


def exhibit_of(block: Block) -> str:
    """Return the id of the exhibit that a block stands in, empty for none."""
    return next((attributes_of(one).identifier for one in block.containers if is_exhibit(one)), "")


def was_called(block: Block) -> bool:
    """Tell whether the exhibit that a block stands in was placed by a call, and not typed."""
    id = exhibit_of(block)
    return bool(id) and is_called(id, block.rendered)


def ids_in(rendered: Rendered) -> set[str]:
    """Return the ids of what rendered Markdown says are exhibits, called or typed."""
    return set(_IDS.findall(rendered.text))


_IDS = re.compile(rf"::: {{#(\S+) \.{CLASS}}}")


def is_called(id: str, rendered: Rendered) -> bool:
    """Tell whether an exhibit is placed in rendered Markdown by a call."""
    offset = rendered.text.find(f"::: {{#{id} .{CLASS}}}")
    return offset >= 0 and not rendered.is_typed(offset)


def place_of(id: str, document: Document) -> Origin:
    """Return where an exhibit is placed: its call."""
    offset = document.rendered.text.find(f"::: {{#{id} .{CLASS}}}")
    return document.rendered.origin(max(0, offset))
