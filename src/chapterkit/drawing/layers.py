"""A flow as layers: which edges go back, which layer a node stands in, and in which order.

After Sugiyama: what goes back is set apart, each node stands below all that leads to it, edges
over several layers get a place in each, and nodes are ordered by the middle of their neighbours.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chapterkit.drawing.model import DrawingError, Edge, Flow
from chapterkit.drawing.sound import check_labels

MAX_NODES = 60
MAX_EDGES = 120
_SWEEPS = 6


@dataclass(frozen=True)
class Chain:
    """An edge that leads on: the places that it goes through, from its start to its end."""

    edge: Edge
    places: tuple[str, ...]


@dataclass(frozen=True)
class Layers:
    """A flow in layers of places, nodes among them; what leads on, and what goes back.

    `band` is the number of a place's lane: the one after the last for what is in none.
    """

    layers: tuple[tuple[str, ...], ...]
    chains: tuple[Chain, ...]
    back: tuple[Edge, ...]
    band: Mapping[str, int]
    layer: Mapping[str, int]

    def neighbours(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Return the places before and after each."""
        before: dict[str, list[str]] = defaultdict(list)
        after: dict[str, list[str]] = defaultdict(list)
        for chain in self.chains:
            for start, end in zip(chain.places, chain.places[1:], strict=False):
                before[end].append(start)
                after[start].append(end)
        return before, after


def layered(flow: Flow) -> Layers:
    """Return a flow in layers. Raises DrawingError for one that cannot be drawn."""
    _check(flow)
    ids = [node.id for node in flow.nodes]
    edges = tuple(dict.fromkeys(flow.edges))
    back = _going_back(ids, edges)
    on = [edge for edge in edges if edge not in back]
    layer = _layer_of(ids, on)
    free = len(flow.lanes)
    band = dict.fromkeys(ids, free)
    band.update({id: number for number, lane in enumerate(flow.lanes) for id in lane.nodes})
    chains = _chains(on, layer, band, free)
    rows: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for id in dict.fromkeys([*ids, *(place for chain in chains for place in chain.places)]):
        rows[layer[id]].append(id)
    made = Layers(tuple(map(tuple, rows)), tuple(chains), tuple(back), band, layer)
    return _ordered(made)


def _check(flow: Flow) -> None:
    if not flow.nodes:
        raise DrawingError("流程图里一个框也没有")
    if len(flow.nodes) > MAX_NODES or len(flow.edges) > MAX_EDGES:
        raise DrawingError(
            f"流程图里有 {len(flow.nodes)} 个框、{len(flow.edges)} 条线，"
            f"最多 {MAX_NODES} 个框、{MAX_EDGES} 条线：分成几张"
        )
    ids: set[str] = set()
    for node in flow.nodes:
        if node.id in ids:
            raise DrawingError(f"流程图里有两个框都叫 {node.id}", node.id)
        if not node.label.strip():
            raise DrawingError(f"框 {node.id} 里没有字", node.id)
        ids.add(node.id)
    check_labels(node.label for node in flow.nodes)
    check_labels(edge.label for edge in flow.edges)
    check_labels(lane.label for lane in flow.lanes)
    for edge in flow.edges:
        for end in (edge.start, edge.end):
            if end not in ids:
                raise DrawingError(
                    f"线 {edge.start} → {edge.end} 的一头 {end} 不是流程图里的框", end
                )
    _check_lanes(flow, ids)


def _check_lanes(flow: Flow, ids: set[str]) -> None:
    lane_of: dict[str, str] = {}
    for lane in flow.lanes:
        if not lane.nodes:
            raise DrawingError(f"分组 {lane.label} 里一个框也没有", lane.label)
        for id in lane.nodes:
            if id not in ids:
                raise DrawingError(f"分组 {lane.label} 里的 {id} 不是流程图里的框", id)
            if id in lane_of:
                raise DrawingError(f"框 {id} 同时在分组 {lane_of[id]} 与 {lane.label} 里", id)
            lane_of[id] = lane.label


def _going_back(ids: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """Return the edges that close a loop: on one, they lead to what is named no later."""
    order = {id: number for number, id in enumerate(ids)}
    after: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        after[edge.start].add(edge.end)
    reached = {id: _reached(id, after) for id in ids}
    return [
        edge
        for edge in edges
        if order[edge.end] <= order[edge.start] and edge.start in reached[edge.end]
    ]


def _reached(start: str, after: Mapping[str, set[str]]) -> set[str]:
    """Return what edges lead to from a node, itself included."""
    found, waiting = {start}, [start]
    while waiting:
        new = after.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _layer_of(ids: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Return the layer of each node: below all that lead to it, and near what it leads to."""
    layer = dict.fromkeys(ids, 0)
    for _ in ids:
        changed = False
        for edge in edges:
            if layer[edge.end] <= layer[edge.start]:
                layer[edge.end] = layer[edge.start] + 1
                changed = True
        if not changed:
            break
    ends = {edge.end for edge in edges}
    for id in ids:
        after = [layer[edge.end] for edge in edges if edge.start == id]
        if id not in ends and after:
            layer[id] = min(after) - 1
    return layer


def _chains(
    edges: Sequence[Edge], layer: dict[str, int], band: dict[str, int], free: int
) -> list[Chain]:
    """Return the edges with a place in each layer that they cross."""
    chains = []
    for number, edge in enumerate(edges):
        start, end = layer[edge.start], layer[edge.end]
        between = [f"\0{number}.{one}" for one in range(start + 1, end)]
        for one, place in enumerate(between, start + 1):
            layer[place] = one
            band[place] = band[edge.end] if band[edge.start] == free else band[edge.start]
        chains.append(Chain(edge, (edge.start, *between, edge.end)))
    return chains


def _ordered(made: Layers) -> Layers:
    """Return layers in which places stand in the order of their neighbours, lane by lane."""
    before, after = made.neighbours()
    rows = [sorted(row, key=lambda id: made.band[id]) for row in made.layers]
    best, least = rows, _crossings(rows, after)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        rows = [list(row) for row in rows]
        for number in range(len(rows)) if down else reversed(range(len(rows))):
            beside = rows[number - 1 if down else number + 1] if (
                0 <= (number - 1 if down else number + 1) < len(rows)
            ) else []  # fmt: skip
            at = {id: place for place, id in enumerate(beside)}
            linked = before if down else after
            rows[number] = _by_middle(rows[number], at, linked, made.band)
        if (count := _crossings(rows, after)) < least:
            best, least = rows, count
    return Layers(tuple(map(tuple, best)), made.chains, made.back, made.band, made.layer)


def _by_middle(
    row: list[str], at: Mapping[str, int], linked: Mapping[str, list[str]], band: Mapping[str, int]
) -> list[str]:
    def key(place: int) -> tuple[int, float]:
        found = [at[one] for one in linked.get(row[place], []) if one in at]
        return band[row[place]], sum(found) / len(found) if found else float(place)

    return [row[place] for place in sorted(range(len(row)), key=key)]


def _crossings(rows: Sequence[Sequence[str]], after: Mapping[str, list[str]]) -> int:
    """Return how often edges cross between layers."""
    count = 0
    for row, below in itertools.pairwise(rows):
        at = {id: place for place, id in enumerate(below)}
        ends = [(place, at[one]) for place, id in enumerate(row) for one in after.get(id, [])]
        count += sum(
            (a - c) * (b - d) < 0
            for number, (a, b) in enumerate(ends)
            for c, d in ends[number + 1 :]
        )
    return count
