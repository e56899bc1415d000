"""The same manuscript gives the same bytes, whoever builds it where, when and with what fonts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from chapterkit.fonts import bundled
from chapterkit.revision.dating import LATEST, modified
from conftest import HERE, Run

EVERY = [
    part for name in ("docx", "epub", "html", "markdown", "pdf") for part in ("--format", name)
]


def git(folder: Path, *arguments: str, date: str = "2024-05-06T07:08:09Z") -> None:
    author = [
        part
        for who in ("AUTHOR", "COMMITTER")
        for part in (f"GIT_{who}_NAME=a", f"GIT_{who}_EMAIL=a@b", f"GIT_{who}_DATE={date}")
    ]
    subprocess.run(
        ["env", *author, "git", "-C", str(folder), *arguments], check=True, capture_output=True
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    book = Path(shutil.copytree(HERE / "books" / "minimal", tmp_path / "origin"))
    git(book, "init", "-q")
    git(book, "add", "-A")
    git(book, "commit", "-qm", "a")
    return book


def outputs(book: Path, cwd: Path, umask: int, **environment: str) -> dict[str, bytes]:
    """Build a book in another process and return its outputs."""
    done = subprocess.run(
        [sys.executable, "-m", "chapterkit", "build", *EVERY], cwd=cwd, umask=umask,
        capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.name: path.read_bytes() for path in (book / "build/cards").glob("[cm]a*.*")}


def renamed_font(target: Path, family: str) -> None:
    """Write one of the bundled fonts under another family's name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with TTFont(bundled()["Noto Sans SC"][0].path) as font:
        for name in font["name"].names:
            if name.nameID in (1, 16):
                name.string = family
        font.save(target)


def test_two_clones_on_two_machines_give_the_same_bytes(repository: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "a", tmp_path / "一个很长的 path" / "b c" / "d"
    for clone in (one, other):
        clone.parent.mkdir(parents=True, exist_ok=True)
        git(tmp_path, "clone", "-q", str(repository), str(clone))
    home = tmp_path / "home"
    for family in ("Noto Serif CJK SC", "KaiTi", "Noto Serif SC"):
        renamed_font(home / ".fonts" / f"{family}.otf", family)
    for path, time in zip(sorted(other.rglob("*.md")), (16_725_225_600, 0), strict=False):
        os.utime(path, (time, time))
    os.utime(other / "refs.bib", (-86_400, -86_400))
    first = outputs(one, one, 0o022, TZ="UTC", LANG="C", LC_ALL="C", PYTHONHASHSEED="1")
    second = outputs(
        other, other / "book", 0o077, TZ="Asia/Tokyo", LANG="zh_CN.UTF-8", LC_ALL="zh_CN.UTF-8",
        PYTHONHASHSEED="2", HOME=str(home), XDG_DATA_HOME=str(home),
    )  # fmt: skip
    written = [f"cards.{suffix}" for suffix in ("docx", "epub", "html", "md", "pdf")]
    assert sorted(first) == [*written, "manifest.json"]
    assert [name for name in first if first[name] != second[name]] == []


def test_the_date_is_that_of_the_last_commit_of_the_manuscript(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert modified(repository, "refs.bib") == 1_714_979_289
    (repository / "beside.txt").write_text("a", "utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "b", date="2025-01-01T00:00:00Z")
    assert modified(repository, "refs.bib") == 1_714_979_289
    assert modified(repository, "beside.txt") == 1_735_689_600
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    assert modified(tmp_path / "shallow", "refs.bib") is None
    (repository / "refs.bib").write_text("", "utf-8")
    git(repository, "commit", "-qam", "c", date="@16725225600 +0000")
    assert modified(repository, "refs.bib") == LATEST
    assert modified(tmp_path, "refs.bib") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert modified(repository, "refs.bib") is None


@pytest.mark.parametrize(
    ("given", "date"),
    [
        ("0", 0),
        ("1700000000", 1_700_000_000),
        ("9" * 5000, LATEST),
        ("²", None),
        ("-1", None),
        ("", None),
    ],
)
def test_source_date_epoch_comes_first(
    given: str, date: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    assert modified(tmp_path, "refs.bib") == date


@pytest.mark.parametrize("date", ["0", "99999999999", None])
def test_any_date_or_none_can_be_printed(
    date: str | None, minimal: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(minimal.parent))
    if date:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", date)
    assert run(minimal, "build").exit_code == 0
    pdf = (minimal / "build/cards/cards.pdf").read_bytes()
    dated = {"0": [b"1970"], "99999999999": [b"2107"], None: []}[date]
    assert re.findall(rb"/CreationDate\(D:(\d{4})", pdf) == dated


def test_a_font_that_book_yaml_names_is_used(minimal: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    renamed_font(home / ".fonts" / "probe.otf", "Probe Kai")
    config = minimal / "book/book.yaml"
    plain = outputs(minimal, minimal, 0o022, HOME=str(home))["cards.pdf"]
    config.write_text(config.read_text("utf-8") + "fonts: {serif: [Probe Kai]}\n", "utf-8")
    named = outputs(minimal, minimal, 0o022, HOME=str(home))["cards.pdf"]
    assert len(re.findall(rb"NotoSerifSC", plain)) > len(re.findall(rb"NotoSerifSC", named))
