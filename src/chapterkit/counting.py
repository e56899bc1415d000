"""How long the parts of a chapter are, as a Chinese editor counts: pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.document import Block, Document

_WORD = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[A-Za-z0-9.%+−-]*[A-Za-z0-9]"
)


@dataclass(frozen=True)
class Section:
    """A heading of level 2 (or what stands before the first one) with its paragraphs.

    `slug` is the heading's identifier; of an experiment, its record's slug.
    """

    slug: str
    title: str
    paragraphs: tuple[Block, ...]

    @property
    def characters(self) -> int:
        """Han characters, Latin words and numbers of the running text, citations left out."""
        return sum(map(count_characters, self.paragraphs))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The recorded numbers that the section shows, each once, in order."""
        shown = (inline.number for block in self.paragraphs for inline in block.numbers())
        return tuple(dict.fromkeys(shown))


def count_characters(block: Block) -> int:
    """Count a block as an editor does: each Han character, each Latin word, each number as one."""
    return len(_WORD.findall(block.masked("Cite", "Math", "Note")))


def sections(document: Document) -> Iterator[Section]:
    """Yield the sections of a chapter in order."""
    slug, title = "", ""
    paragraphs: list[Block] = []
    for block in document.blocks:
        if block.kind == "Header" and block.element["c"][0] <= 2:
            if paragraphs:
                yield Section(slug, title, tuple(paragraphs))
            slug, title, paragraphs = block.element["c"][1][0], block.text, []
        elif block.kind in {"Para", "Plain"} and "Note" not in block.within:
            paragraphs.append(block)
    if paragraphs:
        yield Section(slug, title, tuple(paragraphs))
