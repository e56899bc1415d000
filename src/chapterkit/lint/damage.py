"""Text that was decoded with the wrong character set: where it stands, and what it was.

A damaged run is claimed to have been some text only if decoding that text wrongly gives the run
again, character for character, and no byte can have been dropped. Otherwise it is a guess.

Every search begins at characters that hardly occur in sound text, so that a clean chapter costs
a look at which characters it uses. ftfy was measured against this: it finds as much of UTF-8
read as Windows-1252, nothing of GBK, and takes Å³ or ×² for damage.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape
from itertools import pairwise, product

from chapterkit.han import ALL_HAN, COMMON_HAN
from chapterkit.lint.words import word_list
from chapterkit.patterns import Late

# The commonest characters of Chinese text: what a repaired run is made of, if it is one.
_COMMON = frozenset("".join(word_list("common-characters")))
_MARKS = frozenset("，。、！？：；”“’‘—…")
_HAN = Late(f"[{COMMON_HAN}]")
# The Han characters that GB 2312 and Big5 have stand between these two; Unicode's first extension
# stands before them.
_FIRST_HAN, _LAST_HAN = "\u4e00", "\u9fff"
# What a repaired sequence of UTF-8 may be; other characters no chapter has.
_SENSIBLE = Late(
    r"[\u00a1-\u02ff\u0391-\u03c9\u0410-\u0451\u2010-\u203e\u20ac\u2100-\u2bff\u3001-\u30ff"
    rf"{ALL_HAN}\ufe30-\ufe4f\uff01-\uff5e\ufeff\ufffd\U0001f000-\U0001faff]"
)


@dataclass(frozen=True)
class Damage:
    """A damaged stretch of text, how it came about, and what it was.

    `original` is exact if `is_exact`, otherwise a guess with □ for what is lost; empty if nothing
    is known of it.
    """

    start: int
    end: int
    cause: str
    original: str = ""
    is_exact: bool = False


def find_damage(text: str, present: frozenset[str]) -> Iterator[Damage]:
    """Yield the damaged stretches of a text whose characters are `present`, in order.

    >>> text = "他说ä½\\xa0å¥½。"
    >>> [(one.original, one.is_exact) for one in find_damage(text, frozenset(text))]
    [('你好', True)]
    """
    found = [
        *_single_byte(text, present),
        *_multi_byte(text, present),
        *_spelt_out(text),
        *_lost(text),
    ]
    found.sort(key=lambda one: (one.start, -one.end))
    pending: Damage | None = None
    for damage in found:
        if pending and damage.start < pending.end:
            continue
        together = pending and _together(text, pending, damage)
        if pending and not together:
            yield pending
        pending = together or damage
    if pending:
        yield pending


def is_damaged(text: str, position: int) -> bool:
    """Tell whether an odd character is a part of damaged text: its neighbours are odd, too."""
    before, after = text[position - 1 : position], text[position + 1 : position + 2]
    if text[position] >= "\ue000":
        return any(map(_is_rare_han, before + after))
    return bool(
        not _ODD.isdisjoint(before + after)
        or (before in _FIRSTS and after in _bytes_of())
        or (text[position - 2 : position - 1] in _FIRSTS and before in _bytes_of())
    )


def _is_rare_han(character: str) -> bool:
    raw = character.encode("gb2312", "ignore")
    return _FIRST_HAN <= character <= _LAST_HAN and (not raw or raw >= b"\xe3")


# Between two parts of one damaged run some characters may look sound.
_PARTED = re.compile(r"[^\n。]{0,6}")
_WIDELY_PARTED = re.compile(r"[^\n。]{0,12}")
_REPLACED = "读不出的字被换成了 U+FFFD"


def _together(text: str, one: Damage, other: Damage) -> Damage | None:
    """Return two damages as one if the second goes on where characters of the first were lost."""
    lost = (one.cause, other.cause).count(_REPLACED)
    apart = _WIDELY_PARTED if lost == 2 else _PARTED
    if lost == 1 and not any("当成了" in damage.cause for damage in (one, other)):
        return None
    if (lost == 0 and one.end < other.start) or not apart.fullmatch(text, one.end, other.start):
        return None
    if lost == 2:
        return Damage(one.start, other.end, _REPLACED)
    cause = other.cause if one.cause == _REPLACED else one.cause
    parts = (one.original or "□", "□" * (one.end < other.start), other.original or "□")
    return Damage(one.start, other.end, cause, re.sub("□+", "□", "".join(parts)))


@dataclass(frozen=True)
class _Part:
    """A damage found between plain ASCII; if not sure, it is one only beside another."""

    damage: Damage
    is_sure: bool = True

    @property
    def weight(self) -> tuple[bool, int, bool, bool]:
        """How much speaks for it against another of the same place."""
        length = self.damage.end - self.damage.start
        is_wide = any(one >= "\u2e80" for one in _again(self.damage.original))
        return self.is_sure, length, is_wide, self.damage.is_exact


_ASCII_GAP = re.compile(r"[ -~]{1,24}")


def _joined(text: str, parts: list[_Part]) -> Iterator[Damage]:
    """Yield the parts, those of one cause taken together that only plain ASCII divides."""
    parts.sort(key=lambda part: (part.damage.start, -part.damage.end))
    pending: list[_Part] = []
    for part in parts:
        last = pending[-1].damage if pending else None
        if last and part.damage.start < last.end:
            if pending[-1].weight >= part.weight:
                continue
            pending.pop()
        elif last and not _continues(text, last, part.damage):
            yield from _one(text, pending)
            pending = []
        pending.append(part)
    yield from _one(text, pending)


def _continues(text: str, one: Damage, other: Damage) -> bool:
    return one.cause == other.cause and (
        one.end == other.start or _ASCII_GAP.fullmatch(text, one.end, other.start) is not None
    )


def _one(text: str, parts: list[_Part]) -> Iterator[Damage]:
    if not any(part.is_sure for part in parts):
        return
    damages = [part.damage for part in parts]
    pieces = [damages[0].original]
    for before, damage in pairwise(damages):
        pieces += (text[before.end : damage.start], damage.original)
    is_exact = all(damage.is_exact for damage in damages)
    original = "".join(pieces)
    if is_exact:
        original = _again(original).replace("\ufeff", "")
    yield Damage(damages[0].start, damages[-1].end, damages[0].cause, original, is_exact)


@lru_cache(maxsize=8192)
def _is_first_level(character: str) -> bool:
    """Tell whether a character is one of the 3,755 commoner ones of GB/T 2312."""
    raw = character.encode("gb2312", "ignore")
    return len(raw) == 2 and 0xB0 <= raw[0] <= 0xD7


def _is_common_in_big5(character: str) -> bool:
    """Tell whether a character is one of the 5,401 commoner ones of Big5."""
    raw = character.encode("big5", "ignore")
    return len(raw) == 2 and b"\xa4\x40" <= raw < b"\xc6\x80"


# How far from a rare character a run of damaged ones is looked for.
_REACH = 60


# --- read as a single-byte character set


def _single_byte(text: str, present: frozenset[str]) -> Iterator[Damage]:
    parts: list[_Part | None] = []
    if not present.isdisjoint(_FIRSTS):
        parts += map(_utf8_part, _matches(_RUN, text, present & _FIRSTS))
    narrow = present & _NARROW
    if narrow:
        parts += map(_gbk_part, _matches(_NARROW_GBK, text, narrow, _BEFORE_GBK))
        parts += map(_big5_part, _matches(_NARROW_BIG5, text, narrow, _BEFORE_BIG5))
    yield from _joined(text, [part for part in parts if part])


def _matches(
    pattern: re.Pattern[str] | Late,
    text: str,
    anchors: frozenset[str],
    before: re.Pattern[str] | Late | None = None,
) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern that begin with an anchor, or with `before` and an anchor.

    A few rare characters are found faster one by one.
    """
    if len(anchors) > 8:
        yield from pattern.finditer(text)
        return
    end = 0
    for position in sorted(place for one in anchors for place in _places(text, one)):
        if position < end:
            continue
        start = position
        if before:
            led = before.search(text, max(end, position - _REACH), position)
            start = led.start() if led else position
        found = pattern.match(text, start)
        if found:
            end = found.end()
            yield found


