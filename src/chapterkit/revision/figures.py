"""The numbers of two states of a book: what records say of each, where each stands. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chapterkit.errors import Origin
from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.lock import state_of
from chapterkit.manuscript.states import STATE_IN_REPORT, STATUS_FOR_AUTHORS
from chapterkit.manuscript.states import State as Verified
from chapterkit.quantities import Quantity, Units, find_in_plain
from chapterkit.revision.fates import Fate
from chapterkit.revision.pairing import best_pairs
from chapterkit.revision.paragraphs import Paragraph, State


@dataclass(frozen=True)
class Said:
    """A sentence, and where it stands."""

    text: str
    origin: Origin


@dataclass(frozen=True)
class Field:
    """What a record says of a number, by the name of what it says: then and now."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Figure:
    """A recorded number that is another now, or stands elsewhere.

    `id` is what it is called now, `was` what it was called; one of them is empty where it is new
    or gone. `fields` are what its record says otherwise: value, unit, source, locator, status,
    verification, meaning, printed. `old_uses` and `new_uses` are the sentences it stands in.
    """

    id: str
    was: str
    old: Number | None
    new: Number | None
    fields: tuple[Field, ...]
    old_uses: tuple[Said, ...]
    new_uses: tuple[Said, ...]

    @property
    def name(self) -> str:
        """What it is called now, or else was."""
        return self.id or self.was

    @property
    def kinds(self) -> tuple[str, ...]:
        """What has become of it: removed, added, renamed, changed; left or entered the prose."""
        found = {
            "removed": not self.id,
            "added": not self.was,
            "renamed": bool(self.id and self.was and self.id != self.was),
            "changed": bool(self.fields),
            "left": bool(self.old_uses and not self.new_uses),
            "entered": bool(self.new_uses and not self.old_uses),
        }
        return tuple(name for name, holds in found.items() if holds)

    def field(self, name: str) -> Field | None:
        """Return what is said otherwise under a name."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True)
class Typed:
    """Quantities that a changed paragraph had and has no more, and those that are new in it."""

    fate: Fate
    old: tuple[str, ...]
    new: tuple[str, ...]
    old_uses: tuple[Said, ...]
    new_uses: tuple[Said, ...]


# --- the ledger


def figures(old: State, new: State) -> tuple[Figure, ...]:
    """Return every recorded number of which anything is another now, in the order of the ids."""
    names = renamed_numbers(old, new)
    uses = _uses(old), _uses(new)
    found = []
    for was, id in _all_names(old, new, names):
        before, after = old.book.ledger.get(was), new.book.ledger.get(id)
        said = tuple(_fields(before, after, old, new)) if before and after else ()
        one = Figure(
            id if after else "", was if before else "", before, after, said,
            tuple(uses[0].get(was, ())), tuple(uses[1].get(id, ())),
        )  # fmt: skip
        if one.kinds:
            found.append(one)
    return tuple(found)


def _all_names(old: State, new: State, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name of each number then and now, the same where it is on one side alone."""
    came = set(names.values())
    pairs = [(was, names.get(was, was)) for was in old.book.ledger]
    pairs += [(id, id) for id in new.book.ledger if id not in came and id not in old.book.ledger]
    return iter(sorted(pairs, key=lambda pair: pair[1]))


def renamed_numbers(old: State, new: State) -> dict[str, str]:
    """Return the numbers that are called otherwise now: their record was renamed, or divided.

    A number is known again by what is said of it; which are the same is decided for all together.
    """
    gone = [one for id, one in old.book.ledger.items() if id not in new.book.ledger]
    come = [one for id, one in new.book.ledger.items() if id not in old.book.ledger]
    by_trait: dict[object, list[int]] = defaultdict(list)
    for place, number in enumerate(come):
        for trait in _traits(number):
            by_trait[trait].append(place)
    ways: Counter[tuple[int, int]] = Counter()
    for place, number in enumerate(gone):
        for trait in _traits(number):
            ways.update((place, other) for other in by_trait.get(trait, ()))
    likely = {pair: count / 5 for pair, count in ways.items() if count >= _ENOUGH}
    return {gone[a].id: come[b].id for a, b in best_pairs(likely).items()}


