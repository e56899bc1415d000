"""The elements of a document that bear attributes or an address, and where that was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from chapterkit.errors import Origin
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document
from chapterkit.text.tree import Element, cited_elements, kind_of

_BLOCKS = frozenset({"Header", "Div", "CodeBlock", "RawBlock", "Table", "Figure"})
_INLINES = frozenset({"Span", "Number", "Link", "Reference", "Image", "Code", "RawInline"})


class Bearer(NamedTuple):
    """An element with the stretch of a block that it belongs to: block.text[start:end].

    `before` is where the block before ends: what a container bears stands behind that.
    """

    element: Element
    block: Block
    start: int
    end: int
    before: int | None = None

    def problem(self, message: str, hint: str, *typed: str) -> Problem:
        """Return a problem placed at what was typed, the first of these texts that is found.

        Where none is, as in a value that a template gave, it is placed at the element's text.
        """
        found = problem_at(self.block, self.start, self.end, message, hint)
        for text in typed:
            if (offset := self._offset(text)) is not None:
                origin = self.block.rendered.origin(offset)
                last = self.block.rendered.origin(offset + len(text) - 1)
                known = (last.path, last.line) == (origin.path, origin.line)
                end = Origin(last.path, last.line, last.column + 1) if known else None
                return replace(found, origin=origin, end=end)
        return found

    def _offset(self, text: str) -> int | None:
        """Return where a text stands beside the element; None if it does not."""
        markdown, offsets = self.block.rendered.text, self.block.offsets
        first = offsets[min(self.start, len(offsets) - 1)] if offsets else self.block.start
        last = offsets[min(max(self.end - 1, self.start), len(offsets) - 1)] if offsets else first
        begin = markdown.rfind("\n\n", 0, first) + 1 if self.before is None else self.before
        end = markdown.find("\n\n", last)
        behind = markdown.find(text, last, end if end >= 0 else len(markdown))
        ahead = markdown.rfind(text, begin, first)
        nearest = (ahead, behind) if self.before is not None else (behind, ahead)
        return next((place for place in nearest if place >= 0), None)


def bearers(document: Document) -> Iterator[Bearer]:
    """Yield the elements that may bear attributes, in the order of the text."""
    seen: set[int] = set()
    before = 0
    for block in document.blocks:
        for container in (*block.containers, block.element):
            if kind_of(container) in _BLOCKS and id(container) not in seen:
                seen.add(id(container))
                yield Bearer(container, block, 0, 1, before)
        yield from _inline_bearers(block, _INLINES)
        before = block.offsets[-1] if block.offsets else block.start


def links(document: Document) -> Iterator[Bearer]:
    """Yield the links of a document, in the order of the text."""
    return _inlines(document, "Link", frozenset({"Link", "Reference"}))


def pictures(document: Document) -> Iterator[Bearer]:
    """Yield the pictures of a document, in the order of the text."""
    return _inlines(document, "Image", frozenset({"Image"}))


def _inlines(document: Document, kind: str, called: frozenset[str]) -> Iterator[Bearer]:
    """Yield the elements of a kind; `called` is what inlines of it may be called."""
    for block in document.blocks:
        for bearer in _inline_bearers(block, called):
            if kind_of(bearer.element) == kind:
                yield bearer


def _inline_bearers(block: Block, kinds: frozenset[str]) -> Iterator[Bearer]:
    """Yield the inlines of some kinds, and what stands round the keys of citations."""
    for inline in block.inlines:
        if inline.kind in kinds:
            yield Bearer(inline.element, block, inline.start, inline.end)
        elif inline.kind == "Cite":
            for element in cited_elements(inline.element):
                yield Bearer(element, block, inline.start, inline.end)


def quoted(text: str) -> str:
    """Return a text as a message shows it: on one line, not too long.

    >>> quoted("a\\nb" * 30)
    'a ba ba ba ba ba ba ba ba ba ba ba ba b…'
    """
    line = "".join(one if one.isprintable() else " " for one in text)
    return line if len(line) <= 40 else line[:39] + "…"


_CHAPTER = Late(
    r"^#[ \t]+(?P<title>\S[^\n{]*?)[ \t]*(?:\{(?:[^}\n]*\s)?#(?P<id>[^\s}]+)[^}\n]*\})?[ \t]*$",
    re.MULTILINE,
)


def chapter_heading(text: str) -> tuple[str, str]:
    """Return title and identifier that a chapter's text gives its heading; empty what it has not.

    >>> chapter_heading("# 传播 {#spread .wide}\\n\\n它传到各地。"), chapter_heading("没有标题。")
    (('传播', 'spread'), ('', ''))
    """
    found = _CHAPTER.search(text)
    return (found["title"], found["id"] or "") if found else ("", "")
