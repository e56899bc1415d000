"""The Makefile: real prerequisites, nothing done twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import HERE

ROOT = HERE.parent
ENVIRONMENT = Path(sys.prefix)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what make needs, with the environment that runs the tests in the place of .venv."""
    if shutil.which("make") is None:
        pytest.skip("needs make")
    if not (ENVIRONMENT / ".installed").exists():
        pytest.skip("needs an environment that make set up")
    for name in ("book", "experiments", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("Makefile", "refs.bib", "requirements.lock", "pyproject.toml"):
        shutil.copy2(ROOT / name, tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "chapterkit").symlink_to(ROOT / "src" / "chapterkit")
    (tmp_path / ".venv").symlink_to(ENVIRONMENT)
    past = 1_000_000_000  # older than any environment, which make must not touch here
    for path in [*tmp_path.rglob("*"), tmp_path / "src"]:
        os.utime(path, (past, past), follow_symlinks=False)
    return tmp_path


def run_make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "-o", ".venv/.installed", *arguments]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        command, cwd=folder, env=plain, capture_output=True, text=True, check=False
    )


def make(folder: Path, *arguments: str) -> str:
    done = run_make(folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def let_age(folder: Path) -> None:
    """Move what was built into the past, so that no clock is too coarse to tell a change."""
    stamp = folder / "build" / "chapter7.built"
    now = time.time()
    for age, paths in ((200, (folder / "build").rglob("*.*")), (100, [stamp])):
        for path in paths:
            os.utime(path, (now - age, now - age))


@pytest.mark.slow
def test_a_chapter_is_built_once_and_again_after_each_change(checkout: Path) -> None:
    assert "post-training.pdf" in make(checkout, "chapter7")
    assert make(checkout, "chapter7").strip() == ""
    outputs = checkout / "build" / "post-training"
    for name in ("book/chapter7.md", "refs.bib", "book/book.yaml"):
        let_age(checkout)
        (checkout / name).touch()
        assert "post-training.pdf" in make(checkout, "chapter7"), name
        assert make(checkout, "chapter7").strip() == ""
    (outputs / "post-training.html").unlink()
    assert "post-training.html" in make(checkout, "chapter7")
    let_age(checkout)
    (checkout / "templates/extra.md.j2").write_text("不用的模板\n", "utf-8")
    assert "post-training.pdf" in make(checkout, "chapter7")


@pytest.mark.slow
def test_a_failed_check_leaves_the_stamp_unwritten(checkout: Path) -> None:
    make(checkout, "chapter7")
    let_age(checkout)
    chapter = checkout / "book/chapter7.md"
    text = chapter.read_text("utf-8")
    chapter.write_text(f"{text}\n- 一项\n", "utf-8")
    for _ in range(2):
        done = run_make(checkout, "chapter7")
        assert done.returncode != 0
        assert "list-in-text" in done.stdout


def test_help_names_every_goal(checkout: Path) -> None:
    printed = make(checkout)
    for goal in ("setup", "chapter%", "test", "check", "golden", "bench", "clean", "help"):
        assert f"make {goal}" in printed
