"""An English abbreviation is used before the text has said what it stands for.

Why: who does not know MCP has to leave the text to find out. On its first use a term stands in
Chinese with its English and abbreviation, 模型上下文协议（Model Context Protocol，MCP）; from then
on the abbreviation will do.

Reported is the first use of an abbreviation that the text introduces only later, that terms.yaml
lists, or that stands in the package's list of those that readers outside of a field do not know,
if the text never introduces it. So is one in three to five capitals that no list knows, where the
text uses it twice or more and once for a method (EWC 方法, KTO 损失). Introduced is what stands in
brackets with or behind its name, is followed by its name in brackets, or by 即, 简称, 缩写 and the
like.

Quiet: what everybody knows (GPU, PDF, DNA), units, Roman numerals, names of models, data sets and
companies, parts of English names and titles, code, quotations, tables. A heading neither
introduces an abbreviation nor uses it, unless it says its name in full.

Options: `known`, further abbreviations that need no introduction.

Bad:

    智能体经 MCP 调用工具。

Bad:

    先做 SFT，再做强化学习。监督微调（supervised fine-tuning，SFT）给出示范。

Good:

    监督微调（supervised fine-tuning，SFT）给出示范。先做 SFT，再把模型放上 GPU。
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from chapterkit.han import HAN
from chapterkit.lint.citing import Spans, is_in_title, is_quoted
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.typography import in_chinese
from chapterkit.lint.words import word_list, word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import OPAQUE, Document, Hit

GROUP = "terms"
SEVERITY = "warning"
NEEDS = frozenset({"chinese"})


@dataclass(frozen=True)
class Options:
    """Further abbreviations that need no introduction."""

    known: tuple[str, ...] = ()


_ABBREVIATION = re.compile(
    r"(?:[A-Z][a-z]{0,2}[A-Z][A-Za-z]{0,4}|[fm][A-Z]{2,3})(?![A-Za-z0-9_/@]|[-.–][A-Za-z0-9])"
)
_GLUED = Late(r"[A-Za-z0-9_/@#.\\–-]$")
_ROMAN = Late(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")

_WORDS = word_patterns("unglossed-term")
# Introductions: what stands before, and behind.
_OPENED = Late(r"[（(\[［]([^（）()]*)$")
_NAME_BEFORE = Late(
    rf"(?:[A-Za-z][\w\s,'’&/.\-–]*[,，;；、:：]|{_WORDS['in brackets before']}"
    r"|[^\W\da-zA-Z_][^，。]{1,30}[,，;；、:：])?\s?(?:简称|簡稱|缩写|縮寫|即|或"
    r"|英文)?[为為是]?[\s“”:：]*"
)
_NAMED_IN_BRACKETS = Late(r"\s?[（(]\s?(?!见|見|如|例如|图|表|第|@|\d)([^（）()]{2,80})[）)]")
_A_NAME = Late(r"[^\W\da-zA-Z_].*[^\W\da-zA-Z_]|[a-z]{3,}")
_SAYS_BEHIND = Late(
    rf"\s?[”」]?(?:\s?[，,]?\s?(?:{_WORDS['says behind']}"
    r"|是[^，。]{0,24}(?:缩写|縮寫|简称|簡稱))"
    r"|\s(?:stands for|means|is short for)\b)"
)
_SAYS_BEFORE = Late(rf"{_WORDS['says before']}[為为是作]?[\s“「]*$")
_CAPITAL_BEFORE = Late(r"[A-Z][\w.’'-]*\s$|\d\s?$")
_CAPITAL_BEHIND = Late(r"\s[A-Z0-9][A-Za-z0-9]*")
_NAME_OF = Late(rf"{_WORDS['name of']}\s?$")
_METHOD = Late(rf"\s?{_WORDS['methods']}")
_SENTENCE = Late("[。！？\n]")
_BEFORE = 90
_BEHIND = 110


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for the first use of each abbreviation that comes before its introduction."""
    if not in_chinese(document):
        return
    needed = _needed(book)
    known = (set(word_list("known-abbreviations")) | set(options.known)) - set(_of_terms(book))
    links = Spans("Link")
    uses: dict[str, Hit] = {}
    times: Counter[str] = Counter()
    methods: set[str] = set()
    introduced: dict[str, Hit] = {}
    for hit in document.prose.finditer(_ABBREVIATION):
        name = _singular(hit.match[0])
        if name in introduced or name in known or hit.match[0] in known:
            continue
        if _introduces(hit, needed.get(name, "")):
            introduced[name] = hit
        elif (name not in uses or _may_be_method(name, needed)) and _is_use(
            hit, name in needed, links
        ):
            uses.setdefault(name, hit)
            times[name] += 1
            if _may_be_method(name, needed) and _METHOD.match(hit.block.prose, hit.end):
                methods.add(name)
    for name, hit in uses.items():
        later = introduced.get(name)
        if later is not None and (later.match.start() < hit.match.start()):
            continue
        unlisted = name in methods and times[name] > 1
        if later is not None or name in needed or unlisted:
            yield _problem(hit, name, later, needed.get(name, ""))


