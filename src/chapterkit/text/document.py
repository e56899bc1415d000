"""A chapter as pandoc read it: blocks of flat text, and where each character was written. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

from chapterkit.errors import Origin
from chapterkit.patterns import Late
from chapterkit.text.aligning import aligned
from chapterkit.text.flattening import Inline, Leaf, leaves
from chapterkit.text.metadata import metadata_end
from chapterkit.text.numbering import UNCOUNTED, Counting, Thing, things_of
from chapterkit.text.origins import Rendered
from chapterkit.text.placing import places
from chapterkit.text.sentences import sentence_at, sentence_ends
from chapterkit.text.tree import (
    FORMATTED,
    OPAQUE,
    Element,
    Tree,
    attributes_of,
    kind_of,
    level_of,
    tree_blocks,
)

__all__ = [
    "ADDRESS", "BETWEEN", "CITE", "CODE", "MATH", "NOTE_CALL", "OPAQUE",
    "Block", "Comment", "Document", "Hit", "Inline", "Prose", "Warned",
]  # fmt: skip

# What stands for an inline that is no prose, one mark for each of its characters. These are
# Unicode's noncharacters, so that no pattern can take them for text.
CODE, MATH, CITE, ADDRESS = "\ufdd2", "\ufdd3", "\ufdd4", "\ufdd5"
# What stands between two blocks in a document's prose: no pattern that excludes line breaks, or
# names the characters it wants, can run from one block into the next.
BETWEEN = "\n\ufdd6\n"
NOTE_CALL = re.compile(r"\[\^([^\]\s]+)\]")
"""What calls a note, where it has stayed literal since no note has that label."""
_METADATA = re.compile(r"^(?:---|\+\+\+)[ \t]*\n(?=[\w.-]+[ \t]*[:=](?:[ \t]|$))", re.MULTILINE)
_MASKS = {"Code": CODE, "RawInline": CODE, "Math": MATH, "Cite": CITE}
_ADDRESS = re.compile(
    r"(?:https?|ftp|file|mailto)://?[!-~]+[\w/]|\bwww\.[!-~]+[\w/]"
    r"|[\w.+-]+@[\w-]+\.[\w.-]*\w|\b10\.\d{4,}/[!-~]*\w",
    re.ASCII,
)
_MARKED_UP = FORMATTED | {"Link", "Reference", "Image", "Cite", "Note"}


@dataclass(frozen=True)
class Block:
    """A leaf of the document (paragraph, heading, code block…) as flat text.

    `text` has one character for each that a reader sees; formulas stand as their source, a note
    as one U+FFFC. `offsets[i]` is where text[i] stands in the rendered Markdown. `within` are
    the containers from the outside in (BlockQuote, BulletList, Div, Note, Table…).
    """

    kind: str
    text: str
    offsets: Sequence[int] = field(repr=False)
    inlines: tuple[Inline, ...]
    start: int
    containers: tuple[Element, ...] = field(repr=False)
    element: Element = field(repr=False)
    rendered: Rendered = field(repr=False)

    def origin(self, position: int = 0) -> Origin:
        """Return the file, line and column at which text[position] was written."""
        if not self.offsets:
            return self.rendered.origin(self.start)
        return self.rendered.origin(self.offsets[min(position, len(self.offsets) - 1)])

    def stretch(self, start: int, end: int) -> tuple[Origin, Origin] | None:
        """Return where text[start:end] begins and ends, if it was typed in one go; or None."""
        offsets = self.offsets
        if not start < end <= len(offsets):
            return None
        return self.rendered.stretch(offsets[start], offsets[end - 1])

    @property
    def within(self) -> tuple[str, ...]:
        """The kinds of the containers."""
        return tuple(kind_of(container) for container in self.containers)

    @property
    def identifier(self) -> str:
        """What links to a heading, say, name it by; empty if there is nothing."""
        return attributes_of(self.element).identifier

    @property
    def level(self) -> int:
        """The level of a heading; 0 for any other block."""
        return level_of(self.element)

    def masked(self, *kinds: str) -> str:
        """Return the text with inlines of these kinds replaced by U+FFFC, length unchanged."""
        return self._covered(dict.fromkeys(kinds, OPAQUE))

    def _covered(self, marks: Mapping[str, str]) -> str:
        """Return the text with each character of inlines of these kinds replaced by its mark."""
        text, at = self.text, 0
        parts: list[str] = []
        for inline in self.inlines:
            if inline.kind in marks and inline.end > at:
                start = max(inline.start, at)
                parts += [text[at:start], marks[inline.kind] * (inline.end - start)]
                at = inline.end
        return "".join([*parts, text[at:]]) if parts else text

    @cached_property
    def prose(self) -> str:
        """The text, of the same length, with what is no prose masked.

        Each character of code, formulas, citations and addresses (URL, e-mail, DOI) is CODE,
        MATH, CITE or ADDRESS; a note's mark stays OPAQUE, and what calls a note that is nowhere
        is that, too; recorded numbers stay as they are read.
        """
        masked = self._covered(_MASKS)
        if "[^" in masked:
            masked = NOTE_CALL.sub(lambda found: OPAQUE * len(found[0]), masked)
        if ":/" in masked or "@" in masked or "www." in masked or "10." in masked:
            masked = _ADDRESS.sub(lambda found: ADDRESS * len(found[0]), masked)
        return masked

    @cached_property
    def edges(self) -> tuple[frozenset[int], frozenset[int]]:
        """The positions at which markup begins, and those at which it ends."""
        return (
            frozenset(inline.start for inline in self.inlines),
            frozenset(inline.end for inline in self.inlines),
        )

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return sentence_ends(self.text)

    def sentence(self, position: int) -> tuple[int, int]:
        """Return start and end of the sentence round text[position]."""
        return sentence_at(self._sentence_ends, position)

    @cached_property
    def seams(self) -> frozenset[int]:
        """Positions at which emphasis, a link, an image, a citation or a note begins or ends."""
        return frozenset(
            edge
            for inline in self.inlines
            if inline.kind in _MARKED_UP
            for edge in (inline.start, inline.end)
        )

    def is_typed(self, position: int) -> bool:
        """Tell whether text[position] was typed as it is, at this place of the author's file.

        What a template's expression gave, or an entity or escape stands for, was not.
        """
        offset = self.offsets[position]
        return (
            self.rendered.is_typed(offset)
            and self.rendered.text[offset : offset + 1] == self.text[position]
        )

    def is_escaped(self, position: int) -> bool:
        """Tell whether the author put a backslash before text[position], to have it printed."""
        offset = self.offsets[position]
        return offset > 0 and self.rendered.text[offset - 1] == "\\"

    def numbers(self) -> Iterator[Inline]:
        """Yield the recorded numbers that the block shows, in order."""
        return (inline for inline in self.inlines if inline.kind == "Number")

    def citations(self) -> tuple[str, ...]:
        """Return the citation keys of the block, in order."""
        return self._citations

    @cached_property
    def _citations(self) -> tuple[str, ...]:
        return tuple(key for inline in self.inlines for key in inline.citations)


def _converted(leaf: Leaf, source: Block) -> Block:
    """Return a block converted from another, each character where that one's was written."""
    places = aligned(source.text, leaf.text)
    offsets = [source.offsets[min(one, len(source.offsets) - 1)] for one in places[:-1]]
    return Block(
        leaf.kind, leaf.text, offsets if source.offsets else (), leaf.inlines, source.start,
        leaf.containers, leaf.element, source.rendered,
    )  # fmt: skip


