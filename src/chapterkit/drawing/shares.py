"""Shares: a bar a category, divided among the series."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chapterkit.drawing.look import Look
from chapterkit.drawing.model import Chart
from chapterkit.drawing.palette import both, colours_of, stroke, text_on
from chapterkit.drawing.parts import heading, samples, titled
from chapterkit.drawing.scales import apart
from chapterkit.drawing.sound import Mark
from chapterkit.drawing.svg import LEADING, Box, document, line, rectangle, text, told
from chapterkit.drawing.wrapping import widest, wrapped

_LABELS = 0.32
_GAP = 8.0
_BAR = 1.9


@dataclass(frozen=True)
class _Part:
    """A part of a bar: what it is of, and where it begins and ends."""

    mark: Mark
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Return its middle."""
        return (self.start + self.end) / 2


def drawn_shares(chart: Chart, marks: list[Mark], look: Look, id: str) -> str:
    """Return divided bars as SVG; what a part has no room for is printed below it."""
    most = look.width * _LABELS / look.size
    labels = [wrapped(one.label, look.measure, most) for one in chart.categories]
    left = max(widest(one, look.measure) for one in labels) * look.size
    left += _GAP if left else 0
    colours = colours_of([one.marked for one in chart.series])
    rows = [_divided(chart, marks, place, left, look) for place in range(len(chart.categories))]
    title = titled(chart.value_title, chart.unit)
    parts, y = heading(title, look)
    legend, height = _names(chart, rows[0], colours, y, look)
    parts += legend
    y += height + look.size * 0.3
    for lines, row in zip(labels, rows, strict=True):
        high = max(look.size * _BAR, len(lines) * look.size * LEADING)
        middle = y + high / 2
        parts.append(text(lines, left - _GAP, middle, look.size, "ink", "end"))
        below = False
        outside = [one for one in row if not _fits(one, look)]
        for one in row:
            box = Box(one.start, middle - look.size * _BAR / 2, one.end - one.start,
                      look.size * _BAR)  # fmt: skip
            colour = colours[one.mark.number]
            inside = [] if one in outside else [
                text(one.mark.point.text, one.middle, middle, look.size, text_on(colour), "middle")
            ]  # fmt: skip
            bar = rectangle(box, both(colour, "paper", 1))
            parts.append(told(one.mark.point.title, bar, *inside))
        if outside := [one for one in outside if one.mark.point.text]:
            below = True
            parts += _below(outside, middle + look.size * _BAR / 2, left, look)
        y += high + look.size * (1.6 if below else 0.6)
    return document(chart.name, chart.description, look.width, y, look, id, parts)


def _divided(chart: Chart, marks: list[Mark], place: int, left: float, look: Look) -> list[_Part]:
    own = [mark for mark in marks if mark.place == place]
    whole = chart.whole if chart.whole is not None else sum(mark.point.value for mark in own)
    found, start = [], left
    for mark in own:
        end = start + float(mark.point.value / whole) * (look.width - left - 1)
        found.append(_Part(mark, start, end))
        start = end
    return found


def _fits(part: _Part, look: Look) -> bool:
    return look.wide(part.mark.point.text) + 6 <= part.end - part.start


def _names(
    chart: Chart, row: list[_Part], colours: list[str], y: float, look: Look
) -> tuple[list[str], float]:
    """Return the names of the series: over the parts of the first bar, or with samples."""
    wide = [look.wide(one.mark.series.name, look.small) for one in row]
    fits = all(name + 6 <= one.end - one.start for name, one in zip(wide, row, strict=True))
    if fits and len(row) == len(chart.series):
        named = [
            text(one.mark.series.name, one.middle, y + look.small * 0.8, look.small, "soft",
                 "middle") for one in row
        ]  # fmt: skip
        return named, look.small * 1.6

    def sample(colour: str) -> Callable[[Box], str]:
        return lambda box: rectangle(box, both(colour, "paper", 0.5))

    return samples(
        [(one.name, sample(colour)) for one, colour in zip(chart.series, colours, strict=True)],
        y,
        look,
    )


def _below(parts: list[_Part], y: float, left: float, look: Look) -> list[str]:
    """Return values that have no room in their parts, below them and apart from one another."""
    sizes = [look.wide(one.mark.point.text, look.small) + look.small * 0.7 for one in parts]
    middles = apart([one.middle for one in parts], sizes, left - look.size, look.width)
    made, under = [], y + 4 + look.small * 0.6
    for part, middle in zip(parts, middles, strict=True):
        made += [
            line(part.middle, y, middle, y + 4, stroke("axis", 0.5)),
            text(part.mark.point.text, middle, under, look.small, "ink", "middle"),
        ]
    return made
