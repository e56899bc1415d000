"""A typed number says something else than the record of the very thing it speaks of.

Why: in a manuscript typed by hand, a figure that was right once is copied, rounded, swapped with
its neighbour. Where the paragraph cites the source and its words are those of a recorded number,
another value is no new number but the old one gone wrong. In a book, where numbers come in by
name, unsourced-number says it all, and this rule is silent.

Options: `alike`, the share of a number's describing words that must stand near the typed one
(default 0.5).

Bad:

    强化学习之后，成功率为 51.0%[@demo2025]。

Good:

    强化学习之后，成功率为 15.0%[@demo2025]。

Good:

    训练占用的显存是 51.0%[@demo2025]。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chapterkit.han import COMMON_HAN
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import Number
from chapterkit.numbers.accounting import Accounted, accounts
from chapterkit.numbers.matching import backs, same_but_for_words, same_unit
from chapterkit.text.document import Document

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset({"ledger"})


@dataclass(frozen=True)
class Options:
    """How much of a number's description must stand near."""

    alike: float = 0.5


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each typed quantity that contradicts a number its words describe."""
    if book.chapters:
        return
    everything = accounts(document, book.ledger)
    said = {(id(one.block), one.number.id) for one in everything if one.number}
    for one in everything:
        if one.claim is None or one.status not in {"unsourced", "matched"}:
            continue
        cited = set(one.block.citations())
        asked = book.ledger.citing(cited)
        own = {number.id: number for number in asked if backs(number, one.claim)}
        if one.status == "unsourced" and same_but_for_words(one.claim, asked):
            continue  # 超过 3.4% of a recorded 3.4%: the digits are right, unsourced-number tells
        rivals = [
            number
            for number in asked
            if number.id not in own and same_unit(number, one.claim.quantity)
        ]
        if one.status == "unsourced":
            rivals = [number for number in rivals if (id(one.block), number.id) not in said]
            number = _described_by(one, rivals, one.block.sentence(one.start), options.alike)
        else:
            number = _swapped(one, own.values(), rivals)
        if number:
            message = f"“{one.text}”与记录不符：{number.measured}是 {number.text}"
            hint = f"改为 {number.text}；若说的是另一个数，先记录它（现在对照的是 {number.id}）"
            yield problem_at(one.block, one.start, one.start + len(one.text), message, hint)


def _described_by(
    one: Accounted, numbers: Iterable[Number], span: tuple[int, int], least: float
) -> Number | None:
    """Return the number that the words of a span of the block describe best, if well enough.

    Of two that do equally well, the clause of the quantity decides.
    """
    clause = _clause(one)
    scored = [
        (alikeness(one, number, span), alikeness(one, number, clause), number.id, number)
        for number in numbers
    ]
    score, _, _, number = max(scored, default=(0.0, 0.0, "", None))
    return number if score >= least else None


def _swapped(one: Accounted, own: Iterable[Number], rivals: Iterable[Number]) -> Number | None:
    """Return the number that the clause is plainly about, where the value is another's.

    高剂量组的应答率为 47.3%: the value is recorded, but for 低剂量组.
    """
    clause = _clause(one)
    known = max((alikeness(one, number, clause) for number in own), default=0.0)
    return _described_by(one, rivals, clause, max(_PLAIN, known + _CLEARLY))


# How well a clause must describe another number, and how much better than the one it has.
_PLAIN, _CLEARLY = 0.6, 0.15
_CLAUSE_END = re.compile(r"[，。；！？,;（）()\n]")


def _clause(one: Accounted) -> tuple[int, int]:
    text, end = one.block.text, one.start + len(one.text)
    first = max(0, one.start - _REACH)
    before = [found.end() for found in _CLAUSE_END.finditer(text, first, one.start)]
    after = _CLAUSE_END.search(text, end, end + _REACH)
    return (before[-1] if before else first), (after.start() if after else end + _REACH)


_REACH = 200  # farther than any clause reaches


def alikeness(one: Accounted, number: Number, span: tuple[int, int]) -> float:
    """Return the share of the number's describing words that stand in a span of the block."""
    near = words(one.block.text[span[0] : span[1]])
    described = words(f"{number.of} {number.when or ''}")
    return len(described & near) / len(described) if described else 0.0


def words(text: str) -> set[str]:
    """Return Latin words in lower case and pairs of neighbouring Han characters.

    >>> sorted(words("GP-L 成功率"))
    ['gp-l', '功率', '成功']
    """
    latin = {word.lower() for word in re.findall(r"[A-Za-z][A-Za-z0-9.-]*", text)}
    runs = re.findall(f"[{COMMON_HAN}]+", text)
    return latin | {run[i : i + 2] for run in runs for i in range(len(run) - 1)}
