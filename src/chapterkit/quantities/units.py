"""The unit table: read a unit in text, name it, and say when two quantities are the same."""

# ruff: noqa: PLR0911 (a judgement is a list of cases, each with its own answer)

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from chapterkit.quantities.numerals import power_of
from chapterkit.quantities.wordlists import lines, words

_LATIN_POWERS = {"K": 3, "k": 3, "M": 6, "B": 9, "b": 9, "T": 12, "bn": 9, "mn": 6}
ENGLISH_POWERS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
LATIN_POWERS = _LATIN_POWERS | ENGLISH_POWERS
_MAGNITUDE = re.compile(
    r"([十百千万亿萬億]{1,3}|[KkMBbT]|thousand|million|billion|trillion) ?(?=\S)"
)
_ALNUM = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


_ONLY_BEFORE: dict[str, frozenset[str]] = {}


def _add(table: dict[str, tuple[str, str]], kind: str, entry: str) -> None:
    names, _, followers = entry.partition(">")
    spellings = [name.replace("_", " ") for name in names.split()]
    for spelling in spellings:
        table.setdefault(spelling, (spellings[0], kind))
        if followers:
            _ONLY_BEFORE[spelling] = frozenset(followers)


def _table() -> dict[str, tuple[str, str]]:
    table: dict[str, tuple[str, str]] = {}
    for line in lines("units.txt"):
        kind, _, rest = line.partition(":")
        _add(table, kind, rest)
    for line in lines("classifiers.txt"):
        _add(table, "count", line)
    return table


