"""List a source's quantities as YAML entries to pick from: how a record is started."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, islice

from chapterkit.errors import Origin
from chapterkit.han import COMMON_HAN
from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.records import NumberModel
from chapterkit.numbers.verify.labels import HAN_RUN, Word, near_pattern, shape
from chapterkit.numbers.verify.outline import Outline, is_tabular, sentence_end, sentence_start
from chapterkit.numbers.verify.search import Searcher
from chapterkit.numbers.verify.texts import SourceText
from chapterkit.patterns import Late
from chapterkit.quantities import STANDARD, Quantity, Units, find_in_plain
from chapterkit.showing import as_json as to_json
from chapterkit.showing import one_line

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-@/.+_][A-Za-z0-9]+)*")
_NEAR_REACH = 300  # characters to the head of a column
_JOINTS = Late(r"[的是为由和与在了约达有共从到及]")
_LONGEST_PIECE = 7  # characters of Chinese that make a word to look for
_MOST_TRIED = 40
_LINE_REACH = 2000


@dataclass(frozen=True)
class Harvested:
    """One quantity of a source: what it says, where it stands, the sentence, names around it."""

    text: str
    value: str
    unit: str
    at: str
    sentence: str
    near: tuple[str, ...]
    line: int
    page: int | None

    @property
    def printed(self) -> str:
        """How the source prints it, where that is not its value and unit."""
        return self.text if self.text.replace(" ", "") != f"{self.value}{self.unit}" else ""


def harvest(
    source: SourceText, near: Sequence[str] = (), units: Units = STANDARD
) -> list[Harvested]:
    """Return a source's quantities in order; with `near`, only those with those words around.

    `units` are those of the book.
    """
    searcher = Searcher(source, near)
    outline = searcher.outline
    places = [
        [match.start() for match in near_pattern(word).finditer(source.text)] for word in near
    ]
    found = []
    for quantity in _quantities(source.text, units):
        if quantity.value is None or _is_noise(quantity, outline):
            continue
        start, end = _surroundings(quantity, source.text, outline)
        if _is_of_a_table(source.text[start:end]):
            start, end = quantity.start - _NEAR_REACH, quantity.start + _NEAR_REACH
        if all(any(start <= place <= end for place in one) for one in places):
            one = _harvested(quantity, source, outline)
            found.append(one if one.at else _told_apart(one, quantity, near, searcher, units))
    return found


def _told_apart(
    one: Harvested, quantity: Quantity, near: Sequence[str], searcher: Searcher, units: Units
) -> Harvested:
    """Return a quantity of a source without sections with words beside it that verify it.

    They are the words asked for, where those are enough, or are joined by one of its sentence.
    """
    number = _as_number(one, units)
    tried = ((*near, *more) for more in chain([()], _beside(one, quantity, searcher.outline)))
    for words in islice(filter(None, tried), _MOST_TRIED):
        trial = replace(number, model=number.model.model_copy(update={"near": words}))
        result = searcher.find(trial)
        if result.status == "verified" and result.hit and _overlaps(result.hit, quantity):
            return replace(one, near=words)
    return one


def _overlaps(hit: tuple[int, int], quantity: Quantity) -> bool:
    return hit[0] < quantity.end and quantity.start < hit[1]


def _beside(one: Harvested, quantity: Quantity, outline: Outline) -> Iterator[tuple[str, ...]]:
    """Yield words of a quantity's sentence, those first that stand nearest before it."""
    if one.near:
        yield one.near
    start, end = _surroundings(quantity, outline.text, outline)
    before = outline.text[start : quantity.start]
    for run in reversed(HAN_RUN.findall(_JOINTS.sub(" ", before))):
        for length in range(min(_LONGEST_PIECE, len(run)), 1, -1):
            yield (run[-length:],)
    words = _NAME.findall(before)[::-1] + _NAME.findall(outline.text[quantity.end : end])
    yield from ((word,) for word in words if len(word) > 2)
    for run in HAN_RUN.findall(_JOINTS.sub(" ", outline.text[quantity.end : end])):
        yield (run[:_LONGEST_PIECE],)


def _as_number(one: Harvested, units: Units) -> Number:
    """Return a quantity as the number of a record that its entry makes of it."""
    ends = [Decimal(part) for part in one.value.strip("[]").split(", ")]
    value = ends[0] if len(ends) == 1 else (ends[0], ends[1])
    model = NumberModel(
        value=value, unit=one.unit, of="量", cite="source", printed=one.printed or None
    )
    return Number("x", value, model, Origin("source"), units=units)


def _quantities(text: str, units: Units) -> Iterable[Quantity]:
    """Find quantities paragraph by paragraph, so that lines broken in print are read as one."""
    for match in re.finditer(r"(?:[^\n]|\n(?![^\S\n]*\n))+", text):
        for quantity in find_in_plain(match[0].replace("\n", " "), units):
            start, end = match.start() + quantity.start, match.start() + quantity.end
            yield Quantity(start, end, quantity.text, quantity.value, quantity.unit)


