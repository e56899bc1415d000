"""Numbers: what is computed, what contradicts what, and which typed quantity is which number."""

from __future__ import annotations

import operator
import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chapterkit.errors import ChapterkitError
from chapterkit.lint import all_rules
from chapterkit.manuscript.ledger import (
    Ledger,
    Number,
    approximate_text,
    bare_text,
    chinese_text,
    dresses,
    make_ledger,
    signed_text,
    value_text,
)
from chapterkit.manuscript.records import parse_record, read_decimal
from chapterkit.manuscript.wording import locale
from chapterkit.numbers.matching import (
    Claim,
    backing,
    backs,
    chance_matches,
    nearest_number,
    same_direction,
)
from chapterkit.quantities import Quantity, find_in_plain, find_quantities
from demo import claim_in, claims_in, ledger_of, problems_of


def number(value: str, unit: str = "%") -> Number:
    """Return a recorded number of this value and unit."""
    return ledger_of(f'numbers:\n  x: {{value: {value}, unit: "{unit}", of: 甲, cite: k}}\n')["x"]


# --- derived numbers


def derived(expression: str, values: Mapping[str, object], more: str = "") -> Number:
    """Return the number that a record computes from others."""
    lines = [f"  {name}: {{value: {value}, of: 甲, cite: k}}" for name, value in values.items()]
    lines.append(f"  z: {{derived: '{expression}', of: 乙, cite: k{more}}}")
    return ledger_of("\n".join(["numbers:", *lines, ""]))["z"]


OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
Values = Mapping[str, Fraction]
Expression = tuple[str, Callable[[Values], Fraction]]


def operation(one: Expression, sign: str, other: Expression) -> Expression:
    text = f"({one[0]}) {sign} ({other[0]})"
    return text, lambda values: OPERATORS[sign](one[1](values), other[1](values))


def negation(one: Expression) -> Expression:
    return f"-({one[0]})", lambda values: -one[1](values)


