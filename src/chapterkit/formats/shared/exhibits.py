"""Exhibits as formats need them: decimals aligned, captions, rules, tables as Typst sets them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from chapterkit.formats import AnyPrinting
from chapterkit.manuscript.drawn import STATUS_MARKS
from chapterkit.text.passes import over_elements
from chapterkit.text.placed import is_exhibit
from chapterkit.text.tree import (
    Attributes,
    Element,
    Pass,
    attributes_of,
    blocks_of,
    caption_of,
    div,
    inlines_of,
    kind_of,
    paragraph,
    plain_block,
    plain_text,
    raw,
    rows_of,
    span,
    string,
    text_of,
    with_caption,
    with_inlines,
)

Pad = Callable[[str], Element]


def has_exhibits(printing: AnyPrinting) -> bool:
    """Tell whether a printing has exhibits."""
    texts = (one.document.rendered.text for one in printing.chapters)
    return any(".exhibit}" in text for text in texts)


def over_exhibits(printing: AnyPrinting, change: Callable[[Element], list[Element]]) -> Pass:
    """Return the pass in which `change` makes blocks of each exhibit's div."""

    def changed(element: Element) -> Element | list[Element]:
        return change(element) if is_exhibit(element) else element

    return over_elements(changed, {"Div"}) if has_exhibits(printing) else lambda tree: tree


def scrolling(printing: AnyPrinting) -> Callable[[Element], list[Element]]:
    """Return what lets a keyboard reach an exhibit's table, which may have to be scrolled."""

    def change(element: Element) -> list[Element]:
        first, *others = blocks_of(element)
        if kind_of(first) != "Table":
            return [element]
        caption = " ".join(plain_text(inlines_of(block)) for block in caption_of(first))
        said = printing.described.get(attributes_of(element).identifier, "")
        label = f"{caption}{printing.config.wording.caption}{said}" if said else caption
        told = [("tabindex", "0"), ("role", "group"), ("aria-label", label)]
        return [
            div(
                [div([first], Attributes(classes=["wide"], pairs=told)), *others],
                attributes_of(element),
            )
        ]

    return change


# --- decimals

_NUMBER = re.compile(r"[+−]?\d[\d,]*(\.\d+)?")
_MARKS = "".join(STATUS_MARKS.values())


def aligned(printing: AnyPrinting, pad: Pad) -> Pass:
    """Return the pass that aligns decimals in the tables of exhibits, whose numbers stand right.

    `pad` makes an inline that is as wide as digits are, and shows nothing.
    """

    def change(element: Element) -> list[Element]:
        first, *others = blocks_of(element)
        if kind_of(first) != "Table":
            return [element]
        return [div([_aligned(first, pad), *others], attributes_of(element))]

    return over_exhibits(printing, change)


def unseen(text: str) -> Element:
    """Return what a style sheet makes as wide as a text; nobody reads or copies it."""
    return span([], Attributes(classes=["pad"], pairs=[("data-pad", text)]))


def blank(text: str) -> Element:
    """Return blanks as wide as digits and a point."""
    return string("".join("\u2008" if one == "." else "\u2007" for one in text))


def _aligned(table: Element, pad: Pad) -> Element:
    own, caption, columns, head, [[body_own, heads, before, rows]], foot = table["c"]
    made = [[row[0], [[*cell] for cell in row[1]]] for row in rows]
    whole = [row for row in made if len(row[1]) == len(columns)]
    for place in range(1, len(columns)):
        cells = [row[1][place] for row in whole]
        shown = [_Shown.of(cell) for cell in cells]
        longest = max((len(one.decimals) for one in shown if one), default=0)
        marked = any(one.marks for one in shown if one)
        for cell, one in zip(cells, shown, strict=True):
            if one:
                cell[4] = [one.padded(longest, marked, pad)]
    return {
        "t": "Table",
        "c": [own, caption, columns, head, [[body_own, heads, before, made]], foot],
    }


