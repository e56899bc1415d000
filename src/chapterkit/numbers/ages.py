"""Is a bare number an age? He was twenty-nine; 其子年方十八. Pure."""

from __future__ import annotations

import re
from functools import cache

from chapterkit.patterns import Late
from chapterkit.quantities import Quantity
from chapterkit.quantities.traditional import simplified
from chapterkit.quantities.wordlists import sections

_REACH = 40
_OLDEST = 130
_PART_ENDS = r"(?=\s*(?:$|[，。；、！？,;!?.)）\ufffc\[]|\s(?:when|and|or|but|at)\b))"
_AGED = Late(
    r"(?:\baged?|\bages|\bage of|\baged (?:about|between|over|under|only)|\baged \d+ (?:and|to)"
    r"|\bturn(?:ed|s|ing)|\b(?:died|married|retired|widowed|orphaned|crowned)\b[^.;]{0,20} at) $",
    re.IGNORECASE,
)
_AT = Late(r"(?:^|[\s(])[Aa]t $")
_HE = Late(
    r"(?:,? (?:he|she|they|i|his|her)\b|\s*,? the (?:youngest|oldest|eldest))", re.IGNORECASE
)
_NAMED = Late(r"\b[A-Z][a-z]+ was $")  # Brown was forty-four
_MEASURED = frozenset("率值度量数比额分价")  # 成功率三十出头 is no age
_OLD = Late(r"[- ](?:year|month)s?[- ]old\b|-old\b", re.IGNORECASE)


def is_age(quantity: Quantity, text: str) -> bool:
    """Tell whether a quantity without a unit, or in years, says how old somebody is.

    >>> from chapterkit.quantities import find_in_plain
    >>> text = "The draftsman was twenty-nine, and the index 31."
    >>> [is_age(one, text) for one in find_in_plain(text)]
    [True, False]
    """
    start, end = quantity.start, quantity.end
    before, behind = (
        simplified(text[max(0, start - _REACH) : start]),
        simplified(text[end : end + 20]),
    )
    if quantity.unit:
        return quantity.unit in ("year", "years", "month") and _OLD.match(behind) is not None
    if not _may_be(quantity):
        return False
    over = _chinese_behind().match(behind) and before.rstrip()[-1:] not in _MEASURED
    if over or _AGED.search(before) or _chinese_before().search(before):
        return True
    if _AT.search(before):
        return _HE.match(behind) is not None
    if _ends().match(behind) is None:
        return False
    spelled = text[start:end].replace("-", "").isascii() and text[start:end][0].isalpha()
    return bool(_person().search(before) or (spelled and _NAMED.search(before)))


def _may_be(quantity: Quantity) -> bool:
    """Tell whether a number is a whole one that somebody may have lived."""
    value = quantity.value
    if value is None or isinstance(value, tuple):
        return quantity.shape == "range"
    return value == value.to_integral_value() and 0 < value < _OLDEST


@cache
def _ends() -> Late:
    return Late(_PART_ENDS)


@cache
def _chinese_before() -> Late:
    return Late(rf"(?:{'|'.join(sections('ages.txt')['before'])}) ?(?:才|仅|已|约|不足|不到)? ?$")


@cache
def _chinese_behind() -> Late:
    return Late(rf" ?(?:{'|'.join(sections('ages.txt')['behind'])})(?!的)")


@cache
def _person() -> Late:
    """A pattern for who is so old: 其子十八; the clerk was 31; his assistant 31."""
    lists = sections("ages.txt")
    chinese, english = "|".join(lists["person"]), "|".join(lists["English person"])
    adverbs = "(?:then|now|only|just|barely|nearly|almost|about|already|not yet|at least|over) ?"
    verbs = "(?:was|is|were|being|turned|had been|of)"
    return Late(
        rf"(?:{chinese})(?:才|已|年|刚|今年|那年|当时|时|也|都|只|仅|已经){{0,2}} ?$"
        rf"|(?i:\b(?:{english})\b(?:'s)?,? (?:{verbs} )?(?:{adverbs})*$)"
    )
