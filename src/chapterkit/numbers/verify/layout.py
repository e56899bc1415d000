"""The reading order of a text that was taken from printed pages: pure.

Running heads and page numbers stand between the two halves of a sentence, and text that was taken
with its layout has two columns on one line. `reading_order` says which stretches to read, and in
which order.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_EDGE = 2  # lines at the top and at the foot of a page that may be no text
_FEW = 3  # pages: among so few, twice is enough for a running head
_COUNT = re.compile(r"^(\d{1,4})(?=\W*\s)|(?<=\s)(\d{1,4})$|^\W*(\d{1,4})\W*$")
_LETTER = re.compile(r"[^\W\d_]{2}")
_CAPTION = re.compile(
    r"\s*(?:Table|Figure|Fig\.|TABLE|FIGURE|FIG\.|[表图圖])\s?[\dIVX一二三四五六七八九十]"
)
_SENTENCE_END = re.compile(r"[.!?。！？:：][\"'”’)\]]*\s*\Z")
_NUMBER_LINE = re.compile(r"^[ \t]*\d{1,4}[ \t]*\n", re.M)
_JOURNAL = re.compile(
    r"^(?=.{10,150}$)(?=.*\b(?:1[89]|20)\d\d\b)(?=.*(?:et al\b|Journal|Proceedings|\bVol\b"
    r"|\bpp?\b\.|ISSN|doi|©|\d\s?\(\d|学报|杂志|第\s?\d+\s?卷)).*$"
)
_GUTTER = re.compile(r"(?<=\S) {3,}(?=\S)")
_HEADING = re.compile(r"\d{1,2}(?:\.\d{1,2})*\.? +[A-Z]|[IVX]{1,4}\. +[A-Z]")
_COLUMN_LINES = 4
_COLUMN_SHARE = 0.7
_WORDS = 3
_PROSE_SHARE = 0.6


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, and what is read behind it: a line end where a column was cut off."""

    start: int
    end: int
    behind: str = ""


@dataclass(frozen=True)
class _Line:
    start: int
    end: int  # behind its line end
    text: str


def reading_order(text: str, pages: Sequence[int]) -> list[Piece]:
    """Return what of a text to read, in order; one piece where it is read as it stands."""
    dropped = _running_heads(text, pages) if len(pages) > 1 else _loose_heads(text)
    dropped |= _joints(text, pages, dropped)
    columns = list(_columns(text))
    return _merged(list(_pieces(text, sorted(dropped), columns)))


# --- running heads


