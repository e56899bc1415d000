"""Do the numbers of a record agree with one another? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from chapterkit.manuscript.ledger import Ledger, Number
from chapterkit.quantities import find_in_plain


def contradictions(number: Number, ledger: Ledger) -> Iterator[str]:
    """Yield what contradicts a number, one sentence each, whatever its note says.

    A percent must be reachable from its total (and count), a change must be the difference of
    what it is the change of, a derived number must be what the source prints; each within the
    rounding of the digits given.
    """
    for sentence in (_share(number, ledger), _change(number, ledger), _printed(number)):
        if sentence:
            yield sentence


def _half_step(value: Decimal) -> Fraction:
    """Return half of the last digit's place: how far rounding may have moved a value."""
    return Fraction(1, 2) * Fraction(10) ** int(value.as_tuple().exponent)


def _share(number: Number, ledger: Ledger) -> str:
    model = number.model
    if model.of_total is None or isinstance(number.value, tuple):
        return ""
    total = ledger.sibling(number, model.of_total).value
    if isinstance(total, tuple) or total <= 0:
        return f"{number.id} 的 of_total 不是一个正数"
    per = Fraction(100 if number.unit == "%" else 1) / Fraction(total)
    value, slack = Fraction(number.value), _half_step(number.value)
    if model.count:
        count = ledger.sibling(number, model.count).value
        if isinstance(count, tuple):
            return ""
        reached = Fraction(count) * per
    else:
        reached = round(value / per) * per
    if abs(value - reached) <= slack:
        return ""
    nearest = f"{float(reached):.{max(0, -int(number.value.as_tuple().exponent))}f}{number.unit}"
    return f"{number.id} 是 {number.text}，总数 {total} 除不出它，最近的是 {nearest}"


def _change(number: Number, ledger: Ledger) -> str:
    if number.model.change_of is None or isinstance(number.value, tuple):
        return ""
    before, after = (ledger.sibling(number, name).value for name in number.model.change_of)
    if isinstance(before, tuple) or isinstance(after, tuple):
        return ""
    slack = _half_step(number.value) + _half_step(before) + _half_step(after)
    moved = Fraction(after) - Fraction(before)
    if min(abs(moved - Fraction(number.value)), abs(-moved - Fraction(number.value))) <= slack:
        return ""
    return f"{number.id} 是 {number.text}，前后两个数之差却是 {float(moved):g}"


def _printed(number: Number) -> str:
    """Compare a derived number with what the source prints for it."""
    derived, printed = number.model.derived, number.model.printed
    if derived is None or printed is None or isinstance(number.value, tuple):
        return ""
    read = next(iter(find_in_plain(printed, number.units)), None)
    if read is None or not isinstance(read.value, Decimal):
        return ""
    slack = max(_half_step(read.value), _half_step(number.value))
    if abs(abs(Fraction(read.value)) - abs(Fraction(number.value))) <= slack:
        return ""
    return f"{number.id} 算出来是 {number.text}，来源印的是 {printed}"
