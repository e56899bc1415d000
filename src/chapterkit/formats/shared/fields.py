"""Fields of Word: numbers that it counts (SEQ), references to them and their pages, bookmarks.

A field is runs of raw OOXML round the text that it shows until it is counted anew. Nothing of the
author's own stands in what is raw: identifiers become numbers, names of counters are letters.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence

from chapterkit.manuscript.wording import Wording
from chapterkit.text.numbering import Numeral, Thing, name_in
from chapterkit.text.tree import (
    Attributes,
    Element,
    Pass,
    Tree,
    attributes_of,
    div,
    inlines_of,
    kind_of,
    level_of,
    link,
    over_outermost,
    paragraph,
    plain_text,
    raw,
    string,
    target_of,
    text_of,
    title_text,
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


def with_fields(things: Iterable[Thing], wording: Wording) -> Pass:
    """Return the pass in which references to what has a number are fields.

    A link whose text begins with the label of what it points to has the field in place of the
    label: a figure, table or formula, or a heading that prints its number, which is bookmarked.
    """
    named = {one.identifier: one for one in things if one.identifier and one.label}
    known = {id: one for id, one in named.items() if one.kind in _BOOKMARKED}

    def heading(element: Element) -> Element:
        identifier = attributes_of(element).identifier
        marked = _with_number_marked(inlines_of(element), named.get(identifier), wording)
        if marked:
            known[identifier] = named[identifier]
        held = _within(_page_mark(identifier), marked or inlines_of(element))
        return with_inlines(element, held) if identifier else element

    def change(element: Element) -> Element | list[Element]:
        address = target_of(element).address
        thing = known.get(address[1:]) if address.startswith("#") else None
        return _referring(element, thing, wording) if thing else element

    def passed(tree: Tree) -> Tree:
        blocks = over_outermost(tree_blocks(tree), {"Header"}, heading)
        return with_blocks(tree, walk(blocks, change, {"Link"}) if known else blocks)

    return passed


_BOOKMARKED = frozenset({"figure", "table", "equation"})


def _with_number_marked(
    inlines: list[Element], thing: Thing | None, wording: Wording
) -> list[Element]:
    """Return a heading whose number is bookmarked, a record's counted; [] if it prints none."""
    if thing is None:
        return []
    _, shown, _ = _in_label(thing, wording)
    behind = _behind(inlines, shown)
    if behind is None:
        return []
    number = _trailing(shown) if thing.kind == "record" else ""
    before = shown.removesuffix(number)
    name = name_in(before)
    counted = _sequence(Numeral(thing.identifier, "{number}", name, number)) if number else []
    return [*_within(_name(thing.identifier), [*_text(before), *counted]), *behind]


def _trailing(label: str) -> str:
    """Return the number that a label ends with: 7.4; empty if it is counted in no chapter."""
    found = re.search(r"[\dA-Z]+\.\d+$", label)
    return found[0] if found else ""


def _in_label(thing: Thing, wording: Wording) -> tuple[str, str, str]:
    """Return a label as what stands before its number, the number, and what stands behind.

    Only what a thing prints itself counts as its number: 2.1 of 第 2.1 节, but all of 图 7.1.
    """
    form = {"equation": wording.equation, "section": wording.section}.get(thing.kind, "{number}")
    before, behind = form.split("{number}")
    label = thing.label
    if not (label.startswith(before) and label.endswith(behind)):
        return "", label, ""
    return before, label.removeprefix(before).removesuffix(behind), behind


def _behind(inlines: list[Element], words: str) -> list[Element] | None:
    """Return what follows the words that inlines begin with, None if they do not."""
    for place, one in enumerate(inlines):
        if not words:
            return inlines[place:]
        text = " " if kind_of(one) in {"Space", "SoftBreak"} else text_of(one)
        if kind_of(one) == "Str" and text.startswith(words):
            return [*_text(text.removeprefix(words)), *inlines[place + 1 :]]
        if not text or not words.startswith(text):
            return None
        words = words.removeprefix(text)
    return None if words else []


