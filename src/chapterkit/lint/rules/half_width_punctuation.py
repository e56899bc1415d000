"""A half-width mark stands beside Han characters, where Chinese has a full-width one.

Why: ，。；：？！（） belong to Chinese text, `, . ; : ? ! ( )` to Latin text, numbers, times, code
and formulas (GB/T 15834-2011, 4 and 5.1: Chinese marks take the room of one character). A pair of
parentheses is judged as one: it is full-width where Han stands in it or touches it. Three dots
beside Han are an ellipsis (……), two hyphens a dash (——).

Quiet: entries of a list of references, file names, initials and abbreviations (vs. et al.).

Bad:

    先训练,再评测.

Bad:

    监督微调(SFT)给出示范...

Bad:

    他用的是 GPT-4, 不是别的。

Good:

    先训练，再评测；比例是 4:3，时间是 9:30，共 1,024 条，见说明.txt。

Good:

    监督微调（SFT）给出示范，“Attention, please!”也算一句，复杂度是 O(n)。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from chapterkit.han import has_han, is_han
from chapterkit.lint.problem import Edit, Problem, join, problem_at, replacement
from chapterkit.lint.typography import (
    CLOSERS,
    MARKS,
    OPENERS,
    in_address,
    in_chinese,
    reference_test,
    speaks_chinese,
)
from chapterkit.lint.words import word_lists
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import CITE, CODE, MATH, Block, Document

GROUP = "language"
SEVERITY = "warning"
NEEDS = frozenset({"chinese"})

_LEFT = frozenset(f"{CLOSERS}”’")
_FULL = dict(zip(",.;:?!()", "，。；：？！（）", strict=True))
_MARK = re.compile(r"[,.;:?!](?:(?![A-Za-z0-9])|(?<=[^ -~].))")
_DASH = re.compile(r"(?<=[^ -~])(\ ?)-{2,3}(\ ?)(?=[^ -~])")
_PARENTHESES = Late("[()（）\ufdd6]")

_ABBREVIATIONS = frozenset(word_lists("half-width-punctuation")["abbreviations"])
_EXCLAIMED = ("Yahoo", "Jeopardy", "Kahoot", "Joomla", "Yum", "Oklahoma", "Airplane", "Panic")
_SUFFIXES = frozenset(word_lists("half-width-punctuation")["suffixes"])
_WORD_BEFORE = re.compile(r"[A-Za-z][A-Za-z.]*$")
_WORD_AFTER = re.compile(r"[A-Z][A-Za-z0-9]*")
_ITEM_BEFORE = Late(r"(?:^|[\n：；。，、（(]|[^图表式节章页第]\ )\d{1,3}(?:\.\d{1,3}){0,4}$")
_CAPTION = 12
_HAN_ITEM_BEFORE = re.compile(r"(?:^|\n)[一二三四五六七八九十]{1,3}$")
_EMOTICON = re.compile(r"[:;][-'o^]?[)(DPp3*](?![A-Za-z0-9])")
_KEY_BEFORE = re.compile(r"@[\w:.-]+$", re.ASCII)
_SHORTCODE = re.compile(r":[a-z0-9_+-]+:")
_SHORTCODE_END = re.compile(r":[a-z0-9_+-]+:$")
_CLOSERS = frozenset(f"{MARKS}{CLOSERS}…")
_CALLED = Late(r"[A-Za-z0-9_\])" + CODE + MATH + "]")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d[a-z]?")
_GLOSS = re.compile(r"[A-Za-z]{4,}[\s-]+[A-Za-z]|^[A-Z][A-Za-z]{3,}$")
_ITEM = re.compile(r"[A-Za-z0-9]{1,3}|[一二三四五六七八九十]{1,3}")
_LABEL = re.compile(r"[a-zA-Z]|\d{1,2}")
_SAYS = re.compile(rf"[^\W_]|[{CODE}{MATH}{CITE}]")


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each half-width mark, or pair of parentheses, that Han touches."""
    if not in_chinese(document):
        return
    is_reference = reference_test(document)

    def concerns(block: Block) -> bool:
        return speaks_chinese(block.prose) and not is_reference(block)

    yield from _marks(document, concerns)
    if "--" in document.prose.text:
        for hit in document.prose.finditer(_DASH):
            text = document.prose.text
            first, last = hit.match.span()
            if is_han(text[first - 1]) and is_han(text[last]) and concerns(hit.block):
                yield _problem(hit.block, hit.start, hit.end, "——", "破折号")
    if "(" in document.prose.text:
        for block, start, end in _pairs(document):
            if concerns(block) and _should_be_full(block.prose, start, end - 1):
                yield _pair_problem(block, start, end - 1)


