"""Axes of numbers, and labels kept apart."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor, log10

from chapterkit.drawing.model import DrawingError

_LARGEST = 10**15
_STEPS = (1, 2, 5, 10)
_GROUPED = 100_000


@dataclass(frozen=True)
class Axis:
    """An axis of numbers: its ends, and the places that are marked on it."""

    low: float
    high: float
    step: Decimal
    ticks: tuple[Decimal, ...]

    def place(self, start: float, end: float) -> Callable[[Decimal | float], float]:
        """Return what places values between two coordinates."""
        return lambda value: (
            start + (float(value) - self.low) * (end - start) / (self.high - self.low)
        )

    def named(self, tick: Decimal) -> str:
        """Return what is printed at a tick."""
        digits = max(0, -int(self.step.adjusted()))
        shown = f"{abs(tick):,.{digits}f}" if abs(tick) >= _GROUPED else f"{abs(tick):.{digits}f}"
        return f"−{shown}" if tick < 0 else shown


def axis(values: Sequence[Decimal], zero: bool, count: float) -> Axis:
    """Return an axis on which values have room, with about `count` ticks, zero on it if asked."""
    low, high = float(min(values)), float(max(values))
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = (low - 1, high + 1) if low and not zero else (low, high + 1)
    step = _step((high - low) / max(count, 1))
    first, last = floor(low / float(step)), floor(high / float(step) + 1e-9)
    ticks = tuple(step * place for place in range(first, last + 1))
    return Axis(min(low, float(ticks[0])), max(high, float(ticks[-1])), step, ticks)


def _step(least: float) -> Decimal:
    power = floor(log10(least))
    factor = next(one for one in _STEPS if one * 10.0**power >= least * 0.999999)
    return Decimal(factor).scaleb(power)


def checked(value: Decimal, part: str) -> Decimal:
    """Return a value that can be drawn; raise DrawingError for any other."""
    if not value.is_finite():
        raise DrawingError(f"{part} 的值不是有限的数：{value}", part)
    if abs(value) >= _LARGEST:
        raise DrawingError(f"{part} 的值太大，画不出来", part)
    return value


def apart(
    wanted: Sequence[float], sizes: Sequence[float], low: float = -1e9, high: float = 1e9
) -> list[float]:
    """Return middles as near as can be to those wanted, in their order, so that none overlap.

    `sizes` are how much room each takes. If there is not enough between `low` and `high`, it is
    gone beyond `high`.

    >>> apart([10, 11, 30], [4, 4, 4])
    [8.5, 12.5, 30.0]
    """
    offsets = [0.0]
    for before, after in itertools.pairwise(sizes):
        offsets.append(offsets[-1] + (before + after) / 2)
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        mean, count = want - offset, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean = (mean * count + other * others) / (count + others)
            count += others
        pools.append((mean, count))
    level = [mean for mean, count in pools for _ in range(count)]
    if not level:
        return []
    least = low + sizes[0] / 2
    most = max(least, high - offsets[-1] - sizes[-1] / 2)
    return [min(max(one, least), most) + offset
            for one, offset in zip(level, offsets, strict=True)]  # fmt: skip
