"""`chapterkit new rule`: what it writes passes the tests of every other rule."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import test_rules
from chapterkit.errors import ChapterkitError
from chapterkit.lint import all_rules, engine, new_rule
from chapterkit.lint import rules as rules_package
from conftest import Run

NAME = "undecided-word"
MODULE = "undecided_word"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Make the folders of a clone into which rules and cases go."""
    (tmp_path / "src" / "chapterkit" / "lint" / "rules").mkdir(parents=True)
    (tmp_path / "tests" / "rules").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def cases(clone: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Make a rule and let the linter find it beside its own; return its cases."""
    module, *made = new_rule.make_rule(NAME, "terms", clone)
    monkeypatch.setattr(rules_package, "__path__", [*rules_package.__path__, str(module.parent)])
    all_rules.cache_clear()
    engine._own_names.cache_clear()
    yield [path for path in made if path.suffix == ".md"]
    sys.modules.pop(f"{rules_package.__name__}.{MODULE}", None)
    all_rules.cache_clear()
    engine._own_names.cache_clear()


def test_a_new_rule_passes_the_tests_of_every_rule(
    cases: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_rules, "CASES", cases)
    assert all_rules()[NAME].group == "terms"
    assert len(cases) == 2
    for case in cases:
        test_rules.test_case(case)
    test_rules.test_every_rule_has_six_hits_and_six_near_misses(NAME)
    test_rules.test_every_rule_stands_in_a_group()
    test_rules.test_examples_of_the_page_are_true(NAME)


@pytest.mark.parametrize(
    ("name", "group", "said"),
    [
        ("Undecided", "terms", "“Undecided”"),
        ("undecided_word", "terms", "“undecided_word”"),
        ("../rule", "terms", "“../rule”"),
        (NAME, "trems", "trems"),
    ],
)
def test_a_name_or_group_that_will_not_do_is_refused(
    name: str, group: str, said: str, clone: Path
) -> None:
    with pytest.raises(ChapterkitError) as refused:
        new_rule.make_rule(name, group, clone)
    assert said in refused.value.message
    assert refused.value.hint
    assert not [path for path in clone.rglob("*") if path.is_file()]


def test_a_rule_that_exists_is_not_written_over(clone: Path) -> None:
    module = new_rule.make_rule(NAME, "terms", clone)[0]
    module.write_text("# mine\n")
    with pytest.raises(ChapterkitError, match="已经有了"):
        new_rule.make_rule(NAME, "terms", clone)
    assert module.read_text() == "# mine\n"


def test_outside_a_clone_it_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setattr(new_rule, "CLONE", tmp_path)
    result = run(tmp_path, "new", "rule", NAME)
    assert result.exit_code == 2
    assert [line[:5] for line in result.output.splitlines()] == ["只有在 c", "hint:"]
    assert not list(tmp_path.iterdir())
