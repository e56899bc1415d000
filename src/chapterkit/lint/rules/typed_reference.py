"""The number of a place in the text is typed by hand: 实验 7.4, 案例 1.2, 图 3, 第七章, 7.1 节.

Why: nobody renumbers prose. Once a section is moved or a figure put in, the typed number points
at another place, and neither author nor reader is told. In a book `{{ ref("slug") }}` prints
实验 7.4, and `[](#fig:map)` 图 7.1, with the number that it has today; elsewhere a link to the
heading does.

In a chapter of a book a caption that begins with its number would print it twice, or two numbers
that differ: the tool puts it there.

Quiet: headings that number themselves, captions outside a book, links, locators within citations,
and places of another work: behind its name or a citation (论文的图 3, 《国富论》第三章,
`[@key]第 3 章`), or in a sentence that speaks of it. Words that only look like it are (代表 3 人,
三节课, 12.5 节的航速).

Bad:

    这一点在实验 7.4 里看得最清楚。

Bad:

    如图 3 所示，两者方向相反；详见第七章和 7.1 节。

Good:

    # 算 24 点 {#points}

    这一点在[实验 7.4](#points)里看得最清楚，也见论文的图 3 和《国富论》第三章。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from chapterkit.han import HAN
from chapterkit.lint.bearers import chapter_heading
from chapterkit.lint.citing import Spans, is_quoted, sentence_round
from chapterkit.lint.problem import Edit, Problem, problem_at, replacement
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book, once
from chapterkit.patterns import Late
from chapterkit.quantities import parse_chinese
from chapterkit.text.document import CITE, Block, Document, Hit
from chapterkit.text.numbering import name_in

GROUP = "references"
SEVERITY = "error"
NEEDS = frozenset[str]()


_WORDS = word_patterns("typed-reference")
_CHINESE = "[一二三四五六七八九十百]{1,5}"
_DIGITS = r"\d{1,3}(?:[.\-–—]\d{1,3}){0,3}"
# Behind a number: it counts or measures something, or goes on.
_COUNTS = (
    r"(?!\d|[.,\-–—]\d"
    r"|\s?(?:[个個種张張幅条條次页頁人年月日天元块万萬亿億千百倍%％℃秒分组組项項级級步轮号號份篇名只位件台套岁度米克吨小寸]"
    r"|种(?!子)|行(?!为)|列(?![出了有举舉明的为])|[A-Za-z]{2,}|[Dd]\b))"
)


# Behind a number in English, where words follow after a blank as a matter of course.
_NO_MORE = r"(?!\d|[.\-–—]\d|%)"


@cache
def _records(labels: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a record's number, behind a book's own labels, else behind 实验."""
    words = sorted(labels or ("实验", "實驗"), key=len, reverse=True)
    english = "|".join(re.escape(one) for one in words if one.isascii())
    chinese = "|".join(re.escape(one) for one in words if not one.isascii())
    number = r"\s?(?P<number>\d{1,2}(?:[.\-–—]\d{1,2})?)"
    behind = rf"(?(latin){_NO_MORE}|{_COUNTS})"
    either = "|".join(filter(None, [english and rf"(?P<latin>\b(?i:{english})(?=\s))", chinese]))
    if not english:
        return re.compile(rf"(?P<experiment>{chinese}){number}{_COUNTS}")
    return re.compile(rf"(?P<experiment>{either}){number}{behind}")


