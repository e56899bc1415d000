"""The PDF as a press takes it: its standards, and what does not part at the end of a line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from chapterkit.formats.shared.unbroken import unbroken
from chapterkit.text.tree import paragraph, plain_text, space, string
from conftest import Run

WORDS = [
    ("实验 7.4", "实验\u00a07.4"),
    ("跑了 60 步，约 48 % 的人", "跑了 60\u00a0步，约\u00a048\u00a0% 的人"),
    ("第 1 步有 3 个", "第\u00a01\u00a0步有 3\u00a0个"),
    ("案例 2 说", "案例\u00a02 说"),
    ("用 Python 写，GPT 4 好", "用 Python 写，GPT 4 好"),
    ("在 2024 与 2025", "在 2024 与 2025"),
]


@pytest.mark.parametrize(("typed", "kept"), WORDS)
def test_a_number_stays_with_what_it_counts(typed: str, kept: str) -> None:
    inlines = [one for word in typed.split() for one in (space(), string(word))][1:]
    tree = {"blocks": [paragraph(inlines)]}
    [block] = unbroken(["实验", "案例"])(tree)["blocks"]
    assert plain_text(block["c"]) == kept


def test_a_dated_pdf_is_accessible_and_for_the_archive(
    minimal: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as file:
        file.write("\n\n***两样都要***，$x_{\\text{训练}}$，*强调**又重***[@demo2025]。\n")
    result = run(minimal, "build", "--format", "pdf")
    assert result.exit_code == 0, result.output
    pdf = (minimal / "build/cards/cards.pdf").read_bytes()
    for said in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<", b"OutputIntent"):  # fmt: skip
        assert said in pdf


def test_qpdf_finds_nothing_wrong(minimal: Path, run: Run) -> None:
    assert run(minimal, "build", "--format", "pdf").exit_code == 0
    try:
        done = subprocess.run(
            ["qpdf", "--check", str(minimal / "build/cards/cards.pdf")], check=False, capture_output=True
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("qpdf is not installed")
    assert done.returncode == 0, done.stdout + done.stderr
