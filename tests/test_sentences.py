"""Sentences: where they end, and how one is known again."""

from __future__ import annotations

import pytest

from chapterkit.errors import Origin
from chapterkit.lint import Problem
from chapterkit.lint.baseline import compared, fingerprint, read_baseline
from chapterkit.lint.problem import problem_at
from chapterkit.pipeline import read
from chapterkit.text.document import Block
from chapterkit.text.origins import rendered_plainly
from chapterkit.text.sentences import identity, kept, sentence_at, sentence_ends


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", [""]),
        ("没有句号", ["没有句号"]),
        ("一句。", ["一句。"]),
        ("一句。两句！三句？末尾", ["一句。", "两句！", "三句？", "末尾"]),
        (
            "他说：“走。”又说：『来！』）然后停了。",
            ["他说：“走。”", "又说：『来！』）", "然后停了。"],
        ),
        ("上一行\n下一行", ["上一行\n", "下一行"]),
        ("3.5 个百分点；逗号，都不断句。", ["3.5 个百分点；逗号，都不断句。"]),
        ("奇怪。。", ["奇怪。", "。"]),
    ],
)
def test_every_place_of_a_text_stands_in_its_sentence(text: str, sentences: list[str]) -> None:
    ends = sentence_ends(text)
    found = [sentence_at(ends, position) for position in range(len(text) or 1)]
    assert [text[start:end] for start, end in dict.fromkeys(found)] == sentences
    assert all(start <= position < end for position, (start, end) in enumerate(found) if text)


def test_the_end_of_a_text_belongs_to_its_last_sentence() -> None:
    assert sentence_at(sentence_ends("甲。乙。"), 4) == (4, 4)
    assert sentence_at(sentence_ends("甲。乙"), 3) == (2, 3)


@pytest.mark.parametrize(
    ("span", "position", "expected"),
    [((0, 300), 150, (50, 250)), ((0, 300), 20, (0, 120)), ((140, 160), 150, (140, 160))],
)
def test_an_endless_sentence_is_kept_round_a_place(
    span: tuple[int, int], position: int, expected: tuple[int, int]
) -> None:
    text = "".join(chr(0x4E00 + index) for index in range(300))
    assert kept(text, span, position) == text[slice(*expected)]


# The digits stand in baselines and in reports that others keep: they never change.
KNOWN = [
    ("• 一是看清规则，二是照着做。", "866a6eef6ec0383a"),
    ("  • 一是看清规则，\n二是\u3000照着做。 ", "866a6eef6ec0383a"),
    ("x", "2d711642b726b044"),
    ("甲\u00a0乙", "f73ab1f5c2b9542c"),
    ("甲\u200b乙", "c2d86c7c0e0d9a3c"),
]


@pytest.mark.parametrize(("sentence", "digits"), KNOWN)
def test_a_sentence_is_known_by_the_same_digits_forever(sentence: str, digits: str) -> None:
    assert identity(sentence) == digits
    assert fingerprint(Problem(Origin("a.md"), "一句话", context=sentence)) == digits


def test_a_problem_without_a_sentence_is_known_by_its_message() -> None:
    assert fingerprint(Problem(Origin("a.md"), "x")) == identity("x")


def paragraph(text: str) -> Block:
    return read(rendered_plainly(text, "a.md")).paragraphs[0]


def test_a_problem_knows_its_sentence_and_no_more() -> None:
    block = paragraph("前一句。这一句有*错*。后一句。")
    start = block.text.index("错")
    assert problem_at(block, start, start + 1, "错了").context == "这一句有错。"


OLD = """\
# 基线：收编旧文稿时已有的问题。只减不增：新的问题不会因它放过；改好的用 --prune 删去。
# chapterkit check --baseline 这个文件
entries:
  - {rule: fake-list, sentence: "866a6eef6ec0383a", times: 1, path: "a.md", text: "• 一是", reason: "旧稿"}
"""


@pytest.mark.parametrize(
    "text", ["• 一是看清规则，二是照着做。", "新写的一句。• 一是看清规则，\n二是照着做。"]
)
def test_a_baseline_of_an_earlier_version_still_accepts_its_sentences(text: str) -> None:
    block = paragraph(text)
    start = block.text.index("一是")
    problem = problem_at(block, start, start + 1, "列表")
    accepted = Problem(problem.origin, "列表", rule="fake-list", context=problem.context)
    assert compared([accepted], read_baseline(OLD, "old.yaml"), {"a.md"}) == ([], ())
