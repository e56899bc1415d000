"""Where everything of a flow stands: boxes in their layers, edges round them, frames of lanes.

Along the flow is `u`, across it `v`: what leads down and what leads across is laid out alike.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chapterkit.drawing.layers import Chain, Layers
from chapterkit.drawing.meetings import Meetings, meetings_of
from chapterkit.drawing.model import Edge, Lane
from chapterkit.drawing.scales import apart

_BESIDE = 20.0
_PASSING = 8.0
_LEAD = 9.0
_TRACK = 10.0
_ARROW = 15.0
_CHANNEL = 16.0
_PAD = 12.0
_SWEEPS = 12
_SIDE = 9.0


@dataclass(frozen=True)
class Size:
    """How much room something takes, along the flow and across it."""

    along: float
    across: float


@dataclass(frozen=True)
class Rect:
    """Where something stands: its middle, and its size."""

    u: float
    v: float
    size: Size

    @property
    def first(self) -> float:
        """Return where it begins along the flow."""
        return self.u - self.size.along / 2

    @property
    def last(self) -> float:
        """Return where it ends along the flow."""
        return self.u + self.size.along / 2

    @property
    def near(self) -> float:
        """Return where it begins across the flow."""
        return self.v - self.size.across / 2

    @property
    def far(self) -> float:
        """Return where it ends across the flow."""
        return self.v + self.size.across / 2


@dataclass(frozen=True)
class Route:
    """The way of an edge, and where its label has its middle, or, at a channel, begins."""

    edge: Edge
    points: tuple[tuple[float, float], ...]
    label: tuple[float, float]
    back: bool


@dataclass(frozen=True)
class Layout:
    """A flow laid out: the whole begins at zero both ways."""

    nodes: Mapping[str, Rect]
    routes: tuple[Route, ...]
    frames: tuple[tuple[Lane, Rect], ...]
    size: Size


def laid_out(
    layers: Layers, lanes: Sequence[Lane], nodes: Mapping[str, Size], labels: Mapping[Edge, Size],
    heads: Mapping[Lane, Size], over: bool,
) -> Layout:  # fmt: skip
    """Return where everything stands.

    `heads` are the sizes of the lanes' own labels: `over` the lanes, which lead down, or at the
    side of those that lead across.
    """
    meetings = meetings_of(layers, {edge: size.across for edge, size in labels.items()})
    wide = {
        id: replace(size, across=max(size.across, meetings.needed(id)))
        for id, size in nodes.items()
    }
    over_by = {id: meetings.overhang(id, size.across) for id, size in wide.items()}
    return _Laying(layers, tuple(lanes), wide, labels, heads, over, meetings, over_by).done()


@dataclass
class _Laying:
    layers: Layers
    lanes: tuple[Lane, ...]
    nodes: Mapping[str, Size]
    labels: Mapping[Edge, Size]
    heads: Mapping[Lane, Size]
    over: bool
    meetings: Meetings
    over_by: Mapping[str, float]
    at: dict[str, float] = field(default_factory=dict)
    channels: dict[Edge, float] = field(default_factory=dict)
    near: dict[int, float] = field(default_factory=dict)
    far: dict[int, float] = field(default_factory=dict)
    layer_at: list[tuple[float, float]] = field(default_factory=list)

    def done(self) -> Layout:
        self._place_across()
        self._shift()
        ports = self._ports()
        runs = self._runs(ports)
        tracks = {gap: _tracks(within) for gap, within in runs.items()}
        rects, bends = self._place_along(tracks)
        routes = [self._on(chain, ports, rects, bends) for chain in self.layers.chains]
        routes += [self._back(edge, ports, rects, bends) for edge in self.layers.back]
        frames = tuple(self._frames(rects))
        return _from_zero(
            {id: rects[id] for id in self.nodes}, routes, frames, self.labels, 0 if self.over else 1
        )

    # --- across the flow

    def _across(self, id: str) -> float:
        return self.nodes[id].across if id in self.nodes else _PASSING

    def _place_across(self) -> None:
        """Set where each place stands across, and where channels for what goes back do."""
        free, start = len(self.lanes), 0.0
        rows = self.layers.layers
        first, last = self._framed()
        mixed = set(range(first, last + 1))
        for band in range(free + 1):
            chosen = mixed if band == free else set(range(len(rows)))
            within = [[id for id in row if self.layers.band[id] == band] if number in chosen else []
                      for number, row in enumerate(rows)]  # fmt: skip
            if any(within):
                start = self._place_band(band, within, start)
        alone = [[] if number in mixed else list(row) for number, row in enumerate(rows)]
        self._align(alone, start / 2)
        self._open_channels(None, [id for row in rows for id in row])

    def _place_band(self, band: int, rows: list[list[str]], start: float) -> float:
        self._align(rows, 0)
        ids = [id for row in rows for id in row]
        pad = _PAD if band < len(self.lanes) else 0
        head = self.heads[self.lanes[band]].across if pad else 0.0
        before = pad + (0 if self.over else head)
        moved = start + before - min(self.at[id] - self._across(id) / 2 for id in ids)
        for id in ids:
            self.at[id] += moved
        far = max(self.at[id] + self._across(id) / 2 for id in ids)
        if band < len(self.lanes):
            far = self._open_channels(band, ids)
        if self.over:
            far = max(far, start + head)
        self.far[band] = far + pad
        self.near[band] = start
        return far + pad + _BESIDE

    def _align(self, rows: Sequence[Sequence[str]], middle: float) -> None:
        """Place rows so that what leads on stands straight below, as far as there is room."""
        before, after = self.layers.neighbours()
        for row in rows:
            self._place_row(row, [middle] * len(row))
        for sweep in range(_SWEEPS):
            last = sweep >= _SWEEPS - 2
            for row in rows if sweep % 2 == 0 else reversed(rows):
                linked = [
                    [self.at[one] for one in self._linked(id, before, after, sweep, last)]
                    for id in row
                ]
                wanted = [
                    sum(found) / len(found) if found else self.at[id]
                    for id, found in zip(row, linked, strict=True)
                ]
                self._place_row(row, wanted)
        for chain in self.layers.chains:
            self._stretch(chain, rows)

    def _place_row(self, row: Sequence[str], wanted: Sequence[float]) -> None:
        """Place a row as near as can be to what is wanted, with room for labels behind edges."""
        over = [self.over_by.get(id, 0.0) for id in row]
        sizes = [self._across(id) + _BESIDE + more for id, more in zip(row, over, strict=True)]
        shifted = [want + more / 2 for want, more in zip(wanted, over, strict=True)]
        placed = apart(shifted, sizes)
        self.at.update((id, v - more / 2) for id, v, more in zip(row, placed, over, strict=True))

    def _stretch(self, chain: Chain, rows: Sequence[Sequence[str]]) -> None:
        """Let an edge over several layers go straight through them, where there is room."""
        between = chain.places[1:-1]
        if not all(any(id in row for row in rows) for id in between):
            return
        known = [self.at[id] for id in chain.places if id in self.at]
        ways = sorted(set(known), key=lambda v: (sum(abs(one - v) for one in known), v))
        for v in ways:
            if all(self._is_free(id, v) for id in between):
                self.at.update(dict.fromkeys(between, v))
                return

    def _is_free(self, place: str, v: float) -> bool:
        row = self.layers.layers[self.layers.layer[place]]
        return all(
            abs(self.at[id] - v) >= (self._across(id) + _PASSING) / 2 + _BESIDE * 0.4
            and not 0 <= v - self.at[id] < self._across(id) / 2 + self.over_by.get(id, 0.0)
            for id in row
            if id != place and id in self.at
        )

    def _linked(
        self, id: str, before: Mapping[str, list[str]], after: Mapping[str, list[str]], sweep: int,
        both: bool,
    ) -> list[str]:  # fmt: skip
        up, down = before.get(id, []), after.get(id, [])
        found = [*up, *down] if both else (up if sweep % 2 == 0 else down)
        return [one for one in found if one in self.at]

    def _band_of(self, edge: Edge) -> int | None:
        start, end = self.layers.band[edge.start], self.layers.band[edge.end]
        return start if start == end and start < len(self.lanes) else None

    def _open_channels(self, band: int | None, ids: Iterable[str]) -> float:
        """Give each edge that goes back a place to do so, short ones inside; return the last.

        Those that stay in a lane go back in it, the others (None) beside all lanes.
        """
        far = max(self.at[id] + self._across(id) / 2 for id in ids)
        own = [edge for edge in self.layers.back if self._band_of(edge) == band]
        if own:
            labels = [self.at[id] + self._across(id) / 2 + self.over_by.get(id, 0.0) for id in ids]
            far = max([far, *labels, *(self.far.values() if band is None else ())])
        layer = self.layers.layer
        for edge in sorted(own, key=lambda edge: layer[edge.start] - layer[edge.end]):
            far += _CHANNEL
            self.channels[edge] = far
            if edge.label:
                far += self.labels[edge].across + 6
        return far

    def _shift(self) -> None:
        """Move all so that nothing stands before zero."""
        least = min(self.at[id] - self._across(id) / 2 for id in self.at)
        least = min(least, 0.0) if self.lanes else least
        for id in self.at:
            self.at[id] -= least
        for edge in self.channels:
            self.channels[edge] -= least
        for band in self.far:
            self.far[band] -= least
            self.near[band] -= least

    # --- where edges meet boxes

    def _ports(self) -> dict[tuple[Edge, str], float]:
        """Return where each edge leaves its start, and reaches its end, across."""
        leaving: dict[str, list[tuple[float, Edge]]] = defaultdict(list)
        coming: dict[str, list[tuple[float, Edge]]] = defaultdict(list)
        for chain in self.layers.chains:
            edge = chain.edge
            leaving[edge.start].append((self.at[chain.places[1]], edge))
            coming[edge.end].append((self.at[chain.places[-2]], edge))
        for edge in self.layers.back:
            if not self._beside(edge, edge.start):
                leaving[edge.start].append((self.channels[edge], edge))
            if not self._beside(edge, edge.end):
                coming[edge.end].append((self.channels[edge], edge))
        ports: dict[tuple[Edge, str], float] = {}
        for side, name in ((leaving, "start"), (coming, "end")):
            for id, found in side.items():
                found.sort(key=lambda one: one[0])
                step = self.meetings.step([one for _, one in found], self._across(id))
                for number, (_, edge) in enumerate(found):
                    ports[edge, name] = self.at[id] + (number - (len(found) - 1) / 2) * step
        self._straighten(ports, leaving, coming)
        return ports

    def _straighten(
        self, ports: dict[tuple[Edge, str], float],
        leaving: Mapping[str, list[tuple[float, Edge]]],
        coming: Mapping[str, list[tuple[float, Edge]]],
    ) -> None:  # fmt: skip
        """Let an edge that is alone at one of its ends meet the other end straight, if it can."""
        for chain in self.layers.chains:
            edge = chain.edge
            start, end = ports[edge, "start"], ports[edge, "end"]
            first, last = self.at[chain.places[1]], self.at[chain.places[-2]]
            if len(chain.places) > 2:
                if len(leaving[edge.start]) == 1 and self._reaches(edge.start, first):
                    ports[edge, "start"] = first
                if len(coming[edge.end]) == 1 and self._reaches(edge.end, last):
                    ports[edge, "end"] = last
            elif len(leaving[edge.start]) == 1 and self._reaches(edge.start, end):
                ports[edge, "start"] = end
            elif len(coming[edge.end]) == 1 and self._reaches(edge.end, start):
                ports[edge, "end"] = start

    def _reaches(self, id: str, v: float) -> bool:
        return abs(self.at[id] - v) <= self._across(id) * 0.38

    def _beside(self, edge: Edge, id: str) -> bool:
        """Tell whether nothing stands between a node and the channel of an edge that goes back."""
        row = self.layers.layers[self.layers.layer[id]]
        after = row[row.index(id) + 1 :]
        band = self._band_of(edge)
        return not after or (band is not None and self.layers.band[after[0]] != band)

    # --- along the flow

    def _runs(
        self, ports: Mapping[tuple[Edge, str], float]
    ) -> dict[int, list[tuple[Edge, float, float]]]:
        """Return what runs across in each gap; gap 0 is before the first layer."""
        runs: dict[int, list[tuple[Edge, float, float]]] = defaultdict(list)
        for chain in self.layers.chains:
            start = self.layers.layer[chain.edge.start] + 1
            through = self._through(chain, ports)
            for number, (a, b) in enumerate(itertools.pairwise(through)):
                if abs(a - b) > 0.5:
                    runs[start + number].append((chain.edge, a, b))
        for edge in self.layers.back:
            if (edge, "start") in ports:
                gap = self.layers.layer[edge.start] + 1
                runs[gap].append((edge, ports[edge, "start"], self.channels[edge]))
            if (edge, "end") in ports:
                runs[self.layers.layer[edge.end]].append(
                    (edge, self.channels[edge], ports[edge, "end"])
                )
        return runs

    def _through(self, chain: Chain, ports: Mapping[tuple[Edge, str], float]) -> list[float]:
        between = [self.at[id] for id in chain.places[1:-1]]
        return [ports[chain.edge, "start"], *between, ports[chain.edge, "end"]]

    def _place_along(
        self, tracks: Mapping[int, Mapping[Edge, int]]
    ) -> tuple[dict[str, Rect], dict[tuple[int, Edge], float]]:
        """Return where every place stands, and where edges run across in each gap."""
        rects: dict[str, Rect] = {}
        bends: dict[tuple[int, Edge], float] = {}
        u = 0.0
        begin, end = self._framed()
        for number, row in enumerate([*self.layers.layers, ()]):
            within = tracks.get(number, {})
            count = max(within.values(), default=-1) + 1
            outer = number in (0, len(self.layers.layers))
            early, late = self._label_room(number)
            u += _PAD if self.lanes and number == end + 1 else 0
            first = u + (0 if outer else _LEAD) + early
            for edge, track in within.items():
                bends[number, edge] = first + track * _TRACK
            if not outer or count:
                u = first + max(0, count - 1) * _TRACK + max(_ARROW, late)
            u += _PAD + self._head if self.lanes and number == begin else 0
            high = max((self.nodes[id].along for id in row if id in self.nodes), default=0)
            self.layer_at.append((u, u + high))
            for id in row:
                size = self.nodes.get(id, Size(high, _PASSING))
                rects[id] = Rect(u + high / 2, self.at[id], size)
            u += high
        return rects, bends

    @property
    def _head(self) -> float:
        """Return how much the lanes' own labels take before their first layers."""
        return max((one.along for one in self.heads.values()), default=0) if self.over else 0.0

    def _label_room(self, gap: int) -> tuple[float, float]:
        """Return how much labels take in a gap: those at what is left, those at what is reached."""
        early = late = 0.0
        for chain in self.layers.chains:
            if chain.edge.label:
                room = self.labels[chain.edge].along + 6
                if chain.edge in self.meetings.early:
                    if self.layers.layer[chain.edge.start] + 1 == gap:
                        early = max(early, room)
                elif self.layers.layer[chain.edge.end] == gap:
                    late = max(late, room + _ARROW * 0.6)
        return early, late

    def _framed(self) -> tuple[int, int]:
        """Return the first and last layer of the frames; an empty range if there are no lanes.

        What is in no lane stands beside them in these layers, and free in all others.
        """
        own = [self.layers.layer[id] for lane in self.lanes for id in lane.nodes]
        return (min(own), max(own)) if own else (0, -1)

    # --- what is drawn

    def _on(
        self, chain: Chain, ports: Mapping[tuple[Edge, str], float], rects: Mapping[str, Rect],
        bends: Mapping[tuple[int, Edge], float],
    ) -> Route:  # fmt: skip
        edge = chain.edge
        through = self._through(chain, ports)
        gap = self.layers.layer[edge.start] + 1
        points = [(rects[edge.start].last, through[0])]
        for number, (a, b) in enumerate(itertools.pairwise(through)):
            if (gap + number, edge) in bends:
                u = bends[gap + number, edge]
                points += [(u, a), (u, b)]
        points.append((rects[edge.end].first, through[-1]))
        # Labels stand clear of all boxes of the layer, however high.
        begin = self.layer_at[self.layers.layer[edge.start]][1]
        end = self.layer_at[self.layers.layer[edge.end]][0] - _ARROW * 0.6
        half = self.labels[edge].along / 2
        if edge in self.meetings.early:
            label = (begin + 3 + half, points[0][1])
        elif len(points) == 2:
            label = ((begin + end) / 2, points[-1][1])
        else:
            label = (end - half, points[-1][1])
        return Route(edge, tuple(points), label, back=False)

    def _back(
        self, edge: Edge, ports: Mapping[tuple[Edge, str], float], rects: Mapping[str, Rect],
        bends: Mapping[tuple[int, Edge], float],
    ) -> Route:  # fmt: skip
        channel = self.channels[edge]
        start, end = rects[edge.start], rects[edge.end]
        if (edge, "start") in ports:
            u = bends[self.layers.layer[edge.start] + 1, edge]
            v = ports[edge, "start"]
            points = [(start.last, v), (u, v), (u, channel)]
        else:
            u = start.u + self._aside(edge, edge.start, start, leaves=True)
            points = [(u, start.far), (u, channel)]
        if (edge, "end") in ports:
            u = bends[self.layers.layer[edge.end], edge]
            v = ports[edge, "end"]
            points += [(u, channel), (u, v), (end.first, v)]
        else:
            u = end.u + self._aside(edge, edge.end, end, leaves=False)
            points += [(u, channel), (u, end.far)]
        turns = [u for u, v in points if v == channel]
        return Route(edge, tuple(points), ((turns[0] + turns[-1]) / 2, channel), back=True)

    def _aside(self, edge: Edge, id: str, rect: Rect, *, leaves: bool) -> float:
        """Return how far from the middle of a box's side an edge meets it, so that none cross."""
        coming = [one for one in self.layers.back if one.end == id]
        leaving = [one for one in self.layers.back if one.start == id]
        coming.sort(key=lambda one: -self.channels[one])
        leaving.sort(key=lambda one: self.channels[one])
        count = len(coming) + len(leaving)
        number = len(coming) + leaving.index(edge) if leaves else coming.index(edge)
        step = min(_SIDE, rect.size.along * 0.7 / max(1, count - 1))
        return (number - (count - 1) / 2) * step

    def _frames(self, rects: Mapping[str, Rect]) -> Iterator[tuple[Lane, Rect]]:
        for number, lane in enumerate(self.lanes):
            first, last = self._framed()
            within = [
                rects[id]
                for row in self.layers.layers[first : last + 1]
                for id in row
                if id in self.nodes
            ]
            top = min(one.first for one in within) - _PAD - self._head
            bottom = max(one.last for one in within) + _PAD
            if not self.over:
                bottom = max(bottom, top + self.heads[lane].along + _PAD)
            near, far = self.near[number], self.far[number]
            size = Size(bottom - top, far - near)
            yield lane, Rect((top + bottom) / 2, (near + far) / 2, size)


