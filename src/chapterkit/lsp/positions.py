"""Columns in characters, and in the units that an editor counts: pure.

Origins count characters from 1; an editor counts units of an encoding from 0, UTF-16 unless
it has agreed on another, in which an emoji or a rare Han character is more than one.
"""

from __future__ import annotations

from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]


def units_before(line: str, column: int, encoding: Encoding) -> int:
    """Return how many units stand before a column of a line.

    >>> units_before("𠀀是 3", 4, "utf-16"), units_before("𠀀是 3", 4, "utf-8")
    (4, 8)
    """
    before = line[: max(column - 1, 0)]
    if encoding == "utf-32":
        return len(before)
    if encoding == "utf-8":
        return len(before.encode("utf-8", "surrogatepass"))
    return len(before.encode("utf-16-le", "surrogatepass")) // 2


def column_at(line: str, units: int, encoding: Encoding) -> int:
    """Return the column before which `units` stand; the line's end if it has fewer.

    >>> column_at("𠀀是 3", 4, "utf-16"), column_at("𠀀是 3", 99, "utf-8")
    (4, 5)
    """
    if encoding == "utf-32":
        return min(units, len(line)) + 1
    width, codec = (1, "utf-8") if encoding == "utf-8" else (2, "utf-16-le")
    before = line.encode(codec, "surrogatepass")[: units * width]
    return len(before.decode(codec, "ignore")) + 1
