"""Does the unit of a derived number follow from its parts? Pure."""

# ruff: noqa: PLR0911 (a judgement is a list of cases, each with its own answer)

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from chapterkit.manuscript.ledger import Ledger, Number, parsed
from chapterkit.quantities import Units

Powers = tuple[tuple[str, int], ...]
_SHARES = {"percent": "%", "points": "points"}
_PURE = frozenset(("times", "permille", "permyriad", "basis", "doublings", "order", "discount"))
_COUNTED = frozenset(("count", "tokens", "parameters", "data", "bits", "compute", "own", "decay"))
_DIMENSIONS: dict[str, Powers] = {
    "age": (("time", 1),),
    "area": (("length", 2),),
    "volume": (("length", 3),),
    "frequency": (("time", -1),),
    "power": (("energy", 1), ("time", -1)),
    "force": (("energy", 1), ("length", -1)),
    "pressure": (("energy", 1), ("length", -3)),
}
_ANY_NOUN = frozenset(("个", "项", "种"))
_BITS = "位"  # data are counted in bits, however many a unit of them holds
_PEOPLE = frozenset(("人", "名", "位", "例", "口", "者"))
_MEANS = ("每", "均", "per ")


class Unlike(Exception):  # noqa: N818 (it is what the units are)
    """Two units that cannot be added, named."""


@dataclass(frozen=True)
class Sort:
    """What kind of quantity an expression comes to.

    `dimensions` are what it measures; `nouns` what it counts; `share` is "%", "points", either of
    them, "ratio" or "number" for what has neither. `linear` says that only sums and scales led
    here, so that the unit itself must come back; `size` is how many basic units it is, unknown
    once a literal scaled it. `literal` says that a literal may stand for an amount (365 天), and
    `inverse` that one was divided.
    """

    dimensions: Powers = ()
    nouns: frozenset[str] = frozenset()
    share: str = "number"
    size: tuple[Fraction, Powers] | None = None
    linear: bool = True
    literal: bool = False
    inverse: bool = False
    only_literal: bool = False
    unit: str = ""

    @property
    def pure(self) -> bool:
        """Whether it is a bare factor: nothing measured, nothing counted."""
        return not self.dimensions and not self.nouns


def sort_of(unit: str, units: Units) -> Sort:
    """Return what a unit says of a quantity."""
    scale, base = units.in_base(unit)
    powers: dict[str, int] = {}
    nouns: set[str] = set()
    share = "" if base else "number"
    for name, power in base:
        kind = units.table.get(name, ("", "count"))[1]
        if kind in _SHARES or kind in _PURE:
            share = _SHARES.get(kind, "ratio")
        elif kind in _COUNTED:
            nouns.add(_BITS if kind in ("data", "bits") else name)
        else:
            for dimension, exponent in _DIMENSIONS.get(kind, ((kind, 1),)):
                powers[dimension] = powers.get(dimension, 0) + exponent * power
    return Sort(_sorted(powers), frozenset(nouns), share, (scale, base), unit=unit)


def _sorted(powers: dict[str, int]) -> Powers:
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def misfit(number: Number, ledger: Ledger) -> str:
    """Say why the unit of a derived number cannot follow from its parts; "" if it can."""
    if number.model.derived is None:
        return ""
    try:
        found = _sort(parsed(number.model.derived), number, ledger)
    except Unlike as unlike:
        return f"{number.id} 把{unlike}加减在一起"
    units = number.units
    if found.only_literal or (not found.linear and _declared(number.unit, units)):
        return ""
    if _follows(found, sort_of(number.unit, units), number):
        return ""
    parts = "、".join(
        dict.fromkeys(_shown(ledger.sibling(number, n).unit) for n in number.operands)
    )
    own = f"的单位是{_shown(number.unit)}" if number.unit else "没有写单位"
    return f"{number.id} {own}，由{parts}这样算，得不出来"


def _shown(unit: str) -> str:
    return f"“{unit}”" if unit else "没有单位的数"


def _declared(unit: str, units: Units) -> bool:
    """Whether the book itself declares the unit."""
    names = {one.name for one in units.declared}
    return bool(names & {name for name, _ in units.meaning(unit).parts} or unit in names)


def _sort(node: ast.expr, number: Number, ledger: Ledger) -> Sort:
    match node:
        case ast.Name(id=name):
            return sort_of(ledger.sibling(number, name).unit, number.units)
        case ast.Constant(value=Decimal() as literal):
            ten = not literal or (
                set(f"{literal.normalize():f}") <= set("01.")
                and (f"{literal.normalize():f}".count("1") == 1)
            )
            return Sort(only_literal=True, literal=not ten)
        case ast.UnaryOp(operand=operand):
            return _sort(operand, number, ledger)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _sort(left, number, ledger), _sort(right, number, ledger)
            if isinstance(op, ast.Add | ast.Sub):
                return _sum(a, b, minus=isinstance(op, ast.Sub))
            return _product(a, b) if isinstance(op, ast.Mult) else _quotient(a, b)
    return Sort(only_literal=True)


