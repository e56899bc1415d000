"""Every rule against its cases, and its own page against itself."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from chapterkit.lint import Problem, all_rules
from chapterkit.lint.engine import GROUPS, needs_of
from chapterkit.lint.fix import edited
from conftest import HERE, same_as_golden
from demo import problems_of

CASES = sorted((HERE / "rules").glob("*/*.md"))


def report(problems: list[Problem], text: str) -> str:
    lines = []
    for problem in problems:
        lines.append(f"{problem.origin.line}:{problem.origin.column}: {problem.message}")
        lines.append(f"    {problem.hint}")
        lines.extend(f"    -> {line}" for line in mended_lines(problem, text))
    return "".join(f"{line}\n" for line in lines)


def mended_lines(problem: Problem, text: str) -> list[str]:
    """Return the lines that a problem's edits touch, as they are once it alone is mended."""
    if not problem.edits:
        return []
    lines = text.split("\n")
    for edit in problem.edits:
        rest = "\n".join(lines[edit.origin.line - 1 :])
        assert rest.startswith(edit.old, edit.origin.column - 1), edit
    first = min(edit.origin.line for edit in problem.edits)
    last = max(edit.origin.line + edit.old.count("\n") for edit in problem.edits)
    after = edited({"case.md": text}, problem.edits)["case.md"].split("\n")
    return after[first - 1 : len(after) - (len(lines) - last)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_case(case: Path) -> None:
    text = case.read_text("utf-8")
    problems = problems_of(all_rules()[case.parent.name], text)
    if case.stem.startswith("misses"):
        assert report(problems, text) == ""
    else:
        assert problems
        same_as_golden(report(problems, text), case.with_suffix(".expected"))


def test_what_a_rule_needs_is_read_without_loading_it() -> None:
    assert {name: needs_of(name) for name in all_rules()} == {
        name: rule.needs for name, rule in all_rules().items()
    }


@pytest.mark.parametrize("rule", sorted({case.parent.name for case in CASES}))
def test_every_rule_has_six_hits_and_six_near_misses(rule: str) -> None:
    """A hits file that has stopped hitting must not pass as its own expectation."""
    cases = [(case, case.read_text("utf-8")) for case in CASES if case.parent.name == rule]
    hits = sum(
        len(problems_of(all_rules()[rule], text)) for case, text in cases if "hits" in case.stem
    )
    misses = sum(
        len(re.split(r"\n\s*\n", text.strip())) for case, text in cases if "misses" in case.stem
    )
    assert hits >= 6
    assert misses >= 6


def test_every_rule_has_cases() -> None:
    named = {case.parent.name for case in CASES}
    assert set(all_rules()) == named


def test_every_rule_stands_in_a_group() -> None:
    assert {rule.group for rule in all_rules().values()} <= set(GROUPS)


def examples(page: str, kind: str) -> list[str]:
    """Return the indented Markdown that follows each `Bad:` or `Good:` of a rule's page."""
    parts = re.split(r"^(\w[^\n]*):[ \t]*", page, flags=re.MULTILINE)
    return [
        textwrap.dedent(body.strip("\n"))
        for head, body in zip(parts[1::2], parts[2::2], strict=True)
        if head == kind
    ]


@pytest.mark.parametrize("name", sorted(set(all_rules()) - {"unused-number", "stale-baseline"}))
def test_examples_of_the_page_are_true(name: str) -> None:
    rule = all_rules()[name]
    bad, good = examples(rule.page, "Bad"), examples(rule.page, "Good")
    assert bad
    assert good
    assert "Why:" in rule.page
    assert "data-number=" not in "".join([*bad, *good])  # nobody writes that
    for example in bad:
        assert problems_of(rule, example), f"should be a problem: {example}"
    for example in good:
        assert not problems_of(rule, example), f"should be quiet: {example}"
