"""Straight quotation marks stand in Chinese text, or not the pair that house style says.

Why: " and ' are left over from typewriters: both ends look alike, and pandoc prints them as they
are. Simplified text has “ ” and inside them ‘ ’ (GB/T 15834-2011, 4.8); Traditional text 「 」 and
『 』. book.yaml may declare the other pair (`style: {quotes: corner}`); marks of the pair not
declared are then problems too, ‘ ’ within 「 」 among them. Undeclared, a whole text in the other
pair gets one problem, and so does each “ ” round Chinese words in a Traditional text of 「」.

Quiet: straight quotes in English text, apostrophes, feet and inches, minutes and seconds, code.

Bad:

    他说"不行"，又说'再等等'。

Bad:

    这就是所谓的 "attention" 机制。

Good:

    他说“不行”，又说：“她回了一句‘再等等’。”

Good:

    屏幕有 13" 大，身高 5'10"，don't panic 不必译；原文是 he said "stop" and left。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.han import has_han, is_han
from chapterkit.lint.problem import Edit, Problem, join, problem_at, replacement
from chapterkit.lint.script import script_of
from chapterkit.lint.typography import CLOSERS, MARKS, OPENERS, in_chinese, speaks_chinese
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document

GROUP = "language"
SEVERITY = "warning"
NEEDS = frozenset({"chinese"})

_STRAIGHT = Late("[\"'\ufdd6]")
_CHINESE = frozenset(f"{MARKS}{OPENERS}{CLOSERS}“”…—")
_MARKS = Late(f"[{MARKS}…]")
_LETTER = Late("[A-Za-z0-9\u00c0-\u024f]")
# Outer pair, inner pair.
_PAIRS = {"curly": ("“”", "‘’"), "corner": ("「」", "『』")}
_OTHER = {"curly": "corner", "corner": "curly"}
_NAMES = {"curly": "弯引号“”", "corner": "直角引号「」"}
_ONE_OF = {"curly": re.compile(r"[“”]"), "corner": re.compile(r"[「」『』]")}
_OPENS = {"curly": "“", "corner": "「"}
# So many pairs make a convention.
_MANY = 5


@dataclass(frozen=True)
class _Pair:
    """Two straight marks that belong together; `closing` is None where there is only one."""

    block: Block
    opening: int
    closing: int | None
    inner: bool


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each straight pair, and for marks of the pair not declared."""
    if not in_chinese(document):
        return
    wanted = book.config.style.quote_marks(script_of(document, book))
    if '"' in document.prose.text or "'" in document.prose.text:
        for pair in _straight(document):
            if _is_chinese(pair):
                yield _problem(pair, _PAIRS.get(wanted, _PAIRS["curly"]))
    if wanted != "any":
        yield from _undeclared(document, book, wanted)


# --- straight


def _straight(document: Document) -> Iterator[_Pair]:
    """Yield the pairs of straight marks, each block for itself, apostrophes and inches left out."""
    prose = document.prose
    opened: list[tuple[str, int]] = []
    for found in _STRAIGHT.finditer(prose.text):
        mark, offset = found[0], found.start()
        if mark == "\ufdd6":
            yield from _alone(document, opened)
            opened.clear()
            continue
        before = prose.text[offset - 1 : offset]
        if mark == "'" and _within_word(prose.text, offset):
            continue
        level = next((at for at, (open_mark, _) in enumerate(opened) if open_mark == mark), None)
        if level is not None:
            start = opened[level][1]
            del opened[level:]
            block, position = prose.place(start)
            yield _Pair(block, position, position + offset - start, level > 0)
        elif not (before.isdigit() or (mark == "'" and _is_apostrophe(prose.text, offset))):
            opened.append((mark, offset))
    yield from _alone(document, opened)


_YEARS = re.compile(r"'\d\ds?")


def _is_apostrophe(text: str, offset: int) -> bool:
    """Tell whether a mark that opens nothing is a prime (f'' ), or stands for letters ('90s)."""
    before, after = text[offset - 1 : offset], text[offset + 1 : offset + 2]
    return bool(_LETTER.match(before) or before == "'" or after in " (\n'") or (
        _YEARS.match(text, offset) is not None
    )


def _alone(document: Document, opened: list[tuple[str, int]]) -> Iterator[_Pair]:
    for mark, offset in opened:
        if mark == '"':
            block, position = document.prose.place(offset)
            yield _Pair(block, position, None, inner=False)


def _is_chinese(pair: _Pair) -> bool:
    """Tell whether Han, or a Chinese mark, stands between or beside the marks."""
    text, start = pair.block.prose, pair.opening
    if text[start - 1 : start] == "=" or not speaks_chinese(text):
        return False
    if pair.closing is None:
        return _beside(text, start) or _is_one(text[start + 1 : start + 2])
    end = pair.closing
    if has_han(text[start + 1 : end]) or _MARKS.search(text, start + 1, end):
        return True
    return _beside(text, start) or _is_one(text[end + 1 : end + 3].lstrip()[:1])


def _beside(text: str, start: int) -> bool:
    """Tell whether something Chinese stands before text[start], a space between or not."""
    return _is_one(text[max(0, start - 2) : start].rstrip()[-1:])