_PATTERNS = (
    re.compile(
        rf"(?P<float>图|圖|表)\s?(?P<number>(?:{_DIGITS}"
        rf"|[A-Z][.\-–—]?\d{{1,2}})[a-h]?(?![A-Za-z]){_COUNTS}"
        rf"|{_CHINESE}(?=\s?{_WORDS['behind figure']}))"
    ),
    re.compile(
        r"(?P<formula>公式|方程|式)\s?(?P<number>[（(]\s?\d{1,3}(?:[.\-–—]\d{1,3})?[a-z]?\s?[)）]"
        rf"|(?<=公式)\d{{1,3}}(?:[.\-–—]\d{{1,3}})?{_COUNTS}"
        rf"|(?<=公式 )\d{{1,3}}(?:[.\-–—]\d{{1,3}})?{_COUNTS})"
    ),
    re.compile(
        rf"(?P<listed>算法|附录|附錄|代码清单"
        rf"|清单)\s?(?P<number>\d{{1,2}}(?:[.\-–—]\d{{1,2}})?{_COUNTS}|[A-F](?![\w.+#]))"
    ),
    re.compile(
        rf"第\s?(?P<number>{_DIGITS}|{_CHINESE})\s?"
        r"(?:(?P<chapter>章)(?![程鱼法回子印])(?:第\s?[\d.一二三四五六七八九十]{1,5}\s?[节節](?![课課点目]))?"
        r"|(?P<part>小?[节節])(?![课課点點奏目能省车車气氣约假日拍电電骨竹火课堂比]|\s?(?:课"
        r"|比赛)))"
    ),
    re.compile(
        r"(?P<number>\d{1,2}(?:\.\d{1,2}){1,3})\s?(?P<section>小?[节節])(?![课課点點奏目能省车車气氣约假日拍电電骨竹火])"
    ),
    re.compile(r"(?P<sign>§)\s?(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})"),
    re.compile(
        r"(?P<english>Figures?|Figs?\.|Tables?|Sections?|Secs?\.|Chapters?|Equations?|Eqs?\."
        r"|Appendix|Algorithm"
        r"|Experiments?)[\s\u00a0](?P<number>\(?\d{1,2}(?:[.\-–]\d{1,2}){0,3}[a-h]?\)?"
        r"|[A-F]\b)(?![\d%]|\.\d)"
    ),
    re.compile(
        r"\b(?P<small>figures?|tables?|sections?|chapters?|equations?|appendix)[\s\u00a0]"
        r"(?P<number>\(?\d{1,2}(?:\.\d{1,2}){0,3}\)?|[A-F]\b)(?![\d%(]|\.\d)"
    ),
)
# Characters, and beginnings of clauses, that a reference to the text itself may follow.
_BEFORE_OWN = Late(
    r"(?:^|[^\w\s]|[\da-zA-Z_]"
    r"|[如见見在由从從据據和与與及或到至以按对對将將把用看参即是于而进入回阅给讲论比跟同有照示像因若则故时為为也都又再便就并且即本书指读靠附]"
    r"|本章|本文|全书|全書|例如|说明|前言|接着|随后|后面|前面|下面|上面)\s?$"
)
_CITED = rf"(?:{CITE}|[\[［〔]\d{{1,3}}(?:\s?[,，、–-]\s?\d{{1,3}}){{0,9}}[\]］〕])"
_OWN = Late(
    r"(?:本[书書章文节節篇]|全[书書]|这里|上面|下面|前面|后面|后文|前文|我们|此处)(?:的|里的"
    r"|中的)?\s?$"
)
_OWNED = Late(rf"(?:[的之》]|[’']s|{_CITED}|\b(?:their|its|his|her|of)\b)\s?$")
_OWNED_BEHIND = Late(rf"\s?{_CITED}|\s(?:of|in)\s(?:the\b|[A-Z]|their\b|{CITE})")
_CITES = Late(_CITED)
_OWNER = Late(rf"(?<!本)论文|(?<!本)論文|(?<!本书)作者|{_WORDS['owner']}|\bP\.?\d|第\s?\d+\s?页")
_POINTING = Late(r"(?:如|见|見|参见|參見|详见|詳見|参看|参阅|由|从|据|[Ss]ee)\s?$")
_BEFORE_FORMULA = Late("[如见見由从從将將把代入和与與按用对對据據在即及到照]$")
_HAN = Late(f"{HAN}$")
_TAGS = Late(r"(?:<[^<>]*>|[*【\[（(\s])*")
_READING = Late(rf"{_WORDS['reading']}\s?$")
_OTHER_SENSES = {
    "part": Late("[球赛賽诗詩课課车車队隊]|乐章"),
    "section": Late("[航船舰艦]|海里|速度|风速"),
    "english": Late("bankrupt|破产|破產|Act\\b"),
    "small": Late(r"bankrupt|Act\b|Code\b|statute|Ordinance|Rules\b"),
}
_GOES_ON = Late(
    rf"\s?(?:{_WORDS['goes on']}|shows?\b|lists?\b|and\b|gives?\b|compares?\b|illustrates?\b"
    r"|presents?\b|summari[sz]es?\b)"
)
# A section in small letters is mostly one of a statute, unless readers are sent to it.
_SEE = Late(r"\b(?:[Ss]ee|[Ii]n this book,?|[Aa]s shown in|[Tt]urn to)\b(?:[^.;:?!]|\.\d){0,60}$")
_CLAUSE = 80
_STOP = Late("[。！？]|[.!?](?:\\s|$)")
_ELSEWHERE = frozenset({"BlockQuote", "Figure", "Caption"})
_BEFORE = 16
# How much markup may stand before a caption, and how much text in a link.
_MARKS_BEFORE = 80
_LINK = 200
_LONGEST_CAPTION = 2000


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each number of a place that was typed, with a fix where there is one."""
    places = _Places(document, book)
    for pattern in (_records(places.labels), *_PATTERNS):
        for hit in document.prose.finditer(pattern):
            if _is_reference(hit, places):
                yield _problem(hit, places)
    if document.counting.chapter:
        wording = document.counting.wording
        pattern = _captions((name_in(wording.figure), name_in(wording.table)))
        captions = (one for one in document.blocks if one.within[-1:] == ("Caption",))
        yield from filter(None, (_in_caption(one, pattern) for one in captions))


@cache
def _captions(own: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a number before a caption, behind the book's own words, too."""
    usual = ("插图", "插圖", "图", "圖", "表格", "表", "Figure", "Fig", "Table", "Tab")
    words = "|".join(map(re.escape, dict.fromkeys((*own, *usual))))
    return re.compile(
        rf"\s*(?:{words})\.?\s?"
        rf"(?:(?:[A-Z][.\-–—])?{_DIGITS}[a-h]?|{_CHINESE}(?=[\s\u3000：:.、])){_COUNTS}"
        r"[\s\u3000：:.、．]*",
        re.IGNORECASE,
    )


