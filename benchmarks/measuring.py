"""How things are measured here: whole processes, in turns, medians, ratios within one run.

A `Case` is what is run and what is done before it, untimed. A `Row` of the table is declared as
data: which case it tells of, what it is compared with, and what it should come to.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = int(os.environ.get("ROUNDS", "5"))
Command = Sequence[str]


@dataclass(frozen=True)
class Cost:
    """What something took: seconds by the clock and of the processors, the largest process."""

    seconds: float
    processor: float
    peak: int = 0


@dataclass(frozen=True)
class Case:
    """Something to be measured: groups of commands, those of a group one after the other.

    So many groups run at once. `before` is done before each run and is not measured. Where it is
    no process that is measured, `cost` gives what it took. It is run `rounds` times at most.
    """

    name: str
    groups: Sequence[Sequence[Command]] = ()
    folder: Path = ROOT
    at_once: int = 1
    before: Callable[[], object] = lambda: None
    cost: Callable[[], Cost] | None = None
    rounds: int = ROUNDS
    codes: frozenset[int] = frozenset({0, 1})  # a check that finds something ends with 1

    @classmethod
    def of(cls, name: str, *command: str, **more: object) -> Case:
        """Return the case of one command."""
        return cls(name, [[command]], **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Target:
    """What a row should come to: seconds, megabytes, or how many times another case."""

    most: float
    unit: str = "x"
    than: str = ""

    def __str__(self) -> str:
        return f"≤ {self.most:g} {'×' if self.unit == 'x' else self.unit}"


@dataclass(frozen=True)
class Row:
    """A row of the table: a case, perhaps beside another, perhaps with a target."""

    case: str
    beside: str = ""
    target: Target | None = None
    note: str = ""


Measured = Mapping[str, Cost]


@dataclass(frozen=True)
class Topic:
    """What a file of this folder measures: its cases, and the rows that tell of them.

    One that is told otherwise has a `section` of its own instead of rows, asked for afterwards.
    """

    name: str
    rows: Sequence[Row]
    measured: Callable[[Path], Measured]
    section: Callable[[], str] = lambda: ""


def run(command: Command, folder: Path, codes: frozenset[int]) -> int:
    """Run a command to its end, and return how large it became, in bytes; 0 if hardly."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            said.seek(0)
            words = said.read().decode("utf-8", "replace")[-2000:]
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {status}:\n{words}")
    # What is started is at first as large as what starts it.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used.ru_maxrss * 1024 if used.ru_maxrss > own else 0


def run_said(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def cost_of(case: Case) -> Cost:
    """Run a case once and return what it took."""
    case.before()
    if case.cost:
        return case.cost()

    def in_turn(group: Sequence[Command]) -> int:
        return max(run(command, case.folder, case.codes) for command in group)

    used, started = _processor(), time.perf_counter()
    with ThreadPoolExecutor(case.at_once) as pool:
        peak = max(pool.map(in_turn, case.groups))
    return Cost(time.perf_counter() - started, _processor() - used, peak)


def _processor() -> float:
    times = os.times()
    return times.children_user + times.children_system


def in_turns(cases: Sequence[Case]) -> dict[str, Cost]:
    """Return the median cost of each case, the cases taking turns."""
    costs: dict[str, list[Cost]] = {one.name: [] for one in cases}
    for turn in range(ROUNDS):
        for one in cases:
            if turn < one.rounds:
                costs[one.name].append(cost_of(one))
    return {name: _median(found) for name, found in costs.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(one.seconds for one in costs),
        statistics.median(one.processor for one in costs),
        max(one.peak for one in costs),
    )


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="bench-of-chapterkit-") as name:
        yield Path(name)


# --- the table

HEAD = ("what", "clock", "processors", "largest process", "beside", "ratio", "target", "kept")


def told(row: Row, measured: Measured) -> tuple[str, ...]:
    """Return the cells of a row; one that could not be measured says so."""
    what = row.case + (f" ({row.note})" if row.note else "")
    cost, other = measured.get(row.case), measured.get(row.beside)
    if cost is None:
        return what, "not here", *[""] * 6
    ratio = cost.seconds / other.seconds if other else None
    return (
        what,
        f"{cost.seconds:.3f} s",
        f"{cost.processor:.2f} s" if cost.processor else "",
        f"{cost.peak / 1e6:.0f} MB" if cost.peak else "",
        row.beside,
        f"{ratio:.2f}" if ratio is not None else "",
        str(row.target or ""),
        _kept(row.target, cost, ratio),
    )


def _kept(target: Target | None, cost: Cost, ratio: float | None) -> str:
    if target is None:
        return ""
    values = {"x": ratio, "s": cost.seconds, "MB": cost.peak / 1e6}
    value = values[target.unit]
    return "" if value is None else "yes" if value <= target.most else "no"


def as_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a table in Markdown, its columns in line."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    lines = (
        " | ".join(f"{one:<{width}}" for one, width in zip(row, widths, strict=True))
        for row in (head, rule, *rows)
    )
    return "".join(f"| {line} |\n" for line in lines)
