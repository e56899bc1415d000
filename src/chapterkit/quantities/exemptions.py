"""What is no quantity, told by what stands around the numeral (policy E1–E9)."""

# ruff: noqa: PLR0911 (a judgement is a list of cases, each with its own answer)

from __future__ import annotations

import re
from decimal import Decimal

from chapterkit.han import is_han
from chapterkit.patterns import Late
from chapterkit.quantities.amounts import NUMERAL
from chapterkit.quantities.ends import SPACES, unit_span
from chapterkit.quantities.identifiers import identifying, time_after
from chapterkit.quantities.model import BLANK, Base, Skip, Value
from chapterkit.quantities.units import active
from chapterkit.quantities.wordlists import (
    by_first_character,
    by_last_character,
    ending_at,
    lines,
    sections,
    starting_at,
    words,
)

_REACH = 64  # how far back a Latin name is followed; keeps the scan linear
WORD_CHARACTER = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/@+'#"
    "αβγδεζηθκλμνξπρστφχψωΓΔΘΛΠΣΦΨΩ"
)
_NAME_TAIL = re.compile(r"[A-Za-z0-9_]*(?:[-._/@+·]{0,1}[A-Za-z0-9_]+)*\+{0,2}")
_THREAD = Late(r"×\d{1,4}(?:\.\d)?(?![\d ]?[A-Za-z×])")  # M16×60
_LETTER = re.compile(r"[A-Za-zα-ωΑ-Ω]")
_DATE = (
    r"(?:1[0-9]|20)\d{2}(?P<mark>[-/.])(?:0?[1-9]|1[0-2])"
    r"(?:(?P=mark)(?:[0-2]?\d|3[01]))?(?!\.{0,8}\d)(?!%)"
)
_DOTTED = r"\d+(?:\.\d+){2,}(?::\d{1,5}|/\d{1,3}|-\d{1,4})?(?![\d%])"
_RELEASE = r"\d{1,3}(?:\.\d{1,3}){0,3}\.[xX](?![A-Za-z0-9])"
_OBJECT_IDENTIFIER = r"10\.\d{4,9}/[^\s，。；）)]+|\d{4}\.\d{4,5}(?:v\d+)?(?![\d%])"
_YEAR = re.compile(r"(1\d{3}|20\d{2})(?: ?[-–—~至到] ?(?:1\d{3}|20\d{2}|\d{2}))? ?年(?![级龄轮])")
_LONG_AGO = Late(r"(?:前|来|间|的历史|历史|之久|以[前上来内])")
_MONTH_FORM = (
    r"(?:1[0-2]|0?[1-9])(?: ?[-–—~至到、] ?(?:1[0-2]|0?[1-9]))? ?月(?!球)"
    r"(?:份|底|初|末|中旬|上旬|下旬)?"
    r"(?: ?(?:[0-2]?\d|3[01])(?: ?[-–—~至到、] ?(?:[0-2]?\d|3[01]))? ?[日号])?"
)
_MONTH = re.compile(_MONTH_FORM)
_DAY = r"(?:[0-2]?\d|3[01]) ?日(?![内后均游间龄以之的元本])"
_ERA = r"\d{1,2} ?世纪(?: ?\d0 ?年代)?|(?:1\d|20)?\d0(?: ?年代|s(?![A-Za-z0-9]))"
_CLOCK = (
    r"\d{1,2} ?[点时] ?\d{1,2} ?分|\d{1,2} ?时(?=[整许起至正])|"
    r"\d{1,2}[:：]\d{2}[:：]\d{2}|\d{1,2}:\d{2} ?(?:[ap]\.?m|AM|PM)|\d{1,2} ?点钟"
)
# 下午 5 时, 次日 7 时, 晚 8 点半: hours by what stands before them; 下午 5 小时 is none.
_OF_THE_DAY = Late(
    r"(?:[午晨晚早夜]|晚上|早上|夜里|夜间|傍晚|午后|[当每]天|[次翌当同今昨明前每\d] ?日)"
    r"(?:的|[约近]|大约|将近)?[ \u00a0]?(?:\d{1,2} ?[点时]?(?:许|半|整)? ?[-–—~～至到、和] ?)?$"
)
_HOUR = Late(
    r"(?:2[0-4]|1\d|0?\d)(?: ?[时点]? ?[-–—~～至到] ?(?:2[0-4]|1\d|0?\d))? ?"
    r"(?:时(?![间差长辰段])|点(?![钟位数心]|[^\W\d_]{0,3}(?:意见|建议|要求|结论|理由|原因|经验)))"
    r"(?:许|整|半|左右)?"
)
_BEFORE_HOUR = 16
_SECTIONS = r"\d+\.\d+(?: ?[、和与至到及,，–-] ?\d+\.\d+)* ?[节章]"
_CODE_SUFFIX = re.compile(
    r" ?(?:年级|号(?!召)|版本?(?!面|图|权|税)|室(?!内|外|温)|号?楼(?!层)|班(?!次)|时代|"
    r"次方|次幂|开头|路公交|型(?!号的)|结尾|线城市|路(?=[每车的，。、到去往在公电巴站])|年度(?=[^，。]{0,6}字第)|巷|弄(?!堂|潮)|胡同|(?:LTS|Beta|Alpha|RC\d*)(?![A-Za-z]))"
)
_PLAIN_AMOUNT = re.compile(
    r"\d+(?:\.\d+)?(?:%| ?[万亿个倍条张项种家名位台次轮步卡])(?!节|体(?![积重长]))"
)
_LINE_NUMBER = Late(
    r"\d{1,3}[*_]{0,3}[.．、)）](?!\d)|\d{1,2}[*_]{0,3} (?=\D)|"
    r"\d{1,2}(?:\.\d{1,2}){1,3}\.?[*_]{0,3} (?=\S)"
)
_HEADING = re.compile(r"(?:^|\n)(?:#{1,6} |[\s>]{0,4})[*_]{0,3}$")
_PLAIN_UNITS = frozenset("亩斤吨秒岁磅米克升寸尺丈伏瓦厘度")
_OF = frozenset("的之高长宽深厚远重以左上，。：")
_HEADING_NUMBER = Late(r"\d{1,2}(\.\d{1,2})?\.?[*_]{0,3} ")
_LISTED = Late(r"\d{1,2}[*_]{0,3}(?:[)）]|[.．、](?=[*_]{0,3} ?[^\W\x00-\x7f\d]))")
_ORDINAL_LATIN = r"\d+(?:st|nd|rd|th)(?![A-Za-z])"
_JOURNAL_PAGES = (
    r"(?:(?:19|20)\d{2} ?; ?)?\d{1,4}(?: ?\(\d{1,3}\))? ?[:：] ?\d{1,5}[–-]\d{1,5}(?![\d%:：])"
)
_MONTHS = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
_ENGLISH_DATE = (
    rf"(?:[0-2]?\d|3[01])(?:st|nd|rd|th)?(?: ?[-–] ?(?:[0-2]?\d|3[01]))?,? (?:of )?{_MONTHS}"
    r"(?![A-Za-z])(?:,? (?:1\d{3}|20\d{2}))?(?!\d)"
)
_ENGLISH_HOUR = r"(?:1[0-2]|0?[1-9])(?::[0-5]\d)? ?(?:[ap]\.m\.|[ap]m(?![A-Za-z]))"
_SHARE = r"\d{4,6}\.(?:SH|SZ|BJ|SS|HK|TW|KS|T)(?![A-Za-z])"  # 600519.SH, on an exchange
_PLOIDY = r"\d{1,2} ?倍体(?![积重长])"
_FIXED_FORMS = (
    (_SHARE, "E1"),
    (_PLOIDY, "E5"),
    (_ENGLISH_DATE, "E4"),
    (_ENGLISH_HOUR, "E4"),
    (_OBJECT_IDENTIFIER, "E8"),
    (_DATE, "E4"),
    (_DOTTED, "E9"),
    (_RELEASE, "E9"),
    (_ERA, "E4"),
    (_MONTH_FORM, "E4"),
    (_DAY, "E4"),
    (_CLOCK, "E4"),
    (_SECTIONS, "E2"),
    (_ORDINAL_LATIN, "E3"),
    (_JOURNAL_PAGES, "E4"),
)
_FIXED = re.compile("|".join(f"(?P<{why}_{i}>{one})" for i, (one, why) in enumerate(_FIXED_FORMS)))
_BRACKETED = Late(r"[1-9]\d{0,2}(?: ?[,，、;；–~-] ?[1-9]\d{0,2})*[\]］〕】]")
# rgb(255, 87, 51): what a function is called with.
_ARGUMENTS = Late(r"[\d.]+%?(?:, ?[-−]?[\d.]+%?)+\)")
_FUNCTION = Late(r"(?:^|[^A-Za-z])[a-z_][a-z_\d]+\($")
_INDEX = Late(r"\d+\]")  # a[0]
_NAMED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_]")
_YEAR_BESIDE = Late(r"\d{2,4} ?年(?=[)）])")  # 开元二十八年（740 年）
_DATE_ENDS = frozenset("年月日")
_PARENTHESISED = re.compile(r"(\d{1,4})([a-z]?)[)）]")
# Equation (1.1), eqs. (2) and (3a)
_FORMULA_NUMBER = Late(r"\d{1,3}(?:[.\-–]\d{1,3}){0,2}[a-z]?\)")
_FORMULA = Late(
    r"\b(?:equations?|eqs?\.?|formulas?|formulae|expressions?|inequalit(?:y|ies)|conditions?)"
    r"(?: ?\([\d.\-–a-z]{1,12}\)(?:,? (?:and|or|to)|,|[-–])?)* ?$",
    re.IGNORECASE,
)
_REFERENCE_NUMBER = re.compile(
    r"\d+(?:[.\-–]\d+)*(?:[a-z](?![A-Za-z]))?(?: ?[(（][a-z\d]{1,2}[)）])?"
)
_LIST_MARK = re.compile(
    r" ?(?:、|和|与|及|以及|至|到|–|-|~|—|, |，|或) ?(?:第|图|表|式|实验|章|节)? ?[(（]?"
)
_LATIN_BEFORE = re.compile(r"(?:^|[^A-Za-z])([A-Za-z][A-Za-z./&\-]*)\.? $")
_PLAUSIBLE_VERSION = re.compile(r"\d{1,3}$|[1-9]\.\d{1,2}$")
_FUNCTION_WORDS = frozenset(words("function-words.txt"))
_HAN_UNIT_REFERENCE = frozenset("章节条款页行卷册图表")


