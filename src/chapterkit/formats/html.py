"""HTML: one self-contained file, without script and without a request to anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from chapterkit.drawing import style_sheet
from chapterkit.formats import AnyPrinting, BookPrinting, ChapterPrinting, Format
from chapterkit.formats.shared import ASSETS, WEB_ARGUMENTS, has_equations
from chapterkit.formats.shared.cover import cover_name
from chapterkit.formats.shared.evidence import has_evidence, over_evidence, reachable
from chapterkit.formats.shared.exhibits import (
    aligned,
    has_exhibits,
    over_exhibits,
    scrolling,
    unseen,
    with_heads_that_speak,
)
from chapterkit.formats.shared.html_page import finished, shortened
from chapterkit.formats.shared.math_font import font_face
from chapterkit.formats.shared.number_cards import with_cards
from chapterkit.formats.shared.page_formulas import finished_formulas
from chapterkit.formats.shared.pictures import put_in, standing_in, with_drawings
from chapterkit.formats.shared.sheet import as_page, without_chapter_heading
from chapterkit.formats.shared.sizes import on_screens
from chapterkit.formats.shared.whole import assembled, copyright_page, title_page
from chapterkit.text.passes import passed, with_chapter_number, with_metadata
from chapterkit.text.tree import (
    Markup,
    Tree,
    attributes_of,
    chapter_heading,
    inlines_of,
    outermost,
    paragraph,
    title_text,
    tree_blocks,
)


def _arguments(printing: AnyPrinting) -> list[str]:
    return [
        "--to=html5",
        "--standalone",
        f"--template={ASSETS / 'html' / 'template.html'}",
        *WEB_ARGUMENTS,
    ]


def _prepare(printing: AnyPrinting) -> Tree:
    """Return the tree for the page: the title as its header, numbers with their provenance."""
    is_chapter = isinstance(printing, ChapterPrinting)
    values = _of_chapter(printing) if isinstance(printing, ChapterPrinting) else _of_book(printing)
    values = {**_told(printing), **values, **_link(printing)}
    own = printing.config.locale.html_style
    style = {"style": Markup("html", own)} if own else {}
    drawings = {"drawings": Markup("html", style_sheet())} if printing.narrow else {}
    sheet = {"exhibits": "yes", **drawings} if has_exhibits(printing) else {}
    if has_evidence(printing):
        sheet |= {"evidence": "yes"} | ({"alone": "yes"} if is_chapter else {})
    return passed(
        assembled(printing, _as_page if is_chapter else _as_section),
        aligned(printing, unseen),
        over_exhibits(printing, scrolling(printing)),
        over_evidence(printing, reachable),
        with_metadata({**_languages(printing), **_escaped(values), **style, **sheet}),
        lambda tree: with_cards(tree, printing),
        on_screens(printing),
        standing_in(printing),
    )


def _link(printing: AnyPrinting) -> dict[str, Any]:
    """Return what the page is told of the evidence, if that is written beside it."""
    if "evidence" not in printing.beside:
        return {}
    words = printing.config.wording.evidence_link
    return {"led": {"to": f"{printing.name}{printing.suffix}.evidence.html", "words": words}}


def _languages(printing: AnyPrinting) -> dict[str, str]:
    """Return the language that pandoc has words for, and the one that the page says it is in."""
    return {"lang": printing.config.locale.language, "language": printing.language}


def _told(printing: AnyPrinting) -> dict[str, Any]:
    """Return what pages of chapters and of books have alike, for readers and for links to them."""
    config = printing.config
    return {
        "skip": config.wording.skip,
        "description": config.description or _beginning(printing),
        "picture": config.address and f"{config.address}{cover_name(printing)}",
        "site": printing.within,
        "kind": "article" if isinstance(printing, ChapterPrinting) else "book",
        "locale": config.locale.word.replace("-", "_"),
    }


def _beginning(printing: AnyPrinting) -> str:
    """Return how a chapter's text begins, for who shows a link to it; nothing for a book."""
    if not isinstance(printing, ChapterPrinting):
        return ""
    paragraphs = outermost(tree_blocks(printing.tree), {"Para"})
    return shortened(title_text(inlines_of(next(paragraphs, paragraph([])))))


def _escaped(values: Any) -> Any:
    """Return texts, and lists of them, for a template that puts them between quotes, too."""
    if isinstance(values, Mapping):
        return {name: _escaped(value) for name, value in values.items()}
    if isinstance(values, list):
        return [_escaped(value) for value in values]
    return Markup("html", escape(values))


def _of_chapter(printing: ChapterPrinting) -> dict[str, Any]:
    heading = chapter_heading(printing.tree)
    return {
        "pagetitle": f"{printing.label} {printing.title} · {printing.config.title}".strip(),
        "number": printing.label,
        "chapter": printing.title,
        "anchor": attributes_of(heading).identifier if heading else "",
        "book": printing.config.title,
        "author": printing.config.author,
        "contents": printing.config.wording.contents,
        **({"equations": "yes"} if has_equations(printing) else {}),
    }


def _of_book(printing: BookPrinting) -> dict[str, Any]:
    page = title_page(printing.config)
    return {
        "pagetitle": page.title,
        "author": printing.config.author,
        "contents": printing.config.wording.contents,
        "whole": {
            "title": page.title,
            "series": page.series,
            "subtitle": page.subtitle,
            "bylines": page.bylines,
            "publisher": page.publisher,
            "copyright": copyright_page(printing.config),
        },
        **({"equations": "yes"} if has_equations(printing) else {}),
    }


def _as_page(printing: ChapterPrinting) -> Tree:
    """Return a chapter's tree for a page whose header is its title."""
    return without_chapter_heading(as_page(printing))


def _as_section(printing: ChapterPrinting) -> Tree:
    """Return a chapter's tree for a page on which other chapters stand, too."""
    return with_chapter_number(as_page(printing), printing.label)


def _finish(printing: AnyPrinting, written: Path, target: Path) -> None:
    page = finished(written.read_text("utf-8"), printing.config.wording)
    page = finished_formulas(_with_formulas_font(page, printing), printing.config.locale.tag)
    spoken = with_heads_that_speak(with_drawings(page.encode(), printing))
    target.write_bytes(put_in(spoken, printing))


def _with_formulas_font(page: str, printing: AnyPrinting) -> str:
    """Return a page whose formulas look alike on every machine."""
    face = font_face([page], printing.kept) if "<math" in page else ""
    if not face:
        return page
    page = page.replace("img-src data:;", "img-src data:; font-src data:;", 1)
    return page.replace("</style>", f"{face}</style>", 1)


FORMAT = Format(
    name="html",
    suffix=".html",
    arguments=_arguments,
    prepare=_prepare,
    finish=_finish,
    scope="both",
)
