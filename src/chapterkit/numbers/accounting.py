"""Every quantity of a document and what backs it: pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chapterkit.errors import Origin
from chapterkit.manuscript.ledger import Ledger, Number
from chapterkit.numbers.cards import in_a_list
from chapterkit.numbers.matching import backing
from chapterkit.quantities import Exempt, Quantity, explain, find_in_plain, heading_number
from chapterkit.showing import as_json as to_json
from chapterkit.showing import one_line
from chapterkit.text.document import OPAQUE, Block, Document, Inline

STATUSES = ("recorded", "matched", "exempt", "unsourced")


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


def accounts(
    document: Document, ledger: Ledger, names: Sequence[str] = (), *, exempt: bool = False
) -> list[Accounted]:
    """Return every quantity of text and headings, in order.

    `names` are phrases that hold a number but are names; numerals that are no quantities by the
    policy are only listed if `exempt` asks for them, and only then are recorded numbers read.
    """
    by_source: dict[str, list[Number]] = {}
    for number in ledger.values():
        by_source.setdefault(number.cite, []).append(number)
    return [
        one
        for block in document.prose.blocks
        for one in sorted(
            _of_block(block, ledger, by_source, [*names, *_label(block, document)], exempt),
            key=lambda one: one.start,
        )
    ]


def _label(block: Block, document: Document) -> Iterator[str]:
    """Yield what a record's heading begins with: its label and number, which the book counts."""
    if block.kind == "Header" and block.identifier in document.counting.records:
        yield document.counting.records[block.identifier]


def _of_block(
    block: Block,
    ledger: Ledger,
    by_source: Mapping[str, Sequence[Number]],
    names: Sequence[str],
    exempt: bool,
) -> Iterator[Accounted]:
    for inline in block.numbers():
        yield _recorded(block, inline, ledger, read=exempt)
    text = typed_text(block, names)
    quantities = find_in_plain(text, ledger.units)
    cited = dict.fromkeys(block.citations()) if quantities else {}
    numbers = [number for key in cited for number in by_source.get(key, ())]
    for quantity in quantities:
        start, excerpt = quantity.start, quantity.text
        backed = backing(quantity, numbers)
        if backed:
            yield Accounted(block, start, excerpt, "matched", quantity, backed[0], "")
        elif not quantity.small_count:
            yield Accounted(block, start, excerpt, "unsourced", quantity, None, "")
        else:
            yield Accounted(block, start, excerpt, "exempt", quantity, None, "small-count")
    for numeral in explain(text, ledger.units) if exempt else ():
        if numeral.why != "small-count":
            yield _exempt(block, numeral)


def _recorded(block: Block, inline: Inline, ledger: Ledger, *, read: bool) -> Accounted:
    excerpt = block.text[inline.start : inline.end]
    quantity = next(iter(find_in_plain(excerpt, ledger.units)), None) if read else None
    number = ledger.get(inline.number)
    status, why = ("recorded", "") if number else ("unsourced", "没有这个数")
    return Accounted(block, inline.start, excerpt, status, quantity, number, why)


def _exempt(block: Block, exempt: Exempt) -> Accounted:
    why = f"{exempt.why} {exempt.reason}"
    return Accounted(block, exempt.start, exempt.text, "exempt", None, None, why)


def typed_text(block: Block, names: Sequence[str] = ()) -> str:
    """Return a block's text with all but typed prose masked.

    Masked are recorded spans, code, formulas, citations, references (实验 7.4), calls of notes
    that are nowhere defined ([^1]), a number typed before a heading and `names`.
    """
    text = block.masked("Code", "Math", "Cite", "Number", "Note", "Reference")
    if block.kind == "Header" and (end := heading_number(text)):
        text = OPAQUE * end + text[end:]
    if "[^" in text:
        text = re.sub(r"\[\^[^\]\s]*\]", lambda found: OPAQUE * len(found[0]), text)
    for name in names:
        text = text.replace(name, OPAQUE * len(name))
    return text


def as_text(listed: Sequence[Accounted]) -> str:
    """Return one line a quantity and a line of totals."""
    lines = [
        f"{one.origin}:{one.origin.column}: {one.status:<9} {one.text}{_backed(one)}"
        for one in listed
    ]
    counts = Counter(one.status for one in listed)
    totals = "，".join(f"{status} {counts[status]}" for status in STATUSES)
    return "\n".join([*map(one_line, lines), f"共 {len(listed)} 处：{totals}"])


def _backed(one: Accounted) -> str:
    if one.number is None:
        return f"  （{one.why}）" if one.why else ""
    return f"  ← {in_a_list(one.number)}"


def as_json(listed: Sequence[Accounted]) -> str:
    """Return the quantities in the JSON that design and editors rely on."""
    return to_json({"quantities": [_plain(one) for one in listed]})


def _plain(one: Accounted) -> dict[str, object]:
    origin, number, quantity = one.origin, one.number, one.quantity
    value = quantity.value if quantity else None
    return {
        "path": origin.path,
        "line": origin.line,
        "column": origin.column,
        "text": one.text,
        "value": [str(end) for end in value] if isinstance(value, tuple) else _digits(value),
        "unit": quantity.unit if quantity else "",
        "status": one.status,
        "number": number.id if number else None,
        "cite": number.cite if number else None,
        "at": number.at if number else None,
        "why": one.why,
    }


def _digits(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