def _places(text: str, character: str) -> Iterator[int]:
    place = text.find(character)
    while place >= 0:
        yield place
        place = text.find(character, place + 1)


@cache
def _bytes_of() -> dict[str, int]:
    """Return what byte a character stands for in Windows-1252, Latin-1 or Windows-1254."""
    table = {chr(byte): byte for byte in range(0x80, 0x100)}
    for charset in ("cp1254", "cp1252"):
        for byte in range(0x80, 0x100):
            decoded = bytes([byte]).decode(charset, "ignore")
            if decoded:
                table[decoded] = byte
    return table


# Of a sequence of UTF-8: the characters that its first byte, and its other bytes, were read as.
_FIRST = "Â-ôĞİŞğ"
_OTHER = "\x80-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_RUN = Late(f"(?<![{_FIRST}])[{_FIRST}][{_FIRST}{_OTHER}]*[{_OTHER}]")
_FIRSTS = (frozenset(map(chr, range(0xC2, 0xF5))) | frozenset("ĞİŞğ")) - frozenset("×")
# What stands after an accented letter in sound text, too: é”—, é\xa0», Å³.
_NATURAL = frozenset("“”‘’—–…·•«»°±²³¹´\xa0\xad™®©")
# What begins a word or a number, so that it may follow a closing quotation mark: é”œ, é”¿.
_BEGINNING = frozenset("œŒšŠžŽ¿¡€£¥§¼½¾")
_PUNCTUATION = frozenset("“”‘’–—…•\xa0")
_SEQUENCE = re.compile(
    rb"[\xe0-\xef][\x80-\xbf]{2}|[\xc2-\xdf][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    rb"|[\xc2-\xf0][\x80-\xbf]{0,2}|[\x80-\xbf]"
)
_ODD = frozenset(_OTHER.replace("-", "") + "".join(map(chr, range(0x80, 0xC0)))) - _NATURAL
_UTF8_CAUSE = "UTF-8 的文字当成了 Windows-1252 一类的单字节编码来读"


