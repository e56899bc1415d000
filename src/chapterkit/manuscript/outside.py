"""What may go with a Markdown file outside a book: numbers, sources, terms, house style."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chapterkit.manuscript.book import Book
from chapterkit.manuscript.config import Config, parse_outside_config
from chapterkit.manuscript.folder import read_text
from chapterkit.manuscript.ledger import Ledger, numbers_of
from chapterkit.quantities import Units

if TYPE_CHECKING:
    from chapterkit.manuscript.bibliography import Source
    from chapterkit.manuscript.terms import Terms


@dataclass(frozen=True)
class Outside:
    """The files that are given to the check of one outside a book: all of them, or none."""

    ledger: Path | None = None
    bibliography: Path | None = None
    terms: Path | None = None
    config: Path | None = None

    @property
    def given(self) -> frozenset[str]:
        """Return which of them there are, as rules name what they need."""
        files = {"ledger": self.ledger, "bibliography": self.bibliography, "terms": self.terms}
        return frozenset(name for name, file in files.items() if file)

    def book(self) -> Book:
        """Return a book that holds nothing but these.

        Raises ChapterkitError at the line of what is wrong in them.
        """
        digests: dict[str, str] = {}

        def named(path: Path) -> tuple[str, str]:
            text, name = read_text(path, str(path)), str(path)
            digests[name] = hashlib.sha256(text.encode()).hexdigest()
            return text, name

        config = parse_outside_config(*named(self.config)) if self.config else Config.partly()
        units = config.unit_table
        return Book(
            config=config,
            records={},
            ledger=_ledger(*named(self.ledger), units) if self.ledger else Ledger({}, units),
            bibliography=_bibliography(*named(self.bibliography)) if self.bibliography else {},
            templates={},
            chapters=(),
            terms=_terms(*named(self.terms)) if self.terms else None,
            digests=digests,
        )


# What reads each of them is loaded where there is one.


def _ledger(text: str, path: str, units: Units) -> Ledger:
    from chapterkit.manuscript.records import read_ledger_file

    entries = read_ledger_file(text, path)
    models = {name: model for name, (model, _) in entries.items()}
    origins = {name: origin for name, (_, origin) in entries.items()}
    return Ledger(numbers_of("", models, origins, units=units), units)


def _bibliography(text: str, path: str) -> Mapping[str, Source]:
    from chapterkit.manuscript.bibliography import parse_bibliography

    return parse_bibliography(text, path)


def _terms(text: str, path: str) -> Terms:
    from chapterkit.manuscript.terms import parse_terms

    return parse_terms(text, path)
