"""A link names another number, kind or title than what it points to has.

Why: the reader is told 图 3 and led to 图 7.1. The link was right when it was typed; then a figure
was put in, a section moved or was renamed, and nothing said so. A link without a text,
`[](#fig:map)`, and `{{ ref("fig:map") }}` get their words from what they point to.

In a book the number is the one that is printed; elsewhere the one that the heading begins with.

Quiet: words that name no number (`[这一节](#ratio)`, `[上面的讨论](#talk)`), the chapter that the
target stands in, the same number in other words (第七章, 第 7 章; 公式 7.1, 式（7.1）).

Bad:

    ## 实验 7.5 工具 {#retool}

    先看[实验 7.4](#retool)。

Good:

    ## 实验 7.4 工具 {#retool}

    先看[实验 7.4](#retool)，[这个实验](#retool)用了解释器。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from chapterkit.lint.problem import Problem, problem_at, replacement
from chapterkit.manuscript.book import Book
from chapterkit.quantities import parse_chinese
from chapterkit.text.document import Document
from chapterkit.text.numbering import STYLES, Kind, Thing, identifiers_of, named

GROUP = "references"
SEVERITY = "error"
NEEDS = frozenset[str]()

_FLOATS: Mapping[str, Kind] = {
    **dict.fromkeys(("图", "圖", "插图", "插圖", "figure", "fig"), "figure"),
    **dict.fromkeys(("表", "表格", "table", "tab"), "table"),
    **dict.fromkeys(("式", "公式", "方程", "方程式", "equation", "eq"), "equation"),
}
_PLACES: Mapping[str, Kind] = {
    **dict.fromkeys(("章", "chapter"), "chapter"),
    **dict.fromkeys(("节", "節", "小节", "小節", "section", "sec", "§"), "section"),
}
_EXPERIMENTS = ("实验", "實驗", "experiment")
_CALLED: Mapping[Kind, str] = {
    "figure": "一幅图", "table": "一张表", "equation": "一个公式",
    "chapter": "一章", "section": "一节", "record": "一条记录", "place": "一处文字",
}  # fmt: skip
_NUMBER = (
    r"(?:\d{1,3}|[A-Z](?=\s?[.\-–—]))(?:\s?[.\-–—]\s?\d{1,3}){0,3}|[一二三四五六七八九十百]{1,5}"
)
# Behind a number: it counts something, or goes on.
_ENDS = r"(?![\d%％]|[.]\d|\s?[个個种種张張幅条條次页頁人年月日天倍位件台套])"
# What may stand before the name of a place: 参见图 7.1, 如上面的图 7.1 所示.
_LEADING = (
    "(?:[参參详詳请請可另又]?[见見看阅閱]|如|即|正如|按|据|據|从|從|在|[上下前后後]面的?|本[书書]的?"
    r"|(?:see|cf\.?|in|of|from|the)\b)"
)
# A title in quotation marks, and what it is the title of.
_QUOTED = re.compile(
    r"[“「『](?P<title>[^“”「」『』]{2,60})[”」』]\s?的?[这這那一]?(?:小?[节節]|章)"
)
# A number that was typed before a heading.
_TYPED = re.compile(rf"第?\s?(?P<number>{_NUMBER})\s?(?:小?[节節章]|、|[.．]?\s|$)")
_TITLE = re.compile("[“”「」『』《》\"'\\s]")
_BARE = re.compile(r"(?:[这這该該本上下那此]面?的?)?[一]?(?:[张張幅个個条條])?(?P<word>\w+)")


class _Said(NamedTuple):
    """What a text names: a word (图, 节, 案例), a number, and a chapter that stands before them.

    `alone` tells that the text says nothing else.
    """

    word: str
    number: str
    chapter: str = ""
    alone: bool = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each link whose text is not true of its target, with the mend."""
    links = [
        (block, inline)
        for block in document.blocks
        for inline in block.inlines
        if inline.kind == "Reference" and inline.end > inline.start
    ]
    if not links:
        return
    known = _Known(document, book)
    for block, inline in links:
        text = block.text[inline.start : inline.end].strip()
        name = inline.target[1:]
        thing = known.things.get(name)
        truth = known.truth(text, thing) if thing else ""
        if thing and truth:
            said = known.said(text)
            is_all = said is None or said.alone
            is_named = bool(thing.label or thing.title) and known.is_book and is_all
            yield problem_at(
                block,
                inline.start,
                inline.end,
                f"链接写的是“{text}”，指的却是{truth}",
                f"改成 [](#{name})，由工具来印；指错了就改标识"
                if is_named
                else "改链接的文字；指错了就改标识",
                edits=replacement(block, inline.start, inline.end, "") if is_named else (),
            )


