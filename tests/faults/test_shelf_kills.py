"""kill -9 while several chapters are checked and built: no file is half of one, none is lost."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import pytest

from faulty import Runs, changed, moments
from library import make

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are looked for in /proc")

CHAPTERS = 3
BUILD = ("build", "--format", "html", "--format", "markdown")
STATES = ("7.7", "8.8")


@pytest.fixture
def shelf(tmp_path: Path) -> Runs:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    make(tmp_path / "shelf", CHAPTERS)
    return Runs(tmp_path / "shelf", scratch, {"CHAPTERKIT_CACHE": "off"})


def outputs(runs: Runs) -> dict[str, bytes]:
    found = (*runs.book.glob("build/c*/*.html"), *runs.book.glob("build/c*/*.md"))
    return {path.name: path.read_bytes() for path in found}


@pytest.mark.parametrize(
    ("executor", "share", "longest"),
    [((), 0.2, 3.0), (("--executor", "dask://local"), 0.1, 4.0)],
    ids=["processes", "cluster"],
)
def test_several_chapters(
    executor: tuple[str, ...], share: float, longest: float, shelf: Runs
) -> None:
    if executor:
        pytest.importorskip("distributed", reason="the extra chapterkit[dask] is not installed")
    record = shelf.book / "experiments/s0001.yaml"
    first = record.read_text("utf-8").partition("v1a: {value: ")[2].partition(",")[0]
    states = []
    for old, new in ((first, STATES[0]), STATES):
        changed(record, f"v1a: {{value: {old},", f"v1a: {{value: {new},")
        code, printed = shelf.run(*BUILD, "--jobs", "1")
        assert code == 0, printed
        states.append(outputs(shelf))
    assert len(states[0]) == 2 * CHAPTERS
    now, killed = 1, 0
    chance = random.Random(share)
    for after in moments(shelf, longest, share):
        if chance.random() < 0.7:
            changed(record, f"value: {STATES[now]},", f"value: {STATES[1 - now]},")
            now = 1 - now
        killed += shelf.kill(after, *BUILD, "--jobs", "2", *executor)
        found = outputs(shelf)
        assert found.keys() == states[0].keys()
        for name, raw in found.items():
            assert raw in (states[0][name], states[1][name]), f"{name} is half written"
        for slug in {name.partition(".")[0] for name in found}:
            own = [name for name in found if name.startswith(slug)]
            whole = [all(found[name] == state[name] for name in own) for state in states]
            assert any(whole), f"{slug} is of two builds"
        shelf.no_child_is_left()
    code, printed = shelf.run(*BUILD, "--jobs", "2", *executor)
    assert code == 0, printed
    assert outputs(shelf) == states[now]
    assert not [*shelf.book.glob("build/c*/.building-*")]
    assert killed


def test_files_brought_together(shelf: Runs) -> None:
    record = shelf.book / "experiments/s0001.yaml"
    first = record.read_text("utf-8").partition("v1a: {value: ")[2].partition(",")[0]
    states = []
    for name, (old, new) in (("old", (first, STATES[0])), ("new", STATES)):
        changed(record, f"v1a: {{value: {old},", f"v1a: {{value: {new},")
        for number in (1, 2):
            code, printed = shelf.run(
                *BUILD, "--shard", f"{number}/2", "--output", f"{name}/{number}"
            )
            assert code == 0, printed
        code, printed = shelf.run("merge-reports", name, "--output", f"whole/{name}")
        assert code == 0, printed
        states.append(made(shelf.book / f"whole/{name}"))
    assert states[0] != states[1]
    joined, slugs = shelf.book / "joined", {path.partition("/")[0] for path in states[1]}
    shutil.copytree(shelf.book / "whole/old", joined)
    for after in moments(shelf, 1.5, 0.05):
        shelf.kill(after, "merge-reports", "new", "--output", "joined")
        found = made(joined)
        for slug in slugs:
            own = [
                {path: raw for path, raw in one.items() if path.startswith(slug)}
                for one in (found, *states)
            ]
            assert own[0] in own[1:], f"{slug} is of two builds"
        shelf.no_child_is_left()
    code, printed = shelf.run("merge-reports", "new", "--output", "joined")
    assert code == 0, printed
    assert made(joined) == states[1]
    assert not [*joined.glob("c*/.building-*")]


def made(folder: Path) -> dict[str, bytes]:
    """Return what lies in the folders of chapters below a folder."""
    files = folder.glob("c*/[!.]*")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_what_a_killed_shard_has_printed_is_no_report(shelf: Runs) -> None:
    code, whole = shelf.run("check", "--format", "json")
    assert code == 0, whole
    reports = []
    for number in (1, 2):
        code, printed = shelf.run("check", "--shard", f"{number}/2", "--format", "json")
        assert code == 0, printed
        (shelf.book / f"{number}.json").write_text(printed, "utf-8")
        reports.append(printed)
    assert shelf.run("merge-reports", "1.json", "2.json", "--format", "json") == (0, whole)
    for share in (0.0, 0.3, 0.9, 0.999):
        half = reports[1].rstrip()[: int(len(reports[1].rstrip()) * share)]
        (shelf.book / "2.json").write_text(half, "utf-8")
        code, printed = shelf.run("merge-reports", "1.json", "2.json")
        assert (code, "Traceback" in printed) == (2, False)
        assert "2.json" in printed
