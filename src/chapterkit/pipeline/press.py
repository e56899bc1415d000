"""The end of the line: cite and print."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from chapterkit.formats import BookPrinting, ChapterPrinting, Format, P
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.config import Config
from chapterkit.pandoc import run_pandoc
from chapterkit.pipeline import (
    FORGETFUL,
    Memory,
    Subject,
    key_of,
    pictures_held,
    read,
    read_key,
    render_key,
)
from chapterkit.printing import book_printing, chapter_printing, cited
from chapterkit.text.document import Document
from chapterkit.text.origins import Rendered, rendered_plainly
from chapterkit.text.tree import Tree


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


Say = Callable[[Sequence[str]], Sequence[str]]


def printing_of(
    subject: Subject, document: Document, memory: Memory = FORGETFUL, say: Say = tuple
) -> ChapterPrinting:
    """Return a chapter ready to be printed, its document cited.

    `say` converts what readers are told of numbers, which stands in no document. Raises
    ChapterkitError for one without a title.
    """
    assert subject.chapter
    tree = memory.step(
        "cite",
        subject.key,
        lambda: cite_key(subject, document.rendered),
        lambda: cited_tree(subject, document),
    )
    edition = subject.variant.edition
    return _said(
        chapter_printing(subject.book, subject.root, subject.chapter, document, tree, edition), say
    )


def book_printing_of(
    subjects: Sequence[Subject], documents: Sequence[Document], say: Say = tuple
) -> BookPrinting:
    """Return a book of these chapters ready to be printed, their documents cited as one.

    `say` is as for a chapter. Raises ChapterkitError as `book_printing` does.
    """
    first, chapters = subjects[0], [one.chapter for one in subjects if one.chapter]
    edition = first.variant.edition
    return _said(book_printing(first.book, first.root, chapters, documents, edition), say)


def _said(printing: P, say: Say) -> P:
    """Return a printing, and its chapters, in which what is told of numbers is converted."""
    told = dict(zip(printing.provenance, say([*printing.provenance.values()]), strict=True))
    return replace(printing, provenance=told)


# --- keys


def cite_key(subject: Subject, markdown: Rendered) -> str:
    """Return the key of citing: the document, and the bibliography."""
    bibliography = subject.book.config.bibliography
    title = subject.book.config.wording.references
    held = subject.book.digests.get(bibliography, "")
    return key_of("cite", read_key(markdown), title, held)


def print_key(subject: Subject, document: Document, format: Format[Any], modified: int) -> str:
    """Return the key of printing in one format: the book, and the pictures of the document."""
    cited = cite_key(subject, document.rendered)
    held = pictures_held(subject, document)
    return key_of("print", format.name, str(modified), cited, render_key(subject), *held)
