"""Very long texts in parts: read side by side, they are what the whole is."""

from __future__ import annotations

import pytest

from chapterkit.pandoc import reading
from chapterkit.pipeline import reading_in
from chapterkit.text.parts import joined, parts_of
from fuzzing.targets import uncounted

PLAIN = "一段平常的话，引了[@li2020]，又有 **强调** 和 $x^2$。"
OTHER = "另一段话[@wang2021, 图 3]，@chen2022 也说过，数是 [12 个]{.number}，见[那一节](#a)。"


def as_text(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        as_text(PLAIN, OTHER, PLAIN, OTHER),
        as_text("# 题", PLAIN, "## 一节 {#a}", OTHER, "## 又一节", PLAIN, OTHER, PLAIN),
        as_text("- 一项", "- 又一项", PLAIN, OTHER, PLAIN, "1. 其一", "2. 其二", OTHER, PLAIN),
        as_text("| 甲 | 乙 |\n|:--|:--|\n| 1 | 2 |", OTHER, PLAIN, OTHER, "> 引文", PLAIN),
        as_text(*["3.5% 3.5% ", "2019 年 "] * 4),
        as_text("[@li2020](http://example.org)", PLAIN, OTHER, "没有合上的 [@li2020", PLAIN, OTHER),
        as_text(OTHER, "    代码", PLAIN, OTHER, PLAIN, "第一行\n第二行", OTHER),
    ],
)
def test_parts_are_read_as_the_whole(text: str) -> None:
    parts = parts_of(text, 2, least=1)
    assert len(parts) == 2
    assert "".join(parts) == text
    with reading_in(parts) as of_parts, reading(text) as whole:
        assert uncounted(of_parts()) == uncounted(whole())


@pytest.mark.parametrize(
    "reaching",
    [
        "[那里]: http://example.org",
        "见[那里]。",
        "见[这话][那里]。",
        "注[^1]。",
        "[^1]: 注里的话。",
        "这里有注^[注里的话]。",
        "(@) 数下去的一项",
        "见 (@good)。",
        "<div>",
        "设 $\\newcommand{\\a}{b}\\a$。",
        "词\n\n: 它的意思",
        "```\n\n代码\n\n```",
        "::: {.box}\n\n里面\n\n:::",
        "----- -----\n甲    乙\n\n丙    丁\n----- -----",
        "+---+\n| 甲 |\n+---+",
        "题\n===",
    ],
)
def test_what_may_reach_from_part_to_part_keeps_a_text_whole(reaching: str) -> None:
    plain = as_text(*[PLAIN, OTHER] * 4)
    assert len(parts_of(plain, 2, least=1)) == 2
    text = f"{plain}\n{reaching}\n\n{plain}"
    assert parts_of(text, 2, least=1) == [text]


def test_no_part_begins_within_a_list() -> None:
    text = as_text("1. 其一", "2. 其二", "3. 其三", "4. 其四", PLAIN, OTHER)
    assert parts_of(text, 2, least=1) == [text[: text.index(OTHER)], text[text.index(OTHER) :]]


def test_a_text_is_read_as_a_whole_where_parts_have_the_same_name() -> None:
    text = as_text("## 同名", PLAIN, OTHER, PLAIN, OTHER, "## 同名", PLAIN)
    parts = parts_of(text, 2, least=1)
    trees = []
    for one in parts:
        with reading(one) as result:
            trees.append(result()[0])
    assert len(parts) == 2
    assert joined(parts, trees) is None
    with reading_in(parts) as of_parts, reading(text) as whole:
        assert uncounted(of_parts()) == uncounted(whole())


def test_what_pandoc_warns_of_names_the_lines_of_the_whole() -> None:
    text = as_text(*[PLAIN, OTHER] * 3, "## 一 {#a}", PLAIN, "## 二 {#a}", PLAIN, OTHER)
    parts = parts_of(text, 2, least=1)
    with reading_in(parts) as of_parts, reading(text) as of_whole:
        _, [message] = whole = of_whole()
        assert uncounted(of_parts()) == uncounted(whole)
    assert (len(parts), message["type"]) == (2, "DuplicateIdentifier")
    assert message["line"] > parts[0].count("\n")


def test_a_short_text_is_one_part() -> None:
    text = as_text(*[PLAIN, OTHER] * 500)
    assert parts_of(text, 2) == [text]
    assert len(parts_of(text * 10, 2)) == 2
    assert len(parts_of(text * 10, 1)) == 1