_SECTIONS_OF = sections("labels.txt")
_REFERENCE = frozenset(_SECTIONS_OF["reference"])
_LABEL_ENDS = by_last_character(
    _SECTIONS_OF["reference"] + _SECTIONS_OF["label"] + _SECTIONS_OF["one"]
)
_ONE = frozenset(_SECTIONS_OF["one"])
_SERIAL = frozenset(_SECTIONS_OF["serial"])
_LONG_NUMBER = 5
_COUNTED = by_last_character(_SECTIONS_OF["counted"])
_EITHER = frozenset(_SECTIONS_OF["either"])
_THING = frozenset("".join(_SECTIONS_OF["thing"]))
_LABEL_LAST = frozenset(_LABEL_ENDS) | frozenset(SPACES)
_NO_LABEL_ENDS = by_last_character(_SECTIONS_OF["not"])
_TIMES_OF_DAY = by_last_character(_SECTIONS_OF["time"])
_ENGLISH = frozenset(_SECTIONS_OF["english"])
_VENUES = frozenset(_SECTIONS_OF["venue"])
_NAMES = frozenset(_SECTIONS_OF["name"])
_METRICS = frozenset(_SECTIONS_OF["metric"])
_ERAS = by_last_character(words("eras.txt"))
_DIGIT_NAMES = by_first_character(lines("latin-names.txt"))
_DECIMAL_LABELS = frozenset(_SECTIONS_OF["decimal"])
_DECIMALS = _DECIMAL_LABELS | _ONE
_PLACES = frozenset(_SECTIONS_OF["place"])
_CONTEXT = sections("context.txt")
_AMOUNT_BEFORE = frozenset("".join(_CONTEXT["amount"]))
_AMOUNT_AFTER = frozenset("".join(_CONTEXT["reckoned"]))
_ENGLISH_PLACES = frozenset(("fig", "tab", "sec", "eq", "cha", "app"))


