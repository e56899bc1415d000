"""Several texts as one: cited together, taken apart again, their identifiers told apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from chapterkit.errors import ChapterkitError
from chapterkit.text.file_links import settled
from chapterkit.text.origins import Rendered
from chapterkit.text.tree import (
    BEARING,
    Attributes,
    Element,
    Target,
    Tree,
    all_attributes_of,
    attributes_of,
    blocks_of,
    div,
    elements_of,
    kind_of,
    target_of,
    tree_blocks,
    walk,
    with_all_attributes,
    with_blocks,
    with_target,
)

TAKEN = (
    "book-title", "book-copyright", "book-figures", "book-tables", "book-references",
    "book-evidence",
)  # fmt: skip
"""The identifiers that a whole book's own headings have; those of parts besides."""


def part_id(number: int) -> str:
    """Return the identifier of a part's heading."""
    return f"book-part-{number}"


def is_taken(identifier: str) -> bool:
    """Tell whether an identifier is one of the tool's own in a whole book."""
    return identifier in TAKEN or re.fullmatch(part_id(0)[:-1] + "[0-9]+", identifier) is not None


def together(trees: Sequence[Tree]) -> Tree:
    """Return one tree of several, each in a div of its own."""
    return with_blocks(trees[0], [div(tree_blocks(one), Attributes()) for one in trees])


def apart(tree: Tree, count: int) -> tuple[list[Tree], list[Element]]:
    """Return the trees that `together` made one of, and the blocks that have come behind them."""
    blocks = tree_blocks(tree)
    return [with_blocks(tree, blocks_of(one)) for one in blocks[:count]], blocks[count:]


def without_references(tree: Tree) -> Tree:
    """Return a tree without the place for references that its author made, and its heading."""
    kept: list[Element] = []
    for block in tree_blocks(tree):
        if kind_of(block) == "Div" and attributes_of(block).identifier == "refs":
            if kept and kind_of(kept[-1]) == "Header":
                kept.pop()
        else:
            kept.append(block)
    return with_blocks(tree, kept)


def identifiers(tree: Tree) -> list[str]:
    """Return the identifiers of a tree's elements, each once, in order."""
    found = (part.identifier for one in elements_of(tree) for part in all_attributes_of(one))
    return [one for one in dict.fromkeys(found) if one]


@dataclass(frozen=True)
class Text:
    """One of several texts: its slug, its tree, and the Markdown that was read."""

    slug: str
    tree: Tree = field(repr=False)
    rendered: Rendered = field(repr=False)

    @property
    def path(self) -> str:
        """The file in which it begins."""
        return self.rendered.origin(0).path

    def typed(self) -> dict[str, int]:
        """Return the identifiers that stand in the Markdown, and where."""
        return {one[1]: one.start(1) for one in _TYPED.finditer(self.rendered.text)}


_TYPED = re.compile(r"\{[^{}\n]*?#([^\s{}]+)[^{}\n]*\}")


def told_apart(texts: Sequence[Text], taken: Sequence[str] = ()) -> list[Tree]:
    """Return the trees of texts in which no identifier is that of an element of another text.

    What nobody has typed, which pandoc makes of headings, is changed where two are alike. Raises
    ChapterkitError, at the second one, for two that were typed, or one that is `taken`.
    """
    homes: dict[str, str] = dict.fromkeys(taken, "")
    typed: list[set[str]] = []
    for text in texts:
        own = set(identifiers(text.tree))
        places = {one: at for one, at in text.typed().items() if one in own}
        for one, offset in places.items():
            if homes.setdefault(one, text.path) != text.path:
                raise _alike(one, homes[one], text, offset)
        typed.append(set(places))
    changes = {text.slug: _own(text, typed[place], homes) for place, text in enumerate(texts)}

    def final(slug: str, identifier: str) -> str:
        return changes.get(slug, {}).get(identifier, identifier)

    return [settled(final)(renamed(text.tree, changes[text.slug])) for text in texts]


def _alike(identifier: str, home: str, text: Text, offset: int) -> ChapterkitError:
    where = f"{home} 里也有" if home else "是工具自己用的"
    message = f"标识 {identifier} {where}，合成一本书时分不清"
    return ChapterkitError(message, text.rendered.origin(offset), "给其中一个换个标识")


def _own(text: Text, typed: set[str], homes: dict[str, str]) -> dict[str, str]:
    """Return the identifiers of a text that are to be other ones, with these."""
    changes: dict[str, str] = {}
    for one in identifiers(text.tree):
        if one not in typed and homes.setdefault(one, text.path) != text.path:
            changes[one] = _free(f"{text.slug}-{one}", homes)
            homes[changes[one]] = text.path
    return changes


def _free(name: str, homes: Mapping[str, str]) -> str:
    places = (f"{name}-{place}" if place > 1 else name for place in count(1))
    return next(one for one in places if one not in homes)


def renamed(tree: Tree, changes: Mapping[str, str]) -> Tree:
    """Return a tree with other identifiers for some, links to them changed with them."""

    def change(element: Element) -> Element:
        if any(map(any, all_attributes_of(element))):
            element = with_all_attributes(
                element,
                lambda one: one._replace(identifier=changes.get(one.identifier, one.identifier)),
            )
        address, title = target_of(element)
        if kind_of(element) == "Link" and address[:1] == "#" and address[1:] in changes:
            return with_target(element, Target(f"#{changes[address[1:]]}", title))
        return element

    return with_blocks(tree, walk(tree_blocks(tree), change, BEARING)) if changes else tree


def is_of_one_text(element: Element) -> bool:
    """Tell whether an element holds the references of one text of several.

    What pandoc's writers do for references they do by an identifier, which these have not.
    """
    attributes = attributes_of(element)
    is_list = kind_of(element) == "Div" and "references" in attributes.classes
    return is_list and attributes.identifier != "refs"


def with_own_references(tree: Tree, slug: str) -> Tree:
    """Return a cited tree whose references have identifiers of this text's own."""
    ours = {"refs": f"refs-{slug}", "references": f"references-{slug}"}
    entries = (one for one in identifiers(tree) if one.startswith("ref-"))
    return renamed(tree, {**ours, **{one: f"ref-{slug}-{one[4:]}" for one in entries}})
