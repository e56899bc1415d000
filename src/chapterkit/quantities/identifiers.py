"""Numbers that identify: addresses, identifiers, standards, journal volumes, clock times.

Each function says where such a stretch ends, or what to skip; none of it is an amount.
"""

from __future__ import annotations

import re

from chapterkit.patterns import Late
from chapterkit.quantities.ends import SPACES, unit_span
from chapterkit.quantities.model import Skip
from chapterkit.quantities.wordlists import by_last_character, ending_at, sections

_LISTS = sections("labels.txt")
_IDENTIFIED = by_last_character(_LISTS["identifier"] + ("号", "码"))
_IDENTIFIER_ENDS = frozenset(_IDENTIFIED)
_SIGNS = by_last_character(_LISTS["sign"])
_STANDARDS = frozenset(_LISTS["standard"])
_EITHER = frozenset(_LISTS["either"])

# --- raised and lowered by markup

_MARKED = Late(r"[+\-−]?\d[\d.,+\-−/]*")


def raised(text: str, at: int, floor: int) -> Skip | None:
    """H~2~O, r^2^, ^14^C: a number that Markdown raises or lowers belongs to a name."""
    start = at - 1 if text[at - 1] in "^~" else at - 2
    if start < floor or text[start] not in "^~":
        return None
    match = _MARKED.match(text, start + 1)
    if match is None or text[match.end() : match.end() + 1] != text[start]:
        return None
    before = text[start - 1] if start > floor else ""
    if before.isdigit() or (text[start] == "~" and not (before.isalpha() or before in ")]")):
        return None
    return Skip(start, match.end() + 1, "E1")


# --- addresses

ADDRESS_MARKS = frozenset("/=?&%:~#")
_ADDRESS_CHARACTER = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#@!$&'*+,;=%"
)
_ADDRESS = Late(
    r"[A-Za-z][A-Za-z0-9+.\-]*://|www\.|\blocalhost[:/]|"
    r"[A-Za-z0-9\-]\.[A-Za-z]{2,24}[:/?#]|::"
)
_ADDRESS_TAIL = Late(r"[A-Za-z0-9\-._~:/?#@!$&'*+,;=%]*[A-Za-z0-9/#=%]")
_LONGEST_ADDRESS = 200


def address(text: str, at: int, floor: int) -> Skip | None:
    """A number within an address that nothing marks as one: localhost:8080, a.org/s?id=12."""
    start, lowest = at, max(0, at - _LONGEST_ADDRESS)
    while start > lowest and text[start - 1] in _ADDRESS_CHARACTER:
        start -= 1
    if not _ADDRESS.search(text, start, at):
        return Skip(at - 1, _digits_end(text, at), "E9") if text[at - 1] == "#" else None
    match = _ADDRESS_TAIL.match(text, at)
    return Skip(max(start, floor), match.end() if match else at + 1, "E8")


def _digits_end(text: str, at: int) -> int:
    while text[at : at + 1].isdigit():
        at += 1
    return at


# --- told by their form

_FORM = Late(
    r"(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}\b|"  # a card of a network
    r"[0-9a-f]{1,4}:(?:[0-9a-f]{0,4}:){2,6}[0-9a-f]{1,4}\b|"
    r"\d{1,7}(?:[-‑]\d{1,7}){2,}(?:[-‑][\dXx])?(?![\d.%A-Za-z])|"  # a book, a substance
    r"\d{4}(?: \d{4}){2,}(?: \d{1,4})?(?![\d.%])|"  # an account
    r"0\d{2,3}[- ]\d{7,8}(?!\d)|0\d{2,3}[- ]\d{3,4}[- ]\d{4}(?!\d)|"  # a telephone
    r"1[3-9]\d[- ]\d{4}[- ]\d{4}(?!\d)|1[3-9]\d{9}(?!\d)|"
    r"\d{14,}[\dXx]?(?![\d.])|"
    r"\d{1,2}/\d{1,2}/(?:19|20)\d\d(?!\d)"
)
_JOURNAL = Late(
    r"(?:(?:19|20)\d{2}[ ,，;；]{0,2})?\d{1,4} ?[(（]\d{1,6}(?:[-–/]\d{1,6})?[)）]"
    r"(?:(?: ?[:：]| ?[,，] ?(?=pp?\.|[eA-Z]?\d)) ?(?:pp?\. ?)?[A-Za-z]?\d{1,7}"
    r"(?:[-–—][A-Za-z]?\d{1,6})?(?![\d%]))?"
)
_CASE = Late(r"\d{1,4} ?[^\W\d_]{1,6} ?\d{1,6} ?(?:之[一二三四五六七八九十]|-\d+)? ?号")
_YEAR_BEFORE = Late(r"[(（〔\[](?:19|20)\d\d[)）〕\]] ?[^\W\d_]{1,5} ?$")
_CODE = Late(r"0\d+(?![\d.,:：/%])")
_REGULATION = Late(r"\d{1,4}/\d{1,4}(?!\d)")  # Regulation (EU) 2016/679
_DIRECTIVE = Late(r"(?:(?:19|20)\d\d|\d\d)/\d{1,4}/(?:E[CU]|EEC|JHA)\b")
_UNIONS = ("(EU) ", "(EC) ", "(EEC) ")
_VOLUME = Late(
    r"\d{1,4}, \d{1,6}(?:[–-]\d{1,6})?(?: ?[(（](?:1[5-9]|20)\d\d[)）]|(?=[.。;；,，)）]|$))"
)
_ABBREVIATED = Late(r"[A-Z][A-Za-z]*\.(?: [A-Z])? $")
_TITLE_BEFORE = frozenset("》*_")