_PRICE = re.compile("[价费售卖买花付罚收元块圆给涨减租天月斤找]|[花付卖涨降收赚给罚]了")
_IN_COINS = re.compile("[一二两三四五六七八九]角(?:钱|[一二三四五六七八九]分(?!之))")
_AFTER_COINS = re.compile("$|[，。；：！？）左多上下涨降到至起的每钱一二三四五六七八九]")


def is_price(text: str, at: int) -> bool:
    """Tell whether 角 behind a numeral is a coin: 票价两角, 花了三角, 三角五分, no corner."""
    head = text[max(0, at - 3) : at].rstrip()
    priced = any(_PRICE.fullmatch(head[-count:]) for count in (1, 2))
    return priced or _IN_COINS.match(text, at) is not None


def _is_coin(text: str, start: int, end: int) -> bool:
    """Tell whether a word such as 三角 is an amount of money where it stands."""
    is_coin = text[end - 1] == "角" and is_price(text, start)
    return is_coin and _AFTER_COINS.match(text, end) is not None


class Phrases:
    """The set phrases, by the character of their first numeral and its neighbour."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        self.after: dict[str, list[tuple[str, str, int]]] = {}
        self.before: dict[str, list[tuple[str, str, int]]] = {}
        for entry in dict.fromkeys(entries):
            word, _, refused = entry.partition("!")
            at = next((i for i, c in enumerate(word) if c in NUMERAL or c == "半"), None)
            if at is None:
                continue
            group, key = (self.after, word[:2]) if at == 0 else (self.before, word[at - 1 : at + 1])
            group.setdefault(key, []).append((word, refused, at))
        for table in (self.after, self.before):
            for found in table.values():
                found.sort(key=lambda item: len(item[0]), reverse=True)

    def at(self, text: str, at: int, floor: int) -> tuple[int, int] | None:
        """The span of the set phrase whose first numeral stands at `at`."""
        before, after = self.before.get(text[at - 1 : at + 1]), self.after.get(text[at : at + 2])
        if before is None and after is None:
            return None
        for found in (before, after):
            for word, refused, offset in found or ():
                start = at - offset
                end = start + len(word)
                following = text[end : end + 1]
                if start < floor or not text.startswith(word, start):
                    continue
                if following and (following in refused or self.is_cut(text, end)):
                    continue
                if _is_coin(text, start, end):
                    continue
                return start, end
        return None

    def doubles(self, first: str) -> frozenset[str]:
        """The beginnings of phrases that start with `first` and hold a second numeral."""
        return frozenset(
            word[:2]
            for found in self.after.values()
            for word, _, _ in found
            if word[0] == first and any(c in NUMERAL or c == "半" for c in word[1:])
        )

    @staticmethod
    def is_cut(text: str, end: int) -> bool:
        """A numeral that goes on behind the word (同一百 …) makes it no word."""
        return text[end] in "十百千万亿" and text[end - 1] in NUMERAL


PHRASES = Phrases(words("set-phrases.txt"))


def name_around(text: str, at: int, floor: int) -> Skip | None:
    """A Latin name that the digits at `at` belong to: GPT-4o, AIME2024, π0.5, pass@8."""
    start = at
    lowest = max(floor, at - _REACH)
    if text[at - 1] in "–·":
        start -= 1  # COVID–19, 京 A·12345
    while start > lowest and text[start - 1] in WORD_CHARACTER:
        start -= 1
    head = text[start:at]
    if head[-1] in "–·" and not head[-2:-1].isalpha():
        return None
    if not _LETTER.search(head):
        return None
    match = _NAME_TAIL.match(text, at)
    end = match.end() if match else at + 1
    if text[end : end + 1] == "×" and head == "M" and (thread := _THREAD.match(text, end)):
        end = thread.end()
    lowered = head.lower().rstrip(".-")
    why = "E2" if lowered in _ENGLISH else "E9" if head[-1] == "@" else "E1"
    return Skip(start, end, why)


def name_tail(text: str, at: int) -> int:
    """Where a name that begins with digits ends (4o, 3DGS, 3B-Instruct)."""
    match = _NAME_TAIL.match(text, at)
    return match.end() if match and match.end() > at else at + 1


def fixed_form(text: str, at: int, floor: int) -> Skip | None:
    """Dates, clock times, versions, identifiers and item numbers, told by their own form."""
    if _PLAIN_AMOUNT.match(text, at):
        return None
    name = starting_at(_DIGIT_NAMES, text, at)
    if name and not text[at + len(name) : at + len(name) + 1].isdigit():
        return Skip(at, at + len(name), "E5")
    if (match := _FIXED.match(text, at)) and match.lastgroup:
        why = match.lastgroup[:2]
        if why == "E4" and match[0][4:5] == "." and _measured_year(text, match):
            return None
        return Skip(at, time_after(text, match.end()) if why == "E4" else match.end(), why)
    if hour := _hour_of_day(text, at, floor):
        return hour
    if match := _YEAR.match(text, at):
        round_number = int(match[1]) % 500 == 0 and _LONG_AGO.match(text, match.end())
        end = time_after(text, _month_end(text, match.end()))
        return None if round_number else Skip(at, end, "E4")
    return (
        _item_number(text, at) or _citation_number(text, at, floor) or identifying(text, at, floor)
    )


def _hour_of_day(text: str, at: int, floor: int) -> Skip | None:
    """下午 5 时: a clock time, told by the part of the day or the day before it."""
    match = _HOUR.match(text, at)
    if match is None or text[at - 1 : at] in ("跌", "涨"):
        return None
    start = max(0, at - _BEFORE_HOUR)
    return Skip(at, match.end(), "E4") if _OF_THE_DAY.search(text, start, at) else None


def _measured_year(text: str, date: re.Match[str]) -> bool:
    """海拔 1864.8 米: what reads as a year and a month is an amount before a unit."""
    start, end = unit_span(text, date.end())
    return end > start and date[0].count(".") == 1


def _item_number(text: str, at: int) -> Skip | None:
    heading = _heads_line(text, at)
    match = _LINE_NUMBER.match(text, at) if heading else _listed(text, at)
    if match is None:
        return None
    if heading and text[match.end() - 1] == " ":
        end = heading_number(text, at) if heading == "#" else at
        return Skip(at, end, "E3") if end > at else None
    return Skip(at, match.end(), "E3")


def _listed(text: str, at: int) -> re.Match[str] | None:
    """1) … ；2) … within a sentence, 。3. … behind one."""
    before = text[max(0, at - 4) : at].rstrip(" *_")[-1:]
    return _LISTED.match(text, at) if before and before in "：；:;。" else None


def heading_number(text: str, at: int = 0) -> int:
    """Where the number that an author typed before a heading ends, or `at`: 1.5 面向….

    >>> heading_number("1.5 面向接口"), heading_number("2.4 GHz 频段"), heading_number("1.2 万人")
    (4, 0, 0)
    """
    match = _LINE_NUMBER.match(text, at)
    if match is None or match[0][-1] != " ":
        return at
    if number := _HEADING_NUMBER.fullmatch(match[0]):
        start, end = unit_span(text, match.end() - 1)
        unit = text[start:end]
        measure = bool(unit) and active().kind(unit) not in ("count", "parameters", "tokens")
        plainly = (
            len(unit) > 1 or unit in _PLAIN_UNITS or text[end : end + 1] in _OF or text[at] == "0"
        )
        if (
            (measure and plainly)
            or text[match.end()] in "十百千万亿萬億%‰℃°倍"
            or (unit and not number[1])
        ):
            return at
    return match.end()


def _citation_number(text: str, at: int, floor: int) -> Skip | None:
    before = text[at - 1] if at > floor else ""
    if before == "[" and (index := _INDEX.match(text, at)) and text[at - 2 : at - 1] in _NAMED:
        return Skip(at - 1, index.end(), "E8")
    match = _BRACKETED.match(text, at) if before and before in "[［〔【" else None
    if match and text[match.end() : match.end() + 1] not in ("(", "{", BLANK):
        return Skip(at - 1, match.end(), "E2")
    return None


def _heads_line(text: str, at: int) -> str:
    """Whether the number is the first thing on a line: "#" in a heading, "-" elsewhere."""
    before = text[max(0, at - 8) : at]
    if at > 8 and "\n" not in before:
        return ""
    return ("#" if "#" in before else "-") if _HEADING.search(before) else ""


def _month_end(text: str, end: int) -> int:
    at = end + 1 if text[end : end + 1] == " " else end
    match = _MONTH.match(text, at)
    return match.end() if match else end


def clock_before(text: str, at: int) -> bool:
    """Whether 上午, 下午 … stand before the number."""
    end = at - 1 if text[at - 1 : at] == " " else at
    return bool(ending_at(_TIMES_OF_DAY, text, end))


def parenthesised(text: str, at: int, floor: int) -> Skip | None:
    """(2), （2024）: an item, a formula's number or a year, alone between brackets."""
    if at <= floor or text[at - 1] not in "(（":
        return None
    if (call := _ARGUMENTS.match(text, at)) and _FUNCTION.search(text, max(0, at - 24), at):
        return Skip(at, call.end(), "E8")
    if (formula := _FORMULA_NUMBER.match(text, at)) and _FORMULA.search(
        text, max(0, at - 60), at - 1
    ):
        return Skip(at - 1, formula.end(), "E2")
    match = _PARENTHESISED.match(text, at)
    if match is None:
        year = _YEAR_BESIDE.match(text, at) if text[at - 2 : at - 1] in _DATE_ENDS else None
        return Skip(at, year.end(), "E4") if year else None
    number, letter = int(match[1]), match[2]
    before = text[at - 2 : at - 1]
    if label_before(text, at - 1, floor):
        return Skip(at - 1, match.end(), "E2")
    if 1500 <= number <= 2099 and number not in (1536, 2048):
        return Skip(at - 1, match.end(), "E4")
    alone = not before or before in " \n，。；：、！？" + BLANK
    if not letter and number <= 30 and (alone or number <= 9):
        return Skip(at - 1, match.end(), "E3")
    return None


