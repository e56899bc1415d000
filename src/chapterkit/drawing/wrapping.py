"""Labels in lines: Han breaks anywhere but beside marks, other scripts between words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chapterkit.drawing.look import Measure
from chapterkit.han import ALL_HAN

_CLOSING = "，。、；：？！）》」』】〉”’…％%,.;:?!)]}"
_OPENING = "（《「『【〈“‘([{"
_PIECE = re.compile(
    rf"[{re.escape(_OPENING)}]*(?:[{ALL_HAN}]|[^\s{ALL_HAN}{re.escape(_OPENING + _CLOSING)}]+"
    rf"|[{re.escape(_CLOSING)}])[{re.escape(_CLOSING)}]*|[{re.escape(_OPENING)}]+|\s+"
)


def wrapped(text: str, measure: Measure, width: float) -> list[str]:
    """Return a label in lines no wider than `width` ems, about equally long; never none.

    >>> wrapped("在同一个检查点上，继续训练", len, 7)
    ['在同一个检查点', '上，继续训练']
    >>> wrapped("on-policy rollout", len, 10)
    ['on-policy', 'rollout']
    """
    pieces = [part for piece in _PIECE.findall(" ".join(text.split())) for part in
              _cut(piece, measure, width)]  # fmt: skip
    lines = _filled(pieces, measure, width)
    if len(lines) == 1:
        return lines
    least, most = 0.0, width
    for _ in range(8):
        middle = (least + most) / 2
        fewer = max(map(measure, pieces)) <= middle
        if fewer and len(_filled(pieces, measure, middle)) == len(lines):
            most = middle
        else:
            least = middle
    return _filled(pieces, measure, most)


def widest(lines: Sequence[str], measure: Measure) -> float:
    """Return the width of the widest line, in ems."""
    return max(map(measure, lines), default=0.0)


def _filled(pieces: Sequence[str], measure: Measure, width: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and measure((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _cut(piece: str, measure: Measure, width: float) -> Iterator[str]:
    """Yield a piece, or the parts of one that is wider than a line."""
    if measure(piece) <= width:
        yield piece
        return
    part = ""
    for character in piece:
        if part and measure(part + character) > width:
            yield part
            part = ""
        part += character
    yield part