_SUSPECT = re.compile(
    r"\d{1,7}(?:[-‑:：/(（]| [\d(（]|, \d)|0\d|\d{11}|\d{1,4} ?[^\W\d_]{1,6} ?\d|[\dA-F]{2}:"
)


def identifying(text: str, at: int, floor: int) -> Skip | None:
    """A clock time, account, telephone …, told by its form."""
    if not _SUSPECT.match(text, at):
        return None
    return _directive(text, at) or clock_time(text, at, floor) or coded(text, at, floor)


def _directive(text: str, at: int) -> Skip | None:
    """Regulation (EU) 2016/679, Directive 2001/29/EC."""
    union = text.endswith(_UNIONS, 0, at)
    match = (_REGULATION if union else _DIRECTIVE).match(text, at)
    return Skip(at, match.end(), "E8") if match else None


def coded(text: str, at: int, floor: int) -> Skip | None:
    """An account, telephone, book number … in the form that such have; a volume and its issue."""
    if match := _FORM.match(text, at):
        start, end = unit_span(text, match.end())
        return Skip(at, match.end(), "E8") if start == end else None
    match = _CODE.match(text, at) if text[at - 1 : at] != "." else None
    if match and unit_span(text, match.end())[1] == match.end():
        return Skip(at, match.end(), "E9")
    if match := _CASE.match(text, at) if _YEAR_BEFORE.search(text, max(0, at - 12), at) else None:
        return Skip(at, match.end(), "E9")
    if (match := _VOLUME.match(text, at)) and (
        match[0][-1] in ")）" or _ABBREVIATED.search(text, max(0, at - 16), at)
    ):
        return Skip(at, match.end(), "E4")
    match = _JOURNAL.match(text, at)
    if match is None:
        return None
    pages = match[0][-1] not in ")）"
    return Skip(at, match.end(), "E4") if pages or _follows_title(text, at, floor) else None


def _follows_title(text: str, at: int, floor: int) -> bool:
    end = at
    while end > floor and text[end - 1] in " ,，":
        end -= 1
    return end > floor and text[end - 1] in _TITLE_BEFORE


# --- told by the word before

_IDENTIFIER = Late(
    r"[A-Za-z]{0,4}\d[\dA-Za-z]*(?:[-–—./·:][\dA-Za-z]+)*(?: \d+(?:[-.]\d+)*(?![\d.,%]))*"
)
_LINKED = (
    re.compile(r" ?(?:[：:]|为|是|\.)? ?$"),
    re.compile(r" ?(?:[：:]|为|是)? ?[A-Z]{1,4}[ -]?$"),
)
_LINKS = frozenset("：:为是.-ABCDEFGHIJKLMNOPQRSTUVWXYZ") | frozenset(SPACES)
_LAST_BEFORE = _LINKS | _IDENTIFIER_ENDS | frozenset("abcdefghijklmnopqrstuvwxyz")
_JOINED = re.compile(r"[-–—/·:]")


def identified(text: str, at: int, floor: int) -> Skip | None:
    """A number that the word before it makes one of a standard, or of a thing."""
    before = text[at - 1] if at > floor else ""
    last = text[at - 2 : at - 1] if before in SPACES else before
    if not last or last not in _LAST_BEFORE:
        return None
    standard_number = standard(text, at, floor) if before in " -" else None
    return standard_number or identifier(text, at, floor)


