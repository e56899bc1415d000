"""What a text counts, told by the noun behind a number or by the head of its column."""

from __future__ import annotations

import re
from itertools import islice

from chapterkit.numbers.verify.columns import heads_over
from chapterkit.numbers.verify.outline import Outline
from chapterkit.quantities import STANDARD, Units, normal_unit, unit_kind
from chapterkit.quantities.wordlists import sections

_LISTS = sections("verify.txt")
_CLASSES = ("hardware", "people", "steps", "things")
_CLASS_OF_NOUN = {noun: kind for kind in _CLASSES for noun in _LISTS[f"nouns of {kind}"]}
_CLASS_OF_UNIT = {unit: kind for kind in _CLASSES for unit in _LISTS.get(f"units of {kind}", ())}
_COUNTED = ("", "count", "number", "tokens", "parameters", "times", "rate")
_BEHIND = re.compile(
    r"(?:[ \n-](?!(?:on|of|for|in|and|to|per|with|from|over|at|or|by|than|as|is|are|out|x)\b)"
    r"[A-Za-z][A-Za-z0-9]*){0,2}?[ \n-](" + "|".join(_CLASS_OF_NOUN) + r")\b"
)
_HEAD_UNIT = re.compile(r"[%$]|(?<=\()(?:[a-z]{1,3}|[^\W\d_a-zA-Z]{1,4})(?=\))|[A-Za-z]{3,}")
_HEADS = 2  # lines of heads, one above the other
_HEAD_KINDS = ("time", "money", "percent", "points")


def other_noun(text: str, end: int, unit: str, units: Units = STANDARD) -> str:
    """Return the noun behind a number if it is none that the unit counts, or "".

    >>> other_noun("16 GPUs", 2, "步"), other_noun("16 GPUs", 2, "块"), other_noun("16 GPUs", 2, "")
    ('GPUs', '', '')
    """
    kind = _class_of(unit, units)
    match = _BEHIND.match(text, end) if kind else None
    return match[1] if match and _CLASS_OF_NOUN[match[1]] != kind else ""


def _class_of(unit: str, units: Units) -> str:
    kind = unit_kind(unit, units)
    return _CLASS_OF_UNIT.get(normal_unit(unit, units), "") if kind in _COUNTED else kind


def column_unit(outline: Outline, start: int, units: Units = STANDARD) -> str:
    """Return the unit that the head of a number's column names, or "": 小时 under "Hours"."""
    own = {normal_unit(one.name, units) for one in units.declared}
    for place, heads in islice(heads_over(outline, start), _HEADS):
        for match in _HEAD_UNIT.finditer(heads[place]):
            word = match[0] if match[0] in units.table else match[0].lower()
            name, kind = units.table.get(word, ("", ""))
            if (kind in _HEAD_KINDS or name in own) and word not in ("min", "sec"):
                return name
    return ""


def fits_column(unit: str, column: str, units: Units = STANDARD) -> bool:
    """Tell whether a unit may stand in a column with this unit in its head.

    >>> fits_column("天", "小时"), fits_column("小时", "小时"), fits_column("个", "小时")
    (False, True, True)
    """
    kind = _class_of(unit, units)
    if not column or not kind or normal_unit(unit, units) == column:
        return True
    return {kind, unit_kind(column, units)} == {"percent", "points"}
