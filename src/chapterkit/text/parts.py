"""A very long Markdown text in parts that can be read side by side, and what was read joined. Pure.

A part must be read as it is in the whole. So a text is parted between plain paragraphs only, and
only if nothing in it may reach from one part into another: what is said once for all of a text, as
an address or a note, or what may go on over an empty line, as a table that is drawn with dashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from chapterkit.text.tree import BEARING, Tree, attributes_of, elements_of, tree_blocks, with_blocks

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

    Of citations, each part has its own count, for which no style here asks. None where the whole
    may be read otherwise: two parts have something of the same name.
    """
    known: set[str] = set()
    for text, tree in zip(texts, trees, strict=True):
        names = _names(tree) if "#" in text else set()
        if known & names:
            return None
        known |= names
    return with_blocks(trees[0], [block for tree in trees for block in tree_blocks(tree)])


def _names(tree: Tree) -> set[str]:
    return {attributes_of(one).identifier for one in elements_of(tree, BEARING)} - {""}
