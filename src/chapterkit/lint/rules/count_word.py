"""The text counts its own parts, and counts wrong.

Why: 本章有十个实验 was right before one was added. What the document itself contains can be
counted surely: the experiments of a chapter or a section, and the items of an enumeration that
follows its count after a colon.

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

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.quantities import parse_chinese
from chapterkit.text.document import Block, Document

GROUP = "structure"
SEVERITY = "error"
NEEDS = frozenset[str]()

_COUNT = r"(?P<count>[一二两三四五六七八九十]{1,3}|\d{1,2})"
_OWN = re.compile(
    rf"本(?P<where>章|节)(?:[^，。；：！？、]{{0,8}}?)(?:共|有|用|讲|含|收|包括|介绍|安排|选)了?\s*{_COUNT}\s*个实验"
)
_LISTED = re.compile(
    rf"{_COUNT}\s*{word_patterns('count-word')['counted']}[^，。；：！？、]{{0,8}}"
    r"：(?P<items>[^，。；：！？（）()]+)[。；]"
)
_BETWEEN = re.compile(r"、|以及|和|与|及")


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each count that the document contradicts."""
    headings = [block for block in document.blocks if block.kind == "Header"]
    for block in document.paragraphs:
        for found in _LISTED.finditer(block.text):
            yield from _listed(block, found)
        for found in _OWN.finditer(block.text):
            within = _within(block, found["where"], headings)
            placed = [one for one in within if one.identifier in book.records]
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
