"""Mending: what is carried out, what is refused, and that nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chapterkit.errors import Origin
from chapterkit.lint import Edit, Problem, Run, lint
from chapterkit.lint.fix import Mended, Texts, edited, mend
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.ledger import Ledger
from chapterkit.pipeline import read
from chapterkit.text.document import Document
from chapterkit.text.origins import rendered_plainly
from conftest import Run as Command


def swap(old: str, new: str, line: int, column: int, rule: str = "demo") -> Problem:
    origin = Origin("a.md", line, column)
    return Problem(origin, "换掉", rule=rule, context=old, edits=(Edit(origin, old, new),))


def together(*problems: Problem) -> Problem:
    """Return one problem with the edits of several."""
    first = problems[0]
    edits = tuple(edit for problem in problems for edit in problem.edits)
    return Problem(first.origin, "换掉", rule=first.rule, context=first.context, edits=edits)


def parse(texts: Texts) -> Document:
    return read(rendered_plainly(texts["a.md"].replace("\r\n", "\n"), "a.md"))


def mended(text: str, *problems: Problem) -> tuple[str, int, int]:
    """Mend once; later rounds find nothing more."""

    def check(texts: Texts, document: Document) -> list[Problem]:
        return list(problems) if texts["a.md"] == text else []

    result = mend({"a.md": text}, parse, check)
    return result.texts["a.md"], result.done, len(result.refused)


# --- carrying out


def change(old: str, new: str, line: int, column: int, path: str = "a.md") -> Edit:
    return Edit(Origin(path, line, column), old, new)


@pytest.mark.parametrize(
    ("text", "edits", "result"),
    [
        ("甲,乙", [change(",", "，", 1, 2)], "甲，乙"),
        ("甲,乙", [change("甲", "", 1, 1), change("乙", "丙丁", 1, 3)], ",丙丁"),
        ("甲,乙", [change("乙", "丙", 1, 3), change("甲", "丁", 1, 1)], "丁,丙"),  # any order
        ("甲,乙", [change(",", "，", 1, 2), change(",", "，", 1, 2)], "甲，乙"),  # the same twice
        ("甲,乙", [change("甲,", "丙", 1, 1), change(",乙", "丁", 1, 2)], "丙乙"),  # overlapping
        ("甲,乙", [change("甲", "丙", 1, 1), change(",乙", "丁", 1, 2)], "丙丁"),  # touching
        ("甲,乙", [change("乙", "丙", 1, 2)], "甲,乙"),  # not there
        ("甲", [change("甲", "乙", 2, 1)], "甲"),  # no such line
        ("甲\n", [change("", "乙", 2, 1)], "甲\n乙"),  # the line behind the last break
        ("甲\n乙\n丙", [change("乙", "丁", 2, 1)], "甲\n丁\n丙"),
        ("甲\r\n乙\r\n丙", [change("丙", "丁", 3, 1)], "甲\r\n乙\r\n丁"),
        ("甲\r乙\r丙", [change("丙", "丁", 3, 1)], "甲\r乙\r丁"),
        ("甲\n乙", [change("甲\n乙", "甲乙", 1, 1)], "甲乙"),
        ("甲\r\n乙", [change("甲\n乙", "甲乙", 1, 1)], "甲乙"),
        ("甲\r乙", [change("甲\n乙", "甲乙", 1, 1)], "甲乙"),
        ("甲\r\n乙\r\n丙", [change("乙\n丙", "乙丙", 2, 1)], "甲\r\n乙丙"),
        ("甲", [change("甲", "乙", 1, 1, "b.md")], "甲"),  # another file's
    ],
)
def test_edits_are_carried_out_where_they_stand(text: str, edits: list[Edit], result: str) -> None:
    assert edited({"a.md": text}, edits) == {"a.md": result}


def test_each_file_has_its_own_edits() -> None:
    texts = {"a.md": "甲", "b.md": "甲", "c.md": "甲"}
    changed = edited(texts, [change("甲", "乙", 1, 1), change("甲", "丙", 1, 1, "c.md")])
    assert changed == {"a.md": "乙", "b.md": "甲", "c.md": "丙"}


def test_edits_are_carried_out_and_line_ends_kept() -> None:
    text = "# 题\r\n\r\n甲,乙。\r\n\r\n丙,丁。\r\n"
    done = mended(text, swap(",", "，", 3, 2), swap(",", "，", 5, 2))
    assert done == (text.replace(",", "，"), 2, 0)


def test_an_edit_whose_text_is_not_there_does_nothing() -> None:
    text = "甲，乙。\n"
    assert mended(text, swap("丙", "丁", 1, 1))[0] == text
    assert mended(text, swap("丙", "丁", 9, 1))[0] == text


@pytest.mark.parametrize(
    ("one", "other", "result", "done"),
    [
        (swap("甲乙", "子", 1, 1), swap("乙丙", "丑", 1, 2), "子丙丁\n\n戊\n", 1),
        (swap("甲乙", "子", 1, 1), swap("丙", "丑", 1, 3), "子丑丁\n\n戊\n", 2),
        (swap("甲乙丙", "子", 1, 1), swap("乙", "丑", 1, 2), "子丁\n\n戊\n", 1),
        (together(swap("甲", "子", 1, 1), swap("丙", "丑", 1, 3)), swap("丙", "寅", 1, 3), "子乙丑丁\n\n戊\n", 1),
        (together(swap("甲", "子", 1, 1), swap("丁", "丑", 1, 4)), swap("丙", "寅", 1, 3), "子乙寅丑\n\n戊\n", 2),
        (swap("乙丙丁", "子", 1, 2), swap("戊", "丑", 3, 1), "甲子\n\n丑\n", 2),
    ],
)  # fmt: skip
def test_of_edits_that_overlap_the_first_is_carried_out(
    one: Problem, other: Problem, result: str, done: int
) -> None:
    text = "甲乙丙丁\n\n戊\n"
    assert mended(text, one, other) == mended(text, other, one) == (result, done, 0)


def test_edits_over_several_lines_overlap_too() -> None:
    text = "甲\n乙丙\n\n戊\n"
    joined = swap("甲\n乙", "甲乙", 1, 1)
    assert mended(text, joined, swap("乙", "子", 2, 1)) == ("甲乙丙\n\n戊\n", 1, 0)
    assert mended(text, joined, swap("丙", "子", 2, 2)) == ("甲乙子\n\n戊\n", 2, 0)


def test_what_waits_is_carried_out_in_the_next_round() -> None:
    def check(texts: Texts, document: Document) -> list[Problem]:
        text = texts["a.md"]
        found = [swap("甲乙", "子", 1, 1)] if "甲乙" in text else []
        return [*found, swap("丙", "丑", 1, text.index("丙") + 1)] if "丙" in text else found

    result = mend({"a.md": "甲乙丙\n"}, parse, check)
    assert (result.texts["a.md"], result.done) == ("子丑\n", 2)


def test_mending_ends_after_so_many_rounds() -> None:
    def check(texts: Texts, document: Document) -> list[Problem]:
        return [swap("甲", "甲甲", 1, 1)]

    for rounds in (1, 3):
        result = mend({"a.md": "甲\n"}, parse, check, rounds)
        assert (result.texts["a.md"], result.done) == ("甲" * (rounds + 1) + "\n", rounds)


# --- the proof


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("甲 乙。\n\n丙。\n", swap("甲 乙", "# 甲乙", 1, 1)),
        ("甲 *乙* 丙。\n", swap("*乙*", "乙", 1, 3)),
        ("甲，乙。\n\n丙。\n", swap("乙。", "乙。[@key]", 1, 3)),
        ("甲，`乙`。\n", swap("，`乙", "，`丙", 1, 2)),
        ("甲，乙。\n\n丙。\n", swap("甲", "- 甲", 1, 1)),
        ("甲**乙丙**丁。\n", swap("乙丙**", "乙**丙", 1, 4)),
        ("## 甲,乙 {#a}\n\n丙。\n", swap("## 甲,", "# 甲，", 1, 1)),
        ("## 甲,乙 {#a}\n\n丙。\n", swap("# 甲", "## 甲", 1, 2)),
        ("## 甲 {#a .x}\n\n丙。\n", swap(".x", ".y", 1, 10)),
        ("## 甲 {#a}\n\n丙。\n", swap("#a", "#a .y", 1, 7)),
        ("甲[@one]。\n", swap("one", "two", 1, 4)),
        ("甲[@one; @two]。\n", swap("one; @two", "two; @one", 1, 4)),
        ("甲$x$。\n", swap("x", "y", 1, 3)),
        ("甲[乙](http://a.b)。\n", swap("a.b", "c.d", 1, 13)),
        ("甲[乙](#a)。\n\n## 丙 {#a}\n", swap("#a", "#b", 1, 6)),
        ("![乙](a.png)\n", swap("a.png", "b.png", 1, 6)),
        ('甲[1]{.number data-number="a.b"}。\n', swap("[1]", "[2]", 1, 2)),
        ('甲[1]{.number data-number="a.b"}。\n', swap("a.b", "a.c", 1, 27)),
        ("甲**乙**丙丁。\n", swap("**丙丁", "丙**丁", 1, 5)),
        ("甲乙丙。\n", swap("乙", "**乙**", 1, 2)),
        ("甲。\n\n乙。\n", swap("甲。", "甲。\n\n丙。", 1, 1)),
        ("甲。\n\n乙。\n", swap("甲。\n\n乙。", "甲。乙。", 1, 1)),
        ("甲\\\n乙\n", swap("甲\\", "甲", 1, 1)),
        ("> 甲。\n\n乙。\n", swap("> 甲", "甲", 1, 1)),
        ("甲[^n]。\n\n[^n]: 注。\n", swap("[^n]。", "。", 1, 2)),
    ],
)
def test_an_edit_that_touches_structure_is_refused(text: str, problem: Problem) -> None:
    assert mended(text, problem) == (text, 0, 1)


@pytest.mark.parametrize(
    ("text", "problem", "result"),
    [
        ("## 甲,乙 {#a}\n\n丙。\n", swap(",", "，", 1, 5), "## 甲，乙 {#a}\n\n丙。\n"),
        ("甲 ,*乙* 丙。\n", swap(" ,", "，", 1, 2), "甲，*乙* 丙。\n"),
        ("甲*乙,*丙。\n", swap("乙,*", "乙*，", 1, 3), "甲*乙*，丙。\n"),
        ("甲ＡＢ*丙*。\n", swap("ＡＢ", "AB", 1, 2), "甲AB*丙*。\n"),
        ("见实验 7.4 的甲。\n\n## 乙 {#b}\n", swap("实验 7.4", "[实验 7.4](#b)", 1, 2), "见[实验 7.4](#b) 的甲。\n\n## 乙 {#b}\n"),
        ("甲\n乙。\n", swap("甲\n", "甲", 1, 1), "甲乙。\n"),
        ("甲[@one],乙。\n", swap(",", "，", 1, 8), "甲[@one]，乙。\n"),
        ("甲丑*乙*丙。\n", swap("丑", "子", 1, 2), "甲子*乙*丙。\n"),
    ],
)  # fmt: skip
def test_an_edit_of_the_text_alone_is_carried_out(text: str, problem: Problem, result: str) -> None:
    assert mended(text, problem) == (result, 1, 0)


def test_a_reference_may_come_in_place_of_its_own_words_alone() -> None:
    text = "见实验 7.4 的*甲*。\n\n## 乙 {#b}\n"
    assert mended(text, swap("实验 7.4", "[实验 7.5](#b)", 1, 2)) == (text, 0, 1)
    assert mended(text, swap("实验 7.4", "[实验 7.4](http://b.c)", 1, 2)) == (text, 0, 1)
    assert mended(text, swap("实验 7.4", "[实验 7.4](#b)", 1, 2))[1:] == (1, 0)


def test_only_the_edit_that_spoils_is_refused() -> None:
    text = "甲,乙。\n\n丙 丁。\n\n戊,己。\n"
    done = mended(text, swap(",", "，", 1, 2), swap("丙", "> 丙", 3, 1), swap(",", "，", 5, 2))
    assert done == ("甲，乙。\n\n丙 丁。\n\n戊，己。\n", 2, 1)


def test_what_comes_after_a_new_list_is_not_to_blame() -> None:
    text = "甲。\n\n乙,丙。\n"
    done = mended(text, swap("甲。", "- 甲。\n- 丁。", 1, 1), swap(",", "，", 3, 2))
    assert done == ("甲。\n\n乙，丙。\n", 1, 1)


def test_an_edit_that_spoils_another_paragraph_is_refused() -> None:
    """The fence swallows what comes after it; nobody can tell whose fault it is but the edit's."""
    text = "甲,乙。\n\n丙。\n\n```\n丁\n```\n\n戊,己。\n"
    done = mended(text, swap("丙。", "丙。\n\n```", 3, 1))
    assert done == (text, 0, 1)


