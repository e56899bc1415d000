"""Typed citations into keys: numbers in brackets, and names with years. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chapterkit.adopting.changes import Change, Left
from chapterkit.adopting.library import Work, folded, named
from chapterkit.adopting.manuscript import Manuscript, Span
from chapterkit.han import ALL_HAN
from chapterkit.manuscript.names import is_whole_name
from chapterkit.text.document import Block

_DASH = r"[-–—‐‑−~～]"
_NUMBERS = rf"\d{{1,4}}(?:\s*(?:{_DASH}{{1,2}}|[,，、;；])\s*\d{{1,4}}){{0,40}}"
_PAGE = (
    r"(?:\s*[,，:：]\s*(?P<locator>(?:pp?\.\s?\d[\d–—-]*|第\s?\d+(?:\s?[-–—~～]\s?\d+)?\s?[页頁章节節]"
    r"|(?:Sec|Ch|Chap|Fig|Thm|Table|Theorem|Section|Chapter|Appendix)\.?\s?[\dA-Z][\d.]*|§\s?[\d.]+"
    r"|(?<=[:：])\s?\d+(?:[-–—]\d+)?)))?"
)
_ONE = rf"[\[［〔【]\s*{_NUMBERS}\s*[\]］〕】]"
_NUMERIC = re.compile(rf"{_ONE}(?:\s?(?:{_DASH}|[,，、])?\s?{_ONE}){{0,20}}")
_LINK = re.compile(r"\[\\?\[?(?P<number>\d{1,3})\\?\]?\]\(#[^()\s]*\)")
_ANCHOR = re.compile(r"#_?(?:ref|cite?|bib|r|b)[\w.:-]*\d", re.IGNORECASE)
_LONGEST_LINK = 200
_SINGLE = re.compile(_ONE)
_SMALL = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_ORDINARY = str.maketrans(_SMALL + "⁻⁺‐", "0123456789-+-")
_BARE = re.compile(
    r"<sup>\s*\d{1,3}(?:\s?[,，、–—~～-]\s?\d{1,3})*\s*</sup>"
    r"|\^\d{1,3}(?:[,，、–—~～-]\d{1,3})*\^"
    rf"|(?<![⁻⁺{_SMALL}])[{_SMALL}]{{1,3}}(?![⁻⁺ⁿ]?[{_SMALL}⁺ⁿ]*[⁺ⁿ])(?:\s?[⁻,，、·–—~～-]\s?[{_SMALL}]{{1,3}})*"
)
_LOCATED = re.compile(rf"[\[［]\s*(?P<number>\d{{1,4}}){_PAGE}\s*[\]］]")
_INTERVAL = re.compile(
    r"(?:区间|區間|范围|範圍|取值|值域|属于|介于|位于|落在|限制在|归一化到|缩放到|∈|interval|range|between|within)\D{0,6}$",
    re.IGNORECASE,
)
_INTERVAL_BEHIND = re.compile(
    r"\s?(?:之间|之間|上|区间|區間|范围|範圍|内的|上的均匀|interval|range)"
)
_INDEXED = re.compile(r"(?:^|[^A-Za-z0-9_])(?P<name>[A-Za-z_][A-Za-z0-9_]*)$|(?P<call>[)\]}])$")
_INDEX_BEHIND = re.compile(r"\s?(?:=(?!=)|[+*/<>]|==|\[|\.[a-z]|->|\+\+)")
_LEAST_NAME = 2
_INDENT, _NEAR = 40, 80
_MOST = 1000  # what is more is a year


@dataclass(frozen=True)
class Numbered:
    """What the numbers of a list of references stand for, in the text before its `end`.

    `by_order` if they have none, and are counted. `locators` are the pages that a reference
    names of a work which several references are of.
    """

    works: Mapping[int, Work]
    locators: Mapping[int, str]
    end: int
    by_order: bool = False

    def citation(self, number: int) -> str:
        """Return the inner part of the citation of a number."""
        work, locator = self.works[number], self.locators.get(number)
        return f"@{work.key}, {locator}" if locator else f"@{work.key}"


def numeric(
    manuscript: Manuscript, lists: Sequence[Numbered], skipped: frozenset[int]
) -> Iterator[Change | Left]:
    """Yield the citations that are numbers in brackets; in blocks at `skipped` there are none."""
    for block in manuscript.blocks() if lists else ():
        if block.start in skipped:
            continue
        names = _indexed_names(block.prose)
        for found in _in_brackets(manuscript, block):
            span = manuscript.span(block, *found.span())
            if span:
                own = _list_at(lists, span.start)
                yield from _number(manuscript, block, found, own, names)
        yield from _linked(manuscript, block, lists)
        for bare in _BARE.finditer(block.prose):
            if (span := manuscript.span(block, *bare.span())) and not _is_power(block, bare):
                yield _raised(bare[0], span.start, _list_at(lists, span.start))


def _raised(text: str, start: int, own: Numbered) -> Change | Left:
    """Return what becomes of raised numbers without brackets, which may be citations: a guess."""
    numbers = _numbers(re.sub(r"</?sup>|\^", "", text).translate(_ORDINARY))
    if numbers and all(number in own.works for number in numbers):
        inner = "; ".join(own.citation(number) for number in numbers)
        return Change(start, text, f"[{inner}]", "citation", False, "上标的数字认作引用")
    why = "上标的数字，像是引用"
    if unknown := [number for number in numbers or () if number not in own.works]:
        why += f"；参考文献表里没有认出第 {'、'.join(map(str, unknown))} 条"
    return Left(start, text, "citation", why, "是引用就写成 [@键]；不是就不用管")


def _linked(manuscript: Manuscript, block: Block, lists: Sequence[Numbered]) -> Iterator[Change]:
    """Yield numbers that are links into the list of references, as word processors write them."""
    for inline in block.inlines:
        if inline.kind != "Reference" or not _ANCHOR.fullmatch(inline.target):
            continue
        at = manuscript.offset(block.origin(inline.start))
        found = _LINK.search(manuscript.text, max(0, at - 4), at + _LONGEST_LINK)
        own = _list_at(lists, at)
        if found and found.start() <= at and int(found["number"]) in own.works:
            new = f"[{own.citation(int(found['number']))}]"
            yield Change(found.start(), found[0], new, "citation")


def _in_brackets(manuscript: Manuscript, block: Block) -> Iterator[re.Match[str]]:
    """Yield numbers in brackets: several together where they were typed in one piece."""
    if not re.search(r"[\[［〔【]", block.prose):
        return
    for found in _NUMERIC.finditer(block.prose):
        if manuscript.span(block, *found.span()):
            yield found
        else:
            yield from _SINGLE.finditer(block.prose, *found.span())
    for found in _LOCATED.finditer(block.prose):
        if found["locator"]:
            yield found


_UNIT_BEFORE = re.compile(
    r"(?:\d|\)|[米尺寸里]|(?<![A-Za-z])[A-Za-zα-ωΑ-Ωµμ]{1,3}|[A-Z][a-z]?|[a-z][A-Z]+)$"
)
_ISOTOPE_BEHIND = re.compile(r"[A-Z][a-z]?(?![a-z])")


def _is_power(block: Block, found: re.Match[str]) -> bool:
    """Tell whether a raised number is a power or a charge: 10^3^, m<sup>2</sup>, 平方米^2^, ^14^C.

    Behind a word (harbours^3^) it is none.
    """
    before = block.prose[max(0, found.start() - 12) : found.start()]
    if not before.strip() or _ISOTOPE_BEHIND.match(block.prose, found.end()):
        return True
    alone = re.fullmatch(r"\D*\d\D*", found[0].translate(_ORDINARY)) is not None
    return _UNIT_BEFORE.search(before) is not None and (alone or before[-1].isdigit())


def _list_at(lists: Sequence[Numbered], offset: int) -> Numbered:
    return next((one for one in lists if offset < one.end), lists[-1])


def _indexed_names(prose: str) -> frozenset[str]:
    """Return the names that something other than a number is an index of, or 0: a[i], a[0]."""
    return frozenset(re.findall(r"([A-Za-z_]\w*)\[(?:0|[A-Za-z_]\w*(?:[+-]\d+)?)\]", prose))


def _number(
    manuscript: Manuscript, block: Block, found: re.Match[str], own: Numbered, names: frozenset[str]
) -> Iterator[Change | Left]:
    span = manuscript.span(block, *found.span())
    assert span
    numbers = _numbers(found[0]) if "locator" not in found.re.groupindex else [int(found["number"])]
    if numbers is None or not _may_cite(block, found, own, numbers):
        return
    text = manuscript.typed(span)
    if min(numbers) > max(own.works) and found[0][0] not in "[［":
        return
    if doubt := _doubt(block, found, names):
        yield Left(span.start, text, "citation", doubt, "是引用就写成 [@键]；不是就不用管")
        return
    unknown = [number for number in numbers if number not in own.works]
    if unknown:
        which = "、".join(map(str, unknown))
        yield Left(
            span.start,
            text,
            "citation",
            f"参考文献表里没有认出第 {which} 条",
            "在 refs.bib 里补上这一条，再写 [@键]",
        )
        return
    inner = "; ".join(own.citation(number) for number in numbers)
    if located := found.groupdict().get("locator"):
        inner = f"{inner.partition(',')[0]}, {_locator(located)}"
    note = "文献表没有编号，按次序认的" if own.by_order else ""
    yield Change(span.start, text, f"[{inner}]", "citation", not own.by_order, note)


def _may_cite(block: Block, found: re.Match[str], own: Numbered, numbers: Sequence[int]) -> bool:
    """Tell whether numbers can be those of a list: a year, an index 0, a mark of a list cannot."""
    if not numbers or min(numbers) < 1 or max(numbers) >= _MOST:
        return False
    start = found.start()
    heads_line = (start < _INDENT and not block.prose[:start].strip()) or "\n" in _typed_before(
        block, found.start()
    )
    return not heads_line or block.prose[found.end() : found.end() + _NEAR].strip()[:1] in {
        "",
        "。",
        "，",
    }


def _typed_before(block: Block, at: int) -> str:
    """Return the white space that was typed before text[at]."""
    offset = block.offsets[at]
    text = block.rendered.text
    start = offset
    while start > 0 and text[start - 1].isspace():
        start -= 1
    return text[start:offset]


def _doubt(block: Block, found: re.Match[str], names: frozenset[str]) -> str:
    """Return why numbers in brackets may be no citation, empty if they are one."""
    before, behind = (
        block.prose[max(0, found.start() - _NEAR) : found.start()],
        block.prose[found.end() : found.end() + _NEAR],
    )
    two = re.fullmatch(r"\W*\d+\s*[,，]\s*\d+\W*", found[0])
    if two and (_INTERVAL.search(before[-24:]) or _INTERVAL_BEHIND.match(behind)):
        return "像是一个区间"
    if found[0].startswith("【") or before.endswith("第"):
        return "不像引用的写法"
    if indexed := _INDEXED.search(before[-60:]):
        name = indexed["name"] or ""
        is_short = name and len(name) < _LEAST_NAME
        is_code = "_" in name or bool(re.search(r"\d$", name) and name.islower())
        if is_short or is_code or name in names or _INDEX_BEHIND.match(behind):
            return "像是数组的下标"
    return ""


_RANGE = re.compile(rf"(\d+)\s*{_DASH}{{1,2}}\s*(\d+)|(\d+)")
_JOINED = re.compile(rf"[\]］〕】]\s?({_DASH})\s?[\[［〔【]")
_WIDEST = 60


def _numbers(text: str) -> list[int] | None:
    """Return the numbers of a citation, ranges counted out; None for a range that is none.

    >>> _numbers("[1,3–5]"), _numbers("［2］-［4］"), _numbers("[1][2]"), _numbers("[9-3]")
    ([1, 3, 4, 5], [2, 3, 4], [1, 2], None)
    """
    numbers: list[int] = []
    for found in _RANGE.finditer(_JOINED.sub(r"\1", text)):
        if found[3]:
            numbers.append(int(found[3]))
            continue
        first, last = int(found[1]), int(found[2])
        if not 0 < last - first <= _WIDEST:
            return None
        numbers.extend(range(first, last + 1))
    return list(dict.fromkeys(numbers))


def _locator(text: str) -> str:
    """Return a page as citations have it: 第 45 页, p. 45.

    >>> _locator("45-47"), _locator("第45页")
    ('第 45–47 页', '第 45 页')
    """
    text = re.sub(r"\s?[-–—~～]\s?", "–", text.strip())
    if re.fullmatch(r"[\d–]+", text):
        return f"第 {text} 页"
    return re.sub(r"第\s?([\d–]+)\s?", r"第 \1 ", text)


# --- names and years

_YEAR = r"(?:(?:1[5-9]|20)\d\d[a-z]?|n\.d\.|无日期)"
_PARENTHESES = re.compile(r"[（(](?P<inner>[^（()）\n]{2,300})[)）]")
_PART = re.compile(
    r"(?P<prefix>(?:(?:另|又|亦|也)?可?(?:参见|參見|参看|参阅|参考|见|見)|详见"
    r"|转引自|例如|如|see also|see|cf\."
    r"|e\.g\.,?|for example,?|also)\s*[:：]?\s*)?"
    rf"(?P<names>[^\d;；]{{2,120}}?)[\s,，、]*(?P<years>{_YEAR}(?:\s*[,，、&和]\s*(?:{_YEAR}|[a-z]\b))*)"
    r"(?:\s*[,，:：]\s*(?P<locator>.{1,40}))?\s*",
    re.IGNORECASE,
)
_ALONE = re.compile(
    rf"(?P<years>{_YEAR}(?:\s*[,，、]\s*{_YEAR})*)(?:\s*[:：,，]\s*(?P<locator>.{{1,40}}))?"
)
_ALSO = re.compile(r"\s*(?:[,，]?\s*et\.?\s*al\.?|等人?|等学者|and others)[\s,，]*$", re.IGNORECASE)
_JOIN = re.compile(r"\s*(?:[,，、;；]\s*(?:and|&|和)?|&|\band\b|和|与|與)\s*")
_NAMELIKE = re.compile(
    rf"[{ALL_HAN}]{{2,4}}|(?:(?:van|von|de|der|den|la|le|di) )*[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?"
)
_LOCATORLIKE = re.compile(
    r"(?:pp?\.\s?)?[\d–—~～,， -]+|第\s?[\d一二三四五六七八九十–—-]+\s?[页頁章节節卷]|\d+\s?[页頁]"
    r"|(?:ch(?:ap)?\.?|fig\.?|table|sec\.?|chapter|图|表|附录|注)\s?[\w.–-]+",
    re.IGNORECASE,
)


_STRANGER = re.compile(
    rf"(?:\b[A-Z][a-z’'-]+(?:,? (?:and|&) [A-Z][a-z’'-]+|,? et al\.?)?|[{ALL_HAN}]{{2,3}}等人?)\s*$"
)
_UNKNOWN = "补上这一条，或写成 [@键]；不是引用就不用管"


@dataclass(frozen=True)
class _Cited:
    """The inner parts of a citation; `guess` if letters behind years were told by their order."""

    parts: tuple[str, ...]
    guess: bool = False


_BY_ORDER = "同一年的几条没有写 a、b，按文献表里的次序认的"


class _Known:
    """The works that may be cited, found by the names of their first authors."""

    def __init__(self, works: Sequence[Work]) -> None:
        self.by_first: dict[str, list[Work]] = {}
        firsts: set[str] = set()
        for work in works:
            if work.names:
                self.by_first.setdefault(folded(work.names[0]), []).append(work)
                firsts.add(work.names[0])
        ordered = sorted(map(re.escape, firsts), key=len, reverse=True)
        han = re.compile(f"[{ALL_HAN}]")
        latin = "|".join(one for one in ordered if not han.search(one)) or "(?!)"
        western = rf"(?<![A-Za-z])(?:{latin})(?![A-Za-z])"
        others = "|".join(one for one in ordered if han.search(one)) or "(?!)"
        name = rf"(?:[{ALL_HAN}]{{2,4}}|(?:[A-Z]\.\s?)*[A-Z][\w’'-]+)"
        join = r"(?:[,，、]\s*(?:and|&|和)?|&|and\b|和|与|與)"
        self.at_end = re.compile(
            rf"(?P<names>(?:{western}|{others})(?:\s*{join}\s*{name}){{0,4}})"
            r"(?P<also>\s*[,，]?\s*et\.?\s*al\.?|\s*等人?|’s|'s)?\s*(?:的|[,，])?\s*$"
        )

    def cited(self, names: str, years: str, locator: str) -> _Cited | str:
        """Return the citations of names and years, or in words why they cannot be told.

        The words are empty where no names of people are meant.
        """
        plain = _ALSO.sub("", names.strip(" ,，、"))
        people = [one.strip() for one in _JOIN.split(plain) if one.strip()]
        if not people or not all(map(_NAMELIKE.fullmatch, people)):
            return ""
        same = self.by_first.get(folded(people[0]), [])
        found: list[str] = []
        last, guess = "", False
        for written in re.findall(rf"{_YEAR}|\b[a-z]\b", years, re.IGNORECASE):
            last = last[:4] + written if len(written) == 1 else written
            undated = last in {"n.d.", "无日期"}
            several, by_order = named(same, people[1:], "" if undated else last)
            guess = guess or by_order
            if not several and not (people[0].isascii() or is_whole_name(people[0])):
                return ""
            if len(several) != 1:
                why = "参考文献表里没有" if not several else f"有 {len(several)} 条都像"
                return f"{why}“{plain} {last}”"
            found.append(f"@{several[0].key}")
        if locator:
            found[-1] += f", {_locator(locator)}"
        return _Cited(tuple(found), guess)

    def names_one(self, text: str) -> bool:
        """Tell whether a text names the first author of a work and its year."""
        years = re.findall(r"(?:1[5-9]|20)\d\d", text)
        words = re.findall(rf"[{ALL_HAN}]{{2,4}}|[A-Z][\w’'-]+", text)
        return any(
            one.year in years for word in words for one in self.by_first.get(folded(word), ())
        )


def author_year(
    manuscript: Manuscript, works: Sequence[Work], skipped: frozenset[int]
) -> Iterator[Change | Left]:
    """Yield the citations that are names with years: （张三，2020）, 张三（2020）, (Doe 2021)."""
    known = _Known(works)
    for block in manuscript.blocks() if known.by_first else ():
        if block.start in skipped:
            continue
        for found in _PARENTHESES.finditer(block.prose):
            span = manuscript.span(block, *found.span())
            if span is None or not re.search(_YEAR, found["inner"]):
                continue
            if alone := _ALONE.fullmatch(found["inner"].strip()):
                before = block.prose[max(0, found.start() - 120) : found.start()]
                yield from _narrative(manuscript, span, before, alone, known)
            else:
                yield from _parenthetical(manuscript, span, found["inner"], known)


def _parenthetical(
    manuscript: Manuscript, span: Span, inner: str, known: _Known
) -> Iterator[Change | Left]:
    citations: list[str] = []
    names, guess = "", False
    for one in re.split("[;；]", inner):
        part = _PART.fullmatch(one.strip()) or (names and _ALONE.fullmatch(one.strip())) or None
        locator = (part["locator"] or "").strip() if part else ""
        if part is None or (locator and not _LOCATORLIKE.fullmatch(locator)):
            if known.names_one(inner):
                why, hint = "这里引了文献，但没有认全", "写成 [@键]"
                yield Left(span.start, manuscript.typed(span), "citation", why, hint)
            return
        names = part.groupdict().get("names") or names
        cited = known.cited(names, part["years"], locator)
        if isinstance(cited, str):
            if cited:
                yield Left(span.start, manuscript.typed(span), "citation", cited, _UNKNOWN)
            return
        prefix = (part.groupdict().get("prefix") or "").strip()
        first, *others = cited.parts
        citations += [f"{prefix} {first}" if prefix else first, *others]
        guess = guess or cited.guess
    gap = _gap_before(manuscript.text, span.start)
    text = " " * gap + manuscript.typed(span)
    yield _change(span.start - gap, text, citations, guess)


def _change(start: int, text: str, citations: Sequence[str], guess: bool) -> Change:
    note = _BY_ORDER if guess else ""
    return Change(start, text, f"[{'; '.join(citations)}]", "citation", not guess, note)


def _gap_before(text: str, start: int) -> int:
    """Return 1 for a space between Chinese text and parentheses that become a citation."""
    return int(bool(re.search(f"[{ALL_HAN}] $", text[max(0, start - 2) : start])))


def _narrative(
    manuscript: Manuscript, span: Span, before: str, alone: re.Match[str], known: _Known
) -> Iterator[Change | Left]:
    text, why, at = manuscript.typed(span), "", 0
    while found := known.at_end.search(before, at):
        cited = known.cited(found["names"], alone["years"], (alone["locator"] or "").strip())
        if not isinstance(cited, str):
            yield _change(span.start, text, cited.parts, cited.guess)
            return
        why, at = why or cited, found.start() + 1
    if not why and (stranger := _STRANGER.search(before)):
        why = f"参考文献表里没有“{stranger[0].strip()}”"
    if why:
        yield Left(span.start, text, "citation", why, _UNKNOWN)
