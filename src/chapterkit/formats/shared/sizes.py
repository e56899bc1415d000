"""How large pictures are printed: as their author says, never larger than they are by themselves.

A width of so many centimetres is what it says, a share of the line too, but for pixels that are
narrower than that: they are not blown up. Nothing is wider than the line, or higher than a page.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chapterkit.formats import AnyPrinting
from chapterkit.manuscript.pictures import Picture
from chapterkit.text.passes import over_elements
from chapterkit.text.tree import Element, Pass, attributes_of, target_of, with_attributes


class Room(NamedTuple):
    """What there is on a page, in points: a line's width, the height for a picture, an em."""

    width: float
    height: float
    em: float


_PIXEL = 0.75
_UNITS = {"": _PIXEL, "px": _PIXEL, "cm": 72 / 2.54, "mm": 7.2 / 2.54, "in": 72.0, "pt": 1.0}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(%|[a-z]*)")


def printed_size(image: Element, picture: Picture, room: Room) -> tuple[float, float]:
    """Return the width and height, in points, with which a picture is printed."""
    own_width, own_height = (side * _PIXEL for side in picture.size)
    most = room.width if picture.kind == "svg" else own_width
    width = _points(attributes_of(image).get("width"), room, most)
    height = _points(attributes_of(image).get("height"), room, 0)
    if width is None and height is None:
        width = own_width
    if width is None:
        width = (height or own_height) * own_width / own_height
    if height is None:
        height = width * own_height / own_width
    shrunk = min(1.0, room.width / width, room.height / height)
    return width * shrunk, height * shrunk


def _points(length: str, room: Room, most: float) -> float | None:
    """Return a length in points, None for none; a share of the line is no more than `most`."""
    found = _LENGTH.fullmatch(length)
    if not found or float(found[1]) == 0:
        return None
    count, unit = float(found[1]), found[2]
    if unit == "%":
        return min(room.width * count / 100, most) if most else None
    return count * (room.em if unit == "em" else _UNITS[unit])


def in_inches(printing: AnyPrinting, room: Room) -> Pass:
    """Return the pass that gives each picture the size in inches with which it is printed."""

    def sized(element: Element) -> Element:
        picture = printing.pictures.get(target_of(element).address)
        if picture is None:
            return element
        width, height = printed_size(element, picture, room)
        own = attributes_of(element)
        own = own.having("width", f"{width / 72:.4f}in").having("height", f"{height / 72:.4f}in")
        return with_attributes(element, own)

    return over_elements(sized, {"Image"})


def on_screens(printing: AnyPrinting) -> Pass:
    """Return the pass that gives pictures with a share of the line for width a limit: their own."""

    def sized(element: Element) -> Element:
        picture = printing.pictures.get(target_of(element).address)
        own = attributes_of(element)
        width = own.get("width")
        if picture is None or not width.endswith("%"):
            return element
        most = "100%" if picture.kind == "svg" else f"min(100%, {picture.size[0]:.0f}px)"
        limit = f"width: {width}; max-width: {most}; height: auto"
        pairs = [one for one in own.pairs if one[0] not in {"width", "height"}]
        return with_attributes(element, own._replace(pairs=[*pairs, ("style", limit)]))

    return over_elements(sized, {"Image"})
