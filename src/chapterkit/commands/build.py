"""chapterkit build."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from chapterkit.checking.accepting import own_baseline, without_accepted
from chapterkit.checking.places import from_here
from chapterkit.checking.running import each_once
from chapterkit.checking.subjects import chapters_of, this_root
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._output import print_report, progress, shown
from chapterkit.formats import all_formats
from chapterkit.manuscript.folder import Disk
from chapterkit.numbers.summary import summary_text
from chapterkit.pipeline import document_of, linted, load
from chapterkit.printing import Written, build_chapter


@click.command()
@_options.targets
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(list(all_formats())),
    help="Write only this format; may be given several times. Default: html, epub, pdf, docx.",
)  # fmt: skip
@click.option("--output", type=_options.FOLDER, help="Folder for the outputs; default build/.")
@_options.jobs("Writers")
@click.option("--depfile", type=click.Path(path_type=Path), hidden=True)
def build(
    targets: Sequence[str],
    formats: Sequence[str],
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
        click.echo("有错误，什么也没有写；先前的输出没有动。", err=True)
        sys.exit(PROBLEMS)
    for subject, document in zip(wanted, documents, strict=True):
        started = time.perf_counter()
        assert subject.chapter
        with progress(f"正在写 {subject.chapter.slug}", len(chosen)) as step:
            folder = output or root / "build"
            written = build_chapter(
                book, root, subject.chapter, document, chosen, folder, jobs, step
            )
        _print_written(written, time.perf_counter() - started)
        click.echo(summary_text(document, book))
        if depfile:
            _write_depfile(depfile, subject.chapter.number, written)


def _print_written(written: Sequence[Written], seconds: float) -> None:
    width = max(len(shown(one.path)) for one in written)
    for one in written:
        click.echo(f"{shown(one.path):<{width}}  {_size(one.size):>9}  {one.seconds:5.1f} 秒")
    click.echo(f"写好 {len(written)} 个文件，共 {seconds:.1f} 秒。")


def _size(size: int) -> str:
    return f"{size / 1024:.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"


def _write_depfile(depfile: Path, number: int, written: Sequence[Written]) -> None:
    """Tell make which files the chapter's stamp stands for: a deleted one is built again."""
    paths = [os.path.relpath(one.path).replace(os.sep, "/") for one in written]
    stamp = f"build/chapter{number}.built"
    text = f"{stamp}: {' '.join(paths)}\n" + "".join(f"{path}:\n" for path in paths)
    depfile.parent.mkdir(parents=True, exist_ok=True)
    depfile.write_text(text, "utf-8")
