"""Checks what an editor holds: a book with its unsaved texts, or a single file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from chapterkit.checking.subjects import (
    Accepted,
    chapters_of,
    own_baseline,
    stranger,
    without_accepted,
)
from chapterkit.errors import ChapterkitError
from chapterkit.lint import Problem
from chapterkit.lsp.places import own_slug
from chapterkit.manuscript.book import Book, Chapter, load_book
from chapterkit.manuscript.yamlfile import read_text, unsaved
from chapterkit.text.reading import Outside, file_document

Texts = Mapping[Path, str]
BOOK = ""
MARKDOWN = frozenset({".md", ".markdown"})


@dataclass
class Outcome:
    """What a check has found.

    `problems` stand under the part that was checked: a chapter's path, a single file's, or BOOK.
    `book` is None where it could not be loaded; `failures` have no place in any file.
    """

    book: Book | None = None
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    failures: list[ChapterkitError] = field(default_factory=list)

    def take(self, part: str, check: Callable[[], tuple[Problem, ...]]) -> None:
        """Add what a check finds; a failure is a problem at its place."""
        try:
            self.problems[part] = check()
        except ChapterkitError as error:
            self.problems[part] = ()
            self.fail(part, error)

    def fail(self, part: str, error: ChapterkitError) -> None:
        """Add a failure as a problem of a part, or to the failures without a place."""
        if error.origin is None:
            self.failures.append(error)
            return
        self.problems[part] = (Problem(error.origin, error.message, error.hint, severity="error"),)


def check_book(root: Path, texts: Texts, changed: frozenset[str] | None) -> Outcome:
    """Check a book with the texts given (by resolved path) in place of its files.

    `changed` are the files, relative to `root`, for whose sake it is checked; None checks all of
    it. Open Markdown files that are no chapters are checked as single files.
    """
    outcome = Outcome()
    chapters: tuple[Chapter, ...] | None = None
    with unsaved(texts):
        try:
            book = load_book(root)
            accepted = own_baseline(book)
        except ChapterkitError as error:
            outcome.fail(BOOK, error)
        else:
            outcome.book, outcome.problems[BOOK] = book, ()
            chapters = book.chapters
            for chapter in _concerned(book, changed):
                outcome.take(chapter.path, partial(_checked_chapter, book, chapter, accepted))
        for path, shown in _single_files(root, texts, chapters):
            if changed is None or shown in changed or chapters is None:
                outcome.take(shown, partial(_checked_file, path, shown))
    return outcome


def check_single_file(path: Path, texts: Texts) -> Outcome:
    """Check a Markdown file outside a book; its `book` holds nothing."""
    outcome = Outcome(book=Outside().book())
    with unsaved(texts):
        outcome.take(str(path), partial(_checked_file, path, str(path)))
    return outcome


def _checked_chapter(
    book: Book, chapter: Chapter, accepted: Accepted | None
) -> tuple[Problem, ...]:
    """Return a chapter's problems but for those that the book's baseline accepts."""
    [subject] = chapters_of(book, [chapter.slug])
    problems = subject.lint(subject.parse())
    return tuple(without_accepted(problems, accepted, (), stale=False) if accepted else problems)


def _checked_file(path: Path, shown: str) -> tuple[Problem, ...]:
    subject = stranger(shown, Outside())
    document = file_document(read_text(path, shown), shown, subject.book)
    return tuple(subject.lint(document))


def _concerned(book: Book, changed: frozenset[str] | None) -> list[Chapter]:
    """Return the chapters that changed files may bear on: all, unless the files are one's own."""
    chapters = {chapter.path: chapter for chapter in book.chapters}
    concerned: dict[str, Chapter] = {}
    for path in changed if changed is not None else [BOOK]:
        slug = own_slug(path)
        homes = [one for one in book.chapters if path == one.path or slug in one.experiments]
        for chapter in homes if homes or path.endswith(".md") else chapters.values():
            concerned[chapter.path] = chapter
    return [chapter for chapter in book.chapters if chapter.path in concerned]


def _single_files(
    root: Path, texts: Texts, chapters: tuple[Chapter, ...] | None
) -> Iterator[tuple[Path, str]]:
    """Yield the open Markdown files below `root` that are no chapters."""
    for path in texts:
        if path.suffix not in MARKDOWN or not path.is_relative_to(root):
            continue
        shown = path.relative_to(root).as_posix()
        known = [chapter.path for chapter in chapters or ()]
        if shown not in known and not (chapters is None and shown.startswith("book/")):
            yield path, shown
