"""A record uses a unit that the tool does not know, so that it is compared only as written.

Why: of a known unit the tool knows the spellings (ms, 毫秒), what it measures and how it converts.
An unknown one backs only numbers in the text that are spelt just so; a slip of the pen in it would
otherwise go unseen. Compounds of known units (次/分, mg/(kg·d), 例/10 万人) are known.

`units:` in book.yaml declares the book's own, with other spellings (`same`), whether it counts
(`counts: true`) and what one of it is (`is: 500 米`).

Bad:

    numbers:
      depth: {value: 12, unit: 拃, of: 井深, cite: demo2025}

Good:

    numbers:
      depth: {value: 12, unit: 米, of: 井深, cite: demo2025}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from chapterkit.han import COMMON_HAN
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import Number
from chapterkit.patterns import Late
from chapterkit.text.document import Document

GROUP = "numbers"
_HAN = Late(f"[{COMMON_HAN}]")
_HAN_ENOUGH = 0.5  # one character of two
_LATIN_ENOUGH = 0.8
SEVERITY = "warning"
NEEDS = frozenset({"ledger"})
OF_BOOK = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its record's line, for each number whose unit nobody declares."""
    used = {
        number.id: [number.unit, *(name for name, _ in number.units.meaning(number.unit).parts)]
        for number in book.ledger.values()
        if number.units.known(number.unit)
    }
    for number in book.ledger.values():
        if number.id in used:
            continue
        own = next(
            (
                name
                for name, _ in number.units.meaning(number.unit).parts
                if not _known(name, number)
            ),
            number.unit,
        )
        near = _meant(own, number, used)
        meant = f"若是 {near}，就写 {near}；" if near else ""
        message = f"{number.id} 的单位“{number.unit}”工具不认识，只按写法比较"
        hint = f"{meant}若是本书自己的单位，在 book.yaml 里写 units: {{{own}: {{}}}}"
        yield Problem(number.origin, message, hint)


def _meant(own: str, number: Number, used: Mapping[str, Sequence[str]]) -> str:
    """Return the unit that a misspelt one must be: one of its record, its book, or the only one."""
    record = number.id.rpartition(".")[0]
    beside = [name for id, names in used.items() if id.startswith(f"{record}.") for name in names]
    declared = [spelling for one in number.units.declared for spelling in (one.name, *one.same)]
    in_book = [*declared, *(name for names in used.values() for name in names)]
    for known in (beside, in_book):
        if close := _close(own, known):
            return close[0]
    close = _close(own, number.units.table)
    alike = [one for one in close if _likeness(own, one) == _likeness(own, close[0])]
    return alike[0] if len(alike) == 1 else ""


def _close(own: str, known: Iterable[str]) -> list[str]:
    """Return the known units that one slip makes of another, the most like it first."""
    enough = _HAN_ENOUGH if _HAN.search(own) else _LATIN_ENOUGH
    found = [one for one in dict.fromkeys(known) if _likeness(own, one) >= enough]
    return sorted(found, key=lambda one: -_likeness(own, one))


def _likeness(own: str, other: str) -> float:
    return SequenceMatcher(None, own, other, autojunk=False).ratio()


def _known(name: str, number: Number) -> bool:
    return name in number.units.table