def _may_be_method(name: str, needed: dict[str, str]) -> bool:
    return name.isupper() and 3 <= len(name) <= 5 and name not in needed


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and len(name) > 2 and name[-2].isupper() else name


def _of_terms(book: Book) -> dict[str, str]:
    terms = book.terms.model.terms if book.terms else ()
    return {term.abbreviation: f"{term.term}|{term.english}" for term in terms if term.abbreviation}


def _needed(book: Book) -> dict[str, str]:
    """Return the abbreviations that must be introduced, each with its Chinese and English name."""
    return _unknown_to_most() | _of_terms(book)


@cache
def _unknown_to_most() -> dict[str, str]:
    text = files("chapterkit").joinpath("data", "lint", "abbreviations.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {name: names for name, _, names in (line.partition("|") for line in lines)}


def _introduces(hit: Hit, names: str) -> bool:
    """Tell whether the text says here what the abbreviation stands for."""
    text = hit.block.prose
    before = text[max(0, hit.start - _BEFORE) : hit.start]
    behind = text[hit.end : hit.end + _BEHIND]
    if behind.startswith(OPAQUE):
        return True
    opened = _OPENED.search(before)
    if opened and _NAME_BEFORE.fullmatch(opened[1]):
        outside = before[: opened.start()].rstrip()[-1:]
        return bool(outside) and (outside.isalnum() or outside in "”」》’")
    bracket = _NAMED_IN_BRACKETS.match(behind)
    if bracket and _A_NAME.search(bracket[1]):
        return True
    if _SAYS_BEHIND.match(behind) or _SAYS_BEFORE.search(before):
        return True
    around = f"{_SENTENCE.split(before)[-1]}{_SENTENCE.split(behind)[0]}".lower()
    if any(name and name.lower() in around for name in names.split("|")) or "全称" in around:
        return True
    return hit.start == 0 and re.match(r"\s?[:：]\s?[^\W\da-zA-Z_]", behind) is not None


def _is_use(hit: Hit, needed: bool, links: Spans) -> bool:
    """Tell whether an abbreviation is used as a word of the text, not as part of a name."""
    block, text = hit.block, hit.block.prose
    if block.kind == "Header" or not _ELSEWHERE.isdisjoint(block.within):
        return False
    before = text[max(0, hit.start - 30) : hit.start]
    if _GLUED.search(before) or _CAPITAL_BEFORE.search(before) or _NAME_OF.search(before):
        return False
    if _CAPITAL_BEHIND.match(text, hit.end) or not _HAN.search(text, 0, 4000):
        return False
    if not needed and _ROMAN.fullmatch(hit.match[0]):
        return False
    return (
        not links.cover(block, hit.start)
        and not is_in_title(text, hit.start)
        and not is_quoted(text, hit.start)
    )


_ELSEWHERE = frozenset({"BlockQuote", "Table", "Figure", "Note"})
_HAN = Late(HAN)


def _problem(hit: Hit, name: str, later: Hit | None, names: str) -> Problem:
    chinese, _, english = names.partition("|")
    full = (
        f"“{chinese}（{english}，{name}）”" if chinese and english else f"“中文（English，{name}）”"
    )
    if later is None:
        message, hint = f"“{name}”没有介绍过就用了", f"头一次出现时写作{full}"
    else:
        line = later.block.origin(later.start).line
        message = f"“{name}”在介绍之前就用了"
        hint = f"第 {line} 行才介绍它；把介绍挪到这里，写作{full}"
    return problem_at(hit.block, hit.start, hit.end, message, hint)
