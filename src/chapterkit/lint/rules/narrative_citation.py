"""A bare citation stands as subject or object of a sentence, where a numeric style prints a number.

Why: `[@key] 提出了…` is printed as “³ 提出了…”, a sentence whose subject is a superscript; read
aloud or copied without its superscripts it has none. Name the authors or the work and let the
citation stand behind the name.

An `@key` without brackets belongs to its sentence wherever no name or noun stands before it.

Quiet: a citation behind a name, a noun or the end of a sentence (`Chu 等人[@key]提出`；
`文献 [@key] 指出`；`……更稳定。[@key] Jin 等人则认为`), and one in brackets that a reader is
sent to (`参见 [@key]`).

Options: `style`, `numeric` (default) or `author-date`, which prints the author of an `@key` in the
text, so that only citations in brackets are problems.

Bad:

    [@demo2025] 提出了另一种方法。

Bad:

    根据 [@demo2025]，差距来自任务。

Bad:

    这与 [@demo2025] 的结果一致。

Good:

    Demo 等人[@demo2025]提出了另一种方法，差距来自任务[@demo2025]。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chapterkit.han import HAN
from chapterkit.lint.citing import named
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import CITE, Document, Hit, Inline

GROUP = "citations"
SEVERITY = "error"
NEEDS = frozenset[str]()


@dataclass(frozen=True)
class Options:
    """How citations are printed: as numbers, or as author and date."""

    style: Literal["numeric", "author-date"] = "numeric"


# Citations side by side, also joined by 和; or typed in brackets.
_ONE = rf"(?:{CITE}+|\[\d{{1,3}}(?:\s?[,，、–-]\s?\d{{1,3}}){{0,9}}\])"
_CITED = re.compile(
    rf"[{CITE}\[](?:(?<={CITE}){CITE}*|(?<=\[)\d{{1,3}}(?:\s?[,，、–-]\s?\d{{1,3}}){{0,9}}\])"
    rf"(?P<more>\s?(?:和|与|與|及|以及|跟|同|and)\s?{_ONE})?"
)

_WORDS = word_patterns("narrative-citation")
_ADVERBS = rf"{_WORDS['adverbs']}{{0,3}}"
_VERB = rf"(?:{_WORDS['verbs']}|又?(?:进一步|進一步)(?=[^\W\da-zA-Z_]{{0,2}}[。；]))"
_OF = rf"[的之](?!所以)(?:\w{{0,8}}{_WORDS['nouns']})"
_IS_SUBJECT = Late(
    rf"\s?{_ADVERBS}{_VERB}|\s?{_OF}|\s?中(?:提出|给出|發現|发现|报告|也|还|所|的|，)"
    rf"|\s?[里裡](?:提出|给出|发现|报告|的|，)"
    rf"|\s(?:also\s|first\s|further\s|recently\s)?{_WORDS['english verbs']}\b"
)
# At the head of a paragraph or behind a word that opens a clause, weaker signs will do.
_IS_SUBJECT_AT_HEAD = Late(rf"\s?{_ADVERBS}{_WORDS['weaker verbs']}(?!者)")
_HEAD = Late(
    rf"(?:^|\n|[；;：:]|[，,]?(?:{_WORDS['connectives']}"
    rf"|(?:{_WORDS['openers']}|(?:19|20)\d\d\s?年)[，,]|早在[^，。]{{1,8}}年，))\s?$"
)
_TAKES_UP = Late(rf"\s?{_ADVERBS}(?:把|将(?![来军至近])|將(?![來軍至近])|写|寫)")
_START = Late(
    r"(?:^|\n|[。！？；：，（“(]|[,;:.!?]\s|\b(?:However|Moreover|Furthermore|Recently|While"
    r"|and|that),?\s)\s?$"
)

# What governs a citation as its object: behind it, what must follow.
_CLAUSE_HEAD = rf"(?:^|[，。；：！？（“(\n]|{_WORDS['clause heads']})"
_GOVERNED = (
    (
        Late(rf"{_CLAUSE_HEAD}\s?{_WORDS['after']}\s?$"),
        Late(r"\s?[，,的中里裡所]|\s?(?:提出|给出|报告|指出|介绍|描述|给定)|\s(?:提出|给出)"),
    ),
    (
        Late(rf"{_CLAUSE_HEAD}\s?{_WORDS['taking']}了?\s?$"),
        Late(rf"\s?{_OF}|\s?中的|\s?所(?:提|用|述|给)|\s?(?:启发|影响)"),
    ),
    (
        Late(
            r"(?:(?<!不)(?<![相共合认等协雷陪连会伙胡一苟])同|(?<!参)(?<!给)(?<!赋)(?<!付)与"
            r"|(?<!参)(?<!給)與|(?<![温总饱中缓柔平调求谐之随])和"
            r"|(?<!紧)跟)\s?$"
        ),
        Late(rf"\s?{_OF}|\s?{_WORDS['likeness']}"),
    ),
    (
        Late(
            rf"(?:{_WORDS['from']}|(?<![自理经缘事])由|(?<![存所正内外潜实自好旨重])(?<!(?<!出)现)在"
            r"|(?<![自服跟听盲])从|(?<!自)從|(?<![例比譬诸])如"
            r"|(?<![相绝面不反应核校成配派敌])对|比起?(?<!之比)(?<!对比)(?<!占比))\s?$"
        ),
        Late(
            rf"\s?{_OF}|\s?(?:{_WORDS['behind from']}|中[，。；的所也提给报]|[里裡][，的]"
            r"|所[述说示言指提用報报做得]|更[^，。])"
        ),
    ),
    (Late(rf"{_WORDS['ending']}\s?$"), Late("[，。；]")),
    (
        Late(
            r"\b(?:[Aa]ccording to|[Ff]ollowing|[Uu]nlike|[Aa]s (?:shown|described|proposed"
            r"|reported|discussed|argued|noted)"
            r" (?:in|by)|(?:proposed|introduced|described|shown|reported|suggested"
            r"|developed) (?:in|by)|that of|^In|[.] In"
            r"|[Cc]ontrast to|[Cc]ompared (?:to|with))\s$"
        ),
        Late(""),
    ),
)
# Behind any other Han character a citation only annotates what it follows.
_MAY_GOVERN = frozenset(
    "据據按照依循于比於沿用仿采採鉴鑒现現复引进进展持对翻承考证评较价纳改受应到针对了同与與和跟由被在从從如像把将將起替向为源自见功"
    "但是而过過然且中譬样地时先次近来因管果见以此后着年根重制借"
)
_BEFORE_IN_TEXT = frozenset("见見看阅閱考参參")
_LISTED = frozenset({"Table", "BulletList", "OrderedList", "DefinitionList", "Note", "BlockQuote"})
_GOES_ON = Late(rf"(?<={CITE})\s?(?!等|年|第|页|卷){HAN}")
_SAYS = Late(rf"\s?{HAN}|\s[a-z]")
# What an `@key` may stand behind: a name, a noun, another citation.
_NAME = Late(
    r"(?:[》〉”」』’)）\]]|\b[A-Z][\w.’'-]*|al\.|[\d_]"
    r"|\b(?!(?:in|by|see|of|from|to|and|with|as|than|following|on|that)\b)[a-z]+"
    r"|等[人者]?|[数數证證论論]据|[数數証證]據|结果|結果|方向|作者|学者|學者|同样"
    rf"|{CITE}\s?[，、,和与與及]?)\s?$"
)
_HAN = Late(HAN)
_BEFORE = 14
_AFTER = 24


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each citation, bracketed or not, that a sentence is built round."""
    ends: dict[int, int] = {}
    known: dict[int, dict[int, Inline]] = {}
    for hit in document.prose.finditer(_CITED):
        block = hit.block
        last = block.prose[max(0, hit.start - 2) : hit.start].rstrip()[-1:]
        if _HAN.match(last) and last not in _MAY_GOVERN and last not in _BEFORE_IN_TEXT:
            continue
        if block.kind == "Header" or hit.start < ends.get(id(block), 0):
            continue
        cites = known.get(id(block))
        if cites is None:
            found = {one.start: one for one in block.inlines if one.kind == "Cite"}
            cites = known[id(block)] = found
        cited = cites.get(hit.start)
        in_text = cited is not None and cited.in_text
        if in_text and options.style == "author-date":
            continue
        runs = _opens_paragraph(hit) or (in_text and _is_unnamed(hit))
        more = hit.match["more"]
        if not runs and not _bears(
            block.prose, hit.start, hit.end, typed=cited is None, hit_more=more
        ):
            continue
        ends[id(block)] = hit.end
        excerpt = block.text[hit.start : hit.end]
        yield problem_at(
            block,
            hit.start,
            hit.end,
            f"引用“{excerpt}”充当了句子的成分，印出来只是一个号码",
            f"写出名字，引用放在名字后面：{named(cited.citations if cited else (), book)}",
        )


