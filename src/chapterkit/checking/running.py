"""Checking texts, several at once: in processes of their own, the problems in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from chapterkit.lint import Problem
from chapterkit.pipeline import Subject, problems_of
from chapterkit.revision.changes import Changes

Progress = Callable[[str], None]

# What a worker checks; given once to each, then texts are named by their place.
_SUBJECTS: list[Subject] = []


def problems_of_all(
    subjects: Sequence[Subject], jobs: int = 1, progress: Progress = lambda _: None
) -> list[list[Problem]]:
    """Return the problems of each subject, `jobs` of them checked at once."""
    jobs = min(jobs, len(subjects))
    if jobs < 2:
        return list(_followed(subjects, map(problems_of, subjects), progress))
    # A fork has everything already; elsewhere it is unsafe, and a new process is handed it.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(jobs, context, _take, (tuple(subjects),)) as pool:
        found = pool.map(_problems_of_nth, range(len(subjects)))
        return list(_followed(subjects, found, progress))


def _followed(
    subjects: Sequence[Subject], found: Iterable[list[Problem]], progress: Progress
) -> Iterator[list[Problem]]:
    """Yield what was found, and tell each time of which text."""
    for subject, problems in zip(subjects, found, strict=True):
        progress(subject.name)
        yield problems


def _take(subjects: Sequence[Subject]) -> None:
    _SUBJECTS[:] = subjects


def _problems_of_nth(place: int) -> list[Problem]:
    return problems_of(_SUBJECTS[place])


def each_once(found: Iterable[Iterable[Problem]]) -> list[Problem]:
    """Return the problems without repetition: what is wrong in a record shows in every chapter."""
    return list(dict.fromkeys(problem for problems in found for problem in problems))


def on_changed_lines(
    problems: Iterable[Problem], changes: Changes | None, root: Path = Path()
) -> list[Problem]:
    """Return the problems, with paths from `root`, on lines that were changed."""
    return [
        problem
        for problem in problems
        if changes is None or changes.hold(root / problem.origin.path, problem.origin.line)
    ]
