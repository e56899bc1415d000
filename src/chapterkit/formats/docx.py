"""DOCX: a manuscript for Word in styles (标题 1–3, 正文), for the publisher's editors."""

from __future__ import annotations

import re
from pathlib import Path

from chapterkit.formats import ChapterPrinting, Format
from chapterkit.formats.shared import ASSETS
from chapterkit.formats.shared.drawn import as_pixels
from chapterkit.formats.shared.pictures import embedded, restored
from chapterkit.formats.shared.zipped import rewritten
from chapterkit.text.passes import (
    numbered,
    over_elements,
    passed,
    unwrap_numbers,
    with_metadata,
    with_wide_spaces,
)
from chapterkit.text.tree import (
    Attributes,
    Element,
    Tree,
    div,
    inlines_of,
    kind_of,
    span,
    tree_blocks,
    with_blocks,
)

_FOLDER = ASSETS / "docx"
_WORD_LANGUAGES = {
    "zh-Hans": "zh-CN",
    "zh-Hant": "zh-TW",
    "zh-Hant-TW": "zh-TW",
    "zh-Hant-HK": "zh-HK",
}
_STYLES = {"Strong": "Strong Text", "Emph": "Emphasis Text"}


def _arguments(printing: ChapterPrinting) -> list[str]:
    return [
        "--to=docx",
        f"--reference-doc={_FOLDER / 'reference.docx'}",
        f"--template={_FOLDER / 'template.openxml'}",
    ]


def _prepare(printing: ChapterPrinting) -> Tree:
    """Return the tree with its paragraphs in Word's own 正文 (Normal), which indents.

    Raises ChapterkitError for a drawing that cannot be drawn for Word.
    """
    tree = printing.tree
    values = {
        "title": printing.labelled_title,
        "author": printing.config.author,
        "subject": printing.config.title,
        "lang": printing.language,
    }
    return passed(
        tree,
        with_metadata(values),
        unwrap_numbers,
        numbered(printing.label),
        with_wide_spaces,
        over_elements(_styled),
        _in_normal,
        embedded(printing, lambda one: as_pixels(one, printing.work)),
    )


def _styled(element: Element) -> Element:
    """Put emphasis into a character style, so that Word can change it in one place."""
    style = _STYLES.get(kind_of(element))
    return span(inlines_of(element), _in_style(style)) if style else element


def _in_style(name: str) -> Attributes:
    return Attributes().having("custom-style", name)


def _in_normal(tree: Tree) -> Tree:
    """Put paragraphs of running text into the style 正文; a display formula keeps its own."""
    return with_blocks(
        tree,
        [
            div([block], _in_style("Normal")) if _is_running(block) else block
            for block in tree_blocks(tree)
        ],
    )


def _is_running(block: Element) -> bool:
    kinds = list(map(kind_of, inlines_of(block)))
    return kind_of(block) == "Para" and kinds not in (["Math"], ["Image"])


def _finish(printing: ChapterPrinting, written: Path, target: Path) -> None:
    """Name the language as Word does: pandoc has translations for zh-Hans, Word knows zh-CN."""
    language = _WORD_LANGUAGES.get(printing.language, "zh-CN")

    def change(name: str, part: bytes) -> bytes:
        if name != "word/styles.xml":
            return restored(name, part, printing)
        return re.sub(rb'w:eastAsia="zh-[^"]*"', f'w:eastAsia="{language}"'.encode(), part)

    rewritten(written, target, printing.modified, change)


FORMAT = Format(name="docx", suffix=".docx", arguments=_arguments, prepare=_prepare, finish=_finish)
