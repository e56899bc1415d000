"""A number stands in the text that was typed by hand, so nobody can tell where it comes from.

Why: a typed number drifts from its source unseen. A number belongs into a record, with its
source and place, and enters the text as `{{ n.name }}`. In a manuscript without templates it is
accepted where the ledger holds a number of the same value and unit whose source is cited in the
same paragraph.

Options: `names`, phrases that hold a number but are names (24 点).

Bad:

    强化学习之后成功率升到 15.5%[@demo2025]。

Good:

    强化学习之后成功率升到 [15.0%]{.number data-number="demo.rl"}[@demo2025]。

Good:

    作者用 GPT-4o 在 AIME 2024 上重做了第 5 节的比较。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chapterkit.book import Book
from chapterkit.document import OPAQUE, Block, Document, Inline
from chapterkit.ledger import Ledger, Number, dresses
from chapterkit.lint.problem import Problem
from chapterkit.quantities import Quantity, find_in_plain, same_quantity

SEVERITY = "error"
NEEDS = frozenset[str]()


@dataclass(frozen=True)
class Options:
    """Phrases that hold a number but are names."""

    names: tuple[str, ...] = ()


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each quantity that no number of the ledger backs."""
    for block in document.blocks:
        if block.kind not in {"Para", "Plain", "Header"}:
            continue
        for inline in block.numbers():
            yield from _check_span(block, inline, book.ledger)
        cited = set(block.citations())
        backing = [number for number in book.ledger.values() if number.cite in cited]
        for quantity in typed_quantities(block, options.names):
            if not any(_same(quantity, number) for number in backing):
                yield _unsourced(block, quantity, book.ledger)


def typed_quantities(block: Block, names: Sequence[str]) -> list[Quantity]:
    """Return the typed quantities of a block: not in recorded spans, names, code, citations."""
    text = block.masked("Code", "Math", "Cite", "Number", "Note")
    for name in names:
        text = text.replace(name, OPAQUE * len(name))
    return [quantity for quantity in find_in_plain(text) if not quantity.small_count]


def _same(quantity: Quantity, number: Number) -> bool:
    return quantity.value is not None and same_quantity(
        quantity.value, quantity.unit, number.value, number.unit
    )


def _unsourced(block: Block, quantity: Quantity, ledger: Ledger) -> Problem:
    near = nearest_number(quantity, ledger)
    hint = f"最接近的是 {near.id}（{near.text}）" if near else "先在记录的 numbers 里写下它和出处"
    message = f"“{quantity.text}”没有记录，查不到出处"
    return Problem(block.origin(quantity.start), message, hint)


def nearest_number(quantity: Quantity, ledger: Ledger) -> Number | None:
    """Return the number of the same unit whose value is nearest, within a fifth of it."""
    if not isinstance(quantity.value, Decimal):
        return None
    wanted = quantity.value
    alike = [
        (abs(number.value - wanted), number.id, number)
        for number in ledger.values()
        if isinstance(number.value, Decimal)
        and same_quantity(wanted, quantity.unit, wanted, number.unit)
    ]
    distance, _, number = min(alike, default=(Decimal(0), "", None))
    return number if number and distance <= abs(wanted) / 5 else None


def _check_span(block: Block, inline: Inline, ledger: Ledger) -> Iterator[Problem]:
    """Yield a problem for a span that claims to be a recorded number and is not."""
    shown = block.text[inline.start : inline.end]
    number = ledger.get(inline.number)
    if number is None:
        message = f"“{shown}”自称是 {inline.number}，账本里没有这个数"
        yield Problem(block.origin(inline.start), message, "改用模板里的 {{ n.… }}")
    elif shown not in dresses(number):
        message = f"“{shown}”自称是 {inline.number}，那个数是 {number.text}"
        yield Problem(
            block.origin(inline.start), message, f"改为 {number.text}，或改用 {{{{ n.… }}}}"
        )
