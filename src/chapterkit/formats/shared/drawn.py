"""Drawings for what shows no SVG: Typst draws them."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.fonts import FontFile
from chapterkit.formats.shared.typesetting import typeset
from chapterkit.manuscript.drawings import size_of
from chapterkit.manuscript.pictures import Picture, PictureError
from chapterkit.manuscript.rasters import as_png

DOTS_PER_INCH = 300
MAX_PIXELS = 5_000_000
_HINT = "用绘图软件把它化简，或另存为 PNG"
_SOURCE = """#set page(width: {}pt, height: {}pt, margin: 0pt)
#image("drawing.svg", width: 100%)
"""


def as_pixels(picture: Picture, work: Path, families: Sequence[FontFile] = ()) -> Picture:
    """Return a picture that every word processor shows: a drawing, or WebP, becomes PNG.

    `work` is a folder for temporary files, `families` are the fonts that text in it may be in.
    Raises PictureError, the message without the
    picture's name, for a drawing that Typst refuses.
    """
    if picture.kind == "svg":
        return Picture(picture.path, "png", _drawn(picture.data, work, families))
    if picture.kind == "webp":
        return Picture(picture.path, "png", as_png(picture.data))
    return picture


def as_bitmap(picture: Picture, work: Path) -> Picture:
    """Return a picture as JPEG or PNG, which every reader shows as a cover: others become PNG."""
    if picture.kind == "gif":
        return Picture(picture.path, "png", as_png(picture.data))
    return as_pixels(picture, work)


def _drawn(drawing: bytes, work: Path, families: Sequence[FontFile]) -> bytes:
    width, height = size_of(drawing)
    most = 96 * sqrt(MAX_PIXELS / (width * height))
    dots = max(1, min(DOTS_PER_INCH, int(most)))
    (work / "drawing.svg").write_bytes(drawing)
    (work / "drawing.typ").write_text(_SOURCE.format(width * 0.75, height * 0.75), "utf-8")
    # PNG counts dots to the metre: a little more, or a whole one to the inch would be lost.
    return as_png(_typeset(work / "drawing.typ", dots, families), dots + 0.02)


def _typeset(source: Path, dots_per_inch: float, families: Sequence[FontFile]) -> bytes:
    """Return the only page of a Typst source as PNG."""
    target = source.with_suffix(".png")
    try:
        refusal = typeset(
            source, target, source.parent, families, {}, format="png", ppi=dots_per_inch
        )
    except ChapterkitError as error:
        raise PictureError(f"画不出来：{error.message}", hint=_HINT) from None
    if refusal:
        raise PictureError(f"画不出来：{refusal.message}", hint=_HINT)
    return target.read_bytes()
