"""The fixture of the tests of faults."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from faulty import BOOK, Runs


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Return runs in a copy of the smallest book."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Runs(Path(shutil.copytree(BOOK, tmp_path / "book")), scratch)
