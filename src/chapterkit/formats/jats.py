"""JATS: a chapter as the XML that journals and archives take, with its pictures beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from chapterkit.formats import ChapterPrinting, Format
from chapterkit.formats.shared.drawn import as_bitmap
from chapterkit.formats.shared.exhibits import over_exhibits
from chapterkit.formats.shared.jats_parts import article
from chapterkit.formats.shared.pictures import placed
from chapterkit.manuscript.pictures import PictureError
from chapterkit.text.numbering import Numeral, as_words, captioned, sectioned, tagged, with_tag
from chapterkit.text.passes import (
    over_elements,
    passed,
    unwrap_numbers,
    with_labels_apart,
    with_metadata,
)
from chapterkit.text.tree import (
    Attributes,
    Element,
    Target,
    Tree,
    attributes_of,
    blocks_of,
    chapter_heading,
    div,
    kind_of,
    span,
    target_of,
    tree_blocks,
    with_blocks,
    with_target,
)

JATS = "jats"


def _arguments(printing: ChapterPrinting) -> list[str]:
    return ["--to=jats_publishing+element_citations", "--standalone", "--wrap=none", "--mathml"]


def _prepare(printing: ChapterPrinting) -> Tree:
    """Return the tree for pandoc's writer: title and references apart, pictures as files.

    Raises ChapterkitError for a picture that cannot be drawn.
    """
    figures = _figures(printing)
    counting, between = printing.document.counting, printing.config.wording.heading
    return passed(
        printing.tree,
        unwrap_numbers,
        captioned(counting, _as_label),
        sectioned(counting),
        tagged(counting, with_tag),
        with_labels_apart(printing.labels, between),
        over_exhibits(printing, _exhibit),
        _without_what_stands_apart,
        over_elements(lambda one: _pointed(one, figures)),
        with_metadata({"references": _cited(printing)}),
    )


def _as_label(numeral: Numeral) -> list[Element]:
    return [span(as_words(numeral), Attributes(classes=["label"]))]


def _exhibit(element: Element) -> list[Element]:
    return [div(blocks_of(element), Attributes(attributes_of(element).identifier))]


def _without_what_stands_apart(tree: Tree) -> Tree:
    """Return the tree without its title, and without the heading of the list of references."""
    title = chapter_heading(tree)
    blocks = [one for one in tree_blocks(tree) if one is not title]
    heads = [one for one, after in pairwise(blocks) if _is_list(after) and kind_of(one) == "Header"]
    return with_blocks(tree, [one for one in blocks if one not in heads])


def _is_list(block: Element) -> bool:
    return kind_of(block) == "Div" and attributes_of(block).identifier == "refs"


def _cited(printing: ChapterPrinting) -> list[Mapping[str, Any]]:
    """Return what is known of the works cited, in the order of the list of references."""
    known = {str(one["id"]): one for one in printing.sources}
    return [known[key] for key in entries(printing) if key in known]


def entries(printing: ChapterPrinting) -> Iterator[str]:
    """Yield the keys of the list of references, in its order."""
    for block in tree_blocks(printing.tree):
        if _is_list(block):
            for entry in blocks_of(block):
                yield attributes_of(entry).identifier.removeprefix("ref-")


def _pointed(element: Element, figures: Mapping[str, str]) -> Element:
    if kind_of(element) != "Image":
        return element
    address, title = target_of(element)
    return with_target(element, Target(figures[address], title))


def _figures(printing: ChapterPrinting) -> Mapping[str, str]:
    """Write the pictures into the folder `figures` of the work folder; return where each is."""
    folder = printing.work / "figures"
    folder.mkdir()
    found: dict[str, str] = {}
    for number, (address, picture) in enumerate(printing.pictures.items(), 1):
        try:
            made = as_bitmap(picture, printing.work)
        except PictureError as error:
            raise placed(error, address, printing) from None
        found[address] = f"figures/figure{number}.{made.kind}"
        (printing.work / found[address]).write_bytes(made.data)
    return found


def _finish(printing: ChapterPrinting, written: Path, target: Path) -> None:
    """Write the folder: the article, and its pictures."""
    target.mkdir()
    (target / f"{printing.slug}.xml").write_bytes(article(written.read_bytes(), printing))
    (printing.work / "figures").rename(target / "figures")


FORMAT = Format(
    name=JATS,
    suffix=".xml",
    arguments=_arguments,
    prepare=_prepare,
    finish=_finish,
    writer_suffix=".xml",
    by_default=False,
    folder="{name}-jats",
)
