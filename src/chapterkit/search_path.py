"""Where Python may find modules and packages: never in a book's folder, which is a stranger's.

Needs nothing but what Python has loaded at its start.
"""

from __future__ import annotations

import os
import sys

BOOK_FILE = os.path.join("book", "book.yaml")  # noqa: PTH118 - before all else


def safe_path() -> list[str]:
    """Return those entries of Python's search path that do not lie in a book, nor are where we are.

    What Python itself and this program came with counts wherever it lies: a virtual environment in
    a book's folder is not the book's.
    """
    return [entry for entry in sys.path if not _is_strange(entry)]


def _is_strange(entry: str) -> bool:
    try:
        here = os.path.realpath(os.curdir)
    except OSError:  # the folder is gone, and whatever a relative entry meant with it
        here = ""
    if not here and not os.path.isabs(entry):  # noqa: PTH117
        return True
    place = os.path.realpath(entry) if entry else here
    ours = (sys.prefix, sys.base_prefix, os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120
    if any(_is_within(place, os.path.realpath(own)) for own in ours):
        return False
    return place == here or _is_in_a_book(place) or _is_in_a_book(os.path.abspath(entry))  # noqa: PTH100


def _is_within(place: str, folder: str) -> bool:
    return place == folder or place.startswith(os.path.join(folder, ""))  # noqa: PTH118


def _is_in_a_book(place: str) -> bool:
    while True:
        if os.path.lexists(os.path.join(place, BOOK_FILE)):  # noqa: PTH118
            return True
        above = os.path.dirname(place)  # noqa: PTH120
        if above == place:
            return False
        place = above
