"""Every quantity of a document and what backs it: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chapterkit.document import OPAQUE, Block, Document, Inline
from chapterkit.errors import Origin
from chapterkit.ledger import Ledger, Number
from chapterkit.matching import backing
from chapterkit.quantities import Exempt, Quantity, explain, find_in_plain


@dataclass(frozen=True)
class Accounted:
    """One quantity of the text.

    `status` is recorded (a recorded number's span), matched (typed, and a cited number backs
    it), exempt (no quantity that needs a source: `why` says by which clause) or unsourced.
    """

    block: Block
    start: int
    text: str
    status: str
    quantity: Quantity | None
    number: Number | None
    why: str

    @property
    def origin(self) -> Origin:
        """Where it stands in the manuscript."""
        return self.block.origin(self.start)


def accounts(document: Document, ledger: Ledger, names: Sequence[str] = ()) -> list[Accounted]:
    """Return every quantity and every exempted numeral of the running text and the headings, in order.

    `names` are phrases that hold a number but are names.
    """
    return [
        one
        for block in document.blocks
        if block.kind in {"Para", "Plain", "Header"}
        for one in sorted(_of_block(block, ledger, names), key=lambda one: one.start)
    ]


def _of_block(block: Block, ledger: Ledger, names: Sequence[str]) -> Iterator[Accounted]:
    for inline in block.numbers():
        yield _recorded(block, inline, ledger)
    text = typed_text(block, names)
    cited = set(block.citations())
    numbers = [number for number in ledger.values() if number.cite in cited]
    for quantity in find_in_plain(text):
        start, shown = quantity.start, quantity.text
        backed = backing(quantity, numbers)
        if backed:
            yield Accounted(block, start, shown, "matched", quantity, backed[0], "")
        elif not quantity.small_count:
            yield Accounted(block, start, shown, "unsourced", quantity, None, "")
        else:
            yield Accounted(block, start, shown, "exempt", quantity, None, "small-count")
    for exempt in explain(text):
        if exempt.why != "small-count":
            yield _exempt(block, exempt)


def _recorded(block: Block, inline: Inline, ledger: Ledger) -> Accounted:
    shown = block.text[inline.start : inline.end]
    quantity = next(iter(find_in_plain(shown)), None)
    number = ledger.get(inline.number)
    status, why = ("recorded", "") if number else ("unsourced", "没有这个数")
    return Accounted(block, inline.start, shown, status, quantity, number, why)


def _exempt(block: Block, exempt: Exempt) -> Accounted:
    why = f"{exempt.why} {exempt.reason}"
    return Accounted(block, exempt.start, exempt.text, "exempt", None, None, why)


def typed_text(block: Block, names: Sequence[str] = ()) -> str:
    """Return a block's text with all but typed prose masked: spans, code, formulas, citations, names."""
    text = block.masked("Code", "Math", "Cite", "Number", "Note")
    for name in names:
        text = text.replace(name, OPAQUE * len(name))
    return text
