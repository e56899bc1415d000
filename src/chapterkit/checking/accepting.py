"""Old problems that a baseline accepts: read, extended, pruned, and left out of a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chapterkit.checking.places import fence_of
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import replace_text
from chapterkit.lint import Problem
from chapterkit.lint.baseline import (
    Baseline,
    baseline_text,
    compared,
    extended,
    pruned,
    read_baseline,
)
from chapterkit.lint.engine import Leftovers, can_be_accepted, reviewed
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import read_text
from chapterkit.pipeline import Subject


@dataclass(frozen=True)
class Accepted:
    """A baseline, where it lies, and how problems name its path."""

    entries: Baseline
    path: Path
    name: str


def load_baseline(path: Path, name: str) -> Accepted:
    """Read a baseline; raise ChapterkitError if it is missing or does not fit."""
    return Accepted(read_baseline(read_text(path, name), name), path, name)


def own_baseline(book: Book, root: Path) -> Accepted | None:
    """Return the baseline that book.yaml names, if it names one; paths are from `root`."""
    name = book.config.lint.baseline
    if not name or not book.folder:
        return None
    return Accepted(read_baseline(book.folder.text(name), name), root / name, name)


def without_accepted(
    problems: Sequence[Problem], accepted: Accepted, subjects: Sequence[Subject], stale: bool = True
) -> list[Problem]:
    """Return what a baseline does not accept, with its own entries that nothing needs any more."""
    fixed, others = _apart(problems)
    new, surplus = compared(others, accepted.entries, _paths(subjects), _ran(subjects))
    new = [*fixed, *new]
    if not stale or not subjects:
        return new
    unneeded = tuple((entry.origin, f"{entry.rule}：{entry.text}") for entry in surplus)
    return [*new, *reviewed(Leftovers(stale=unneeded), subjects[0].run)]


def extend_baseline(
    path: Path, name: str, old: Baseline, problems: Sequence[Problem], reason: str
) -> int:
    """Add to a baseline the problems that it does not accept yet; return how many.

    Raises ChapterkitError if there are any and no reason is given: a baseline does not grow
    unexplained.
    """
    _, others = _apart(problems)
    new, _ = compared(others, old, ())
    if new and not any(map(str.isalnum, reason)):
        raise ChapterkitError(
            f"有 {len(new)} 个新问题要收进基线，没有说明理由",
            Origin(name),
            '加上 --reason "为什么收编"',
        )
    if new or not path.exists():
        replace_text(path, baseline_text(extended(old, new, reason.strip())), fence_of(path))
    return len(new)


def prune_baseline(
    accepted: Accepted, problems: Sequence[Problem], subjects: Sequence[Subject]
) -> int:
    """Take out of a baseline what no longer occurs in the texts checked; return how many."""
    _, others = _apart(problems)
    _, surplus = compared(others, accepted.entries, _paths(subjects), _ran(subjects))
    if surplus:
        text = baseline_text(pruned(accepted.entries, surplus))
        replace_text(accepted.path, text, fence_of(accepted.path))
    return sum(entry.times for entry in surplus)


def _apart(problems: Iterable[Problem]) -> tuple[list[Problem], list[Problem]]:
    """Return the problems that no baseline may accept, and the others."""
    every = list(problems)
    lasting = [problem for problem in every if not can_be_accepted(problem)]
    return lasting, [problem for problem in every if can_be_accepted(problem)]


def _ran(subjects: Iterable[Subject]) -> set[str]:
    """Return the names of the rules that ran over every one of the texts."""
    ran = [{rule.name for rule in one.run.rules} for one in subjects]
    return set.intersection(*ran) if ran else set()


def _paths(subjects: Iterable[Subject]) -> set[str]:
    return {path for one in subjects for path in one.paths()}
