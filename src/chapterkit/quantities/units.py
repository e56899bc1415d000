"""The unit table: read a unit in text, name it, and say when two quantities are the same.

A unit is a word of the table (毫秒), a magnitude with one (万元), a compound of such (次/分,
mg/(kg·d), 例/10 万人, 10^9/L), or any other word, which is compared as written. `Units` is the
table; a book may declare more (`units_with`), and `reading` makes those the ones that the grammar
finds in text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from chapterkit.patterns import Late
from chapterkit.quantities.numerals import power_of
from chapterkit.quantities.traditional import simplified
from chapterkit.quantities.wordlists import lines, words

_LATIN_POWERS = {
    "K": 3, "k": 3, "M": 6, "B": 9, "b": 9, "T": 12,
    "mn": 6, "mln": 6, "bn": 9, "bln": 9, "tn": 12, "trn": 12,
}  # fmt: skip
ENGLISH_POWERS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
LATIN_POWERS = _LATIN_POWERS | ENGLISH_POWERS
_MAGNITUDE = re.compile(
    r"(?:([十百千万亿萬億]{1,3})|[KkMBbT]|(?:thousand|million|billion|trillion)(?:s of\b)?) ?(?=\S)"
)
# $ million, US$bn, €m, RMB 100 million: a currency, and how much of it is counted as one.
_PRICED = Late(
    r"([A-Za-z.]{0,4}[$¥￥€£₩]|[A-Z]{3}|美元|人民币) ?(?:(1000?|10) ?)?"
    r"(m|millions|thousands|billions|trillions|[A-Za-z]{1,8}|[十百千万亿]{1,3})"
)
_MILLIONS = {"m": 6, "thousands": 3, "millions": 6, "billions": 9, "trillions": 12}
_ALNUM = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
_UNCOUNTED = ("count", "tokens", "parameters")
LONGEST_UNIT = 60
_KEPT = 4096
Found = TypeVar("Found")
Base = tuple[Fraction, tuple[tuple[str, int], ...]]

# --- compounds

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
_LOWERED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_EXPONENT = re.compile(r"(?:\^\(?([-−]?\d{1,2})[)^]?|([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))$")
_SIGN = re.compile(r" ?([/·⋅∙*()（）]|每(?!个)|\bper\b) ?")
_COMPOUND = re.compile(r"[/·⋅∙*^(（每⁻⁰¹²³⁴⁵⁶⁷⁸⁹]|\bper\b|^\d")
_PLAIN_NUMBER = re.compile(
    r"(\d{1,3}(?:,\d{3})+|\d{1,12}(?:\.\d{1,12})?)"
    r"(?:(?:\^|\*\*)(-?\d{1,2})|([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))? ?"
)
_MAGNITUDE_ALONE = re.compile(
    r"([十百千万亿萬億]{1,3}|[KMBT](?![A-Za-z])|thousand|million|billion|trillion)(?![A-Za-z]) ?"
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A unit that a book declares.

    `name` is its first spelling, `same` are others; `counts` tells that a small number of it is a
    small count (三户); one of it is `factor` of `other`, if that is said.
    """

    name: str
    same: tuple[str, ...] = ()
    counts: bool = False
    factor: Fraction | None = None
    other: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a unit says: names to their powers (米: 1, 秒: −1), and so many times that.

    `known` is whether the table has all names. 万元 is 10000 元, 例/10 万人 is 1/100000 例/人.
    """

    parts: tuple[tuple[str, int], ...]
    scale: Fraction = Fraction(1)
    known: bool = True

    @property
    def name(self) -> str:
        """The one spelling under which the unit is compared, without magnitude."""
        top = [name + _raised(power) for name, power in self.parts if power > 0]
        bottom = [name + _raised(-power) for name, power in self.parts if power < 0]
        if not bottom:
            return "·".join(top)
        under = bottom[0] if len(bottom) == 1 else f"({'·'.join(bottom)})"
        return f"{'·'.join(top)}/{under}"


def _raised(power: int) -> str:
    return "" if power == 1 else str(power).translate(_LOWERED)


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    spellings: tuple[str, ...]
    followers: str = ""
    factor: Fraction | None = None
    other: str = ""


def _entry(kind: str, text: str) -> _Entry:
    names, _, said = text.partition("=")
    names, _, followers = names.strip().partition(">")
    spellings = tuple(name.replace("_", " ") for name in names.split())
    factor, _, other = said.strip().partition(" ")
    return _Entry(kind, spellings, followers, Fraction(factor) if factor else None, other)


def _standard_entries() -> Iterator[_Entry]:
    for line in lines("units.txt"):
        kind, _, rest = line.partition(":")
        yield _entry(kind, rest)
    for line in lines("classifiers.txt"):
        yield _entry("count", line)


def _blockers(entries: Iterable[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Words that only begin like a unit, and the unit of those that hold one (三组|成绩)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for entry in dict.fromkeys(entries):
        unit, bar, _ = entry.partition("|")
        word = entry.replace("|", "")
        found.setdefault(word[:2], []).append((word, unit if bar else ""))
    return {
        key: tuple(sorted(group, key=lambda one: len(one[0]), reverse=True))
        for key, group in found.items()
    }


def _by_two_characters(entries: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for entry in dict.fromkeys(entries):
        found.setdefault(entry[:2], []).append(entry)
    return {key: tuple(sorted(group, key=len, reverse=True)) for key, group in found.items()}


_NOT_UNITS = _blockers(word.replace("_", " ") for word in words("not-units.txt"))


def _kept(known: dict[str, Found], unit: str, find: Callable[[str], Found]) -> Found:
    """Return what is known of a unit, found out once; a text of endless units keeps few."""
    if unit not in known:
        if len(known) > _KEPT:
            known.clear()
        known[unit] = find(unit)
    return known[unit]


class Units:
    """A table of units, and what can be asked of it."""

    def __init__(self, declared: tuple[Declared, ...] = ()) -> None:
        self.declared = declared
        self.table: dict[str, tuple[str, str]] = {}
        self.per: dict[str, str] = {}
        self.scales: dict[str, tuple[Fraction, str]] = {}
        self.followers: dict[str, frozenset[str]] = {}
        for entry in _standard_entries():
            self._add(entry)
        self._meanings: dict[str, Meaning] = {}
        self._bases: dict[str, Base] = {}
        for one in declared:
            self._declare(one)
        self._meanings.clear()
        self.first_characters = frozenset(unit[0] for unit in self.table)
        self.measure_starts = frozenset(unit[0] for unit in self.table if self.is_measure(unit))
        self._long = _by_two_characters(unit for unit in self.table if len(unit) > 1)
        self._short = frozenset(unit for unit in self.table if len(unit) == 1)

    def __reduce__(self) -> tuple[object, ...]:
        return units_with, (self.declared,)

    def _add(self, entry: _Entry) -> None:
        name = entry.spellings[0]
        for spelling in entry.spellings:
            if entry.kind == "per":
                self.per[spelling] = name
                continue
            self.table.setdefault(spelling, (name, entry.kind))
            if entry.followers:
                self.followers[spelling] = frozenset(entry.followers)
        if entry.factor is not None:
            self.scales[name] = entry.factor, entry.other

    def _declare(self, one: Declared) -> None:
        """Add a book's unit: to a unit of the table that it names, or as one of its own."""
        own = simplified(one.name)
        name, kind = self.table.get(own, (own, ""))
        if one.counts:
            kind = "count"
        elif one.other and not kind:
            kind = self.kind(one.other)
        for spelling in map(simplified, (one.name, *one.same)):
            self.table[spelling] = name, kind or "own"
            self.followers.pop(spelling, None)
        if one.factor is not None:
            self.scales[name] = one.factor, one.other

    # --- in text

    def at(self, text: str, at: int) -> str:
        """The longest unit or classifier standing at `at` in the text, or an empty string."""
        two = text[at : at + 2]
        first = two[:1]
        blocked = 0
        for word, held in _NOT_UNITS.get(two, ()):
            if text.startswith(word, at):
                if held:
                    return held
                blocked = len(word)
                break
        for unit in self._long.get(two, ()):
            if len(unit) < blocked:
                return ""
            if text.startswith(unit, at) and self._stands(text, unit, at + len(unit)):
                return unit
        if first in self._short and not blocked and self._stands(text, first, at + 1):
            return first
        return ""

    def _stands(self, text: str, unit: str, end: int) -> bool:
        """Whether what follows lets the unit be one: no longer Latin word, its own company."""
        following = text[end : end + 1]
        if unit[-1] in _ALNUM:
            if following == ".":  # 1 s.d. is no second
                behind = text[end + 1 : end + 2]
                return behind not in _ALNUM or not behind or behind.isupper() or behind.isdigit()
            return following not in _ALNUM or not following
        followers = self.followers.get(unit)
        return followers is None or (following or "。") in followers

    # --- by name

    def is_measure(self, unit: str) -> bool:
        """Whether a number of any size before this unit is a quantity (policy Q5)."""
        entry = self.table.get(unit)
        return entry is not None and entry[1] not in _UNCOUNTED

    def meaning(self, unit: str) -> Meaning:
        """What a unit says; an unknown one is its own name."""
        return _kept(self._meanings, unit, self._read)

    def _read(self, unit: str) -> Meaning:
        plain = " ".join(unit.split()).replace("％", "%")
        if len(plain) > LONGEST_UNIT:
            return Meaning(((plain, 1),), known=False)
        plain = simplified(plain).removeprefix("×") if plain[1:2].isdecimal() else simplified(plain)
        return self._word(plain) or self._made(plain)

    def _made(self, plain: str) -> Meaning:
        compound = self._compound(plain) if _COMPOUND.search(plain) else None
        return compound or Meaning(((plain.replace(" ", ""), 1),), known=False)

    def _word(self, plain: str, *, under: bool = False) -> Meaning | None:
        """A unit of the table, with a magnitude or a 个 before it, or a magnitude alone."""
        if under and plain in self.per:
            return Meaning(((self.per[plain], 1),))
        joined = plain.replace(" ", "")
        for spelling in (plain, joined):
            if spelling in self.table:
                return Meaning(((self.table[spelling][0], 1),))
        if not joined:
            return Meaning(())
        if joined[0] in "个個" and len(joined) > 1:
            return self._word(joined[1:]) or Meaning(((joined[1:], 1),), known=False)
        power = LATIN_POWERS.get(joined)
        if power is None and joined[0] in "十百千万亿萬億":
            power = power_of(joined)
        if power:
            return Meaning((), Fraction(10) ** power)
        return self._multiple(plain) or self._priced(plain)

    def _multiple(self, plain: str) -> Meaning | None:
        """万元, million dollars, 亿千瓦时: a magnitude, the longest that leaves a unit."""
        match = _MAGNITUDE.match(plain)
        if match is None:
            return None
        word = match[0].strip().removesuffix(" of").rstrip("s") if not match[1] else match[1]
        for end in range(len(match[1]), 0, -1) if match[1] else (match.end(),):
            rest = plain[end:].strip()
            entry = self.table.get(rest) or self.table.get(rest.replace(" ", ""))
            power = power_of(word[:end]) if match[1] else LATIN_POWERS[word]
            if entry and power:
                return Meaning(((entry[0], 1),), Fraction(10) ** power)
        return None

    def _priced(self, plain: str) -> Meaning | None:
        """$ million, US$bn, RMB 100 million: the magnitude behind the currency."""
        match = _PRICED.fullmatch(plain)
        name, kind = self.table.get(match[1], ("", "")) if match else ("", "")
        if match is None or kind != "money":
            return None
        power = _MILLIONS.get(match[3]) or LATIN_POWERS.get(match[3]) or power_of(match[3])
        return Meaning(((name, 1),), int(match[2] or 1) * Fraction(10) ** power) if power else None

    def _compound(self, plain: str) -> Meaning | None:
        """次/分, mg/(kg·d), 元/平方米·月, 每 10 万人; `None` where signs make no sense."""
        reader = _Compound(self, plain)
        return reader.meaning() if reader.read() else None

    def known(self, unit: str) -> bool:
        """Whether the table has the unit, or all that it is made of."""
        return self.meaning(unit).known

    def kind(self, unit: str) -> str:
        """What a unit measures; `number` without a unit, `rate` for a/b, `count` if unknown."""
        parts = self.meaning(unit).parts
        if not parts:
            return "number"
        if len(parts) > 1 or parts[0][1] != 1:
            return "rate"
        entry = self.table.get(parts[0][0])
        return entry[1] if entry else "count"

    def in_base(self, unit: str) -> Base:
        """How many of the most basic units one of `unit` is: 毫秒 is 1/1000 of 秒.

        Names that the table does not convert stay.
        """
        return _kept(self._bases, unit, self._converted)

    def _converted(self, unit: str) -> Base:
        meaning = self.meaning(unit)
        scale, powers = meaning.scale, dict[str, int]()
        for name, power in meaning.parts:
            base = name
            for _ in range(len(self.scales)):
                if base not in self.scales:
                    break
                factor, other = self.scales[base]
                inner = self.meaning(other)
                scale *= (factor * inner.scale) ** power
                if len(inner.parts) != 1 or inner.parts[0][1] != 1:
                    for part, exponent in inner.parts:
                        powers[part] = powers.get(part, 0) + exponent * power
                    base = ""
                    break
                base = inner.parts[0][0]
            if base:
                powers[base] = powers.get(base, 0) + power
        return scale, _sorted(powers)