def _in_caption(block: Block, pattern: re.Pattern[str]) -> Problem | None:
    """Return the problem of a caption that begins with a typed number."""
    found = pattern.match(block.text)
    if found is None or not block.is_typed(0):
        return None
    typed = found[0].strip(" \u3000：:.、．")
    message = f"题注里的“{typed}”是手写的编号，工具会再印一个"
    edits = replacement(block, 0, found.end(), "")
    return problem_at(block, 0, found.end(), message, "删去：编号由工具来数", edits=edits)


def _is_reference(hit: Hit, places: _Places) -> bool:
    """Tell whether a match points at a place of the text itself and was typed as it is."""
    block, text = hit.block, hit.block.prose
    before = text[max(0, hit.start - _BEFORE) : hit.start]
    own = _OWN.search(before) is not None
    if not own and (_OWNED.search(before) or not _BEFORE_OWN.search(before)):
        return False
    if block.kind == "Header" or not _ELSEWHERE.isdisjoint(block.within):
        return False
    if (
        _is_linked(block, hit, places.links)
        or not block.is_typed(hit.start)
        or is_quoted(text, hit.start)
    ):
        return False
    if not _fits(hit, before, places) or _READING.search(before) or _labels_itself(hit):
        return False
    first, last = sentence_round(text, hit.start, hit.end)
    other = _OTHER_SENSES.get(_kind(hit))
    means_other = other is not None and other.search(text, first, last) is not None
    return not means_other and (own or not _is_others(hit, first, last, places))


