"""Dates of a bibliography: read in the forms people write, or not at all. Pure."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from chapterkit.patterns import Late

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIGITS = {digit: str(value) for value, digit in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
}


@dataclass(frozen=True)
class Date:
    """A date: the year as it is printed, and the parts that are known: year, month, day.

    Without parts it is only printed: c1987, [1936], 2019-2021, in press.
    """

    year: str
    parts: tuple[int, ...] = ()


def read_date(text: str) -> Date | None:
    """Return the date that a text says, or None if it cannot be told which.

    >>> read_date("5 May 2020"), read_date("2020-13-45")
    (Date(year='2020', parts=(2020, 5, 5)), None)
    >>> [read_date(one).year for one in ("c1960", "ca. 1960", "1936?", "-0300", "2019/2021")]
    ['c1960', '[1960]', '[1936]', '公元前301', '2019-2021']
    """
    plain = " ".join(text.replace("{", "").replace("}", "").replace("~", " ").split()).strip(
        " ,.。"
    )
    if text.strip().endswith(("~", "?", "%")) and _YEAR.fullmatch(plain.rstrip("?%")):
        return Date(f"[{plain.rstrip('?%')}]")
    return _whole(plain) or _as_printed(plain) or _range(plain)


def month_named(text: str) -> int | None:
    """Return the number of a month by its name or number; None for what is none."""
    name = text.strip(" .").lower()
    if name.isdecimal():
        return int(name) if 1 <= int(name) <= 12 else None
    name = name.removesuffix("月")
    if name.isdecimal():
        return month_named(name)
    return {one: place for place, one in enumerate(_MONTHS, 1)}.get(name[:3])


_YEAR = Late(r"\d{4}")
_MONTH = r"(?P<name>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?)"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?"
_TIME = r"(?:[T ]\d{1,2}:\d{2}.*)?"
_FORMS = tuple(
    Late(form, re.IGNORECASE)
    for form in (
        rf"(?P<y>\d{{4}})(?P<sep>[-/.])(?P<m>\d{{1,2}})(?:(?P=sep)(?P<d>\d{{1,2}}))?{_TIME}",
        r"(?P<y>\d{3,4})",
        r"(?P<y>\d{4}) ?年(?: ?(?P<m>\d{1,2}) ?月(?: ?(?P<d>\d{1,2}) ?[日号號]?)?)?",
        rf"{_WEEKDAY}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH},?[ -](?P<y>\d{{4}})",
        rf"{_WEEKDAY}{_MONTH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})",
        rf"{_MONTH},? (?P<y>\d{{4}})",
        rf"(?P<y>\d{{4}})[ -]{_MONTH}(?:[ -](?P<d>\d{{1,2}}))?",
        r"(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>\d{4})",
    )
)
_SEASON = Late(
    r"(?:spring|summer|autumn|fall|winter),? (\d{4})|(\d{4})-2[1-4]"
    r"|(\d{4}) ?年?[春夏秋冬]季?(?:号|刊)?",
    re.IGNORECASE,
)
_CHINESE = Late(
    "([〇零○一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,3})月)?(?:([一二三四五六七八九十]{1,3})[日号號])?"
)
# American or European: which of two numbers is the day is clear only where one is no month.
_SLASHED = Late(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")


def _whole(text: str) -> Date | None:
    if found := _CHINESE.fullmatch(text):
        year = "".join(_DIGITS[digit] for digit in found[1])
        parts = (_small(found[2]), _small(found[3]))
        return _dated(int(year), *parts) if parts[0] or not parts[1] else None
    if found := _SEASON.fullmatch(text):
        return _dated(int(found[1] or found[2] or found[3]), None, None)
    if found := _SLASHED.fullmatch(text):
        return _slashed(int(found[1]), int(found[2]), int(found[3]))
    for form in _FORMS:
        if found := form.fullmatch(text):
            given = found.groupdict()
            month = month_named(given.get("m") or given.get("name") or "")
            if (given.get("m") or given.get("name")) and month is None:
                return None
            day = int(given["d"]) if given.get("d") else None
            return _dated(int(given["y"]), month, day, given["y"])
    return None


def _slashed(first: int, second: int, year: int) -> Date | None:
    if first == second or first > 12:
        return _dated(year, second, first)
    return _dated(year, first, second) if second > 12 else None


def _small(text: str | None) -> int | None:
    """Return a Chinese number up to 99."""
    if not text:
        return None
    tens, ten, ones = text.rpartition("十")
    digits = _DIGITS
    if not ten:
        return int("".join(digits[one] for one in text))
    return int(digits.get(tens, "1")) * 10 + int(digits.get(ones, "0"))


def _dated(year: int, month: int | None, day: int | None, written: str = "") -> Date | None:
    """Return a date if there is such a day."""
    if not year or (month is not None and not 1 <= month <= 12):
        return None
    if day is not None and (month is None or not 1 <= day <= calendar.monthrange(year, month)[1]):
        return None
    parts = tuple(one for one in (year, month, day) if one is not None)
    return Date(str(int(written or year)), parts)


# --- what is printed as it stands

_PRINTED = Late(
    r"(?:©c?|c) ?\d{4}|\[\d{3,4}\??\]|\d{4} ?印刷?|\d{3,4} ?[（(][^（）()]{2,20}[)）]"
    r"|in press|in print|forthcoming|to appear|to be published|accepted|submitted|in preparation"
    r"|unpublished|preprint|n\. ?d|待出版|待刊|待发表|即将出版|即将发表|印刷中|出版中|已录用"
    r"|未刊|未出版"
    r"|出版年不详|年代不详|\[出版年不详\]|\[n\.d\.?\]",
    re.IGNORECASE,
)
_ABOUT = Late(r"(?:ca?\.|circa|about|约|大约) ?(\d{3,4}) ?年?", re.IGNORECASE)
_BEFORE_CHRIST = Late(r"(?:公元)?前 ?(\d{1,4}) ?年?|(\d{1,4}) ?(?:bc|bce|b\.c)\.?", re.IGNORECASE)


def _as_printed(text: str) -> Date | None:
    if _PRINTED.fullmatch(text):
        return Date(_WITH_POINTS.get(text.lower(), re.sub(r"^(?:©c?|c) ?(?=\d)", "c", text)))
    if found := _ABOUT.fullmatch(text):
        return Date(f"[{found[1]}]")
    if found := _BEFORE_CHRIST.fullmatch(text):
        return Date(f"公元前{int(found[1] or found[2])}")
    return None


_WITH_POINTS = {"n.d": "n.d.", "n. d": "n.d."}
_RANGE = Late(r"(\d{4})(?:-\d{2}){0,2} ?(?:/|--|[-–—]| to |至) ?(\d{4})?(?:-\d{2}){0,2}")
_SHORT_RANGE = Late(r"(\d{2})(\d{2})(?:/|--|[–—-])(\d{2})")


def _range(text: str) -> Date | None:
    """Return a range of years, or a year before Christ as ISO 8601 counts them."""
    if (found := _RANGE.fullmatch(text.removesuffix("..").strip())) and found[1]:
        return _years(found[1], found[2] or "")
    if (found := _SHORT_RANGE.fullmatch(text)) and int(found[3]) > 12:
        return _years(found[1] + found[2], found[1] + found[3])
    if found := re.fullmatch(r"-(\d{4})", text):
        return Date(f"公元前{int(found[1]) + 1}")
    return None


def _years(first: str, last: str) -> Date | None:
    if first == last:
        return Date(first, (int(first),))
    return Date(f"{first}-{last}") if not last or last > first else None
