"""A bare citation stands as subject or object of a sentence, where a numeric style prints a number.

Why: `[@key] 提出了…` is printed as “[3] 提出了…”, a sentence whose subject is a superscript; read
aloud or copied without its superscripts it has none. Name the authors or the work and let the
citation stand behind the name.

An `@key` without brackets belongs to its sentence wherever no name or noun stands before it.

Quiet: a citation behind a name, a noun or the end of a sentence (Chu 等人[@key]提出；文献 [@key]
指出；……更稳定。[@key] Jin 等人则认为), and one in brackets that a reader is sent to (参见 [@key]).

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
from chapterkit.lint.problem import Problem, problem_at
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

_ADVERBS = (
    r"(?:也|还|還|又|都|均|则|則|曾|便|就|只|仅|僅|更|再|最早|首次|首先|最先|率先|随后|隨後"
    r"|后来|後來|进一步|進一步|已经|已經"
    r"|已|并未|没有|未|同样|同樣|分别|分別|同时|同時|不仅|不但|并|主要|另外|接着|最近|近来|明确"
    r"|详细|系统地?){0,3}"
)
# Verbs that no sentence begins with once its subject is gone, so that the citation must be it.
_VERB = (
    r"提出(?!者)|发现(?!者)|發現|表明|指出|认为|認為|证明|證明|证实|證實|给出|給出"
    r"|报告[了称说：]|報告[了稱說]|主张|主張|强调|強調"
    r"|揭示|显示|顯示|引入|观察到|觀察到|比较了|比較了|对比了|分析了|研究了|讨论了|討論了"
    r"|考察了|综述了|总结了|總結了|介绍了|介紹了"
    r"|设计了|設計了|开发了|训练了|訓練了|构建了|建立了|实现了|改进了|扩展了|推广了|采用了"
    r"|使用了|利用了|尝试|试图|断言|声称|宣称"
    r"|又?(?:进一步|進一步)(?=[^\W\da-zA-Z_]{0,2}[。；])|不同意|不赞成|不赞同|不认同|不承认|不接受|不以为然"
    r"|说明了?(?=[，：])|做了|作了|等人|等?也|写道|寫道|称，|說，|说，|则|則"
)
_OF = (
    r"[的之](?!所以)(?:\w{0,8}(?:方法|做法|结果|結果|工作|设定|設定|设置|設置|数据|數據|实验"
    r"|實驗|模型|框架|思路|观点|觀點|定义|定義"
    r"|结论|結論|分析|协议|公式|算法|建议|建議|方案|研究|论文|論文|图|圖|表|代码|代碼|实现|实践"
    r"|数字|数值|说法|說法|估计|估計|报告|意见|理论"
    r"|理論|证明|發現|发现|贡献|假设|系统|作者|看法|论点|论述|描述|解释|启发|影响|基础|推导"
    r"|框架|名字|标题|缺点|优点|思想))"
)
_IS_SUBJECT = Late(
    rf"\s?{_ADVERBS}(?:{_VERB})|\s?{_OF}|\s?中(?:提出|给出|给出|發現|发现|报告|也|还|所|的|，)"
    rf"|\s?[里裡](?:提出|给出|发现|报告|的|，)"
    rf"|\s(?:also\s|first\s|further\s|recently\s)?(?:propose[sd]?|show(?:s|ed)?|introduce[sd]?"
    rf"|found|finds?|argue[sd]?"
    rf"|reports?|reported|demonstrate[sd]?|present(?:s|ed)?|suggest(?:s|ed)?|observe[sd]?"
    rf"|claim(?:s|ed)?|use[sd]?"
    rf"|studie[sd]|describe[sd]?|compare[sd]?|is|are|was|were|has|have)\b"
)
# At the head of a paragraph or behind a word that opens a clause, weaker signs will do.
_IS_SUBJECT_AT_HEAD = Late(
    rf"\s?{_ADVERBS}(?:在|对|對|把|将|將|用|以|通过|通過|从|從|针对|針對|是|为|基于|采用|採用"
    rf"|使用|利用|研究|比较|分析|设计|训练"
    rf"|开发|构建|建立|实现|改进|扩展|讨论|考察|介绍|描述|关注|总结|综述|报告|说|認|[说說])(?!者)"
)
_HEAD = Late(
    r"(?:^|\n|[；;：:]|[，,]?(?:但是?|而|不过|不過|然而|并且|而且|其中|例如|比如|譬如|此外|另外"
    r"|同样地?|同时|首先|其次|最近|近来|因为"
    r"|(?:后来|後來|随后|隨後|最近|近来|近來|此前|后来者?|接着|最初|起初|首先|其次|例如|比如|然而|不过"
    r"|不過|同样|但是|因此|(?:19|20)\d\d\s?年)[，,]"
    r"|虽然|尽管|由于|如果|可见|所以|因此|于是|正如|由此|后来|随后|接着|早在[^，。]{1,8}年，))\s?$"
)
_TAKES_UP = Late(rf"\s?{_ADVERBS}(?:把|将(?![来军至近])|將(?![來軍至近])|写|寫)")
_START = Late(
    r"(?:^|\n|[。！？；：，（“(]|[,;:.!?]\s|\b(?:However|Moreover|Furthermore|Recently|While"
    r"|and|that),?\s)\s?$"
)

# What governs a citation as its object: behind it, what must follow.
_CLAUSE_HEAD = (
    r"(?:^|[，。；：！？（“(\n]|本文|本章|本书|我们|我們|笔者|作者|他们|实验|这里|這裡|可|可以"
    r"|则|也|就|便|主要|都|均|大致|并|再|并且|且|后来|或"
    r"|仍|仍然|继续|直接|完全|基本|严格|这是|正是|而|来|能|会|要|应|须|应当|不妨|需要|试着|因此"
    r"|所以|只|做法|设置|一律)"
)
_GOVERNED = (
    (
        Late(
            rf"{_CLAUSE_HEAD}\s?(?:根据|根據|依据|按照|依照|参照|遵循|据|據|按|基于|基於|沿用"
            rf"|仿照|仿|循)\s?$"
        ),
        Late(r"\s?[，,的中里裡所]|\s?(?:提出|给出|报告|指出|介绍|描述|给定)|\s(?:提出|给出)"),
    ),
    (
        Late(
            rf"{_CLAUSE_HEAD}\s?(?:采用|採用|使用|借鉴|借鑒|复现|複現|重复|引用|改进|扩展|支持"
            rf"|反对|推翻|继承|利用|参考|验证|批评|比较|评价"
            rf"|采纳|修改|接受|回应|针对|针对|受|受到)了?\s?$"
        ),
        Late(rf"\s?{_OF}|\s?中的|\s?所(?:提|用|述|给)|\s?(?:启发|影响)"),
    ),
    (
        Late(
            r"(?:(?<!不)(?<![相共合认等协雷陪连会伙胡一苟])同|(?<!参)(?<!给)(?<!赋)(?<!付)与"
            r"|(?<!参)(?<!給)與|(?<![温总饱中缓柔平调求谐之随])和"
            r"|(?<!紧)跟)\s?$"
        ),
        Late(
            rf"\s?{_OF}|\s?(?:相比|一致|不同|相同|类似|類似|相似|相符|吻合|相反|相近|等人|中的"
            rf"|所[说述报得]|给出的|报告的|提出的|那样|一样)"
        ),
    ),
    (
        Late(
            r"(?:(?<![自理经缘事])由|被|(?<![存所正内外潜实自好旨重])(?<!(?<!出)现)在"
            r"|(?<![自服跟听盲])从|(?<!自)從|正如|(?<![例比譬诸])如|像|不像"
            r"|(?<![相绝面不反应核校成配派敌])对|把|将|比起?(?<!之比)(?<!对比)(?<!占比)|替|向"
            r"|为|不同于|有别于|优于|低于|高于|弱于|强于"
            r"|类似于|相当于|源于|来源于|来自|源自|引自|改编自|出自|取自|见于|归功于)\s?$"
        ),
        Late(
            rf"\s?{_OF}|\s?(?:中[，。；的所也提给报]|[里裡][，的]|所(?:述|说|示|言|指|提|用|说"
            rf"|報|报|做|得|说)|提出|给出|指出|首次|最早|那样|表明"
            rf"|一样|的那|等人|报告的|率先|更[^，。]|发展而来|改编|可知|可见|可以看出)"
        ),
    ),
    (
        Late(
            "(?:见于|見於|引自|来自|來自|出自|改编自|取自|不同于|不同於|有别于|优于|優於|低于"
            "|高于|类似于|相当于|相比|相较于|归功于)"
            r"\s?$"
        ),
        Late("[，。；]"),
    ),
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
        shown = block.text[hit.start : hit.end]
        yield problem_at(
            block,
            hit.start,
            hit.end,
            f"引用“{shown}”充当了句子的成分，印出来只是一个号码",
            f"写出名字，引用放在名字后面：{_named(cited, book)}",
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


def _named(cited: Inline | None, book: Book) -> str:
    """Return how a citation could be written behind a name."""
    keys = cited.citations if cited else ()
    source = book.bibliography.get(keys[0]) if keys else None
    key = f"[@{keys[0]}]" if keys else ""
    if source is None or not source.authors:
        return f"某某等人{key}"
    names = [name.partition(",")[0].strip("{} ") for name in source.authors]
    shown = f"{names[0]} 等人" if len(names) > 2 else "、".join(names)
    return f"{shown}{key}"
