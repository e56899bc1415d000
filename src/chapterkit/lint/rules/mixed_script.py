"""Traditional characters stand in a Simplified text, or Simplified ones in a Traditional text.

Why: text pasted from another source keeps the source's script, and a reader takes the odd
character for a misprint. The table of general standard Chinese characters (2013) has one form of
each; which characters belong to which script is told by OpenCC's tables. A character that is
right in both scripts (后, 里, 干, 乾隆的乾) is left alone; of some, words are known in which it
cannot be right (乾净, 特徵, 看著; in Traditional text 之后, 准備 and the like).

The text's script is the book's language; of a file outside of a book, whichever prevails.
Quoted titles, names and words wholly in the other script are left alone, so are quotations of
ten characters and more, block quotes, entries of a reference list, Japanese beside kana, a
name's original form in parentheses, a title in an English sentence, a span that is marked
`[…]{lang=zh-Hant}` or `[…]{.keep}`, and characters that the sentence talks about (“发”的繁体是
“發”). Speech is not: “後來呢？” is a problem.

In the edition of a region (`chapterkit build --edition zh-Hant-TW`) it tells of characters that
were not converted, or converted wrongly where one stands for several (发、后、干、里、面、只、
了、复); what is right there is said under `conversions:` in `book/terms.yaml`.

Bad:

    这種方法后来被許多人采用。

Bad:

    他們后来又回来了，問題還是沒有解決。

Good:

    他读过《紅樓夢》，也知道“發”和“髮”都简化为“发”。

Good:

    他們後來又回到公里數不明的路口。
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from chapterkit.han import COMMON_HAN
from chapterkit.lint.damage import find_damage
from chapterkit.lint.problem import Problem, problem_at, replacement
from chapterkit.lint.script import Script, characters_of, counterparts, only_in, script_of
from chapterkit.lint.words import word_lists, word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document, Hit, Inline, Prose
from chapterkit.text.tree import Element, attributes_of, is_kept, kind_of

GROUP = "language"
SEVERITY = "error"
NEEDS = frozenset({"chinese"})

_OTHER: dict[Script, Script] = {"zh-Hans": "zh-Hant", "zh-Hant": "zh-Hans"}
_CONVERTED = "converted"
_NAMES = {"zh-Hans": "简体", "zh-Hant": "繁体"}

# Characters between two runs that still make one problem, if they tell nothing themselves.
_GAP = Late(f"[{COMMON_HAN}]{{0,3}}")
_HAN = Late(f"[{COMMON_HAN}]")
_PAIRS = {
    "《": "》", "〈": "〉", "“": "”", "‘": "’", "「": "」", "『": "』", '"': '"',
    "（": "）", "(": ")",
}  # fmt: skip
_PARENTHESES = "（("
_TITLES = "《〈"
_SPEECH_ENDS = Late(r"[。！？…!?]$")
_TALK_OF_CHARACTERS = Late(word_patterns("talk")["scripts"])
_CALLED_BEFORE = Late(r"[写寫印亦又俗本古通][作成為为]$")
_CALLED_AFTER = Late(r"字[的是与和與、，]|[一也常多]?[写寫印亦又俗][作成]")
_EAST_ASIAN = Late(r"[\u3041-\u3096\u30a1-\u30fa\uac00-\ud7a3]")
_YEAR = re.compile(r"[12]\d{3}")
_REFERENCE = Late(r"\[[A-Z]{1,2}(?:/OL)?\]|出版社|出版公司|[书書]局|[书書][馆館店]")
_NAMED = Late(r"公司|大[學学]|[學学][院會会]|出版社|基金[會会]|研究[院所]")
_LATIN = re.compile("[A-Za-z]")
_AUTHOR = Late(f"[{COMMON_HAN}]{{0,3}}([：:，,]?)")


Slips = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class _Scripts:
    """Which characters of the document tell of which script, and which words slip in."""

    foreign: frozenset[str]
    own: frozenset[str]
    name: str
    other: Script
    slips: Slips
    converted: bool

    def is_wholly_foreign(self, text: str) -> bool:
        return self.own.isdisjoint(text)

    def is_foreign(self, text: str) -> bool:
        return not self.foreign.isdisjoint(text)


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each run of characters of the other script."""
    script = script_of(document, book)
    present = characters_of(document)
    other = _OTHER[script]
    foreign = present & only_in(other)
    known = _slips_converted(script) if document.source else _slips(script)
    slips = present & known.keys()
    if not foreign and not slips:
        return
    scripts = _Scripts(
        foreign, present & only_in(script), _NAMES[script], other, known, bool(document.source)
    )
    runs = _undamaged(document.prose, _pattern(foreign, slips, known), present)
    for _, hits in groupby(runs, key=lambda hit: id(hit.block)):
        yield from _in_block(list(hits), scripts, script)


