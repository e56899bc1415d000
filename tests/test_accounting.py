"""What backs each quantity of a text, and typed quantities bound to the ledger."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chapterkit.manuscript.config import PolicyConfig
from chapterkit.manuscript.ledger import Ledger
from chapterkit.numbers.accounting import Accounted, accounts, as_json, as_text, typed_text
from chapterkit.numbers.binding import Binding, as_diff, as_sentences, bindings, bound
from chapterkit.pipeline import read
from chapterkit.text.origins import rendered_plainly
from demo import ledger_of

LEDGER = ledger_of(
    """
numbers:
  rate: {value: 15.0, unit: "%", of: 成功率, cite: one, at: 图 6}
  routes: {value: 18, unit: 条, of: 路线, cite: two}
  other_routes: {value: 18, unit: 条, of: 别的路线, cite: three, at: 表 1}
  days: {value: 3, unit: 天, of: 时间, cite: one}
  share: {value: 11.52, unit: "%", of: 占比, cite: one}
  span: {value: [17, 18], unit: 步, of: 步数, cite: one}
""".lstrip()
)


def listed(
    text: str, *names: str, exempt: bool = False, ledger: Ledger = LEDGER
) -> list[Accounted]:
    return accounts(read(rendered_plainly(text, "a.md")), ledger, names, exempt=exempt)


def summary(text: str, *names: str, exempt: bool = False) -> list[tuple[str, str, str | None]]:
    """Return text, status and number of each quantity."""
    return [
        (one.text, one.status, one.number.id if one.number else None)
        for one in listed(text, *names, exempt=exempt)
    ]


RECORDED = '[15.0%]{.number data-number="rate"}'


# --- accounting


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"升到{RECORDED}。", [("15.0%", "recorded", "rate")]),
        ('升到[15.0%]{.number data-number="raet"}。', [("15.0%", "unsourced", None)]),
        ("升到 15%[@one]。", [("15%", "matched", "rate")]),
        ("升到 15%[@two]。", [("15%", "unsourced", None)]),
        ("成功率升到 15%。", [("15%", "unsourced", None)]),
        ("约 10^6^ 个，H~2~O，5 m^2^。", [("10^6^ 个", "unsourced", None), ("5 m^2^", "unsourced", None)]),
        ("# 1.5 面向接口\n\n## 3.2 人的条件", []),
        ("# 2.4 GHz 频段", [("2.4 GHz", "unsourced", None)]),
        ("走了 18 条[@two; @three]。", [("18 条", "matched", "routes")]),
        ("走了 18 条[@three; @two]。", [("18 条", "matched", "other_routes")]),
        ("走了三条[@one]。", [("三条", "exempt", None)]),
        ("走了三天[@one]。", [("三天", "matched", "days")]),
        ("走了 18 条，升到 15%[@one; @two]。", [("18 条", "matched", "routes"), ("15%", "matched", "rate")]),
        (f"走了 18 条，升到{RECORDED}，又 9 天。", [("18 条", "unsourced", None), ("15.0%", "recorded", "rate"), ("9 天", "unsourced", None)]),
        ("# 升到 15% 之后\n\n甲[@one]。", [("15%", "unsourced", None)]),
        ("甲[@one]。\n\n成功率升到 15%。", [("15%", "unsourced", None)]),
        ("见图 6，GPT-4 是 2024 年的。", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_backs_a_quantity(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert summary(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "见 `x = 15%`。",
        "见 $15\\%$。",
        "见[@one, 第 15 页 15%]。",
        "见[约 15% 处](#a)。",
        "见[^15%]。",
    ],
)
def test_what_is_no_typed_prose_is_not_looked_at(text: str) -> None:
    assert summary(text) == []


def test_names_may_hold_a_number() -> None:
    assert summary("用了百分百公司的方法。", "百分百公司") == []
    assert summary("用了 15% 法，成功率升到 15%。", "15% 法") == [("15%", "unsourced", None)]


def test_masking_keeps_every_character_in_its_place() -> None:
    [block] = read(rendered_plainly("甲`x`乙[^1]丙[@one]丁名字戊", "a.md")).blocks
    text = typed_text(block, ["名字"])
    assert len(text) == len(block.text)
    assert [one for one in text if one != "\ufffc"] == list("甲乙丙丁戊")
    assert [text.index(one) for one in "甲乙丁戊"] == [block.text.index(one) for one in "甲乙丁戊"]


def test_what_is_exempt_is_told_if_asked() -> None:
    found = listed(f"见图 6 的三条，{RECORDED}", exempt=True)
    assert [(one.text, one.status, one.why) for one in found] == [
        ("6", "exempt", "E2 place in a text (图表章节等位置)"),
        ("三条", "exempt", "small-count"),
        ("15.0%", "recorded", ""),
    ]
    assert found[2].quantity is not None
    assert listed(RECORDED)[0].quantity is None  # nobody asked


def test_a_quantity_has_its_place() -> None:
    [one] = listed("甲。\n\n乙丙 15%。\n")
    assert (one.origin.path, one.origin.line, one.origin.column) == ("a.md", 3, 4)


def test_the_account_as_text() -> None:
    text = (
        '走了 18 条[@two]，15% [@one]，三条，[9%]{.number data-number="none"}，7 天。\n\n见图 6。\n'
    )
    assert as_text(listed(text, exempt=True)).splitlines() == [
        "a.md:1:4: matched   18 条  ← routes（two）",
        "a.md:1:15: matched   15%  ← rate（one，图 6）",
        "a.md:1:26: exempt    三条  （small-count）",
        "a.md:1:30: unsourced 9%  （没有这个数）",
        "a.md:1:62: unsourced 7 天  （policy duration: record）",
        "a.md:3:4: exempt    6  （E2 place in a text (图表章节等位置)）",
        "共 6 处：recorded 0，matched 2，exempt 2，unsourced 2",
    ]


def test_the_account_as_json() -> None:
    printed = as_json(listed("走 17～18 步[@one]，几十条，2.50 倍。", exempt=True))
    first, second, third = json.loads(printed)["quantities"]
    assert first == {
        "path": "a.md", "line": 1, "column": 3, "text": "17～18 步", "value": ["17", "18"],
        "unit": "步", "status": "matched", "number": "span", "cite": "one", "at": None, "why": "",
        "kind": "count", "policy": "record",
    }  # fmt: skip
    assert (second["value"], second["status"], second["number"]) == (None, "unsourced", None)
    assert second["why"] == third["why"] == ""
    assert (third["value"], third["unit"], third["cite"]) == ("2.50", "倍", None)
    assert '\n  "quantities": [\n' in printed
    assert "几十条" in printed
    [recorded] = json.loads(as_json(listed(RECORDED)))["quantities"]
    assert (recorded["value"], recorded["unit"], recorded["at"]) == (None, "", "图 6")


# --- binding


def chosen(text: str, ledger: Ledger = LEDGER) -> list[Binding]:
    return bindings(listed(text, ledger=ledger), ledger)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("升到 15%[@one]。", '升到 {{ n("rate") }}[@one]。'),
        ("成功率升到 15%。", '成功率升到 {{ n("rate") }}。'),
        ("升到百分之十五[@one]。", '升到{{ n("rate") }}[@one]。'),
        ("升到百分之十五点零[@one]。", '升到{{ n("rate") | zh }}[@one]。'),
        ("走了三天[@one]。", '走了{{ n("days") | zh }}[@one]。'),
        ("升到约 15%[@one]。", '升到{{ n("rate") | approx }}[@one]。'),
        ("升到大约 15%[@one]。", '升到大{{ n("rate") | approx }}[@one]。'),
        ("升到约为15%[@one]。", '升到{{ n("rate") | approx }}[@one]。'),
        ("占约 11.5%[@one]。", '占{{ n("share") | approx(1) }}[@one]。'),
        ("占约 12%[@one]。", '占{{ n("share") | approx }}[@one]。'),
        ("占 12% 左右[@one]。", "占 12% 左右[@one]。"),  # 11.52% 左右 says something else
        ("占近 12%[@one]。", "占近 12%[@one]。"),
        ("超过 15% 的人[@one]。", "超过 15% 的人[@one]。"),
        ("走 17～18 步[@one]。", '走 {{ n("span") }}[@one]。'),
        ("走约 17～18 步[@one]。", '走约 {{ n("span") }}[@one]。'),
        ("走 18 条[@two]，15%[@one]。", '走 {{ n("routes") }}[@two]，{{ n("rate") }}[@one]。'),
        ("走 18 条。", "走 18 条。"),  # two numbers fit
        ("走 18 条[@two; @three]。", "走 18 条[@two; @three]。"),
        ("升到 15%[@two]。", "升到 15%[@two]。"),
        ("走了三条[@one]。", "走了三条[@one]。"),
        (f"升到{RECORDED}。", f"升到{RECORDED}。"),
        (
            f"升到{RECORDED}，三条，走 18 条[@two]。",
            f'升到{RECORDED}，三条，走 {{{{ n("routes") }}}}[@two]。',
        ),
        ("成功率升到 15%，\n\n走 18 条[@two]。", '成功率升到 {{ n("rate") }}，\n\n走 {{ n("routes") }}[@two]。'),
    ],
)  # fmt: skip
def test_a_quantity_that_one_number_fits_is_bound(text: str, result: str) -> None:
    assert bound(text, "a.md", chosen(text)) == result


def test_a_binding_tells_what_it_replaces() -> None:
    [one] = chosen("占约 11.5%[@one]。")
    assert (one.typed, one.origin.column, one.number.id) == ("约 11.5%", 2, "share")
    [one] = chosen("成功率升到 15%。")
    assert (one.typed, one.origin.column, one.number.id) == ("15%", 7, "rate")


@pytest.mark.parametrize(
    "text",
    ["死了上百步[@one]。", "不到 15%[@one]。", "超过 15%[@one]。", "15% 以下的人，两成[@one]。", "一百多条[@two]。"],
)  # fmt: skip
def test_a_bound_or_a_vague_amount_is_never_bound(text: str) -> None:
    vague = ledger_of(
        """