_BASE = re.compile(
    r"(?:一|10{0,8}|10{0,2}(?:,000){1,3})? ?(?:([十百千万亿]{1,3})(?![克米瓦帕卡])|(?<=\d)(?!\d)) ?"
)
_COUNTED_BASES = frozenset(words("rate-bases.txt"))
_BASES_BY_FIRST = by_first_character(words("rate-bases.txt"))


def rate_base(text: str, at: int, floor: int) -> Base | None:
    """What a rate is reckoned on (每 10 万人, 每千户, 每 100 毫升): part of a unit, no amount."""
    before = text[at - 2 : at] if at - 2 >= floor else text[floor:at]
    if "每" not in before or not before.rstrip(SPACES).endswith("每"):
        return None
    match = _BASE.match(text, at)
    if match is None or match[0].strip() in ("", "1", "一"):
        return None
    start, end = unit_span(text, match.end())
    counted = starting_at(_BASES_BY_FIRST, text, start)
    end = max(end, start + len(counted))
    unit = text[start:end]
    if not match[1] and text[at:start].strip() not in ("100", "1000", "1,000"):
        return None if unit not in _COUNTED_BASES else Base(at, end, "E9")
    if not match[1] and unit not in _COUNTED_BASES and active().kind(unit) not in _MEASURED_BASES:
        return None
    return Base(at, max(end, match.end()), "E9")


