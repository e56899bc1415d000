"""Where a text says who is its source: citations, notes, links, typed references, titles. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import ADDRESS, CITE, OPAQUE, Block

# How far from a place its sentence is looked for: farther than any sentence reaches.
_REACH = 800
_END = Late(r"[。！？!?][”’」』）)]*|\.(?=\s+[A-Z“])|\ufdd6")
# Citations that stand behind the full stop still belong to the sentence before it.
_TRAILING = Late(
    rf"\s?(?:{CITE}+|{OPAQUE}|[\[［〔]\d{{1,3}}(?:\s?[,，、–-]\s?\d{{1,3}}){{0,9}}[\]］〕])+"
)
# Citations that were typed: [12], [3, 5–7], （Smith 等，2020）, Smith et al. (2020)。
_TYPED = Late(
    r"[\[［〔【]\d{1,3}(?:\s?[,，、;；–—-]\s?\d{1,3}){0,20}[\]］〕】]"
    r"|[（(][^（）()\d\n]{2,80}(?:19|20)\d\d[a-z]?(?:[,，:：;；][^（）()\n]{0,60})?[）)]"
    r"|(?:[A-Z][a-z]+|等人?|et al\.?|[^\W\da-zA-Z_])\s?[（(](?:19|20)\d\d[a-z]?[）)]"
    rf"|《[^《》\n]{{2,60}}》|{ADDRESS}|{CITE}|{OPAQUE}"
)


def sentence_round(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence round text[start:end] begins and ends, soft breaks passed over.

    Citations that stand right behind its full stop count as part of it.
    """
    window = max(0, start - _REACH)
    first = window
    for found in _END.finditer(text, window, start):
        first = found.end()
    closing = _END.search(text, end, min(len(text), end + _REACH))
    last = closing.end() if closing else min(len(text), end + _REACH)
    trailing = _TRAILING.match(text, last)
    return first, trailing.end() if trailing else last


class Sourced:
    """Tells which stretches of blocks name a source; looks at each block once."""

    def __init__(self) -> None:
        self._starts: dict[int, list[int]] = {}

    def between(self, block: Block, start: int, end: int) -> bool:
        """Tell whether block.text[start:end] cites, notes, links to or names a source."""
        starts = self._of(block)
        at = bisect_left(starts, start)
        return at < len(starts) and starts[at] < end

    def anywhere(self, block: Block) -> bool:
        """Tell whether a block names any source."""
        return bool(self._of(block))

    def _of(self, block: Block) -> list[int]:
        known = self._starts.get(id(block))
        if known is None:
            known = self._starts[id(block)] = sorted(_sources(block))
        return known


class Spans:
    """Tells what stands within inlines of some kinds, such as links; looks at each block once."""

    def __init__(self, *kinds: str) -> None:
        self._kinds = frozenset(kinds)
        self._known: dict[int, list[tuple[int, int]]] = {}

    def cover(self, block: Block, position: int) -> bool:
        """Tell whether block.text[position] stands within one."""
        spans = self._of(block)
        at = bisect_left(spans, (position + 1, 0)) - 1
        return at >= 0 and position < spans[at][1]

    def begins(self, block: Block, position: int) -> bool:
        """Tell whether one begins with block.text[position]."""
        spans = self._of(block)
        at = bisect_left(spans, (position, 0))
        return at < len(spans) and spans[at][0] == position

    def _of(self, block: Block) -> list[tuple[int, int]]:
        spans = self._known.get(id(block))
        if spans is None:
            found = (one for one in block.inlines if one.kind in self._kinds)
            spans = self._known[id(block)] = [(one.start, one.end) for one in found]
        return spans


def _sources(block: Block) -> Iterator[int]:
    for found in _TYPED.finditer(block.prose):
        yield found.start()
    for inline in block.inlines:
        match inline.kind:
            case "Reference":
                yield inline.start
            case "Link" if "//" in inline.target:
                yield inline.start
            case "Superscript" if (
                block.text[inline.start : inline.end].strip("[]［］,，–- ").isdigit()
            ):
                yield inline.start


# --- what is another's words


_MARKS = (("“", "”"), ("「", "」"), ("『", "』"), ("‘", "’"))
_QUOTED_REACH = 1500


def is_quoted(text: str, position: int) -> bool:
    """Tell whether text[position] stands between quotation marks.

    >>> is_quoted("他说：“研究表明如此。”", 5), is_quoted("“甲”与乙", 4)
    (True, False)
    """
    first = max(0, position - _QUOTED_REACH)
    if any(text.rfind(a, first, position) > text.rfind(b, first, position) for a, b in _MARKS):
        return True
    line = max(first, text.rfind("\n", first, position))
    return text.count('"', line, position) % 2 == 1


def is_in_title(text: str, position: int) -> bool:
    """Tell whether text[position] stands in a title: 《……》."""
    first = max(0, position - 100)
    return any(
        text.rfind(a, first, position) > text.rfind(b, first, position) for a, b in ("《》", "〈〉")
    )


def named(keys: Sequence[str], book: Book) -> str:
    """Return how a citation of keys could be written behind a name: Demo[@demo2025]."""
    source = book.bibliography.get(keys[0]) if keys else None
    key = f"[@{keys[0]}]" if keys else ""
    if source is None or not source.authors:
        return f"某某等人{key}"
    names = [name.partition(",")[0].strip("{} ") for name in source.authors]
    people = f"{names[0]} 等人" if len(names) > 2 else "、".join(names)
    return f"{people}{key}"