numbers:
  rate: {value: 14.6, unit: "%", of: 率, cite: one}
  dead: {value: 98, unit: 步, of: 死者, cite: one, printed: 上百步}
  many: {value: 100, unit: 条, of: 条数, cite: two}
""".lstrip()
    )
    assert chosen(text, vague) == []


def test_a_binding_shows_its_sentence_before_and_after() -> None:
    made = chosen("甲[@one]。升到约 15%，共三天[@one]。\n")
    assert as_sentences(made, "b.md") == []
    assert as_sentences(made, "a.md") == [
        "a.md:1:11: rate",
        "    前：升到约 15%，共三天[@one]。",
        "    后：升到约 15%，共三天[@one]。",
        "a.md:1:18: days",
        "    前：升到约 15%，共三天[@one]。",
        "    后：升到约 15%，共三天[@one]。",
    ]
    [one] = chosen("成功率升到百分之十五。")
    assert (one.before, one.after) == ("成功率升到百分之十五。", "成功率升到15.0%。")


def test_the_policy_of_each_quantity_is_told() -> None:
    policy = PolicyConfig(age="cite", size="free")
    document = read(rendered_plainly("七十岁[@one]，八里路长三米，九十元。\n\n六十岁。", "a.md"))
    found = accounts(document, LEDGER, policy=policy)
    assert [(one.text, one.status, one.kind, one.policy, one.why) for one in found] == [
        ("七十岁", "exempt", "age", "cite", "policy age: cite"),
        ("八里", "exempt", "size", "free", "policy size: free"),
        ("三米", "exempt", "size", "free", "policy size: free"),
        ("九十元", "unsourced", "money", "record", ""),
        ("六十岁", "unsourced", "age", "cite", ""),
    ]
    assert "六十岁  （policy age: cite）" in as_text(found)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("七十三岁，二十七周岁", "age age"),
        ("三年，六个月，36 小时", "duration duration duration"),
        ("五万元，$30，白银二百四十万两", "money money money"),
        ("十七国，312 例，一千二百乘", "count count count"),
        ("高十一米，14 公里，2.4 厘米，1280×720，80 GB", "size size size size size"),
        ("上百人，几百米，一百多年，数百万元，两倍多", "vague vague vague vague vague"),
        ("治愈率为 84.6%，升了 3 倍，高 2.5 个百分点，p < 0.05", "result result result result"),
        ("占 22%，三分之二，八成，总额的 30%，15% 的人", "share share share share share"),
    ],
)
def test_what_kind_of_number_it_is(text: str, kinds: str) -> None:
    found = listed(f"{text}。", exempt=True)
    assert [one.kind for one in found if one.kind] == kinds.split()


def test_a_number_that_chinese_cannot_spell_is_bound_in_digits() -> None:
    ledger = ledger_of("numbers:\n  x: {value: 1e30, unit: 条, of: 数据, cite: one}\n")
    assert chosen(f"有 {10**30} 条[@one]。", ledger)[0].expression == '{{ n("x") }}'


def test_each_file_is_bound_by_its_own() -> None:
    made = chosen("成功率升到 15%。")
    others = [replace(one, origin=one.origin._replace(path="b.md", line=2)) for one in made]
    for order in (others + made, made + others):
        assert bound("成功率升到 15%。", "a.md", order) == '成功率升到 {{ n("rate") }}。'
        assert bound("\n成功率升到 15%。", "b.md", order) == '\n成功率升到 {{ n("rate") }}。'


def test_only_what_still_stands_in_this_file_is_bound() -> None:
    made = chosen("成功率升到 15%。")
    assert bound("成功率升到 16%。", "a.md", made) == "成功率升到 16%。"
    assert bound("成功率升到 15%。", "b.md", made) == "成功率升到 15%。"


@pytest.mark.parametrize(
    ("before", "after", "diff"),
    [
        ("甲\n", "甲\n", ""),
        ("甲\n", "乙\n", "--- a.md\n+++ a.md\n@@ -1 +1 @@\n-甲\n+乙\n"),
        ("甲\x0c\u2028乙\n", "丙\n", "--- a.md\n+++ a.md\n@@ -1 +1 @@\n-甲\x0c\u2028乙\n+丙\n"),
        ("甲", "乙", "--- a.md\n+++ a.md\n@@ -1 +1 @@\n-甲\n\\ No newline at end of file\n+乙\n\\ No newline at end of file\n"),
    ],
)  # fmt: skip
def test_a_change_is_a_unified_diff(before: str, after: str, diff: str) -> None:
    assert as_diff(before, after, "a.md") == diff
