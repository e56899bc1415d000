"""Where the pages of the printed book begin, in the texts of an EPUB. Pure.

What a printed page begins with is looked for in the texts, in order: only letters and digits count,
so that lines, hyphens and spaces do not. A page that holds nothing but what floats, or nothing at
all, has no place in the texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import count

_TOKEN = re.compile(r"<(/?)(head|math|svg|aside|nav|figcaption|annotation)\b[^>]*>|<[^>]*>|[^<]+")
_CHARACTER = re.compile(r"&[^;\s]+;|.", re.DOTALL)
_LINES = 6  # of a page that are looked for at once: the first may belong to what floats
_HAN, _LATIN = 18, 40  # letters of a line and what follows it, by which it is known
_TITLE = 4
_AHEAD = 6000  # letters between the beginnings of two pages, at most


@dataclass(frozen=True)
class Page:
    """A page as it is printed: the number that stands on it, and its text."""

    label: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Break:
    """Where a page begins: its number, the part of the EPUB, and the place in it."""

    label: str
    name: str
    offset: int

    @property
    def identifier(self) -> str:
        """What can be linked to."""
        return f"page-{self.label}"


def breaks(pages: Sequence[Page], texts: Mapping[str, str]) -> list[Break]:
    """Return where pages begin in texts, both in the order of the book."""
    letters, places = _letters(texts)
    found: list[Break] = []
    last = 0
    for page in pages:
        at = _begins(page.text, letters, last) if page.label else None
        if at is not None:
            found.append(Break(page.label, *places[at]))
            last = at + 1
    return found


def _letters(texts: Mapping[str, str]) -> tuple[str, list[tuple[str, int]]]:
    """Return the letters of all texts, and of each the text and its place in it."""
    letters: list[str] = []
    places: list[tuple[str, int]] = []
    for name, text in texts.items():
        unseen = 0
        for token in _TOKEN.finditer(text):
            if token[2]:
                unseen += -1 if token[1] else 1
            elif not unseen and not token[0].startswith("<"):
                for letter, at in _characters(token[0]):
                    if letter.isalnum():
                        letters.append(letter)
                        places.append((name, token.start() + at))
    return "".join(letters), places


def _characters(text: str) -> Iterator[tuple[str, int]]:
    """Yield the characters of a text, and where each is written."""
    if "&" not in text:
        return zip(text, count())
    return ((unescape(one[0]), one.start()) for one in _CHARACTER.finditer(text))


def _begins(page: str, letters: str, last: int) -> int | None:
    """Return where the first of a page's lines that are found ahead stands among the letters."""
    lines = ["".join(filter(str.isalnum, line)) for line in page.splitlines()]
    for begin in range(0, len(lines), _LINES):
        found = [
            letters.find(wanted, last, last + _AHEAD)
            for number in range(begin, min(begin + _LINES, len(lines)))
            if (wanted := _known_by(lines[number:], is_whole=number == 0))
        ]
        if places := [at for at in found if at >= 0]:
            return min(places)
    return None


def _known_by(lines: Sequence[str], is_whole: bool) -> str:
    """Return the letters by which the first of some lines is known; none if it is empty.

    A page that is whole may have fewer than others: it holds a title alone.
    """
    enough = _LATIN if lines[0].isascii() else _HAN
    wanted = "".join(lines[:_LINES])[:enough]
    is_known = len(wanted) == enough or (is_whole and len(wanted) > _TITLE)
    return wanted if lines[0] and is_known else ""


def with_breaks(texts: Mapping[str, str], found: Sequence[Break]) -> dict[str, str]:
    """Return texts with a mark where each page begins."""
    made = dict(texts)
    for one in reversed(found):
        text = made[one.name]
        mark = (
            f'<span epub:type="pagebreak" role="doc-pagebreak" id="{escape(one.identifier)}" '
            f'title="{escape(one.label)}"></span>'
        )
        made[one.name] = text[: one.offset] + mark + text[one.offset :]
    return made


def page_list(found: Sequence[Break], title: str) -> str:
    """Return the list of pages, for the navigation document."""
    rows = "".join(f'<li><a href="{_address(one)}">{escape(one.label)}</a></li>\n' for one in found)
    return (
        f'<nav epub:type="page-list" role="doc-pagelist" id="pages" aria-label="{escape(title)}" '
        f'hidden="hidden">\n<ol>\n{rows}</ol>\n</nav>'
    )


def _address(one: Break) -> str:
    return escape(f"{one.name.removeprefix('EPUB/')}#{one.identifier}")