class Hit(NamedTuple):
    """Where a pattern matched in a document's prose: text[start:end] of a block."""

    block: Block
    start: int
    end: int
    match: re.Match[str]

    def place(self, group: str | int) -> tuple[int, int]:
        """Return where a group of the pattern stands in the block's text."""
        shift = self.start - self.match.start()
        return self.match.start(group) + shift, self.match.end(group) + shift


@dataclass(frozen=True)
class Prose:
    """The running text of a document (paragraphs, headings, notes, captions) as one string.

    A pattern run over it once is much faster than one run over each block. `starts[i]` is where
    the prose of `blocks[i]` begins; BETWEEN stands between two of them.
    """

    text: str = field(repr=False)
    starts: tuple[int, ...] = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)

    def place(self, offset: int) -> tuple[Block, int]:
        """Return the block that text[offset] belongs to, and the position in it."""
        index = max(0, bisect_right(self.starts, offset) - 1)
        return self.blocks[index], offset - self.starts[index]

    def finditer(self, pattern: re.Pattern[str] | Late) -> Iterator[Hit]:
        """Yield where `pattern` matches, in the order of the text."""
        for match in pattern.finditer(self.text):
            block, start = self.place(match.start())
            yield Hit(block, start, start + len(match[0]), match)


@dataclass(frozen=True)
class Warned:
    """One message of pandoc's log: its type, as pandoc names it, and its fields."""

    type: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Comment:
    """An HTML comment of the author's: where it begins in the rendered Markdown, and its text."""

    offset: int
    text: str


