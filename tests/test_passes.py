"""What the passes do to pandoc's tree, and that they leave the tree alone that they are given."""

from __future__ import annotations

import json

import pytest

from chapterkit.pipeline import read
from chapterkit.text.origins import rendered_plainly
from chapterkit.text.passes import (
    numbered,
    over_elements,
    passed,
    unwrap_numbers,
    with_labels_apart,
    with_metadata,
)
from chapterkit.text.tree import (
    Attributes,
    Pass,
    Tree,
    attributes_of,
    chapter_heading,
    elements_of,
    inlines_of,
    kind_of,
    number_id,
    plain_text,
    tree_blocks,
)

CHAPTER = """# 模型 *后训练* {#chapter}

升到[15.0%]{.number data-number="cards.after"}。

## 实验 7.4 算 24 点 {#cards}

# 又一个一级标题 {#other}
"""

LABELS = ("第 {number} 章", "实验 {number}")


@pytest.fixture
def tree() -> Tree:
    return read(rendered_plainly(CHAPTER, "a.md")).tree


def headings(tree: Tree) -> list[str]:
    return [plain_text(inlines_of(one)) for one in elements_of(tree) if kind_of(one) == "Header"]


@pytest.mark.parametrize(
    "one",
    [
        numbered("第 7 章", "\u3000"),
        unwrap_numbers,
        with_labels_apart(LABELS, "\u3000"),
        with_metadata({"title": "题", "list": [{"a": "b"}]}),
        over_elements(lambda _: []),
    ],
)
def test_a_pass_changes_a_copy(one: Pass, tree: Tree) -> None:
    before = json.dumps(tree)
    assert one(tree) != tree
    assert json.dumps(tree) == before


def test_the_number_stands_before_the_title_and_no_other_heading(tree: Tree) -> None:
    number = numbered("第 7 章", "\u3000")
    assert headings(number(tree)) == [
        "第 7 章\u3000模型 后训练",
        "实验 7.4 算 24 点",
        "又一个一级标题",
    ]
    title = chapter_heading(number(tree))
    assert title is not None
    assert attributes_of(title) == Attributes("chapter", [], [])


def test_passes_follow_one_another(tree: Tree) -> None:
    done = passed(
        tree, numbered("第 7 章", "\u3000"), with_labels_apart(LABELS, "\u3000"), unwrap_numbers
    )
    assert headings(done)[:2] == ["第 7 章\u3000模型 后训练", "实验 7.4\u3000算 24 点"]
    assert not [one for one in elements_of(done) if number_id(one)]
    assert plain_text(inlines_of(tree_blocks(done)[1])) == "升到15.0%。"


def test_a_tree_without_a_title_stays_as_it_is(tree: Tree) -> None:
    untitled = {**tree, "blocks": tree_blocks(tree)[1:3]}
    assert numbered("第 7 章", "\u3000")(untitled) == untitled