def _is_one(character: str) -> bool:
    return is_han(character) or character in _CHINESE


def _problem(pair: _Pair, marks: tuple[str, str]) -> Problem:
    block, start, end = pair.block, pair.opening, pair.closing
    if end is None:
        message = f"直引号 {block.text[start]} 只有一半"
        return problem_at(
            block, start, start + 1, message, f"补上另一半，改成 {marks[0][0]} {marks[0][1]}"
        )
    new = marks[1] if pair.inner else marks[0]
    mark = block.text[start]
    edits: tuple[Edit, ...] = join(
        replacement(block, start, start + 1, new[0]), replacement(block, end, end + 1, new[1])
    )
    message = f"中文里用了直引号：{mark}{_excerpt(block, start, end)}{mark}"
    return problem_at(block, start, end + 1, message, f"改成 {new[0]} {new[1]}", edits=edits)


_LONGEST = 12


def _excerpt(block: Block, start: int, end: int) -> str:
    content = block.text[start + 1 : end]
    return content if len(content) <= _LONGEST else content[: _LONGEST - 1] + "…"


# --- the other pair


def _undeclared(document: Document, book: Book, wanted: str) -> Iterator[Problem]:
    other = _OTHER[wanted]
    count = document.prose.text.count(_OPENS[other])
    if not count:
        return
    if book.config.style.quotes is not None:
        yield from _not_declared(document, wanted)
        return
    own = document.prose.text.count(_OPENS[wanted])
    if wanted == "corner" and own >= count:
        yield from _mixed(document)
    if count < _MANY or own * 10 > count:
        return
    hit = next(document.prose.finditer(_ONE_OF[other]))
    yield problem_at(
        hit.block,
        hit.start,
        hit.end,
        f"全文用的是{_NAMES[other]}（{count} 处），这种文字默认用{_NAMES[wanted]}",
        f"这样约定就在 book.yaml 里写明 style: {{quotes: {other}}}",
    )


def _mixed(document: Document) -> Iterator[Problem]:
    """Yield a problem for each pair of curly marks round Han in a text that keeps to 「」."""
    for hit in document.prose.finditer(_CURLY):
        if not (has_han(hit.match[0]) and "BlockQuote" not in hit.block.within):
            continue
        block, start, end = hit.block, hit.start, hit.end
        edits = join(
            replacement(block, start, start + 1, "「"), replacement(block, end - 1, end, "」")
        )
        message = f"全文用「」，这里是{_excerpt_of(block, start, end)}"
        yield problem_at(block, start, end, message, "改成 「 」", edits=edits)


_CURLY = Late("“[^“”「」\n\ufdd6]{1,200}”")


def _excerpt_of(block: Block, start: int, end: int) -> str:
    return f"“{_excerpt(block, start, end - 1)}”"


def _not_declared(document: Document, wanted: str) -> Iterator[Problem]:
    other = _OTHER[wanted]
    change = dict(zip("".join(_PAIRS[other]), "".join(_PAIRS[wanted]), strict=True))
    for hit in document.prose.finditer(_ONE_OF[other]):
        if speaks_chinese(hit.block.prose):
            new = change[hit.match[0]]
            edits = replacement(hit.block, hit.start, hit.end, new)
            message = f"{hit.match[0]} 不是全书约定的引号"
            yield problem_at(hit.block, hit.start, hit.end, message, f"改成 {new}", edits=edits)
    if wanted == "corner" and "‘" in document.prose.text:
        yield from _curly_singles(document)


def _curly_singles(document: Document) -> Iterator[Problem]:
    """Yield a problem for each pair ‘ ’, where corner marks are declared.

    Within other marks they become 『 』, by themselves 「 」.
    """
    for block in document.prose.blocks:
        if "‘" in block.prose and speaks_chinese(block.prose):
            for start, end, inner in _singles(block.prose):
                new = _PAIRS["corner"][1 if inner else 0]
                edits = join(
                    replacement(block, start, start + 1, new[0]),
                    replacement(block, end, end + 1, new[1]),
                )
                message, hint = "‘ ’ 不是全书约定的引号", f"改成 {new[0]} {new[1]}"
                yield problem_at(block, start, end + 1, message, hint, edits=edits)


def _singles(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where each pair ‘ ’ opens and closes, and whether it stands within other marks.

    A ’ between letters is an apostrophe; a pair without anything Chinese in it or beside it is not
    Chinese.
    """
    depth, opening = 0, -1
    for found in _SINGLES.finditer(text):
        at, mark = found.start(), found[0]
        if mark in "“「":
            depth += 1
        elif mark in "”」":
            depth, opening = max(0, depth - 1), -1
        elif mark == "‘":
            opening = at
        elif opening >= 0 and not _within_word(text, at):
            behind = text[at + 1 : at + 3].lstrip()[:1]
            if has_han(text[opening:at]) or _beside(text, opening) or _is_one(behind):
                yield opening, at, depth > 0
            opening = -1


_SINGLES = re.compile("[“”「」‘’]")


def _within_word(text: str, at: int) -> bool:
    return bool(_LETTER.match(text[at - 1 : at]) and _LETTER.match(text[at + 1 : at + 2]))
