"""Which recorded number a typed one may be: only one that its sentence speaks of. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from chapterkit.manuscript.ledger import Number
from chapterkit.numbers.matching import Claim, backing, nearest_number
from chapterkit.numbers.policy import sentence_of
from chapterkit.quantities.traditional import simplified
from chapterkit.quantities.wordlists import sections
from chapterkit.text.document import Block

_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9-]{2,}")


def speaks_of(text: str, number: Number) -> bool:
    """Tell whether a text shares words with what a number measures, or under which condition.

    Words that any number may be measured by (平均, 比例) do not count, unless there are no others.
    """
    measured = f"{number.of} {number.when or ''}"
    if own := _words_of(measured) - _anybodys():
        return not own.isdisjoint(_words_of(text))
    return simplified(number.of) in simplified(text)


@lru_cache(maxsize=4096)
def _words_of(text: str) -> frozenset[str]:
    """Return the pairs of Chinese characters of a text, and its Latin words."""
    text = simplified(text)
    runs = _HAN.findall(text)
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    return frozenset(pairs | {word.lower() for word in _LATIN.findall(text)})


@lru_cache(maxsize=1)
def _anybodys() -> frozenset[str]:
    return frozenset(sections("saying.txt")["of any number"])


def sentence_round(block: Block, claim: Claim) -> str:
    """Return the sentence of a quantity, without the quantity."""
    start, end = block.sentence(claim.quantity.start)
    return f"{block.text[start : claim.quantity.start]} {block.text[claim.quantity.end : end]}"


def cited_there(block: Block, position: int) -> set[str]:
    """Return the keys that the sentence at text[position] of a block cites."""
    start, end = sentence_of(block, position)
    return {key for one in block.inlines if start <= one.start < end for key in one.citations}


def stands_there(block: Block, position: int, numbers: Iterable[Number]) -> Number | None:
    """Return the first of some numbers that the sentence at text[position] shows itself."""
    start, end = block.sentence(position)
    shown = {one.number for one in block.numbers() if start <= one.start < end}
    return next((number for number in numbers if number.id in shown), None)


def meant(block: Block, claim: Claim, numbers: Iterable[Number]) -> Number | None:
    """Return the number that a typed quantity surely is; None if there is none, or several.

    Its value is that of the quantity, no bound or vague amount, and the sentence speaks of it.
    """
    if claim.said.bound or claim.said.vague:
        return None
    sentence = sentence_round(block, claim)
    found = [number for number in backing(claim, numbers) if speaks_of(sentence, number)]
    cited = cited_there(block, claim.quantity.start)
    found = [number for number in found if number.cite in cited] or found
    return found[0] if len(found) == 1 else None


def nearest_meant(block: Block, claim: Claim, numbers: Sequence[Number]) -> Number | None:
    """Return the nearest number of those that a sentence speaks of, or else cites."""
    if claim.said.bound or claim.said.vague:
        return None
    sentence, cited = sentence_round(block, claim), cited_there(block, claim.quantity.start)
    spoken = [number for number in numbers if speaks_of(sentence, number)]
    here = [number for number in numbers if number.cite in cited]
    both = [number for number in here if number in spoken]
    near = (nearest_number(claim.quantity, group) for group in (both, spoken, here))
    return next((number for number in near if number), None)