def test_all_edits_of_a_problem_are_refused_together() -> None:
    text = "甲,乙。\n\n丙 丁。\n"
    problem = together(swap(",", "，", 1, 2), swap("丙", "- 丙", 3, 1))
    assert mended(text, problem) == (text, 0, 1)


def test_what_is_refused_is_not_tried_again() -> None:
    tried = 0

    def counted(texts: Texts) -> Document:
        nonlocal tried
        tried += 1
        return parse(texts)

    def check(texts: Texts, document: Document) -> list[Problem]:
        further = [swap("乙", "丙", 3, 1)] if "乙" in texts["a.md"] else []
        return [swap("甲", "# 甲", 1, 1), *further]

    result = mend({"a.md": "甲\n\n乙\n"}, counted, check)
    assert (result.texts["a.md"], result.done, len(result.refused)) == ("甲\n\n丙\n", 1, 1)
    # As it is, with both edits, with the good one alone; and no more.
    assert tried == 3


def test_the_same_mistake_elsewhere_is_another_problem() -> None:
    text = "甲,乙。\n\n甲,乙。\n"
    one, other = swap(",", "- ，", 1, 2), swap(",", "，", 3, 2)
    assert mended(text, swap("甲", "- 甲", 1, 1), other) == ("甲,乙。\n\n甲，乙。\n", 1, 1)
    assert mended(text, one, other)[1:] == (2, 0)