def _sorted(powers: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, power) for name, power in powers.items() if power))


class _Compound:
    """Reads a compound unit: words between strokes, dots and brackets."""

    def __init__(self, units: Units, text: str) -> None:
        self.units = units
        self.tokens = [token for token in _SIGN.split(text) if token.strip()]
        self.at = 0
        self.powers: dict[str, int] = {}
        self.scale = Fraction(1)
        self.known = True

    def meaning(self) -> Meaning:
        top = [(name, power) for name, power in self.powers.items() if power > 0]
        bottom = sorted((name, power) for name, power in self.powers.items() if power < 0)
        return Meaning((*sorted(top), *bottom), self.scale, self.known)

    def read(self) -> bool:
        """Read all; tell whether it is well formed."""
        return len(self.tokens) < 20 and self._quotient(1) and self.at == len(self.tokens)

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _quotient(self, sign: int) -> bool:
        if self._next() not in _OVER and not self._product(sign):
            return False
        while self._next() in _OVER:
            self.at += 1
            if not self._product(-sign):
                return False
        return True

    def _product(self, sign: int) -> bool:
        """Factors with dots between; behind a stroke all of them are under it: 元/平方米·月."""
        while True:
            if not self._factor(sign):
                return False
            if self._next() not in _DOTS:
                return True
            self.at += 1

    def _factor(self, sign: int) -> bool:
        token = self._next()
        self.at += 1
        if token in ("(", "（"):
            inside = self._quotient(sign) and self._next() in (")", "）")
            self.at += 1
            return inside
        return bool(token) and not _SIGN.fullmatch(token) and self._word(token, sign)

    def _word(self, word: str, sign: int) -> bool:
        number = _PLAIN_NUMBER.match(word)
        if number:
            value = Fraction(number[1].replace(",", ""))
            if not value or not number[0].strip():
                return False
            exponent = int((number[2] or number[3] or "1").translate(_RAISED))
            if exponent != 1 and value != 10:
                return False
            self.scale *= value ** (exponent * sign)
            word = word[number.end() :]
            magnitude = _MAGNITUDE_ALONE.match(word)
            if magnitude and word not in self.units.table:
                power = LATIN_POWERS.get(magnitude[1]) or power_of(magnitude[1]) or 0
                self.scale *= Fraction(10) ** (power * sign)
                word = word[magnitude.end() :]
            if not word:
                return True
        power = sign
        found = self.units._word(_squared(word), under=sign < 0)
        if found is None and (match := _EXPONENT.search(word)):
            power *= int((match[1] or match[2]).translate(_RAISED))
            word = word[: match.start()]
            found = self.units._word(word, under=sign < 0)
        found = found or Meaning(((word.replace(" ", ""), 1),), known=False)
        for name, exponent in found.parts:
            self.powers[name] = self.powers.get(name, 0) + exponent * power
        self.scale *= found.scale**power
        self.known = self.known and found.known
        return True


