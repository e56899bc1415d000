"""pandoc's blocks as flat text: each leaf, and what in its text is more than text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chapterkit.text.tree import (
    Element,
    bare,
    blocks_of,
    caption_of,
    cells_of,
    citations_of,
    definitions_of,
    inlines_of,
    is_displayed,
    items_of,
    kind_of,
    lines_of,
    number_id,
    target_of,
    text_of,
)


class Inline(NamedTuple):
    """A stretch of a block's text that is more than text: kind, place, pandoc's element.

    `kind` is pandoc's name (Code, Math, Cite, Link, Image, Note…), `Number` for the span of a
    recorded number, whose id then is `number`, or `Reference` for a link within the document.
    """

    kind: str
    start: int
    end: int
    element: Element
    number: str = ""

    @property
    def citations(self) -> tuple[str, ...]:
        """The keys of a Cite, in order."""
        return tuple(one.key for one in citations_of(self.element))

    @property
    def in_text(self) -> bool:
        """Whether a Cite makes the author's name part of the sentence (@key without brackets)."""
        return any(one.in_text for one in citations_of(self.element)[:1])

    @property
    def target(self) -> str:
        """Where a Link, a Reference or an Image points: an address, or # and an identifier."""
        return target_of(self.element).address

    @property
    def is_displayed(self) -> bool:
        """Whether it is a formula on a line of its own."""
        return is_displayed(self.element)


class Leaf(NamedTuple):
    """A block that holds text, and no other block, with the containers round it, outermost first.

    Behind each of `ends` the Markdown may have attributes or a target that the text has not.
    """

    kind: str
    text: str
    ends: tuple[int, ...]
    inlines: tuple[Inline, ...]
    containers: tuple[Element, ...]
    element: Element


def leaves(blocks: Sequence[Element], containers: tuple[Element, ...] = ()) -> Iterator[Leaf]:
    """Yield every leaf of the blocks in reading order, a note's behind the one that calls it.

    A container without anything in it gives an `Empty` leaf.
    """
    if not blocks and containers:
        yield Leaf("Empty", "", (), (), containers, containers[-1])
    for block in blocks:
        yield from _leaves_of(block, containers)


def _leaves_of(block: Element, containers: tuple[Element, ...]) -> Iterator[Leaf]:
    kind = kind_of(block)
    inner = (*containers, block)
    match kind:
        case "Para" | "Plain" | "Header":
            yield from _leaf(kind, inlines_of(block), containers, block)
        case "LineBlock":
            for line in lines_of(block):
                yield from _leaf("Plain", line, inner, block)
        case "BlockQuote" | "Div":
            yield from leaves(blocks_of(block), inner)
        case "BulletList" | "OrderedList":
            for item in items_of(block):
                yield from leaves(item, inner)
        case "DefinitionList":
            for term, definitions in definitions_of(block):
                yield from _leaf("Plain", term, inner, block)
                for definition in definitions:
                    yield from leaves(definition, inner)
        case "Figure":
            yield from leaves(caption_of(block), (*inner, bare("Caption")))
            yield from leaves(blocks_of(block), inner)
        case "Table":
            yield from leaves(caption_of(block), (*inner, bare("Caption")))
            for cell in cells_of(block):
                yield from leaves(cell, inner)
        case _:
            yield Leaf(kind, text_of(block), (), (), containers, block)


def _leaf(
    kind: str, inlines: Sequence[Element], containers: tuple[Element, ...], block: Element
) -> Iterator[Leaf]:
    flat = _Flat()
    flat.add_all(inlines)
    found = tuple(sorted(flat.inlines, key=lambda one: (one.start, -one.end)))
    yield Leaf(kind, "".join(flat.parts), tuple(flat.ends), found, containers, block)
    for note in flat.notes:
        yield from leaves(blocks_of(note), (*containers, note))


@dataclass
class _Flat:
    """The text of a leaf under construction; for `ends` see Leaf."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    inlines: list[Inline] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)

    def add_all(self, inlines: Sequence[Element]) -> None:
        for inline in inlines:
            self._add(inline)

    def _add(self, element: Element) -> None:
        start, kind = self.length, kind_of(element)
        if text := text_of(element):
            self.parts.append(text)
            self.length += len(text)
        if kind in {"Str", "Space"}:
            return
        if kind == "Note":
            self.ends.append(start)
            self.notes.append(element)
        self.add_all(inlines_of(element))
        if kind in {"Span", "Link", "Image"}:
            self.ends.append(self.length)
        number = number_id(element)
        if number is not None:
            kind = "Number"
        elif kind == "Link" and target_of(element).address.startswith("#"):
            kind = "Reference"
        self.inlines.append(Inline(kind, start, self.length, element, number or ""))
