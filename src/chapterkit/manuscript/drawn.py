"""Charts and flow drawings of a book, as the drawing engine wants them. Pure.

The engine knows nothing of books: it is given exact values with the text that is printed for each,
and what a reader is told who points at it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from chapterkit.drawing import (
    Category,
    Chart,
    DrawingError,
    Edge,
    Flow,
    Lane,
    Look,
    Node,
    Point,
    Segment,
    Series,
    Span,
    Timeline,
    Trace,
    chart_svg,
    check_chart,
    check_flow,
    check_timeline,
    check_trace,
    flow_svg,
    timeline_svg,
    trace_svg,
)
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.exhibited import Cell, Exhibit, Row
from chapterkit.manuscript.exhibits import CellModel, ChartModel, FlowModel
from chapterkit.manuscript.ledger import bare_text, grouped, is_long
from chapterkit.manuscript.pictures import Picture, PictureError

ADDRESS = "exhibit:"
"""What the address of a picture begins with that is drawn from the ledger: only calls write it."""

STATUS_MARKS = {"readme": "†", "secondary": "‡", "own-run": "§"}
"""What stands behind a number that was not read in the source itself; the note explains it."""

Drawing = Chart | Flow | Trace | Timeline
_SHORT_UNITS = frozenset({"%", "‰", "°"})


def drawing_of(
    exhibit: Exhibit, provenance: Mapping[str, str] | None = None, description: str = ""
) -> Drawing:
    """Return what is to be drawn of an exhibit that is no table.

    `provenance` tells of numbers, by their ids, where they come from; `description` is the
    alternative text.
    """
    told = provenance or {}
    match exhibit.model:
        case ChartModel() as model:
            return _chart(exhibit, model, told, description)
        case FlowModel() as model if model.trace:
            return _trace(exhibit, model, description)
        case FlowModel() as model:
            return _flow(exhibit, model, told, description)
    raise AssertionError(exhibit.kind)


def check_drawn(exhibits: Iterable[Exhibit]) -> list[ChapterkitError]:
    """Return what of exhibits cannot be drawn, each at its line."""
    wrong: list[ChapterkitError] = []
    for exhibit in exhibits:
        if exhibit.kind == "table":
            continue
        try:
            _check(drawing_of(exhibit))
        except DrawingError as error:
            wrong.append(ChapterkitError(error.message, _place(exhibit, error.part)))
    return wrong


def _check(drawing: Drawing) -> None:
    match drawing:
        case Chart():
            check_chart(drawing)
        case Flow():
            check_flow(drawing)
        case Trace():
            check_trace(drawing)
        case Timeline():
            check_timeline(drawing)


def _place(exhibit: Exhibit, part: str) -> Origin:
    """Return where a part of an exhibit is declared that the engine names."""
    keys = ("rows", "nodes", "trace", "lanes", "arrows", "columns")
    whole = exhibit.origin()
    places = (exhibit.origin(key, part) for key in keys if part)
    parents = {exhibit.origin(key) for key in keys} | {whole}
    return next((one for one in places if one not in parents), exhibit.origin("rows") or whole)


def roughly(text: str) -> float:
    """Return about how wide a text is in any font, in ems."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WF" else 0.56 for one in text)


ROUGH = Look(("sans-serif",), roughly)
"""A look that opens no font: by it a check finds out what a build could not draw."""


def drawn(exhibit: Exhibit, drawing: Drawing, look: Look, suffix: str = "") -> Picture:
    """Return an exhibit drawn as SVG, built anew from what print can show.

    It is as wide as its author says; what is drawn besides, for a phone, is no wider than the look.
    Raises PictureError for what cannot be drawn, or is higher than a page.
    """
    if exhibit.width:
        wide = min(exhibit.width, look.width) if suffix else exhibit.width
        look = replace(look, width=wide)
    try:
        made = _svg(drawing, look, f"{exhibit.id}-drawing{suffix}")
    except DrawingError as error:
        message = f"{exhibit.id} 画不出来：{error.message}"
        raise PictureError(message, _place(exhibit, error.part)) from None
    return Picture(f"{ADDRESS}{exhibit.id}", "svg", made)


@lru_cache(maxsize=512)
def _svg(drawing: Drawing, look: Look, id: str) -> bytes:
    """Return a drawing as SVG: several rules, and every format, want the same."""
    match drawing:
        case Chart():
            made = chart_svg(drawing, look, id=id)
        case Flow():
            made = flow_svg(drawing, look, id=id)
        case Trace():
            made = trace_svg(drawing, look, id=id)
        case Timeline():
            made = timeline_svg(drawing, look, id=id)
    # What opens drawings is loaded where one is drawn, not wherever a book is read.
    from chapterkit.manuscript.drawings import rebuilt

    return rebuilt(made.encode(), own=True)


# --- charts


class _Said(NamedTuple):
    """What is printed for a number of a chart, and what a reader is told who points at it."""

    text: str
    title: str


