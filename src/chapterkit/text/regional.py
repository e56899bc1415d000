"""A text in the characters, the words and the quotation marks of a region. Pure.

What is converted is text alone: never keys of citations, identifiers, addresses, formulas, code,
what is marked `{.keep}`, or what is in another language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

from chapterkit.han import has_han
from chapterkit.manuscript.wording import Region
from chapterkit.text.aligning import aligned
from chapterkit.text.passes import over_elements
from chapterkit.text.tree import (
    KEEP,
    OPAQUE,
    Element,
    Target,
    Tree,
    attributes_of,
    citations_of,
    inlines_of,
    is_inline,
    kind_of,
    over_matching,
    string,
    target_of,
    text_of,
    tree_blocks,
    with_attributes,
    with_blocks,
    with_target,
)

Convert = Callable[[str], str]

_FIRST = 0xF0000  # of the private characters that stand for words of which a book has decided


@dataclass(frozen=True)
class Regional:
    """What converts texts for a region.

    `convert` takes its words, too, and `standard` its characters alone; `terms` is what the book
    itself has decided: words of the manuscript, and what becomes of them. `whole` is the same for
    words of which nothing was decided but that they are words: 监督微调 is none that ends in 调用.
    """

    region: Region
    convert: Convert = field(repr=False)
    standard: Convert = field(repr=False)
    terms: Mapping[str, str] = field(default_factory=dict, repr=False)
    whole: Mapping[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def _decided(self) -> re.Pattern[str] | None:
        return _any_of(self.terms)

    @cached_property
    def _words(self) -> dict[str, str]:
        return {**self.whole, **self.terms}

    @cached_property
    def _apart(self) -> re.Pattern[str] | None:
        return _any_of(self._words)

    def without_decided(self, text: str) -> str:
        """Return a text with an opaque character for each of those that the book has decided."""
        if not self._decided:
            return text
        return self._decided.sub(lambda found: OPAQUE * len(found[0]), text)

    def lines(self, lines: Sequence[str]) -> list[str]:
        """Return lines converted, each by itself: no word runs from one into the next."""
        names = {word: chr(_FIRST + place) for place, word in enumerate(self._words)}
        text = "\n".join(lines)
        if self._apart:
            text = self._apart.sub(lambda found: names[found[0]], text)
        text = self.convert(text)
        if names:
            said = {name: self._words[word] for word, name in names.items()}
            text = re.sub(f"[{''.join(said)}]", lambda found: said[found[0]], text)
        return [self._quoted(line) for line in text.split("\n")]

    def text(self, text: str) -> str:
        """Return one text converted."""
        return "\n".join(self.lines(text.split("\n")))

    def places(self, old: str, new: str) -> Sequence[int]:
        """Return for each place of a converted text the place of the old one that it is from."""
        if len(old) == len(new):
            return aligned(old, new)
        alike = self.standard(old)  # in which more characters are those of the new one
        return aligned(alike if len(alike) == len(old) else old, new)

    def _quoted(self, line: str) -> str:
        return requoted(line, self.region.quotes) if has_han(line) else line


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """Return the pattern of words, the longest first, None if there is none."""
    longest = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))) if longest else None


def requoted(line: str, quotes: str) -> str:
    """Return a line with other quotation marks, the outer pair of `quotes` first.

    An apostrophe is none.

    >>> requoted("他说：“这叫‘don’t’。”", "「」『』")
    '他说：「这叫『don’t』。」'
    >>> requoted("‘甲’与“乙”", "「」『』")
    '「甲」与「乙」'
    """
    if not _MARKS.search(line):
        return line
    out = list(line)
    open_at: list[str] = []
    for place, mark in enumerate(line):
        if mark in "“‘":
            out[place] = quotes[2 * (len(open_at) % 2)]
            open_at.append(mark)
        elif mark in "”’" and _closes(line, place, open_at):
            if open_at:
                open_at.pop()
            out[place] = quotes[2 * (len(open_at) % 2) + 1]
    return "".join(out)


_MARKS = re.compile("[“”‘’]")


def _closes(line: str, place: int, open_at: Sequence[str]) -> bool:
    if line[place] == "”":
        return True
    around = line[place - 1 : place] + line[place + 1 : place + 2]
    is_apostrophe = len(around) == 2 and around.isascii() and around.isalnum()
    return open_at[-1:] == ["‘"] and not is_apostrophe


# --- the pass


@dataclass(frozen=True)
class _Piece:
    """A stretch of a line: a string to be converted, or what stands for what is not."""

    text: str
    element: Element | None = field(default=None, repr=False)


def converted(tree: Tree, regional: Regional) -> Tree:
    """Return a tree whose texts are those of a region; nothing else of it changes."""
    lines = list(_lines(tree_blocks(tree), None))
    before = ["".join(one.text for one in line) for line in lines]
    after = regional.lines(before)
    said: dict[int, str] = {}
    for line, old, new in zip(lines, before, after, strict=True):
        said.update(_shared_out(line, new, regional.places(old, new)))
    blocks = over_matching(tree_blocks(tree), said.keys(), lambda one: string(said[id(one)]))
    return over_elements(lambda one: _described(one, regional))(with_blocks(tree, blocks))


def _stays(element: Element) -> bool:
    attributes = attributes_of(element)
    language = attributes.get("lang")
    is_foreign = language and language not in {"zh", "zh-Hans", "zh-CN", "zh-Hans-CN"}
    return bool(is_foreign) or not {KEEP, "uri", "email"}.isdisjoint(attributes.classes)


def _lines(node: Any, line: list[_Piece] | None) -> Iterator[list[_Piece]]:
    """Yield the lines of text below a node, adding what belongs to `line` to that."""
    if isinstance(node, list):
        if line is None and any(isinstance(one, dict) and is_inline(one) for one in node):
            line = []
            yield line
        for child in node:
            yield from _lines(child, line)
    elif isinstance(node, dict):
        yield from _lines_of(node, line)  # type: ignore[arg-type]


def _lines_of(element: Element, line: list[_Piece] | None) -> Iterator[list[_Piece]]:
    kind = kind_of(element)
    if _stays(element):
        _add(line, OPAQUE)
    elif kind == "Str":
        _add(line, text_of(element), element)
    elif kind in {"Space", "SoftBreak", "LineBreak"}:
        _add(line, " ")
    elif kind in {"Code", "Math", "RawInline"}:
        _add(line, OPAQUE)
    elif kind == "Cite":
        _add(line, OPAQUE)
        for citation in citations_of(element):
            yield from _lines(citation.prefix, None)
            yield from _lines(citation.suffix, None)
    elif kind == "Image":
        yield from _lines(inlines_of(element), None)
    elif kind == "Note":
        yield from _lines(element["c"], None)
    elif "c" in element and kind not in {"CodeBlock", "RawBlock"}:
        yield from _lines(element["c"], line)


def _add(line: list[_Piece] | None, text: str, element: Element | None = None) -> None:
    if line is not None:
        line.append(_Piece(text, element))


def _shared_out(
    line: Sequence[_Piece], new: str, places: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Yield the strings of a line by their `id`, each with its part of the new text."""
    start = begun = 0
    for piece in line:
        end = start + len(piece.text)
        ended = begun
        while ended < len(new) and places[ended] < end:
            ended += 1
        if piece.element is not None and new[begun:ended] != piece.text:
            yield id(piece.element), new[begun:ended]
        start, begun = end, ended