# --- single marks


def _marks(document: Document, concerns: Callable[[Block], bool]) -> Iterator[Problem]:
    last: tuple[Block | None, int] = None, 0
    prose = document.prose
    for found in _MARK.finditer(prose.text):
        if not _is_beside(prose.text, found.start()):
            continue
        block, position = prose.place(found.start())
        text = block.prose
        if (block is last[0] and position < last[1]) or not concerns(block):
            continue
        start, end = _run(text, position)
        last = block, end
        if in_address(block, start):
            continue
        if text[start] == ".":
            yield from _full_stop(block, start, end)
        elif not _is_something_else(text, start, end):
            full = "".join(dict.fromkeys(_FULL[mark] for mark in text[start:end]))
            yield _problem(block, start, end, full)


def _is_beside(text: str, at: int) -> bool:
    """Tell whether Han, or a mark of Chinese, stands beside a mark, a space between or not."""
    before = text[at - 1]
    before = text[at - 2] if before == " " else before
    if is_han(before) or before in _LEFT:
        return True
    after = text[at + 1 : at + 3].lstrip(" ")[:1]
    if after == "“":
        return is_han(text[at + 2 : at + 4].lstrip("“")[:1])
    return is_han(after) or (after in OPENERS and after != "")


def _run(text: str, position: int) -> tuple[int, int]:
    """Return the run of ... or ?! that text[position] belongs to, else the mark alone."""
    same = "." if text[position] == "." else "?!" if text[position] in "?!" else ""
    start, end = position, position + 1
    while same and start > 0 and text[start - 1] in same:
        start -= 1
    while same and end < len(text) and text[end] in same:
        end += 1
    return start, end


def _is_something_else(text: str, start: int, end: int) -> bool:
    """Tell whether a mark is no punctuation: :: := != :-) :smile: Yahoo!"""
    mark, before, after = text[start], text[start - 1 : start], text[end : end + 1]
    if (after in "=/\\" and after) or mark + after == "![" or (before == "(" and mark == "?"):
        return True
    if mark == "," and _KEY_BEFORE.search(text[max(0, start - 30) : start]):
        return True
    if mark in ":;" and _EMOTICON.match(text, start):
        return True
    if mark == ":":
        around = text[max(0, start - 30) : start + 1]
        shortcode = _SHORTCODE.match(text, start) or _SHORTCODE_END.search(around)
        return ":" in (before, after) or shortcode is not None
    if mark == "!":
        return text[max(0, start - 12) : start].endswith(_EXCLAIMED)
    return _stands_after_latin_quote(text, start)


def _stands_after_latin_quote(text: str, start: int) -> bool:
    """Tell whether a mark follows the end of a Latin quotation, and nothing Chinese follows it."""
    if text[start - 1 : start] not in ("”", "’") or _closes(text[start - 2 : start - 1]):
        return False
    return not has_han(text[start + 1 : start + 3])


def _closes(character: str) -> bool:
    return is_han(character) or character in _CLOSERS


def _full_stop(block: Block, start: int, end: int) -> Iterator[Problem]:
    text = block.prose
    before, after = text[start - 1 : start], text[end : end + 1]
    if end - start > 1:
        listed = before == " " and text[start - 2 : start - 1] in (",", ";")
        if not listed and after not in ("/", "\\") and before not in ("/", "“", "["):
            yield _problem(block, start, end, "……", "省略号")
    elif before and (before in "”’" or _closes(before) or before == " "):
        yield from _after_han(block, start)
    elif not _is_abbreviation(text, start):
        yield _problem(block, start, end, "。")