def _undamaged(prose: Prose, pattern: re.Pattern[str], present: frozenset[str]) -> Iterator[Hit]:
    """Yield where the pattern matches outside of damaged text, which is of no script."""
    damages = iter(find_damage(prose.text, present))
    damage = next(damages, None)
    for hit in prose.finditer(pattern):
        place = hit.match.start()
        while damage and damage.end <= place:
            damage = next(damages, None)
        if not (damage and damage.start <= place):
            yield hit


def _pattern(foreign: frozenset[str], slips: frozenset[str], known: Slips) -> re.Pattern[str]:
    parts = [known[one][1] for one in sorted(slips)]
    if foreign:
        parts.insert(0, f"[{''.join(sorted(foreign))}]+")
    return re.compile("|".join(parts))


@cache
def _slips(name: str) -> dict[str, tuple[str, str]]:
    """Return what should stand for each character that both scripts have, and where, as a pattern.

    `name` is a script, or says that the text was converted to Traditional characters.

    >>> _slips("zh-Hant")["系"]
    ('係', '系(?<=關系)')
    """
    found: dict[str, tuple[str, str]] = {}
    for entry in word_lists("mixed-script")[name]:
        first, _, last = entry.partition("→")
        wrong, right = first[-1], last[0]
        before = _looking("<", first) if len(first) > 1 else ""
        after = _looking("", last[1:]) if len(last) > 1 else ""
        others = f"{found[wrong][1]}|" if wrong in found else ""
        found[wrong] = right, f"{others}{wrong}{before}{after}"
    return found


@cache
def _slips_converted(script: Script) -> Slips:
    """Return the same for a text that was converted, in which more can be wrong."""
    own, more = _slips(script), _slips(_CONVERTED)
    both = {
        one: (right, f"{own[one][1]}|{found}") for one, (right, found) in more.items() if one in own
    }
    return own | more | both


def _looking(back: str, words: str) -> str:
    """Return a pattern that looks for the words of a list before or behind a place."""
    sign = "!" if words.startswith("(!") else "="
    return f"(?{back}{sign}{words.replace('!', '').replace('(', '[').replace(')', ']')})"


def _in_block(hits: list[Hit], scripts: _Scripts, script: Script) -> Iterator[Problem]:
    block = hits[0].block
    wholly = scripts.is_wholly_foreign(block.text) and scripts.is_foreign(block.text)
    if wholly:
        han = len(_HAN.findall(block.text))
        if _is_quotation(block, han):
            return
        if len(hits) >= 8 and han >= 20:
            start, end = hits[0].start, hits[-1].end
            yield problem_at(
                block,
                start,
                end,
                f"{scripts.name}文中整段是{_NAMES[scripts.other]}字",
                "是引文就放进引文块，不是就整段改写",
            )
            return
    around = _Surroundings(block, scripts)
    for start, end in _merged(hits, scripts):
        if not around.excuse(start, end):
            yield _problem(block, start, end, script, scripts)


def _is_quotation(block: Block, han: int) -> bool:
    """Tell whether a block wholly in the other script is a quotation or a reference."""
    if {"BlockQuote", "LineBlock"} & set(block.within) and han >= 10:
        return True
    return bool(_REFERENCE.search(block.text) and _YEAR.search(block.text))


