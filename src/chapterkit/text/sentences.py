"""Sentences: where they end, and how one is known again when the text round it moves. Pure."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence

_END = re.compile(r"[。！？][”’」』）]*|\n")
# How much of an endless sentence is kept on either side of a place in it.
_REACH = 100


def sentence_ends(text: str) -> list[int]:
    """Return where the sentences of a text end, from 0 to the text's own end.

    >>> sentence_ends("甲。“乙！”丙")
    [0, 2, 6, 7]
    """
    return [0, *(found.end() for found in _END.finditer(text)), len(text)]


def sentence_at(ends: Sequence[int], position: int) -> tuple[int, int]:
    """Return start and end of the sentence that text[position] stands in, given `sentence_ends`.

    >>> sentence_at([0, 2, 6, 7], 3)
    (2, 6)
    """
    after = bisect_right(ends, position, hi=len(ends) - 1)
    return ends[max(0, after - 1)], ends[after]


def kept(text: str, span: tuple[int, int], position: int) -> str:
    """Return the sentence at `span`, shortened round `position` if it is endless."""
    start, end = span
    return text[max(start, position - _REACH) : min(end, position + _REACH)]


def identity(sentence: str) -> str:
    """Return what a sentence is known by, wherever it moves: 16 hexadecimal digits.

    White space does not count. Baselines and reports keep these digits, so they must never change.

    >>> identity("一 二\\n三") == identity("一二三")
    True
    """
    return hashlib.sha256("".join(sentence.split()).encode()).hexdigest()[:16]
