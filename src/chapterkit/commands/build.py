"""chapterkit build."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from chapterkit.checking.accepting import own_baseline, without_accepted
from chapterkit.checking.places import from_here
from chapterkit.checking.running import each_once
from chapterkit.checking.subjects import chapters_of, this_root
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._output import print_report, progress
from chapterkit.commands._saying import say, say_lines
from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.files import leads_out, path_from_here, replace_text
from chapterkit.formats import AnyPrinting, BookPrinting, ChapterPrinting, Format, all_formats
from chapterkit.lint import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import BOOK_FILE, Disk
from chapterkit.numbers.summary import summary_text
from chapterkit.pipeline import (
    Checked,
    Memory,
    Subject,
    checked,
    document_of,
    load,
    memory_at,
    of_all,
    variants,
)
from chapterkit.pipeline.press import book_printing_of, keeping, printing_of
from chapterkit.printing import Keep, Written, printed
from chapterkit.text.document import Document

REVIEW = "review"
_DEFAULT = ", ".join(name for name, one in all_formats().items() if one.by_default)


@click.command()
@_options.targets
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(list(all_formats())),
    help=f"Write only this format; may be given several times. Default: {_DEFAULT}.",
)  # fmt: skip
@click.option("--book", "whole", is_flag=True, help="Write one file of all chapters, the book.")
@click.option(
    "--edition", metavar="NAME", default="",
    help="The edition of the book (editions: in book.yaml); default: none, without what is for "
    "one edition only.",
)  # fmt: skip
@click.option("--output", type=_options.FOLDER, help="Folder for the outputs; default build/.")
@_options.jobs("Writers")
@click.option("--depfile", type=click.Path(path_type=Path), hidden=True)
def build(
    targets: Sequence[str],
    formats: Sequence[str],
    whole: bool,
    edition: str,
    output: Path | None,
    jobs: int,
    depfile: Path | None,
) -> None:
    """Check chapters, then write every format.

    TARGET is a chapter's slug or number; default all. Outputs are
    build/<slug>/<slug>.<ext>; of an edition, build/<slug>/<slug>.<edition>.<ext>. A problem of
    severity error stops the writing, and the previous good outputs stay. Example:

    \b
      chapterkit build 7 --format html --format pdf

    With --book the chapters become one file of each format, build/book/book.<ext>, with title
    page, parts, appendices and whatever else book.yaml lists.
    """
    root = this_root()
    book = load(Disk(root))
    known = all_formats().values()
    chosen = [one for one in known if one.name in formats or (one.by_default and not formats)]
    _check_edition(book, edition)
    wanted = chapters_of(book, root, targets)
    memory = memory_at(root)
    names = [one.name for one in chosen]
    made = [
        [_made(one, memory) for one in variants(chapter, names, [edition])] for chapter in wanted
    ]
    problems = each_once(map(_problems, made))
    if accepted := own_baseline(book, root):
        problems = without_accepted(problems, accepted, wanted)
    if problems:
        print_report(from_here(problems, wanted), "text", wanted)
    if any(problem.severity == "error" for problem in problems):
        say("有错误，什么也没有写；先前的输出没有动。", err=True)
        sys.exit(PROBLEMS)
    folder = output or _own_folder(root)
    files: list[Written] = []
    if not whole:
        for each in made:
            printings = _chapter(each, chosen, memory)
            keep = keeping(_texts(each), printings, memory)
            files += _write(printings, chosen, folder, jobs, keep)
            say_lines(summary_text(each[0].document, book))
    of_books = [one for one in chosen if one.scope == "book" or (whole and one.serves("book"))]
    if of_books:
        files += _write(_book(made, of_books), of_books, folder, jobs)
    if depfile:
        _write_depfile(depfile, files)


@dataclass(frozen=True)
class _Text:
    """A chapter as it is made for some formats: what was read, and what was found in it."""

    subject: Subject
    document: Document
    checked: Checked


Made = Sequence[_Text]
"""A chapter as it is made: once, or once for each set of formats that have their own passages."""


def _made(subject: Subject, memory: Memory) -> _Text:
    return _Text(subject, document_of(subject, memory), checked(subject, memory))


def _texts(made: Made) -> dict[str, tuple[Subject, Document]]:
    """Return what each format has of a chapter."""
    return {
        name: (one.subject, one.document) for one in made for name in sorted(one.subject.formats)
    }


def _chapter(
    made: Made, chosen: Sequence[Format[Any]], memory: Memory
) -> dict[str, ChapterPrinting]:
    """Return a chapter as each format has it."""
    found: dict[str, ChapterPrinting] = {}
    names = [one.name for one in chosen]
    for one in made:
        printing = printing_of(one.subject, one.document, memory, names)
        found |= dict.fromkeys(sorted(one.subject.formats), printing)
        if REVIEW in one.subject.formats and REVIEW in names:
            # What makes an editor's page is loaded only for that.
            from chapterkit.reviewing.workshop import review_data

            told = review_data(one.subject, one.document, printing, memory)
            found[REVIEW] = replace(printing, told=told)
    return found


def _book(made: Sequence[Made], formats: Sequence[Format[Any]]) -> dict[str, BookPrinting]:
    """Return the book as each format has it; formats that have the same passages share one."""
    printings: dict[tuple[str, ...], BookPrinting] = {}
    found: dict[str, BookPrinting] = {}
    names = [one.name for one in formats]
    for one in formats:
        texts = [next(text for text in each if one.name in text.subject.formats) for each in made]
        key = tuple(text.subject.key for text in texts)
        if key not in printings:
            printings[key] = book_printing_of(
                [text.subject for text in texts], [text.document for text in texts], names
            )
        found[one.name] = printings[key]
    return found


def _problems(made: Made) -> list[Problem]:
    return of_all([(one.subject, one.checked) for one in made])


def _check_edition(book: Book, edition: str) -> None:
    """Raise ChapterkitError for an edition that the book has not."""
    known = book.config.editions
    if edition and edition not in known:
        near = nearest(edition, known)
        listed = f"book.yaml 的 editions 里有：{'、'.join(known) or '（没有）'}"
        hint = f"最接近的是 {near}" if near else listed
        raise ChapterkitError(f"没有 {edition} 这一版", Origin(BOOK_FILE), hint)


def _own_folder(root: Path) -> Path:
    """Return the book's folder for outputs; raise ChapterkitError if it is a link to elsewhere."""
    folder = root / "build"
    if folder.is_symlink():
        raise leads_out(folder)
    return folder


