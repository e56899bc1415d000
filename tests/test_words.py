"""The word lists of the rules: each says what it is, holds no word twice, and makes a pattern."""

from __future__ import annotations

import re
import time
from importlib.resources import files
from pathlib import Path

import pytest

from chapterkit.errors import ChapterkitError
from chapterkit.lint.words import any_word, wildcard_pattern, word_lists
from chapterkit.manuscript.terms import parse_terms
from chapterkit.manuscript.wildcards import MOST_WAYS

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


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("/.*生态/", "“*”用在这里不对"),
        ("/甲+/", "“+”用在这里不对"),
        ("/(甲+)+乙/", "“(”用在这里不对"),
        ("/((甲|乙)|丙)/", "“(”用在这里不对"),
        ("/(甲|乙/", "“(”用在这里不对"),
        ("/甲)/", "“)”用在这里不对"),
        ("/(甲|)乙/", "有一项是空的"),
        ("/[甲乙/", "“[”用在这里不对"),
        ("/[^甲]乙/", "只能写有哪些字"),
        ("/[9-0]乙/", "先后反了"),
        ("/甲{2,}乙/", "次数"),
        ("/甲{1,99}乙/", "次数"),
        ("/甲{5,2}乙/", "次数"),
        ("/甲{1,2}{1,2}/", "前面要有一个字"),
        ("/甲??/", "前面要有一个字"),
        ("/?甲/", "前面要有一个字"),
        ("/(甲|乙){2}/", "括号后面"),
        ("/…生态/", "开头"),
        ("/.生态/", "开头"),
        ("/甲?生态/", "开头"),
        ("/甲{0,2}生态/", "开头"),
        ("/甲.{0,20}.{0,20}.{0,20}乙/", "可能的写法太多"),
    ],
)
@pytest.mark.parametrize("place", ["filler", "banned", "instead_of"])
def test_a_word_that_is_misspelt_is_told_at_its_line(word: str, told: str, place: str) -> None:
    lists = {
        "filler": f"filler:\n  - 甲\n  - '{word}'\n",
        "banned": f"banned:\n  - {{word: 甲}}\n  - {{word: '{word}'}}\n",
        "instead_of": f"terms:\n  - {{term: 甲}}\n  - {{term: 乙, instead_of: ['{word}']}}\n",
    }
    with pytest.raises(ChapterkitError, match=re.escape(told)) as caught:
        parse_terms(lists[place], "book/terms.yaml")
    assert caught.value.origin is not None
    assert caught.value.origin.line == 3
    assert caught.value.hint


@pytest.mark.parametrize(
    "text", ["terms:\n  - {term: /甲乙/}\n", "banned:\n  - {word: 甲, say: /甲乙/}\n"]
)
def test_what_is_to_be_said_is_one_word(text: str) -> None:
    with pytest.raises(ChapterkitError, match="确定的词"):
        parse_terms(text, "book/terms.yaml")


@pytest.mark.parametrize(
    "word", ["/甲.{1,20}甲.{1,20}乙/", "/甲…甲…乙/", "/甲(甲|甲甲|甲甲甲)?甲{1,20}甲?乙/"]
)
def test_the_time_that_a_word_takes_grows_with_the_text_alone(word: str) -> None:
    pattern = wildcard_pattern(word)

    def steps(length: int) -> float:
        text, start = "甲" * length, time.process_time()
        assert pattern.search(text) is None
        return time.process_time() - start

    assert steps(20_000) < 8 * max(steps(5_000), 0.01) + 0.2
    assert MOST_WAYS <= 500