@dataclass(frozen=True)
class Document:
    """One chapter as pandoc read it, with the Markdown it was given and what it warned of.

    The comments are no longer in the Markdown: blanks stand in their place. `counting` says how
    its figures and the like are counted; `elsewhere` holds what it refers to in other chapters;
    `leading` the addresses of links to files of the book, with what they lead to in the tree;
    `formats` names those that it is printed in, empty for any. `source` is the document that one
    in another script was converted from, block by block.
    """

    tree: Tree = field(repr=False)
    rendered: Rendered = field(repr=False)
    warned: tuple[Warned, ...] = ()
    comments: tuple[Comment, ...] = ()
    counting: Counting = UNCOUNTED
    elsewhere: Mapping[str, Thing] = field(default_factory=dict, repr=False)
    leading: Mapping[str, str] = field(default_factory=dict, repr=False)
    formats: frozenset[str] = frozenset()
    source: Document | None = field(default=None, repr=False)

    def is_for(self, format: str) -> bool:
        """Tell whether it is printed in a format, as far as that is known."""
        return not self.formats or format in self.formats

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """What in the document bears a number or an identifier, in the order of the text."""
        return tuple(things_of(self.tree, self.counting))

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Every leaf block in reading order, a note's blocks after the block that calls it."""
        found = list(leaves(tree_blocks(self.tree)))
        if self.source:
            return tuple(map(_converted, found, self.source.blocks))
        return tuple(
            Block(
                leaf.kind, leaf.text, offsets, leaf.inlines, start,
                leaf.containers, leaf.element, self.rendered,
            )
            for leaf, (offsets, start) in zip(found, places(found, self.rendered.text), strict=True)
        )  # fmt: skip

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what can be derived again when a document is pickled."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @cached_property
    def metadata(self) -> tuple[tuple[int, int], ...]:
        """Where metadata stand in the Markdown, from --- to ---: no reader takes them for such."""
        text = self.rendered.text
        starts = (one.start() for one in _METADATA.finditer(text))
        return tuple((start, end) for start in starts if (end := metadata_end(text, start)))

    def is_metadata(self, block: Block) -> bool:
        """Tell whether a block, whatever pandoc takes it for, is metadata."""
        return any(start <= block.start < end for start, end in self.metadata)

    @cached_property
    def paragraphs(self) -> tuple[Block, ...]:
        """The blocks of running text."""
        return tuple(block for block in self.blocks if block.kind in {"Para", "Plain"})

    @cached_property
    def prose(self) -> Prose:
        """The running text as one string: see Block.prose and Prose."""
        blocks = tuple(
            one
            for one in self.blocks
            if one.kind in {"Para", "Plain", "Header"} and not self.is_metadata(one)
        )
        starts: list[int] = []
        offset = 0
        for block in blocks:
            starts.append(offset)
            offset += len(block.prose) + len(BETWEEN)
        return Prose(BETWEEN.join(block.prose for block in blocks), tuple(starts), blocks)

    def origin_of_character(self, character: str) -> Origin | None:
        """Return where a character first stands in the manuscript, or None if it does not."""
        offset = self.rendered.text.find(character)
        return None if offset < 0 else self.rendered.origin(offset)
