"""The word lists of the rules: each says what it is, holds no word twice, and makes a pattern."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from chapterkit.lint.words import any_word, word_lists

LISTS = sorted(Path(str(files("chapterkit"))).glob("data/lint/*.txt"))


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_a_list_says_what_it_is_and_holds_no_word_twice(path: Path) -> None:
    assert path.read_text("utf-8").startswith("# ")
    for words in word_lists(path.stem).values():
        assert len(set(words)) == len(words)
        assert re.compile(any_word(words)).match(words[0].partition("!")[0].partition(">")[0])


def test_a_word_may_say_what_follows_it() -> None:
    pattern = re.compile(any_word(["说明!书会", "说明了", "多>以从", "多数"]))
    found = [match[0] for match in pattern.finditer("说明，说明书，说明了，多以，多的，多数")]
    assert found == ["说明", "说明了", "多", "多数"]
