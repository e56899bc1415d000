"""Which numbers may be typed: what kind each is, and whether its sentence is cited. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.numbers.ages import is_age
from chapterkit.numbers.saying import saying
from chapterkit.patterns import Late
from chapterkit.quantities import Quantity, Units, unit_kind
from chapterkit.quantities.traditional import simplified
from chapterkit.text.document import Block, Document
from chapterkit.text.flattening import Inline

_KINDS = {"age": "age", "money": "money", "time": "duration", "count": "count", "own": "count"}
_RESULTS = frozenset((
    "times", "points", "basis", "permyriad", "doublings", "order", "discount", "deviation", "rate",
    "frequency", "decay",
))  # fmt: skip
_SHAPES = {"ratio": "result", "size": "size", "fraction": "share"}
_REACH = 30
# 白银二百四十万两: 两 as money.
_SILVER = Late("[银銀金饷税俸租赋]")
# 占 22%, 总额的 30%, 持股 5%; 22% 的人, 22% of the tenants.
_PART = Late(
    r"(?:[占佔]|持股|比重|比例|份额|其中|所得|的(?:约|近|将近|大约|不足|不到|超过)?\s*$)"
    r"[^，。；：！？,;]*$"
)
_OF = Late(r"\s*(?:以上|以下|左右)?的(?![^，。；]{0,12}[率度])|\s+of\b")
_NOUN = Late(
    r"[^\W\d_a-zA-Z的]"
    r"|\s(?:[a-z-]+\s){0,2}?(?!(?:is|was|has|as|its|this|times|points|less|always|plus|us)\b)"
    r"(?:[a-z-]{2,}s|people|men|women|children|persons)\b"
)
# about two hundred, nearly three thousand: an amount in round words; about 217 is none.
_ABOUT = Late(
    r"\b(?:about|around|roughly|some|nearly|almost|approximately|perhaps|circa)\s$", re.IGNORECASE
)
_ROUND_WORDS = Late(
    r"(?:an?|[a-z]+|[a-z]+-[a-z]+)[ -](?:hundred|thousand|million|dozen|score)s?\b", re.IGNORECASE
)


def kind_of(quantity: Quantity, text: str, units: Units) -> str:
    """Return what kind of number a quantity is, as book.yaml's policy names it."""
    return _by_words(quantity, text, units) or _by_unit(quantity, text, units)


def _by_words(quantity: Quantity, text: str, units: Units) -> str:
    """Return what the words round a quantity make it; "" where they say nothing special."""
    start, end = quantity.start, quantity.end
    if is_age(quantity, text):
        return "age"
    counts = unit_kind(quantity.unit, units) in ("number", "count")
    if saying(text, start, end, quantity).vague or (counts and _is_round(quantity, text)):
        return "vague"
    before = simplified(text[max(0, start - _REACH) : start])
    silver = quantity.unit in ("两", "兩") and _SILVER.search(
        before[-8:] + quantity.text + text[end : end + 2]
    )
    return "money" if silver else ""


def _by_unit(quantity: Quantity, text: str, units: Units) -> str:
    start, end = quantity.start, quantity.end
    before, behind = simplified(text[max(0, start - _REACH) : start]), text[end : end + _REACH]
    kind = unit_kind(quantity.unit, units)
    if kind == "percent":
        part = quantity.unit == "成" or _PART.search(before) or _OF.match(behind)
        return "share" if part else "result"
    if kind == "number" and quantity.shape not in _SHAPES:
        return "count" if _NOUN.match(behind) else "result"
    if kind in _RESULTS:
        return "result"
    return _SHAPES.get(quantity.shape) or _KINDS.get(kind, "size")


def _is_round(quantity: Quantity, text: str) -> bool:
    """Tell whether English words name a round amount and say so: about two hundred witnesses."""
    before = text[max(0, quantity.start - 20) : quantity.start]
    return (
        bool(_ABOUT.search(before))
        and _ROUND_WORDS.fullmatch(quantity.text.removesuffix(quantity.unit).strip()) is not None
    )


class Citations:
    """Tells which stretches of a document's paragraphs are cited, there or in their notes."""

    def __init__(self, document: Document) -> None:
        self._notes = dict(_notes(document))

    def cover(self, block: Block, position: int) -> bool:
        """Tell whether text[position] of a block is cited.

        Its sentence is, or the whole paragraph rests on one source. A heading goes by the text
        under it.
        """
        if block.kind == "Header":
            return True
        keys = {key for one in block.inlines for key in self._keys(block, one)}
        if len(keys) < 2:
            return bool(keys)
        start, end = sentence_of(block, position)
        return any(start <= one.start < end and self._keys(block, one) for one in block.inlines)

    def _keys(self, block: Block, inline: Inline) -> tuple[str, ...]:
        return (*inline.citations, *self._notes.get((id(block), inline.start), ()))


def sentence_of(block: Block, position: int) -> tuple[int, int]:
    """Return the sentence round a position, with the citations that stand right behind its end."""
    start, end = block.sentence(position)
    for one in sorted(block.inlines, key=lambda one: one.start):
        if one.kind in {"Cite", "Note"} and one.start == start and one.end <= position:
            start = one.end
        elif one.kind in {"Cite", "Note"} and not block.text[end : one.start].strip():
            end = max(end, one.end)
    return start, end


def _notes(document: Document) -> Iterator[tuple[tuple[int, int], tuple[str, ...]]]:
    """Yield, by block and place of its mark, the keys that each note cites."""
    waiting: list[tuple[int, int]] = []
    keys: dict[tuple[int, int], tuple[str, ...]] = {}
    seen: dict[int, tuple[int, int]] = {}
    for block in document.blocks:
        note = next((id(one) for one in block.containers if one["t"] == "Note"), None)
        if note is not None and note not in seen and waiting:
            seen[note] = waiting.pop(0)
        if note in seen:
            keys[seen[note]] = keys.get(seen[note], ()) + block.citations()
        waiting += [(id(block), one.start) for one in block.inlines if one.kind == "Note"]
    yield from keys.items()
