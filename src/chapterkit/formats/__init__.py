"""Output formats: one module each, found by walking this folder.

A format is a suffix, the arguments for pandoc, and up to two steps of its own: `prepare`
makes the tree that pandoc writes, `finish` makes the final file out of what pandoc wrote.
Formats start no process: `printing` runs pandoc for them, with --fail-if-warnings and --sandbox,
so that it reads no file but those that `arguments` name as templates and the like.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, TypeVar

from chapterkit.manuscript.config import Config
from chapterkit.manuscript.pictures import Picture
from chapterkit.text.document import Document
from chapterkit.text.passes import WIDE_SPACE
from chapterkit.text.tree import Tree

Scope = Literal["chapter", "book"]


@dataclass(frozen=True, kw_only=True)
class Printing:
    """What the formats of chapters and those of whole books may know.

    `language` is a BCP 47 tag (zh-Hans, zh-Hant); `work` an empty temporary folder of this
    format's own; `pictures` are all those of the text, opened, by their addresses: a format reads
    nothing of the book itself; `provenance` tells for every number shown where it comes from, as
    one line of plain text; `modified` is when the manuscript was last changed, in seconds since
    1970: the date that outputs carry, None if that is not known; `edition` the book's edition that
    this is, empty for none.
    """

    config: Config
    language: str
    work: Path
    pictures: Mapping[str, Picture] = field(default_factory=dict, repr=False)
    provenance: Mapping[str, str] = field(default_factory=dict, repr=False)
    modified: int | None = None
    edition: str = ""

    @property
    def suffix(self) -> str:
        """What the names of its files have before the format's suffix."""
        return f".{self.edition}" if self.edition else ""


@dataclass(frozen=True, kw_only=True)
class ChapterPrinting(Printing):
    """A chapter to be printed.

    `title` is plain text, without the number; `tree` what citeproc has put citations into;
    `document` the checked document, for placing a complaint at its origin.
    """

    scope: ClassVar[Scope] = "chapter"
    slug: str
    number: int
    title: str
    document: Document
    tree: Tree = field(repr=False)

    @property
    def name(self) -> str:
        """What the folder of its files is called."""
        return self.slug

    @property
    def chapters(self) -> tuple[ChapterPrinting, ...]:
        """The chapter itself: a printing of a book has several."""
        return (self,)

    @property
    def label(self) -> str:
        """The chapter's number as a reader is shown it: 第 7 章."""
        return self.config.wording.chapter.format(number=self.number)

    @property
    def labels(self) -> tuple[str, ...]:
        """What a heading may begin with that is a label and a number: 第 7 章, 实验 7.4."""
        wording, kinds = self.config.wording, self.config.kind_labels.values()
        return (wording.chapter, *(wording.labelled(one, "{number}") for one in kinds))

    @property
    def labelled_title(self) -> str:
        """The chapter's title with its number before it."""
        return f"{self.label}{WIDE_SPACE}{self.title}"


@dataclass(frozen=True, kw_only=True)
class BookPrinting(Printing):
    """A book to be printed: its chapters, in order, so that numbers and links may run through."""

    scope: ClassVar[Scope] = "book"
    chapters: tuple[ChapterPrinting, ...]

    @property
    def name(self) -> str:
        """What the folder of its files is called."""
        return "book"


AnyPrinting = ChapterPrinting | BookPrinting
P = TypeVar("P", ChapterPrinting, BookPrinting)


@dataclass(frozen=True)
class Format(Generic[P]):
    """One output format.

    `suffix` names the final file; `writer_suffix` what pandoc writes, if `finish` makes the
    final file of it; `arguments(printing)` are pandoc's, writer included; `prepare(printing)`
    returns the tree that pandoc is to write, never the printing's own tree changed;
    `finish(printing, written, target)` turns pandoc's file into the final one; `by_default`
    whether `build` writes it when no format is named; `scope` whether it makes a file of each
    chapter, or one of the book: that is the kind of printing it is handed.
    """

    name: str
    suffix: str
    arguments: Callable[[P], list[str]]
    prepare: Callable[[P], Tree]
    finish: Callable[[P, Path, Path], None] | None = None
    writer_suffix: str = ""
    by_default: bool = True
    scope: Scope = "chapter"


@cache
def format_names() -> tuple[str, ...]:
    """Return the name of every format, in alphabetical order; nothing is loaded for that."""
    folder = (one.name for one in pkgutil.iter_modules(__path__) if one.name != "shared")
    return tuple(sorted(folder))


@cache
def all_formats() -> dict[str, Format[Any]]:
    """Return every format of this folder by name, in alphabetical order."""
    found: dict[str, Format[Any]] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        if isinstance(one := getattr(loaded, "FORMAT", None), Format):
            found[one.name] = one
    return found
