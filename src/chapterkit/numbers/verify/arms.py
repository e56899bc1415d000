"""Which arm of a sentence does a number belong to? 27.1% with streptomycin and 51.9% with bed rest.

A sentence that has several numbers of one kind is cut between them, at the word that opposes its
arms (and, whereas, against, ；). A word of the record that stands in another arm speaks against a
number whose own arm has something in that word's place: a subject before the number, or a phrase
behind it. Where it has nothing there, the word is common: Mortality was 27.1% … and 51.9% ….

Numbers in a row answer names in a row: 58% and 41% in urban and rural districts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chapterkit.han import COMMON_HAN
from chapterkit.numbers.verify.forms import is_reference
from chapterkit.numbers.verify.outline import Outline, item_span, sentence_end, sentence_start
from chapterkit.quantities.wordlists import sections

_LISTS = sections("verify.txt")
_SENTENCE_LINES = 8
_HAN = f"[{COMMON_HAN}]"
_AND = r"\b(?:and|or)\b|&|[和与與及或、]"
_AGAINST = (
    r"\b(?:whereas|while|but|versus|vs\.?|against|compared (?:with|to)|rather than|than"
    r"|relative to)(?!\w)"
    r"|[;；]|[而但]|相比|对照|對照"
)
_COMMA = re.compile(r"[,，。]")
_CUTS = (
    re.compile(rf",? ?(?:{_AND})\s*$"),  # right before the next number
    re.compile(rf",? ?(?:{_AGAINST})"),
    _COMMA,
    re.compile(_AND),
)
_CHANGE = re.compile(r"\bto\b|→|->|[升增降减跌涨漲达到至]")
_UNIT_BEHIND = re.compile(r"[\d.,]*\s?(?:%|per ?cent|percentage points?|points?|个?百分点)?")
_PREPOSITIONS = "with|without|in|under|for|by|on|among|using|at|after|before|of"
_PHRASE = re.compile(
    rf"\b(?:{_PREPOSITIONS[:-3]}|from|per)\s+"
    r"(?:the |a |an |those |our |their )?(?P<word>[A-Za-z][\w-]+)|\((?P<inside>[A-Za-z][\w -]+)"
    rf"|^ ?的(?P<han>{_HAN}+)"
)
_PART = re.compile(r"\s+of\s+(?:the\s+)?[A-Za-z]")
_LED = re.compile(rf"\b({_PREPOSITIONS})\s+(?:the\s+)?\Z", re.I)
_FRONTED = re.compile(
    rf"\W*(?:(?:and|but|while|whereas)\s+)?({_PREPOSITIONS})\s+(?:the\s+)?[A-Za-z]{{3}}", re.I
)
_PRONOUN = re.compile(
    r"\b(?:it|they|this|these|that|which|who|its|their)\b|[它其该該此]|这|這|前者|后者"
)
_NO_SUBJECT = re.compile(
    r"(?:" + "|".join(_LISTS["verbs"]) + r"|\w+ed|to|by|only|about|just|nearly|almost|from|a|an"
    r"|another|up|down|further|then|later|finally|subsequently)\b",
    re.I,
)
_LEADING = re.compile(
    r"^(?:\W|\b(?:and|or|but|while|whereas|than|then|against|only|compared (?:with|to)|relative to"
    r"|unlike|as for|of|in|for|with|at|on|under|among)\b)*",
    re.I,
)
_HAN_VERB = re.compile(
    r"(?:则|則|却|卻|仅|僅|只|约|約|已|也|都|高达|高達)*(?:为|為|是|达到|达|達|占|有|得|升至|升到|增至|增到"
    r"|增加到|上升到|提高到|涨到|漲到|降至|降到|减至|减少到|減少到|下降到|跌到|跌至|回升到|回落到)?(?:了|约|約|仅|僅|到)*\s*$"
)
_HAN_TIME = re.compile(
    r"(?:\d{2,4}|[一二三四五六七八九十几数兩两]+) ?(?:个月|個月|年|月|日|天|周|週)"
    r"(?:之?[后後前间間内內]|[初末底])?|后来|後來|随后|隨後|此后|此後|次年|同期|当年|當年|其中|以后|以後|到|从|從|由|于|於|在|再|又|并|並"
)
_SEPARATOR = re.compile(r",\s*(?:and|or)\s|\s(?:and|or)\s|,\s*|\s?[&/]\s?|[和与與及或、]")
_CONJUNCTION = re.compile(r",?\s(?:and|or)\s|\s?&\s?|[和与與及或]")
_BETWEEN_VALUES = re.compile(
    r"(?:[\s,/&%;，；、和与與及或]|\b(?:and|or)\b|percent|points?|个?百分点)*"
)
_FILLER = re.compile(r"(?:the|a|an|in|on|with|for|under|of|by|those|among|至|在)\b", re.I)
_PREPOSITION = re.compile(r"\b(?:in|on|with|for|under|of|by|among|at|from)\b")


@dataclass(frozen=True)
class Arm:
    """A stretch of a sentence with one number, or with the two of a change (from 41% to 58%).

    It goes from `start` to `end`; the first number is at `value`, the last at `last`.
    """

    start: int
    value: int
    last: int
    end: int

    def holds(self, at: int) -> bool:
        """Tell whether an offset lies in the arm."""
        return self.start <= at < self.end


def other_arm(
    outline: Outline, start: int, end: int, values: Sequence[int], words: Iterable[re.Pattern[str]]
) -> str:
    """Return why the number at a place stands in another arm than one of the words, or "".

    `values` are the numbers of its kind in its sentence, in order; `words` the record's own.
    """
    text = outline.text
    low, high = item_span(text, start) or (sentence_start(text, start), sentence_end(text, end))
    low = max(low, _behind_heading(outline, start))
    numbers = [
        one
        for one in values
        if low <= one < high and not start < one < end and not _is_aside(text, one, start)
    ]
    if len(numbers) < 2 or start not in numbers:
        return ""
    places = [list(_whole(word, text, low, high)) for word in words]
    places = [one for one in places if one]
    row = _row_of(text, numbers, start)
    for spans in places:
        if len(row) > 1:
            owners = [_answered(text, low, high, row, span) for span in spans]
            if all(one is not None and one != start for one in owners):
                return f"按次序它不属于“{text[slice(*spans[0])]}”"
    arms = _arms(text, low, high, numbers)
    mine = next((one for one in arms if one.holds(start)), None)
    if mine is None:
        return ""
    for spans in places:
        others = [one for one in places if one is not spans]
        if any(mine.holds(at) for at, _ in spans):
            continue
        if all(_speaks_against(text, arms, mine, span, others) for span in spans):
            return f"同一句里“{text[slice(*spans[0])]}”是另一个数的"
    return ""


def _whole(word: re.Pattern[str], text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield the places of a word that is not the beginning of a longer name."""
    for match in word.finditer(text, low, high):
        longer = re.match(r"-[A-Za-z]", text[match.end() : match.end() + 2])
        if not longer and match[0] not in ("respectively", "分别", "分別"):
            yield match.span()


