"""Read one number, in digits or Chinese numerals, with its magnitude: 3.6 万, 数百万, 6×10⁴."""

# ruff: noqa: PLR0911 (a judgement is a list of cases, each with its own answer)

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from chapterkit.patterns import Late
from chapterkit.quantities.numerals import (
    CAPITAL,
    DIGITS,
    LONGEST,
    POWERS,
    decimal_or_none,
    parse_chinese,
    power_of,
    scaled,
)
from chapterkit.quantities.units import LATIN_POWERS, unit_at

HAN_DIGITS = "零〇一二两三四五六七八九幺兩"
HAN_POWERS = "十百千万亿萬億"
NUMERAL_CHARACTERS = HAN_DIGITS + HAN_POWERS + CAPITAL + "廿卅俩仨"
DIGIT = frozenset("0123456789")
NUMERAL = frozenset(NUMERAL_CHARACTERS)

_SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺"
_ORDINARY = str.maketrans(_SUPERSCRIPT + "−", "0123456789-+-")
_POWER = r"(?:\^|\*\*)(?:\{[-−+]?\d{1,3}\}|[-−+]?\d{1,3}\^?)|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}"
_NUMBER = re.compile(
    r"(\d{1,3}(?:,\d{3}){1,20}+(?!,{0,8}\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"([eE][-−+]?\d{1,4}(?![A-Za-z0-9_]))?"
    rf"( ?[×xX*·⋅] ?10(?:{_POWER}))?"
    rf"({_POWER})?"
)
# 1 024 名: groups of three with a blank, a narrow or a thin one between them.
_GROUPED = Late(
    r"[1-9]\d{0,2}([ \u00a0\u2009\u202f])\d{3}(?:\1\d{3})*(?!\d|,\d| \d)(\.\d+)?(?![.\d])"
)
_GROUP_BLANKS = frozenset(" \u00a0\u2009\u202f")
_GROUP_MARKS = str.maketrans("", "", " \u00a0\u2009\u202f")
# 2 万 5 千, 1 亿 2000 万: what a magnitude leaves open.
_FURTHER = Late(r" ?零? ?(\d{1,4}) ?([十百千万亿]{1,2})?(?![\d.,:%/年月日]| ?年)")
_TRILLION = Late(r" ?兆(?=[元美日韩新港欧])")
_MANTISSA_POWER = re.compile(r"[^\d]*10(?:\^|\*\*)?(.*)")
_MAGNITUDE = re.compile(r" ?([多余来几]?)([十百千万亿萬億]{1,3})([多余来]?)")
_MORE = re.compile(r" ?[多余](?! ?[于少的数样])|\+(?![\d+])|-odd\b")
_LATIN_MAGNITUDE = re.compile(
    r"(?:([KkMBbT])(?![A-Za-z0-9²³ΩΩ])| ([KMBT])(?![A-Za-z0-9²³ΩΩ])|"
    r"[ -]?(hundred|thousand|million|billion|trillion|bn|mn|mln|bln|tn|trn)(?![A-Za-z]))"
    r"(\+(?![\d+]))?"
)
# £3m, $3–5 m: behind a sign of money, m is no metre.
_MILLIONS = Late(r" ?m(?![A-Za-z0-9²³])")
_MONEY = Late(r"[$¥€£₩] ?(?:\d[\d.,]{0,12} ?m? ?(?:[-–—~∼]|to) ?[$¥€£₩]?)?$")
# One character more than the longest numeral (`numerals.LONGEST`): what is longer is none.
_HAN_RUN = re.compile(
    r"(?:[零〇一二两三四五六七八九十百千万亿萬億兩廿卅幺]|几(?=[十百千万亿])|(?<=十)几){1,41}"
    r"(?:点[零〇一二两三四五六七八九]{1,41}[百千万亿]{0,3})?"
)
# 八十有三, 三十有五年: the last place as older texts add it; 十有八九 is a phrase.
_OLD_STYLE = Late(r"有([一二三四五六七八九])(?=[年岁载人月日，。；！？]|$)")
_CAPITAL_RUN = Late(rf"[零{CAPITAL}万亿萬億]{{1,41}}")
_HAN_MORE = re.compile(r"([多余来](?![自看到说于少的数得])|[几])([百千万亿]{0,2})")
_APPROXIMATE_PAIRS = frozenset(a + b for a, b in pairwise("一二三四五六七八九")) | {
    "一两",
    "两三",
    "一兩",
    "兩三",
    "三五",
}