_MEASURED_BASES = frozenset(("mass", "volume", "area", "tokens"))


def may_be_label(before: str) -> bool:
    """Whether a label can end with this character; a quick look before the slow one."""
    return before in _LABEL_LAST


def label_before(text: str, at: int, floor: int) -> str:
    """The Chinese label that ends at `at`: 图, 实验, 定理; spaces are passed over."""
    if at > floor and text[at - 1] in SPACES:
        at -= 1
    label = ending_at(_LABEL_ENDS, text, at)
    start = at - len(label)
    if not label or start < floor:
        return ""
    if len(ending_at(_NO_LABEL_ENDS, text, at)) > (len(label) if label in _ONE else 0):
        return ""
    return "" if label in _ONE and ending_at(_COUNTED, text, start) else label


def names_one(label: str) -> bool:
    """Whether a label is a noun that may as well be counted: 工人三千."""
    return label in _ONE


def ordinal_before(text: str, at: int, floor: int) -> bool:
    """Whether 第 stands before the number."""
    if at > floor and text[at - 1] in SPACES:
        at -= 1
    return at > floor and text[at - 1] == "第"


def era_before(text: str, at: int) -> bool:
    """Whether an era or reign name (公元前, 康熙) stands before the number."""
    if text[at - 1 : at] in SPACES and at:
        at -= 1
    return bool(ending_at(_ERAS, text, at) or _REIGNS.search(text, max(0, at - 3), at))


# 鲁庄公十年, 周威烈王二十三年, 汉武帝, 唐太宗: the years of a reign.
_REIGNS = re.compile(
    r"[庄桓僖文宣成襄昭定哀隐闵穆献景灵惠]公$|[武文明景惠宣元成哀平和安顺桓灵献]帝$"
    r"|[烈文武成康昭穆懿孝夷厉宣幽平桓庄惠襄顷匡定灵景敬元贞考赧显靓]王$"
    r"|[高太中睿玄肃代德顺宪穆敬文武宣懿僖昭哀真仁英神哲徽钦孝光宁理度]宗$|[太高世圣]祖$"
)


