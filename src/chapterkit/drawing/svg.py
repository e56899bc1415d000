"""Writing SVG: elements, text in lines, a whole drawing. Text stays text, and is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from chapterkit.drawing.look import Look
from chapterkit.drawing.model import DrawingError
from chapterkit.drawing.palette import Paint, fill

LEADING = 1.35
MAX_HEIGHT = 1000.0
USUAL_WIDTH = 480.0
_MIDDLE = 0.37  # how far below its middle the baseline of a line lies, in ems
# What XML cannot hold.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Box:
    """A rectangle: its left upper corner, width and height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Return where it ends below."""
        return self.y + self.height

    def meets(self, other: Box) -> bool:
        """Tell whether two rectangles have a place in common."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )


def number(value: float) -> str:
    """Return a coordinate as SVG writes it: a tenth of a pixel is fine enough.

    >>> number(12.0), number(-0.04), number(3.25)
    ('12', '0', '3.2')
    """
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def words(text: str) -> str:
    """Return a text as XML, on one line, without what XML cannot hold."""
    return escape(" ".join(_NO_XML.sub("", text).split()), quote=False)


def _quoted(value: str) -> str:
    return escape(value, quote=False).replace('"', "&quot;")


def element(name: str, paint: Paint | None = None, *content: str, **where: float | str) -> str:
    """Return an element: how it is painted, what it contains (SVG already), where it stands.

    >>> element("line", None, x1=0, stroke_linecap="round")
    '<line x1="0" stroke-linecap="round"/>'
    """
    said = {
        **{key.replace("_", "-"): one if isinstance(one, str) else number(one)
           for key, one in where.items()},
        **(paint or {}),
    }  # fmt: skip
    attributes = "".join(f' {key}="{_quoted(value)}"' for key, value in said.items())
    inside = "".join(content)
    return f"<{name}{attributes}>{inside}</{name}>" if inside else f"<{name}{attributes}/>"


def rectangle(box: Box, paint: Paint, *content: str, round: float = 0) -> str:
    """Return a rectangle."""
    corners: dict[str, float | str] = {"rx": round} if round else {}
    return element(
        "rect", paint, *content, x=box.x, y=box.y, width=box.width, height=box.height, **corners
    )


def line(x1: float, y1: float, x2: float, y2: float, paint: Paint) -> str:
    """Return a straight line."""
    return element("line", paint, x1=x1, y1=y1, x2=x2, y2=y2)


def path(points: Sequence[tuple[float, float]], paint: Paint, **more: str) -> str:
    """Return a line through points."""
    places = " ".join(f"{number(x)} {number(y)}" for x, y in points)
    return element("path", paint, d=f"M{places}", **more)


def told(title: str, *content: str) -> str:
    """Return parts of a drawing of which a reader is told something who points at them."""
    return element("g", None, f"<title>{words(title)}</title>", *content) if title else "".join(
        content
    )  # fmt: skip


def linked(address: str, content: str) -> str:
    """Return a part of a drawing as a link, if it leads anywhere."""
    return element("a", None, content, href=address) if address else content


def text(
    said: str | Sequence[str],
    x: float,
    y: float,
    size: float,
    colour: str = "ink",
    anchor: str = "start",
) -> str:
    """Return text in one line or several, which together have their middle at `y`."""
    lines = [said] if isinstance(said, str) else said
    first = y - (len(lines) - 1) * size * LEADING / 2 + size * _MIDDLE
    where: dict[str, str] = {"font_size": f"{size:g}"}
    if anchor != "start":
        where["text_anchor"] = anchor
    if len(lines) == 1:
        return element("text", fill(colour), words(lines[0]), x=x, y=first, **where)
    spans = [
        element("tspan", None, words(one), x=x, y=first + place * size * LEADING)
        for place, one in enumerate(lines)
    ]
    return element("text", fill(colour), *spans, **where)


def height_of(lines: Sequence[str], size: float) -> float:
    """Return how high lines stand."""
    return len(lines) * size * LEADING


def document(
    name: str, description: str, width: float, height: float, look: Look, id: str,
    body: Iterable[str], definitions: Iterable[str] = (),
) -> str:  # fmt: skip
    """Return a whole drawing: who hears it is told its name and description.

    Raises DrawingError for one that is higher than a page.
    """
    if height > MAX_HEIGHT * max(1.0, USUAL_WIDTH / width):
        raise DrawingError("画出来太高，一页放不下：少画一些，或分成几张")
    said = [f'<title id="{id}-name">{words(name)}</title>']
    labels = f"{id}-name"
    if description:
        said.append(f'<desc id="{id}-words">{words(description)}</desc>')
        labels += f" {id}-words"
    defined = "".join(definitions)
    families = [*(f"'{_plain(one)}'" for one in look.families), "sans-serif"]
    head = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": "d-drawing",
        "role": "img",
        "aria-labelledby": labels,
        "viewBox": f"0 0 {number(width)} {number(height)}",
        "width": number(width),
        "height": number(height),
        "font-family": ", ".join(families),
    }
    parts = [*said, *([f"<defs>{defined}</defs>"] if defined else []), *body]
    return element("svg", head, "\n", *(f"{part}\n" for part in parts))


def _plain(family: str) -> str:
    return re.sub(r"[^\w .-]", "", family)
