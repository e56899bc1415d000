"""Where on a page something stands that has a place in the manuscript, and the other way round.

A place on a page is a piece and a count of characters in it: those of its running text that are no
white space, with citations, notes and formulas left out. A browser counts them alike.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from chapterkit.errors import Origin
from chapterkit.text.document import Block, Document
from chapterkit.text.sentences import identity, sentence_ends
from chapterkit.text.tree import tree_blocks

_LEFT_OUT = ("Cite", "Note", "Math")
_UNCOUNTED = re.compile(r"[\s\ufffc]")


@dataclass(frozen=True)
class Spot:
    """A place on a page: the place of the piece, first and last character behind the stretch."""

    piece: int
    start: int
    end: int
    text: str = ""


@dataclass(frozen=True)
class Leaf:
    """A leaf of a document with the piece that it stands in, and how much stands before it."""

    block: Block
    piece: int
    before: int

    @cached_property
    def counted(self) -> tuple[int, ...]:
        """How many characters count before each position of the text."""
        counts = [0]
        for character in self.block.masked(*_LEFT_OUT):
            counts.append(counts[-1] + (not _UNCOUNTED.match(character)))
        return tuple(counts)

    def spot(self, start: int, end: int) -> Spot:
        """Return where text[start:end] stands on the page."""
        counts, last = self.counted, len(self.block.text)
        start, end = min(max(start, 0), last), min(max(end, start), last)
        text = self.block.masked(*_LEFT_OUT)[start:end]
        return Spot(
            self.piece,
            self.before + counts[start],
            self.before + counts[end],
            _UNCOUNTED.sub("", text),
        )


@dataclass(frozen=True)
class Anchors:
    """The places of one document on its page."""

    document: Document = field(repr=False)

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The leaves of the running text, in order; those of notes stand elsewhere on a page."""
        return tuple(self._leaves())

    def _leaves(self) -> Iterator[Leaf]:
        pieces = {id(block): place for place, block in enumerate(tree_blocks(self.document.tree))}
        counts: dict[int, int] = {}
        for block in self.document.blocks:
            outer = block.containers[0] if block.containers else block.element
            piece = pieces.get(id(outer))
            if piece is None or "Note" in block.within:
                continue
            leaf = Leaf(block, piece, counts.get(piece, 0))
            counts[piece] = leaf.before + leaf.counted[-1]
            yield leaf

    @cached_property
    def _starts(self) -> tuple[list[int], list[Leaf]]:
        placed = sorted(
            (
                (leaf.block.offsets[0], place)
                for place, leaf in enumerate(self.leaves)
                if leaf.block.offsets
            )
        )
        return [start for start, _ in placed], [self.leaves[place] for _, place in placed]

    @cached_property
    def _segments(self) -> Mapping[tuple[str, int], Sequence[tuple[int, int, bool]]]:
        """Where each line of each file stands in the Markdown: column, offset, whether typed."""
        found: dict[tuple[str, int], list[tuple[int, int, bool]]] = {}
        rendered = self.document.rendered
        for start, (origin, typed) in zip(rendered.starts, rendered.origins, strict=True):
            found.setdefault((origin.path, origin.line), []).append((origin.column, start, typed))
        return found

    def spot_at(self, origin: Origin, until: Origin | None = None) -> Spot | None:
        """Return where on the page stands what was written at a place, None if it shows nowhere."""
        segments = self._segments.get((origin.path, origin.line), ())
        before = [one for one in segments if one[0] <= origin.column] or list(segments[:1])
        if not before:
            return None
        column, start, typed = max(before)
        offset = start + (max(0, origin.column - column) if typed else 0)
        length = until.column - origin.column if until and until.line == origin.line else 0
        return self._spot_of(offset, max(length, 1))

    def _spot_of(self, offset: int, length: int) -> Spot | None:
        starts, leaves = self._starts
        place = bisect_right(starts, offset) - 1
        if place < 0:
            return leaves[0].spot(0, 0) if leaves else None
        leaf = leaves[place]
        first = bisect_left(leaf.block.offsets, offset)
        if first >= len(leaf.block.offsets):
            return leaf.spot(len(leaf.block.text), len(leaf.block.text))
        last = bisect_left(leaf.block.offsets, offset + length)
        return leaf.spot(first, max(last, first + 1))

    def origins(self) -> dict[int, Origin]:
        """Return where each piece was written, by its place."""
        found: dict[int, Origin] = {}
        for leaf in self.leaves:
            found.setdefault(leaf.piece, leaf.block.origin())
        return found

    def sentences(self) -> Iterator[tuple[str, Leaf, int, int]]:
        """Yield every sentence of the running text: its identity, and where it stands in a leaf."""
        for leaf in self.leaves:
            ends = sentence_ends(leaf.block.text)
            for start, end in pairwise(ends):
                if leaf.block.text[start:end].strip():
                    yield identity(leaf.block.text[start:end]), leaf, start, end
