"""Which texts the targets of a command name: chapters of the book, files of it, files outside."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import remove_left
from chapterkit.lint.engine import at_hand
from chapterkit.manuscript.book import Book, Chapter
from chapterkit.manuscript.folder import (
    BOOK_FILE,
    MAX_TEXT_BYTES,
    TEXT_FOLDERS,
    Disk,
    decode,
    find_root,
    read_file,
)
from chapterkit.manuscript.ledger import Ledger
from chapterkit.manuscript.outside import Outside
from chapterkit.pipeline import Subject, load

MARKDOWN = frozenset({".md", ".markdown"})


def subjects(targets: Sequence[str], outside: Outside, only: Sequence[str] = ()) -> list[Subject]:
    """Return the texts that the targets name; without targets, every chapter of the book.

    A target is a chapter's slug or number, a Markdown file outside a book, or a file of the book
    (a chapter's, a template, a record), of which then the problems are told.
    Raises ChapterkitError for a target that is none of these.
    """
    files = [target for target in targets if is_file(target)]
    named = [target for target in targets if target not in files]
    load_at = cache(lambda root: load(Disk(root)))
    found: list[Subject] = []
    if named or not targets:
        root = this_root()
        found += chapters_of(load_at(root), root, named, only)
    for target in files:
        found += _of_book(target, only, load_at) or [stranger(target, outside, only)]
    return list({(one.root, one.name, one.at): one for one in found}.values())


def chapters_of(
    book: Book, root: Path, named: Sequence[str] = (), only: Sequence[str] = ()
) -> list[Subject]:
    """Return the chapters that slugs or numbers name; without any, all of the book at `root`."""
    return [_chapter(book, root, one, only) for one in book.chapters_named(named)]


def _chapter(
    book: Book, root: Path, chapter: Chapter, only: Sequence[str], at: tuple[str, ...] = ()
) -> Subject:
    return Subject(
        chapter.path, book, chapter, given=at_hand(book), only=tuple(only), at=at, root=root
    )


def _of_book(target: str, only: Sequence[str], load_at: Callable[[Path], Book]) -> list[Subject]:
    """Return the chapters that a file of a book concerns; none if it belongs to no book."""
    path = Path(os.path.abspath(target))  # noqa: PTH100 - a link may lead in a circle
    root = find_root(path.parent)
    if root is None or not path.is_relative_to(root):
        return []
    inner = path.relative_to(root).as_posix()
    if not inner.startswith(("book/", "templates/", "experiments/")):
        return []
    book = load_at(root)
    chapters = [one for one in book.chapters if _concerns(book, one, inner)]
    if not chapters and path.suffix in MARKDOWN:
        return [_beside_the_book(book, root, inner, only)]
    if not chapters:
        raise ChapterkitError(
            "这个文件不属于任何一章", Origin(target), "给出章的代号、章号，或书里的文件"
        )
    return [_chapter(book, root, one, only, (inner,)) for one in chapters]


def _beside_the_book(book: Book, root: Path, inner: str, only: Sequence[str]) -> Subject:
    """Return a Markdown file in a book's folders that is no chapter: house style holds for it."""
    alone = Book(
        book.config,
        {},
        {},
        Ledger({}, book.ledger.units),
        {},
        (),
        terms=book.terms,
        digests=book.digests,
    )
    text = Disk(root).text(inner)
    return Subject(inner, alone, None, text, at_hand(alone), tuple(only), root=root)


def _concerns(book: Book, chapter: Chapter, inner: str) -> bool:
    if inner in {chapter.path, BOOK_FILE} or inner == "book/terms.yaml":
        return True
    own = [book.records[slug].file.path for slug in chapter.records]
    own += [f"templates/experiments/{slug}.md.j2" for slug in chapter.records]
    shared = inner.startswith("templates/") and not inner.startswith("templates/experiments/")
    return inner in own or shared


def stranger(target: str, outside: Outside, only: Sequence[str] = ()) -> Subject:
    """Return a file outside a book as a text to be checked, with what was given for it."""
    return standing_alone(target, text_from_here(Path(target), target), outside, only)


def standing_alone(
    name: str, text: str, outside: Outside | None = None, only: Sequence[str] = ()
) -> Subject:
    """Return a text that belongs to no book, with what was given for it."""
    outside = outside or Outside()
    book = outside.book()
    given = outside.given | at_hand(book) & {"chinese"}
    return Subject(name, book, None, text, given, tuple(only))


def text_from_here(path: Path, name: str) -> str:
    """Return the text of a file that will be quoted; see bytes_from_here."""
    return decode(bytes_from_here(path, name), name)


def bytes_from_here(path: Path, name: str, most: int = MAX_TEXT_BYTES) -> bytes:
    """Return the bytes of a file that will be quoted, called `name` in errors.

    Raises ChapterkitError if it cannot be read, or if it stands below the current folder and is a
    link that leads out: whoever may commit a link could have any file of the machine quoted.
    """
    here, place = Path.cwd(), Path(os.path.abspath(path))  # noqa: PTH100 - links stay links
    leads_out = not Path(os.path.realpath(place)).is_relative_to(os.path.realpath(here))
    if place.is_relative_to(here) and leads_out:
        raise ChapterkitError("链接指到了当前文件夹之外", Origin(name), "直接给出那个文件")
    return read_file(path, name, most)


def this_root() -> Path:
    """Return the folder of the book round the current one; raise ChapterkitError if none is.

    What killed runs have left beside its texts is removed.
    """
    root = find_root(Path.cwd())
    if root is None:
        hint = "到书的文件夹里运行，或用 chapterkit new book DIR 新建一本"
        raise ChapterkitError(
            f"这里和上级文件夹里都没有 {BOOK_FILE}", Origin(str(Path.cwd()), line=0), hint
        )
    for folder in TEXT_FOLDERS:
        if not (root / folder).is_symlink():
            remove_left(root / folder)
    return root


def is_file(target: str) -> bool:
    """Tell whether a target is a path rather than a chapter's slug or number."""
    return (
        "/" in target
        or os.sep in target
        or target.endswith((".md", ".markdown", ".txt"))
        or Path(target).exists()
    )