_OVER = ("/", "每", "per")
_DOTS = ("·", "⋅", "∙", "*")


def _squared(word: str) -> str:
    """m^2 as the table has it: m²."""
    plain = word.removesuffix("^")
    return plain.replace("^2", "²").replace("^3", "³")


@lru_cache(maxsize=64)
def units_with(declared: tuple[Declared, ...]) -> Units:
    """Return the table with what a book declares besides."""
    return Units(declared)


STANDARD = units_with(())
_READING: ContextVar[Units] = ContextVar("units", default=STANDARD)


def active() -> Units:
    """The table that text is being read with."""
    return _READING.get()


@contextmanager
def reading(units: Units) -> Iterator[None]:
    """Let text be read with the units of a book."""
    token = _READING.set(units)
    try:
        yield
    finally:
        _READING.reset(token)


def unit_at(text: str, at: int) -> str:
    """The longest unit or classifier standing at `at` in the text, or an empty string.

    >>> unit_at("20 个百分点", 3)
    '个百分点'
    >>> unit_at("十二出现", 2)
    ''
    """
    return _READING.get().at(text, at)


def is_measure(unit: str) -> bool:
    """Whether a number of any size before this unit is a quantity (policy Q5)."""
    return _READING.get().is_measure(unit)


# --- compounds in text

