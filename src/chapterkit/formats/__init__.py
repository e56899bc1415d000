"""Output formats: one module each, found by walking this folder, and those of installed packages.

A format is a suffix, the arguments for pandoc, and up to two steps of its own: `prepare`
makes the tree that pandoc writes, `finish` makes the final file out of what pandoc wrote.
Formats start no process: `printing` runs pandoc for them, with --fail-if-warnings and --sandbox,
so that it reads no file but those that `arguments` name as templates and the like.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from chapterkit.manuscript.config import Config
from chapterkit.manuscript.pictures import Picture
from chapterkit.manuscript.plan import BOOK, Part, Role
from chapterkit.numbers.cards import Card
from chapterkit.plugins import FORMATS, Plugin, plugins
from chapterkit.text.document import Document
from chapterkit.text.tree import Element, Tree

if TYPE_CHECKING:
    from chapterkit.numbers.evidence import Group

Scope = Literal["chapter", "book"]


def _nothing() -> None:
    """Give no file."""


KeepPart = Callable[[Sequence[str], Callable[[], bytes]], bytes]
"""Gives a part of a file by its names: what was kept of it, or what the function makes."""


def made_anew(_: object, make: Callable[[], bytes]) -> bytes:
    """Return what is made, a file or a part of one, whatever there was before."""
    return make()


@dataclass(frozen=True, kw_only=True)
class Printing:
    """What the formats of chapters and those of whole books may know.

    `language` is a BCP 47 tag (zh-Hans, zh-Hant); `work` an empty temporary folder of this
    format's own; `pictures` are all those of the text, opened, by their addresses: a format reads
    nothing of the book itself; `cards` tell of every number what it is and where
    it comes from; `modified` is when the manuscript was last changed, in seconds since
    1970: the date that outputs carry, None if that is not known; `edition` the book's edition that
    this is, empty for none; `wide` what is to be done with tables that are too wide, by their
    identifiers, where the author says: turn, divide; `described` the alternative texts of tables
    that have one; `narrow` the drawings among the pictures as a phone shows them; `evidence` every
    number with what uses it, where a format or the book asks for that; `beside` the names of the
    formats that are written at once; `sources` what is known of the works in the bibliography, as
    CSL JSON, where a format asks for that; `told` what an editor's page tells beside the text, as
    JSON has it, empty where none is made; `awaited` gives what the format `reads` in the file of
    the one that it comes `after`, once that is made, None where it is not written at once; `kept`
    gives a part that is dear to make, a font or a picture, and has it made if it was not kept: it
    is named by all that it is made of, but for the book's fonts.
    """

    config: Config
    language: str
    work: Path
    pictures: Mapping[str, Picture] = field(default_factory=dict, repr=False)
    cards: Mapping[str, Card] = field(default_factory=dict, repr=False)
    modified: int | None = None
    edition: str = ""
    wide: Mapping[str, str] = field(default_factory=dict, repr=False)
    described: Mapping[str, str] = field(default_factory=dict, repr=False)
    narrow: Mapping[str, Picture] = field(default_factory=dict, repr=False)
    evidence: tuple[Group, ...] = field(default=(), repr=False)
    beside: frozenset[str] = frozenset()
    sources: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    told: Mapping[str, Any] = field(default_factory=dict, repr=False)
    awaited: Callable[[], Any] = field(default=_nothing, repr=False)
    kept: KeepPart = field(default=made_anew, repr=False)

    @property
    def suffix(self) -> str:
        """What the names of its files have before the format's suffix."""
        return f".{self.edition}" if self.edition else ""


@dataclass(frozen=True, kw_only=True)
class ChapterPrinting(Printing):
    """A chapter to be printed.

    `number` is 7 or A, `label` the number as a reader is shown it (第 7 章), both empty for what
    has none; `start_page` the folio of the first page; `title` is plain text, without the number;
    `role` and `part` tell where in the book it stands; `tree` what citeproc has put citations into;
    `document` the checked document, for placing a complaint at its origin.
    """

    scope: ClassVar[Scope] = "chapter"
    slug: str
    number: str
    label: str
    start_page: int
    role: Role = "chapter"
    part: Part | None = None
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
    def within(self) -> str:
        """What it is a part of: the book."""
        return self.config.title

    @property
    def labels(self) -> tuple[str, ...]:
        """What a heading may begin with that is a label and a number: 第 7 章, 实验 7.4."""
        wording, kinds = self.config.wording, self.config.kind_labels.values()
        return (
            wording.chapter,
            wording.appendix,
            *(wording.labelled(one, "{number}") for one in kinds),
        )

    @property
    def labelled_title(self) -> str:
        """The chapter's title with its number before it."""
        between = self.config.wording.heading
        return f"{self.label}{between}{self.title}" if self.label else self.title


