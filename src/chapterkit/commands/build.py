"""chapterkit build."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
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
from chapterkit.files import leads_out, path_from_here, replace_text
from chapterkit.formats import AnyPrinting, Format, all_formats
from chapterkit.manuscript.folder import Disk
from chapterkit.numbers.summary import summary_text
from chapterkit.pipeline import document_of, linted, load
from chapterkit.pipeline.press import book_printing_of, printing_of, written
from chapterkit.printing import Written

_DEFAULT = ", ".join(name for name, one in all_formats().items() if one.by_default)


@click.command()
@_options.targets
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(list(all_formats())),
    help=f"Write only this format; may be given several times. Default: {_DEFAULT}.",
)  # fmt: skip
@click.option("--book", "whole", is_flag=True, help="Write one file of all chapters, the book.")
@click.option("--output", type=_options.FOLDER, help="Folder for the outputs; default build/.")
@_options.jobs("Writers")
@click.option("--depfile", type=click.Path(path_type=Path), hidden=True)
def build(
    targets: Sequence[str],
    formats: Sequence[str],
    whole: bool,
    output: Path | None,
    jobs: int,
    depfile: Path | None,
) -> None:
    """Check chapters, then write every format.

    TARGET is a chapter's slug or number; default all. Outputs are
    build/<slug>/<slug>.<ext>. A problem of severity error stops the writing, and the previous
    good outputs stay. Example:

    \b
      chapterkit build 7 --format html --format pdf

    With --book the chapters become one file of each format, build/book/book.<ext>, with title
    page, parts, appendices and whatever else book.yaml lists.
    """
    root = this_root()
    book = load(Disk(root))
    known = all_formats().values()
    chosen = [one for one in known if one.name in formats or (one.by_default and not formats)]
    wanted = chapters_of(book, root, targets)
    documents = [document_of(one) for one in wanted]
    problems = each_once(map(linted, wanted, documents))
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
        for subject, document in zip(wanted, documents, strict=True):
            files += _write(printing_of(subject, document), chosen, folder, jobs)
            say_lines(summary_text(document, book))
    of_books = [one for one in chosen if one.scope == "book" or (whole and one.serves("book"))]
    if of_books:
        files += _write(book_printing_of(wanted, documents), of_books, folder, jobs)
    if depfile:
        _write_depfile(depfile, files)


def _own_folder(root: Path) -> Path:
    """Return the book's folder for outputs; raise ChapterkitError if it is a link to elsewhere."""
    folder = root / "build"
    if folder.is_symlink():
        raise leads_out(folder)
    return folder


def _write(
    printing: AnyPrinting, formats: Sequence[Format[Any]], folder: Path, jobs: int
) -> list[Written]:
    """Write a chapter or a book, with a bar while that goes on, and print what was written."""
    started = time.perf_counter()
    with progress(
        f"正在写 {printing.name}", sum(one.serves(printing.scope) for one in formats)
    ) as step:
        files = written(printing, formats, folder, jobs, step)
    if files:
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
