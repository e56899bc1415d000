"""Number words in English: threefold, one third, hundreds of thousands, twenty-five."""

# ruff: noqa: PLR0911 (a judgement is a list of cases, each with its own answer)

from __future__ import annotations

import re
from decimal import Decimal

from chapterkit.patterns import Late
from chapterkit.quantities.ends import unit_span
from chapterkit.quantities.model import Draft
from chapterkit.quantities.pairs import is_change
from chapterkit.quantities.phrases import measured
from chapterkit.quantities.units import active
from chapterkit.quantities.wordlists import sections

_LISTS = sections("english.txt")
_ONES = {word: number for number, word in enumerate(_LISTS["ones"])}
_TENS = {word: number * 10 for number, word in enumerate(_LISTS["tens"], start=2)}
_SCALES, _PARTS = (
    {word: int(number) for word, number in (one.split("=") for one in _LISTS[name])}
    for name in ("scales", "parts")
)
_TIMES = dict(one.split("=") for one in _LISTS["times"])
_WORD = "|".join([*_ONES, *_TENS])
_SCALE = "|".join(_SCALES)
_PART = "|".join(_PARTS)


_UNIT = "|".join(word for word, number in _ONES.items() if 0 < number < 10)
_BELOW_HUNDRED = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{_UNIT}))?|{'|'.join(_ONES)})\b"
_NUMBER_WORDS = Late(
    rf"(?:{_BELOW_HUNDRED}|an?(?= (?:{_SCALE})))"
    rf"(?:(?:[- ](?:{_SCALE})\b)+(?:[- ](?:and )?{_BELOW_HUNDRED})?)*"
)
# nineteen eighty-four, twenty twenty; twenty ten-year bonds are none
_YEAR = Late(
    rf"(?:(?:six|seven|eigh|nine)teen|twenty)[- ]"
    rf"(?:{'|'.join(_TENS)}|(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)"
    rf"|oh[- ](?:{_UNIT}))\b(?:[- ](?:{_UNIT})\b)?(?!-)"
)
_TO = Late(r"-? to |-to-")
_ODD = Late(r"-odd\b")
_FRACTION = Late(rf"({_WORD}|an?)[- ]({_PART})s?\b")
# a third of, nearly a third; fell a third to …
_PART_AFTER = Late(
    r" (?:of|as|more|less|fewer|higher|lower|larger|smaller|bigger|longer|shorter|faster|slower"
    r"|cheaper|dearer|greater|heavier|lighter|older|younger|better|worse)\b"
)
_PART_BEFORE = Late(
    r"\b(?:fell|rose|dropped|grew|cut|lost|lose|nearly|almost|about|over|roughly|up|down|than|"
    r"just|only|(?:fell|fall|falls|rose|rise|rises|dropped|drop|down|up|cut|reduced|shrank|grew|increased|"
    r"decreased|declined|killed|slashed|raised|lowered) by|killed|spent|ate) $"
)
_PART_ENDS = Late(
    r"[.,;:)]|$| (?:to|from|in|since|over|this|last|during|compared|between|after|when|and|on)\b"
)
# Twelve Angry Men, The Three Musketeers: number words of a title.
_TITLE = Late(r"[A-Z][a-z]{1,20}(?:[- ][A-Z][a-z]{1,20}){0,4} [A-Z][a-z]")
_ORDINAL = Late(r"-(?:first|second|third|(?:four|fif|six|seven|eigh|nin|ten)th)\b")
# Chapter Three, part two: which of several.
_LABELLED = Late(
    r"\b(?:chapter|part|section|act|scene|book|volume|lesson|room|platform|phase|stage|step|grade|"
    r"level|article|number|unit|war|day|week|year|table|figure|appendix|group|type) $",
    re.I,
)
_LABEL_ENDS = Late(r"[.,;:)?!]|$| (?:and|of|is|was|ends|begins|to|in|on|at|when|after)\b")
_IN_SENTENCE = Late(r"[A-Za-z] ")
_FOLD = Late(rf"({_WORD})-?fold\b|(hundred|thousand)-?fold\b")
_PLURAL = (
    r"(?!(?:the|an?|this|that|these|those|his|her|its|our|their|my|your|us|points|tests?)\b)"
    r"(?:[a-z-]+ ){0,2}?(?:[a-z-]+(?<!s)s|people|men|women|children|police|cattle)\b"
)
_VAGUE = re.compile(
    rf"(?:(?:tens|dozens|hundreds|thousands|millions|billions)(?: of (?:{_SCALE})s)?"
    rf"|scores of (?:{_SCALE})s|scores(?= of {_PLURAL}))\b"
)
# The scores of … are points.
_POINTS_BEFORE = Late(
    r"\b(?:the|these|those|their|his|her|its|our|my|your|he|she|it|test|exam|mean|median|average"
    r"|total|raw|high|higher|low|lower|final|reading|math|quality|risk) $"
)
# several thousand, a few hundred, a couple of dozen
_SOME = Late(
    rf"(?:several|an? (?:few|couple(?: of)?)|a good many|some few|few|many)[- ](?:{_SCALE})s?\b"
    rf"(?:[- ](?:of )?(?:{_SCALE})s?\b)*(?! oaks)"
)
# one in ten, two out of three, one in every hundred
_ONE_IN = Late(
    rf"({_WORD})[ -](?:in|out[ -]of)[ -](?:every[ -])?(?={_WORD}|an? (?:{_SCALE})\b|{_SCALE}|\d)"
)
_AND_PART = Late(r" and a (half|quarter)\b(?! (?:of|a)\b)")
_HALF_DOZEN = Late(r"half[ -]a[ -]dozen\b")
_ORDER = Late(r"(?:an|one) order[- ]of[- ]magnitude\b|(?:an|one)-order-of-magnitude\b")
_LATIN = re.compile(r"[a-z]+")
_STARTS = frozenset([*_ONES, *_TENS, *_TIMES, *_LISTS["starts"]]) | frozenset(
    f"{word}fold" for word in [*_ONES, *_TENS]
)
_SMALL = range(2, 11)
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|\d{1,7}(?![\d.,]\d)")
_LONG_AGO, _AHEAD = 1500, 2100