_ENOUGH = 3  # of the five traits


def _traits(number: Number) -> tuple[tuple[str, object], ...]:
    """Return what a number is known by when its record is called otherwise."""
    return (
        ("name", number.id.rpartition(".")[2]),
        ("value", (number.value, number.unit)),
        ("source", (number.cite, number.at)),
        ("measured", (number.of, number.when)),
        ("derived", (number.model.derived, number.cite, number.of)),
    )


def _fields(before: Number, after: Number, old: State, new: State) -> Iterator[Field]:
    """Yield what is said otherwise of a number."""
    said = (
        ("value", before.text, after.text),
        ("unit", before.unit, after.unit),
        ("printed", before.model.printed or "", after.model.printed or ""),
        ("source", before.cite, after.cite),
        ("locator", before.at or "", after.at or ""),
        ("status", STATUS_FOR_AUTHORS[before.status], STATUS_FOR_AUTHORS[after.status]),
        (
            "verification",
            STATE_IN_REPORT[_verified(before, old)], STATE_IN_REPORT[_verified(after, new)],
        ),
        ("meaning", before.measured, after.measured),
    )  # fmt: skip
    yield from (Field(name, was, now) for name, was, now in said if was != now)


def _verified(number: Number, state: State) -> Verified:
    return state_of(number, (state.book.lock or {}).get(number.id))


def _uses(state: State) -> dict[str, list[Said]]:
    """Return the sentences in which each number stands."""
    found: dict[str, list[Said]] = defaultdict(list)
    for paragraph in state.paragraphs:
        for id, at in paragraph.numbers:
            one = said_at(paragraph, at)
            if one not in found[id]:
                found[id].append(one)
    return found


def said_at(paragraph: Paragraph, position: int) -> Said:
    """Return the sentence round a position of a paragraph, and where that was written."""
    start = 0
    for block in paragraph.blocks:
        if position < start + len(block.text):
            return Said(paragraph.sentence(position), block.origin(position - start))
        start += len(block.text) + 1
    return Said(paragraph.sentence(position), paragraph.origin)


# --- typed ones


def typed(fates: Iterable[Fate], units: Units) -> Iterator[Typed]:
    """Yield what has become of the quantities of changed paragraphs, as far as they were typed.

    A recorded number that has taken the place of a typed one of its value is no change. `units`
    are those of the book.
    """
    for fate in fates:
        if fate.old is None or not fate.new or fate.kind in {"unchanged", "moved"}:
            continue
        before, after = _quantities([fate.old], units), _quantities(fate.new, units)
        held = [Counter(one.sense for one in found) for found in (before, after)]
        gone = _surplus(before, held[1])
        come = _surplus(after, held[0])
        if gone or come:
            yield Typed(
                fate,
                tuple(one.text for one in gone),
                tuple(one.text for one in come),
                tuple(dict.fromkeys(one.said for one in gone)),
                tuple(dict.fromkeys(one.said for one in come)),
            )


@dataclass(frozen=True)
class _Found:
    sense: object
    text: str
    said: Said
    is_recorded: bool


def _quantities(paragraphs: Sequence[Paragraph], units: Units) -> list[_Found]:
    return [one for paragraph in paragraphs for one in _quantities_of(paragraph, units)]


def _quantities_of(paragraph: Paragraph, units: Units) -> Iterator[_Found]:
    start = 0
    for block in paragraph.blocks:
        spans = [(one.start, one.end) for one in block.numbers()]
        for one in find_in_plain(block.prose, units):
            if one.small_count:
                continue
            recorded = any(first < one.end and one.start < last for first, last in spans)
            yield _Found(_sense(one), one.text, said_at(paragraph, start + one.start), recorded)
        start += len(block.text) + 1


def _sense(one: Quantity) -> object:
    return (one.value, one.unit) if one.value is not None else one.text


def _surplus(found: Iterable[_Found], others: Counter[object]) -> list[_Found]:
    """Return the typed quantities of a text that another has not, or fewer times."""
    left = Counter(others)
    surplus = []
    for one in found:
        if left[one.sense] > 0:
            left[one.sense] -= 1
        elif not one.is_recorded:
            surplus.append(one)
    return surplus
