"""How a number came to be known and how far it is verified: the states, and every word for them.

Each table says for what it is: a reader, a report and a problem word the same state differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Status = Literal["primary", "readme", "secondary", "own-run"]
State = Literal["verified", "elsewhere", "not-found", "no-source", "stale"]
STATES: tuple[State, ...] = ("verified", "elsewhere", "not-found", "no-source", "stale")

# --- the status that a record gives its number

# For problems about it. Readers are told in the language of the book: see `wording`.
STATUS_IN_PROBLEMS: Mapping[Status, str] = {
    "readme": "项目说明", "secondary": "转引", "own-run": "作者自己的运行",
}  # fmt: skip
# For the author who looks at a number. It says what the record says, whatever the state beside it
# says of comparing: that a source was read is nothing that the tool knows.
STATUS_FOR_AUTHORS: Mapping[Status, str] = {
    "primary": "记作直接取自这份来源", "readme": "出自项目说明", "secondary": "转引",
    "own-run": "作者自己的运行",
}  # fmt: skip
# For one that was computed from others of the ledger.
COMPUTED_FOR_AUTHORS = "由记录的数算出"
# Behind a count: 4 个出自项目说明.
STATUS_COUNTED: Mapping[Status, str] = {
    "readme": "出自项目说明", "secondary": "转引", "own-run": "出自作者自己的运行",
}  # fmt: skip

# --- the state that verifying leaves a number in

# For the report of `chapterkit verify`.
STATE_IN_REPORT: Mapping[State, str] = {
    "verified": "已核对", "elsewhere": "别处", "not-found": "没找到", "no-source": "没有原文",
    "stale": "已过期",
}  # fmt: skip
# Behind a count, in this order: 3 个没找到.
STATE_COUNTED: Mapping[State, str] = {
    "elsewhere": "在别处", "not-found": "没找到", "stale": "已过期", "no-source": "没有原文",
}  # fmt: skip
# For the author who looks at a number.
STATE_FOR_AUTHORS: Mapping[State, str] = {
    "verified": "已与原文核对",
    "elsewhere": "在原文里，但不在记录所说的地方",
    "not-found": "在原文里没有找到",
    "no-source": "还没有与原文核对过",
    "stale": "核对之后改过，还没有重新核对",
}
# For the author who looks at a number that was verified: with what it was compared, by its status.
VERIFIED_FOR_AUTHORS: Mapping[Status, str] = {
    "primary": "已与原文核对", "readme": "与存下的项目说明核对过",
    "secondary": "与转引它的那份原文核对过", "own-run": "与存下的结果核对过",
}  # fmt: skip
# For the author who looks at a number that was computed: what is said is said of its parts.
COMPUTED_STATE_FOR_AUTHORS: Mapping[State, str] = {
    "verified": "由已核对的数算出",
    "elsewhere": "所用的数里，有的在原文里，但不在记录所说的地方",
    "not-found": "所用的数里，有的在原文里没有找到",
    "no-source": "所用的数还没有都与原文核对过",
    "stale": "算式或所用的数核对之后改过，还没有重新核对",
}
# For a number whose record says neither where in its source it stands nor what stands beside it.
UNPLACED = "记录没有写 at 或 near"
# For what is computed of a number that is not verified: 由 hzmb.main 算出，它在原文里没有找到.
STATE_OF_OPERAND: Mapping[State, str] = {
    "elsewhere": "核对不上：它不在记录所说的地方", "not-found": "在原文里没有找到",
    "no-source": "还没有原文可以核对", "stale": "核对之后改过，还没有重新核对",
}  # fmt: skip
# For problems: 甲（15.0%）在原文里没有找到.
STATE_IN_PROBLEMS: Mapping[State, str] = {
    "elsewhere": "在原文里找到了，但不在记录所说的地方",
    "not-found": "在原文里没有找到",
    "no-source": "还没有与原文核对过",
    "stale": "改过，还没有重新与原文核对",
}
