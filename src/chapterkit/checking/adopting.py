"""Adopting carried out: the manuscript and its bibliography read, read anew, and written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chapterkit.adopting.adoption import Adoption, adopted, failed
from chapterkit.adopting.changes import Change, apart, applied, is_accounted_for
from chapterkit.adopting.manuscript import Manuscript, readable
from chapterkit.checking.places import fence_of
from chapterkit.checking.subjects import standing_alone, subjects, text_from_here
from chapterkit.files import path_from_here, replace_texts
from chapterkit.manuscript.bibliography import parse_bibliography
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import MAX_TEXT_BYTES, Disk, decode, find_root, read_file
from chapterkit.manuscript.outside import Outside
from chapterkit.numbers.accounting import accounts
from chapterkit.numbers.binding import Binding, bindings
from chapterkit.pipeline import Subject, document_of, load
from chapterkit.text.document import Document


@dataclass(frozen=True)
class Desk:
    """A manuscript that is to be brought in: its file, as a text to be read, and its bibliography.

    `raw` is the file's text as it is, with its line ends; `library` the path of the bibliography,
    `entries` its text.
    """

    file: Path
    subject: Subject
    raw: str
    library: Path
    entries: str

    @property
    def text(self) -> str:
        """The manuscript's text, line ends as \\n."""
        return decode(self.raw.encode(), self.subject.name)

    def read(self, text: str, entries: str | None = None) -> tuple[Document, Book]:
        """Return the document of the manuscript with another text, and the book it belongs to."""
        subject = self.subject.changed({self.subject.name: text})
        book = subject.book
        if entries is not None:
            known = parse_bibliography(entries, path_from_here(self.library))
            book = replace(book, bibliography=known)
        return document_of(replace(subject, book=book)), book


def opened(
    file: Path, outside: Outside, library: Path | None = None, target: Path | None = None
) -> Desk:
    """Return the desk for a file, of a book or alone, that is to be written to `target`.

    Without `library` the bibliography is that of the book which `target` stands in, or else
    refs.bib beside it.
    Raises ChapterkitError if one of the files cannot be read.
    """
    name = path_from_here(file)
    text_from_here(file, name)
    raw = read_file(file, name, MAX_TEXT_BYTES).decode()
    root = find_root(file.absolute().parent)
    subject = standing_alone(name, decode(raw.encode(), name), outside)
    if root:
        subject = subjects([str(file)], outside)[0]
    path = library or _library_of(target or file)
    there = path.exists() or path.is_symlink()
    entries = text_from_here(path, path_from_here(path)) if there else ""
    return Desk(file, subject, raw, path, entries)


def _library_of(target: Path) -> Path:
    root = find_root(target.absolute().parent)
    if root is None:
        return target.parent / "refs.bib"
    return root / load(Disk(root)).config.bibliography


def adoption_of(desk: Desk) -> Adoption:
    """Return what becomes of a manuscript; what did not come out as meant is left as it was."""
    known = parse_bibliography(desk.entries, path_from_here(desk.library))
    document, book = desk.read(readable(desk.text))
    manuscript = Manuscript(desk.subject.name, desk.text, document)
    first = adopted(manuscript, book, known, desk.entries)
    if any(one.group for one in first.changes):
        after, _ = desk.read(first.after, first.library)
        if without := failed(first, after):
            first = adopted(manuscript, book, known, desk.entries, without)
    assert is_accounted_for(first.before, first.after, first.changes)
    return first


def bound_in(desk: Desk, adoption: Adoption) -> list[Change]:
    """Return the typed numbers that the ledger has, as changes of the text after adopting."""
    document, book = desk.read(adoption.after, adoption.library)
    if not book.ledger:
        return []
    listed = accounts(document, book.ledger, (), exempt=True, policy=book.config.policy)
    manuscript = Manuscript(desk.subject.name, adoption.after, document)
    found = [_bound(manuscript, one) for one in bindings(listed, book.ledger)]
    return list(apart([one for one in found if one]))


def _bound(manuscript: Manuscript, binding: Binding) -> Change | None:
    start = manuscript.offset(binding.origin)
    if start < 0 or not manuscript.text.startswith(binding.typed, start):
        return None
    note = f"账本里的 {binding.number.id}"
    return Change(start, binding.typed, binding.expression, "number", True, note)


def write(desk: Desk, adoption: Adoption, bound: Sequence[Change], target: Path) -> list[str]:
    """Write the manuscript to `target`, and its bibliography; return the names of what is written.

    Both or neither is written, and nothing that would stay as it is.
    """
    text = applied(adoption.after, bound)
    mark = "\ufeff" if desk.raw.startswith("\ufeff") else ""
    texts: dict[Path, str] = {}
    if text != desk.text or target != desk.file:
        texts[target] = mark + (text.replace("\n", "\r\n") if "\r\n" in desk.raw else text)
    if adoption.library != desk.entries:
        texts[desk.library] = adoption.library
    replace_texts(texts, _fence(texts))
    return [path_from_here(path) for path in texts]


def _fence(paths: Iterable[Path]) -> Path | None:
    """Return the folder out of which no link may lead, whichever of the files it stands for."""
    fences = [fence_of(path) for path in paths]
    if not fences or None in fences:
        return None
    return Path(os.path.commonpath([str(one) for one in fences]))
