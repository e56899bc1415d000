"""What several formats need: the images of the book, pandoc's arguments for the web."""

from __future__ import annotations

import os
import re
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.formats import AnyPrinting
from chapterkit.text.tree import Tree, elements_of, kind_of, target_of

ASSETS = Path(__file__).parents[2] / "assets"


def checked_images(tree: Tree, printing: AnyPrinting) -> dict[str, Path]:
    """Return the file of every image by its address in the tree.

    Raises ChapterkitError, at the image, for one that is not there or not inside the book.
    """
    images = (one for one in elements_of(tree) if kind_of(one) == "Image")
    addresses = dict.fromkeys(target_of(one).address for one in images)
    return {address: _image_file(address, printing) for address in addresses}


def _image_file(address: str, printing: AnyPrinting) -> Path:
    root = printing.root.resolve()
    for folder in (root / "book", root):
        file = (folder / address).resolve()
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//", address) and file.is_file():
            if not file.is_relative_to(root):
                break
            return file
    raise ChapterkitError(
        f"图片 {address} 不在书的文件夹里",
        origin_of(address, printing),
        hint="把图片放进 book/，按相对 book/ 的路径写",
    )


def origin_of(text: str, printing: AnyPrinting) -> Origin | None:
    """Return where a stretch of text first stands in the manuscript."""
    for chapter in printing.chapters:
        rendered = chapter.document.rendered
        if (offset := rendered.text.find(text)) >= 0:
            return rendered.origin(offset)
    return None


def resource_path(printing: AnyPrinting) -> str:
    """Return pandoc's argument that says where the book's images are."""
    root = printing.root
    return "--resource-path=" + os.pathsep.join(str(folder) for folder in (root / "book", root))


def web_arguments(printing: AnyPrinting) -> list[str]:
    """Return pandoc's arguments that HTML and EPUB share: where images are, formulas, contents."""
    return [resource_path(printing), "--mathml", "--toc", "--toc-depth=3", "--wrap=none"]