def identifier(text: str, at: int, floor: int) -> Skip | None:
    """What stands behind ISBN, 账号, 电话, 学号 and every other number or code of a thing."""
    for link in _LINKED[: 2 if text[at - 2 : at].strip(" -")[-1:].isupper() else 1]:
        before = link.search(text, max(floor, at - 8), at)
        end = before.start() if before else at
        word = ending_at(_IDENTIFIED, text, end)
        if word:
            break
    if not word or end - len(word) < floor or ending_at(_SIGNS, text, end):
        return None
    if word.isascii() and text[end - len(word) - 1 : end - len(word)].isalnum():
        return None
    match = _IDENTIFIER.match(text, at)
    if match is None:
        return None
    start, unit_end = unit_span(text, match.end())
    if unit_end > start and " " in match[0]:
        return Skip(at, at + match[0].rindex(" "), "E8")
    joined = _JOINED.search(match[0]) is not None
    return Skip(at, match.end(), "E8") if unit_end == start or joined else None


_STANDARD_NUMBER = Late(r"\d[\dA-Za-z.]*(?:[-–—:.][\dA-Za-z]+)*(?<!\.)")
_SERIES = re.compile(r"(?:^|[^A-Za-z])([A-Za-z0-9]+(?:[/\-][A-Za-z]+)*)\.?[ \-]$")


def standard(text: str, at: int, floor: int) -> Skip | None:
    """IEEE 754, ISO/IEC 27001:2022, GB/T 7714—2015: the number of a standard."""
    match = _SERIES.search(text[max(floor, at - 20) : at])
    if match is None:
        return None
    name = match[1].lower()
    if name not in _STANDARDS and not any(part in _STANDARDS for part in name.split("/")):
        return None
    number = _STANDARD_NUMBER.match(text, at)
    end = number.end() if number else at + 1
    start, unit_end = unit_span(text, end)
    unit = text[start:unit_end]
    counted = unit and unit not in _EITHER and text[at:end].isdigit()
    return None if counted else Skip(at, end, "E9")  # ITU 30 个成员国


# --- clock times

_WEEKDAY = "[一二三四五六日天末]"
_BESIDE_DATE = Late(
    rf"(?:[ ,，T]|[（(](?:周|星期|礼拜){_WEEKDAY}[)）]|(?:周|星期|礼拜){_WEEKDAY}|"
    r"上午|下午|中午|凌晨|清晨|早上|早晨|晚上|晚间|夜间|傍晚|深夜|午夜|晚|夜|晨|at ){0,6}"
    r"(?<!\d)(?:\d{1,2}[:：][0-5]\d(?:[:：][0-5]\d)?(?:\.\d+)?(?!\d)"
    r"(?: ?(?:[-–—~至到]|to) ?\d{1,2}[:：][0-5]\d(?!\d))?(?: ?[ap]\.?m\b)?Z?|"
    r"\d{1,2} ?[时点](?![间候])(?: ?\d{1,2} ?分)?)"
)
_TIME = Late(
    r"(?:[01]?\d|2[0-4])[:：][0-5]\d(?:[:：][0-5]\d)?(?![\d:：])"
    r"(?: ?(?:[-–—~至到]|to) ?(?:[01]?\d|2[0-4])[:：][0-5]\d(?![\d:：]))?"
)
_TIME_BEFORE = Late(
    rf"(?:[日号晚午晨早夜于]|时间(?:为|是|[:：])?|截止|截至|(?:周|星期|礼拜){_WEEKDAY}|\bat|\buntil|UTC|GMT|\d{{4}})"
    r"[)）]?[ ,，]{0,2}$"
)
_ON_THE_HOUR = Late(r"\d{1,2}[:：]0\d")  # no ratio ends so
_TIME_AFTER = Late(
    r" ?(?:[之以]?[前后]|左右|才|开|起|许|整|出发|发车|到达|抵达|起飞|集合|准时|[ap]\.?m\b)"
)


def time_after(text: str, end: int) -> int:
    """Where the clock time beside a date ends, or `end`: 10 月 7 日（周三）14:30."""
    match = _BESIDE_DATE.match(text, end)
    return match.end() if match else end


def clock_time(text: str, at: int, floor: int) -> Skip | None:
    """14:30 behind 晚, 10 月 7 日, at …, before 开, 前 …; 09:00 and 9:00–17:00 by themselves."""
    match = _TIME.match(text, at)
    if match is None:
        return None
    alone = text[at] == "0" or len(match[0]) > len("14:30:00") or _ON_THE_HOUR.match(text, at)
    beside = alone or _TIME_AFTER.match(text, match.end())
    if not beside and not _TIME_BEFORE.search(text, max(floor - 4, 0, at - 8), at):
        return None
    return Skip(at, match.end(), "E4")
