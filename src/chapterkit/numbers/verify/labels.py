"""Whose number is it? Words near a number, and the names that compete for it.

A number stands near many names. Three habits of print tell which of them it belongs to: a row of a
table begins with its name; a run of cells is followed (or preceded) by its label; in a sentence a
name in the same clause wins, and a list of names is answered by a list of numbers in its order.
Where none of these says anything, nearness is all there is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from chapterkit.han import COMMON_HAN
from chapterkit.numbers.verify.columns import under
from chapterkit.numbers.verify.forms import is_reference
from chapterkit.numbers.verify.outline import (
    Outline,
    Region,
    is_tabular,
    item_span,
    sentence_end,
    sentence_start,
)
from chapterkit.numbers.verify.texts import normal

_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-@/.+_][A-Za-z0-9]+)*")
_CLAUSE = re.compile(r"[,;|]\s|\s\|\s?|\s(?:and|whereas|while|but|versus|vs\.?)\s|[，；、]|\n\n")
_NAME_AND_NUMBER = re.compile(
    rf"[^\W\d_][^\d.;。；]{{1,40}}\s[+-]?\d[\d.,]*\d?\s?(?:%|[{COMMON_HAN}]{{1,2}})?"
)
_ROWS = 2
_MOST_ROWS = 200
_FLOATS = ("figure", "table")
_COORDINATED = re.compile(r"[\s,/&]*(?:and|or)?[\s(]*$")
_PREPOSITION = re.compile(r"\b(by|for|with|under|using|via|in|on)\s+(?:the\s+)?\Z", re.I)
_PART = re.compile(rf"[A-Za-z]+|\d+(?:\.\d+)*|[{COMMON_HAN}]|[^\sA-Za-z0-9]|\s+")


def near_pattern(word: str, *, any_digits: bool = False) -> re.Pattern[str]:
    """Return a pattern for one of a record's own words: hyphens and spaces may differ.

    >>> bool(near_pattern("V-IRL-L").search("on VIRL-L (80.8%)"))
    True
    >>> bool(near_pattern("GP-L").search("on GP-VL"))
    False
    """
    parts = _PART.findall(normal(word))
    text = ""
    for index, part in enumerate(parts):
        between = 0 < index < len(parts) - 1
        if part.isspace() or (part == "-" and between and parts[index + 1][0].isalnum()):
            text += r"[-\s]*"
        elif part[0].isdigit() and any_digits:
            text += r"\d+(?:\.\d+)?"
        elif re.fullmatch("[A-Z]{3,}", part):
            text += "-?".join(part)
        elif part[0].isalnum() and part.isascii():
            text += re.escape(part)
        else:
            text += rf"\s*{re.escape(part)}\s*" if between else re.escape(part)
    before = (
        r"(?<![A-Za-z0-9])(?<!\d\.)"
        if parts and parts[0][0].isalnum() and parts[0].isascii()
        else ""
    )
    last = parts[-1][-1] if parts else ""
    after = (r"(?![A-Za-z0-9])" if last.isalnum() and last.isascii() else "") + (
        r"(?!\.\d)" if last.isdigit() else ""
    )
    flags = re.IGNORECASE if re.search("[a-z]", word) else re.NOFLAG
    return re.compile(before + re.sub(r"(?:\\s\*)+", r"\\s*", text) + after, flags)


def folded(name: str) -> str:
    """Return a name without hyphens, spaces and case, for comparing."""
    return re.sub(r"[\W_]+", "", name).casefold()


def shape(name: str) -> str:
    """Say what kind of name a word is: "name" (GP-L, Qwen-7B, AdaptThink), "acronym", or "".

    >>> shape("GP-L"), shape("AdaptThink"), shape("RL"), shape("Multi-turn"), shape("success")
    ('name', 'name', 'acronym', '', '')
    """
    if not _TOKEN.fullmatch(name) or re.fullmatch(r"[A-Z]?[a-z]+(?:-[a-z]+)*|[A-Z]{2,}s", name):
        return ""
    capitals = sum(1 for letter in name if letter.isupper())
    if re.fullmatch("[A-Z]{2,6}", name):
        return "acronym"
    mixed = bool(re.search(r"[-@\d]", name)) or (capitals >= 2 and name != name.upper())
    return "name" if capitals and mixed else ""


@dataclass(frozen=True)
class Label:
    """A name in the text; `own` if it is the word that the record gives."""

    start: int
    end: int
    own: bool
    name: str


class Word:
    """One of the words that a record wants near its number, and its rivals in one text."""

    def __init__(self, outline: Outline, word: str, vocabulary: Iterable[str]) -> None:
        self.outline = outline
        self.text = outline.text
        self.word = word
        self.pattern = near_pattern(word)
        self.shape = shape(word)
        self.companions: set[str] = set()
        own = folded(word)
        self.siblings = {
            folded(other)
            for other in vocabulary
            if folded(other) != own and self._may_rival(other, own)
        }

    def _may_rival(self, other: str, own: str) -> bool:
        if " " in other.strip():
            return False
        same_shape = bool(self.shape) and shape(other) == self.shape
        return same_shape or (len(own) >= 5 and own in folded(other))

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """Every place of the word in the text, in order."""
        return [match.span() for match in self.pattern.finditer(self.text)]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.places]

    @cached_property
    def _variants(self) -> re.Pattern[str] | None:
        """The word with any other digits in it: "5 steps" for "3 steps"."""
        named = re.search(r"\d", self.word) and re.search(r"[^\W\d_]", self.word)
        return near_pattern(self.word, any_digits=True) if named else None

    def distance(self, start: int, end: int, within: Region | None) -> int | None:
        """Return how far the nearest place of the word is from a number; None if there is none."""
        found = [
            max(0, a - end, start - b)
            for a, b in self._around(start)
            if within is None or within.holds(a)
        ]
        return min(found, default=None)

    def _around(self, at: int) -> Sequence[tuple[int, int]]:
        index = bisect_left(self._starts, at)
        return self.places[max(0, index - 1) : index + 2]

    def labels(self, start: int, end: int) -> list[Label]:
        """Return the word and its rivals in a stretch of text, in order."""
        own = [
            Label(*m.span(), True, folded(self.word))
            for m in self.pattern.finditer(self.text, start, end)
        ]
        found = list(own)
        patterns = [_TOKEN] if self._variants is None or self.shape else [self._variants]
        for pattern in patterns:
            for match in pattern.finditer(self.text, start, end):
                overlaps = any(
                    label.start < match.end() and match.start() < label.end for label in own
                )
                if not overlaps and self._is_rival(match[0]):
                    found.append(Label(*match.span(), False, folded(match[0])))
        return sorted(found, key=lambda label: label.start)

    def _is_rival(self, name: str) -> bool:
        if self._variants is not None and not self.shape:
            return True
        key = folded(name)
        if key in self.companions:
            return False
        return key in self.siblings or (self.shape == "name" and shape(name) == "name")

    # --- refuting

    def refuted(
        self, start: int, end: int, region: Region | None, companions: Iterable[str] = ()
    ) -> str:
        """Return why the number at a place belongs to another name than this word, or "".

        `companions` are the record's own words and names: they never compete.
        """
        self.companions = {folded(one) for one in companions}
        if region is None or region.kind not in _FLOATS:
            region = self._barred_table(start) or self._plain_table(start) or region
        if region is not None and region.kind in ("table", "figure"):
            line = self.outline.line_at(start)
            body = self._is_body(line, region)
            if body:
                return (
                    self._other_row(start, line, region)
                    or self._other_column(start, line, region)
                    or self._other_cells(start, end, line, region)
                    or self._other_clause(start, end, self._on_its_line(start, end, line))
                )
        return (
            self._other_item(start)
            or (
                self._other_sentence(start, end)
                if region is None or region.kind not in _FLOATS
                else ""
            )
            or self._other_clause(start, end, self._sentence(start, end))
        )

    def _other_sentence(self, start: int, end: int) -> str:
        """The word stands in another sentence (or item), which has a number like this one."""
        low, high = item_span(self.text, start) or self._sentence(start, end)
        around = self._around(start)
        if not around or any(low <= a < high for a, _ in around):
            return ""
        a, b = min(around, key=lambda place: abs(place[0] - start))
        low, high = item_span(self.text, a) or self._sentence(a, b)
        same = self.text[start:end]
        alike = _alike(self.text, start, end, low, high)
        alike += _in_like_place(self.text, start, low, high)
        others = [
            one
            for one in alike
            if not (one == start or self.text.startswith(same, one) or is_reference(self.text, one))
        ]
        return f"“{self.word}”所在的句子另有一个数" if others else ""

    def _other_item(self, start: int) -> str:
        """The number stands in one item of a list, the word nearest to it in another."""
        mine = item_span(self.text, start)
        if mine is None:
            return ""
        around = self._around(start)
        if not around or any(mine[0] <= a < mine[1] for a, _ in around):
            return ""
        nearest = min(around, key=lambda place: abs(place[0] - start))
        return f"“{self.word}”在另一条里" if item_span(self.text, nearest[0]) else ""

    def _barred_table(self, start: int) -> Region | None:
        """Return the lines around a number that are cells between bars, None if its is not."""
        outline, line = self.outline, self.outline.line_at(start)
        if outline.line(line).count("|") < 2:
            return None
        first = last = line
        while first > 0 and outline.line(first - 1).count("|") >= 2:
            first -= 1
        while last + 1 < len(outline.line_starts) and outline.line(last + 1).count("|") >= 2:
            last += 1
        if first == last:
            return None
        return Region(outline.line_starts[first], outline.line_span(last)[1], "table", "表")

    def _plain_table(self, start: int) -> Region | None:
        """Return the lines around a number that are a name and a number each, or None."""
        outline, line = self.outline, self.outline.line_at(start)
        first = last = line
        while first >= max(0, line - _MOST_ROWS) and _NAME_AND_NUMBER.fullmatch(
            outline.line(first)
        ):
            first -= 1
        most = min(len(outline.line_starts), line + _MOST_ROWS)
        while last < most and _NAME_AND_NUMBER.fullmatch(outline.line(last)):
            last += 1
        if last - first < _ROWS + 1:
            return None
        return Region(outline.line_starts[first + 1], outline.line_span(last - 1)[1], "table", "表")

    def _on_its_line(self, start: int, end: int, line: int) -> tuple[int, int]:
        a, b = self.outline.line_span(line)
        c, d = self._sentence(start, end)
        return max(a, c), min(b, d)

    def _is_body(self, line: int, region: Region) -> bool:
        return is_tabular(self.outline.line(line)) and region.kind in ("table", "figure")

    def _sentence(self, start: int, end: int) -> tuple[int, int]:
        return sentence_start(self.text, start), sentence_end(self.text, end)

    def _other_row(self, start: int, line: int, region: Region) -> str:
        """The number's row names something, other rows name the word, no head or caption does."""
        if not is_row(self.outline.line(line)) or self._on_line(line):
            return ""
        lines = {self.outline.line_at(a) for a, _ in self.places if region.holds(a)}
        if lines and all(is_row(self.outline.line(one)) for one in lines):
            return f"“{self.word}”在表的另一行"
        return ""

    def _on_line(self, line: int) -> bool:
        a, b = self.outline.line_span(line)
        return self.pattern.search(self.text, a, b) is not None

    def _other_column(self, start: int, line: int, region: Region) -> str:
        """The word heads a column (told by bars, or by as many heads as numbers), not this one."""
        if self._on_line(line):
            return ""
        first = self.outline.line_at(region.start)
        offset = start - self.outline.line_starts[line]
        a, b = self.outline.line_span(line)
        row = self.text[a:b]
        for above in range(line - 1, max(first, line - 40) - 1, -1):
            if not self._on_line(above):
                continue
            c, d = self.outline.line_span(above)
            same = _same_column(self.text[c:d], row, offset, self.pattern)
            if same is not None:
                return "" if same else f"“{self.word}”是另一列的表头"
        return ""

    def _other_cells(self, start: int, end: int, line: int, region: Region) -> str:
        """Cells on lines of their own, each run followed (or preceded) by its label."""
        if re.search(r"[A-Za-z]{2}", self.outline.line(line)):
            return ""
        values = [
            place
            for place in _alike(self.text, start, end, region.start, region.end)
            if not re.search(r"[A-Za-z]{2}", self.outline.line(self.outline.line_at(place)))
        ]
        labels = [
            label for label in self.labels(region.start, region.end) if self._short_line(label)
        ]
        owner = assigned(labels, values, start)
        return f"它在“{owner}”之下" if owner and owner != folded(self.word) else ""

    def _short_line(self, label: Label) -> bool:
        return len(self.outline.line(self.outline.line_at(label.start)).split()) <= 4

    def _other_clause(self, start: int, end: int, span: tuple[int, int]) -> str:
        """A name in the number's own clause, or the list of names that its list answers."""
        labels = self.labels(*span)
        if not any(not label.own for label in labels):
            return ""
        clauses = _clauses(self.text, *span)
        here = next(one for one in clauses if one[0] <= start < max(one[1], one[0] + 1))
        inside = [label for label in labels if here[0] <= label.start < here[1]]
        owner = self._owner_in_clause(inside, start, end, here)
        if owner is None:
            owner = self._owner_in_sentence(labels, clauses, start, end)
        return f"同一句里它属于“{owner}”" if owner else ""

    def _owner_in_clause(
        self, inside: list[Label], start: int, end: int, here: tuple[int, int]
    ) -> str | None:
        """Return the rival that the clause gives the number to, "" if the word, None if neither."""
        if not inside:
            return None
        if not any(label.own for label in inside):
            return self._nearest_word(inside, start)
        owner = assigned(inside, _alike(self.text, start, end, *here), start)
        return owner if owner and owner != folded(self.word) else ""

    def _nearest_word(self, labels: list[Label], at: int) -> str:
        nearest = min(labels, key=lambda label: abs(label.start - at))
        return self.text[nearest.start : nearest.end]

    def _owner_in_sentence(
        self, labels: list[Label], clauses: list[tuple[int, int]], start: int, end: int
    ) -> str:
        groups = _coordinated(self.text, labels)
        before = [group for group in groups if group[-1].end <= start]
        after = [group for group in groups if group[0].start >= end]
        group = before[-1] if before else after[0] if after else []
        if not any(label.own for label in group):
            return self._nearest_word(group, start) if group else ""
        if len(group) < 2:
            return ""
        if before:
            stop = after[0][0].start if after else clauses[-1][1]
            low, high = group[-1].end, stop
        else:
            low, high = clauses[0][0], group[0].start
        values = _alike(self.text, start, end, low, high)
        slots = [one for one in clauses if any(max(low, one[0]) <= v < one[1] for v in values)]
        mine = next((i for i, one in enumerate(slots) if one[0] <= start < one[1]), None)
        if mine is None or len(slots) % len(group) or group[mine % len(group)].own:
            return ""
        owner = group[mine % len(group)]
        return self.text[owner.start : owner.end]


