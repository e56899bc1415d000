"""A book or chapter divided into the pages of a site, and what leads from one to another. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape, unescape

from chapterkit.formats import AnyPrinting, ChapterPrinting
from chapterkit.formats.shared.evidence import evidence_blocks, reachable
from chapterkit.formats.shared.sheet import as_page
from chapterkit.formats.shared.whole import Piece, pieces
from chapterkit.manuscript.plan import EVIDENCE
from chapterkit.text.passes import with_chapter_number
from chapterkit.text.tree import (
    Attributes,
    Element,
    Tree,
    attributes_of,
    header,
    kind_of,
    level_of,
    string,
    tree_blocks,
)

INDEX = "index"
LONG = 12_000
"""From how many characters on a text is divided into its sections, each a page."""


@dataclass(frozen=True)
class Sketch:
    """What is to be a page: the name of its file, the level of its heading, and its blocks.

    The heading of a part of the book has no name: it only stands in the contents.
    """

    name: str
    level: int
    blocks: list[Element] = field(repr=False)


def sketches(printing: AnyPrinting) -> list[Sketch]:
    """Return the pages of a book or chapter, in order; that of a book's title is none of them."""
    names = _Names()
    if isinstance(printing, ChapterPrinting):
        blocks = tree_blocks(_as_section(printing))
        made = list(_of_text(blocks, INDEX, "", is_long(printing), names))
        return made + ([_evidence(printing, names)] if printing.evidence else [])
    made = []
    for piece in pieces(printing, _as_section):
        made += _of_piece(piece, printing, names)
    has_evidence = any(one.name == EVIDENCE for one in made)
    if printing.evidence and not has_evidence:
        made.append(_evidence(printing, names))
    return made


class _Names:
    """The names of files that are taken; no two differ in more than their letters' case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, name: str) -> str:
        """Take a name, with a number behind it if it is taken already."""
        wanted, place = name, 1
        while wanted.casefold() in self._taken:
            place += 1
            wanted = f"{name}-{place}"
        self._taken.add(wanted.casefold())
        return wanted


def _as_section(printing: ChapterPrinting) -> Tree:
    return with_chapter_number(as_page(printing), printing.label)


def is_long(printing: ChapterPrinting) -> bool:
    """Tell whether a text is divided into its sections."""
    return len(printing.document.rendered.text) > LONG


def _of_piece(piece: Piece, printing: AnyPrinting, names: _Names) -> Iterator[Sketch]:
    if not piece.blocks:  # the contents, which stand on every page
        return
    if piece.role == "part":
        yield Sketch("", 1, piece.blocks)
        return
    if not piece.slug:
        own = attributes_of(piece.blocks[0]).identifier.removeprefix("book-")
        reached = own == EVIDENCE
        blocks = _reachable(piece.blocks) if reached else piece.blocks
        yield Sketch(names.free(own), 1, blocks)
        return
    [text] = (one for one in printing.chapters if one.slug == piece.slug)
    name = f"{piece.slug}-text" if piece.slug == INDEX else piece.slug
    yield from _of_text(piece.blocks, name, f"{piece.slug}-", is_long(text), names)


def _of_text(
    blocks: Sequence[Element], name: str, prefix: str, long: bool, names: _Names
) -> Iterator[Sketch]:
    """Yield the page of a text or, if it is long, its beginning and its sections."""
    held: list[Element] = []
    level, own = 1, names.free(name)
    number = 0
    for block in blocks:
        if long and kind_of(block) == "Header" and level_of(block) == 2:
            yield Sketch(own, level, held)
            number += 1
            held, level = [], 2
            own = names.free(_section_name(prefix, attributes_of(block).identifier, number))
        held.append(block)
    yield Sketch(own, level, held)


def _section_name(prefix: str, identifier: str, number: int) -> str:
    """Return what a section's file is called: by its identifier where that can name a file."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", identifier):
        return f"{prefix}{number}"
    return identifier if prefix and identifier.startswith(prefix) else prefix + identifier


def _evidence(printing: AnyPrinting, names: _Names) -> Sketch:
    title = [string(printing.config.wording.evidence)]
    heading = header(1, Attributes(f"book-{EVIDENCE}", ["unnumbered"]), title)
    return Sketch(names.free(EVIDENCE), 1, [heading, *_reachable(evidence_blocks(printing))])


def _reachable(blocks: Iterable[Element]) -> list[Element]:
    return [reachable(one) if kind_of(one) == "Div" else one for one in blocks]


