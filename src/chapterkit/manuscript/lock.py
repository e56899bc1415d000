"""experiments/verified.lock: what `chapterkit verify` established, so that CI needs no papers.

One JSON object a line, sorted by number: a change of one number is a change of one line.

The last key of an entry, `digest`, binds all the others: it is the SHA-256, in hexadecimal, of the
line `chapterkit-lock-1`, a line end, and the entry without its digest as JSON (keys sorted, no
blanks between tokens, characters as they are, UTF-8). An entry that does not fit its digest, or
whose value, unit, citation, locator or near words are no longer the record's, is stale. Whoever can
write the file can compute the digest, too: what that means for trust is said in SECURITY.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import replace_text
from chapterkit.manuscript.conflicts import check_merged
from chapterkit.manuscript.states import STATE_COUNTED, STATES, STATUS_COUNTED, State, Status
from chapterkit.showing import excerpt

if TYPE_CHECKING:
    from chapterkit.manuscript.ledger import Number

LOCK_FILE = "experiments/verified.lock"
SIGNATURE_FILE = f"{LOCK_FILE}.sig"


@dataclass(frozen=True)
class Claim:
    """What a record says of a number that verifying establishes: value, unit, source and place."""

    value: str
    unit: str
    cite: str
    at: str
    near: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """What was established about one number, for which value, in which text, and when.

    `digest` binds the rest; it is empty where an older version, which had none, wrote the entry.
    `line` is where the entry stands in its file.
    """

    number: str
    status: State
    value: str
    unit: str
    cite: str
    at: str
    near: tuple[str, ...]
    where: str
    sha256: str
    date: str
    digest: str = ""
    line: int = field(default=1, compare=False)

    @property
    def claim(self) -> Claim:
        """What the record said when the number was verified."""
        return Claim(self.value, self.unit, self.cite, self.at, self.near)

    @property
    def origin(self) -> Origin:
        """Where the entry stands."""
        return Origin(LOCK_FILE, self.line)

    @cached_property
    def is_whole(self) -> bool:
        """Whether the entry fits its digest."""
        return self.digest == digest_of(self)

    def speaks_of(self, number: Number) -> bool:
        """Tell whether the entry is whole and the number still the one that was verified."""
        return self.is_whole and self.claim == claim_of(number)

    def same_outcome(self, other: Entry) -> bool:
        """Tell whether two entries differ in nothing but their date (and the digest over it)."""
        return replace(self, date="", digest="") == replace(other, date="", digest="")


Lock = Mapping[str, Entry]
_TEXTS = ("number", "status", "value", "unit", "cite", "at", "where", "sha256", "date")
_KEYS = (*_TEXTS[:6], "near", *_TEXTS[6:], "digest")
_BOUND = _KEYS[:-1]
_KNOWN_KEYS = (dict.fromkeys(_KEYS).keys(), dict.fromkeys(_TEXTS).keys())


def claim_of(number: Number) -> Claim:
    """Return what a record says of a number, as the lock spells it."""
    return Claim(
        value_of(number), number.unit, number.cite, number.at or "", tuple(number.model.near)
    )


def value_of(number: Number) -> str:
    """Return a number's value as the lock spells it: its digits as written.

    The printed form is part of it, so that changing that asks for verifying again, too.
    """
    ends = number.value if isinstance(number.value, tuple) else (number.value,)
    digits = "～".join(f"{end:f}" for end in ends)
    printed = number.model.printed
    return f"{digits}（{printed}）" if printed else digits


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def digest_of(entry: Entry) -> str:
    """Return the digest that binds all the rest of an entry."""
    bound = {name: getattr(entry, name) for name in _BOUND}
    text = _CANONICAL(bound)
    return hashlib.sha256(f"chapterkit-lock-1\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def sealed(entry: Entry) -> Entry:
    """Return the entry with the digest that it should have."""
    return replace(entry, digest=digest_of(entry))


# --- what the lock alone says of numbers


def state_of(number: Number, entry: Entry | None) -> State:
    """Return the state of a number by its entry alone: for `check`, which has no sources.

    A number changed since (value, unit, printed form, source, place, near words) is stale, and so
    is one whose entry does not fit its digest; one without an entry is no-source.
    """
    if entry is None:
        return "no-source"
    return entry.status if entry.speaks_of(number) else "stale"


def why_stale(number: Number, entry: Entry) -> str:
    """Return why an entry does not speak of a number any more; nothing if it does."""
    if not entry.digest:
        return "核对记录是旧格式的，没有摘要"
    if not entry.is_whole:
        return "核对记录与它自己的摘要不符"
    was, now = entry.claim, claim_of(number)
    printed = was.value.endswith("）") or number.model.printed
    differing = [
        f"{name}核对时是 {quoted(before)}，现在是 {quoted(after)}"
        for name, before, after in (
            ("", was.value, now.value if printed or was.value == now.value else number.text),
            ("单位", was.unit, now.unit),
            ("来源", was.cite, now.cite),
            ("位置", was.at, now.at),
            ("near ", "、".join(was.near), "、".join(now.near)),
        )
        if before != after
    ]
    return "；".join(differing) or ("near 的分法变了" if was != now else "")


def quoted(text: str) -> str:
    """Return a text of the lock as messages quote it: short, with controls made visible.

    >>> quoted("图 6\\n::error::"), quoted("")
    ('图 6\\\\n::error::', '（空）')
    """
    return excerpt(text, _MOST) or "（空）"


_MOST = 80


def unseen_sources(numbers: Iterable[Number], lock: Lock) -> Counter[str]:
    """Count the numbers of each source of which nobody has looked up any.

    A derived number is none: it is verified through those that it rests on.
    """
    listed = [one for one in numbers if one.model.derived is None]
    seen = {entry.cite for entry in lock.values() if entry.status != "no-source"}
    return Counter(one.cite for one in listed if one.cite not in seen)


def lock_state(numbers: Mapping[str, Number], lock: Lock) -> dict[str, State]:
    """Return the state of each number by the lock alone.

    One that was computed for an exhibit has no entry, and the worst state of its parts.
    """
    states = {key: state_of(number, lock.get(key)) for key, number in numbers.items()}
    for key, number in numbers.items():
        if number.computed:
            slug = key.rpartition(".")[0]
            parts = [states[f"{slug}.{name}"] for name in number.operands]
            states[key] = next((one for one in parts if one != "verified"), "verified")
    return states


# --- the file

_HINT = "删去这一行（或整个文件），再运行 chapterkit verify"
_SHA256 = "[0-9a-f]{64}"
_FORM = re.compile(
    r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)?[a-z][a-z0-9_]*\n"
    rf"(?:{'|'.join(STATES)})\n(?:{_SHA256})?\n"
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\n"
    rf"(?:{_SHA256})?"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=4)
def parse_lock(text: str, path: str = LOCK_FILE) -> dict[str, Entry]:
    """Return the entries that a lock's text holds.

    Raises ChapterkitError at the line that is not an entry (a merge conflict, for example), or
    speaks of a number for the second time.
    """
    entries: dict[str, Entry] = {}
    for index, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            entry = _entry(line, Origin(path, index))
            if before := entries.get(entry.number):
                message = f"{entry.number} 在第 {before.line} 行已经有一条核对记录"
                raise ChapterkitError(message, Origin(path, index), _HINT)
            entries[entry.number] = entry
    return entries


def _entry(line: str, origin: Origin) -> Entry:
    try:
        data = _READ(line)
    except (ValueError, RecursionError):
        check_merged(line, origin, _HINT)
        raise ChapterkitError("不是核对记录的一行", origin, _HINT) from None
    if not isinstance(data, dict) or not _has_form(data):
        raise ChapterkitError("核对记录的键或值不对", origin, _HINT)
    if "\\u" in line and _SURROGATE.search(_CANONICAL(data)):
        raise ChapterkitError("核对记录里有不成对的代理码", origin, _HINT)
    if not _is_day(data["date"]):
        raise ChapterkitError("核对记录的日期不是日历上的一天", origin, _HINT)
    return Entry(**{**data, "near": tuple(data.get("near", ()))}, line=origin.line)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object whose keys occur once each."""
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("a key occurs twice")
    return data


