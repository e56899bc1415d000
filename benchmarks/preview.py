"""From saving a file to the new text in a browser, on the repository's own chapter of 140 kB.

Run: python benchmarks/preview.py. Needs Chromium. A paragraph, a record's number and a template's
paragraph are changed in turn, with pauses of different lengths between; the clock stops when the
page has painted the new text. The goals: median under 250 ms, 95th percentile under 500 ms.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from previewing import browsing, opened, previewing, until  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "30"))
PAUSES = (0.1, 0.4, 1.0, 2.0)
CHAPTER = "book/chapter7.md"
PROSE = "templates/experiments/general-points.md.j2"
RECORD = "experiments/general-points.yaml"
_WATCH = """() => {
  window.seen = {};
  new MutationObserver(() => {
    const words = document.querySelector('#pieces').textContent.match(/记号[0-9]+号/g) || [];
    for (const one of words) if (!(one in seen)) {
      seen[one] = 0;
      requestAnimationFrame(() => { seen[one] = Date.now(); });
    }
  }).observe(document.querySelector('#pieces'), {childList: true, subtree: true});
}"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book"
        for name in ("book", "experiments", "templates"):
            shutil.copytree(ROOT / name, book / name)
        shutil.copy(ROOT / "refs.bib", book)
        with browsing(Path(folder) / "fonts") as browser, previewing(book) as preview:
            page = opened(browser, preview.address)
            page.evaluate(_WATCH)
            times = sorted(waits(page, book))
    ninety_fifth = times[max(0, round(0.95 * len(times)) - 1)]
    print(f"save to screen, {len(times)} saves: median {statistics.median(times):.0f} ms,", end=" ")
    print(f"95th percentile {ninety_fifth:.0f} ms, longest {times[-1]:.0f} ms")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def waits(page: Page, book: Path) -> Iterator[float]:
    """Yield how long each save took to be seen, in milliseconds."""
    kept = {path: (book / path).read_text("utf-8") for path in (CHAPTER, PROSE, RECORD)}
    for count in range(ROUNDS):
        word, path = f"记号{1000 + count}号", (CHAPTER, PROSE, RECORD)[count % 3]
        lines = kept[path].split("\n")
        place = _place(lines, path, count)
        lines[place] = _changed(lines[place], path, word)
        begun = time.time()
        (book / path).write_text("\n".join(lines), "utf-8")
        seen = until(partial(page.evaluate, f"seen['{word}'] || 0"), word)
        yield seen - begun * 1000
        time.sleep(PAUSES[count % len(PAUSES)])
        (book / path).write_text(kept[path], "utf-8")
        time.sleep(PAUSES[(count + 1) % len(PAUSES)])


def _place(lines: list[str], path: str, count: int) -> int:
    """Return a line to change: a long paragraph, or what a number is a measure of."""
    if path == RECORD:
        return next(at for at, line in enumerate(lines) if line.startswith("title: "))
    long = [at for at, line in enumerate(lines) if len(line) > 150 and line[0] not in "{#"]
    return long[count * 7 % len(long)]


def _changed(line: str, path: str, word: str) -> str:
    return f"{line}{word}" if path == RECORD else f"{line}这里是{word}。"


if __name__ == "__main__":
    main()
