"""experiments/verified.lock: what `chapterkit verify` established, so that CI needs no papers.

One JSON object a line, sorted by number: a change of one number is a change of one line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.verification import STATUSES, Results, Status

if TYPE_CHECKING:
    from chapterkit.manuscript.ledger import Number

LOCK_FILE = "experiments/verified.lock"


@dataclass(frozen=True)
class Entry:
    """What was established about one number, for which value, in which text, and when."""

    number: str
    status: Status
    value: str
    unit: str
    cite: str
    at: str
    where: str
    sha256: str
    date: str


Lock = Mapping[str, Entry]
_FIELDS = tuple(Entry.__dataclass_fields__)


def value_of(number: Number) -> str:
    """Return a number's value as the lock spells it: its digits as written.

    The printed form is part of it, so that changing that asks for verifying again, too.
    """
    ends = number.value if isinstance(number.value, tuple) else (number.value,)
    digits = "～".join(f"{end:f}" for end in ends)
    return f"{digits}（{number.printed}）" if number.printed else digits


def _same(entry: Entry, number: Number) -> bool:
    now = (value_of(number), number.unit, number.cite, number.at or "")
    return (entry.value, entry.unit, entry.cite, entry.at) == now


def merge_lock(lock: Lock, results: Results, known: Iterable[str], date: str) -> dict[str, Entry]:
    """Return the lock after a run of verify.

    Numbers whose source was not at hand keep their entry, changed or not; an outcome that is
    as it was keeps its date; entries of numbers that are not `known` any more are dropped.
    """
    kept = set(known)
    merged = {key: entry for key, entry in lock.items() if key in kept}
    for one in results.numbers:
        if one.status in ("no-source", "stale"):
            continue
        number = one.number
        entry = Entry(
            number.id, one.status, value_of(number), number.unit, number.cite, number.at or "",
            one.where, one.sha256, date,
        )  # fmt: skip
        before = merged.get(number.id)
        if before is None or asdict(before) | {"date": date} != asdict(entry):
            merged[number.id] = entry
    return {key: merged[key] for key in sorted(merged) if key in kept}


def lock_state(numbers: Mapping[str, Number], lock: Lock) -> dict[str, Status]:
    """Return the status of each number by the lock alone: for `check`, which has no sources.

    A number changed since (value, unit, printed form, source, place) is stale; one that the lock
    does not know is no-source.
    """
    states: dict[str, Status] = {}
    for key, number in numbers.items():
        entry = lock.get(key)
        if entry is None:
            states[key] = "no-source"
        else:
            states[key] = entry.status if _same(entry, number) else "stale"
    return states


def with_lock(results: Results, lock: Lock) -> Results:
    """Return the results with what the lock knows about numbers whose source is not at hand."""
    from dataclasses import replace

    told = []
    for one in results.numbers:
        entry = lock.get(one.number.id)
        if one.status == "no-source" and entry is not None:
            if _same(entry, one.number):
                why = f"{one.why}；按 {entry.date} 的核对"
                one = replace(one, status=entry.status, where=entry.where, why=why)  # noqa: PLW2901
            else:
                why = f"{one.why}；{entry.date} 核对过的是 {entry.value} {entry.unit}".rstrip()
                one = replace(one, status="stale", why=why)  # noqa: PLW2901
        told.append(one)
    return Results(tuple(told))


# --- the file


def parse_lock(text: str, path: str = LOCK_FILE) -> dict[str, Entry]:
    """Return the entries that a lock's text holds.

    Raises ChapterkitError at the line that is not an entry (a merge conflict, for example).
    """
    entries: dict[str, Entry] = {}
    for index, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            entry = _entry(line, Origin(path, index))
            entries[entry.number] = entry
    return entries


def _entry(line: str, origin: Origin) -> Entry:
    hint = "删去这一行（或整个文件），再运行 chapterkit verify"
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise ChapterkitError("不是核对记录的一行", origin, hint) from None
    texts = isinstance(data, dict) and all(isinstance(data.get(name), str) for name in _FIELDS)
    if not texts or set(data) != set(_FIELDS) or data["status"] not in STATUSES:
        raise ChapterkitError("核对记录的键或值不对", origin, hint)
    return Entry(**data)


def lock_text(lock: Lock) -> str:
    """Return the lock as its file holds it."""
    return "".join(json.dumps(asdict(lock[key]), ensure_ascii=False) + "\n" for key in sorted(lock))


def write_lock(path: Path, lock: Lock) -> None:
    """Write the lock; raise ChapterkitError, the old lock as it was, if that cannot be done."""
    from chapterkit.files import replace_text

    replace_text(path, lock_text(lock))


# --- coverage


@dataclass(frozen=True)
class Coverage:
    """How much of the numbers is verified; readme, secondary and own_run count among `verified`."""

    total: int
    verified: int
    readme: int
    secondary: int
    own_run: int
    no_source: int
    elsewhere: int
    not_found: int
    stale: int

    @property
    def share(self) -> float:
        """The verified share, from 0 to 1; 1 where there is no number."""
        return self.verified / self.total if self.total else 1.0

    @property
    def line(self) -> str:
        """Return the coverage in one line.

        >>> Coverage(124, 118, 4, 0, 0, 2, 1, 3, 0).line
        '124 个数已核对 118 个（其中 4 个出自项目说明），1 个在别处，3 个没找到，2 个没有原文。'
        """
        origins = _listed((self.readme, "个出自项目说明"), (self.secondary, "个转引"),
                          (self.own_run, "个出自自家实验"))  # fmt: skip
        rest = _listed((self.elsewhere, "个在别处"), (self.not_found, "个没找到"),
                       (self.stale, "个已过期"), (self.no_source, "个没有原文"))  # fmt: skip
        among = f"（其中 {'、'.join(origins)}）" if origins else ""
        return "，".join([f"{self.total} 个数已核对 {self.verified} 个{among}", *rest]) + "。"


def _listed(*counted: tuple[int, str]) -> list[str]:
    return [f"{count} {what}" for count, what in counted if count]


def coverage(numbers: Iterable[Number], states: Mapping[str, Status]) -> Coverage:
    """Count the numbers by status and, if verified, by what their record says they are."""
    listed = list(numbers)
    verified = [one for one in listed if states.get(one.id) == "verified"]

    def of(status: Status) -> int:
        return sum(1 for one in listed if states.get(one.id, "no-source") == status)

    def among(status: str) -> int:
        return sum(1 for one in verified if one.status == status)

    return Coverage(
        len(listed), len(verified), among("readme"), among("secondary"), among("own-run"),
        of("no-source"), of("elsewhere"), of("not-found"), of("stale"),
    )  # fmt: skip
