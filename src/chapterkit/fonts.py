"""Which font files a printed page uses, and which characters they cannot show. Reads fonts only."""

from __future__ import annotations

import shutil
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


Faces = dict[str, tuple[FontFile, ...]]


@cache
def bundled() -> Faces:
    """Return the fonts that come with chapterkit, by family: what is set does not depend on more.

    The face nearest to upright and regular is the first of each.
    """
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[bundled_folder()])
    return _by_family(fonts)


@cache
def installed() -> Faces:
    """Return the fonts of the system, which count only where book.yaml names them."""
    return _by_family(typst.Fonts())


def _by_family(fonts: typst.Fonts) -> Faces:
    found: dict[str, list[tuple[int, FontFile]]] = {}
    for font in fonts.fonts():
        if font.path is not None:
            distance = abs(font.weight - 400) + 1000 * (font.style != "normal")
            face = FontFile(font.family, Path(font.path), font.index)
            found.setdefault(font.family, []).append((distance, face))
    return {family: tuple(face for _, face in sorted(faces)) for family, faces in found.items()}


def chosen(families: Iterable[str], *fallback: str) -> tuple[FontFile, ...]:
    """Return the families that book.yaml names, those that there are, then the bundled one."""
    names = dict.fromkeys([*families, *fallback])
    return tuple(faces[0] for name in names if (faces := _faces(name)))


def _faces(family: str) -> tuple[FontFile, ...]:
    return bundled().get(family) or installed().get(family) or ()


def folders(chosen: Iterable[FontFile], work: Path) -> list[str]:
    """Return the folders in which Typst finds the bundled fonts, and the chosen ones of the system.

    The latter are put below `work`, so that no other font of the system comes in.
    """
    beside = work / "fonts"
    beside.mkdir(exist_ok=True)
    added = {face.path for one in chosen for face in _faces(one.family)}
    own = {face.path for faces in bundled().values() for face in faces}
    for number, path in enumerate(sorted(added - own)):
        shutil.copyfile(path, beside / f"{number}{path.suffix}")
    return [str(bundled_folder()), str(beside)]


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
    if character == "\ufeff":  # no PDF that is accessible may hold it
        return True
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