@dataclass(frozen=True)
class _Piece:
    """One sequence of UTF-8, whole or broken, and the characters it was read as."""

    start: int
    raw: bytes
    characters: str

    @property
    def decoded(self) -> str | None:
        """What it stands for; None if it is broken, or no text has it."""
        try:
            character = self.raw.decode()
        except UnicodeDecodeError:
            return None
        return character if _SENSIBLE.match(character) or character in _bytes_of() else None

    @property
    def is_odd(self) -> bool:
        """Whether it holds a character that stands after no letter in sound text."""
        signs = self.characters[1:]
        if len(signs) == 2 and signs[0] in _PUNCTUATION and signs[1] in _BEGINNING:
            return False
        return not _NATURAL.issuperset(signs)

    @property
    def is_wide(self) -> bool:
        """Whether it begins as Han characters and full-width marks do."""
        return 0xE3 <= self.raw[0] <= 0xE9 or self.raw[0] == 0xEF


def _utf8_part(found: re.Match[str]) -> _Part | None:
    """Return the part if UTF-8 may have been read as Windows-1252 or one of its like."""
    run, table = found[0], _bytes_of()
    raw = bytes(map(table.__getitem__, run))
    pieces = [
        _Piece(one.start(), one[0], run[one.start() : one.end()]) for one in _SEQUENCE.finditer(raw)
    ]
    is_sure = _is_damaged(pieces) or _stands_alone(pieces, found)
    while pieces and pieces[-1].decoded is None and not pieces[-1].is_odd:
        if is_sure and pieces[-1].is_wide:
            break
        pieces.pop()
    if not is_sure and not any(piece.is_odd for piece in pieces):
        return None
    end = found.start() + pieces[-1].start + len(pieces[-1].raw)
    original = ""
    for piece in pieces:
        original += piece.decoded or _completed(piece.raw, original[-1:], found.string)
    is_exact = all(piece.decoded for piece in pieces)
    return _Part(Damage(found.start(), end, _UTF8_CAUSE, original, is_exact), is_sure)


