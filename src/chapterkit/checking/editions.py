"""The chapters of an edition: read, checked, converted for a region where that asks for it, proved.

What `build` prints and `check --edition` tells of is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.lint import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import BOOK_FILE
from chapterkit.manuscript.wording import regions
from chapterkit.pipeline import Checked, Memory, Subject, checked, document_of, of_all, variants
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

    Only an edition of a region is converted. What is found in them is kept in a memory.
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
            found = [(one.subject, self._checked(one)) for one in made]
            yield from of_all(found)

    def _checked(self, one: Text) -> Checked:
        return checked(one.subject, self.memory, one.document)

    def proved(self) -> Iterator[Problem]:
        """Yield what is wrong with the edition and not with the manuscript."""
        if self.region:
            for one in chain.from_iterable(self.made):
                yield from self.region.proved(one.subject, one.document)


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
    # What converts is loaded only for an edition of a region.
    from chapterkit.pipeline.editions import in_region

    return Edition(read, memory, in_region(wanted[0].book, edition))
