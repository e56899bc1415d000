"""EPUB 3: pandoc writes the book, Typst draws its cover."""

from __future__ import annotations

import json
import uuid
import zipfile
from pathlib import Path

from chapterkit import fonts
from chapterkit.errors import ChapterkitError
from chapterkit.formats import ChapterPrinting, Format
from chapterkit.formats.shared import ASSETS, WEB_ARGUMENTS, has_equations
from chapterkit.formats.shared.pictures import named, standing_in
from chapterkit.formats.shared.typesetting import typeset
from chapterkit.formats.shared.zipped import rewritten
from chapterkit.text.numbering import captioned, sectioned, tagged, with_tag
from chapterkit.text.passes import numbered, passed, unwrap_numbers, with_metadata, with_wide_spaces
from chapterkit.text.tree import Tree

_STYLE = "EPUB/styles/stylesheet1.css"  # where pandoc puts the style sheet
_COVER_PPI = 288  # the cover is 400 by 640 points: 1600 by 2560 pixels


def _arguments(printing: ChapterPrinting) -> list[str]:
    cover = printing.work / "cover.png"
    return [
        "--to=epub3",
        f"--epub-cover-image={cover}",
        # Of these two a sandboxed pandoc opens only this one; the writer makes no use of it.
        f"--reference-doc={cover}",
        "--epub-title-page=false",
        "--split-level=2",
        *WEB_ARGUMENTS,
    ]


def _prepare(printing: ChapterPrinting) -> Tree:
    """Return the tree with the publication's metadata, and draw the cover into the work folder."""
    tree = printing.tree
    _draw_cover(printing)
    config = printing.config
    values = {
        "title": printing.labelled_title,
        "creator": [{"role": "aut", "text": config.author}],
        "lang": printing.language,
        "identifier": _identifier(printing),
        "belongs-to-collection": config.title,
        "group-position": str(printing.number),
        "toc-title": config.wording.contents,
    }
    counting = printing.document.counting
    return passed(
        tree,
        with_metadata(values),
        unwrap_numbers,
        numbered(printing.label),
        captioned(counting),
        sectioned(counting),
        tagged(counting, with_tag),
        with_wide_spaces(printing.labels),
        standing_in(printing),
    )


def _identifier(printing: ChapterPrinting) -> str:
    """Return an identifier of this chapter's own, the same in every build."""
    name = f"{printing.config.identifier}#{printing.slug}#{printing.language}"
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def _draw_cover(printing: ChapterPrinting) -> None:
    config = printing.config
    serif = fonts.chosen(config.serif, fonts.BUNDLED_SERIF)
    sans = fonts.chosen(config.sans, fonts.BUNDLED_SANS)
    inputs = {
        "book": config.title,
        "author": config.author,
        "number": printing.label,
        "chapter": printing.title,
        "lang": config.locale.typst["lang"],
        "serif": json.dumps([font.family for font in serif]),
        "sans": json.dumps([font.family for font in sans]),
    }
    place = printing.document.rendered.origin(0)
    refusal = typeset(
        ASSETS / "epub" / "cover.typ", printing.work / "cover.png", printing.work,
        [*serif, *sans], inputs, format="png", ppi=_COVER_PPI,
    )  # fmt: skip
    if refusal:
        raise ChapterkitError(f"Typst 画不出封面：{refusal.message}", place)


_NAV = "EPUB/nav.xhtml"
_PACKAGE = "EPUB/content.opf"


def _finish(printing: ChapterPrinting, written: Path, target: Path) -> None:
    """Put in our style sheet for pandoc's own, and the pictures for those that stood in.

    Formulas that headings bring into the contents are declared, which pandoc does not.
    """
    pictures, style = named(printing), (ASSETS / "epub" / "style.css").read_bytes()
    if has_equations(printing):
        style += (ASSETS / "html" / "equations.css").read_bytes()
    with zipfile.ZipFile(written) as made:
        has_formulas = b"<math" in made.read(_NAV)

    def change(name: str, part: bytes) -> bytes:
        if name == _PACKAGE and has_formulas:
            return part.replace(b'properties="nav"', b'properties="nav mathml"')
        return style if name == _STYLE else pictures.get(part, part)

    rewritten(written, target, printing.modified, change)


FORMAT = Format(name="epub", suffix=".epub", arguments=_arguments, prepare=_prepare, finish=_finish)
