"""How wide text is in fonts: their files are read here, and nowhere else in this room."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

from PIL import ImageFont

from chapterkit.drawing.look import Look, Measure
from chapterkit.fonts import FontFile

_UNKNOWN = {"W": 1.0, "F": 1.0, "A": 1.0}
_NARROW = 0.56
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})


def look_of(fonts: Sequence[FontFile], width: float = 480, size: float = 12) -> Look:
    """Return a look in fonts, the first of which is asked first for each character."""
    return Look(tuple(font.family for font in fonts), measure_of(tuple(fonts)), width, size)


@cache
def measure_of(fonts: tuple[FontFile, ...]) -> Measure:
    """Return what tells how wide a text is in fonts, in ems, their files once read.

    What none of them has, or whose file cannot be read, is as wide as such characters mostly are.
    """

    def measure(text: str) -> float:
        return sum(_advance(character, fonts) for character in text)

    return measure


@cache
def _advance(character: str, fonts: tuple[FontFile, ...]) -> float:
    for font in fonts:
        if (found := _advances(font)(character)) is not None:
            return found
    if unicodedata.category(character) in _NO_WIDTH:
        return 0.0
    return _UNKNOWN.get(unicodedata.east_asian_width(character), _NARROW)


@cache
def _advances(font: FontFile) -> Callable[[str], float | None]:
    """Return what tells how wide a font sets a character: None where it has none."""
    if font.path is None:
        return lambda _: None
    try:
        large, small = (
            ImageFont.truetype(font.path, size, font.index, layout_engine=ImageFont.Layout.BASIC)
            for size in (_EM, _SMALL)
        )
    except (OSError, ValueError):
        return lambda _: None
    nothing = _look(small, _NOBODYS)

    def advance(character: str) -> float | None:
        if _look(small, character) == nothing:
            return None
        return float(large.getlength(character)) / _EM

    return advance


_EM, _SMALL = 1000, 12
"""The sizes at which characters are measured, and looked at."""
_NOBODYS = "\uffff"  # no character: what a font shows for it, it shows for all that it lacks


def _look(font: ImageFont.FreeTypeFont, character: str) -> tuple[float, bytes]:
    return font.getlength(character), bytes(font.getmask(character))