def _is_noise(quantity: Quantity, outline: Outline) -> bool:
    """Tell a heading's own number and the ticks of an axis from what a source states."""
    index = outline.line_at(quantity.start)
    start, end = _line_round(quantity, outline)
    line = outline.text[start:end].strip()
    if outline.line_starts[index] in outline.heading_places:
        return quantity.start - outline.line_starts[index] < 4
    bare = not re.search(rf"[A-Za-z%{COMMON_HAN}|]", re.sub(r"\d[eE]\d", "", line))
    return bare and not outline.locator(quantity.start).startswith("表")


def _harvested(quantity: Quantity, source: SourceText, outline: Outline) -> Harvested:
    start, end = _surroundings(quantity, source.text, outline)
    signed = quantity.unit == "%" and quantity.text[0] in "+-"
    sentence = " ".join(source.text[start:end].split())
    return Harvested(
        quantity.text,
        _value(quantity),
        "个百分点" if signed else quantity.unit,
        outline.locator(quantity.start),
        sentence,
        _names(outline, start, end, quantity),
        source.line(quantity.start),
        source.page(quantity.start),
    )


def _surroundings(quantity: Quantity, text: str, outline: Outline) -> tuple[int, int]:
    """Return the row of a table, or the sentence, in which a quantity stands."""
    start, end = _line_round(quantity, outline)
    if _is_of_a_table(text[start:end]):
        return start, end
    return sentence_start(text, quantity.start), sentence_end(text, quantity.end)


def _is_of_a_table(line: str) -> bool:
    """Tell whether a line is the row of a table: many numbers, and no sentence that ends."""
    return is_tabular(line.strip()) and "。" not in line


def _line_round(quantity: Quantity, outline: Outline) -> tuple[int, int]:
    """Return the line in which a quantity stands; of a very long one, what is near."""
    start, end = outline.line_span(outline.line_at(quantity.start))
    return max(start, quantity.start - _LINE_REACH), min(end, quantity.end + _LINE_REACH)


_SIGNS = {"ratio": ":", "size": "×", "fraction": "/"}


def _value(quantity: Quantity) -> str:
    if isinstance(quantity.value, tuple) and (sign := _SIGNS.get(quantity.shape)):
        return f'"{sign.join(f"{end:f}" for end in quantity.value)}"'
    if isinstance(quantity.value, tuple):
        return f"[{', '.join(f'{end:f}' for end in quantity.value)}]"
    assert isinstance(quantity.value, Decimal)
    return f"{quantity.value:f}"


def _names(outline: Outline, start: int, end: int, quantity: Quantity) -> tuple[str, ...]:
    """Return the name nearest to a quantity that it belongs to; failing names, a common word."""
    text, at = outline.text, quantity.start
    found: dict[str, tuple[bool, int]] = {}
    for match in _NAME.finditer(text, start, end):
        word = match[0]
        is_name = bool(shape(word))
        common = len(word) >= 5 and word.isalpha()
        if (is_name or common) and not at <= match.start() < quantity.end:
            away = abs(match.start() - at)
            found[word] = min((not is_name, away), found.get(word, (True, away)))
    for word in sorted(found, key=lambda one: (found[one], one))[:6]:
        if not Word(outline, word, ()).refuted(at, quantity.end, None):
            return (word,)
    return ()


def as_yaml(cite: str, found: Iterable[Harvested]) -> str:
    """Return harvested quantities as entries of a record's `numbers:`, the sentence above each.

    Names are made from locator and order and are meant to be replaced; `of` is left empty, so
    that an entry cannot be used before somebody says what it measures.
    """
    lines = ["numbers:"]
    key = cite if re.fullmatch(r"\w[\w:.-]*", cite) else _quoted(cite)
    for index, one in enumerate(found, start=1):
        place = "，".join(
            filter(None, (f"第 {one.page} 页" if one.page else "", f"第 {one.line} 行"))
        )
        lines.append(f"  # {place}：{_clipped(one_line(one.sentence))}")
        fields = [f"value: {one.value}", f"unit: {_quoted(one.unit)}", "of: 待填", f"cite: {key}"]
        fields += [f"at: {_quoted(one.at)}"] if one.at else []
        fields += [f"printed: {_quoted(one.printed)}"] if one.printed else []
        fields += [f"near: [{', '.join(_quoted(word) for word in one.near)}]"] if one.near else []
        lines.append(f"  n{index}: {{{', '.join(fields)}}}")
    return "\n".join(lines) + "\n" if len(lines) > 1 else "numbers: {}\n"


def _quoted(text: str) -> str:
    return to_json(text)


def _clipped(text: str, length: int = 240) -> str:
    clean = re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text)
    return clean if len(clean) <= length else clean[: length - 1] + "…"
