"""Which font files a printed page uses, and which characters they cannot show. Reads fonts only."""

from __future__ import annotations

import re
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
    import pylopdf_fonts_zh_tw
except ImportError:
    pylopdf_fonts_zh_cn = pylopdf_fonts_zh_tw = None  # type: ignore[assignment]

# What Typst itself brings, no file of which can be read: the ranges that such a family covers.
_EMBEDDED = {
    "Libertinus Serif": (
        (0x20, 0x24F), (0x386, 0x3CE), (0x400, 0x45F), (0x1E00, 0x1EFF), (0x2010, 0x2027),
    )
}  # fmt: skip


@dataclass(frozen=True, order=True)
class FontFile:
    """A font: its family, its file, and its place in the file if that is a collection.

    One that Typst itself brings has no file.
    """

    family: str
    path: Path | None
    index: int = 0
    weight: int = 400


@cache
def bundled_folders() -> list[Path]:
    """Return the folders of the bundled fonts, one a script.

    Raises ChapterkitError if they are not installed.
    """
    if pylopdf_fonts_zh_cn is None:
        raise ChapterkitError("找不到随包的中文字体", hint="重新安装依赖：make setup")
    wheels = (pylopdf_fonts_zh_cn, pylopdf_fonts_zh_tw)
    return [Path(wheel.serif_path()).parent for wheel in wheels]


Faces = dict[str, tuple[FontFile, ...]]


@cache
def bundled() -> Faces:
    """Return the fonts that come with chapterkit, by family: what is set does not depend on more.

    The face nearest to upright and regular is the first of each.
    """
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[*bundled_folders()])
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
            face = FontFile(font.family, Path(font.path), font.index, font.weight)
            found.setdefault(font.family, []).append((distance, face))
    return {family: tuple(face for _, face in sorted(faces)) for family, faces in found.items()}


def chosen(families: Iterable[str], *fallback: str) -> tuple[FontFile, ...]:
    """Return the families that book.yaml names, those that there are, then the bundled one."""
    names = dict.fromkeys([*families, *fallback])
    return tuple(faces[0] for name in names if (faces := _faces(name)))


def _faces(family: str) -> tuple[FontFile, ...]:
    embedded = (FontFile(family, None),) if family in _EMBEDDED else ()
    return bundled().get(family) or embedded or installed().get(family) or ()


def has_bold(family: str) -> bool:
    """Tell whether one of a family's faces is bold; those that Typst brings all have one."""
    return any(face.path is None or face.weight >= 600 for face in _faces(family))


_REGION_IN_NAME = re.compile(
    r"(?:\b|CJK)(SC|TC|HK|JP|KR|GB|J)\b|^(Source Han|Yu |Hiragino|MS P?[MG])"
)
_REGIONS = {"SC": "cn", "GB": "cn", "TC": "tw", "HK": "hk", "KR": "kr"}
# Bits of OS/2's ulCodePageRange1, by the region whose characters a font is made for.
_CODE_PAGES = {"jp": 1 << 17, "cn": 1 << 18, "kr": 1 << 19, "tw": 1 << 20}


def region_of(family: str) -> str:
    """Return the region whose characters a family has: cn, tw, hk, jp, kr; empty if it has many.

    Its name says so, or else the file of the one that is installed.

    >>> region_of("Noto Serif CJK JP"), region_of("Songti SC"), region_of("Hiragino Sans GB")
    ('jp', 'cn', 'cn')
    """
    found = _REGION_IN_NAME.findall(family)
    if marks := [mark for mark, _ in found if mark]:
        return _REGIONS.get(marks[-1], "jp")
    if found:
        return "jp"
    pages = max((_code_pages(face) for face in _faces(family)), default=0)
    regions = [region for region, bit in _CODE_PAGES.items() if pages & bit]
    return regions[0] if len(regions) == 1 else ""


def _code_pages(font: FontFile) -> int:
    if font.path is None:
        return 0
    try:
        with TTFont(font.path, fontNumber=font.index, lazy=True) as opened:
            return int(getattr(opened["OS/2"], "ulCodePageRange1", 0))
    except (OSError, KeyError, TTLibError):
        return 0


def is_known(family: str) -> bool:
    """Tell whether there is such a family: one that comes along, or one of this machine."""
    return bool(_faces(family))


def state_of(family: str) -> str:
    """Return where a family's files are, how large and of which date, in one line."""
    found: list[str] = []
    for face in _faces(family):
        about = face.path.stat() if face.path else None
        found.append(f"{face.path}:{about and (about.st_size, about.st_mtime_ns)}")
    return " ".join(found)


def folders(chosen: Iterable[FontFile], work: Path) -> list[str]:
    """Return the folders in which Typst finds the bundled fonts, and the chosen ones of the system.

    The latter are put below `work`, so that no other font of the system comes in.
    """
    beside = work / "fonts"
    beside.mkdir(exist_ok=True)
    added = {face.path for one in chosen for face in _faces(one.family) if face.path}
    own = {face.path for faces in bundled().values() for face in faces if face.path}
    for number, path in enumerate(sorted(added - own)):
        shutil.copyfile(path, beside / f"{number}{path.suffix}")
    return [*map(str, bundled_folders()), str(beside)]


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
    if font.path is None:
        ranges = _EMBEDDED[font.family]
        return frozenset(one for first, last in ranges for one in range(first, last + 1))
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