_Run = tuple[Edge, float, float]


def _tracks(runs: Sequence[_Run]) -> dict[Edge, int]:
    """Return in which track each run of a gap goes: none lie on one another, few cross."""
    order: list[_Run] = []
    for run in sorted(runs, key=lambda one: (min(one[1:]), max(one[1:]))):
        costs = [
            sum(_cross(one, run) for one in order[:place])
            + sum(_cross(run, one) for one in order[place:])
            for place in range(len(order) + 1)
        ]
        order.insert(costs.index(min(costs)), run)
    tracks: dict[Edge, int] = {}
    for number, (edge, a, b) in enumerate(order):
        low, high = min(a, b) - 4, max(a, b) + 4
        met = [tracks[one] for one, c, d in order[:number] if min(c, d) < high and max(c, d) > low]
        tracks[edge] = max(met, default=-1) + 1
    return tracks


def _cross(first: _Run, second: _Run) -> int:
    """Return how often two runs cross if the first comes before the second along the flow."""
    (_, a, b), (_, c, d) = first, second
    return (min(a, b) < c < max(a, b)) + (min(c, d) < b < max(c, d))


def _from_zero(
    nodes: dict[str, Rect], routes: list[Route], frames: tuple[tuple[Lane, Rect], ...],
    labels: Mapping[Edge, Size], before: int,
) -> Layout:  # fmt: skip
    """Return a layout whose parts all begin at zero, with its whole size.

    Labels stand behind their edges, and where `before` is 1, before them as well.
    """
    rects = [*nodes.values(), *(rect for _, rect in frames)]
    us = [one for rect in rects for one in (rect.first, rect.last)]
    vs = [one for rect in rects for one in (rect.near, rect.far)]
    for route in routes:
        us += [u for u, _ in route.points]
        vs += [v for _, v in route.points]
        if route.edge.label:
            size = labels[route.edge]
            vs += [route.label[1] + size.across + 6, route.label[1] - before * (size.across + 6)]
            us += [route.label[0] - size.along / 2, route.label[0] + size.along / 2]
    u, v = min(us), min(vs)

    def moved(rect: Rect) -> Rect:
        return replace(rect, u=rect.u - u, v=rect.v - v)

    return Layout(
        {id: moved(rect) for id, rect in nodes.items()},
        tuple(
            replace(
                one,
                points=tuple((a - u, b - v) for a, b in one.points),
                label=(one.label[0] - u, one.label[1] - v),
            )
            for one in routes
        ),
        tuple((lane, moved(rect)) for lane, rect in frames),
        Size(max(us) - u, max(vs) - v),
    )
