"""A paragraph of Chinese text is broken over several lines.

Why: one paragraph is one line in the manuscript. Pandoc joins Han characters across a line break,
other readers (GitHub among them) put a space there; and a diff of re-wrapped text shows everything
as changed. A text that is wrapped throughout gets one problem.

Quiet: hard breaks (two spaces or a backslash at the end of the line), line blocks, verse in block
quotes, tables, English text.

Bad:

    监督微调给出示范，
    让模型照着写。

Bad:

    强化学习只给分数，分数由 GPT-4
    来打，不给示范。

Good:

    监督微调给出示范，让模型照着写。

Good:

    > 床前明月光，
    > 疑是地上霜。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.han import is_han
from chapterkit.lint.lines import Placed
from chapterkit.lint.problem import Edit, Problem, problem_at
from chapterkit.lint.typography import in_chinese, speaks_chinese
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document

GROUP = "language"
SEVERITY = "warning"
NEEDS = frozenset({"chinese"})

_NEXT_LINE = re.compile(r"\n[ \t>]*(?=[^\s>#|:`~$!<])")
_WIDE = frozenset("，。；：？！、“”‘’（）《》〈〉「」『』【】…—")
_WORD = re.compile("[A-Za-z0-9%]")
# Longer lines are no verse.
_VERSE = 24
# So many wrapped paragraphs, and so few that are not, make a habit.
_MANY, _NEARLY_ALL = 20, 0.9


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each Chinese paragraph that has a line break in its text."""
    if not in_chinese(document):
        return
    placed = Placed(document)
    broken: dict[int, tuple[Block, list[int]]] = {}
    for block, position in _breaks(document, placed):
        broken.setdefault(id(block), (block, []))[1].append(position)
    wrapped = [(block, at) for block, at in broken.values() if not _is_verse(block)]
    if len(wrapped) >= _MANY and _is_habit(document, wrapped):
        block, at = wrapped[0]
        yield problem_at(
            block,
            at[0] - 1,
            at[0],
            f"全文都在段落中间换行（{len(wrapped)} 段），一段应是一行",
            "在编辑器里改用自动折行，把每一段连成一行",
        )
        return
    for block, at in wrapped:
        yield _problem(block, at, book)


def _breaks(document: Document, placed: Placed) -> Iterator[tuple[Block, int]]:
    """Yield block and position of each character that begins a line inside a Chinese paragraph."""
    markdown = document.rendered.text
    for found in _NEXT_LINE.finditer(markdown):
        before, after = markdown[found.start() - 1 : found.start()], markdown[found.end()]
        if before == " ":
            before = markdown[found.start() - 2 : found.start() - 1]
        wide = _is_wide(before), _is_wide(after)
        if not any(wide) or not (all(wide) or _WORD.match(before) or _WORD.match(after)):
            continue
        place = placed.position(found.end())
        if place is None or place[1] == 0 or "Table" in place[0].within:
            continue
        block, position = place
        last = position - 1
        while last > 0 and block.text[last] in " \n":
            last -= 1
        line = markdown[block.offsets[last] + 1 : found.start()]
        if "\n" not in line and not _is_lazy(block, found[0]) and speaks_chinese(block.prose):
            yield block, position


def _is_wide(character: str) -> bool:
    return is_han(character) or character in _WIDE


def _is_lazy(block: Block, lead: str) -> bool:
    """Tell whether a line is in a quote, list or note for want of a blank line (swallowed-line)."""
    return lead == "\n" and bool(
        {"BlockQuote", "BulletList", "OrderedList", "Note"} & set(block.within)
    )


def _is_verse(block: Block) -> bool:
    """Tell whether a block is verse that somebody quotes: short lines in a block quote."""
    if "BlockQuote" not in block.within:
        return False
    markdown = block.rendered.text[block.offsets[0] : block.offsets[-1] + 1]
    return all(len(line.strip("> \t")) <= _VERSE for line in markdown.split("\n"))


def _is_habit(document: Document, wrapped: list[tuple[Block, list[int]]]) -> bool:
    shortest = min(len(block.text) for block, _ in wrapped)
    long = sum(len(one.text) >= shortest and one.kind == "Para" for one in document.paragraphs)
    return len(wrapped) >= long * _NEARLY_ALL


def _problem(block: Block, positions: list[int], book: Book) -> Problem:
    edits: list[Edit] = []
    for position in positions:
        edits += _joined(block, position, " " if book.config.style.space == "space" else "")
    return problem_at(
        block,
        max(0, positions[0] - 2),
        positions[0],
        "段落中间换了行" if len(positions) == 1 else f"段落中间换了行（{len(positions)} 处）",
        "连成一行；另起一段就空一行，要保留换行就在行末加反斜线",
        edits=tuple(edits) if len(edits) == len(positions) else (),
    )


def _joined(block: Block, position: int, space: str) -> tuple[Edit, ...]:
    """Return the edit that joins two lines where text[position] begins the second of them."""
    rendered, after = block.rendered, block.offsets[position]
    start = rendered.text.rindex("\n", 0, after)
    while rendered.text[start - 1] in " \t":
        start -= 1
    first = start - 1
    if not all(rendered.is_typed(offset) for offset in range(first, after)):
        return ()
    last, following = rendered.text[first], rendered.text[after]
    words = bool(_WORD.match(last)), bool(_WORD.match(following))
    marks = not (last + following).replace("“", "，").isalnum()
    between = space if any(words) and not marks and not all(words) else ""
    return (Edit(rendered.origin(first), rendered.text[first:after], last + between),)
