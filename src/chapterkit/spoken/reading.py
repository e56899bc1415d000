"""TeX as parts: numbers, names, signs, and what is built of them; brackets with what they hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Literal
from xml.etree.ElementTree import Element

from latex2mathml import converter

Kind = Literal[
    "number", "name", "sign", "text", "fence", "script", "fraction", "choice", "root", "table",
    "line", "break",
]  # fmt: skip
Row = tuple["Part", ...]


class UnreadableError(ValueError):
    """TeX that is no formula, or one that the reader does not know."""


@dataclass(frozen=True)
class Part:
    """A part of a formula.

    `text` is what a number, name or sign shows, of a fence its opening sign, `closing` its other;
    `style` how a letter is set apart: double-struck, script, bold; of a sign, whether it opens or
    closes. `rows` are what it is built of: a fence's inside; a script's base, below and above; a
    fraction's upper and lower row; what stands under a root, and its degree; a table's lines, and
    a line's cells.
    """

    kind: Kind
    text: str = ""
    closing: str = ""
    style: str = ""
    rows: tuple[Row, ...] = ()


def read(tex: str) -> Row:
    """Return the parts of a formula; raise UnreadableError if it cannot be read."""
    try:
        return _row(converter.convert_to_element(_plain(tex)))
    except RecursionError:
        raise
    except Exception as error:  # whatever the reader stumbles over: it has errors of many kinds
        raise UnreadableError(str(error)) from error


_OPERATOR = re.compile(r"\\operatorname\*?\s*\{([^{}]*)\}")
_SPACE = re.compile(r"\\[,;:! ]|~|\s")
_LINES = r"(\\(?:begin|end))\{(?:aligned|alignedat|gathered|split|align\*?|gather\*?)\}"
_PLAIN = [
    (re.compile(pattern), plain)
    for pattern, plain in (
        (_LINES, r"\1{matrix}"),
        (r"\\not\s*=", r"\\ne "),
        (r"\\not\s*\\in\b", r"\\notin "),
        (r"\\arg\s*\\(max|min)(?![A-Za-z])", r"\\arg\1"),
        (r"(?<=\d)\{,\}(?=\d)", ""),
        (r"\\(?:limits|nolimits|displaystyle|textstyle|nonumber)(?![A-Za-z])", " "),
    )
]


def _plain(tex: str) -> str:
    """Return TeX without what the reader does not know, or makes something else of."""
    tex = _OPERATOR.sub(lambda one: rf"\operatorname{{{_SPACE.sub('', one[1])}}}", tex)
    for pattern, plain in _PLAIN:
        tex = pattern.sub(plain, tex)
    return tex


# --- MathML as parts


def _row(element: Element) -> Row:
    return fenced(tuple(_joined(_parts(element))))


def _parts(element: Element) -> Iterator[Part]:
    letters = [one for one in element if one.tag == "mi" and one.get("mathvariant") == "normal"]
    if len(letters) == len(element) > 1:  # a word in upright letters
        yield Part("name", "".join(map(_text, letters)))
        return
    for child in element:
        yield from _of(child)


def _of(element: Element) -> Iterator[Part]:
    tag, text = element.tag, _text(element)
    if tag in {"mphantom", "annotation"} or (tag == "mspace" and not element.get("linebreak")):
        return
    if tag in _BUILT:
        yield _BUILT[tag](element)
    elif tag == "mspace":
        yield Part("break")
    elif tag == "mn":
        yield Part("number", text, style=element.get("mathvariant", ""))
    elif tag == "mtext" and text:
        yield Part("text", text)
    elif tag == "mi" or (tag == "mo" and text[:1].isalpha()):
        yield from _name(text.removeprefix("\\"), element.get("mathvariant", ""))
    elif tag == "mo" and not len(element):
        yield Part("sign", text, style=element.get("form", ""))
    elif tag == "mtext":
        return
    else:
        yield from _parts(element)


def _text(element: Element) -> str:
    """Return what an element shows; the reader writes characters as references, twice escaped."""
    return unescape(element.text or "").replace("\u2009", " ").strip("\u00a0 ")


def _name(text: str, style: str) -> Iterator[Part]:
    if text in {"&", ""}:
        return
    plain = unicodedata.normalize("NFKC", text) if text.isalpha() else text
    if not plain[0].isalpha():
        yield Part("number" if plain.isdecimal() else "sign", plain, style=style)
        return
    told = "double-struck" if text == "\U0001d7d9" else style
    name = unicodedata.name(text[0], "") if plain != text else ""
    told = next((style for word, style in _STYLES.items() if word in name), told)
    yield Part("name", plain, style=_OWN.get(told, told))


_STYLES = {
    "DOUBLE-STRUCK": "double-struck", "SCRIPT": "script", "BLACK-LETTER": "fraktur",
    "FRAKTUR": "fraktur", "BOLD": "bold", "SANS-SERIF": "sans", "MONOSPACE": "mono",
}  # fmt: skip
_OWN = {"bold-italic": "bold", "normal": "", "italic": "", "sans-serif": "sans"}


def _child(element: Element, number: int) -> Row:
    child = element[number]
    row = _row(child) if child.tag in _GROUPS else fenced(tuple(_of(child)))
    return tuple(row)


_GROUPS = frozenset({"mrow", "mstyle", "mpadded"})


def _script(element: Element) -> Part:
    rows = [_child(element, number) for number in range(len(element))]
    base, *others = rows
    below = others[0] if element.tag in {"msub", "msubsup", "munder", "munderover"} else ()
    above = others[-1] if element.tag in {"msup", "msubsup", "mover", "munderover"} else ()
    return Part("script", style=element.tag[:2], rows=(base, below, above))


def _fraction(element: Element) -> Part:
    kind: Kind = "choice" if element.get("linethickness") == "0" else "fraction"
    return Part(kind, rows=(_child(element, 0), _child(element, 1)))


def _root(element: Element) -> Part:
    if element.tag == "mroot":
        return Part("root", rows=(_child(element, 0), _child(element, 1)))
    return Part("root", rows=(_row(element), ()))


def _table(element: Element) -> Part:
    lines = (Part("line", rows=tuple(_row(cell) for cell in line)) for line in element)
    return Part("table", rows=tuple((line,) for line in lines))


_BUILT = {
    **dict.fromkeys(("msub", "msup", "msubsup", "mover", "munder", "munderover"), _script),
    "mfrac": _fraction, "msqrt": _root, "mroot": _root, "mtable": _table,
}  # fmt: skip


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts, two bars as one, and 1{,}000 as one number."""
    waiting: list[Part] = []
    for part in parts:
        waiting.append(part)
        if [one.text for one in waiting[-2:]] == ["|", "|"]:
            waiting[-2:] = [replace(part, text="‖")]
    yield from waiting


