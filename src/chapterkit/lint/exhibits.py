"""Exhibits as rules ask of them: where they stand among the text, what is drawn. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from chapterkit.manuscript.drawn import ROUGH, drawing_of, drawn
from chapterkit.manuscript.exhibited import Exhibit
from chapterkit.manuscript.pictures import Picture
from chapterkit.text.document import Block, Document
from chapterkit.text.placed import exhibit_of


def references_to(id: str, document: Document) -> list[int]:
    """Return the places, among the blocks of a document, from which an exhibit is referred to."""
    return [
        place
        for place, block in enumerate(document.blocks)
        if not exhibit_of(block)
        and any(one.kind == "Reference" and one.target == f"#{id}" for one in block.inlines)
    ]


def section_round(place: int, blocks: Sequence[Block]) -> range:
    """Return the places of the section that a block stands in: up to the next of its level."""
    first = next((one for one in range(place, -1, -1) if blocks[one].level), 0)
    level = blocks[first].level or 6
    behind = (one for one in range(place + 1, len(blocks)) if 0 < blocks[one].level <= level)
    return range(first, next(behind, len(blocks)))


def paragraphs_between(one: int, other: int, blocks: Sequence[Block]) -> int:
    """Return how many paragraphs of running text stand between two blocks."""
    first, last = sorted((one, other))
    between = blocks[first + 1 : last]
    return sum(block.kind == "Para" and not exhibit_of(block) for block in between)


def roughly_drawn(exhibit: Exhibit) -> Picture:
    """Return a chart or flow drawing without opening a font: what it says, not how wide that is.

    Raises PictureError for one that cannot be printed.
    """
    return drawn(exhibit, drawing_of(exhibit), ROUGH)