def _described(element: Element, regional: Regional) -> Element:
    """Return an element whose alternative text and title, which a reader is told, are converted."""
    if kind_of(element) not in {"Image", "Link"}:
        return element
    target, attributes = target_of(element), attributes_of(element)
    if target.title:
        element = with_target(element, Target(target.address, regional.text(target.title)))
    if alt := attributes.get("alt"):
        element = with_attributes(element, attributes.having("alt", regional.text(alt)))
    return element


# --- what an editor of the region should read


@dataclass(frozen=True, order=True)
class Doubt:
    """A word of the manuscript of which two ways of converting make two things.

    `start` and `end` are where it stands in its text; `standard` is it with its characters
    converted, and `phrase` as the region says it.
    """

    start: int
    end: int
    word: str
    standard: str
    phrase: str


def doubts(text: str, regional: Regional) -> Iterator[Doubt]:
    """Yield where converting by characters and by words disagree, decided words passed over."""
    text = regional.without_decided(text)
    end = 0
    for start, last in _differing(text, regional):
        if last <= end:
            continue
        first, end = _word_round(text, max(start, end), last, regional)
        first, end = _trimmed(text, first, end, regional)
        word = text[first:end]
        yield Doubt(first, end, word, regional.standard(word), regional.convert(word))


def _differing(text: str, regional: Regional) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text of which two conversions differ."""
    standard, phrase = regional.standard(text), regional.convert(text)
    if standard == phrase:
        return
    one = _by_place(standard, regional.places(text, standard), len(text))
    other = _by_place(phrase, regional.places(text, phrase), len(text))
    differing = [before != after for before, after in zip(one, other, strict=True)]
    place = 0
    for differs, run in groupby(differing):
        length = len(list(run))
        if differs:
            yield place, place + length
        place += length


def _by_place(converted: str, places: Sequence[int], length: int) -> list[str]:
    found = [""] * length
    for character, place in zip(converted, places, strict=False):
        found[place] += character
    return found


_LONGEST_WORD = 6


def _word_round(text: str, start: int, end: int, regional: Regional) -> tuple[int, int]:
    """Return the shortest stretch round a place of which both conversions differ by itself, too."""
    whole = regional.convert(text[max(0, start - _LONGEST_WORD) : end + _LONGEST_WORD])
    for longer in range(_LONGEST_WORD + 1):
        for before in range(min(longer, start) + 1):
            first, last = start - before, min(len(text), end + longer - before)
            word = text[first:last]
            said = regional.convert(word)
            if said != regional.standard(word) and said in whole:
                return first, last
    return start, end


def _trimmed(text: str, start: int, end: int, regional: Regional) -> tuple[int, int]:
    """Return a stretch without the characters at its ends that take no part in its word."""
    while end - start > 1 and _is_apart(text[start], text[start + 1 : end], regional):
        start += 1
    while end - start > 1 and _is_apart(
        text[end - 1], text[start : end - 1], regional, before=True
    ):
        end -= 1
    return start, end


def _is_apart(one: str, rest: str, regional: Regional, *, before: bool = False) -> bool:
    """Tell whether a character stands beside the rest of a word as it stands alone."""
    said = regional.convert(rest)
    if regional.convert(one) != regional.standard(one) or said == regional.standard(rest):
        return False
    alone = [regional.convert(one), said]
    return "".join(alone[::-1] if before else alone) == regional.convert(
        rest + one if before else one + rest
    )
