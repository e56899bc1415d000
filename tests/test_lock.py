"""experiments/verified.lock: what is written, what is read back, and what it says of numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.lock import (
    Coverage,
    Entry,
    coverage,
    lock_state,
    lock_text,
    parse_lock,
    value_of,
    write_lock,
)
from chapterkit.manuscript.states import State
from chapterkit.numbers.verify.results import Result, Results, merge_lock, with_lock
from demo import ledger_of

SHA = "a" * 64
NUMBER = ledger_of('numbers:\n  a: {value: 15.0, unit: "%", of: 成功率, cite: k, at: 图 6}\n')["a"]
BARE = ledger_of("numbers:\n  b: {value: 3, of: 次数, cite: k}\n")["b"]
ENTRY = Entry("a", "verified", "15.0", "%", "k", "图 6", "图 6", SHA, "2031-05-01")


def changed(value: Any = NUMBER.value, **said: Any) -> Number:
    """Return the number with another value, or with another thing that the record says of it."""
    return replace(NUMBER, value=value, model=NUMBER.model.model_copy(update=said))


def found(number: Number, status: State = "verified", where: str = "图 6") -> Result:
    return Result(number, status, where, "上下文", "", SHA)


def merged(before: dict[str, Entry], *results: Result, known: str = "ab") -> dict[str, Entry]:
    return merge_lock(before, Results(results), known, "2031-06-01")


# --- the value


@pytest.mark.parametrize(
    ("value", "printed", "spelled"),
    [
        (Decimal("15.0"), None, "15.0"),
        (Decimal("1E+3"), None, "1000"),
        ((Decimal(17), Decimal("18.0")), None, "17～18.0"),
        (Decimal("3.5"), "+3.5%", "3.5（+3.5%）"),
    ],
)
def test_a_value_is_its_digits_and_its_printed_form(
    value: Decimal, printed: str | None, spelled: str
) -> None:
    assert value_of(changed(value, printed=printed)) == spelled


# --- merging


def test_what_was_found_is_written_down() -> None:
    assert merged({}, found(NUMBER)) == {"a": replace(ENTRY, date="2031-06-01")}
    assert merged({}, found(BARE, "elsewhere", "表 1")) == {
        "b": Entry("b", "elsewhere", "3", "", "k", "", "表 1", SHA, "2031-06-01")
    }


@pytest.mark.parametrize("status", ["verified", "elsewhere", "not-found"])
def test_an_outcome_is_written_down(status: State) -> None:
    assert merged({}, found(NUMBER, status))["a"].status == status


@pytest.mark.parametrize("status", ["no-source", "stale"])
def test_what_could_not_be_looked_up_changes_nothing(status: State) -> None:
    assert merged({}, found(NUMBER, status)) == {}
    assert merged({"a": ENTRY}, found(NUMBER, status)) == {"a": ENTRY}


def test_the_same_outcome_keeps_its_date() -> None:
    assert merged({"a": ENTRY}, found(NUMBER)) == {"a": ENTRY}


@pytest.mark.parametrize(
    "result",
    [
        found(NUMBER, "elsewhere"),
        found(NUMBER, where="图 7"),
        found(changed(Decimal("15.00"))),
        found(changed(unit="个百分点")),
        found(changed(cite="l")),
        found(changed(at=None)),
        found(changed(printed="15%")),
        replace(found(NUMBER), sha256="b" * 64),
    ],
)
def test_another_outcome_has_todays_date(result: Result) -> None:
    entry = merged({"a": ENTRY}, result)["a"]
    assert entry != ENTRY
    assert entry.date == "2031-06-01"


def test_numbers_that_are_gone_are_dropped_and_the_rest_is_sorted() -> None:
    before = {"z": replace(ENTRY, number="z"), "b": replace(ENTRY, number="b")}
    assert list(merged(before, found(NUMBER))) == ["a", "b"]
    assert merged(before, found(NUMBER), known="z").keys() == {"z"}


# --- states


@pytest.mark.parametrize("status", ["verified", "elsewhere", "not-found"])
def test_a_number_has_the_state_that_the_lock_says(status: State) -> None:
    assert lock_state({"a": NUMBER}, {"a": replace(ENTRY, status=status)}) == {"a": status}


@pytest.mark.parametrize(
    "number",
    [
        changed(Decimal(15)),
        changed(unit=""),
        changed(cite="l"),
        changed(at=None),
        changed(printed="15"),
    ],
)
def test_a_number_that_was_changed_is_stale(number: Number) -> None:
    assert lock_state({"a": number}, {"a": ENTRY}) == {"a": "stale"}


def test_a_number_that_the_lock_does_not_know_has_no_source() -> None:
    assert lock_state({"b": BARE}, {"a": ENTRY}) == {"b": "no-source"}


def test_without_a_source_the_lock_tells_what_it_knows() -> None:
    missing = Result(NUMBER, "no-source", why="没有原文")
    [found] = with_lock(Results((missing,)), {"a": replace(ENTRY, status="elsewhere")}).numbers
    assert found == replace(
        missing, status="elsewhere", where="图 6", why="没有原文；按 2031-05-01 的核对"
    )


def test_without_a_source_a_changed_number_is_stale() -> None:
    missing = Result(changed(Decimal(16)), "no-source", why="没有原文")
    [found] = with_lock(Results((missing,)), {"a": ENTRY}).numbers
    assert found == replace(
        missing, status="stale", why="没有原文；2031-05-01 核对过的是 15.0 %"
    )  # fmt: skip
    [found] = with_lock(Results((missing,)), {"a": replace(ENTRY, unit="")}).numbers
    assert found.why == "没有原文；2031-05-01 核对过的是 15.0"


def test_with_a_source_the_lock_is_not_asked() -> None:
    for one in (found(NUMBER, "not-found"), Result(BARE, "no-source", why="没有原文")):
        assert with_lock(Results((one,)), {"a": ENTRY}).numbers == (one,)


# --- the file


def test_the_file_is_a_line_a_number_in_order(tmp_path: Path) -> None:
    lock = {"b": replace(ENTRY, number="b"), "a": ENTRY}
    path = tmp_path / "verified.lock"
    write_lock(path, lock)
    text = path.read_text("utf-8")
    assert text == lock_text(lock)
    assert text.splitlines()[0] == (
        '{"number": "a", "status": "verified", "value": "15.0", "unit": "%", "cite": "k",'
        f' "at": "图 6", "where": "图 6", "sha256": "{SHA}", "date": "2031-05-01"}}'
    )
    assert list(parse_lock(text)) == ["a", "b"]
    assert parse_lock(text) == lock


def test_an_empty_lock_is_an_empty_file() -> None:
    assert lock_text({}) == ""
    assert parse_lock("") == {}


def as_line(**other: object) -> str:
    fields = {name: f'"{value}"' for name, value in asdict(ENTRY).items()}
    fields |= {name: str(value) for name, value in other.items()}
    return (
        "{"
        + ", ".join(f'"{name}": {value}' for name, value in fields.items() if value != "None")
        + "}"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("<<<<<<< HEAD", "不是核对记录的一行"),
        ("[" * 5000, "不是核对记录的一行"),
        ("[1]", "键或值不对"),
        ('"a"', "键或值不对"),
        (as_line(date=None), "键或值不对"),
        (as_line(more='"x"'), "键或值不对"),
        (as_line(value="15.0"), "键或值不对"),
        (as_line(status='"verifyed"'), "键或值不对"),
    ],
)
def test_a_line_that_is_no_entry_is_told(line: str, message: str) -> None:
    with pytest.raises(ChapterkitError) as caught:
        parse_lock(f"{as_line()}\n\n  \n{line}\n")
    assert message in caught.value.message
    assert caught.value.origin == Origin("experiments/verified.lock", 4)
    assert caught.value.hint == "删去这一行（或整个文件），再运行 chapterkit verify"


def test_lines_may_be_blank() -> None:
    assert parse_lock(f"\n{as_line()}\n\n") == {"a": ENTRY}


# --- coverage


def test_coverage_counts_by_state_and_by_where_a_number_comes_from() -> None:
    states: dict[str, State] = {}
    numbers: list[Number] = []

    def add(count: int, state: State | None, **said: str) -> None:
        for _ in range(count):
            one = replace(changed(**said), id=f"n{len(numbers)}")
            numbers.append(one)
            if state:
                states[one.id] = state

    add(3, "verified")
    add(4, "verified", status="readme")
    add(5, "verified", status="secondary")
    add(6, "verified", status="own-run")
    add(7, "elsewhere", status="readme")
    add(8, "not-found", status="secondary")
    add(9, "stale", status="own-run")
    add(10, "no-source")
    add(11, None)
    counted = coverage(iter(numbers), states)
    assert counted == Coverage(
        Counter({"verified": 18, "elsewhere": 7, "not-found": 8, "stale": 9, "no-source": 21}),
        Counter({"primary": 3, "readme": 4, "secondary": 5, "own-run": 6}),
    )
    assert counted.share == 18 / 63
    assert counted.line == (
        "63 个数已核对 18 个（其中 4 个出自项目说明、5 个转引、6 个出自自家实验），"
        "7 个在别处，8 个没找到，9 个已过期，21 个没有原文。"
    )


def test_nothing_to_verify_is_all_verified() -> None:
    nothing = coverage([], {})
    assert (nothing.share, nothing.line) == (1.0, "0 个数已核对 0 个。")
    assert coverage([NUMBER], {"a": "verified"}).line == "1 个数已核对 1 个。"
    assert coverage([NUMBER], {}).share == 0