class _Shown(NamedTuple):
    """A cell that shows a number: its decimals with the point, the mark behind it, its block."""

    decimals: str
    marks: str
    block: Element

    @classmethod
    def of(cls, cell: Sequence[Any]) -> _Shown | None:
        """Return what a cell shows, None if that is no mere number."""
        if len(cell[4]) != 1:
            return None
        text = plain_text(inlines_of(cell[4][0]))
        marks = text[len(text.rstrip(_MARKS)) :]
        found = _NUMBER.fullmatch(text.rstrip(_MARKS))
        return cls(found[1] or "", marks, cell[4][0]) if found else None

    def padded(self, longest: int, marked: bool, pad: Pad) -> Element:
        """Return the block, as wide behind the point as others of the column."""
        missing = "" if len(self.decimals) == longest else _digits(self.decimals, longest)
        inlines = inlines_of(self.block)
        own, mark = (inlines[:-1], inlines[-1:]) if self.marks else (inlines, [])
        between = [pad(missing)] if missing else []
        behind = [pad("†")] if marked and not self.marks else []
        return with_inlines(self.block, [*own, *between, *mark, *behind])


def _digits(decimals: str, longest: int) -> str:
    return ("" if decimals else ".") + "0" * (longest - max(1, len(decimals)))


_EMPTY_HEAD = re.compile(rb"<th((?: [^<>]*)?)></th>")
_TABLE_BODY = re.compile(rb"<tbody>.*?</tbody>", re.DOTALL)
_ROW_HEAD = re.compile(rb"<th(?=[ >])(?![^<>]*(?:colspan|scope)=)")


def with_heads_that_speak(page: bytes) -> bytes:
    """Return a page whose tables' heads say of what they are: none is empty, rows have their own.

    The corner of a table, which says nothing, is no head.
    """
    page = _EMPTY_HEAD.sub(rb"<td\1></td>", page)
    return _TABLE_BODY.sub(lambda one: _ROW_HEAD.sub(rb'<th scope="row"', one[0]), page)


# --- Markdown and Word


def in_words(element: Element) -> list[Element]:
    """Return an exhibit for a text: captions are paragraphs, for a drawing stand its words."""
    first, *others = blocks_of(element)
    before = [paragraph(inlines_of(block)) for block in caption_of(first)]
    if kind_of(first) == "Table":
        return [*before, with_caption(first, []), *others]
    told = [paragraph([string(_alternative(one))]) for one in walk_images(first)]
    return [*before, *told, *others]


def walk_images(figure: Element) -> Iterator[Element]:
    """Yield the pictures of a figure."""
    inlines = (one for block in blocks_of(figure) for one in inlines_of(block))
    return (one for one in inlines if kind_of(one) == "Image")


def _alternative(image: Element) -> str:
    return attributes_of(image).get("alt") or plain_text(inlines_of(image))


# Of a table's own type size, as many ems go into a line, and into the height of a page.
_LINE = {"a5": 38, "16k": 44, "a4": 42}
_PAGE = {"a5": 56, "16k": 64, "a4": 62}
_LINE_IN_WORD = 46
_INSET = 1.2
_NARROWEST = 8
_LONG = 24


def for_word(printing: AnyPrinting, style: str) -> Pass:
    """Return the pass that divides wide tables, and gives the lines under exhibits a style."""
    continued = printing.config.wording.continued

    def change(element: Element) -> list[Element]:
        first, *others = blocks_of(element)
        parts = [first]
        if kind_of(first) == "Table":
            parts = [*_parts(first, _LINE_IN_WORD, _choice(printing, element))]
        parts[1:] = [_continued(one, continued) for one in parts[1:]]
        named = Attributes().having("custom-style", style)
        identifier = Attributes(attributes_of(element).identifier)
        return [div(parts, identifier), div(others, named)]

    return over_exhibits(printing, change)


def _continued(table: Element, continued: str) -> Element:
    caption = "".join(
        text_of(one) or plain_text(inlines_of(one))
        for block in caption_of(table)
        for one in inlines_of(block)
        if kind_of(one) != "RawInline"
    )
    return with_caption(table, [plain_block([string(caption + continued)])])


