"""From saving a file to the new text in a browser, on the repository's own chapter of 140 kB.

Needs Chromium. A paragraph, a record's number and a template's paragraph are changed in turn, with
pauses of different lengths between; the clock stops when the page has painted the new text.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from measuring import ROOT, Cost, Measured, Row, Target, Topic
from playwright.sync_api import Page

from books import CHAPTER, RECORD, copied

sys.path.insert(0, str(ROOT / "tests"))

from previewing import browsing, opened, previewing, until

SAVES = 20
PAUSES = (0.1, 0.4, 1.0, 2.0)
PROSE = "templates/experiments/general-points.md.j2"
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


MEDIAN, MOST = "preview, from save to screen, median", "preview, from save to screen, 95 of 100"
ROWS = (Row(MEDIAN, target=Target(0.25, "s")), Row(MOST, target=Target(0.5, "s")))


def measured(folder: Path) -> Measured:
    """Measure saves of the chapter, a record and a template; nothing where no browser is."""
    if shutil.which("chromium") is None:
        return {}
    book = copied(folder)
    with browsing(folder / "fonts") as browser, previewing(book) as preview:
        page = opened(browser, preview.address)
        page.evaluate(_WATCH)
        times = sorted(wait / 1000 for wait in waits(page, book))
    most = times[max(0, round(0.95 * len(times)) - 1)]
    return {MEDIAN: Cost(statistics.median(times), 0), MOST: Cost(most, 0)}


def waits(page: Page, book: Path) -> Iterator[float]:
    """Yield how long each save took to be seen, in milliseconds."""
    kept = {path: (book / path).read_text("utf-8") for path in (CHAPTER, PROSE, RECORD)}
    for count in range(SAVES):
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


TOPIC = Topic("preview", ROWS, measured)
