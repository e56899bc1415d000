"""How figures, tables and sections are numbered, in whatever numerals: 2, II, 二, A.1, 2-1, S3.

Table II, TABLE 2, 表二 and 表 2 are one place; Supplementary Table 2 and 附表 2 are another (S2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from chapterkit.quantities import parse_chinese, to_chinese

_HAN_DIGITS = "〇零一二三四五六七八九十百"
_ROMAN_NUMERAL = r"(?=[IVXL])(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
HAN_NUMBER = rf"[{_HAN_DIGITS}]{{1,5}}(?![{_HAN_DIGITS}千万亿点])"
ROMAN_NUMBER = rf"{_ROMAN_NUMERAL}(?![A-Za-z])"
NUMBER = (
    rf"(?:[A-Z]?[.-]?\d{{1,3}}(?:[.-]\d{{1,2}}(?!\d))?|{ROMAN_NUMBER}|{HAN_NUMBER}"
    r"(?![分万千个种类])(?:[.-]\d{1,2})?)"
)
APART = r"Supplementary|Supplemental|SUPPLEMENTARY|Supporting|Extended Data|Appendix|附|补充"

_ROMAN_STEPS = (
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def to_roman(value: int) -> str:
    """Return a number from 1 to 89 in Roman numerals.

    >>> to_roman(2), to_roman(14), to_roman(49)
    ('II', 'XIV', 'XLIX')
    """
    text = ""
    for step, letters in _ROMAN_STEPS:
        while value >= step:
            text += letters
            value -= step
    return text


def from_roman(text: str) -> int:
    """Return the value of a Roman numeral up to 89, or 0 for a text that is none.

    >>> from_roman("XIV"), from_roman("IIII"), from_roman("Oral")
    (14, 0, 0)
    """
    if not text or not re.fullmatch(_ROMAN_NUMERAL, text):
        return 0
    return next(value for value in range(1, 90) if to_roman(value) == text)


def arabic(number: str, apart: str = "") -> str:
    """Return a printed number in Arabic digits; S before what is numbered `apart` (附, Appendix).

    >>> arabic("II"), arabic("十二"), arabic("A.1"), arabic("二-3"), arabic("2", "附")
    ('2', '12', 'A.1', '2-3', 'S2')
    """
    first, dash, rest = re.fullmatch(r"([^.\-]*)([.-]?)(.*)", number).groups()  # type: ignore[union-attr]
    if value := from_roman(first):
        first = str(value)
    elif first and first[0] in _HAN_DIGITS:
        first = str(int(parse_chinese(first)))
    return ("S" if apart and first[:1].isdigit() else "") + first + dash + rest


def key(number: str) -> str:
    """Return what two numbers of one place have in common: A1 is A.1, 2-1 is 2.1.

    >>> key("A1"), key("A.1"), key("2-1"), key("12")
    ('A.1', 'A.1', '2.1', '12')
    """
    return re.sub(r"^([A-Z])\.?(?=\d)", r"\1.", number.replace("-", "."))


def spellings(number: str) -> Iterator[str]:
    """Yield patterns of all ways to print the number of a figure or table."""
    yield rf"{re.escape(number).replace('-', '[.-]')}(?!\d|\.\d)"
    if number.isdigit() and 0 < int(number) < 90:
        yield rf"{to_roman(int(number))}(?![A-Za-z])"
        yield rf"{to_chinese(Decimal(number))}(?![{_HAN_DIGITS}])"
