"""Which characters the fonts that come along can show: lists, so that no font need be opened.

A test holds the lists against the fonts.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def of_text() -> frozenset[str]:
    """Return the characters that any text can show, whatever fonts the book has besides."""
    return _listed("text.txt")


@cache
def of_formulas() -> frozenset[str]:
    """Return the characters that formulas can show whatever fonts the book has."""
    return _listed("formulas.txt")


def _listed(name: str) -> frozenset[str]:
    text = files("chapterkit").joinpath("data", "fonts", name).read_text("utf-8")
    found = [chr(code) for code in range(0x20, 0x7F)]
    for stretch in text.partition("\n")[2].split():
        first, _, last = stretch.partition("-")
        found += map(chr, range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)
