"""Pictures in black and grey, for print in a single ink."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from pathlib import Path
from xml.etree import ElementTree as Xml

import tinycss2.color4
from defusedxml.ElementTree import fromstring

from chapterkit.drawing import IN_GREY
from chapterkit.formats.shared.drawn import as_pixels
from chapterkit.manuscript.pictures import Picture
from chapterkit.manuscript.rasters import as_grey

_COLOURED = (
    "fill", "stroke", "color", "stop-color", "flood-color", "lighting-color", "background-color",
)  # fmt: skip
_STYLED = re.compile(rf"(?<![\w-])({'|'.join(_COLOURED)})\s*:\s*([^;]+)")
_LUMA = (0.299, 0.587, 0.114)
_EMBEDDED = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,(.*)", re.DOTALL)


def in_grey(picture: Picture, work: Path) -> Picture:
    """Return a picture of which nothing is coloured; a drawing stays one where that can be.

    One with filters, which may make colours of their own, becomes pixels. `work` is a folder for
    temporary files. Raises PictureError, without the picture's name, for one that is not drawn.
    """
    if picture.kind == "svg" and b"<filter" in picture.data:
        picture = as_pixels(picture, work)
    data, kind = _grey(picture.data, picture.kind)
    return Picture(picture.path, kind, data)


def _grey(data: bytes, kind: str) -> tuple[bytes, str]:
    return (_drawing(data), kind) if kind == "svg" else as_grey(data, kind)


_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"


def _drawing(data: bytes) -> bytes:
    Xml.register_namespace("", _SVG)
    Xml.register_namespace("xlink", _XLINK)
    root: Xml.Element = fromstring(data)
    for element in root.iter():
        for name, said in element.attrib.items():
            element.set(name, _changed(name.rpartition("}")[2], said))
    made: bytes = Xml.tostring(root, encoding="utf-8")
    return made


def _changed(name: str, said: str) -> str:
    """Return the value of an attribute without colours."""
    if name in _COLOURED:
        return grey_of(said)
    if name == "style":
        return _STYLED.sub(lambda found: f"{found[1]}:{grey_of(found[2])}", said)
    embedded = _EMBEDDED.fullmatch(said) if name == "href" else None
    if embedded is None:
        return said
    kind = embedded[1].removesuffix("+xml")
    data, kind = _grey(b64decode(embedded[2]), kind)
    media = "svg+xml" if kind == "svg" else kind
    return f"data:image/{media};base64,{b64encode(data).decode()}"


def grey_of(said: str) -> str:
    """Return a colour as the grey that is as light; what is no colour as it is.

    >>> grey_of("red"), grey_of("rgba(0, 0, 255, 0.5)"), grey_of("none"), grey_of("url(#a)")
    ('#4c4c4c', '#1d1d1d80', 'none', 'url(#a)')
    """
    if said in IN_GREY:
        return IN_GREY[said]
    colour = tinycss2.color4.parse_color(said)
    if colour is None or colour == "currentcolor":
        return said
    parts = colour.to("srgb").coordinates
    light = round(255 * sum(one * part for one, part in zip(_LUMA, parts, strict=True)))
    alpha = "" if colour.alpha == 1 else f"{round(255 * colour.alpha):02x}"
    return f"#{light:02x}{light:02x}{light:02x}{alpha}"
