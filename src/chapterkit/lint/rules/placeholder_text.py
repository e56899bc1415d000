"""What only keeps a place is still there: TODO, XX%, （此处补图）, a record's 写标题.

Why: it is printed. 写标题 and 写拿什么做的, which `new experiment` and `harvest` put into a record,
tell the author what belongs there; TODO, TBD, 待补充, Lorem ipsum and [citation needed] in the
text do the same.

Quiet: records that no chapter places yet, words of one's own that only begin alike (写标题的人,
待办事项, XX 染色体), lists and programs called TODO, what stands in quotation marks or is code.

Bad:

    ---
    records:
      demo: {title: 写标题, setup: {做法: 写怎样做的}}
    ---
    ## 实验 7.1 写标题 {#demo}

    做法是写怎样做的。

Bad:

    这一节 TODO 再写，提高了 XX%（此处补图）。

Good:

    ---
    records:
      demo: {title: 怎样写标题, setup: {做法: 请五个人各写一份}}
    ---
    ## 实验 7.1 怎样写标题 {#demo}

    做法是请五个人各写一份。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from chapterkit.errors import Origin
from chapterkit.lint.grounds import parts
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.wording import languages, locale
from chapterkit.patterns import Late
from chapterkit.text.document import Document

if TYPE_CHECKING:
    from chapterkit.manuscript.records import Record

GROUP = "markup"
SEVERITY = "warning"
NEEDS = frozenset[str]()
_QUOTED = "“「『\"'‘《`"
_THINGS = "[Ll]ists?|[Aa]pp|MVC|列表|清单|应用|标记|注释|软件|事项|待办"
_WHAT = "图|圖|表格?|数据|數據|引文|引用|文献|文獻|例子|说明|說明|来源|來源|数字|數字|内容"
_FILL = "待|补|補|插入|填入|填写|补充|補充|填"
_IN_PROSE = Late(
    rf"(?<![A-Za-z0-9{_QUOTED}])(?:TODO|FIXME|TBD|TBA|TKTK)(?![A-Za-z0-9_”」』])(?! ?(?:{_THINGS}))"
    r"|(?<![A-Za-z0-9第])X{2,4} ?(?=[%％元万亿])"
    r"|(?<![A-Za-z0-9第])X{3,4}(?![A-Za-z0-9])(?= ?[大公单部年]|[，。：、；]|$)"
    r"|[Ll]orem ipsum|\[citation needed\]|[\[（(【［](?:来源请求|來源請求)[\]）)】］]"
    rf"|[（(【\[［](?:此处|此處|这里|這裡|在此|待)?(?:{_FILL})"
    rf"(?:上|一[张个段]|个|加|充|写|入)?(?:{_WHAT})?[）)】\]］]"
    r"|(?:在此处?|在这里|請?在此|请在此|点击此处|單擊此處|单击此处)(?:输入|輸入|填写|填寫|键入|添加)"
    rf"|此[处處](?:应有|應有|待|需)(?:补|補|{_WHAT})"
    r"|(?<![^。！？\n])待(?:补充?|補充?|填|写|寫|续)[。.…]*(?=\n|$)"
)
_SET = re.compile(r"^(?:title|  [^\W\d_][^:#]*): ([^{\[#\n]+)$", re.MULTILINE)
_FROM_SOURCES = frozenset({"待填"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each text that is to be replaced, in the prose or at the record."""
    for hit in document.prose.finditer(_IN_PROSE):
        message = f"“{hit.match[0].strip()}”是占位置的话，会照样印出来"
        yield problem_at(hit.block, hit.start, hit.end, message, "换成要写的话，或删去")
    for section in parts(document, book):
        record = book.records.get(section.slug)
        for text, origin in _texts(record) if record else ():
            if text.rstrip(" 。.…") in _placeholders():
                message = f"“{text}”是新记录里留着要换的话，会照样印出来"
                yield Problem(origin, message, "换成这条记录自己的话")


def _texts(record: Record) -> Iterator[tuple[str, Origin]]:
    """Yield the texts of a record that print may show, each with its place."""
    model = record.model
    yield model.title, record.origin("title")
    for key, text in model.setup.items():
        yield text, record.origin("setup", key)
    for name, number in model.numbers.items():
        yield number.of, record.origin("numbers", name, "of")
        if number.when:
            yield number.when, record.origin("numbers", name, "when")
    for place, finding in enumerate(model.findings):
        yield finding.claim, record.origin("findings", place, "claim")


@cache
def _placeholders() -> frozenset[str]:
    """Return the texts that new records begin with, in every language."""
    written = (text for tag in languages() for text in _SET.findall(locale(tag).record))
    return _FROM_SOURCES.union(text.strip() for text in written)
