"""What the words round a number say of it: a bound, something rounded, a rise or a fall. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

from chapterkit.patterns import Late
from chapterkit.quantities import Quantity, Units
from chapterkit.quantities.traditional import simplified
from chapterkit.quantities.wordlists import sections

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


@cache
def _before() -> re.Pattern[str]:
    groups = "|".join(f"(?P<{name.replace(' ', '_')}>{_any([name])})" for name in _BOUND)
    about = rf"(?P<about>(?<![条契合公和制最附邻靠]){_about()})"
    return re.compile(rf"(?P<not>{_any(['not'])})?(?:{groups}|{about})\s*$", re.IGNORECASE)


def _about() -> str:
    """Return a pattern for 约, near a number or before whose it is: 约为原来的 2.5 倍."""
    whose = r"(?:约|大约|大概)(?:[为占是合等有]|相当于)于?[^\d，。；：、！？,;\s]{0,10}的"
    return f"(?:{whose}|{_any(['about'])})"


@cache
def _behind() -> re.Pattern[str]:
    groups = "|".join(f"(?P<{name.replace(' ', '_')}>{_any([name])})" for name in _AFTER)
    return re.compile(rf"\s*(?:{groups})", re.IGNORECASE)


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
    before = simplified(text[max(0, start - _REACH) : start])
    behind = simplified(text[end : end + _REACH])
    body = simplified(text[start:end])
    bound, word, about = _before_it(before)
    follows, its_word = _behind_it(behind)
    if follows == "≈":
        about = not bound
    elif follows and not bound:
        bound, word, about = follows, its_word, False
    if quantity is None:
        return Saying(bound, word, about)
    about = about or (quantity.margin is not None and not bound)
    if more := _MORE.match(behind):
        return Saying(bound, more[0], about, vague=True)
    vague = quantity.value is None or _VAGUE.search(body) is not None
    loose = about or bound in ("<", ">")
    return Saying(bound, word, about, vague or (loose and _ROUND.search(body) is not None))


def may_be_bound(text: str, start: int, end: int) -> bool:
    """Tell, at a glance, whether something round text[start:end] may make it a bound."""
    first, last = _edges()
    before, behind = (
        text[max(0, start - 3) : start].rstrip()[-1:],
        text[end : end + _REACH].lstrip()[:1],
    )
    return before in last or behind in first


@cache
def _edges() -> tuple[frozenset[str], frozenset[str]]:
    """Return with what characters words behind a number begin, and with what those before end."""
    words = _words()
    before = {word[-1] for name in _BOUND for word in words[name]} | {"過", "達", "滿", "於"}
    behind = {word[0] for name in _AFTER for word in words[name]} | {"餘", "開"}
    return frozenset(behind), frozenset(before)


def _before_it(before: str) -> tuple[str, str, bool]:
    found = _before().search(before)
    if not found:
        return "", "", False
    bound = _bound_of(found)
    return bound, found[0].strip() if bound else "", found["about"] is not None


def _behind_it(behind: str) -> tuple[str, str]:
    if found := _behind().match(behind):
        name = next(name for name in _AFTER if found[name.replace(" ", "_")])
        return _AFTER[name], found[0].strip()
    return "", ""


def _bound_of(found: re.Match[str]) -> str:
    for name, bound in _BOUND.items():
        if found[name.replace(" ", "_")]:
            return _TURNED.get(bound, bound) if found["not"] else bound
    return ""


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


@dataclass(frozen=True)
class Place:
    """Where a number stands in a text, and what it is."""

    start: int
    end: int
    value: Decimal
    unit: str


def is_comparison(
    text: str, place: Place, bound: str, places: Iterable[Place], units: Units
) -> bool:
    """Tell whether a bound compares a number with one before it: 只有 3.4%，低于 11.5%.

    The one before is in the same sentence, has the same unit, and is what the bound says.
    """
    sentence = max(text.rfind(mark, 0, place.start) for mark in "。！？\n")
    return any(
        sentence < one.start < place.start
        and (ratio := _ratio(one.unit, place.unit, units)) is not None
        and holds(bound, Fraction(one.value) * ratio, Fraction(place.value))
        for one in places
    )


def _ratio(unit: str, other: str, units: Units) -> Fraction | None:
    """Return how many of another unit one is; None where they do not measure one thing."""
    (scale, parts), (other_scale, other_parts) = units.in_base(unit), units.in_base(other)
    return scale / other_scale if parts == other_parts else None


def goes(first: Place, second: Place, units: Units) -> str:
    """Return which way it goes from one number to the next: "rises", "falls", or "" for neither."""
    ratio = _ratio(first.unit, second.unit, units)
    if ratio is None or first.value == second.value:
        return ""
    return "rises" if Fraction(first.value) * ratio < Fraction(second.value) else "falls"


def is_limit(measured: str) -> bool:
    """Tell whether what a record measures is itself a bound: 罚金的上限."""
    return any(word in measured for word in _words()["limits"])


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
    r"[升涨漲增高大长長多扩擴降减減跌落少短小缩縮滑低压壓探浮]了?[到至为為成]| (?:to|from) "
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
