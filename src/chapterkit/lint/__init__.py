"""The linter: rules found by walking, run over one document, reported at the author's own lines."""

from chapterkit.lint.engine import Rule, Run, all_rules, find_rule, lint, rules_for, together
from chapterkit.lint.problem import Edit, Problem, insertion, join, problem_at, replacement

__all__ = [
    "Edit", "Problem", "Rule", "Run", "all_rules", "find_rule", "insertion", "join", "lint",
    "problem_at", "replacement", "rules_for", "together",
]  # fmt: skip