def _is_damaged(pieces: list[_Piece]) -> bool:
    """Tell whether letters and signs stand together as in no language."""
    if not any(piece.is_odd for piece in pieces):
        return _is_damaged_naturally(pieces)
    whole = [piece for piece in pieces if piece.decoded]
    wide = [piece for piece in whole if len(piece.raw) >= 3]
    if len(wide) >= 2 or any(piece.is_odd and _is_likely(piece.decoded) for piece in wide):
        return True
    broken = [piece for piece in pieces if not piece.decoded and len(piece.raw) >= 2]
    if any(piece.raw in (b"\xe2\x80", b"\xef\xbc", b"\xe3\x80") for piece in broken):
        return True
    if len(pieces) >= 2 and any(piece.is_wide and piece.is_odd for piece in broken):
        return True
    narrow = [piece for piece in whole if len(piece.raw) == 2]
    if any(_is_latin(piece) for piece in narrow):
        return True
    others = sum(piece.characters[0] in "ÎÏÐÑØÙ" and piece.is_odd for piece in narrow)
    return others >= 2 and len(narrow) == len(pieces)


def _is_likely(character: str | None) -> bool:
    """Tell whether a single repaired character is one that a chapter may have."""
    return character is not None and (
        not _HAN.match(character) or _is_first_level(character) or _is_common_in_big5(character)
    )


def _is_damaged_naturally(pieces: list[_Piece]) -> bool:
    """Tell the same of signs each of which may follow a letter: å·²ç°, but not é”“è”."""
    while pieces and pieces[-1].raw[0] < 0xC2:
        pieces = pieces[:-1]
    signs = "".join(piece.characters[1:] for piece in pieces)
    if any(piece.raw[0] < 0xC2 for piece in pieces) or _PUNCTUATION.issuperset(signs):
        return False
    narrow = [piece for piece in pieces if piece.decoded and len(piece.raw) == 2]
    return sum(piece.is_wide for piece in pieces) >= 2 or any(map(_is_latin, narrow))


def _stands_alone(pieces: list[_Piece], found: re.Match[str]) -> bool:
    """Tell whether one broken sequence is all there is, and no part of a Latin word."""
    before = found.string[found.start() - 1 : found.start()]
    return (
        len(pieces) == 1
        and pieces[0].is_wide
        and not _NATURAL.union("†‡§¶€£¥¢ªº").issuperset(pieces[0].characters[1:])
        and not (before.isascii() and before.isalpha())
    )


def _is_latin(piece: _Piece) -> bool:
    """Tell whether Â or Ã is the trace of a sign or an accented letter."""
    first, second = piece.characters[0], piece.characters[1]
    return first in "ÂÃ" and (piece.is_odd or second in ("·°±²³®©" if first == "Â" else "°±²³¹´©®"))


# Bytes that have no character in Windows-1252 or -1254, or an invisible one, and are dropped.
_DROPPED = (0x81, 0x8D, 0x8F, 0x90, 0x9D, 0x8E, 0x9E, 0xA0, 0xAD)


def _completed(raw: bytes, before: str, text: str) -> str:
    """Return the character of which dropping bytes probably left `raw`; □ if nothing tells.

    A character that follows `before` elsewhere in the text is preferred.
    """
    if raw == b"\xe2\x80":
        return "”"
    candidates, likeliest = _candidates(raw)
    follow = [one for one in candidates if before + one in _pairs(text)]
    return follow[0] if len(follow) == 1 else likeliest


@lru_cache(maxsize=8192)
def _candidates(raw: bytes) -> tuple[frozenset[str], str]:
    """Return the characters of which dropping bytes leaves `raw`, and the only common one or □."""
    missing = (3 if 0xE0 <= raw[0] <= 0xEF else 2) - len(raw)
    if not 0 < missing < 3 or raw[0] < 0xC2:
        return frozenset(), "□"
    candidates = frozenset(
        bytes([raw[0], *order]).decode("utf-8", "ignore")
        for fill in product(_DROPPED, repeat=missing)
        for order in ((*raw[1:], *fill), (*fill, *raw[1:]))
    ) - {""}
    likely = [one for one in candidates if one in _COMMON or one in _MARKS]
    known = [one for one in candidates if _is_first_level(one)]
    for chosen in (likely, known):
        if len(chosen) == 1:
            return candidates, chosen[0]
    return candidates, "□"


@lru_cache(maxsize=1)
def _pairs(text: str) -> frozenset[str]:
    """Return which two Han characters follow one another in the text."""
    return frozenset(
        one + other for one, other in pairwise(text[:300_000]) if _FIRST_HAN <= one <= _LAST_HAN
    )