class Amount:
    """A number and where it ends: `form` says how it is written."""

    __slots__ = ("end", "form", "power", "start", "value", "whole")

    def __init__(
        self,
        start: int,
        end: int,
        value: Decimal | tuple[Decimal, Decimal] | None,
        form: str,
        *,
        whole: bool = False,
        power: int = 0,
    ) -> None:
        self.start = start
        self.end = end
        self.value = value
        self.form = form  # digits, small, large, power, range, vague, spelt
        self.whole = whole  # digits without point, exponent or magnitude
        self.power = power  # the power of ten of a magnitude at its end (3–5 万)


def amount_at(text: str, at: int) -> Amount | None:
    """The number that begins at `at`, in whatever script."""
    first = text[at : at + 1]
    if first in DIGIT and first:
        return digits_at(text, at)
    if first in NUMERAL or first in ("几", "数", "上", "幾", "數"):
        return han_at(text, at)
    return None


def digits_at(text: str, at: int, *, blanks: bool = True) -> Amount | None:
    """A number in Arabic digits with exponent and magnitude; `blanks` may divide its groups."""
    match = _NUMBER.match(text, at)
    if match is None:
        return None
    end = match.end()
    grouped = _GROUPED.match(text, at) if text[end : end + 1] in _GROUP_BLANKS else None
    if grouped and (blanks or grouped[1] != " "):
        number = grouped[0].translate(_GROUP_MARKS)
        return _with_magnitude(text, at, grouped.end(), number, grouped[2] is None)
    body, exponent, times, power = match.groups()
    number = body.replace(",", "") if "," in body else body
    if exponent:
        value = decimal_or_none(number + exponent.replace("−", "-"))
        if value is not None and value.is_finite() and 0 <= value.adjusted() <= 64:
            value = Decimal(f"{value:f}")
    elif times:
        raised = _MANTISSA_POWER.match(times)
        value = _times_power(number, _exponent(raised[1] if raised else "0"))
    elif power:
        value = _raised(number, power)
    else:
        return _with_magnitude(text, at, end, number, "." not in body)
    return Amount(at, end, value, "digits")


def _times_power(number: str, exponent: str) -> Decimal | None:
    power = int(exponent)
    if 0 <= power <= 64 and len(number) <= 64:
        return scaled(number, power)
    return decimal_or_none(f"{number}E{power}")


def _exponent(text: str) -> str:
    return text.translate(_ORDINARY).strip("^*{}")


def _raised(base: str, power: str) -> Decimal | None:
    exponent = int(_exponent(power))
    if base == "10":
        return _times_power("1", str(exponent))
    if exponent < 0 or exponent > 64 or len(base) > 6 or "." in base:
        return None
    return Decimal(int(base) ** exponent)


_VULGAR = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75"), "⅛": Decimal("0.125")}


