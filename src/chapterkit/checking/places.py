"""Problems with paths from the current folder, and the lines that they speak of."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.lint.problem import Problem, in_order
from chapterkit.manuscript.folder import find_root, read_text
from chapterkit.pipeline import Subject


def from_here(problems: Sequence[Problem], subjects: Sequence[Subject]) -> list[Problem]:
    """Return the problems with paths from the current folder."""
    root = next((one.root for one in subjects if one.root != Path()), None)
    if root is None:
        return list(problems)
    files = {one.name for one in subjects if one.root == Path()}
    outside = [problem for problem in problems if problem.origin.path in files]
    inside = [problem for problem in problems if problem.origin.path not in files]
    return in_order([*outside, *_relocated(inside, root)])


def _relocated(problems: Iterable[Problem], root: Path) -> list[Problem]:
    if root.resolve() == Path.cwd():
        return list(problems)
    return [
        replace(
            problem,
            origin=_moved(problem.origin, root),
            end=problem.end and _moved(problem.end, root),
            edits=tuple(replace(edit, origin=_moved(edit.origin, root)) for edit in problem.edits),
        )
        for problem in problems
    ]


def _moved(origin: Origin, root: Path) -> Origin:
    path = os.path.relpath(root / origin.path).replace(os.sep, "/")
    return origin._replace(path=path)


def fence_of(path: Path) -> Path | None:
    """Return the folder out of which no link may lead when a file is written; None if anywhere.

    It is the book that the file stands in, or else the current folder, if it stands below that.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link is not followed
    here = Path.cwd()
    return find_root(absolute.parent) or (here if absolute.is_relative_to(here) else None)


def source_lines() -> Callable[[str], Sequence[str]]:
    """Return a function that gives a file's lines by its path, nothing if it cannot be read."""

    @cache
    def lines(path: str) -> Sequence[str]:
        try:
            return read_text(Path(path), path).split("\n")
        except ChapterkitError:
            return ()

    return lines
