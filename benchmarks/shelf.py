"""Libraries of 1, 10, 100 chapters, checked and built; what a second process and a cluster bring.

The libraries are those of tests/library.py: 2,200 characters a chapter, a record of 20 numbers, a
table, in every third chapter a chart, references to two other chapters. Whole processes, start-up
included. FAR=1 adds 1,000 chapters, checked and built as HTML, which takes ten minutes more.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from measuring import ROOT, ROUNDS, Cost, Measured, Topic, as_table

sys.path.insert(0, str(ROOT / "tests"))

from library import chapter, make, with_first_number

FAR = bool(os.environ.get("FAR"))
SIZES = (1, 10, 100, 1000) if FAR else (1, 10, 100)
FORMATS = ("--format", "html", "--format", "epub", "--format", "pdf", "--format", "docx")
HTML = ("--format", "html")
CLUSTER = ("--executor", "dask://local")
CHECK, BUILD, BUILD_HTML = "check", "build, four formats", "build, HTML"
AT_ONCE, FEW, MANY = 100, 4, 40
TURNS = min(ROUNDS, 3)
SECOND_PROCESS = 0.85
"""What two processes are to make of the double: one in half the time would be 1."""


@dataclass(frozen=True)
class Used:
    """What a run took: `own` is the most that one of its workers had to itself, in bytes."""

    cost: Cost
    own: int

    @property
    def processor(self) -> float:
        return self.cost.processor

    @property
    def clock(self) -> float:
        return self.cost.seconds


def used(folder: Path, *arguments: str) -> Used:
    """Run a command in a library, in a process whose children alone are counted."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, " ".join(map(str, _run(folder, arguments))).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        processor, clock, peak, own = told.read().split()
    os.waitpid(child, 0)
    return Used(Cost(float(clock), float(processor), int(peak)), int(own))


def _run(folder: Path, arguments: Sequence[str]) -> tuple[float, float, int, int]:
    """Run a command; return its seconds of processors and clock, the largest and the own memory."""
    most = [0]
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        command = [sys.executable, "-m", "chapterkit", *arguments]
        running = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        watching = threading.Thread(target=_watch, args=(running.pid, most), daemon=True)
        watching.start()
        code = running.wait()
        clock = time.perf_counter() - started
        if code:
            said.seek(0)
            sys.stderr.write(said.read().decode("utf-8", "replace")[-2000:])
            os._exit(1)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime, clock, spent.ru_maxrss * 1024, most[0]


def _watch(parent: int, most: list[int]) -> None:
    """Look at the workers of a process, while it runs, for the most that one has to itself."""
    while Path(f"/proc/{parent}").exists():
        for worker in _workers(parent):
            most[0] = max(most[0], _private(worker))
        time.sleep(0.2)


def _workers(parent: int) -> list[int]:
    with suppress(OSError):
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        own = Path(f"/proc/{parent}/cmdline").read_bytes()
        return [int(one) for one in children if Path(f"/proc/{one}/cmdline").read_bytes() == own]
    return []


def _private(process: int) -> int:
    with suppress(OSError):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return sum(int(one.split()[1]) * 1024 for one in lines if one.startswith("Private_"))
    return 0


def fresh(folder: Path, *arguments: str) -> Used:
    """Run a command with nothing kept from before."""
    shutil.rmtree(folder / "build", ignore_errors=True)
    return used(folder, *arguments)


