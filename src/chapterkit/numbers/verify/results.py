"""What became of the numbers when they were verified, and what the lock keeps of it: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.lock import Entry, Lock, claim_of, quoted, sealed, value_of, why_stale
from chapterkit.manuscript.states import STATES, State


@dataclass(frozen=True)
class Result:
    """What became of one number: `where` and `context` in its source, `why` unless all is well.

    `hit` are the offsets in the source's text at which it was found, if it was.
    """

    number: Number
    status: State
    where: str = ""
    context: str = ""
    why: str = ""
    sha256: str = ""
    hit: tuple[int, int] | None = None


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
            merged[one.number.id] = _renewed(lock.get(one.number.id), entry_of(one, date))
    return {key: merged[key] for key in sorted(merged) if key in kept}


def _renewed(before: Entry | None, entry: Entry) -> Entry:
    """Return an entry with its date as it was, if the outcome is, and that date can be believed.

    An entry of before there were digests is sealed, for its outcome has been found again.
    """
    if before is None or before.date > entry.date:
        return entry
    old = before if before.digest else sealed(replace(before, near=entry.near))
    if not old.is_whole or not old.same_outcome(entry):
        return entry
    return sealed(replace(entry, date=before.date))


def entry_of(one: Result, date: str) -> Entry:
    """Return the entry that an outcome gives when it is found on a date."""
    number = one.number
    claim = claim_of(number)
    return sealed(
        Entry(
            number.id, one.status, claim.value, claim.unit, claim.cite, claim.at, claim.near,
            one.where, one.sha256, date,
        )
    )  # fmt: skip


def with_lock(results: Results, lock: Lock) -> Results:
    """Return the results with what the lock knows about numbers whose source is not at hand."""
    return Results(tuple(_with_entry(one, lock.get(one.number.id)) for one in results.numbers))


def _with_entry(one: Result, entry: Entry | None) -> Result:
    if one.status != "no-source" or entry is None:
        return one
    if entry.speaks_of(one.number):
        why = f"{one.why}；按 {entry.date} 的核对"
        return replace(one, status=entry.status, where=quoted(entry.where), why=why)
    if entry.is_whole and entry.value != value_of(one.number):
        was = quoted(f"{entry.value} {entry.unit}".rstrip())
        why = f"{one.why}；{entry.date} 核对过的是 {was}"
    else:
        why = f"{one.why}；{why_stale(one.number, entry)}"
    return replace(one, status="stale", why=why)
