"""Markdown: the checked text, one paragraph a line, without what only other formats can show."""

from __future__ import annotations

from chapterkit.formats import AnyPrinting, ChapterPrinting, Format
from chapterkit.formats.shared.exhibits import aligned, blank, in_words, over_exhibits
from chapterkit.formats.shared.whole import assembled, front_pages
from chapterkit.text.numbering import Numeral, captioned, sectioned, tagged
from chapterkit.text.passes import (
    numbered,
    over_elements,
    passed,
    unwrap_numbers,
    with_labels_apart,
    with_metadata,
)
from chapterkit.text.tree import (
    Element,
    Tree,
    blocks_of,
    inlines_of,
    kind_of,
    plain_text,
    raw,
    string,
    tree_blocks,
    with_blocks,
    with_inlines,
)

_WRITER = "markdown-smart-citations-fenced_divs-native_divs-bracketed_spans-native_spans"


def _arguments(printing: AnyPrinting) -> list[str]:
    return [f"--to={_WRITER}", "--wrap=none", "--markdown-headings=atx"]


def _prepare(printing: AnyPrinting) -> Tree:
    """Return the tree with citations as [1]图 6 and references as plain paragraphs."""
    tree = passed(
        assembled(printing, _text),
        aligned(printing, blank),
        over_exhibits(printing, in_words),
        with_metadata({}),
        over_elements(_plainer),
    )
    if isinstance(printing, ChapterPrinting):
        return tree
    return with_blocks(tree, [*front_pages(printing.config), *tree_blocks(tree)])


def _text(printing: ChapterPrinting) -> Tree:
    counting, between = printing.document.counting, printing.config.wording.heading
    # Where print has a wide blank between a number and a title, plain text has a usual one.
    apart = [with_labels_apart(printing.labels, between)] if between.strip() else []
    return passed(
        printing.tree,
        unwrap_numbers,
        captioned(counting),
        sectioned(counting),
        tagged(counting, lambda one, numeral: _with_tag(one, numeral, counting.wording.spaced)),
        *apart,
        numbered(printing.label, between),
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
    name="markdown",
    suffix=".md",
    arguments=_arguments,
    prepare=_prepare,
    by_default=False,
    scope="both",
)