def labelled(text: str, at: int, floor: int) -> Skip | None:
    """A number in digits that a Chinese label makes a place or a code."""
    before = text[at - 1] if at > floor else ""
    opening = at - 1 if before and before in "(（[［" else at
    if opening == at and before not in _LABEL_LAST:
        return None
    label = label_before(text, opening, floor)
    if not label:
        return None
    match = _REFERENCE_NUMBER.match(text, at)
    if match is None:
        return None
    if opening < at:
        return Skip(at - 1, match.end() + 1, "E2") if label in _REFERENCE else None
    if label not in _REFERENCE:
        plain = match[0].isdigit() or (label in _DECIMALS and match[0][0] != "0")
        plain = plain or (label not in _ONE and _FROM_TO.fullmatch(match[0]) is not None)
        if not _unitless(text, match.end()) or not plain or _goes_on(text, match.end()):
            return None
        if label in _SERIAL and len(match[0]) < _LONG_NUMBER:
            return None
        if (
            label in _ONE
            and match[0].endswith("00")
            and text[match.end() : match.end() + 1] in _AFTER_COUNT
        ):
            return None  # 工人 3000，农民 5000
    elif unit_span(text, match.end())[1] > match.end() and text[match.end() :][:1] in "%％倍":
        return None
    why = "E2" if label in _REFERENCE or label in _PLACES else "E9"
    return Skip(at, _listed_end(text, match.end()), why)


_FROM_TO = Late(r"\d{1,3}[-–]\d{1,3}")  # 日志级别 0–4


def _unitless(text: str, at: int) -> bool:
    """Whether no unit follows; 只, 对, 把 … are one only before a thing (线程 1 只读)."""
    start, end = unit_span(text, at)
    unit = text[start:end]
    if unit in _EITHER and text[end : end + 1] not in _THING:
        return unit != "只" or _ANIMAL.match(text, end) is None
    return unit in ("", "里")


_NUMBERED = re.compile(r"\d{1,4}(?=( ?)(?=[^\W\d_])[^\x00-\x7f])(?![\d.,:：/])")
_AFTER_COUNT = frozenset("，、。；") | {""}
_CLAUSE_ENDS = frozenset("。，；：、！？\n")
_ADVERBS = frozenset("只才则就也均仅")
_ANIMAL = Late(rf"[^\W\d_a-z]{{0,5}}?[{''.join(_SECTIONS_OF['animal'])}](?!标)")
_TALLY = Late(r" ?[^\W\d_]{1,4} ?\d")


def _each_before(text: str, end: int, floor: int) -> bool:
    """Whether 每分钟, 每小时, 每亩 … end here: what comes is an amount, whatever its unit."""
    at = text.rfind("每", max(floor, end - 5), end)
    return at >= 0 and text[at + 1 : end] in active().table


def numbered(text: str, at: int, floor: int) -> Skip | None:
    """副本 3 具有, 阶段 2 才: a count between a noun and a predicate would have a classifier."""
    end = at - 1 if at > floor and text[at - 1] == " " else at
    before = text[end - 1] if end > floor else ""
    if before in _AMOUNT_BEFORE or before in NUMERAL or _each_before(text, end, floor):
        return None
    match = _NUMBERED.match(text, at)
    if match is None:
        return None
    following = text[match.end() + len(match[1])]
    if not is_han(before) and (
        following not in _ADVERBS or (before and before not in _CLAUSE_ENDS)
    ):
        return None
    if following in _AMOUNT_AFTER or following in NUMERAL or following in active().followers:
        return None
    if not _unitless(text, match.end()) or _goes_on(text, match.end()):
        return None
    return None if _TALLY.match(text, match.end()) else Skip(at, match.end(), "E9")


_DECIMAL_END = Late(r"\d[.．]\d+\Z")


def _goes_on(text: str, end: int) -> bool:
    """Whether a magnitude, percent sign or decimal follows: the number is an amount."""
    following = text[end : end + 2].lstrip()
    if following[:1] == "," and following[1:].isdigit():
        return True
    if following[:1] in ("多", "余"):  # 图 3 多……, but 3.2 多 is no amount
        return _DECIMAL_END.search(text, max(0, end - 8), end) is None
    return bool(following) and following[0] in "万亿%‰×±+′″√"


def _listed_end(text: str, end: int) -> int:
    """The end of 图 3、4 和 5: further numbers, as long as none has a unit of its own."""
    while (mark := _LIST_MARK.match(text, end)) is not None:
        number = _REFERENCE_NUMBER.match(text, mark.end())
        if number is None or _goes_on(text, number.end()):
            break
        start, unit_end = unit_span(text, number.end())
        if unit_end > start and text[start] not in "章节页行":
            break
        end = number.end()
        if mark[0].rstrip()[-1:] in "(（" and text[end : end + 1] in (")", "）"):
            end += 1
    return end


_INSERTED = Late(r" ?之 ?\d{1,3}(?!\d)")  # 第 12 条之 1


def ordinal_end(text: str, at: int) -> tuple[int, str]:
    """Where an ordinal in digits ends, with its unit: 第 4 轮, 第 3–5 章."""
    match = _REFERENCE_NUMBER.match(text, at)
    end = match.end() if match else at + 1
    while (mark := _LIST_MARK.match(text, end)) is not None and mark[0].strip() != "，":
        number = _REFERENCE_NUMBER.match(text, mark.end())
        if number is None:
            break
        end = number.end()
    start, unit_end = unit_span(text, end)
    reference = unit_end > start and text[start] in _HAN_UNIT_REFERENCE
    if reference and (further := _INSERTED.match(text, unit_end)):
        unit_end = further.end()
    return max(end, unit_end), "E2" if reference else "E3"


