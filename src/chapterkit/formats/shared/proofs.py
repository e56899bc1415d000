"""A proof: the PDF with paragraphs and lines numbered, and what is not verified in its margins."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from chapterkit.formats import AnyPrinting, ChapterPrinting
from chapterkit.formats.pdf import FORMAT as PDF
from chapterkit.formats.shared import ASSETS
from chapterkit.formats.shared.exhibits import typst_string
from chapterkit.manuscript.states import State
from chapterkit.manuscript.wording import Wording
from chapterkit.numbers.cards import Card
from chapterkit.text.passes import over_elements
from chapterkit.text.placed import is_exhibit
from chapterkit.text.tree import (
    Attributes,
    Element,
    Tree,
    attributes_of,
    blocks_of,
    inlines_of,
    kind_of,
    number_id,
    outermost,
    over_outermost,
    raw,
    raw_block,
    span,
    tree_blocks,
    walk,
    with_blocks,
    with_inlines,
)


def _prepare(printing: AnyPrinting) -> Tree:
    """Return the tree for Typst, its paragraphs numbered, its unverified numbers marked."""
    shutil.copyfile(ASSETS / "typst" / "proof.typ", printing.work / "proof.typ")
    if isinstance(printing, ChapterPrinting):
        printing = _marked(printing)
    else:
        printing = replace(printing, chapters=tuple(map(_marked, printing.chapters)))
    tree = over_elements(_shown)(PDF.prepare(printing))
    between = typst_string(printing.config.wording.between_sources)
    return with_blocks(tree, [raw_block("typst", f"{_BEGIN}, {between})"), *tree_blocks(tree)])


_BEGIN = """#import "proof.typ": proof-mark, proof-pages, proof-paragraph
#show: proof-pages.with(book-page"""


def _marked(printing: ChapterPrinting) -> ChapterPrinting:
    """Return a text with numbers for its paragraphs, which count through it, and with marks."""
    words = _words(printing.config.wording)
    numbers = count(1)
    before = f"{printing.number}-" if printing.number else ""

    def number(block: Element) -> Element:
        match kind_of(block):
            case "Para" if next(outermost(inlines_of(block), _WORDS), None):
                call = f"#proof-paragraph({typst_string(f'{before}{next(numbers)}')});"
                return with_inlines(block, [_typst(call), *inlines_of(block)])
            case "Div" if (
                not is_exhibit(block) and "references" not in attributes_of(block).classes
            ):
                return with_blocks_of(block, over_outermost(blocks_of(block), _BLOCKS, number))
        return block

    def mark(element: Element) -> Element | list[Element]:
        card = printing.cards.get(number_id(element) or "")
        return _with_mark(element, card, words) if card else element

    blocks = [
        one if kind_of(one) == "Header" else walk([one], mark)[0]
        for one in tree_blocks(printing.tree)
    ]
    return replace(
        printing, tree=with_blocks(printing.tree, over_outermost(blocks, _BLOCKS, number))
    )


_BLOCKS = frozenset({"Para", "Div", "Figure", "Table"})
_MARK = "unverified"
_WORDS = frozenset({"Str", "Code"})


def with_blocks_of(element: Element, blocks: list[Element]) -> Element:
    """Return a div with other blocks."""
    return {"t": "Div", "c": [element["c"][0], blocks]}


def _with_mark(element: Element, card: Card, words: Mapping[State, str]) -> Element:
    """Return a number with a mark if it is not verified."""
    if card.state == "verified":
        return element
    name = card.number.id.rpartition(".")[2]
    note = f"{name} {words[card.state]}"
    return span(inlines_of(element), Attributes(classes=[_MARK]).having("data-note", note))


def _shown(element: Element) -> Element | list[Element]:
    """Return what is marked as Typst shows it: until then it is a number as others are."""
    if kind_of(element) != "Span" or _MARK not in attributes_of(element).classes:
        return element
    note = typst_string(attributes_of(element).get("data-note"))
    return [_typst(f"#proof-mark({note})["), *inlines_of(element), _typst("]")]


def _words(wording: Wording) -> Mapping[State, str]:
    return {
        "verified": wording.state_verified,
        "elsewhere": wording.state_elsewhere,
        "not-found": wording.state_not_found,
        "no-source": wording.state_no_source,
        "stale": wording.state_stale,
    }


def _typst(text: str) -> Element:
    return raw("typst", text)


PROOF = replace(PDF, suffix="-proof.pdf", prepare=_prepare, variant="proof")
"""The PDF as a proof, beside the ordinary one."""
