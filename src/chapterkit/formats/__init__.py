"""Output formats: one module each, found by walking this folder.

A format is a suffix, the arguments for pandoc, and up to two steps of its own: `prepare`
changes the tree before pandoc writes it, `finish` makes the final file out of what pandoc wrote.
Formats start no process: `build` runs pandoc for them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from chapterkit.manuscript.config import Config
from chapterkit.text.document import Document
from chapterkit.text.passes import WIDE_SPACE
from chapterkit.text.tree import Tree


@dataclass(frozen=True)
class Printing:
    """What a format may know of the chapter that it prints.

    `chapter_title` is plain text, without the number; `language` a BCP 47 tag (zh-Hans, zh-Hant);
    `provenance` tells for every number shown where it comes from, as one line of plain text;
    `document` is the checked document, for placing a complaint at its origin;
    `root` the book's folder, where images are; `work` an empty temporary folder of this format's
    own; `modified` when the manuscript was last changed, in seconds since 1970: the date that
    outputs carry.
    """

    config: Config
    chapter_slug: str
    chapter_number: int
    chapter_title: str
    language: str
    document: Document
    root: Path
    work: Path
    provenance: Mapping[str, str] = field(default_factory=dict)
    modified: int = 0

    @property
    def chapter_label(self) -> str:
        """The chapter's number as a reader is shown it: 第 7 章."""
        return f"第 {self.chapter_number} 章"

    @property
    def labelled_title(self) -> str:
        """The chapter's title with its number before it."""
        return f"{self.chapter_label}{WIDE_SPACE}{self.chapter_title}"


def _same_tree(tree: Tree, printing: Printing) -> Tree:
    return tree


@dataclass(frozen=True)
class Format:
    """One output format.

    `suffix` names the final file; `writer_suffix` what pandoc writes, if `finish` makes the
    final file of it; `arguments(printing)` are pandoc's, writer included;
    `prepare(tree, printing)` returns a changed copy of pandoc's tree, never the tree changed;
    `finish(printing, written, target)` turns pandoc's file into the final one;
    `by_default` whether `build` writes it when no format is named.
    """

    name: str
    suffix: str
    arguments: Callable[[Printing], list[str]]
    prepare: Callable[[Tree, Printing], Tree] = _same_tree
    finish: Callable[[Printing, Path, Path], None] | None = None
    writer_suffix: str = ""
    by_default: bool = True


@cache
def all_formats() -> dict[str, Format]:
    """Return every format of this folder by name, in alphabetical order."""
    found: dict[str, Format] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        if isinstance(one := getattr(loaded, "FORMAT", None), Format):
            found[one.name] = one
    return found
