"""Links to other Markdown files of the book: a chapter, or a place in it. Pure.

In the tree such a link leads to an identifier that no author can give, slug::identifier, so that
headings of the same words in two chapters are told apart; in a whole book it becomes that of the
place.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote

from chapterkit.text.addresses import is_identifier, picture_path
from chapterkit.text.passes import over_elements
from chapterkit.text.tree import Element, Pass, Target, Tree, elements_of, target_of, with_target

SUFFIXES = (".md", ".markdown")
_BETWEEN = "::"


def file_addresses(tree: Tree) -> list[str]:
    """Return the addresses of links that name a Markdown file, each once."""
    found = (target_of(one).address for one in elements_of(tree, {"Link"}))
    return list(dict.fromkeys(one for one in found if names_file(one)))


def names_file(address: str) -> bool:
    """Tell whether an address names a Markdown file beside the text.

    >>> names_file("b.md#c"), names_file("../第二章.md"), names_file("https://a.org/b.md")
    (True, True, False)
    """
    path = picture_path(address.partition("#")[0])
    return path is not None and path.lower().endswith(SUFFIXES)


def place_of(address: str, path: str) -> tuple[str, str]:
    """Return the file and identifier that an address in the file `path` names.

    >>> place_of("../README.md#why", "book/docs/rules.md"), place_of("b.md", "book/a.md")
    (('book/README.md', 'why'), ('book/b.md', ''))
    """
    file, _, fragment = address.partition("#")
    named = picture_path(file) or ""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), named)), unquote(fragment)


def qualified(slug: str, identifier: str) -> str:
    """Return what a place in another chapter is called in a tree.

    >>> qualified("dam", "flood"), taken_apart("dam::flood"), taken_apart("flood")
    ('dam::flood', ('dam', 'flood'), ('', 'flood'))
    """
    name = f"{slug}{_BETWEEN}{identifier}"
    return name if is_identifier(name) else slug + _BETWEEN


def taken_apart(name: str) -> tuple[str, str]:
    """Return chapter and identifier of a place; no chapter for one of any other identifier."""
    slug, between, identifier = name.partition(_BETWEEN)
    return (slug, identifier) if between else ("", name)


def led(leading: Mapping[str, str]) -> Pass:
    """Return the pass by which links with these addresses lead to these identifiers."""

    def change(element: Element) -> Element:
        if (target := target_of(element)).address not in leading:
            return element
        return with_target(element, Target(f"#{leading[target.address]}", target.title))

    return over_elements(change, {"Link"}) if leading else lambda tree: tree


def settled(final: Callable[[str, str], str]) -> Pass:
    """Return the pass in which `final` says, of chapter and identifier, what a place is called."""

    def change(element: Element) -> Element:
        address, title = target_of(element)
        if _BETWEEN not in address or address[:1] != "#":
            return element
        slug, identifier = taken_apart(address[1:])
        return with_target(element, Target(f"#{final(slug, identifier)}", title))

    return over_elements(change, {"Link"})


def places_in(leading: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield of each link to another file its address, and the chapter and identifier meant."""
    for address, name in leading.items():
        slug, identifier = taken_apart(name)
        if slug:
            yield address, slug, identifier
