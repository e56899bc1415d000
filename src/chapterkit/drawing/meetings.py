"""Where edges meet boxes: whose labels stand there, and how much room they ask for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chapterkit.drawing.layers import Layers
from chapterkit.drawing.model import Edge

PORT = 16.0
USABLE = 0.75
_AROUND = 14.0


@dataclass(frozen=True)
class Meetings:
    """The edges that leave each box, and those that come to it; how wide their labels are there.

    An edge's label stands where it comes to a box; that of an `early` one where it leaves one. One
    that goes back has its label at its channel, and none at a box.
    """

    leaving: Mapping[str, Sequence[Edge]]
    coming: Mapping[str, Sequence[Edge]]
    early: frozenset[Edge]
    labels: Mapping[Edge, float]

    def needed(self, id: str) -> float:
        """Return how wide a box must be so that labels stand beside one another."""
        found = [0.0]
        for edges in (self.leaving.get(id, ()), self.coming.get(id, ())):
            if any(labels := [self.labels[one] for one in edges]):
                found.append(max(PORT, *labels) * (len(edges) - 1) / USABLE)
        return max(found)

    def step(self, edges: Sequence[Edge], across: float) -> float:
        """Return how far apart edges meet a side of a box that is so wide."""
        room = across * USABLE / max(1, len(edges) - 1)
        return min(room, max([PORT, *(self.labels[one] for one in edges)]))

    def overhang(self, id: str, across: float) -> float:
        """Return how far labels stand out beyond the far side of a box that is so wide."""
        found = [0.0]
        for early, edges in ((True, self.leaving.get(id, ())), (False, self.coming.get(id, ()))):
            labels = [self.labels[one] for one in edges if (one in self.early) == early]
            if any(labels):
                out = (len(edges) - 1) / 2 * self.step(edges, across)
                found.append(max(labels) + out - across / 2)
        return max(found)


def meetings_of(layers: Layers, across: Mapping[Edge, float]) -> Meetings:
    """Return the meetings of a flow in layers; `across` is how wide the labels of edges are."""
    on = [chain.edge for chain in layers.chains]
    leaving: dict[str, list[Edge]] = defaultdict(list)
    coming: dict[str, list[Edge]] = defaultdict(list)
    for edge in [*on, *layers.back]:
        leaving[edge.start].append(edge)
        coming[edge.end].append(edge)
    starts, ends = Counter(one.start for one in on), Counter(one.end for one in on)
    early = frozenset(one for one in on if ends[one.end] > 1 and starts[one.start] == 1)
    labels = {one: across[one] + _AROUND if one.label else 0.0 for one in on}
    return Meetings(leaving, coming, early, {**labels, **dict.fromkeys(layers.back, 0.0)})
