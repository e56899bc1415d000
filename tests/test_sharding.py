"""A library shared out: balanced shards, and their reports joined into that of a whole check."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from chapterkit.checking.sharding import balance, shared_out
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.pipeline import load
from chapterkit.schemas import FOLDER
from conftest import Run, run_in
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
    form: str, library: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAPTERKIT_CACHE", "off")  # what is kept costs nothing
    whole = run(library, "check", "--format", form, "--jobs", "1")
    assert whole.exit_code == 1
    shares = [("c0001", "c0004", "c0005"), ("c0002",), ("c0003", "c0006")]
    for number, slugs in enumerate(shares, 1):
        part = run(library, "check", *slugs, "--shard", f"{number}/3", "--format", form)
        (tmp_path / f"{number}.json").write_text(part.stdout, "utf-8")
    reports = [str(tmp_path / f"{number}.json") for number in (3, 1, 2)]
    costs = library / "build/costs.json"
    costs.write_text("{}", "utf-8")
    joined = run(library, "merge-reports", *reports, "--format", form)
    assert (joined.exit_code, joined.stdout) == (1, whole.stdout)
    kept = json.loads(costs.read_text("utf-8"))["check"]
    assert {*kept} == {f"c000{one}" for one in range(1, CHAPTERS + 1)}
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


# --- builds

BUILT = 5
MARKDOWN = ("--format", "markdown", "--jobs", "1")


def files(folder: Path) -> dict[str, bytes]:
    """Return what was written below a folder; a lock, which stays, is none of it."""
    every = [one for one in folder.rglob("*") if one.is_file() and one.name != ".lock"]
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in every}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library, built at once and in three shards, as three machines would."""
    folder = tmp_path_factory.mktemp("shelf")
    make(folder, BUILT)
    built(folder, "--output", "serial")
    planned = run_in(folder, "plan", "--shards", "3", "--for", "build")
    for number, one in enumerate(json.loads(planned.stdout)["shards"], 1):
        shard = ("--shard", one["shard"], "--output", f"shards/{number}/build")
        built(folder, *one["targets"], *shard)
    return folder


def built(folder: Path, *arguments: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        patch.setenv("CHAPTERKIT_CACHE", "off")
        result = run_in(folder, "build", *MARKDOWN, *arguments)
    assert result.exit_code == 0, result.output


def test_joined_builds_are_the_build_of_one_machine(shelf: Path, run: Run, tmp_path: Path) -> None:
    costs = shelf / "build/costs.json"
    before = json.loads(costs.read_text("utf-8"))["build"]
    costs.write_text("{}", "utf-8")
    output = ("--output", str(tmp_path / "joined"), "--format", "json")
    joined = run(shelf, "merge-reports", "shards", *output)
    assert joined.exit_code == 0, joined.output
    assert files(tmp_path / "joined") == files(shelf / "serial")
    assert joined.stdout == run(shelf, "merge-reports", "serial", "--format", "json").stdout
    assert json.loads(costs.read_text("utf-8"))["build"].keys() == before.keys()
    told = json.loads(joined.stdout)
    jsonschema.validate(told, json.loads((FOLDER / "library.schema.json").read_text("utf-8")))
    assert [one["name"] for one in told["chapters"]] == [f"c000{one}" for one in range(1, 6)]
    assert told["chapters"][0]["outputs"][0]["file"] == "c0001/c0001.md"
    assert {f"book/c000{one}.md" for one in range(1, 6)} < {one["path"] for one in told["inputs"]}


def test_shards_shared_out_here_are_those_of_one_plan(shelf: Path, run: Run) -> None:
    """That one shard was built does not have the next shared out otherwise."""
    for number in (1, 2):
        built(shelf, "--shard", f"{number}/2", "--output", f"here/{number}")
    assert run(shelf, "merge-reports", "here/1", "here/2").exit_code == 0


def edited(manifest: Path, change: Callable[[Any], object]) -> None:
    told = json.loads(manifest.read_text("utf-8"))
    change(told)
    manifest.write_text(json.dumps(told), "utf-8")


def test_builds_that_do_not_belong_together_are_told(shelf: Path, run: Run, tmp_path: Path) -> None:
    parts = tmp_path / "parts"

    def told(*names: str) -> str:
        result = run(shelf, "merge-reports", *names, "--output", str(tmp_path / "joined"))
        assert result.exit_code == 2, result.output
        assert not (tmp_path / "joined").exists()
        assert "Traceback" not in result.stderr
        return result.stderr

    def anew() -> Path:
        shutil.rmtree(parts, ignore_errors=True)
        shutil.copytree(shelf / "shards", parts)
        return next(parts.glob("*/build/c0002"))

    two = anew()
    assert "缺第 3/3 份" in told(str(parts / "1"), str(parts / "2"))
    assert "c0002 做了不止一次" in told(str(parts), str(two / "manifest.json"))
    manifests = [str(one) for one in parts.glob("*/build/*/manifest.json") if one.parent != two]
    assert "没有一份做了 c0002" in told(*manifests)
    assert "这里没有哪一章的 manifest.json" in told(str(shelf / "book"))
    (two / "c0002.md").write_text("别的\n", "utf-8")
    assert "c0002.md:1: 不是 " in told(str(parts))
    edited(anew() / "manifest.json", lambda one: one["outputs"][0].update(file="../../../a"))
    assert "不在那一章的文件夹里" in told(str(parts))
    edited(anew() / "manifest.json", lambda one: one["tools"][0].update(version="9.9"))
    assert "的 chapterkit 不同（" in told(str(parts))
    edited(anew() / "manifest.json", lambda one: one["inputs"][1].update(sha256="0"))
    assert "与这里的不同" in told(str(parts))
    edited(anew() / "manifest.json", lambda one: one.update(dated=""))
    assert "的日期不同" in told(str(parts))
    edited(anew() / "manifest.json", lambda one: one.update(outputs=1))
    assert "这不是一章的 manifest.json" in told(str(parts))
    (anew() / "manifest.json").write_text("{", "utf-8")
    assert "这不是 JSON" in told(str(parts))


def test_a_link_brings_nothing_in(shelf: Path, run: Run, tmp_path: Path) -> None:
    parts, secret = tmp_path / "parts", tmp_path / "secret"
    shutil.copytree(shelf / "shards", parts)
    two = next(parts.glob("*/build/c0002/c0002.md"))
    two.rename(secret)
    two.symlink_to(secret)
    result = run(shelf, "merge-reports", str(parts), "--output", str(tmp_path / "joined"))
    assert result.exit_code == 2
    assert "不在那一章的文件夹里" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("build", "--shard", "1/3", "--book"), "--book 和 --shard 只写一个"),
        (("build", "--shard", "0/3"), "0/3 不是一份"),
        (("build", "--shard", "1/9"), "只有 5 章，分不成 9 份"),
        (("merge-reports", "shards", "--format", "sarif"), "只能是 text 或 json"),
    ],
)
def test_a_shard_that_cannot_be_built_is_told(
    arguments: tuple[str, ...], said: str, shelf: Path, run: Run
) -> None:
    result = run(shelf, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
