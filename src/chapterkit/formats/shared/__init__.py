"""What several formats need: metadata, the chapter's number, the images of the book."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.formats import Printing
from chapterkit.text.document import plain_text, walk

Tree = dict[str, Any]
Element = dict[str, Any]

ASSETS = Path(__file__).parents[2] / "assets"

_CHAPTER = re.compile(r"^(第\s*[0-9一二三四五六七八九十百]+\s*章)[\s\u3000]+(?=\S)")


def with_metadata(tree: Tree, values: Mapping[str, Any]) -> Tree:
    """Return the tree with these metadata: texts, lists and mappings of texts."""
    added = {key: _meta(value) for key, value in values.items()}
    return {**tree, "meta": {**tree["meta"], **added}}


def _meta(value: Any) -> Element:
    if isinstance(value, Mapping):
        return {"t": "MetaMap", "c": {key: _meta(item) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return {"t": "MetaList", "c": [_meta(item) for item in value]}
    return {"t": "MetaString", "c": str(value)}


def split_chapter(title: str) -> tuple[str, str]:
    """Return a chapter's title as its number and its name, the number empty if it has none.

    >>> split_chapter("第 7 章 模型后训练")
    ('第 7 章', '模型后训练')
    """
    match = _CHAPTER.match(title)
    return (match[1], title[match.end() :]) if match else ("", title)


def chapter_heading(tree: Tree) -> Element | None:
    """Return the chapter's title: the first heading of level 1."""
    return next((b for b in tree["blocks"] if b["t"] == "Header" and b["c"][0] == 1), None)


_NUMBERED = re.compile(r"(第\d+章|实验\d+\.\d+)$")


def with_wide_spaces(tree: Tree) -> Tree:
    """Return the tree with an em's space after the number of chapter and experiment headings."""
    return {**tree, "blocks": [_with_wide_space(block) for block in tree["blocks"]]}


def _with_wide_space(block: Element) -> Element:
    if block["t"] != "Header":
        return block
    level, attributes, inlines = block["c"]
    for place, inline in enumerate(inlines[:-1]):
        before = "".join(plain_text(inlines[:place]).split())
        if inline["t"] == "Space" and _NUMBERED.match(before):
            wide = [*inlines[:place], {"t": "Str", "c": "\u3000"}, *inlines[place + 1 :]]
            return {"t": "Header", "c": [level, attributes, wide]}
    return block


def full_title(tree: Tree, printing: Printing) -> str:
    """Return the chapter's title as printed, number included."""
    heading = chapter_heading(tree)
    return plain_text(heading["c"][2]) if heading else printing.chapter_title


def checked_images(tree: Tree, printing: Printing) -> dict[str, Path]:
    """Return the file of every image by its address in the tree.

    Raises ChapterkitError, at the image, for one that is not there or not inside the book.
    """
    addresses: dict[str, Path] = {}

    def note(element: Element) -> Element:
        if element["t"] == "Image" and (address := element["c"][2][0]) not in addresses:
            addresses[address] = _image_file(address, printing)
        return element

    walk(tree["blocks"], note)
    return addresses


def _image_file(address: str, printing: Printing) -> Path:
    root = printing.root.resolve()
    for folder in (root / "book", root):
        file = (folder / address).resolve()
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//", address) and file.is_file():
            if not file.is_relative_to(root):
                break
            return file
    raise ChapterkitError(
        f"图片 {address} 不在书的文件夹里",
        _origin_of(address, printing),
        hint="把图片放进 book/，按相对 book/ 的路径写",
    )


def _origin_of(text: str, printing: Printing) -> Origin | None:
    """Return where a stretch of text first stands in the manuscript."""
    offset = printing.document.rendered.text.find(text)
    return printing.document.rendered.origin(offset) if offset >= 0 else None


def resource_path(printing: Printing) -> str:
    """Return pandoc's argument that says where the book's images are."""
    root = printing.root
    return "--resource-path=" + os.pathsep.join(str(folder) for folder in (root / "book", root))


def web_arguments(printing: Printing) -> list[str]:
    """Return pandoc's arguments that HTML and EPUB share: where images are, formulas, contents."""
    return [resource_path(printing), "--mathml", "--toc", "--toc-depth=3", "--wrap=none"]
