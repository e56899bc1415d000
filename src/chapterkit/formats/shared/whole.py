"""A whole book as the row of its pieces: texts, parts, contents, lists, references.

What several formats share about it: they differ in what they put before each piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from chapterkit.formats import AnyPrinting, BookPrinting, ChapterPrinting
from chapterkit.formats.shared.evidence import evidence_blocks
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.plan import EVIDENCE, Part, letter
from chapterkit.manuscript.publication import bylines
from chapterkit.text.numbering import Printed, Tag, as_words, captioned, sectioned, tagged, with_tag
from chapterkit.text.passes import numbered, passed, unwrap_numbers, with_labels_apart
from chapterkit.text.tree import (
    Attributes,
    Element,
    Tree,
    header,
    link,
    paragraph,
    string,
    tree_blocks,
    with_blocks,
)
from chapterkit.text.whole import part_id

Role = Literal["front", "contents", "list", "part", "chapter", "appendix", "references", "back"]


@dataclass(frozen=True)
class Piece:
    """A piece of a book that begins on a page of its own: what it is, is called, and holds.

    The first of its blocks is its heading; that of the contents has none. `slug` is that of a text.
    """

    role: Role
    label: str
    title: str
    blocks: list[Element] = field(repr=False)
    slug: str = ""


def assembled(
    printing: AnyPrinting,
    text: Callable[[ChapterPrinting], Tree],
    placed: Callable[[Piece], list[Element]] = lambda piece: piece.blocks,
) -> Tree:
    """Return the tree of a chapter, or of a book.

    `text` makes the tree of a text of the book as it is to be printed, `placed` the blocks of a
    piece with what stands before it.
    """
    if isinstance(printing, ChapterPrinting):
        return text(printing)
    blocks: list[Element] = []
    for piece in pieces(printing, text):
        blocks += placed(piece)
    return with_blocks(printing.chapters[0].tree, blocks)


def as_numbered(
    printing: ChapterPrinting, tag: Tag = with_tag, printed: Printed = as_words
) -> Tree:
    """Return a text's tree with its number, and those of all that it holds.

    `tag` puts a formula's number behind it, `printed` makes that of a figure or table.
    """
    counting, between = printing.document.counting, printing.config.wording.heading
    return passed(
        printing.tree,
        unwrap_numbers,
        numbered(printing.label, between),
        captioned(counting, printed),
        sectioned(counting),
        tagged(counting, tag),
        with_labels_apart(printing.labels, between),
    )


def front_pages(config: Config, classes: Sequence[str] = ()) -> list[Element]:
    """Return the title page and the copyright page, each a heading with lines below it."""
    title, *lines = (one for one in title_page(config).lines if one != config.series)
    pages = [_page("book-title", title, lines, classes)]
    if rows := copyright_page(config):
        pages.append(_page("book-copyright", config.wording.copyright, rows, classes))
    return [block for page in pages for block in page]


def _page(identifier: str, title: str, lines: list[str], classes: Sequence[str]) -> list[Element]:
    heading = header(
        1, Attributes(identifier, ["unnumbered", "unlisted", *classes]), [string(title)]
    )
    return [heading, *(paragraph([string(line)]) for line in lines)]


def pieces(printing: BookPrinting, text: Callable[[ChapterPrinting], Tree]) -> Iterator[Piece]:
    """Yield the pieces of a book in order; a format may leave out what it does not need."""
    ahead = [one for one in printing.chapters if one.role == "front"]
    behind = [one for one in printing.chapters if one.role == "back"]
    yield from (_text(one, text) for one in ahead)
    yield Piece("contents", "", printing.config.wording.contents, [])
    yield from _lists(printing)
    part: Part | None = None
    for one in printing.chapters:
        if one in ahead or one in behind:
            continue
        if one.part and one.part != part:
            yield _part(one.part, printing.config.wording.heading)
        part = one.part
        yield _text(one, text)
    if printing.config.appendix == EVIDENCE:
        yield _evidence(printing)
    if printing.references:
        title = printing.config.wording.references
        heading = _heading("book-references", [string(title)])
        yield Piece("references", "", title, [heading, *printing.references])
    yield from (_text(one, text) for one in behind)


def _text(one: ChapterPrinting, text: Callable[[ChapterPrinting], Tree]) -> Piece:
    return Piece(one.role, one.label, one.title, tree_blocks(text(one)), one.slug)


def _part(part: Part, between: str) -> Piece:
    words = [string(part.label), string(between), string(part.title)]
    return Piece("part", part.label, part.title, [_heading(part_id(part.number), words)])


def _evidence(printing: BookPrinting) -> Piece:
    """Return the evidence as the last appendix, with the next letter."""
    wording = printing.config.wording
    before = [one for one in printing.chapters if one.role == "appendix"]
    label, title = wording.appendix.format(number=letter(len(before))), wording.evidence
    heading = _heading(f"book-{EVIDENCE}", [string(label), string(wording.heading), string(title)])
    return Piece("appendix", label, title, [heading, *evidence_blocks(printing)])


def _heading(identifier: str, words: list[Element]) -> Element:
    return header(1, Attributes(identifier, ["unnumbered"]), words)


def _lists(printing: BookPrinting) -> Iterator[Piece]:
    """Yield the lists of figures and tables that the book asks for, if it has any."""
    wording, kinds = printing.config.wording, {"figures": "figure", "tables": "table"}
    for name in printing.config.lists:
        entries = [
            _entry(thing.label, thing.title, thing.identifier, wording.caption)
            for one in printing.chapters
            for thing in one.document.things
            if thing.kind == kinds[name]
        ]
        if entries:
            title = getattr(wording, name)
            heading = _heading(f"book-{name}", [string(title)])
            yield Piece("list", "", title, [heading, *entries])


def _entry(label: str, title: str, identifier: str, between: str) -> Element:
    words = [string(label + between + title if title else label)]
    return paragraph([link(words, f"#{identifier}")] if identifier else words)


# --- title page and copyright page


@dataclass(frozen=True)
class TitlePage:
    """What a title page says, each a line; empty for what book.yaml does not tell."""

    series: str
    title: str
    subtitle: str
    bylines: list[str]
    publisher: str

    @property
    def lines(self) -> list[str]:
        """All of it, in the order of the page."""
        said = (self.series, self.title, self.subtitle, *self.bylines, self.publisher)
        return [line for line in said if line]


def title_page(config: Config) -> TitlePage:
    """Return what a book's title page says."""
    made = bylines(config.makers, config.wording)
    return TitlePage(config.series, config.title, config.subtitle, made, config.publisher)


def copyright_page(config: Config) -> list[str]:
    """Return the lines of a book's copyright page; none if book.yaml tells nothing for it."""
    wording = config.wording
    between = wording.spaced
    told = (
        (wording.publisher, config.publisher),
        (wording.isbn, config.isbn),
        (wording.edition, config.edition),
        (wording.date, config.date),
        (wording.price, config.price),
    )
    lines = [f"{word}{between}{value}" for word, value in told if value]
    lines += [config.rights] if config.rights else []
    if not lines:
        return []
    titles = filter(None, (config.title, config.subtitle))
    title = wording.heading.join(titles)
    series = [config.series] if config.series else []
    return [title, *bylines(config.makers, wording), *series, *lines]
