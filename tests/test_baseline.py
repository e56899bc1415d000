"""The baseline: by what a problem is known again, what is accepted, what is too much."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.lint import Problem
from chapterkit.lint.baseline import (
    Entry,
    baseline_text,
    compared,
    extended,
    fingerprint,
    pruned,
    read_baseline,
)


def problem(
    rule: str = "fake-list", sentence: str = "甲。", path: str = "a.md", line: int = 1
) -> Problem:
    return Problem(Origin(path, line), "像列表", rule=rule, context=sentence)


def entry(one: Problem, times: int = 1, line: int = 1) -> Entry:
    return Entry(
        one.rule,
        fingerprint(one),
        times,
        one.origin.path,
        one.context,
        "旧稿",
        Origin("b.yaml", line),
    )


# --- by what a problem is known


def test_a_problem_is_known_by_its_sentence() -> None:
    assert fingerprint(problem(sentence="甲 乙\n\u3000丙")) == fingerprint(
        problem(sentence="甲乙丙")
    )
    assert fingerprint(problem(line=9)) == fingerprint(problem(path="b.md"))
    assert fingerprint(problem(sentence="甲")) != fingerprint(problem(sentence="乙"))
    assert fingerprint(problem(sentence="甲乙丙")) == "2f4be7790292444c"


def test_a_problem_without_a_sentence_is_known_by_what_it_says() -> None:
    assert fingerprint(problem(sentence="")) == fingerprint(problem(sentence="像列表"))


# --- comparing


@pytest.mark.parametrize(
    ("accepted", "occurs", "new", "surplus"),
    [
        (0, 0, 0, 0),
        (0, 1, 1, 0),
        (1, 1, 0, 0),
        (1, 0, 0, 1),
        (1, 3, 2, 0),
        (3, 1, 0, 2),
        (2, 2, 0, 0),
    ],
)
def test_an_entry_accepts_as_many_as_it_says(
    accepted: int, occurs: int, new: int, surplus: int
) -> None:
    baseline = (entry(problem(), accepted),) if accepted else ()
    problems = [problem(line=number + 1) for number in range(occurs)]
    left, too_many = compared(problems, baseline, {"a.md"})
    assert left == problems[occurs - new :]  # the first are the accepted ones
    assert [one.times for one in too_many] == ([surplus] if surplus else [])


def test_entries_of_one_sentence_add_up() -> None:
    baseline = (entry(problem(), 2, 1), entry(problem(), 2, 2))
    left, too_many = compared([problem()] * 3, baseline, {"a.md"})
    assert left == []
    assert [(one.times, one.origin.line) for one in too_many] == [(1, 1)]
    left, too_many = compared([problem()], baseline, {"a.md"})
    assert [(one.times, one.origin.line) for one in too_many] == [(2, 1), (1, 2)]


def test_an_entry_is_for_its_rule_and_its_sentence() -> None:
    baseline = (entry(problem()),)
    for other in (problem(rule="long-paragraph"), problem(sentence="乙。")):
        left, too_many = compared([other], baseline, {"a.md"})
        assert left == [other]
        assert too_many == baseline


def test_a_moved_problem_is_accepted_in_another_file() -> None:
    left, too_many = compared([problem(path="b.md")], (entry(problem()),), {"a.md", "b.md"})
    assert (left, too_many) == ([], ())


def test_only_what_was_checked_is_judged() -> None:
    baseline = (entry(problem()),)
    assert compared([], baseline, {"a.md"})[1] == baseline
    assert compared([], baseline, {"b.md"})[1] == ()
    assert compared([], baseline, {"a.md"}, {"fake-list"})[1] == baseline
    assert compared([], baseline, {"a.md"}, {"long-paragraph"})[1] == ()


# --- changing


def test_what_is_new_is_added_once_with_its_times() -> None:
    old = entry(problem(sentence="旧。"))
    twice = [problem(line=3), problem(rule="over-length"), problem(path="b.md", line=1)]
    assert extended((old,), twice, "新稿") == (
        old,
        Entry("fake-list", fingerprint(problem()), 2, "a.md", "甲。", "新稿"),
        Entry("over-length", fingerprint(problem()), 1, "a.md", "甲。", "新稿"),
    )
    assert extended((old,), [], "新稿") == (old,)


@pytest.mark.parametrize(
    ("sentence", "excerpt"),
    [
        ("甲 \n 乙", "甲 乙"),
        ("", "像列表"),
        ("甲\u200b乙", "甲乙"),
        ("字" * 30, "字" * 30),
        ("字" * 31, "字" * 29 + "…"),
    ],
)
def test_an_entry_shows_the_beginning_of_its_sentence(sentence: str, excerpt: str) -> None:
    [added] = extended((), [problem(sentence=sentence)], "新稿")
    assert added.text == excerpt


def test_what_is_too_much_is_pruned() -> None:
    one, other = entry(problem(), 3, 1), entry(problem(sentence="乙。"), 1, 2)
    assert pruned((one, other), [replace(one, times=2)]) == (replace(one, times=1), other)
    assert pruned((one, other), [one]) == (other,)
    assert pruned((one, other), []) == (one, other)


# --- the file


def test_the_file_has_an_entry_a_line_in_order() -> None:
    entries = [
        entry(problem("b", "丙。", "z.md")),
        entry(problem("b", "甲。", "a.md")),
        entry(problem("a", '乙"\\。', "a.md"), 2),
    ]
    text = baseline_text(entries)
    assert text.startswith("# 基线：收编旧文稿时已有的问题。只减不增")
    assert text.splitlines()[2:] == [
        "entries:",
        f'  - {{rule: a, sentence: "{fingerprint(entries_problem(entries[2]))}", times: 2, path: "a.md", text: "乙\\"\\\\。", reason: "旧稿"}}',
        f'  - {{rule: b, sentence: "{fingerprint(entries_problem(entries[1]))}", times: 1, path: "a.md", text: "甲。", reason: "旧稿"}}',
        f'  - {{rule: b, sentence: "{fingerprint(entries_problem(entries[0]))}", times: 1, path: "z.md", text: "丙。", reason: "旧稿"}}',
    ]  # fmt: skip
    read = read_baseline(text, "b.yaml")
    assert [one.origin.line for one in read] == [4, 5, 6]
    assert [replace(one, origin=Origin("")) for one in read] == [
        replace(one, origin=Origin("")) for one in (entries[2], entries[1], entries[0])
    ]


def entries_problem(one: Entry) -> Problem:
    return problem(one.rule, one.text, one.path)


def test_an_empty_baseline_is_a_file_too() -> None:
    assert baseline_text([]).endswith("\nentries: []\n")
    assert read_baseline(baseline_text([]), "b.yaml") == ()


GOOD = "entries:\n  - {rule: a, sentence: 0123456789abcdef, path: a.md, reason: 旧稿}\n"


def test_times_and_text_may_be_left_out() -> None:
    [one] = read_baseline(GOOD, "b.yaml")
    assert (one.times, one.text, one.key) == (1, "", ("a", "0123456789abcdef"))
    assert entry(problem()).origin.path == "b.yaml"
    assert Entry("a", "0", 1, "a.md", "", "").origin == Origin("")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rule: a", "rule: ''", "rule"),
        ("rule: a, ", "", "缺少 rule"),
        ("0123456789abcdef", "0123456789abcde", "sentence"),
        ("0123456789abcdef", "0123456789abcdef0", "sentence"),
        ("0123456789abcdef", "0123456789abcdeg", "sentence"),
        ("path: a.md, ", "", "缺少 path"),
        ("旧稿", "''", "reason"),
        (", reason: 旧稿", "", "缺少 reason"),
        ("rule: a", "times: 0, rule: a", "times"),
        ("rule: a", "tmies: 1, rule: a", "tmies"),
        ("entries:", "entrise:", "entrise"),
    ],
)
def test_what_an_entry_may_not_be(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(ChapterkitError) as caught:
        read_baseline(GOOD.replace(old, new), "b.yaml")
    assert says in caught.value.message
    assert caught.value.origin is not None
    assert caught.value.origin.path == "b.yaml"