def _chart(
    exhibit: Exhibit, model: ChartModel, told: Mapping[str, str], description: str
) -> Chart | Timeline:
    said = _said(exhibit, told)
    if model.kind == "times":
        return _times(exhibit, model, said, description)
    names = [column.name for column in exhibit.columns]
    whole = exhibit.whole.value if exhibit.whole else None
    if model.kind in {"lines", "slopes"}:
        categories = [Category(name, at) for name, at in zip(names, _places(names), strict=True)]
        series = [_of_row(row, names, model.marked, said) for row in exhibit.rows]
    else:
        categories = [Category(row.name) for row in exhibit.rows]
        series = [
            _of_column(place, name, exhibit.rows, model.marked, said)
            for place, name in enumerate(names)
        ]
    return Chart(
        kind=model.kind,
        categories=tuple(categories),
        series=tuple(series),
        name=exhibit.model.caption,
        description=description,
        unit=_unit(exhibit),
        value_title=model.axis or "",
        category_title=model.across or "",
        from_zero=model.from_zero,
        whole=whole if isinstance(whole, Decimal) else None,
    )


def _times(
    exhibit: Exhibit, model: ChartModel, said: Mapping[str, _Said], description: str
) -> Timeline:
    """Return stretches of time, those of a row one behind another."""
    rows = []
    for row in exhibit.rows:
        spans: list[Span] = []
        for cell, column in zip(row.cells, exhibit.columns, strict=True):
            if cell.number and not isinstance(cell.number.value, tuple):
                start = spans[-1].end if spans else Decimal(0)
                marked = bool({row.name, column.name} & set(model.marked))
                end = start + cell.number.value
                spans.append(Span(start, end, column.name, *said[cell.number.id], marked))
        rows.append((row.name, tuple(spans)))
    caption, unit = exhibit.model.caption, _unit(exhibit)
    return Timeline(tuple(rows), caption, description, unit, model.axis or "")


def _unit(exhibit: Exhibit) -> str:
    unit = next((one.unit for one in exhibit.numbers), "")
    return unit.removeprefix("个").removeprefix("個").strip()


def _places(names: Sequence[str]) -> list[Decimal | None]:
    """Return where columns stand on an axis, if their names are numbers, all of them."""
    try:
        return [Decimal(name.replace(",", "")) for name in names]
    except InvalidOperation:
        return [None] * len(names)


def _of_row(
    row: Row, names: Sequence[str], marked: Sequence[str], said: Mapping[str, _Said]
) -> Series:
    points = [
        _point(cell, name in marked, said) for cell, name in zip(row.cells, names, strict=True)
    ]
    return Series(row.name, tuple(points), row.name in marked)


def _of_column(
    place: int, name: str, rows: Sequence[Row], marked: Sequence[str], said: Mapping[str, _Said]
) -> Series:
    points = [_point(row.cells[place], row.name in marked, said) for row in rows]
    return Series(name, tuple(points), name in marked)


def _point(cell: Cell, marked: bool, said: Mapping[str, _Said]) -> Point | None:
    number = cell.number
    if number is None or isinstance(number.value, tuple):
        return None
    low, high = cell.ends
    return Point(number.value, *said[number.id], low, high, marked)


def _said(exhibit: Exhibit, told: Mapping[str, str]) -> dict[str, _Said]:
    """Return what is said of the numbers of a chart, whose axis names the unit, by their ids.

    Their thousands are grouped if those of one are.
    """
    alike = any(map(is_long, exhibit.numbers))
    said = {}
    for number in exhibit.numbers:
        text = number.text if number.unit in _SHORT_UNITS else bare_text(number)
        text = grouped(text) if alike else text
        text += STATUS_MARKS.get(number.status, "")
        said[number.id] = _Said(text, told.get(number.id, ""))
    return said


# --- flows


def _flow(exhibit: Exhibit, model: FlowModel, told: Mapping[str, str], description: str) -> Flow:
    nodes = [
        Node(
            id,
            worded(node.label, exhibit),
            node.kind,
            _titles(node.label, exhibit, told),
            node.marked,
        )
        for id, node in model.nodes.items()
    ]
    edges = [
        Edge(one.start, one.end, worded(one.label or "", exhibit), one.dashed)
        for one in model.arrows
    ]
    lanes = [Lane(label, ids) for label, ids in model.lanes.items()]
    return Flow(
        tuple(nodes), tuple(edges), model.caption, description, tuple(lanes), model.direction
    )


def _trace(exhibit: Exhibit, model: FlowModel, description: str) -> Trace:
    rows = [
        (
            name,
            tuple(
                Segment(worded(one.text, exhibit), one.kind or "", one.masked) for one in segments
            ),
        )
        for name, segments in model.trace.items()
    ]
    return Trace(tuple(rows), model.caption, description, model.masked_means or "")


def worded(text: str, exhibit: Exhibit) -> str:
    """Return a text with the numbers that it names in it."""
    parts = CellModel(text=text).parts if text else ()
    return "".join(exhibit.texts[one].text if is_name else one for one, is_name in parts)


def _titles(text: str, exhibit: Exhibit, told: Mapping[str, str]) -> str:
    numbers = (exhibit.texts[one].id for one, is_name in CellModel(text=text).parts if is_name)
    return "\n".join(filter(None, (told.get(id, "") for id in numbers)))
