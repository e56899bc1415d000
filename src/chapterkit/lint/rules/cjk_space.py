"""The space between Han and Latin letters, digits, code or formulas is not what house style says.

Why: readers see ragged gaps where a text sometimes has a space (用 GPT 训练) and sometimes none.
book.yaml says which convention the book has chosen (`style: {cjk_space: space}`, the default;
`none`; `any`, which turns this rule off). Whichever it is, no space stands between two Han
characters or beside a full-width mark. %, ℃ and other signs of units count as Latin. A note's mark,
a citation, a link or emphasis may touch Han. A whole text that keeps to the other convention gets
one problem that says so, as long as no convention has been declared.

Quiet: set words (阿Q、T恤、卡拉OK、A股), titles in 《》, short names in quotation marks, labels
(第三章 绪论), lines without any mark (verse, signatures), lists of references.

Options: `words`, more set words that are written without a space.

Bad:

    用GPT训练了3天，达到85%的水平。

Bad:

    监督 微调， 再强化学习。

Good:

    用 GPT 训练了 3 天，达到 85% 的水平（SFT）；阿Q穿着T恤唱卡拉OK。

Good:

    调用 `train()` 一次，损失是 $x$ 与**GPT**之差。
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from chapterkit.han import HAN, has_han, is_han
from chapterkit.lint.problem import Edit, Problem, insertion, join, problem_at, replacement
from chapterkit.lint.typography import (
    CLOSERS,
    MARKS,
    OPENERS,
    in_address,
    in_chinese,
    reference_test,
    speaks_chinese,
    touches_markup,
)
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import ADDRESS, CITE, CODE, MATH, OPAQUE, Block, Document, Hit

GROUP = "language"
SEVERITY = "warning"
NEEDS = frozenset({"chinese"})

# What counts as Latin: at either edge of a word, at its end, at its beginning.
_EITHER = f"A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ffµ{CODE}{MATH}{ADDRESS}"
_END = "%‰℃℉°²³¹⁰-⁹₀-₉′″+#"
_START = "$€£¥"
_MISSING = re.compile(rf"[{_EITHER}{_END}{_START}](?:(?<={HAN}.)|(?={HAN}))")
_FULL = f"{MARKS}{OPENERS}{CLOSERS}"
_STRAY = re.compile(rf"\ (?:(?<=[{_FULL}“”‘’]\ )|(?=[{_FULL}“”‘’])|(?<={HAN}\ )(?={HAN}))")
_KEY_BEFORE = re.compile(r"@[\w:.-]+$", re.ASCII)
_DOUBLE = re.compile(r"(?<! )  ++(?=[^\s|])")
_CLAUSES = Late("[，。；！？]")
_IS_MARK = Late(f"[{MARKS}]")

_WORDS = (
    f"{word_patterns('cjk-space')['set words']}"
    r"|[A-Z]股|(?:[A-Z]|AB)[型形]|[A-Z]字|[A-Z]盘|[αβγ]射线|[ABCN]站|[ABCJ]罗|Q[版币弹]|[VU]领"
    r"|A[3-5]纸|[XY]染色体|(?:维生素|维他命|维)[A-EK]\d{0,2}|[小大老某][A-Z](?![A-Za-z])"
    r"|[A-G][大小]?调|[ei]人"
)
# 第三章 绪论, 图三 结构, 附录甲 数据: a label and what it labels are kept apart.
_LABEL = Late(
    r"第[一二三四五六七八九十百零〇两\d ]{1,6}[章节回卷部篇编幕场课讲集季期条款单元]{1,2}"
    r"|[图表式例][一二三四五六七八九十百零〇\d.\- ]{1,8}|附录[甲乙丙丁一二三四五A-Z]?"
)
_NUMBER = re.compile(r"[\d.]+")
# 实验 7.4 in front of a heading's own words.
_HEAD_NUMBER = re.compile(r"\D{0,4}[\d.]+")
_SHORT_LABEL = 6
_QUOTED = Late(r"[“「『‘]([^“”「」『』‘’]*)[”」』’]")
_NAME = 8
_WINDOW = 60
# So many places, nearly all of one kind, are a convention.
_MANY, _NEARLY_ALL = 100, 0.97


@dataclass(frozen=True)
class Options:
    """Set words that are written without a space, beside those that everybody knows."""

    words: tuple[str, ...] = ()


# A space between Han and Latin.
_SPACED = Late(rf"\ (?:(?<={HAN}\ )(?=[{_EITHER}{_START}])|(?<=[{_EITHER}{_END}]\ )(?={HAN}))")


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each space that is missing, and each that should not be there."""
    style = book.config.style
    if style.space == "any" or not in_chinese(document):
        return
    is_reference = reference_test(document)

    def concerns(block: Block) -> bool:
        return speaks_chinese(block.prose) and not is_reference(block)

    declared = style.cjk_space is not None or style.profile != "default"
    if style.space == "none":
        yield from _not_wanted(document, concerns)
    else:
        yield from _wanted(document, concerns, options, declared)
    yield from _stray(document, concerns)


