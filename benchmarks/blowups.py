"""Texts made to make patterns and searches slow: the time must grow as the text does.

Run: python benchmarks/blowups.py. Each text is read at a sixteenth of its length and whole; where
that takes more than forty-eight times as long (and more than a fifth of a second), it is named
and the exit code is 1. The tests count calls, which tells the same of all but the patterns.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

from chapterkit.manuscript.ledger import Number, numbers_of
from chapterkit.manuscript.records import read_ledger_file
from chapterkit.numbers.verify.search import Searcher
from chapterkit.numbers.verify.texts import make_source
from chapterkit.quantities import find_quantities

PIECES = (
    "一", "1", "十百千万", "1,", "1,111", "[", "](", "[@", "`", "`` ` ", "$1", "$", "{",
    "<a", "<!--", "一二三四五六七八九十", "1.", "1-", "1:", "1/", "1a", "a-1", "第一、",
    "图 3、", "3 到 ", "百分之", "三分之", "twenty-", "one hundred and ", "1×", "上千", "数百万",
    "零", "~~~\n", "@a [", "(1", "http://1", "几十", "十几", "几百", "几千", "几万", "二十几",
    "1,000,", "111,", "[^1", "[^a", "－1",
)  # fmt: skip
SOURCE_PIECES = (
    "1 ", "10, ", "1.5% on HT-L ", "Table 1: 3\n", "• r = 1 x\n", "1.1. A\n", "HT-L, ", "\n",
    "a-\n",
)  # fmt: skip
LENGTH = 128_000


def read_prose(text: str) -> None:
    find_quantities(text)


def search_source(text: str) -> None:
    searcher = Searcher(
        make_source("k", "k.txt", "", f"{text}\n24.7% on HT-L\n"), ["HT-L", "HT-VL"]
    )
    for number in _numbers():
        searcher.find(number)


def _numbers() -> Iterator[Number]:
    entries = (
        f'  n{i}: {{value: {i}.5, unit: "%", of: x, cite: k, at: 表 1, near: [HT-L]}}\n'
        for i in range(10)
    )
    read = read_ledger_file(f"numbers:\n{''.join(entries)}", "ledger.yaml")
    models = {name: model for name, (model, _) in read.items()}
    yield from numbers_of("", models, {name: at for name, (_, at) in read.items()}).values()


def works() -> Iterator[tuple[str, str, Callable[[str], None]]]:
    """Yield what is read, the piece that the text repeats, and the reading of a text."""
    yield from (("prose", piece, read_prose) for piece in PIECES)
    yield from (("source", piece, search_source) for piece in SOURCE_PIECES)


def repeated(piece: str, length: int) -> str:
    return piece * (length // len(piece))


def seconds(work: Callable[[], object]) -> float:
    """Return this process's own time, which other processes do not lengthen; the best of three."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def main() -> None:
    blown = 0
    for name, piece, read in works():
        few = seconds(partial(read, repeated(piece, LENGTH // 16)))
        many = seconds(partial(read, repeated(piece, LENGTH)))
        slow = many > max(0.2, few * 48)
        blown += slow
        print(f"{name:<7}{piece!r:<24}{few:8.4f} s {many:8.4f} s{'   too slow' if slow else ''}")
    sys.exit(1 if blown else 0)


if __name__ == "__main__":
    main()
