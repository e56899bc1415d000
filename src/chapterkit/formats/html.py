"""HTML: one self-contained file, without script and without a request to anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

from chapterkit.formats import ChapterPrinting, Format
from chapterkit.formats.shared import ASSETS, WEB_ARGUMENTS, has_equations
from chapterkit.formats.shared.pictures import put_in, standing_in
from chapterkit.text.numbering import captioned, sectioned, tagged, with_tag
from chapterkit.text.passes import over_elements, passed, with_labels_apart, with_metadata
from chapterkit.text.tree import (
    Element,
    Markup,
    Tree,
    attributes_of,
    chapter_heading,
    number_id,
    tree_blocks,
    with_attributes,
    with_blocks,
)


def _arguments(printing: ChapterPrinting) -> list[str]:
    return [
        "--to=html5",
        "--standalone",
        "--embed-resources",
        f"--template={ASSETS / 'html' / 'template.html'}",
        *WEB_ARGUMENTS,
    ]


def _prepare(printing: ChapterPrinting) -> Tree:
    """Return the tree for the page: the title as its header, numbers with their provenance."""
    tree = printing.tree
    heading = chapter_heading(tree)
    values = {
        "pagetitle": f"{printing.label} {printing.title} · {printing.config.title}",
        "number": printing.label,
        "chapter": printing.title,
        "anchor": attributes_of(heading).identifier if heading else "",
        "book": printing.config.title,
        "author": printing.config.author,
        "contents": printing.config.wording.contents,
        **({"equations": "yes"} if has_equations(printing) else {}),
    }
    # The template puts them between quotes, too.
    escaped = {name: Markup("html", escape(text)) for name, text in values.items()}
    if own := printing.config.locale.html_style:
        escaped["style"] = Markup("html", own)
    counting = printing.document.counting
    return passed(
        tree,
        with_metadata({"lang": printing.language, **escaped}),
        _without_chapter_heading,
        captioned(counting),
        sectioned(counting),
        tagged(counting, with_tag),
        with_labels_apart(printing.labels, printing.config.wording.heading),
        over_elements(lambda one: _explained(one, printing.provenance)),
        standing_in(printing),
    )


def _without_chapter_heading(tree: Tree) -> Tree:
    heading = chapter_heading(tree)
    return with_blocks(tree, [block for block in tree_blocks(tree) if block is not heading])


def _explained(element: Element, provenance: Mapping[str, str]) -> Element:
    """Give a recorded number's span a title that tells where the number comes from."""
    number = number_id(element)
    if number is None or number not in provenance:
        return element
    return with_attributes(element, attributes_of(element).having("title", provenance[number]))


def _finish(printing: ChapterPrinting, written: Path, target: Path) -> None:
    target.write_bytes(put_in(written.read_bytes(), printing))


FORMAT = Format(name="html", suffix=".html", arguments=_arguments, prepare=_prepare, finish=_finish)
