"""Plain text: the words alone."""

from __future__ import annotations

from chapterkit.formats import ChapterPrinting, Format
from chapterkit.text.passes import numbered, passed, unwrap_numbers, with_metadata
from chapterkit.text.tree import Tree


def _arguments(printing: ChapterPrinting) -> list[str]:
    return ["--to=plain", "--wrap=none"]


def _prepare(printing: ChapterPrinting) -> Tree:
    title = numbered(printing.label, printing.config.wording.heading)
    return passed(printing.tree, with_metadata({}), unwrap_numbers, title)


FORMAT = Format(
    name="plain", suffix=".txt", arguments=_arguments, prepare=_prepare, by_default=False
)
