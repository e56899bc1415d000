"""What a difference says: reports, words, pairs, histories, what to read again."""

from __future__ import annotations

import json
import random
import re
import subprocess
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chapterkit.pipeline import read
from chapterkit.revision.difference import Difference, difference
from chapterkit.revision.pairing import best_pairs
from chapterkit.revision.paragraphs import State
from chapterkit.revision.reports import report_names, written
from chapterkit.revision.reports.github import MAX_BYTES
from chapterkit.revision.words import marks
from chapterkit.text.origins import rendered_plainly
from conftest import Run
from demo import BOOK

HAN = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"


def state(text: str, name: str = "a") -> State:
    return State(name, BOOK, {"case": read(rendered_plainly(text, "case.md"))})


def between(old: str, new: str) -> Difference:
    return difference(state(old, "then"), state(new, "now"))


def kinds(found: Difference) -> list[tuple[str, bool, str]]:
    return [(one.kind, one.moved, one.how) for one in found.paragraphs]


def paragraph(seed: int, length: int = 80) -> str:
    chance = random.Random(seed)
    return "".join(chance.choices(HAN, k=length)) + "。"


# --- pairs and words

likenesses = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.floats(0.1, 1), max_size=16
)


@given(likenesses)
def test_pairs_are_the_best_that_there_are_all_together(
    found: dict[tuple[int, int], float],
) -> None:
    pairs = best_pairs(found)
    assert len(set(pairs.values())) == len(pairs)
    best = max(
        sum(found.get((old, new), 0.0) for old, new in enumerate(order))
        for order in permutations(range(5))
    )
    assert sum(found[pair] for pair in pairs.items()) == pytest.approx(best)


texts = st.text(alphabet=f"{HAN}，。 ab1.%[@]", max_size=60)


@given(texts, texts)
def test_marks_are_the_old_text_without_what_came_and_the_new_without_what_went(
    old: str, new: str
) -> None:
    found = marks(old, new)
    assert "".join(one.text for one in found if one.operation != "insert") == old
    assert "".join(one.text for one in found if one.operation != "delete") == new


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("准确率显著提高。", "准确率略有提高。", "准确率[-显著-]{+略有+}提高。"),
        ("升到 15.0%，", "升到 16.0%，", "升到 [-15.0%-]{+16.0%+}，"),
        ("研究者便把工作拆开。", "研究者把工作拆开。", "研究者[-便-]把工作拆开。"),
        ("the small model", "the large model", "the [-small-]{+large+} model"),
    ],
)
def test_words_are_marked_as_words(old: str, new: str, expected: str) -> None:
    dress = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    assert "".join(dress[one.operation].format(one.text) for one in marks(old, new)) == expected


# --- paragraphs

A, B, C = paragraph(1), paragraph(2), paragraph(3)


def test_a_table_is_compared_as_one_and_short_cells_do_not_wander() -> None:
    table = ": 表 {{#tbl:t}}\n\n| 甲 | 乙 |\n|---|---|\n| 1 | {} |\n| 1 | 2 |\n"
    assert kinds(between(f"{A}\n\n{table.format(2)}", f"{A}\n\n{table.format(3)}")) == [
        ("unchanged", False, ""), ("reworded", False, ""),
    ]  # fmt: skip


def test_eight_copies_that_become_one_lose_nothing_and_one_that_becomes_eight_is_told() -> None:
    fewer = between("\n\n".join([A] * 8), A)
    assert sorted(one.kind for one in fewer.paragraphs) == ["removed"] * 7 + ["unchanged"]
    assert all(one.like for one in fewer.paragraphs if one.kind == "removed")
    more = between(A, "\n\n".join([A] * 8))
    assert sorted(one.kind for one in more.paragraphs) == ["doubled"] * 7 + ["unchanged"]


def test_a_number_that_a_reference_prints_is_no_change() -> None:
    old = f"# 实验 7.4 甲 {{#a}}\n\n{A}见[实验 7.4](#a)。"
    new = f"# 实验 7.5 甲 {{#a}}\n\n{A}见[实验 7.5](#a)。"
    assert kinds(between(old, new)) == [("unchanged", False, "")]
    other = new.replace("](#a)", "](#b)")
    assert kinds(between(new, other)) == [("reworded", False, "")]


def test_english_is_taken_apart_into_sentences_too() -> None:
    old = "The first claim stands here. The second says more. A third one ends it."
    found = between(old, "The first claim stands here. A third one ends it.")
    assert [one.kind for one in found.paragraphs] == ["shortened"]
    assert found.paragraphs[0].gone == ("The second says more.",)


ENGLISH = [
    "The patients who were treated early recovered within two weeks, and none of them had a relapse.",
    "A second group was followed for three years; its members were older and lived in the north.",
    "Nobody has explained why the rate fell in the winter, when the wards were full and windows shut.",
    "Costs were counted in pounds of the year, without what the families paid for travel and food.",
]


def test_english_paragraphs_are_compared_by_words_not_by_letters() -> None:
    found = between("\n\n".join(ENGLISH[:3]), "\n\n".join([ENGLISH[2], ENGLISH[3], ENGLISH[0]]))
    assert sorted(one.kind for one in found.paragraphs) == [
        "added",
        "moved",
        "removed",
        "unchanged",
    ]
    other = ENGLISH[0].replace("recovered within two weeks", "were well again in two weeks")
    assert [one.kind for one in between(ENGLISH[0], other).paragraphs] == ["reworded"]


