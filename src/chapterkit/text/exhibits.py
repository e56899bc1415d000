"""Exhibits in the text: calls that place them, their Markdown, what pandoc makes of it. Pure.

A call leaves a mark on a line of its own; once the text is rendered, the exhibit's Markdown takes
its place: a table, or a picture whose alternative text has been written from the numbers, in a
div that bears the exhibit's identifier. So its numbers are spans like those of a sentence, and
every part knows the line of the record that it was declared on. Once pandoc has read it,
`with_exhibits` gives it the shape that Markdown cannot say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from markupsafe import Markup

from chapterkit.errors import ChapterkitError, Gathering, Origin, nearest
from chapterkit.han import ALL_HAN
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.drawn import ADDRESS, STATUS_MARKS
from chapterkit.manuscript.exhibited import IN_WORDS, Cell, Exhibit, Kind, Row
from chapterkit.manuscript.exhibits import CellModel, ChartModel, FlowModel, TableModel
from chapterkit.manuscript.ledger import Number, bare_text, is_long, signed_text
from chapterkit.manuscript.ledger import grouped as with_groups
from chapterkit.manuscript.wording import Wording
from chapterkit.patterns import Late
from chapterkit.text.document import Document
from chapterkit.text.origins import MARK_END, MARK_START, mark, without_marks
from chapterkit.text.placed import CLASS, ids_in, is_called, is_exhibit
from chapterkit.text.tree import (
    Element,
    Tree,
    attributes_of,
    blocks_of,
    elements_of,
    inlines_of,
    kind_of,
    over_outermost,
    plain_text,
    target_of,
    tree_blocks,
    walk,
    with_attributes,
    with_blocks,
    with_caption,
)
from chapterkit.text.views import Dressed, citation, escape

# --- placing

_PLACED = re.compile(f"{MARK_START}=([^ {MARK_END}]*) ?([^{MARK_END}]*){MARK_END}")
_ONLY_MARKS = re.compile(f"(?:[ \\t]|{MARK_START}(?!=)[^{MARK_END}]*{MARK_END})*")
_SHORT = 80


def placing(kind: Kind, id: str) -> Markup:
    """Return the mark in whose place an exhibit is put once the text is rendered.

    Raises ChapterkitError for what can be no identifier.
    """
    if not id.isprintable() or len(id) > _SHORT:
        raise ChapterkitError(f"{kind} 要一个标识", hint=f'写 {{{{ {kind}("标识") }}}}')
    return Markup(f"{MARK_START}={kind} {id}{MARK_END}")


def with_placed(marked: str, book: Book) -> str:
    """Return rendered text, its marks of origin still in it, with exhibits in their places.

    Raises ChapterkitError that tells all that is wrong, each at its call: there is no such exhibit,
    it is of another kind, does not stand on a line of its own, or is placed twice.
    """
    if f"{MARK_START}=" not in marked:
        return marked
    parts: list[str] = []
    seen: dict[str, Origin] = {}
    end = 0
    wrong = Gathering()
    for found in _PLACED.finditer(marked):
        origin = _origin(marked, found.start())
        with wrong.taken():
            exhibit = _called(found[1], found[2], book, origin)
            first, last = _line_of(exhibit, found, marked, origin)
            if exhibit.id in seen:
                message = f"{exhibit.id} 放了两次（先在 {seen[exhibit.id]}）"
                raise ChapterkitError(message, origin, "另一处改用 ref")
            seen[exhibit.id] = origin
            parts += [marked[end:first], f"\n{mark(origin, False)}{markdown(exhibit, book)}\n\n"]
            end = last
    wrong.tell()
    return "".join([*parts, marked[end:]])


def _origin(marked: str, end: int) -> Origin:
    """Return where what stands at `end` was written: what the last mark before it says."""
    start = marked.rfind(MARK_START, 0, end)
    while start > 0 and marked.startswith(f"{MARK_START}=", start):
        start = marked.rfind(MARK_START, 0, start)
    before = without_marks(marked[max(start, 0) : end])
    return before.origin(len(before.text))


def _called(kind: str, id: str, book: Book, origin: Origin) -> Exhibit:
    """Return the exhibit that a call names; raise ChapterkitError if there is none of its kind."""
    named: Mapping[str, str] = IN_WORDS  # type: ignore[assignment]
    if kind not in named:
        message = "table、chart、flow 给的不是文字，不能用过滤器改动"
        raise ChapterkitError(message, origin, '单独一行写 {{ table("标识") }}')
    exhibit = book.exhibits.get(id)
    if exhibit is None:
        near = nearest(id, book.exhibits)
        elsewhere = f"在记录的 {kind}s 里写下它，或在 book/exhibits/ 里"
        hint = f"最接近的是 {near}" if near else elsewhere
        raise ChapterkitError(f"没有 {id} 这个{named[kind]}", origin, hint)
    if exhibit.kind != kind:
        hint = f'写 {{{{ {exhibit.kind}("{exhibit.id}") }}}}'
        message = f"{id} 是{IN_WORDS[exhibit.kind]}，不是{named[kind]}"
        raise ChapterkitError(message, origin, hint)
    return exhibit


def _line_of(
    exhibit: Exhibit, found: re.Match[str], marked: str, origin: Origin
) -> tuple[int, int]:
    """Return where the line of a call begins and ends; raise ChapterkitError if it has others."""
    first = marked.rfind("\n", 0, found.start()) + 1
    last = found.end() + len(_only_marks(marked, found.end()))
    is_first = _ONLY_MARKS.fullmatch(marked, first, found.start())
    if not is_first or marked[last : last + 1] not in {"\n", ""}:
        call = f'{{{{ {exhibit.kind}("{exhibit.id}") }}}}'
        raise ChapterkitError(f"{call} 要单独占一行", origin, "前后的文字另起一段")
    return first, last


def _only_marks(marked: str, start: int) -> str:
    found = _ONLY_MARKS.match(marked, start)
    return found[0] if found else ""


# --- Markdown


def markdown(exhibit: Exhibit, book: Book) -> str:
    """Return the Markdown of an exhibit; marks in it tell where each part was declared."""
    wording = book.config.wording
    caption = _at(exhibit.origin("caption")) + in_words(exhibit.model.caption, exhibit)
    if isinstance(exhibit.model, TableModel):
        body = f": {caption}\n\n{_table(exhibit, exhibit.model, wording)}"
    else:
        written = "".join(_written(exhibit, wording))
        body = f"{caption}\n\n![{written}]({ADDRESS}{exhibit.id})"
    under = "".join(f"{line}\n\n" for line in _under(exhibit, book))
    return f"::: {{#{exhibit.id} .{CLASS}}}\n{body}\n\n{under}:::\n"


def _at(origin: Origin) -> str:
    return mark(origin, False)


def _under(exhibit: Exhibit, book: Book) -> Iterator[str]:
    """Yield the lines under an exhibit: what is to be noted, and the sources."""
    wording, model = book.config.wording, exhibit.model
    said = [
        (exhibit.origin("note"), model.note),
        (exhibit.origin("unlike"), model.unlike),
        (exhibit.origin("best"), _about_best(exhibit, wording)),
        *((exhibit.origin(), one) for one in _about_statuses(exhibit, wording)),
    ]
    notes = [_at(origin) + in_words(text.rstrip("。."), exhibit) for origin, text in said if text]
    if notes:
        text = wording.between_sources.join(notes)
        yield _at(exhibit.origin("note")) + wording.note.format(text=text)
    cited = [_source(cite, places, book) for cite, places in exhibit.sources]
    text = wording.between_sources.join(cited) if cited else escape(wording.own_drawing)
    yield _at(exhibit.origin()) + wording.source.format(text=text)


def _about_best(exhibit: Exhibit, wording: Wording) -> str:
    return wording.best_in_rows if any(cell.best for cell in exhibit.cells) else ""


def _about_statuses(exhibit: Exhibit, wording: Wording) -> Iterator[str]:
    statuses = dict.fromkeys(one.status for one in exhibit.numbers if one.status in STATUS_MARKS)
    return (f"{STATUS_MARKS[one]} {wording.status(one)}" for one in statuses)


def _source(cite: str, places: Sequence[str], book: Book) -> str:
    """Return a source as a reader would name it, cited with all places in it that were used."""
    wording, source = book.config.wording, book.bibliography.get(cite)
    named = escape(source.named(wording)) if source else ""
    if book.config.style.space == "none":
        named = _BEHIND_HAN.sub("", named)
    return named + citation(cite, wording.listed.join(places))


_BEHIND_HAN = Late(rf"(?<=[{ALL_HAN}]) (?=\d)")


# --- tables


def _table(table: Exhibit, model: TableModel, wording: Wording) -> str:
    units = _Units(table)
    numeric = [units.is_numeric(place) for place in range(len(table.columns))]
    rules = "|".join([":--", *("--:" if one else ":--" for one in numeric)])
    corner = model.corner or ""
    at_corner = _at(table.origin("corner")) + escape(corner) if corner else ""
    heads = [
        _at(column.origin) + escape(_headed(column.name, units.in_head(place, wording), wording))
        for place, column in enumerate(table.columns)
    ]
    lines = [_line([at_corner, *heads]), f"|{rules}|"]
    if any(column.group for column in table.columns):
        lines = [_line(["", *_group_heads(table)]), f"|{rules}|", _line([at_corner, *heads])]
    for group, rows in groupby(table.rows, key=lambda row: row.group):
        if group:
            named = _at(table.origin("groups", group)) + escape(group)
            lines.append(_line([named, *[""] * len(table.columns)]))
        for row in rows:
            head = _headed(row.name, units.of_row(row), wording)
            cells = [
                _cell(cell, units.bare(row, place), units.grouped, wording)
                for place, cell in enumerate(row.cells)
            ]
            lines.append(_line([_at(row.origin) + escape(head), *cells]))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _group_heads(table: Exhibit) -> Iterator[str]:
    """Yield the heads of groups, each over its first column, nothing over the others."""
    for group, columns in groupby(table.columns, key=lambda column: column.group):
        first, *others = columns
        yield (_at(first.origin) + escape(group)) if group else "\\ "
        yield from ["" for _ in others] if group else ["\\ " for _ in others]


def _headed(name: str, unit: str, wording: Wording) -> str:
    unit = unit.removeprefix("个").removeprefix("個").strip()
    return wording.in_head.format(head=name, unit=unit) if unit else name


def _cell(cell: Cell, bare: bool, grouped: Collection[str], wording: Wording) -> str:
    shown = "".join(
        _dressed(one, bare, cell, grouped) if isinstance(one, Number) else escape(one)
        for one in cell.parts
    )
    text = f"**{shown}**" if cell.best else shown or wording.no_value
    return _at(cell.origin) + text


def _dressed(number: Number, bare: bool, cell: Cell, grouped: Collection[str] = ()) -> str:
    is_change = cell.derived and number.unit != number.wording.times
    shown = number.text
    if bare:
        shown = bare_text(number)
    if is_change and not isinstance(number.value, tuple):
        sign = "+" if number.value > 0 else ""
        shown = sign + shown if bare else signed_text(number)
    shown = with_groups(shown) if number.unit in grouped else shown
    return Dressed(number, shown).markdown() + STATUS_MARKS.get(number.status, "")


class _Units:
    """Which units of a table's numbers go into the head of their column, or of their row.

    `grouped` are the units of which a number is so long that the thousands of all are grouped.
    """

    def __init__(self, table: Exhibit) -> None:
        self.table = table
        self.columns = [
            _shared(row.cells[place] for row in table.rows) for place in range(len(table.columns))
        ]
        self.in_rows = not any(self.columns)
        self.grouped = frozenset(one.unit for one in table.numbers if is_long(one))
        self.numeric = [
            any(row.cells[place].number for row in table.rows)
            for place in range(len(table.columns))
        ]

    def is_numeric(self, place: int) -> bool:
        return self.numeric[place]

    def in_head(self, place: int, wording: Wording) -> str:
        """Return the unit that the head of a column names: a computed ratio says itself."""
        unit = self.columns[place]
        return "" if self.table.columns[place].derived and unit == wording.times else unit

    def of_row(self, row: Row) -> str:
        return _shared(one for one in row.cells if not one.derived) if self.in_rows else ""

    def bare(self, row: Row, place: int) -> bool:
        """Tell whether the unit of a cell stands in a head."""
        number = row.cells[place].number
        return number is not None and number.unit in {self.columns[place], self.of_row(row)} - {""}


def _shared(cells: Iterator[Cell]) -> str:
    """Return the unit that all numbers of some cells have; empty if there is none."""
    units = {number.unit for cell in cells if (number := cell.number)}
    return units.pop() if len(units) == 1 else ""


# --- the alternative text


def _written(exhibit: Exhibit, wording: Wording) -> Iterator[str]:
    """Yield the alternative text that the data say, numbers in it as spans."""
    match exhibit.model:
        case ChartModel() as chart:
            yield getattr(wording, f"chart_{chart.kind}")
            rows = [_row_in_words(row, exhibit, wording) for row in exhibit.rows]
            yield wording.between_sources.join(filter(None, rows))
        case FlowModel() as flow:
            yield wording.trace if flow.trace else wording.flow
            told = _trace_in_words if flow.trace else _flow_in_words
            yield wording.between_sources.join(told(exhibit, flow, wording))


def _row_in_words(row: Row, exhibit: Exhibit, wording: Wording) -> str:
    points = [
        _at(cell.origin) + _point_in_words(column.name, cell, exhibit, wording)
        for column, cell in zip(exhibit.columns, row.cells, strict=True)
        if cell.number
    ]
    return wording.comma.join([_at(row.origin) + escape(row.name), *points]) if points else ""


def _point_in_words(column: str, cell: Cell, exhibit: Exhibit, wording: Wording) -> str:
    """Return a number behind the name of its column, a step behind the number: 79.0%（步数 0）."""
    point = _point(cell, wording)
    if not column[-1:].isdigit():
        return f"{escape(column)} {point}" if column else point
    across = getattr(exhibit.model, "across", None) or ""
    return wording.when.format(of=point, when=escape(f"{across} {column}".strip()))


def _point(cell: Cell, wording: Wording) -> str:
    """Return a number, and its interval, as spans."""
    assert cell.number
    shown = _dressed(cell.number, False, cell)
    ends = dict.fromkeys(one for one in (cell.low, cell.high) if one)
    if not ends:
        return shown
    interval = wording.range.join(Dressed(one, one.text).markdown() for one in ends)
    return wording.when.format(of=shown, when=interval)


def _flow_in_words(exhibit: Exhibit, flow: FlowModel, wording: Wording) -> Iterator[str]:
    named = {id: in_words(node.label, exhibit) for id, node in flow.nodes.items()}
    linked: set[str] = set()
    for place, arrow in enumerate(flow.arrows):
        linked |= {arrow.start, arrow.end}
        label = in_words(arrow.label, exhibit) if arrow.label else ""
        text = f"{named[arrow.start]} → {named[arrow.end]}"
        text = wording.when.format(of=text, when=label) if label else text
        yield _at(exhibit.origin("arrows", place)) + text
    for id in named.keys() - linked:
        yield _at(exhibit.origin("nodes", id)) + named[id]


def _trace_in_words(exhibit: Exhibit, flow: FlowModel, wording: Wording) -> Iterator[str]:
    for name, segments in flow.trace.items():
        masked = flow.masked_means or ""
        told = [
            wording.when.format(of=in_words(one.text, exhibit), when=escape(masked))
            if one.masked and masked
            else in_words(one.text, exhibit)
            for one in segments
        ]
        joined = wording.comma.join([escape(name), *told])
        yield _at(exhibit.origin("trace", name)) + joined


def in_words(text: str, exhibit: Exhibit) -> str:
    """Return a text as Markdown, the numbers that it names as spans."""
    return "".join(
        Dressed(exhibit.texts[one], exhibit.texts[one].text).markdown() if is_name else escape(one)
        for one, is_name in CellModel(text=text).parts
    )


# --- what pandoc read


def with_exhibits(document: Document, exhibits: Mapping[str, Exhibit]) -> Tree:
    """Return a document's tree in which the exhibits that calls have placed have their shape.

    Heads of groups span their columns; a picture is a figure with its caption. A div that says it
    is an exhibit, and was typed, no longer says so.
    """
    names = ids_in(document.rendered) & exhibits.keys()
    called = {id: exhibits[id] for id in names if is_called(id, document.rendered)}

    def change(element: Element) -> Element:
        exhibit = called.get(attributes_of(element).identifier)
        blocks = blocks_of(element)
        if not is_exhibit(element):
            return _with_blocks(element, over_outermost(blocks, {"Div"}, change))
        if exhibit and exhibit.kind == "table" and _is_table_of(exhibit, blocks):
            return _with_blocks(element, [_shaped(blocks[0], exhibit), *blocks[1:]])
        if exhibit and exhibit.kind != "table" and _is_drawing(blocks):
            caption, figure, *others = blocks
            return _with_blocks(element, [_figure(figure, caption, exhibit), *others])
        own = attributes_of(element)
        plain = own._replace(classes=[one for one in own.classes if one != CLASS])
        return with_attributes(element, plain)

    tree = document.tree
    return with_blocks(tree, over_outermost(tree_blocks(tree), {"Div"}, change))


def _is_table_of(exhibit: Exhibit, blocks: Sequence[Element]) -> bool:
    """Tell whether blocks are those that the Markdown of a table is read as."""
    if not blocks or kind_of(blocks[0]) != "Table":
        return False
    _, _, columns, head, bodies, foot = blocks[0]["c"]
    rows = len(head[1]), len(bodies), len(foot[1])
    return len(columns) == len(exhibit.columns) + 1 and rows == (1, 1, 0)


def _is_drawing(blocks: Sequence[Element]) -> bool:
    return [kind_of(one) for one in blocks[:2]] == ["Para", "Figure"]


def _with_blocks(div: Element, blocks: Sequence[Element]) -> Element:
    return {"t": "Div", "c": [div["c"][0], list(blocks)]}


def _figure(figure: Element, caption: Element, exhibit: Exhibit) -> Element:
    words = exhibit.alternative

    def described(element: Element) -> Element:
        return with_attributes(element, attributes_of(element).having("alt", words))

    [changed] = walk([figure], described, {"Image"}) if words else [figure]
    return with_caption(changed, [{"t": "Plain", "c": inlines_of(caption)}])


def _shaped(table: Element, exhibit: Exhibit) -> Element:
    """Return a table that is as wide as it needs, heads of groups spanning their columns.

    What stands first in a row is its head.
    """
    own, caption, columns, head, bodies, foot = table["c"]
    columns = [[alignment, {"t": "ColWidthDefault"}] for alignment, _ in columns]
    [[body_own, _, before, rows]] = bodies
    if any(column.group for column in exhibit.columns):
        first, *rows = rows
        head = [head[0], [[head[1][0][0], _spanning(head[1][0][1])], first]]
    rows = [_group_row(row) for row in rows]
    body = [body_own, 1, before, rows]
    return {"t": "Table", "c": [own, caption, columns, head, [body], foot]}


def _spanning(cells: list[list[object]]) -> list[list[object]]:
    """Return a row of heads in which each reaches over the empty ones behind it."""
    done: list[list[object]] = [cells[0]]
    for cell in cells[1:]:
        if cell[4] or len(done) == 1:
            done.append([cell[0], {"t": "AlignCenter"}, 1, 1, cell[4]])
        else:
            done[-1][3] += 1  # type: ignore[operator]
    return done


def _group_row(row: list[object]) -> list[object]:
    """Return a row in which the name of a group spans all columns."""
    attributes, cells = row
    assert isinstance(cells, list)
    if len(cells) < 2 or not cells[0][4] or any(cell[4] for cell in cells[1:]):
        return row
    first = cells[0]
    return [attributes, [[first[0], first[1], 1, len(cells), first[4]]]]


def drawings_in(tree: Tree, document: Document) -> dict[str, str]:
    """Return the drawings of a document by the ids of their exhibits, with alternative texts.

    `tree` is the document's, cited.
    """
    found: dict[str, str] = {}
    if f"({ADDRESS}" not in document.rendered.text:
        return found
    for element in elements_of(tree, {"Image"}):
        address = target_of(element).address
        if address.startswith(ADDRESS):
            told = attributes_of(element).get("alt") or plain_text(inlines_of(element))
            found.setdefault(address.removeprefix(ADDRESS), told)
    return found
