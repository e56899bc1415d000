"""Traces and timelines: stretches in rows, what is masked hatched, time over one axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chapterkit.drawing.look import Look
from chapterkit.drawing.model import Segment, Span, Timeline, Trace
from chapterkit.drawing.palette import SERIES, TINTS, both, fill, stroke, text_on
from chapterkit.drawing.parts import axis_below, samples, titled
from chapterkit.drawing.scales import apart, axis
from chapterkit.drawing.sound import check_timeline, check_trace
from chapterkit.drawing.svg import (
        Box,
    document,
    element,
    height_of,
    line,
    rectangle,
    text,
    told,
)  # fmt: skip
from chapterkit.drawing.wrapping import widest, wrapped

_LABELS = 0.26
_GAP = 8.0
_INSIDE = 6.0
_MOST = 9.0
_LEAST = 4.6
_BAR = 1.7


@dataclass(frozen=True)
class _Stretch:
    """A segment in a line of a trace: its label in lines, how wide it is."""

    segment: Segment
    lines: list[str]
    width: float


def trace_svg(trace: Trace, look: Look, *, id: str = "drawing") -> str:
    """Return segments in rows as SVG, masked ones hatched.

    A row that has no room goes on in the next line. Raises DrawingError for what cannot be drawn.
    """
    check_trace(trace)
    labels = [wrapped(label, look.measure, look.width * _LABELS / look.size) if label else []
              for label, _ in trace.rows]  # fmt: skip
    left = max(widest(one, look.measure) for one in labels) * look.size
    left += _GAP if left else 0
    kinds = list(dict.fromkeys(one.kind for _, row in trace.rows for one in row))
    tints = dict(zip(kinds, TINTS if any(kinds) else ("t6",), strict=False))
    hatch = f"{id}-hatch"
    parts, y = _meanings(trace, kinds, tints, hatch, look)
    for lines, (_, segments) in zip(labels, trace.rows, strict=True):
        rows = _folded(segments, look.width - left, look)
        for number, row in enumerate(rows):
            high = max(height_of(one.lines, look.size) for one in row) + 2 * _INSIDE
            if number == 0 and lines:
                high = max(high, height_of(lines, look.size))
                parts.append(text(lines, left - _GAP, y + high / 2, look.size, "ink", "end"))
            x = left
            for one in row:
                box = Box(x, y + 0.5, one.width, high)
                parts.append(_segment(one, box, tints[one.segment.kind], hatch, look))
                x += one.width
            y += high + look.size * (0.4 if number < len(rows) - 1 else 0.8)
    defined = [_hatch(hatch)] if any(one.masked for _, row in trace.rows for one in row) else []
    height = y - look.size * 0.8 + 2
    return document(trace.name, trace.description, look.width, height, look, id, parts, defined)


def _hatch(id: str) -> str:
    lines = element("path", stroke("axis", 0.8), d="M-1 1L1 -1M0 6L6 0M5 7L7 5")
    return element("pattern", None, lines, id=id, width=6, height=6,
                   patternUnits="userSpaceOnUse")  # fmt: skip


def _meanings(
    trace: Trace, kinds: Sequence[str], tints: Mapping[str, str], hatch: str, look: Look
) -> tuple[list[str], float]:
    """Return what tints and hatching mean, and where the rows begin."""

    def tinted(tint: str) -> Callable[[Box], str]:
        return lambda box: rectangle(box, both(tint, "axis", 0.75))

    def hatched(box: Box) -> str:
        return rectangle(box, {**stroke("axis", 0.75), "fill": f"url(#{hatch})"})

    named = [(kind, tinted(tints[kind])) for kind in kinds if kind]
    if trace.masked_means and any(one.masked for _, row in trace.rows for one in row):
        named.append((trace.masked_means, hatched))
    if not named:
        return [], 0.0
    parts, height = samples(named, 0, look)
    return parts, height + look.size * 0.4


def _folded(segments: Sequence[Segment], room: float, look: Look) -> list[list[_Stretch]]:
    """Return a row of segments in as many lines as it needs, each as long as its weight asks."""
    heaviest = max(one.weight for one in segments)
    total = sum(one.weight for one in segments)
    rows: list[list[_Stretch]] = [[]]
    for one in segments:
        share = float(one.weight / total) * room
        most = max(share - 2 * _INSIDE, _MOST * look.size * float(one.weight / heaviest),
                   _LEAST * look.size)  # fmt: skip
        lines = _lines_in(one, min(most, room - 2 * _INSIDE) + 2 * _INSIDE, look)
        width = widest(lines, look.measure) * look.size + 2 * _INSIDE
        if rows[-1] and sum(other.width for other in rows[-1]) + width > room + 0.5:
            rows.append([])
        rows[-1].append(_Stretch(one, lines, width))
    weights = [float(sum(other.segment.weight for other in row)) for row in rows]
    rooms = [room] * len(rows)
    if len(rows) > 1:  # the rest of a row is as long as it is heavy, not stretched to the margin
        needed = sum(other.width for other in rows[-1])
        rooms[-1] = max(needed, room * min(1.0, weights[-1] / max(weights[:-1])))
    return [_filling(row, one, look) for row, one in zip(rows, rooms, strict=True)]


def _filling(row: list[_Stretch], room: float, look: Look) -> list[_Stretch]:
    """Return the stretches of a line, longer where their weight asks for it and there is room."""
    left = room - sum(one.width for one in row)
    total = sum(one.segment.weight for one in row)
    wanted = [max(0.0, float(one.segment.weight / total) * room - one.width) for one in row]
    share = min(1.0, left / sum(wanted)) if sum(wanted) > 0 else 0.0
    widths = [one.width + more * share for one, more in zip(row, wanted, strict=True)]
    return [
        _Stretch(one.segment, _lines_in(one.segment, width, look), width)
        for one, width in zip(row, widths, strict=True)
    ]


def _lines_in(segment: Segment, width: float, look: Look) -> list[str]:
    return wrapped(segment.label, look.measure, (width - 2 * _INSIDE + 0.1) / look.size)


def _segment(one: _Stretch, box: Box, tint: str, hatch: str, look: Look) -> str:
    parts = [rectangle(box, both(tint, "axis", 0.75))]
    if one.segment.masked:
        parts.append(rectangle(box, {"fill": f"url(#{hatch})"}))
        wide = widest(one.lines, look.measure) * look.size + 6
        high = height_of(one.lines, look.size) + 2
        under = Box(box.x + (box.width - wide) / 2, box.y + (box.height - high) / 2, wide, high)
        parts.append(rectangle(under, fill(tint), round=2))
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    parts.append(text(one.lines, *middle, look.size, "ink", "middle"))
    return told(one.segment.title, *parts)


# --- time


def timeline_svg(timeline: Timeline, look: Look, *, id: str = "drawing") -> str:
    """Return bars of time as SVG, over one axis; what a bar has no room for stands above it.

    Raises DrawingError for what cannot be drawn.
    """
    check_timeline(timeline)
    labels = [wrapped(label, look.measure, look.width * _LABELS / look.size) if label else [""]
              for label, _ in timeline.rows]  # fmt: skip
    left = max(widest(one, look.measure) for one in labels) * look.size
    left += _GAP if left else 0
    spans = [one for _, row in timeline.rows for one in row]
    ends = [end for one in spans for end in (one.start, one.end)]
    scale = axis(ends, min(ends) >= 0, max(2, (look.width - left) / (look.small * 6)))
    place = scale.place(left, look.width - look.small)
    names = list(dict.fromkeys(one.label for one in spans))
    colours = {name: SERIES[number] for number, name in enumerate(names)}
    parts: list[str] = []
    y = 0.0
    for lines, (_, row) in zip(labels, timeline.rows, strict=True):
        above = [one for one in row if not _fits(one, place, look)]
        tiers = _tiers(above, place, look)
        y += sum(height for _, height in tiers) + (5 if tiers else 0)
        high = max(look.size * _BAR, height_of(lines, look.size))
        middle = y + high / 2
        parts.append(text(lines, left - _GAP, middle, look.size, "ink", "end"))
        top = middle - look.size * _BAR / 2
        under = y
        for labels_above, height in tiers:
            parts += _leaders(labels_above, top, under - 4, look)
            under -= height
        parts += [_span(one, place, top, colours[one.label], one in above, look) for one in row]
        y += high + look.size * 0.6
    for tick in scale.ticks:
        parts.insert(0, line(place(tick), 0, place(tick), y, stroke("line", 0.5)))
    below, height = axis_below(scale, place, y, titled(timeline.value_title, timeline.unit), look)
    return document(
        timeline.name, timeline.description, look.width, y + height + 2, look, id, [*parts, *below]
    )


def _said(one: Span) -> str:
    return f"{one.label} {one.text}".strip()


def _fits(one: Span, place: Callable[[Decimal | float], float], look: Look) -> bool:
    return look.wide(_said(one)) + 2 * _INSIDE <= place(one.end) - place(one.start)


def _span(
    one: Span, place: Callable[[Decimal | float], float], top: float, colour: str, above: bool,
    look: Look,
) -> str:  # fmt: skip
    start = place(one.start)
    box = Box(start, top, max(place(one.end) - start, 1.0), look.size * _BAR)
    paint = both(colour, "accent", 1.9) if one.marked else both(colour, "paper", 0.75)
    if box.width < 3 and not one.marked:
        paint = fill(colour)
    parts = [rectangle(box, paint)]
    if not above:
        parts.append(text(_said(one), box.x + box.width / 2, top + box.height / 2, look.size,
                          text_on(colour), "middle"))  # fmt: skip
    return told(one.title, *parts)


@dataclass(frozen=True)
class _Label:
    """What is said of a span above its bar: in which lines, where, and over what."""

    lines: list[str]
    x: float
    middle: float


def _tiers(
    spans: Sequence[Span], place: Callable[[Decimal | float], float], look: Look
) -> list[tuple[list[_Label], float]]:
    """Return the labels that have no room in their bars, tier over tier, and each tier's height."""
    lines = [wrapped(_said(one), look.measure, look.width / 2 / look.small) for one in spans]
    sizes = [(widest(one, look.measure) + 1) * look.small for one in lines]
    middles = [(place(one.start) + place(one.end)) / 2 for one in spans]
    count = next(
        filter(lambda one: _have_room(sizes, one, look.width), range(1, len(spans) + 1)), 1
    )
    tiers = []
    for first in range(count if spans else 0):
        own = slice(first, None, count)
        places = apart(middles[own], sizes[own], 0, look.width)
        labels = list(map(_Label, lines[own], places, middles[own]))
        tiers.append((labels, max(height_of(one.lines, look.small) for one in labels)))
    return tiers


def _have_room(sizes: Sequence[float], tiers: int, room: float) -> bool:
    return all(sum(sizes[first::tiers]) <= room for first in range(tiers))


def _leaders(labels: Sequence[_Label], top: float, bottom: float, look: Look) -> Iterator[str]:
    """Yield labels above a bar, and thin lines from it to them."""
    for one in labels:
        half = widest(one.lines, look.measure) * look.small / 2
        near = min(max(one.middle, one.x - half), one.x + half)
        yield line(one.middle, top, near, bottom, stroke("axis", 0.5))
        middle = bottom - height_of(one.lines, look.small) / 2
        yield text(one.lines, one.x, middle, look.small, "ink", "middle")
