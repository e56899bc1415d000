"""Exceptions in the text: how they are written, and what they hold for."""

from __future__ import annotations

import pytest

from chapterkit.errors import Origin
from chapterkit.lint import Problem
from chapterkit.lint.allow import Allow, allows, without_allowed
from chapterkit.pipeline import read
from chapterkit.text.origins import mark, rendered_plainly, without_marks


def made(text: str) -> list[Allow]:
    return allows(read(rendered_plainly(text, "a.md")))


# --- how they are written


@pytest.mark.parametrize(
    ("comment", "rules", "reason"),
    [
        ("chapterkit: allow fake-list: 原文如此", ("fake-list",), "原文如此"),
        ("chapterkit： allow fake-list：原文如此", ("fake-list",), "原文如此"),
        ("chapterkit:allow fake-list:  原文如此  ", ("fake-list",), "原文如此"),
        ("chapterkit allow fake-list: 原文如此", ("fake-list",), "原文如此"),
        ("Chapterkit: Allow Fake-List: 原文如此", ("fake-list",), "原文如此"),
        ("chapterkit: allow a-b, c_d，e、f: 甲：乙", ("a-b", "c_d", "e", "f"), "甲：乙"),
        ("chapterkit: allow a ,b: 甲", ("a", "b"), "甲"),
        ("chapterkit: allow a:\n两行的\n理由", ("a",), "两行的\n理由"),
        ("chapterkit: allow a", ("a",), ""),
        ("chapterkit: allow a:", ("a",), ""),
        ("chapterkit: alow a: 甲", (), ""),
        ("chapterkit: allow", (), ""),
        ("chapterkit: allowa: 甲", (), ""),
        ("chapterkit: allow a,: 甲", (), ""),
        ("chapterkit: allow a b: 甲", (), ""),
        ("chapterkit:", (), ""),
    ],
)
def test_how_an_exception_is_written(comment: str, rules: tuple[str, ...], reason: str) -> None:
    for form in (f"<!-- {comment} -->", f"<!--{comment}-->", f"<!--  {comment}  -->"):
        [one] = made(f"{form}\n\n甲。\n")
        assert (one.rules, one.reason) == (rules, reason)
        assert one.origin == Origin("a.md", 1, 1)


@pytest.mark.parametrize(
    "comment",
    [
        "只是注",
        "用 chapterkit: allow a",
        "chapterkits: allow a",
        "chapterkit 说明",
        "chapterkitallow a",
    ],
)
def test_other_comments_are_no_exceptions(comment: str) -> None:
    assert made(f"<!-- {comment} -->\n\n甲。\n") == []


# --- what they hold for

A = "<!-- chapterkit: allow a: 理由 -->"


def lines(text: str) -> list[list[tuple[int, int]]]:
    """Return for each exception of a text the stretches of lines that it holds for."""
    return [[(first.line, last.line) for first, last in one.lines] for one in made(text)]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (f"{A}\n\n甲。\n\n乙。\n", [(3, 3)]),
        (f"甲。\n\n{A}\n\n乙。\n\n丙。\n", [(5, 5)]),
        (f"甲。{A}\n\n乙。\n", [(1, 1)]),
        (f"甲{A}乙。\n\n丙。\n", [(1, 1)]),
        (f"甲。\n{A}\n乙。\n\n丙。\n", [(3, 3)]),
        (f"甲。\n\n{A}\n", []),
        (f"{A}\n\n# 甲\n\n乙。\n", [(3, 3)]),
        (f"{A}\n\n- 甲\n- 乙\n\n丙。\n", [(3, 3), (4, 4)]),
        (f"{A}\n\n> 甲\n>\n> 乙\n\n丙。\n", [(3, 3), (5, 5)]),
        (f"> {A}\n>\n> 甲\n>\n> 乙\n", [(3, 3), (5, 5)]),
        (f"{A}\n\n- 甲\n\n乙\n\n- 丙\n", [(3, 3)]),
        (f"{A}\n\n甲[^n]。\n\n乙。\n\n[^n]: 注。\n", [(3, 3), (7, 7)]),
    ],
)
def test_an_exception_holds_for_one_paragraph_list_or_quote(
    text: str, held: list[tuple[int, int]]
) -> None:
    assert lines(text) == [held]


def test_each_exception_holds_for_its_own() -> None:
    assert lines(f"{A}\n\n甲。\n\n乙{A}。\n\n{A}\n\n丙。\n") == [[(3, 3)], [(5, 5)], [(9, 9)]]


def test_before_a_placed_experiment_it_holds_for_the_line_that_places_it() -> None:
    """The chapter's own lines 3 and 4: what comes next, with at most a blank one between."""
    chapter, template = Origin("book/a.md", 1, 1), Origin("templates/b.md.j2", 8, 1)
    two_lines = "<!-- chapterkit: allow a:\n理由 -->"
    marked = f"{mark(chapter, True)}{two_lines}\n\n{mark(template, True)}甲。\n"
    [one] = allows(read(without_marks(marked)))
    assert [(first.path, first.line, last.line) for first, last in one.lines] == [
        ("templates/b.md.j2", 8, 8),
        ("book/a.md", 3, 4),
    ]


# --- what they cover


def problem(rule: str, line: int, path: str = "a.md") -> Problem:
    return Problem(Origin(path, line), "", rule=rule)


def test_problems_of_the_named_rules_on_the_lines_are_covered() -> None:
    one = Allow(Origin("a.md", 1), ("a", "b"), "", ((Origin("a.md", 3), Origin("a.md", 5)),))
    other = Allow(Origin("a.md", 9), ("a",), "", ((Origin("a.md", 5), Origin("a.md", 5)),))
    problems = [
        problem("a", 2), problem("a", 3), problem("a", 4), problem("b", 5), problem("a", 6),
        problem("c", 4), problem("a", 4, "b.md"), problem("a", 5),
    ]  # fmt: skip
    kept, used = without_allowed(problems, [one, other])
    assert [(left.rule, left.origin.path, left.origin.line) for left in kept] == [
        ("a", "a.md", 2), ("a", "a.md", 6), ("c", "a.md", 4), ("a", "b.md", 4),
    ]  # fmt: skip
    assert used == {(one, "a"), (one, "b"), (other, "a")}


def test_without_exceptions_every_problem_stays() -> None:
    assert without_allowed([problem("a", 1)], []) == ([problem("a", 1)], set())
