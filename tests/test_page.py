"""The page as a browser shows it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import Run

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
    """A copy of the page with one line of script tells its width; the page itself has none."""
    assert run(minimal, "build", "--format", "html").exit_code == 0
    text = (minimal / "build/cards/cards.html").read_text("utf-8")
    measure = "<script>document.title = 'width ' + document.documentElement.scrollWidth</script>"
    copy = tmp_path / "measured.html"
    copy.write_text(text.replace("</body>", f"{measure}</body>"), "utf-8")
    dom = browse(copy, tmp_path / "profile", "--window-size=500,900", "--dump-dom").stdout
    width = int(dom.split("<title>width ")[1].split("<")[0])
    assert width <= 500
