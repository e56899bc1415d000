"""Formulas in words, for who listens: TeX in, a sentence of the book's language out. Pure.

Every language that formulas are said in is a file of `data/spoken/`, found by its tag; a region's
has what it says otherwise.
"""

from __future__ import annotations

from functools import lru_cache

from chapterkit.spoken.reading import UnreadableError, read
from chapterkit.spoken.saying import said
from chapterkit.spoken.vocabulary import vocabulary

_LONGEST = 4000  # characters of TeX


@lru_cache(maxsize=4096)
def spoken(tex: str, tag: str) -> str:
    r"""Return a formula in the words of the language with this tag.

    It is the TeX itself for a language that formulas have no words in, and where it cannot be read.

    >>> spoken(r"\frac{a}{b} \le x^2", "zh-Hans"), spoken(r"\frac{a}{b} \le x^2", "en")
    ('b 分之 a 小于等于 x 的平方', 'a over b at most x squared')
    >>> spoken(r"\frac{a", "zh-Hans")
    '\\frac{a'
    """
    words = vocabulary(tag)
    if words is None or len(tex) > _LONGEST:
        return tex
    try:
        return said(read(tex), words) or tex
    except (UnreadableError, RecursionError):
        return tex