# --- tables that are too wide


def _choice(printing: AnyPrinting, exhibit: Element) -> str:
    """Return what the author wants of a table that is too wide: turn, divide, or nothing."""
    return printing.wide.get(attributes_of(exhibit).identifier, "")


def _parts(table: Element, line: float, choice: str = "") -> Iterator[Element]:
    """Yield a table, or its parts if it is wider than a line: each has the first column."""
    widths = [*_widths(table)]
    if choice == "turn" or sum(widths) <= line:
        yield table
        return
    for places in _divided(widths, line):
        yield _part(table, [0, *places])


def _part(table: Element, kept: Sequence[int]) -> Element:
    """Return a table with some of its columns; a head spans those that are left of its own."""
    own, caption, columns, head, [[body_own, heads, before, rows]], foot = table["c"]

    def row(given: Any) -> Any:
        place, cells = 0, []
        for attributes, alignment, down, reach, blocks in given[1]:
            covered = [one for one in kept if place <= one < place + reach]
            place += reach
            if covered:
                cells.append([attributes, alignment, down, len(covered), blocks])
        return [given[0], cells]

    head = [head[0], [row(one) for one in head[1]]]
    body = [body_own, heads, before, [row(one) for one in rows]]
    columns = [columns[place] for place in kept]
    return {"t": "Table", "c": [own, caption, columns, head, [body], foot]}


def _widths(table: Element) -> Iterator[float]:
    """Yield how wide each column must be at least, in ems: a number whole, words wrapped."""
    _, _, columns, head, [[_, _, _, rows]], _ = table["c"]
    for place in range(len(columns)):
        cells = [row[1][place] for row in rows if len(row[1]) == len(columns)]
        numbers = [_em(cell) for cell in cells if _Shown.of(cell)]
        words = [min(_em(cell), _NARROWEST) for cell in cells if not _Shown.of(cell)]
        heads = [_em(row[1][place]) / 2 for row in head[1] if len(row[1]) == len(columns)]
        yield max([*numbers, *words, *heads, 1.0]) + _INSET


def _em(cell: Sequence[Any]) -> float:
    text = "".join(plain_text(inlines_of(block)) for block in cell[4])
    return sum(1.0 if unicodedata.east_asian_width(one) in "WF" else 0.55 for one in text)


def _divided(widths: Sequence[float], line: float) -> Iterator[list[int]]:
    """Yield the columns of each part of a table that is too wide, the first column apart."""
    part: list[int] = []
    wide = widths[0]
    for place, one in enumerate(widths[1:], 1):
        if part and wide + one > line:
            yield part
            part, wide = [], widths[0]
        part.append(place)
        wide += one
    if part:
        yield part


# --- Typst


def set_in_typst(printing: AnyPrinting) -> Pass:
    """Return the pass that makes Typst of exhibits; how they are placed, the template says."""
    page = printing.config.page

    def change(element: Element) -> list[Element]:
        first, *others = blocks_of(element)
        id, choice = attributes_of(element).identifier, _choice(printing, element)
        parts, how = [first], "whole"
        if kind_of(first) == "Table":
            parts, how = _set(first, choice, page)
        said = printing.described.get(id, "")
        return [paragraph([*_exhibit(first, parts, others, id, how, said)])]

    return over_exhibits(printing, change)


def parts_of(printing: AnyPrinting, exhibit: Element) -> tuple[list[Element], str, float]:
    """Return the parts of an exhibit as a page has room for them, how they are placed, their room.

    They are whole, long (breaking over pages) or turned; the room is a line's, in ems.
    """
    first, page = blocks_of(exhibit)[0], printing.config.page
    if kind_of(first) != "Table":
        return [first], "whole", _LINE[page]
    parts, how = _set(first, _choice(printing, exhibit), page)
    parts[1:] = [_continued(one, printing.config.wording.continued) for one in parts[1:]]
    return parts, how, _PAGE[page] if how == "turned" else _LINE[page]