def decimals(places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(-(10**6), 10**6).map(lambda whole: Decimal(whole).scaleb(-places))


NAMES = st.sampled_from("abc").map(lambda name: (name, lambda values: values[name]))
LITERALS = st.integers(0, 9999).map(lambda n: (f"{n / 100}", lambda values: Fraction(f"{n / 100}")))
EXPRESSIONS = st.recursive(
    NAMES | LITERALS,
    lambda inner: st.builds(operation, inner, st.sampled_from("+-*/"), inner) | inner.map(negation),
    max_leaves=5,
)
VALUES = st.fixed_dictionaries({name: st.integers(0, 3).flatmap(decimals) for name in "abc"})


@given(EXPRESSIONS, VALUES, st.integers(0, 6))
def test_a_derived_number_is_exact_arithmetic_rounded_once(
    expression: Expression, values: dict[str, Decimal], digits: int
) -> None:
    text, exactly = expression
    try:
        exact = exactly({name: Fraction(value) for name, value in values.items()})
    except ZeroDivisionError:
        with pytest.raises(ChapterkitError, match="除以零"):
            derived(text, values, f", digits: {digits}")
        return
    computed = derived(text, values, f", digits: {digits}").value
    assert isinstance(computed, Decimal)
    assert computed.as_tuple().exponent == -digits
    away = abs(Fraction(computed)) - abs(exact)  # halves are rounded away from zero
    assert -Fraction(1, 2) < away * 10**digits <= Fraction(1, 2)
    assert Fraction(computed) * exact >= 0


@given(VALUES)
def test_sums_and_differences_keep_the_decimals_of_their_operands(
    values: dict[str, Decimal],
) -> None:
    computed = derived("a - b + c", values).value
    assert computed == values["a"] - values["b"] + values["c"]
    assert isinstance(computed, Decimal)
    most = min(int(value.as_tuple().exponent) for value in values.values())
    assert computed.as_tuple().exponent == min(most, 0)


@pytest.mark.parametrize(
    ("expression", "more", "value"),
    [
        ("a / 4", ", digits: 0", "3"),  # 2.5
        ("-a / 4", ", digits: 0", "-3"),
        ("a / 8", ", digits: 2", "1.25"),
        ("a / 8", ", digits: 1", "1.3"),
        ("a * b", "", "15.0"),
        ("(a - b) / a * 100", "", "85.0"),
        ("100 * a / 100", "", "10"),
        ("a * 0.1", "", "1"),
        ("a - a", "", "0"),
        ("--a", "", "10"),
        ("  a + b  ", "", "11.5"),
    ],
)
def test_what_is_computed(expression: str, more: str, value: str) -> None:
    assert str(derived(expression, {"a": 10, "b": "1.5"}, more).value) == value


@pytest.mark.parametrize(
    ("expression", "says", "hint"),
    [
        ("a / 3", "小数位更多", "用 digits: 写明保留几位"),
        ("a * 0.05", "0.5 比各个数的小数位更多", "用 digits: 写明保留几位"),
        ("a / (b - b)", "除以零", ""),
        ("a ** b", "不能有 Pow", "例如 gpl_rl - gpl_init"),
        ("a % b", "不能有 Mod", ""),
        ("+a", "加减乘除", ""),
        ("a if b else a", "加减乘除", ""),
        ("a and b", "加减乘除", ""),
        ("a - True", "不能有 True", ""),
        ("a - 1e3", "不能有 1000.0", ""),
        ("a - 0x10", "不能有 16", ""),
        ("a - .5", "不能有 0.5", ""),
        ("a - qqqqqqqq", "提到的 qqqqqqqq 不在", "先记录它"),
        ("a -", "不能有 a -", ""),
        ("a - bb", "提到的 bb 不在", "最接近的是 b"),
        ("z - a", "绕成了圈：z → z", "其中一个要写 value"),
        ("a - r", "不能用范围 r 来算", "把两端分别记录"),
        (" + ".join(["a"] * 101), "超过 400 个字符", ""),
    ],
)
def test_what_is_not_computed(expression: str, says: str, hint: str) -> None:
    with pytest.raises(ChapterkitError) as caught:
        derived(expression, {"a": 10, "b": 2, "r": "[1, 2]"})
    assert says in caught.value.message
    assert caught.value.hint == hint or not hint
    assert caught.value.origin is not None
    assert caught.value.origin.line == 5


def test_large_numbers_are_exact() -> None:
    values = {"a": 12345678901234567891, "b": "0.25"}
    assert str(derived("a + b", values).value) == "12345678901234567891.25"


def test_a_number_stands_where_its_value_is_written() -> None:
    text = (
        "slug: run\ntitle: 题\npart: rl\nsources: [k]\nnumbers:\n"
        "  a: {of: 甲, value: 1, cite: k}\n  b: {of: 乙, derived: a, cite: k}\n"
    )
    ledger = make_ledger({"run": parse_record(text, "experiments/run.yaml")})
    assert list(ledger) == ["run.a", "run.b"]
    assert [(one.origin.line, one.origin.column) for one in ledger.values()] == [(6, 14), (7, 14)]


def test_an_expression_may_have_four_hundred_characters() -> None:
    expression = " + ".join(["a"] * 100).ljust(400)
    assert derived(expression, {"a": 2}).value == 200
    with pytest.raises(ChapterkitError, match="超过 400"):
        derived(expression + " ", {"a": 2})


def test_a_circle_is_named_from_where_it_closes() -> None:
    text = (
        "numbers:\n"
        "  a: {derived: b, of: 甲, cite: k}\n"
        "  b: {derived: c + 1, of: 甲, cite: k}\n"
        "  c: {derived: b - 1, of: 甲, cite: k}\n"
    )
    with pytest.raises(ChapterkitError, match="b → c → b") as caught:
        ledger_of(text)
    assert caught.value.origin is not None
    assert caught.value.origin.line == 3


def test_operands_are_the_names_of_the_expression() -> None:
    assert set(derived("(a - b) / a * 2", {"a": 4, "b": 2, "c": 1}).operands) == {"a", "b"}
    assert number("4").operands == ()


# --- the ledger


def test_an_unknown_number_has_the_nearest_as_hint() -> None:
    numbers = {name: number("1") for name in ("cards.before", "cards.gain", "routes.rate")}
    for key, hint in {
        "cards.gian": "最接近的是 cards.gain",
        "cards.zzzzzzzzzzzzzzzzzzzzzzzz": "最接近的是 cards.before、cards.gain",
        "nowhere.at_all_to_be_found_here": "记录里还没有任何数",
    }.items():
        with pytest.raises(ChapterkitError) as caught:
            Ledger(numbers).find(key)
        assert caught.value.message == f"没有记录过的数：{key}"
        assert caught.value.hint == hint


def test_a_sibling_stands_in_the_same_record() -> None:
    one, other = derived("a", {"a": 4}), number("5")
    assert Ledger({"z": one, "a": other}).sibling(one, "a") is other


# --- dress


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0"),
        ("9999", "9999"),
        ("9999.99", "9999.99"),
        ("10000", "10,000"),
        ("10000.5", "10,000.5"),
        ("1234567.25", "1,234,567.25"),
        ("-9999", "−9999"),
        ("-10000", "−10,000"),
        ("-0.5", "−0.5"),
        ("15.0", "15.0"),
    ],
)
def test_groups_of_three_begin_at_five_digits(value: str, shown: str) -> None:
    assert value_text(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown", "signed", "chinese"),
    [
        ("15.0", "%", "15.0%", "+15.0%", "百分之十五点零"),
        ("-8.1", "%", "−8.1%", "−8.1%", "负百分之八点一"),
        ("0", "个百分点", "0 个百分点", "0 个百分点", "零个百分点"),
        ("3", "‰", "3‰", "+3‰", "千分之三"),
        ("20", "°", "20°", "+20°", "二十°"),
        ("18", "条", "18 条", "+18 条", "十八条"),
        ("7", "ms", "7 ms", "+7 ms", "七 ms"),
        ("24", "", "24", "+24", "二十四"),
        ("35", "$ million", "$35 million", "+$35 million", "三千五百万美元"),
        ("1.25", "€bn", "€1.25bn", "+€1.25bn", "十二亿五千万欧元"),
        ("-7", "USD million", "−USD 7 million", "−USD 7 million", "负七百万美元"),
        ("35", "百万美元", "35 百万美元", "+35 百万美元", "三十五百万美元"),
    ],
)
def test_the_dresses_of_a_number(
    value: str, unit: str, shown: str, signed: str, chinese: str
) -> None:
    one = number(value, unit)
    assert (one.text, signed_text(one), chinese_text(one)) == (shown, signed, chinese)
    assert {shown, signed, chinese} <= dresses(one)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        ("11.5", 0, "约 12%"),
        ("12.5", 0, "约 13%"),
        ("-12.5", 0, "约 −13%"),
        ("11.45", 1, "约 11.5%"),
        ("11.44", 1, "约 11.4%"),
        ("11.5", 2, "约 11.50%"),
        ("9999.5", 0, "约 10,000%"),
        ("1.5", 10, "约 1.5000000000%"),
    ],
)
def test_an_approximation_is_rounded_and_marked(value: str, digits: int, shown: str) -> None:
    assert approximate_text(number(value), digits) == shown


