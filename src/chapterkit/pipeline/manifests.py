"""The manifest of a build, gathered: what was read, with which tools, and what became of it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from chapterkit import __version__
from chapterkit.formats import AnyPrinting
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
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.lock import coverage, lock_state
from chapterkit.manuscript.wording import regions
from chapterkit.pipeline import Form, Memory
from chapterkit.printing import Accompany, Written

# What texts are handed to: packages whose files decide what comes out.
_PACKAGES = ("pypandoc-binary", "typst", "pylopdf-fonts-zh-cn", "pylopdf-fonts-zh-tw")
_CONVERTING = ("opencc",)


def manifests(
    printing: AnyPrinting, book: Book, problems: Sequence[Problem], memory: Memory
) -> Accompany:
    """Return what has a manifest lie beside the files of a text, with what was told of it."""
    name = f"manifest{printing.suffix}.json"
    own = memory.done("manifest tool", _digest_of_own, _DIGEST).decode()
    tool = Tool("chapterkit", __version__, own)
    return lambda written: {name: _manifest_of(printing, book, problems, written, tool)}


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
    """Return the files of the book, and the pictures that the text shows."""
    read = dict(book.digests)
    if book.folder:
        files = {one.path for one in printing.pictures.values()}
        read |= {
            path: hashlib.sha256(book.folder.read(path)).hexdigest()
            for path in sorted(files)
            if book.folder.exists(path)
        }
    return inputs_of(read)


def _outputs(format: str, written: Written) -> Iterator[Output]:
    """Yield what was written: a file, or every file of a folder."""
    path = written.path
    for one in path.rglob("*") if path.is_dir() else [path]:
        if one.is_file():
            raw = one.read_bytes()
            name = one.relative_to(path.parent).as_posix()
            yield Output(name, format, len(raw), hashlib.sha256(raw).hexdigest())


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
