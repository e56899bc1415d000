"""What a page of the PDF keeps together: floats with their section, headings with what follows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from chapterkit.formats import AnyPrinting
from chapterkit.formats.shared.exhibits import parts_of
from chapterkit.text.placed import is_exhibit
from chapterkit.text.tree import (
    Element,
    Pass,
    Tree,
    attributes_of,
    blocks_of,
    elements_of,
    kind_of,
    level_of,
    outermost,
    raw_block,
    text_of,
    tree_blocks,
    with_blocks,
)

_FLOATING = frozenset({"Figure", "Table"})
_PAGE = 1500
"""As many characters fill a page of any size."""


def floats(tree: Tree) -> bool:
    """Tell whether a text has anything that may go to the top of another page."""
    return any(outermost(tree_blocks(tree), _FLOATING))


def with_floats_kept(printing: AnyPrinting) -> Pass:
    """Return the pass after which no figure or table floats past the next heading.

    Large ones go to the top of a page near by; whatever still waits where a heading begins is set
    before it. A turned table, which takes a page of its own, is not waited for: the text goes on
    before it, past headings, too, until it has filled a page.
    """

    def change(tree: Tree) -> Tree:
        blocks: list[Element] = []
        waiting, owed = False, 0
        for block, after in _with_next(tree):
            if waiting and kind_of(block) == "Header" and (owed <= 0 or _ends(block, after)):
                blocks.append(raw_block("typst", "#place.flush()"))
                waiting, owed = False, 0
            waiting = waiting or floats(with_blocks({}, [block]))
            owed = _PAGE if _is_turned(block, printing) else owed and owed - _length(block)
            blocks.append(block)
        return with_blocks(tree, blocks)

    return change


def _with_next(tree: Tree) -> Iterator[tuple[Element, Element | None]]:
    """Yield each block of a text, and the one behind it."""
    blocks = tree_blocks(tree)
    return zip_longest(blocks, blocks[1:])


def _ends(heading: Element, after: Element | None) -> bool:
    """Tell whether a text ends at a heading: what begins is another, or its references."""
    is_list = after is not None and "references" in attributes_of(after).classes
    return level_of(heading) == 1 or is_list


def _is_turned(block: Element, printing: AnyPrinting) -> bool:
    exhibits = (one for one in outermost([block], {"Div"}) if is_exhibit(one))
    return any(parts_of(printing, one)[1] == "turned" for one in exhibits)


def _length(block: Element) -> int:
    return sum(len(text_of(one)) for one in elements_of(with_blocks({}, [block])))


# --- headings before notes

_NEAR = 80
"""As many characters stand in two lines of any page."""


def with_room_for_notes(tree: Tree) -> Tree:
    """Return the tree in which a heading asks for the room of the notes of the lines after it.

    Without it Typst moves the first line of a paragraph on to the next page where its note has no
    room, and leaves the heading behind.
    """
    made: list[Element] = []
    for block, after in _with_next(tree):
        made.append(block)
        if kind_of(block) == "Header" and after is not None and kind_of(after) != "Header":
            made += _room(list(_near_notes(after)))
    return with_blocks(tree, made)


def _room(notes: list[Element]) -> list[Element]:
    if not notes:
        return []
    opened, closed = raw_block("typst", "["), raw_block("typst", "],")
    told = [one for note in notes for one in (opened, *blocks_of(note), closed)]
    return [raw_block("typst", "#book-room(("), *told, raw_block("typst", "))")]


def _near_notes(block: Element) -> Iterator[Element]:
    """Yield the notes that stand in the first two lines of a block."""
    before = 0
    for one in outermost([block], _TOLD):
        if kind_of(one) == "Note":
            yield one
        before += len(text_of(one))
        if before > _NEAR:
            return


_TOLD = frozenset({"Str", "Code", "Math", "Note"})
