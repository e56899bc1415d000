"""Files of whatever kind as text: bytes that are no UTF-8, and text that was decoded wrongly. Pure.

Every byte survives: what is certain is repaired, the rest stands as it was, or as its number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from chapterkit.adopting.changes import Change, Left, applied
from chapterkit.errors import ChapterkitError
from chapterkit.lint.damage import SPELT_OUT, Damage, find_damage
from chapterkit.manuscript.folder import decode
from chapterkit.text.reading import code_spans

BROKEN = "夹着坏字节的 UTF-8"
_SURROGATE, _SURROGATES = re.compile("[\udc80-\udcff]"), re.compile("[\udc80-\udcff]+")


@dataclass(frozen=True)
class Brought:
    """What was read out of a file: its text, with its own line ends, before and after repairs.

    `repairs` are changes of `before`; `left` is what could not be read for certain, in `text`;
    `lost` tells what did not come along, `pictures` are the files that did, by their addresses.
    """

    before: str
    repairs: tuple[Change, ...] = ()
    lost: tuple[str, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    encoding: str = ""

    @property
    def text(self) -> str:
        """The text after repairs."""
        return applied(self.before, self.repairs)

    @property
    def is_changed(self) -> bool:
        """Whether the text is another than the file's."""
        return bool(self.repairs or self.encoding)

    def left(self, text: str) -> Iterator[Left]:
        """Yield what is damaged in a text and cannot be repaired for certain."""
        for found in _BYTES.finditer(text):
            why = "这些字节不是 UTF-8，也猜不出是什么字，照原样写成数"
            yield Left(found.start(), found[0], "encoding", why, "找到原来的文件，补上这里的字")
        for found in _NOTES.finditer(text):
            why = "Word 里的批注或修订，留作注释，不印出来"
            yield Left(found.start(), found[0], "note", why, "看过、改好以后删去这个注释")
        for damage in _damages(text):
            guess = f"，原来像是“{damage.original}”（□ 是丢了的）" if damage.original else ""
            run = text[damage.start : damage.end]
            why = f"乱码，丢了字节，没有动：{damage.cause}{guess}"
            yield Left(damage.start, run, "encoding", why, "对照原来的文件改")

    def line(self, repair: Change) -> int:
        """Return the line, from 1, that a repair was made on."""
        starts = [found.end() for found in re.finditer("\r\n|\r|\n", self.before)]
        return bisect_right(starts, repair.start) + 1


_NOTES = re.compile(r"<!-- (?:批注|修订里删去的)[^\n]*?-->")
_BYTES = re.compile(r"⟨字节 [0-9A-F]{2}(?: [0-9A-F]{2})*⟩")


def read_bytes(raw: bytes, name: str) -> tuple[str, str]:
    """Return a file's bytes as text with its own line ends, and what it was if not UTF-8.

    Bytes that no encoding explains are written as their numbers: ⟨字节 B0 E5⟩. Raises
    ChapterkitError for what is no text.
    """
    try:
        decode(raw, name)
        return raw.decode("utf-8"), ""
    except ChapterkitError as error:
        if text := _in_utf_16(raw):
            return text, "UTF-16"
        if b"\0" in raw or "LFS" in error.message:
            raise
        seems_gbk = "像是 GBK" in error.message
    text = raw.decode("utf-8", "surrogateescape")
    if seems_gbk and len(_SURROGATE.findall(text)) > sum(one > "\u2e80" for one in text) / 2:
        return raw.decode("gb18030"), "GB 18030"
    return _SURROGATES.sub(_as_numbers, text), BROKEN


def _in_utf_16(raw: bytes) -> str:
    """Return a text in UTF-16 that says so, nothing of any other."""
    if not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    try:
        text = raw.decode("utf-16")
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text


def _as_numbers(found: re.Match[str]) -> str:
    said = " ".join(f"{ord(one) - 0xDC00:02X}" for one in found[0])
    return f"⟨字节 {said}⟩"


def brought(text: str, encoding: str = "") -> Brought:
    """Return a text with what is damaged in it repaired, as far as that is certain."""
    repairs = (
        Change(one.start, text[one.start : one.end], one.original, "encoding", True, one.cause)
        for one in _damages(text, exact=True)
    )
    return Brought(text, tuple(repairs), encoding=encoding)


def _damages(text: str, *, exact: bool = False) -> Iterator[Damage]:
    """Yield the damaged stretches of a text that can, or cannot, be repaired for certain.

    Characters that code spells out are meant so.
    """
    code = code_spans(text)
    for one in find_damage(text, frozenset(text)):
        spelt = one.cause == SPELT_OUT
        if spelt and any(start <= one.start < end for start, end in code):
            continue
        if one.is_exact == exact:
            yield one