def assigned(labels: list[Label], values: list[int], at: int) -> str:
    """Return the name of the label that owns the value at `at`, "" if the order does not tell.

    Labels own the values before them if the run ends with a label, those behind them if it
    begins with one; each label must own some.
    """
    if len(labels) < 2 or not values:
        return ""
    places = [label.start for label in labels]
    first, last = min(values), max(values)
    if places[0] > first and places[-1] > last:
        edges = [-1, *places]
        owned = [any(a < v < b for v in values) for a, b in zip(edges, places, strict=False)]
        index = bisect_left(places, at)
    elif places[0] < first and places[-1] < last:
        edges = [*places[1:], last + 1]
        owned = [any(a < v < b for v in values) for a, b in zip(places, edges, strict=True)]
        index = bisect_left(places, at) - 1
    else:
        return ""
    return labels[index].name if all(owned) and 0 <= index < len(labels) else ""


def swapped(outline: Outline, start: int, end: int, words: Iterable[str], own: str) -> str:
    """Return why a sentence gives the number to another than one of the words, or "".

    Told only where the sentence is parallel: the word stands in another clause, with a number like
    this one, and this clause has a name of its own, behind the same preposition or of a name's
    shape. `own` is all that the record says: its names never compete.
    """
    text = outline.text
    low, high = sentence_start(text, start), sentence_end(text, end)
    clauses = _clauses(text, low, high)
    here = next(one for one in clauses if one[0] <= start < max(one[1], one[0] + 1))
    mine = {folded(one) for one in _TOKEN.findall(own)}
    values = [one for one in _alike(text, start, end, low, high) if not is_reference(text, one)]
    for word in words:
        pattern = near_pattern(word)
        places = [match.start() for match in pattern.finditer(text, low, high)]
        if not places or any(here[0] <= at < here[1] for at in places):
            continue
        for at in places:
            there = next(one for one in clauses if one[0] <= at < max(one[1], one[0] + 1))
            if not any(there[0] <= one < there[1] for one in values):
                continue
            before = _PREPOSITION.search(text, there[0], at)
            for rival in _TOKEN.finditer(text, *here):
                led = _PREPOSITION.search(text, here[0], rival.start())
                same = before and led and before[1].lower() == led[1].lower()
                if (same or shape(rival[0]) == "name") and folded(rival[0]) not in mine:
                    return f"同一句里它属于“{rival[0]}”，不属于“{word}”"
    return ""


