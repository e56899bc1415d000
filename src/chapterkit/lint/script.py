"""Which script a text is written in, Simplified or Traditional, and which characters tell it.

The tables are OpenCC's (see data/script/): characters that belong to one script only. What is
right in both (后, 里, 干, 台…) is in neither of them.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

Script = Literal["zh-Hans", "zh-Hant"]


_FILES: dict[Script, str] = {"zh-Hant": "traditional.txt", "zh-Hans": "simplified.txt"}
# Lines of the tables are of one length, so that the characters can be taken without reading them.
_WIDTH = len("xxxx\n")


@cache
def only_in(script: Script) -> frozenset[str]:
    """Return the characters that are wrong in a text of the other script, whatever they mean.

    >>> "這" in only_in("zh-Hant"), "这" in only_in("zh-Hans"), "后" in only_in("zh-Hans")
    (True, True, False)
    """
    return frozenset(_table(script)[::_WIDTH])


@cache
def counterparts(script: Script) -> dict[str, str]:
    """Return the same characters, each with what it may become in the other script.

    >>> counterparts("zh-Hant")["這"], counterparts("zh-Hans")["发"]
    ('这', '發髮')
    """
    return {line[0]: line[1:].rstrip(".") for line in _table(script).splitlines()}


def characters_of(document: Document) -> frozenset[str]:
    """Return the characters that the running text uses: a quick look before a slow search."""
    return _characters(document.prose.text)


def script_of(document: Document, book: Book) -> Script:
    """Return the script of a document: the book's, or outside of a book the text's own.

    A text is in the script to which more of its telling characters belong, zh-Hans if none does.
    """
    if book.chapters and book.config.locale.chinese:
        return "zh-Hant" if book.config.language.startswith("zh-Hant") else "zh-Hans"
    present = characters_of(document)
    traditional = present & only_in("zh-Hant")
    if not traditional:
        return "zh-Hans"
    simplified = present & only_in("zh-Hans")
    if not simplified:
        return "zh-Hant"
    prose = document.prose
    quotations = tuple(
        (start, start + len(block.text))
        for start, block in zip(prose.starts, prose.blocks, strict=True)
        if "BlockQuote" in block.within
    )
    return _more_frequent(prose.text, quotations, traditional, simplified)


# Several rules ask the same of one document.
@lru_cache(maxsize=1)
def _characters(text: str) -> frozenset[str]:
    return frozenset(text)


@lru_cache(maxsize=1)
def _more_frequent(
    text: str,
    quotations: tuple[tuple[int, int], ...],
    traditional: frozenset[str],
    simplified: frozenset[str],
) -> Script:
    """Return the script that more of the author's own telling characters belong to.

    What is quoted counts only where nothing else tells.
    """
    ends = (0, *(end for _, end in quotations))
    starts = (*(start for start, _ in quotations), len(text))
    own = "".join(text[end:start] for end, start in zip(ends, starts, strict=True))
    for counted in (Counter(_QUOTED.sub("", own)), Counter(text)):
        excess = sum(counted[one] for one in traditional) - sum(counted[one] for one in simplified)
        if excess:
            return "zh-Hant" if excess > 0 else "zh-Hans"
    return "zh-Hans"


_QUOTED = re.compile(r"“[^”\n]*”|「[^」\n]*」|《[^》\n]*》")


@cache
def _table(script: Script) -> str:
    path = files("chapterkit").joinpath("data", "script", _FILES[script])
    text = path.read_text(encoding="utf-8")
    head = text.rindex("#")
    return text[text.index("\n", head) + 1 :]
