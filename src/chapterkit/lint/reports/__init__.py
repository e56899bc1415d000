"""Forms of a report on problems: one module each, found by walking this folder.

A form turns problems into text: `as_text(report)`. It may use the source lines concerned and the
rules' pages; it reads no file itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any

from chapterkit.lint.problem import Problem
from chapterkit.showing import one_line


@dataclass(frozen=True)
class Report:
    """Problems in order, and what a form may show beside them.

    `lines` returns the lines of a file by its path as problems name it (none if it cannot be read);
    `checked` are the files that were checked; `colour` whether a terminal is to be painted;
    `strict` whether warnings fail, too; `shard` what joining the report with others asks for.
    """

    problems: Sequence[Problem]
    lines: Callable[[str], Sequence[str]] = field(default=lambda path: ())
    checked: Sequence[str] = ()
    colour: bool = False
    strict: bool = False
    shard: Mapping[str, Any] | None = None

    @cached_property
    def summary(self) -> Mapping[str, int]:
        """How many errors and warnings there are."""
        counts = Counter(map(attrgetter("severity"), self.problems))
        return {"errors": counts["error"], "warnings": counts["warning"]}


@lru_cache(maxsize=1024)
def in_line(text: str) -> str:
    """Return a text for a place within one line; many problems share their hints, and messages."""
    return one_line(text)


def report_names() -> list[str]:
    """Return the names of the forms without importing them."""
    return sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))


def written(report: Report, form: str) -> str:
    """Return the report in one of the forms."""
    module = importlib.import_module(f"{__name__}.{form}")
    text: str = module.as_text(report)
    return text