def alike(text: str, start: int, end: int) -> list[int]:
    """Return the numbers of a sentence that look like the one given, in order."""
    return _alike(text, start, end, sentence_start(text, start), sentence_end(text, end))


def _alike(text: str, start: int, end: int, low: int, high: int) -> list[int]:
    """Return the numbers in a stretch that look like the one given: same % or same decimals."""
    percent = re.match(r"\s?%", text[end : end + 2]) or text[end - 1] == "%"
    number = re.search(r"\d+(?:\.(\d+))?", text[start:end])
    if percent:
        pattern = r"(?<![\w.])\d+(?:\.\d+)?\s?%"
    elif number is None:
        return [start]
    elif number[1]:
        pattern = r"(?<![\w.])\d+\.\d+(?!\w|\.\d)"
    else:
        pattern = r"(?<![\w.])\d+(?![\w%]|\.\d)"
    found = {match.start() for match in re.finditer(pattern, text[low:high])}
    return sorted({low + one for one in found} | {start})


def _in_like_place(text: str, start: int, low: int, high: int) -> list[int]:
    """Return the numbers behind the same words as the one given: r = -1.5 is like r = -3."""
    before = re.search(r"(\w+\s?[=:]\s?)[+-]?$", text[max(0, start - 20) : start])
    if before is None:
        return []
    pattern = rf"(?<!\w){re.escape(before[1])}[+-]?(?=\d)"
    return [match.end() for match in re.compile(pattern).finditer(text, low, high)]


