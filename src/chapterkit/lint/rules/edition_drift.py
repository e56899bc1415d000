"""A paragraph of the edition of a region says another number, or stands otherwise, than its source.

Why: the edition is made of the manuscript by a machine and by `book/terms.yaml`; what a reader in
Taipei is told must be what was checked. Compared, paragraph by paragraph, are the numbers, the
citations and references, the headings, and the figures, tables, formulas and notes. It is looked
at when an edition is built (`chapterkit build --edition zh-Hant-TW`).

Bad:

    ---
    editions: [zh-Hant-TW]
    terms:
      conversions:
        - {text: 百分之十五, editions: {zh-Hant-TW: 百分之五十}}
    ---
    成功率是百分之十五。

Good:

    ---
    editions: [zh-Hant-TW]
    terms:
      conversions:
        - {text: 成功率, editions: {zh-Hant-TW: 成功的比率}}
    ---
    成功率是百分之十五。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.quantities import Quantity, find_in_plain
from chapterkit.quantities.traditional import simplified
from chapterkit.text.document import CITE, CODE, MATH, Block, Document
from chapterkit.text.tree import OPAQUE

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset({"edition"})

_HINT = "改 book/terms.yaml 里管这一处的写法；书稿里不该转的，标上 {.keep}"
_NUMERALS = re.compile(r"[\d０-９%‰〇零一二两三四五六七八九十百千万亿半点.]+")
_NO_TEXT = str.maketrans(dict.fromkeys((CITE, CODE, MATH), OPAQUE))
_KINDS = frozenset({"Cite", "Math", "Note", "Image", "Reference", "Number", "Link", "Code"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each block that does not say what the one it was made of says."""
    if document.source is None:
        return
    before, after = document.source.blocks, document.blocks
    for source, made in zip(before, after, strict=False):
        yield from _drifted(source, made)
    if len(before) != len(after):
        place = before[min(len(before), len(after)) - 1]
        message = f"书稿有 {len(before)} 段，这一版有 {len(after)} 段"
        yield problem_at(place, 0, len(place.text), message, _HINT)


def _drifted(source: Block, made: Block) -> Iterator[Problem]:
    whole = 0, len(made.text)
    if source.text.strip() and not made.text.strip():
        yield problem_at(source, 0, len(source.text), "这一段在这一版里空了", _HINT)
    elif _frame(source) != _frame(made):
        yield problem_at(made, *whole, "标题、引用、指引或图表和书稿不一样", _HINT)
    else:
        yield from _other_numbers(source, made)


def _frame(block: Block) -> tuple[object, ...]:
    """Return what of a block is no text: what it is, and what it holds besides its words."""
    held = (
        (one.kind, one.citations, one.number, one.target)
        for one in block.inlines
        if one.kind in _KINDS
    )
    return block.kind, block.level, block.identifier, block.within, *held


def _other_numbers(source: Block, made: Block) -> Iterator[Problem]:
    if _numerals(source.prose) == _numerals(made.prose):
        return
    said, says = _quantities(source), _quantities(made)
    for place in range(max(len(said), len(says))):
        old, new = said[place : place + 1], says[place : place + 1]
        if [one.value for one in old] == [one.value for one in new]:
            continue
        words = _shown(old), _shown(new)
        start, end = (new[0].start, new[0].end) if new else (0, len(made.text))
        message = f"书稿里{words[0]}，这一版里{words[1]}"
        yield problem_at(made, start, end, message, _HINT)
        return


def _numerals(prose: str) -> list[str]:
    return _NUMERALS.findall(simplified(prose))


def _quantities(block: Block) -> list[Quantity]:
    return find_in_plain(block.prose.translate(_NO_TEXT))


def _shown(quantities: Sequence[Quantity]) -> str:
    return f"是“{quantities[0].text}”" if quantities else "没有这个数"