def _after_han(block: Block, start: int) -> Iterator[Problem]:
    """A point behind Han ends a sentence, unless a file's suffix or a number follows it."""
    text = block.prose
    before, after = text[max(0, start - 4) : start], text[start + 1 : start + 2]
    if before[-1] in "”’ " and not _closes(before[-2:-1]):
        return
    if after in ("", " ", "\n", "”", "’", "」", "』", "）", "】") and not after.isalnum():
        if not _HAN_ITEM_BEFORE.search(before):
            yield _problem(block, start, start + 1, "。")
            return
        hint = "序号后面用顿号，如“一、”"
        yield problem_at(block, start, start + 1, "“.”是半角，跟在汉字序号后面", hint)
    elif is_han(after) and before[-1] != " ":
        yield problem_at(
            block, start, start + 1, "汉字之间有半角的“.”", "句末用“。”，外国人名的间隔用“·”"
        )
    elif before[-1] != " " and _begins_sentence(text, start + 1):
        yield problem_at(block, start, start + 1, "“.”是半角，跟在汉字后面", "改成“。”")


def _begins_sentence(text: str, position: int) -> bool:
    """Tell whether a capitalised word stands at a place, and no file's suffix."""
    found = _WORD_AFTER.match(text, position)
    return found is not None and found[0].upper() not in _SUFFIXES


def _is_abbreviation(text: str, start: int) -> bool:
    """Tell whether a point before Han belongs to what precedes it: vs. J. U.S. or an item's 2."""
    before = text[max(0, start - 30) : start]
    if before[-1:].isdigit():
        # 3.1. 概述, 表 2. 结果: numbers of sections and captions at the head of a block
        head = start < _CAPTION and not is_han(text[start + 1 : start + 2])
        return head or _ITEM_BEFORE.search(before) is not None
    if not (found := _WORD_BEFORE.search(before)):
        return before[-1:] not in ("%", ")", CODE, MATH, CITE)
    word = found[0].lower()
    initials = len(word) == 1 or ("." in word and all(len(part) < 3 for part in word.split(".")))
    return initials or word in _ABBREVIATIONS


def _problem(block: Block, start: int, end: int, full: str, what: str = "") -> Problem:
    excerpt = block.text[start:end].strip()
    end += block.text[end : end + 1] == " " and not what
    start -= block.text[start - 1 : start] == " " and not what
    return problem_at(
        block,
        start,
        end,
        f"汉字旁边的{what}“{excerpt}”是半角",
        f"改成“{full}”",
        edits=replacement(block, start, end, full),
    )


# --- parentheses


def _pairs(document: Document) -> Iterator[tuple[Block, int, int]]:
    """Yield block, start and end of each pair of half-width parentheses, inner ones first."""
    prose = document.prose
    opened: list[tuple[str, int]] = []
    for found in _PARENTHESES.finditer(prose.text):
        mark = found[0]
        if mark == "\ufdd6":
            opened.clear()
        elif mark in "(（":
            opened.append((mark, found.start()))
        elif opened:
            opener, offset = opened.pop()
            if opener == "(" and mark == ")":
                block, start = prose.place(offset)
                yield block, start, start + found.end() - offset


def _should_be_full(text: str, opening: int, closing: int) -> bool:
    content = text[opening + 1 : closing]
    before, after = _before(text, opening), text[closing + 1 : closing + 2]
    if before == "]" or not (_SAYS.search(content) or content in ("?", "!", "?!")):
        return False
    if opening == 0 and _ITEM.fullmatch(content):
        return False
    if has_han(content):
        return True
    if _is_han_or_closer(before) or _is_han_or_closer(after):
        called = _CALLED.match(before) is not None
        return not called or _YEAR.fullmatch(content) is not None or bool(_GLOSS.search(content))
    spaced = before == " " and _is_han_or_closer(_before(text, opening - 1))
    return spaced and _LABEL.fullmatch(content) is None


def _before(text: str, position: int) -> str:
    """Return the character before text[position], looking through a closing quotation mark."""
    while position > 1 and text[position - 1] in "”’":
        position -= 1
    return text[position - 1 : position] if position else ""


def _is_han_or_closer(character: str) -> bool:
    return is_han(character) or (character != "" and character in CLOSERS)


def _pair_problem(block: Block, opening: int, closing: int) -> Problem:
    text = block.text
    first = opening - (text[opening - 1 : opening] == " ")
    last = closing + 1 + (text[closing + 1 : closing + 2] == " ")
    edits: tuple[Edit, ...] = join(
        replacement(block, first, opening + 1, "（"), replacement(block, closing, last, "）")
    )
    message = "汉字旁边的括号“( )”是半角"
    return problem_at(block, opening, closing + 1, message, "一对都改成“（）”", edits=edits)
