"""experiments/verified.lock: what is written, what is read back, and what it says of numbers."""

from __future__ import annotations

import hashlib
import json
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
    sealed,
    state_of,
    value_of,
    why_stale,
    write_lock,
)
from chapterkit.manuscript.states import State
from chapterkit.numbers.verify.results import Result, Results, merge_lock, with_lock
from demo import ledger_of

SHA = "a" * 64
NUMBER = ledger_of(
    'numbers:\n  a: {value: 15.0, unit: "%", of: 成功率, cite: k, at: 图 6, near: [成功]}\n'
)["a"]
BARE = ledger_of("numbers:\n  b: {value: 3, of: 次数, cite: k}\n")["b"]
ENTRY = sealed(
    Entry("a", "verified", "15.0", "%", "k", "图 6", ("成功",), "图 6", SHA, "2031-05-01", line=2)
)


def resealed(**other: Any) -> Entry:
    """Return the entry with other fields, and the digest that goes with them."""
    return sealed(replace(ENTRY, **other))


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
    assert merged({}, found(NUMBER)) == {"a": resealed(date="2031-06-01")}
    bare = Entry("b", "elsewhere", "3", "", "k", "", (), "表 1", SHA, "2031-06-01")
    assert merged({}, found(BARE, "elsewhere", "表 1")) == {"b": sealed(bare)}


@pytest.mark.parametrize("status", ["verified", "elsewhere", "not-found"])
def test_an_outcome_is_written_down(status: State) -> None:
    assert merged({}, found(NUMBER, status))["a"].status == status


@pytest.mark.parametrize("status", ["no-source", "stale"])
def test_what_could_not_be_looked_up_changes_nothing(status: State) -> None:
    assert merged({}, found(NUMBER, status)) == {}
    assert merged({"a": ENTRY}, found(NUMBER, status)) == {"a": ENTRY}


def test_the_same_outcome_keeps_its_date() -> None:
    assert merged({"a": ENTRY}, found(NUMBER)) == {"a": ENTRY}


def test_an_entry_of_before_there_were_digests_keeps_its_date() -> None:
    old = replace(ENTRY, near=(), digest="")
    assert merged({"a": old}, found(NUMBER)) == {"a": ENTRY}
    assert merged({"a": old}, found(NUMBER, where="表 1"))["a"].date == "2031-06-01"
    assert merged({"a": old}, found(NUMBER, "no-source")) == {"a": old}


@pytest.mark.parametrize(
    "before",
    [replace(ENTRY, date="2030-01-01"), resealed(date="2100-01-01")],
    ids=["hand", "future"],
)
def test_a_date_that_cannot_be_believed_is_not_kept(before: Entry) -> None:
    assert merged({"a": before}, found(NUMBER)) == {"a": resealed(date="2031-06-01")}


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
        found(changed(near=("成功", "图"))),
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
    assert lock_state({"a": NUMBER}, {"a": resealed(status=status)}) == {"a": status}


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (changed(Decimal(15)), "核对时是 15.0，现在是 15%"),
        (changed(unit=""), "单位核对时是 %，现在是 （空）"),
        (changed(cite="l"), "来源核对时是 k，现在是 l"),
        (changed(at=None), "位置核对时是 图 6，现在是 （空）"),
        (changed(near=()), "near 核对时是 成功，现在是 （空）"),
        (changed(printed="15"), "核对时是 15.0，现在是 15.0（15）"),
        (
            changed(unit="条", at="表 1"),
            "单位核对时是 %，现在是 条；位置核对时是 图 6，现在是 表 1",
        ),
    ],
)
def test_a_number_that_was_changed_is_stale(number: Number, why: str) -> None:
    assert lock_state({"a": number}, {"a": ENTRY}) == {"a": "stale"}
    assert why_stale(number, ENTRY) == why
    assert why_stale(NUMBER, ENTRY) == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "b"),
        ("status", "elsewhere"),
        ("value", "15.1"),
        ("unit", "条"),
        ("cite", "l"),
        ("at", "图 7"),
        ("near", ()),
        ("near", ("成", "功")),
        ("where", "表 1"),
        ("sha256", "b" * 64),
        ("sha256", ""),
        ("date", "2031-05-02"),
        ("digest", "0" * 64),
    ],
)
def test_an_entry_of_which_anything_was_changed_by_hand_is_stale(field: str, value: Any) -> None:
    forged = replace(ENTRY, **{field: value})
    number = replace(NUMBER, id="b") if field == "number" else NUMBER
    assert state_of(number, forged) == "stale"
    assert why_stale(number, forged) == "核对记录与它自己的摘要不符"


