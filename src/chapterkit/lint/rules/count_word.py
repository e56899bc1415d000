"""The text counts its own parts, and counts wrong.

Why: 本章有十个实验 was right before one was added. What the document itself contains can be
counted surely: the experiments of a chapter or a section, the items of an enumeration that
follows its count after a colon, steps that go beyond their count (共八步……第 10 步), and products
(4×3×2 = 24).

Bad:

    常用的手段有三种：监督微调、强化学习。

Good:

    常用的手段有两种：监督微调、强化学习。

Good:

    文献里的手段有三种，这里只谈监督微调、强化学习。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from math import prod

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.quantities import parse_chinese
from chapterkit.text.document import Block, Document

GROUP = "structure"
SEVERITY = "error"
NEEDS = frozenset[str]()

_COUNT = r"(?P<count>[一二两三四五六七八九十]{1,3}|\d{1,2})"
_OWN = (
    r"本(?P<where>章|节)(?:[^，。；：！？、]{0,8}?)(?:共|有|用|讲|含|收|包括|介绍|安排|选)了?\s*"
    rf"{_COUNT}\s*个"
)
_LISTED = re.compile(
    rf"{_COUNT}\s*{word_patterns('count-word')['counted']}[^，。；：！？、]{{0,8}}"
    r"：(?P<items>[^，。；：！？（）()]+)[。；]"
)
# 共分八步, 有五个阶段: how many there are in all; 前 9 步, 第 10 步: which of them.
_STAGES = r"(?P<stage>步骤|步驟|阶段|階段|环节|環節|步|道工序)"
_ALL = Late(
    rf"(?:一共|总共|總共|共分|共有|共计|分为|分為|分成|分作|[共分有需])了?\s*{_COUNT}\s*[个個]?{_STAGES}"
    r"(?![一-龥]{0,2}(?:以上|多))"
)
_ONE = Late(rf"(?P<which>第|前|头|頭)\s*{_COUNT}\s*[个個]?{_STAGES}")
_FACTOR = r"\d{1,6}(?:\.\d{1,4})?"
_TIMES = Late(r"[×✕*xX]\s?\d")
_EACH = r"\s?[个個种種类類组組项項层層]?\s?"
_PRODUCT = Late(
    rf"(?<![\d.,^×✕*/+−-])(?<![×✕*/+−-]\s)(?P<factors>{_FACTOR}(?:{_EACH}[×✕*xX]\s?{_FACTOR}){{1,6}})"
    rf"{_EACH}(?:[=＝]|[，,]?\s?(?:等于|等於|共计|共計|合计|合計))\s?"
    r"(?P<said>\d{1,3}(?:[,，]\d{3})+|\d{1,12})(?![\d.,，]*\d|\s?[万萬亿億千百KkMB%％×✕*^])"
)
_BETWEEN = re.compile(r"、|以及|和|与|及")


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each count that the document contradicts."""
    headings = [block for block in document.blocks if block.kind == "Header"]
    for block in document.paragraphs:
        for found in _LISTED.finditer(block.text):
            yield from _listed(block, found)
        yield from _steps(block)
        if _TIMES.search(block.prose):
            for found in _PRODUCT.finditer(block.prose):
                yield from _product(block, found)
        for label in book.config.kind_labels.values() if "本" in block.text else ():
            yield from _records(block, label, headings, book)


@cache
def _own(label: str) -> re.Pattern[str]:
    return re.compile(_OWN + re.escape(label))


def _records(block: Block, label: str, headings: Sequence[Block], book: Book) -> Iterator[Problem]:
    """Compare how many records of a kind a chapter or section says it has with those it has."""
    for found in _own(label).finditer(block.text):
        within = _within(block, found["where"], headings)
        placed = [one for one in within if one.identifier in book.records]
        placed = [one for one in placed if book.kind_label(one.identifier) == label]
        if placed and len(placed) != (said := _value(found["count"])):
            message = f"“{found[0]}”，实际上有 {len(placed)} 个（文中说 {said} 个）"
            yield problem_at(block, *found.span("count"), message, "改正数目")


def _listed(block: Block, found: re.Match[str]) -> Iterator[Problem]:
    """Compare a count with the items that follow it, where their number is beyond doubt."""
    said = _value(found["count"])
    parts = found["items"].split("、")
    last = _BETWEEN.split(parts[-1])
    # 甲、乙和丙: one joining word, in the last part, may divide two items or stand inside one;
    # anywhere else nobody can count surely.
    if said < 2 or len(parts) < 2 or len(last) > 2 or any(map(_BETWEEN.search, parts[:-1])):
        return
    counted = {len(parts), len(parts) - 1 + len(last)}
    if said not in counted:
        message = f"说是“{found['count']}”，后面列出的是 {max(counted)} 项"
        yield problem_at(block, *found.span("count"), message, "改正数目，或补上漏掉的一项")


def _steps(block: Block) -> Iterator[Problem]:
    """Yield a problem for each step that lies beyond how many the paragraph has just counted."""
    counted = list(_ALL.finditer(block.text))
    ends = [one.start() for one in counted[1:]] + [len(block.text)]
    for count, until in zip(counted, ends if counted else (), strict=True):
        for one in _ONE.finditer(block.text, count.end(), until):
            if one["stage"] != count["stage"] or _value(one["count"]) <= _value(count["count"]):
                continue
            said = block.text[count.start("count") : count.end()]
            message = f"说是“{said}”，这里却有“{one[0]}”"
            yield problem_at(block, one.start(), one.end(), message, "改正其中一个数目")


def _product(block: Block, found: re.Match[str]) -> Iterator[Problem]:
    """Compare a product with what the text says that it comes to."""
    factors = [Decimal(one) for one in re.findall(_FACTOR, found["factors"])]
    said = Decimal(re.sub("[,，]", "", found["said"]))
    comes_to = prod(factors, start=Decimal(1))
    rounded = any("." in str(one) for one in factors) and abs(comes_to - said) < 1
    if comes_to != said and not rounded:
        message = f"{found['factors']} 是 {comes_to.normalize():f}，不是 {found['said']}"
        yield problem_at(block, *found.span("said"), message, "改正得数，或改正因数")


def _value(count: str) -> int:
    return int(count) if count.isdigit() else int(parse_chinese(count))


def _within(block: Block, where: str, headings: Sequence[Block]) -> list[Block]:
    """Return the headings of the chapter, or of the section that the block stands in."""
    if where == "章":
        return list(headings)
    before = [one for one in headings if one.start <= block.start]
    if not before:
        return []
    level = before[-1].level
    after = [one for one in headings if one.start > block.start]
    until = next((one.start for one in after if one.level <= level), None)
    return [one for one in after if until is None or one.start < until]
