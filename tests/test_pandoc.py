"""Pandoc reads ahead, is stopped when it does not end, and leaves nothing behind."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest

from chapterkit import pandoc
from chapterkit.errors import ChapterkitError
from chapterkit.origins import rendered_plainly
from chapterkit.pandoc import Reading, read_markdown

# Pandoc tries every way to pair these: its time doubles with each.
ENDLESS = "甲。\n\n" + "[" * 60 + "乙\n\n丙。\n"


@pytest.fixture(autouse=True)
def scratch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_something_else_is_done_while_pandoc_reads(scratch: Path) -> None:
    done: list[int] = []
    text = "甲[^x]。\n\n# 乙 {#a}\n\n# 丙 {#a}\n"
    document = read_markdown(
        rendered_plainly(text, "a.md"), lambda: done.append(len(list(scratch.iterdir())))
    )
    assert done == [1]
    assert document == read_markdown(rendered_plainly(text, "a.md"))
    assert document.warned
    assert not list(scratch.iterdir())


def test_a_reading_that_is_given_up_is_stopped(scratch: Path) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    started = time.perf_counter()
    with Reading(ENDLESS):
        pass
    with pytest.raises(KeyboardInterrupt):
        read_markdown(rendered_plainly(ENDLESS, "a.md"), interrupted)
    assert time.perf_counter() - started < 5
    assert not list(scratch.iterdir())


def test_a_text_that_pandoc_cannot_finish_is_refused_at_its_line(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pandoc, "READING_SECONDS", 1)
    with pytest.raises(ChapterkitError) as refused:
        read_markdown(rendered_plainly(ENDLESS, "a.md"))
    assert str(refused.value.origin) == "a.md:3"
    assert "方括号" in refused.value.hint
    assert not list(scratch.iterdir())


def test_characters_without_end_or_space_are_refused_at_once() -> None:
    started = time.perf_counter()
    with pytest.raises(ChapterkitError) as refused:
        read_markdown(rendered_plainly("甲。\n\n" + "乙，" * 2_000_000, "a.md"))
    assert str(refused.value.origin) == "a.md:3"
    assert time.perf_counter() - started < 2


def test_an_embedded_image_is_no_such_stretch() -> None:
    image = f"![图](data:image/png;base64,{'iVBORw0K' * 50_000})"
    assert len(read_markdown(rendered_plainly(f"甲。\n\n{image}\n", "a.md")).blocks) > 1
