"""Work on texts, several at once: in processes of their own, what comes of it in order."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from chapterkit.errors import ChapterkitError
from chapterkit.lint import Problem
from chapterkit.lint.engine import is_fixed
from chapterkit.pipeline import FORGETFUL, Memory, Subject, memory_at, problems_of
from chapterkit.revision.changes import Changes
from chapterkit.text.tree import forget_blocks

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Progress = Callable[[str], None]
Value = TypeVar("Value")
Work = Callable[[Subject, Memory], Value]
"""What is done with a text: a function of a module, or a value that can be pickled and called."""


class Executor(Protocol):
    """Whatever does work on texts; `costs` are what chapters took, in seconds of a processor."""

    @property
    def costs(self) -> dict[str, float]:
        """What each chapter took of which nothing was kept."""

    def each(self, work: Work[Value], subjects: Sequence[Subject]) -> Iterator[Value]:
        """Yield what the work gives for each text, in their order."""


# What a worker is at work on; given once to each, then texts are named by their place.
_WORK: list[Work[Any]] = []
_SUBJECTS: list[Subject] = []
_AT_WORK: list[int] = []
_ENDING: list[int] = []
_SIGNALS = {signal.SIGINT, signal.SIGTERM}


@dataclass(frozen=True)
class Processes:
    """Does work in so many processes of this machine at once; in this one, if they are not two.

    `costs` are the seconds of a processor that each chapter took of which nothing was kept.
    """

    jobs: int = 1
    costs: dict[str, float] = field(default_factory=dict, compare=False)

    def each(self, work: Work[Value], subjects: Sequence[Subject]) -> Iterator[Value]:
        """Yield what the work gives for each text, in their order."""
        jobs = min(self.jobs, len(subjects))
        if jobs < 2:
            yield from noted(subjects, (measured(work, one) for one in subjects), self.costs)
            return
        yield from noted(subjects, _by_workers(jobs, work, subjects), self.costs)


def _by_workers(
    jobs: int, work: Work[Value], subjects: Sequence[Subject]
) -> Iterator[tuple[Value, float]]:
    """Yield what the work gives for each text, and what it cost, from so many workers at once.

    A fork has the book for nothing, but comes to have a copy of all of it that it looks at: after
    some texts others take over. What the first of many texts needs once is there for all of them.
    """
    each = _OF_A_WORKER if _FORKS else len(subjects)
    known = _one_here(work, subjects) if _FORKS and len(subjects) >= jobs * _MANY else {}
    for start in range(0, len(subjects), jobs * each):
        places = range(start, min(start + jobs * each, len(subjects)))
        with _pool(jobs, work, subjects) as pool:
            with _signals_waiting():
                found = pool.map(_for_nth, [one for one in places if one not in known])
            for place in places:
                yield known[place] if place in known else next(found)


_FORKS = sys.platform == "linux"
"""Whether workers are forks of this process: elsewhere that is unsafe."""
_OF_A_WORKER = 50
"""How many texts a fork does, more or less, before another takes over."""
_MANY = 100
"""From how many texts for each worker on one of them is done here, before there are workers."""


def _one_here(work: Work[Value], subjects: Sequence[Subject]) -> dict[int, tuple[Value, float]]:
    """Do the work on a text from the middle, which is like most; return it by its place.

    Where it fails there is nothing: a worker will tell.
    """
    place = len(subjects) // 2
    try:
        return {place: measured(work, subjects[place])}
    except ChapterkitError:
        return {}
    finally:
        _let_go(subjects[place])


@contextmanager
def beside(work: Work[Value], subject: Subject) -> Iterator[Future[Value]]:
    """Do work on a text in a process of its own, and give what will come of it.

    That has what this process's memory of the book has. Where there is no fork, the work is done
    here, at once.
    """
    if not _FORKS:
        from concurrent.futures import Future

        done: Future[Value] = Future()
        done.set_result(work(subject, memory_for(subject)))
        yield done
        return
    with _pool(1, work, [subject]) as pool:
        with _signals_waiting():
            found = pool.submit(_for_only)
        yield found


@contextmanager
def _pool(
    jobs: int, work: Work[Value], subjects: Sequence[Subject]
) -> Iterator[ProcessPoolExecutor]:
    """Give processes that do work on texts; they end with the context, and when interrupted."""
    # Loaded only where there are several processes.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    # A fork has everything already; a new process is handed it.
    context = get_context("fork" if _FORKS else "spawn")
    gc.freeze()  # what is there already stays out of the collections that would copy it
    with ProcessPoolExecutor(jobs, context, _take, (work, tuple(subjects))) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            # The pool's own thread may trip over work that is both cancelled and broken.
            threading.excepthook = lambda _: None
            for worker in active_children():
                worker.terminate()
            raise
        finally:
            gc.unfreeze()


def measured(work: Work[Value], subject: Subject) -> tuple[Value, float]:
    """Return what work gives for a text, and its seconds of a processor; 0 if some was kept."""
    memory = memory_for(subject)
    reused, before = memory.reused, os.times()
    value = work(subject, memory)
    after = os.times()
    spent = sum(after[:4]) - sum(before[:4])
    return value, 0.0 if memory.reused > reused else spent


def noted(
    subjects: Sequence[Subject], found: Iterable[tuple[Value, float]], costs: dict[str, float]
) -> Iterator[Value]:
    """Yield what was found, and note what it cost for each chapter."""
    for subject, (value, seconds) in zip(subjects, found, strict=True):
        if subject.chapter and seconds:
            costs[subject.chapter.slug] = seconds
        yield value


def problems_of_all(
    subjects: Sequence[Subject], executor: Executor, progress: Progress = lambda _: None
) -> list[list[Problem]]:
    """Return the problems of each subject."""
    return list(followed(subjects, executor.each(problems_of, subjects), progress))


def followed(
    subjects: Sequence[Subject], found: Iterable[Value], progress: Progress
) -> Iterator[Value]:
    """Yield what was found, and tell each time of which text."""
    for subject, one in zip(subjects, found, strict=True):
        progress(subject.name)
        yield one


def memory_for(subject: Subject) -> Memory:
    """Return this process's memory of a text's book; a text outside of one is not remembered."""
    if not subject.chapter:
        return FORGETFUL
    key = subject.root, os.environ.get("CHAPTERKIT_CACHE", "")
    if key not in _MEMORIES:
        _MEMORIES[key] = memory_at(subject.root)
    return _MEMORIES[key]


_MEMORIES: dict[tuple[Path, str], Memory] = {}


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


def _take(work: Work[Any], subjects: Sequence[Subject]) -> None:
    """Make a worker ready: it ends with its parent, when that says so or is no more."""
    _WORK[:], _SUBJECTS[:] = [work], subjects
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _end(number: int, frame: object) -> None:
    """End a worker, in the midst of its work by way of all that tidies up."""
    if _AT_WORK:
        _ENDING.append(number)
        raise KeyboardInterrupt
    os._exit(0)


def _end_with_parent() -> None:
    from multiprocessing import parent_process  # it is loaded where there is a parent

    if parent := parent_process():
        parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _for_only() -> Any:
    return _for_nth(0)[0]


def _for_nth(place: int) -> tuple[Any, float]:
    try:
        _AT_WORK.append(place)
        return measured(_WORK[0], _SUBJECTS[place])
    except KeyboardInterrupt:
        os._exit(0)
    except ChapterkitError as error:
        failure = error.alone()
    finally:
        _AT_WORK.clear()
        if _ENDING:  # what was to end the work may have come upon what stops at nothing
            os._exit(0)
        _let_go(_SUBJECTS[place])
    raise failure


def _let_go(subject: Subject) -> None:
    """Let go of a text that is done, and at once of what only holds itself."""
    memory_for(subject).turn_to("")
    forget_blocks()
    gc.collect(1)


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
