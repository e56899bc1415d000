"""Markdown: the checked text, one paragraph a line, without what only other formats can show."""

from __future__ import annotations

from typing import Any

from chapterkit.formats import Format, Printing
from chapterkit.text.document import plain_text, unwrap_numbers, walk

Tree = dict[str, Any]
Element = dict[str, Any]

_WRITER = "markdown-smart-citations-fenced_divs-native_divs-bracketed_spans-native_spans"


def _arguments(printing: Printing) -> list[str]:
    return [f"--to={_WRITER}", "--wrap=none", "--markdown-headings=atx"]


def _prepare(tree: Tree, printing: Printing) -> Tree:
    """Return the tree with citations as [1]图 6 and references as plain paragraphs."""
    return {**tree, "meta": {}, "blocks": walk(unwrap_numbers(tree)["blocks"], _plainer)}


def _plainer(element: Element) -> Any:
    if element["t"] == "Cite" and (rendered := element["c"][1]):
        return {"t": "RawInline", "c": ["markdown", plain_text(rendered)]}
    if element["t"] in {"Div", "Span"}:
        return element["c"][1]
    return element


FORMAT = Format(
    name="markdown",
    suffix=".md",
    arguments=_arguments,
    prepare=_prepare,
    by_default=False,
)
