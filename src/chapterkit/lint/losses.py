"""How what was lost is told by the rules that guard a book, and what its author can do."""

from __future__ import annotations

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.removals import Loss


def problem_of(loss: Loss, message: str, otherwise: str, *, severity: str = "") -> Problem:
    """Return the problem of a loss; `otherwise` is what to do if it was not meant."""
    sign = f"chapterkit check --against {loss.since} --sign-off {loss.what[:8]} --reason 为什么"
    hint = f"{otherwise}；有意这样，就签字：{sign}"
    return Problem(loss.origin, message, hint, severity=severity, context=loss.words)
