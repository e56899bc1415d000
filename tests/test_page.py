"""The page as a browser shows it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chapterkit.lint import all_rules
from conftest import Run
from test_formats import png

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browse(page: Path, scratch: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("needs Chromium")
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return subprocess.run(
        [browser, *quiet, f"--user-data-dir={scratch}", *arguments, page.as_uri()],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )


def test_a_browser_reads_the_page_and_its_numbers(minimal: Path, run: Run, tmp_path: Path) -> None:
    assert run(minimal, "build", "--format", "html").exit_code == 0
    page = minimal / "build/cards/cards.html"
    dom = browse(page, tmp_path / "profile", "--dump-dom").stdout
    assert '<html lang="zh-Hans">' in dom
    assert 'data-number="card-game.after"' in dom
    assert "card-game.after" in dom.split('data-number="card-game.after"')[1].split(">")[0]
    assert "Demo" in dom or "DEMO" in dom


def test_a_narrow_window_needs_no_sideways_scrolling(
    minimal: Path, run: Run, tmp_path: Path
) -> None:
    """A copy of the page with one line of script tells its width; the page itself lets none run."""
    assert run(minimal, "build", "--format", "html").exit_code == 0
    text = without_policy((minimal / "build/cards/cards.html").read_text("utf-8"))
    measure = "<script>document.title = 'width ' + document.documentElement.scrollWidth</script>"
    copy = tmp_path / "measured.html"
    copy.write_text(text.replace("</body>", f"{measure}</body>"), "utf-8")
    dom = browse(copy, tmp_path / "profile", "--window-size=500,900", "--dump-dom").stdout
    width = int(dom.split("<title>width ")[1].split("<")[0])
    assert width <= 500


def without_policy(page: str) -> str:
    copy = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert copy != page
    return copy


HOSTILE = """
<script>document.title = 'ran'</script>
<img src="https://example.org/a.png" onerror="document.title = 'ran'">
<img src="data:image/png;base64,AA" onerror="document.title = 'ran'">
<iframe srcdoc="<script>parent.document.title = 'ran'</script>"></iframe>
<form action="https://example.org/"><button autofocus onfocus="document.title = 'ran'"></button>
</form><base href="https://example.org/">
"""


@pytest.mark.parametrize("guarded", [True, False])
def test_a_browser_runs_nothing_that_got_into_the_page(
    guarded: bool, minimal: Path, run: Run, tmp_path: Path
) -> None:
    """Without the policy it would: the other defence is that nothing gets in."""
    assert run(minimal, "build", "--format", "html").exit_code == 0
    text = (minimal / "build/cards/cards.html").read_text("utf-8")
    copy = tmp_path / "hostile.html"
    page = text if guarded else without_policy(text)
    copy.write_text(page.replace("</body>", f"{HOSTILE}</body>"), "utf-8")
    dom = browse(copy, tmp_path / "profile", "--dump-dom").stdout
    assert ("<title>ran</title>" in dom) is not guarded


def test_the_page_looks_the_same_with_its_policy(minimal: Path, run: Run, tmp_path: Path) -> None:
    """Its styles, its formulas and the pictures that it carries are shown."""
    (minimal / "book" / "dot.png").write_bytes(png())
    config = minimal / "book" / "book.yaml"
    rules = {"rules": dict.fromkeys(all_rules(), "off")}
    config.write_text(f"{config.read_text('utf-8')}lint: {json.dumps(rules)}\n", "utf-8")
    with (minimal / "book" / "chapter3.md").open("a", encoding="utf-8") as file:
        file.write(
            '\n![图（自绘）](dot.png){alt="点" width=50%}\n\n$$\\frac{a}{b}$$\n\n'
            "| 甲 | 乙 |\n|:-:|--:|\n| 1 | 2 |\n"
        )
    assert run(minimal, "build", "--format", "html").exit_code == 0
    page = minimal / "build/cards/cards.html"
    free = tmp_path / "free.html"
    free.write_text(without_policy(page.read_text("utf-8")), "utf-8")
    shots = []
    for number, one in enumerate((page, free)):
        shot = tmp_path / f"{number}.png"
        browse(one, tmp_path / "profile", "--window-size=900,2400", f"--screenshot={shot}")
        shots.append(shot.read_bytes())
    assert shots[0] == shots[1]