def _is_aside(text: str, at: int, start: int) -> bool:
    """A reference, or a year beside a number that is none."""
    year = re.compile(r"(?:1[5-9]|20)\d\d(?![\d.%])")
    return is_reference(text, at) or bool(year.match(text, at) and not year.match(text, start))


def _behind_heading(outline: Outline, at: int) -> int:
    """Return where the text behind the last heading on a line of its own begins, or 0."""
    line = outline.line_at(at)
    heading = outline.heading_before(at)
    if heading is None or line - (index := outline.line_at(heading.start)) > _SENTENCE_LINES:
        return 0
    alone = outline.line(index).endswith(heading.title) and index < line
    return outline.line_starts[index + 1] if alone else 0


# --- arms


def _arms(text: str, low: int, high: int, numbers: Sequence[int]) -> list[Arm]:
    """Cut a sentence between its numbers, each change (from 41% to 58%) as one; or not at all."""
    arms: list[Arm] = []
    begin = low
    for one, following in zip(numbers, [*numbers[1:], None], strict=True):
        behind = _UNIT_BEHIND.match(text, one)
        stop = behind.end() if behind else one
        match = None if following is None else _cut(text[stop:following])
        first = arms.pop().value if arms and arms[-1].end == one else one
        if match is None:
            if following is not None and not _CHANGE.search(text[stop:following]):
                return []
            arms.append(Arm(begin, first, one, high if following is None else following))
        else:
            arms.append(Arm(begin, first, one, stop + match.start()))
            begin = stop + match.end()
    return arms if len(arms) > 1 else []


def _cut(between: str) -> re.Match[str] | None:
    """Return where the text between two numbers is cut: not inside brackets that it opens."""
    depths = [0]
    for character in between:
        depths.append(depths[-1] + (character in "([") - (character in ")]"))
    for pattern in _CUTS:
        found = [one for one in pattern.finditer(between) if depths[one.start()] <= 0]
        if found:
            return found[0] if pattern is _COMMA else found[-1]
    return None