_READ = json.JSONDecoder(object_pairs_hook=_once).decode


def _has_form(data: dict[str, Any]) -> bool:
    """Tell whether an entry has the keys of today, or of before there were digests."""
    if data.keys() not in _KNOWN_KEYS or data.get("digest") == "":
        return False
    near = data.get("near", [])
    if not isinstance(near, list) or set(map(type, near)) - {str}:
        return False
    if set(map(type, data.values())) - {str} != ({list} if "near" in data else set()):
        return False
    strict = (data["number"], data["status"], data["sha256"], data["date"], data.get("digest", ""))
    return _FORM.fullmatch("\n".join(strict)) is not None


def _is_day(date: str) -> bool:
    """Tell whether a date in ISO form is in the calendar.

    >>> _is_day("2024-02-29"), _is_day("2025-02-29"), _is_day("2025-04-31")
    (True, False, False)
    """
    year, month, day = map(int, date.split("-"))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return year > 0 and day <= (31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def lock_text(lock: Lock) -> str:
    """Return the lock as its file holds it; this text is what a signature is made over."""
    return "".join(_line(lock[key]) for key in sorted(lock))


def _line(entry: Entry) -> str:
    names = _KEYS if entry.digest else _TEXTS
    return json.dumps({name: getattr(entry, name) for name in names}, ensure_ascii=False) + "\n"


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
