"""Numbers: what contradicts what, and which typed quantity is which number."""

from __future__ import annotations

import pytest

from chapterkit.lint import all_rules
from chapterkit.manuscript.ledger import dresses
from chapterkit.numbers.matching import backing, backs, chance_matches
from chapterkit.quantities import find_in_plain
from demo import ledger_of, problems_of

SHARE = """
numbers:
  passed: {{value: 14, unit: 条, of: 走通, cite: k}}
  routes: {{value: 18, unit: 条, of: 路线, cite: k}}
  rate: {{value: {rate}, unit: "%", of: 成功率, cite: k, {share}}}
"""
CHANGE = """
numbers:
  before: {{value: {before}, unit: "%", of: 之前, cite: k}}
  after: {{value: {after}, unit: "%", of: 之后, cite: k}}
  change: {{value: {change}, unit: 个百分点, of: 变化, cite: k, change_of: [before, after]}}
"""
PRINTED = """
numbers:
  a: {{value: 11.5, unit: "%", of: 甲, cite: k}}
  b: {{value: 15.0, unit: "%", of: 乙, cite: k}}
  gain: {{derived: b - a, unit: 个百分点, of: 差, cite: k, printed: "{printed}"{note}}}
"""


def told(text: str) -> list[str]:
    rule = all_rules()["inconsistent-number"]
    return [f"{problem.origin}: {problem.message}" for problem in problems_of(rule, text.lstrip())]


@pytest.mark.parametrize(
    ("rate", "share", "wrong"),
    [
        ("77.8", "count: passed, of_total: routes", False),
        ("78.3", "count: passed, of_total: routes", True),
        ("78", "count: passed, of_total: routes", False),
        ("77.7", "count: passed, of_total: routes", True),
        ("78.3", "of_total: routes", True),
        ("83.3", "of_total: routes", False),
        ("83.4", "of_total: routes", True),
        ("78.3", "of_total: routes, note: 原文如此", False),
    ],
)
def test_a_percent_must_be_reachable(rate: str, share: str, wrong: bool) -> None:
    problems = told(SHARE.format(rate=rate, share=share))
    assert bool(problems) == wrong
    if wrong:
        assert problems[0].startswith("ledger.yaml:4: rate")


@pytest.mark.parametrize(
    ("before", "after", "change", "wrong"),
    [
        ("11.5", "15.0", "3.5", False),
        ("11.5", "15.0", "3.4", False),  # each of the three was rounded
        ("11.5", "15.0", "5.3", True),
        ("80.8", "1.3", "79.5", False),
        ("80.8", "1.3", "75.9", True),
        ("11", "15.0", "3.2", True),
    ],
)
def test_before_after_and_change_must_add_up(
    before: str, after: str, change: str, wrong: bool
) -> None:
    assert bool(told(CHANGE.format(before=before, after=after, change=change))) == wrong


@pytest.mark.parametrize(
    ("printed", "note", "wrong"),
    [
        ("+3.5%", "", False),
        ("3.5 points", "", False),
        ("4%", "", False),
        ("+5.3%", "", True),
        ("3.6", "", True),
        ("+3.6%", ", note: 原文用未取整的数相减", False),
    ],
)
def test_a_derived_number_must_be_what_is_printed(printed: str, note: str, wrong: bool) -> None:
    assert bool(told(PRINTED.format(printed=printed, note=note))) == wrong


MATCHING = """
numbers:
  rate: {value: 11.5, unit: "%", of: 成功率, cite: k, equals: ["0.115"]}
  points: {value: 3.5, unit: 个百分点, of: 差, cite: k}
  times: {value: 25, unit: 倍, of: 倍数, cite: k}
  growth: {value: 4, unit: 倍, of: 增幅, cite: k}
  items: {value: 12000, unit: 条, of: 数据, cite: k}
  exact: {value: 11957, unit: 条, of: 数据, cite: k}
  days: {value: 9, unit: 天, of: 时间, cite: k}
  span: {value: [17, 18], unit: 条, of: 路线, cite: k}
  minus: {value: -1.5, unit: 分, of: 惩罚, cite: k}
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("成功率是 11.5%", "rate"),
        ("成功率是百分之十一点五", "rate"),
        ("成功率是１１．５％", "rate"),
        ("成功率是 11.50%", "rate"),
        ("成功率是 0.115", "rate"),
        ("成功率约 12%", "rate"),
        ("成功率是 12%", ""),
        ("成功率约 11%", ""),
        ("成功率是 11.5 个百分点", ""),
        ("高出 3.5 个百分点", "points"),
        ("高出 3.5%", ""),
        ("是它的 25 倍", "times"),
        ("是它的二十五倍", "times"),
        ("提升了四倍", "growth"),
        ("提升到四倍", ""),
        ("共 1.2 万条", "items"),
        ("共 12,000 条", "items"),
        ("约 1.2 万条", "exact items"),
        ("约 1.3 万条", ""),
        ("跑了 9 天", "days"),
        ("走通 17～18 条", "span"),
        ("走通 17 条", ""),
        ("走通 16～18 条", ""),
        ("记 −1.5 分", "minus"),
        ("记 1.5 分", ""),
    ],
)
def test_which_number_a_typed_quantity_is(text: str, names: str) -> None:
    ledger = ledger_of(MATCHING)
    found = {number.id for one in find_in_plain(text) for number in backing(one, ledger.values())}
    assert found == set(names.split())


def test_every_dress_of_a_number_is_that_number() -> None:
    for number in ledger_of(MATCHING).values():
        for shown in dresses(number):
            quantities = find_in_plain(shown)
            assert len(quantities) == 1, shown
            assert backs(number, quantities[0]) or number.id == "exact", shown


def test_chance_matches_count_small_whole_numbers() -> None:
    assert chance_matches(ledger_of(MATCHING).values()) == len({25, 4, 9, 17, 18})


def test_values_of_many_decimals_have_dresses() -> None:
    text = "numbers:\n  x: {value: 1.2345678901234, of: 甲, cite: k}\n"
    (number,) = ledger_of(text).values()
    assert "1.2345678901234" in dresses(number)
