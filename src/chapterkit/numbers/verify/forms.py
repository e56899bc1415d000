"""The printed forms of a number, and whether a place in the text shows one of them whole.

15.0 with unit % is printed 15.0%, 15.0 %, 15.0 percent; 12000 is 12,000, 12000, 12K; 5 次 is 5 or
"five". Digits count as printed: 3.4 is neither 3.40 nor 13.4 nor 3.45. Sign and unit count too:

- A percentage point may be printed as % (papers write +3.5%), but only where the text shows that it
  is a change: a sign on the number, or a word such as "increase" or "by" before it.
- "3.5 points" are percentage points if the record says 个百分点.
- A percentage is not verified by "3.5 points" or "3.5 percentage points", nor a level by a signed
  number.
- A drop recorded as a positive number may be printed with a minus sign if `of` says that it is one
  (降幅, 减少, drop).
- A number without any unit behind it counts (tables print units in their heads) except for
  percentages and points: there the reader of the text decides (`Hit.bare`).

`printed` replaces these forms: then exactly that is looked for, and its number must be the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.pairs import Pair
from chapterkit.numbers.verify.nouns import other_noun
from chapterkit.numbers.verify.texts import normal
from chapterkit.quantities import Units, find_in_plain, normal_unit, to_chinese, unit_kind
from chapterkit.quantities.wordlists import sections

_LISTS = sections("verify.txt")
_CHANGE_OF = re.compile("|".join(_LISTS["change"]), re.I)
_DOWN_OF = re.compile("|".join(_LISTS["decrease"]), re.I)
_CHANGE_WORD = re.compile(rf"(?:{'|'.join(_LISTS['changed'])}|\bby\b)[^\d.;。]{{0,50}}$", re.I)
_LEVEL_BEFORE = re.compile(
    r"(?:→|->|\bto|\bfrom|\bat|\bthan|beyond|above|below|reach\w*|achiev\w+|attain\w*|score[sd]?)\s*$",
    re.I,
)
_BY = re.compile(r"\bby\b.{0,15}$", re.I | re.S)
_LEVEL_AFTER = re.compile(r"\s*(?:→|->|to \d)")
_ARROW = re.compile(
    r"[^\d]{0,40}\(\s*(\d+(?:\.\d+)?)\s?%?\s*(?:→|->|to)\s*(\d+(?:\.\d+)?)\s?%?\s*\)"
)
_REFERENCE = re.compile(
    r"(?:\b(?:Figure|Fig\.?|Table|Tab\.?|Section|Sec\.?|Appendix|Equation|Eq\.?|Algorithm|Chapter|page)"
    r"s?|[图表第])\s{0,2}\(?$"
)
_POINTS = re.compile(r"[ \n-]?(?:percentage[ \n-]+points?|个?百分点|pp\b|p\.p\.)", re.I)
_PLAIN_POINTS = re.compile(
    r"[ \n-](?:absolute[ \n])?(?:points?|pts)\b(?![ \n](?:estimate|cloud))", re.I
)
_PERCENT = re.compile(r"\s?(?:%|percent(?!age)|per cent\b|pct\b)", re.I)
_UNIT_WORD = re.compile(r"[ \n-]?([A-Za-zμ°‰][A-Za-z]*)")
_HAN_UNIT = re.compile(r" ?(小时|分钟|毫秒|秒|天|个月|年|周|米|公里|千米|倍|元|美元)")
_PRONOUN_ONE = re.compile(r"[.,;:)]|\s(?:that|which|who|is|was|are|were|has|had)\b")
_GROUP_BEFORE = re.compile(r"(?<![\d.,])\d{1,3} \Z")
_GROUP_AFTER = re.compile(r" \d{3}(?![\d.-])")
_MAGNITUDE = re.compile(r"^(万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千)")
_POWERS = {"千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10,
           "千亿": 11, "万亿": 12}  # fmt: skip
_CURRENCIES = ("$", "£", "€", "¥")
_MEASURES = frozenset(_LISTS["measures"])
_SAME_UNIT = {"分": {"points", "point"}, "度": {"degrees", "degree", "°"}}


@dataclass(frozen=True)
class Wanted:
    """What is looked for: a pattern for the digits, and what sign and unit must be."""

    pattern: re.Pattern[str]
    printed: bool
    negative: bool
    unit: str
    kind: str
    change: bool
    down: bool
    magnitude: Decimal | None
    units: Units


@dataclass(frozen=True)
class Hit:
    """A place where the digits stand whole; `why` says why it is not the number, if it is not.

    `bare` marks a percentage or a difference without any unit behind it.
    """

    start: int
    end: int
    bare: bool = False
    why: str = ""


def wanted(number: Number) -> Wanted:
    """Return what a number looks like in print.

    A derived number is looked for only as `printed`.
    """
    if number.model.printed is not None:
        pattern = _printed_pattern(normal(number.model.printed))
    elif isinstance(number.value, tuple):
        pattern = _pair_pattern(number.value, number.unit, number.units)
    else:
        pattern = _value_pattern(abs(number.value), number.unit, number.units)
    single = None if isinstance(number.value, tuple) else number.value
    return Wanted(
        re.compile(pattern),
        number.model.printed is not None,
        single is not None and single < 0,
        number.unit,
        unit_kind(_MAGNITUDE.sub("", number.unit), number.units),
        bool(_CHANGE_OF.search(number.of)),
        bool(_DOWN_OF.search(number.of)),
        None if single is None else abs(single),
        number.units,
    )


# --- patterns


def _printed_pattern(printed: str) -> str:
    parts = [re.escape(part) for part in printed.split()]
    return r"\s+".join(parts).replace(r"\-", r"-\s?") if len(printed) > 12 else r"\s+".join(parts)


def _pair_pattern(pair: tuple[Decimal, Decimal], unit: str, units: Units) -> str:
    first, second = (_value_pattern(abs(end), unit, units) for end in pair)
    sign = pair.sign if isinstance(pair, Pair) else ""
    return rf"(?:{first})\s?(?:%|[A-Za-z]{{1,4}})?\s?(?:{_BETWEEN[sign]})\s?(?:{second})"


# What stands between two numbers in print; a record may give a ratio as a plain pair.
_BETWEEN = {
    "": r"-|~|→|/|:|\bto\b|\band\b|\bof\b|out of|至|到|与",
    ":": r":|∶|/|-to-|\bto\b|比",
    "×": r"×|✕|[xX*](?=\s?\d)|\bby\b|乘",
    "/": r"/|\bof\b|out of|\bin\b",
}


def _value_pattern(value: Decimal, unit: str, units: Units) -> str:
    """Return a pattern for every way of writing a value that is not negative."""
    magnitude = _MAGNITUDE.match(unit)
    total = value.scaleb(_POWERS[magnitude[1]]) if magnitude else value
    forms = list(_digit_forms(total))
    forms += _multiplied_forms(total)
    forms += _scientific_forms(total)
    if total == total.to_integral_value() and "." not in f"{value:f}":
        if unit and unit_kind(unit, units) not in ("percent", "points"):
            forms += _english_forms(int(total))
        forms += _chinese_forms(total)
    return "|".join(forms)


def _digit_forms(value: Decimal) -> Iterator[str]:
    text = f"{value:f}"
    whole, point, fraction = text.partition(".")
    tail = re.escape(point) + fraction
    if len(whole) > 3:
        head = len(whole) % 3 or 3
        groups = [whole[at : at + 3] for at in range(head, len(whole), 3)]
        yield (
            whole[:head] + "".join(f",{' ?' if one == '000' else ''}{one}" for one in groups) + tail
        )
        yield whole[:head] + "".join(f" {one}" for one in groups) + tail
    yield whole + tail
    if whole == "0" and fraction:
        yield tail


def _multiplied_forms(value: Decimal) -> Iterator[str]:
    for power, names in (
        (3, "[kK]|[ -]?thousand"), (4, " ?万"), (6, "M|[ -]?million"), (8, " ?亿"),
        (9, "B|[ -]?billion"), (12, "T|[ -]?trillion"),
    ):  # fmt: skip
        scaled = value.scaleb(-power).normalize()
        digits = scaled.as_tuple()
        if value and scaled >= Decimal("0.1") and len(digits.digits) <= 4:
            spelt = [re.escape(f"{scaled:f}")]
            if scaled == scaled.to_integral_value() and scaled < 100:
                spelt += _english_forms(int(scaled))
            yield rf"(?:{'|'.join(spelt)})(?:{names})(?![A-Za-z])"


def _scientific_forms(value: Decimal) -> Iterator[str]:
    power = value.adjusted()
    if not value or -3 < power < 4 or len(value.normalize().as_tuple().digits) > 4:
        return
    mantissa = re.escape(f"{value.scaleb(-power).normalize():f}")
    sign = "-" if power < 0 else r"\+?"
    yield rf"{mantissa}(?:\.0)?[eE]{sign}0?{abs(power)}"
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    ten = rf"10(?:\s?\^?\{{?{'-' if power < 0 else ''}\s?{abs(power)}\}}?|{raised})"
    yield rf"{mantissa}\s?[×x·]\s?{ten}" + (f"|{ten}" if mantissa == "1" else "")


_ONES, _TENS = (sections("english.txt")[name] for name in ("ones", "tens"))


def _english_forms(value: int) -> Iterator[str]:
    """Yield the English words for a whole number below a million; 一 may be "a single"."""
    if value >= 1_000_000:
        return
    word = _english(value)
    if word:
        yield rf"(?i:\b{word}\b)"
    if value == 1:
        yield r"(?i:\ba single\b)"


def _english(value: int) -> str:
    if value < 20:
        return _ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _TENS[tens - 2] + (f"[- ]{_ONES[ones]}" if ones else "")
    if value % 1000 == 0:
        return f"{_english(value // 1000)} thousand" if value < 100_000 else ""
    return f"{_ONES[value // 100]} hundred" if value < 2000 and value % 100 == 0 else ""


_HAN = "零〇一二两三四五六七八九十百千万亿点"


def _chinese_forms(value: Decimal) -> Iterator[str]:
    if value >= Decimal(10) ** 12:
        return
    written = to_chinese(value)
    forms = {written, written.replace("二", "两") if written[0] == "二" else written}
    for form in sorted(forms):
        yield rf"(?<![{_HAN}第]){form}(?![{_HAN}])"


# --- what stands at a place


def hits(text: str, want: Wanted) -> Iterator[Hit]:
    """Yield every place where the digits stand as a whole number, in order."""
    for match in want.pattern.finditer(text):
        start, end = match.span()
        if _is_whole(text, start, end, want.units):
            yield _judged(text, start, end, want)


def _is_whole(text: str, start: int, end: int, units: Units) -> bool:
    """Tell whether a match is a whole number, not part of a longer one, a name or a reference."""
    core = text[start:end]
    if core[0] in "0123456789." and not _starts_number(text, start, core):
        return False
    if core[0].isdigit() and _is_citation(text, start, end):
        return False
    if core.lower() == "one" and _PRONOUN_ONE.match(text, end):
        return False
    return not core[-1].isdigit() or _ends_number(text, end, core, units)


def _starts_number(text: str, start: int, core: str) -> bool:
    before = text[max(0, start - 16) : start]
    last, second = before[-1:], before[-2:-1]
    if last.isascii() and (last.isalnum() or last in "_^.\\"):
        return False
    if last == "-" and (second.isalnum() or second in tuple("%)]}.") or second == "_"):
        return False
    if last == "/" and second.isalpha():
        return False
    if last == "," and second.isdigit() and re.match(r"\d{3}(?!\d)", core):
        return False
    if last == ":" and second.isdigit() and re.match(r"\d\d(?![\d.])", core):
        return False
    return not is_reference(text, start)


def is_reference(text: str, start: int) -> bool:
    """Tell whether the number at an offset names a figure, table, section, page or equation."""
    return _REFERENCE.search(text[max(0, start - 16) : start]) is not None


def _ends_number(text: str, end: int, core: str, units: Units) -> bool:
    after = text[end : end + 12]
    if re.match(r"\d|\.\d|[_^⁻]|-\d|:\d|\s?[×x·]\s?10\D|\+/?-?\d| ?[万亿千百]", after):
        return False
    if core[-3:].isdigit() and re.match(r",\d{3}(?!\d)", after) and len(core) <= 3:
        return False
    if len(core) < 3 and core.isdigit() and re.match(r",\d{3}(?!\d)", after):
        return False
    if core == "10" and re.match(r"[⁰¹²³⁴-⁹⁻]", after):
        return False
    glued = re.match(r"[A-Za-zμ]+", after)
    return glued is None or (glued[0] in units.table and glued[0] not in ("K", "M", "B", "T", "k"))


def _is_citation(text: str, start: int, end: int) -> bool:
    """Tell whether the number is a reference in brackets: CLIP [57]."""
    bracketed = text[start - 1 : start] == "[" and text[end : end + 1] == "]"
    return (
        bracketed
        and text[start:end].isdigit()
        and bool(re.match(r"[\w)][ \n]?", text[start - 3 : start - 1]))
    )


def _judged(text: str, start: int, end: int, want: Wanted) -> Hit:
    sign = _sign_before(text, start) if text[start] in "0123456789." else ""
    unit, kind = _declared_after(text, end, want) or _unit_of(text, start, end, want.units)
    if not kind and want.kind in ("percent", "points") and _PLAIN_POINTS.match(text, end):
        unit, kind = "个百分点", "points"
    why = _sign_trouble(sign, want) or _unit_trouble(text, start, end, sign, unit, kind, want)
    if not (why or kind or want.printed) and (noun := other_noun(text, end, want.unit, want.units)):
        why = f"原文数的是 {noun}"
    needs_unit = want.kind in ("percent", "points") or want.kind in _MEASURES
    bare = needs_unit and not kind and not want.printed
    return Hit(start, end, bare, why)


def _sign_before(text: str, start: int) -> str:
    """Return the sign that belongs to the number at `start`: "+", "-" or nothing."""
    last = text[start - 1 : start]
    if last in ("+", "-") and not text[max(0, start - 2) : start - 1].isalnum():
        return last
    return "-" if text[max(0, start - 6) : start] in ("minus ", "Minus ") else ""


def _sign_trouble(sign: str, want: Wanted) -> str:
    if want.printed:
        return "" if not sign or (sign == "-" and want.down) else f"原文在它前面有“{sign}”"
    if want.negative and (sign != "-" or want.down):
        return "记录把降幅写成了负数" if want.down else "原文没有负号"
    if not want.negative and sign == "-" and not want.down:
        return "原文有负号"
    if sign == "+" and want.kind == "percent" and not want.change and not want.down:
        return f"原文印的是变化量（有“{sign}”），记录说的是水平"
    return ""


def _declared_after(text: str, end: int, want: Wanted) -> tuple[str, str] | None:
    """Return the unit of the book's own behind a number, and its kind; None if there is none.

    One that counts (户) speaks only to a record in such a unit.
    """
    if not want.units.declared:
        return None
    names = {normal_unit(one.name, want.units) for one in want.units.declared}
    at = end + 1 if text[end : end + 1] in (" ", "\n", "-") else end
    found = want.units.at(text, at)
    name, kind = want.units.table.get(found, ("", ""))
    if name not in names or (kind == "count" and normal_unit(want.unit, want.units) not in names):
        return None
    return name, kind


def _unit_of(text: str, start: int, end: int, units: Units) -> tuple[str, str]:
    """Return the unit behind a number and its kind: percent, points, a measure, or nothing."""
    if text[end - 1] == "%":
        return "%", "percent"
    if text[max(0, start - 4) : start].endswith("百分之"):
        return "%", "percent"
    if (sign := text[start - 1 : start]) in _CURRENCIES and sign in units.table:
        return units.table[sign]
    if _POINTS.match(text, end):
        return "个百分点", "points"
    if _PERCENT.match(text, end):
        return "%", "percent"
    return _measure_after(text, end, units)


def _measure_after(text: str, end: int, units: Units) -> tuple[str, str]:
    """Return the measure behind a number, or nothing: hours, GB, 分钟."""
    if match := _HAN_UNIT.match(text, end):
        return match[1], unit_kind(match[1])
    match = _UNIT_WORD.match(text, end)
    if match is None or match[1] not in units.table:
        return "", ""
    loose = text[end : end + 1] in (" ", "\n") and len(match[1]) == 1
    name, kind = units.table[match[1]]
    return ("", "") if loose or kind not in _MEASURES else (name, kind)


def _unit_trouble(
    text: str, start: int, end: int, sign: str, unit: str, kind: str, want: Wanted
) -> str:
    signed = sign or text[start] in "+-"
    if want.kind == "points" and not (kind or signed or want.change or want.down):
        return "原文没有单位也没有正负号，of 也没有说是变化量"
    if want.printed and not (want.kind == "percent" and kind in ("percent", "points")):
        return "原文后面是 %" if kind == "percent" and not _fits_percent(text, end, want) else ""
    if want.kind == "percent":
        return _percent_trouble(text, end, kind, unit, want)
    if want.kind == "points":
        return _points_trouble(text, start, end, sign, kind)
    if kind and (kind in ("percent", "points") or not _same_measure(want, unit, kind)):
        return f"原文的单位是 {unit}"
    return ""


def _fits_percent(text: str, end: int, want: Wanted) -> bool:
    return want.kind in ("percent", "points") or text[end - 1] == "%"


def _percent_trouble(text: str, end: int, kind: str, unit: str, want: Wanted) -> str:
    if kind == "points":
        return "原文的单位是百分点，不是 %"
    if kind and kind != "percent":
        return f"原文的单位是 {unit}"
    arrow = _ARROW.match(text, end) if want.change or want.down else None
    if arrow and abs(Decimal(arrow[2]) - Decimal(arrow[1])) == want.magnitude:
        return "原文里它是两个百分数之差，应记作百分点"
    return ""


def _points_trouble(text: str, start: int, end: int, sign: str, kind: str) -> str:
    if kind == "points" or sign:
        return ""
    if kind and kind != "percent":
        return "原文的单位不是百分点"
    before = text[max(0, start - 90) : start]
    level = bool(_LEVEL_BEFORE.search(before)) and not _BY.search(before)
    level = level or bool(_LEVEL_AFTER.match(text, _unit_end(text, end)))
    if kind == "percent" and (level or not _CHANGE_WORD.search(before)):
        return "原文印的是百分数，看不出是变化量"
    return ""


def _unit_end(text: str, end: int) -> int:
    match = _PERCENT.match(text, end)
    return match.end() if match else end


def _same_measure(want: Wanted, unit: str, kind: str) -> bool:
    name = normal_unit(_MAGNITUDE.sub("", want.unit), want.units)
    same = normal_unit(unit, want.units) == name or unit in _SAME_UNIT.get(want.unit, ())
    return same or (want.kind == kind and not name)


def is_part_of_group(text: str, hit: Hit) -> bool:
    """Tell whether a number in running text is a part of one with blanks in it: 345 of 12 345."""
    core = text[hit.start : hit.end]
    behind = re.match(r"\d{3}(?!\d)", core) and _GROUP_BEFORE.search(
        text[max(0, hit.start - 5) : hit.start]
    )
    return bool(
        behind or (re.search(r"(?<!\d)\d{1,3}\Z", core) and _GROUP_AFTER.match(text, hit.end))
    )


# --- what `printed` says


@dataclass(frozen=True)
class Agreement:
    """Whether `printed` says the recorded value: `why` if not; `spelt` if it has a number."""

    spelt: bool
    why: str = ""


def agreement(number: Number) -> Agreement:
    """Compare `printed` with the value: the number in it must be the value's, sign included."""
    printed = normal(number.model.printed or "")
    found = _numbers_in(printed)
    single = number.value if isinstance(number.value, Decimal) else Decimal(0)
    if single < 0 and _DOWN_OF.search(number.of):
        return Agreement(True, f"记录把降幅写成了负数：{number.text}")
    if not found:
        return Agreement(False)
    power = _MAGNITUDE.match(number.unit)
    scale = _POWERS[power[1]] if power else 0
    ends = number.value if isinstance(number.value, tuple) else (number.value,)
    if all(any(_says(one, end.scaleb(scale), number) for one in found) for end in ends):
        return Agreement(True)
    if number.model.note and _is_wording(printed):
        return Agreement(False)
    return Agreement(True, f"printed“{number.model.printed}”说的不是 {number.text}")