class _Known:
    """What the links of a document may point to."""

    def __init__(self, document: Document, book: Book) -> None:
        self.counting = document.counting
        self.is_book = bool(document.counting.chapter)
        self.things = {**document.elsewhere, **identifiers_of(document.things)}
        self.said = _reader(tuple(one.label for one in book.config.kinds.values()))
        self.labels = {one.label for one in self.things.values() if one.kind == "record"}
        self.titles: dict[str, list[Thing]] = {}
        for one in self.things.values():
            if len(_plain(one.title)) > 1:
                self.titles.setdefault(_plain(one.title), []).append(one)

    def truth(self, text: str, thing: Thing) -> str:
        """Return what a thing is called of which a text is not true; nothing where it is."""
        wording = self.counting.wording
        right = {
            named(thing, style, wording, chapter)
            for style in STYLES
            for chapter in (thing.chapter, "")
        }
        if text in right or _plain(text) == _plain(thing.title):
            return ""
        said, own = self.said(text), self._own(thing)
        if said is None:
            is_false = self._names_other(text, thing)
        elif not self.is_book:
            is_false = own is not None and own.word == said.word and own.number != said.number
        else:
            is_false = not self._is_true(said, own, thing)
        return self._called(thing) if is_false else ""

    def _own(self, thing: Thing) -> _Said | None:
        """Return the number that a thing is printed with, or that its title begins with."""
        if thing.label and self.is_book:
            return self.said(thing.label)
        if found := self.said(thing.title):
            return found
        typed = _TYPED.match(thing.title)
        return _Said("节", _normal(typed["number"])) if typed else None

    def _is_true(self, said: _Said, own: _Said | None, thing: Thing) -> bool:
        home = self.said(thing.chapter_label)
        chapter = home.number if home else ""
        if said.chapter and chapter and said.chapter != chapter:
            return False
        kind = _FLOATS.get(said.word) or _PLACES.get(said.word)
        if kind == "chapter":
            return said.number == chapter or not chapter
        if own is None or (kind and kind != thing.kind):
            return self._may_be(said, kind, thing)
        return said.number == own.number and (said.word in {"", own.word} or kind == thing.kind)

    def _may_be(self, said: _Said, kind: Kind | None, thing: Thing) -> bool:
        """Tell whether what bears no number, or another kind's, may be called so all the same.

        A record's label may stand for a part of the record.
        """
        if thing.kind == "place":
            return True
        if kind is None and said.word:
            labels = map(self.said, self.labels)
            return not self.labels or any(one and one[:2] == said[:2] for one in labels)
        if not said.word:
            return True
        own = self._own(replace(thing, label=""))
        return own is not None and own.number == said.number

    def _names_other(self, text: str, thing: Thing) -> bool:
        """Tell whether a text without a number is another thing's title, or names another kind."""
        others = self.titles.get(_plain(text), [])
        if others and _plain(text) not in _plain(thing.title):
            return all(one.identifier != thing.identifier for one in others)
        if quoted := _QUOTED.fullmatch(text):
            said, own = _plain(quoted["title"]), _plain(thing.title)
            return thing.kind in {"chapter", "section"} and said not in own and own not in said
        bare = _BARE.fullmatch(text)
        kind = _FLOATS.get(bare["word"].lower()) if bare else None
        return kind is not None and thing.kind in _FLOATS.values() and thing.kind != kind

    def _called(self, thing: Thing) -> str:
        quoted = self.counting.wording.quoted.format(text=thing.title) if thing.title else ""
        if thing.label:
            return named(thing, "number", self.counting.wording, self.counting.chapter)
        return f"没有编号的{_CALLED[thing.kind]}{quoted}" if self.is_book else quoted


def _plain(text: str) -> str:
    return _TITLE.sub("", text)


Reader = Callable[[str], "_Said | None"]


@cache
def _reader(labels: tuple[str, ...]) -> Reader:
    """Return what reads the number that a text begins with; `labels` are the kinds of records."""
    words = sorted({*_FLOATS, *_EXPERIMENTS, "chapter", "section", "sec", "§", *labels}, key=len)
    named_by = "|".join(re.escape(word) for word in reversed(words))
    pattern = re.compile(
        rf"(?P<before>(?:{_LEADING}\s?)*)(?:第\s?(?P<chapter>{_NUMBER})\s?章[\s，,的]*(?=\S))?(?:"
        rf"(?P<word>{named_by})[.\s]?\s?(?P<open>[（(]?)\s?(?P<number>{_NUMBER})[a-h]?[)）]?{_ENDS}"
        rf"|第\s?(?P<counted>{_NUMBER})\s?(?P<unit>章|小?[节節])"
        rf"|(?P<section>\d{{1,3}}(?:\.\d{{1,3}})*)\s?(?P<behind>小?[节節])"
        rf"|[（(]?(?P<alone>\d{{1,3}}(?:\.\d{{1,3}}){{1,3}})[)）]?$)",
        re.IGNORECASE,
    )

    def said(text: str) -> _Said | None:
        found = pattern.match(text.strip())
        if not found:
            return None
        word = (found["word"] or found["unit"] or found["behind"] or "").lower()
        number = found["number"] or found["counted"] or found["section"] or found["alone"]
        alone = not found["before"] and found.end() == len(text.strip())
        return _Said(word, _normal(number), _normal(found["chapter"] or ""), alone)

    return said


def _normal(number: str) -> str:
    """Return a number in digits, its parts divided by points.

    >>> _normal("7-1"), _normal("十二"), _normal("")
    ('7.1', '12', '')
    """
    if number and number[0] in "一二三四五六七八九十百":
        value = parse_chinese(number)
        return number if value is None else f"{value:f}"
    return re.sub(r"\s?[-–—.]\s?", ".", number)
