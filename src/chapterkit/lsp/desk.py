"""What lies on the author's desk: open documents, and the books and files they belong to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from chapterkit.errors import ChapterkitError
from chapterkit.lint import Problem
from chapterkit.lsp.convert import Lines
from chapterkit.lsp.diagnosing import Diagnosis, check_book, check_single_file
from chapterkit.lsp.marked import Things
from chapterkit.lsp.places import Place, place_at
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import MAX_TEXT_BYTES, read_file
from chapterkit.pipeline import Memory

_BREAK = re.compile(r"\r\n?")


@dataclass(frozen=True)
class Open:
    """A document as the editor holds it, line ends as \\n; `root` is its desk's."""

    uri: str
    path: Path
    root: Path
    text: str
    version: int | None


@dataclass
class Desk:
    """A book, or a single file, of which something is open.

    `book` is the last that could be loaded. `changed` are the files for whose sake it must be
    checked again, None for all of it; `asked` counts how often that was asked for, so that a
    check can see that it is late. `marked` is what its chapters have that can be referred to.
    `published` are the problems that the editor shows, by URI.
    """

    root: Path
    is_book: bool
    book: Book | None = None
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    marked: dict[str, Things] = field(default_factory=dict, repr=False)
    published: dict[str, list[tuple[types.Diagnostic, Problem]]] = field(default_factory=dict)
    changed: frozenset[str] | None = None
    asked: int = 0
    last_message: str = ""
    memory: Memory = field(default_factory=Memory, repr=False)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    checked: asyncio.Event = field(default_factory=asyncio.Event)

    def holds(self, path: Path) -> bool:
        """Tell whether a file belongs here."""
        return path.is_relative_to(self.root) if self.is_book else path == self.root

    def named(self, path: Path) -> str:
        """Return a file's path as problems name it."""
        return path.relative_to(self.root).as_posix() if self.is_book else str(path)

    def path(self, named: str) -> Path:
        """Return the file that problems name."""
        return self.root / named if self.is_book else Path(named)

    def check(self, texts: Mapping[Path, str], changed: frozenset[str] | None) -> Diagnosis:
        """Check the book for the sake of what changed, or the file."""
        if self.is_book:
            return check_book(self.root, texts, changed, self.memory)
        return check_single_file(self.root, texts, self.memory)

    def keep(self, diagnosis: Diagnosis) -> None:
        """Take a diagnosis in place of what it renews.

        A book that could not be loaded is checked altogether once it can be.
        """
        unreadable = self.is_book and diagnosis.book is None
        whole = self.changed is None or unreadable
        self.problems = diagnosis.problems if whole else self.problems | diagnosis.problems
        self.marked |= diagnosis.things
        self.changed = None if unreadable else frozenset()

    def things(self) -> Things:
        """Return what the book's chapters have that can be referred to, in their order."""
        chapters = self.book.chapters if self.book else ()
        return {
            name: one
            for chapter in chapters
            for name, one in self.marked.get(chapter.path, {}).items()
        }


@dataclass(frozen=True)
class Asked:
    """A position of an open document, with the book that it belongs to."""

    desk: Desk
    book: Book
    path: str
    lines: Lines
    position: types.Position

    @property
    def number(self) -> int:
        """The line's number, from 1."""
        return self.position.line + 1

    @property
    def before(self) -> str:
        """The part of the line before the position."""
        return self.lines.line(self.number)[: self.lines.column(self.position) - 1]

    def place(self) -> Place | None:
        """Return the name that stands there."""
        column = self.lines.column(self.position)
        return place_at(self.book, self.path, self.lines.line(self.number), column)


def path_of(uri: str) -> Path:
    """Return the resolved path of a document; a made-up one for a document without a file.

    >>> path_of("untitled:Untitled-1")
    PosixPath('/untitled:Untitled-1')
    """
    path = to_fs_path(uri)
    return Path(path).resolve() if path else Path("/", uri.replace("/", "_"))


def plain(text: str) -> str:
    """Return a text as read_text would: line ends as \\n, no byte order mark."""
    return _BREAK.sub("\n", text).removeprefix("\ufeff")


def saved_text(path: Path) -> str:
    """Return a file's text as it is saved; nothing if it cannot be read."""
    try:
        raw = read_file(path, path.name, MAX_TEXT_BYTES)
        return plain(raw.decode("utf-8", "replace"))
    except ChapterkitError:
        return ""
