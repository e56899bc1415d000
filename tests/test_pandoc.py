"""Pandoc is stopped when it does not end, and leaves nothing behind."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path

import pytest

from chapterkit import pandoc
from chapterkit.errors import ChapterkitError
from chapterkit.pipeline import read
from chapterkit.text.origins import rendered_plainly

# Pandoc tries every way to pair these: its time doubles with each.
ENDLESS = "甲。\n\n" + "[" * 60 + "乙\n\n丙。\n"


@pytest.fixture(autouse=True)
def scratch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_pandoc_warns_of_is_kept_and_nothing_left_behind(scratch: Path) -> None:
    document = read(rendered_plainly("甲[^x]。\n\n# 乙 {#a}\n\n# 丙 {#a}\n", "a.md"))
    assert document.warned
    assert not list(scratch.iterdir())


def test_a_reading_that_is_interrupted_is_stopped(scratch: Path) -> None:
    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            read(rendered_plainly(ENDLESS, "a.md"))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not list(scratch.iterdir())


def test_a_text_that_pandoc_cannot_finish_is_refused_at_its_line(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pandoc, "READING_SECONDS", 1)
    with pytest.raises(ChapterkitError) as refused:
        read(rendered_plainly(ENDLESS, "a.md"))
    assert str(refused.value.origin) == "a.md:3"
    assert "方括号" in refused.value.hint
    assert not list(scratch.iterdir())


def test_characters_without_end_or_space_are_refused_at_once() -> None:
    with pytest.raises(ChapterkitError) as refused:
        read(rendered_plainly("甲。\n\n" + "乙，" * 2_000_000, "a.md"))
    assert str(refused.value.origin) == "a.md:3"


def test_an_embedded_image_is_no_such_stretch() -> None:
    image = f"![图](data:image/png;base64,{'iVBORw0K' * 50_000})"
    assert len(read(rendered_plainly(f"甲。\n\n{image}\n", "a.md")).blocks) > 1
