"""A manuscript as it was typed, and where its prose stands in it. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from chapterkit.errors import Origin
from chapterkit.text.document import Block, Document

_BODY = r"[\s\d,，、;；:：pP.–—~～-]{1,40}"
_RAISED = re.compile(
    rf"\^(?P<caret>\\?\[{_BODY}\\?\])\^"
    rf"|\$\^\{{?(?P<math>\\?\[{_BODY}\\?\])\}}?\$"
    rf"|<sup>(?P<html>\\?\[{_BODY}\\?\])</sup>"
)
_DEFINED = re.compile(r"^( {0,3}\[\d{1,4}\]):(?=[ \t]+(?!<?https?://\S+\s*$)\S)", re.MULTILINE)
_OPENING = ("^", "<sup>", "$^{", "$^")
_CLOSING = ("^", "</sup>", "}$", "$")


def readable(text: str) -> str:
    """Return a text of the same length in which typed citations do not get lost in reading.

    Markdown takes `^[1]^` for a note, and `[1]: Smith J.` for the target of a link.

    >>> readable("甲^[1]^乙")
    '甲 [1] 乙'
    """
    text = _RAISED.sub(_lowered, text)
    return _DEFINED.sub(r"\1 ", text)


def _lowered(found: re.Match[str]) -> str:
    group = found.lastgroup or ""
    before = found.start(group) - found.start()
    return " " * before + found[group] + " " * (len(found[0]) - before - len(found[group]))


@dataclass(frozen=True)
class Span:
    """A stretch of the manuscript's text."""

    start: int
    end: int


@dataclass(frozen=True)
class Manuscript:
    """The text of a file, called `name`, and the document that was read out of it."""

    name: str
    text: str
    document: Document

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def offset(self, origin: Origin) -> int:
        """Return the offset of a place, -1 if it is in another file."""
        if origin.path != self.name or origin.line > len(self._starts):
            return -1
        return self._starts[origin.line - 1] + origin.column - 1

    @cached_property
    def _rendered_starts(self) -> list[int]:
        text = self.document.rendered.text
        return [0, *(found.end() for found in re.finditer("\n", text))]

    def typed_line(self, line: int) -> int:
        """Return where a line of the document's Markdown begins in the file, -1 if in another."""
        return self.offset(self.document.rendered.origin(self._rendered_starts[line]))

    def line(self, offset: int) -> int:
        """Return the number of the line, from 1, that an offset stands on."""
        return bisect_right(self._starts, offset)

    def line_start(self, offset: int) -> int:
        """Return where the line begins that an offset stands on."""
        return self._starts[self.line(offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return where the line ends that an offset stands on, before its break."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks of running text that were typed into this file."""
        for block in self.document.blocks:
            is_text = block.kind in {"Para", "Plain", "Header"} and block.offsets
            if is_text and self.offset(block.origin(0)) >= 0:
                yield block

    def span(self, block: Block, start: int, end: int) -> Span | None:
        """Return where block.text[start:end] was typed, with backslashes and marks that raise it.

        None where that is not one stretch.
        """
        first, last = self.offset(block.origin(start)), self.offset(block.origin(end - 1)) + 1
        if not 0 <= first < last:
            return None
        if first and self.text[first - 1] == "\\":
            first -= 1
        if self.text[first:last].replace("\\", "") != block.text[start:end]:
            return None
        for opening, closing in zip(_OPENING, _CLOSING, strict=True):
            if self.text.endswith(opening, 0, first) and self.text.startswith(closing, last):
                return Span(first - len(opening), last + len(closing))
        return Span(first, last)

    def typed(self, span: Span) -> str:
        """Return what stands in a stretch."""
        return self.text[span.start : span.end]
