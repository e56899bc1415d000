"""Lines over steps, or over names: each is named at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from chapterkit.drawing.look import Look
from chapterkit.drawing.model import Chart
from chapterkit.drawing.palette import colours_of, stroke
from chapterkit.drawing.parts import (
    TICK,
    Place,
    axis_below,
    dot,
    heading,
    inside,
    joined,
    room_for,
    title_below,
    titled,
)
from chapterkit.drawing.scales import Axis, apart, axis
from chapterkit.drawing.sound import Mark, values_of
from chapterkit.drawing.svg import LEADING, Box, document, line, path, text, told
from chapterkit.drawing.wrapping import widest, wrapped

_MANY = 60
_ALL_PRINTED = 24
_NAMES = 0.3
_DASHES = ("", "6 3", "2 2.5", "9 3 2 3", "1.5 4", "12 4")
_GAP = 8.0


@dataclass
class _Taken:
    """Where something stands already: rectangles, and points along lines."""

    boxes: list[Box]
    points: list[tuple[float, float]] = field(default_factory=list)

    def has_room(self, box: Box) -> bool:
        """Tell whether a rectangle would cover nothing."""
        inside = any(box.x < x < box.right and box.y < y < box.bottom for x, y in self.points)
        return not inside and not any(map(box.meets, self.boxes))


def drawn_lines(chart: Chart, marks: list[Mark], look: Look, id: str) -> str:
    """Return a line a series, over numbers or over names."""
    title = titled(chart.value_title, chart.unit)
    parts, offset = heading(title, look)
    top = offset + look.small * 0.8
    names = _names(chart, marks, look, look.width * _NAMES)
    high = max(min(look.width * 0.55, 260), sum(room_for(len(one), look) for one in names))
    scale = _scale(chart, marks, high / (look.size * 3))
    left = max(look.wide(scale.named(tick), look.small) for tick in scale.ticks) + TICK + 3
    behind = max(widest(lines, look.measure) for lines in names) * look.size
    right = look.width - behind - _GAP * 1.5
    bottom = top + high
    up = scale.place(bottom, top + look.size * 0.4)
    along, below, height = _along(chart, left + _GAP, right - _GAP / 2, bottom, look)
    parts += _levels(scale, up, left, right, look)
    parts += below
    parts += _lines(chart, marks, along, up, look)
    parts += _at_ends(chart, marks, names, along, up, (top, bottom), look)
    parts += _printed(chart, marks, along, up, (left, right, offset, bottom), look)
    return document(chart.name, chart.description, look.width, bottom + height + 2, look, id, parts)


def _scale(chart: Chart, marks: list[Mark], count: float) -> Axis:
    values = values_of(marks)
    zero = chart.from_zero
    if zero is None:
        zero = min(values) >= 0 and min(values) < max(values) / 2
    return axis(values, zero, count)


def _names(chart: Chart, marks: list[Mark], look: Look, most: float) -> list[list[str]]:
    """Return what stands at the end of each line: its name, and its last value."""
    found = []
    for number, one in enumerate(chart.series):
        own = [mark.point for mark in marks if mark.number == number]
        last = own[-1].text if own else ""
        name = one.name if len(chart.series) > 1 or not last else ""
        found.append(joined(name, last, look, most))
    return found


def _levels(scale: Axis, up: Place, left: float, right: float, look: Look) -> Iterator[str]:
    for tick in scale.ticks:
        y = up(tick)
        strong = tick == scale.ticks[0]
        yield line(left, y, right, y, stroke("axis" if strong else "line", 0.75))
        yield text(scale.named(tick), left - TICK, y, look.small, "soft", "end")


def _along(
    chart: Chart, left: float, right: float, bottom: float, look: Look
) -> tuple[Callable[[int], float], list[str], float]:
    """Return what places categories, the axis below, and how high that is."""
    numbers = [one.at for one in chart.categories if one.at is not None]
    if numbers:
        scale = axis(numbers, numbers[0] >= 0 and numbers[0] * 4 < numbers[-1], 6)
        place = scale.place(left, right)
        parts, height = axis_below(scale, place, bottom, chart.category_title, look)
        return (lambda number: place(numbers[number])), parts[1:], height
    count = len(chart.categories)
    first = left + min(look.width * 0.06, (right - left) / count / 2)
    gap = (right - first) / max(1, count - 1)
    middles = [first + gap * number for number in range(count)]
    parts, height = _named_places(chart, middles, gap, bottom, look)
    return middles.__getitem__, parts, height


def _named_places(
    chart: Chart, middles: Sequence[float], gap: float, bottom: float, look: Look
) -> tuple[list[str], float]:
    every = max(1, -(-int(look.small * 2.2) // max(1, int(gap))))
    most = max(gap * every - look.small * 0.6, look.small * 1.2) / look.small
    parts, height = [], 0.0
    for number, x in enumerate(middles):
        if number % every:
            continue
        lines = wrapped(chart.categories[number].label, look.measure, most)
        high = len(lines) * look.small * LEADING
        middle = inside(x, widest(lines, look.measure) * look.small, look)
        parts.append(text(lines, middle, bottom + TICK + high / 2, look.small, "soft", "middle"))
        height = max(height, TICK + high)
    if chart.category_title:
        ends = (middles[0], middles[-1])
        title, more = title_below(chart.category_title, ends, bottom + height, look)
        return [*parts, title], height + more
    return parts, height


def _lines(
    chart: Chart, marks: list[Mark], along: Callable[[int], float], up: Place, look: Look
) -> Iterator[str]:
    colours = colours_of([one.marked for one in chart.series])
    many = len(marks) > _MANY
    order = sorted(range(len(chart.series)), key=lambda number: chart.series[number].marked)
    for number in order:
        own = [mark for mark in marks if mark.number == number]
        places = [(along(mark.place), up(mark.point.value)) for mark in own]
        dashes = _DASHES[number % len(_DASHES)] if many and len(chart.series) > 1 else ""
        more = {"stroke_dasharray": dashes} if dashes else {}
        paint = stroke(colours[number], 1.25 if many else 1.75)
        if len(places) > 1:
            yield path(places, paint, stroke_linejoin="round", **more)
        for mark, (x, y) in zip(own, places, strict=True):
            parts = [*_whisker(mark, x, up, colours[number])]
            if not many or len(places) == 1:
                parts.append(dot(number, x, y, look.size * 0.29, colours[number]))
            yield told(mark.point.title, *parts) if parts else ""


def _whisker(mark: Mark, x: float, up: Place, colour: str) -> Iterator[str]:
    if mark.point.low is not None and mark.point.high is not None:
        low, high, paint = up(mark.point.low), up(mark.point.high), stroke(colour, 1)
        yield line(x, low, x, high, paint)
        yield line(x - 3, low, x + 3, low, paint)
        yield line(x - 3, high, x + 3, high, paint)


def _at_ends(
    chart: Chart, marks: list[Mark], names: list[list[str]], along: Callable[[int], float],
    up: Place, between: tuple[float, float], look: Look,
) -> Iterator[str]:  # fmt: skip
    """Yield the names of the lines at their ends, kept apart; a thin line leads to what moved."""
    colours = colours_of([one.marked for one in chart.series])
    last = {mark.number: mark for mark in marks}
    order = sorted(last, key=lambda number: up(last[number].point.value))
    wanted = [up(last[number].point.value) for number in order]
    sizes = [room_for(len(names[number]), look) for number in order]
    x = max(along(mark.place) for mark in last.values()) + _GAP
    middles = apart(wanted, sizes, between[0] - look.size, between[1])
    for number, want, middle in zip(order, wanted, middles, strict=True):
        end = along(last[number].place) + look.size * 0.4
        if abs(middle - want) > look.size * 0.5 or x - end > _GAP * 2:
            yield line(end, want, x + 1, middle, stroke(colours[number], 0.5))
        yield text(names[number], x + _GAP / 2, middle, look.size)


def _printed(
    chart: Chart, marks: list[Mark], along: Callable[[int], float], up: Place,
    room: tuple[float, float, float, float], look: Look,
) -> Iterator[str]:  # fmt: skip
    """Yield the values that are printed at their marks, where there is room: all, if they are few.

    The last of each line stands behind its name.
    """
    left, right, top, bottom = room
    taken = _Taken([], list(_covered(marks, along, up)))
    last = {mark.number: mark for mark in marks}
    first = {mark.number: mark for mark in reversed(marks)}
    wanted = [mark for mark in marks if mark.point.text and last[mark.number] is not mark]
    if len(marks) > _ALL_PRINTED:
        wanted = [one for one in wanted if one.point.marked or first[one.number] is one]
    wanted.sort(key=lambda mark: (not mark.point.marked, first[mark.number] is not mark))
    high = look.small * 1.15
    for mark in wanted:
        x, y = along(mark.place), up(mark.point.value)
        wide = look.wide(mark.point.text, look.small)
        x = min(max(x, left + wide / 2 + 1), right)
        for away in _sides(mark, marks):
            end = mark.point.high if away > 0 else mark.point.low
            middle = (y if end is None else up(end)) - away * (look.small * 0.95 + 2)
            box = Box(x - wide / 2, middle - high / 2, wide, high)
            within = (
                box.x >= left
                and box.right <= right + _GAP
                and top <= box.y
                and box.bottom <= bottom - 1
            )
            if within and taken.has_room(box):
                taken.boxes.append(box)
                yield text(mark.point.text, x, middle, look.small, "ink", "middle")
                break


def _sides(mark: Mark, marks: list[Mark]) -> tuple[float, ...]:
    """Return where a value may stand, above (1) or below (-1): never beyond another's mark."""
    others = [one.point.value for one in marks if one.place == mark.place and one is not mark]
    above = not any(other >= mark.point.value for other in others)
    below = not any(other <= mark.point.value for other in others)
    return ((1.0, 1.5) if above else (1.0,)) * (above or not below) + (
        ((-1.0, -1.5) if below else (-1.0,)) * (below or not above)
    )


def _covered(
    marks: list[Mark], along: Callable[[int], float], up: Place
) -> Iterator[tuple[float, float]]:
    """Yield points along the lines, near one another."""
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        x, y = along(mark.place), up(mark.point.value)
        yield x, y
        if mark.point.low is not None and mark.point.high is not None:
            low, high = up(mark.point.low), up(mark.point.high)
            yield from ((x, high + step * 3) for step in range(int((low - high) // 3) + 1))
        if after is None or after.number != mark.number:
            continue
        far, end = along(after.place), up(after.point.value)
        steps = int(max(abs(far - x), abs(end - y)) // 3)
        for step in range(1, steps):
            yield x + (far - x) * step / steps, y + (end - y) * step / steps
