"""A book at one time as a row of paragraphs, each with where it stands and what it says. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from chapterkit.errors import Origin
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document
from chapterkit.text.flattening import Inline
from chapterkit.text.tree import Element, kind_of

_BLANK = re.compile(r"\s+")
# Where a sentence ends, in Chinese and in the scripts of Europe.
_END = re.compile(r"[。！？][”’」』）]*|(?<=[a-z\])”])[.!?][”’\"')]*(?=\s+[A-Z“‘\"(])|\n")
_CELLS = "　"
"""What stands between the cells of a table, which is compared as one text."""


@dataclass(frozen=True)
class State:
    """A book at one time: its name (a revision, or the work tree), and its chapters as read.

    `aliases` say what identifiers are called in the state that it is compared with, where they are
    called otherwise there.
    """

    name: str
    book: Book
    documents: Mapping[str, Document] = field(repr=False)
    aliases: Mapping[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """Every heading of the book, in order."""
        return tuple(
            Heading(chapter, block.identifier, block.level, block.text, block.origin())
            for chapter, document in self.documents.items()
            for block in document.blocks
            if block.kind == "Header"
        )

    @cached_property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """Every paragraph of the book, in order; whatever else holds text is one, too."""
        found = (
            paragraph
            for chapter, document in self.documents.items()
            for paragraph in _paragraphs(chapter, document, self.aliases)
        )
        return tuple(found)


@dataclass(frozen=True)
class Heading:
    """A heading: the chapter it stands in, what it is known by, its level and text."""

    chapter: str
    identifier: str
    level: int
    text: str
    origin: Origin

    @property
    def name(self) -> str:
        """What it is known by: its identifier, or else its text."""
        return self.identifier or self.text


@dataclass(frozen=True)
class Sentence:
    """A sentence of a paragraph: its place there, and what it is compared by.

    `words` is the same without citations: how much it says.
    """

    start: int
    end: int
    key: str
    words: str

    @property
    def is_prose(self) -> bool:
        """Whether it is made of words: signs of a formula stand in every other one, too."""
        said = sum(one.isalnum() or ord(one) >= _FIRST for one in self.words)
        return said >= _MOSTLY_WORDS * len(self.words)


@dataclass(frozen=True, eq=False)
class Paragraph:
    """One paragraph: its text as a reader sees it, and where it stands.

    `headings` are those that it stands below, the chapter's title first; `blocks` what it is made
    of: one, or the cells of a table. Each paragraph is equal to itself alone.
    """

    chapter: str
    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...] = field(repr=False)
    aliases: Mapping[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def text(self) -> str:
        """What a reader sees, citations as they are typed."""
        return _CELLS.join(block.text for block in self.blocks)

    @property
    def kind(self) -> str:
        """Para, CodeBlock, Table, Note…: what the paragraph is."""
        within = self.blocks[0].within
        return next((one for one in within if one in _ALONE), self.blocks[0].kind)

    @property
    def origin(self) -> Origin:
        """Where it was written."""
        return self.blocks[0].origin()

    @property
    def section(self) -> Heading | None:
        """The heading right above it."""
        return self.headings[-1] if self.headings else None

    @cached_property
    def key(self) -> str:
        """What it is compared by: blanks do not count, nor what number a reference prints."""
        return _key("".join(self._pieces))

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Its sentences, as they are compared."""
        ends = [0, *(found.end() for found in _END.finditer(self.text)), len(self.text)]
        found = (
            Sentence(start, end, _key("".join(self._pieces[start:end])), self._words(start, end))
            for start, end in pairwise(ends)
        )
        return tuple(one for one in found if one.key)

    def _words(self, start: int, end: int) -> str:
        pieces = (self._pieces[at] for at in range(start, end) if at not in self._cited)
        return _key("".join(pieces))

    @cached_property
    def _cited(self) -> frozenset[int]:
        """The positions of its characters that are citations."""
        found = ((one, at) for one, at in self._inlines if one.kind == "Cite")
        return frozenset(
            place for one, at in found for place in range(at, at + one.end - one.start)
        )

    @cached_property
    def _pieces(self) -> list[str]:
        """Its characters; of a reference, the first is where it points, the others nothing."""
        pieces = list(self.text)
        start = 0
        for block in self.blocks:
            for one in block.inlines:
                if (
                    one.kind == "Reference"
                    and one.end > one.start
                    and _NUMBERED.search(block.text, one.start, one.end)
                ):
                    pieces[start + one.start] = f"[#{self._called(one)}]"
                    pieces[start + one.start + 1 : start + one.end] = [""] * (
                        one.end - one.start - 1
                    )
            start += len(block.text) + len(_CELLS)
        return pieces

    @cached_property
    def numbers(self) -> tuple[tuple[str, int], ...]:
        """The recorded numbers that it shows, each with its position."""
        return tuple((one.number, at) for one, at in self._inlines if one.kind == "Number")

    @cached_property
    def citations(self) -> tuple[tuple[str, int], ...]:
        """The keys that it cites, each with its position."""
        return tuple((key, at) for one, at in self._inlines for key in one.citations)

    @cached_property
    def references(self) -> tuple[tuple[str, int], ...]:
        """The identifiers that it refers to, each with its position."""
        found = ((one, at) for one, at in self._inlines if one.kind == "Reference")
        return tuple((self._called(one), at) for one, at in found)

    def _called(self, reference: Inline) -> str:
        name = reference.target.removeprefix("#")
        return self.aliases.get(name, name)

    @property
    def _inlines(self) -> Iterator[tuple[Inline, int]]:
        start = 0
        for block in self.blocks:
            yield from ((one, start + one.start) for one in block.inlines)
            start += len(block.text) + len(_CELLS)

    def sentence(self, position: int) -> str:
        """Return the sentence round a position, as a reader sees it.

        A citation that stands behind a sentence belongs to it.
        """
        start = 0
        for one in self.sentences:
            if not one.key.startswith("[@"):
                start = one.start
            if one.start <= position < one.end:
                return self.text[start : one.end].strip()
        return self.text.strip()

    def beginning(self, most: int = 24) -> str:
        """Return the first words."""
        text = " ".join(self.text.split())
        return text if len(text) <= most else text[: most - 1] + "…"


