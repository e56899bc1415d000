"""What of a book can be referred to by its identifier, and where it was written. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chapterkit.errors import Origin
from chapterkit.showing import code_in_markdown, in_markdown
from chapterkit.text.document import Document
from chapterkit.text.numbering import Thing


@dataclass(frozen=True)
class Marked:
    """A figure, table, formula, section or chapter with its number, and where it stands."""

    thing: Thing
    origin: Origin

    @property
    def name(self) -> str:
        """Its printed number, and its title: 图 7.1 地图."""
        return " ".join(filter(None, (self.thing.label, self.thing.title)))


Things = Mapping[str, Marked]
"""What can be referred to, by its identifier."""

NOTHING: Things = {}


def marked_in(document: Document) -> dict[str, Marked]:
    """Return what a chapter has that can be referred to, records left out, in order."""
    places = dict(_identifiers(document))
    things = (one for one in document.things if one.kind != "record")
    start = document.rendered.origin(0)
    return {
        one.identifier: Marked(one, places.get(one.identifier, start))
        for one in things
        if one.identifier
    }


_ATTRIBUTES = re.compile(r"\{([^{}\n]{1,1000}+)\}")
_IDENTIFIER = re.compile(r"(?:^|\s)#([^\s#]+)")


def _identifiers(document: Document) -> Iterator[tuple[str, Origin]]:
    """Yield each identifier that attributes in the text give, and where they do."""
    for attributes in _ATTRIBUTES.finditer(document.rendered.text):
        if found := _IDENTIFIER.search(attributes[1]):
            yield found[1], document.rendered.origin(attributes.start(1) + found.start(1))


def thing_text(one: Marked) -> str:
    """Return what an editor shows of a thing: number and title, its chapter, its place."""
    thing = one.thing
    chapter = thing.chapter_label if thing.kind != "chapter" else ""
    where = "，".join(filter(None, (in_markdown(chapter), code_in_markdown(str(one.origin)))))
    names = f"**{in_markdown(one.name)}**" if one.name else ""
    return "\n\n".join(filter(None, (names, where)))