def _with_magnitude(text: str, at: int, end: int, number: str, whole: bool) -> Amount:
    following = text[end : end + 2].lstrip()[:1]
    power = 0
    if following in _VULGAR and following and whole and number.isdigit() and len(number) <= 20:
        end = text.index(following, end) + 1  # 1½, 2 ¾
        return Amount(at, end, Decimal(number) + _VULGAR[following], "digits")
    if following in "多余来几十百千万亿萬億" and following:
        match = _MAGNITUDE.match(text, end)
        magnitude = _without_unit(text, match.start(2), match.end(2)) if match else 0
        found = power_of(text[match.start(2) : magnitude]) if match and magnitude else None
        if match and found:
            power, whole = found, False
            end = match.end() if magnitude == match.end(2) else magnitude
            lower = None
            if magnitude == match.end() and "." not in number and not match[1]:
                lower = _compounded(text, end, number, match[2])
            if lower is not None:
                more = _MORE.match(text, lower[2])
                end = more.end() if more else lower[2]
                return Amount(at, end, Decimal(lower[0]), "digits", power=lower[1])
        elif match is None and "." not in number and (more := _MORE.match(text, end)):
            end = more.end()
    elif following == "兆" and (trillions := _TRILLION.match(text, end)):
        end, whole, power = trillions.end(), False, 12
    elif following in "KkMBbThtmbt-" and following:
        match = _LATIN_MAGNITUDE.match(text, end)
        if match and match[2] and _is_measured(text, at, match):
            match = None
        millions = _MILLIONS.match(text, end) if following == "m" else None
        if millions and _MONEY.search(text, max(0, at - 24), at):
            end, whole, power = millions.end(), False, 6
        cited = match and match[1] == "b" and len(number) == 4 and number[:2] in ("19", "20")
        if match and not cited:  # 2023b is the second paper of a year
            power = LATIN_POWERS[match[1] or match[2] or match[3]]
            end, whole = match.end(), False
    if (text[end : end + 1] == "+" and (more := _MORE.match(text, end))) or (
        "." not in number
        and text[end : end + 1] in ("多", "余", " ", "-")
        and (more := _MORE.match(text, end))
    ):
        end = more.end()
    value = scaled(number, power) if len(number) <= 64 else None
    return Amount(at, end, value, "digits", whole=whole, power=power)


_MEASURED = {
    "K": Late(
        r"(?:温|[熔沸凝]点|[Tt]emperature|melt|boil|freez|froze|cool|heat|anneal)[^，。；\n]{0,12}$"
    ),
    "T": Late(r"(?:磁|场强|[Ff]ield)[^，。；\n]{0,12}$"),
}
_MEASURED_THING = {"K": Late(r" ?(?:低?温|的温)"), "T": Late(r" ?(?:核?磁|MRI\b|场|的磁)")}


def _is_measured(text: str, at: int, match: re.Match[str]) -> bool:
    """Whether K and T are kelvins and teslas (温度 300 K, 3 T MRI), no thousands and trillions."""
    sign = match[2]
    if sign not in _MEASURED:
        return False
    if _MEASURED_THING[sign].match(text, match.end()):
        return True
    return _MEASURED[sign].search(text, max(0, at - 24), at) is not None


_NEXT_PLACE = Late(r" ?([1-9])(?=[，。；！？）)]| ?(?:左右|上下|以上|以下|的|$))")


class _Places:
    """The places of a number in several magnitudes: 3 万 2 千, 1 亿 2 千 4 百万."""

    def __init__(self) -> None:
        self.total = self.section = 0
        self.above = self.last = 64  # powers of the last 万 or 亿, and of the last magnitude

    def add(self, digits: str, magnitude: str) -> bool:
        """Add digits with their magnitude, if these are lower places than all before them."""
        large = magnitude.lstrip("十百千")
        raised, closing = power_of(magnitude[: len(magnitude) - len(large)]), power_of(large)
        if raised is None or closing is None or len(digits) > LONGEST:
            return False
        value = int(digits) * 10**raised
        section = self.section + value
        if value >= 10**self.last or section * 10**closing >= 10**self.above:
            return False
        self.section, self.last = section, raised
        if closing:
            self.total, self.section = self.total + section * 10**closing, 0
            self.above = self.last = closing
        return True


def _compounded(text: str, end: int, digits: str, magnitude: str) -> tuple[int, int, int] | None:
    """Value, last power of ten and end of 2 万 5 千, if lower places follow."""
    places = _Places()
    begun = end
    if not places.add(digits, magnitude):
        return None
    while (match := _FURTHER.match(text, end)) is not None:
        filled = bool(match[2]) or len(match[1]) in (places.last, 3) or "零" in match[0]
        if not filled or not places.add(match[1], match[2] or ""):
            break
        end = match.end()
    if (
        (match := _NEXT_PLACE.match(text, end))
        and places.last
        and places.add(match[1] + "0" * (places.last - 1), "")
    ):
        end = match.end()  # 1 万 2
    following = text[end : end + 1]
    rest = han_at(text, end) if following and following in NUMERAL else None
    if rest is not None and rest.form == "large" and isinstance(rest.value, Decimal):
        spelt = f"{rest.value:f}"
        if spelt.isdigit() and places.add(spelt, ""):  # 3 万五千
            end = rest.end
    if end == begun:
        return None
    return places.total + places.section, min(places.last, places.above), end


