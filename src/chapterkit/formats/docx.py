"""DOCX: a manuscript for Word in styles (标题 1–3, 正文), for the publisher's editors."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from chapterkit.formats import Format, Printing
from chapterkit.formats.shared import (
    ASSETS,
    checked_images,
    full_title,
    resource_path,
    with_metadata,
    with_wide_spaces,
)
from chapterkit.text.document import unwrap_numbers, walk

Tree = dict[str, Any]
Element = dict[str, Any]

_FOLDER = ASSETS / "docx"
_WORD_LANGUAGES = {
    "zh-Hans": "zh-CN",
    "zh-Hant": "zh-TW",
    "zh-Hant-TW": "zh-TW",
    "zh-Hant-HK": "zh-HK",
}
_STYLES = {"Strong": "Strong Text", "Emph": "Emphasis Text"}


def _arguments(printing: Printing) -> list[str]:
    return [
        "--to=docx",
        f"--reference-doc={_FOLDER / 'reference.docx'}",
        f"--template={_FOLDER / 'template.openxml'}",
        resource_path(printing),
    ]


def _prepare(tree: Tree, printing: Printing) -> Tree:
    """Return the tree with its paragraphs in Word's own 正文 (Normal), which indents.

    Raises ChapterkitError for an image that is not in the book's folder.
    """
    checked_images(tree, printing)
    values = {
        "title": full_title(tree, printing),
        "author": printing.config.author,
        "subject": printing.config.title,
        "lang": printing.language,
    }
    plain = with_wide_spaces(unwrap_numbers(tree))
    blocks = [_in_normal(block) for block in walk(plain["blocks"], _styled)]
    return with_metadata({**plain, "meta": {}, "blocks": blocks}, values)


def _styled(element: Element) -> Element:
    """Put emphasis into a character style, so that Word can change it in one place."""
    if element["t"] not in _STYLES:
        return element
    return {"t": "Span", "c": [["", [], [["custom-style", _STYLES[element["t"]]]]], element["c"]]}


def _in_normal(block: Element) -> Element:
    """Put a paragraph of running text into the style 正文; a display formula keeps its own."""
    if block["t"] != "Para" or _is_display(block["c"]):
        return block
    return {"t": "Div", "c": [["", [], [["custom-style", "Normal"]]], [block]]}


def _is_display(inlines: list[Element]) -> bool:
    return len(inlines) == 1 and inlines[0]["t"] in {"Math", "Image"}


def _finish(printing: Printing, written: Path, target: Path) -> None:
    """Name the language as Word does: pandoc has translations for zh-Hans, Word knows zh-CN."""
    language = _WORD_LANGUAGES.get(printing.language, "zh-CN")
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename == "word/styles.xml":
                part = re.sub(rb'w:eastAsia="zh-[^"]*"', f'w:eastAsia="{language}"'.encode(), part)
            new.writestr(entry, part, zipfile.ZIP_DEFLATED)


FORMAT = Format(
    name="docx",
    suffix=".docx",
    arguments=_arguments,
    prepare=_prepare,
    finish=_finish,
)
