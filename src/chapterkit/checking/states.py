"""A book at two times: what git holds of then, what the disk or git holds of now, both read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import BOOK_FILE, Disk, Folder
from chapterkit.pipeline import Memory, Subject, document_of, load, render_key, rendered
from chapterkit.revision.difference import Difference, difference
from chapterkit.revision.figures import said_at
from chapterkit.revision.folder import Revision, at_revision, commit_of, shared_commit
from chapterkit.revision.paragraphs import State
from chapterkit.text.document import Document
from chapterkit.text.origins import Rendered

WORK_TREE = "现在的文件"
NOTHING_BEFORE = re.compile("0{40}|0{64}")
"""What CI says came before the first push of a branch."""


@dataclass(frozen=True)
class Span:
    """Which two states are meant: their commits, and what they are called.

    `until` is None for the files on the disk.
    """

    since: str
    until: str | None
    old_name: str
    new_name: str


def state_of(name: str, book: Book) -> State:
    """Return a book with its chapters read, every passage of every format and edition in them."""
    reading = _Reading(book)
    return State(name, book, reading.documents(reading.subjects))


def sentences_at(root: Path, commit: str, id: str) -> tuple[str, ...] | None:
    """Return the sentences in which a number stood at a commit; None if its book cannot be read."""
    try:
        state = state_of(commit, load(folder_at(root, commit, commit)))
        found = (
            said_at(paragraph, at).text
            for paragraph in state.paragraphs
            for shown, at in paragraph.numbers
            if shown == id
        )
        return tuple(dict.fromkeys(found))
    except ChapterkitError:
        return None


def span_of(root: Path, asked: str) -> Span:
    """Return what BASE, A..B or A...B means: with three dots, A is where both branches part.

    A side that is left out is HEAD; `A...` is from where A and HEAD part to the files on the disk.
    Raises ChapterkitError for a revision that git does not know.
    """
    old, dots, new = asked.partition("..." if "..." in asked else "..")
    until = commit_of(root, new or "HEAD") if dots and not (dots == "..." and not new) else None
    since = commit_of(root, old or "HEAD")
    if dots == "...":
        since = shared_commit(root, old or "HEAD", new or "HEAD")
    new_name = f"{new or 'HEAD'}（{until[:7]}）" if until else WORK_TREE
    return Span(since, until, f"{old or 'HEAD'}（{since[:7]}）", new_name)


def guard_span(root: Path, base: str) -> Span:
    """Return from where the work tree's branch and `base` part to the files on the disk.

    Raises ChapterkitError for a revision that git does not know, or where it does not hold the
    commit from which both come.
    """
    since = shared_commit(root, base, "HEAD")
    return Span(since, None, f"{base}（{since[:7]}）", WORK_TREE)


def difference_of(root: Path, span: Span) -> Difference:
    """Return the difference of two states of the book at `root`; the disk is only read.

    Raises ChapterkitError for a state without a book, or whose book cannot be read: what is wrong
    with one that git holds is told with its revision.
    """
    with _told_of(span.old_name):
        old = load(folder_at(root, span.since, span.old_name))
    with _told_of(span.new_name if span.until else ""):
        new = load(folder_at(root, span.until, span.new_name) if span.until else Disk(root))
    return compared(old, new, span)


def folder_at(root: Path, commit: str, name: str) -> Folder:
    """Return the book's folder at a commit, wherever in the repository it was then.

    Raises ChapterkitError if there was no book.
    """
    there = at_revision(root, commit)
    if there.exists(BOOK_FILE):
        return there
    whole = Revision(there.repository, commit)
    ends = (one.removesuffix(BOOK_FILE) for one in whole.objects if one.endswith(BOOK_FILE))
    prefixes = [one for one in ends if not one or one.endswith("/")]
    if len(prefixes) == 1:
        return Revision(there.repository, commit, prefixes[0])
    hint = "给出一个有书的提交"
    raise NoBookError(f"{name} 那时这里还没有书（没有 {BOOK_FILE}）", hint=hint)


class NoBookError(ChapterkitError):
    """There was no book at a commit."""


def compared(old: Book, new: Book, span: Span) -> Difference:
    """Return the difference of two books, both read at once; a text that is the same, only once."""
    then, now = _Reading(old), _Reading(new)
    of_new = span.new_name if span.until else ""
    with _told_of(span.old_name):
        changed = [
            slug for slug, one in then.markdown.items() if not _is_in(slug, one, now, of_new)
        ]
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(then.documents, changed)
        with _told_of(of_new):
            after = now.documents(now.subjects)
        with _told_of(span.old_name):
            ahead.result()
    then.take_over(now)
    with _told_of(span.old_name):
        before = then.documents(then.subjects)
    return difference(State(span.old_name, old, before), State(span.new_name, new, after))


def _is_in(slug: str, markdown: Rendered, now: _Reading, name: str) -> bool:
    """Tell whether a chapter's Markdown is the same now."""
    with _told_of(name):
        return slug in now.markdown and now.markdown[slug].text == markdown.text


class _Reading:
    """The chapters of a book, rendered and read, each once."""

    def __init__(self, book: Book) -> None:
        self.memory = Memory()
        self.subjects = {one.slug: Subject(one.path, book, one) for one in book.chapters}

    @cached_property
    def markdown(self) -> dict[str, Rendered]:
        """The Markdown of each chapter."""
        return {slug: self._rendered(one) for slug, one in self.subjects.items()}

    def _rendered(self, one: Subject) -> Rendered:
        return self.memory.step("render", one.key, lambda: render_key(one), lambda: rendered(one))

    def documents(self, slugs: Collection[str]) -> dict[str, Document]:
        """Return chapters as they are read."""
        return {slug: document_of(self.subjects[slug], self.memory) for slug in slugs}

    def take_over(self, other: _Reading) -> None:
        """Take over what pandoc has made of another book's chapters; used where texts agree."""
        for slug, subject in self.subjects.items():
            if slug in other.subjects:
                parsed = other.memory.kept.get(("parse", other.subjects[slug].key))
                self.memory.kept |= {("parse", subject.key): parsed} if parsed else {}


@contextmanager
def _told_of(name: str) -> Iterator[None]:
    """Tell what is wrong in a book of then as of then; as it is, without a name."""
    try:
        yield
    except NoBookError:
        raise
    except ChapterkitError as error:
        if not name or error.message.startswith(name):
            raise
        message = f"{name} 那时的书读不了：{error.message}"
        raise ChapterkitError(message, error.origin, error.hint or "换一个能读的提交") from None