def _sum(a: Sort, b: Sort, *, minus: bool) -> Sort:
    if a.only_literal or b.only_literal:
        return b if a.only_literal else a
    if not _alike(a, b):
        raise Unlike(f"{_named(a)}和{_named(b)}")
    nouns = (a.nouns & b.nouns) or (a.nouns | b.nouns)
    share = _share_of_sum(a.share, b.share, minus=minus)
    return replace(
        a, nouns=nouns, share=share, linear=a.linear and b.linear,
        size=a.size if a.size == b.size else None, literal=a.literal or b.literal,
        inverse=a.inverse or b.inverse,
    )  # fmt: skip


def _named(sort: Sort) -> str:
    if sort.unit:
        return f"“{sort.unit}”"
    return "“" + "、".join(sorted(sort.nouns) or [sort.share]) + "”"


def _alike(a: Sort, b: Sort) -> bool:
    """Whether two quantities can be added."""
    if a.dimensions != b.dimensions:
        return False
    if a.linear and b.linear and a.size and b.size and _sizes_differ(a, b):
        return False
    shares = {a.share, b.share} & {"%", "points", "either"}
    if shares and any(one.nouns and one.share != "ratio" for one in (a, b)):
        return False
    return not (a.linear and b.linear) or _same_nouns(a.nouns, b.nouns)


def _sizes_differ(a: Sort, b: Sort) -> bool:
    """Whether one is in larger units than the other: 万人 and 人, 小时 and 分钟, GB and MB."""
    assert a.size
    assert b.size
    measured = a.dimensions or (_BITS in a.nouns and _BITS in b.nouns)
    return a.size != b.size if measured else a.size[0] != b.size[0] and not a.pure


def _same_nouns(a: frozenset[str], b: frozenset[str]) -> bool:
    if not a or not b or a & b or (a | b) & _ANY_NOUN:
        return True
    return bool(a & _PEOPLE and b & _PEOPLE)


def _share_of_sum(a: str, b: str, *, minus: bool) -> str:
    if a == b == "%":
        return "points" if minus else "either"
    if a == b == "points":
        return "points"
    if {a, b} == {"%", "points"}:
        return "either"
    return "either" if a and b else a or b


def _scaled(sort: Sort, *, literal: bool) -> Sort:
    return replace(sort, size=None, literal=sort.literal or literal)


def _product(a: Sort, b: Sort) -> Sort:
    if a.only_literal and b.only_literal:
        return replace(a, literal=a.literal or b.literal)
    if a.only_literal or b.only_literal:
        literal, other = (a, b) if a.only_literal else (b, a)
        return _scaled(other, literal=literal.literal)
    if a.pure and b.pure:
        share = "%" if "%" in (a.share, b.share) else "ratio"
        return Sort(share=share, literal=a.literal or b.literal)
    if a.pure or b.pure:
        factor, other = (a, b) if a.pure else (b, a)
        return _scaled(other, literal=factor.literal)
    return _compound(a, b, 1)


def _quotient(a: Sort, b: Sort) -> Sort:
    if b.only_literal:
        return a if a.only_literal else _scaled(a, literal=b.literal)
    if a.only_literal:
        inverse = _compound(Sort(), b, -1)
        return replace(inverse, literal=True, inverse=True)
    if b.pure and not a.pure:
        return _scaled(a, literal=b.literal)
    if b.pure:
        share = a.share if b.share not in ("%", "points", "either") else "ratio"
        return Sort(share=share, literal=a.literal or b.literal, linear=False)
    return _compound(a, b, -1)


def _compound(a: Sort, b: Sort, sign: int) -> Sort:
    powers = dict(a.dimensions)
    for name, power in b.dimensions:
        powers[name] = powers.get(name, 0) + sign * power
    dimensions = _sorted(powers)
    share = "ratio" if sign < 0 and not dimensions else ""
    return Sort(
        dimensions, a.nouns | b.nouns, share, None, linear=False,
        literal=a.literal or b.literal, inverse=a.inverse or b.inverse,
    )  # fmt: skip


def _follows(found: Sort, wanted: Sort, number: Number) -> bool:
    """Whether a quantity of one sort may bear a unit of another."""
    if not _same_dimensions(found, wanted, number):
        return False
    if wanted.dimensions and found.linear and found.size and wanted.size != found.size:
        return False
    if wanted.share == "points":
        return found.share in ("points", "either") or (found.inverse and not found.dimensions)
    if wanted.share == "%":
        return not (found.linear and found.nouns) and found.share not in ("", "points")
    if wanted.pure:
        return found.share not in ("%", "points") and not (wanted.share and found.dimensions)
    if found.linear and not found.nouns and found.share in ("%", "points", "either", "ratio"):
        return False
    if found.linear and found.size and not found.dimensions:
        same_size = found.size[0] == (wanted.size or found.size)[0] or not found.nouns
        return same_size and _same_nouns(found.nouns, wanted.nouns)
    return not found.linear or _same_nouns(found.nouns, wanted.nouns)


def _same_dimensions(found: Sort, wanted: Sort, number: Number) -> bool:
    if found.dimensions == wanted.dimensions:
        return True
    if found.inverse and not wanted.dimensions:
        return True
    over = tuple(one for one in found.dimensions if one[1] > 0)
    if any(word in number.measured for word in _MEANS) and wanted.dimensions == over:
        return not found.linear
    if not found.literal:
        return False
    return over == tuple(one for one in wanted.dimensions if one[1] > 0)
