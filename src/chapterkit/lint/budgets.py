"""What book.yaml says of the lengths of sections."""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.grounds import is_apparatus, label_of, parts
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.config import Budget, BudgetsConfig
from chapterkit.text.counting import Section
from chapterkit.text.document import Document

_NAMES = {"theory": "理论", "opening": "章首"}


def name_of(section: Section, book: Book) -> str:
    """Return what a section is called where its length is told."""
    return _NAMES.get(section.kind) or label_of(section, book)


def budgeted(document: Document, book: Book) -> Iterator[tuple[Section, Budget]]:
    """Yield each section with its budget; nothing where book.yaml gives none.

    A chapter's opening and its apparatus (references, exercises) have none but their own.
    """
    budgets = book.config.budgets
    if budgets == BudgetsConfig():
        return
    for section in parts(document, book):
        own = section.slug in budgets.sections
        if own or not (section.kind == "opening" or is_apparatus(section)):
            is_experiment = section.kind == "experiment"
            yield section, budgets.of(section.slug, "experiment" if is_experiment else "theory")
