"""Emphasis that pandoc sets is left as literal asterisks by GitHub and other CommonMark readers.

Why: CommonMark lets `**` close only where the character before it is no punctuation, or the one
behind it is punctuation or a space: `**真。**她` and `这是**“重点”**的` stay literal wherever the
manuscript is read as CommonMark (review, web pages), though they are bold in print. Punctuation
moved out of the emphasis is right everywhere: `**真**。她`, `这是“**重点**”的`.

Quiet: emphasis that both read alike, literal asterisks in both (unrendered-markup), code.

Bad:

    **真。**她点点头。

Bad:

    这是**“重点”**的所在。

Bad:

    达到**15%**的水平。

Good:

    **真**。她点点头，这是“**重点**”的所在，达到 **15%** 的水平。

Good:

    **第一句话。** 第二句话，**“重点”**，**还有重点**。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from chapterkit.han import is_han
from chapterkit.lint.problem import Edit, Problem, join, problem_at
from chapterkit.lint.typography import in_chinese
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document, Inline

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

GROUP = "language"
SEVERITY = "error"
NEEDS = frozenset[str]()

_STARS = re.compile(r"\*+")
_MOVABLE = "，。；：？！、…"
_PAIRS = dict(zip("“‘「『《〈（【", "”’」』》〉）】", strict=True))
_NUMBER = re.compile(r"\[((?:\\.|[^\]\\])*)\]\{\.number [^}]*\}")
_LINE_HEAD = re.compile(r"[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+|#{1,6}[ \t]+)?")


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each stretch of emphasis that CommonMark does not see."""
    markdown = document.rendered.text
    if "*" not in markdown or not in_chinese(document) or not _may_stay_literal(markdown):
        return
    spaced = book.config.style.space != "none"
    for block in document.prose.blocks:
        lost = [one for one in _emphases(block) if not one.opens or not one.closes]
        if lost and _stays_literal(block):
            # ***…*** is emphasis twice, and one problem.
            for emphasis in {one.opening: one for one in lost}.values():
                yield _problem(emphasis, spaced)


def _may_stay_literal(markdown: str) -> bool:
    """Tell whether any asterisks stand between punctuation and a letter: cheap, and rarely so."""
    for found in _STARS.finditer(markdown):
        before, after = (
            markdown[found.start() - 1 : found.start()],
            markdown[found.end() : found.end() + 1],
        )
        if _is_punctuation(before) != _is_punctuation(after):
            return True
    return False


# --- CommonMark's flanking rules


def _is_space(character: str) -> bool:
    return not character or character.isspace()


@cache
def _is_punctuation(character: str) -> bool:
    """Tell whether a character is punctuation for GitHub: ASCII's signs, and Unicode's class P."""
    if not character or character.isalnum() or character.isspace():
        return False
    return character.isascii() or unicodedata.category(character)[0] == "P"


def _flanks(outside: str, inside: str) -> bool:
    """Tell whether asterisks between these two characters open (or close) emphasis."""
    if _is_space(inside):
        return False
    return not _is_punctuation(inside) or _is_space(outside) or _is_punctuation(outside)


# --- emphasis and its asterisks


@dataclass(frozen=True)
class _Emphasis:
    """Emphasis in a block, with the runs of asterisks round it in the Markdown."""

    block: Block
    inline: Inline
    opening: tuple[int, int]
    closing: tuple[int, int]

    @property
    def markdown(self) -> str:
        return self.block.rendered.text

    @property
    def text(self) -> str:
        return self.block.text[self.inline.start : self.inline.end]

    @property
    def inside(self) -> tuple[str, str]:
        """The first and the last character inside, recorded numbers as the text they give."""
        first, last = self.markdown[self.opening[1]], self.markdown[self.closing[0] - 1]
        numbers = "{.number " in self.markdown[slice(self.opening[1], self.closing[0])]
        first = self.text[0] if numbers and first == "[" else first
        last = self.text[-1] if numbers and last == "}" else last
        return first, last

    @property
    def outside(self) -> tuple[str, str]:
        (start, _), (_, end) = self.opening, self.closing
        return self.markdown[start - 1 : start] if start else "", self.markdown[end : end + 1]

    @property
    def opens(self) -> bool:
        return _flanks(self.outside[0], self.inside[0])

    @property
    def closes(self) -> bool:
        return _flanks(self.outside[1], self.inside[1])


def _emphases(block: Block) -> Iterator[_Emphasis]:
    markdown, offsets = block.rendered.text, block.offsets
    for inline in block.inlines:
        if inline.kind not in ("Strong", "Emph") or inline.start == inline.end:
            continue
        first, last = offsets[inline.start], offsets[inline.end - 1]
        before = offsets[inline.start - 1] if inline.start else markdown.rfind("\n", 0, first)
        after = offsets[inline.end] if inline.end < len(offsets) else markdown.find("\n", last)
        opening = markdown.rfind("*", before + 1, first)
        closing = markdown.find("*", last + 1, after if after >= 0 else len(markdown))
        if opening >= 0 and closing >= 0:
            yield _Emphasis(block, inline, _run(markdown, opening), _run(markdown, closing))