def _is_wording(printed: str) -> bool:
    """Tell whether a printed form is words rather than a number: what it says is counted."""
    return sum(map(str.isalpha, printed)) > 3 * sum(map(str.isdigit, printed))


def _says(printed: Decimal, value: Decimal, number: Number) -> bool:
    """Tell whether a printed number is the value, rounding allowed if the value was computed."""
    down = bool(_DOWN_OF.search(number.of))
    if (printed < 0 < value and not down) or (value < 0 < printed and not down):
        return False
    printed, value = abs(printed), abs(value)
    if (
        unit_kind(number.unit, number.units) == "percent"
        and printed <= 1
        and _rounds_to(printed * 100, value)
    ):
        return True
    if _rounds_to(printed, value):
        return True
    step = Decimal(1).scaleb(_exponent(printed))
    computed, accepted = number.model.derived is not None, bool(number.model.note)
    return computed and (abs(printed - value) < step or accepted)


def _rounds_to(printed: Decimal, value: Decimal) -> bool:
    """Tell whether the printed digits are the value's, or more exact ones that round to it."""
    exponent = _exponent(value)
    if printed == value or _exponent(printed) >= exponent:
        return printed == value
    return abs(printed - value) * 2 <= Decimal(1).scaleb(exponent)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


@cache
def _numbers_in(printed: str) -> tuple[Decimal, ...]:
    """Return every number in a printed form, multiplied out; words and suffixes included."""
    found: list[Decimal] = []
    for match in re.finditer(
        r"(?<![\d.])[+-]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", printed
    ):
        text = match[0].replace(",", "")
        if text[0] == "-" and printed[: match.start()][-1:].isalnum():
            text = text[1:]
        value = Decimal(text)
        found.append(value)
        if power := re.match(
            r"([kKMBT])(?![A-Za-z])|[ -]?(thousand|million|billion)", printed[match.end() :]
        ):
            name = (power[1] or power[2]).lower()[0]
            found[-1] = value.scaleb({"k": 3, "t": 3 if power[2] else 12, "m": 6, "b": 9}[name])
    for quantity in find_in_plain(printed.lower()):
        values = quantity.value if isinstance(quantity.value, tuple) else (quantity.value,)
        found += [value for value in values if value is not None]
    for word in re.findall(r"[a-z]+", printed.lower()):
        if word in _ONES:
            found.append(Decimal(_ONES.index(word)))
        elif word in _TENS:
            found.append(Decimal(10 * (_TENS.index(word) + 2)))
    for match in re.finditer(r"(?<!\d)(?:(\d{1,3}):)?(\d{1,3}):(\d\d)(?!\d)", printed):
        found.append(Decimal(int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])))
    if power_of_ten := re.search(r"(\d+) ?[×x*] ?10\^?\{?(-?\d{1,2})(?!\d)", printed):
        found.append(Decimal(power_of_ten[1]).scaleb(int(power_of_ten[2])))
    return tuple(found)