@pytest.mark.parametrize("digits", [-1, 11, 0.5, "1"])
def test_an_approximation_has_at_most_ten_decimals(digits: int) -> None:
    with pytest.raises(ChapterkitError, match=f"在 0 到 10 之间，不能是 {digits}"):
        approximate_text(number("1.5"), digits)


def test_a_range_has_two_dresses() -> None:
    assert dresses(number("[17, 18]", "条")) == {"17～18 条", "十七至十八条"}
    assert dresses(number("[10, 15]")) == {"10%～15%", "百分之十至百分之十五"}
    with pytest.raises(ChapterkitError, match="x 是范围"):
        signed_text(number("[17, 18]", "条"))


@pytest.mark.parametrize(
    ("written", "unit", "shown", "in_words"),
    [
        ("4:3", "", "4:3", "四比三"),
        ("4∶3", "", "4:3", "四比三"),
        ("1280 x 720", "像素", "1280×720 像素", "一千二百八十乘七百二十像素"),
        ("12000：5", "人", "12,000:5 人", "一万二千比五人"),
        ("3/8", "", "3/8", "八分之三"),
    ],
)
def test_a_pair_is_shown_as_it_is_written(
    written: str, unit: str, shown: str, in_words: str
) -> None:
    made = number(written, unit)
    assert dresses(made) == {shown, in_words}
    assert pickle.loads(pickle.dumps(made)).text == shown
    with pytest.raises(ChapterkitError, match=r"x 是(比|乘积|分数)"):
        signed_text(made)


