"""chapterkit verify."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from chapterkit.checking.subjects import this_root
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._output import path_from_here, progress
from chapterkit.commands._saying import hand_over, say, say_lines
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.lock import LOCK_FILE, write_lock
from chapterkit.numbers.verify.check import as_json, as_text, sources_of
from chapterkit.numbers.verify.check import verify as results_of
from chapterkit.numbers.verify.results import merge_lock, with_lock
from chapterkit.pipeline import load


@click.command()
@_options.targets
@_options.sources
@_options.form
@click.option("--all", "everything", is_flag=True, help="List the verified numbers, too.")
def verify(targets: Sequence[str], sources: Path | None, form: str, everything: bool) -> None:
    """Look each number up in its source's own text, and write experiments/verified.lock.

    TARGET is a chapter's slug or number, an experiment's slug, or a number (slug.name);
    default all. A number is verified if its printed form stands where the record says, or
    near the record's own words; elsewhere, if it stands in another place; not-found;
    no-source, if the text is not at hand; stale, if it was changed since. Commit the lock:
    `check` compares the records with it, so that CI needs no papers. Example:

    \b
      chapterkit verify --sources ~/papers
      chapterkit verify general-points --all
    """
    root = this_root()
    book = load(Disk(root))
    only = _numbers_named(book, targets)
    folder = sources or Disk(root).place("sources")
    if sources is not None and not sources.is_dir():
        raise ChapterkitError("没有这个文件夹", Origin(str(sources)), "原文放在那里，以引用键命名")
    with progress("正在核对", len(sources_of(book.ledger, only))) as step:
        results = results_of(book.ledger, folder, only, step)
    lock = book.lock or {}
    if merged := merge_lock(lock, results, book.ledger, date.today().isoformat()):
        write_lock(root / LOCK_FILE, merged)
    if results.numbers and all(one.status == "no-source" for one in results.numbers):
        say(f"{path_from_here(folder)} 里没有读到任何原文；下面照先前的核对记录。", err=True)
    results = with_lock(results, lock)
    if form == "json":
        hand_over(as_json(results))
    else:
        say_lines(as_text(results, everything=everything))
    if not results.clean:
        sys.exit(PROBLEMS)


def _numbers_named(book: Book, targets: Sequence[str]) -> list[str] | None:
    """Return the ids that the targets name; None for all."""
    if not targets:
        return None
    named: list[str] = []
    for target in targets:
        if target in book.ledger:
            named.append(target)
            continue
        slugs = [target]
        if target not in book.records:
            slugs = list(book.chapter(book.config.chapter(target).slug).experiments)
        named += [id for id in book.ledger if id.partition(".")[0] in slugs]
    return named
