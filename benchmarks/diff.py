"""`chapterkit diff` of the chapter against its parent: two states rendered, read and compared.

Whole processes, from the command line to the report, in a scratch repository: one commit in which
paragraphs are deleted, moved, reworded, and a figure is changed. Median and worst of several runs.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = int(os.environ.get("ROUNDS", "9"))
CHAPTERKIT = [sys.executable, "-m", "chapterkit"]


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def scratch(folder: Path) -> None:
    """Copy the book, and commit it before and after some edits."""
    for name in ("book", "experiments", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "refs.bib", folder)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "before")
    edit(folder / "book" / "chapter7.md")
    git(folder, "commit", "-qam", "after")


def edit(chapter: Path) -> None:
    rows = chapter.read_text("utf-8").split("\n")
    long = [at for at, row in enumerate(rows) if len(row) > 100]
    rows[long[3]], rows[long[30]] = rows[long[30]], rows[long[3]]
    rows[long[7]] = ""
    for at in long[10:20]:
        rows[at] = rows[at].replace("的", "之", 3)
    chapter.write_text("\n".join(rows), "utf-8")


def timed(folder: Path, *arguments: str) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run([*CHAPTERKIT, *arguments], cwd=folder, capture_output=True, check=False)
        times.append(time.perf_counter() - started)
    return times


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scratch(folder)
        size = len((folder / "book" / "chapter7.md").read_bytes())
        print(f"chapter7.md {size / 1000:.0f} kB, rendered with its experiments about 165 kB")
        for arguments in (
            ("diff", "HEAD~1"),
            ("diff", "HEAD~1", "--format", "github"),
            ("check",),
            ("check", "--against", "HEAD~1"),
        ):
            times = timed(folder, *arguments)
            median, worst = statistics.median(times), max(times)
            print(f"{' '.join(arguments):32} {median:5.2f} s   (worst {worst:.2f})")


if __name__ == "__main__":
    main()
