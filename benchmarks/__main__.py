"""All that is measured, in one table: python benchmarks [TOPIC]….

Prints it; a run of everything also writes it to `RESULTS.md`. A topic with a section of its own,
run alone, writes that section there. ROUNDS says how often each thing is run (5).
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import check
import commands
import peers
import preview
import shelf
from measuring import HEAD, ROOT, ROUNDS, Measured, Topic, as_table, run_said, scratch, told

import build
import quantities
from chapterkit import __version__
from chapterkit.pandoc import pandoc_path

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
TOPICS = [one.TOPIC for one in (build, check, commands, preview, quantities, peers, shelf)]
INTRODUCTION = """# What chapterkit takes

`make bench` writes this file; `make bench BENCH=build` prints one topic of it. Measured are whole
processes, start-up included, on the repository's own chapter 7; medians, the things of a topic
taking turns, so that the ratios are of one run. "Processors" is the time of all processors
together, which hardly depends on what else a machine does; "largest process" is the largest of
those that ran. What could not be had is "not here".
README.md beside it says why targets are missed.
"""


def main() -> None:
    """Measure the topics that were asked for."""
    asked = sys.argv[1:] or [one.name for one in TOPICS]
    if unknown := set(asked).difference(one.name for one in TOPICS):
        sys.exit(f"no topic {', '.join(unknown)}; there are {', '.join(t.name for t in TOPICS)}")
    topics = [one for one in TOPICS if one.name in asked]
    rows = [row for topic in topics for row in _rows(topic)]
    table = f"\n\n{as_table(HEAD, rows)}" if rows else "\n"
    sections = [_with_machine(said) for one in topics if (said := one.section())]
    text = f"{INTRODUCTION}\n{_machine()}{table}"
    print(text, *sections, sep="\n", end="")
    if len(topics) == len(TOPICS):
        RESULTS.write_text("\n".join([text, *sections]), "utf-8")
    elif sections and not rows:
        RESULTS.write_text(_renewed(RESULTS.read_text("utf-8"), sections), "utf-8")


def _with_machine(section: str) -> str:
    """Return a section that says below its heading on what it was measured."""
    heading, _, rest = section.partition("\n")
    return f"{heading}\n\n{_machine()}\n{rest}"


def _renewed(results: str, sections: Sequence[str]) -> str:
    """Return the results with these sections in place of those of the same headings."""
    for section in sections:
        before, heading, after = results.partition(section.partition("\n")[0] + "\n")
        _, next_heading, rest = after.partition("\n## ") if heading else ("", "", "")
        results = f"{before.rstrip()}\n\n{section}{next_heading}{rest}"
    return results


def _rows(topic: Topic) -> Sequence[Sequence[str]]:
    print(f"measuring {topic.name} …", file=sys.stderr, flush=True)
    with scratch() as folder:
        measured: Measured = topic.measured(folder)
    return [told(row, measured) for row in topic.rows]


def _machine() -> str:
    """Return on what, with what and when this was measured."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    pandoc = run_said(pandoc_path(), "--version").split()[1]
    rows = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {ROUNDS} rounds, load {load}",
        f"{os.cpu_count()} processors ({_processor()}), {memory:.0f} GB, {platform.platform()}",
        f"chapterkit {__version__}, Python {platform.python_version()}, pandoc {pandoc}, "
        f"Typst {version('typst')}",
    )
    return "\n".join(f"- {row}" for row in rows)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            return next(line.partition(": ")[2].strip() for line in file if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
