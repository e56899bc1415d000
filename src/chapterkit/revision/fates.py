"""What has become of each paragraph between two states of a book. Pure.

Paragraphs that read the same are found first. The others are paired so that all pairs together are
most alike; then each of their sentences is looked for by itself, so that what was split, merged or
carried elsewhere is not taken for lost, and a sentence that is nowhere any more is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from chapterkit.revision.pairing import Index, alike, best_pairs, dropped, likeness, runs_of, shared
from chapterkit.revision.paragraphs import Paragraph, Sentence, State

Kind = Literal["unchanged", "moved", "reworded", "shortened", "removed", "added", "doubled"]
How = Literal["", "split", "merged"]

SHORTENED = 0.2
"""The share of a paragraph that may go before it counts as shortened."""
_SHRUNK = 0.3  # with so much less to read, it has lost that, whatever the sentences say
_LEFT = 0.35  # with less of it left, a paragraph is gone
_PAIRED, _SAME_SENTENCE, _SAME_SENTENCE_HERE = 0.5, 0.6, 0.45
_AT_HOME = 0.05  # how much likelier it is that a text has stayed in its section
_LIKELIEST = 4  # paragraphs in which a text is looked for piece by piece
_CARRIED = 0.6  # of a sentence, to stand within another paragraph
_PART = 0.15  # of a paragraph that another must have to be what it was split into
_MOSTLY = 0.5  # or of that other, to come from there
_DOUBLED, _DOUBLED_WITHIN, _LONG = 0.9, 0.95, 20
_SHORT = 8  # what may well be said twice
_LEADS_ON = ("：", ":")  # and so may what leads on to something


@dataclass(frozen=True)
class Fate:
    """What has become of one paragraph; of one that is new, that nothing has become it.

    `old` is None for what was added or doubled; `new` are the paragraphs that hold what it said,
    none if it was removed. `moved` tells that it stands elsewhere, `how` that it was split or
    merged. `lost` is the share of it that is nowhere any more, `gone` the sentences that are not.
    `like` is what a doubled paragraph repeats, or where the words of a removed one still stand.
    """

    kind: Kind
    old: Paragraph | None
    new: tuple[Paragraph, ...] = ()
    moved: bool = False
    how: How = ""
    lost: float = 0.0
    gone: tuple[str, ...] = ()
    like: Paragraph | None = None


def fates(old: State, new: State) -> tuple[Fate, ...]:
    """Return what has become of every paragraph, in the order of the new state.

    What was removed stands behind what stood before it.
    """
    return _Comparison(old, new).result()


class _Comparison:
    """Two states under comparison: which paragraphs are the same, and where the others went."""

    def __init__(self, old: State, new: State) -> None:
        self.old, self.new = old, new
        self.same = _same(old.paragraphs, new.paragraphs)
        taken = set(self.same.values())
        self.left = [one for one in old.paragraphs if one not in self.same]
        self.free = [one for one in new.paragraphs if one not in taken]

    def result(self) -> tuple[Fate, ...]:
        """Return the fates of all paragraphs, in order."""
        partners = self._partners()
        changed = _Sentences(self.left, self.free, partners).fates()
        unchanged = {old: Fate("unchanged", old, (new,)) for old, new in self.same.items()}
        known = {**unchanged, **changed}
        still = [self._still_there(known[one]) for one in self.old.paragraphs]
        placed = _with_moves(still, self.old, self.new)
        return _in_order([*placed, *self._added(placed)], self.old, self.new)

    def _partners(self) -> dict[Paragraph, Paragraph]:
        """Return which changed paragraph is most probably which new one."""
        if not self.left or not self.free:
            return {}
        found = alike([one.key for one in self.left], [one.key for one in self.free], _PAIRED)
        likely = {
            (old, new): value + _AT_HOME * _share_a_section(self.left[old], self.free[new])
            for (old, new), value in found.items()
        }
        pairs = best_pairs(likely)
        return {self.left[old]: self.free[new] for old, new in pairs.items()}

    def _still_there(self, fate: Fate) -> Fate:
        """Say of a removed paragraph where every one of its sentences can still be read."""
        if fate.kind != "removed" or not fate.old:
            return fate
        wanted = {one.key for one in fate.old.sentences}
        for one in self.new.paragraphs:
            if wanted <= {sentence.key for sentence in one.sentences}:
                return replace(fate, like=one)
        return fate

    def _added(self, known: Iterable[Fate]) -> Iterator[Fate]:
        """Yield the paragraphs that come from nowhere, and those that repeat another."""
        came = {one for fate in known for one in fate.new}
        fresh = [one for one in self.new.paragraphs if one not in came]
        copies = _Copies(self.new.paragraphs if fresh else (), came)
        for one in fresh:
            repeated = copies.original(one)
            yield Fate("doubled" if repeated else "added", None, (one,), like=repeated)
            copies.known.add(one)


class _Copies:
    """The paragraphs of a text, to find what another says again; only `known` ones count."""

    def __init__(self, paragraphs: Sequence[Paragraph], known: set[Paragraph]) -> None:
        self.paragraphs, self.known = paragraphs, set(known)
        self.index = Index([one.key for one in paragraphs])
        self.by_key: dict[str, list[Paragraph]] = defaultdict(list)
        for one in paragraphs:
            self.by_key[one.key].append(one)

    def original(self, paragraph: Paragraph) -> Paragraph | None:
        """Return what a paragraph says again, in the same or nearly the same words."""
        key = paragraph.key
        if len(key) < _SHORT or key.endswith(_LEADS_ON) or paragraph.kind == "Figure":
            return None
        likeliest = (self.paragraphs[at] for at in self.index.likeliest(key, _LIKELIEST))
        others = [one for one in (*self.by_key[key], *likeliest) if one in self.known]
        return next((one for one in others if _says_again(paragraph, one)), None)


def _says_again(paragraph: Paragraph, other: Paragraph) -> bool:
    key, known = paragraph.key, other.key
    if key == known:
        return True
    if len(key) < _LONG or not paragraph.kind == other.kind == "Para":
        return False
    within = len(known) > len(key) and shared(key, runs_of(known)) >= _DOUBLED_WITHIN
    return within or likeness(known, key) >= _DOUBLED


def _same(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> dict[Paragraph, Paragraph]:
    """Return the paragraphs that read the same, those of one section before others."""
    by_key: dict[str, list[Paragraph]] = defaultdict(list)
    for one in new:
        by_key[one.key].append(one)
    found: dict[Paragraph, Paragraph] = {}
    for at_home in (True, False):
        for one in old:
            waiting = by_key.get(one.key, [])
            if one in found or not waiting:
                continue
            place = next(
                (at for at, other in enumerate(waiting) if _share_a_section(one, other)), 0
            )
            if not at_home or _share_a_section(one, waiting[place]):
                found[one] = waiting.pop(place)
    return found


def _share_a_section(one: Paragraph, other: Paragraph) -> bool:
    if one.section is None or other.section is None:
        return one.section is other.section and one.chapter == other.chapter
    return (one.chapter, one.section.name) == (other.chapter, other.section.name)


# --- sentence by sentence


class _Sentences:
    """The sentences of changed paragraphs, each looked for in the new ones."""

    def __init__(
        self,
        left: Sequence[Paragraph],
        free: Sequence[Paragraph],
        partners: Mapping[Paragraph, Paragraph],
    ) -> None:
        self.left, self.free, self.partners = left, free, partners
        self.waiting = [(place, one) for place, old in enumerate(left) for one in old.sentences]
        self.own: dict[int, list[tuple[int, Sentence]]] = defaultdict(list)
        for at, (place, sentence) in enumerate(self.waiting):
            self.own[place].append((at, sentence))
        self.open = [(place, one) for place, new in enumerate(free) for one in new.sentences]
        # Of each old sentence, by its place in `waiting`: where it is now, and how much of it.
        self.found: dict[int, tuple[int, float]] = {}
        self.exact: set[int] = set()
        self.used: set[int] = set()
        self.runs: dict[int, frozenset[str]] = {}
        there = {one: place for place, one in enumerate(free)}
        self.partner = {
            place: there[partners[old]] for place, old in enumerate(left) if old in partners
        }

    def fates(self) -> dict[Paragraph, Fate]:
        """Return what has become of each of the paragraphs."""
        self._the_same()
        self._reworded(here=True)
        self._reworded(here=False)
        self._within_others()
        shares = [self._shares(place) for place in range(len(self.left))]
        givers = Counter(new for held in shares for new in held)
        return {
            old: self._fate(place, shares[place], givers) for place, old in enumerate(self.left)
        }

    def _the_same(self) -> None:
        """Find the sentences that read the same, in the paragraph's partner before others."""
        by_key: dict[str, list[int]] = defaultdict(list)
        for at, (_, sentence) in enumerate(self.open):
            by_key[sentence.key].append(at)
        for here in (True, False):
            for at, (place, sentence) in enumerate(self.waiting):
                ways = by_key.get(sentence.key, [])
                partner = self.partner.get(place)
                fit = next((one for one in ways if not here or self.open[one][0] == partner), None)
                if at in self.found or fit is None:
                    continue
                ways.remove(fit)
                self.found[at] = self.open[fit][0], 1.0
                self.exact.add(at)
                self.used.add(fit)

    def _reworded(self, *, here: bool) -> None:
        """Pair sentences that are much alike: within a paragraph and its partner, or anywhere."""
        old = [at for at in range(len(self.waiting)) if at not in self.found]
        new = [at for at in range(len(self.open)) if at not in self.used]
        ways = self._ways_here(old, new) if here else self._ways(old, new)
        for a, b in best_pairs(ways).items():
            was, now = self.waiting[a][1].words, self.open[b][1].words
            place = self.open[b][0]
            kept = 1 - dropped(was, now) / (len(was) or 1)
            if kept < 1:  # the rest may stand beside it: one sentence has become two
                kept = max(kept, shared(was, self._fresh_runs[place]))
            self.found[a] = place, kept
            self.used.add(b)

    def _ways(self, old: Sequence[int], new: Sequence[int]) -> dict[tuple[int, int], float]:
        """Return how much sentences are alike, wherever they stand."""
        was = [self.waiting[at][1].words for at in old]
        now = [self.open[at][1].words for at in new]
        found = alike(was, now, _SAME_SENTENCE) if was and now else {}
        return {(old[a], new[b]): value for (a, b), value in found.items()}

    def _ways_here(self, old: Sequence[int], new: Sequence[int]) -> dict[tuple[int, int], float]:
        """Return how much sentences are alike that stand in a paragraph and its partner."""
        by_place: dict[int, list[int]] = defaultdict(list)
        for at in new:
            by_place[self.open[at][0]].append(at)
        found = (
            ((a, b), likeness(self.waiting[a][1].words, self.open[b][1].words))
            for a in old
            for b in by_place.get(self.partner.get(self.waiting[a][0], -1), ())
        )
        return {pair: value for pair, value in found if value >= _SAME_SENTENCE_HERE}

    def _within_others(self) -> None:
        """Find sentences that stand within longer ones, or in pieces, by runs of characters."""
        fresh = self._fresh_runs
        index = Index([new.key for new in self.free])
        for at, (place, sentence) in enumerate(self.waiting):
            if at in self.found:
                continue
            partner = self.partner.get(place)
            likeliest = index.likeliest(sentence.words, _LIKELIEST)
            ways = ((shared(sentence.words, self._all_runs(new)), new) for new in likeliest)
            best, where = max(ways, default=(0.0, -1))
            if best == 1.0 or (
                best >= _CARRIED
                and sentence.is_prose
                and shared(sentence.words, fresh[where]) >= _CARRIED
            ):
                self.found[at] = where, best
            elif partner is not None:
                self.found[at] = partner, shared(sentence.words, fresh[partner])

    def _all_runs(self, place: int) -> frozenset[str]:
        if place not in self.runs:
            new = self.free[place]
            self.runs[place] = runs_of(*(one.words for one in new.sentences), new.key)
        return self.runs[place]

    @cached_property
    def _fresh_runs(self) -> list[frozenset[str]]:
        """Return the runs of each new paragraph without the sentences that were there before."""
        exact = Counter(self.waiting[at][1].key for at in self.exact)
        return [
            runs_of(*(one.words for one in new.sentences if one.key not in exact))
            for new in self.free
        ]

    def _shares(self, place: int) -> dict[int, float]:
        """Return which part of an old paragraph stands in which new one, without small ones."""
        whole = sum(len(one.words) for one in self.left[place].sentences) or 1
        held: dict[int, float] = defaultdict(float)
        for at, sentence in self.own[place]:
            if at in self.found:
                new, kept = self.found[at]
                held[new] += kept * len(sentence.words)
        partner = self.partner.get(place)
        return {
            new: length / whole
            for new, length in held.items()
            if new == partner
            or length >= _PART * whole
            or length >= _MOSTLY * len(self.free[new].key)
        }

    def _fate(self, place: int, shares: Mapping[int, float], givers: Mapping[int, int]) -> Fate:
        old = self.left[place]
        own = self.own[place]
        whole = sum(len(one.words) for _, one in own) or 1
        kept = sum(self.found.get(at, (0, 0.0))[1] * len(one.words) for at, one in own) / whole
        partner = self.partner.get(place)
        gone = tuple(_as_read(old, one) for at, one in own if self._is_gone(at))
        is_home = any(
            share * whole >= _MOSTLY * len(self.free[new].key) for new, share in shares.items()
        )
        if not shares or (kept < _LEFT and partner is None and not (is_home and kept >= _PART)):
            return Fate("removed", old, lost=1.0, gone=(old.text.strip(),))
        receivers = sorted(shares, key=lambda new: (new != partner, -shares[new]))
        new = tuple(self.free[one] for one in receivers)
        how: How = "split" if len(new) > 1 else "merged" if givers[receivers[0]] > 1 else ""
        length = sum(len(one.words) for receiver in new for one in receiver.sentences)
        shrunk = 1 - length / whole
        lost = round(max(1 - kept, shrunk if shrunk > _SHRUNK else 0.0), 4)
        if lost > SHORTENED:
            kind: Kind = "shortened"
        else:
            kind = "moved" if how and self.exact.issuperset(at for at, _ in own) else "reworded"
        return Fate(kind, old, new, how=how, lost=lost, gone=gone)

    def _is_gone(self, at: int) -> bool:
        return self.found.get(at, (0, 0.0))[1] < 1 - _CARRIED


