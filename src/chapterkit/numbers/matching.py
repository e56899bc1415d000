"""Is this quantity that number? Value, unit kind, direction and precision: pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING

from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.pairs import Pair
from chapterkit.numbers.limits import sets_limit
from chapterkit.numbers.saying import Place, Saying, is_comparison, is_limit, saying
from chapterkit.quantities import (
    Quantity,
    Units,
    converted,
    find_in_plain,
    same_quantity,
    unit_kind,
)
from chapterkit.quantities.traditional import simplified
from chapterkit.values import light

if TYPE_CHECKING:
    from chapterkit.manuscript.records import Value

# 提升了四倍 adds four times, 提升到四倍 ends at four times: words that make a multiple an addition.
_ADDS = ("增加", "增长", "提升", "提高", "上升", "多", "高出", "升", "涨", "扩大", "翻")
_ENDS_AT = ("到", "至", "为", "成")
_MAGNITUDE = re.compile(
    r"[万亿千百十成KMBk万億]|illion|hundred|thousand|\d ?(?:[mbt]n|[mb]ln|trn|T)\b"
    r"|[$¥€£₩] ?[\d.,–-]+ ?m\b"
)
_SHARES = {"percent": 100, "permille": 1000, "permyriad": 10_000}
_MINUS = str.maketrans("−－﹣", "---")


@light
class Claim:
    """A quantity, and the text that it stands in: only the words round it tell what is meant.

    `places` are where the numbers of the text stand.
    """

    quantity: Quantity
    text: str
    places: tuple[Place, ...] = ()

    @cached_property
    def said(self) -> Saying:
        """What the words round it say of it."""
        return saying(self.text, self.quantity.start, self.quantity.end, self.quantity)

    @cached_property
    def sets_limit(self) -> bool:
        """Whether its bound is a rule's or a condition's, and no claim of what was measured."""
        return sets_limit(self.text, self.quantity.start, self.quantity.end)

    @cached_property
    def may_be_share(self) -> bool:
        """Whether it may be a part of a whole: 10%, 0.1, 1/10."""
        value = self.quantity.value
        if isinstance(value, tuple):
            return self.quantity.shape == "fraction"
        return value is not None and (self.quantity.kind in _SHARES or abs(value) < 1)

    @cached_property
    def body(self) -> str:
        """Its own characters, without blanks."""
        return _squeezed(self.quantity.text)


def backs(number: Number, claim: Claim) -> bool:
    """Tell whether a recorded number is what a typed quantity says.

    The very characters of the record always are (`printed`, its own dress). Else the value must
    be equal after units and dress, the kind of unit equal (percent is never percentage points),
    and the direction of multiples. What the table of units converts exactly is equal (500 毫秒,
    0.5 秒), and so are all spellings of a share (10%, 0.1, 1/10). Fewer digits are accepted only
    where the text says 约 and the like, by rounding; a bound only where it is true and as near as
    its digits allow; what names no value (上百人) never.
    """
    return _prints(number, claim) or _same(number, claim) or _rounded(number, claim)


def same_unit(number: Number, quantity: Quantity) -> bool:
    """Tell whether a recorded number has the unit that a typed quantity has."""
    units = number.units
    return units.meaning(number.unit).parts == units.meaning(_said(number, quantity)).parts


def _prints(number: Number, claim: Claim) -> bool:
    """Tell whether the source prints the very characters, and what makes them a bound or vague."""
    printed = number.model.printed
    return printed is not None and _stands(_squeezed(printed), claim)


def _stands(form: str, claim: Claim) -> bool:
    """Tell whether what a record has, and what holds the quantity, stands there in the text."""
    if claim.body not in form:
        return False
    start, end, reach = claim.quantity.start, claim.quantity.end, 3 * len(form) + 10
    before = _squeezed(claim.text[max(0, start - reach) : start])
    after = _squeezed(claim.text[end : end + reach])
    for found in re.finditer(re.escape(claim.body), form):
        head, tail = form[: found.start()], form[found.end() :]
        if before.endswith(head) and after.startswith(tail):
            word = _squeezed(claim.said.word)
            if simplified(head).endswith(word) or simplified(tail).startswith(word):
                return True
    return False


@lru_cache(maxsize=4096)
def _squeezed(text: str) -> str:
    return "".join(text.translate(_MINUS).split())


def _same(number: Number, claim: Claim) -> bool:
    """Tell whether the values are one, and the words say neither less nor more."""
    quantity = claim.quantity
    if not (
        _equal(number, quantity)
        or (quantity.value == number.value and _same_noun(number, claim))
        or (claim.may_be_share and _same_share(number, quantity))
    ):
        return False
    if claim.said.vague or not same_direction(number, quantity):
        return False
    bound = claim.said.bound
    if not bound or bound in "≥≤" or is_limit(number.measured) or claim.sets_limit:
        return True
    return _compares(claim, number)


def _compares(claim: Claim, number: Number) -> bool:
    """Tell whether the text compares a number before this one with it: 只有 3.4%，低于 11.5%."""
    one = claim.quantity
    if not isinstance(one.value, Decimal):
        return False
    place = Place(one.start, one.end, one.value, one.unit)
    return is_comparison(claim.text, place, claim.said.bound, claim.places, number.units)


def _equal(number: Number, quantity: Quantity) -> bool:
    typed = _said(number, quantity)
    return any(converted(quantity.value, typed, *one, number.units) for one in _spellings(number))


def _same_share(number: Number, quantity: Quantity) -> bool:
    """Tell whether both are one share of a whole: 10%, 0.1, 1/10, 十分之一."""
    typed = _share(quantity.value, quantity.unit, quantity.shape, number.units)
    return typed is not None and any(
        _share(value, unit, _shape(value), number.units) == typed
        for value, unit in _spellings(number)
    )


def _shape(value: Value) -> str:
    """Return whether a recorded value is a fraction, or a number or range, which equal it."""
    return "fraction" if isinstance(value, Pair) and value.sign == "/" else "number"


@lru_cache(maxsize=4096)
def _share(value: Value | None, unit: str, shape: str, units: Units) -> Fraction | None:
    """Return what part of a whole a value says; None for what says none."""
    if isinstance(value, tuple):
        fraction = shape == "fraction" and not unit and value[1]
        return Fraction(value[0]) / Fraction(value[1]) if fraction else None
    if value is None or abs(value.adjusted()) > _MOST_POWERS:
        return None
    if whole := _SHARES.get(unit_kind(unit, units)):
        return Fraction(value) / whole
    return Fraction(value) if not unit and 0 < abs(value) < 1 else None


def _same_noun(number: Number, claim: Claim) -> bool:
    """Tell whether one is the other with its noun (2000 个 token, 2000 个), or its very dress."""
    if _stands(_squeezed(number.text), claim):
        return True
    quantity, units = claim.quantity, number.units
    own, typed = (_squeezed(simplified(one)) for one in (number.unit, quantity.unit))
    if typed.startswith(own) and _counts(own, typed, units):
        return True
    counted = unit_kind(own, units) in _COUNTED
    if own.startswith(typed) and _counts(typed, own, units):
        noun = own.removeprefix(typed)
    elif typed == "个" and counted:
        noun = own
    else:
        return False
    following = simplified(claim.text[quantity.end : quantity.end + 1])
    return not following.isalpha() or noun in _squeezed(simplified(claim.text))


def _counts(word: str, unit: str, units: Units) -> bool:
    """Tell whether a unit is a word that counts, and a noun: 名志愿者 is 名, 个月 is not 个."""
    kinds = unit_kind(word, units), unit_kind(unit, units)
    return word in units.table and kinds[0] == "count" and kinds[1] in {"count", *_COUNTED}


_HALVES = ("一半", "半数", "半數", "half", "ahalf")
_COUNTED = ("tokens", "parameters")
_MOST_POWERS = 60


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
    """Tell whether the text does not turn round what a multiple is.

    提升到四倍 is not what a record calls an addition, nor is 下降了四倍. A record that says
    neither is right either way.
    """
    change = quantity.change
    if not change or unit_kind(quantity.unit, number.units) != "times":
        return True
    words = number.of + (number.when or "")
    adds = any(
        word in words for word in ("增幅", "升幅", "涨幅", "增加", "增长", "提高", "高出", "多出")
    )
    return not adds or (change.startswith(_ADDS) and not change.endswith(_ENDS_AT))


def _rounded(number: Number, claim: Claim) -> bool:
    """Tell whether the text says that it rounds, and the record's value rounds to what it says."""
    quantity = claim.quantity
    if not (claim.said.about or claim.said.bound) or claim.said.vague:
        return False
    if not isinstance(quantity.value, Decimal) or claim.body in _HALVES:
        return _nearly(number, claim)
    if quantity.value == 0 or abs(quantity.value.adjusted()) > _MOST_POWERS:
        return False
    if not same_direction(number, quantity):
        return False
    typed, units = _said(number, quantity), number.units
    for value, unit in _spellings(number):
        if isinstance(value, Decimal) and units.meaning(unit).parts == units.meaning(typed).parts:
            ratio = units.meaning(unit).scale / units.meaning(typed).scale
            if _rounds(Fraction(value) * ratio, claim):
                return True
    return False


