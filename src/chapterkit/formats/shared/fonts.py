"""Which font files a printed page uses, and which characters they cannot show."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst
from fontTools.ttLib import TTFont, TTLibError

from chapterkit.errors import ChapterkitError

try:
    import pylopdf_fonts_zh_cn
except ImportError:
    pylopdf_fonts_zh_cn = None  # type: ignore[assignment]

BUNDLED_SERIF = "Noto Serif SC"
BUNDLED_SANS = "Noto Sans SC"


@dataclass(frozen=True, order=True)
class FontFile:
    """A font: its family, its file, and its place in the file if that is a collection."""

    family: str
    path: Path
    index: int = 0


@cache
def bundled_folder() -> Path:
    """Return the folder of the bundled fonts; raise ChapterkitError if they are not installed."""
    if pylopdf_fonts_zh_cn is None:
        raise ChapterkitError("找不到随包的中文字体", hint="重新安装依赖：make setup")
    return Path(pylopdf_fonts_zh_cn.serif_path()).parent


@cache
def typst_fonts() -> typst.Fonts:
    """Return all fonts that Typst can use: the system's, the bundled ones, and its own."""
    return typst.Fonts(font_paths=[bundled_folder()])


@cache
def installed() -> dict[str, FontFile]:
    """Return a file of upright regular weight for each family that is installed or bundled."""
    files: dict[str, tuple[int, FontFile]] = {}
    for font in typst_fonts().fonts():
        if font.path is None or font.style != "normal":
            continue
        distance = abs(font.weight - 400)
        if font.family not in files or distance < files[font.family][0]:
            files[font.family] = (distance, FontFile(font.family, Path(font.path), font.index))
    return {family: file for family, (_, file) in files.items()}


def chosen(families: Iterable[str], bundled: str) -> tuple[FontFile, ...]:
    """Return the preferred families that are installed, in order, and then the bundled one."""
    known = installed()
    names = dict.fromkeys([*families, bundled])
    return tuple(known[name] for name in names if name in known)


def missing_characters(text: str, fonts: Sequence[FontFile]) -> list[str]:
    """Return the characters of `text` that none of the fonts can show, in order, each once."""
    wanted = dict.fromkeys(character for character in text if _needs_glyph(character))
    for font in fonts:
        if not wanted:
            break
        covered = _coverage(font)
        wanted = dict.fromkeys(one for one in wanted if ord(one) not in covered)
    return list(wanted)


def _needs_glyph(character: str) -> bool:
    """Tell whether a character needs a glyph: spaces, controls and variation selectors do not."""
    if character.isspace() or "\ufe00" <= character <= "\ufe0f":
        return False
    return unicodedata.category(character) not in {"Cc", "Cf"}


@cache
def _coverage(font: FontFile) -> frozenset[int]:
    try:
        with TTFont(font.path, fontNumber=font.index, lazy=True) as opened:
            return frozenset(opened.getBestCmap() or ())
    except (OSError, TTLibError):
        return frozenset()


def named(character: str) -> str:
    """Return a character as messages show it.

    >>> named("𬬭")
    '“𬬭”（U+2CB2D）'
    """
    return f"“{character}”（U+{ord(character):04X}）"