def english_quantities(text: str) -> list[Draft]:
    """Every quantity in English words, in order."""
    lowered = text.lower()
    if len(lowered) != len(text):  # İ and its like grow in lower case
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    found: list[Draft] = []
    last = 0
    for match in _LATIN.finditer(lowered):
        at = match.start()
        if at < last or match[0] not in _STARTS or not _is_free(text, at, match.end()):
            continue
        if year := _YEAR.match(lowered, at):
            last = year.end()
            continue
        draft = _read(lowered, at, match[0])
        if draft is not None and not _is_named(text, draft):
            found.append(draft)
            last = draft.end
    return found


def _is_named(text: str, draft: Draft) -> bool:
    """What looks like a number or a share and is a name: Three Rivers, Twelve Angry Men."""
    if _LABELLED.search(text, max(0, draft.start - 12), draft.start) and (
        text[draft.start].isupper() or _LABEL_ENDS.match(text, draft.end)
    ):
        return True
    if text[draft.start].isupper() and _TITLE.match(text, draft.start):
        one = " " not in text[draft.start : draft.end]
        before = text[max(0, draft.start - 2) : draft.start]
        if not one or (before[-1:] and (before[-1] in '"“‘《*_' or _IN_SENTENCE.match(before))):
            return True
    if draft.shape != "fraction" or " in " not in text[draft.start : draft.end].lower():
        return False
    after = text[draft.start + 1 : draft.end]
    return after != after.lower() or text[max(0, draft.start - 3) : draft.start].lower() == "no "


def _is_free(text: str, start: int, end: int) -> bool:
    """A word of its own: no letter, digit or hyphen before it, no underscore behind."""
    before = text[start - 1 : start]
    return not before or not (before.isascii() and (before.isalnum() or before in "_-/.'@\\"))


def _read(text: str, at: int, word: str) -> Draft | None:
    if match := _FOLD.match(text, at):
        value = (
            _ONES.get(match[1] or "") or _TENS.get(match[1] or "") or _SCALES.get(match[2] or "")
        )
        return Draft(at, match.end(), Decimal(value or 0), "fold")
    if match := _ORDER.match(text, at):
        return Draft(at, match.end(), Decimal(1), "order of magnitude")
    if match := _SOME.match(text, at):
        start, end = unit_span(text, match.end())
        return Draft(at, max(end, match.end()), None, text[start:end], vague=True)
    if word in _ONES and (share := _one_in(text, at)):
        return share
    if word in _TIMES:
        return Draft(
            at,
            at + len(word),
            Decimal(_TIMES[word]),
            "times" if word in ("twice", "thrice") else "",
        )
    if word in ("double", "triple"):
        if text.startswith(" the ", at + len(word)) or text.startswith(" that ", at + len(word)):
            return Draft(at, at + len(word), Decimal(2 if word == "double" else 3))
        return None
    if word == "half":
        return _half(text, at)
    if match := _FRACTION.match(text, at):
        return _fraction(text, at, match)
    if match := _VAGUE.match(text, at):
        if word == "scores" and _POINTS_BEFORE.search(text, max(0, at - 12), at):
            return None
        return Draft(at, match.end(), None, vague=True)
    if word == "dozen":
        return None
    first = _number(text, at)
    return first and _range(text, first)


