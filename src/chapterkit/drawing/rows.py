"""Bars and dots: a row for each value, its name before it, the value behind it.

Every row bears the name of its series, so that no legend is needed; a group of rows stands under
its category. Rows have room for labels of any length, on wide pages and on narrow ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.drawing.look import Look
from chapterkit.drawing.model import Chart
from chapterkit.drawing.palette import colours_of, fill, stroke
from chapterkit.drawing.parts import Place, axis_below, dot, heading, interval, titled
from chapterkit.drawing.scales import Axis, axis
from chapterkit.drawing.sound import Mark, values_of
from chapterkit.drawing.svg import Box, document, height_of, line, rectangle, text, told
from chapterkit.drawing.wrapping import widest, wrapped

_LABELS = 0.38
_GAP = 8.0
_BAR = 1.15
_BETWEEN = 0.45
_AROUND = 1.0


@dataclass(frozen=True)
class _Row:
    """A row: its label in lines, the mark in it; a head has none. Where its middle stands."""

    lines: list[str]
    mark: Mark | None
    middle: float


def drawn_rows(chart: Chart, marks: list[Mark], look: Look, id: str) -> str:
    """Return bars, or dots with intervals, as SVG."""
    parts, top = heading(chart.category_title, look)
    rows, bottom, labels = _rows(chart, marks, top, look)
    scale = _scale(chart, marks, look)
    place, left = _room(scale, marks, labels, look)
    colours = _colours(chart)
    for row in rows:
        if row.mark is None:
            parts.append(text(row.lines, 0, row.middle, look.size))
            continue
        colour = "ink" if len(chart.series) == 1 else "soft"
        parts.append(text(row.lines, labels, row.middle, look.size, colour, "end"))
        if chart.kind == "dots":
            least = min(values_of([row.mark]))
            parts.append(line(left, row.middle, place(least), row.middle, stroke("line", 0.75)))
        shown = colours[row.mark.number]
        if row.mark.point.marked and len(chart.series) == 1:
            shown = "s1"
        parts.append(told(row.mark.point.title, *_marked(chart, row, place, shown, look)))
    zero = place(0) if scale.low <= 0 <= scale.high else None
    if zero is not None:
        parts += _zero_line(rows, zero, look)
    below, height = axis_below(scale, place, bottom, titled(chart.value_title, chart.unit), look)
    return document(
        chart.name, chart.description, look.width, bottom + height + 2, look, id, [*parts, *below]
    )


def _colours(chart: Chart) -> list[str]:
    if len(chart.series) == 1:
        points = chart.series[0].points
        return ["g1" if any(one and one.marked for one in points) else "s1"]
    return colours_of([one.marked for one in chart.series])


def _rows(chart: Chart, marks: list[Mark], y: float, look: Look) -> tuple[list[_Row], float, float]:
    """Return the rows below `y`, where the last ends, and where the labels before marks end."""
    most = look.width * _LABELS / look.size
    single = len(chart.series) == 1
    names = {
        id(mark): wrapped(
            chart.categories[mark.place].label if single else mark.series.name, look.measure, most
        )
        for mark in marks
    }
    labels = max(widest(lines, look.measure) for lines in names.values()) * look.size
    rows: list[_Row] = []
    for place, category in enumerate(chart.categories):
        within = [mark for mark in marks if mark.place == place]
        if not within:
            continue
        if rows:
            y += look.size * (_BETWEEN if single else _AROUND)
        if not single:
            head = wrapped(category.label, look.measure, look.width / look.size)
            rows.append(_Row(head, None, y + height_of(head, look.size) / 2))
            y += height_of(head, look.size) + look.size * 0.2
        for number, mark in enumerate(within):
            y += look.size * 0.3 if number else 0
            high = max(look.size * (_BAR + 0.25), height_of(names[id(mark)], look.size))
            rows.append(_Row(names[id(mark)], mark, y + high / 2))
            y += high
    return rows, y + look.size * 0.6, labels


def _scale(chart: Chart, marks: list[Mark], look: Look) -> Axis:
    values = values_of(marks)
    zero = chart.from_zero
    if chart.kind == "bars" or zero is None:
        zero = chart.kind == "bars" or (min(values) >= 0 and min(values) < max(values) / 2)
    return axis(values, zero, max(2, look.width * (1 - _LABELS) / (look.small * 6)))


def _room(scale: Axis, marks: list[Mark], labels: float, look: Look) -> tuple[Place, float]:
    """Return what places values, and where the room for them begins."""
    left = labels + _GAP
    before = after = 0.0
    for mark in marks:
        wide = look.wide(mark.point.text) + _GAP
        if mark.point.value < 0:
            before = max(before, wide)
        else:
            after = max(after, wide)
    start, end = left + before, look.width - max(after, look.small)
    return scale.place(start, end), left


def _marked(chart: Chart, row: _Row, place: Place, colour: str, look: Look) -> Iterator[str]:
    """Yield what is seen of a value."""
    assert row.mark is not None
    point, y = row.mark.point, row.middle
    at = place(point.value)
    ends = [at]
    if chart.kind == "bars":
        high, zero = look.size * _BAR, place(0)
        left, wide = min(zero, at), max(abs(at - zero), 0.5)
        yield rectangle(Box(left, y - high / 2, wide, high), fill(colour))
    if point.low is not None and point.high is not None:
        ends += [place(point.low), place(point.high)]
        yield from interval(ends[1], ends[2], y, "ink" if chart.kind == "bars" else colour)
    if chart.kind == "dots":
        yield dot(row.mark.number, at, y, look.size * 0.36, colour)
        ends = [one + look.size * 0.36 * (1 if point.value >= 0 else -1) for one in ends]
    said = "accent" if point.marked and len(chart.series) > 1 else "ink"
    if point.value < 0:
        yield text(point.text, min(ends) - _GAP / 2, y, look.size, said, "end")
    else:
        yield text(point.text, max(ends) + _GAP / 2, y, look.size, said)


def _zero_line(rows: list[_Row], zero: float, look: Look) -> Iterator[str]:
    """Yield the line from which values count, beside each group of rows."""
    first: float | None = None
    half = look.size * (_BAR + 0.5) / 2
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        if row.mark is None:
            continue
        first = row.middle if first is None else first
        if after is None or after.mark is None:
            yield line(zero, first - half, zero, row.middle + half, stroke("axis", 0.75))
            first = None