# --- what pandoc has written of them, as pages


@dataclass(frozen=True)
class Entry:
    """A line of the contents: how deep it stands, what it says as HTML, and where it leads.

    `page` is the name of the page, empty for a part of the book; `top` which entry of the first
    depth it belongs to.
    """

    depth: int
    html: str
    identifier: str
    page: str
    top: int

    def href(self, begins: bool) -> str:
        """Return its address; `begins` tells whether the page begins with it."""
        return f"{self.page}.html" + ("" if begins else f"#{self.identifier}")


@dataclass(frozen=True)
class Page:
    """A page of a site: its file's name, and its text as HTML."""

    name: str
    html: str = field(repr=False)

    @property
    def href(self) -> str:
        """Its address, seen from any other page."""
        return f"{self.name}.html"

    @cached_property
    def heading(self) -> re.Match[str] | None:
        """The heading that it begins with."""
        return _HEADING.search(self.html)

    @property
    def first(self) -> str:
        """The identifier that it begins with."""
        return self.heading[2] if self.heading else ""

    @property
    def title(self) -> str:
        """What it is called, as plain text."""
        return plain(self.heading[3]) if self.heading else ""

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """The identifiers that can be linked to."""
        return frozenset(unescape(one) for one in _IDENTIFIER.findall(self.html))


_MARK = re.compile(r"<!--page (\S*) ([1-6])-->\n?")
_HEADING = re.compile(r'<h([1-6])[^>]*? id="([^"]+)"[^>]*>(.*?)</h\1>', re.DOTALL)
_IDENTIFIER = re.compile(r'<[a-z][^<>]*? id="([^"]+)"')


def mark(sketch: Sketch) -> str:
    """Return what stands before a page in what pandoc writes of all."""
    return f"<!--page {sketch.name} {sketch.level}-->"


@dataclass(frozen=True)
class Divided:
    """A site's pages in order, and its contents."""

    pages: tuple[Page, ...]
    entries: tuple[Entry, ...]


def divided(contents: str, body: str) -> Divided:
    """Return the pages that pandoc's contents and text come to, links between them made good."""
    body, notes = _without_notes(body)
    _, *parts = _MARK.split(body)
    chunks = list(zip(parts[::3], parts[1::3], parts[2::3], strict=True))
    pages = [
        Page(name, _with_notes(_raised(html, int(level) - 1), notes))
        for name, level, html in chunks
        if name
    ]
    homes = {one: page.name for page in pages for one in page.identifiers}
    led = tuple(replace(page, html=_led(page, homes)) for page in pages)
    return Divided(led, tuple(_entries(contents, homes)))


def _raised(html: str, levels: int) -> str:
    """Return a page whose headings are some levels higher."""
    if not levels:
        return html
    return re.sub(r"(</?h)([1-6])\b", lambda one: f"{one[1]}{int(one[2]) - levels}", html)


_LINK = re.compile(r'(<a\b[^<>]*?\shref=")#([^"]+)"')


def _led(page: Page, homes: Mapping[str, str]) -> str:
    """Return a page whose links lead to other pages where their ends stand there."""

    def change(found: re.Match[str]) -> str:
        home = homes.get(unescape(found[2]), page.name)
        return found[0] if home == page.name else f'{found[1]}{home}.html#{found[2]}"'

    # What stands on several pages, a card, is found on its own.
    return _LINK.sub(
        lambda found: found[0] if unescape(found[2]) in page.identifiers else change(found),
        page.html,
    )


_NOTES = re.compile(r'<div id="footnotes".*?<ol>\n?(.*)</ol>\s*</div>', re.DOTALL)
_NOTE = re.compile(r'(?=<li id="fn\d+">)')
_NOTE_MARK = re.compile(r'href="#fn(\d+)" class="footnote-ref" id="fnref\1"([^>]*)><sup>\1</sup>')


def _without_notes(body: str) -> tuple[str, list[str]]:
    """Return a text without its notes, and the notes."""
    found = _NOTES.search(body)
    if not found:
        return body, []
    notes = [one.strip() for one in _NOTE.split(found[1]) if one.strip()]
    return body[: found.start()] + body[found.end() :], notes