@pytest.mark.parametrize(
    ("written", "typed", "is_backed"),
    [
        ("4:3", "画幅是 4∶3。", True),
        ("4:3", "画幅是四比三。", True),
        ("4:3", "画幅是 3:4。", False),
        ("1280×720", "画面是 1280x720。", True),
        ("3/8", "占八分之三。", True),
        ("3/8", "占 37.5%。", True),
        ("3/8", "占 38%。", False),
    ],
)
def test_a_pair_backs_its_other_spellings(written: str, typed: str, is_backed: bool) -> None:
    [found] = find_in_plain(typed)
    assert backs(number(written, ""), Claim(found, typed)) == is_backed


def test_a_range_of_the_numbers_of_a_fraction_is_no_share() -> None:
    text = "占 62.5%。"
    [share] = find_in_plain(text)
    for written, is_share in (("[5, 8]", False), ("5/8", True), ("[5, 8]", False)):
        assert backs(number(written, ""), Claim(share, text)) == is_share


def test_every_number_of_decimals_up_to_its_own_is_a_dress() -> None:
    assert dresses(number("3.45", "分")) == {
        "3.45 分", "+3.45 分", "三点四五分", "约 3 分", "约 3.5 分", "约 3.45 分",
    }  # fmt: skip


def test_numbers_of_any_size_have_dresses() -> None:
    with pytest.raises(ChapterkitError, match="中文数字写不出") as caught:
        chinese_text(number("1e30", "条"))
    assert caught.value.hint == "去掉过滤器 zh"
    digits = "1" + ",000" * 10 + " 条"
    assert dresses(number("1e30", "条")) == {digits, f"+{digits}", f"约 {digits}"}


UNITS = st.sampled_from(
    [
        "%",
        "个百分点",
        "项",
        "天",
        "公里",
        "ms",
        "元",
        "步",
        "$ million",
        "€bn",
        "USD million",
        "亿美元",
    ]
)
SIGNS = st.sampled_from([1, -1])
# Small numbers and decimals in words are often something else: 一条路, 一点六七 (a range); and
# 1008.2 is a month.
WHOLE = st.builds(lambda sign, size: Decimal(sign * size), SIGNS, st.integers(11, 10**6))
THOUSANDTHS = st.integers(-999_999, 999_999).map(lambda size: Decimal(size).scaleb(-3))


def is_read_as(dress: str, recorded: Number) -> bool:
    """Tell whether a dress, in a sentence, is one quantity and backed by the number."""
    found = find_in_plain(f"结果是{dress}。")
    assert found == find_quantities(f"结果是{dress}。")
    return len(found) == 1 and backs(recorded, Claim(found[0], f"结果是{dress}。"))


