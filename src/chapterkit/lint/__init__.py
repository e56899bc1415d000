"""The linter: rules found by walking, run over one document, reported at the author's own lines."""

from chapterkit.lint.engine import Rule, all_rules, find_rule, lint
from chapterkit.lint.problem import Edit, Problem, insertion, join, problem_at, replacement
from chapterkit.lint.report import as_json, as_text

__all__ = [
    "Edit",
    "Problem",
    "Rule",
    "all_rules",
    "as_json",
    "as_text",
    "find_rule",
    "insertion",
    "join",
    "lint",
    "problem_at",
    "replacement",
]
