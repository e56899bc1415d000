"""Does a derived number leave out a factor that its unit asks for: * 100 for %? Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import prod

from chapterkit.manuscript.ledger import Ledger, Number, parsed
from chapterkit.quantities import Units

# What one of them is of the whole.
_SHARES = {
    "percent": Fraction(1, 100),
    "points": Fraction(1, 100),
    "permille": Fraction(1, 1000),
    "permyriad": Fraction(1, 10_000),
    "basis": Fraction(1, 10_000),
    "discount": Fraction(1, 10),
    "times": Fraction(1),
}
_TENTHS = frozenset("成")  # the table has it as 10%, a record writes 7 成
_COUNTED = frozenset(("count", "tokens", "parameters", "own"))
# Kinds that do not grow in step with what they are made of.
_CURVED = frozenset(("doublings", "order", "deviation", "decay"))
# A base that only words tell: 每万人的病例, unit: 例.
_TOLD = re.compile(r"每\s*[\d十百千万萬亿億]|per\s+(?:\d|hundred|thousand|million)", re.IGNORECASE)
_NEAR = Fraction(3, 100)  # 365 days a year, 30 a month
_WHOLE = (1, 10, 100, 1000, 10_000)


class _Unclear(Exception):  # noqa: N818 (it is what the expression is)
    """Nothing can be said of the factors of an expression."""


@dataclass(frozen=True)
class Slip:
    """A factor left out: the message, and what to write."""

    message: str
    hint: str


class _Told(Exception):  # noqa: N818 (it carries what was found)
    """A slip inside an expression."""

    def __init__(self, message: str, hint: str) -> None:
        self.slip = Slip(message, hint)


@dataclass(frozen=True)
class _Part:
    """A part of an expression.

    `one` is how much one of its value is in basic units, what was counted left aside; `base` are
    these units. `factors` are the literals that it was multiplied by; `is_share` tells that it
    surely is a part of a whole, or a ratio; `literal` holds the value of a bare literal.
    """

    one: Fraction = Fraction(1)
    base: tuple[tuple[str, int], ...] = ()
    counted: bool = False
    factors: tuple[Fraction, ...] = ()
    is_share: bool = False
    literal: Fraction | None = None

    @property
    def raw(self) -> Fraction:
        """What one would be without the literals."""
        return self.one * prod(self.factors, start=Fraction(1))

    @property
    def is_pure(self) -> bool:
        """Whether it measures and counts nothing."""
        return not self.base and not self.counted


def left_out(number: Number, ledger: Ledger) -> Slip | None:
    """Return the factor that the expression of a derived number lacks for its unit; None if none.

    award / claim with the unit % lacks * 100, amount * rate of a rate in % lacks / 100. Literals
    may stand for amounts (a / b * 2); what they make of it is given the benefit of the doubt.
    """
    names = (number, *(ledger.sibling(number, name) for name in number.operands))
    if number.model.derived is None or any(_TOLD.search(one.measured) for one in names):
        return None
    try:
        found = _part(parsed(number.model.derived), number, ledger)
        wanted = _of_unit(number.unit, number.units)
    except _Unclear:
        return None
    except _Told as told:
        return replace(told.slip, message=f"{number.id} {told.slip.message}")
    bare = wanted.is_share and not found.is_share and found.is_pure  # it may be a percentage
    if bare or found.literal is not None or found.base != wanted.base:
        return None
    missing = _missing(found, wanted)
    return _slip(number, missing) if missing else None


def _missing(found: _Part, wanted: _Part) -> Fraction | None:
    """Return the factor that is missing between a part and the unit that it shall have."""
    missing, needed = found.one / wanted.one, found.raw / wanted.one
    if missing == 1 or (found.factors and abs(missing - 1) < _NEAR):
        return None
    tens = prod((one for one in found.factors if _is_ten(one)), start=Fraction(1))
    others = [one for one in found.factors if not _is_ten(one)]
    if needed == 1:  # the literals are amounts, but a share is no hundred times itself
        doubled = wanted.is_share and found.is_share and not others and tens not in _FEW
        return missing if doubled else None
    if tens == needed or any(_may_hold(one) for one in others):
        return None
    return needed / tens if _is_ten(needed) else (None if others else missing)


_FEW = (1, 10, Fraction(1, 10))


def _is_ten(factor: Fraction) -> bool:
    """Tell whether a factor is a power of ten."""
    larger = max(abs(factor), 1 / abs(factor))
    digits = str(larger.numerator)
    return larger.denominator == 1 and digits.rstrip("0") == "1"


def _may_hold(factor: Fraction) -> bool:
    """Tell whether a literal may hold a power of ten besides an amount: 300, 3600, 7.1."""
    larger = max(abs(factor), 1 / abs(factor))
    return larger.denominator != 1 or larger % 10 == 0


def _slip(number: Number, missing: Fraction) -> Slip:
    derived = (number.model.derived or "").strip()
    whole = parsed(derived)
    inner = f"({derived})" if _is_sum(whole) else derived
    mended = f"{inner} {_factor(missing)}"
    unit = f"单位是“{number.unit}”" if number.unit else "没有单位"
    message = f"{number.id} 的 derived 少了换算：{unit}，式子里要有 {_factor(missing)}"
    return Slip(message, f"写成 derived: {mended}；或者改正 unit")


def _is_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def _factor(missing: Fraction) -> str:
    if missing.denominator == 1:
        return f"* {missing.numerator}"
    if missing.numerator == 1:
        return f"/ {missing.denominator}"
    return f"* {missing.numerator} / {missing.denominator}"


def _of_unit(unit: str, units: Units) -> _Part:
    """Return what one of a unit is."""
    if unit in _TENTHS:
        return _Part(Fraction(1, 10), is_share=True)
    one, base = units.in_base(unit)
    kept: list[tuple[str, int]] = []
    counted = shared = False
    for name, power in base:
        kind = units.table.get(name, ("", "count"))[1]
        if kind in _CURVED:
            raise _Unclear
        if kind in _SHARES:
            one *= _SHARES[kind] ** power
            shared = True
        elif kind in _COUNTED:
            counted = True
        else:
            kept.append((name, power))
    return _Part(one, tuple(kept), counted, is_share=shared and not kept and not counted)


def _part(node: ast.expr, number: Number, ledger: Ledger) -> _Part:
    match node:
        case ast.Name(id=name):
            return _of_unit(ledger.sibling(number, name).unit, number.units)
        case ast.Constant(value=Decimal() as literal):
            return _constant(Fraction(literal))
        case ast.UnaryOp(operand=operand):
            return _part(operand, number, ledger)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _part(left, number, ledger), _part(right, number, ledger)
            if isinstance(op, ast.Add | ast.Sub):
                return _sum(a, b)
            return _product(a, b, 1 if isinstance(op, ast.Mult) else -1)
    raise _Unclear


def _constant(value: Fraction) -> _Part:
    if not value:
        raise _Unclear
    return _Part(literal=value, factors=(value,))


def _sum(a: _Part, b: _Part) -> _Part:
    if a.literal is not None or b.literal is not None:
        return _with_literal(a, b)
    if a.base == b.base and a.is_pure == b.is_pure and _surely_differ(a, b):
        times = max(a.one / b.one, b.one / a.one)
        message = f"把相差 {_shown(times)} 倍的两种数加减在一起，没有换算"
        raise _Told(message, "先换成同一个单位：比值乘 100 才是 %")
    return replace(a, factors=(*a.factors, *b.factors), is_share=a.is_share and b.is_share)


def _surely_differ(a: _Part, b: _Part) -> bool:
    """Tell whether two parts are in different units, whatever their literals stand for."""
    known = not a.is_pure or (a.is_share and b.is_share)
    return known and a.one != b.one and _are_scales((*a.factors, *b.factors))


def _are_scales(factors: Sequence[Fraction]) -> bool:
    """Tell whether literals do nothing but scale."""
    return all(_is_ten(one) and one not in _FEW[1:] for one in factors)


def _with_literal(a: _Part, b: _Part) -> _Part:
    """Return a sum with a literal: 100 - rate is what is left of the whole, 1 - rate is not."""
    bare, other = (a, b) if a.literal is not None else (b, a)
    if other.literal is not None:
        raise _Unclear
    assert bare.literal is not None
    whole = 1 / other.one
    if other.is_share and bare.literal in _WHOLE and whole in _WHOLE:
        if bare.literal != whole and _are_scales(other.factors):
            message = f"把 {_shown(bare.literal)} 和以 {_shown(whole)} 为整体的数加减在一起"
            raise _Told(message, f"整体写 {_shown(whole)}，不写 {_shown(bare.literal)}")
        return other
    return replace(other, is_share=False) if other.is_pure else other


def _shown(value: Fraction) -> str:
    return f"{float(value):g}" if value.denominator != 1 else str(value.numerator)


def _product(a: _Part, b: _Part, sign: int) -> _Part:
    """Return a product, or with a negative sign a quotient."""
    if sign < 0:
        b = _inverse(b)
    both = a.literal * b.literal if a.literal is not None and b.literal is not None else None
    base = dict(a.base)
    for name, power in b.base:
        base[name] = base.get(name, 0) + power
    kept = tuple(sorted((name, power) for name, power in base.items() if power))
    ratio = sign < 0 and a.literal is None and b.literal is None and not kept
    return _Part(
        _one(a) * _one(b),
        kept,
        (a.counted or b.counted) and not ratio,
        (*a.factors, *b.factors),
        ratio or (_is_factor(a) and _is_factor(b)),
        both,
    )


def _one(part: _Part) -> Fraction:
    """Return what one of a part is; of a literal, what one of what it scales becomes."""
    return part.one if part.literal is None else 1 / part.literal


def _is_factor(part: _Part) -> bool:
    return part.is_share or part.literal is not None


def _inverse(part: _Part) -> _Part:
    return replace(
        part,
        one=1 / part.one,
        base=tuple((name, -power) for name, power in part.base),
        factors=tuple(1 / one for one in part.factors),
        literal=None if part.literal is None else 1 / part.literal,
    )
