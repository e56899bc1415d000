"""List a source's quantities as YAML entries to pick from: how a record is started."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chapterkit.han import COMMON_HAN
from chapterkit.numbers.verify.labels import Word, near_pattern, shape
from chapterkit.numbers.verify.outline import Outline, is_tabular, sentence_end, sentence_start
from chapterkit.numbers.verify.texts import SourceText
from chapterkit.quantities import STANDARD, Quantity, Units, find_in_plain
from chapterkit.showing import as_json as to_json
from chapterkit.showing import one_line

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-@/.+_][A-Za-z0-9]+)*")
_NEAR_REACH = 300
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


def harvest(
    source: SourceText, near: Sequence[str] = (), units: Units = STANDARD
) -> list[Harvested]:
    """Return a source's quantities in order; with `near`, only those with those words around.

    `units` are those of the book.
    """
    outline = Outline(source)
    places = [
        [match.start() for match in near_pattern(word).finditer(source.text)] for word in near
    ]
    found = []
    for quantity in _quantities(source.text, units):
        reached = all(
            any(abs(place - quantity.start) <= _NEAR_REACH for place in one) for one in places
        )
        if reached and quantity.value is not None and not _is_noise(quantity, outline):
            found.append(_harvested(quantity, source, outline))
    return found


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
    if is_tabular(text[start:end].strip()):
        return start, end
    return sentence_start(text, quantity.start), sentence_end(text, quantity.end)


def _line_round(quantity: Quantity, outline: Outline) -> tuple[int, int]:
    """Return the line in which a quantity stands; of a very long one, what is near."""
    start, end = outline.line_span(outline.line_at(quantity.start))
    return max(start, quantity.start - _LINE_REACH), min(end, quantity.end + _LINE_REACH)


def _value(quantity: Quantity) -> str:
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
        if one.text.replace(" ", "") != f"{one.value}{one.unit}":
            fields += [f"printed: {_quoted(one.text)}"]
        fields += [f"near: [{', '.join(_quoted(word) for word in one.near)}]"] if one.near else []
        lines.append(f"  n{index}: {{{', '.join(fields)}}}")
    return "\n".join(lines) + "\n" if len(lines) > 1 else "numbers: {}\n"


def _quoted(text: str) -> str:
    return to_json(text)


def _clipped(text: str, length: int = 240) -> str:
    clean = re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text)
    return clean if len(clean) <= length else clean[: length - 1] + "…"
