"""What several charts have: an axis below, its title, marks of series, samples of colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from chapterkit.drawing.look import Look
from chapterkit.drawing.palette import both, stroke
from chapterkit.drawing.scales import Axis
from chapterkit.drawing.svg import LEADING, Box, element, height_of, line, path, rectangle, text
from chapterkit.drawing.wrapping import widest, wrapped
from chapterkit.han import has_han

TICK = 4
Place = Callable[[Decimal | float], float]


def titled(title: str, unit: str) -> str:
    """Return what stands at an axis: its title, and the unit behind it.

    >>> titled("成功率", "%"), titled("Success rate", "%"), titled("", "秒")
    ('成功率（%）', 'Success rate (%)', '秒')
    """
    if not title or not unit:
        return title or unit
    return f"{title}（{unit}）" if has_han(title) else f"{title} ({unit})"


def heading(title: str, look: Look) -> tuple[list[str], float]:
    """Return what stands at the head of a chart, and how high it is: nothing for an empty one."""
    if not title:
        return [], 0.0
    lines = wrapped(title, look.measure, look.width / look.small)
    high = height_of(lines, look.small)
    return [text(lines, 0, high / 2, look.small, "soft")], high + look.small * 0.5


def joined(first: str, second: str, look: Look, most: float) -> list[str]:
    """Return a name and a value in one line, or else one below the other."""
    together = f"{first} {second}".strip()
    if look.wide(together) <= most or not (first and second):
        return wrapped(together, look.measure, most / look.size)
    lines = (wrapped(one, look.measure, most / look.size) for one in (first, second))
    return [line for one in lines for line in one]


def room_for(lines: int, look: Look) -> float:
    """Return how much room a label takes; one in several lines stands off from the next."""
    return (lines + 0.25 * (lines > 1)) * look.size * LEADING


def axis_below(
    axis: Axis, place: Place, y: float, title: str, look: Look
) -> tuple[list[str], float]:
    """Return an axis of values that stands below what it is about, and how high it is."""
    left, right = place(axis.low), place(axis.high)
    shown = list(_with_room(axis, place, look))
    parts = [line(left, y, right, y, stroke("axis", 0.75))]
    for tick, name in shown:
        x = inside(place(tick), look.wide(name, look.small), look)
        parts += [
            line(place(tick), y, place(tick), y + TICK, stroke("axis", 0.75)),
            text(name, x, y + TICK + look.small * 0.85, look.small, "soft", "middle"),
        ]
    height = TICK + look.small * 1.6
    if title:
        said, more = title_below(title, (left, right), y + height, look)
        return [*parts, said], height + more
    return parts, height


def title_below(title: str, ends: tuple[float, float], y: float, look: Look) -> tuple[str, float]:
    """Return the title of an axis, below its middle, and how high it is."""
    lines = wrapped(title, look.measure, look.width / look.small)
    middle = inside(sum(ends) / 2, widest(lines, look.measure) * look.small, look)
    high = height_of(lines, look.small)
    return text(lines, middle, y + high / 2, look.small, "soft", "middle"), high + look.small * 0.15


def inside(middle: float, wide: float, look: Look) -> float:
    """Return a middle as near as can be to another, for a text that must not stand out."""
    return max(wide / 2, min(middle, look.width - wide / 2))


def _with_room(axis: Axis, place: Place, look: Look) -> Iterator[tuple[Decimal, str]]:
    """Yield the ticks that have room beside one another, with what is printed at each."""
    every = 1
    names = [axis.named(tick) for tick in axis.ticks]
    room = max(look.wide(name, look.small) for name in names) + look.small
    if len(axis.ticks) > 1:
        apart = abs(place(axis.ticks[1]) - place(axis.ticks[0]))
        while apart * every < room:
            every += 1
    free = 0.0
    for number, tick in enumerate(axis.ticks):
        half = look.wide(names[number], look.small) / 2
        middle = inside(place(tick), 2 * half, look)
        if number % every == 0 and middle - half >= free:
            free = middle + half + look.small / 2
            yield tick, names[number]


def dot(shape: int, x: float, y: float, size: float, colour: str) -> str:
    """Return a mark of a series: each has another shape, so that colour is not all that tells."""
    paint = both(colour, "paper", 0.75)
    match shape % 6:
        case 0:
            return element("circle", paint, cx=x, cy=y, r=size)
        case 1:
            side = size * 1.8
            return rectangle(Box(x - side / 2, y - side / 2, side, side), paint)
        case 2:
            return _polygon([(0, -1.25), (1.15, 0.85), (-1.15, 0.85)], x, y, size, paint)
        case 3:
            return _polygon([(0, -1.35), (1.35, 0), (0, 1.35), (-1.35, 0)], x, y, size, paint)
        case 4:
            ring = both("paper", colour, 1.75)
            return element("circle", ring, cx=x, cy=y, r=size * 0.85)
        case _:
            return _polygon([(0, 1.25), (1.15, -0.85), (-1.15, -0.85)], x, y, size, paint)


def _polygon(
    corners: Sequence[tuple[float, float]], x: float, y: float, size: float, paint: dict[str, str]
) -> str:
    places = [(x + across * size, y + down * size) for across, down in corners]
    return path([*places, places[0]], paint)


def interval(low: float, high: float, y: float, colour: str) -> list[str]:
    """Return an interval: a line with ends."""
    paint = stroke(colour, 1.25)
    return [
        line(low, y, high, y, paint),
        line(low, y - 3, low, y + 3, paint),
        line(high, y - 3, high, y + 3, paint),
    ]


def samples(
    named: Sequence[tuple[str, Callable[[Box], str]]], y: float, look: Look
) -> tuple[list[str], float]:
    """Return what colours mean, a sample before each name, in as many lines as are needed."""
    parts: list[str] = []
    x, side, height = 0.0, look.small * 0.9, look.small * LINE
    top = y
    for name, sample in named:
        wide = side * 1.5 + look.wide(name, look.small)
        if x and x + wide > look.width:
            x, top = 0.0, top + height
        middle = top + height / 2
        parts += [
            sample(Box(x, middle - side / 2, side, side)),
            text(name, x + side * 1.5, middle, look.small, "soft"),
        ]
        x += wide + look.small * 1.5
    return parts, top + height - y


LINE = 1.6
