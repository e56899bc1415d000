"""Checks what an editor holds: a book with its unsaved texts, or a single file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from chapterkit.checking.accepting import Accepted, own_baseline, without_accepted
from chapterkit.checking.subjects import MARKDOWN, chapters_of, standing_alone
from chapterkit.errors import ChapterkitError
from chapterkit.lint import Problem
from chapterkit.lsp.marked import Things, marked_in
from chapterkit.lsp.places import own_slug
from chapterkit.manuscript.book import Book, Chapter
from chapterkit.manuscript.folder import Disk, Overlay, decode
from chapterkit.manuscript.outside import Outside
from chapterkit.pipeline import Memory, Subject, document_of, load, problems_of
from chapterkit.reviewing.commenting import problems_of_comments

Texts = Mapping[Path, str]
BOOK = ""


@dataclass
class Diagnosis:
    """What a check has found.

    `problems` stand under the part that was checked: a chapter's path, a single file's, or BOOK.
    `things` are what each chapter that was checked has that can be referred to, by its path.
    `book` is None where it could not be loaded; `failures` have no place in any file.
    """

    book: Book | None = None
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    failures: list[ChapterkitError] = field(default_factory=list)
    things: dict[str, Things] = field(default_factory=dict)

    def take(self, part: str, check: Callable[[], tuple[Problem, ...]]) -> None:
        """Add what a check finds; a failure is a problem at its place."""
        try:
            self.problems[part] = check()
        except ChapterkitError as error:
            self.problems[part] = ()
            self.fail(part, error)

    def fail(self, part: str, error: ChapterkitError) -> None:
        """Add a failure as problems of a part, or to the failures without a place."""
        told = list(error.each())
        self.failures += (one for one in told if one.origin is None)
        placed = ((one, one.origin) for one in told if one.origin is not None)
        self.problems[part] = tuple(
            Problem(origin, one.message, one.hint, severity="error") for one, origin in placed
        )


def check_book(
    root: Path, texts: Texts, changed: frozenset[str] | None, memory: Memory
) -> Diagnosis:
    """Check a book with the texts given (by resolved path) in place of its files.

    `changed` are the files, relative to `root`, for whose sake it is checked; None checks all of
    it, but for what `memory` knows already. Open Markdown files that are no chapters are checked
    as single files.
    """
    diagnosis = Diagnosis()
    chapters: tuple[Chapter, ...] | None = None
    try:
        book = load(Overlay(Disk(root), _by_name(root, texts)))
        accepted = own_baseline(book, root)
    except ChapterkitError as error:
        diagnosis.fail(BOOK, error)
    else:
        diagnosis.book, diagnosis.problems[BOOK] = book, ()
        chapters = book.chapters
        for chapter in _concerned(book, changed):
            [subject] = chapters_of(book, root, [chapter.slug])
            diagnosis.take(chapter.path, partial(_checked, subject, accepted, memory))
            with suppress(ChapterkitError):
                diagnosis.things[chapter.path] = marked_in(document_of(subject, memory))
    for name, text in _single_files(root, texts, chapters):
        if changed is None or name in changed or chapters is None:
            diagnosis.take(name, partial(_checked_file, name, text, memory))
    return diagnosis


def check_single_file(path: Path, texts: Texts, memory: Memory) -> Diagnosis:
    """Check a Markdown file outside a book; its `book` holds nothing."""
    diagnosis = Diagnosis(book=Outside().book())
    diagnosis.take(str(path), partial(_checked_file, str(path), texts[path], memory))
    return diagnosis


def _by_name(root: Path, texts: Texts) -> dict[str, str]:
    """Return the texts of the files below `root`, by path from there."""
    inside = {path: text for path, text in texts.items() if path.is_relative_to(root)}
    return {path.relative_to(root).as_posix(): text for path, text in inside.items()}


def _checked(subject: Subject, accepted: Accepted | None, memory: Memory) -> tuple[Problem, ...]:
    """Return a text's problems but for those that the book's baseline accepts."""
    problems = problems_of(subject, memory)
    if subject.chapter:
        document = document_of(subject, memory)
        said = problems_of_comments(subject.book, subject.chapter.slug, document)
        problems = [*problems, *said]
    return tuple(without_accepted(problems, accepted, (), stale=False) if accepted else problems)


def _checked_file(name: str, text: str, memory: Memory) -> tuple[Problem, ...]:
    plain = decode(text.encode("utf-8", "surrogatepass"), name)
    return _checked(standing_alone(name, plain), None, memory)


def _concerned(book: Book, changed: frozenset[str] | None) -> list[Chapter]:
    """Return the chapters that changed files may bear on: all, unless the files are one's own."""
    chapters = {chapter.path: chapter for chapter in book.chapters}
    concerned: dict[str, Chapter] = {}
    for path in changed if changed is not None else [BOOK]:
        slug = own_slug(path)
        homes = [one for one in book.chapters if path == one.path or slug in one.records]
        for chapter in homes if homes or path.endswith(".md") else chapters.values():
            concerned[chapter.path] = chapter
    return [chapter for chapter in book.chapters if chapter.path in concerned]


def _single_files(
    root: Path, texts: Texts, chapters: tuple[Chapter, ...] | None
) -> Iterator[tuple[str, str]]:
    """Yield the open Markdown files below `root` that are no chapters, with their texts."""
    known = [chapter.path for chapter in chapters or ()]
    for name, text in _by_name(root, texts).items():
        if PurePosixPath(name).suffix not in MARKDOWN or name in known:
            continue
        if chapters is not None or not name.startswith("book/"):
            yield name, text
