"""chapterkit merge-reports."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from chapterkit.checking.accepting import own_baseline, without_accepted
from chapterkit.checking.places import from_here
from chapterkit.checking.sharding import check_whole, joined, read_report
from chapterkit.checking.subjects import chapters_of, this_root
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._output import print_report
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import path_from_here
from chapterkit.lint.reports import report_names
from chapterkit.manuscript.folder import Disk
from chapterkit.pipeline import book_key, load


@click.command(name="merge-reports")
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...", type=_options.FILE)
@click.option(
    "--format", "form", type=click.Choice(report_names()), default="text", show_default=True,
    help="Form of the joined report, as `check` has them.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Warnings fail too.")
def merge_reports(reports: Sequence[Path], form: str, strict: bool) -> None:
    """Join the reports of shards into the one that a check of everything would have printed.

    REPORT is what `chapterkit check --shard K/N --format json` (or sarif) has printed. The
    problems are the same, in the same order, and so is the exit code. A shard or a chapter that is
    missing or there twice, another commit, another version and another manuscript are told, and
    nothing is joined. Run it in the book, at the same commit. Example:

    \b
      chapterkit merge-reports shard*.json --format github
    """
    root = this_root()
    book = load(Disk(root))
    told = {path_from_here(path): read_report(path) for path in reports}
    if len(told) < len(reports):
        raise ChapterkitError("同一个报告给了两次", Origin(next(iter(told))), "每份只给一个报告")
    check_whole(told)
    first = next(iter(told))
    if told[first].book != book_key(book):
        hint = "在各份所用的那个提交里运行 merge-reports"
        raise ChapterkitError("这里的书稿与做各份时的不同", Origin(first), hint)
    wanted = chapters_of(book, root)
    problems = joined(told.values())
    if accepted := own_baseline(book, root):
        problems = without_accepted(problems, accepted, wanted)
    problems = from_here(problems, wanted)
    print_report(problems, form, wanted, strict)
    if any(problem.severity == "error" or strict for problem in problems):
        sys.exit(PROBLEMS)
