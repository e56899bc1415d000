"""Columns in characters, and in the units that an editor counts: pure.

Origins count characters from 1; an editor counts units of an encoding from 0, UTF-16 unless
it has agreed on another, in which an emoji or a rare Han character is more than one.
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Span:
    """A stretch of a text: line and column from 1 of its start and of its end."""

    line: int
    column: int
    end_line: int
    end_column: int


def span_of(line: int, column: int, text: str) -> Span:
    """Return the span that `text` takes up if it starts at line and column.

    >>> span_of(3, 5, "甲\\n乙")
    Span(line=3, column=5, end_line=4, end_column=2)
    """
    breaks = text.count("\n")
    last = len(text) - text.rfind("\n") - 1
    return Span(line, column, line + breaks, last + 1 if breaks else column + last)
