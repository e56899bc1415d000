"""experiments/verified.lock: what `chapterkit verify` established, so that CI needs no papers.

One JSON object a line, sorted by number: a change of one number is a change of one line.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import replace_text
from chapterkit.manuscript.states import STATE_COUNTED, STATES, STATUS_COUNTED, State, Status

if TYPE_CHECKING:
    from chapterkit.manuscript.ledger import Number

LOCK_FILE = "experiments/verified.lock"


@dataclass(frozen=True)
class Entry:
    """What was established about one number, for which value, in which text, and when."""

    number: str
    status: State
    value: str
    unit: str
    cite: str
    at: str
    where: str
    sha256: str
    date: str

    def speaks_of(self, number: Number) -> bool:
        """Tell whether the number is still the one that was verified."""
        now = (value_of(number), number.unit, number.cite, number.at or "")
        return (self.value, self.unit, self.cite, self.at) == now


Lock = Mapping[str, Entry]
_FIELDS = tuple(Entry.__dataclass_fields__)


def value_of(number: Number) -> str:
    """Return a number's value as the lock spells it: its digits as written.

    The printed form is part of it, so that changing that asks for verifying again, too.
    """
    ends = number.value if isinstance(number.value, tuple) else (number.value,)
    digits = "～".join(f"{end:f}" for end in ends)
    printed = number.model.printed
    return f"{digits}（{printed}）" if printed else digits


def state_of(number: Number, entry: Entry | None) -> State:
    """Return the state of a number by its entry alone: for `check`, which has no sources.

    A number changed since (value, unit, printed form, source, place) is stale; one without an
    entry is no-source.
    """
    if entry is None:
        return "no-source"
    return entry.status if entry.speaks_of(number) else "stale"


def lock_state(numbers: Mapping[str, Number], lock: Lock) -> dict[str, State]:
    """Return the state of each number by the lock alone."""
    return {key: state_of(number, lock.get(key)) for key, number in numbers.items()}


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
    if not texts or set(data) != set(_FIELDS) or data["status"] not in STATES:
        raise ChapterkitError("核对记录的键或值不对", origin, hint)
    return Entry(**data)


def lock_text(lock: Lock) -> str:
    """Return the lock as its file holds it."""
    return "".join(json.dumps(asdict(lock[key]), ensure_ascii=False) + "\n" for key in sorted(lock))


def write_lock(path: Path, lock: Lock) -> None:
    """Write the lock; raise ChapterkitError, the old lock as it was, if that cannot be done.

    A link in its place must not lead out of the book.
    """
    replace_text(path, lock_text(lock), path.parents[1])


# --- coverage


_Key = TypeVar("_Key", State, Status)


@dataclass(frozen=True)
class Coverage:
    """How many numbers are in each state, and how many of the verified have each status."""

    states: Counter[State]
    statuses: Counter[Status]

    @property
    def share(self) -> float:
        """The verified share, from 0 to 1; 1 where there is no number."""
        total = self.states.total()
        return self.states["verified"] / total if total else 1.0

    @property
    def line(self) -> str:
        """Return the coverage in one line.

        >>> Coverage(Counter({"verified": 118, "elsewhere": 6}), Counter({"readme": 4})).line
        '124 个数已核对 118 个（其中 4 个出自项目说明），6 个在别处。'
        """
        origins = _listed(self.statuses, STATUS_COUNTED)
        among = f"（其中 {'、'.join(origins)}）" if origins else ""
        verified = f"{self.states.total()} 个数已核对 {self.states['verified']} 个{among}"
        return "，".join([verified, *_listed(self.states, STATE_COUNTED)]) + "。"


def _listed(counted: Counter[_Key], words: Mapping[_Key, str]) -> list[str]:
    return [f"{counted[key]} 个{word}" for key, word in words.items() if counted[key]]


def coverage(numbers: Iterable[Number], states: Mapping[str, State]) -> Coverage:
    """Count the numbers by state and, if verified, by what their record says they are."""
    found = [(states.get(one.id, "no-source"), one.status) for one in numbers]
    return Coverage(
        Counter(state for state, _ in found),
        Counter(status for state, status in found if state == "verified"),
    )
