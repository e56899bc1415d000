"""A chapter as it is read, checked and written for some formats and editions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chapterkit.formats import AnyPrinting, ChapterPrinting, Format, all_formats
from chapterkit.lint import Problem
from chapterkit.manuscript.book import Book, once
from chapterkit.manuscript.wording import regions
from chapterkit.numbers.summary import summary_text
from chapterkit.pipeline import (
    Checked,
    Memory,
    Subject,
    checked,
    document_of,
    of_all,
    problems_of,
    variants,
)
from chapterkit.pipeline.press import keeping, printing_of
from chapterkit.printing import Progress, Written, printed
from chapterkit.text.document import Document

if TYPE_CHECKING:
    from chapterkit.pipeline.editions import InRegion

REVIEW = "review"


@dataclass(frozen=True)
class Text:
    """A chapter as it is made for some formats: what was read of it.

    `written` is what the author wrote, of which an edition may make another subject and document.
    """

    written: Subject
    subject: Subject
    document: Document


Made = Sequence[Text]
"""A chapter as it is made: once, or once for each set of formats that have their own passages."""


@dataclass(frozen=True)
class Edition:
    """Chapters of an edition as they were read, and what converts them.

    Only an edition of a region is converted.
    """

    read: Sequence[Made]
    region: InRegion | None = None

    @cached_property
    def made(self) -> Sequence[Made]:
        """The chapters as they are printed."""
        return [[self._converted(one) for one in each] for each in self.read]

    def _converted(self, text: Text) -> Text:
        if not self.region:
            return text
        subject, document = self.region.converted(text.subject, text.document)
        return replace(text, subject=subject, document=document)

    def problems(self, memory: Memory) -> Iterator[list[Problem]]:
        """Yield what is wrong with each chapter as it was written."""
        for each in self.read:
            found: list[tuple[Subject, Checked]] = [
                (one.subject, checked(one.subject, memory)) for one in each
            ]
            yield of_all(found)

    def proved(self) -> Iterator[Problem]:
        """Yield what is wrong with the edition and not with the manuscript."""
        if self.region:
            for one in chain.from_iterable(self.made):
                yield from self.region.proved(one.subject, one.document)


def edition_of(
    chapters: Sequence[Subject], formats: Sequence[str], edition: str, memory: Memory
) -> Edition:
    """Return chapters as these formats of an edition have them, and what converts them."""
    read = [[_text(one, memory) for one in variants(each, formats, [edition])] for each in chapters]
    if edition not in regions():
        return Edition(read)
    return Edition(read, _in_region(chapters[0].book, edition))


def _text(subject: Subject, memory: Memory) -> Text:
    return Text(subject, subject, document_of(subject, memory))


def _in_region(book: Book, edition: str) -> InRegion:
    """Return a book in the edition of a region, made once."""
    from chapterkit.pipeline.editions import in_region  # few books have one

    known = _regions_of(book)
    if edition not in known:
        known[edition] = in_region(book, edition)
    return known[edition]


@once
def _regions_of(_: Book) -> dict[str, InRegion]:
    """Return a place for a book in the editions of regions."""
    return {}


def texts_of(made: Made) -> dict[str, tuple[Subject, Document]]:
    """Return what each format has of a chapter."""
    return {
        name: (one.subject, one.document) for one in made for name in sorted(one.subject.formats)
    }


def printings_of(made: Made, formats: Sequence[str], memory: Memory) -> dict[str, ChapterPrinting]:
    """Return a chapter as each format has it."""
    found: dict[str, ChapterPrinting] = {}
    for one in made:
        printing = printing_of(one.subject, one.document, memory, formats)
        found |= dict.fromkeys(sorted(one.subject.formats), printing)
        if REVIEW in one.subject.formats and REVIEW in formats:
            # What makes an editor's page is loaded only for that.
            from chapterkit.reviewing.workshop import review_data

            problems = problems_of(replace(one.written, formats=frozenset()), memory)
            told = review_data(one.subject, one.document, printing, problems)
            found[REVIEW] = replace(printing, told=told)
    return found


# --- what is done with each chapter of several


@dataclass(frozen=True)
class Found:
    """What is wrong with a chapter in some editions: as it was written, and as it was converted."""

    problems: Sequence[Sequence[Problem]]
    proved: Sequence[Problem]


@dataclass(frozen=True)
class Checking:
    """Checks a chapter for some formats and editions."""

    formats: tuple[str, ...]
    editions: tuple[str, ...]

    def __call__(self, subject: Subject, memory: Memory) -> Found:
        """Return what is wrong with a chapter."""
        made = [edition_of([subject], self.formats, one, memory) for one in self.editions]
        problems = [found for each in made for found in each.problems(memory)]
        return Found(problems, [one for each in made for one in each.proved()])


@dataclass(frozen=True)
class Done:
    """What was written of a chapter in an edition, and what is said of it."""

    files: Sequence[Written]
    seconds: float
    said: str


@dataclass(frozen=True)
class Writing:
    """Writes a checked chapter in some formats and editions into its own folder below `folder`."""

    formats: tuple[str, ...]
    editions: tuple[str, ...]
    folder: Path
    risk: bool = False
    jobs: int = 1

    def __call__(self, subject: Subject, memory: Memory) -> list[Done]:
        """Write a chapter; return what was written."""
        return [self._written(subject, one, memory) for one in self.editions]

    def _written(self, subject: Subject, edition: str, memory: Memory) -> Done:
        started = time.perf_counter()
        made = edition_of([subject], self.formats, edition, memory)
        chosen = [one for name, one in all_formats().items() if name in self.formats]
        files = write(made.made[0], chosen, self.folder, self.jobs, memory)
        said = summary_text(made.read[0][0].document, subject.book)
        if self.risk and made.region:
            said += f"\n{made.region.risk(one.document for one in made.made[0])}"
        return Done(files, time.perf_counter() - started, said)


def write(
    made: Made,
    chosen: Sequence[Format[Any]],
    folder: Path,
    jobs: int,
    memory: Memory,
    progress: Progress = lambda _: None,
) -> list[Written]:
    """Write a chapter as each format that makes files of chapters has it."""
    printings = printings_of(made, [one.name for one in chosen], memory)
    wanted = served(chosen, printings)
    if not wanted:
        return []
    keep = keeping(texts_of(made), printings, memory)
    return printed(wanted, folder / wanted[0][1].name, jobs, progress, keep)


def served(
    chosen: Sequence[Format[Any]], printings: Mapping[str, AnyPrinting]
) -> list[tuple[Format[Any], AnyPrinting]]:
    """Return the formats that make files of a chapter or a book, each with what it has of it."""
    return [
        (one, printings[one.name])
        for one in chosen
        if one.name in printings and one.serves(printings[one.name].scope)
    ]
