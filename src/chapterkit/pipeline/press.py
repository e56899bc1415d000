"""The end of the line: cite and print."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chapterkit.formats import BookPrinting, ChapterPrinting, Format
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.folder import BOOK_FILE
from chapterkit.pandoc import run_pandoc
from chapterkit.pipeline import (
    FORGETFUL,
    Form,
    Memory,
    Subject,
    book_key,
    fonts_held,
    key_of,
    read,
    read_key,
)
from chapterkit.printing import Keep, book_printing, chapter_printing, cited, sources_for
from chapterkit.text.document import Document
from chapterkit.text.origins import rendered_plainly
from chapterkit.text.tree import Tree

_CITED = Form[Tree](lambda tree: json.dumps(tree).encode(), json.loads)


def cited_tree(subject: Subject, document: Document) -> Tree:
    """Return a subject's tree with citations and references put in by citeproc."""
    return cited(document.tree, subject.book.bibliography, subject.book.config)


def reference_line(source: Source, config: Config) -> str:
    """Return the line that a source has in a book's list of references, without its number."""
    document = read(rendered_plainly(f"文[@{{{source.key}}}]。\n", source.origin.path))
    tree = cited(document.tree, {source.key: source}, config)
    arguments = ["-f", "json", "-t", "plain-smart", "--wrap=none"]
    printed = run_pandoc(arguments, json.dumps(tree).encode()).decode()
    return printed.strip().rpartition("\n")[2].partition("] ")[2]


def printing_of(
    subject: Subject, document: Document, memory: Memory = FORGETFUL, formats: Collection[str] = ()
) -> ChapterPrinting:
    """Return a chapter ready to be printed, its document cited; `formats` are written at once.

    Raises ChapterkitError for one without a title.
    """
    tree = cited_once(subject, document, memory)
    return printing_from(subject, document, tree, memory, formats)


def cited_once(subject: Subject, document: Document, memory: Memory) -> Tree:
    """Return what `cited_tree` does, unless the memory has it."""
    return memory.step(
        "cite",
        subject.key,
        lambda: cite_key(subject, document),
        lambda: cited_tree(subject, document),
        _CITED,
    )


def printing_from(
    subject: Subject,
    document: Document,
    tree: Tree,
    memory: Memory = FORGETFUL,
    formats: Collection[str] = (),
) -> ChapterPrinting:
    """Return a chapter ready to be printed, `tree` being its document's, cited."""
    assert subject.chapter
    printing = chapter_printing(
        subject.book,
        subject.root,
        subject.chapter,
        document,
        tree,
        subject.variant.edition,
        formats=formats,
    )
    return replace(printing, kept=Parts(memory, fonts_held(subject.book.config)))


def book_printing_of(
    subjects: Sequence[Subject],
    documents: Sequence[Document],
    formats: Collection[str] = (),
    memory: Memory = FORGETFUL,
) -> BookPrinting:
    """Return a book of these chapters ready to be printed, their documents cited as one.

    `formats` are written at once. Raises ChapterkitError as `book_printing` does.
    """
    first, chapters = subjects[0], [one.chapter for one in subjects if one.chapter]
    edition = first.variant.edition
    printing = book_printing(first.book, first.root, chapters, documents, edition, formats)
    return replace(printing, kept=Parts(memory, fonts_held(first.book.config)))


@dataclass(frozen=True)
class Parts:
    """Keeps the parts of files that are dear to make; `fonts` are those that a book names."""

    memory: Memory
    fonts: tuple[str, ...]

    def __call__(self, names: Sequence[str], make: Callable[[], bytes]) -> bytes:
        """Return a part that is made of what is named, unless the memory has it."""
        return self.memory.done(f"part {key_of('part', *names, *self.fonts)}", make, _FILE)


def keeping(
    texts: Mapping[str, tuple[Subject, Document]],
    printings: Mapping[str, ChapterPrinting],
    memory: Memory,
) -> Keep:
    """Return what has a chapter's file of a format made, unless the memory has it.

    `texts` and `printings` are what each format has of the chapter.
    """

    keys: dict[int, str] = {}  # most formats have the same of a chapter
    for name, (subject, document) in texts.items():
        if id(printings[name]) not in keys:
            keys[id(printings[name])] = chapter_key(subject, document, printings[name])

    def kept(format: Format[Any], make: Callable[[], bytes]) -> bytes:
        if format.name not in texts:  # one of several files that go together
            return make()
        key = print_key(format, keys[id(printings[format.name])])
        return memory.done(f"print {key}", make, _FILE)

    return kept


_FILE = Form[bytes](bytes, bytes)


# --- keys


def cite_key(subject: Subject, document: Document) -> str:
    """Return the key of citing: the tree, exhibits and references in it, and the bibliography.

    The tree of a region's edition is the converted one; its language has the references' words.
    """
    book = subject.book
    sources = map(repr, sources_for(document.tree, book.bibliography).values())
    settings = book.digests.get(BOOK_FILE, "")
    return key_of("cite", book.config.language, json.dumps(document.tree), settings, *sources)


def print_key(format: Format[Any], chapter: str) -> str:
    """Return the key of printing a chapter, which has a key of its own, in one format."""
    return key_of("print", format.name, format.variant, chapter)


def chapter_key(subject: Subject, document: Document, printing: ChapterPrinting) -> str:
    """Return the key of a chapter that is to be printed: all that a format is handed.

    What is told of numbers is their records; in what an edition, an editor's page or the evidence
    tells, the whole book may have a part.
    """
    book = subject.book
    tree = json.dumps(printing.tree)
    whole = printing.edition or printing.told or printing.evidence
    return key_of(
        "chapter",
        *(printing.edition, printing.language, str(printing.modified)),
        *(json.dumps(printing.told, default=str), *sorted(printing.beside)),
        json.dumps(printing.sources, default=str),
        book_key(book) if whole else book.digests.get(BOOK_FILE, ""),
        *(printing.slug, printing.number, printing.label, printing.title, printing.role),
        *(str(printing.start_page), repr(printing.part)),
        tree,
        read_key(document.rendered),
        *map(repr, sorted(document.elsewhere.items())),
        *_told_of(printing, tree),
        *(f"{address}={one.digest}" for address, one in sorted(printing.pictures.items())),
        *(f"{address}={one.digest}" for address, one in sorted(printing.narrow.items())),
        *fonts_held(book.config),
    )


def _told_of(printing: ChapterPrinting, tree: str) -> Iterator[str]:
    """Yield what a printing tells of the numbers and tables of its tree, as it is written."""
    for id in sorted(set(_NUMBER.findall(tree))):
        if card := printing.cards.get(id):
            model, entry = card.number.model, card.entry
            yield f"{id} {card.number.text} {model.model_dump_json()} {card.state} {entry!r}"
            yield repr(card.source)
    for kept in (printing.wide, printing.described):
        yield from (f"{id}={one}" for id, one in sorted(kept.items()) if f'"{id}"' in tree)


_NUMBER = re.compile(r'\["data-number", "([^"]+)"\]')