def _run(markdown: str, position: int) -> tuple[int, int]:
    start, end = position, position + 1
    while start and markdown[start - 1] == "*":
        start -= 1
    while markdown[end : end + 1] == "*":
        end += 1
    return start, end


def _stays_literal(block: Block) -> bool:
    """Ask a CommonMark parser whether more asterisks are left in the paragraph than in print."""
    if "Table" in block.within:
        return True
    markdown = block.rendered.text
    start = markdown.rfind("\n", 0, block.offsets[0]) + 1
    end = markdown.find("\n", block.offsets[-1])
    source = markdown[start : end if end >= 0 else len(markdown)]
    source = _NUMBER.sub(r"\1", _LINE_HEAD.sub("", source, count=1))
    tokens = _commonmark().parseInline(source)[0].children or []
    left = sum(token.content.count("*") for token in tokens if token.type == "text")
    return left > block.prose.count("*")


@cache
def _commonmark() -> MarkdownIt:
    from markdown_it import MarkdownIt  # for the few texts in which emphasis may stay literal

    return MarkdownIt("commonmark")


# --- the problem and its mending


def _problem(emphasis: _Emphasis, spaced: bool) -> Problem:
    inline = emphasis.inline
    stars = emphasis.markdown[slice(*emphasis.opening)]
    text = emphasis.text
    excerpt = text if len(text) <= 16 else f"{text[:7]}…{text[-7:]}"
    edits, hint = _mended(emphasis, spaced)
    return problem_at(
        emphasis.block,
        inline.start,
        inline.end,
        f"{stars}{excerpt}{stars} 在 GitHub 上不成为强调，星号会原样露出来",
        hint,
        edits=edits,
    )


def _mended(emphasis: _Emphasis, spaced: bool) -> tuple[tuple[Edit, ...], str]:
    """Return the edits that make the emphasis readable everywhere, and what they do."""
    text = emphasis.text
    if _PAIRS.get(text[0]) == text[-1] and _is_one_pair(text):
        edits = join(_outwards(emphasis, 1, 0), _outwards(emphasis, 0, 1))
        return edits, f"{text[0]}{text[-1]} 移到星号外面"
    parts: list[tuple[Edit, ...]] = []
    hints: list[str] = []
    for closing, fine in ((False, emphasis.opens), (True, emphasis.closes)):
        if not fine:
            edits, hint = _mended_end(emphasis, closing, spaced)
            parts.append(edits)
            hints.append(hint)
    return join(*parts), "；".join(dict.fromkeys(hints))


def _is_one_pair(text: str) -> bool:
    """Tell whether the pair that a text begins with ends at its very end.

    >>> _is_one_pair("“重点”"), _is_one_pair("“甲”和“乙”"), _is_one_pair("“”")
    (True, False, False)
    """
    inner = text[1:-1]
    return bool(inner.strip()) and text[0] not in inner and text[-1] not in inner


def _mended_end(emphasis: _Emphasis, closing: bool, spaced: bool) -> tuple[tuple[Edit, ...], str]:
    text = emphasis.text
    edge = emphasis.inside[closing]
    kept = text.rstrip(_MOVABLE) if closing else text.lstrip(_MOVABLE)
    count = len(text) - len(kept)
    if count and kept.strip() and edge in _MOVABLE:
        moved = text[-count:] if closing else text[:count]
        edits = _outwards(emphasis, *((0, count) if closing else (count, 0)))
        return edits, f"{moved} 移到星号外面"
    if edge in "[](){}":
        return (), "链接、引用移到星号外面，或者把星号移到方括号里面"
    if edge.isascii():
        return _space(emphasis, closing) if spaced else (), "星号外面空一格"
    return (), f"{_bracketed(text, closing)} 移到星号外面，或者改动强调的起止"


def _bracketed(text: str, closing: bool) -> str:
    """Return what a bracket at the edge of a text holds.

    >>> _bracketed("监督微调（SFT）", True), _bracketed("《红楼梦》的作者", False)
    ('（SFT）', '《红楼梦》')
    """
    if closing:
        opener = next((one for one, other in _PAIRS.items() if other == text[-1]), text[-1])
        return text[max(0, text.rfind(opener)) :]
    return text[: text.find(_PAIRS.get(text[0], text[0])) + 1]


def _outwards(emphasis: _Emphasis, leading: int, trailing: int) -> tuple[Edit, ...]:
    """Return the edit that moves characters at one end of the emphasis out of it."""
    start, end = emphasis.opening if leading else emphasis.closing
    first, last = start - trailing, end + leading
    markdown = emphasis.markdown
    stars = markdown[start:end]
    new = markdown[end:last] + stars if leading else stars + markdown[first:start]
    return _edit(emphasis.block, first, last, new)


def _space(emphasis: _Emphasis, closing: bool) -> tuple[Edit, ...]:
    start, end = emphasis.closing if closing else emphasis.opening
    if not is_han(emphasis.outside[closing]):
        return ()
    stars = emphasis.markdown[start:end]
    return _edit(emphasis.block, start, end, f"{stars} " if closing else f" {stars}")


def _edit(block: Block, start: int, end: int, new: str) -> tuple[Edit, ...]:
    rendered = block.rendered
    if not all(rendered.is_typed(offset) for offset in range(start, end)):
        return ()
    return (Edit(rendered.origin(start), rendered.text[start:end], new),)