def _write(
    printings: Mapping[str, AnyPrinting],
    formats: Sequence[Format[Any]],
    folder: Path,
    jobs: int,
    keep: Keep = lambda _, make: make(),
) -> list[Written]:
    """Write a chapter or a book as each format has it, with a bar, and print what was written."""
    started = time.perf_counter()
    wanted = [
        (one, printings[one.name])
        for one in formats
        if one.name in printings and one.serves(printings[one.name].scope)
    ]
    if not wanted:
        return []
    name = wanted[0][1].name
    with progress(f"正在写 {name}", len(wanted)) as step:
        files = printed(wanted, folder / name, jobs, step, keep)
    _print_written(files, time.perf_counter() - started)
    return files


def _print_written(files: Sequence[Written], seconds: float) -> None:
    width = max(len(path_from_here(one.path)) for one in files)
    for one in files:
        say(f"{path_from_here(one.path):<{width}}  {_size(one.size):>9}  {one.seconds:5.1f} 秒")
    say(f"写好 {len(files)} 个文件，共 {seconds:.1f} 秒。")


def _size(size: int) -> str:
    return f"{size / 1024:.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"


def _write_depfile(depfile: Path, files: Sequence[Written]) -> None:
    """Tell make which files the stamp beside it stands for: a deleted one is built again."""
    paths = [os.path.relpath(one.path).replace(os.sep, "/") for one in files]
    stamp = depfile.with_suffix(".built").as_posix()
    text = f"{stamp}: {' '.join(paths)}\n" + "".join(f"{path}:\n" for path in paths)
    replace_text(depfile, text, depfile.parent)