def _fits(hit: Hit, before: str, places: _Places) -> bool:
    """Tell whether a kind of place that is easily mistaken is meant."""
    match _kind(hit):
        case "experiment":
            return not hit.match["number"].isdigit() or places.target(hit) is not None
        case "formula":
            glued = hit.match["formula"] == "式" and _HAN.search(before) is not None
            return not glued or _BEFORE_FORMULA.search(before) is not None
        case "small":
            start = max(0, hit.start - _CLAUSE)
            return _SEE.search(hit.block.prose[start : hit.start]) is not None
        case "listed":
            if places.appendix(hit):
                return True
            return _POINTING.search(before) is not None or _OWN.search(before) is not None
    return True


_PARTS = frozenset({"number", "latin"})


def _kind(hit: Hit) -> str:
    return next(name for name, text in hit.match.groupdict().items() if text and name not in _PARTS)


def _is_linked(block: Block, hit: Hit, links: Spans) -> bool:
    text = block.prose
    if text[hit.start - 1 : hit.start] == "[" and "](" in text[hit.end : hit.end + _LINK]:
        return True
    return links.cover(block, hit.start)


def _labels_itself(hit: Hit) -> bool:
    """Tell whether a paragraph begins with the number as its own: a caption, a heading in bold."""
    text = hit.block.prose
    if text.startswith(
        "<", line := text.rfind("\n", max(0, hit.start - _MARKS_BEFORE), hit.start) + 1
    ):
        return _TAGS.fullmatch(text, line, hit.start) is not None
    if hit.start > _MARKS_BEFORE or not _TAGS.fullmatch(text, 0, hit.start):
        return False
    if not _STOP.search(text, hit.end, hit.end + _LONGEST_CAPTION):
        return True
    glued = text[hit.end : hit.end + 1] not in " \u3000：:"
    if glued and _kind(hit) in {"chapter", "part"}:
        return False
    return _GOES_ON.match(text, hit.end) is None


def _is_others(hit: Hit, first: int, last: int, places: _Places) -> bool:
    """Tell whether the place, in the sentence from `first` to `last`, is one of another work."""
    text = hit.block.prose
    before = text[max(0, hit.start - _BEFORE) : hit.start]
    if _OWNED_BEHIND.match(text, hit.end):
        return True
    if places.target(hit) or _kind(hit) == "experiment":
        return False
    sentence = text[first : hit.start]
    if _OWNER.search(sentence):
        return True
    if places.appendix(hit):
        return False
    cited = _POINTING.search(before) is None and _CITES.search(text, hit.end, last)
    return bool(cited) or _CITES.search(sentence) is not None


@dataclass(frozen=True)
class _Target:
    """What a number belongs to: a record of the book, a heading of the document, a figure …

    `is_numbered` tells whether the tool prints the number, so that a link needs no text.
    """

    slug: str
    is_record: bool = False
    is_numbered: bool = False


@once
def _experiments(book: Book) -> dict[tuple[str, str], str]:
    return {_called(book.kind_label(one), book.number_of(one)): one for one in book.placed}


@once
def _chapters(book: Book) -> dict[tuple[str, str], str]:
    named = ((one, chapter_heading(one.text)[1]) for one in book.chapters)
    return {(one.role, one.number): name for one, name in named if name and one.number}