def _as_read(paragraph: Paragraph, sentence: Sentence) -> str:
    return paragraph.text[sentence.start : sentence.end].strip()


# --- places


def _with_moves(known: Sequence[Fate], old: State, new: State) -> list[Fate]:
    """Say of each paragraph whether it stands elsewhere: in another section, or another order."""
    at = {one: place for place, one in enumerate(new.paragraphs)}
    standing = [fate for fate in known if fate.new]
    in_step = _longest_rise([at[fate.new[0]] for fate in standing])
    moved = {id(fate) for place, fate in enumerate(standing) if place not in in_step}
    homes = _homes(standing, old, new)
    return [_moved(fate) if id(fate) in moved or _has_left(fate, homes) else fate for fate in known]


def _moved(fate: Fate) -> Fate:
    kind: Kind = "moved" if fate.kind == "unchanged" else fate.kind
    return replace(fate, kind=kind, moved=True)


Section = tuple[str, str]


def _section(paragraph: Paragraph) -> Section:
    return paragraph.chapter, paragraph.section.name if paragraph.section else ""


def _homes(standing: Iterable[Fate], old: State, new: State) -> dict[Section, Section]:
    """Return what each section of old is called now, where it is called otherwise."""
    there = {_section(one) for one in new.paragraphs}
    went: dict[Section, Counter[Section]] = defaultdict(Counter)
    for fate in standing:
        assert fate.old
        went[_section(fate.old)][_section(fate.new[0])] += len(fate.old.key)
    was = {_section(one) for one in old.paragraphs}
    return {
        section: section if section in there else _commonest(went[section], there - was, section)
        for section in went
    }


