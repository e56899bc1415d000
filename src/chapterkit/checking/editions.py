"""The chapters of an edition: read, checked, converted for a region where that asks for it, proved.

What `build` prints and `check --edition` tells of is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from chapterkit.checking.running import each_once
from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.lint import Problem
from chapterkit.manuscript.book import Book, once
from chapterkit.manuscript.folder import BOOK_FILE
from chapterkit.manuscript.wording import regions
from chapterkit.pipeline import Memory, Subject, checked, document_of, of_all, variants
from chapterkit.text.document import Document

if TYPE_CHECKING:
    from chapterkit.pipeline.editions import InRegion


def check_declared(book: Book, edition: str) -> None:
    """Raise ChapterkitError for an edition that the book has not; the empty name is none."""
    known = book.config.editions
    if edition and edition not in known:
        near = nearest(edition, known)
        listed = f"book.yaml 的 editions 里有：{'、'.join(known) or '（没有）'}"
        hint = f"最接近的是 {near}" if near else listed
        raise ChapterkitError(f"没有 {edition} 这一版", Origin(BOOK_FILE), hint)


@dataclass(frozen=True)
class Text:
    """A chapter as it is made for some formats: what was read.

    `written` is what the author wrote, of which an edition may make another subject and document.
    """

    written: Subject
    subject: Subject
    document: Document


Made = Sequence[Text]
"""A chapter as it is made: once, or once for each set of formats that have their own passages."""


def _text(subject: Subject, memory: Memory) -> Text:
    return Text(subject, subject, document_of(subject, memory))


@dataclass(frozen=True)
class Edition:
    """The chapters of an edition as they were read, and what converts them.

    Only an edition of a region is converted. `memory` is that of the steps.
    """

    read: Sequence[Made]
    memory: Memory
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

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the manuscript, as it is made for the edition."""
        for made in self.read:
            yield from self._problems(made)

    def _problems(self, made: Made) -> list[Problem]:
        return of_all([(one.written, checked(one.written, self.memory)) for one in made])

    def proved(self) -> Iterator[Problem]:
        """Yield what is wrong with the edition and not with the manuscript."""
        return chain.from_iterable(self._proofs.values())

    def of_texts(self, wanted: Sequence[Made]) -> Iterator[Problem]:
        """Yield both kinds of problems of some of its chapters, as they are printed."""
        for made in wanted:
            yield from self._problems(made)
            yield from chain.from_iterable(self._proofs[id(one)] for one in made)

    @cached_property
    def _proofs(self) -> dict[int, list[Problem]]:
        """What converting has done to each text, by its `id`."""
        texts = chain.from_iterable(self.made)
        return {
            id(one): self.region.proved(one.subject, one.document) if self.region else []
            for one in texts
        }


def prepared_edition(
    wanted: Sequence[Subject], formats: Sequence[str], edition: str, memory: Memory
) -> Edition:
    """Return the chapters of an edition, as they are made for some formats, any if none is named.

    They are read, with what converts them for a region. Raises ChapterkitError for a
    passage that is named wrongly, or stale dictionaries.
    """
    read = [[_text(one, memory) for one in variants(each, formats, [edition])] for each in wanted]
    if edition not in regions():
        return Edition(read, memory)
    return Edition(read, memory, _in_region(wanted[0].book, edition))


def _in_region(book: Book, edition: str) -> InRegion:
    """Return a book in the edition of a region, made once for all of its chapters."""
    # What converts is loaded only for an edition of a region.
    from chapterkit.pipeline.editions import in_region

    known = _regions_of(book)
    if edition not in known:
        known[edition] = in_region(book, edition)
    return known[edition]


@once
def _regions_of(_: Book) -> dict[str, InRegion]:
    """Return a place for a book as the editions of regions have it."""
    return {}


@dataclass(frozen=True)
class Found:
    """What is wrong with a chapter in some editions: as it was written, and as it was converted."""

    written: Sequence[Sequence[Problem]]
    converted: Sequence[Sequence[Problem]]


@dataclass(frozen=True)
class Checking:
    """Checks a chapter for some formats, any if none is named, and editions."""

    formats: tuple[str, ...]
    editions: tuple[str, ...]

    def __call__(self, subject: Subject, memory: Memory) -> Found:
        """Return what is wrong with a chapter, by editions."""
        made = [prepared_edition([subject], self.formats, one, memory) for one in self.editions]
        return Found([[*one.problems()] for one in made], [[*one.proved()] for one in made])


def all_found(found: Sequence[Found]) -> tuple[list[Problem], list[Problem]]:
    """Return what is wrong with chapters, each thing once: as written, and as converted."""
    written = (
        one for edition in zip(*(one.written for one in found), strict=True) for one in edition
    )
    made = (
        one for edition in zip(*(one.converted for one in found), strict=True) for one in edition
    )
    return each_once(written), each_once(made)
