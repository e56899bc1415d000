"""Drawings for what shows no SVG: Typst draws them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chapterkit.errors import ChapterkitError
from chapterkit.files import packed, unpack
from chapterkit.fonts import FontFile
from chapterkit.formats import KeepPart, made_anew
from chapterkit.formats.shared.typesetting import typeset
from chapterkit.manuscript.pictures import Picture, PictureError
from chapterkit.manuscript.rasters import as_png, with_density

DOTS_PER_INCH = 300
MAX_PIXELS = 5_000_000
_TOGETHER = 20
_HINT = "用绘图软件把它化简，或另存为 PNG"
_PAGE = """#page(width: {}pt, height: {}pt, margin: 0pt, image("drawing{}.svg", width: 100%))
"""


def as_pixels(picture: Picture, work: Path, families: Sequence[FontFile] = ()) -> Picture:
    """Return a picture that every word processor shows: a drawing, or WebP, becomes PNG.

    `work` is a folder for temporary files, `families` are the fonts that text in it may be in.
    Raises PictureError, the message without the picture's name, for a drawing that Typst refuses.
    """
    if picture.kind == "svg":
        [drawn] = _drawn([picture], _dots(picture), work, families)
        return drawn
    if picture.kind == "webp":
        return Picture(picture.path, "png", as_png(picture.data))
    return picture


def all_as_pixels(
    pictures: Iterable[Picture],
    work: Path,
    families: Sequence[FontFile],
    kept: KeepPart = made_anew,
) -> Callable[[Picture], Picture]:
    """Return `as_pixels` for some pictures, of which the drawings are drawn at once, or `kept`.

    What cannot be drawn is left for it to tell.
    """
    plain = [one for one in pictures if one.kind == "svg" and _dots(one) == DOTS_PER_INCH]
    made: dict[str, Picture] = {}
    for first in range(0, len(plain), _TOGETHER):
        some = plain[first : first + _TOGETHER]
        with suppress(PictureError):
            drawn = _drawn(some, DOTS_PER_INCH, work, families, kept)
            made |= {one.digest: pixels for one, pixels in zip(some, drawn, strict=True)}
    return lambda one: made.get(one.digest) or as_pixels(one, work, families)


def as_bitmap(picture: Picture, work: Path) -> Picture:
    """Return a picture as JPEG or PNG, which every reader shows as a cover: others become PNG."""
    if picture.kind == "gif":
        return Picture(picture.path, "png", as_png(picture.data))
    return as_pixels(picture, work)


def as_page(
    drawing: Picture, work: Path, families: Sequence[FontFile], modified: int | None
) -> Picture:
    """Return a drawing as a PDF of one page as large as it is, dated `modified`.

    Raises PictureError, the message without the picture's name, for one that Typst refuses.
    """
    source, target = _source([drawing], work), work / "drawing.pdf"
    _refuse(source, target, work, families, format="pdf", timestamp=modified or 0)
    return Picture(drawing.path, "pdf", target.read_bytes())


def _dots(drawing: Picture) -> int:
    """Return with how many dots to the inch a drawing is drawn, fewer for a very large one."""
    width, height = drawing.size
    most = 96 * sqrt(MAX_PIXELS / (width * height))
    return max(1, min(DOTS_PER_INCH, int(most)))


def _drawn(
    drawings: Sequence[Picture],
    dots: int,
    work: Path,
    families: Sequence[FontFile],
    kept: KeepPart = made_anew,
) -> list[Picture]:
    """Return drawings as PNG, each the page of a Typst source; raise PictureError if it refuses."""

    def draw() -> bytes:
        with TemporaryDirectory(dir=work) as folder:
            target = Path(folder, "{p}.png")
            _refuse(_source(drawings, work), target, work, families, format="png", ppi=dots)
            return packed(target.parent)

    names = (one.digest for one in drawings)
    fonts = (f"{one.family} {one.index}" for one in families)
    with TemporaryDirectory(dir=work) as folder:
        unpack(kept(["drawings", str(dots), *names, *fonts], draw), Path(folder))
        files = [Path(folder, f"{place}.png").read_bytes() for place, _ in enumerate(drawings, 1)]
    # PNG counts dots to the metre: a little more, or a whole one to the inch would be lost.
    return [
        Picture(one.path, "png", with_density(file, dots + 0.02))
        for one, file in zip(drawings, files, strict=True)
    ]


def _source(drawings: Sequence[Picture], work: Path) -> Path:
    """Write a Typst source of which each drawing is a page."""
    pages = []
    for place, one in enumerate(drawings, 1):
        (work / f"drawing{place}.svg").write_bytes(one.data)
        width, height = (side * 0.75 for side in one.size)
        pages.append(_PAGE.format(width, height, place))
    source = work / "drawing.typ"
    source.write_text("".join(pages), "utf-8")
    return source


def _refuse(
    source: Path, target: Path, work: Path, families: Sequence[FontFile], **options: Any
) -> None:
    """Have Typst draw; raise PictureError for what it refuses."""
    try:
        refusal = typeset(source, target, work, families, {}, **options)
    except ChapterkitError as error:
        raise PictureError(f"画不出来：{error.message}", hint=_HINT) from None
    if refusal:
        raise PictureError(f"画不出来：{refusal.message}", hint=_HINT)
