"""From pandoc's tree back to the manuscript: every character at its own place."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chapterkit.errors import Origin
from chapterkit.pipeline import read
from chapterkit.text.document import Document
from chapterkit.text.origins import mark, rendered_plainly, without_marks
from chapterkit.text.tree import MAX_DEPTH

WORDS = [
    "模型",
    "learning",
    "第 3 轮",
    "（括号）",
    "“引号”",
    "——",
    "a*b",
    "12.5",
    "𬬭",
    "é",
    "的",
    "。",
]
inline = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(
        ["**粗**", "*斜*", "`code x`", "[文字](#here)", "[@key, 图 6]", "$x^2$", "\\*", "&amp;"]
    ),
    st.sampled_from(
        ['[15.0%]{.number data-number="a.b"}', "脚注[^n]", "<http://example.org/x>", "![图](a.png)"]
    ),
)
paragraph = st.lists(inline, min_size=1, max_size=12).map(" ".join)
block = st.one_of(
    paragraph,
    paragraph.map(lambda text: f"> {text}"),
    paragraph.map(lambda text: f"- {text}\n- {text}"),
    paragraph.map(lambda text: f"## {text} {{#h}}"),
)


def document(text: str) -> Document:
    return read(rendered_plainly(text, "case.md"))


@settings(max_examples=60, deadline=None)
@given(st.lists(block, min_size=1, max_size=8))
def test_every_character_is_found_where_it_stands(blocks: list[str]) -> None:
    text = "\n\n".join(blocks) + "\n\n[^n]: 脚注的文字。\n"
    for found in document(text).blocks:
        for char, offset in zip(found.text, found.offsets, strict=True):
            if char.isalnum() and "amp" not in text:
                assert text[offset] == char
        lines = [text.count("\n", 0, offset) for offset in found.offsets]
        assert lines == sorted(lines)
        assert len(set(lines)) <= 1


def test_a_note_is_placed_at_its_definition() -> None:
    blocks = document("一段[^n]话。\n\n另一段。\n\n[^n]: 脚注的文字。\n").blocks
    assert [str(block.origin()) for block in blocks] == ["case.md:1", "case.md:5", "case.md:3"]


def test_columns_behind_spans_and_links() -> None:
    text = '前 [15.0%]{.number data-number="a.b"} 中 [链](http://x.y/中) 后\n'
    found = document(text).blocks[0]
    for char in "前中链后":
        assert text[found.offsets[found.text.index(char)]] == char
    assert found.offsets[found.text.index("中")] == text.index("中")


TABLES = {
    "cut in the middle of words": """\
  键                       作用
  ------------------------ ----------------
  `F1`              帮助菜单
  `Insert` 或 `Ctrl-T`   用于多文件操作的标记文件，如副本
""",
    "cells of several lines": """\
-----------------------------
 名称        说明
----------- -----------------
 甲          头一行说明，
             第二行说明。

 乙乙        又一格，
             还是两行。
-----------------------------
""",
    "links and empty cells": """\
