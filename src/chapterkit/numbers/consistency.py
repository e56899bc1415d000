"""Do the numbers of a record agree with one another? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from chapterkit.manuscript.ledger import Ledger, Number, with_unit
from chapterkit.manuscript.pairs import Pair
from chapterkit.patterns import Late
from chapterkit.quantities import find_in_plain, unit_kind


def contradictions(number: Number, ledger: Ledger) -> Iterator[str]:
    """Yield what contradicts a number, one sentence each, whatever its note says.

    A percent must be reachable from its total (and count), a change must be the difference of
    what it is the change of (or, in percent or times, relative to the first), a derived number must
    be what the source prints; each within the rounding of the digits given.
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
    """Compare a change with what it is the change of: as a difference, or relative to the first."""
    if number.model.change_of is None or isinstance(number.value, tuple):
        return ""
    first, last = (ledger.sibling(number, name) for name in number.model.change_of)
    if isinstance(first.value, tuple) or isinstance(last.value, tuple):
        return ""
    before, after = Fraction(first.value), Fraction(last.value)
    said, slack = abs(Fraction(number.value)), _half_step(number.value)
    rounded = (_half_step(first.value), _half_step(last.value))
    coarser = sum((half for half in rounded if half > slack), start=Fraction())
    if abs(abs(after - before) - said) <= slack + coarser and _is_difference(number, first):
        return ""
    whole = _RELATIVE.get(unit_kind(number.unit, number.units))
    if whole is None or not before:
        return f"{number.id} 是 {number.text}，前后两个数之差却是 {float(after - before):g}"
    grown = (after - before) / before
    # Both ends are rounded, and so what a paper computes from the unrounded ones may differ.
    loose = (rounded[0] * (1 + abs(grown)) + rounded[1]) / abs(before)
    ratios = (grown, after / before) if whole == 1 else (grown,)
    if any(abs(abs(one) * whole - said) <= slack + loose * whole for one in ratios):
        return ""
    found = with_unit(f"{float(grown * whole):.4g}", number.unit)
    return f"{number.id} 是 {number.text}，前后两个数相差却是前一个的 {found}"


# A change told as a part of the first number: in percent, or in times.
_RELATIVE = {"percent": 100, "times": 1}


def _is_difference(number: Number, first: Number) -> bool:
    """Tell whether a change is in a unit that a difference may have: 个, or 个百分点 of two %."""
    kind, own = unit_kind(number.unit, number.units), unit_kind(first.unit, number.units)
    return kind == own or kind not in _RELATIVE


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


def is_turned_round(number: Number) -> bool:
    """Tell whether a value pair begins with its larger end: no range does, but a ratio may."""
    return isinstance(number.value, tuple) and number.value[0] > number.value[1]


def is_pair(number: Number) -> bool:
    """Tell whether the record itself says that a value pair is a ratio or a product, no range."""
    if isinstance(number.value, Pair):
        return True
    said = f"{number.measured}{number.model.printed or ''}{''.join(number.model.equals)}"
    return _PAIR.search(said) is not None


_PAIR = Late(
    r"之比|[配价宽高]比|比分|\d ?[:：∶×✕xX*/比] ?\d|分辨率|解析度|尺寸|规格|規格|画幅|畫幅|长宽"
    r"|長寬|\b(?:ratio|size|resolution)\b"
)
