"""Checking texts, several at once: in processes of their own, the problems in order."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path

from chapterkit.lint import Problem
from chapterkit.lint.engine import is_fixed
from chapterkit.pipeline import Subject, memory_at, problems_of
from chapterkit.revision.changes import Changes

Progress = Callable[[str], None]

# What a worker checks; given once to each, then texts are named by their place.
_SUBJECTS: list[Subject] = []
_AT_WORK: list[int] = []
_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def problems_of_all(
    subjects: Sequence[Subject], jobs: int = 1, progress: Progress = lambda _: None
) -> list[list[Problem]]:
    """Return the problems of each subject, `jobs` of them checked at once."""
    jobs = min(jobs, len(subjects))
    if jobs < 2:
        return list(_followed(subjects, map(_problems, subjects), progress))
    # A fork has everything already; elsewhere it is unsafe, and a new process is handed it.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(jobs, context, _take, (tuple(subjects),)) as pool:
        try:
            with _signals_waiting():
                found = pool.map(_problems_of_nth, range(len(subjects)))
            return list(_followed(subjects, found, progress))
        except KeyboardInterrupt:
            # The pool's own thread may trip over work that is both cancelled and broken.
            threading.excepthook = lambda _: None
            for worker in active_children():
                worker.terminate()
            raise


def _followed(
    subjects: Sequence[Subject], found: Iterable[list[Problem]], progress: Progress
) -> Iterator[list[Problem]]:
    """Yield what was found, and tell each time of which text."""
    for subject, problems in zip(subjects, found, strict=True):
        progress(subject.name)
        yield problems


@contextmanager
def _signals_waiting() -> Iterator[None]:
    """Let signals wait while workers start: what is forked is not ready for them yet."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _take(subjects: Sequence[Subject]) -> None:
    """Make a worker ready: it ends with its parent, when that says so or is no more."""
    _SUBJECTS[:] = subjects
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _end(number: int, frame: object) -> None:
    """End a worker, in the midst of its work by way of all that tidies up."""
    if _AT_WORK:
        raise KeyboardInterrupt
    os._exit(0)


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _problems_of_nth(place: int) -> list[Problem]:
    try:
        _AT_WORK.append(place)
        return _problems(_SUBJECTS[place])
    except KeyboardInterrupt:
        os._exit(0)
    finally:
        _AT_WORK.clear()


def _problems(subject: Subject) -> list[Problem]:
    """Return the problems of a text; what was found in a chapter is kept with its book."""
    return (
        problems_of(subject, memory_at(subject.root)) if subject.chapter else problems_of(subject)
    )


def each_once(found: Iterable[Iterable[Problem]]) -> list[Problem]:
    """Return the problems without repetition: what is wrong in a record shows in every chapter."""
    return list(dict.fromkeys(problem for problems in found for problem in problems))


def on_changed_lines(
    problems: Iterable[Problem], changes: Changes | None, root: Path = Path()
) -> list[Problem]:
    """Return the problems, with paths from `root`, on lines that were changed, and the fixed ones.

    A fixed rule's problems count wherever they are: a change elsewhere may have made them.
    """
    return [
        problem
        for problem in problems
        if changes is None
        or is_fixed(problem)
        or changes.hold(root / problem.origin.path, problem.origin.line)
    ]
