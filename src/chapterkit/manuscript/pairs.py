"""Two numbers that are one value, and no range: 4:3, 1280×720, 3/8. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = r"\s*([+\-]?\d+(?:\.\d+)?)\s*"
_WRITTEN = re.compile(rf"{_NUMBER}([:：∶×✕xX*/]){_NUMBER}")
_SIGNS = {"：": ":", "∶": ":", "✕": "×", "x": "×", "X": "×", "*": "×"}
_CALLED = {":": "比", "×": "乘积", "/": "分数"}


class Pair(tuple[Decimal, Decimal]):
    """A ratio, a product or a fraction, as it is written: `sign` is :, × or /.

    It equals the two numbers, whatever stands between them.
    """

    __slots__ = ()
    sign: str

    def __new__(cls, first: Decimal, second: Decimal, sign: str) -> Pair:
        """Return the pair of a sign, one of `:`, `×` and `/`."""
        made: Pair = tuple.__new__(_OF_SIGN[sign], (first, second))
        return made

    def __getnewargs__(self) -> tuple[Decimal, Decimal, str]:
        """Return what it is made of again when it was sent to another process."""
        return (*self, self.sign)

    @property
    def called(self) -> str:
        """What it is: a ratio, a product, a fraction."""
        return _CALLED[self.sign]


class _Ratio(Pair):
    __slots__ = ()
    sign = ":"


class _Product(Pair):
    __slots__ = ()
    sign = "×"


class _Fraction(Pair):
    __slots__ = ()
    sign = "/"


_OF_SIGN: dict[str, type[Pair]] = {one.sign: one for one in (_Ratio, _Product, _Fraction)}


def written_apart(text: str) -> tuple[str, str, str] | None:
    """Return the first number of a pair, its sign and the second, as written; None for no pair.

    >>> written_apart("4∶3"), written_apart("1280 x 720"), written_apart("3/8")
    (('4', ':', '3'), ('1280', '×', '720'), ('3', '/', '8'))
    >>> written_apart("3:2:1"), written_apart("4-3")
    (None, None)
    """
    found = _WRITTEN.fullmatch(text)
    return found and (found[1], _SIGNS.get(found[2], found[2]), found[3])


def called(value: object) -> str:
    """Return what two numbers that are one value are: a range, or what a pair is.

    >>> called((Decimal(1), Decimal(2))), called(Pair(Decimal(4), Decimal(3), ":"))
    ('范围', '比')
    """
    return value.called if isinstance(value, Pair) else "范围"
