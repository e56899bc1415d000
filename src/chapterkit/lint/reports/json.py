"""JSON, for programs: the keys that design and editors rely on."""

from __future__ import annotations

import json

from chapterkit.lint.reports import Report


def as_text(report: Report) -> str:
    """Return `problems` (path, line, column, rule, severity, message, hint) and `summary`."""
    problems = [
        {
            "path": problem.origin.path,
            "line": problem.origin.line,
            "column": problem.origin.column,
            "rule": problem.rule,
            "severity": problem.severity,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in report.problems
    ]
    return json.dumps(
        {"problems": problems, "summary": dict(report.summary)}, ensure_ascii=False, indent=2
    )