def _again(original: str) -> str:
    """Return what a text was that had been damaged twice, else the text as it is."""
    table = _bytes_of()
    for _ in range(3):
        if original.isascii() or not all(one.isascii() or one in table for one in original):
            return original
        raw = bytes(ord(one) if one.isascii() else table[one] for one in original)
        try:
            original = raw.decode()
        except UnicodeDecodeError:
            return original
    return original


# --- GBK or Big5 read as Windows-1252 or Latin-1

# Characters that a sound chapter hardly uses.
_NARROW = frozenset(map(chr, range(0xA1, 0xFF))) - frozenset("·°±×÷«»®©§²³µàáäåçèéêëíïñóôöøúüß")
_NARROW_GBK = re.compile(r"[¡-þ]{4,}")
_BEFORE_GBK = re.compile(r"[¡-þ]+\Z")
_BEFORE_BIG5 = re.compile(r"[@-~¡-þ]+\Z")
_NARROW_BIG5 = re.compile(r"(?:[¤-Æ][@-~¡-þ]){3,}")
# Signs that stand together in sound text: 15 Å³·±2.
_SIGNS = frozenset("·°±²³¹½¼¾×÷«»®©´¿¡£¥§¶")
# Lists of a language's accented letters are no damage.
_ALPHABETS = tuple(
    frozenset(letters + letters.lower())
    for letters in ("ÀÂÆÇÉÈÊËÎÏÔÙÛÜ", "ÄÖÜß", "ÁÉÍÓÚÑÜ¿¡", "ÀÁÂÃÇÉÊÍÓÔÕÚ", "ÅÄÖÆØÉ", "ÀÈÉÌÒÙ")
)


def _gbk_part(found: re.Match[str]) -> _Part | None:
    run = found[0]
    letters = [one for one in run if one.isalpha()]
    if len(letters) < 2 and _SIGNS.issuperset(one for one in run if one not in letters):
        return None
    if len(set(run)) == len(run) and any(one.issuperset(run) for one in _ALPHABETS):
        return None
    original = run[: len(run) // 2 * 2].encode("latin-1").decode("gbk", "replace")
    han = _HAN.findall(original)
    first = sum(map(_is_first_level, han))
    if "\ufffd" in original or len(han) < 2 or len(han) < 0.5 * len(original):
        return None
    if first < (0.7 * len(han) if len(han) > 3 else len(han)):
        return None
    is_exact = len(run) % 2 == 0
    cause = "GBK 的文字当成了 Windows-1252 或 Latin-1 来读"
    return _Part(Damage(*found.span(), cause, original + "□" * (not is_exact), is_exact))


def _big5_part(found: re.Match[str]) -> _Part | None:
    run = found[0]
    original = run.encode("latin-1").decode("big5", "replace")
    han = _HAN.findall(original)
    if "\ufffd" in original or len(han) < 3 or len(han) < 0.7 * len(original):
        return None
    if sum(one.isascii() for one in run) > len(run) // 2 or _COMMON.isdisjoint(han):
        return None
    cause = "Big5 的文字当成了 Windows-1252 或 Latin-1 来读"
    return _Part(Damage(*found.span(), cause, original, True))


# --- UTF-8 read as a multi-byte character set

# Python's name of a character set that UTF-8 is taken for, and what people call it.
_UTF8_AS = {"gb18030": "GBK", "big5": "Big5", "cp932": "Shift-JIS"}
_UTF8 = re.compile(
    rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbf][\x80-\xbf]|\xe2[\x80-\x9f][\x80-\xbf]"
    rb"|\xc2[\xa0-\xbf]|\xc3[\x80-\xbf]|[\xce-\xd1][\x80-\xbf]|\xf0\x9f[\x80-\xbf]{2}|[@-~])+"
)
# Shift-JIS reads a part of the bytes as these.
_HALF_WIDTH_KATAKANA = frozenset(map(chr, range(0xFF61, 0xFFA0)))
# What 。， and ” begin with, read as GBK: no text has 銆; 鈥 and 锛 are real words.
_MARK_BEGUN = re.compile("銆[€?\ufffd]?|[鈥锛][€?\ufffd]")
_MARK_OF = {"銆": "。", "鈥": "”", "锛": "，"}
_MARK_OF_BYTES = {b"\xe2\x80": "”", b"\xef\xbc": "，", b"\xe3\x80": "。"}
_LEFT = f"\u0391-\u0451\u3041-\u3129{_FIRST_HAN}-{_LAST_HAN}"


