"""A picture is not in the book, is not what its name says, or cannot be printed as it is.

Why: every format is handed the very picture that was looked at. So it must lie in the book's own
folder, at a path relative to `book/`, or to the folder itself; be PNG, JPEG, GIF, WebP or SVG, as
its name says; and be whole. It may have 50 million pixels and 30 MB, an SVG 10 MB. What an SVG may
hold is what print can show: no script, no animation, no HTML, nothing that is fetched from
elsewhere. A build refuses what this rule reports even where the rule is off.

In an address, a blank may be written as it is, a per cent sign as `%25`.

Quiet: a text outside a book, whose folder is not known.

Bad:

    ![训练的两条支路（自绘）](https://example.org/branches.png){alt="两条支路"}

Bad:

    ![训练的两条支路（自绘）](../../branches.png){alt="两条支路"}

Good:

    ![训练的两条支路（自绘）](branches.png){alt="两条支路"}
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.bearers import pictures
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.pictures import PictureError
from chapterkit.text.document import Document
from chapterkit.text.pictures import picture_at
from chapterkit.text.tree import target_of

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset({"book"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield one problem a place at which such a picture is shown; each picture is opened once."""
    if not book.folder:
        return
    known: dict[str, PictureError | None] = {}
    for picture in pictures(document):
        address = target_of(picture.element).address
        if address not in known:
            known[address] = _wrong(address, book)
        if wrong := known[address]:
            yield picture.problem(wrong.message, wrong.hint, address)


def _wrong(address: str, book: Book) -> PictureError | None:
    try:
        assert book.folder
        picture_at(address, book.folder)
    except PictureError as error:
        return error
    return None
