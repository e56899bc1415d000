"""Chinese numerals, both ways: `parse_chinese` and `to_chinese`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache

DIGITS = {c: n for n, group in enumerate(
    ("零〇", "一壹幺", "二两贰兩貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
) for c in group}  # fmt: skip
SMALL_POWERS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
LARGE_POWERS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
POWERS = SMALL_POWERS | LARGE_POWERS
CAPITAL = "壹贰貳叁參肆伍陆陸柒捌玖拾佰仟"
_PLAIN = str.maketrans(
    "壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億兩〇", "一二二三三四五六六七八九十百千万亿两零"
)
_WRITTEN = "零一二三四五六七八九"
LONGEST = 40  # characters; no numeral in prose is longer, and it bounds the recursion below


def parse_chinese(text: str) -> Decimal:
    """The value of a Chinese numeral; `ValueError` if it is none.

    >>> parse_chinese("一万二千")
    Decimal('12000')
    >>> parse_chinese("十一点五")
    Decimal('11.5')
    >>> parse_chinese("两千五")
    Decimal('2500')
    >>> parse_chinese("负三百零六")
    Decimal('-306')
    """
    value = _parse(text)
    if value is None:
        raise ValueError(f"not a Chinese numeral: {text!r}")
    return value


@lru_cache(maxsize=4096)
def _parse(text: str) -> Decimal | None:
    if not text or len(text) > LONGEST:
        return None
    if text[0] == "负":
        value = _parse(text[1:])
        return None if value is None or text[1:2] == "负" else -value
    plain = text.translate(_PLAIN).replace("廿", "二十").replace("卅", "三十")
    whole, point, fraction = plain.partition("点")
    if not point:
        number = _whole(whole)
        return None if number is None else Decimal(number)
    tail = fraction.rstrip("十百千万亿")
    scale = _power(fraction[len(tail) :])
    number = _whole(whole)
    if number is None or scale is None or not tail or any(c not in DIGITS for c in tail):
        return None
    decimals = "".join(str(DIGITS[c]) for c in tail)
    return scaled(f"{number}.{decimals}", scale)


def scaled(number: str, power: int) -> Decimal:
    """A decimal number in digits times ten to `power`, written out without an exponent.

    >>> scaled("3.6", 4)
    Decimal('36000')
    >>> scaled("15.0", 0)
    Decimal('15.0')
    """
    if power == 0:
        return Decimal(number)
    sign = "-" if number.startswith("-") else ""
    whole, _, fraction = number.lstrip("-").partition(".")
    fraction = fraction.ljust(power, "0")
    rest = fraction[power:].rstrip("0")
    moved = (whole + fraction[:power]).lstrip("0") or "0"
    return Decimal(f"{sign}{moved}.{rest}" if rest else f"{sign}{moved}")


def decimal_or_none(text: str) -> Decimal | None:
    """A `Decimal`, or `None` for what is too long or too large to be one in prose."""
    if len(text) > 64:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _power(text: str) -> int | None:
    """The power of ten that a run of magnitudes names: 万 is 4, 百万 is 6, nothing is 0."""
    if not text:
        return 0
    number = _whole(text)
    digits = str(number)
    return None if number is None or digits.strip("0") != "1" else len(digits) - 1


def power_of(text: str) -> int | None:
    """The power of ten of 万, 亿, 百万, 万亿, …; `None` if the text names none.

    >>> power_of("百万")
    6
    """
    return _power(text) if len(text) <= 4 else None


def _whole(text: str) -> int | None:
    if all(c in DIGITS for c in text):
        return _spelt(text)
    for mark, size in (("亿", 10**8), ("万", 10**4)):
        if mark in text:
            left, _, right = text.rpartition(mark)
            head = 1 if not left else _whole(left)
            tail = _rest(right, size)
            return None if head is None or tail is None or head == 0 else head * size + tail
    return _section(text)


def _spelt(text: str) -> int | None:
    """Digits read one by one (二〇二四), without a magnitude."""
    return int("".join(str(DIGITS[c]) for c in text)) if text else None


def _rest(text: str, size: int) -> int | None:
    """What follows 万 or 亿: nothing, a smaller number, or a digit of the next place (三万五)."""
    if not text:
        return 0
    if len(text) == 1 and text in DIGITS:
        return DIGITS[text] * size // 10
    number = _whole(text.lstrip("零")) if text.strip("零") else None
    if number is None or number >= size or _all_digits(text.lstrip("零"), longer_than=1):
        return None
    return number


def _all_digits(text: str, longer_than: int) -> bool:
    return len(text) > longer_than and all(c in DIGITS for c in text)


def _section(text: str) -> int | None:
    """A number below ten thousand in digits and 千, 百, 十."""
    total, digit, last, zero = 0, None, 10**4, False
    for c in text:
        if c in SMALL_POWERS:
            size = SMALL_POWERS[c]
            if size >= last or digit == 0:
                return None
            if digit is None and ((total and size != 10) or (zero and size != 10)):
                return None
            total += (1 if digit is None else digit) * size
            last, digit, zero = size, None, False
        elif digit is not None or (zero and DIGITS.get(c) == 0):
            return None
        elif DIGITS.get(c, -1) == 0:
            zero = True
        elif c in DIGITS:
            digit = DIGITS[c]
        else:
            return None
    if digit is None:
        return None if zero else total
    return total + digit * (1 if zero or last == 10**4 else last // 10)


def to_chinese(value: Decimal) -> str:
    """A number in Chinese numerals, in the standard style (二, not 两).

    >>> to_chinese(Decimal("15"))
    '十五'
    >>> to_chinese(Decimal("11.5"))
    '十一点五'
    >>> to_chinese(Decimal(12000))
    '一万二千'
    """
    if not value.is_finite() or abs(value) >= Decimal(10) ** 20:
        raise ValueError(f"no Chinese numeral for {value}")
    sign = "负" if value < 0 else ""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    written = _written(int(whole))
    if written.startswith("一十"):
        written = written[1:]
    decimals = "点" + "".join(_WRITTEN[int(c)] for c in fraction) if fraction else ""
    return sign + written + decimals


def _written(number: int) -> str:
    for size, mark in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            head, rest = divmod(number, size)
            written = _written(head)
            return written + mark + _joined(rest, size)
    for size, mark in ((1000, "千"), (100, "百"), (10, "十")):
        if number >= size:
            head, rest = divmod(number, size)
            return _WRITTEN[head] + mark + _joined(rest, size)
    return _WRITTEN[number]


def _joined(rest: int, size: int) -> str:
    if rest == 0:
        return ""
    return ("零" if rest < size // 10 else "") + _written(rest)