def _merged(hits: Iterable[Hit], scripts: _Scripts) -> Iterator[tuple[int, int]]:
    """Yield where runs stand, those taken together that are divided by what tells nothing."""
    start = end = -1
    for hit in hits:
        text = hit.block.text
        if start >= 0 and hit.start - end <= 3:
            between = text[end : hit.start]
            if _GAP.fullmatch(between) and scripts.is_wholly_foreign(between):
                end = hit.end
                continue
        if start >= 0:
            yield start, end
        start, end = hit.start, hit.end
    yield start, end


def _problem(block: Block, start: int, end: int, script: Script, scripts: _Scripts) -> Problem:
    wrong, slips = block.prose[start:end], scripts.slips
    options = counterparts(_OTHER[script])
    choices = [options.get(one) or (slips[one][0] if one in slips else one) for one in wrong]
    right = "".join(choice[0] for choice in choices)
    sure = all(len(choice) == 1 for choice in choices)
    if sure:
        hint = f"改为“{_short(right)}”"
        if scripts.converted:
            hint = _decision(block, start, end, right, slips) or hint
    else:
        unsure = {
            one: choice for one, choice in zip(wrong, choices, strict=True) if len(choice) > 1
        }
        hint = "；".join(
            f"“{one}”按意思改为“{'”或“'.join(choice)}”" for one, choice in unsure.items()
        )
    name, other = _NAMES[script], _NAMES[_OTHER[script]]
    return problem_at(
        block,
        start,
        end,
        f"{name}文中夹了{other}字“{_short(wrong)}”",
        hint,
        edits=replacement(block, start, end, right) if sure else (),
    )


# What stands round a place of which the conversion is decided, the likeliest to be a word first.
_ROUND = ((0, 1), (1, 1), (0, 2), (1, 2), (2, 1), (2, 2), (1, 0), (2, 0))


def _decision(block: Block, start: int, end: int, right: str, slips: Slips) -> str:
    """Return a word of the manuscript and what it becomes, 头发→頭髮; empty if that is not sure.

    The word holds what the place was found wrong by.
    """
    pattern = slips[block.text[start]][1] if block.text[start] in slips else ""
    for before, behind in _ROUND:
        first, after = start - before, end + behind
        word = block.text[max(0, first) : after]
        if first < 0 or len(word) < after - first:
            continue
        typed = block.rendered.text[block.offsets[first] : block.offsets[after - 1] + 1]
        is_word = len(typed) == len(word) and len(_HAN.findall(typed + word)) == 2 * len(word)
        found = re.finditer(pattern, word)
        if is_word and (not pattern or any(one.start() == before for one in found)):
            return f"{typed}→{word[:before]}{right}{word[before + end - start :]}"
    return ""


def _short(text: str) -> str:
    return text if len(text) <= 12 else f"{text[:10]}……"


