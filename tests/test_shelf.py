"""A library of several chapters: what is done for each, what for all, what is not done again."""

from __future__ import annotations

import gc
import json
import os
from collections import UserDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chapterkit.building.chapters import Writing
from chapterkit.checking import running
from chapterkit.checking.running import Processes, problems_of_all
from chapterkit.checking.subjects import chapters_of
from chapterkit.commands import main
from chapterkit.lint import Problem
from chapterkit.manuscript.folder import Disk
from chapterkit.pipeline import Memory, Subject, document_of, load, problems_of
from library import make, printing_first_number, with_first_number

CHAPTERS = 9


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library, built once as HTML and DOCX."""
    folder = tmp_path_factory.mktemp("library")
    make(folder, CHAPTERS)
    build(folder)
    return folder


def build(folder: Path, *options: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        arguments = ["build", "--format", "html", "--format", "docx", "--jobs", "2", *options]
        result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def written(folder: Path) -> Mapping[Path, int]:
    """Return the files of chapters, their manifests, too, each with when it was written."""
    found = [*folder.glob("build/c*/*.html"), *folder.glob("build/c*/*.docx")]
    found += folder.glob("build/c*/manifest.json")
    assert len(found) == 3 * CHAPTERS
    return {path: path.stat().st_mtime_ns for path in found}


def test_a_number_that_three_chapters_print_has_three_written_anew(built: Path) -> None:
    before = written(built)
    with_first_number(built, 2, "7.7")
    build(built)
    anew = {path.parent.name for path, at in written(built).items() if at != before[path]}
    assert sorted(anew) == printing_first_number(2, CHAPTERS) == ["c0002", "c0003", "c0009"]
    for slug in anew:
        assert "7.7%" in (built / f"build/{slug}/{slug}.html").read_text("utf-8")


def test_a_manifest_has_of_other_chapters_what_the_text_speaks_of(built: Path) -> None:
    told = json.loads((built / "build/c0009/manifest.json").read_text("utf-8"))
    read = {one["path"] for one in told["inputs"]}
    own = {"book/c0009.md", "experiments/s0009.yaml"}
    spoken_of = {f"book/c000{one}.md" for one in (2, 8)}
    spoken_of |= {f"experiments/s000{one}.yaml" for one in (2, 8)}
    shared = {"book/book.yaml", "refs.bib", "templates/experiment.md.j2"}
    assert read == own | spoken_of | shared


def test_what_another_chapter_has_is_found_without_reading_all(built: Path) -> None:
    [*_, last] = chapters_of(load(Disk(built)), built)
    found = document_of(last).elsewhere
    assert {name: thing.chapter for name, thing in found.items()} == {
        "s0008": "c0008", "t-s0008": "c0008", "s0002": "c0002", "theory-0002": "c0002",
    }  # fmt: skip


class Looked(UserDict[str, Any]):
    """A mapping that notes when somebody goes through all of it."""

    def __init__(self, name: str, kept: Mapping[str, Any], noted: set[str]) -> None:
        self.data = dict(kept)
        self.name, self.noted = name, noted

    def __iter__(self) -> Iterator[str]:
        self.noted.add(self.name)
        return super().__iter__()


def test_a_text_is_made_without_going_through_all_of_a_book(built: Path, tmp_path: Path) -> None:
    noted: set[str] = set()
    book = load(Disk(built))
    named = ("records", "bibliography", "templates", "exhibits", "digests")
    looked: Any = {one: Looked(one, getattr(book, one), noted) for one in named}
    *others, last = chapters_of(replace(book, **looked), built)
    writing = Writing(("html", "docx"), ("",), tmp_path)
    problems_of(last)
    writing(last, Memory())
    assert noted  # for all texts at once
    noted.clear()
    for subject in others[-2:]:
        problems_of(subject)
        writing(subject, Memory())
    assert not noted


def test_workers_take_turns(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subjects = chapters_of(load(Disk(built)), built, [f"c000{one}" for one in (1, 2, 3, 4, 5)])
    monkeypatch.setattr(running, "_OF_A_WORKER", 1)
    monkeypatch.setattr(running, "_MANY", 2)
    workers = [*Processes(2).each(_worker_of, subjects)]
    assert [name for name, _, _ in workers] == [one.name for one in subjects]
    own = os.getpid()
    assert [worker == own for _, worker, _ in workers] == [False, False, True, False, False]
    assert len({worker for _, worker, _ in workers}) > 2
    assert problems_of_all(subjects, Processes(2)) == problems_of_all(subjects, Processes(1))


def _worker_of(subject: Subject, memory: Memory) -> tuple[str, int, list[Problem]]:
    return subject.name, os.getpid(), problems_of(subject, memory)


def test_nothing_of_a_text_stays_with_a_worker(built: Path) -> None:
    subjects = chapters_of(load(Disk(built)), built)
    assert [*Processes(2).each(_held, subjects)] == [0] * CHAPTERS


def _held(subject: Subject, memory: Memory) -> int:
    """Check a text; return how many elements of trees this worker has held of texts before."""
    held = sum(type(one) is dict and "t" in one for one in gc.get_objects())
    problems_of(subject, memory)
    return held


def test_the_same_library_is_made_again(tmp_path: Path) -> None:
    for name in ("one", "other"):
        make(tmp_path / name, 2, seed=3)
    texts = [
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*.*")
        }
        for name in ("one", "other")
    ]
    assert texts[0] == texts[1]
