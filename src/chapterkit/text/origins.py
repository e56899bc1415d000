"""Origin marks: how a rendered text knows where each part of it was written."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from chapterkit.errors import ChapterkitError, Origin

# Two of Unicode's noncharacters: they cannot occur in a manuscript, so nothing there can be
# taken for a mark, and a mark cannot be taken for text.
MARK_START, MARK_END = "\ufdd0", "\ufdd1"
MARK = (
    f"{MARK_START}(?P<path>[^{MARK_END}]*):(?P<line>\\d+):(?P<column>\\d+):(?P<kind>[td]){MARK_END}"
)
_MARK = re.compile(MARK)


_HALF = re.compile("[\ud800-\udfff]")
_BREAK = re.compile("\n")
_NOT_TEXT = re.compile(f"[{MARK_START}{MARK_END}]")


def check_no_marks(text: str, path: str = "") -> None:
    """Raise ChapterkitError, at its line in `path` if given, for a mark that an author typed."""
    if found := _NOT_TEXT.search(text):
        origin = Origin(path, text.count("\n", 0, found.start()) + 1) if path else None
        raise ChapterkitError("文本里有 Unicode 非字符", origin, "删去它")


def check_characters(rendered: Rendered) -> None:
    """Raise ChapterkitError, where it was written, for half a character: no text can hold it."""
    if found := _HALF.search(rendered.text):
        hint = "改成完整的字符，或删去"
        message = f"文本里有半个字符（U+{ord(found[0]):04X}）"
        raise ChapterkitError(message, rendered.origin(found.start()), hint)


def mark(origin: Origin, advances: bool) -> str:
    """Return the mark of an origin; `advances` if each character after it stands a column on."""
    kind = "t" if advances else "d"
    return f"{MARK_START}{origin.path}:{origin.line}:{origin.column}:{kind}{MARK_END}"


@dataclass(frozen=True)
class Rendered:
    """Rendered Markdown and where each part of it was written.

    `starts` are ascending offsets into `text`; from each on, `origins` holds of the same index.
    """

    text: str
    starts: tuple[int, ...]
    origins: tuple[tuple[Origin, bool], ...]

    def origin(self, offset: int) -> Origin:
        """Return the file, line and column at which the character at `offset` was written."""
        index = bisect_right(self.starts, offset) - 1
        if index < 0:
            return self.origins[0][0] if self.origins else Origin("", 1)
        origin, advances = self.origins[index]
        if not advances:
            return origin
        start, ends = self.starts[index], self._breaks
        before = bisect_left(ends, offset)
        if before and ends[before - 1] >= start:
            # White space at the beginning of a line has no mark of its own.
            breaks = before - bisect_left(ends, start, hi=before)
            return Origin(origin.path, origin.line + breaks, offset - ends[before - 1])
        return Origin(origin.path, origin.line, origin.column + offset - start)

    def stretch(self, first: int, last: int) -> tuple[Origin, Origin] | None:
        """Return where text[first:last + 1] begins and ends, if it was typed in one go.

        None if not all of it has its place from one mark, on the line of that.
        """
        index = bisect_right(self.starts, first) - 1
        if index < 0 or not first <= last or last >= self._until(index):
            return None
        origin, advances = self.origins[index]
        start = self.starts[index]
        before = bisect_left(self._breaks, last)
        if not advances or (before and self._breaks[before - 1] >= start):
            return None
        path, line, column = origin
        begin = column + first - start
        return Origin(path, line, begin), Origin(path, line, begin + last - first + 1)

    def _until(self, index: int) -> int:
        """Return where the part ends that has its place from a mark."""
        return self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text) + 1

    def breaks_before(self, offset: int) -> int:
        """Return how many lines end before an offset."""
        return bisect_left(self._breaks, offset)

    @cached_property
    def _breaks(self) -> list[int]:
        """Where lines end."""
        return [found.start() for found in _BREAK.finditer(self.text)]

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what can be derived again when it is pickled."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def origin_at(self, offset: int) -> tuple[Origin, bool]:
        """Return the origin at `offset`, and whether each character after it stands a column on."""
        index = max(0, bisect_right(self.starts, offset) - 1)
        return self.origin(offset), bool(self.origins) and self.origins[index][1]

    def origins_within(self, first: int, last: int) -> Iterator[Origin]:
        """Yield where each part of text[first:last + 1] was written, once for each part."""
        begun, ended = bisect_right(self.starts, first), bisect_right(self.starts, last)
        yield self.origin(first)
        yield from (origin for origin, _ in self.origins[begun:ended])

    def is_in_one_piece(self, first: int, last: int) -> bool:
        """Tell whether all of text[first:last + 1] has its place from one mark."""
        return bisect_right(self.starts, first) == bisect_right(self.starts, last)

    def is_typed(self, offset: int) -> bool:
        """Tell whether the character at `offset` was typed, not given by an expression."""
        index = bisect_right(self.starts, offset) - 1
        return index >= 0 and self.origins[index][1]


def without_marks(marked: str) -> Rendered:
    """Take the origin marks out of a rendered text and keep them as a map."""
    parts: list[str] = []
    starts: list[int] = []
    origins: list[tuple[Origin, bool]] = []
    length = end = 0
    for found in _MARK.finditer(marked):
        parts.append(marked[end : found.start()])
        length += found.start() - end
        end = found.end()
        if starts and starts[-1] == length:
            starts.pop()
            origins.pop()
        starts.append(length)
        origins.append((Origin(found[1], int(found[2]), int(found[3])), found[4] == "t"))
    parts.append(marked[end:])
    return Rendered("".join(parts), tuple(starts), tuple(origins))


def replaced(rendered: Rendered, changes: Sequence[tuple[int, int, str]]) -> Rendered:
    """Return rendered Markdown with other texts for some stretches: start, end, new text.

    The stretches stand in order and do not overlap. A new text was written where the old one was.
    """
    parts: list[str] = []
    starts: list[int] = []
    origins: list[tuple[Origin, bool]] = []
    index = end = length = 0

    def keep(until: int) -> None:
        """Take over what stands between the last change and `until`, and its origins."""
        nonlocal index, length
        while index < len(rendered.starts) and rendered.starts[index] < until:
            if rendered.starts[index] >= end:
                starts.append(length + rendered.starts[index] - end)
                origins.append(rendered.origins[index])
            index += 1
        parts.append(rendered.text[end:until])
        length += until - end

    for start, after, new in changes:
        keep(start)
        starts += [length, length + len(new)]
        origins += [(rendered.origin(start), False), rendered.origin_at(after)]
        parts.append(new)
        length += len(new)
        end = after
    keep(len(rendered.text))
    return Rendered("".join(parts), tuple(starts), tuple(origins))


def rendered_plainly(text: str, path: str) -> Rendered:
    """Return a Markdown file that is no template: every line is its own origin."""
    starts: list[int] = []
    origins: list[tuple[Origin, bool]] = []
    offset = 0
    for number, line in enumerate(text.split("\n"), 1):
        starts.append(offset)
        origins.append((Origin(path, number), True))
        offset += len(line) + 1
    return Rendered(text, tuple(starts), tuple(origins))