def test_a_formula_that_is_gone_is_not_found_in_the_signs_of_another() -> None:
    one = r"$$\mathcal{L}_{\mathrm{DPO}}(\theta)=-\log\sigma(\beta\log\frac{\pi_{\theta}(y_{w}\mid x)}{\pi_{r}(y_{w}\mid x)})$$"
    other = (
        r"$$\mathcal{L}_{\mathrm{SFT}}(\theta)=-\sum_{t=1}^{T}\log\pi_{\theta}(y_{t}\mid x,y_{1})$$"
    )
    found = between(f"{one}\n\n{other}\n\n{A}", f"{other}{A}")
    assert [fate.kind for fate in found.paragraphs if fate.old and "DPO" in fate.old.text] == [
        "removed"
    ]


# --- reports

NASTY = "<script>alert(1)</script> @everyone #1 `code` ::error:: ![x](y) &amp; \u202e"


@pytest.mark.parametrize("form", report_names())
def test_a_report_shows_what_others_wrote_and_does_nothing_with_it(form: str) -> None:
    nasty = NASTY.replace("<", r"\<").replace("#", r"\#").replace("!", r"\!").replace("`", r"\`")
    text = written(between(f"{A}\n\n{B}", f"{A}\n\n{nasty}{C}\n\n{B}{nasty}"), form)
    assert "\u202e" not in text
    assert "<script" not in text or form in {"text", "json"}
    if form == "github":
        assert not re.search(r"@\w|#\d", text)
    if form == "json":
        assert json.loads(text)["summary"]["added"] == 1


def test_the_comment_has_room_for_the_worst_and_says_what_it_left_out() -> None:
    old = "\n\n".join(paragraph(seed, 400) for seed in range(100))
    new = "\n\n".join(paragraph(seed, 400) for seed in range(200, 300))
    text = written(between(old, new), "github")
    assert len(text.encode()) <= MAX_BYTES
    assert len(text.encode()) > MAX_BYTES / 2
    assert "处放不下" in text
    assert text.count("<details>") == text.count("</details>")


def test_nothing_changed_is_said_in_a_word() -> None:
    assert "没有别的变化" in written(between(A, A), "text")
    assert "没有别的变化" in written(between(A, A), "github")


def test_the_page_needs_nothing_else() -> None:
    text = written(between(f"{A}\n\n{B}", f"{B}\n\n{A[:40]}{C[:10]}{A[40:]}"), "html")
    assert "<ins>" in text
    assert not re.search(r"(?:src|href)=|https?://", text)


# --- histories, and what to read again


def git(folder: Path, *arguments: str) -> None:
    who = [
        "-c",
        "user.name=张三",
        "-c",
        "user.email=z@example.org",
        "-c",
        "init.defaultBranch=main",
    ]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


def put(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_history_of_a_number_names_each_commit_that_touched_it(minimal: Path, run: Run) -> None:
    record, chapter = minimal / "experiments/card-game.yaml", minimal / "book/chapter3.md"
    git(minimal, "init", "-q")
    commit(minimal, "first")
    put(record, "15.0", "16.0")
    commit(minimal, "another value")
    put(chapter, "# 纸牌", "# 一副纸牌")
    commit(minimal, "not about it")
    put(chapter, "换了规则之后成功率是", "规则换过以后成功率是")
    commit(minimal, "another sentence")
    git(minimal, "mv", "experiments/card-game.yaml", "experiments/cards-again.yaml")
    git(
        minimal,
        "mv",
        "templates/experiments/card-game.md.j2",
        "templates/experiments/cards-again.md.j2",
    )
    for path in (minimal / "experiments/cards-again.yaml", chapter):
        put(path, "card-game", "cards-again")
    commit(minimal, "another name")
    done = run(minimal, "numbers", "--history", "cards-again.after", "--format", "json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["commits"]
    assert [row["subject"] for row in rows] == [
        "first",
        "another value",
        "another sentence",
        "another name",
    ]
    assert rows[1]["fields"] == {"value": {"old": "15.0%", "new": "16.0%"}}
    assert rows[2]["came"][0].startswith("从实验 3.1看，规则换过以后成功率是 16.0%")
    assert rows[2]["author"] == "张三"
    text = run(minimal, "numbers", "--history", "cards-again.after")
    assert "值 15.0% → 16.0%" in text.output
    unknown = run(minimal, "numbers", "--history", "cards-again.aftr")
    assert unknown.exit_code == 2
    assert "最接近的是 cards-again.after" in unknown.output


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("card-game.before", "number", ["成功率从 11.5% 升到 15.0%", "card-game.gain = 3.5 个百分点", "训练之后高于训练之前"]),
        ("demo2025", "source", ["开头的理论讲清楚要问什么", "card-game.after = 15.0%"]),
        ("换了规则", "term", ["换了规则之后成功率是 15.0%"]),
    ],
)  # fmt: skip
def test_what_rests_on_a_name_is_listed_with_why(
    name: str, kind: str, expected: list[str], minimal: Path, run: Run
) -> None:
    done = run(minimal, "impact", name, "--format", "json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["kind"] == kind
    texts = [place["text"] for place in report["places"]]
    assert all(any(one in text for text in texts) for one in expected), texts
    assert all(place["why"] and place["line"] for place in report["places"])
    assert f"{len(texts)} 处" in run(minimal, "impact", name).output


def test_a_name_that_the_book_has_not_is_told_with_the_nearest(minimal: Path, run: Run) -> None:
    done = run(minimal, "impact", "card-game.befor")
    assert done.exit_code == 2
    assert "最接近的是 card-game.before" in done.output