def _with_notes(html: str, notes: Sequence[str]) -> str:
    """Return a page with the notes that it refers to behind it, counted from 1."""
    numbers = [int(one[1]) for one in _NOTE_MARK.finditer(html)]
    if not numbers:
        return html
    places = {number: place for place, number in enumerate(numbers, 1)}
    html = _NOTE_MARK.sub(
        lambda one: (
            f'href="#fn{places[int(one[1])]}" class="footnote-ref" '
            f'id="fnref{places[int(one[1])]}"{one[2]}><sup>{places[int(one[1])]}</sup>'
        ),
        html,
    )
    own = "\n".join(_renumbered(notes[number - 1], number, places[number]) for number in numbers)
    return (
        f'{html}<div id="footnotes" class="footnotes" role="doc-endnotes">\n<hr>\n'
        f"<ol>\n{own}\n</ol>\n</div>\n"
    )


def _renumbered(note: str, number: int, place: int) -> str:
    return note.replace(f'id="fn{number}"', f'id="fn{place}"', 1).replace(
        f'href="#fnref{number}"', f'href="#fnref{place}"'
    )


# --- contents

_STEP = re.compile(r'<(/?)ul>|<a href="#([^"]+)" id="toc-[^"]+">(.*?)</a>', re.DOTALL)


def _entries(contents: str, homes: Mapping[str, str]) -> Iterator[Entry]:
    depth, top = 0, -1
    for found in _STEP.finditer(contents):
        if not found[2]:
            depth += -1 if found[1] else 1
            continue
        identifier = unescape(found[2])
        top += depth == 1
        yield Entry(depth, found[3].strip(), identifier, homes.get(identifier, ""), top)


def contents_for(site: Divided, page: Page | None) -> str:
    """Return the contents as a page has them: every text, and the sections of the page's own.

    Without a page, the sections of every text.
    """
    begins = {one.name: one.first for one in site.pages}
    top = next((one.top for one in site.entries if page and one.page == page.name), None)

    def stands(one: Entry) -> bool:
        if page is None:
            return one.depth <= 2
        return one.depth == 1 or (one.top == top and (one.depth == 2 or one.page == page.name))

    shown = [(one.depth, _line(one, page, begins)) for one in site.entries if stands(one)]
    return _nested(shown, 1) if shown else ""


def _nested(lines: Sequence[tuple[int, str]], depth: int) -> str:
    """Return lines as a list, deeper ones as lists within the line before them."""
    starts = [place for place, (own, _) in enumerate(lines) if own <= depth] or [0]
    made: list[str] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        inner = lines[start + 1 : end]
        made.append(f"<li{lines[start][1]}{_nested(inner, depth + 1) if inner else ''}</li>")
    return f"<ul>\n{chr(10).join(made)}\n</ul>"


def _line(one: Entry, page: Page | None, begins: Mapping[str, str]) -> str:
    if not one.page:
        return f' class="part">{one.html}'
    is_first = begins.get(one.page) == one.identifier
    here = ' aria-current="page"' if page and is_first and one.page == page.name else ""
    return f'><a href="{escape(one.href(is_first))}"{here}>{one.html}</a>'


# --- plain text

_HIDDEN = re.compile(
    r"<div popover\b.*?</dl></div>|<annotation\b.*?</annotation>|<svg\b.*?</svg>"
    r'|<span class="ways-back">.*?</span>|<a [^>]*class="footnote-(?:ref|back)".*?</a>'
    r"|<sup>.*?</sup>",
    re.DOTALL,
)
_BREAK = re.compile(r"</(?:p|li|h[1-6]|td|th|tr|div|figcaption|caption|dt|dd|pre)>|<br ?/?>")
_TAG = re.compile(r"<[^>]*>")


def plain(html: str) -> str:
    """Return the text of a stretch of HTML on one line, without marks of citations and notes.

    >>> plain('<p>甲 &amp; <em>乙</em><sup>[1]</sup>。</p><p>丙</p>')
    '甲 & 乙。 丙'
    """
    text = _TAG.sub("", _BREAK.sub(" ", _HIDDEN.sub("", html)))
    return " ".join(unescape(text).split())


def searched(pages: Iterable[Page]) -> Iterator[tuple[str, str, str, str]]:
    """Yield what is searched: of each section its address, title, page and text."""
    for page in pages:
        starts = list(_HEADING.finditer(page.html))
        ends = [*(one.start() for one in starts[1:]), len(page.html)]
        for heading, end in zip(starts, ends, strict=True):
            is_first = heading is starts[0]
            title = plain(heading[3])
            address = page.href if is_first else f"{page.href}#{unescape(heading[2])}"
            told = "" if is_first else page.title
            yield address, title, told, plain(page.html[heading.end() : end])
