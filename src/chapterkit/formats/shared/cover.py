"""The cover of an EPUB and of links to a site: the book's own picture, or one that Typst draws."""

from __future__ import annotations

import json

from chapterkit import fonts
from chapterkit.errors import ChapterkitError
from chapterkit.formats import AnyPrinting, BookPrinting
from chapterkit.formats.shared import ASSETS
from chapterkit.formats.shared.drawn import as_bitmap
from chapterkit.formats.shared.typesetting import typeset

_COVER_PPI = 288  # the cover is 400 by 640 points: 1600 by 2560 pixels


def cover_name(printing: AnyPrinting) -> str:
    """Return what the file of a cover is called."""
    cover = printing.cover if isinstance(printing, BookPrinting) else None
    return "cover.jpg" if cover and cover.kind == "jpeg" else "cover.png"


def put_cover(printing: AnyPrinting) -> None:
    """Put the cover that the book has, or else one that Typst draws, into the work folder.

    Raises ChapterkitError for a picture of a cover that cannot be drawn.
    """
    cover = printing.cover if isinstance(printing, BookPrinting) else None
    drawn = as_bitmap(cover, printing.work).data if cover else _drawn_cover(printing)
    (printing.work / cover_name(printing)).write_bytes(drawn)


def _drawn_cover(printing: AnyPrinting) -> bytes:
    config = printing.config
    serif = fonts.chosen(config.serif, *config.locale.serif)
    sans = fonts.chosen(config.sans, *config.locale.sans)
    inputs = {
        "book": printing.within,
        "author": config.author,
        "number": printing.label,
        "chapter": printing.title,
        "lang": config.locale.typst["lang"],
        "serif": json.dumps([font.family for font in serif]),
        "sans": json.dumps([font.family for font in sans]),
    }

    def draw() -> bytes:
        target = printing.work / "drawn.png"
        refusal = typeset(
            ASSETS / "epub" / "cover.typ", target, printing.work, [*serif, *sans], inputs,
            format="png", ppi=_COVER_PPI,
        )  # fmt: skip
        if refusal:
            place = printing.chapters[0].document.rendered.origin(0)
            raise ChapterkitError(f"Typst 画不出封面：{refusal.message}", place)
        return target.read_bytes()

    return printing.kept(["cover", json.dumps(inputs)], draw)