_PER_MARK = re.compile(
    r" ?/ ?| per (?=\d|[htmb][a-z]{2,7}(?:sand|red|lion)\b)|每(?=(?:秒|分|小时)(?!钟[内里]))"
)
_PER_SPOKEN = re.compile(r" per (?=[\w(])")
_DOT_BEFORE = re.compile(r"[·⋅∙](?=[A-Za-zμµΩ人次小年])")
_SUPERSCRIPT = re.compile(r"\^[-−]?[1-9](?!\d)\^?|[⁻]?[¹²³⁴]")
_PER_NUMBER = re.compile(
    r"(?:(10{0,7}|10{0,2}(?:,000){1,2}|10(?:\^[1-9]|[¹²³⁴⁵⁶⁷⁸⁹])|1\.73(?= ?m))(?!\d|[.,]\d) ?)?"
    r"([十百千万亿萬億]{1,3}(?!瓦|克|米|帕|赫|伏|卡|焦|分)|"
    r"(?:[KMB](?= ?[a-z]{3})|thousand|million|billion)(?![A-Z]))? ?"
)
_WORD = Late(r"[A-Za-z]{1,12}(?![A-Za-z0-9])")
_LARGE = 3
_NO_PER = {
    "时": "间候刻代期",
    "月": "球饼",
    "季": "节后前",
    "平": "台均时等衡板面稳行",
    "度": "假量过",
}
_PER_KINDS = frozenset(("time", "volume", "mass", "area", "length", "tokens"))