def _multi_byte(text: str, present: frozenset[str]) -> Iterator[Damage]:
    han = {one for one in present if _FIRST_HAN <= one <= _LAST_HAN}
    uncommon = han.difference("".join(han).encode("gb2312", "ignore").decode("gb2312"))
    damages: list[Damage] = []
    for codec in _UTF8_AS:
        if codec == "big5" and not uncommon:
            continue
        if codec == "cp932" and present.isdisjoint(_HALF_WIDTH_KATAKANA):
            continue
        begun = present & _begun(codec)
        if begun:
            damages += _utf8_read_as(codec, text, begun)
    ends = [damage.end for damage in damages]
    yield from damages
    for damage in _swapped(text, uncommon):
        index = bisect_right(ends, damage.start)
        near = damages[max(0, index - 1) : index + 1]
        if not any(_is_near(text, damage, one) for one in near):
            yield damage


def _is_near(text: str, one: Damage, other: Damage) -> bool:
    start, end = min(one.end, other.end), max(one.start, other.start)
    return end - start < 200 and "\n" not in text[start:end]


@cache
def _begun(codec: str) -> frozenset[str]:
    """Return the characters that the first two bytes of a Han character in UTF-8 are read as."""
    raw = bytes(
        byte
        for first in (*range(0xE3, 0xEA), 0xEF, *((0xE2,) if codec == "gb18030" else ()))
        for second in range(0xA1 if codec == "big5" else 0x80, 0xC0)
        for byte in (first, second)
    )
    return frozenset(one for one in raw.decode(codec, "ignore") if ord(one) > 0x7F)


def _utf8_read_as(codec: str, text: str, begun: frozenset[str]) -> Iterator[Damage]:
    pattern = re.compile(f"[{''.join(sorted(begun))}]")
    parts: list[_Part] = []
    position, is_lost = 0, False
    while found := pattern.search(text, position):
        is_lost = is_lost or _is_lost(text[found.start() : found.start() + 4])
        damage = _utf8_from(codec, text, found.start())
        if damage is None and codec == "gb18030":
            damage = _mark_from(text, found.start()) or _gap_from(text, found.start())
        if damage:
            parts.append(_Part(damage))
        position = damage.end if damage else found.end()
    if codec == "gb18030" and is_lost:
        parts += _bytes_lost_from(text, begun)
    yield from _joined(text, parts)


def _is_lost(piece: str) -> bool:
    return "?" in piece or "\ufffd" in piece


def _utf8_from(codec: str, text: str, start: int) -> Damage | None:
    """Return the damage that begins at `start`, if the text there is UTF-8 read as `codec`."""
    if not _may_follow(text[start + 1 : start + 2], codec):
        return None
    size = 16
    while True:
        piece = text[start : start + size]
        raw, widths = _encoded(piece, codec)
        matched = _UTF8.match(raw)
        if matched is None:
            return None
        if matched.end() < len(raw) - 3 or len(widths) < size:
            break
        size *= 4
    used = consumed = 0
    while used < len(widths) and consumed < matched.end():
        consumed += widths[used]
        used += 1
    if consumed > matched.end() and raw[matched.end()] < 0xC2:
        used, consumed = used - 1, consumed - widths[used - 1]
    original = raw[: min(consumed, matched.end())].decode("utf-8", "ignore")
    rest = raw[len(original.encode()) : consumed]
    if not _is_plausible(piece[:used], original, codec):
        return None
    end, cause = start + used, f"UTF-8 的文字当成了 {_UTF8_AS[codec]} 来读"
    lost = re.match("[€?\ufffd]", text[end : end + 1])
    if rest or lost:
        guess = original + _MARK_OF_BYTES.get(rest, "□")
        return Damage(start, end + bool(lost), cause, guess)
    return Damage(start, end, cause, original, _is_certain(original, codec))


def _may_follow(character: str, codec: str) -> bool:
    """Tell whether a character may hold the third byte of a sequence: a quick look."""
    raw = character.encode(codec, "ignore")
    return character == "€" or raw < b"\x7f" or b"\x80" <= raw[:1] <= b"\xbf"


