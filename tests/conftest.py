"""What several tests share: the demonstration ledger, one-paragraph documents, books in a temporary folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from chapterkit.commands import main
from chapterkit.formats import Format
from faulty import Runs

HERE = Path(__file__).parent
GOLDEN = bool(os.environ.get("CHAPTERKIT_GOLDEN"))

# The same examples on each run, so that no test fails now and then; `further` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("further", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what takes longest begin first, so that no processor waits for the other at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def same_as_golden(printed: str, expected: Path) -> None:
    """Compare with the file beside the case; `make golden` writes the file instead."""
    if GOLDEN:
        expected.write_text(printed, "utf-8")
    assert expected.is_file(), f"no expectation yet: make golden, then read {expected.name}"
    assert printed == expected.read_text("utf-8")


Run = Callable[..., Result]


def run_in(folder: Path, *arguments: str) -> Result:
    """Run the command line in a folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        return CliRunner().invoke(main, list(arguments))
    finally:
        os.chdir(before)


@pytest.fixture
def run() -> Run:
    """Return a function that runs the command line in a folder and gives its result."""
    return run_in


def output_of(folder: Path, slug: str, format: Format[Any]) -> Path:
    """Return the file, or folder, of a chapter in a format, in the folder of its outputs."""
    return folder / (format.folder or f"{slug}{format.suffix}")


def bytes_of(output: Path) -> bytes:
    """Return what is in a file, or in all of a folder."""
    files = sorted(output.rglob("*")) if output.is_dir() else [output]
    return b"".join(one.read_bytes() for one in files if one.is_file())


@pytest.fixture
def minimal(tmp_path: Path) -> Path:
    """Copy the smallest book to a temporary folder."""
    return Path(shutil.copytree(HERE / "books" / "minimal", tmp_path / "book"))


@pytest.fixture
def runs(minimal: Path, tmp_path: Path) -> Runs:
    """Return runs of the command line, that may be killed, in the smallest book."""
    (tmp_path / "scratch").mkdir()
    return Runs(minimal, tmp_path / "scratch")
