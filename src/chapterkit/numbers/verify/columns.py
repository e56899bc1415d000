"""Tables as a text has kept them: which head a number stands under, and whether it is a percentage.

Bars, tabs and wide gaps part the cells; where a text has kept none of these, the last numbers of a
row stand under the last words of the head, if there are as many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chapterkit.numbers.verify.outline import Outline, Region, is_tabular
from chapterkit.quantities.wordlists import sections

_LISTS = sections("verify.txt")
_LONGEST_ROW = 1000
_HEAD_LINES = 12
_BARRED_LINES = 40
_VALUE = r"[(\[+±<>≤≥~-]*\d[\d.,]*(?: ?%)?[)\]*†‡]*"
_VALUES = (
    re.compile(rf"(?<!\S){_VALUE}(?:(?: ?[±/] ?| ){_VALUE}(?<=\)))?(?!\S)"),
    re.compile(rf"(?<!\S){_VALUE}(?!\S)"),
)
_WORDS = (re.compile(r"\S+(?: ?\([^()]*\))?"), re.compile(r"\S+"))
_GAPPED = re.compile(r"\S+(?: \S+)*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_NUMERAL = re.compile(r"(?<![\w.])\d")


@dataclass(frozen=True)
class Cell:
    """A stretch of a line: a cell of a table, or one word of its head."""

    start: int
    end: int
    text: str


def heads_over(outline: Outline, start: int, first: int = 0) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the lines of heads above a number, nearest first: the place of its own, and all.

    `first` is the first line that may be one. Only lines of which it can be told are yielded.
    """
    line = outline.line_at(start)
    low, high = outline.line_span(line)
    row = outline.text[low:high]
    if len(row) > _LONGEST_ROW:
        return
    offset = start - low
    reach = _BARRED_LINES if row.count("|") >= 2 else _HEAD_LINES
    for above in range(line - 1, max(first, line - reach) - 1, -1):
        low, high = outline.line_span(above)
        head = outline.text[low:high]
        if not head.strip() or len(head) > _LONGEST_ROW:
            continue
        if (found := under(head, row, offset)) is not None:
            yield found


def under(head: str, row: str, offset: int) -> tuple[int, Sequence[str]] | None:
    """Return the place of the head over a row's number at `offset`, and all heads; or None.

    >>> under("Good N %", "Tea 412 61.0", 4)
    (1, ['Good', 'N', '%'])
    >>> under("Method Time (h) F1", "Bed rest 2.5 61.0", 13)
    (2, ['Method', 'Time (h)', 'F1'])
    """
    for mark in ("|", "\t"):
        if row.count(mark) >= (2 if mark == "|" else 1) and row.count(mark) == head.count(mark):
            return row[:offset].count(mark), [cell.strip() for cell in head.split(mark)]
    return _under_gaps(head, row, offset) or _under_words(head, row, offset)


def _under_gaps(head: str, row: str, offset: int) -> tuple[int, Sequence[str]] | None:
    """Cells with two blanks or more between them."""
    heads, cells = (
        [Cell(*match.span(), match[0]) for match in _GAPPED.finditer(line)] for line in (head, row)
    )
    if len(cells) < 2 or not len(cells) - 1 <= len(heads) <= len(cells) or len(heads) < 2:
        return None
    mine = next((i for i, one in enumerate(cells) if one.start <= offset < one.end), -1)
    place = mine - len(cells) + len(heads)
    return (place, [one.text for one in heads]) if mine >= 0 and place >= 0 else None


def _under_words(head: str, row: str, offset: int) -> tuple[int, Sequence[str]] | None:
    """As many words as numbers, or one more: the head of the rows' names."""
    for words in _WORDS:
        heads = [match[0] for match in words.finditer(head)]
        if any(
            re.fullmatch(r"[\d.%+-]*\d[\d.%+-]*", one) and not _YEAR.fullmatch(one) for one in heads
        ):
            continue
        for values in _VALUES:
            numbers = list(values.finditer(row))
            mine = next(
                (i for i, one in enumerate(numbers) if one.start() <= offset < one.end()), -1
            )
            if mine >= 0 and len(numbers) >= 2 and len(numbers) <= len(heads) <= len(numbers) + 1:
                return len(heads) - len(numbers) + mine, heads
    return None


# --- percentages

