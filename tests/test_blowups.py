"""The work that texts made to be slow ask for: counted in calls, which no machine's load changes.

How long patterns take is not seen here; `benchmarks/blowups.py` measures the time.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from conftest import HERE

BENCHMARK = runpy.run_path(str(HERE.parent / "benchmarks" / "blowups.py"))
WORKS = list(BENCHMARK["works"]())


def calls(read: Callable[[str], None], text: str) -> int:
    """Return how many functions are called to read a text, Python's own ones counted."""
    counted = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read(text)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize(
    ("read", "piece"),
    [(read, piece) for _, piece, read in WORKS],
    ids=[f"{name}-{piece}" for name, piece, _ in WORKS],
)
def test_work_is_linear_in_the_length(read: Callable[[str], None], piece: str) -> None:
    """Eight times the text may ask for twelve times the calls, not for sixty-four times."""
    read(piece)  # what is done once
    few, many = (calls(read, piece * (length // len(piece))) for length in (2000, 16_000))
    assert many <= 12 * few, f"{few} calls, then {many}"