@given(WHOLE, UNITS)
def test_every_dress_of_a_number_is_read_back_as_that_number(value: Decimal, unit: str) -> None:
    recorded = number(f"{value:f}", unit)
    assert [dress for dress in dresses(recorded) if not is_read_as(dress, recorded)] == []


@given(THOUSANDTHS, UNITS)
def test_digits_are_read_back_but_for_what_is_rounded_to_nothing(value: Decimal, unit: str) -> None:
    recorded = number(f"{value:f}", unit)
    for dress in dresses(recorded) - {chinese_text(recorded)}:
        nothing = value != 0 and not any(digit in dress for digit in "123456789")
        assert is_read_as(dress, recorded) is not nothing, dress


@given(WHOLE, st.integers(1, 9), UNITS)
def test_another_number_is_not_taken_for_it(value: Decimal, more: int, unit: str) -> None:
    recorded = number(f"{value:f}", unit)
    other = number(f"{value + more if value > 0 else value - more:f}", unit)
    for dress in {other.text, signed_text(other), chinese_text(other)}:
        assert not is_read_as(dress, recorded), dress


# --- contradictions

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


def messages(text: str) -> list[str]:
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
    problems = messages(SHARE.format(rate=rate, share=share))
    assert bool(problems) == wrong
    if wrong:
        assert problems[0].startswith("ledger.yaml:4: rate")


@pytest.mark.parametrize(
    ("before", "after", "change", "wrong"),
    [
        ("11.5", "15.0", "3.5", False),
        ("11.5", "15.0", "3.4", True),  # of unrounded values, perhaps: then a note says so
        ("11", "15.0", "3.6", False),  # 11 may have been 11.4
        ("11.5", "15.0", "5.3", True),
        ("80.8", "1.3", "79.5", False),
        ("80.8", "1.3", "75.9", True),
        ("11", "15.0", "3.2", True),
    ],
)
def test_before_after_and_change_must_add_up(
    before: str, after: str, change: str, wrong: bool
) -> None:
    assert bool(messages(CHANGE.format(before=before, after=after, change=change))) == wrong


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
    assert bool(messages(PRINTED.format(printed=printed, note=note))) == wrong


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
    found = {number.id for one in claims_in(text) for number in backing(one, ledger.values())}
    assert found == set(names.split())


def test_chance_matches_count_small_whole_numbers() -> None:
    assert chance_matches(ledger_of(MATCHING).values()) == len({25, 4, 9, 17, 18})


@pytest.mark.parametrize(
    ("value", "unit", "text", "is_backed"),
    [
        ("0", "%", "降到 0%", True),
        ("0", "%", "降到约 0%", True),
        ("0.3", "%", "降到约 0%", False),  # rounding to nothing says nothing
        ("0.3", "%", "降到约 0.3%", True),
        ("-0.4", "%", "约 0%", False),
        ("11.45", "%", "约 11.5%", True),
        ("11.44", "%", "约 11.5%", False),
        ("-11.5", "%", "约 −12%", True),
        ("11957", "条", "约 1.20 万条", True),
        ("11957", "条", "约 12000 条", False),  # five digits are said, and they are not these
        ("11957", "条", "约 12 千条", True),
        ("1234567", "美元", "约 1.2 million 美元", True),
        ("1234567", "美元", "约 1.3 million 美元", False),
        ("11.5", "%", "约 11～12%", False),
        ("[11, 12]", "%", "11%～12%", True),
        ("[11, 12]", "%", "约 11%", False),
        ("11.5", "%", "约 12 个百分点", False),
        ("3", "", "几十", False),
        ("1234567890123456789012345678901", "条", "1234567890123456789012345678901 条", True),
    ],
)
def test_what_backs_a_quantity(value: str, unit: str, text: str, is_backed: bool) -> None:
    assert backs(number(value, unit), claim_in(f"结果{text}。")) is is_backed


