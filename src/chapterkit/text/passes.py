"""Passes over pandoc's tree that several formats share. Pure.

A pass takes a tree and returns a changed copy of it, never the tree itself changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

from chapterkit.han import is_han
from chapterkit.text.tree import (
    Attributes,
    Change,
    Element,
    Pass,
    Tree,
    chapter_heading,
    inlines_of,
    is_even,
    kind_of,
    metadata,
    number_id,
    plain_text,
    space,
    span,
    string,
    target_of,
    tree_blocks,
    walk,
    with_blocks,
    with_free_widths,
    with_inlines,
)


def passed(tree: Tree, *passes: Pass) -> Tree:
    """Return the tree after these passes, the first one first."""
    return reduce(lambda done, one: one(done), passes, tree)


def over_elements(change: Change, kinds: Collection[str] | None = None) -> Pass:
    """Return the pass that asks `change` for every element, or those of some kinds: see `walk`."""
    return lambda tree: with_blocks(tree, walk(tree_blocks(tree), change, kinds))


def with_metadata(values: Mapping[str, Any]) -> Pass:
    """Return the pass that gives a tree these metadata, and takes away what it had.

    The values are texts, lists and mappings of texts.
    """
    return lambda tree: {**tree, "meta": {key: metadata(one) for key, one in values.items()}}


def unwrap_numbers(tree: Tree) -> Tree:
    """Return the tree without the spans of recorded numbers, their text in place."""
    return over_elements(
        lambda one: inlines_of(one) if number_id(one) is not None else one, {"Span"}
    )(tree)


def spaced_references(tree: Tree) -> Tree:
    """Return the tree with a blank between a reference and Han beside it: 案例 2.1 的.

    A check asks authors for one between Han and Latin letters or digits; they cannot type it
    where a reference begins or ends, which is 案例 2.1 in one place and “小结” in the next.
    """
    return over_elements(_with_references_apart, _RUNNING)(tree)


def _with_references_apart(element: Element) -> Element:
    inlines = inlines_of(element)
    if not any(map(_is_reference, inlines)):
        return element
    apart = inlines[:1]
    for before, after in pairwise(inlines):
        if (_is_reference(before) or _is_reference(after)) and _meet(before, after):
            apart.append(space())
        apart.append(after)
    return with_inlines(element, apart)


_RUNNING = frozenset({"Para", "Plain", "Header", "Emph", "Strong"})


def _is_reference(inline: Element) -> bool:
    return kind_of(inline) == "Link" and target_of(inline).address.startswith("#")


def _meet(before: Element, after: Element) -> bool:
    """Tell whether Han and a Latin letter or digit stand side by side, without a blank."""
    last, first = plain_text([before])[-1:], plain_text([after])[:1]
    return (is_han(last) and _is_latin(first)) or (_is_latin(last) and is_han(first))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def without_even_columns(tree: Tree) -> Tree:
    """Return the tree, tables whose columns are all given one width having those that they need.

    pandoc gives them so where a row is typed in a line that is longer than it takes a line to be.
    """

    def change(element: Element) -> Element:
        return with_free_widths(element) if is_even(element) else element

    return over_elements(change, {"Table"})(tree)


def numbered(label: str, between: str) -> Pass:
    """Return the pass that prints a chapter's number (第 7 章) and `between` before its title.

    A chapter without a number has nothing before it.
    """

    before = [string(label), string(between)] if label else []

    def number(tree: Tree) -> Tree:
        title = chapter_heading(tree)
        return with_blocks(
            tree,
            [
                with_inlines(one, [*before, *inlines_of(one)]) if one is title else one
                for one in tree_blocks(tree)
            ],
        )

    return number


def with_chapter_number(tree: Tree, label: str) -> Tree:
    """Put a chapter's number before its title, so that the style sheet can set it apart."""
    heading = chapter_heading(tree)
    if not (label and heading):
        return tree
    number = span([string(label)], Attributes(classes=["chapter-number"]))
    titled = with_inlines(heading, [number, space(), *inlines_of(heading)])
    return with_blocks(tree, [titled if one is heading else one for one in tree_blocks(tree)])


def with_labels_apart(labels: Sequence[str], between: str) -> Pass:
    """Return the pass that puts `between` after the number that a heading begins with.

    `labels` are what may stand there: 第 {number} 章, 实验 {number}; `between` the language's own:
    an em's space, a colon.
    """
    numbered = re.compile("|".join(map(_label_pattern, labels)))
    return lambda tree: with_blocks(
        tree, [_with_label_apart(block, numbered, between) for block in tree_blocks(tree)]
    )


def _label_pattern(label: str) -> str:
    before, _, behind = "".join(label.split()).partition("{number}")
    if not (before or behind):  # a letter alone may be a word
        return r"\d+(?:\.\d+)*"
    return rf"{re.escape(before)}(?:\d+|[A-Z]+)(?:\.\d+)*{re.escape(behind)}"


def _with_label_apart(block: Element, numbered: re.Pattern[str], between: str) -> Element:
    if kind_of(block) != "Header":
        return block
    inlines = inlines_of(block)
    for place, inline in enumerate(inlines[:-1]):
        before = "".join(plain_text(inlines[:place]).split())
        if kind_of(inline) == "Space" and numbered.fullmatch(before):
            return with_inlines(block, [*inlines[:place], string(between), *inlines[place + 1 :]])
    return block
