"""What the tests of faults share: books whose outputs are known beforehand, runs with a mark."""

from __future__ import annotations

import math
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BOOK = Path(__file__).parent / "books" / "minimal"
KILLS = int(os.environ.get("CHAPTERKIT_KILLS", "40"))
PATIENCE = 600  # no test waits longer; a machine under load may take its time

PAPER = "5. Results\n\nFigure 6: Success rate (%). Before: 11.5%. After: 15.0%.\n"


@dataclass
class Runs:
    """Runs of the command line in a book, with a folder for temporary files of their own."""

    book: Path
    scratch: Path
    environment: dict[str, str] = field(default_factory=dict)
    took: float = math.inf
    """How many seconds the last run took that was not killed in time."""

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "chapterkit", *arguments],
            cwd=self.book, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "TMPDIR": str(self.scratch), "SOURCE_DATE_EPOCH": "1700000000",
                 "LC_ALL": "C.UTF-8", **self.environment},
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; return its exit code and what it printed."""
        process = self.start(*arguments)
        printed, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, printed

    def kill(self, after: float, *arguments: str) -> bool:
        """Start a command and kill it after some seconds; tell whether it was still running."""
        begun = time.monotonic()
        process = self.start(*arguments)
        try:
            process.wait(after)
            self.took = time.monotonic() - begun
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        with process:
            process.communicate(timeout=PATIENCE)
        return process.returncode == -signal.SIGKILL

    def children(self) -> list[str]:
        """Return what still runs of all that was started here."""
        mark = f"TMPDIR={self.scratch}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found

    def no_child_is_left(self) -> None:
        """Fail if what a killed run has started still runs after a while."""
        for _ in range(250):
            if not (left := self.children()):
                return
            time.sleep(0.02)
        raise AssertionError(left)

    def everything(self) -> dict[str, bytes]:
        """Return all files of the book and of the folder for temporary files, by path.

        What is kept between runs is left out: it may be deleted at will.
        """
        return {
            str(path.relative_to(folder.parent)): path.read_bytes() if path.is_file() else b""
            for folder in (self.book, self.scratch)
            for path in folder.rglob("*")
            if path.is_file() or not any(path.iterdir())
            if path.name not in {".lock", ".cache"} and path.parent.name != ".cache"
            if "_jinja2-cache" not in str(path)
        }


def moments(runs: Runs, longest: float, share: float) -> Iterator[float]:
    """Yield the seconds after which a run is killed: any time, but later ones more often.

    `longest` is what a run took before there were kills; a machine that has less to do than it had
    then takes less. `share` is this command's share of all kills, of which `make faults` makes 200.
    """
    chance = random.Random(share)
    for _ in range(round(KILLS * share)):
        yield min(longest, runs.took) * max(chance.random(), chance.random())


def changed(path: Path, old: str, new: str) -> None:
    """Replace a text in a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
