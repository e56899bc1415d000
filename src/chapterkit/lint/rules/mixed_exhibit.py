"""A table or chart sets numbers side by side that do not measure the same, and does not say so.

Why: numbers in one row are read as arms of one comparison. If they come from different evaluations
(another source, another thing measured), or bars of a chart were measured under other conditions
than their neighbours, the difference between them is not the one that a reader sees.

What a number measures, and under which condition, is what its record says (`of:`, `when:`), and
where it comes from (`cite:`). What heads, names of rows, groups and the caption say of it is said.
The numbers of each row must be alike, or else those of each column; computed columns do not count.
Numbers of different units are not compared. Units that differ within a chart are an error of its
declaration.

Quiet: an exhibit with `unlike:`, a sentence that is printed in its note.

Bad:

    {{ table("two-games") }}

Good:

    {{ table("ood") }}
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.exhibited import IN_WORDS, Exhibit
from chapterkit.manuscript.ledger import Number
from chapterkit.patterns import Late
from chapterkit.text.document import Document
from chapterkit.text.placed import placed_in

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset({"book"})
# Along a line or a slope, conditions differ by intention.
_BARS = frozenset({"bars", "dots", "shares"})
_HINT = "分成几张；或用 unlike: 写一句它们有什么不同，会印在注里"


class _Shown(NamedTuple):
    """A number of an exhibit, its row and column, and what these do not say of it."""

    number: Number
    row: int
    column: int
    measured: frozenset[str]
    when: frozenset[str]


_Key = Callable[[_Shown], Hashable]


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its declaration, for each exhibit that mixes what is not alike."""
    for id in placed_in(document, book):
        exhibit = book.exhibits[id]
        if exhibit.kind == "flow" or exhibit.model.unlike:
            continue
        shown = list(_shown(exhibit))
        # In a single row nothing but the row itself can tell that its numbers are alike.
        alone = len({one.row for one in shown}) == 1
        measured = _unlike(shown, lambda one: (one.number.cite, one.measured), alone=alone)
        if measured:
            yield _problem(exhibit, measured, "不是同一种测评", "of")
        elif getattr(exhibit.model, "kind", "") in _BARS:
            when = _unlike(shown, lambda one: (_record(one.number), one.when))
            if when:
                yield _problem(exhibit, when, "条件不同", "measured")


def _shown(exhibit: Exhibit) -> Iterator[_Shown]:
    for place, row in enumerate(exhibit.rows):
        for column, cell in enumerate(row.cells):
            if (number := cell.number) and not cell.derived:
                head = exhibit.columns[column]
                said = f"{row.name} {row.group} {head.name} {head.group} {exhibit.model.caption}"
                measured, when = _beyond(said, number.of), _beyond(said, number.when or "")
                yield _Shown(number, place, column, measured, when)


_WORDS = Late(r"[A-Za-z0-9][A-Za-z0-9.-]*|[^\W_]")
_EMPTY = frozenset("的之在和与與")


def _beyond(said: str, text: str) -> frozenset[str]:
    """Return the words and Han characters of a text that are not among those of what is said."""
    own, others = (set(_WORDS.findall(one.lower())) for one in (text, said))
    return frozenset(own - others - _EMPTY)


def _record(number: Number) -> str:
    return number.id.rpartition(".")[0]


def _unlike(
    shown: Sequence[_Shown], key: _Key, *, alone: bool = False
) -> tuple[_Shown, _Shown] | None:
    """Return two numbers of a row that differ, where those of columns do not agree either."""
    in_rows = _differing(shown, key, lambda one: one.row)
    in_columns = alone or _differing(shown, key, lambda one: one.column)
    return in_rows if in_columns else None


def _differing(
    shown: Iterable[_Shown], key: _Key, line: Callable[[_Shown], int]
) -> tuple[_Shown, _Shown] | None:
    """Return two numbers of one unit that stand in one line and are not alike."""
    first: dict[tuple[int, str], _Shown] = {}
    for one in shown:
        other = first.setdefault((line(one), one.number.unit), one)
        if key(one) != key(other):
            return other, one
    return None


def _problem(exhibit: Exhibit, two: tuple[_Shown, _Shown], how: str, told: str) -> Problem:
    row = exhibit.rows[two[0].row]
    first, other = (f"{one.number.id}（{getattr(one.number, told)}）" for one in two)
    what = IN_WORDS[exhibit.kind]
    message = f"{what} {exhibit.id} 的“{row.name}”里，{first}与 {other}{how}，却没有说明"
    return Problem(row.origin, message, _HINT)
