"""The end of the line: cite and print."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chapterkit.formats import AnyPrinting, ChapterPrinting, Format
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.wording import CHINESE
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
from chapterkit.printing import Progress, Written, chapter_printing, cited, printed
from chapterkit.text.document import Document
from chapterkit.text.origins import Rendered, rendered_plainly
from chapterkit.text.tree import Tree


def cited_tree(subject: Subject, document: Document) -> Tree:
    """Return a subject's tree with citations and references put in by citeproc."""
    wording = subject.book.config.wording
    return cited(document, subject.book.bibliography, wording.references)


def reference_line(source: Source) -> str:
    """Return the line that a source has in the list of references, without its number."""
    document = read(rendered_plainly(f"文[@{{{source.key}}}]。\n", source.origin.path))
    tree = cited(document, {source.key: source}, CHINESE.references)
    arguments = ["-f", "json", "-t", "plain-smart", "--wrap=none"]
    printed = run_pandoc(arguments, json.dumps(tree).encode()).decode()
    return printed.strip().rpartition("\n")[2].partition("] ")[2]


def written(
    printing: AnyPrinting,
    formats: Sequence[Format[Any]],
    output: Path,
    jobs: int,
    progress: Progress = lambda _: None,
) -> list[Written]:
    """Write a chapter, or a book, in those formats that have its scope; return what was written.

    The files go into a folder of `output`. Raises ChapterkitError if one cannot be made.
    """
    chosen = [one for one in formats if one.scope == printing.scope]
    return printed(printing, chosen, output / printing.name, jobs, progress) if chosen else []


def printing_of(
    subject: Subject, document: Document, memory: Memory = FORGETFUL
) -> ChapterPrinting:
    """Return a chapter ready to be printed, its document cited.

    Raises ChapterkitError for one without a title.
    """
    assert subject.chapter
    tree = memory.step(
        "cite",
        subject.name,
        lambda: cite_key(subject, document.rendered),
        lambda: cited_tree(subject, document),
    )
    return chapter_printing(subject.book, subject.root, subject.chapter, document, tree)


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
