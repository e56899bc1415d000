"""The lines of a PDF, measured: which are body text, how wide they are set, where they stand."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from chapterkit.han import is_han


@dataclass(frozen=True)
class Glyph:
    """A character on a page: where it begins on its baseline, measured from the top."""

    text: str
    x: float
    y: float
    size: float
    font: str


@dataclass(frozen=True)
class Line:
    """What stands on one baseline of a page."""

    page: int
    y: float
    glyphs: tuple[Glyph, ...]

    @property
    def text(self) -> str:
        return "".join(one.text for one in self.glyphs)

    def stretch(self) -> float:
        """Return the distance of neighbouring Han in ems of their type size; 0 without any."""
        pairs = [(one, other) for one, other in pairwise(self.glyphs) if is_han(one.text)]
        gaps = [(b.x - a.x) / a.size for a, b in pairs if is_han(b.text) and a.size == b.size]
        return median(gaps) if gaps else 0.0


def glyphs_of(page: pypdfium2.PdfPage) -> Iterator[Glyph]:
    """Yield the characters of a page."""
    text, height = page.get_textpage(), page.get_height()
    name, x, y = ctypes.create_string_buffer(200), ctypes.c_double(), ctypes.c_double()
    for place in range(text.count_chars()):
        character = chr(pdfium.FPDFText_GetUnicode(text, place))
        if character in "\r\n\0":
            continue
        pdfium.FPDFText_GetCharOrigin(text, place, x, y)
        pdfium.FPDFText_GetFontInfo(text, place, name, 200, ctypes.c_int())
        size = round(pdfium.FPDFText_GetFontSize(text, place), 2)
        yield Glyph(character, x.value, round(height - y.value, 1), size, name.value.decode())


def lines_of(path: Path) -> list[Line]:
    """Return the lines of a PDF, page by page from top to bottom."""
    found = []
    with pypdfium2.PdfDocument(path) as document:
        for number in range(len(document)):
            glyphs = sorted(glyphs_of(document[number]), key=lambda one: (one.y, one.x))
            for y, row in groupby(glyphs, key=lambda one: one.y):
                found.append(Line(number, y, tuple(row)))
    return found


def body_lines(path: Path, size: float) -> list[Line]:
    """Return the lines of running text: no heading, caption, cell, note or reference.

    They are told by three Han characters at least of the text's own size and its serif font.
    """

    def in_body(one: Glyph) -> bool:
        return is_han(one.text) and one.size == size and "Serif" in one.font

    return [line for line in lines_of(path) if sum(map(in_body, line.glyphs)) >= 3]
