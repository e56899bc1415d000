"""Slopes: lines from before to after, values and names at their ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from chapterkit.drawing.look import Look
from chapterkit.drawing.model import Chart
from chapterkit.drawing.palette import colours_of, stroke
from chapterkit.drawing.parts import Place, dot, heading, joined, room_for, titled
from chapterkit.drawing.scales import Axis, apart, axis
from chapterkit.drawing.sound import Mark
from chapterkit.drawing.svg import LEADING, document, line, path, text, told
from chapterkit.drawing.wrapping import widest, wrapped

_GAP = 8.0


def drawn_slopes(chart: Chart, marks: list[Mark], look: Look, id: str) -> str:
    """Return lines from before to after, values and names at their ends."""
    before = [mark for mark in marks if mark.place == 0]
    after = [mark for mark in marks if mark.place == 1]
    heads = [wrapped(one.label, look.measure, look.width * 0.32 / look.size)
             for one in chart.categories]  # fmt: skip
    title = titled(chart.value_title, chart.unit)
    names = [joined(mark.point.text, mark.series.name, look, look.width * 0.36) for mark in after]
    first = max(look.wide(mark.point.text) for mark in before)
    left = max(first + _GAP * 2, look.wide(max(heads[0], key=look.wide)) / 2)
    right = look.width - max(widest(one, look.measure) for one in names) * look.size - _GAP * 2
    right = min(right, left + 300, look.width - look.wide(max(heads[1], key=look.wide)) / 2)
    parts, offset = heading(title, look)
    top = offset + max(map(len, heads)) * look.size * LEADING + look.size
    needed = sum(room_for(len(one), look) for one in names)
    high = max(needed * 1.1, look.size * 10)
    scale = _slope_scale(chart, marks)
    up = scale.place(top + high, top)
    middles = _slope_middles(before, after, names, up, (top, top + high), look)
    lowest = [middle + room_for(len(name), look) / 2
            for middle, name in zip(middles[1], names, strict=True)]  # fmt: skip
    bottom = max([top + high, *middles[0], *lowest]) + look.size * 0.7
    for x, head in ((left, heads[0]), (right, heads[1])):
        parts.append(text(head, x, offset + len(head) * look.size * LEADING / 2, look.size, "ink",
                          "middle"))  # fmt: skip
        parts.append(
            line(x, top - look.size * 0.4, x, bottom - look.size * 0.2, stroke("line", 0.75))
        )
    colours = colours_of([one.marked for one in chart.series])
    printed = {
        (mark.point.text, start): start for mark, start in zip(before, middles[0], strict=True)
    }
    for (said, _), start in printed.items():
        parts.append(text(said, left - _GAP * 1.5, start, look.size, "ink", "end"))
    for mark, other, start, end, name in zip(before, after, *middles, names, strict=True):
        y1, y2 = up(mark.point.value), up(other.point.value)
        colour = colours[mark.number]
        parts += [
            path([(left, y1), (right, y2)], stroke(colour, 1.75)),
            *_leading(left, y1, -1, start, colour, look),
            *_leading(right, y2, 1, end, colour, look),
            told(mark.point.title, dot(mark.number, left, y1, look.size * 0.3, colour)),
            told(other.point.title, dot(mark.number, right, y2, look.size * 0.3, colour),
                 text(name, right + _GAP * 1.5, end, look.size)),
        ]  # fmt: skip
    return document(chart.name, chart.description, look.width, bottom, look, id, parts)


def _slope_scale(chart: Chart, marks: list[Mark]) -> Axis:
    values = [mark.point.value for mark in marks]
    low, high = float(min(values)), float(max(values))
    if chart.from_zero:
        low, high = min(low, 0), max(high, 0)
    found = axis(values, bool(chart.from_zero), 4)
    return Axis(low, high if high > low else low + 1, found.step, found.ticks)


def _slope_middles(
    before: list[Mark], after: list[Mark], names: list[list[str]], up: Place,
    between: tuple[float, float], look: Look,
) -> tuple[list[float], list[float]]:  # fmt: skip
    """Return where the labels stand at both ends."""
    low, high = between[0] - look.size, between[1] + look.size * 40
    # The same value before is printed once.
    firsts = {(mark.point.value, mark.point.text): 1 for mark in before}
    lefts = _labels_apart([(value, 1) for value, _ in firsts], up, low, high, look)
    at = dict(zip(firsts, lefts, strict=True))
    counted = [(mark.point.value, len(one)) for mark, one in zip(after, names, strict=True)]
    rights = _labels_apart(counted, up, low, high, look)
    return [at[mark.point.value, mark.point.text] for mark in before], rights


def _labels_apart(
    labels: Sequence[tuple[Decimal, int]], up: Place, low: float, high: float, look: Look
) -> list[float]:
    """Return where labels stand, each of so many lines, beside their values and kept apart."""
    order = sorted(range(len(labels)), key=lambda number: up(labels[number][0]))
    wanted = [up(labels[number][0]) for number in order]
    sizes = [room_for(labels[number][1], look) for number in order]
    placed = dict(zip(order, apart(wanted, sizes, low, high), strict=True))
    return [placed[number] for number in range(len(labels))]


def _leading(x: float, y: float, way: int, label: float, colour: str, look: Look) -> Iterator[str]:
    if abs(label - y) > look.size * 0.3:
        start, end = x + way * look.size * 0.4, x + way * (_GAP * 1.5 - 2)
        yield path([(start, y), (end, label)], stroke(colour, 0.5))
