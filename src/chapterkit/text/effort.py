"""How much a template has had done, and how much a value holds. Pure.

Nothing is done with a value before it has been weighed, so that nothing can grow beyond bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from chapterkit.errors import ChapterkitError

MAX_STEPS = 100_000
MAX_TAGS = 50_000
MAX_TAG = 100_000
"""Characters in one tag: what stands in it is compiled, at some 10 µs a character."""
MAX_EFFORT = 50_000_000
ITEM = 20  # what an item of a list weighs, in characters of a text


class Effort:
    """What rendering has cost so far: steps of loops and calls, and characters gone through.

    Every method raises ChapterkitError where that is more than any chapter needs.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.tags = 0
        self.left = MAX_EFFORT

    def step(self) -> None:
        """Count one step."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise ChapterkitError(f"模板的循环超过 {MAX_STEPS} 步", hint="缩短循环")

    def tag(self, length: int) -> None:
        """Count one tag of a template that is compiled, of so many characters."""
        if length > MAX_TAG:
            raise ChapterkitError(
                f"模板的一个标记超过 {MAX_TAG} 个字", hint="数据写进记录，文字写在标记外面"
            )
        self.tags += 1
        if self.tags > MAX_TAGS:
            raise ChapterkitError(f"模板的标记超过 {MAX_TAGS} 个", hint="分成几章")

    def spend(self, characters: int) -> None:
        """Count so many characters."""
        self.left -= characters
        if self.left < 0:
            raise ChapterkitError(
                f"模板一共要处理的字超过 {MAX_EFFORT} 个",
                hint="缩短循环，列表少套几层，不要让文字一再翻倍",
            )

    def weigh(self, *values: Any) -> None:
        """Count all that some values hold."""
        for value in values:
            self.spend(weight_of(value, self.left))

    def metered(self, items: Iterable[Any]) -> Iterator[Any]:
        """Yield items, counting all that each holds."""
        for item in items:
            self.spend(ITEM)
            self.weigh(item)
            yield item


def weight_of(value: Any, most: int) -> int:
    """Return how many characters a value would fill, or something above `most` if that is more.

    What it holds counts as often as it occurs: a list of lists may be small in memory, and endless
    when it is printed, compared or sorted.

    >>> weight_of("甲乙", 100), weight_of(["甲", ["乙", "丙"]], 100)
    (2, 83)
    """
    total, waiting = 0, [value]
    while waiting and total <= most:
        one = waiting.pop()
        if isinstance(one, (str, bytes)):
            total += len(one)
        elif isinstance(one, int):
            total += one.bit_length() // 3
        elif held := _held_by(one):
            total += ITEM * len(held)
            if total <= most:
                waiting += held
    return total


def _held_by(value: Any) -> list[Any]:
    """Return what a value is made of."""
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    if isinstance(value, BaseModel):
        return list(vars(value).values())
    return [getattr(value, name) for name in _fields_of(type(value))]  # type: ignore[arg-type]


@cache
def _fields_of(kind: type) -> tuple[str, ...]:
    """Return the fields of a dataclass; a type that is none has none."""
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else ()
