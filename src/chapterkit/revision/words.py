"""What was changed within a text, word by word. Pure.

Chinese is divided into words by a dictionary; numbers and words of alphabets count as one each.
What stands between two changes and is no more than a character or a mark is told as changed, too:
that reads better than a word in pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import rjieba
from rapidfuzz.distance import Indel

Operation = Literal["equal", "delete", "insert"]


@dataclass(frozen=True)
class Mark:
    """A stretch of a text that has stayed, gone or come."""

    operation: Operation
    text: str


def marks(old: str, new: str) -> tuple[Mark, ...]:
    """Return what has become of a text, word by word; what went stands before what came.

    >>> [(one.operation, one.text) for one in marks("准确率显著提高。", "准确率略有提高。")]
    [('equal', '准确率'), ('delete', '显著'), ('insert', '略有'), ('equal', '提高。')]
    """
    before, after = rjieba.cut(old), rjieba.cut(new)
    rows = [
        (
            "".join(before[one.src_start : one.src_end]),
            "".join(after[one.dest_start : one.dest_end]),
        )
        for one in Indel.opcodes(before, after)
    ]
    return tuple(_written(_joined(rows)))


def _joined(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield old and new stretches, those that stayed alone; changes are joined over mere marks."""
    gone = come = stayed = ""
    is_open = False
    for old, new in rows:
        if old == new:
            if is_open:
                stayed = old
            else:
                yield old, new
            if len(stayed.strip()) > 1 and is_open:
                yield gone, come
                yield stayed, stayed
                gone = come = stayed = ""
                is_open = False
            continue
        gone, come = gone + stayed + old, come + stayed + new
        stayed, is_open = "", True
    if is_open:
        yield gone, come
        if stayed:
            yield stayed, stayed


def _written(rows: Iterable[tuple[str, str]]) -> Iterator[Mark]:
    for old, new in rows:
        if old == new:
            yield Mark("equal", old)
            continue
        if old:
            yield Mark("delete", old)
        if new:
            yield Mark("insert", new)
