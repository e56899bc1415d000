"""`make chapter7` with nothing built, against the bare cost of the same work.

Bare: pandoc (with citeproc) on the rendered Markdown to HTML, EPUB, DOCX and Typst, and the Typst
compiler on the last, each a process of its own; once one after the other, once as many at a time
as there are cores. Whole processes, medians, ratios within one run, the two taking turns.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chapterkit.fonts import bundled_folders
from chapterkit.manuscript.book import load_book
from chapterkit.manuscript.folder import Disk
from chapterkit.pandoc import READER, pandoc_path
from chapterkit.text.render import render

ROOT = Path(__file__).parents[1]
ROUNDS = int(os.environ.get("ROUNDS", "9"))
COMPILE = (
    "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2], font_paths=[sys.argv[3]])"
)


def quietly(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def make() -> None:
    quietly(["make", "--silent", "chapter7"])


def forget() -> None:
    shutil.rmtree(ROOT / "build", ignore_errors=True)


def bare_commands(folder: Path) -> list[list[list[str]]]:
    """Return the bare commands: groups whose own commands must follow one another."""
    text = folder / "chapter.md"
    book = load_book(Disk(ROOT))
    text.write_text(render(book, book.chapters[0]).text, "utf-8")
    pandoc = [
        pandoc_path(),
        "-f",
        READER,
        "--standalone",
        "--mathml",
        "--citeproc",
        f"--bibliography={ROOT / 'refs.bib'}",
    ]
    to = [
        [*pandoc, str(text), "-M", "title=7", "-o", str(folder / f"chapter.{one}")]
        for one in ("html", "epub", "docx")
    ]
    typ, pdf = str(folder / "chapter.typ"), str(folder / "chapter.pdf")
    typst = [sys.executable, "-c", COMPILE, typ, pdf, str(bundled_folders()[0])]
    return [
        *([one] for one in to),
        [[*pandoc, str(text), "-V", "mainfont=Noto Serif SC", "-o", typ], typst],
    ]


def in_turn(group: list[list[str]]) -> None:
    for command in group:
        quietly(command)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    make()
    with tempfile.TemporaryDirectory() as folder:
        groups = bare_commands(Path(folder))

        def one_by_one() -> None:
            for group in groups:
                in_turn(group)

        def at_once() -> None:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(in_turn, groups))

        ours, serial, parallel = [], [], []
        for _ in range(ROUNDS):
            forget()
            ours.append(seconds(make))
            serial.append(seconds(one_by_one))
            parallel.append(seconds(at_once))
    idle = statistics.median(seconds(make) for _ in range(ROUNDS))
    mine, bare, best = map(statistics.median, (ours, serial, parallel))
    print(f"make chapter7, nothing built   {mine:6.2f} s   (median of {ROUNDS})")
    print(f"bare, one after the other      {bare:6.2f} s   ratio {mine / bare:.2f}")
    print(f"bare, {os.cpu_count()} at a time             {best:6.2f} s   ratio {mine / best:.2f}")
    print(f"make chapter7, nothing changed {idle:6.2f} s")


if __name__ == "__main__":
    main()
