"""The manifest of a build, gathered: what was read, with which tools, and what became of it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from chapterkit import __version__
from chapterkit.formats import AnyPrinting, ChapterPrinting
from chapterkit.lint import Problem
from chapterkit.manifest import (
    Input,
    Manifest,
    Numbers,
    Output,
    Told,
    Tool,
    inputs_of,
    manifest_text,
)
from chapterkit.manuscript.book import Book, Chapter, once
from chapterkit.manuscript.lock import coverage, lock_state
from chapterkit.manuscript.wording import regions
from chapterkit.patterns import Late
from chapterkit.pipeline import Form, Memory
from chapterkit.printing import Accompany, Written

# What texts are handed to: packages whose files decide what comes out.
_PACKAGES = ("pypandoc-binary", "typst", "pylopdf-fonts-zh-cn", "pylopdf-fonts-zh-tw")
_CONVERTING = ("opencc",)


def manifests(
    printing: AnyPrinting, book: Book, told: Callable[[], Iterable[Problem]], memory: Memory
) -> Accompany:
    """Return what has a manifest lie beside the files of a text, with what was `told` of it.

    That is asked for once the files are made.
    """
    name = f"manifest{printing.suffix}.json"
    own = memory.done("manifest tool", _digest_of_own, _DIGEST).decode()
    tool = Tool("chapterkit", __version__, own)
    return lambda written: {name: _manifest_of(printing, book, told(), written, tool)}


def _manifest_of(
    printing: AnyPrinting,
    book: Book,
    problems: Iterable[Problem],
    written: Sequence[tuple[str, Written]],
    own: Tool,
) -> str:
    outputs = (file for one in written for file in _outputs(*one))
    packages = _PACKAGES + (_CONVERTING if printing.edition in regions() else ())
    return manifest_text(
        Manifest(
            name=printing.name,
            title=printing.labelled_title,
            language=printing.language,
            edition=printing.edition,
            dated=_date(printing.modified),
            tools=(own, _python(), *filter(None, map(_package, sorted(packages)))),
            inputs=_inputs(printing, book),
            outputs=tuple(sorted(outputs, key=lambda one: one.file)),
            numbers=_numbers(book),
            problems=tuple(map(_told, problems)),
        )
    )


def _date(modified: int | None) -> str:
    if modified is None:
        return ""
    return f"{datetime.fromtimestamp(modified, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _inputs(printing: AnyPrinting, book: Book) -> tuple[Input, ...]:
    """Return the files of the book, and the pictures that the text shows.

    What other chapters are made of counts where the text may speak of it.
    """
    read = _read(printing, book)
    if book.folder:
        files = {one.path for one in printing.pictures.values()}
        read |= {
            path: hashlib.sha256(book.folder.read(path)).hexdigest()
            for path in sorted(files)
            if book.folder.exists(path)
        }
    return inputs_of(read)


def _read(printing: AnyPrinting, book: Book) -> dict[str, str]:
    """Return the digests of the files of a book, by path.

    It is without those of other chapters of which a chapter names nothing, nor refers to them,
    unless the whole book may have a part, as in an edition.
    """
    whole = printing.edition or printing.told or printing.evidence
    if whole or not isinstance(printing, ChapterPrinting):
        return {**book.digests}
    near = {printing.slug, *(one.chapter for one in printing.document.elsewhere.values())}
    chapters = (book.chapter(slug) for slug in near if slug in book.order)
    own = {path for one in chapters for path in _files_of(one, book)}
    named = {book.records[slug].file.path for slug in _records_named(printing, book)}
    here = {path: book.digests[path] for path in own | named if path in book.digests}
    return _read_by_all(book) | here


@once
def _read_by_all(book: Book) -> dict[str, str]:
    """Return the digests of the files that are no chapter's own."""
    of_chapters = {path for one in book.chapters for path in _files_of(one, book)}
    return {path: digest for path, digest in book.digests.items() if path not in of_chapters}


def _files_of(chapter: Chapter, book: Book) -> Iterator[str]:
    yield chapter.path
    for slug in chapter.records:
        yield book.records[slug].file.path
        yield f"templates/experiments/{slug}.md.j2"


def _records_named(printing: ChapterPrinting, book: Book) -> set[str]:
    """Return the records that a chapter names, or the exhibits of which it does, or their records.

    What only looks like a name counts, too.
    """
    chapter = book.chapter(printing.slug)
    names = [*_for_all(book), *(f"experiments/{slug}.md.j2" for slug in chapter.records)]
    templates = [book.templates[name] for name in names if name in book.templates]
    texts = [chapter.text, *templates, json.dumps(printing.tree, ensure_ascii=False)]
    found: set[str] = set()
    new = set(chapter.records)
    while new or texts:
        found |= new
        texts += [str(book.records[slug].file.data) for slug in new]
        words = {word for text in texts for form in _NAMES for word in form.findall(text)}
        exhibits = (book.exhibits[one].slug for one in words & book.exhibits.keys())
        new, texts = {*(words & book.records.keys()), *filter(None, exhibits)} - found, []
    return found


@once
def _for_all(book: Book) -> list[str]:
    """Return the names of the templates that any chapter may use, not only for one record."""
    return [name for name in book.templates if name.rpartition("/")[0] != "experiments"]


_NAMES = (Late(r"[a-z][a-z0-9-]*"), Late(r"[\w:-]+"))


def _outputs(format: str, written: Written) -> Iterator[Output]:
    """Yield what was written: a file, or every file of a folder."""
    path = written.path
    for one in path.rglob("*") if path.is_dir() else [path]:
        if one.is_file():
            raw = one.read_bytes()
            name = one.relative_to(path.parent).as_posix()
            yield Output(name, format, len(raw), hashlib.sha256(raw).hexdigest())


@once
def _numbers(book: Book) -> Numbers:
    found = coverage(book.ledger.recorded, lock_state(book.ledger, book.lock or {}))
    return Numbers(
        found.states.total(),
        dict(sorted(found.states.items())),
        dict(sorted(found.statuses.items())),
    )


def _told(problem: Problem) -> Told:
    origin = problem.origin
    return Told(
        origin.path, origin.line, origin.column, problem.rule, problem.severity, problem.message
    )


# --- tools


_DIGEST = Form[bytes](bytes, bytes)


def _digest_of_own() -> bytes:
    """Return a digest of chapterkit's own files."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    files = (one for one in root.rglob("*") if one.is_file() and "__pycache__" not in one.parts)
    for path in sorted(files, key=lambda one: one.relative_to(root).as_posix()):
        raw = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(raw)}\0".encode() + raw)
    return digest.hexdigest().encode()


def _python() -> Tool:
    return Tool("python", platform.python_version())


@cache
def _package(name: str) -> Tool | None:
    """Return an installed package by the digests that it was installed with, None if it is not.

    What an installer adds, and compiled files, are of one machine and do not count.
    """
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    lines = (found.read_text("RECORD") or "").splitlines()
    kept = sorted(one for one in lines if ",sha256=" in one and _is_its_own(one))
    return Tool(name, found.version, hashlib.sha256("\n".join(kept).encode()).hexdigest())


def _is_its_own(line: str) -> bool:
    path = line.split(",", maxsplit=1)[0]
    return not path.startswith("..") and ".dist-info/" not in path and not path.endswith(".pyc")