def _rounds(value: Fraction, claim: Claim) -> bool:
    """Tell whether a value comes to what is said by its words: rounded, or the nearest bound."""
    said, step = _digits_said(claim.quantity)
    steps = value / step
    low, high = floor(steps) * step == said, ceil(steps) * step == said
    match claim.said.bound:
        case ">" | "≥":
            return low and value > said
        case "<" | "≤":
            return high and value < said
    sign = 1 if value >= 0 else -1
    return claim.said.about and sign * floor(abs(steps) + Fraction(1, 2)) * step == said


def _digits_said(quantity: Quantity) -> tuple[Fraction, Fraction]:
    """Return the value that the text says and the step of its last digit."""
    assert isinstance(quantity.value, Decimal)
    exponent = int(quantity.value.as_tuple().exponent)
    if _MAGNITUDE.search(quantity.text):  # 约 1.2 万: its digits are 1 and 2
        exponent = _last_digit(quantity.value)
    return Fraction(quantity.value), Fraction(10) ** exponent


def _last_digit(value: Decimal) -> int:
    """Return the power of ten of the last digit that is not zero."""
    _, digits, exponent = value.as_tuple()
    shown = "".join(map(str, digits))
    return int(exponent) + len(shown) - len(shown.rstrip("0"))


def _nearly(number: Number, claim: Claim) -> bool:
    """Tell whether 约三分之一, 将近一半 is a record's share, to a hundredth."""
    quantity = claim.quantity
    said = _share(quantity.value, quantity.unit, quantity.shape, number.units)
    if said is None:
        return False
    shares = (
        _share(value, unit, _shape(value), number.units) for value, unit in _spellings(number)
    )
    near = any(one is not None and abs(one - said) <= Fraction(1, 100) for one in shares)
    return near and claim.said.about


def backing(claim: Claim, numbers: Iterable[Number]) -> list[Number]:
    """Return the numbers that back a quantity."""
    return [number for number in numbers if backs(number, claim)]


def says_the_same(number: Number, quantity: Quantity) -> bool:
    """Tell whether a number, printed in the place of a quantity, says what that says.

    10% says what 十分之一 says; 0.1 in its place would be read as something else.
    """
    if converted(quantity.value, _said(number, quantity), number.value, number.unit, number.units):
        return True
    return unit_kind(number.unit, number.units) == "percent" and _same_share(number, quantity)


def same_but_for_words(claim: Claim, numbers: Iterable[Number]) -> list[Number]:
    """Return the numbers that have the value of a quantity, whatever the words make of it."""
    return [
        number
        for number in numbers
        if _equal(number, claim.quantity) or _same_share(number, claim.quantity)
    ]


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
