"""The lock against the sources at hand: is it what verifying would write today?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from chapterkit.errors import Origin
from chapterkit.manuscript.lock import LOCK_FILE, Entry, Lock, quoted, why_stale
from chapterkit.manuscript.states import STATE_IN_REPORT
from chapterkit.numbers.verify.results import Result, Results, entry_of
from chapterkit.numbers.verify.texts import is_at_hand


@dataclass(frozen=True)
class Difference:
    """An entry that the sources do not bear out: where, whose, and why."""

    origin: Origin
    number: str
    why: str


@dataclass(frozen=True)
class Strictly:
    """What has become of the entries: how many were established anew, and which differ.

    `no_source` are the numbers of the entries whose source was not at hand.
    """

    established: int
    no_source: tuple[str, ...]
    differing: tuple[Difference, ...]

    @property
    def clean(self) -> bool:
        """Whether at least one entry was established anew, and none differs."""
        return self.established > 0 and not self.differing

    @property
    def line(self) -> str:
        """Return the counts in one line.

        >>> Strictly(118, ("a", "b"), ()).line
        '重新核对出 118 条核对记录，2 条没有原文，0 条不符。'
        """
        return (
            f"重新核对出 {self.established} 条核对记录，{len(self.no_source)} 条没有原文，"
            f"{len(self.differing)} 条不符。"
        )


def strictly(results: Results, lock: Lock, known: Collection[str], folder: Path) -> Strictly:
    """Compare the entries of a lock with what was found of their numbers in the sources' texts.

    `known` are the ids of the ledger: entries of others differ, where the results are of all.
    """
    established, no_source, differing = 0, [], []
    for one in results.numbers:
        entry = lock.get(one.number.id)
        why = _why(one, entry, folder)
        if why is None:
            if entry:
                no_source.append(one.number.id)
        elif why:
            origin = entry.origin if entry else one.number.origin
            differing.append(Difference(origin, one.number.id, why))
        else:
            established += 1
    if len(results.numbers) == len(known):
        differing += [
            Difference(entry.origin, id, "不在任何记录里")
            for id, entry in lock.items()
            if id not in known
        ]
    return Strictly(established, tuple(no_source), tuple(differing))


def _why(one: Result, entry: Entry | None, folder: Path) -> str | None:
    """Return why an entry is not what was found, nothing if it is, None if nobody could look."""
    if one.status == "no-source":
        return f"原文在，却读不了：{one.why}" if is_at_hand(folder, one.number.cite) else None
    if entry is None:
        return f"{STATE_IN_REPORT[one.status]}，核对记录里没有它"
    if not entry.speaks_of(one.number):
        return why_stale(one.number, entry)
    found = entry_of(one, entry.date)
    if entry.same_outcome(found):
        return ""
    pairs = (
        ("状态", STATE_IN_REPORT[entry.status], STATE_IN_REPORT[found.status]),
        ("所在", entry.where, found.where),
        ("原文的摘要", entry.sha256, found.sha256),
    )
    return "；".join(
        f"{name}记的是 {quoted(said)}，查到的是 {quoted(seen)}"
        for name, said, seen in pairs
        if said != seen
    )


# --- reports


def as_data(strict: Strictly) -> dict[str, object]:
    """Return the comparison for the JSON that other programs rely on."""
    differing = [{"number": one.number, "why": one.why} for one in strict.differing]
    return {
        "established": strict.established,
        "no-source": list(strict.no_source),
        "differing": differing,
    }


def as_lines(strict: Strictly) -> list[str]:
    """Return the comparison for people: what differs, and the counts."""
    lines = [f"{one.origin}: 不符: {one.number}：{one.why}" for one in strict.differing]
    if not strict.established and not strict.differing:
        lines.append(f"{LOCK_FILE} 没有一条能重新核对：这里没有原文，--strict 什么也证明不了。")
    return [*lines, strict.line]
