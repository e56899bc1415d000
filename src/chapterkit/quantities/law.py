"""Numbers by which English statutes and law reports are cited: s 10(1), [1911] 2 KB 45. Pure."""

from __future__ import annotations

import re

from chapterkit.patterns import Late
from chapterkit.quantities.ends import SPACES, unit_span
from chapterkit.quantities.model import Skip
from chapterkit.quantities.wordlists import sections

_PLACES = sections("labels.txt")["law"]
_YEAR = r"(?:1[5-9]|20)\d\d"
# 10, 12A, 5.2, 10(1)(a), 3-101
_NUMBER = r"\d{1,4}[A-Z]{0,2}(?:\.\d{1,3})*(?:-\d{3}(?!\d))?(?: ?\([0-9a-zA-Z]{1,4}\))*"
_ONE = Late(rf"{_NUMBER}(?![\w%]|\.\d)")
# ss 12–15; ss 12, 13(2) and 15; s 10(1) or (2)
_AND = r"(?: ?[-–—] ?|,? (?:and|or|to) |, )"
_MORE = Late(rf"(?:{_AND}(?:{_NUMBER}|(?:\([0-9a-zA-Z]{{1,4}}\))+)(?![\w%]|\.\d))*")
_PLURAL = re.compile(r"s\.?$|^(?:ss|rr)\.?$")
_PLACE = Late(
    rf"(?:^|(?<=[\s(\[,;，；（]))({'|'.join(sorted(_PLACES, key=len, reverse=True))})\.? ?$",
    re.IGNORECASE,
)
_LONGEST = 14
# KB, QB, AC, All ER, LT, Ex, U.S., F.3d, EWCA Civ, Cal. App.
_SERIES = (
    r"[A-Z][A-Za-z.&']*(?: ?\d[a-z]{1,2}\b)?(?: (?:[A-Z][A-Za-z.&']*|\([A-Z][A-Za-z]{0,3}\)))*"
)
_PINPOINT = r"\d{1,5}(?: ?\([A-Z][A-Za-z]*\))?(?:,? (?:at )?\d{1,5}(?:[-–]\d{1,5})?(?![\w%]))*"
_REPORT = Late(rf"(?:\d{{1,4}} )?{_SERIES} {_PINPOINT}(?![\w%])")
_DATED_BEFORE = Late(rf"[\[(]{_YEAR}[\])],? $")
_SERIES_BEFORE = Late(rf"[\[(]{_YEAR}[\])],? {_SERIES} $")
_PAGES = Late(rf"{_PINPOINT}(?![\w%])")
_DATED_BEHIND = Late(rf"\d{{1,4}} {_SERIES} {_PINPOINT} \((?:[A-Za-z0-9. ]{{1,20}} )?{_YEAR}\)")
_CHAPTER = Late(rf"{_YEAR},? c\.? $")
_REACH = 60
_LAST_BEFORE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.]),§")
_LOOKS_REPORTED = Late(r"\d{1,4} [A-Z&]|\d{1,2} and \d")


def cited(text: str, at: int) -> Skip | None:
    """A number by which a statute or a law report is cited: s 10(1), ss 12–15, [1911] 2 KB 45."""
    before = text[at - 1 : at]
    last = text[at - 2 : at - 1] if before and before in SPACES else before
    if last in _LAST_BEFORE:
        return _report(text, at) or _place(text, at)
    return _report(text, at) if _LOOKS_REPORTED.match(text, at) else None


def _report(text: str, at: int) -> Skip | None:
    """A report: its year in brackets before it, or behind it as Americans write."""
    low = max(0, at - _REACH)
    if text[at - 1 : at] == " " and text[at - 2 : at - 1] in ("]", ")", ","):
        if _DATED_BEFORE.search(text, low, at) and (match := _REPORT.match(text, at)):
            return Skip(at, match.end(), "E4")
    elif text[at - 1 : at] == " " and _SERIES_BEFORE.search(text, low, at):
        match = _PAGES.match(text, at)
        return Skip(at, match.end(), "E4") if match else None
    match = _DATED_BEHIND.match(text, at)
    if match is None and (code := _CODE.match(text, at)):
        return Skip(at, code.end(), "E2")
    return Skip(at, match.end(), "E4") if match else None


# 42 U.S.C. § 1983, 12 C.F.R. 225.4(b)
_CODE = Late(
    r"\d{1,3} (?:U\. ?S\. ?C|C\. ?F\. ?R|USC|CFR|Fed\. ?Reg|Stat)\.? (?:§{1,2} ?)?\d[\w.–-]*"
    r"(?:\(\w{1,4}\))*"
    # 7 & 8 Vict. c. 15, 3 Edw. 7 c. 20: statutes by the years of a reign
    r"|\d{1,2}(?: (?:&|and) \d{1,2})? (?:Vict|Geo|Will|Edw|Eliz|Hen|Anne?|Jac|Car|Ric)\.?"
    r"(?: (?:[1-8]|[IVX]+)\.?)?,? ch?\.? ?\d{1,3}(?!\d)"
)


def _place(text: str, at: int) -> Skip | None:
    """A section, rule, paragraph … of a statute, or several."""
    low = max(0, at - _LONGEST)
    place = _PLACE.search(text, low, at)
    if place is None and not _CHAPTER.search(text, low, at):
        return None
    match = _ONE.match(text, at)
    if match is None:
        return None
    more = _MORE.match(text, match.end())
    several = place and (_PLURAL.search(place[1]) or "(" in match[0])
    end = more.end() if more and several else match.end()
    start, unit_end = unit_span(text, end)
    return None if unit_end > start else Skip(at, end, "E2")
