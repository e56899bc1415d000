"""A chapter as a row of pieces, one for each block: what a page that lives replaces one by one.

The pieces are those of the HTML page, with the same passes and the same writer.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chapterkit.drawing import style_sheet
from chapterkit.formats import ChapterPrinting
from chapterkit.formats.shared.exhibits import (
    aligned,
    over_exhibits,
    scrolling,
    unseen,
    with_heads_that_speak,
)
from chapterkit.formats.shared.html_page import touched
from chapterkit.formats.shared.pictures import put_in, standing_in, with_drawings
from chapterkit.formats.shared.sizes import on_screens
from chapterkit.text.numbering import captioned, sectioned, tagged, with_tag
from chapterkit.text.passes import over_elements, passed, with_labels_apart, without_even_columns
from chapterkit.text.tree import (
    Element,
    Tree,
    chapter_heading,
    inlines_of,
    number_id,
    raw,
    raw_block,
    tree_blocks,
    with_blocks,
)

SHEET_ARGUMENTS = ["--to=html5", "--mathml", "--wrap=none"]
_BETWEEN = "<!--piece-->"
_SPLIT = re.compile(rf"\n?{_BETWEEN}\n?")
_KEY_LENGTH = 16


@dataclass(frozen=True)
class Piece:
    """One block of a page as HTML; `key` is a digest of it, told apart where blocks are alike."""

    key: str
    html: str = field(repr=False)


@dataclass(frozen=True)
class Sheet:
    """A chapter as a page shows it.

    `name` is the chapter's slug, `title` and `label` stand at its head, `style` is what its
    language adds to the style sheets. `data` is what the page's panels tell, as JSON has it;
    `failures` are why there is no newer text, as JSON, too.
    """

    name: str
    title: str
    label: str
    language: str
    style: str = field(default="", repr=False)
    pieces: tuple[Piece, ...] = field(default=(), repr=False)
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    failures: tuple[Mapping[str, Any], ...] = ()


def as_page(printing: ChapterPrinting) -> Tree:
    """Return a chapter's tree with captions, numbers of sections and labels as a page has them."""
    counting = printing.document.counting
    return passed(
        printing.tree,
        captioned(counting),
        sectioned(counting),
        tagged(counting, with_tag),
        with_labels_apart(printing.labels, printing.config.wording.heading),
        without_even_columns,
    )


def without_chapter_heading(tree: Tree) -> Tree:
    """Return a tree without the chapter's own heading, which the page's header shows."""
    heading = chapter_heading(tree)
    return with_blocks(tree, [block for block in tree_blocks(tree) if block is not heading])


def sheet_tree(printing: ChapterPrinting) -> Tree:
    """Return a chapter's tree with a mark behind each of its blocks, the chapter's heading kept."""
    return marked(unmarked(printing))


def unmarked(printing: ChapterPrinting) -> Tree:
    """Return a chapter's tree as a page that lives has it, the chapter's heading kept."""
    return passed(
        as_page(printing),
        aligned(printing, unseen),
        over_exhibits(printing, scrolling(printing)),
        over_elements(_as_button, {"Span"}),
        on_screens(printing),
        standing_in(printing),
    )


def marked(tree: Tree) -> Tree:
    """Return a tree with a mark behind each of its blocks."""
    mark = raw_block("html", _BETWEEN)
    return with_blocks(tree, [one for block in tree_blocks(tree) for one in (block, mark)])


def _as_button(element: Element) -> Element | list[Element]:
    """Make of a recorded number what can be pointed at, touched and reached by keyboard."""
    number = number_id(element)
    if number is None:
        return element
    opening = f'<span class="number" role="button" tabindex="0" data-number="{number}">'
    return [raw("html", opening), *inlines_of(element), raw("html", "</span>")]


def pieces_of(written: bytes, printing: ChapterPrinting) -> list[str]:
    """Return the blocks of what pandoc wrote of a `sheet_tree`, last what it put behind them."""
    spoken = with_heads_that_speak(with_drawings(written, printing))
    return [touched(part).strip() for part in _SPLIT.split(put_in(spoken, printing).decode())]


def keyed(pieces: Iterable[str]) -> tuple[Piece, ...]:
    """Return pieces with their keys.

    >>> [one.key.partition("-")[2] for one in keyed(["<p>甲</p>", "<p>乙</p>", "<p>甲</p>"])]
    ['', '', '2']
    """
    seen: Counter[str] = Counter()
    made: list[Piece] = []
    for html in pieces:
        key = hashlib.sha256(html.encode()).hexdigest()[:_KEY_LENGTH]
        seen[key] += 1
        made.append(Piece(key if seen[key] == 1 else f"{key}-{seen[key]}", html))
    return tuple(made)


def sheet_of(printing: ChapterPrinting, pieces: Iterable[str]) -> Sheet:
    """Return the sheet of a chapter whose blocks were written so, with what it is told of."""
    return Sheet(
        name=printing.slug,
        title=printing.title,
        label=printing.label,
        language=printing.language,
        style=printing.config.locale.html_style + style_sheet(chosen=True),
        pieces=keyed(filter(None, pieces)),
        data=printing.told,
    )
