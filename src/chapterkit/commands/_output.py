"""What commands print: reports on problems, progress, paths."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from chapterkit.checking.places import source_lines
from chapterkit.commands._saying import hand_over, say, say_lines
from chapterkit.files import path_from_here
from chapterkit.lint import Problem
from chapterkit.lint.reports import Report, written
from chapterkit.pipeline import Subject
from chapterkit.showing import one_line


def print_report(
    problems: Sequence[Problem],
    form: str,
    subjects: Sequence[Subject],
    strict: bool = False,
    shard: Mapping[str, Any] | None = None,
) -> None:
    """Print problems, whose paths are from the current folder, in one of the forms of a report."""
    checked = tuple(dict.fromkeys(file_from_here(one, one.name) for one in subjects))
    report = Report(problems, source_lines(), checked, _colour(), strict, shard)
    if form == "text":
        say_lines(written(report, form), painted=report.colour)
    else:
        hand_over(written(report, form))


def _colour() -> bool:
    """Tell whether output goes to a terminal that wants colours (NO_COLOR says it does not)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def print_made(paths: Sequence[Path]) -> None:
    """Print which files were written."""
    for path in paths:
        say(f"写了 {path_from_here(path)}")


def file_from_here(subject: Subject, path: str) -> str:
    """Return the path of a file of a text, from the current folder."""
    return path if subject.root == Path() else path_from_here(subject.root / path)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on a terminal for more than one thing, else nothing.

    It is drawn when something is done, and not by a thread: processes may be forked meanwhile.
    """
    if total < 2 or not sys.stderr.isatty():
        yield lambda _: None
        return
    nothing_yet = [""] * total
    with click.progressbar(
        nothing_yet, label=one_line(title), file=sys.stderr, item_show_func=lambda done: done
    ) as bar:
        yield lambda done: bar.update(1, one_line(done))
