"""A full disk: one line, exit code 2, the old files as they were, nothing left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from faulty import BOOK, PAPER, Runs, changed

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a small disk is mounted as on Linux"
)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Return an empty file system of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "chapterkit-test", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk, and not everywhere")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path, leave: int) -> None:
    """Fill a disk but for some bytes."""
    (disk / "ballast").unlink(missing_ok=True)
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    (disk / "ballast").write_bytes(bytes(max(0, free - leave)))


ROOMS = [0, 4_096, 16_384, 40_960, 81_920, 163_840, 245_760, 327_680, 409_600, 655_360, 900_000]


def in_one_line(code: int, printed: str) -> None:
    assert code == 2, printed
    lines = printed.strip().split("\n")
    assert len(lines) == 1 or (len(lines) == 2 and lines[1].startswith("hint: ")), printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("temporary", ["elsewhere", "on the same disk"])
def test_builds(temporary: str, small: Path, tmp_path: Path) -> None:
    book = Path(shutil.copytree(BOOK, small / "book"))
    scratch = (small if temporary == "on the same disk" else tmp_path) / "scratch"
    scratch.mkdir()
    runs = Runs(book, scratch)
    code, printed = runs.run("build")
    assert code == 0, printed
    changed(book / "book/chapter3.md", "小结", "总结")
    before = runs.everything()
    failed = 0
    for leave in ROOMS:
        fill(small, leave)
        code, printed = runs.run("build")
        if code:
            failed += 1
            in_one_line(code, printed)
            assert runs.everything() == before
        else:
            break
    assert failed >= 3
    (small / "ballast").unlink()
    assert runs.run("build")[0] == 0
    runs.no_child_is_left()


def test_builds_of_folders(small: Path, tmp_path: Path) -> None:
    book = Path(shutil.copytree(BOOK, small / "book"))
    (tmp_path / "scratch").mkdir()
    runs = Runs(book, tmp_path / "scratch")
    formats = ("--format", "latex", "--format", "jats", "--format", "html")
    code, printed = runs.run("build", *formats)
    assert code == 0, printed
    changed(book / "book/chapter3.md", "小结", "总结")
    before = runs.everything()
    for leave in (0, 16_384):
        fill(small, leave)
        code, printed = runs.run("build", *formats)
        in_one_line(code, printed)
        assert runs.everything() == before
    (small / "ballast").unlink()
    assert runs.run("build", *formats)[0] == 0


def test_what_is_written_into_the_book(small: Path, tmp_path: Path) -> None:
    book = Path(shutil.copytree(BOOK, small / "book"))
    runs = Runs(book, tmp_path)
    chapter = book / "book/chapter3.md"
    chapter.write_text(chapter.read_text("utf-8").replace("，", ","), "utf-8")
    (book / "sources").mkdir()
    (book / "sources/demo2025.txt").write_text(PAPER, "utf-8")
    before = {path: path.read_bytes() for path in book.rglob("*") if path.is_file()}
    fill(small, 0)
    for command in (["verify"], ["check", "--fix"], ["new", "experiment", "more"]):
        in_one_line(*runs.run(*command))
        assert {path: path.read_bytes() for path in book.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("size", [512, 4_096, 40_960])
def test_a_limit_on_the_size_of_files(size: int, runs: Runs) -> None:
    """Where no disk can be mounted: the system refuses to let any file grow beyond a size."""
    code, printed = runs.run("build")
    assert code == 0, printed
    changed(runs.book / "book/chapter3.md", "小结", "总结")
    before = runs.everything()
    limited = ["sh", "-c", 'ulimit -f $(($1 / 512)); shift; exec "$@"', "sh", str(size)]
    process = subprocess.run(
        [*limited, sys.executable, "-m", "chapterkit", "build"],
        cwd=runs.book, capture_output=True, text=True, timeout=600, check=False,
        env={**os.environ, "TMPDIR": str(runs.scratch), "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    in_one_line(process.returncode, process.stdout + process.stderr)
    assert runs.everything() == before
