"""The words round a number say what the number itself denies: 不到 15.0% of a recorded 15.0%.

Why: the digits come from the record, the words round them do not. 超过 or 不到 before the very
value, or 升到 before a smaller one, prints a right number in a wrong sentence, and nobody who
checks only the digits sees it.

Quiet: a bound that the source prints (`printed: "超过 15.0%"`), one that a record measures (of:
罚金的上限、宽限期限), a comparison with the number before (只有 3.4%，低于 11.5%), and a limit
that a rule or a condition sets, which says nothing of what was measured (超过 3 个月仍未付清的，…;
不到 15 日的宽限期; 如果超过 30%; 超过 9 天，买受人可以解除). A bound before a typed number is
unsourced-number's.

In the examples `demo.rl` is 15.0%, `demo.sft` 3.4% and `demo.days` 9 天.

Bad:

    成功率超过 {{ n("demo.rl") }}[@demo2025]。

Bad:

    成功率从 {{ n("demo.rl") }} 升到 {{ n("demo.sft") }}[@demo2025]。

Good:

    迟延超过 {{ n("demo.days") }}仍未交付的，合同自动解除[@demo2025]。

Good:

    成功率从 {{ n("demo.rl") }} 降到 {{ n("demo.sft") }}[@demo2025]。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import Ledger, Number
from chapterkit.numbers.accounting import places, quantities_in, typed_text
from chapterkit.numbers.limits import sets_limit
from chapterkit.numbers.saying import (
    CHANGE,
    Place,
    Saying,
    but_for_bound,
    change_between,
    goes,
    holds,
    is_comparison,
    is_limit,
    may_be_bound,
    saying,
)
from chapterkit.quantities import find_in_plain
from chapterkit.quantities.traditional import simplified
from chapterkit.text.document import Block, Document, Inline

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset[str]()


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each number under a wrong bound and each change turned round."""
    changing = {id(hit.block): hit.block for hit in document.prose.finditer(CHANGE)}
    for block in document.prose.blocks:
        bounds = [one for one in block.numbers() if may_be_bound(block.text, one.start, one.end)]
        around = _places(block, book.ledger) if bounds or id(block) in changing else ()
        for inline in bounds:
            yield from _bound(block, inline, around, book.ledger)
        if id(block) in changing:
            yield from _changes(block, around, book.ledger)


def _bound(
    block: Block, inline: Inline, around: Sequence[Place], ledger: Ledger
) -> Iterator[Problem]:
    number = ledger.get(inline.number)
    said = saying(block.text, inline.start, inline.end)
    if not number or not said.bound or not isinstance(number.value, Decimal):
        return
    shown = next(iter(find_in_plain(block.text[inline.start : inline.end], ledger.units)), None)
    value = shown.value if shown and isinstance(shown.value, Decimal) else number.value
    place = Place(inline.start, inline.end, value, shown.unit if shown else number.unit)
    if (
        _is_true(number, said, place)
        or is_comparison(block.text, place, said.bound, around, ledger.units)
        or sets_limit(block.text, inline.start, inline.end)
    ):
        return
    message = f"正文说“{said.word}”，{number.id} 却就是 {number.text}"
    yield problem_at(block, inline.start, inline.end, message, but_for_bound(said.word))


def _is_true(number: Number, said: Saying, place: Place) -> bool:
    """Tell whether a bound holds of a number, is what its source prints, or what it measures."""
    assert isinstance(number.value, Decimal)
    printed = "".join((number.model.printed or "", *number.model.equals))
    if said.word in simplified(printed) or is_limit(number.measured):
        return True
    same_unit = number.units.meaning(place.unit) == number.units.meaning(number.unit)
    return not same_unit or holds(said.bound, number.value, place.value)


def _places(block: Block, ledger: Ledger) -> tuple[Place, ...]:
    return places(block, quantities_in(typed_text(block), ledger.units), ledger)


def _changes(block: Block, around: Sequence[Place], ledger: Ledger) -> Iterator[Problem]:
    for first, second in pairwise(around):
        said, verb = change_between(
            block.text, (first.start, first.end), (second.start, second.end)
        )
        if verb[:1] in _SIZES and max(first.value, second.value) < 0:
            continue  # 亏损从 −5% 扩大到 −8%
        way = goes(first, second, ledger.units) if said else ""
        if way and way != said:
            shown = [block.text[one.start : one.end] for one in (first, second)]
            message = f"正文说“{verb}”，{shown[0]} 和 {shown[1]} 的大小却相反"
            yield problem_at(
                block, second.start, second.end, message, "改正动词，或核对两个数的先后"
            )


# Verbs of what becomes larger or smaller, whatever its sign.
_SIZES = frozenset("扩缩增减放延压收加")