@dataclass(frozen=True, kw_only=True)
class BookPrinting(Printing):
    """A book to be printed: its texts, in order, so that numbers and links may run through.

    Identifiers in their trees differ, and citations are numbered through them: `references` are
    the entries that stand at the end, none where every chapter has its own; `cover` is the picture
    for it, if the book has one.
    """

    scope: ClassVar[Scope] = "book"
    chapters: tuple[ChapterPrinting, ...]
    references: tuple[Element, ...] = field(default=(), repr=False)
    cover: Picture | None = None

    @property
    def name(self) -> str:
        """What its files are called."""
        return BOOK

    @property
    def label(self) -> str:
        """Nothing: a book has no number."""
        return ""

    @property
    def title(self) -> str:
        """The book's title."""
        return self.config.title

    @property
    def labelled_title(self) -> str:
        """The same: a book has no number."""
        return self.title

    @property
    def within(self) -> str:
        """What it is a part of: a series, or nothing."""
        return self.config.series


AnyPrinting = ChapterPrinting | BookPrinting
_NAME = re.compile("[a-z][a-z0-9]*")
P = TypeVar("P", ChapterPrinting, BookPrinting, AnyPrinting)


@dataclass(frozen=True)
class Format(Generic[P]):
    """One output format.

    `suffix` names the final file; `writer_suffix` what pandoc writes, if `finish` makes the
    final file of it; `arguments(printing)` are pandoc's, writer included; `prepare(printing)`
    returns the tree that pandoc is to write, never the printing's own tree changed;
    `finish(printing, written, target)` turns pandoc's file into the final one; `by_default`
    whether `build` writes it when no format is named; `scope` whether it makes a file of each
    chapter, one of the book, or either: that is the kind of printing it is handed; `files` what
    it consists of, if it writes several files at once: these are written in its place; `after` the
    name of a format that it makes use of where both are written at once, and `reads` what it does
    with that one's file, which may be done while pandoc writes its own; `folder` what the folder is
    called that `finish` makes, if it makes one, with `{name}` for the chapter's; `variant` what is
    made in its place, if that is another than usual (a proof, by another engine); `package` the
    installed package that adds it, empty for one of our own.
    """

    name: str
    suffix: str
    arguments: Callable[[P], list[str]]
    prepare: Callable[[P], Tree]
    finish: Callable[[P, Path, Path], None] | None = None
    writer_suffix: str = ""
    by_default: bool = True
    scope: Scope | Literal["both"] = "chapter"
    files: tuple[Format[P], ...] = ()
    after: str = ""
    reads: Callable[[bytes], Any] = bytes
    folder: str = ""
    variant: str = ""
    package: str = ""

    def target(self, printing: P) -> str:
        """Return what its file or folder is called."""
        if self.folder:
            return f"{self.folder.format(name=printing.name)}{printing.suffix}"
        return f"{printing.name}{printing.suffix}{self.suffix}"

    def serves(self, scope: Scope) -> bool:
        """Tell whether it makes files of chapters, or of a book."""
        return self.scope in {scope, "both"}


@cache
def format_names() -> tuple[str, ...]:
    """Return the name of every format, in alphabetical order; nothing is loaded for that."""
    return tuple(sorted({*_own_names(), *(plugin.name for plugin in plugins(FORMATS))}))


def _own_names() -> list[str]:
    """Return the names of the modules of this folder, which are those of the formats."""
    return sorted(one.name for one in pkgutil.iter_modules(__path__) if not one.ispkg)


@cache
def all_formats() -> dict[str, Format[Any]]:
    """Return every format by name, in alphabetical order: our own, those of installed packages.

    Raises ChapterkitError, with the package's name, for a format of others that cannot be used.
    """
    found: dict[str, Format[Any]] = {}
    for name in _own_names():
        found[name] = importlib.import_module(f"{__name__}.{name}").FORMAT
    for plugin in plugins(FORMATS):
        found[plugin.name] = _format_of(plugin, found)
    return dict(sorted(found.items()))


def _format_of(plugin: Plugin, others: Mapping[str, Format[Any]]) -> Format[Any]:
    """Return a format of others; raise ChapterkitError if it is none, or takes another's place."""
    one = plugin.load()
    if not isinstance(one, Format):
        raise plugin.refused("它不是 chapterkit.formats.Format")
    if one.name != plugin.name or not _NAME.fullmatch(one.name):
        raise plugin.refused("它的 name 和登记的名字要一样，用小写字母和数字")
    for other in others.values():
        whose = f"软件包 {other.package}" if other.package else "chapterkit 自己"
        if other.name == one.name:
            raise plugin.refused(f"{whose}已经有叫这个名字的格式")
        if other.suffix == one.suffix:
            raise plugin.refused(f"{whose}的格式 {other.name} 已经用了后缀 {one.suffix}")
    return replace(one, package=plugin.package)
