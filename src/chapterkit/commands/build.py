"""chapterkit build."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from chapterkit.lint import Problem, together
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import BOOK_FILE, Disk
from chapterkit.manuscript.wording import regions
from chapterkit.numbers.summary import summary_text
from chapterkit.pipeline import Subject, document_of, linted, load, variants
from chapterkit.pipeline.press import book_printing_of, printing_of
from chapterkit.printing import Written, printed
from chapterkit.text.document import Document

if TYPE_CHECKING:
    from chapterkit.pipeline.editions import InRegion

_DEFAULT = ", ".join(name for name, one in all_formats().items() if one.by_default)


@click.command()
@_options.targets
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(list(all_formats())),
    help=f"Write only this format; may be given several times. Default: {_DEFAULT}.",
)  # fmt: skip
@click.option("--book", "whole", is_flag=True, help="Write one file of all chapters, the book.")
@click.option(
    "--edition", "editions", metavar="NAME", multiple=True,
    help="The edition of the book (editions: in book.yaml); may be given several times. Default: "
    "none, without what is for one edition only.",
)  # fmt: skip
@click.option(
    "--risk",
    is_flag=True,
    help="List what an editor of the edition's region should read: words of which converting by "
    "characters and by words make two things.",
)
@click.option("--output", type=_options.FOLDER, help="Folder for the outputs; default build/.")
@_options.jobs("Writers")
@click.option("--depfile", type=click.Path(path_type=Path), hidden=True)
def build(
    targets: Sequence[str],
    formats: Sequence[str],
    whole: bool,
    editions: Sequence[str],
    risk: bool,
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

    The editions zh-Hant-TW and zh-Hant-HK are made of a Simplified manuscript: its characters,
    quotation marks and words as they are there, those first of which book/terms.yaml decides.

    With --book the chapters become one file of each format, build/book/book.<ext>, with title
    page, parts, appendices and whatever else book.yaml lists.
    """
    root = this_root()
    book = load(Disk(root))
    known = all_formats().values()
    chosen = [one for one in known if one.name in formats or (one.by_default and not formats)]
    editions = editions or ("",)
    for edition in editions:
        _check_edition(book, edition, risk)
    wanted = chapters_of(book, root, targets)
    prepared = [_prepared(wanted, chosen, edition) for edition in dict.fromkeys(editions)]
    problems = each_once(map(_problems, (made for each in prepared for made in each.read)))
    if accepted := own_baseline(book, root):
        problems = without_accepted(problems, accepted, wanted)
    problems += each_once(one.proved() for one in prepared)
    if problems:
        print_report(from_here(problems, wanted), "text", wanted)
    if any(problem.severity == "error" for problem in problems):
        say("有错误，什么也没有写；先前的输出没有动。", err=True)
        sys.exit(PROBLEMS)
    folder = output or _own_folder(root)
    files: list[Written] = []
    for each in prepared:
        files += _written(each, chosen, folder, jobs, whole)
        if risk and each.region:
            say_lines(each.region.risk(made[0][1] for made in each.read))
    if depfile:
        _write_depfile(depfile, files)


Made = Sequence[tuple[Subject, Document]]
"""A chapter as it is made: once, or once for each set of formats that have their own passages."""


@dataclass(frozen=True)
class _Edition:
    """The chapters of an edition as they were read and checked, and what converts them.

    Only an edition of a region is converted.
    """

    read: list[Made]
    region: InRegion | None = None

    @cached_property
    def made(self) -> list[Made]:
        """The chapters as they are printed."""
        if not self.region:
            return self.read
        return [[self.region.converted(*one) for one in each] for each in self.read]

    def proved(self) -> Iterator[Problem]:
        """Yield what is wrong with the edition and not with the manuscript."""
        if self.region:
            for subject, document in chain.from_iterable(self.made):
                yield from self.region.proved(subject, document)

    def say(self, lines: Sequence[str]) -> Sequence[str]:
        """Return what readers are told besides the text."""
        return self.region.regional.lines(lines) if self.region else lines


def _prepared(wanted: Sequence[Subject], chosen: Sequence[Format[Any]], edition: str) -> _Edition:
    """Return the chapters of an edition, rendered, read, and converted if a region has it."""
    names = [one.name for one in chosen]
    read: list[Made] = [
        [(one, document_of(one)) for one in variants(chapter, names, [edition])]
        for chapter in wanted
    ]
    if edition not in regions():
        return _Edition(read)
    from chapterkit.pipeline.editions import in_region

    return _Edition(read, in_region(wanted[0].book, edition))


def _written(
    edition: _Edition, chosen: Sequence[Format[Any]], folder: Path, jobs: int, whole: bool
) -> list[Written]:
    """Write the files of an edition, its chapters' or the book's, and say what was written."""
    files: list[Written] = []
    if not whole:
        for read, each in zip(edition.read, edition.made, strict=True):
            files += _write(_chapter(each, edition), chosen, folder, jobs)
            subject, document = read[0]
            say_lines(summary_text(document, subject.book))
    of_books = [one for one in chosen if one.scope == "book" or (whole and one.serves("book"))]
    if of_books:
        files += _write(_book(edition, of_books), of_books, folder, jobs)
    return files


def _chapter(made: Made, edition: _Edition) -> dict[str, ChapterPrinting]:
    """Return a chapter as each format has it."""
    return {
        name: printing
        for subject, document in made
        for printing in [printing_of(subject, document, say=edition.say)]
        for name in sorted(subject.formats)
    }


def _book(edition: _Edition, formats: Sequence[Format[Any]]) -> dict[str, BookPrinting]:
    """Return the book as each format has it; formats that have the same passages share one."""
    printings: dict[tuple[str, ...], BookPrinting] = {}
    found: dict[str, BookPrinting] = {}
    for one in formats:
        texts = [
            next(text for text in each if one.name in text[0].formats) for each in edition.made
        ]
        key = tuple(subject.key for subject, _ in texts)
        if key not in printings:
            subjects, documents = zip(*texts, strict=True)
            printings[key] = book_printing_of(subjects, documents, edition.say)
        found[one.name] = printings[key]
    return found


def _problems(made: Made) -> list[Problem]:
    return together([(one.made_for, linted(one, document)) for one, document in made])


def _check_edition(book: Book, edition: str, risk: bool) -> None:
    """Raise ChapterkitError for an edition that the book has not, or that has nothing to list."""
    if risk and edition not in regions():
        hint = f"同时写 --edition {regions()[-1]}，并列在 book.yaml 的 editions 里"
        raise ChapterkitError("--risk 只用于各地的繁体版", Origin(BOOK_FILE), hint)
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
    printings: Mapping[str, AnyPrinting], formats: Sequence[Format[Any]], folder: Path, jobs: int
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
        files = printed(wanted, folder / name, jobs, step)
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