@pytest.mark.parametrize(
    ("of", "when", "text", "is_backed"),
    [
        ("增幅", "", "提升了 4 倍", True),
        ("增幅", "", "提升到 4 倍", False),
        ("增幅", "", "下降了 4 倍", False),
        ("增幅", "", "达到它的 4 倍", True),
        ("速度", "", "提升了 4 倍", True),  # the very characters
        ("速度", "", "提升到 4 倍", True),
        ("速度", "", "提升至 4 倍", True),
        ("速度", "", "提升为 4 倍", True),
        ("速度", "", "是它的 4 倍", True),
        ("速度", "比原来高出", "提升了 4 倍", True),
        ("速度", "比原来多出", "多了 4 倍", True),
        ("速度", "增长之后", "提升到 4 倍", False),
    ],
)
def test_multiples_have_a_direction(of: str, when: str, text: str, is_backed: bool) -> None:
    condition = f", when: {when}" if when else ""
    ledger = ledger_of(f"numbers:\n  x: {{value: 4, unit: 倍, of: {of}, cite: k{condition}}}\n")
    assert backs(ledger["x"], claim_in(f"速度{text}。")) is is_backed


ADDING = ["增加", "增长", "提升", "提高", "上升", "多", "高出", "升", "涨", "扩大", "翻"]


@pytest.mark.parametrize("word", ADDING)
def test_words_that_make_a_multiple_an_addition(word: str) -> None:
    growth, speed = (ledger_of(MULTIPLE.format(of))["x"] for of in ("增幅", "速度"))
    for end, adds in (
        ("", True),
        ("了", True),
        ("到", False),
        ("至", False),
        ("为", False),
        ("成", False),
    ):
        typed = Quantity(0, 3, "4 倍", Decimal(4), "倍", change=word + end)
        assert (same_direction(growth, typed), same_direction(speed, typed)) == (adds, True)


@pytest.mark.parametrize("word", ["增幅", "升幅", "涨幅", "增加", "增长", "提高", "高出", "多出"])
def test_words_of_a_record_that_make_it_an_addition(word: str) -> None:
    recorded = ledger_of(MULTIPLE.format(f"速度的{word}"))["x"]
    assert same_direction(recorded, Quantity(0, 3, "4 倍", Decimal(4), "倍", change="提升了"))
    assert not same_direction(recorded, Quantity(0, 3, "4 倍", Decimal(4), "倍", change="下降了"))
    assert same_direction(recorded, Quantity(0, 3, "4 倍", Decimal(4), "倍"))
    assert same_direction(recorded, Quantity(0, 3, "4%", Decimal(4), "%", change="下降了"))


MULTIPLE = "numbers:\n  x: {{value: 4, unit: 倍, of: {}, cite: k}}\n"


@pytest.mark.parametrize(
    ("value", "rounded", "digits"),
    [
        ("28", "三十条", "30 条"),
        ("321", "三百条", "300 条"),
        ("3210", "三千条", "3000 条"),
        ("32100", "3 万条", "30000 条"),
        ("321000000", "3 亿条", "300000000 条"),
        ("12345", "12K 条", "12000 条"),
        ("12345", "12k 条", "12000 条"),
        ("12345678", "12M 条", "12000000 条"),
        ("12345678901", "12B 条", "12000000000 条"),
        ("12345", "12 thousand samples", "12,000 samples"),
        ("12345678", "12 million samples", "12,000,000 samples"),
        ("12345678901", "12 billion samples", "12,000,000,000 samples"),
    ],
)
def test_zeros_that_a_magnitude_stands_for_are_not_said(
    value: str, rounded: str, digits: str
) -> None:
    recorded = number(value, digits.partition(" ")[2])
    short, long = claim_in(f"约 {rounded}。"), claim_in(f"约 {digits}。")
    assert (backs(recorded, short), backs(recorded, long)) == (True, False)