def latin_before(text: str, at: int, floor: int) -> str:
    """The Latin word that stands before the number, with one space between."""
    if at <= floor or text[at - 1] != " ":
        return ""
    match = _LATIN_BEFORE.search(text[max(floor, at - 24) : at])
    return match[1] if match else ""


_SIZE = Late(r"\d+(?:\.\d+)?[BbMTK]|\d+ ?[x×] ?\d+[BM]")
_NAME_BEFORE = Late(r"(?:[A-Z][A-Za-z\-]*\d[\w.\-]*|[A-Z][\w\-]* \d(?:\.\d)?|[A-Z][A-Za-z\-]+) $")


def size_in_name(text: str, at: int, end: int, floor: int) -> bool:
    """Qwen3 8B, Llama 3 70B, Mistral 7B: a size right behind a name is part of it."""
    if text[at - 1 : at] != " " or not _SIZE.fullmatch(text, at, end):
        return False
    match = _NAME_BEFORE.search(text, max(0, at - 32), at)
    return match is not None and match[0].rstrip().lower() not in _FUNCTION_WORDS


def named_before(text: str, at: int, floor: int) -> bool:
    """Whether a Latin name stands before the number (iPhone 15 300 部): its groups end there."""
    word = latin_before(text, at, floor)
    return word != word.lower() and word.lower() not in _FUNCTION_WORDS


_STRAND_ENDS = 5


def is_end_of_strand(text: str, end: int, value: Value) -> bool:
    """3′, 5′ and 2′-O name ends and places of a molecule; 30′ is an amount."""
    following = text[end : end + 2].lstrip()[:1]
    small = isinstance(value, Decimal) and value <= _STRAND_ENDS
    return small or (bool(following) and following in "-端位向末碳")


# days 1, 3 and 7: what goes on behind a label in the plural.
_FURTHER = Late(
    r"(?:(?:, ?(?:and |or )?| (?:and|or|to|through|&) | ?[–-] ?)\d{1,4}(?:\.\d{1,2})?[a-z]?"
    r"(?![\d%A-Za-z]|\.\d|,\d| ?[×x°]))+"
)


_OR = Late(r" or \d{1,3}(?![\d.,%A-Za-z]| ?[×x°])")  # Grade 3 or 4
_PLURALS = frozenset(_SECTIONS_OF["plural"])
_CALENDAR = frozenset(("day", "week", "month"))
_EACH = Late(r"\b(?:every|each|per|an?|one|that|this|last|next|same|any|some|the) [a-z]+ $", re.I)


def latin_labelled(text: str, at: int, end: int, floor: int, *, has_unit: bool) -> Skip | None:
    """Level 3, Figure 2, AIME 2025, Python 3.12; a capitalised word makes a bare number a name."""
    if not has_unit and size_in_name(text, at, end, floor):
        return Skip(at, end, "E1")
    word = latin_before(text, at, floor)
    if not word:
        return None
    lowered = word.lower()
    number = text[at:end]
    if has_unit:
        is_plural = word in _NAMES and re.fullmatch(r"\d+s", number)  # Boeing 747s
        return Skip(at, end, "E1") if is_plural else None
    if word in _METRICS:
        return None
    if lowered in _PLURALS:
        more = _FURTHER.match(text, end)
        return Skip(at, more.end() if more else end, "E9") if more or not number.isdigit() else None
    if lowered in _CALENDAR and _EACH.search(text, max(0, at - 20), at):
        return None
    if lowered in _ENGLISH or lowered + "." in _ENGLISH:
        further = _FURTHER if lowered[-1] == "s" else _OR
        if more := further.match(text, end):
            end = more.end()
        return Skip(at, end, "E2" if lowered[:3] in _ENGLISH_PLACES else "E9")
    if word in _VENUES:
        year = number.isdigit() and (len(number) == 2 or 1900 <= int(number) <= 2099)
        return Skip(at, end, "E4") if year else None
    if word in _NAMES:
        return Skip(at, name_tail(text, at), "E1")
    if word[0].islower() or lowered in _FUNCTION_WORDS:
        return None
    return Skip(at, end, "E1") if _PLAUSIBLE_VERSION.match(number) else None


def bare_year(text: str, at: int, end: int, floor: int) -> bool:
    """A four-digit number without a unit that reads as a year: since 2019, 2019–2021."""
    number = text[at:end]
    if not _RECENT.fullmatch(number):
        return _EARLIER.fullmatch(number) is not None and _is_dated(text, at, end)
    if number in ("2048", "2000", "1920") and latin_before(text, at, floor) not in ("in", "since"):
        return False
    before = text[max(floor, at - 2) : at].rstrip()[-1:]
    return not before or before not in "=≈<>≥≤×$¥"


