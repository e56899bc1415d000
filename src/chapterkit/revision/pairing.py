"""Which text became which: the pairs that are most alike together. Pure."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

# Of so many texts that are alike, the likest are considered.
_MOST_ALIKE = 12
_FEW = 30_000  # pairs that are all looked at
_CLAUSE = 6
_RUN = 3
"""How many characters in a row are no chance."""


def likeness(old: str, new: str) -> float:
    """Return how much two texts are alike, in order, from 0 to 1.

    >>> round(likeness("一二三四", "一二四五"), 2)
    0.75
    """
    return fuzz.ratio(old, new) / 100


def dropped(old: str, new: str) -> int:
    """Return how many characters of a reworded text have gone with nothing in their place.

    Only what is as long as a clause counts: to say a thing in fewer words drops nothing of it.

    >>> dropped("样本太少，只在一种规则上试过。", "样本太少。")
    10
    >>> dropped("虽然简单，但是好用", "简单，好用")
    0
    """
    return sum(lost for lost in _shrunk(old, new) if lost >= _CLAUSE)


def _shrunk(old: str, new: str) -> Iterator[int]:
    """Yield by how much each changed stretch is shorter; a character that stayed divides none."""
    gone = come = 0
    for step in Indel.opcodes(old, new):
        length = step.src_end - step.src_start
        if step.tag == "equal" and length > 1:
            yield gone - come
            gone = come = 0
        else:
            gone += length
            come += step.dest_end - step.dest_start
    yield gone - come


def alike(old: Sequence[str], new: Sequence[str], least: float) -> dict[tuple[int, int], float]:
    """Return, for each old text, the new ones that are at least so much like it.

    Where there are very many, only those are looked at that share most runs of characters with it.
    """
    if len(old) * len(new) <= _FEW:
        return {
            (place, found): score / 100
            for place, text in enumerate(old)
            for _, score, found in process.extract(
                text, new, scorer=fuzz.ratio, score_cutoff=least * 100, limit=_MOST_ALIKE
            )
        }
    index = Index(new)
    scores = (
        ((place, found), likeness(text, new[found]))
        for place, text in enumerate(old)
        for found in index.likeliest(text, _MOST_ALIKE)
    )
    return {pair: score for pair, score in scores if score >= least}


class Index:
    """Texts by the runs of characters that they hold."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            for run in _runs(text):
                self.places.setdefault(run, []).append(place)

    def likeliest(self, text: str, most: int) -> list[int]:
        """Return the texts that share most runs with another."""
        counts = Counter(place for run in _runs(text) for place in self.places.get(run, ()))
        return [place for place, _ in counts.most_common(most)]


def _runs(text: str) -> set[str]:
    return {text[start : start + _RUN] for start in range(max(1, len(text) - _RUN + 1))}


def shared(text: str, runs: frozenset[str]) -> float:
    """Return how much of a text stands in runs of characters that another has, from 0 to 1.

    >>> shared("一二三四五六", runs_of("四五六，一二三"))
    1.0
    """
    if len(text) < _RUN:
        return float(text in runs)
    covered = bytearray(len(text))
    for start in range(len(text) - _RUN + 1):
        if text[start : start + _RUN] in runs:
            covered[start : start + _RUN] = b"\1" * _RUN
    return sum(covered) / len(text)


def runs_of(*texts: str) -> frozenset[str]:
    """Return the runs of characters by which stretches of texts are known again."""
    found = {
        text[start : start + length]
        for text in texts
        for length in range(1, _RUN + 1)
        for start in range(len(text) - length + 1)
    }
    return frozenset(found)


def best_pairs(likeness: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Return the pairs whose likeness, all added up, is greatest: not the likest one by one.

    `likeness` holds what may be paired; each place is in one pair at the most.

    >>> best_pairs({(0, 0): 0.9, (0, 1): 0.8, (1, 0): 0.8})
    {0: 1, 1: 0}
    """
    edges: dict[int, list[tuple[int, float]]] = {}
    for (old, new), value in likeness.items():
        edges.setdefault(old, []).append((new, value))
    matching = _Matching(edges)
    for old in sorted(edges):
        matching.add(old)
    return dict(sorted(matching.partner.items()))


class _Matching:
    """The best pairs so far, improved along the best path: one old place after the other."""

    def __init__(self, edges: Mapping[int, Sequence[tuple[int, float]]]) -> None:
        self.edges = {old: dict(ways) for old, ways in edges.items()}
        self.partner: dict[int, int] = {}
        self.holder: dict[int, int] = {}

    def add(self, start: int) -> None:
        """Give one more old place a partner, or leave out the one that is best left out."""
        lost = {start: 0.0}  # how much likeness is lost so far when an old place gives its own up
        reached: dict[int, float] = {}
        came: dict[int, int] = {}
        waiting = deque([start])
        while waiting:
            old = waiting.popleft()
            for new, value in self.edges[old].items():
                if (there := lost[old] - value) >= reached.get(new, 0.0) - _NOTHING:
                    continue
                reached[new], came[new] = there, old
                holder = self.holder.get(new)
                if holder is None or holder == old:
                    continue
                without = there + self.edges[holder][new]
                if without < lost.get(holder, _FAR) - _NOTHING:
                    lost[holder] = without
                    waiting.append(holder)
        free = [(there, new) for new, there in reached.items() if new not in self.holder]
        loss, left_out = min((loss, old) for old, loss in lost.items())
        best, end = min(free, default=(0.0, -1))
        if best < loss:
            self._turn(start, end, came)
        elif left_out != start:
            new = self.partner.pop(left_out)
            self._turn(start, new, came)

    def _turn(self, start: int, new: int, came: Mapping[int, int]) -> None:
        """Pair along the path that leads from `start` to a new place."""
        while True:
            old = came[new]
            before = self.partner.get(old)
            self.partner[old], self.holder[new] = new, old
            if old == start or before is None:
                return
            new = before


_NOTHING, _FAR = 1e-9, 1e9