def in_turns(rounds: int, library: Path, commands: Mapping[str, Sequence[str]]) -> dict[str, Used]:
    """Return of each command the run that is the median by the clock, the commands taking turns."""
    found: dict[str, list[Used]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            found[name].append(fresh(library, *arguments))
    middle = rounds // 2
    return {name: sorted(each, key=lambda one: one.clock)[middle] for name, each in found.items()}


class Shelf:
    """What was measured, and the section of the report that tells it."""

    def __init__(self) -> None:
        self.grown: dict[tuple[str, int], Used] = {}
        self.said: list[str] = []

    def measured(self, folder: Path) -> Measured:
        """Measure everything; the section has it all, the table of all topics nothing."""
        libraries = {size: _library(folder, size) for size in {*SIZES, AT_ONCE, FEW, MANY}}
        for size in SIZES:
            self._grow(libraries[size], size)
        self._again(libraries[AT_ONCE])
        self._at_once(libraries[AT_ONCE])
        self._cluster(libraries)
        return {}

    def _grow(self, library: Path, size: int) -> None:
        rounds = TURNS if size < AT_ONCE else 1
        jobs = ("--jobs", "2")
        runs = {CHECK: ("check", *jobs), BUILD_HTML: ("build", *jobs, *HTML)}
        if size <= AT_ONCE:
            runs[BUILD] = ("build", *jobs, *FORMATS)
        for name, done in in_turns(rounds, library, runs).items():
            self.grown[name, size] = done

    def _again(self, library: Path) -> None:
        """Measure what a change costs once all has been built."""
        cold = fresh(library, "build", "--jobs", "2", *HTML)
        idle = used(library, "build", "--jobs", "2", *HTML)
        before = _dates(library)
        with_first_number(library, AT_ONCE // 2, "7.7")
        changed = used(library, "build", "--jobs", "2", *HTML)
        anew = sum(at != before[name] for name, at in _dates(library).items())
        self.said.append(
            f"Of {AT_ONCE} chapters built as HTML ({cold.processor:.1f} s of processors), building "
            f"again with nothing changed took {idle.processor:.2f} s; with a number changed that "
            f"three print, {changed.processor:.2f} s, and {anew} were written anew (goal: 3)."
        )

    def _at_once(self, library: Path) -> None:
        """Measure what a second process makes of the same work."""
        for name, arguments in ((CHECK, ("check",)), (BUILD_HTML, ("build", *HTML))):
            jobs = {count: (*arguments, "--jobs", count) for count in ("1", "2")}
            one, two = in_turns(TURNS, library, jobs).values()
            share = one.clock / two.clock / 2
            kept = "yes" if share >= SECOND_PROCESS else "no"
            self.said.append(
                f"`--jobs 2`, {name}, {AT_ONCE} chapters: {one.clock:.1f} s by the clock with one, "
                f"{two.clock:.1f} s with two: efficiency {share:.2f} (goal: {SECOND_PROCESS}; "
                f"{kept}); of processors {one.processor:.1f} s and {two.processor:.1f} s "
                f"(efficiency by their time {one.processor / two.processor:.2f}), "
                f"{one.processor / one.clock:.2f} of them at work with one."
            )

    def _cluster(self, libraries: dict[int, Path]) -> None:
        """Measure what a cluster costs, and from how many chapters on two of its workers pay."""
        if find_spec("distributed") is None:
            self.said.append("The cluster: not here (`chapterkit[dask]`).")
            return
        build = ("build", *HTML, "--jobs")
        cases = {
            "alone": (*build, "1"), "one": (*build, "1", *CLUSTER), "two": (*build, "2", *CLUSTER)
        }  # fmt: skip
        runs = {size: in_turns(TURNS, libraries[size], cases) for size in (FEW, MANY)}
        clocks = {name: _line(runs[FEW][name].clock, runs[MANY][name].clock) for name in cases}
        spent = {
            name: _line(runs[FEW][name].processor, runs[MANY][name].processor) for name in cases
        }
        more = 1000 * (spent["one"][1] - spent["alone"][1])
        self.said.append(
            f"A cluster begun here (`--executor dask://local`), HTML: {FEW} and {MANY} chapters "
            f"took {_both(runs, 'alone')} s by the clock without it, {_both(runs, 'one')} s with "
            f"one worker, {_both(runs, 'two')} s with two. A chapter costs {more:.0f} ms of "
            f"processors more than without; beginning costs "
            f"{spent['two'][0] - spent['alone'][0]:.1f} s of "
            f"processors with two workers, {clocks['two'][0] - clocks['alone'][0]:.1f} s by the "
            f"clock. {_pays(clocks)}"
        )

    def section(self) -> str:
        """Return what was measured as a section of the report."""
        rows = [
            self._row(name, size)
            for name in (CHECK, BUILD_HTML, BUILD)
            for size in SIZES
            if (name, size) in self.grown
        ]
        an_hour = {name: self._an_hour(name) for name in (CHECK, BUILD_HTML, BUILD)}
        core = ", ".join(f"{name}: {count:,}" for name, count in an_hour.items())
        lines = [*self.said, f"One core in an hour, in chapters: {core}."]
        return f"{INTRODUCTION}\n{as_table(HEAD, rows)}\n" + "".join(f"- {one}\n" for one in lines)

    def _row(self, name: str, size: int) -> Sequence[str]:
        done, before = self.grown[name, size], self.grown.get((name, size // 10))
        each, growth, kept = "", "", ""
        if before:
            slope = (done.processor - before.processor) / (size - size // 10)
            each = f"{1000 * slope:.0f} ms"
            if last := self._slope(name, size // 10):
                growth, kept = f"{slope / last:.2f}", "yes" if slope / last <= LINEAR else "no"
        own = f"{done.own / 1e6:.0f} MB" if done.own else ""
        peak = f"{done.cost.peak / 1e6:.0f} MB"
        return (
            name,
            f"{size:,}",
            f"{done.processor:.2f} s",
            each,
            growth,
            kept,
            f"{done.clock:.2f} s",
            peak,
            own,
        )

    def _slope(self, name: str, size: int) -> float:
        """Return what a chapter more costs at a size; 0 where that is not known."""
        done, before = self.grown.get((name, size)), self.grown.get((name, size // 10))
        return (done.processor - before.processor) / (size - size // 10) if done and before else 0.0

    def _an_hour(self, name: str) -> int:
        """Return how many chapters one core does in an hour, to two digits."""
        size = max(size for one, size in self.grown if one == name)
        count = 3600 * size / self.grown[name, size].processor
        return int(float(f"{count:.2g}"))


def _library(folder: Path, size: int) -> Path:
    made = folder / str(size)
    make(made, size)
    return made


def _dates(library: Path) -> dict[str, int]:
    """Return when the page of each chapter was written."""
    slugs = map(chapter, range(1, AT_ONCE + 1))
    return {one: (library / f"build/{one}/{one}.html").stat().st_mtime_ns for one in slugs}


def _line(few: float, many: float) -> tuple[float, float]:
    """Return where a line through what few and many chapters took begins, and how it rises."""
    slope = (many - few) / (MANY - FEW)
    return few - FEW * slope, slope


def _both(runs: dict[int, dict[str, Used]], name: str) -> str:
    return f"{runs[FEW][name].clock:.1f} and {runs[MANY][name].clock:.1f}"


def _pays(clocks: dict[str, tuple[float, float]]) -> str:
    """Say from how many chapters on two workers are faster than no cluster, and than one worker."""
    told = []
    for other, words in (("alone", "no cluster"), ("one", "one worker")):
        (begins, slope), (two_begins, two_slope) = clocks[other], clocks["two"]
        if slope <= two_slope:
            told.append(f"never sooner than {words} does")
        else:
            pays = max(1, (two_begins - begins) / (slope - two_slope))
            told.append(f"sooner than {words} from {pays:.0f} chapters on")
    return f"Two workers are done {', '.join(told)}."


LINEAR = 1.2
HEAD = (
    "what", "chapters", "processors", "a chapter more", "beside the size before", f"≤ {LINEAR}",
    "clock", "largest process", "a worker's own",
)  # fmt: skip
INTRODUCTION = """## A shelf

Libraries of `tests/library.py`: 2,200 characters a chapter, a record of 20 numbers, a table, in
every third chapter a chart, references to two other chapters; `--jobs 2`, nothing kept from before.
"A chapter more" is what each chapter beyond those of the size before costs of processors, which
hardly depends on what else a machine does; the clock does. The largest process holds the whole
book, which workers share; "a worker's own" is the most that one of them has to itself: of few
chapters also what checks and writes, which of many is loaded before there are workers, and a copy
of what it looks at of the book, for at most 50 chapters. `FAR=1` adds 1,000 chapters.
"""

_SHELF = Shelf()
TOPIC = Topic("shelf", (), _SHELF.measured, _SHELF.section)
