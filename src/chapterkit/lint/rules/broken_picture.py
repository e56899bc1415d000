"""A picture is not in the book, is not what its name says, or cannot be printed as it is.

Why: every format is handed the very picture that was looked at. So it must lie in the book's own
folder, at a path relative to `book/`, or to the folder itself; be PNG, JPEG, GIF, WebP or SVG, as
its name says; and be whole. It may have 50 million pixels and 30 MB, an SVG 10 MB. What an SVG may
hold is what print can show: no script, no animation, no HTML, nothing that is fetched from
elsewhere. All pictures of a chapter together may have 100 MB. A build stops at what this rule
reports, wherever it is off, allowed or accepted.

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
from chapterkit.lint.exhibits import roughly_drawn
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.drawn import ADDRESS
from chapterkit.manuscript.pictures import Picture, PictureError
from chapterkit.text.document import Document
from chapterkit.text.pictures import picture_at, too_much
from chapterkit.text.placed import was_called
from chapterkit.text.tree import target_of

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset({"book"})
STOPS = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield one problem a place at which such a picture is shown; each picture is opened once."""
    if not book.folder:
        return
    known: dict[str, Picture | PictureError] = {}
    for picture in pictures(document):
        address = target_of(picture.element).address
        if address.startswith(ADDRESS) and not was_called(picture.block):
            message, hint = "图片的地址不能手写成 exhibit:", '写 {{ chart("标识") }}，单独占一行'
            yield picture.problem(message, hint, address)
            continue
        is_new = address not in known
        if is_new:
            known[address] = _opened(address, book)
        wrong = known[address]
        if is_new and not isinstance(wrong, PictureError):
            wrong = too_much(one for one in known.values() if isinstance(one, Picture)) or wrong
        if isinstance(wrong, PictureError):
            yield picture.problem(wrong.message, wrong.hint, address)


def _opened(address: str, book: Book) -> Picture | PictureError:
    assert book.folder
    exhibit = book.exhibits.get(address.removeprefix(ADDRESS))
    try:
        if address.startswith(ADDRESS) and exhibit:
            return roughly_drawn(exhibit)
        return picture_at(address, book.folder)
    except PictureError as error:
        return error