def test_other_spellings_that_the_record_gives() -> None:
    text = (
        'numbers:\n  x: {value: 500, unit: ms, of: 甲, cite: k, equals: ["0.52 秒", 几十秒, 无]}\n'
    )
    recorded = ledger_of(text)["x"]
    for typed, is_backed in {
        "0.52 秒": True,
        "约 0.5 秒": True,
        "0.5 秒": True,
        "0.6 秒": False,
        "几十秒": False,
    }.items():
        assert backs(recorded, claim_in(f"用了{typed}。")) is is_backed, typed


NEAREST = """
numbers:
  ten: {value: 10, unit: "%", of: 甲, cite: k}
  other_ten: {value: 10.0, unit: "%", of: 甲, cite: k}
  twelve: {value: 12, unit: "%", of: 甲, cite: k}
  points: {value: 11, unit: 个百分点, of: 甲, cite: k}
  span: {value: [11, 12], unit: "%", of: 甲, cite: k}
"""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("10.1%", "other_ten"),
        ("11.5%", "twelve"),
        ("8.34%", "other_ten"),  # 10 is less than a fifth of 8.34 away
        ("8.3%", None),
        ("15%", "twelve"),  # exactly a fifth
        ("15.1%", None),
        ("11 条", None),
        ("11%～12%", None),
        ("几十个", None),
    ],
)
def test_the_nearest_number_of_the_same_unit(text: str, name: str | None) -> None:
    [found] = find_in_plain(f"结果是 {text}。")
    nearest = nearest_number(found, ledger_of(NEAREST).values())
    assert (nearest.id if nearest else None) == name


def test_nothing_is_nearest_in_an_empty_ledger() -> None:
    [found] = find_in_plain("结果是 0%。")
    assert nearest_number(found, []) is None


def test_chance_matches_count_one_to_a_hundred() -> None:
    numbers = [number(value) for value in ("0", "1", "99.5", "100", "101", "[2, 3]", "-4", "1.0")]
    assert chance_matches(numbers) == len({1, 100, 2, 3})


@pytest.mark.parametrize(
    ("typed", "way_out"),
    [
        ("1,280", "去掉分节号：1280"),
        ("1 280.5", "去掉分节号：1280.5"),
        ("86.4 万元", "value: 86.4, unit: 万元"),
        ("62.5%", 'value: 62.5, unit: "%"'),
        ("£3,000", 'value: 3000, unit: "£"'),
        ("12～15", "[12, 15]"),
        ("3:2:1", "再多的，一项一条记录"),
        ("约 12 元", "value: 12, unit: 元；来源印的“约 12 元”写进 printed:"),
        ("百分之五", 'value: 5, unit: "%"'),
        ("−3.5", "负号写成 -：-3.5"),
        ("72½ miles", "写成小数：value: 72.5, unit: miles"),
        ("c. 72", "value: 72；来源印的“c. 72”写进 printed:"),
        ("不明", "例如 15.0"),
    ],
)
def test_a_value_that_is_no_number_is_told_with_the_way_out(typed: str, way_out: str) -> None:
    with pytest.raises(ValueError, match="不是一个数") as told:
        read_decimal(typed)
    assert str(told.value).endswith(way_out)


def test_a_range_below_zero_is_said_in_an_english_book() -> None:
    text = 'numbers:\n  a: {value: [-2.4, 0.8], unit: "%", of: the change, cite: k}\n'
    number = replace(ledger_of(text)["a"], wording=locale("en").wording)
    assert number.text == "−2.4% to 0.8%"
    assert bare_text(number) == "−2.4 to 0.8"
    assert is_read_as(number.text, number)


def test_the_sign_of_a_currency_stands_before_the_amount() -> None:
    text = 'numbers:\n  a: {value: 7750, unit: "£", of: the price, cite: k}\n'
    number = ledger_of(text)["a"]
    assert number.text == "£7,750"
    assert approximate_text(number, 0) == "约 £7,750"
