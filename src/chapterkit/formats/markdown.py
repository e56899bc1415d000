"""Markdown: the checked text, one paragraph a line, without what only other formats can show."""

from __future__ import annotations

from chapterkit.formats import ChapterPrinting, Format
from chapterkit.text.numbering import Numeral, captioned, sectioned, tagged
from chapterkit.text.passes import numbered, over_elements, passed, unwrap_numbers, with_metadata
from chapterkit.text.tree import (
    Element,
    Tree,
    blocks_of,
    inlines_of,
    kind_of,
    plain_text,
    raw,
    string,
    with_inlines,
)

_WRITER = "markdown-smart-citations-fenced_divs-native_divs-bracketed_spans-native_spans"


def _arguments(printing: ChapterPrinting) -> list[str]:
    return [f"--to={_WRITER}", "--wrap=none", "--markdown-headings=atx"]


def _prepare(printing: ChapterPrinting) -> Tree:
    """Return the tree with citations as [1]图 6 and references as plain paragraphs."""
    tree, counting = printing.tree, printing.document.counting
    return passed(
        tree,
        with_metadata({}),
        unwrap_numbers,
        captioned(counting),
        sectioned(counting),
        tagged(counting, lambda one, numeral: _with_tag(one, numeral, counting.wording.spaced)),
        numbered(printing.label, printing.config.wording.heading),
        over_elements(_plainer),
    )


def _with_tag(equation: Element, numeral: Numeral, between: str) -> Element:
    """Return a numbered formula with its number behind it."""
    return with_inlines(equation, [*inlines_of(equation), string(between + numeral.text)])


def _plainer(element: Element) -> Element | list[Element]:
    match kind_of(element):
        case "Cite" if rendered := inlines_of(element):
            return raw("markdown", plain_text(rendered))
        case "Span":
            return inlines_of(element)
        case "Div":
            return blocks_of(element)
    return element


FORMAT = Format(
    name="markdown", suffix=".md", arguments=_arguments, prepare=_prepare, by_default=False
)