def _commonest(went: Counter[Section], fresh: set[Section], section: Section) -> Section:
    renamed = [one for one, _ in went.most_common() if one in fresh]
    return renamed[0] if renamed else section


def _has_left(fate: Fate, homes: Mapping[Section, Section]) -> bool:
    if not fate.old or not fate.new:
        return False
    home = homes[_section(fate.old)]
    return all(_section(one) != home for one in fate.new)


def _longest_rise(places: Sequence[int]) -> set[int]:
    """Return which of some places stand in ascending order, as many of them as possible.

    >>> sorted(_longest_rise([5, 0, 1, 2]))
    [1, 2, 3]
    """
    ends: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for index, place in enumerate(places):
        length = bisect_left(ends, place + 1)
        before.append(chain[length - 1] if length else -1)
        ends[length : length + 1] = [place + 1]
        chain[length : length + 1] = [index]
    found: set[int] = set()
    index = chain[-1] if chain else -1
    while index >= 0:
        found.add(index)
        index = before[index]
    return found


def _in_order(known: Iterable[Fate], old: State, new: State) -> tuple[Fate, ...]:
    """Return fates in the order of the new state; what was removed behind what stood before it."""
    now = {one: place for place, one in enumerate(new.paragraphs)}
    by_old = {fate.old: fate for fate in known if fate.old}
    order: dict[int, tuple[int, int]] = {}
    last = -1
    for step, one in enumerate(old.paragraphs):
        fate = by_old[one]
        if fate.new:
            last = now[fate.new[0]]
        order[id(fate)] = last, step + 1
    rest = {id(fate): (now[fate.new[0]], 0) for fate in known if not fate.old}
    places = order | rest
    return tuple(sorted(known, key=lambda fate: places[id(fate)]))
