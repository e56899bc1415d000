"""The tables of Traditional and Simplified characters, and which script a text is in."""

from __future__ import annotations

import pytest

from chapterkit.lint.script import counterparts, only_in, script_of
from chapterkit.pipeline import read
from chapterkit.text.origins import rendered_plainly
from demo import BOOK, book_of


def test_the_tables_are_what_opencc_gives() -> None:
    pytest.importorskip("opencc")
    from script_tables import tables

    for path, text in tables().items():
        assert path.read_text("utf-8") == text, "make script-tables"


def test_no_character_belongs_to_both_scripts() -> None:
    assert not only_in("zh-Hans") & only_in("zh-Hant")
    for character in "后里干台面乾藉瞭徵著於昇夥麽喆堃淼甦邨祇覆像拚捱摺床峰群着内户温黄么":
        assert character not in only_in("zh-Hans") | only_in("zh-Hant"), character
    assert counterparts("zh-Hant")["線"] == "线"
    assert counterparts("zh-Hans")["发"] == "發髮"


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("这是简体。", "zh-Hans"),
        ("這是繁體。", "zh-Hant"),
        ("只有中文。", "zh-Hans"),
        ("Only English.", "zh-Hans"),
        ("他说过一句话。\n\n> 這是一段很長的繁體引文，說的是別的事情，與作者無關。", "zh-Hans"),
        ("她說：“这里没有人说过这样的话，从来没有。”", "zh-Hant"),
        ("他读过《紅樓夢》《資治通鑑》《論語正義》。", "zh-Hans"),
        ("> 這是繁體。", "zh-Hant"),
    ],
)
def test_script_of_a_text(text: str, script: str) -> None:
    assert script_of(read(rendered_plainly(text, "case.md")), BOOK) == script


def test_a_book_says_its_script() -> None:
    document = read(rendered_plainly("这是简体。", "case.md"))
    assert script_of(document, book_of({"language": "zh-Hant"})) == "zh-Hant"
