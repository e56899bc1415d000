"""SVG built anew: what a drawing in print needs is taken over, and nothing else. Pure.

A drawing comes from anybody, and is shown by a browser, a reader of e-books, Typst and Word. What
cannot be seen in print (notes of the program that drew it, handlers of events, links) is left out;
what would be seen and cannot be taken over (script, animation, HTML within, whatever is fetched
from elsewhere) is refused, so that no drawing silently lacks a part. Style sheets become styles of
the elements that they are about.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from chapterkit.manuscript import drawing_styles as styles
from chapterkit.manuscript import rasters
from chapterkit.manuscript.pictures import PictureError, media_type

MAX_BYTES = 10_000_000
MAX_ELEMENTS = 100_000
MAX_COPIES = 150_000
MAX_DEPTH = 50
MAX_SIDE = 20_000
MAX_FILTERING = 300
MAX_TEXT = 20_000
_MAX_STYLED = 5_000_000

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_XHTML = "{http://www.w3.org/1999/xhtml}"

_ELEMENTS, _LEFT_OUT, _ATTRIBUTES = map(styles.names, ("elements", "left-out", "attributes"))
_TOLD = styles.names("told")
_TEXTS = frozenset({"text", "tspan", "textPath"})
_GRADIENTS = frozenset({"linearGradient", "radialGradient"})
# What a filter does grows with these for every pixel.
_AT_MOST = {"stdDeviation": 500, "radius": 10, "order": 7, "numOctaves": 5}
_HEAVY = frozenset(
    {"feTurbulence", "feMorphology", "feConvolveMatrix", "feDiffuseLighting", "feSpecularLighting"}
)
_HEAVY_WEIGHT = 20
_FARTHEST = 100_000
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TOO_LARGE = re.compile(r"(?<![\d.])\d{10}|[eE]\+?0*[1-9]\d|inf|nan", re.IGNORECASE)
# What our own drawings bear: classes by which a page colours them, and what is read out.
_OWN = {
    "class": re.compile(r"d-[a-z0-9-]{1,20}(?: d-[a-z0-9-]{1,20}){0,3}"),
    "role": re.compile("img"),
    "aria-labelledby": re.compile(r"[\w-]{1,80}(?: [\w-]{1,80})?"),
}
_ID = re.compile(r"[^\s\"'()<>&#;\\]{1,200}")
_EMBEDDED = re.compile(r"data:image/(png|jpe?g|gif|webp|svg\+xml);base64,", re.IGNORECASE)
_LENGTH = re.compile(r"\s*([-+\d.eE]+?)\s*(px|pt|pc|mm|cm|in|em|ex|%|)\s*")
_PIXELS = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96,
           "em": 16, "ex": 8}  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SIMPLER = "用绘图软件把它化简，或另存为 PNG"
_STILL = "在绘图软件里去掉它，或另存为 PNG"
_EMBED = "把要用的东西嵌进这个 SVG，或另存为 PNG"


def rebuilt(data: bytes, nested: bool = False, own: bool = False) -> bytes:
    """Return an SVG built anew from what is allowed in it.

    `nested` is for one that stands within another, which may hold no third one; `own` for one of
    our own, which keeps what is told of its parts, and the classes of its colours. Raises
    PictureError, the message without the picture's name, if it is no SVG, is too large when
    all its parts are copied where they are wanted, or shows what cannot be taken over.
    """
    source = _parsed(data)
    if source.tag != f"{_SVG}svg":
        raise PictureError("不是 SVG，或没有 SVG 的命名空间", hint=_SIMPLER)
    rebuilding = _Rebuilding(_styles_of(source), nested, own)
    made = rebuilding.element(source, "svg")
    made.set("xmlns", _SVG[1:-1])
    made.set("xmlns:xlink", _XLINK[1:-1])
    size(made)
    _check_copies(made)
    if sum(map(len, made.itertext())) > MAX_TEXT:
        raise PictureError("里面的文字太多", hint=_SIMPLER)
    text = tostring(made, "unicode")
    if _NOT_XML.search(text):  # a style may write any character by its number
        raise PictureError("用了 XML 里不能有的控制字符", hint=_SIMPLER)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()


# --- parsing


class _Bounded(TreeBuilder):
    """Builds the tree of a document that is neither too deep nor too large."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        self.count += 1
        if self.depth > MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise PictureError("层次太深或部件太多", hint=_SIMPLER)
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)

    def pi(self, target: str, text: str | None = None, /) -> Any:
        if target == "xml-stylesheet":
            raise PictureError("用了外面的样式表", hint=_EMBED)