_NUMBERED = re.compile(r"\d|[一二三四五六七八九十]")
# What a paragraph is called after, whatever it is made of.
_ALONE = frozenset({"Table", "Note", "Figure"})


def _key(text: str) -> str:
    """Return a text without its blanks, each word of an alphabet as one character of its own.

    So a word counts as much as a Han character, and words are alike or not, never by letters.
    """
    return _BLANK.sub("", _WORD.sub(_code, text))


_WORD = re.compile(
    r"[^\W\d_\u2e80-\U0003ffff]+(?:['’-][^\W\d_\u2e80-\U0003ffff]+)*|\d+(?:[.,]\d+)*"
)
_CODES: dict[str, str] = {}
_MOSTLY_WORDS = 0.65
_FIRST, _CODED = 0xF0000, 0x1FFFE  # the characters that mean nothing to anybody else


def _code(word: re.Match[str]) -> str:
    return _CODES.setdefault(word[0], chr(_FIRST + len(_CODES) % _CODED))


def _paragraphs(
    chapter: str, document: Document, aliases: Mapping[str, str]
) -> Iterator[Paragraph]:
    headings: list[Heading] = []
    for blocks in _together(document.blocks):
        first = blocks[0]
        if first.kind == "Header":
            while headings and headings[-1].level >= first.level:
                headings.pop()
            found = Heading(chapter, first.identifier, first.level, first.text, first.origin())
            headings.append(found)
            continue
        paragraph = Paragraph(chapter, tuple(headings), tuple(blocks), aliases)
        if paragraph.key and not document.is_metadata(first):
            yield paragraph


def _together(blocks: Iterable[Block]) -> Iterator[Sequence[Block]]:
    """Yield blocks one by one, but those of a table together."""
    table: Element | None = None
    cells: list[Block] = []
    for block in blocks:
        outer = next((one for one in block.containers if kind_of(one) == "Table"), None)
        if outer is not table and cells:
            yield cells
            cells = []
        table = outer
        if outer is None:
            yield [block]
        else:
            cells.append(block)
    if cells:
        yield cells
