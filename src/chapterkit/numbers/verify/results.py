"""What became of the numbers when they were verified, and what the lock keeps of it: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.lock import Entry, Lock, value_of
from chapterkit.manuscript.states import STATES, State


@dataclass(frozen=True)
class Result:
    """What became of one number: `where` and `context` in its source, `why` unless all is well."""

    number: Number
    status: State
    where: str = ""
    context: str = ""
    why: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Results:
    """What became of all numbers, in the ledger's order."""

    numbers: tuple[Result, ...]

    def counts(self) -> dict[str, int]:
        """Count the numbers of each state."""
        return {state: sum(1 for one in self.numbers if one.status == state) for state in STATES}

    @property
    def clean(self) -> bool:
        """Whether nothing contradicts the records (a source that is not at hand does not)."""
        return all(one.status in ("verified", "no-source") for one in self.numbers)


def merge_lock(lock: Lock, results: Results, known: Iterable[str], date: str) -> dict[str, Entry]:
    """Return the lock after a run of verify.

    Numbers whose source was not at hand keep their entry, changed or not; an outcome that is
    as it was keeps its date; entries of numbers that are not `known` any more are dropped.
    """
    kept = set(known)
    merged = dict(lock)
    for one in results.numbers:
        if one.status not in ("no-source", "stale"):
            entry, before = _entry(one, date), merged.get(one.number.id)
            if before is None or replace(before, date=date) != entry:
                merged[one.number.id] = entry
    return {key: merged[key] for key in sorted(merged) if key in kept}


def _entry(one: Result, date: str) -> Entry:
    number = one.number
    return Entry(
        number.id, one.status, value_of(number), number.unit, number.cite, number.at or "",
        one.where, one.sha256, date,
    )  # fmt: skip


def with_lock(results: Results, lock: Lock) -> Results:
    """Return the results with what the lock knows about numbers whose source is not at hand."""
    return Results(tuple(_with_entry(one, lock.get(one.number.id)) for one in results.numbers))


def _with_entry(one: Result, entry: Entry | None) -> Result:
    if one.status != "no-source" or entry is None:
        return one
    if entry.speaks_of(one.number):
        why = f"{one.why}；按 {entry.date} 的核对"
        return replace(one, status=entry.status, where=entry.where, why=why)
    why = f"{one.why}；{entry.date} 核对过的是 {entry.value} {entry.unit}".rstrip()
    return replace(one, status="stale", why=why)
