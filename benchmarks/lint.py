"""`chapterkit check` on a chapter of a book, on ten, and on the same text ten and a hundred times.

Run: python benchmarks/lint.py [--far] [--rules]. The chapter is the repository's own, as
`build --format markdown` writes it. Whole processes, start-up included; medians; the commands take
turns, so that the ratios are of one run. Beside them stand pandoc's bare parse of the same text
and, where npm is there, four linters for Chinese prose, installed into a temporary folder. The
goals: a chapter of 140 kB in 0.5 s, ten of 1.1 MB in 2.5 s on two cores, ten times the text in ten
times the time. --far asks for a hundred times the text; --rules for each rule's own time.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chapterkit.pandoc import READER, pandoc_path

ROOT = Path(__file__).parents[1]
ROUNDS = int(os.environ.get("ROUNDS", "9"))
PACKAGES = (
    "autocorrect-node", "@lint-md/cli", "zhlint", "textlint",
    "textlint-rule-zh-half-and-full-width-bracket", "textlint-rule-no-zero-width-spaces",
    "textlint-rule-no-mixed-zenkaku-and-hankaku-alphabet",
    "textlint-rule-ja-space-between-half-and-full-width",
    "@textlint-rule/textlint-rule-no-unmatched-pair",
)  # fmt: skip
# Of textlint's rules, those that make sense on Chinese.
TEXTLINT = {
    "zh-half-and-full-width-bracket": True,
    "no-zero-width-spaces": True,
    "no-mixed-zenkaku-and-hankaku-alphabet": True,
    "ja-space-between-half-and-full-width": {"space": ["alphabets", "numbers"]},
    "@textlint-rule/no-unmatched-pair": True,
}


@dataclass(frozen=True)
class Linter:
    """A command before its files, and how to count what it complains of in what it prints."""

    name: str
    command: tuple[str, ...]
    complaints: Callable[[str], str]


def check(*options: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "chapterkit", "check", *options)


def count_own(printed: str) -> str:
    found = [problem["rule"] for problem in json.loads(printed)["problems"]]
    return f"{len(found)}, of them {found.count('unsourced-number')} numbers without a source"


OURS = Linter("chapterkit", check("--format", "json"), count_own)
READ = (pandoc_path(), "--sandbox", "-f", READER, "-t", "json")
PARSE = Linter("pandoc alone", READ, lambda _: "")


def others(folder: Path) -> list[Linter]:
    """Install the four into a folder; none, with a word, where that cannot be done."""
    npm = shutil.which("npm")
    if npm is None:
        print("npm is not here: the other linters are left out")
        return []
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
    done = subprocess.run([*install, *PACKAGES], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print("npm cannot install the other linters: they are left out")
        return []
    settings = folder / "textlint.json"
    settings.write_text(json.dumps({"rules": TEXTLINT}), "utf-8")

    def own(name: str, *options: str) -> tuple[str, ...]:
        return (str(folder / "node_modules" / ".bin" / name), *options)

    return [
        Linter("AutoCorrect", own("autocorrect", "--lint", "--format", "json"), _autocorrect),
        Linter("lint-md", own("lint-md"), lambda printed: _number_before(printed, "problems")),
        Linter("zhlint", own("zhlint"), lambda printed: _number_before(printed, "errors")),
        Linter("textlint", own("textlint", "-c", str(settings), "-f", "json"), _textlint),
    ]


def _autocorrect(printed: str) -> str:
    return str(sum(len(file["lines"]) for file in json.loads(printed)["messages"]))


def _textlint(printed: str) -> str:
    return str(sum(len(file["messages"]) for file in json.loads(printed)))


def _number_before(printed: str, word: str) -> str:
    words = printed.split()
    numbers = [words[at - 1] for at, one in enumerate(words) if one.startswith(word) and at]
    return next((one for one in reversed(numbers) if one.isdigit()), "?")


@dataclass(frozen=True)
class Measured:
    """The median of some runs of a command, and what it said."""

    seconds: float
    complaints: str


def run(linter: Linter, files: Sequence[Path]) -> tuple[float, str]:
    started = time.perf_counter()
    command = [*linter.command, *(file.name for file in files)]
    done = subprocess.run(command, cwd=files[0].parent, capture_output=True, check=False)
    seconds = time.perf_counter() - started
    return seconds, (done.stdout + done.stderr).decode("utf-8", "replace")


def measured(linters: Sequence[Linter], files: Sequence[Path], rounds: int) -> list[Measured]:
    """Run the linters in turns."""
    seconds: dict[str, list[float]] = {one.name: [] for one in linters}
    printed: dict[str, str] = {}
    for _ in range(rounds):
        for one in linters:
            took, printed[one.name] = run(one, files)
            seconds[one.name].append(took)
    return [
        Measured(statistics.median(seconds[one.name]), _counted(one, printed[one.name]))
        for one in linters
    ]


def _counted(linter: Linter, printed: str) -> str:
    try:
        return linter.complaints(printed)
    except (ValueError, KeyError, TypeError):
        return "?"


def chapter(folder: Path) -> str:
    """Return the repository's chapter as Markdown."""
    build = [sys.executable, "-m", "chapterkit", "build", "--format", "markdown", "--output"]
    subprocess.run([*build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*/*.md")).read_text("utf-8")


def ten_chapters(text: str, folder: Path) -> list[Path]:
    """Write ten chapters of 110 kB, each beginning at another paragraph."""
    paragraphs = text.split("\n\n")
    files = []
    for number in range(10):
        start = number * len(paragraphs) // 10
        turned, size = [*paragraphs[start:], *paragraphs[:start]], 0
        kept = [one for one in turned if (size := size + len(one.encode()) + 2) <= 110_000]
        files.append(folder / f"chapter{number}.md")
        files[-1].write_text("\n\n".join(kept) + "\n", "utf-8")
    return files


def at_once(files: Sequence[Path], jobs: int) -> float:
    """Return the seconds that pandoc takes to parse the files, so many at a time."""
    started = time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda file: run(PARSE, [file]), files))
    return time.perf_counter() - started


def tell(name: str, one: Measured, base: Measured) -> None:
    complaints = f"   complaints: {one.complaints}" if one.complaints else ""
    print(f"  {name:<14}{one.seconds:8.2f} s   x{one.seconds / base.seconds:5.2f}{complaints}")


def growth(text: str, folder: Path, linters: Sequence[Linter], far: bool) -> None:
    """Measure ten (and a hundred) times the text: the time for each, and for as much text."""
    before: dict[str, float] = {}
    for times in (1, 10, 100) if far else (1, 10):
        file = folder / f"times{times}.md"
        file.write_text("\n\n".join([text] * times), "utf-8")
        # The others take minutes for a hundred times the text.
        chosen = [one for one in linters if times < 100 or one in (OURS, PARSE)]
        print(f"\n{times} x the text, {file.stat().st_size / 1e6:.1f} MB")
        for one, result in zip(
            chosen, measured(chosen, [file], 3 if times < 100 else 1), strict=True
        ):
            last = before.get(one.name)
            more = f"   x{result.seconds / last:5.2f} for ten times the text" if last else ""
            print(f"  {one.name:<14}{result.seconds:8.2f} s{more}")
            before[one.name] = result.seconds


def rules(file: Path) -> None:
    """Print each rule's own time on a text: the first time, with what it does once, and after."""
    from chapterkit.lint import Run
    from chapterkit.manuscript.outside import Outside
    from chapterkit.pipeline import Subject, document_of

    book = Outside().book()
    document = document_of(Subject(file.name, book, text=file.read_text("utf-8")))
    chosen = Run(book.config, frozenset())
    started = time.process_time()
    every = [rule for rule in chosen.rules if rule.check]
    print(f"\nimporting {len(every)} rules: {1000 * (time.process_time() - started):.0f} ms")
    _ = document.prose
    rows = []
    for rule in every:
        assert rule.check
        times = []
        for _ in range(6):
            started = time.process_time()
            found = list(rule.check(document, book, chosen.options(rule)))
            times.append(1000 * (time.process_time() - started))
        rows.append((times[0], min(times), len(found), rule.name))
    print("  first   best  problems")
    for first, best, found_, name in sorted(rows, reverse=True):
        print(f"{first:7.1f}{best:7.1f}{found_:8d}   {name}")
    print(f"{sum(row[0] for row in rows):7.1f}{sum(row[1] for row in rows):7.1f}   all, in ms")


@contextmanager
def work() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def main() -> None:
    asked = set(sys.argv[1:])
    with work() as folder:
        text = chapter(folder)
        file = folder / "chapter.md"
        file.write_text(text, "utf-8")
        if "--rules" in asked:
            rules(file)
            return
        linters = [OURS, PARSE, *others(folder)]
        size = file.stat().st_size
        print(f"A chapter of {size / 1000:.0f} kB, {ROUNDS} rounds")
        results = measured(linters, [file], ROUNDS)
        for one, result in zip(linters, results, strict=True):
            tell(one.name, result, results[0])

        files = ten_chapters(text, folder)
        size = sum(one.stat().st_size for one in files)
        print(f"\nTen chapters, {size / 1e6:.1f} MB together")
        for jobs in (1, 2):
            ours = Linter(f"jobs {jobs}", check("--format", "json", "--jobs", str(jobs)), count_own)
            (result,) = measured([ours], files, max(3, ROUNDS // 3))
            bare = statistics.median(at_once(files, jobs) for _ in range(3))
            print(f"  --jobs {jobs}      {result.seconds:8.2f} s   pandoc alone {bare:.2f} s")

        growth(text, folder, linters, far="--far" in asked)


if __name__ == "__main__":
    main()
