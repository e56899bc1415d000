"""What an author meant by a value that is no number: 1,280, 86.4 万元, 12～15. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

from chapterkit.quantities import find_in_plain

_GROUPED = re.compile(r"[+\-−]?\d{1,3}(?:[,，' \u00a0\u2009\u202f]\d{3})+(?:\.\d+)?")
_MEASURED = re.compile(
    r"(?P<sign>[^\d\s.+\-−]{0,5}\.?)\s*(?P<digits>[+\-−]?\d[\d,，]*(?:\.\d+)?)\s*(?P<unit>\D{0,20})"
)
_ENDS = re.compile(r"([+\-−]?\d+(?:\.\d+)?)\s*(?:-|–|—|~|～|至|到|to)\s*([+\-−]?\d+(?:\.\d+)?)")
_HALVES = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_MIXED = re.compile(r"(?P<whole>\d*)\s?(?P<part>[½¼¾])\s*(?P<unit>\D{0,20})")
_SEVERAL = re.compile(r"\d+(?:\.\d+)?(?:\s*[:：∶]\s*\d+(?:\.\d+)?){2,}")
_HEDGES = frozenset(
    (
        "约",
        "大约",
        "近",
        "将近",
        "超过",
        "不到",
        "不足",
        "至少",
        "~",
        "～",
        "≈",
        ">",
        "<",
        "≥",
        "≤",
        "±",
        "c.",
        "ca.",
        "circa",
        "about",
        "over",
        "under",
    )
)


def way_out(text: str) -> str:
    """Return what to write in the place of a text that is no number.

    >>> way_out("1,280"), way_out("86.4 万元")
    ('去掉分节号：1280', '数和单位分开写：value: 86.4, unit: 万元')
    """
    text = text.strip().translate(_NARROW)
    if _GROUPED.fullmatch(text):
        return f"去掉分节号：{_digits(text)}"
    if ends := _ENDS.fullmatch(text):
        return f"两端写成列表：[{_digits(ends[1])}, {_digits(ends[2])}]"
    if _SEVERAL.fullmatch(text):
        return "比只写两项，如 4:3；再多的，一项一条记录"
    if text[:1] in "−﹣" and _is_number(_digits(text)):
        return f"负号写成 -：{_digits(text)}"
    if mixed := _MIXED.fullmatch(text):
        whole = Decimal(mixed["whole"] or 0) + _HALVES[mixed["part"]]
        return f"写成小数：{_apart(f'{whole:f}', mixed['unit'])}"
    return _measured(text) or _spelled(text) or "例如 15.0"


def _measured(text: str) -> str:
    """Return the way out of a value with a unit, or with 约 and the like."""
    measured = _MEASURED.fullmatch(text)
    if measured and measured["sign"] in _HEDGES:
        apart = _apart(measured["digits"], measured["unit"])
        return f"只写数：{apart}；来源印的“{text}”写进 printed:"
    if measured and (unit := measured["unit"] or measured["sign"]).strip():
        return f"数和单位分开写：{_apart(measured['digits'], unit)}"
    return ""


def _spelled(text: str) -> str:
    """Return the way out of a number in words."""
    found = find_in_plain(text)
    if len(found) == 1 and found[0].text == text and isinstance(found[0].value, Decimal):
        return f"用数字写：{_apart(f'{found[0].value:f}', found[0].unit)}"
    return ""


def _apart(digits: str, unit: str) -> str:
    """Return what a record says of a number: its digits, and the unit by itself."""
    unit = unit.strip()
    shown = f'"{unit}"' if unit and not unit[0].isalpha() else unit
    return f"value: {_digits(digits)}" + (f", unit: {shown}" if unit else "")


# Full-width digits, stops and signs.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF0B, 0xFF1A)} | {0xFF0C: ",", 0xFF05: "%"}


def _digits(text: str) -> str:
    return re.sub(r"[,，'\s]", "", text).replace("−", "-")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", text) is not None