def _speaks_against(
    text: str,
    arms: Sequence[Arm],
    mine: Arm,
    span: tuple[int, int],
    others: Sequence[Sequence[tuple[int, int]]],
) -> bool:
    """Tell whether a word in another arm says that the number of `mine` is not its own."""
    arm = next((one for one in arms if one.holds(span[0])), None)
    if arm is None:
        return False
    if span[0] > arm.value:
        return any(
            has(text, arm.last, span[1]) and has(text, mine.last, mine.end)
            for has in (_has_phrase, _has_part)
        )
    if ":" in text[span[1] : arm.value]:
        return False
    led = _LED.search(text, arm.start, span[0])
    fronted = _FRONTED.match(text[mine.start : mine.value])
    if led and fronted:
        first = not re.search(r"\w", _LEADING.sub("", text[arm.start : led.start()]))
        if first or led[1].lower() == fronted[1].lower():
            return True
    if not _has_subject(text, mine):
        return False
    shared = arm.start < mine.start and any(mine.holds(at) for one in others for at, _ in one)
    return not shared


def _has_phrase(text: str, value: int, end: int) -> bool:
    """Tell whether a phrase stands behind a number: with bed rest, (control)."""
    behind = _UNIT_BEHIND.match(text, value)
    rest = text[behind.end() if behind else value : end]
    return any(one.lastgroup for one in _PHRASE.finditer(rest))


def _has_part(text: str, value: int, end: int) -> bool:
    """Tell whether it is said right behind a number of what it is a part: 61% of girls."""
    behind = _UNIT_BEHIND.match(text, value)
    return _PART.match(text, behind.end() if behind else value, end) is not None


def _has_subject(text: str, arm: Arm) -> bool:
    """Tell whether an arm has a subject of its own before its number."""
    before = text[arm.start : arm.value]
    if _PRONOUN.search(before):
        return False
    if re.search(_HAN, before):
        return bool(re.search(_HAN, _HAN_TIME.sub("", _HAN_VERB.sub("", before))))
    plain = before[_LEADING.match(before).end() :]  # type: ignore[union-attr]
    return bool(re.match(r"[A-Za-z]{2}|[A-Z]\b", plain)) and not _NO_SUBJECT.match(plain)


# --- rows of numbers that answer rows of names


def _row_of(text: str, numbers: Sequence[int], start: int) -> list[int]:
    """Return the numbers around one that stand in a row: 58%, 41% and 12%."""
    row: list[int] = []
    for one in numbers:
        if row:
            digits = re.compile(r"[+-]?[\d.,]*\d").match(text, row[-1])
            gap = text[digits.end() if digits else row[-1] : one]
            if not _BETWEEN_VALUES.fullmatch(gap):
                if start in row:
                    return row
                row = []
        row.append(one)
    return row if start in row else []


def _answered(
    text: str, low: int, high: int, row: Sequence[int], span: tuple[int, int]
) -> int | None:
    """Return the number of a row that answers a name of a row of as many, if the name is in one."""
    if span[0] > row[-1]:
        low = row[-1]
    else:
        high = row[0]
    part = text[low:high]
    at, end = span[0] - low, span[1] - low
    if not 0 <= at <= end <= len(part):
        return None
    place = _place_in_list(part, at, end, len(row))
    return None if place is None else row[place]


def _place_in_list(part: str, at: int, end: int, count: int) -> int | None:
    """Return which of `count` coordinated names stands at a place of a text, or None.

    >>> text = "in urban, suburban and rural districts"
    >>> [_place_in_list(text, text.index(word), text.index(word) + len(word), 3)
    ...  for word in ("urban", "suburban", "rural", "districts")]
    [0, 1, 2, None]
    """
    conjunctions = list(_CONJUNCTION.finditer(part))
    slashed = re.search(r"\S+(?: ?/ ?\S+)+", part)
    if slashed and slashed.start() <= at < slashed.end():
        return _place_between(
            part, at, end, list(re.finditer(" ?/ ?", slashed[0])), slashed.start(), count
        )
    if not conjunctions:
        return None
    last = min(conjunctions, key=lambda one: min(abs(one.end() - at), abs(one.start() - end)))
    if at >= last.end():
        between = part[last.end() : at].split()
        before = part[: last.start()]
        own = all(
            _FILLER.fullmatch(one) or re.search(rf"\b{re.escape(one)}\b", before) for one in between
        )
        return count - 1 if own else None
    between_text = part[end : last.start()]
    first, *rest = _SEPARATOR.split(between_text)
    if (
        _PREPOSITION.search(first)
        or len(first.split()) > 2
        or any(len(one.split()) > 4 for one in rest)
    ):
        return None
    place = count - 2 - len(rest)
    return place if 0 <= place < count else None


def _place_between(
    part: str, at: int, end: int, strokes: Sequence[re.Match[str]], offset: int, count: int
) -> int | None:
    """Return the place of a name between strokes: Precision/Recall/F1."""
    if len(strokes) != count - 1:
        return None
    return sum(1 for one in strokes if offset + one.end() <= at)
