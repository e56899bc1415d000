"""The editor's page as one self-contained file: cards, problems, changes, comments, no server."""

from __future__ import annotations

from pathlib import Path

from chapterkit.formats import ChapterPrinting, Format
from chapterkit.formats.shared.living import single_page
from chapterkit.formats.shared.sheet import SHEET_ARGUMENTS, pieces_of, sheet_of, sheet_tree


def _arguments(printing: ChapterPrinting) -> list[str]:
    return SHEET_ARGUMENTS


def _finish(printing: ChapterPrinting, written: Path, target: Path) -> None:
    pieces = pieces_of(written.read_bytes(), printing)
    target.write_text(single_page(sheet_of(printing, pieces)), "utf-8")


FORMAT = Format(
    name="review",
    suffix=".review.html",
    arguments=_arguments,
    prepare=sheet_tree,
    finish=_finish,
    by_default=False,
)
