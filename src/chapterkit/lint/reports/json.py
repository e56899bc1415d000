"""JSON, for programs: the keys that design and editors rely on."""

from __future__ import annotations

from chapterkit.lint.reports import Report
from chapterkit.showing import as_json as to_json


def as_text(report: Report) -> str:
    """Return `problems` (path, line, column, rule, severity, message, hint) and `summary`.

    That of a shard has `shard`, too.
    """
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
    shard = {"shard": report.shard} if report.shard else {}
    return to_json({"problems": problems, "summary": dict(report.summary), **shard})
