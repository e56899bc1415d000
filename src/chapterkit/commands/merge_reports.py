"""chapterkit merge-reports."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from chapterkit.checking.accepting import own_baseline, without_accepted
from chapterkit.checking.costs import keep_costs
from chapterkit.checking.joining import bring_together, builds_in, is_manifest, library_of
from chapterkit.checking.places import from_here
from chapterkit.checking.sharding import ShardReport, check_whole, costs_of, joined, read_report
from chapterkit.checking.subjects import chapters_of, this_root
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._output import print_report
from chapterkit.commands._saying import hand_over, say
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import path_from_here
from chapterkit.lint.reports import report_names
from chapterkit.manifest import manifest_text
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.pipeline import book_key, load


@click.command(name="merge-reports")
@click.argument(
    "reports", nargs=-1, required=True, metavar="REPORT...",
    type=click.Path(path_type=Path, exists=True),
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(report_names()), default="text", show_default=True,
    help="Form of the joined report, as `check` has them; of builds, json is the joined manifest.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option(
    "--output", type=_options.FOLDER, help="Of builds: bring all their files together here."
)
def merge_reports(reports: Sequence[Path], form: str, strict: bool, output: Path | None) -> None:
    """Join what shards have found, or made, into what one machine would have.

    REPORT is what `chapterkit check --shard K/N --format json` (or sarif) has printed. The
    problems are the same, in the same order, and so is the exit code.

    Or REPORT is a folder into which `chapterkit build --shard K/N` has written, or a manifest.json
    from there. The manifests become one, and with --output all files lie in one folder, the same
    to the byte; each is compared with its manifest first.

    A shard or a chapter that is missing or there twice, another commit, another version and
    another manuscript are told, and nothing is joined. Run it in the book, at the same commit.
    Examples:

    \b
      chapterkit merge-reports shard*.json --format github
      chapterkit merge-reports shards/* --output build --format json > library.json
    """
    root = this_root()
    book = load(Disk(root))
    of_builds = [one for one in reports if one.is_dir() or is_manifest(one)]
    if len(of_builds) == len(reports):
        _join_builds(of_builds, book, root, form, output)
        return
    if of_builds or output:
        hint = "check 的报告和 build 的文件夹分两次合并；--output 只用于 build 的文件夹"
        raise ChapterkitError("这里有 check 的报告", Origin(path_from_here(reports[0])), hint)
    told = {path_from_here(path): read_report(path) for path in reports}
    if len(told) < len(reports):
        raise ChapterkitError("同一个报告给了两次", Origin(next(iter(told))), "每份只给一个报告")
    check_whole(told)
    _check_same(told, book)
    keep_costs(root, "check", costs_of(told.values()))
    wanted = chapters_of(book, root)
    problems = joined(told.values())
    if accepted := own_baseline(book, root):
        problems = without_accepted(problems, accepted, wanted)
    problems = from_here(problems, wanted)
    print_report(problems, form, wanted, strict)
    if any(problem.severity == "error" or strict for problem in problems):
        sys.exit(PROBLEMS)


def _check_same(told: Mapping[str, ShardReport], book: Book) -> None:
    """Raise ChapterkitError if the shards are of another manuscript than the one here."""
    first = next(iter(told))
    if told[first].book != book_key(book):
        hint = "在各份所用的那个提交里运行 merge-reports"
        raise ChapterkitError("这里的书稿与做各份时的不同", Origin(first), hint)


def _join_builds(
    named: Sequence[Path], book: Book, root: Path, form: str, output: Path | None
) -> None:
    """Join manifests, and bring files together where that is asked for; say what came of it."""
    if form not in {"text", "json"}:
        raise click.UsageError("合并 build 的结果时，--format 只能是 text 或 json")
    builds = builds_in(named, book)
    library = library_of(builds, book)
    keep_costs(root, "build", costs_of(builds.shards.values()))
    files = sum(len(one.outputs) for one in library.chapters)
    done = f"合起来 {len(library.chapters)} 章，{files} 个文件"
    if output:
        bring_together(builds, output)
        done += f"，都在 {path_from_here(output)}"
    if form == "json":
        hand_over(manifest_text(library).rstrip("\n"))
    say(f"{done}。", err=form == "json")
