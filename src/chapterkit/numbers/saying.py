"""What the words round a number say of it: a bound, something rounded, a rise or a fall. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from chapterkit.patterns import Late
from chapterkit.quantities import Quantity, Units
from chapterkit.quantities.traditional import simplified
from chapterkit.quantities.wordlists import (
    by_first_character,
    by_last_character,
    ending_at,
    sections,
    starting_at,
)

# How far before and behind a number its words are looked for.
_REACH = 24


def _any(names: Iterable[str]) -> str:
    """Return a pattern for the words of some lists, the longest first; Latin words stand alone."""
    found = {word.replace("_", " ") for name in names for word in _words()[name]}
    return "|".join(
        rf"\b{re.escape(word)}\b" if word[0].isascii() and word[0].isalpha() else re.escape(word)
        for word in sorted(found, key=lambda word: (-len(word), word))
    )


@cache
def _words() -> dict[str, tuple[str, ...]]:
    return sections("saying.txt")


_BOUND = {"over": ">", "under": "<", "at least": "≥", "at most": "≤"}
_TURNED = {">": "≤", "<": "≥"}
_AFTER = {"over behind": ">", "more behind": "≥", "less behind": "≤", "about behind": "≈"}


# 约为原来的 2.5 倍: 约 before whose it is.
_ABOUT_WHOSE = Late(r"(?:约|大概)(?:[为占是合等有]|相当于)于?[^\d，。；：、！？,;\s]{0,10}的$")
# 最近 3 天, 条约 3 项: no approximations.
_NO_ABOUT = frozenset("条契合公和制最附邻靠")


@cache
def _listed(*names: str) -> dict[str, str]:
    """Return the words of some lists, each with the list that it is of."""
    return {word.replace("_", " "): name for name in names for word in _words()[name]}


@cache
def _endings() -> dict[str, tuple[str, ...]]:
    return by_last_character(tuple(_listed(*_BOUND, "about")))


@cache
def _beginnings() -> dict[str, tuple[str, ...]]:
    return by_first_character(tuple(_listed(*_AFTER)))


@cache
def _denials() -> dict[str, tuple[str, ...]]:
    return by_last_character(tuple(_listed("not")))


# 上百人, 成百, 百人, 一百多人, 十几次, 2000+; but neither 半数 nor 百分之一.
_VAGUE = Late(
    r"^[上成][十百千万亿]|^[百千万亿](?![分百千万亿零〇一二两三四五六七八九])"
    r"|[十百千万亿\d]\s*[多余馀餘来几+]"
)
# 约一百人 and 不到一百人 are as vague as 百人; 约三百人 is what rounds to it.
_ROUND = Late(r"^一[百千万亿](?![零〇一二三四五六七八九十百千万亿])")
_MORE = Late(r"[多余馀餘](?![于数样])|[强弱](?!\w)")


@dataclass(frozen=True)
class Saying:
    """What the words round a number say of it.

    `bound` is > < ≥ ≤ where it is one; `about` tells that it is rounded, `vague` that it names no
    value (上百人, 一百多人). `word` is what makes it a bound or vague from outside (超过, 两倍多).
    """

    bound: str = ""
    word: str = ""
    about: bool = False
    vague: bool = False


def saying(text: str, start: int, end: int, quantity: Quantity | None = None) -> Saying:
    """Return what the words round text[start:end] say of the number that stands there.

    >>> text = "复发率不得超过 24%"
    >>> saying(text, 8, 11).bound
    '≤'
    """
    bound, word, about = _before_it(text, start)
    follows, its_word = _behind_it(text, end)
    if follows == "≈":
        about = not bound
    elif follows and not bound:
        bound, word, about = follows, its_word, False
    if quantity is None:
        return Saying(bound, word, about)
    about = about or (quantity.margin is not None and not bound)
    if more := _MORE.match(text[end : end + 3]):
        return Saying(bound, more[0], about, vague=True)
    body = simplified(text[start:end])
    vague = quantity.value is None or _VAGUE.search(body) is not None
    loose = about or bound in ("<", ">")
    return Saying(bound, word, about, vague or (loose and _ROUND.search(body) is not None))


def may_be_bound(text: str, start: int, end: int) -> bool:
    """Tell, at a glance, whether words round text[start:end] may make it a bound."""
    before, behind = text[max(0, start - 3) : start].rstrip(), text[end : end + 3].lstrip()
    return before[-1:] in _bound_endings() or simplified(behind[:1]) in _beginnings()


@cache
def _bound_endings() -> frozenset[str]:
    """Return with what characters words end that make the number behind them a bound."""
    return frozenset({word[-1] for name in _BOUND for word in _words()[name]} | set("過達滿於"))


def _before_it(text: str, start: int) -> tuple[str, str, bool]:
    """Return the bound that the words before a number make it, these, and whether it is rounded."""
    before = simplified(text[max(0, start - _REACH) : start]).rstrip().lower()
    word = _alone(ending_at(_endings(), before, len(before)), before)
    name = _listed(*_BOUND, "about").get(word, "")
    if name in _BOUND:
        rest = before[: len(before) - len(word)].rstrip()
        denial = _alone(ending_at(_denials(), rest, len(rest)), rest)
        bound = _TURNED.get(_BOUND[name]) if denial else None
        shown = before[rest.rindex(denial) :] if bound else word
        return bound or _BOUND[name], _as_written(shown, text, start), False
    if name:
        return "", "", before[: len(before) - len(word)][-1:] not in _NO_ABOUT
    return "", "", before.endswith("的") and _ABOUT_WHOSE.search(before) is not None


def _as_written(word: str, text: str, start: int) -> str:
    """Return a word before a number with its own capitals, in Simplified characters."""
    before = simplified(text[max(0, start - _REACH) : start]).rstrip()
    return before[len(before) - len(word) :]


def _alone(word: str, text: str) -> str:
    """Return a word that ends a text, or an empty string if it is the end of a longer Latin one."""
    before = text[: len(text) - len(word)][-1:]
    inside = word[:1].isascii() and word[:1].isalpha() and before.isascii() and before.isalnum()
    return "" if inside else word


def _behind_it(text: str, end: int) -> tuple[str, str]:
    """Return the bound that the words behind a number make it, ≈ for rounded, and these words."""
    behind = simplified(text[end : end + _REACH]).lstrip()
    word = starting_at(_beginnings(), behind, 0)
    return (_AFTER[_listed(*_AFTER)[word]], word) if word else ("", "")


def holds(bound: str, value: Decimal | Fraction, said: Decimal | Fraction) -> bool:
    """Tell whether a value is what `bound` says of `said`: more, less, at least, at most.

    >>> holds(">", Decimal("11.5"), Decimal("11.5")), holds("≤", Decimal("11.5"), Decimal("11.5"))
    (False, True)
    """
    match bound:
        case ">":
            return value > said
        case "<":
            return value < said
        case "≥":
            return value >= said
    return value <= said


class Place(NamedTuple):
    """Where a number stands in a text, and what it is."""

    start: int
    end: int
    value: Decimal
    unit: str


def is_comparison(
    text: str, place: Place, bound: str, places: Sequence[Place], units: Units
) -> bool:
    """Tell whether a bound compares a number with one before it: 只有 3.4%，低于 11.5%.

    The one before is near, in the same sentence, has the same unit, and is what the bound says.
    `places` are those of the text, in order.
    """
    sentence = max(text.rfind(mark, max(0, place.start - _FAR), place.start) for mark in "。！？\n")
    until = bisect_left(places, place.start, key=_start)
    return any(
        one.start > max(sentence, place.start - _FAR)
        and (ratio := _roughly(one.unit, place.unit, units)) is not None
        and holds(bound, Fraction(one.value) * ratio, Fraction(place.value))
        for one in places[max(0, until - _FEW) : until]
    )


# How far back, and among how many numbers, what a number is compared with is looked for.
_FAR, _FEW = 200, 6


# 214 天 is more than 3 个月, whatever months they are.
_MONTHS = (("个月", 1),)
_MONTHS_AND_SECONDS = {_MONTHS, (("秒", 1),)}
_SECONDS_A_MONTH = 2_629_800


def _start(place: Place) -> int:
    return place.start


def _ratio(unit: str, other: str, units: Units) -> Fraction | None:
    """Return how many of another unit one is; None where they do not measure one thing."""
    (scale, parts), (other_scale, other_parts) = units.in_base(unit), units.in_base(other)
    return scale / other_scale if parts == other_parts else None


def _roughly(unit: str, other: str, units: Units) -> Fraction | None:
    """Return the same, with months of middling length beside days."""
    (scale, parts), (other_scale, other_parts) = units.in_base(unit), units.in_base(other)
    if {parts, other_parts} == _MONTHS_AND_SECONDS:
        scale *= _SECONDS_A_MONTH if parts == _MONTHS else 1
        other_scale *= _SECONDS_A_MONTH if other_parts == _MONTHS else 1
        return scale / other_scale
    return _ratio(unit, other, units)


def goes(first: Place, second: Place, units: Units) -> str:
    """Return which way it goes from one number to the next: "rises", "falls", or "" for neither."""
    ratio = _ratio(first.unit, second.unit, units)
    if ratio is None or first.value == second.value:
        return ""
    return "rises" if Fraction(first.value) * ratio < Fraction(second.value) else "falls"


def is_limit(measured: str) -> bool:
    """Tell whether what a record measures is itself a bound: 罚金的上限."""
    return any(word in measured for word in _words()["limits"])


def but_for_bound(word: str) -> str:
    """Return what an author can do about a bound before a recorded value."""
    return (
        f"去掉“{word}”；来源印的就是这样，在记录里用 printed: 写明；"
        "它是期限、限额一类的界限，在记录的 of: 里写明"
    )


# --- from one number to the next


@cache
def _changes() -> re.Pattern[str]:
    """A pattern for what stands between the two ends of a change."""
    verbs = f"(?:(?P<rises>{_any(['rises'])})|(?P<falls>{_any(['falls'])}))"
    how = r"(?:[又再也只便就则后来随进一步逐渐一路迅速猛骤大幅略稍微已]|之后)*"
    gap = (
        r"(?:约|大约|近|将近|平均|仅|只有|不足|不到|超过|[^，。；：！？,;\d]{0,10}的|\d{4} ?年的?)?"
    )
    return re.compile(
        rf"(?P<between>[^，。；：！？,;\n]{{0,14}}?)(?:[，,]\s*)?(?P<how>{how}){verbs}"
        rf"了?(?:到|至|为|成)了?\s*{gap}\s*$"
    )


# What a text holds that may speak of a change, for a quick look.
CHANGE = Late(
    r"[升涨漲增高大长長多扩擴降减減跌落少短小缩縮滑低压壓探浮]了?[到至为為成]"
    r"(?=[^。；！？\n]{0,16}[0-9０-９零〇一二三四五六七八九十百千万半])"
    r"| (?:to|from) (?=[^.\n]{0,16}\d)"
)
_FROM = Late(r"(?:从|由|自|把|将)(?:[^，。；：！？,;\n]{0,12}的)?\s*$")


@cache
def _english(joint: str) -> re.Pattern[str]:
    """A pattern for rose from, or rose to: a verb, and what joins the first number to it."""
    up, down = (_any([f"{name} in English"]) for name in ("rises", "falls"))
    verbs = f"(?:(?P<rises>{up})|(?P<falls>{down}))"
    return re.compile(rf"{verbs}(?: \w+ly)? {joint} {_NEARLY}$", re.IGNORECASE)


_NEARLY = "(?:about |around |roughly |only |just |nearly |almost )?"
_TO = Late(rf"[^.;,\n]{{0,20}}? ?\bto {_NEARLY}$")
_BACK = Late(rf"[^.;,\n]{{0,20}}? ?\bfrom {_NEARLY}$")
_OPPOSITE = {"rises": "falls", "falls": "rises"}


def change_between(text: str, first: Sequence[int], second: Sequence[int]) -> tuple[str, str]:
    """Return what the text says of the way from one number to the next, and the verb.

    "rises" or "falls", or two empty texts where it says neither. `first` and `second` are where
    the numbers begin and end.

    >>> change_between("从 15.0% 升到 11.5%", (2, 7), (11, 16))
    ('rises', '升')
    """
    before = simplified(text[max(0, first[0] - _REACH) : first[0]])
    between = simplified(text[first[1] : second[0]])
    if len(between) > 2 * _REACH:
        return "", ""
    found = _changes().fullmatch(between)
    if found and (not found["between"].strip() or _FROM.search(before)):
        return _direction(found)
    if _TO.fullmatch(between) and (found := _english("from").search(before)):
        return _direction(found)
    if _BACK.fullmatch(between) and (found := _english("to").search(before)):
        way, verb = _direction(found)
        return _OPPOSITE[way], verb
    return "", ""


def _direction(found: re.Match[str]) -> tuple[str, str]:
    way = "rises" if found["rises"] else "falls"
    return way, found[way]