def compound_end(text: str, end: int, *, spoken: bool = False) -> int:
    """Where a unit that begins before `end` really ends: 次 → 次/分, mg → mg/(kg·d), kW → kW·h.

    What is said in words, mg → mg per kg, is a part of it where `spoken` allows.
    """
    while True:
        following = text[end : end + 1]
        if following in ("^", "⁻", "¹", "²", "³", "⁴") and following:
            raised = _SUPERSCRIPT.match(text, end)
            if raised is None or text[end - 1] not in _ALNUM:
                return end
            end = raised.end()
        elif following in ("·", "⋅", "∙") and following:
            dot = _DOT_BEFORE.match(text, end)
            further = unit_at(text, dot.end()) if dot else ""
            if not dot or not further:
                return end
            end = dot.end() + len(further)
        else:
            under = per_end(text, end, spoken=spoken)
            if under == end:
                return end
            end = under


def per_end(text: str, at: int, *, spoken: bool = False) -> int:
    """Where what stands under a stroke at `at` ends, or `at`: /分, /(kg·d), /10 万人."""
    if text[at : at + 1] not in ("/", " ", "每") or at >= len(text):
        return at
    mark = _PER_MARK.match(text, at) or (spoken and _PER_SPOKEN.match(text, at))
    if not mark:
        return at
    end = _under_end(text, mark.end())
    return at if end == mark.end() else end