class _Places:
    """The numbers that the book or the document itself gives to places."""

    def __init__(self, document: Document, book: Book) -> None:
        self.document = document
        self.book = book
        self.links = Spans("Reference", "Link", "Image")

    @property
    def labels(self) -> tuple[str, ...]:
        """What the book calls its records."""
        return tuple(kind.label for kind in self.book.config.kinds.values())

    @cached_property
    def experiments(self) -> dict[tuple[str, str], str]:
        """Records that chapters of the book place: label and number → slug."""
        return _experiments(self.book)

    @cached_property
    def numbered(self) -> dict[tuple[str, str], str]:
        """Figures, tables, formulas and sections that print one: kind and number → identifier."""
        if not self.document.counting.chapter:
            return {}
        others = [one for one in self.document.elsewhere.values() if "." in one.label]
        return self.chapters | {
            (one.kind, _normal(found[0])): one.identifier
            for one in [*others, *self.document.things]
            if one.kind in _NUMBERED and one.identifier and (found := _NUMERAL.search(one.label))
        }

    @cached_property
    def chapters(self) -> dict[tuple[str, str], str]:
        """Chapters and appendices of the book: kind and number → identifier of the heading."""
        return _chapters(self.book)

    @cached_property
    def captioned(self) -> dict[tuple[str, str], str]:
        """Figures and tables outside a book that show a number: kind and number → identifier."""
        found: dict[tuple[str, str], str] = {}
        for one in () if self.document.counting.chapter else self.document.things:
            typed = _CAPTION.match(one.title) if one.kind in {"figure", "table"} else None
            if typed and one.identifier:
                found.setdefault((one.kind, _normal(typed["number"])), one.identifier)
        return found

    def appendix(self, hit: Hit) -> str:
        """Return the identifier of the book's appendix that a match names; empty if none is."""
        named = hit.match[0].startswith(("附录", "附錄", "Appendix", "appendix"))
        return self.chapters.get(("appendix", hit.match["number"]), "") if named else ""

    def beyond(self, hit: Hit) -> str:
        """Return the identifier of a figure, table or formula of another chapter; empty if none.

        They are counted as they are typed there, which is enough for a hint; not where templates
        or passages for some formats may add others.
        """
        chapter, _, place = _normal(hit.match["number"]).rpartition(".")
        what = {"图": "figure", "圖": "figure", "表": "table", "公": "equation", "式": "equation"}
        kind = what.get(hit.match[0][0]) or _ENGLISH.get(hit.match[0][:3].lower(), "")
        own = self.document.counting.chapter
        others = (one for one in self.book.chapters if one.number == chapter and one.slug != own)
        text = next((one.text for one in others), "") if kind in _TYPED_THINGS else ""
        more = (_TYPED_THINGS[kind].search(one) for one in self.book.templates.values() if text)
        found = _TYPED_THINGS[kind].findall(text) if text else []
        if "{% only" in text or any(more):
            return ""
        return found[int(place) - 1] if place.isdecimal() and 0 < int(place) <= len(found) else ""

    def number(self, hit: Hit) -> _Target | None:
        """Return what bears the number of a match, if anything does: by the tool, or typed."""
        word, section = hit.match[0][0], "section"
        kind = {"float": "table" if word == "表" else "figure", "formula": "equation"}
        kind |= {"part": section, "section": section, "sign": section}
        kind["english"] = kind["small"] = _ENGLISH.get(hit.match[0][:3].lower(), "")
        kind["listed"] = "appendix" if word == "附" else ""
        kind["chapter"] = "chapter" if hit.match[0].endswith("章") else ""
        key = kind.get(_kind(hit), ""), _normal(hit.match["number"])
        if found := self.numbered.get(key):
            return _Target(found, is_numbered=True)
        return _Target(found) if (found := self.captioned.get(key)) else None

    @cached_property
    def headings(self) -> dict[tuple[str, str], str]:
        """Headings that show a number: kind and number → identifier."""
        found: dict[tuple[str, str], str] = {}
        for block in self.document.blocks:
            if block.kind == "Header" and (named := _HEADING.match(block.text)):
                kind = (
                    "experiment"
                    if named["experiment"]
                    else "chapter"
                    if named["chapter"]
                    else "part"
                )
                number = _normal(named["number"])
                if kind == "part" and "." not in number and not named["unit"]:
                    kind = "chapter"
                found.setdefault((kind, number), block.identifier)
        return found

    def target(self, hit: Hit) -> _Target | None:
        """Return what a match points at, as far as that can be told."""
        number, kind = _normal(hit.match["number"]), _kind(hit)
        if kind == "experiment":
            record = self.experiments.get(_called(hit.match[kind], number))
            if record:
                return _Target(record, is_record=True)
        kind = {"section": "part", "sign": "part"}.get(kind, kind)
        slug = self.headings.get((kind, number), "")
        is_within = kind == "chapter" and not hit.match[0].endswith("章")
        return _Target(slug) if slug and not is_within else None