def _without_unit(text: str, start: int, end: int) -> int:
    """Where a magnitude ends whose last character may begin a unit: 1.5 亿千米, 3 千克."""
    for at in range(start, end):
        if text.startswith("百分", at):
            return at if at > start else 0
        unit = unit_at(text, at) if text[at] in "千百" else ""
        if len(unit) > 1:
            return at if at > start else 0
    return end


def han_at(text: str, at: int) -> Amount | None:
    """A number in Chinese numerals, exact or vague; `None` if the numerals make none."""
    start, vague = at, False
    if text[at] in "几数上幾數":
        vague = text[at] != "上"
        at += 1
    if text[at : at + 1] in ("俩", "仨"):
        return Amount(at, at + 1, Decimal(2 if text[at] == "俩" else 3), "small")
    match = _HAN_RUN.match(text, at) if text[at : at + 1] not in CAPITAL else None
    if match is None:
        return _capital_at(text, at)
    run, end = match[0], match.end()
    following = text[end : end + 1]
    if following in _GOES_ON and following:
        if following == "钱" and run[1:2] == "两" and len(run) == len("二两四"):
            run, end = run[0], at + 1
        elif longer := _going_on(text, start, run, end):
            return longer
    if len(run) > 1 and _ends_in_unit(text, run, end):
        run, end = run[:-1], end - 1
    value, form = read_run(run)
    if form == "none":
        return None
    more = _HAN_MORE.match(text, end) if text[end : end + 1] in ("多", "余", "来", "几") else None
    if more and run[-1] in HAN_POWERS and not (run == "十" and more[1] == "几" and more[2]):
        return _with_more(run, start, more, value, vague, form)
    if vague:
        return None if run[0] not in HAN_POWERS else Amount(start, end, None, "vague")
    if start < at:
        return Amount(start, end, value, "large") if form == "power" else None
    power = _final_power(run)
    if power and form == "large" and text[end : end + 2].lstrip()[:1] in _LOWER_STARTS:
        whole, magnitude = _whole_of(value, power), run[len(run.rstrip("百千万亿")) :]
        lower = _compounded(text, end, whole, magnitude) if whole else None
        if lower is not None:  # 两亿 5000 万
            return Amount(start, lower[2], Decimal(lower[0]), form, power=lower[1])
    return Amount(start, end, value, form, power=power)


_LOWER_STARTS = frozenset("0123456789零")
_TRILLIONS = frozenset("元美日韩新港欧")  # 1.2 兆元
_PLACED = frozenset("章节条款项页卷册号届期版级层楼组集回幕")


_GOES_ON = frozenset("有钱、把兆")


def _going_on(text: str, start: int, run: str, end: int) -> Amount | None:
    """What makes a numeral longer: 八十有三, 三十七、八度, 万把块, 三兆元."""
    following = text[end]
    if following == "有":
        old = _OLD_STYLE.match(text, end) if run[-1] in "十百" else None
        return Amount(start, old.end(), _readable_value(run + old[1]), "large") if old else None
    value, form = read_run(run)
    if form == "none":
        return None
    if following == "、" and (pair := _next_number(text, run, end)):
        return Amount(start, pair[0], pair[1:], "range")
    if following == "把" and form == "power" and unit_at(text, end + 1):
        return Amount(start, end + 1, None, "vague")
    if following == "兆" and text[end + 1 : end + 2] in _TRILLIONS and isinstance(value, Decimal):
        return Amount(start, end + 1, scaled(f"{value:f}", 12), "large", power=12)
    return None


def _next_number(text: str, run: str, end: int) -> tuple[int, Decimal, Decimal] | None:
    """End and both numbers of 三十七、八度, 七、八个, 四、五百人: the next one, of one unit."""
    match = _HAN_RUN.match(text, end + 1)
    if match is None or run[-1] + match[0][0] not in _APPROXIMATE_PAIRS:
        return None
    magnitude = match[0][1:]
    if magnitude and (len(run) > 1 or magnitude.strip(HAN_POWERS)):
        return None
    unit = unit_at(text, match.end())
    low, high = _readable_value(run + magnitude), _readable_value(run[:-1] + match[0])
    if not unit or unit[0] in _PLACED or low is None or high is None:
        return None
    return match.end(), low, high


