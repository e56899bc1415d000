"""Libraries of 1, 10, 100 chapters, checked and built; what a second process and a cluster bring.

Run: python benchmarks/shelf.py [--far]. The libraries are those of tests/library.py: 2,200
characters a chapter, a record of 20 numbers, a table, in every third chapter a chart, references
to two other chapters. Whole processes, start-up included, nothing kept from before; seconds of a
processor, which a busy machine does not change much, and of the clock, which it does. The memory is
that of the largest process. --far adds 1,000 chapters, checked and built as HTML.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from library import make, with_first_number  # noqa: E402 (the tests' folder is named above)

FORMATS = ("--format", "html", "--format", "epub", "--format", "pdf", "--format", "docx")
HTML = ("--format", "html")
CLUSTER = ("--executor", "dask://local")


@dataclass(frozen=True)
class Measured:
    """Seconds of a processor and of the clock, and the memory of the largest process, in MB."""

    cpu: float
    wall: float
    memory: int


def measured(folder: Path, *arguments: str) -> Measured:
    """Run a command in a library, in a process whose children alone are counted."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        started = time.perf_counter()
        command = [sys.executable, "-m", "chapterkit", *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)  # fmt: skip
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall = time.perf_counter() - started
        os.write(writer, f"{used.ru_utime + used.ru_stime} {wall} {used.ru_maxrss}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        cpu, wall_told, memory = told.read().split()
    os.waitpid(child, 0)
    return Measured(float(cpu), float(wall_told), int(memory) // 1024)


def fresh(folder: Path, *arguments: str) -> Measured:
    """Run a command with nothing kept from before."""
    shutil.rmtree(folder / "build", ignore_errors=True)
    return measured(folder, *arguments)


def tell(name: str, one: Measured, chapters: int) -> None:
    each = f"{1000 * one.cpu / chapters:7.0f} ms a chapter"
    print(f"{name:<44}{one.cpu:8.1f} s cpu{each}{one.wall:8.1f} s{one.memory:6d} MB", flush=True)


def library(folder: Path, chapters: int) -> Path:
    made = folder / str(chapters)
    make(made, chapters)
    return made


def growth(folder: Path, far: bool) -> None:
    for chapters in (1, 10, 100, 1000) if far else (1, 10, 100):
        one = library(folder, chapters)
        tell(f"check, {chapters} chapters", fresh(one, "check", "--jobs", "2"), chapters)
        formats = FORMATS if chapters < 1000 else HTML
        kinds = "four formats" if chapters < 1000 else "HTML"
        done = fresh(one, "build", "--jobs", "2", *formats)
        tell(f"build, {chapters} chapters, {kinds}", done, chapters)


def again(folder: Path) -> None:
    """Measure what a change costs once all has been built."""
    one = library(folder, 100)
    fresh(one, "build", "--jobs", "2", *HTML)
    tell("build as HTML, 100 chapters, nothing changed", measured(one, "build", *HTML), 100)
    with_first_number(one, 50, "7.7")
    tell("  a number changed that three print", measured(one, "build", *HTML), 100)


def at_once(folder: Path) -> None:
    """Measure what a second process, and a cluster of one and of two, make of the same work."""
    one = library(folder, 40)
    for jobs in ("1", "2"):
        tell(f"build, 40 chapters, --jobs {jobs}", fresh(one, "build", "--jobs", jobs, *HTML), 40)
    for chapters in (4, 40):
        one = library(folder, chapters)
        for jobs in ("1", "2"):
            done = fresh(one, "build", "--jobs", jobs, *CLUSTER, *HTML)
            tell(f"build, {chapters} chapters, cluster of {jobs}", done, chapters)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        growth(Path(name), "--far" in sys.argv[1:])
        again(Path(name))
        at_once(Path(name))


if __name__ == "__main__":
    main()