def _under_end(text: str, at: int) -> int:
    end = _factor_end(text, at)
    while end > at and text[end : end + 1] in ("·", "⋅", "∙") and end < len(text):
        further = _factor_end(text, end + 1)
        if further == end + 1:
            break
        end = further
    return end


def _factor_end(text: str, at: int) -> int:
    """One factor under a stroke: a bracket, or a unit with a round number before it."""
    if text[at : at + 1] in ("(", "（") and at < len(text):
        inside = _under_end(text, at + 1)
        closed = inside > at + 1 and text[inside : inside + 1] in (")", "）")
        return inside + 1 if closed and inside < len(text) else at
    number = _PER_NUMBER.match(text, at)
    start = number.end() if number else at
    unit = unit_at(text, start) or _per_word(text, start)
    if not unit:
        large = number and (number[2] or len(number[1] or "") >= _LARGE)
        return start - (text[start - 1] == " ") if large else at
    end = start + len(unit)
    raised = _SUPERSCRIPT.match(text, end) if unit[-1] in _ALNUM else None
    return raised.end() if raised else end


def _per_word(text: str, at: int) -> str:
    """A spelling that is a unit only under a stroke: 元/月, t/(ha·a)."""
    units = _READING.get()
    word = text[at : at + 1]
    following = text[at + 1 : at + 2]
    if word and word in _ALNUM:
        latin = _WORD.match(text, at)
        return latin[0] if latin and latin[0] in units.per else ""
    if word not in units.per or not word:
        return ""
    return "" if following and following in _NO_PER.get(word, "") else word


def bare_per_end(text: str, at: int) -> int:
    """The same for a number without a unit of its own: 4.5×10⁹/L, 12.3/10 万, 80/分."""
    if text[at : at + 1] not in ("/", " ") or at >= len(text):
        return at
    mark = _PER_MARK.match(text, at)
    if mark is None or mark[0].strip() not in ("/", "per"):
        return at
    number = _PER_NUMBER.match(text, mark.end())
    start = number.end() if number else mark.end()
    spoken = mark[0].strip() == "per"
    if number and number[1] and not number[2] and not spoken:
        return at
    unit = unit_at(text, start) or _per_word(text, start)
    kind = _READING.get().kind("/" + unit) if unit else ""
    units = _READING.get()
    base = units.table.get(units.per.get(unit, unit), ("", ""))[1]
    fits = spoken or bool(number and number[2]) or (kind == "rate" and base in _PER_KINDS)
    end = _under_end(text, mark.end()) if fits else at
    return at if end == mark.end() else end