_PERCENT = re.compile(r"%|per ?cent|\bpct\b|百分", re.I)
_COUNT_WORD = "|".join(_LISTS["counted"])
_BOTH = re.compile(
    rf"(?:(?:\b|^)(?i:{_COUNT_WORD})|数|數|频次)[.,]? ?\((?:%|per ?cent\w*|百分[比率数])\)"
)
_BOTH_TURNED = re.compile(rf"%\)? ?\((?:(?i:{_COUNT_WORD}))\.?\)")
_COUNTS = re.compile(rf"(?:(?i:{_COUNT_WORD})[.s]?|.*[人例户次件只]数)")
_SHARES = re.compile("|".join(_LISTS["shares"]), re.I)
_MEASURED = re.compile("|".join(_LISTS["measured"]), re.I)
_PLAIN = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w.])")
_HUNDRED = 100
_MOST_ROWS = 200


def why_no_percentage(outline: Outline, start: int, region: Region | None) -> str:
    """Return why a number without a unit in a table is no percentage there, or "".

    The head of its column decides, else its row's name, else the caption, else any word of theirs
    that names a share (accuracy, 率); of a count with its share in brackets, n (%), the bracketed.
    """
    first, last = _extent(outline, start, region)
    low, high = outline.line_span(outline.line_at(start))
    row = outline.text[low:high]
    over = list(heads_over(outline, start, first))
    heads = [all_heads[place] for place, all_heads in over]
    said = [*heads, _name_of_row(row), _caption(outline, region, first)]
    bracketed = outline.text[max(low, start - 1) : start] in ("(", "[")
    for index, one in enumerate(said):
        if (why := _told(one, bracketed=bracketed, is_head=index < len(heads))) is not None:
            return why
    if any(_PERCENT.search(one) for _, all_heads in over for one in all_heads):
        return "带 % 的是另一列"
    if any(_PERCENT.search(one) for one in _names_of_rows(outline, first, last)):
        return "带 % 的是另一行"
    if any(map(_SHARES.search, said)):
        return ""
    return _by_looks(
        outline, start, row, said, outline.line_starts[first], outline.line_span(last)[1]
    )


def _told(said: str, *, bracketed: bool, is_head: bool) -> str | None:
    """Return why a head, name or caption says that a number is no percentage; None if neither."""
    if _BOTH.search(said):
        return "" if bracketed else "那里印的是个数，括号里才是百分数"
    if _BOTH_TURNED.search(said):
        return "括号里印的是个数" if bracketed else ""
    if _PERCENT.search(said):
        return ""
    counts = is_head and _COUNTS.fullmatch(said.strip(" *:"))
    return f"那一列是 {said.strip()}" if counts else None


def _by_looks(
    outline: Outline, start: int, row: str, said: Sequence[str], low: int, high: int
) -> str:
    """Return why a number is no percentage where neither head, name nor caption says anything."""
    if re.search(r"\d ?%", row):
        return "同一行里带 % 的是别的数"
    if _PERCENT.search(outline.text, low, high):
        return ""
    if any(map(_MEASURED.search, said)):
        return "表里说的是别的量"
    return "" if _looks_like_share(outline, start, row) else "表里没有说它是百分数"


def _looks_like_share(outline: Outline, start: int, row: str) -> bool:
    """Tell whether a number of a table without any units may be a percentage, by its looks.

    The text says it elsewhere with a %; or it has decimals and none of its row is above 100.
    """
    match = _PLAIN.match(outline.text, start)
    if match is None or "," in match[0]:
        return False
    if match[0] in outline.percentages or float(match[0]) == 0:
        return True
    others = [float(one.replace(",", "")) for one in _PLAIN.findall(row) if "." in one]
    return "." in match[0] and float(match[0]) >= 1 and max(others) <= _HUNDRED


def _extent(outline: Outline, start: int, region: Region | None) -> tuple[int, int]:
    """Return the first and last line of the table in which a number stands."""
    if region is not None and region.kind == "table":
        return outline.line_at(region.start), outline.line_at(max(region.start, region.end - 1))
    line = first = last = outline.line_at(start)
    while first > max(0, line - _MOST_ROWS) and is_tabular(outline.line(first - 1) or "."):
        first -= 1
    most = min(len(outline.line_starts) - 1, line + _MOST_ROWS)
    while last < most and is_tabular(outline.line(last + 1) or "."):
        last += 1
    return first, last


def _caption(outline: Outline, region: Region | None, first: int) -> str:
    """Return the caption of a table, or the line above it."""
    if region is not None and region.kind == "table":
        return outline.caption_in(region)
    return outline.line(first - 1) if first else ""


def _name_of_row(row: str) -> str:
    """Return what a row begins with, before its first number."""
    match = _NUMERAL.search(row)
    return row[: match.start()].strip(" |(\t") if match else row


def _names_of_rows(outline: Outline, first: int, last: int) -> Iterator[str]:
    for line in range(first, last + 1):
        row = outline.line(line)
        if is_tabular(row) and _NUMERAL.search(row):
            yield _name_of_row(row)