def _opens_paragraph(hit: Hit) -> bool:
    """Tell whether a paragraph begins with a citation and its sentence goes on in Han."""
    if hit.start > 2 or hit.block.prose[: hit.start].strip():
        return False
    plain = hit.block.kind == "Para" and _LISTED.isdisjoint(hit.block.within)
    return plain and _GOES_ON.match(hit.block.prose, hit.end) is not None


def _is_unnamed(hit: Hit) -> bool:
    """Tell whether a citation without brackets stands in running text and behind no name."""
    text = hit.block.prose
    before = text[max(0, hit.start - _BEFORE) : hit.start]
    alone = hit.start < 3 and not text[: hit.start].strip()
    if "Table" in hit.block.within or (alone and not _SAYS.match(text, hit.end)):
        return False
    return _NAME.search(before) is None


def _bears(text: str, start: int, end: int, *, typed: bool, hit_more: str | None) -> bool:
    """Tell whether text[start:end], citations, is subject or object of its sentence."""
    before = text[max(0, start - _BEFORE) : start]
    if start > _BEFORE:
        before = f" {before}"
    after = text[end : end + _AFTER]
    if not before.strip():
        if typed:
            return False
        before = ""
    if _START.search(before) or _HEAD.search(before):
        if _IS_SUBJECT.match(after):
            return True
        if _HEAD.search(before) and (hit_more or _IS_SUBJECT_AT_HEAD.match(after)):
            return True
        if before.rstrip().endswith(("，", ",")) and _TAKES_UP.match(after):
            return True
    return any(governs.search(before) and follows.match(after) for governs, follows in _GOVERNED)
