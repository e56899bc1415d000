"""The very lines of a source in which a number stands, as a picture cut from its PDF's page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.ledger import Ledger, Number
from chapterkit.numbers.verify.check import make_searcher
from chapterkit.numbers.verify.pdf import Clipping, Place, pdf_clippings
from chapterkit.numbers.verify.search import Searcher
from chapterkit.numbers.verify.texts import MAX_FILE, SourceText, read_source

_SHOWN = frozenset({"verified", "elsewhere"})


@dataclass(frozen=True)
class Cutter:
    """Cuts the lines in which numbers stand out of one source's PDF."""

    folder: Path
    searcher: Searcher

    @property
    def source(self) -> SourceText:
        """The source's text."""
        return self.searcher.source

    def cut(self, numbers: Iterable[Number]) -> Mapping[str, Clipping]:
        """Return the lines of these numbers, by id, as far as they are in the source's text.

        Raises ChapterkitError if the PDF is another by now, or cannot be drawn.
        """
        found = {one.id: place for one in numbers if (place := self._place(one))}
        data = Disk(self.folder, "原文").read(self.source.name, MAX_FILE)
        cut = pdf_clippings(data, self.source.name, [place for place, _ in found.values()])
        return {
            id: replace(one, why=why)
            for (id, (_, why)), one in zip(found.items(), cut, strict=True)
            if one
        }

    def _place(self, number: Number) -> tuple[Place, str] | None:
        """Return where a number stands, and why that may be another one, if it may."""
        if number.model.derived is not None and number.model.printed is None:
            return None
        result = self.searcher.find(number)
        if result.hit is None or result.status not in _SHOWN:
            return None
        start, end = result.hit
        page = self.source.page(start)
        if page is None:
            return None
        begin = self.source.pages[page - 1]
        place = Place(page, self.source.raw(start) - begin, self.source.raw(end - 1) + 1 - begin)
        return place, "" if result.status == "verified" else result.why


def cutter_of(folder: Path, key: str, ledger: Ledger) -> Cutter | None:
    """Return what cuts lines out of source `key`; None if its PDF is not what is read of it."""
    if not has_pdf(folder, key):
        return None
    try:
        source = read_source(folder, key)
    except ChapterkitError:
        return None
    if source is None or not source.name.endswith(".pdf"):
        return None
    return Cutter(folder, make_searcher(source, ledger))


def has_pdf(folder: Path, key: str) -> bool:
    """Tell whether the PDF of source `key` is at hand."""
    return bool(key) and Path(key).name == key and (folder / f"{key}.pdf").is_file()
