"""Workflow commands of GitHub Actions: annotations at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from chapterkit.lint.problem import Problem
from chapterkit.lint.reports import Report
from chapterkit.showing import many_lines, one_line


def as_text(report: Report) -> str:
    """Return one workflow command a problem, and a last line of totals."""
    return "\n".join([*map(_command, report.problems), _totals(report)])


def _totals(report: Report) -> str:
    counts = report.summary
    return f"错误 {counts['errors']} 个，警告 {counts['warnings']} 个。"


def _command(problem: Problem) -> str:
    properties = ",".join(f"{key}={_property(value)}" for key, value in _properties(problem))
    text = "\n".join(filter(None, (problem.message, problem.hint)))
    return f"::{problem.severity} {properties}::{_data(text)}"


def _properties(problem: Problem) -> Iterator[tuple[str, str]]:
    origin, end = problem.origin, problem.end
    yield "file", origin.path
    yield "line", str(origin.line)
    yield "col", str(origin.column)
    if end and end.line == origin.line and end.column > origin.column:
        yield "endLine", str(end.line)
        yield "endColumn", str(end.column)
    yield "title", problem.rule


@lru_cache(maxsize=1024)
def _data(text: str) -> str:
    """Escape a command's text as the runner's toolkit does, and what a log would act on."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return many_lines(one_line(escaped))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