# --- missing


def _wanted(
    document: Document, concerns: Callable[[Block], bool], options: Options, declared: bool
) -> Iterator[Problem]:
    hits = list(document.prose.finditer(_MISSING))
    places = list(_gaps(hits, concerns, options)) if hits else []
    if places and not declared and _keeps_to_none(document, len(hits)):
        yield _other_convention(places)
        return
    yield from _missing(places)
    yield from _doubled(document, concerns)


def _keeps_to_none(document: Document, without: int) -> bool:
    if without < _MANY * _NEARLY_ALL:
        return False
    total = without + len(_SPACED.findall(document.prose.text))
    return total >= _MANY and without >= total * _NEARLY_ALL


def _other_convention(places: Sequence[tuple[Block, int]]) -> Problem:
    block, position = places[0]
    return problem_at(
        block,
        position - 1,
        position + 1,
        f"全文的汉字与西文、数字之间都不空格（{len(places)} 处），默认的约定是空一格",
        "这样约定就在 book.yaml 里写明 style: {cjk_space: none}；要空就写明 space，再用 --fix 补上",
    )


def _missing(places: Sequence[tuple[Block, int]]) -> Iterator[Problem]:
    """Yield one problem for each word, or chain of short words (2024年5月), without its spaces."""
    group = _Group()
    for block, position in places:
        if not group.continues(block, position):
            yield from group.problems()
            group = _Group()
        group.block = block
        group.positions.append(position)
    yield from group.problems()


@dataclass
class _Group:
    block: Block | None = None
    positions: list[int] = field(default_factory=list)

    def continues(self, block: Block, position: int) -> bool:
        if block is not self.block:
            return False
        last = self.positions[-1]
        text = block.prose
        if position - last > _WINDOW or " " in text[last:position]:
            return False
        return position - last <= 2 or not has_han(text[last:position])

    def problems(self) -> Iterator[Problem]:
        block = self.block
        if block is None:
            return
        first, last = self.positions[0], self.positions[-1]
        before, after = block.text[first - 1], block.text[first]
        edits = join(*(insertion(block, position, " ") for position in self.positions))
        others = f"等 {len(self.positions)} 处" if len(self.positions) > 1 else ""
        yield problem_at(
            block,
            first - 1,
            last + 1,
            f"“{before}{after}”{others}：汉字与西文、数字之间没有空格",
            f"空一格：“{before} {after}”",
            edits=edits,
        )


def _gaps(
    hits: Iterable[Hit], concerns: Callable[[Block], bool], options: Options
) -> Iterator[tuple[Block, int]]:
    """Yield block and position of each place where a space is missing."""
    words = _set_words(options.words)
    for hit in hits:
        block, at = hit.block, hit.start
        if not concerns(block):
            continue
        text = block.prose
        if text[at] in "+#" and not text[at - 1 : at].isascii():
            continue
        begins = text[at] not in _END and is_han(text[at - 1 : at])
        ends = text[at] not in _START and is_han(text[at + 1 : at + 2])
        for position in (at,) * begins + (at + 1,) * ends:
            if not _may_touch(block, position, words):
                yield block, position


def _may_touch(block: Block, position: int, words: re.Pattern[str]) -> bool:
    text = block.prose
    before, after = text[position - 1], text[position]
    if touches_markup(block, position) or (MATH in (before, after) and _displayed(block, position)):
        return True
    if before == ADDRESS and block.text[position - 1] in "/=#":
        return True
    start = max(0, position - _WINDOW)
    around = text[start : position + _WINDOW]
    at = position - start
    if is_han(after) and _KEY_BEFORE.search(text[max(0, position - _WINDOW) : position]):
        return True
    latin = at if is_han(before) else at - 1
    if any(found.start() <= latin < found.end() for found in words.finditer(around)):
        return True
    return _in_name(around, at) or (before != ADDRESS and in_address(block, position))


@cache
def _set_words(more: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join([*map(re.escape, more), f"(?<![A-Za-z0-9])(?:{_WORDS})"]))


def _displayed(block: Block, position: int) -> bool:
    """Tell whether a displayed formula begins or ends before text[position]."""
    return any(
        inline.is_displayed and position in (inline.start, inline.end) for inline in block.inlines
    )


def _in_name(around: str, at: int) -> bool:
    """Tell whether a place is inside a title, or a short name in quotation marks."""
    if around.rfind("《", 0, at) > around.rfind("》", 0, at):
        return True
    return any(
        found.start() < at < found.end()
        and len(found[1]) <= _NAME
        and not _IS_MARK.search(found[1])
        for found in _QUOTED.finditer(around)
    )


# --- not wanted


