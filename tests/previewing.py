"""A preview that is running, and a real browser that looks at it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHAPTERKIT = [sys.executable, "-m", "chapterkit"]
SECONDS = 60.0


class Preview:
    """A preview of a book, as a process."""

    def __init__(self, book: Path, *arguments: str) -> None:
        self.book = book
        self.process = subprocess.Popen(
            [*CHAPTERKIT, "preview", *arguments],
            cwd=book, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert self.process.stdout
        self.said = ""
        while "http://" not in self.said:
            line = self.process.stdout.readline()
            assert line, f"the preview has ended: {self.said}"
            self.said += line
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.said)
        assert found
        self.address, self.port = found[0], int(found[1])

    def end(self) -> float:
        """End it as Ctrl-C does; return how long that took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
            if self.process.stdout:
                self.process.stdout.close()
        return time.monotonic() - begun


@contextmanager
def previewing(book: Path, *arguments: str) -> Iterator[Preview]:
    """Give a preview that ends with the context."""
    preview = Preview(book, *arguments)
    try:
        yield preview
    finally:
        preview.end()


BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Return the path of the system's browser; skip the test if there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("needs Chromium")
    return found


def fonts(folder: Path) -> dict[str, str]:
    """Return an environment in which a browser finds the fonts that come along."""
    import pylopdf_fonts_zh_cn

    place = folder / "fonts"
    place.mkdir(parents=True, exist_ok=True)
    for path in Path(pylopdf_fonts_zh_cn.__file__).parent.rglob("*"):
        if path.suffix.lower() in {".otf", ".ttf", ".ttc"} and not (place / path.name).exists():
            (place / path.name).symlink_to(path)
    return {**os.environ, "XDG_DATA_HOME": str(folder)}


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """Give a browser that ends with the context."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"], env={**fonts(folder)}
        )
        try:
            yield browser
        finally:
            browser.close()


def until(true: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
    """Wait until something is so; return what it came to."""
    end = time.monotonic() + seconds
    while True:
        if found := true():
            return found
        assert time.monotonic() < end, f"not so in {seconds} s: {what}"
        time.sleep(0.03)


def opened(browser: Browser, address: str, **context: Any) -> Page:
    """Return a page that shows a preview, with all of its panels known; its complaints fail."""
    page = browser.new_context(**context).new_page()
    page.set_default_timeout(SECONDS * 1000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.complaints = complaints  # type: ignore[attr-defined]
    page.goto(address)
    page.wait_for_selector("#pieces .number[data-mark]")
    return page


def text_of(page: Page) -> str:
    """Return the text that a page shows."""
    return page.locator("#pieces").inner_text()