def _whole_of(value: Decimal | tuple[Decimal, Decimal] | None, power: int) -> str:
    """The digits before a magnitude: 12 of 十二万."""
    digits = f"{value:f}" if isinstance(value, Decimal) else ""
    return digits[:-power] if digits.isdigit() and len(digits) > power else ""


def _ends_in_unit(text: str, run: str, end: int) -> bool:
    """Whether the last numeral is a unit (五千万两) or begins one (三十万千瓦)."""
    if run[-1] in "两兩":
        alone = len(run) == 2 and bool(unit_at(text, end - 1))  # 三两涨到五两
        return run[-2] in HAN_POWERS or alone
    return run[-1] in "千百" and run[-2] in HAN_POWERS and len(unit_at(text, end - 1)) > 1


def _final_power(run: str) -> int:
    """The magnitude that 三到五万 shares with its first end; 十 is never shared."""
    tail = len(run) - len(run.rstrip("百千万亿"))
    return (power_of(run[-tail:]) or 0) if tail and len(run) > tail else 0


def _with_more(
    run: str,
    start: int,
    more: re.Match[str],
    value: Decimal | tuple[Decimal, Decimal] | None,
    vague: bool,
    form: str,
) -> Amount:
    """二十多, 一百余万: the number itself; 百余 and several 几 have no value."""
    scale = power_of(more[2]) if more[2] else 0
    if vague or more[1] == "几" or form in ("vague", "power") or scale is None:
        return Amount(start, more.end(), None, "vague")
    if isinstance(value, Decimal) and scale:
        value = _readable_value(run + more[2]) or scaled(f"{value:f}", scale)  # 九亿八千余万
    return Amount(start, more.end(), value, "large")


def _capital_at(text: str, at: int) -> Amount | None:
    match = _CAPITAL_RUN.match(text, at)
    if match is None:
        return None
    value, form = read_run(match[0])
    if form == "none":
        return None
    return Amount(at, match.end(), value, "capital" if len(match[0]) == 1 else "large")


@lru_cache(maxsize=4096)
def read_run(run: str) -> tuple[Decimal | tuple[Decimal, Decimal] | None, str]:
    """The value of a run of Chinese numerals, and its form.

    >>> read_run("二十五"), read_run("三四十"), read_run("十几")
    ((Decimal('25'), 'large'), ((Decimal('30'), Decimal('40')), 'range'), (None, 'vague'))
    """
    if len(run) > LONGEST:
        return None, "none"
    if "几" in run:
        return (None, "vague") if _readable(run.replace("几", "三")) else (None, "none")
    if len(run) == 1:
        if run in DIGITS:
            return Decimal(DIGITS[run]), "small"
        if run in POWERS:
            return Decimal(POWERS[run]), "small" if run in "十拾" else "power"
        return _readable_value(run), "large"  # 廿, 卅
    if run in _APPROXIMATE_PAIRS:
        return (Decimal(DIGITS[run[0]]), Decimal(DIGITS[run[1]])), "range"
    if all(c in DIGITS for c in run):
        return _readable_value(run), "spelt"
    for i in range(len(run) - 1):
        pair = run[i : i + 2]
        if pair in _APPROXIMATE_PAIRS and run[i + 2 : i + 3] not in ("点", *DIGITS):
            low, high = (_readable_value(run[:i] + c + run[i + 2 :]) for c in pair)
            if low is not None and high is not None:
                return (low, high), "range"
    value = _readable_value(run)
    if value is None:
        return None, "none"
    if run[0] in HAN_POWERS and all(c in HAN_POWERS for c in run):
        return value, "power"
    return value, "large"


def _readable(run: str) -> bool:
    return _readable_value(run) is not None


def _readable_value(run: str) -> Decimal | None:
    try:
        return parse_chinese(run)
    except ValueError:
        return None
