"""What adopting changes in a text, what it leaves, and the proof that nothing is lost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "citation", "reference", "list", "figure", "table", "pointer", "number", "encoding", "turn",
    "call", "note",
]  # fmt: skip


@dataclass(frozen=True, order=True)
class Change:
    """A stretch of the text, from `start` on, in whose place another comes.

    `certain` tells whether it can only be meant so; `note` says why it may not, or what is done.
    Changes of one `group` are made together, or not at all.
    """

    start: int
    old: str
    new: str
    kind: Kind
    certain: bool = True
    note: str = ""
    group: str = ""

    @property
    def end(self) -> int:
        """Where the stretch ends."""
        return self.start + len(self.old)


@dataclass(frozen=True, order=True)
class Left:
    """What stays as it is for the author to see to: where, what, why, and what to do."""

    start: int
    text: str
    kind: Kind
    why: str
    hint: str = ""


def apart(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes in the order of the text, without those that meet an earlier one."""
    kept: list[Change] = []
    for one in sorted(changes):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def whole_groups(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes that do not meet earlier ones; of a group, all or none.

    >>> one, two = Change(1, "乙", "", "table", group="a"), Change(0, "甲乙", "丙", "figure")
    >>> [change.new for change in whole_groups([one, two, Change(5, "丁", "", "table", group="a")])]
    ['丙']
    """
    kept = apart(changes)
    while broken := {one.group for one in set(changes).difference(kept)} - {""}:
        changes = [one for one in changes if one.group not in broken]
        kept = apart(changes)
    return kept


def applied(text: str, changes: Sequence[Change]) -> str:
    """Return a text with changes, in their order, carried out.

    >>> applied("甲[1]乙", [Change(1, "[1]", "[@k]", "citation")])
    '甲[@k]乙'
    """
    parts: list[str] = []
    end = 0
    for one in changes:
        assert one.start >= end, "a change meets another"
        assert text.startswith(one.old, one.start), "a change out of place"
        parts += [text[end : one.start], one.new]
        end = one.end
    return "".join([*parts, text[end:]])


def is_accounted_for(before: str, after: str, changes: Sequence[Change]) -> bool:
    """Tell whether two texts are the same but for what the changes say.

    >>> is_accounted_for("甲[1]乙", "甲[@k]", [Change(1, "[1]", "[@k]", "citation")])
    False
    """
    shift = at = moved = 0
    for one in changes:
        start = one.start + shift
        kept = before[at : one.start] == after[moved:start]
        if not kept or before[one.start : one.end] != one.old:
            return False
        if after[start : start + len(one.new)] != one.new:
            return False
        at, moved = one.end, start + len(one.new)
        shift += len(one.new) - len(one.old)
    return before[at:] == after[moved:]