def test_the_digest_is_what_the_description_says() -> None:
    """SECURITY.md tells how to compute it: here with nothing of ours."""
    bound = asdict(ENTRY) | {"near": list(ENTRY.near)}
    del bound["digest"], bound["line"]
    text = json.dumps(bound, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert ENTRY.digest == hashlib.sha256(f"chapterkit-lock-1\n{text}".encode()).hexdigest()


def test_an_entry_of_before_there_were_digests_is_stale() -> None:
    old = replace(ENTRY, near=(), digest="")
    assert state_of(NUMBER, old) == "stale"
    assert "旧格式" in why_stale(NUMBER, old)


def test_a_number_that_the_lock_does_not_know_has_no_source() -> None:
    assert lock_state({"b": BARE}, {"a": ENTRY}) == {"b": "no-source"}


def test_without_a_source_the_lock_tells_what_it_knows() -> None:
    missing = Result(NUMBER, "no-source", why="没有原文")
    [found] = with_lock(Results((missing,)), {"a": resealed(status="elsewhere")}).numbers
    assert found == replace(
        missing, status="elsewhere", where="图 6", why="没有原文；按 2031-05-01 的核对"
    )


def test_without_a_source_a_changed_number_is_stale() -> None:
    missing = Result(changed(Decimal(16)), "no-source", why="没有原文")
    [found] = with_lock(Results((missing,)), {"a": ENTRY}).numbers
    assert found == replace(
        missing, status="stale", why="没有原文；2031-05-01 核对过的是 15.0 %"
    )  # fmt: skip
    [found] = with_lock(Results((missing,)), {"a": resealed(unit="")}).numbers
    assert found.why == "没有原文；2031-05-01 核对过的是 15.0"
    [found] = with_lock(Results((missing,)), {"a": replace(ENTRY, where="")}).numbers
    assert found.why == "没有原文；核对记录与它自己的摘要不符"


def test_with_a_source_the_lock_is_not_asked() -> None:
    for one in (found(NUMBER, "not-found"), Result(BARE, "no-source", why="没有原文")):
        assert with_lock(Results((one,)), {"a": ENTRY}).numbers == (one,)


# --- the file


def test_the_file_is_a_line_a_number_in_order(tmp_path: Path) -> None:
    lock = {"b": resealed(number="b"), "a": ENTRY}
    path = tmp_path / "verified.lock"
    write_lock(path, lock)
    text = path.read_text("utf-8")
    assert text == lock_text(lock)
    assert text.splitlines()[0] == (
        '{"number": "a", "status": "verified", "value": "15.0", "unit": "%", "cite": "k",'
        f' "at": "图 6", "near": ["成功"], "where": "图 6", "sha256": "{SHA}",'
        f' "date": "2031-05-01", "digest": "{ENTRY.digest}"}}'
    )
    assert list(parse_lock(text)) == ["a", "b"]
    assert parse_lock(text) == lock


def test_an_empty_lock_is_an_empty_file() -> None:
    assert lock_text({}) == ""
    assert parse_lock("") == {}


def as_line(**other: object) -> str:
    """Return the entry's line with other keys, those that are None left out."""
    fields = json.loads(lock_text({"a": ENTRY})) | other
    return json.dumps({name: value for name, value in fields.items() if value is not None})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("<<<<<<< HEAD", "合并留下的冲突标记还在"),
        ("[" * 5000, "不是核对记录的一行"),
        ("[1]", "键或值不对"),
        ('"a"', "键或值不对"),
        (as_line(date=None), "键或值不对"),
        (as_line(near=None), "键或值不对"),
        (as_line(digest=None), "键或值不对"),
        (as_line(more="x"), "键或值不对"),
        (as_line(verified=True), "键或值不对"),
        (as_line(value=15.0), "键或值不对"),
        (as_line(near="成功"), "键或值不对"),
        (as_line(near=[1]), "键或值不对"),
        (as_line(status="verifyed"), "键或值不对"),
        (as_line(number="b\n::error::x"), "键或值不对"),
        (as_line(where="\ud800"), "代理码"),
        (as_line(near=["\udfff"]), "代理码"),
        (as_line(sha256="x" * 64), "键或值不对"),
        (as_line(digest=""), "键或值不对"),
        (as_line(date="2031-5-1"), "键或值不对"),
        (as_line(date="２０３１-05-01"), "键或值不对"),
        (as_line(date="2031-05-01T10:00"), "键或值不对"),
        (as_line(number="b", date="2031-02-29"), "日历"),
        (as_line(number="b", date="0000-01-01"), "日历"),
        (as_line(number="b").replace("{", '{"where": "x", '), "不是核对记录的一行"),
        (as_line(number="b")[:-9], "不是核对记录的一行"),
        (as_line(), "a 在第 1 行已经有一条核对记录"),
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
        "63 个数已核对 18 个（其中 4 个出自项目说明、5 个转引、6 个出自作者自己的运行），"
        "7 个在别处，8 个没找到，9 个已过期，21 个没有原文。"
    )


def test_nothing_to_verify_is_all_verified() -> None:
    nothing = coverage([], {})
    assert (nothing.share, nothing.line) == (1.0, "0 个数已核对 0 个。")
    assert coverage([NUMBER], {"a": "verified"}).line == "1 个数已核对 1 个。"
    assert coverage([NUMBER], {}).share == 0