def _parsed(data: bytes) -> Element:
    """Return the root of an XML document without entities of its own; its DTD is not looked at."""
    if len(data) > MAX_BYTES:
        raise PictureError(f"超过 {MAX_BYTES // 1_000_000} MB", hint=_SIMPLER)
    parser = DefusedXMLParser(target=_Bounded(), forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException:
        raise PictureError("声明了实体", hint="用绘图软件另存为普通 SVG") from None
    except (ParseError, LookupError, ValueError, AssertionError):
        raise PictureError("不是合格的 SVG（XML 写错了）", hint=_SIMPLER) from None
    return root


def _styles_of(root: Element) -> Mapping[Element, styles.Declared]:
    """Return what the style sheets in a drawing say of each of its elements."""
    sheets = "\n".join("".join(one.itertext()) for one in root.iter(f"{_SVG}style"))
    if not sheets.strip():
        return {}
    rules = styles.rules_of(sheets)
    if len(rules) * sum(1 for _ in root.iter()) > _MAX_STYLED:
        raise PictureError("样式太多", hint=_SIMPLER)
    return styles.applied(rules, root)


# --- building


@dataclass
class _Rebuilding:
    """Builds elements anew; `styles` is what the drawing's style sheets say of each."""

    styles: Mapping[Element, styles.Declared]
    nested: bool
    own: bool = False
    pixels: int = 0
    ids: set[str] = field(default_factory=set)

    def element(self, source: Element, name: str) -> Element:
        """Return an element, called `name` in what is built, with all that it contains."""
        made = Element(name, dict(self._attributes(source, name)))
        is_text = name in _TEXTS
        made.text = source.text if is_text else None
        for child in source:
            after = child.tail if is_text else None
            if (part := self._part(child, within=name)) is not None:
                part.tail = after
                made.append(part)
            elif after:
                _append_text(made, after)
        return made

    def _part(self, source: Element, within: str) -> Element | None:
        """Return what becomes of an element; None if it is left out."""
        if not source.tag.startswith(_SVG):
            if source.tag.startswith(_XHTML):
                raise PictureError("里面有 HTML", hint=_STILL)
            return None
        name = source.tag.removeprefix(_SVG)
        if self.own and name in _TOLD:
            return self._told(source, name)
        if name in _LEFT_OUT:
            return None
        if name == "switch":
            return self._switch(source)
        if name == "a":
            name = "tspan" if within in _TEXTS else "g"
        if name not in _ELEMENTS:
            raise PictureError(f"里面有 <{name[:40]}>，印不出来", hint=_STILL)
        return self.element(source, name)

    def _told(self, source: Element, name: str) -> Element:
        """Return what is told of a part, as plain text: in a page, elements in it would be HTML."""
        made = Element(name, dict(self._id(source)))
        made.text = "".join(source.itertext())
        return made

    def _switch(self, source: Element) -> Element:
        """Return what is shown of alternatives: HTML within a drawing often comes with another."""
        made = Element("g", dict(self._attributes(source, "g")))
        chosen = next(filter(_is_shown, source), None)
        if chosen is None:
            chosen = next((one for one in source if one.tag == f"{_SVG}foreignObject"), None)
        if chosen is not None and (part := self._part(chosen, within="g")) is not None:
            made.append(part)
        return made

    def _attributes(self, source: Element, name: str) -> Iterator[tuple[str, str]]:
        for key, value in source.attrib.items():
            if key in _ATTRIBUTES:
                yield key, _measure(name, key, value)
            elif key in styles.PROPERTIES:
                if kept := styles.value_of(value):
                    yield key, kept
            elif key == f"{_XML}space":
                yield "xml:space", "preserve" if value == "preserve" else "default"
            elif self.own and key in _OWN and _OWN[key].fullmatch(value):
                yield key, value
        yield from self._id(source)
        yield from self._reference(source, name)
        style = styles.together(self.styles.get(source, styles.NOTHING), source.get("style", ""))
        if style:
            yield "style", style

    def _id(self, source: Element) -> Iterator[tuple[str, str]]:
        if (id := source.get("id", "")) and _ID.fullmatch(id) and id not in self.ids:
            self.ids.add(id)
            yield "id", id

    def _reference(self, source: Element, name: str) -> Iterator[tuple[str, str]]:
        address = source.get("href", source.get(f"{_XLINK}href", "")).strip()
        if not address or source.tag == f"{_SVG}a":
            return
        if name == "image":
            yield "xlink:href", self._embedded(address)
        elif address.startswith("#") and _ID.fullmatch(address[1:]):
            yield "xlink:href", address
        else:
            raise _from_elsewhere(address)

    def _embedded(self, address: str) -> str:
        """Return the address of a picture that the drawing itself holds, looked at like others."""
        head = _EMBEDDED.match(address)
        if not head:
            raise _from_elsewhere(address)
        kind = {"jpg": "jpeg", "svg+xml": "svg"}.get(head[1].lower(), head[1].lower())
        try:
            data = base64.b64decode("".join(address[head.end() :].split()), validate=True)
        except (binascii.Error, ValueError):
            raise PictureError("里面嵌的图片损坏了", hint=_STILL) from None
        if kind == "svg":
            if self.nested:
                raise PictureError("里面一层套一层地嵌着 SVG", hint=_SIMPLER)
            data = rebuilt(data, nested=True)
        else:
            self.pixels += rasters.pixels(data, kind)
            if self.pixels > rasters.MAX_PIXELS:
                raise PictureError("里面嵌的图片太大", hint=_SIMPLER)
        return f"data:{media_type(kind)};base64,{base64.b64encode(data).decode()}"


def _is_shown(alternative: Element) -> bool:
    """Tell whether a drawing, among alternatives, shows this one; the first such it shows."""
    language = alternative.get("systemLanguage", "zh")
    return (
        alternative.tag.startswith(_SVG)
        and alternative.tag.removeprefix(_SVG) not in {"foreignObject", *_LEFT_OUT}
        and "requiredExtensions" not in alternative.attrib
        and language.startswith("zh")
    )


def _append_text(made: Element, text: str) -> None:
    if len(made):
        made[-1].tail = (made[-1].tail or "") + text
    else:
        made.text = (made.text or "") + text


def _measure(name: str, key: str, value: str) -> str:
    if _TOO_LARGE.search(value) and key not in {"in", "in2", "result"}:
        raise PictureError(f"的 {key} 太大", hint=_SIMPLER)
    most = _AT_MOST.get(key) or (_FARTHEST if name == "filter" or name.startswith("fe") else None)
    if most and any(abs(float(one)) > most for one in _NUMBER.findall(value)):
        raise PictureError(f"的 {key} 超过 {most}", hint=_SIMPLER)
    return value


def _from_elsewhere(address: str) -> PictureError:
    shown = address if len(address) <= 60 else f"{address[:60]}…"
    return PictureError(f"用了外面的 {shown}", hint=_EMBED)


# --- measuring


def size(root: Element) -> tuple[float, float]:
    """Return the width and height of a drawing, in pixels of 1/96 inch.

    Raises PictureError if it has none, or an unreasonable one.
    """
    box = [float(one) for one in _NUMBER.findall(root.get("viewBox", ""))]
    sides = box[2:] if len(box) == 4 else [0.0, 0.0]
    width, height = _length(root.get("width", "")), _length(root.get("height", ""))
    if width and not height and all(side > 0 for side in sides):
        height = width * sides[1] / sides[0]
    if height and not width and all(side > 0 for side in sides):
        width = height * sides[0] / sides[1]
    width, height = width or sides[0], height or sides[1]
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        hint = "给 <svg> 写上 width、height 和 viewBox"
        raise PictureError("没有大小，或大得没有道理", hint=hint)
    return width, height


def _length(text: str) -> float:
    """Return a length in pixels; 0 if it is none, or a share of something else."""
    found = _LENGTH.fullmatch(text)
    if not found or found[2] not in _PIXELS or not _NUMBER.fullmatch(found[1]):
        return 0.0
    return float(found[1]) * _PIXELS[found[2]]


def size_of(data: bytes) -> tuple[float, float]:
    """Return the width and height of a drawing that was built anew, in pixels of 1/96 inch."""
    return size(_parsed(data))


# --- what is copied where it is wanted


def _check_copies(root: Element) -> None:
    """Refuse a drawing whose parts call one another in a circle, or are copied too often."""
    copies = _Copies({id: one for one in root.iter() if (id := one.get("id"))})
    copies.of(root, 0)
    if copies.filtering > MAX_FILTERING:
        raise PictureError("的滤镜太多", hint=_SIMPLER)


@dataclass
class _Copies:
    """How many elements are drawn for each, all that it calls for included."""

    by_id: Mapping[str, Element]
    known: dict[Element, int] = field(default_factory=dict)
    under_way: set[Element] = field(default_factory=set)
    filtering: int = 0

    def of(self, element: Element, depth: int) -> int:
        """Return the number for an element; raise PictureError if it is beyond all reason."""
        if element in self.known:
            return self.known[element]
        if element in self.under_way or depth > MAX_DEPTH:
            raise PictureError("的部件绕着圈互相引用，或层次太深", hint=_SIMPLER)
        self.under_way.add(element)
        count = 1 + sum(self.of(child, depth + 1) for child in element)
        for id, times in _calls(element):
            if (called := self.by_id.get(id)) is not None:
                within = self.of(called, depth + 1)
                count += 0 if called.tag in _GRADIENTS else within * times
                self.filtering += _weight(called) if called.tag == "filter" else 0
        if count > MAX_COPIES:
            raise PictureError("的部件重复得太多", hint=_SIMPLER)
        self.under_way.remove(element)
        self.known[element] = count
        return count


def _weight(filter_: Element) -> int:
    """Return how much a filter does for every pixel, roughly."""
    return sum(_HEAVY_WEIGHT if part.tag in _HEAVY else 1 for part in filter_)


def _calls(element: Element) -> Iterator[tuple[str, int]]:
    """Yield the ids of what an element calls for, and how many times it is drawn for it."""
    if (address := element.get("xlink:href", "")).startswith("#"):
        yield address[1:], 1
    for key, value in element.attrib.items():
        for name, id in styles.calls(key, value):
            yield id, _vertices(element) if name.startswith("marker") else 1


def _vertices(element: Element) -> int:
    where: Any = element.get("d") or element.get("points") or ""
    return 1 + len(_NUMBER.findall(where)) // 2