_NUMBERED = frozenset({"figure", "table", "equation", "section", "chapter"})
_ENGLISH = {
    "fig": "figure", "tab": "table", "sec": "section", "equ": "equation", "eq.": "equation",
    "cha": "chapter", "app": "appendix",
}  # fmt: skip
_CAPTION = Late(
    rf"(?:插?[图圖]|表格?|Figure|Fig\.?|Table|Tab\.?)\s?"
    rf"(?P<number>{_DIGITS}|{_CHINESE}(?=[\s\u3000：:.、]))",
    re.IGNORECASE,
)
# How what bears a number is typed, with its identifier, by kind.
_TYPED_THINGS = {
    "figure": re.compile(r"^!\[.*\]\([^)\n]*\)(?:\{[^}\n]*?#([\w.:-]+)[^}\n]*\})?\s*$", re.M),
    "table": re.compile(r"^(?:Table)?:\s[^\n]*?(?:\{[^}\n]*?#([\w.:-]+)[^}\n]*\})?\s*$", re.M),
    "equation": re.compile(r"\$\$\s*\]\{[^}\n]*?#([\w.:-]+)[^}\n]*\}"),
}
_NUMERAL = re.compile(rf"\d+(?:\.\d+)*|{_CHINESE}")


def _called(label: str, number: str) -> tuple[str, str]:
    """Return label and number as they are compared, whatever the script of 实验, or its case."""
    return label.replace("實驗", "实验").casefold(), number


_HEADING = Late(
    rf"(?:(?P<experiment>实验|實驗)\s?|第\s?"
    rf"|§\s?)?(?P<number>\d{{1,3}}(?:[.\-–—]\d{{1,3}}){{0,3}}|(?<=第){_CHINESE}|(?<=第 ){_CHINESE})"
    r"(?:\s?(?:(?P<chapter>章)|(?P<unit>[节節])))?(?=[\s\u3000：:.、]|$)"
)


def _normal(number: str) -> str:
    """Return a number in digits, its parts divided by points."""
    number = re.sub("[-–—]", ".", number.strip("()（） "))
    if re.fullmatch(_CHINESE, number):
        value = parse_chinese(number)
        return f"{value:f}" if value is not None else number
    return number


def _problem(hit: Hit, places: _Places) -> Problem:
    excerpt = hit.block.text[hit.start : hit.end]
    target = places.target(hit) or places.number(hit)
    edits: tuple[Edit, ...] = ()
    message = f"“{excerpt}”是手写的编号，内容一挪动就指错了地方"
    if target and target.is_record:
        new = f'{{{{ ref("{target.slug}") }}}}'
        edits, hint = replacement(hit.block, hit.start, hit.end, new), f"改成 {new}"
    elif target and target.is_numbered:
        new = f"[](#{target.slug})"
        edits, hint = replacement(hit.block, hit.start, hit.end, new), f"改成 {new}"
    elif target:
        new = f"[{excerpt}](#{target.slug})"
        if f"#{target.slug}" in places.document.rendered.text:
            edits = replacement(hit.block, hit.start, hit.end, new)
        hint = f"改成链接 {new}"
    elif slug := places.appendix(hit) or places.beyond(hit):
        hint = f'改成 {{{{ ref("{slug}") }}}}'
    elif _kind(hit) == "experiment" and places.experiments:
        label = hit.match["experiment"]
        message = f"“{excerpt}”是手写的编号，书里没有这个{label}"
        hint = f'用 {{{{ ref("代号") }}}} 指要说的那个{label}'
    else:
        hint = (
            "给所指的地方加上 {#标识}，写成 [](#标识)，由工具来印；若在别的书或论文里，写明是哪一部"
        )
    return problem_at(hit.block, hit.start, hit.end, message, hint, edits=edits)
