"""Pictures as LaTeX takes them: drawings as PDF, pixels as PNG or JPEG."""

from __future__ import annotations

from collections.abc import Mapping

from chapterkit import fonts
from chapterkit.formats import AnyPrinting
from chapterkit.formats.shared.drawn import as_bitmap, as_page
from chapterkit.formats.shared.pictures import as_printed, placed
from chapterkit.manuscript.pictures import Picture, PictureError

Figures = Mapping[str, str]
"""The path of each picture within the source, by its address in the text."""


def drawn_for_latex(printing: AnyPrinting) -> Figures:
    """Write every picture into the folder `figures` of the work folder; return where each is.

    Raises ChapterkitError, at the picture, for one that cannot be drawn.
    """
    folder = printing.work / "figures"
    folder.mkdir(exist_ok=True)
    found: dict[str, str] = {}
    for number, (address, picture) in enumerate(as_printed(printing).items(), 1):
        try:
            made = _made(picture, printing)
        except PictureError as error:
            raise placed(error, address, printing) from None
        found[address] = f"figures/figure{number}.{made.kind}"
        (printing.work / found[address]).write_bytes(made.data)
    return found


def _made(picture: Picture, printing: AnyPrinting) -> Picture:
    if picture.kind != "svg":
        return as_bitmap(picture, printing.work)
    config = printing.config
    families = fonts.chosen(config.sans, *config.locale.sans)
    return as_page(picture, printing.work, families, printing.modified)