def normal_unit(unit: str, units: Units = STANDARD) -> str:
    """The one spelling under which a unit is compared; an unknown unit stays as it is.

    >>> normal_unit("毫秒"), normal_unit("ms"), normal_unit("成"), normal_unit("百分点")
    ('毫秒', '毫秒', '%', '个百分点')
    >>> normal_unit("万元"), normal_unit("x"), normal_unit("个 token"), normal_unit("個百分點")
    ('元', '倍', 'token', '个百分点')
    >>> normal_unit("mg/kg/d"), normal_unit("毫克/(千克·天)"), normal_unit("例/10 万人年")
    ('毫克/(千克·天)', '毫克/(千克·天)', '例/人年')
    """
    return units.meaning(unit).name


def known_unit(unit: str, units: Units = STANDARD) -> bool:
    """Whether the unit table knows a unit (an empty unit is known: a bare number).

    >>> known_unit("毫秒"), known_unit("万元"), known_unit("元/吨"), known_unit("呎呎")
    (True, True, True, False)
    >>> known_unit("mg/(kg·d)"), known_unit("每 10 万人"), known_unit("10^9/L"), known_unit("呎/天")
    (True, True, True, False)
    """
    return len(unit) <= LONGEST_UNIT and units.known(unit)


def unit_kind(unit: str, units: Units = STANDARD) -> str:
    """What a unit measures; `number` without a unit, `rate` for a/b, `count` if unknown.

    >>> unit_kind("%"), unit_kind("个百分点"), unit_kind("倍"), unit_kind("张"), unit_kind("")
    ('percent', 'points', 'times', 'count', 'number')
    """
    return units.kind(unit)


def same_quantity(
    a_value: Decimal | tuple[Decimal, Decimal] | None,
    a_unit: str,
    b_value: Decimal | tuple[Decimal, Decimal] | None,
    b_unit: str,
    units: Units = STANDARD,
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
    a, b = units.meaning(a_unit), units.meaning(b_unit)
    return a.parts == b.parts and _same_values(a_value, a.scale, b_value, b.scale)


def converted(
    a_value: Decimal | tuple[Decimal, Decimal] | None,
    a_unit: str,
    b_value: Decimal | tuple[Decimal, Decimal] | None,
    b_unit: str,
    units: Units = STANDARD,
) -> bool:
    """Whether two values are one quantity after conversion by the table, exactly.

    >>> converted(Decimal(500), "毫秒", Decimal("0.5"), "秒"), converted(Decimal(90), "分钟",
    ...     Decimal("1.5"), "小时")
    (True, True)
    >>> converted(Decimal(5), "%", Decimal(5), "个百分点"), converted(Decimal(1), "千克",
    ...     Decimal(1000), "毫升")
    (False, False)
    """
    (a_scale, a_parts), (b_scale, b_parts) = units.in_base(a_unit), units.in_base(b_unit)
    return a_parts == b_parts and _same_values(a_value, a_scale, b_value, b_scale)


def _same_values(
    a_value: Decimal | tuple[Decimal, Decimal] | None,
    a_scale: Fraction,
    b_value: Decimal | tuple[Decimal, Decimal] | None,
    b_scale: Fraction,
) -> bool:
    if (
        a_value is None
        or b_value is None
        or isinstance(a_value, tuple) != isinstance(b_value, tuple)
    ):
        return False
    a = a_value if isinstance(a_value, tuple) else (a_value,)
    b = b_value if isinstance(b_value, tuple) else (b_value,)
    ratio = a_scale / b_scale
    return all(_equal(x, y, ratio) for x, y in zip(a, b, strict=True))


def _equal(a: Decimal, b: Decimal, ratio: Fraction) -> bool:
    """Equality of a·ratio and b by digits alone, so that no context rounds or overflows."""
    return _digits(a, ratio.numerator) == _digits(b, ratio.denominator)


def _digits(number: Decimal, times: int) -> tuple[int, str, int | str]:
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return sign, exponent, 0
    text = str(int("".join(map(str, digits))) * times)
    if text == "0":
        return 0, "", 0
    stripped = text.rstrip("0")
    return sign, stripped, exponent + len(text) - len(stripped)