| 甲 | 乙 |
|----|----|
| [一](https://example.org/a/long/address) |  |
|    | 一 |
""",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_what_follows_a_table_is_found_where_it_stands(table: str) -> None:
    text = f"前面一段。\n\n{table}\n后面一段。\n\n乙。\n\n一。\n"
    document = read(rendered_plainly(text, "a.md"))
    lines = [block.origin().line for block in document.blocks if not block.within]
    first = text[: text.index("后面")].count("\n") + 1
    assert lines == [1, first, first + 2, first + 4]


def test_what_follows_code_stands_behind_its_fence() -> None:
    text = "甲。\n\n```\nfoo\n```\n\n---\n\n~~~ py\nbar\n~~~\n\n| a | b |\n|---|---|\n| c | d |\n"
    document = read(rendered_plainly(text, "a.md"))
    assert [block.origin().line for block in document.blocks[2:5]] == [7, 10, 13]


def test_empty_items_and_rules_have_a_line() -> None:
    blocks = document("甲\n\n---\n\n乙\n").blocks
    assert [(block.kind, block.origin().line) for block in blocks] == [
        ("Para", 1),
        ("HorizontalRule", 3),
        ("Para", 5),
    ]


def test_a_document_can_be_pickled_and_leaves_out_what_can_be_derived_again() -> None:
    quotes = "> " * (MAX_DEPTH - 10)
    found = document(
        f"# 题 {{#a}}\n\n一段[^n]话[@key]，见[题](#a)。\n\n{quotes}深处\n\n[^n]: 脚注。\n"
    )
    before = pickle.dumps(found)
    blocks, prose = found.blocks, found.prose
    assert pickle.dumps(found) == before
    again = pickle.loads(before)
    assert again == found
    assert again.blocks == blocks
    assert pickle.loads(pickle.dumps(blocks)) == blocks
    assert again.prose.text == prose.text


def test_what_a_block_tells_of_its_element() -> None:
    title, paragraph = document("## 题 {#a}\n\n见[题](#a) @key 的 $$x$$。\n").blocks
    assert (title.level, title.identifier) == (2, "a")
    assert (paragraph.level, paragraph.identifier) == (0, "")
    listed = [
        (one.kind, one.target, one.citations, one.in_text, one.is_displayed)
        for one in paragraph.inlines
    ]
    assert listed == [
        ("Reference", "#a", (), False, False),
        ("Cite", "", ("key",), True, False),
        ("Math", "", (), False, True),
    ]


@given(st.lists(st.tuples(st.text("甲乙ab \n", max_size=6), st.booleans()), max_size=8))
def test_marks_come_out_and_tell_their_origin(parts: list[tuple[str, bool]]) -> None:
    marked, plain = "", ""
    for index, (text, advances) in enumerate(parts):
        marked += mark(Origin(f"f{index}.md", index + 1, 3), advances) + text
        plain += text
    rendered = without_marks(marked)
    assert rendered.text == plain
    offset = 0
    for index, (text, advances) in enumerate(parts):
        for step in range(len(text)):
            breaks = text.count("\n", 0, step) if advances else 0
            column = step - text.rfind("\n", 0, step) if breaks else 3 + (step if advances else 0)
            expected = Origin(f"f{index}.md", index + 1 + breaks, column)
            assert rendered.origin(offset + step) == expected
        offset += len(text)


def test_origins_through_inheritance_comments_and_blocks() -> None:
    from jinja2 import DictLoader

    from chapterkit.text.sandbox import Sandbox
    from chapterkit.text.templates import OriginMarks

    base = "头\n{% block a %}\n基{# c #}文\n{% endblock %}\n尾\n"
    child = '{% extends "base" %}\n{# 两行\n注释 #}\n{% block a %}\n子 {{ x }} 文\n{{ super() }}\n{% endblock %}\n'
    environment = Sandbox(
        loader=DictLoader({"base": base, "child": child}),
        extensions=[OriginMarks],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rendered = without_marks(environment.get_template("child").render(x="值值值"))
    assert rendered.text.split() == ["头", "子", "值值值", "文", "基文", "尾"]

    def at(found: str) -> tuple[str, int, int]:
        origin = rendered.origin(rendered.text.index(found))
        return origin.path, origin.line, origin.column

    assert at("头") == ("base", 1, 1)
    assert at("子") == ("child", 5, 1)
    assert at("值") == ("child", 5, 3)
    assert at("文") == ("child", 5, 11)
    assert at("基") == ("base", 3, 1)
    assert at("尾") == ("base", 5, 1)


def test_strings_with_braces_inside_expressions_are_left_alone() -> None:
    from chapterkit.text.sandbox import Sandbox
    from chapterkit.text.templates import OriginMarks

    environment = Sandbox(extensions=[OriginMarks])
    text = without_marks(environment.from_string("a {{ '}}' ~ \"{{\" }} b").render()).text
    assert re.sub(r"\\", "", text) == "a }}{{ b"