def test_an_edit_in_a_note_is_its_own_affair() -> None:
    text = "甲[^x]乙。\n\n[^x]: 丙,丁。\n\n戊,己。\n"
    done = mended(text, swap(",", "，", 3, 8), swap(",", "，", 5, 2))
    assert done == (text.replace(",", "，"), 2, 0)


def test_a_heading_may_change_its_own_identifier_unless_a_link_names_it() -> None:
    text = "# 用GPT做\n\n一段。\n"
    assert mended(text, swap("用", "用 ", 1, 3)) == ("# 用 GPT做\n\n一段。\n", 1, 0)
    linked = text + "\n见[前面](#用gpt做)。\n"
    assert mended(linked, swap("用", "用 ", 1, 3)) == (linked, 0, 1)


# --- properties

LINES = st.sampled_from(
    ["他说\"不行\",走了", "用GPT训练3天", "真的吗??太好了", "（见第三章)", "等等...", "重 点", "１２个", "*真。*她", "[链接](#here)", "`x,y`", "$a,b$", "[@key, 图 6]", "\u200b", "10~20 轮", "脚注[^n]", "。"]
)  # fmt: skip
PARAGRAPHS = st.lists(LINES, min_size=1, max_size=5).map("".join)
DOCUMENTS = st.lists(PARAGRAPHS, min_size=1, max_size=6).map(
    lambda parts: "# 题 {#here}\n\n" + "\n\n".join(parts) + "\n\n[^n]: 注,文。\n"
)


