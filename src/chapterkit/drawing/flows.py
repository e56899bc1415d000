"""Flows drawn: boxes as wide as their labels, arrows with round corners, frames round lanes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from chapterkit.drawing.layers import Layers, layered
from chapterkit.drawing.layout import Layout, Rect, Route, Size, laid_out
from chapterkit.drawing.look import Look
from chapterkit.drawing.model import Direction, DrawingError, Edge, Flow, Lane, Node
from chapterkit.drawing.palette import Paint, both, fill, stroke
from chapterkit.drawing.svg import (
    Box,
    document,
    element,
    height_of,
    linked,
    number,
    rectangle,
    text,
    told,
)  # fmt: skip
from chapterkit.drawing.wrapping import widest, wrapped

# How wide labels may be, in ems: in boxes, at edges; tried until the flow has room.
_WIDTHS = ((12.0, 8.0), (10.0, 7.0), (8.0, 6.0), (6.5, 5.0), (5.0, 4.5), (4.0, 4.0))
_INSIDE = (9.0, 6.0)
_MUCH_TOO_WIDE = 1.6
_ROUND = 5.0
_HEAD = 6.0
_PAINTS: Mapping[str, Paint] = {
    "step": both("paper", "ink", 0.9),
    "data": both("t2", "ink", 0.9),
    "model": both("t1", "ink", 0.9),
    "reward": both("t3", "ink", 0.9),
    "start": both("wash", "ink", 0.9),
    "end": both("wash", "ink", 0.9),
    "note": {},
}
_ROUNDED = frozenset({"start", "end", "reward"})


@dataclass(frozen=True)
class _Written:
    """A flow whose labels are in lines, laid out."""

    flow: Flow
    direction: Direction
    nodes: Mapping[str, list[str]]
    edges: Mapping[Edge, list[str]]
    lanes: Mapping[Lane, list[str]]
    layout: Layout

    @property
    def width(self) -> float:
        """Return how wide it is."""
        size = self.layout.size
        return size.across if self.direction == "down" else size.along

    @property
    def height(self) -> float:
        """Return how high it is."""
        size = self.layout.size
        return size.along if self.direction == "down" else size.across


def flow_svg(flow: Flow, look: Look, *, id: str = "drawing") -> str:
    """Return boxes and arrows as SVG, laid out in layers; what closes a loop is drawn back.

    A flow that has no room across leads down; labels are broken into more lines where there is
    little room. Raises DrawingError for one that cannot be drawn, or not in this width.
    """
    layers = layered(flow)
    written = _with_room(flow, layers, look)
    wide = max(look.width, written.width + 2)
    drawing = _Drawing(written, look, (wide - written.width) / 2)
    height = written.height + 2
    return document(flow.name, flow.description, wide, height, look, id, drawing.parts())


def check_flow(flow: Flow) -> None:
    """Raise DrawingError for a flow that cannot be drawn, however much room there is."""
    layered(flow)


def _with_room(flow: Flow, layers: Layers, look: Look) -> _Written:
    """Return a flow whose labels are broken so that it has room."""
    directions: tuple[Direction, ...] = ("across", "down") if flow.direction == "across" else (
        "down",
    )  # fmt: skip
    narrowest: _Written | None = None
    for direction in directions:
        for of_boxes, of_edges in _WIDTHS:
            written = _written(flow, layers, direction, of_boxes, of_edges, look)
            if written.width + 2 <= look.width:
                return written
            if narrowest is None or written.width < narrowest.width:
                narrowest = written
            if direction == "across" and of_boxes < 8:
                break
    assert narrowest is not None
    if narrowest.width > look.width * _MUCH_TOO_WIDE:
        raise DrawingError("流程图里并排的框太多，一页的宽度放不下：分成几张，或减少并排的框")
    return narrowest


def _written(
    flow: Flow, layers: Layers, direction: Direction, of_boxes: float, of_edges: float, look: Look
) -> _Written:
    nodes = {one.id: wrapped(one.label, look.measure, of_boxes) for one in flow.nodes}
    edges = {one: wrapped(one.label, look.measure, of_edges) for one in flow.edges}
    sizes = {one.id: _box_size(one, nodes[one.id], look) for one in flow.nodes}
    if direction == "across":
        high = max(height for _, height in sizes.values())
        sizes = {id: (width, high) for id, (width, _) in sizes.items()}
    turned = {id: _turned(size, direction) for id, size in sizes.items()}
    labels = {edge: _turned(_size(lines, look), direction) for edge, lines in edges.items()}
    lanes = {one: wrapped(one.label, look.measure, of_boxes) for one in flow.lanes}
    heads = {one: _turned(_size(lines, look), direction) for one, lines in lanes.items()}
    layout = laid_out(layers, flow.lanes, turned, labels, heads, direction == "down")
    return _Written(flow, direction, nodes, edges, lanes, layout)


def _size(lines: Sequence[str], look: Look) -> tuple[float, float]:
    """Return the width and height of a label beside boxes."""
    return widest(lines, look.measure) * look.small, height_of(lines, look.small)


def _box_size(node: Node, lines: Sequence[str], look: Look) -> tuple[float, float]:
    beside, above = _INSIDE
    width = widest(lines, look.measure) * look.size + 2 * beside
    if node.kind in _ROUNDED:
        width += beside
    return max(width, look.size * 4), height_of(lines, look.size) + 2 * above


def _turned(size: tuple[float, float], direction: Direction) -> Size:
    width, height = size
    return Size(height, width) if direction == "down" else Size(width, height)


@dataclass(frozen=True)
class _Drawing:
    written: _Written
    look: Look
    left: float

    def parts(self) -> Iterator[str]:
        """Yield frames, then arrows, then boxes, then labels."""
        layout = self.written.layout
        for lane, rect in layout.frames:
            yield from self._frame(self.written.lanes[lane], self._box(rect))
        for route in layout.routes:
            yield from self._arrow(route)
        for node in self.written.flow.nodes:
            yield self._node(node, self._box(layout.nodes[node.id]))
        for route in layout.routes:
            if route.edge.label:
                yield from self._label(route)

    def _point(self, u: float, v: float) -> tuple[float, float]:
        x, y = (v, u) if self.written.direction == "down" else (u, v)
        return x + self.left, y + 1

    def _box(self, rect: Rect) -> Box:
        x, y = self._point(rect.first, rect.near)
        along, across = rect.size.along, rect.size.across
        down = self.written.direction == "down"
        return Box(x, y, across if down else along, along if down else across)

    def _frame(self, label: list[str], box: Box) -> Iterator[str]:
        small = self.look.small
        yield rectangle(box, both("wash", "line", 0.9), round=6)
        middle = box.y + 4 + height_of(label, small) / 2
        yield text(label, box.x + 8, middle, small, "soft")

    def _node(self, node: Node, box: Box) -> str:
        paint = _PAINTS[node.kind]
        if node.marked and paint:
            inside = paint["class"].split()[0].removeprefix("d-f-")
            paint = both(inside, "accent", 1.9)
        round = min(box.height / 2, 14) if node.kind in _ROUNDED else 3
        shape = rectangle(box, paint, round=round) if paint else ""
        colour = "soft" if node.kind == "note" else "ink"
        lines = self.written.nodes[node.id]
        words = text(lines, box.x + box.width / 2, box.y + box.height / 2, self.look.size, colour,
                     "middle")  # fmt: skip
        return linked(node.address, told(node.title, shape, words))

    def _arrow(self, route: Route) -> Iterator[str]:
        points = [self._point(u, v) for u, v in route.points]
        base, head = _head(*points[-2:])
        start, tail = _head(points[1], points[0]) if route.edge.mutual else (points[0], "")
        paint = stroke("ink", 0.9)
        if route.edge.dashed:
            paint = {**paint, "stroke-dasharray": "4 3"}
        yield element("path", paint, d=_rounded([start, *points[1:-1], base]))
        yield element("path", fill("ink"), d=head + tail)

    def _label(self, route: Route) -> Iterator[str]:
        lines, small = self.written.edges[route.edge], self.look.small
        x, y = self._point(*route.label)
        high = height_of(lines, small)
        if self.written.direction == "down":
            yield text(lines, x + 5, y, small, "soft")
        else:
            up = high / 2 + 3
            yield text(lines, x, y + (up if route.back else -up), small, "soft", "middle")


def _head(one: tuple[float, float], end: tuple[float, float]) -> tuple[tuple[float, float], str]:
    """Return where the head of an arrow begins that comes from one place, and its path."""
    (x1, y1), (x2, y2) = one, end
    far = hypot(x2 - x1, y2 - y1) or 1.0
    across, down = (x2 - x1) / far, (y2 - y1) / far
    base = (x2 - across * _HEAD, y2 - down * _HEAD)
    half = _HEAD * 0.42
    corners = [end, (base[0] - down * half, base[1] + across * half),
               (base[0] + down * half, base[1] - across * half)]  # fmt: skip
    places = " ".join(f"{number(x)} {number(y)}" for x, y in corners)
    return base, f"M{places}z"


def _rounded(points: Sequence[tuple[float, float]]) -> str:
    """Return the path through points, its corners rounded."""
    said = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = min(_ROUND, _far(before, corner) / 2, _far(corner, after) / 2)
        start, end = _towards(corner, before, room), _towards(corner, after, room)
        said.append(
            f"L{number(start[0])} {number(start[1])}"
            f"Q{number(corner[0])} {number(corner[1])} {number(end[0])} {number(end[1])}"
        )
    said.append(f"L{number(points[-1][0])} {number(points[-1][1])}")
    return "".join(said)


def _far(one: tuple[float, float], other: tuple[float, float]) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _towards(
    one: tuple[float, float], other: tuple[float, float], far: float
) -> tuple[float, float]:
    whole = _far(one, other) or 1.0
    share = far / whole
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share
