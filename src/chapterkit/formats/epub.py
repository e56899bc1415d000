"""EPUB 3: pandoc writes the book, Typst draws its cover."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chapterkit.errors import ChapterkitError
from chapterkit.formats import AnyPrinting, BookPrinting, ChapterPrinting, Format
from chapterkit.formats.shared import ASSETS, WEB_ARGUMENTS, has_equations
from chapterkit.formats.shared.cover import cover_name, put_cover
from chapterkit.formats.shared.epub_pages import Page
from chapterkit.formats.shared.epub_parts import FONT, Publication, finished
from chapterkit.formats.shared.exhibits import (
    aligned,
    has_exhibits,
    over_exhibits,
    scrolling,
    unseen,
    with_heads_that_speak,
)
from chapterkit.formats.shared.math_font import math_font, shown_in_formulas
from chapterkit.formats.shared.pictures import named, standing_in
from chapterkit.formats.shared.sizes import on_screens
from chapterkit.formats.shared.whole import as_numbered, assembled, front_pages
from chapterkit.formats.shared.zipped import rewritten
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.publication import isbn_digits
from chapterkit.numbers.verify.pdf import printed_pages
from chapterkit.text.passes import over_elements, passed, with_metadata
from chapterkit.text.tree import (
    Attributes,
    Element,
    Tree,
    attributes_of,
    div,
    elements_of,
    level_of,
    tree_blocks,
    with_attributes,
    with_blocks,
)

_STYLE = "EPUB/styles/stylesheet1.css"  # where pandoc puts the style sheet


def _arguments(printing: AnyPrinting) -> list[str]:
    cover = printing.work / cover_name(printing)
    return [
        "--to=epub3",
        f"--epub-cover-image={cover}",
        # Of these two a sandboxed pandoc opens only this one; the writer makes no use of it.
        f"--reference-doc={cover}",
        "--epub-title-page=false",
        f"--split-level={1 if _sections(printing) > _MOST_FILES else 2}",
        *WEB_ARGUMENTS,
    ]


# pandoc's time grows with the square of the files that it parts a text into.
_MOST_FILES = 500


def _sections(printing: AnyPrinting) -> int:
    headings = (one for text in printing.chapters for one in elements_of(text.tree, {"Header"}))
    return sum(level_of(one) == 2 for one in headings)


def _prepare(printing: AnyPrinting) -> Tree:
    """Return the tree with the publication's metadata, and the cover in the work folder.

    Raises ChapterkitError for a picture of a cover that cannot be drawn.
    """
    put_cover(printing)
    if isinstance(printing, ChapterPrinting):
        metadata, pages = _of_chapter(printing), []
    else:
        metadata, pages = _of_book(printing), front_pages(printing.config)
    return passed(
        assembled(printing, as_numbered),
        with_metadata(metadata),
        lambda tree: with_blocks(tree, [*pages, *tree_blocks(tree)]),
        aligned(printing, unseen),
        over_exhibits(printing, scrolling(printing)),
        over_elements(_held, {"Figure"}),
        on_screens(printing),
        standing_in(printing),
    )


def _held(element: Element) -> Element:
    """Put a figure into a div that has its identifier: pandoc finds no figure in another file."""
    identifier = attributes_of(element).identifier
    if not identifier:
        return element
    return div([with_attributes(element, Attributes())], Attributes(identifier))


def _of_chapter(printing: ChapterPrinting) -> Mapping[str, Any]:
    config = printing.config
    return {
        "title": printing.labelled_title,
        "creator": _creators(config),
        "lang": config.locale.language,
        "identifier": _identifier(printing, printing.slug),
        "belongs-to-collection": config.title,
        **({"group-position": printing.number} if printing.number.isdecimal() else {}),
        "toc-title": config.wording.contents,
        **({"source": f"urn:isbn:{isbn_digits(config.isbn)}"} if config.isbn else {}),
        **_published(config),
    }


def _of_book(printing: BookPrinting) -> Mapping[str, Any]:
    config = printing.config
    isbn = isbn_digits(config.isbn or "")
    title = [{"type": "main", "text": config.title}]
    title += [{"type": "subtitle", "text": config.subtitle}] if config.subtitle else []
    told = {"date": config.date or "", "belongs-to-collection": config.series}
    return {
        "title": title,
        "creator": _creators(config),
        "lang": config.locale.language,
        "identifier": f"urn:isbn:{isbn}" if isbn else _identifier(printing, "book"),
        "toc-title": config.wording.contents,
        **{key: value for key, value in told.items() if value},
        **_published(config),
    }


def _published(config: Config) -> dict[str, str]:
    """Return what a shop is told of a book besides its title, as far as book.yaml says it."""
    told = {
        "publisher": config.publisher,
        "rights": config.rights,
        "description": config.description,
    }
    return {key: value for key, value in told.items() if value}


def _creators(config: Config) -> list[dict[str, str]]:
    return [{"role": one.relator, "text": one.name} for one in config.makers]


def _identifier(printing: AnyPrinting, slug: str) -> str:
    """Return an identifier of this publication's own, the same in every build."""
    name = f"{printing.config.identifier}#{slug}#{printing.language}"
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def _finish(printing: AnyPrinting, written: Path, target: Path) -> None:
    """Put in our style sheet for pandoc's own, the pictures for those that stood in, and the rest.

    The style sheet has what the book's language adds.
    """
    pictures, config = named(printing), printing.config
    sheets = ["epub/style.css"]
    sheets += ["epub/book.css"] if isinstance(printing, BookPrinting) else []
    sheets += ["html/equations.css"] if has_equations(printing) else []
    sheets += ["epub/exhibits.css"] if has_exhibits(printing) else []
    style = b"".join((ASSETS / name).read_bytes() for name in sheets)
    style += config.locale.epub_style.encode()
    with zipfile.ZipFile(written) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    parts = {
        name: with_heads_that_speak(part) if name.endswith(".xhtml") else part
        for name, part in parts.items()
    }
    font = _math_font(parts, printing)
    style += (ASSETS / "epub" / "formulas.css").read_bytes() if font else b""
    publication = Publication(printing.labelled_title, config, bool(font), printing.awaited() or [])
    parts = finished(parts, publication) | {_STYLE: style}
    rewritten(
        written,
        target,
        printing.modified,
        lambda name, _: pictures.get(parts[name], parts[name]) if name in parts else None,
        {FONT: font} if font else {},
    )


def _math_font(parts: Mapping[str, bytes], printing: AnyPrinting) -> bytes:
    """Return a font that shows the formulas of an EPUB; empty if it has none."""
    texts = (part.decode() for name, part in parts.items() if name.endswith(".xhtml"))
    shown = shown_in_formulas(texts)
    return math_font(shown, printing.kept) if shown else b""


def _pages(pdf: bytes) -> list[Page]:
    """Return the pages of a PDF, none of one that cannot be read: they are no more than a help."""
    try:
        return [Page(label, text) for label, text in printed_pages(pdf, "PDF")]
    except ChapterkitError:
        return []


FORMAT = Format(
    name="epub",
    suffix=".epub",
    arguments=_arguments,
    prepare=_prepare,
    finish=_finish,
    scope="both",
    after="pdf",
    reads=_pages,
)
