"""HTML: one self-contained file, without script and without a request to anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chapterkit.formats import Format, Printing
from chapterkit.formats.shared import (
    ASSETS,
    chapter_heading,
    checked_images,
    full_title,
    split_chapter,
    web_arguments,
    with_metadata,
    with_wide_spaces,
)
from chapterkit.text.document import number_id, walk

Tree = dict[str, Any]
Element = dict[str, Any]


def _arguments(printing: Printing) -> list[str]:
    return [
        "--to=html5",
        "--standalone",
        "--embed-resources",
        f"--template={ASSETS / 'html' / 'template.html'}",
        *web_arguments(printing),
    ]


def _prepare(tree: Tree, printing: Printing) -> Tree:
    """Return the tree for the page: the title as its header, numbers with their provenance.

    Raises ChapterkitError for an image that is not in the book's folder.
    """
    checked_images(tree, printing)
    number, name = split_chapter(full_title(tree, printing))
    heading = chapter_heading(tree)
    rest = {**tree, "meta": {}, "blocks": [one for one in tree["blocks"] if one is not heading]}
    spaced = with_wide_spaces(rest)["blocks"]
    blocks = walk(spaced, lambda one: _explained(one, printing.provenance))
    values = {
        "pagetitle": f"{number} {name}".strip() + f" · {printing.config.title}",
        "lang": printing.language,
        "number": number,
        "chapter": name,
        "anchor": heading["c"][1][0] if heading else "",
        "book": printing.config.title,
        "author": printing.config.author,
    }
    return with_metadata({**rest, "blocks": blocks}, values)


def _explained(element: Element, provenance: Mapping[str, str]) -> Element:
    """Give a recorded number's span a title that tells where the number comes from."""
    number = number_id(element)
    if number is None or number not in provenance:
        return element
    (identifier, classes, pairs), inlines = element["c"]
    titled = [*(pair for pair in pairs if pair[0] != "title"), ["title", provenance[number]]]
    return {"t": "Span", "c": [[identifier, classes, titled], inlines]}


FORMAT = Format(name="html", suffix=".html", arguments=_arguments, prepare=_prepare)
