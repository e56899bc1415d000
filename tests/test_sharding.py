"""A library shared out: balanced shards, and their reports joined into that of a whole check."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from chapterkit.checking.sharding import balance, shared_out
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.pipeline import load
from conftest import Run
from library import make

CHAPTERS = 6


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    make(folder, CHAPTERS)
    chapter = folder / "book/c0003.md"  # an error of a chapter, and one of the bibliography
    chapter.write_text(chapter.read_text("utf-8") + "\n成功率是 23.5%。\n", "utf-8")
    bibliography = folder / "refs.bib"
    text = bibliography.read_text("utf-8")
    bibliography.write_text(
        text + text[: text.index("}\n\n") + 2].replace("k0001", "k9999"), "utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def book(library: Path) -> Book:
    return load(Disk(library))


def test_shards_are_of_about_equal_cost_and_hold_each_chapter_once(book: Book) -> None:
    costs = {one.slug: float(place) for place, one in enumerate(book.chapters, 1)}
    shares = shared_out(book, costs, 3)
    assert [one.chapters for one in shares] == [
        ("c0001", "c0006"), ("c0002", "c0005"), ("c0003", "c0004"),
    ]  # fmt: skip
    assert balance(shares) == 1.0
    assert shares == shared_out(book, costs, 3)


def test_a_plan_says_what_was_measured(library: Path, run: Run) -> None:
    planned = run(library, "plan", "--shards", "2")
    assert planned.exit_code == 0
    assert "都按篇幅估计" in planned.stderr
    told = json.loads(planned.stdout)
    assert sorted(slug for one in told["shards"] for slug in one["targets"]) == [
        f"c000{one}" for one in range(1, CHAPTERS + 1)
    ]
    (library / "build").mkdir(exist_ok=True)
    kept = {"check": {"c0001": 9.0, "c0002": -1, "nobody": 3}, "build": []}
    (library / "build/costs.json").write_text(json.dumps(kept), "utf-8")
    matrix = run(library, "plan", "--shards", "2", "--format", "github-matrix")
    assert "6 章里 1 章量过" in matrix.stderr
    [line] = matrix.stdout.splitlines()
    first, second = json.loads(line)["include"]
    assert (first["shard"], second["shard"]) == ("1/2", "2/2")
    few = run(library, "plan", "--shards", "9")
    assert len(json.loads(few.stdout)["shards"]) == CHAPTERS
    shutil.rmtree(library / "build")


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_joined_reports_are_the_report_of_a_whole_check(
    form: str, library: Path, run: Run, tmp_path: Path
) -> None:
    whole = run(library, "check", "--format", form, "--jobs", "1")
    assert whole.exit_code == 1
    shares = [("c0001", "c0004", "c0005"), ("c0002",), ("c0003", "c0006")]
    for number, slugs in enumerate(shares, 1):
        part = run(library, "check", *slugs, "--shard", f"{number}/3", "--format", form)
        (tmp_path / f"{number}.json").write_text(part.stdout, "utf-8")
    reports = [str(tmp_path / f"{number}.json") for number in (3, 1, 2)]
    joined = run(library, "merge-reports", *reports, "--format", form)
    assert (joined.exit_code, joined.stdout) == (1, whole.stdout)
    in_words = run(library, "merge-reports", *reports)
    assert in_words.stdout == run(library, "check", "--jobs", "1").stdout


def test_what_does_not_belong_together_is_told(library: Path, run: Run, tmp_path: Path) -> None:
    for number, slugs in ((1, ("c0001", "c0002", "c0003")), (2, ("c0003", "c0004", "c0005"))):
        part = run(library, "check", *slugs, "--shard", f"{number}/3", "--format", "json")
        (tmp_path / f"{number}.json").write_text(part.stdout, "utf-8")
    one, two = (json.loads((tmp_path / f"{number}.json").read_text("utf-8")) for number in (1, 2))
    (tmp_path / "copy.json").write_text(json.dumps(one), "utf-8")
    two["shard"] |= {"commit": "0123456789abcdef", "version": "9.9"}
    (tmp_path / "other.json").write_text(json.dumps(two), "utf-8")
    del one["shard"]
    (tmp_path / "plain.json").write_text(json.dumps(one), "utf-8")
    (tmp_path / "none.json").write_text("[1, 2", "utf-8")

    def told(*names: str) -> str:
        result = run(library, "merge-reports", *(str(tmp_path / f"{name}.json") for name in names))
        assert result.exit_code == 2
        return result.stderr

    assert "缺第 3/3 份" in told("1", "2")
    assert "没有一份做了 c0006" in told("1", "2")
    assert "c0003 在第 1、2 份里都做了" in told("1", "2")
    assert "第 1/3 份有两个报告" in told("1", "copy", "2")
    assert "同一个报告给了两次" in told("1", "1", "2")
    assert "提交不同" in told("1", "other")
    assert "版本不同（9.9 与 " in told("1", "other")
    assert "这份报告没有说是哪一份" in told("plain")
    assert "这不是 JSON 报告" in told("none")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--shard", "3/2", "--format", "json"), "3/2 不是一份"),
        (("--shard", "1/2"), "--shard 用于 --format json 或 sarif"),
        (("--shard", "1/2", "--format", "json", "--fix"), "不与 --edition"),
        (("--shard", "1/9", "--format", "json"), "只有 6 章，分不成 9 份"),
    ],
)
def test_a_shard_that_is_none_is_told(
    options: tuple[str, ...], said: str, library: Path, run: Run
) -> None:
    result = run(library, "check", *options)
    assert result.exit_code == 2
    assert said in result.stderr