def _by_two_characters(entries: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for entry in dict.fromkeys(entries):
        found.setdefault(entry[:2], []).append(entry)
    return {key: tuple(sorted(group, key=len, reverse=True)) for key, group in found.items()}


TABLE = _table()
FIRST_CHARACTERS = frozenset(unit[0] for unit in TABLE)
_LONG_UNITS = _by_two_characters(unit for unit in TABLE if len(unit) > 1)
_SHORT_UNITS = frozenset(unit for unit in TABLE if len(unit) == 1)
_NOT_UNITS = _by_two_characters(words("not-units.txt"))


def unit_at(text: str, at: int) -> str:
    """The longest unit or classifier standing at `at` in the text, or an empty string.

    >>> unit_at("20 个百分点", 3)
    '个百分点'
    >>> unit_at("十二出现", 2)
    ''
    """
    two = text[at : at + 2]
    blocked = 0
    for word in _NOT_UNITS.get(two, ()):
        if text.startswith(word, at):
            blocked = len(word)
            break
    for unit in _LONG_UNITS.get(two, ()):
        if len(unit) < blocked:
            return ""
        if text.startswith(unit, at) and _stands(text, unit, at + len(unit)):
            return unit
    first = two[:1]
    if first in _SHORT_UNITS and not blocked and _stands(text, first, at + 1):
        return first
    return ""


def _stands(text: str, unit: str, end: int) -> bool:
    """Whether what follows lets the unit be one: no longer Latin word, and its own company."""
    following = text[end : end + 1]
    if unit[-1] in _ALNUM:
        return following not in _ALNUM or not following
    followers = _ONLY_BEFORE.get(unit)
    return followers is None or following in followers


def is_measure(unit: str) -> bool:
    """Whether a number of any size before this unit is a quantity (policy Q5)."""
    entry = TABLE.get(unit)
    return entry is not None and entry[1] not in ("count", "tokens", "parameters")


MEASURE_STARTS = frozenset(unit[0] for unit in TABLE if is_measure(unit))


@lru_cache(maxsize=2048)
def _resolved(unit: str) -> tuple[int, str]:
    """The power of ten inside a unit and what is left of it: 万元 is (4, 元)."""
    plain = " ".join(unit.replace("\u00a0", " ").split()).replace("％", "%")
    if plain in TABLE:
        return 0, TABLE[plain][0]
    joined = plain.replace(" ", "")
    if joined in TABLE:
        return 0, TABLE[joined][0]
    if "/" in joined:
        return 0, "/".join(_resolved(part)[1] for part in joined.split("/"))
    for prefix in ("个", "個"):
        if joined.startswith(prefix) and len(joined) > 1:
            return 0, _resolved(joined[1:])[1]
    if joined in LATIN_POWERS:
        return LATIN_POWERS[joined], ""
    power = power_of(joined) if joined and joined[0] in "十百千万亿萬億" else None
    if power:
        return power, ""
    match = _MAGNITUDE.match(plain)
    if match and plain[match.end() :].replace(" ", "") in TABLE:
        power = LATIN_POWERS.get(match[1]) or power_of(match[1])
        if power:
            return power, _resolved(plain[match.end() :])[1]
    return 0, joined


def normal_unit(unit: str) -> str:
    """The one spelling under which a unit is compared; an unknown unit stays as it is.

    >>> normal_unit("毫秒"), normal_unit("ms"), normal_unit("成"), normal_unit("百分点")
    ('毫秒', '毫秒', '%', '个百分点')
    >>> normal_unit("万元"), normal_unit("x"), normal_unit("个 token")
    ('元', '倍', 'token')
    """
    return _resolved(unit)[1]


LONGEST_UNIT = 100


def known_unit(unit: str) -> bool:
    """Whether the unit table knows a unit (an empty unit is known: a bare number).

    >>> known_unit("毫秒"), known_unit("万元"), known_unit("元/吨"), known_unit("呎呎")
    (True, True, True, False)
    """
    if len(unit) > LONGEST_UNIT:
        return False
    name = normal_unit(unit)
    return not name or all(part in TABLE for part in name.split("/"))


def unit_kind(unit: str) -> str:
    """What a unit measures; `number` without a unit, `rate` for a/b, `count` if unknown.

    >>> unit_kind("%"), unit_kind("个百分点"), unit_kind("倍"), unit_kind("张"), unit_kind("")
    ('percent', 'points', 'times', 'count', 'number')
    """
    name = normal_unit(unit)
    if not name:
        return "number"
    if "/" in name and name not in TABLE:
        return "rate"
    return TABLE[name][1] if name in TABLE else "count"


def same_quantity(
    a_value: Decimal | tuple[Decimal, Decimal] | None,
    a_unit: str,
    b_value: Decimal | tuple[Decimal, Decimal] | None,
    b_unit: str,
) -> bool:
    """Whether two values with units are two spellings of one quantity (policy 1.6).

    Magnitudes are multiplied out (3 万元 is 30000 元), spellings of one unit are equal (ms and
    毫秒), the value of 成 is a percentage (三成 has the value 30). Nothing is converted, and a
    vague quantity (几十) is the same as nothing.

    >>> same_quantity(Decimal("12.50"), "%", Decimal("12.5"), "百分之")
    True
    >>> same_quantity(Decimal("3.6"), "万", Decimal(36000), "")
    True
    >>> same_quantity(Decimal(5), "%", Decimal(5), "个百分点")
    False
    >>> same_quantity(Decimal(500), "ms", Decimal("0.5"), "秒")
    False
    """
    if a_value is None or b_value is None:
        return False
    (a_power, a_name), (b_power, b_name) = _resolved(a_unit), _resolved(b_unit)
    if a_name != b_name or isinstance(a_value, tuple) != isinstance(b_value, tuple):
        return False
    a = a_value if isinstance(a_value, tuple) else (a_value,)
    b = b_value if isinstance(b_value, tuple) else (b_value,)
    return all(_equal(x, a_power, y, b_power) for x, y in zip(a, b, strict=True))


def _equal(a: Decimal, a_power: int, b: Decimal, b_power: int) -> bool:
    """Equality of a·10^m and b·10^n by digits alone, so that no context rounds or overflows."""
    return _digits(a, a_power) == _digits(b, b_power)


def _digits(number: Decimal, power: int) -> tuple[int, str, int | str]:
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return sign, exponent, 0
    text = "".join(map(str, digits)).lstrip("0")
    if not text:
        return 0, "", 0
    stripped = text.rstrip("0")
    return sign, stripped, exponent + power + len(text) - len(stripped)
