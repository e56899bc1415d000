"""Fields of Word: numbers that it counts (SEQ), references to them and their pages, bookmarks.

A field is runs of raw OOXML round the text that it shows until it is counted anew. Nothing of the
author's own stands in what is raw: identifiers become numbers, names of counters are letters.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from chapterkit.text.numbering import Numeral, Thing
from chapterkit.text.tree import (
    Element,
    Pass,
    inlines_of,
    kind_of,
    plain_text,
    raw,
    string,
    target_of,
    tree_blocks,
    walk,
    with_blocks,
    with_inlines,
)

# pandoc counts its own bookmarks from below.
_FIRST = 1_000_000_000


def counted(numeral: Numeral) -> list[Element]:
    """Return a number that Word counts, bookmarked with its label, if it has an identifier."""
    before, behind = numeral.form.split("{number}")
    return _bookmarked(numeral.identifier, [*_text(before), *_sequence(numeral), *_text(behind)])


def counted_tag(numeral: Numeral) -> list[Element]:
    """Return the number of a formula, which Word counts; bookmarked is what stands in the marks."""
    before, behind = numeral.form.split("{number}")
    number = _bookmarked(numeral.identifier, _sequence(numeral))
    return [*_text(before), *number, *_text(behind)]


def _sequence(numeral: Numeral) -> list[Element]:
    """Return 7.1 as text and field: the field counts anew behind each chapter's heading."""
    chapter, point, own = numeral.number.rpartition(".")
    instruction = f"SEQ {numeral.name} \\* ARABIC \\s 1"
    return [*_text(chapter + point), *_field(instruction, [string(own)])]


def with_fields(things: Iterable[Thing], equation: str) -> Pass:
    """Return the pass in which references to numbered figures, tables and formulas are fields.

    `equation` is the wording of a reference to a formula. A link whose text begins with the label
    of what it points to has the field in place of the label.
    """
    known = {one.identifier: one for one in things if one.kind in _BOOKMARKED and one.identifier}

    def change(element: Element) -> Element | list[Element]:
        address = target_of(element).address
        thing = known.get(address[1:]) if address.startswith("#") else None
        return _referring(element, thing, equation) if thing else element

    return lambda tree: (
        with_blocks(tree, walk(tree_blocks(tree), change, {"Link"})) if known else tree
    )


_BOOKMARKED = frozenset({"figure", "table", "equation"})


def _referring(element: Element, thing: Thing, equation: str) -> Element | list[Element]:
    """Return a link as a field, and what stands in it behind the label as a link."""
    text = plain_text(inlines_of(element))
    if kind_of(element) != "Link" or not text.startswith(thing.label):
        return element
    before, behind = equation.split("{number}") if thing.kind == "equation" else ("", "")
    number = thing.label.removeprefix(before).removesuffix(behind)
    field = _field(f"REF {_name(thing.identifier)} \\h", _text(number))
    rest = text.removeprefix(thing.label)
    others = [with_inlines(element, _text(rest))] if rest else []
    return [*_text(before), *field, *_text(behind), *others]


def page_of(identifier: str) -> list[Element]:
    """Return the page on which a numbered figure or table stands: Word fills it in."""
    return _field(f"PAGEREF {_name(identifier)} \\h", [], ' w:dirty="true"')


def _text(text: str) -> list[Element]:
    return [string(text)] if text else []


def _name(identifier: str) -> str:
    """Return the name of a bookmark, as Word makes them for its own references."""
    return f"_Ref{zlib.crc32(identifier.encode()):010d}"


def _bookmarked(identifier: str, inlines: list[Element]) -> list[Element]:
    if not identifier:
        return inlines
    number = _FIRST + zlib.crc32(identifier.encode()) % _FIRST
    name = _name(identifier)
    return [
        _openxml(f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'),
        *inlines,
        _openxml(f'<w:bookmarkEnd w:id="{number}"/>'),
    ]


def _field(instruction: str, shown: list[Element], state: str = "") -> list[Element]:
    return [
        _openxml(
            f'<w:r><w:fldChar w:fldCharType="begin"{state}/></w:r>'
            f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        ),
        *shown,
        _openxml('<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
    ]


def _openxml(text: str) -> Element:
    return raw("openxml", text)