class _Surroundings:
    """What stands round a place of a block: quotes, titles, parentheses, marked languages."""

    def __init__(self, block: Block, scripts: _Scripts) -> None:
        self.block = block
        self.text = block.prose
        self.scripts = scripts
        self.spans = {
            opening: [found.span() for found in _pair(opening).finditer(self.text)]
            for opening in _PAIRS
            if opening in self.text
        }
        self.marked = [
            (inline.start, inline.end) for inline in block.inlines if self._is_marked(inline)
        ]
        self.in_other_language = is_kept(block.element) or any(
            kind_of(one) == "Div" and (_has_language(one) or is_kept(one))
            for one in block.containers
        )
        self.judged: dict[tuple[int, int], bool] = {}

    def excuse(self, start: int, end: int) -> bool:
        """Tell whether text[start:end] may be in the other script."""
        return (
            self.in_other_language
            or _around(self.marked, start, end) is not None
            or _EAST_ASIAN.search(self.text, max(0, start - 12), end + 12) is not None
            or self._is_quoted(start, end)
            or self._is_in_latin(start, end)
            or self._is_talked_of(start, end)
        )

    def _is_quoted(self, start: int, end: int) -> bool:
        around = ((opening, _around(spans, start, end)) for opening, spans in self.spans.items())
        return any(span and self._is_other(opening, span) for opening, span in around)

    def _is_in_latin(self, start: int, end: int) -> bool:
        first = max(0, start - 20)
        han = len(_HAN.findall(self.text[first : end + 20]))
        return han == end - start < 20 and _LATIN.search(self.text, first, start) is not None

    def _is_talked_of(self, start: int, end: int) -> bool:
        """Tell whether the sentence is about characters, or about a work of that name."""
        if _CALLED_AFTER.match(self.text, end) or _CALLED_BEFORE.search(
            self.text[max(0, start - 2) : start]
        ):
            return True
        first, after = self.block.sentence(start)
        first, after = max(first, start - 200), min(after, end + 200)
        if end - start <= 4 and _TALK_OF_CHARACTERS.search(self.text, first, after):
            return True
        return any(
            self._is_cited(start, end, title, after)
            for opening in _TITLES
            for title in self._titles(opening, first, after)
        )

    def _is_marked(self, inline: Inline) -> bool:
        if inline.kind == "Link":
            return self.scripts.is_wholly_foreign(self.text[inline.start : inline.end])
        return is_kept(inline.element) or (inline.kind == "Span" and _has_language(inline.element))

    def _is_other(self, opening: str, span: tuple[int, int]) -> bool:
        """Tell whether what stands in quotes, say, is a title, a name or a quotation."""
        if span not in self.judged:
            inner = self.text[span[0] + 1 : span[1] - 1]
            self.judged[span] = self.scripts.is_wholly_foreign(inner) and (
                opening in _TITLES
                or (opening in _PARENTHESES and self._glosses(inner, span[0]))
                or (opening not in _PARENTHESES and _is_no_speech(inner))
                or self._is_from_work(span[0])
            )
        return self.judged[span]

    def _is_from_work(self, at: int) -> bool:
        """Tell whether what is quoted comes from the work named before it: 《說文》：“……”."""
        return re.search(r"》[云曰载載作：:]{1,3}$", self.text[max(0, at - 4) : at]) is not None

    def _glosses(self, inner: str, at: int) -> bool:
        """Tell whether parentheses give the original form of what stands before, or a source."""
        before = self.text[max(0, at - len(inner)) : at]
        if _YEAR.search(inner) or _NAMED.search(inner) or re.search(r"[A-Za-z》]$", before):
            return True
        options = counterparts(self.scripts.other)
        same = sum(
            options.get(one, one)[0] == other
            for one, other in zip(inner, before.rjust(len(inner)), strict=True)
        )
        return same >= 2 and same >= len(inner) - 1

    def _titles(self, opening: str, first: int, after: int) -> Iterator[tuple[int, int]]:
        """Yield the titles between two places that are wholly in the other script."""
        spans = self.spans.get(opening, [])
        for span in spans[bisect_left(spans, (first, 0)) : bisect_left(spans, (after, 0))]:
            inner = self.text[span[0] : span[1]]
            if self.scripts.is_foreign(inner) and self.scripts.is_wholly_foreign(inner):
                yield span

    def _is_cited(self, start: int, end: int, title: tuple[int, int], after: int) -> bool:
        """Tell whether a run is the author or publisher of a work whose title is foreign."""
        dated = _YEAR.search(self.text, title[1], after) is not None
        if title[1] <= start:
            return dated
        if title[0] - start > 6:
            return False
        found = _AUTHOR.fullmatch(self.text, end, title[0])
        return bool(found and (dated or found[1]))


def _around(spans: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    index = bisect_right(spans, (start, end)) - 1
    found = index >= 0 and spans[index][0] <= start and end <= spans[index][1]
    return spans[index] if found else None


def _is_no_speech(inner: str) -> bool:
    return not _SPEECH_ENDS.search(inner) or len(_HAN.findall(inner)) >= 10


@cache
def _pair(opening: str) -> re.Pattern[str]:
    closing = _PAIRS[opening]
    return re.compile(f"{re.escape(opening)}[^{opening}{closing}\n]*{re.escape(closing)}")


def _has_language(element: Element) -> bool:
    return any(key == "lang" for key, _ in attributes_of(element).pairs)