# --- brackets

_PAIRS = dict(zip("([{⟨⌊⌈⟦", ")]}⟩⌋⌉⟧", strict=True))
_BARS = ("|", "‖")


def fenced(parts: Row) -> Row:
    """Return a row in which brackets and bars are fences that hold what is between them.

    What opens and is not closed stays a sign; a bar that has no partner is one that separates.
    """
    frames: list[tuple[Part | None, list[Part]]] = [(None, [])]
    for part in parts:
        mark = _mark(part)
        if mark and (mark.style == "prefix" or mark.text in _PAIRS):
            frames.append((part, []))
        elif mark and len(frames) > 1 and (mark.style == "postfix" or mark.text in _PAIRS.values()):
            opening, inner = frames.pop()
            frames[-1][1].append(_closed(opening, inner, part, mark))
        else:
            frames[-1][1].append(part)
    while len(frames) > 1:
        opening, inner = frames.pop()
        frames[-1][1].extend([opening, *inner] if opening else inner)
    return _barred(frames[0][1])


def _mark(part: Part) -> Part | None:
    """Return the sign that a part is, or that bears scripts in it."""
    if part.kind == "script" and len(part.rows[0]) == 1:
        part = part.rows[0][0]
    return part if part.kind == "sign" else None


def _closed(opening: Part | None, inner: Sequence[Part], part: Part, mark: Part) -> Part:
    opened = _mark(opening) if opening else None
    if sum(_bars(inner, "|")) == 1:  # a single bar separates what is from what it is given
        inner = [replace(one, text="∣") if _bars([one], "|")[0] else one for one in inner]
    fence = Part("fence", opened.text if opened else "", mark.text, rows=(_barred(inner),))
    return fence if part is mark else replace(part, rows=((fence,), *part.rows[1:]))


def _barred(parts: Sequence[Part]) -> Row:
    for bar in _BARS:
        places = [at for at, is_bar in enumerate(_bars(parts, bar)) if is_bar]
        if places and len(places) % 2 == 0:
            parts = _paired(parts, places, bar)
    return tuple(parts)


def _bars(parts: Sequence[Part], bar: str) -> list[bool]:
    return [(mark := _mark(part)) is not None and mark.text == bar for part in parts]


def _paired(parts: Sequence[Part], places: Sequence[int], bar: str) -> list[Part]:
    made, end = list(parts[: places[0]]), places[0]
    for opening, closing in zip(places[::2], places[1::2], strict=True):
        made += parts[end:opening]
        last, sign = parts[closing], Part("sign", bar)
        inner = list(parts[opening + 1 : closing])
        made.append(_closed(sign, inner, last, last if last.kind == "sign" else sign))
        end = closing + 1
    return [*made, *parts[end:]]
