"""What can be drawn: charts of exact values, flows of boxes, traces in segments, bars of time.

Nothing here knows of books: a value comes with the text that is printed for it, and with what a
reader is told who points at it. Nothing says where things stand: that is for the layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

ChartKind = Literal["bars", "dots", "lines", "slopes", "shares"]
NodeKind = Literal["step", "data", "model", "reward", "start", "end", "note"]
Direction = Literal["across", "down"]


class DrawingError(ValueError):
    """What cannot be drawn, in the words of authors.

    `part` is the label or id of what is wrong, empty if the whole is: with it, whoever knows the
    files finds the line.
    """

    def __init__(self, message: str, part: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.part = part


# --- charts


@dataclass(frozen=True)
class Point:
    """One value: `text` is printed at its mark, `title` told to who points at it.

    `low` and `high` are the ends of its interval (not drawn of slopes and shares). One that is
    `marked` stands out: its bar or dot, or its value among several series; in lines it is printed
    first. An empty text prints nothing.
    """

    value: Decimal
    text: str
    title: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    marked: bool = False


@dataclass(frozen=True)
class Category:
    """A place along the axis, or a row; `at` is where it stands on an axis of numbers (lines)."""

    label: str
    at: Decimal | None = None


@dataclass(frozen=True)
class Series:
    """What is drawn alike: an arm, say. `points` stand in the order of the categories.

    None is where it has no value. A series that is `marked` stands out among the others.
    """

    name: str
    points: tuple[Point | None, ...]
    marked: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart of values that share a unit.

    bars    groups of bars, one group a category, one bar a series; they begin at zero
    dots    a dot for each value, with its interval if it has one; a row a category
    lines   a line a series, over the categories' places (`at`), or evenly if they have none
    slopes  two categories, before and after; a line a series
    shares  a bar a category, divided among the series; `whole` is its full length, else their sum

    `name` is what the drawing is called, and `description` its alternative text; neither is
    printed. `unit` stands on the axis of values, behind `value_title`; slopes and shares have both
    over them, and no `category_title`. `from_zero` says whether the axis of values begins at zero;
    None leaves it to the kind and the values. Bars always begin there.
    """

    kind: ChartKind
    categories: tuple[Category, ...]
    series: tuple[Series, ...]
    name: str
    description: str = ""
    unit: str = ""
    value_title: str = ""
    category_title: str = ""
    from_zero: bool | None = None
    whole: Decimal | None = None


# --- flows


@dataclass(frozen=True)
class Node:
    """A box with a label; `title` is told to who points at it. A marked one stands out.

    One that has an `address` is a link: for a page, not for print.
    """

    id: str
    label: str
    kind: NodeKind = "step"
    title: str = ""
    marked: bool = False
    address: str = ""


@dataclass(frozen=True)
class Edge:
    """An arrow from a node to another, by their ids; one that goes back closes a loop.

    `mutual` is one that leads both ways; its head shows at either end.
    """

    start: str
    end: str
    label: str = ""
    dashed: bool = False
    mutual: bool = False


@dataclass(frozen=True)
class Lane:
    """Nodes that belong together, framed, under a label: an arm, or who does it."""

    label: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Flow:
    """Boxes and arrows; the first nodes stand first. `direction` is where arrows lead."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    name: str
    description: str = ""
    lanes: tuple[Lane, ...] = ()
    direction: Direction = "down"


@dataclass(frozen=True)
class Segment:
    """A stretch of a trace: who wrote it (`kind`), what it says, whether it is masked.

    `kind` is one of the trace's kinds, by which stretches are coloured alike; `weight` is how long
    it is drawn beside others; what is masked is hatched.
    """

    label: str
    kind: str = ""
    masked: bool = False
    weight: Decimal = Decimal(1)
    title: str = ""


@dataclass(frozen=True)
class Trace:
    """Segments in a row, as a sequence of tokens is; rows stand below one another, with labels.

    `masked_means` is printed beside a hatched sample: 不计入损失, say.
    """

    rows: tuple[tuple[str, tuple[Segment, ...]], ...]
    name: str
    description: str = ""
    masked_means: str = ""


@dataclass(frozen=True)
class Span:
    """A stretch of time: where it begins and ends, in the timeline's unit, and what is printed."""

    start: Decimal
    end: Decimal
    label: str
    text: str = ""
    title: str = ""
    marked: bool = False


@dataclass(frozen=True)
class Timeline:
    """Rows of spans over one axis of time; spans of one label are coloured alike."""

    rows: tuple[tuple[str, tuple[Span, ...]], ...]
    name: str
    description: str = ""
    unit: str = ""
    value_title: str = ""