_RECENT = re.compile(r"(?:19|20)\d\d(?: ?[–~-] ?(?:19|20)\d\d)?")
_SPAN = re.compile(r"1\d{3} ?[–-] ?(?:1\d{3}|20\d\d)")
_EARLIER = re.compile(r"1\d{3}(?: ?(?:[–~-]|to|and) ?(?:1\d{3}|20\d\d|\d\d?))?")
# What an English year of an earlier century stands behind.
_YEAR_BEFORE = re.compile(
    r"(?:\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Tt]ill|[Dd]uring|[Cc]irca|[Cc]a?\.|[Ee]arly|[Ll]ate|[Yy]ears?"
    rf"|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ww]inter|{_MONTHS}|[Bb]y|[Bb]efore|[Aa]fter|[Oo]f|[Tt]he"
    r"|[Bb]etween|[Bb]etween 1\d{3} and|[Ff]rom|[Ff]rom 1\d{3} to)|\d,|[Mm]id-) ?$"
)
_PLURAL = re.compile(" [a-z]{2,}s(?![a-z])(?<! is)(?<! was)(?<! has)(?<! does)")


def _is_dated(text: str, at: int, end: int) -> bool:
    """Whether English prose makes a year of a number: in 1854, the summer of 1854, by 1854.

    A word in the plural behind it is rather what it counts.
    """
    if _PLURAL.match(text, end):
        return False
    return bool(_SPAN.fullmatch(text, at, end) or _YEAR_BEFORE.search(text[max(0, at - 24) : at]))


_CODED = by_first_character(_SECTIONS_OF["coded"])
_ANSWERED = by_last_character(_SECTIONS_OF["answered"])
_UPGRADED = by_last_character(_SECTIONS_OF["upgraded"])
_STATUS = Late(r"(?:10[0-3]|20[0-8]|30[0-8]|4[0-3]\d|451|50[0-8]|51[01])(?!\d)")
_ANSWER_ENDS = Late(
    r"[.,;:)，。；]|$| (?:or|and|if|when|for|on|with|instead|unless|because|errors?)\b"
)
_STATUS_BEHIND = Late(r" (?:error|page|response|status)\b")
_RELEASED = Late(r"\d{1,2}\.\d{1,2}(?: to \d{1,2}\.\d{1,2})?")
_UPGRADE = Late(r" ?(?:升级|降级|迁移)[到至为]")
_UPGRADE_BEFORE = Late(r"\b[Uu]pgrad(?:e|es|ed|ing)(?: \w+)? (?:from|to) $")
_STREET = Late(
    r" (?:Rue|Quai|Via|Calle|Piazza|Plaza) (?:[a-z]{1,3}[ '’])*[A-Z]"
    rf"|(?: [A-Z][\w'’.]*){{1,3}}? (?:{'|'.join(_SECTIONS_OF['street'])})\b"
)
_STARTED = Late(r" ?(?:开始|起|算起|编号|计数)")  # 下标从 0 开始
_HOUSE = Late(r" ?(?:单元|室|户)")


_GRADED = Late(r"(?:[等分评]级|级别|烈度|震级)(?:[为是达]|达到)? ?$")


def is_graded(text: str, at: int) -> bool:
    """Whether 等级, 分级 … before a number make 2 级 behind it a level."""
    return _GRADED.search(text, max(0, at - 5), at) is not None


def code_suffix(text: str, at: int, end: int) -> int:
    """The end of 年级, 号, 端口 … behind a number without a unit that begins at `at`, or 0."""
    match = _CODE_SUFFIX.match(text, end)
    if match:
        return match.end()
    start = end + 1 if text[end : end + 1] == " " else end
    if end - at >= _CODE_DIGITS and text[at:end].isdigit():
        word = starting_at(_CODED, text, start)
        if word and not ending_at(_COUNTED, text, at - 1 if text[at - 1 : at] == " " else at):
            return start + len(word)
        if _is_status(text, at, end):
            return end
    if start > end and text[start : start + 1].isupper() and (street := _STREET.match(text, end)):
        return street.end()
    before = text[:at].rstrip()[-1:] if at < 2 else text[at - 2 : at].rstrip()[-1:]
    if before and before in "号栋幢座" and (house := _HOUSE.match(text, end)):
        return house.end()
    if text[at:end] in ("0", "1") and before == "从" and _STARTED.match(text, end):
        return end
    return end if "." in text[at:end] and _is_release(text, at, end) else 0


_CODE_DIGITS = 3


def _is_status(text: str, at: int, end: int) -> bool:
    """返回 404, responds with 503, a 404 error."""
    if not _STATUS.fullmatch(text, at, end):
        return False
    before = at - 1 if text[at - 1 : at] == " " else at
    word = ending_at(_ANSWERED, text, before)
    if word.isascii() and word:
        return _ANSWER_ENDS.match(text, end) is not None
    return bool(word) or _STATUS_BEHIND.match(text, end) is not None


def _is_release(text: str, at: int, end: int) -> bool:
    """升级到 3.0, 从 2.1 升级到 3.0, upgrade from 2.4 to 3.0."""
    if not _RELEASED.fullmatch(text, at, end):
        return False
    before = at - 1 if text[at - 1 : at] == " " else at
    return (
        bool(ending_at(_UPGRADED, text, before))
        or _UPGRADE.match(text, end) is not None
        or _UPGRADE_BEFORE.search(text, max(0, at - 40), at) is not None
    )
