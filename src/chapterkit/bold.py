"""A bold 黑体 for some characters, made of the variable font that comes along.

Typst sets no variable fonts, and of the fonts that come along none is bold. What is made holds the
characters of one text alone: a whole font would take a minute. The variable font is Noto Sans CJK,
under the OFL; what is made of it bears another name, as that licence wants.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont

FAMILY = "Chapterkit Hei"
"""The family of what is made; Typst knows it by this name."""

_WEIGHT = 700
_FACES = {"jp": 0, "kr": 1, "cn": 2, "tw": 3, "hk": 4}
_OF_OS2 = (
    "sTypoAscender", "sTypoDescender", "usWinAscent", "usWinDescent", "sCapHeight", "sxHeight",
)  # fmt: skip


def bold_font(text: str, region: str) -> bytes:
    """Return a font with the characters of `text` as a region has them: cn, tw, hk.

    It is empty if the variable font is not there, or has none of them.
    """
    try:
        source = Path(str(files("manimgx_fonts_cjk"))) / "NotoSansCJK-VF.otf.ttc"
    except ModuleNotFoundError:
        return b""
    face = _FACES.get(region, _FACES["cn"])
    with TTFont(source, fontNumber=face, lazy=True) as font:
        named = font.getBestCmap()
        shown = {ord(one): named[ord(one)] for one in sorted(set(text)) if ord(one) in named}
        made = BytesIO()
        if shown:
            _made(font, shown).save(made)
    return made.getvalue()


def _made(font: TTFont, shown: dict[int, str]) -> FontBuilder:
    glyphs = [".notdef", *dict.fromkeys(shown.values())]
    builder = FontBuilder(font["head"].unitsPerEm, isTTF=False)
    builder.font.recalcTimestamp = False
    builder.updateHead(created=0, modified=0)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap(shown)
    drawn, widths = _drawn(font, glyphs)
    builder.setupCFF("ChapterkitHei-Bold", {"FullName": f"{FAMILY} Bold"}, drawn, {})
    builder.setupHorizontalMetrics(widths)
    line, about = font["hhea"], font["OS/2"]
    builder.setupHorizontalHeader(ascent=line.ascent, descent=line.descent)
    builder.setupNameTable(
        {
            "copyright": font["name"].getDebugName(0) or "",
            "familyName": FAMILY,
            "styleName": "Bold",
            "psName": "ChapterkitHei-Bold",
            "licenseDescription": "SIL Open Font License 1.1",
        }
    )
    kept = {name: getattr(about, name) for name in _OF_OS2}
    builder.setupOS2(usWeightClass=_WEIGHT, **kept)
    builder.setupPost()
    return builder


def _drawn(font: TTFont, glyphs: Iterable[str]) -> tuple[dict[str, object], dict[str, object]]:
    """Return the outlines of glyphs at the bold weight, and their widths."""
    heavy = font.getGlyphSet(location={"wght": _WEIGHT})
    outlines: dict[str, object] = {}
    widths: dict[str, object] = {}
    for name in glyphs:
        width = round(heavy[name].width)
        pen = T2CharStringPen(width, heavy)
        heavy[name].draw(pen)
        outlines[name], widths[name] = pen.getCharString(), (width, 0)
    return outlines, widths
