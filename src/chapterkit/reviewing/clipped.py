"""Pictures of the lines in which numbers stand, for a page: one when asked for, or all at once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.lock import claim_of
from chapterkit.numbers.verify.clippings import Cutter, cutter_of, has_pdf

MOST_CHARACTERS = 2_000_000
"""How much all pictures of one file may come to."""
MOST_SECONDS = 60
_MOST_CUTTERS, _MOST_KEPT = 4, 300

Told = dict[str, Any]
Value = TypeVar("Value")


def sources_of(root: Path) -> Path | None:
    """Return where a book's sources lie unless somebody says otherwise; None if nowhere in it."""
    try:
        return Disk(root).place("sources")
    except ChapterkitError:
        return None


@dataclass
class Clippings:
    """Cuts lines out of the PDFs in a folder as they are asked for, one after another.

    What was cut is kept by what it was made from: the PDF and what the record says.
    """

    folder: Path
    cutters: OrderedDict[Any, Cutter | None] = field(default_factory=OrderedDict)
    kept: OrderedDict[Any, Told] = field(default_factory=OrderedDict)
    turn: Any = field(default_factory=threading.Lock)

    def of(self, book: Book, id: str) -> Told:
        """Return the lines of a number as JSON has them, or `why` there are none."""
        number = book.ledger.get(id)
        if number is None or not has_pdf(self.folder, number.cite):
            return {"why": "没有它的原文"}
        with self.turn:
            cutter = self._cutter(number.cite, book)
            if cutter is None:
                return {"why": "原文的 PDF 读不出来"}
            key = cutter.source.sha256, claim_of(number), number.of, number.when
            return _kept(self.kept, key, _MOST_KEPT, lambda: _cut(cutter, number))

    def _cutter(self, cite: str, book: Book) -> Cutter | None:
        try:
            about = (self.folder / f"{cite}.pdf").stat()
        except OSError:
            return None
        words = [one.model.near for one in book.ledger.values() if one.cite == cite]
        key = cite, about.st_size, about.st_mtime_ns, tuple(words)
        return _kept(
            self.cutters, key, _MOST_CUTTERS, lambda: cutter_of(self.folder, cite, book.ledger)
        )


def _kept(store: OrderedDict[Any, Value], key: Any, most: int, make: Callable[[], Value]) -> Value:
    """Return what is kept under a key, made if it is not; what was used longest ago goes."""
    if key not in store:
        store[key] = make()
    store.move_to_end(key)
    while len(store) > most:
        store.popitem(last=False)
    return store[key]


def _cut(cutter: Cutter, number: Number) -> Told:
    try:
        cut = cutter.cut([number])
    except ChapterkitError as error:
        return {"why": error.message}
    return asdict(cut[number.id]) if number.id in cut else {"why": "在原文的 PDF 里没有找到它"}


def all_clippings(book: Book, ids: Iterable[str], folder: Path) -> tuple[Mapping[str, Told], int]:
    """Return the lines of these numbers as JSON has them, and how many of them found no room.

    What takes too long, or too much room in sum, is left out.
    """
    by_source: dict[str, list[Number]] = {}
    for id in ids:
        number = book.ledger[id]
        if has_pdf(folder, number.cite):
            by_source.setdefault(number.cite, []).append(number)
    room, end, told, without = MOST_CHARACTERS, time.monotonic() + MOST_SECONDS, {}, 0
    for cite, numbers in by_source.items():
        if time.monotonic() > end:
            without += len(numbers)
            continue
        for id, one in _all_of(book, cite, numbers, folder):
            if len(one["png"]) > room:
                without += 1
                continue
            room -= len(one["png"])
            told[id] = one
    return told, without


def _all_of(
    book: Book, cite: str, numbers: list[Number], folder: Path
) -> Iterator[tuple[str, Told]]:
    cutter = cutter_of(folder, cite, book.ledger)
    if cutter is None:
        return
    try:
        cut = cutter.cut(numbers)
    except ChapterkitError:
        return
    for id, one in cut.items():
        yield id, asdict(one)
