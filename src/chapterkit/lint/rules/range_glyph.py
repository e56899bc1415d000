"""The ends of a range are joined by a glyph that house style does not use for it.

Why: GB/T 15835-2011 (5.1.3) joins the ends of a range of numbers by ～ or —; – is common in print
and accepted too, unless book.yaml names the glyphs of the book (`style: {range: [～]}`). A tilde,
a hyphen or a minus sign between two numbers can be read as approximation, code or subtraction, and
10~20 may turn into a subscript.

Quiet: dates (2024-01-02), scores, telephone numbers, ISBN, names (GPT-4, 7-11), numbers of figures
(图 3-5), standards (GB/T 7714-2015), sums (5-3=2): a hyphen counts only where a unit, a year or an
order shows that a range is meant.

Bad:

    训练了 10~20 轮，用时 3-5 天。

Bad:

    增幅在 5%-8% 之间，见第 3-5 页，2019-2023 年都是如此。

Good:

    训练了 10–20 轮，用时 3～5 天，增幅在 5%—8% 之间。

Good:

    2024-01-02，主队 3-1 获胜，见图 3-5，电话 010-12345678。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from chapterkit.lint.problem import Problem, problem_at, replacement
from chapterkit.lint.typography import in_chinese, reference_test, speaks_chinese
from chapterkit.lint.words import word_lists, word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Document

GROUP = "language"
SEVERITY = "warning"
NEEDS = frozenset({"chinese"})

# Glyphs that hardly mean anything but a range between two numbers, and those that often do not.
_PLAIN = "~～〜∼"
_DOUBTFUL = "-‐‑‒–—−－"
_HAN_DIGITS = "一二三四五六七八九十两几百千万亿"
# What is counted or measured, and longer words that only begin like it.
_LISTS, _WORDS = word_lists("range-glyph"), word_patterns("range-glyph")
_UNITS, _OTHER_WORDS = frozenset(_LISTS["counted"]), frozenset(_LISTS["look-alikes"])
_LATIN_UNIT = f"{_WORDS['latin units']}(?![A-Za-z0-9])"
_NUMBER = r"(?:\d{1,2}:\d\d(?!\d)|\d+(?:[,，]\d{3})*(?:\.\d+)?)"
_YEAR_UNITS = "学年|學年|年度|年|赛季|賽季"

# The number before the glyph, at the end of the text.
_FROM = re.compile(
    rf"(?P<order>第\ ?|周|星期)?[+−-]?[$¥￥]?(?P<from>{_NUMBER}|[{_HAN_DIGITS}]{{1,6}})\Z"
)
_LATIN_BEHIND = re.compile(rf"\ ?{_LATIN_UNIT}|\+")
_LATIN_END = re.compile(rf"\d\ ?(?P<unit>{_LATIN_UNIT})\Z")
_HAS_NUMBER = re.compile(rf"[\d{_HAN_DIGITS}][^，。；、]{{0,4}}\Z")
_HAS_YEAR_UNIT = re.compile(rf"\ ?(?:{_YEAR_UNITS})")
_GOES_ON = re.compile(r"[-–—/_:=＝≈]\ ?\w|\ ?[=＝≈]|[A-Za-z_]|\.\d|\ ?等于")
_EQUALS = re.compile(r"[^，。；\d]{0,4}[=＝≈]")
_SCORE = re.compile(r"[^，。；]{0,4}[胜勝负負败敗平敌]")
_NAMED = Late(rf"{_WORDS['named']}\ ?\Z")
_LATIN_BEFORE = re.compile(r"[A-Za-z0-9_./:@#&–—-]\Z")
_LATIN_WORD_BEFORE = re.compile(r"[A-Za-z][\w.+-]*\ \Z")
_STANDARD = re.compile(r"[A-Z]{2,}(?:/[A-Z]+)?\ ?\Z")
_WINDOW = 24


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each range whose ends are joined by another glyph than is declared."""
    if not in_chinese(document):
        return
    accepted = book.config.style.range_glyphs
    usual = max(accepted, key=lambda one: _used(document, one))
    is_reference = reference_test(document)
    for hit in document.prose.finditer(_pattern(accepted)):
        block = hit.block
        if not speaks_chinese(block.prose) or is_reference(block):
            continue
        if (found := _range(block.prose, *hit.place("glyph"), hit.end)) is None:
            continue
        start, end = hit.place("glyph")
        start -= block.text[start - 1] == " "
        end += block.text[end] == " "
        excerpt = block.text[found : hit.end]
        yield problem_at(
            block,
            found,
            hit.end,
            f"范围“{excerpt}”用了“{hit.match['glyph']}”",
            f"改用“{'”或“'.join(accepted)}”",
            edits=replacement(block, start, end, usual),
        )