def _encoded(piece: str, codec: str) -> tuple[bytes, list[int]]:
    """Return the bytes of the characters up to the first that has none, and how many each has."""
    parts: list[bytes] = []
    for one in piece:
        raw = _bytes_in(codec, one)
        if not raw:
            break
        parts.append(raw)
    return b"".join(parts), [len(part) for part in parts]


@lru_cache(maxsize=16384)
def _bytes_in(codec: str, character: str) -> bytes:
    """Return the one or two bytes that a character has beyond digits and marks, or none."""
    raw = b"\x80" if character == "€" else character.encode(codec, "ignore")
    return raw if raw >= b"\x40" and len(raw) <= 2 else b""


def _is_plausible(found: str, original: str, codec: str) -> bool:
    """Tell whether the repaired text is likelier Chinese than what was found."""
    wide = [one for one in original if ord(one) > 0x2FFF]
    known = sum(_is_first_level(one) or one in _MARKS or one in _COMMON for one in wide)
    if len(wide) < 2 or known < 0.7 * len(wide):
        return False
    if len(wide) >= 5:
        return True
    if codec == "gb18030":
        return not all(one.encode("gb2312", "ignore") >= b"\xb0" for one in found)
    return len(wide) >= 3 or all(one in _COMMON for one in wide)


def _is_certain(original: str, codec: str) -> bool:
    """Tell whether no byte can have been dropped, so that what was read is what was written.

    Readers of Big5 and Shift-JIS drop many; when one of GBK has, unlikely characters come out.
    """
    wide = [one for one in original if ord(one) > 0x2FFF]
    common = sum(one in _COMMON or _is_mark(one) for one in wide)
    last = original[-1]
    return (
        codec == "gb18030"
        and common >= 0.6 * len(wide)
        and (last in _COMMON or _is_mark(last) or last.isascii())
        and all(_is_first_level(one) or one in _COMMON or _is_mark(one) for one in wide)
    )


def _is_mark(character: str) -> bool:
    return (
        character in _MARKS
        or "\u3000" <= character <= "\u303f"
        or "\uff00" <= character <= "\uff5e"
    )


def _mark_from(text: str, start: int) -> Damage | None:
    found = _MARK_BEGUN.match(text, start)
    if found is None:
        return None
    return Damage(*found.span(), "UTF-8 的文字当成了 GBK 来读", _MARK_OF[found[0][0]])


def _gap_from(text: str, start: int) -> Damage | None:
    """Return the damage if a character was lost between the two that stand here: 涓枃 of 中文."""
    first, last = (_bytes_in("gb18030", one) for one in text[start : start + 2].ljust(2))
    if len(last) != 2 or last.decode("gb18030").encode("gb2312", "ignore"):
        return None
    before = [first + bytes([byte]) for byte in range(0xA8, 0xB0)]
    after = [bytes([byte]) + last for byte in range(0xE4, 0xEA)]
    guesses = [
        [one for one in map(_decoded, some) if one and one in _COMMON] for some in (before, after)
    ]
    if not all(guesses):
        return None
    guess = "".join(some[0] if len(some) == 1 else "□" for some in guesses)
    return Damage(start, start + 2, "UTF-8 的文字当成了 GBK 来读", guess)


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "ignore")


def _bytes_lost_from(text: str, begun: frozenset[str]) -> Iterator[_Part]:
    """Yield what is left of Han where many bytes gave no character: 涓?宸?."""
    pattern = f"(?:[{''.join(sorted(begun))}][{_LEFT}]{{0,2}}[?\ufffd]{{1,2}}){{2,}}"
    rare = "".join(one for one in sorted(begun) if not one.encode("gb2312", "ignore"))
    if rare:
        pattern += f"|[{rare}][{_LEFT}]?[?\ufffd]{{2}}"
    for found in re.finditer(pattern, text):
        yield _Part(Damage(*found.span(), "UTF-8 的文字当成了 GBK 来读"))


# --- Big5 read as GBK, GBK read as Big5

_NAMES = {"gbk": "GBK", "big5": "Big5"}
_NOT_WIDE = Late(
    rf"[^\u0391-\u0451\u2500-\u256c\u3041-\u30fe\u3105-\u3129{_FIRST_HAN}-{_LAST_HAN}]"
)


