"""Which script a text is written in, Simplified or Traditional, and which characters tell it.

The tables are OpenCC's (see data/script/): characters that belong to one script only. What is
right in both (后, 里, 干, 台…) is in neither of them.
"""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from chapterkit.book import Book
from chapterkit.document import Document

Script = Literal["zh-Hans", "zh-Hant"]


@cache
def traditional_only() -> dict[str, str]:
    """Return the Traditional characters, each with what it may become in Simplified text."""
    return _table("traditional.txt")


@cache
def simplified_only() -> dict[str, str]:
    """Return the Simplified characters, each with what it may become in Traditional text."""
    return _table("simplified.txt")


def script_of(document: Document, book: Book) -> Script:
    """Return the script of a document: the book's, or outside of a book the text's own."""
    if book.chapters:
        return book.config.language
    return script_of_text(document.prose.text)


@lru_cache(maxsize=2)
def script_of_text(text: str) -> Script:
    """Return the script to which more of the telling characters belong; zh-Hans if none does.

    >>> script_of_text("這是繁體字"), script_of_text("这是简体字"), script_of_text("中文")
    ('zh-Hant', 'zh-Hans', 'zh-Hans')
    """
    present = set(text)
    traditional = present & traditional_only().keys()
    if not traditional:
        return "zh-Hans"
    simplified = present & simplified_only().keys()
    if not simplified:
        return "zh-Hant"
    counted = Counter(text)
    of_traditional, of_simplified = (
        sum(counted[character] for character in telling) for telling in (traditional, simplified)
    )
    return "zh-Hant" if of_traditional > of_simplified else "zh-Hans"


def _table(name: str) -> dict[str, str]:
    text = files("chapterkit").joinpath("data", "script", name).read_text(encoding="utf-8")
    return {line[0]: line[1:] for line in text.splitlines() if not line.startswith("#")}