def _used(document: Document, glyph: str) -> int:
    """Return how often a glyph is used; — is a dash as often as not, so it does not count."""
    return -1 if glyph == "—" else document.prose.text.count(glyph)


@cache
def _pattern(accepted: tuple[str, ...]) -> re.Pattern[str]:
    other = "".join(glyph for glyph in _PLAIN + _DOUBTFUL if glyph not in accepted)
    return re.compile(
        rf"(?P<glyph>[{re.escape(other)}]{{1,2}}|——)"
        rf"\ ?(?:第|周|星期|约|約)?[+−$¥￥-]?(?P<to>{_NUMBER}|[{_HAN_DIGITS}]{{1,6}})"
    )


def _range(text: str, start: int, end: int, last: int) -> int | None:
    """Return where the range begins whose glyph is text[start:end]; None if it is no range.

    `last` is where its second number ends.
    """
    glyph = text[start:end]
    spaced = text[start - 1 : start] == " "
    if start == 0 or spaced != (text[end] == " "):
        return None
    first = max(0, start - spaced - _WINDOW)
    before = text[first : start - spaced]
    if not _HAS_NUMBER.search(before):
        return None
    unit = _unit_before(before)
    found = _FROM.search(before[: len(before) - len(unit)].rstrip(" "))
    if found is None:
        return None
    head = text[max(0, first - _WINDOW) : first + found.start()]
    sides = _Sides(head, found, unit, text, end, last)
    sure = sides.are_numbers() if glyph[0] in _PLAIN else sides.are_doubtless(spaced, glyph)
    return first + found.start() if sure else None


def _unit_before(text: str) -> str:
    """Return the unit that a text ends in, or nothing."""
    for length in (3, 2, 1):
        if text[-length:] in _UNITS:
            return text[-length:]
    found = _LATIN_END.search(text)
    return found["unit"] if found else ""


def _unit_behind(text: str, position: int) -> str:
    """Return the Chinese unit that stands at text[position], a space before it or not.

    >>> _unit_behind("3-5 天后", 3), _unit_behind("3-5 天然", 3), _unit_behind("3-1 年龄", 3)
    ('天', '天', '')
    """
    start = position + (text[position : position + 1] == " ")
    if text[start : start + 2] in _OTHER_WORDS:
        return ""
    words = (text[start : start + length] for length in (3, 2, 1))
    return next((word for word in words if word in _UNITS), "")


@dataclass(frozen=True)
class _Sides:
    """What stands round a glyph: before the first number, that number, and from the second on."""

    before: str
    first: re.Match[str]
    unit: str
    text: str
    end: int
    last: int

    @property
    def second(self) -> str:
        return self.text[self.end : self.last].lstrip(" 第周星期约約+−-$¥￥")

    def are_numbers(self) -> bool:
        return not re.search(r"[A-Za-z_/@~]\Z", self.before)

    def are_doubtless(self, spaced: bool, glyph: str) -> bool:
        """Tell whether a hyphen or minus joins the ends of a range, by what stands round it."""
        if ":" in self.first["from"] and ":" in self.second:
            return True
        if self._are_parts_of_more():
            return False
        if glyph == "——" or self._years():
            return self._years()
        behind = _unit_behind(self.text, self.last)
        latin = _LATIN_BEHIND.match(self.text, self.last) is not None
        if self.unit:
            return bool(behind or latin) or not spaced
        latin = latin and not _LATIN_WORD_BEFORE.search(self.before)
        return bool(self.first["order"] or behind or latin) and self._rises()

    def _are_parts_of_more(self) -> bool:
        """Tell whether the numbers belong to a name, date, sum, score or label."""
        behind = _unit_behind(self.text, self.last) or _LATIN_BEHIND.match(self.text, self.last)
        return bool(
            (_GOES_ON.match(self.text, self.last) and not behind)
            or _EQUALS.match(self.text, self.last)
            or _SCORE.match(self.text, self.last)
            or _LATIN_BEFORE.search(self.before)
            or _NAMED.search(self.before)
        )

    def _years(self) -> bool:
        first, second = self.first["from"], self.second
        if len(first) != 4 or not first.isdigit() or not "1000" <= first < "2100":
            return False
        if len(second) == 2 and second.isdigit():
            return _HAS_YEAR_UNIT.match(self.text, self.last) is not None
        if len(second) != 4 or not second.isdigit() or not first < second < "2200":
            return False
        return not _STANDARD.search(self.before)

    def _rises(self) -> bool:
        first, second = _value(self.first["from"]), _value(self.second)
        return first is None or second is None or first < second


def _value(number: str) -> float | None:
    digits = number.replace(",", "").replace("，", "")
    return float(digits) if digits.isascii() and digits.replace(".", "").isdigit() else None
