"""Cards: what is known of a number, and how each place words it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript import states
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.loading import load_book
from chapterkit.numbers.cards import (
    Card,
    card,
    cards,
    for_authors,
    for_readers,
    in_a_choice,
    in_a_list,
    in_a_report,
)
from chapterkit.pipeline import Subject, document_of
from conftest import HERE
from demo import BOOK, book_of, ledger_of

NUMBER = {"value": 15, "unit": "%", "of": "成功率", "cite": "demo2025"}


def book_with(number: dict[str, Any], lock: Any = None) -> Book:
    """Return a book with one number, run.rate, beside the two that it may be computed from."""
    numbers = {
        "low": NUMBER | {"value": 3},
        "high": NUMBER | {"value": 18},
        "rate": {key: one for key, one in (NUMBER | number).items() if one is not None},
    }
    head: dict[str, Any] = {"records": {"run": {"numbers": numbers}}}
    if lock is not None:
        head["lock"] = {"run.rate": lock}
    return book_of(head)


def card_of(number: dict[str, Any], lock: Any = None) -> Card:
    return card(book_with(number, lock), "run.rate")


# --- what a card holds


@pytest.mark.parametrize(
    ("lock", "state"),
    [
        (None, "no-source"),
        ("verified", "verified"),
        ("elsewhere", "elsewhere"),
        ("not-found", "not-found"),
        (["verified", "14"], "stale"),
        (["not-found", "14"], "stale"),
    ],
)
def test_the_state_is_what_the_lock_says(lock: Any, state: str) -> None:
    known = card_of({}, lock)
    assert known.state == state
    assert (known.entry is None) == (lock is None)


def test_a_card_knows_record_and_source() -> None:
    known = card_of({})
    assert known.record is not None
    assert known.record.slug == "run"
    assert known.source is not None
    assert known.source.key == "demo2025"


OUTSIDE = replace(
    BOOK, ledger=ledger_of("numbers:\n  rate: {value: 15, of: 成功率, cite: nobody2025}\n")
)


def test_outside_a_book_there_is_no_record_and_perhaps_no_source() -> None:
    known = card(OUTSIDE, "rate")
    assert (known.record, known.source, known.entry, known.uses) == (None, None, None, ())


def test_a_card_of_no_number_names_the_nearest() -> None:
    with pytest.raises(ChapterkitError) as refused:
        card(OUTSIDE, "rat")
    assert refused.value.hint == "最接近的是 rate"


def test_the_uses_are_places_of_the_prose() -> None:
    book = load_book(Disk(HERE / "books" / "minimal"))
    document = document_of(Subject("book/chapter3.md", book, book.chapters[0]))
    own = "templates/experiments/card-game.md.j2:6"
    found = {id: [str(use) for use in one.uses] for id, one in cards(book, [document]).items()}
    assert {id: uses[:1] for id, uses in found.items()} == {
        "card-game.before": [own],
        "card-game.after": [own],
        "card-game.gain": [own],
    }
    assert found["card-game.after"][-1] == "book/chapter3.md:9"
    assert card(book, "card-game.after", [document]) == cards(book, [document])["card-game.after"]
    assert not any(one.uses for one in cards(book).values())


# --- how it is worded


@pytest.mark.parametrize(
    ("number", "line"),
    [
        ({}, "成功率：15%。来源：SHORT，demo2025。记录：run.rate"),
        ({"when": "换规则"}, "成功率（换规则）：15%。来源：SHORT，demo2025。记录：run.rate"),
        ({"at": "图 6"}, "成功率：15%。来源：SHORT，demo2025，图 6。记录：run.rate"),
        ({"status": "readme"}, "成功率：15%。来源：SHORT，demo2025，项目说明。记录：run.rate"),
        ({"status": "secondary"}, "成功率：15%。来源：SHORT，demo2025，转引。记录：run.rate"),
        (
            {"status": "own-run"},
            "成功率：15%。来源：SHORT，demo2025，作者自己的运行。记录：run.rate",
        ),
        (
            {"value": None, "derived": "high - low", "status": "readme"},
            "成功率：15%。来源：SHORT，demo2025，项目说明，由 high - low 算出。记录：run.rate",
        ),
    ],
)
def test_what_readers_are_told(number: dict[str, Any], line: str) -> None:
    known = card_of(number)
    assert known.source is not None
    assert for_readers(known) == line.replace("SHORT", known.source.short)


@pytest.mark.parametrize(
    ("number", "lock", "line"),
    [
        ({}, None, "**15%**　成功率"),
        ({"when": "换规则"}, None, "**15%**　成功率（换规则）"),
        ({}, None, "来源：SHORT，`demo2025`（记作直接取自这份来源）"),
        ({"at": "图 6"}, None, "来源：SHORT，`demo2025`，图 6（记作直接取自这份来源）"),
        ({"status": "readme"}, None, "来源：SHORT，`demo2025`（出自项目说明）"),
        ({"status": "secondary"}, None, "来源：SHORT，`demo2025`（转引）"),
        ({"status": "own-run"}, None, "来源：SHORT，`demo2025`（作者自己的运行）"),
        ({}, None, "核对：还没有与原文核对过"),
        ({}, "verified", "核对：已与原文核对（2025-01-01，图 6）"),
        ({"at": "图 6"}, "elsewhere", "核对：在原文里，但不在记录所说的地方（2025-01-01，图 6）"),
        ({}, "elsewhere", "核对：在原文里，但记录没有写 at 或 near（2025-01-01，图 6）"),
        ({}, "not-found", "核对：在原文里没有找到（2025-01-01，图 6）"),
        ({}, ["verified", "14"], "核对：核对之后改过，还没有重新核对"),
        ({"value": None, "derived": "high - low"}, None, "算式：`high - low`"),
        (
            {"value": None, "derived": "high - low"},
            None,
            "来源：SHORT，`demo2025`（由记录的数算出）",
        ),
        ({"value": None, "derived": "high - low"}, None, "核对：所用的数还没有都与原文核对过"),
        (
            {"value": None, "derived": "high - low"},
            "verified",
            "核对：由已核对的数算出（2025-01-01，图 6）",
        ),
        (
            {"value": None, "derived": "high - low", "printed": "15"},
            "verified",
            "核对：已与原文核对（2025-01-01，图 6）",
        ),
        ({"printed": "0.15"}, None, "原文写作：0.15"),
        ({"note": "原文如此"}, None, "备注：原文如此"),
        ({}, None, "记录：`run.rate`，run.yaml:1"),
    ],
)
def test_what_authors_are_told(number: dict[str, Any], lock: Any, line: str) -> None:
    known = card_of(number, lock)
    assert known.source is not None
    assert line.replace("SHORT", known.source.short) in for_authors(known).split("\n\n")


@pytest.mark.parametrize("status", get_args(states.Status))
@pytest.mark.parametrize("lock", [None, "no-source", "not-found", ["verified", "14"]])
def test_nothing_is_said_to_be_read_that_was_not_compared(status: str, lock: Any) -> None:
    lines = for_authors(card_of({"status": status}, lock)).split("\n\n")
    source, compared = lines[1:3]
    assert "读过" not in source
    assert ("（" in compared) == (lock == "not-found")  # when and where, if it was looked for


def test_a_plain_number_is_told_in_four_lines() -> None:
    assert len(for_authors(card_of({})).split("\n\n")) == 4


def test_an_unknown_source_is_named_by_its_key() -> None:
    known = replace(card_of({"at": "图 6"}), source=None)
    assert "来源：demo2025，图 6。" in for_readers(known)
    assert "来源：`demo2025`，图 6（" in for_authors(known)


@pytest.mark.parametrize(
    ("number", "choice", "listed", "reported"),
    [
        ({}, "15%　成功率", "run.rate（demo2025）", "run.rate = 15%（demo2025）"),
        (
            {"when": "换规则", "at": "图 6"},
            "15%　成功率（换规则）",
            "run.rate（demo2025，图 6）",
            "run.rate = 15%（demo2025，图 6）",
        ),
    ],
)
def test_short_forms(number: dict[str, Any], choice: str, listed: str, reported: str) -> None:
    one = card_of(number).number
    assert (in_a_choice(one), in_a_list(one), in_a_report(one)) == (choice, listed, reported)


@pytest.mark.parametrize(
    ("words", "meant", "without"),
    [
        (states.STATUS_IN_PROBLEMS, states.Status, {"primary"}),
        (states.STATUS_FOR_AUTHORS, states.Status, set()),
        (states.STATUS_COUNTED, states.Status, {"primary"}),
        (states.STATE_IN_REPORT, states.State, set()),
        (states.STATE_COUNTED, states.State, {"verified"}),
        (states.STATE_FOR_AUTHORS, states.State, set()),
        (states.COMPUTED_STATE_FOR_AUTHORS, states.State, set()),
        (states.STATE_IN_PROBLEMS, states.State, {"verified"}),
    ],
)
def test_there_is_a_word_for_every_state(words: Any, meant: Any, without: set[str]) -> None:
    assert set(words) == set(get_args(meant)) - without