def mended_by_all_rules(text: str) -> Mended:
    book = Book(Config.partly(), {}, {}, Ledger({}), {}, ())
    run = Run(book.config, frozenset())
    return mend({"a.md": text}, parse, lambda _, document: lint(document, book, run))


@settings(max_examples=8, deadline=None)
@given(DOCUMENTS)
def test_mending_twice_changes_nothing_more(text: str) -> None:
    once = mended_by_all_rules(text)
    twice = mended_by_all_rules(once.texts["a.md"])
    assert (dict(twice.texts), twice.done) == (dict(once.texts), 0)


@settings(max_examples=8, deadline=None)
@given(DOCUMENTS)
def test_mending_leaves_blocks_citations_code_and_formulas_as_they_are(text: str) -> None:
    before, after = parse({"a.md": text}), parse(mended_by_all_rules(text).texts)

    def kept(document: Document) -> list[object]:
        return [
            (block.kind, block.within, block.citations(), [one.element for one in block.inlines if one.kind in {"Code", "Math"}])
            for block in document.blocks
        ]  # fmt: skip

    assert kept(after) == kept(before)


EDITS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 7), st.text("甲乙\n", max_size=2), st.text("丙", max_size=2)), max_size=6)  # fmt: skip


@given(st.text("甲乙\n", max_size=16), EDITS)
def test_text_outside_the_edits_is_untouched(
    text: str, made: list[tuple[int, int, str, str]]
) -> None:
    """What was there stays, in its order, but for what the edits take away."""
    edits = [change(old, new, line, column) for line, column, old, new in made]
    left = iter(edited({"a.md": text}, edits)["a.md"].replace("丙", ""))
    kept = "".join(left)
    rest = iter(text)
    assert all(character in rest for character in kept)
    assert len(text) - len(kept) <= sum(len(old) for _, _, old, _ in made)