def _not_wanted(document: Document, concerns: Callable[[Block], bool]) -> Iterator[Problem]:
    last, given = None, ""
    for hit in document.prose.finditer(_SPACED):
        block, at = hit.block, hit.start
        if block is not last:
            last, given = block, block.masked("Number", "Reference")
        if given[at] == OPAQUE:  # what a record or a reference says is not the author's to space
            continue
        if block.kind == "Header" and _HEAD_NUMBER.fullmatch(block.text, 0, at):
            continue
        markup = touches_markup(block, at) or touches_markup(block, at + 1)
        if concerns(block) and not markup:
            message = "汉字与西文、数字之间有空格，全书的约定是不空"
            edits = replacement(block, at, at + 1, "")
            yield problem_at(block, at, at + 1, message, "删去空格", edits=edits)


# Beside these a space is nobody's slip: what is masked, and arrows from one thing to the next.
_APART = frozenset((CITE, OPAQUE, "\n", *"→←↑↓↔⇒⇐⇔➜"))


def _stray(document: Document, concerns: Callable[[Block], bool]) -> Iterator[Problem]:
    comments = [comment.offset for comment in document.comments]
    for hit in document.prose.finditer(_STRAY):
        block, at = hit.block, hit.start
        text = block.prose
        if not 0 < at < len(text) - 1 or not concerns(block) or _had_comment(block, at, comments):
            continue
        before, after = text[at - 1], text[at + 1]
        if {before, after} & _APART:
            continue
        between_han = is_han(before) and is_han(after)
        if between_han:
            if _keeps_apart(block, at) or in_address(block, at) or _beside_image(block, at):
                continue
            if _in_made_reference(block, at):
                continue
            message = "两个汉字之间有空格"
        else:
            left = _is_full(before, text[at - 2 : at - 1], after, "“‘")
            if not left and not _is_full(after, text[at + 2 : at + 3], before, "”’"):
                continue
            if touches_markup(block, at) or touches_markup(block, at + 1):
                continue
            if _NUMBER.fullmatch(text, 0, at):
                continue
            message = "全角标点旁边有空格"
        edits = replacement(block, at, at + 1, "")
        yield problem_at(block, at, at + 1, message, "删去空格", edits=edits)


def _in_made_reference(block: Block, at: int) -> bool:
    """Tell whether text[at] stands in a reference whose words are the tool's: 第 8 章 图 8.2."""
    links = (one for one in block.inlines if one.kind == "Reference" and one.start <= at < one.end)
    return any(not block.is_typed(at) for _ in links)


def _is_full(mark: str, beyond: str, across: str, inside: str) -> bool:
    """Tell whether a mark beside a space is full-width: “ and ” are if Han is what they quote.

    `beyond` stands behind the mark, `across` on the space's other side; that is what is quoted
    if the mark is one of `inside`.
    """
    if mark in _FULL:
        return True
    quoted = across if mark in inside else beyond
    return mark in "“”‘’" and (is_han(quoted) or (quoted != "" and quoted in MARKS))


def _had_comment(block: Block, at: int, comments: list[int]) -> bool:
    first, last = block.offsets[at - 1], block.offsets[at + 1]
    return bisect_left(comments, last) > bisect_left(comments, first)


def _beside_image(block: Block, at: int) -> bool:
    if not (touches_markup(block, at) or touches_markup(block, at + 1)):
        return False
    return any(one.kind == "Image" and at in (one.start - 1, one.end) for one in block.inlines)


def _keeps_apart(block: Block, at: int) -> bool:
    """Tell whether a space parts label and title, words of a sample, or a line without marks."""
    text = block.prose
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    before = text[start:at] if at - start <= _WINDOW else ""
    if before and _LABEL.fullmatch(before):
        return True
    if block.kind == "Header":
        return 0 < len(before) <= _SHORT_LABEL
    line = text[start : end if end >= 0 else len(text)]
    if len(line) <= _WINDOW and not _IS_MARK.search(line):
        return True
    first = max(0, at - _WINDOW)
    return any(
        found.start() < at - first < found.end() and not _CLAUSES.search(found[1])
        for found in _QUOTED.finditer(text[first : at + _WINDOW])
    )


def _doubled(document: Document, concerns: Callable[[Block], bool]) -> Iterator[Problem]:
    """Yield a problem for two spaces where there should be one; pandoc makes them one."""
    if not _DOUBLE.search(document.rendered.text):
        return
    blocks = sorted(
        (one for one in document.prose.blocks if one.offsets and "Table" not in one.within),
        key=lambda one: one.start,
    )
    if not blocks:
        return
    starts = [one.offsets[0] for one in blocks]
    for found in _DOUBLE.finditer(document.rendered.text):
        block = blocks[max(0, bisect_right(starts, found.start()) - 1)]
        at = bisect_left(block.offsets, found.start())
        if not 0 < at < len(block.text) - 1 or block.offsets[at] != found.start():
            continue
        if block.text[at] == " " and _SPACED.match(block.prose, at) and concerns(block):
            edits: tuple[Edit, ...] = ()
            if block.is_typed(at) and not document.comments:
                edits = (Edit(block.origin(at), found[0], " "),)
            yield problem_at(
                block, at, at + 1, "汉字与西文、数字之间空了不止一格", "只空一格", edits=edits
            )
