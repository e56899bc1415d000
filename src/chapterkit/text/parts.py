"""A very long Markdown text in parts that can be read side by side, and what was read joined. Pure.

A part must be read as it is in the whole. So a text is parted between plain paragraphs only, and
only if nothing in it may reach from one part into another: what is said once for all of a text, as
an address or a note, or what may go on over an empty line, as a table that is drawn with dashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

from chapterkit.text.tree import (
    BEARING,
    Element,
    Tree,
    attributes_of,
    elements_of,
    tree_blocks,
    walk,
    with_blocks,
)

LEAST = 100_000
"""How long a part is at least, in characters: to read less takes hardly longer than to begin."""

# Brackets that may lead to an address, a heading or a note, wherever these are; notes; items that
# are counted through the text; HTML; macros of formulas; what may go on over empty lines.
_REACHES = re.compile(
    r"\[[^\]\[@]*\](?![({])|\[\^|\^\[|^ {0,3}\[[^\]\[]*\]:|\(@[\w:.#$%&+?<>~/-]*\)|<[A-Za-z/!?]"
    r"|\\(?:re)?new|\\(?:provide|def|let|Declare)|^[ \t]*(?:[:~]|`{3}|-{2}|={2}|\+[-=])",
    re.MULTILINE,
)
_BETWEEN = re.compile(r"(?<=[^\n])\n\n+(?=[^\W_])")
# Where a line may be an item of a list, a row of a table, a heading or what is set in.
_NO_TEXT = re.compile(r"^(?:[\s|#>*+-]|\(?(?:\w{1,9}|#)[.)](?:\s|$))", re.MULTILINE)


def parts_of(markdown: str, most: int, least: int = LEAST) -> list[str]:
    """Return a text in parts, at most so many, that are together read as the whole is.

    It stays in one piece where parts would not have `least` characters, or that cannot be told.

    >>> [len(one) for one in parts_of(("汉" * 998 + "\\n\\n") * 300, 2)]
    [150000, 150000]
    """
    count = min(most, len(markdown) // least)
    if count < 2 or _REACHES.search(markdown):
        return [markdown]
    places = [0, *_cuts(markdown, count), len(markdown)]
    return [markdown[start:end] for start, end in pairwise(places)]


def _cuts(markdown: str, count: int) -> Iterator[int]:
    """Yield where parts begin: the next places to where they would be of one size."""
    last = 0
    for number in range(1, count):
        for found in _BETWEEN.finditer(markdown, max(last, number * len(markdown) // count - 2)):
            above = markdown[markdown.rfind("\n\n", 0, found.start()) + 2 : found.start()]
            below = markdown[found.end() : markdown.find("\n\n", found.end())]
            if not (_NO_TEXT.search(above) or _NO_TEXT.search(below)):
                last = found.end()
                yield last
                break


def joined(texts: Sequence[str], trees: Sequence[Tree]) -> Tree | None:
    """Return the tree of a text, these being its parts and what was read of each.

    Citations are counted through, but for those that pandoc counts without there being any, where
    it has tried what is none. None where the whole may be read otherwise: two parts have
    something of the same name.
    """
    known: set[str] = set()
    for text, tree in zip(texts, trees, strict=True):
        names = _names(tree) if "#" in text else set()
        if known & names:
            return None
        known |= names
    blocks = chain.from_iterable(tree_blocks(tree) for tree in _counted_on(texts, trees))
    return with_blocks(trees[0], list(blocks))


def _names(tree: Tree) -> set[str]:
    return {attributes_of(one).identifier for one in elements_of(tree, BEARING)} - {""}


def _counted_on(texts: Sequence[str], trees: Sequence[Tree]) -> Iterator[Tree]:
    """Yield the trees of parts, the citations of each counted on from those before."""
    before = 0

    def further(said: Mapping[str, Any]) -> dict[str, Any]:
        return {**said, "citationNoteNum": said["citationNoteNum"] + before}

    def change(cite: Element) -> Element:
        said, inlines = cite["c"]
        return {**cite, "c": [list(map(further, said)), inlines]}

    for text, tree in zip(texts, trees, strict=True):
        counted = walk(tree_blocks(tree), change, {"Cite"}) if before and "@" in text else None
        yield tree if counted is None else with_blocks(tree, counted)
        if "@" in text:
            cites = elements_of(tree, {"Cite"})
            before += len({said["citationNoteNum"] for cite in cites for said in cite["c"][0]})
