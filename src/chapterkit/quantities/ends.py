"""One number with its unit: a quantity by itself, or one end of a range."""

from __future__ import annotations

from decimal import Decimal

from chapterkit.patterns import Late
from chapterkit.quantities.amounts import NUMERAL, Amount
from chapterkit.quantities.model import Draft, Value
from chapterkit.quantities.numerals import DIGITS, scaled
from chapterkit.quantities.units import active, bare_per_end, compound_end, unit_at

SPACES = " \u00a0\u2009\u202f"
_HYPHENED = Late(r"-(?=[a-z]{3})")
_LONE_LATIN = frozenset("AaNxXCcVWJ")
# 1.5 W, 5 V 电源: a lone capital behind a blank is a unit at a clause's end, or before its thing.
_LONE_UNITS = frozenset("AJNVW")
_LONE_ENDS = Late(
    r"[，。；、）).,;:/·⋅]|$| ?[电直交功左额以的和与至到之]|"
    r" (?:and|or|at|of|for|to|from|per|power)\b"
)
_GOES_ON = frozenset("/ 每·⋅∙^⁻¹²³⁴")  # what may follow the first word of a compound unit
_PER_MARKS = ("/", "per ")
_PAID = frozenset(("money", "percent"))  # a price is a price, per whatever
_DECIMAL_BEHIND = frozenset("米度块塊")
_BEHIND = Late(
    r"(?:一?[二三四五六七八九]|[二三四五六七八九]{2})(?![十百千万亿一二三四五六七八九年月日个倍成点到至分角毛厘])"
)
_HALF_AFTER = frozenset(("time", "times", "age", "length", "mass"))
_NO_HALF = "导径球圆夜岛数年月日"


def end_at(text: str, amount: Amount) -> Draft:
    """One number with its unit: a quantity by itself or one end of a range."""
    unit_start, end = unit_span(text, amount.end)
    unit = text[unit_start:end].replace("个多", "个")
    if not unit and text[end : end + 1] == "里" and _is_mile(text, amount):
        unit, end = "里", end + 1
    if unit == "大" and amount.form not in ("small", "range"):
        unit, end = "", amount.end
    value: Value = amount.value
    shape = "range" if isinstance(value, tuple) else "number"
    if unit == "成":
        value, end = _tenths(text, value, end)
    elif unit in ("个", "個") and text[end : end + 1] == "半":
        further = unit_at(text, end + 1)
        if further and active().kind(further) in ("time", "order"):
            end += 1 + len(further)
            unit, value = unit + further, _plus_half(value)
        elif text[end + 1 : end + 2] == "月":
            end += 2
            unit, value = unit + "月", _plus_half(value)
    elif text[end : end + 1] == "半" and unit and active().kind(unit) in _HALF_AFTER:
        if text[end + 1 : end + 2] not in _NO_HALF or end + 1 >= len(text):
            end, value = end + 1, _plus_half(value)
    elif unit in _DECIMAL_BEHIND and (behind := _BEHIND.match(text, end)):
        if isinstance(value, Decimal) and text[amount.start] in NUMERAL:
            end, value = behind.end(), value + _decimals(behind[0])
            unit = "块钱" if unit in "块塊" else unit  # 三块八
    elif unit == "分" and text.startswith("半钟", end):
        end, value, unit = end + 2, _plus_half(value), "分钟"
    elif unit in ("个月",) and text[end : end + 1] == "半":
        end, value = end + 1, _plus_half(value)
    return Draft(amount.start, end, value, unit, shape, vague=amount.form == "vague")


def _is_mile(text: str, amount: Amount) -> bool:
    """八百里秦川: behind a hundred and more in characters, 里 is mostly the unit."""
    value = amount.value
    large = isinstance(value, Decimal) and value >= _MANY and amount.form in ("large", "power")
    return large and text[amount.end + 1 : amount.end + 2] not in _INSIDE


_MANY = 100
_INSIDE = frozenset("面头边有的")


def _decimals(digits: str) -> Decimal:
    """What 七五 adds in 一米七五, 五 in 三十九度五."""
    return Decimal("0." + "".join(str(DIGITS[c]) for c in digits))


def unit_span(text: str, at: int) -> tuple[int, int]:
    """Where the unit after a number stands: start and end, equal if there is none."""
    following = text[at : at + 1]
    start = at
    if following in SPACES and following:
        start = at + 1
        following = text[start : start + 1]
    if following == "-" and start == at and (match := _HYPHENED.match(text, at)):
        unit = unit_at(text, match.end())
        return (match.end(), match.end() + len(unit)) if unit else (at, at)
    units = active()
    per = following == "p" and text.startswith("per ", start) and not units.at(text, start)
    if following == "/" or per:
        end = bare_per_end(text, at)
        return (start, end) if end > at else (at, at)
    if following not in units.first_characters:
        return at, at
    unit = units.at(text, start)
    if not unit or (start > at and unit in _LONE_LATIN and not _stands_alone(text, start, unit)):
        return at, at
    end = start + len(unit)
    if unit in ("个", "個"):
        end = _after_piece(text, end)
    following = text[end : end + 1]
    if following in _GOES_ON and (following != " " or text.startswith(_PER_MARKS, end + 1)):
        end = compound_end(text, end, spoken=units.kind(unit) not in _PAID)
    return start, end


def _stands_alone(text: str, start: int, unit: str) -> bool:
    return unit in _LONE_UNITS and _LONE_ENDS.match(text, start + 1) is not None


def _after_piece(text: str, end: int) -> int:
    """个 takes a following measure into the unit: 512 个 token, 三个小时."""
    at = end + 1 if text[end : end + 1] == " " else end
    if text[at : at + 1] == "多":  # 三个多小时
        if text[at + 1 : at + 2] == "月":
            return at + 2
        at += 1
    further = unit_at(text, at)
    if further and active().kind(further) != "count" and further not in ("度", "里", "×", "参数"):
        return at + len(further)
    return end


def _tenths(text: str, value: Value, end: int) -> tuple[Value, int]:
    """成 as a percentage: 三成 is 30, 六成五 is 65, 三四成 is 30 to 40."""
    if isinstance(value, tuple):
        return (times_ten(value[0]), times_ten(value[1])), end
    if value is None:
        return None, end
    tens = times_ten(value)
    unit_digit = DIGITS.get(text[end : end + 1])
    if unit_digit and text[end + 1 : end + 2] not in NUMERAL and not unit_at(text, end + 1):
        return tens + unit_digit, end + 1
    if text[end : end + 1] == "半":
        return tens + 5, end + 1
    return tens, end


def times_ten(value: Decimal) -> Decimal:
    """Ten times a value, in digits: what 成 says as a percentage."""
    return scaled(f"{value:f}", 1)


def _plus_half(value: Value) -> Value:
    half = Decimal("0.5")
    if isinstance(value, tuple):
        return value[0] + half, value[1] + half
    return None if value is None else value + half