def with_line_filled(table: Element, line: float) -> Element:
    """Return a table that would be wider than a line with widths: numbers whole, words wrapped."""
    _, _, columns, head, [[_, _, _, rows]], _ = table["c"]
    least = [*_widths(table)]
    whole = [row[1] for row in (*head[1], *rows) if len(row[1]) == len(columns)]
    most = [max([_em(row[place]) for row in whole]) + _INSET for place in range(len(columns))]
    if sum(map(max, least, most)) <= line:
        return table
    spare = max(0.0, line - sum(least))
    wanted = [max(0.0, after - one) for after, one in zip(most, least, strict=True)]
    share = min(1.0, spare / (sum(wanted) or 1))
    made = [one + share * more for one, more in zip(least, wanted, strict=True)]
    widths = [{"t": "ColWidth", "c": round(0.98 * one / max(line, sum(made)), 4)} for one in made]
    sides = [[side, width] for (side, _), width in zip(columns, widths, strict=True)]
    return {"t": "Table", "c": [*table["c"][:2], sides, *table["c"][3:]]}


def _set(table: Element, choice: str, page: str) -> tuple[list[Element], str]:
    """Return the parts of a table as Typst is to set it, and how it is placed."""
    wide = sum(_widths(table))
    if wide > _LINE[page] and (choice == "turn" or (wide <= _PAGE[page] and not choice)):
        return [table], "turned"
    parts = [*_parts(table, _LINE[page])]
    is_long = len(parts) * sum(1 for _ in rows_of(table)) > _LONG
    return parts, "long" if is_long else "whole"


def _exhibit(
    whole: Element, parts: Sequence[Element], under: Sequence[Element], id: str, how: str, said: str
) -> Iterator[Element]:
    kind = "table" if kind_of(whole) == "Table" else "image"
    described = f"alt: {typst_string(said)}, " if said else ""
    yield _typst(f'#book-exhibit({described}"{kind}", "{id}", "{how}", [')
    yield from (one for block in caption_of(whole) for one in inlines_of(block))
    yield _typst("], (")
    for part in parts:
        yield from table_in_typst(part) if kind == "table" else _picture(part)
    yield _typst("), (")
    for block in under:
        yield from (_typst("["), *inlines_of(block), _typst("], "))
    yield _typst("))")


def _picture(figure: Element) -> Iterator[Element]:
    yield _typst("[")
    yield from (one for block in blocks_of(figure) for one in inlines_of(block))
    yield _typst("], ")


def table_in_typst(table: Element) -> Iterator[Element]:
    """Yield a table as an argument of a call; its columns are as wide as it says, if it does."""
    _, _, columns, head, [[_, _, _, rows]], _ = table["c"]
    sides = "".join(f"{_ALIGNED[kind_of(alignment)]}, " for alignment, _ in columns)
    shares = [width["c"] for _, width in columns if "c" in width]
    count = f"({', '.join(f'{one:.0%}' for one in shares)})" if shares else len(columns)
    yield _typst(f"book-table({count}, ({sides}), (")
    yield from (one for row in head[1] for one in _row(row, "head"))
    yield _typst("), (")
    yield from (one for row in rows for one in _row(row, "row"))
    yield _typst(")), ")


_ALIGNED = {"AlignLeft": "left", "AlignRight": "right", "AlignCenter": "center"}


def _typst(text: str) -> Element:
    return raw("typst", text)


def typst_string(text: str) -> str:
    """Return a text as a Typst string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def _row(row: Any, kind: str) -> Iterator[Element]:
    """Yield the cells of a row as Typst is told them; a number is not broken over lines."""
    for cell in row[1]:
        _, alignment, _, reach, blocks = cell
        is_number = kind == "row" and _Shown.of(cell) is not None
        called = "span" if reach > 1 and kind == "head" else kind
        at = "center" if kind_of(alignment) == "AlignCenter" else "auto"
        yield _typst(f'(kind: "{called}", span: {reach}, at: {at}, body: ')
        yield _typst("box[" if is_number else "[")
        yield from (one for block in blocks for one in inlines_of(block))
        yield _typst("]), ")