def test_what_a_record_and_a_shared_template_make_is_told_at_the_record(
    tmp_path: Path, run: Command
) -> None:
    run(tmp_path, "new", "book", "mine")
    book = tmp_path / "mine"
    record = book / "experiments" / "first-experiment.yaml"
    template = book / "templates" / "experiment.md.j2"
    text = record.read_text("utf-8")
    line = text.count("\n", 0, text.index("setup:")) + 2
    record.write_text(text.replace("setup:\n", "setup:\n  年份: 2019 年\n"), "utf-8")
    shared = template.read_text("utf-8")
    template.write_text(shared.replace("{{ name }}：{{ text }}", "{{ name }}是{{ text }}"), "utf-8")
    before = template.read_text("utf-8")
    output = run(book, "check").output
    assert f"experiments/{record.name}:{line}" in output
    assert "“是2”" in output
    assert "由 templates/experiment.md.j2:" in output
    assert "自动改正" not in output
    assert "改正 0 处" in run(book, "check", "--fix").output
    assert template.read_text("utf-8") == before


def test_mending_that_only_goes_to_and_fro_is_not_counted() -> None:
    def to_and_fro(texts: Texts, document: Document) -> list[Problem]:
        old = texts["a.md"][0]
        new = "乙" if old == "甲" else "甲"
        edit = Edit(Origin("a.md", 1, 1), old, new)
        return [Problem(edit.origin, "来回", edits=(edit,), rule="x")]

    texts = {"a.md": "甲。\n"}
    result = mend(texts, lambda now: read(rendered_plainly(now["a.md"], "a.md")), to_and_fro)
    assert (dict(result.texts), result.done) == (texts, 0)


def test_edits_of_files_that_may_not_be_changed_are_not_counted() -> None:
    def elsewhere(texts: Texts, document: Document) -> list[Problem]:
        edit = Edit(Origin("experiments/b.yaml", 1, 1), "甲", "乙")
        return [Problem(edit.origin, "别处", edits=(edit,), rule="x")]

    texts = {"a.md": "甲。\n"}
    result = mend(texts, lambda now: read(rendered_plainly(now["a.md"], "a.md")), elsewhere)
    assert (dict(result.texts), result.done, result.refused) == (texts, 0, ())
