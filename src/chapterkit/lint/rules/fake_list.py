"""A paragraph is made to look like a list item.

Why: a list without list marks is still a list: `•`, `（1）`, `1、`, `一、`, `①` at the head of
paragraphs, or of lines inside one, put items where an argument should be. Ordinals in running
prose (第一，其次), years, decimals, ranges and initials at the head of a paragraph are no items.

A list of references that was typed is told once: `chapterkit adopt` brings it into the
bibliography.

Bad:

    （1）先用监督微调稳住格式。

Bad:

    • 先用监督微调稳住格式。

Good:

    第一，先用监督微调稳住格式；第二，再让强化学习去试。

Good:

    2019 年之前，这个问题没有人问过。
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from chapterkit.han import COMMON_HAN
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.typed_references import TypedReferences
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document

GROUP = "structure"
SEVERITY = "error"
NEEDS = frozenset[str]()


_CHINESE = "一二三四五六七八九十"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_SERIES = "两双三四五六七八九十节章条项款页图表式组号日月年届级班期卷册步层类种个点位次例方者"

# Bullets (policy L2). A dash before a digit is a sign, a doubled one opens speech or an aside.
_BULLET = re.compile(
    r"[•·‣◦▪▫■□●○◆◇✓✔▶►∙⁃➤→☑✗✘★☆](?!\S*·)\s*\S"
    r"|[–—－](?![–—－\d])\s*\S"
    r"|[-*+]\s+\S"
    r"|[\U0001F300-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF]\ufe0f?\s*\S"
    r"|\d\ufe0f?\u20e3"
)
# Numbers as single characters (①, ⑴, ⒈, ❶, ㈠, ㊀), which are nothing but item marks.
_CIRCLED = re.compile(r"[\u2460-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289]\s*\S")
_INNER = rf"(?:\d{{1,2}}|[{_CHINESE}]{{1,3}}|[a-zA-Z]|[ivxIVX]{{1,4}}|[{_STEMS}]|[\u2160-\u217f])"
_BRACKETED = re.compile(
    rf"(?:[（(]\s*{_INNER}\s*[)）]|[\[［【]\s*\d{{1,2}}\s*[\]］】])"
    # （1）与（2）相减 and （1）式 speak of formulas; they are not items
    r"(?!\s*(?:[式和与及或至到、，,]|[-–—～~]))\s*\S"
)
_CLOSED = re.compile(rf"(?:\d{{1,2}}|[a-zA-Z]|[{_CHINESE}]{{1,3}}|[ivx]{{1,4}})[)）]\s*\S")
_DIGIT_COMMA = re.compile(rf"\d{{1,2}}、(?!\d+(?:、\d+)*\s*[{_SERIES}])\s*\S")
_DIGIT_POINT = re.compile(r"\d{1,3}[.．](?![\d０-９xX*])\s*\S")
_CHINESE_COMMA = re.compile(rf"(?P<first>[{_CHINESE}]{{1,3}})、(?P<next>[{_CHINESE}]?)\s*\S")
_STEM_COMMA = re.compile(rf"[{_STEMS}]、(?![{_STEMS}](?:[、{_SERIES}和与]))\s*\S")
_ROMAN = re.compile(
    r"(?:[\u2160-\u217f]|[IVX]{1,4}|[ivx]{1,4})[.．、)）](?!\d)\s*(?=[^\x00-\x7f\s])"
)
_LETTER = re.compile(rf"[a-zA-Z][.．、](?![a-zA-Z])\s*(?=[{COMMON_HAN}（“])")
_PATTERNS = (
    _BULLET, _CIRCLED, _BRACKETED, _CLOSED, _DIGIT_COMMA, _DIGIT_POINT, _STEM_COMMA,
    _ROMAN, _LETTER,
)  # fmt: skip
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def item_mark(line: str) -> bool:
    """Tell whether a line begins as a list item does.

    >>> [item_mark(line) for line in ("1、数据", "5、6 两节", "2.5 倍", "二、三两节", "——她说")]
    [True, False, False, False, False]
    """
    line = line.lstrip()
    if any(pattern.match(line) for pattern in _PATTERNS):
        return True
    found = _CHINESE_COMMA.match(line)
    return found is not None and not _follows(found["first"], found["next"])


def _follows(first: str, second: str) -> bool:
    """Tell whether 二、三 is a series (三 follows 二), so that it opens no item."""
    return bool(second) and _CHINESE.find(second) == _CHINESE.find(first[-1]) + 1


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each paragraph that begins as an item, or holds two lines that do."""
    references = TypedReferences(document)
    for block in document.paragraphs:
        if {"Caption", "BulletList", "OrderedList", "DefinitionList"} & set(block.within):
            continue
        text = block.masked("Code", "Math", "Cite", "Number", "Note")
        marked = item_mark(text)
        lines = () if marked else lines_of(block, text)
        items = [start for start, line in lines if item_mark(line)]
        if (marked or items) and references.hold(block):
            yield from references.problem(block)
            continue
        if marked:
            start = len(text) - len(text.lstrip())
            excerpt = block.text[start : start + 12]
            yield problem_at(
                block,
                start,
                start + 1,
                f"这一段写成了列表项：“{excerpt}…”",
                "去掉项目符号或编号，写成一段话",
            )
            continue
        if len(items) > 1:
            yield problem_at(
                block,
                items[0],
                items[0] + 1,
                "这一段里用换行排出了列表",
                "去掉各行前的符号，连成一段话",
            )


def lines_of(block: Block, text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a block as the Markdown has them, also where pandoc joined them."""
    markdown, offsets = block.rendered.text, block.offsets
    breaks = {0} | {found.end() for found in _BREAK.finditer(text)}
    at = markdown.find("\n", offsets[0], offsets[-1]) if text else -1
    while at >= 0:
        breaks.add(bisect_right(offsets, at))
        at = markdown.find("\n", at + 1, offsets[-1])
    starts = sorted(breaks)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line = text[start:end]
        gap = len(line) - len(line.lstrip())
        yield start + gap, line.strip()
