"""Where the texts of a drawing stand, read from its SVG: for tests of what must not overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring

from chapterkit.drawing import Look

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Text:
    """A line of text and the room that its letters take."""

    said: str
    left: float
    top: float
    right: float
    bottom: float

    def over(self, other: Text) -> bool:
        """Tell whether two texts cover one another by more than a hair."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > 0.5
            and min(self.bottom, other.bottom) - max(self.top, other.top) > 0.5
        )


def texts_of(svg: str, look: Look) -> list[Text]:
    """Return the lines of text of a drawing."""
    return [
        text for element in fromstring(svg).iter(f"{SVG}text") for text in _lines(element, look)
    ]


def _lines(element: Element, look: Look) -> Iterator[Text]:
    for part in [element, *element]:
        if part.text and part.text.strip():
            yield _placed(part, element, look)


def _placed(part: Element, whole: Element, look: Look) -> Text:
    size = float(whole.attrib["font-size"])
    x, y = float(part.attrib["x"]), float(part.attrib["y"])
    said = part.text or ""
    wide = look.measure(said) * size
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[whole.get("text-anchor", "start")] * wide
    return Text(said, left, y - 0.72 * size, left + wide, y + 0.05 * size)


def overlapping(svg: str, look: Look) -> list[tuple[str, str]]:
    """Return the pairs of texts that stand on one another."""
    texts = texts_of(svg, look)
    return [
        (one.said, other.said)
        for number, one in enumerate(texts)
        for other in texts[number + 1 :]
        if one.over(other)
    ]


def outside(svg: str, look: Look) -> list[str]:
    """Return the texts that stand out of the drawing."""
    root = fromstring(svg)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    return [
        one.said
        for one in texts_of(svg, look)
        if one.left < -0.5 or one.top < -0.5 or one.right > width + 0.5 or one.bottom > height + 0.5
    ]
