"""Problems as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chapterkit.lint.problem import Problem


def as_text(problems: Sequence[Problem]) -> str:
    """Return one line a problem, its hint below it, and a line of totals.

    >>> print(as_text([]))
    没有问题。
    """
    lines: list[str] = []
    for problem in problems:
        origin = problem.origin
        place = f"{origin.path}:{origin.line}:{origin.column}"
        lines.append(f"{place}: {problem.severity}: {problem.message} [{problem.rule}]")
        if problem.hint:
            lines.append(f"  hint: {problem.hint}")
    counts = summary(problems)
    if not problems:
        return "没有问题。"
    return "\n".join([*lines, f"错误 {counts['errors']} 个，警告 {counts['warnings']} 个。"])


def as_json(problems: Sequence[Problem]) -> str:
    """Return the problems in the JSON that design and editors rely on."""
    listed = [
        {
            "path": problem.origin.path,
            "line": problem.origin.line,
            "column": problem.origin.column,
            "rule": problem.rule,
            "severity": problem.severity,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in problems
    ]
    return json.dumps(
        {"problems": listed, "summary": summary(problems)}, ensure_ascii=False, indent=2
    )


def summary(problems: Sequence[Problem]) -> dict[str, int]:
    """Count errors and warnings."""
    return {
        "errors": sum(problem.severity == "error" for problem in problems),
        "warnings": sum(problem.severity == "warning" for problem in problems),
    }