def _clauses(text: str, low: int, high: int) -> list[tuple[int, int]]:
    cuts = [low]
    for match in _CLAUSE.finditer(text, low, high):
        cuts.append(match.end())
    return list(zip(cuts, [*cuts[1:], high + 1], strict=True))


def _coordinated(text: str, labels: list[Label]) -> list[list[Label]]:
    """Group labels that stand in one list: "A, B and C"."""
    groups: list[list[Label]] = []
    for label in labels:
        if groups and _COORDINATED.fullmatch(text[groups[-1][-1].end : label.start]):
            groups[-1].append(label)
        else:
            groups.append([label])
    return groups


HAN_RUN = re.compile(rf"[{COMMON_HAN}]{{2,}}")
"""A stretch of Chinese, of which words to look for may be made."""
_SIZE = re.compile(r"\(\s*[nN]\s*=\s*[\d,]+\s*\)")
_YEARS_ONLY = re.compile(r"\D*(?:(?<!\d)(?:1[5-9]|20)\d\d(?![\d.,%])\D*){2,}")


def is_row(line: str) -> bool:
    """Tell whether a line is a row of its own: a name and at least one number.

    A head with years, or with the size of its arms (n = 54), is none.
    """
    line = _SIZE.sub("", line)
    if _YEARS_ONLY.fullmatch(line):
        return False
    return bool(re.search(rf"[A-Za-z{COMMON_HAN}]{{2}}", line)) and bool(
        re.search(r"(?<![\w.-])[+-]?\d+(?:\.\d+)?%?(?![\w.])", line)
    )


def _same_column(head: str, row: str, offset: int, word: re.Pattern[str]) -> bool | None:
    """Tell whether the number at `offset` of a row stands under the word; None if unsure."""
    joined = word.sub(lambda match: match[0].strip().replace(" ", "-"), head)
    for line in dict.fromkeys((joined if len(joined) == len(head) else head, head)):
        found = under(line, row, offset)
        if found is None:
            continue
        mine, heads = found
        columns = [index for index, one in enumerate(heads) if word.search(one)]
        if columns:
            return mine in columns
    return None
