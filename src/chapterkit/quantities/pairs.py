"""Two numbers that look like a range or a fraction: ends of a change, choices, one in so many."""

from __future__ import annotations

import re
from decimal import Decimal
from math import gcd

from chapterkit.patterns import Late
from chapterkit.quantities.amounts import Amount, amount_at
from chapterkit.quantities.ends import unit_span
from chapterkit.quantities.model import Draft, Value
from chapterkit.quantities.units import active
from chapterkit.quantities.wordlists import sections

_LISTS = sections("context.txt")


def _any_of(entries: tuple[str, ...]) -> Late:
    latin = "|".join(word for word in entries if word.isascii())
    return Late(rf"\b(?:{latin})\b|" + "|".join(w for w in entries if not w.isascii()), re.I)


_MOVED = _any_of(_LISTS["moved"])
_SPAN = _any_of(_LISTS["span"])
_FROM = Late(r"(?:[从由自]|\bfrom)[约的 ]{0,2}(?:[$¥￥€£])?$", re.I)
_ENGLISH_VERB = Late(r"\b([a-z]+) [$€£]?$")
_ENGLISH_MOVED = frozenset(w for w in _LISTS["moved"] if w.isascii()) - {"up", "down", "go"}
_BETWEEN = Late(r"\bbetween [$€£]?$", re.I)
_SENTENCE_END = Late(r"[、。；！？;!?\n]|\. ")
_CLAUSE_END = Late(r"[，、。；！？,;!?\n]|\. ")
_BEFORE, _AFTER = 60, 16
# 从 60 分到 85 分，进步明显: what is said of the change behind it, without a subject of its own.
_REMARK = Late(
    r" ?[，,] ?(?:[涨降增跌升]幅|"
    r"(?:提升|提高|增长|增加|上升|下降|降低|减少|下滑|改善|进步|退步|[涨跌升降])"
    r"(?:明显|显著|不[小大多]|很|了|近|超|约|达|[\d一两三四五六七八九十]))"
)


def is_change(
    text: str, start: int, end: int, values: tuple[Value, Value], *, powers: bool
) -> bool:
    """Whether A 到 B (A to B) from `start` to `end` is a change, so that each end stands alone.

    The words say so (从 12% 到 30% 的提升, fell from …), or the second end is the smaller one, or
    both are powers of ten; 之间, 不等, range … say that it is a range.
    """
    before = _SENTENCE_END.split(text[max(0, start - _BEFORE) : start])[-1]
    after = _CLAUSE_END.split(text[end : end + _AFTER])[0]
    if (
        _SPAN.search(after)
        or _SPAN.search(_CLAUSE_END.split(before)[-1])
        or _BETWEEN.search(before)
    ):
        return False
    if powers:
        return True
    if not _FROM.search(before):
        verb = _ENGLISH_VERB.search(before)
        return verb is not None and verb[1] in _ENGLISH_MOVED
    low, high = values
    if isinstance(low, Decimal) and isinstance(high, Decimal) and low > high:
        return True
    moved = _MOVED.search(before) or _MOVED.search(after) or _REMARK.match(text, end)
    return moved is not None


_CHOICE = Late(r"(?:/\d{1,7}(?:\.\d{1,7})?[KkMB]?){1,12}(?![\d/%]|\.\d)")
_MEASURES = frozenset(("count", "number", "rate", "percent", "pressure"))


def choice(text: str, amount: Amount) -> Draft | None:
    """One of several numbers between strokes: 25/50/100 mg, 512/2048 tokens; no fraction."""
    match = _CHOICE.match(text, amount.end) if text[amount.end : amount.end + 1] == "/" else None
    if match is None or not isinstance(amount.value, Decimal):
        return None
    start, end = unit_span(text, match.end())
    unit = text[start:end]
    begun = text[amount.start - 1 : amount.start] == "/" and amount.start > 1
    other = match[0][1:]
    chosen = _CHOSEN.search(text, max(0, amount.start - 4), amount.start) is not None
    if not begun and "/" not in other and not _is_choice(amount.value, other, unit, chosen=chosen):
        return None
    return Draft(amount.start, amount.end, amount.value, unit)


_CHOSEN = Late(r"(?:取|选|选用|选取|设为|设成|可选) ?$")
_ROUND = 10  # below it, a stroke makes a fraction: 取 3/4


def _is_choice(first: Decimal, other: str, unit: str, *, chosen: bool) -> bool:
    """Whether two numbers before a unit of measurement can be no fraction in lowest terms.

    Nor can they without a unit where the words before them say that one is `chosen`.
    """
    if not unit and not (chosen and first >= _ROUND):
        return False
    if unit and active().kind(unit) in _MEASURES:
        return False
    if not other.isdigit() or first != first.to_integral_value():
        return True
    return first < int(other) and gcd(int(first), int(other)) > 1


_ONE_IN = Late(r" (?:in|out of) (?:every )?(?=[\d])")


def one_in(text: str, amount: Amount) -> Draft | None:
    """1 in 20, 3 out of 10: a share."""
    match = _ONE_IN.match(text, amount.end)
    if match is None or not isinstance(amount.value, Decimal):
        return None
    whole = amount_at(text, match.end())
    if whole is None or not isinstance(whole.value, Decimal) or whole.value <= amount.value:
        return None
    if not whole.whole and "." in text[whole.start : whole.end]:
        return None
    unit_start, unit_end = unit_span(text, whole.end)
    unit = text[unit_start:unit_end]
    grouped = "," in text[whole.start : whole.end]
    year = "out" not in match[0] and not grouped and 1500 <= whole.value <= 2099
    if year or (unit and active().kind(unit) != "count"):
        return None
    return Draft(amount.start, whole.end, (amount.value, whole.value), "", "fraction")
