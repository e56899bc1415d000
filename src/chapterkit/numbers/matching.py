"""Is this quantity that number? Value, unit kind, direction and precision: pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext

from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.records import Value
from chapterkit.quantities import Quantity, converted, find_in_plain, same_quantity, unit_kind

# 提升了四倍 adds four times, 提升到四倍 ends at four times: words that make a multiple an addition.
_ADDS = ("增加", "增长", "提升", "提高", "上升", "多", "高出", "升", "涨", "扩大", "翻")
_ENDS_AT = ("到", "至", "为", "成")
_MAGNITUDE = re.compile(r"[万亿千百十KMBk万億]|million|billion|thousand")


def backs(number: Number, quantity: Quantity) -> bool:
    """Tell whether a recorded number is what a typed quantity says.

    Equal value after units and dress, equal kind of unit (percent is never percentage points), the
    same direction for multiples, and fewer digits only where the text says 约 and the like, and
    then only by rounding. What the table of units converts exactly is equal: 500 毫秒, 0.5 秒.
    """
    if quantity.value is None:
        return False
    units, typed = number.units, _said(number, quantity)
    spellings = list(_spellings(number))
    if any(converted(quantity.value, typed, *one, units) for one in spellings):
        return same_direction(number, quantity)
    parts = units.meaning(typed).parts
    spellings = [one for one in spellings if units.meaning(one[1]).parts == parts]
    if not spellings or not same_direction(number, quantity):
        return False
    if not quantity.approximate or isinstance(quantity.value, tuple):
        return False
    return any(isinstance(value, Decimal) and _rounds_to(value, quantity) for value, _ in spellings)


def same_unit(number: Number, quantity: Quantity) -> bool:
    """Tell whether a recorded number has the unit that a typed quantity has."""
    units = number.units
    return units.meaning(number.unit).parts == units.meaning(_said(number, quantity)).parts


def _said(number: Number, quantity: Quantity) -> str:
    """Return a quantity's unit without the base that the record tells in words.

    每 10 万人 7 例 is 7 例/10 万人, and what a record calls 7 例, of 每 10 万人的发病数.
    """
    unit, _, base = quantity.unit.partition("/")
    if quantity.text.startswith("每") and base and "/" not in number.unit:
        measured = number.measured.replace(" ", "")
        return unit if "每" + base.replace(" ", "") in measured else quantity.unit
    return quantity.unit


def _spellings(number: Number) -> Iterator[tuple[Value, str]]:
    """Yield a number's own value and unit, and what its record says it equals."""
    yield number.value, number.unit
    for text in number.model.equals:
        for one in find_in_plain(text, number.units)[:1]:
            if one.value is not None:
                yield one.value, one.unit


def same_direction(number: Number, quantity: Quantity) -> bool:
    """Tell whether both speak of an addition (提升了四倍) or both of where it ends (提升到四倍)."""
    if unit_kind(quantity.unit, number.units) != "times" or not quantity.change:
        return True
    typed_adds = quantity.change.startswith(_ADDS) and not quantity.change.endswith(_ENDS_AT)
    words = number.of + (number.when or "")
    recorded_adds = any(
        word in words for word in ("增幅", "升幅", "涨幅", "增加", "增长", "提高", "高出", "多出")
    )
    return typed_adds == recorded_adds


def _rounds_to(value: Decimal, quantity: Quantity) -> bool:
    """Tell whether `value`, rounded to the digits that the text gives, is what the text says."""
    said = quantity.value
    assert isinstance(said, Decimal)
    if said == 0:
        return False
    with localcontext() as context:
        context.prec = 60
        exponent = int(said.as_tuple().exponent)
        if _MAGNITUDE.search(quantity.text):  # 约 1.2 万: its digits are 1 and 2
            exponent = int(said.normalize().as_tuple().exponent)
        step = Decimal(1).scaleb(exponent)
        return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step == said


def backing(quantity: Quantity, numbers: Iterable[Number]) -> list[Number]:
    """Return the numbers that back a quantity."""
    return [number for number in numbers if backs(number, quantity)]


def nearest_number(quantity: Quantity, numbers: Iterable[Number]) -> Number | None:
    """Return the number of the same unit whose value is nearest, within a fifth of it."""
    if not isinstance(quantity.value, Decimal):
        return None
    wanted = quantity.value
    alike = [
        (abs(number.value - wanted), number.id, number)
        for number in numbers
        if isinstance(number.value, Decimal)
        and same_quantity(wanted, quantity.unit, wanted, number.unit, number.units)
    ]
    distance, _, number = min(alike, default=(Decimal(0), "", None))
    return number if number and distance <= abs(wanted) / 5 else None


def chance_matches(numbers: Iterable[Number]) -> int:
    """Count the whole numbers 1 to 100 that some number matches if nobody looks at units.

    That many of a hundred random values would be found in the ledger by chance.
    """
    values = {
        end
        for number in numbers
        for end in (number.value if isinstance(number.value, tuple) else (number.value,))
    }
    return sum(Decimal(value) in values for value in range(1, 101))
