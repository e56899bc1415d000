"""A font for formulas, with no more than a text needs: STIX Two Math, which the OFL lets us embed.

Reads that font alone.
"""

from __future__ import annotations

import html
import re
import string
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from threading import Lock

from fontTools.ttLib import TTFont

from chapterkit.formats import KeepPart, made_anew

FAMILY = "STIX Two Math"
_FILE = "fonts/STIXTwoMath-Regular.ttf"
_FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
_UNSEEN = re.compile(r"<annotation.*?</annotation>|<[^>]*>", re.DOTALL)
_GREEK = "αβγδεζηθικλμνξοπρςστυφχψω"
# What a letter alone is shown as: the same one in italics, which has a place of its own.
_ITALIC = {
    **{one: chr(0x1D434 + at) for at, one in enumerate(string.ascii_uppercase)},
    **{one: chr(0x1D44E + at) for at, one in enumerate(string.ascii_lowercase)},
    **{one.upper(): chr(0x1D6E2 + at) for at, one in enumerate(_GREEK) if one != "ς"},
    **{one: chr(0x1D6FC + at) for at, one in enumerate(_GREEK)},
    "h": "ℎ", "ϵ": "𝜖", "ϑ": "𝜗", "ϕ": "𝜙", "ϱ": "𝜚", "ϖ": "𝜛",
}  # fmt: skip


def shown_in_formulas(pages: Iterable[str]) -> str:
    """Return the characters that the formulas of some pages show, in order, each once."""
    texts = (_UNSEEN.sub("", one) for page in pages for one in _FORMULA.findall(page))
    shown = {character for text in texts for character in html.unescape(text)}
    return "".join(sorted(shown | {_ITALIC[one] for one in shown if one in _ITALIC}))


def font_face(pages: Iterable[str], kept: KeepPart = made_anew) -> str:
    """Return the style that has the formulas of some pages in a font which the style holds.

    Empty for pages without any, and where that font is not installed.
    """
    shown = shown_in_formulas(pages)
    font = math_font(shown, kept) if shown else b""
    return _FACE.format(b64encode(font).decode()) if font else ""


_FACE = """
@font-face {{ font-family: "Formulas"; src: url("data:font/ttf;base64,{}"); }}
math {{ font-family: "Formulas", math; }}
"""


def math_font(characters: str, kept: KeepPart = made_anew) -> bytes:
    """Return the font for formulas that show these characters; empty where it is not installed.

    Formats that are made at once show the same ones: it is made once for them.
    """
    with _ONE_AT_A_TIME:
        return kept(["math", characters], lambda: _made(characters))


_ONE_AT_A_TIME = Lock()


@lru_cache(maxsize=4)
def _made(characters: str) -> bytes:
    found = find_spec("ziamath")
    places = found.submodule_search_locations if found else None
    path = Path(next(iter(places or ()), "")) / _FILE
    return _subset(path, characters) if path.is_file() else b""


def _subset(path: Path, characters: str) -> bytes:
    from fontTools import subset

    options = subset.Options()
    options.layout_features = ["ssty", "dtls"]
    options.hinting = options.glyph_names = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["GPOS", "DSIG"]
    made = BytesIO()
    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=characters)
        cutter.subset(font)
        font.save(made)
    return made.getvalue()
