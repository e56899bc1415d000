"""What has changed in the lock since another state of the book, and what backs it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from chapterkit.errors import Origin
from chapterkit.manuscript.ledger import Ledger, Number
from chapterkit.manuscript.lock import LOCK_FILE, Claim, Entry, Lock, claim_of, quoted, why_stale

_LOOK_AGAIN = "对照原文，再运行 chapterkit verify --sources DIR"
_REVERIFIED = "确是重新核对过的，由作者签名（chapterkit verify --strict --sign KEY）"


@dataclass(frozen=True)
class State:
    """The ledger and the lock of a book at one time."""

    ledger: Ledger
    lock: Lock

    @cached_property
    def claims_of_records(self) -> Mapping[str, Sequence[Claim]]:
        """What each record says of its numbers, by slug."""
        claims: dict[str, list[Claim]] = {}
        for number in self.ledger.recorded:
            claims.setdefault(_slug(number.id), []).append(claim_of(number))
        return claims

    @property
    def has_digests(self) -> bool:
        """Whether there is a lock whose entries have digests."""
        return any(entry.digest for entry in self.lock.values())


@dataclass(frozen=True)
class Unbacked:
    """A change of the lock that nothing backs, or one that is missing: where, what, what next."""

    origin: Origin
    message: str
    hint: str


@dataclass(frozen=True)
class ToReview:
    """A change of the lock that somebody should compare with the source."""

    origin: Origin
    what: str


Change = Unbacked | ToReview


def lock_changes(now: State, before: State, *, signed: bool = False) -> Iterator[Change]:
    """Yield what has become of each number's entry since `before`, in the order of the ids.

    An entry may change where its record has changed in anything that verifying looks at, where
    it did not speak of its record before, or where the lock is `signed` by one who may; it then
    is to be reviewed. Where what the entry binds has changed in the record, it must change. What
    it says after a change must be what the record says.
    """
    for id in sorted({*now.lock, *before.lock, *now.ledger, *before.ledger}):
        change = _Change(now, before, id)
        if change.of_entry:
            yield change.stale() or change.backed(signed)
            yield from change.dated()
        elif change.of_claim and change.entry:
            yield change.missing()


class _Change:
    """What has become of one number and its entry."""

    def __init__(self, now: State, before: State, id: str) -> None:
        self.id = id
        self.entry, self.old_entry = now.lock.get(id), before.lock.get(id)
        self.number, self.old_number = now.ledger.get(id), before.ledger.get(id)
        self.now, self.before = now, before
        standing = self.entry or self.number
        self.origin = standing.origin if standing else Origin(LOCK_FILE)

    @property
    def of_entry(self) -> bool:
        """Whether the entry is another; one of before there were digests cannot tell `near`."""
        entry, old = self.entry, self.old_entry
        if entry and old and not old.digest:
            return entry != replace(old, near=entry.near, digest=entry.digest)
        return entry != old

    @property
    def of_claim(self) -> bool:
        """Whether what the entry binds is another in the record."""
        return _claim(self.number) != _claim(self.old_number)

    @property
    def of_record(self) -> bool:
        """Whether anything is another in the record that verifying looks at."""
        return _looked_at(self.number, self.now) != _looked_at(self.old_number, self.before)

    def stale(self) -> Unbacked | None:
        """Return that an entry was changed, and not into what its record says; None if it was."""
        if self.entry is None:
            return None
        why = "不在任何记录里" if self.number is None else why_stale(self.number, self.entry)
        message = f"{self.id} 的核对记录变了，与记录不符：{why}"
        return Unbacked(self.origin, message, _LOOK_AGAIN) if why else None

    def backed(self, signed: bool) -> Change:
        """Return whether the change of the entry has a reason that can be seen."""
        what = f"{self.id}：{_difference(self.old_entry, self.entry)}"
        if self.of_record or self._caught_up or not self.before.has_digests:
            return ToReview(self.origin, what)
        if signed:
            return ToReview(self.origin, f"{what}（记录没有变，核对记录有签名）")
        message = f"核对记录变了，记录没有变：{what}"
        return Unbacked(self.origin, message, _REVERIFIED)

    @property
    def _caught_up(self) -> bool:
        """Whether the old entry did not speak of its record, and the new one does."""
        if not (self.entry and self.old_entry and self.number and self.old_number):
            return False
        was_stale = not self.old_entry.speaks_of(self.old_number)
        return was_stale and self.entry.speaks_of(self.number)

    def dated(self) -> Iterator[Change]:
        """Yield what is wrong with a date that is earlier than the one before."""
        entry, old = self.entry, self.old_entry
        if entry and old and entry.date < old.date:
            message = f"{self.id} 的核对日期倒退了：原来是 {old.date}，现在是 {entry.date}"
            yield Unbacked(self.origin, message, _REVERIFIED)

    def missing(self) -> Change:
        """Return that the entry should have changed with its record."""
        if self.number is None:
            message = f"{self.id} 的记录没有了，核对记录还在"
        else:
            what = "变了" if self.old_number else "是新的"
            message = f"{self.id} 的记录{what}，核对记录没有变"
        origin = self.number.origin if self.number else self.origin
        return Unbacked(origin, message, _LOOK_AGAIN)


def _claim(number: Number | None) -> object:
    return number and claim_of(number)


def _looked_at(number: Number | None, state: State) -> object:
    """Return all that verifying looks at to find a number; for a derived one, its whole record."""
    if number is None:
        return None
    model = number.model
    own = claim_of(number), number.of, number.when, model.equals, model.derived
    return own, state.claims_of_records[_slug(number.id)] if model.derived else None


def _slug(id: str) -> str:
    return id.rpartition(".")[0]


def _difference(old: Entry | None, entry: Entry | None) -> str:
    """Say how two entries differ."""
    if entry is None:
        return "删去了这一条"
    if old is None:
        return f"新的一条（{entry.status}，{quoted(entry.value)}，{quoted(entry.where)}）"
    if not old.digest:
        old = replace(old, near=entry.near)
    changed = [
        f"{name}原是 {_quoted(getattr(old, key))}，现是 {_quoted(getattr(entry, key))}"
        for key, name in _NAMES.items()
        if getattr(old, key) != getattr(entry, key)
    ]
    return "；".join(changed) or "摘要变了"


_NAMES = {
    "status": "状态", "value": "值", "unit": "单位", "cite": "来源", "at": "位置", "near": "near",
    "where": "所在", "sha256": "原文的摘要", "date": "日期",
}  # fmt: skip


def _quoted(value: str | tuple[str, ...]) -> str:
    return quoted(value if isinstance(value, str) else "、".join(value))