def _referring(element: Element, thing: Thing, wording: Wording) -> Element | list[Element]:
    """Return a link as a field, and what stands in it behind the label as a link."""
    text = plain_text(inlines_of(element))
    if kind_of(element) != "Link" or not text.startswith(thing.label):
        return element
    before, number, behind = _in_label(thing, wording)
    field = _field(f"REF {_name(thing.identifier)} \\h", _text(number))
    rest = text.removeprefix(thing.label)
    others = [with_inlines(element, _text(rest))] if rest else []
    return [*_text(before), *field, *_text(behind), *others]


def contents_of(blocks: Sequence[Element], levels: range) -> list[Element]:
    """Return the contents as a field of Word: an entry for each heading of these levels.

    Word fills in the pages when it is asked to; `with_fields` has bookmarked the headings.
    """
    headings = [one for one in blocks if level_of(one) in levels and _is_listed(one)]
    instruction = rf'TOC \o "{levels.start}-{levels.stop - 1}" \h \z \u'
    rows = [(level_of(one), _contents_entry(one)) for one in headings]
    if not rows:
        return []
    rows[0] = rows[0][0], [_begun(instruction, _DIRTY), *rows[0][1]]
    rows[-1] = rows[-1][0], [*rows[-1][1], _ENDED]
    return [
        div([paragraph(inlines)], Attributes().having("custom-style", f"toc {level}"))
        for level, inlines in rows
    ]


def _is_listed(heading: Element) -> bool:
    own = attributes_of(heading)
    return bool(own.identifier) and "unlisted" not in own.classes


def _contents_entry(heading: Element) -> list[Element]:
    identifier = attributes_of(heading).identifier
    words = [one for one in inlines_of(heading) if kind_of(one) != "RawInline"]
    page = _field(f"PAGEREF {_page_mark(identifier)} \\h", [], _DIRTY)
    return [
        link([string(title_text(words))], f"#{identifier}"),
        _openxml("<w:r><w:tab/></w:r>"),
        *page,
    ]


def page_of(identifier: str) -> list[Element]:
    """Return the page on which a numbered figure or table stands: Word fills it in."""
    return _field(f"PAGEREF {_name(identifier)} \\h", [], _DIRTY)


def _text(text: str) -> list[Element]:
    return [string(text)] if text else []


def _name(identifier: str) -> str:
    """Return the name of a bookmark, as Word makes them for its own references."""
    return f"_Ref{zlib.crc32(identifier.encode()):010d}"


def _page_mark(identifier: str) -> str:
    """Return the name of the bookmark of a heading, as Word makes them for its contents."""
    return f"_Toc{zlib.crc32(identifier.encode()):010d}"


def _bookmarked(identifier: str, inlines: list[Element]) -> list[Element]:
    return _within(_name(identifier), inlines) if identifier else inlines


def _within(name: str, inlines: list[Element]) -> list[Element]:
    """Return inlines within a bookmark."""
    number = _FIRST + zlib.crc32(name.encode()) % _FIRST
    return [
        _openxml(f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'),
        *inlines,
        _openxml(f'<w:bookmarkEnd w:id="{number}"/>'),
    ]


def _field(instruction: str, shown: list[Element], state: str = "") -> list[Element]:
    return [_begun(instruction, state), *shown, _ENDED]


def _begun(instruction: str, state: str) -> Element:
    """Return what a field begins with; what follows is shown until it is counted anew."""
    return _openxml(
        f'<w:r><w:fldChar w:fldCharType="begin"{state}/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _openxml(text: str) -> Element:
    return raw("openxml", text)


_DIRTY = ' w:dirty="true"'
_ENDED = _openxml('<w:r><w:fldChar w:fldCharType="end"/></w:r>')
