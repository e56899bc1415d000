"""What the grammar returns: a quantity, or a numeral that is none and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from chapterkit.quantities.units import unit_kind

# What stands for each character that was masked: it was no prose.
BLANK = "\ufffc"

Value = Decimal | tuple[Decimal, Decimal] | None

REASONS = {
    "E1": "name (名称)",
    "E2": "place in a text (图表章节等位置)",
    "E3": "order, not amount (次序)",
    "E4": "date, year or page (日期、年份、页码)",
    "E5": "numeral inside a word or set phrase (词语中的数字)",
    "E6": "一 as an article (冠词性的“一”)",
    "E7": "vague count without magnitude (几、数、若干)",
    "E8": "formula, code, key or address (公式、代码、引用键、网址)",
    "E9": "version, level, code or condition (版本、等级、代号)",
    "small-count": "small count in words (小计数)",
}


class Quantity(NamedTuple):
    """One number as it stands in running text.

    `value` is a `Decimal`; a pair for a range (its ends), a ratio, a fraction (numerator,
    denominator) or a grid size; `None` where the words are vague (几十) or name more than two
    numbers (1:2:3). `change` and `comparison` are the word before the number that makes it one
    (提升了, 下降; 高, 不到). `margin` is what follows ±. `parts` are the ends of a range, each
    with its own offsets, value and unit. `small_count` marks 两个 … 十个, which the policy finds
    but does not demand a record for.
    """

    start: int
    end: int
    text: str
    value: Value
    unit: str
    shape: str = "number"
    approximate: bool = False
    change: str | None = None
    comparison: str | None = None
    small_count: bool = False
    margin: Decimal | None = None
    parts: tuple[Quantity, ...] = ()

    @property
    def kind(self) -> str:
        """What the unit measures: percent, points, times, time, money, count, …

        >>> Quantity(0, 2, "5%", Decimal(5), "%").kind
        'percent'
        """
        return unit_kind(self.unit)


@dataclass(frozen=True, slots=True)
class Exempt:
    """A numeral that was looked at and is no quantity (or only a small count).

    `why` is the policy's code (E1 … E9, or small-count), `reason` the same in words.
    """

    start: int
    end: int
    text: str
    why: str
    reason: str


class Draft:
    """A quantity while it is being read: span, value and unit, without its context."""

    __slots__ = ("end", "margin", "parts", "shape", "small", "start", "unit", "vague", "value")

    def __init__(
        self,
        start: int,
        end: int,
        value: Value,
        unit: str = "",
        shape: str = "number",
        *,
        small: bool = False,
        vague: bool = False,
        margin: Decimal | None = None,
        parts: tuple[Draft, ...] = (),
    ) -> None:
        self.start = start
        self.end = end
        self.value = value
        self.unit = unit
        self.shape = shape
        self.small = small
        self.vague = vague
        self.margin = margin
        self.parts = parts


class Skip:
    """A numeral that is no quantity: where it ends, and the policy's reason."""

    __slots__ = ("end", "start", "why")

    def __init__(self, start: int, end: int, why: str) -> None:
        self.start = start
        self.end = end
        self.why = why


class Base(Skip):
    """What a rate is reckoned on: 每 10 万人. It begins at its number."""

    __slots__ = ()