def _running_heads(text: str, pages: Sequence[int]) -> set[tuple[int, int]]:
    """Return the lines at the edges of pages that come again, or count the pages."""
    edges = [_edges(text, a, b) for a, b in zip(pages, [*pages[1:], len(text)], strict=True)]
    shapes: dict[str, list[tuple[int, int, _Line]]] = defaultdict(list)
    for page, lines in enumerate(edges):
        for line in lines:
            shape, number = _shape(line.text)
            shapes[shape].append((page, number - page if number >= 0 else -1, line))
    found: set[tuple[int, int]] = set()
    for shape, places in shapes.items():
        offset, count = Counter(offset for _, offset, _ in places).most_common(1)[0]
        enough = 2 if len(pages) <= _FEW else max(_FEW, len(pages) // 5)
        if count < enough or _CAPTION.match(shape) or not (_LETTER.search(shape) or "#" in shape):
            continue
        same = {page for page, one, _ in places if one == offset}
        if len(same) >= enough:
            found |= {(line.start, line.end) for _, one, line in places if one == offset}
    return found


def _shape(line: str) -> tuple[str, int]:
    """Return a line with the number at its edge as #, and that number (-1 if there is none).

    >>> _shape("118   Doe et al."), _shape("- 7 -"), _shape("Oral 41.3")
    (('#   Doe et al.', 118), ('- # -', 7), ('Oral 41.3', -1))
    """
    match = _COUNT.search(line)
    if match is None:
        return line, -1
    number = next(group for group in match.groups() if group)
    at = match.start() + match[0].index(number)
    return f"{line[:at]}#{line[at + len(number) :]}", int(number)


def _edges(text: str, start: int, end: int) -> list[_Line]:
    lines = [line for line in _lines(text, start, end) if line.text]
    return lines[:_EDGE] + lines[max(_EDGE, len(lines) - _EDGE) :]


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    for match in re.compile(r"[^\n\f]*(?:[\n\f]|\Z)").finditer(text, start, end):
        if match[0]:
            yield _Line(match.start(), match.end(), match[0].strip())


def _loose_heads(text: str) -> set[tuple[int, int]]:
    """Return page numbers with a journal's line beside them, in a text that shows no pages."""
    found: set[tuple[int, int]] = set()
    for match in _NUMBER_LINE.finditer(text):
        before = text.rfind("\n", 0, max(0, match.start() - 1)) + 1
        after = text.find("\n", match.end())
        following = (match.end(), len(text) if after < 0 else after + 1)
        for start, end in ((before, match.start()), following):
            if start < end and _JOURNAL.match(text[start:end].strip()):
                found |= {(start, end), match.span()}
    return found


def _joints(text: str, pages: Sequence[int], dropped: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the blank stretches between pages in the middle of a sentence."""
    starts = dict(dropped)
    ends = {end: start for start, end in dropped}
    found: set[tuple[int, int]] = set()
    for before, page, behind in zip(pages, pages[1:], [*pages[2:], len(text)], strict=False):
        low = high = page
        while low > before and (low in ends or text[low - 1].isspace()):
            low = ends.get(low, low - 1)
        while high < behind and (high in starts or text[high].isspace()):
            high = starts.get(high, high + 1)
        whole = text[max(0, low - 4) : low]
        following = text[high : high + 1]
        goes_on = following.islower() or following.isdigit() or following >= "一"
        if whole and following and goes_on and not _SENTENCE_END.search(whole):
            found |= {(at, at + 1) for at in range(low + 1, high) if text[at].isspace()}
    return found


# --- columns


def _columns(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the blocks of lines that are two columns of prose, with the right one's place."""
    if not _GUTTER.search(text):
        return
    run: list[re.Match[str]] = []
    column = 0
    for match in re.finditer(r"[^\n\f]*(?:[\n\f]|\Z)", text):
        line = match[0].rstrip()
        if run and _fits(line, column):
            run.append(match)
            continue
        yield from _column_block(run, column)
        gaps = [gap.end() for gap in _GUTTER.finditer(line)]
        run, column = ([match], gaps[-1]) if gaps else ([], 0)
    yield from _column_block(run, column)


def _fits(line: str, column: int) -> bool:
    """Tell whether a line goes on two columns: clear before where the right one begins."""
    clear = not line[max(0, column - 2) : column].strip()
    if len(line) <= column and _HEADING.match(line):
        return False
    return bool(line.strip()) and clear and (len(line) <= column or line[column] != " ")


def _column_block(block: Sequence[re.Match[str]], column: int) -> Iterator[tuple[int, int, int]]:
    lines = [line[0].rstrip() for line in block]
    both = sum(bool(line[:column].strip() and line[column:].strip()) for line in lines)
    if both < max(_COLUMN_LINES, _COLUMN_SHARE * len(lines)):
        return
    if _is_prose(line[:column] for line in lines) and _is_prose(line[column:] for line in lines):
        yield block[0].start(), block[-1].end(), column


def _is_prose(lines: Iterator[str]) -> bool:
    said = [line for line in lines if line.strip()]
    words = [len(re.findall(r"(?<!\S)[A-Za-z][a-z'-]*", line)) for line in said]
    ends = sum(bool(re.search(r"[a-z,-]$", line.rstrip())) for line in said)
    return bool(said) and (
        sum(count >= _WORDS for count in words) >= _PROSE_SHARE * len(said)
        or (sum(words) >= 2 * len(said) and ends >= _PROSE_SHARE * len(said))
    )


# --- pieces


def _pieces(
    text: str, dropped: Sequence[tuple[int, int]], columns: Sequence[tuple[int, int, int]]
) -> Iterator[Piece]:
    at, gone = 0, {start for start, _ in dropped}
    for start, end, column in columns:
        yield from _kept(at, start, dropped)
        lines = [
            (match.start(), match.end())
            for match in re.compile(r"[^\n\f]*(?:[\n\f]|\Z)").finditer(text, start, end)
            if match[0] and match.start() not in gone
        ]
        for low, high in lines:
            cut = min(low + column, high)
            if text[low:cut].strip():
                stop = low + len(text[low:cut].rstrip())
                yield Piece(low, stop, "\n")
        for low, high in lines:
            if text[low + column : high].strip():
                yield Piece(low + column, high)
        at = end
    yield from _kept(at, len(text), dropped)


def _kept(start: int, end: int, dropped: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    for low, high in dropped[bisect_left(dropped, (start, 0)) :]:
        if low >= end:
            break
        if low > start:
            yield Piece(start, low)
        start = max(start, high)
    if start < end:
        yield Piece(start, end)


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].end == piece.start and not found[-1].behind:
            found[-1] = Piece(found[-1].start, piece.end, piece.behind)
        else:
            found.append(piece)
    return found
