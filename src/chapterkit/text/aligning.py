"""Where the characters of a converted text stood in the text that it was converted from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher


def aligned(before: str, after: str) -> Sequence[int]:
    """Return for each place of `after`, its end included, the place of `before` that it is from.

    >>> list(aligned("打印机好", "印表機好"))
    [0, 1, 2, 3, 4]
    >>> list(aligned("优化了它", "最佳化了它"))
    [0, 0, 1, 2, 3, 4]
    >>> list(aligned("編程好", "程式設計好"))  # what is put in belongs to what stands before it
    [1, 1, 1, 1, 2, 3]
    """
    if len(before) == len(after):
        return range(len(before) + 1)
    places: list[int] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _, first, last, start, end in matcher.get_opcodes():
        until = max(last - 1, 0) if last > first else max(first - 1, 0)
        places += [min(first + one, until) for one in range(end - start)]
    return [*places, len(before)]
