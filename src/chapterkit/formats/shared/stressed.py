"""Emphasis as Word sets it, by script: Han has dots below or is 楷体, other letters are slanted.

What is strong is 黑体, and bold in other scripts; what is both has both. Every piece of it gets a
style of its own: Word knows one style of characters for a run, and nests none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chapterkit.han import HAN
from chapterkit.text.tree import (
    Attributes,
    Element,
    Pass,
    inlines_of,
    kind_of,
    span,
    string,
    text_of,
    tree_blocks,
    with_blocks,
    with_inlines,
)
from chapterkit.text.tree import over_outermost as over

STRONG, STRONG_LATIN = "Strong Text", "Strong Latin"
DOTTED, IN_KAI, SLANTED = "Emphasis Text", "Emphasis Kai", "Emphasis Latin"
STRONG_DOTTED, STRONG_SLANTED = "Strong Emphasis Text", "Strong Emphasis Latin"

_EMPHASIS = frozenset({"Strong", "Emph"})
_HOLDERS = frozenset({"Link", "Quoted", "SmallCaps", "Span", "Strikeout", "Underline", "Cite"})
# Han; marks that go with it, under which no dots stand; all else, an apostrophe among it.
_MARKS = "\u3000-\u303f\uff00-\uffef"
_BESIDE = f"(?:{HAN}|[{_MARKS}])"
_PIECE = re.compile(
    rf"(?P<han>{HAN}+)"
    rf"|(?P<mark>[{_MARKS}]+|(?<={_BESIDE})[\u2014-\u2026]+|[\u2014-\u2026]+(?={_BESIDE}))"
    r"|(?P<other>.)"
)


def stressed(in_kai: bool) -> Pass:
    """Return the pass that puts emphasis into styles of characters.

    `in_kai` tells whether the book sets emphasised Han in 楷体, rather than with dots.
    """
    styles = {
        ("Emph",): {"han": IN_KAI if in_kai else DOTTED, "mark": "", "other": SLANTED},
        ("Strong",): {"han": STRONG, "mark": STRONG, "other": STRONG_LATIN},
        ("Emph", "Strong"): {"han": STRONG_DOTTED, "mark": STRONG, "other": STRONG_SLANTED},
    }

    def change(element: Element) -> Element:
        return span([*changed([element], frozenset())], Attributes())

    def changed(inlines: Sequence[Element], within: frozenset[str]) -> Iterator[Element]:
        for one in inlines:
            kind = kind_of(one)
            if kind in _EMPHASIS:
                yield from changed(inlines_of(one), within | {kind})
            elif kind == "Str":
                yield from _styled(text_of(one), styles[tuple(sorted(within))])
            elif kind in _HOLDERS:
                yield with_inlines(one, [*changed(inlines_of(one), within)])
            else:
                yield over(one, _EMPHASIS, change)

    return lambda tree: with_blocks(tree, over(tree_blocks(tree), _EMPHASIS, change))


def _styled(text: str, styles: dict[str, str]) -> Iterator[Element]:
    """Yield the pieces of a text, each in the style of its script."""
    done = 0
    pieces = [*_PIECE.finditer(text)]
    for place, piece in enumerate(pieces):
        following = pieces[place + 1].lastgroup if place + 1 < len(pieces) else None
        if piece.lastgroup != following:
            style = styles[piece.lastgroup or "other"]
            shown = string(text[done : piece.end()])
            yield span([shown], Attributes().having("custom-style", style)) if style else shown
            done = piece.end()
