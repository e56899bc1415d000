"""A book at two times, loaded and read: from the disk, and from git's objects."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import BOOK_FILE, Disk, Folder
from chapterkit.pipeline import Subject, document_of, load
from chapterkit.revision.paragraphs import State
from chapterkit.text.document import Document


def state_of(name: str, book: Book) -> State:
    """Return a book with its chapters read, whatever formats their passages are for."""
    subjects = {
        one.slug: Subject(one.path, book, one) for one in book.chapters
    }
    with ThreadPoolExecutor(2) as pool:
        return State(name, book, dict(zip(subjects, pool.map(document_of, subjects.values()))))
