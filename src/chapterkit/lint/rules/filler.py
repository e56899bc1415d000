"""Empty phrases stand close together: 至关重要, 值得注意的是, 随着……的不断发展, 赋能.

Why: one 至关重要 is style, six are a tell. Such phrases claim weight without saying how much;
text made by machines is full of them, and a reader who has noticed stops reading. They are
counted by rate, not by presence: a stretch of text is a problem where at least `minimum` of them
stand at `per_thousand` or more to a thousand characters. The list lies in data/lint/filler.txt,
a book adds its own in terms.yaml (`filler:`, … for a few characters, or a word between slashes that
stands for several: /(打造|构建).{1,4}生态/).

One problem for each such stretch, where it is densest; the hint tells the phrases and how often
each occurs. Quotations do not count. A text of one paragraph has no room for as many: there half
of `minimum` will do, if they stand ten times as close.

Options: `per_thousand` (default 2), `minimum` (default 6), `leave_out`, phrases that do not count.

Bad:

    随着人工智能的快速发展，大模型至关重要，发挥着不可或缺的作用。值得注意的是，它赋能百业，前景广阔。

Good:

    大模型至关重要。它读完几万亿字，才学会把一句话接下去；接得通顺，不等于接得对。
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from chapterkit.lint.citing import is_quoted
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.script import characters_of
from chapterkit.lint.words import any_of, wildcard_pattern, word_list
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.wildcards import is_wildcard
from chapterkit.patterns import Late
from chapterkit.text.document import Document

GROUP = "terms"
SEVERITY = "warning"
NEEDS = frozenset({"chinese"})


@dataclass(frozen=True)
class Options:
    """How many phrases to a thousand characters, and how many together, are too many."""

    per_thousand: float = 2.0
    minimum: int = 6
    leave_out: tuple[str, ...] = ()


# How many characters … may stand for, and what it may not.
_GAP = 14
_STOP = Late("[，。；：！？、\n]")
_NAMED_AT_MOST = 8
_CLOSER = 10


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each stretch in which filler is too dense, at its densest place."""
    own = book.terms.model.filler if book.terms else ()
    phrases = dict.fromkeys((*word_list("filler"), *own))
    wanted = [one for one in phrases if one not in options.leave_out]
    plain = [one for one in wanted if not is_wildcard(one)]
    found = _found(document, plain)
    if len(plain) < len(wanted):
        found = _with_wildcards(document, found, filter(is_wildcard, wanted))
    if len(found) < options.minimum and _is_short(document):
        per_thousand, minimum = _CLOSER * options.per_thousand, math.ceil(options.minimum / 2)
        options = replace(options, per_thousand=per_thousand, minimum=minimum)
    if len(found) < options.minimum:
        return
    counted = [span for span in found if _counts(document, span[0])]
    for first, last in _stretches([start for start, _ in counted], options):
        yield _problem(document, counted[first : last + 1], options)


def _is_short(document: Document) -> bool:
    """Tell whether a text has one paragraph alone."""
    return sum(block.kind != "Header" for block in document.prose.blocks) == 1


Span = tuple[int, int]


def _found(document: Document, phrases: Iterable[str]) -> list[Span]:
    """Return where phrases stand, in order, the longest of those that overlap.

    A pattern of their first two characters, where the text has them at all, is soon compiled; one
    of hundreds of whole phrases takes longer to compile than to run.
    """
    text, there = document.prose.text, characters_of(document)
    heads: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        head = phrase.partition("…")[0][:2]
        if there.issuperset(head):
            heads.setdefault(head, []).append(phrase)
    if not heads:
        return []
    found: list[Span] = []
    for begun in re.finditer(any_of(heads), text):
        start = begun.start()
        ends = (_end(text, start, one) for one in heads[begun[0]])
        end = max((end for end in ends if end), default=0)
        if end and (not found or start >= found[-1][1]):
            found.append((start, end))
    return found


def _with_wildcards(document: Document, found: Iterable[Span], words: Iterable[str]) -> list[Span]:
    """Return where phrases stand, those of words that stand for several among them."""
    text = document.prose.text
    more = [one.span() for word in words for one in wildcard_pattern(word).finditer(text)]
    kept: list[Span] = []
    for start, end in sorted([*found, *more], key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _end(text: str, start: int, phrase: str) -> int:
    """Return where a phrase ends that begins at `start`; 0 if it does not stand there."""
    head, gap, tail = phrase.partition("…")
    after = start + len(head)
    if not text.startswith(head, start):
        return 0
    if not gap:
        return after
    at = text.find(tail, after + 1, after + _GAP + len(tail))
    return at + len(tail) if at >= 0 and not _STOP.search(text, after, at) else 0


def _counts(document: Document, offset: int) -> bool:
    """Tell whether a phrase is the text's own: no heading, nothing quoted."""
    block, position = document.prose.place(offset)
    quoted = "BlockQuote" in block.within or is_quoted(block.prose, position)
    return block.kind != "Header" and not quoted


def _stretches(places: list[int], options: Options) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each stretch in which the places lie too close."""
    count = max(1, options.minimum)
    width = count * 1000 / options.per_thousand if options.per_thousand > 0 else float("inf")
    first = last = -1
    for end in range(count - 1, len(places)):
        start = end - count + 1
        if places[end] - places[start] > width:
            continue
        if first >= 0 and start > last:
            yield first, last
            first = -1
        first = start if first < 0 else first
        last = end
    if first >= 0:
        yield first, last


def _problem(document: Document, spans: list[Span], options: Options) -> Problem:
    length = spans[-1][1] - spans[0][0]
    counted = Counter(document.prose.text[start:end] for start, end in spans)
    phrases = "、".join(
        phrase if times == 1 else f"{phrase} {times} 次"
        for phrase, times in counted.most_common(_NAMED_AT_MOST)
    )
    more = "等" if len(counted) > _NAMED_AT_MOST else ""
    start, end = spans[_densest([span[0] for span in spans], max(1, options.minimum))]
    block, position = document.prose.place(start)
    return problem_at(
        block,
        position,
        position + end - start,
        f"这一带的空话太密：{length} 字里有 {len(spans)} 处，"
        f"每千字 {len(spans) * 1000 / max(length, 1):.1f} 处",
        f"删去，或换成具体的事实：{phrases}{more}",
    )


def _densest(places: list[int], count: int) -> int:
    """Return the index at which the closest `count` of the places begin."""
    spans = [places[at + count - 1] - places[at] for at in range(len(places) - count + 1)]
    return spans.index(min(spans)) if spans else 0