def _swapped(text: str, uncommon: set[str]) -> Iterator[Damage]:
    rare = {one for one in uncommon if not _is_common_in_big5(one)}
    if not rare:
        return
    anchor, position = re.compile(f"[{''.join(sorted(rare))}]"), 0
    while found := anchor.search(text, position):
        start, position = _run_round(text, found.start(), position)
        for read_as, written in (("gbk", "big5"), ("big5", "gbk")):
            original = _unswapped(text[start:position], read_as, written)
            if original:
                cause = f"{_NAMES[written]} 的文字当成了 {_NAMES[read_as]} 来读"
                yield Damage(start, position, cause, original)
                break


def _run_round(text: str, position: int, earliest: int) -> tuple[int, int]:
    """Return where the run of characters round `position` begins and ends."""
    first = max(earliest, position - _REACH)
    backwards = _NOT_WIDE.search(text[first:position][::-1])
    forwards = _NOT_WIDE.search(text, position, position + _REACH)
    start = position - backwards.start() if backwards else first
    return start, forwards.start() if forwards else min(len(text), position + _REACH)


def _unswapped(run: str, read_as: str, written: str) -> str:
    """Return what a run was, or nothing if it is likelier what it seems."""
    try:
        original = run.encode(read_as).decode(written)
    except UnicodeError:
        return ""
    is_known = _is_common_in_big5 if written == "big5" else _is_first_level
    known = sum(is_known(one) or one in _MARKS for one in original)
    if len(original) < 2 or known < 0.9 * len(original):
        return ""
    common, seeming = (sum(one in _COMMON for one in some) for some in (original, run))
    return original if common > max(seeming, 0.3 * len(original)) else ""


# --- characters written as codes, and characters that are lost

SPELT_OUT = "汉字写成了编码"
_ESCAPES = re.compile(r"(?:\\u[0-9A-Fa-f]{4}){2,}")
_QUOTED_PRINTABLE = re.compile(r"(?:=E[3-9A-F]=[89AB][0-9A-F]=[89AB][0-9A-F])+")
_ENTITIES = re.compile(r"(?:&#(?:x[0-9A-Fa-f]{4,5}|\d{5,6});)+")


def _spelt_out(text: str) -> Iterator[Damage]:
    for mark, pattern, decode in (
        ("\\u", _ESCAPES, _unescaped),
        ("=E", _QUOTED_PRINTABLE, _unquoted),
        ("&#", _ENTITIES, unescape),
    ):
        if mark not in text:
            continue
        for found in pattern.finditer(text):
            original = decode(found[0])
            if original and all(map(_SENSIBLE.match, original)) and _HAN.search(original):
                yield Damage(*found.span(), SPELT_OUT, original, True)


def _unescaped(run: str) -> str:
    units = b"".join(int(unit, 16).to_bytes(2, "big") for unit in run.split("\\u")[1:])
    return units.decode("utf-16-be", "ignore")


def _unquoted(run: str) -> str:
    return bytes.fromhex(run.replace("=", "")).decode("utf-8", "ignore")


_MEMORY = "程序读到了没有写过的内存"
_READ_AGAIN = "读不出的字被换成 U+FFFD，又当成 GBK 来读"
_QUESTIONS = "存成了没有汉字的编码，汉字变成了问号"
# A beginning that is quick to look for, the whole, and the cause.
_TRACES = (
    ("\ufffd", re.compile("\ufffd+"), _REPLACED),
    ("锟斤", re.compile("锟斤拷(?:锟|斤拷)*|锟斤(?!两)"), _READ_AGAIN),
    ("烫烫烫", re.compile("烫{3,}"), _MEMORY),
    ("屯屯屯", re.compile("屯{3,}"), _MEMORY),
    (
        "????",
        Late(rf"(?<=[{COMMON_HAN}，。；：])(?<![吗么呢吧啊什哪谁何呀嘛嗎麼誰])\?{{4,}}(?=[{COMMON_HAN}])"),
        _QUESTIONS,
    ),
    (
        "??",
        Late(r"^\?{2,}(?:[,.，。 ]+\?{2,})+[,.，。! ]*$|^\?{6,}$", re.MULTILINE),
        _QUESTIONS,
    ),
)  # fmt: skip


def _lost(text: str) -> Iterator[Damage]:
    for mark, pattern, cause in _TRACES:
        if mark in text:
            for found in pattern.finditer(text):
                yield Damage(*found.span(), cause)