def _range(text: str, first: Draft) -> Draft:
    """Add the other end, if there is one: ten to fifteen minutes, five to six hundred."""
    to = _TO.match(text, first.end)
    other = _number(text, to.end()) if to and first.shape == "number" else None
    if other is None or (first.unit and first.unit != other.unit):
        return first
    low, high = first.value, other.value
    if not isinstance(low, Decimal) or not isinstance(high, Decimal):
        return first
    spelt = text[other.start : other.end].removesuffix(other.unit).strip(" -")
    scale = _SCALES.get(re.split("[- ]", spelt)[-1], 1)
    if low < scale and low * scale < high:
        low = low * scale
    values = low, high
    if low >= high or is_change(text, first.start, other.end, values, powers=False):
        first.unit = first.unit or other.unit
        first.small = first.small and not measured(first)
        return first
    small = first.small and other.small
    return Draft(
        first.start, other.end, values, other.unit, "range", small=small, parts=(first, other)
    )


def _one_in(text: str, at: int) -> Draft | None:
    """one in ten, nine out of ten, one in a hundred: a share."""
    match = _ONE_IN.match(text, at)
    first = _ONES.get(match[1]) if match else None
    if match is None or not first:
        return None
    whole: Decimal | None = None
    year_like = "out" not in match[0]
    if number := _NUMBER_WORDS.match(text, match.end()):
        spelt = _value(re.split(r"[- ]", number[0]))
        end, whole = number.end(), None if spelt is None else Decimal(spelt)
    elif number := _DIGITS.match(text, match.end()):
        end, whole = number.end(), Decimal(number[0].replace(",", ""))
        year_like = year_like and "," not in number[0]
    if whole is None or whole <= first or (year_like and _LONG_AGO <= whole < _AHEAD):
        return None
    start, unit_end = unit_span(text, end)
    if unit_end > start and active().kind(text[start:unit_end]) != "count":
        return None  # three in ten minutes
    return Draft(at, end, (Decimal(first), whole), "", "fraction")


def _half(text: str, at: int) -> Draft | None:
    if match := _HALF_DOZEN.match(text, at):
        return Draft(at, match.end(), Decimal(6))
    following = text[at + 4 : at + 12]
    if following.startswith((" of", " the", " a ", " an ", " as ", ".", ",")):
        if match := re.match(
            r" an? (hour|day|year|million|century|minute|second|billion)\b", text[at + 4 : at + 20]
        ):
            scale = _SCALES.get(match[1])
            value = Decimal(scale) / 2 if scale else Decimal("0.5")
            return Draft(at, at + 4 + match.end(), value, "" if scale else match[1])
        return Draft(at, at + 4, Decimal("0.5"))
    return None


def _fraction(text: str, at: int, match: re.Match[str]) -> Draft | None:
    top = _ONES.get(match[1]) or _TENS.get(match[1]) or 1
    bottom = _PARTS[match[2]]
    article = match[1] in ("a", "an")
    if article and not (
        _PART_AFTER.match(text, match.end())
        or (_PART_BEFORE.search(text, max(0, at - 14), at) and _PART_ENDS.match(text, match.end()))
    ):
        return None
    if text[match.end() : match.end() + 1] == "-":
        return None
    return Draft(at, match.end(), (Decimal(top), Decimal(bottom)), "", "fraction")


def _number(text: str, at: int) -> Draft | None:
    match = _NUMBER_WORDS.match(text, at)
    if match is None:
        return None
    number = _value(re.split(r"[- ]", match[0]))
    if number is None or _ORDINAL.match(text, match.end()):
        return None
    part = _AND_PART.match(text, match.end())
    odd = _ODD.match(text, match.end())
    end = part.end() if part else odd.end() if odd else match.end()
    value = Decimal(number) + (Decimal(1) / _PARTS[part[1]] if part else 0)
    unit_start, unit_end = unit_span(text, end)
    draft = Draft(at, max(end, unit_end), value, text[unit_start:unit_end])
    if part:
        return draft
    simple = match[0] in _ONES
    if not simple or number > 10 or measured(draft):
        return draft
    if number not in _SMALL or not re.match(r"[- ][a-z]{2}", text[match.end() : match.end() + 3]):
        return None
    draft.small = True
    return draft


def _value(spelt: list[str]) -> int | None:
    total, current = 0, 0
    for word in spelt:
        if word in ("and", "a", "an"):
            current = current or (0 if word == "and" else 1)
        elif word in _ONES:
            current += _ONES[word]
        elif word in _TENS:
            current += _TENS[word]
        elif word in ("hundred", "dozen"):
            current = (current or 1) * _SCALES[word]
        else:
            total += (current or 1) * _SCALES[word]
            current = 0
    return total + current
