"""The citation of a number stands more than a sentence away from it.

Why: a reader looks for a number's source at the end of its sentence, or of the next. Whatever
stands further off may belong to something else, and the next revision of the paragraph will
part the two for good.

A recorded number's citation is that of its own source. For a number that was typed it is the
nearest one behind it in the paragraph, and only measurements count (percentages, decimals,
multiples, and counts of a hundred and more: 70 亿个, 12,000 条), and only where the text does not
speak of its own work. A paragraph without any citation is no problem here: see uncited-number and
unsourced-number.

Options: `sentences`, how many sentences away a citation may stand (default 1).

Bad:

    成功率升到 {{ n("demo.rl") }}。这出乎意料。他们随后换了任务[@demo2025]。

Good:

    成功率升到 {{ n("demo.rl") }}。这出乎意料[@demo2025]。他们随后换了任务。
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import CITE, Block, Document, Inline

GROUP = "citations"
SEVERITY = "warning"
NEEDS = frozenset[str]()


@dataclass(frozen=True)
class Options:
    """How many sentences away from a number its citation may stand."""

    sentences: int = 1


_END = Late(r"[。！？!?][”’」』）)]*")
# A citation right behind a full stop belongs to the sentence before it.
_GAP = Late(rf"\s?{CITE}")
_MEASURED = Late(
    r"\d[\d,]*(?:\.\d+)?\s?(?:[%％‰]|个?百分点|個?百分點|倍)|(?<![\d.])\d+\.\d+(?![\d.])"
    r"|(?<![\d.,])\d[\d,]*(?:\.\d+)?\s?[余多]?\s?[亿億万萬][余多]?\s?[^\W\da-zA-Z_]"
    r"|(?<![\d.,-])(?:\d{1,3}(?:,\d{3})+|[1-9]\d{2,8})\s?[余多]?\s?[条條个個](?!月)"
    r"|百分之[一二三四五六七八九十百零点]+"
    r"|[一二三四五六七八九]成[一二三四五六七八九]?(?![^\W\da-zA-Z_]{1,2}[，。])"
)
# Beyond so many characters nobody looks for a citation any more.
_FAR = 3000
_NAMED = Late(r"[A-Za-zπ][\w.-]*[ -]?$|[第图表式圖节節]\s?$|(?:实验|實驗|版本?|v)\s?$")
_OWN = Late(rf"{word_patterns('far-citation')['own']}|[表图圖]\s?\d")


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for the first number of a sentence that a far citation leaves alone."""
    for block in document.paragraphs:
        cites = [one for one in block.inlines if one.kind == "Cite"]
        if cites and "Table" not in block.within:
            yield from _recorded(block, book, cites, options.sentences)
            if not book.chapters:
                yield from _typed(block, cites, options.sentences)


def _recorded(block: Block, book: Book, cites: list[Inline], reach: int) -> Iterator[Problem]:
    places: dict[str, list[int]] = {}
    for one in cites:
        for key in one.citations:
            places.setdefault(key, []).append(one.start)
    reported: set[tuple[str, int]] = set()
    for inline in block.numbers():
        number = book.ledger.get(inline.number)
        own = places.get(number.cite, []) if number else []
        if number is None or not own:
            continue
        at = bisect_left(own, inline.start)
        near = own[max(0, at - 1) : at + 1]
        away = min(_sentences(block, inline.start, place) for place in near)
        sentence = number.cite, block.sentence(inline.start)[0]
        if away > reach and sentence not in reported:
            reported.add(sentence)
            yield _problem(block, inline.start, inline.end, number.cite, away)


def _sentences(block: Block, one: int, other: int) -> int:
    """Return how many sentences apart two places are, citations behind a full stop before it."""
    start, end = sorted((one, other))
    apart = [found.end() for found in _END.finditer(block.prose, start, min(end, start + _FAR))]
    return len(apart) - (
        bool(apart) and other == end and _GAP.match(block.prose, apart[-1]) is not None
    )


def _typed(block: Block, cites: list[Inline], reach: int) -> Iterator[Problem]:
    """Yield a problem for the first measurement that has no citation near it, but one behind."""
    text = block.prose
    recorded = {one.start for one in block.numbers()}
    starts = [one.start for one in cites]
    for found in _MEASURED.finditer(text):
        place = found.start()
        at = bisect_left(starts, place)
        if at == len(starts) or place in recorded or starts[at] - place > _FAR:
            continue
        away = _sentences(block, place, starts[at])
        before = _sentences(block, place, starts[at - 1]) if at else reach + 1
        if min(away, before) <= reach:
            continue
        first = block.sentence(place)[0]
        named = _NAMED.search(text[max(0, place - 12) : place])
        if named or _OWN.search(text, first, starts[at]):
            continue
        yield _problem(block, place, found.end(), "", away)
        return


def _problem(block: Block, start: int, end: int, key: str, away: int) -> Problem:
    cited = f"引用 {key} " if key else "最近的引用"
    return problem_at(
        block,
        start,
        end,
        f"“{block.text[start:end]}”的{cited}隔了 {away} 句才出现",
        "把引用移到这个数所在的句子末尾；几句同出一处，各引一次",
    )
