"""Every quantity of a document and what backs it: pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from chapterkit.errors import Origin
from chapterkit.manuscript.config import PolicyConfig
from chapterkit.manuscript.ledger import Ledger, Number
from chapterkit.numbers.cards import in_a_list
from chapterkit.numbers.matching import Claim, backing
from chapterkit.numbers.policy import Citations, kind_of
from chapterkit.numbers.saying import Place
from chapterkit.quantities import Exempt, Quantity, Units, explain, find_in_plain, heading_number
from chapterkit.showing import as_json as to_json
from chapterkit.showing import one_line
from chapterkit.text.document import OPAQUE, Block, Document, Inline
from chapterkit.text.placed import was_called
from chapterkit.text.tree import Element, inner_blocks_of, rows_of
from chapterkit.text.tree import kind_of as kind_of_element

STATUSES = ("recorded", "matched", "exempt", "unsourced")


class Accounted(NamedTuple):
    """One quantity of the text.

    `status` is recorded (a recorded number's span), matched (typed, and a cited number backs
    it), exempt (no quantity that needs a record: `why` says by which clause) or unsourced.
    `claim` is the quantity with the text round it. `kind` is what a typed one is to the book's
    policy, `policy` what that asks of it; both are empty for a recorded one, and where nobody asked
    and every number needs a record.
    """

    block: Block
    start: int
    text: str
    status: str
    quantity: Quantity | None
    number: Number | None
    why: str
    kind: str = ""
    policy: str = ""
    claim: Claim | None = None

    @property
    def origin(self) -> Origin:
        """Where it stands in the manuscript."""
        return self.block.origin(self.start)


def accounts(
    document: Document,
    ledger: Ledger,
    names: Sequence[str] = (),
    *,
    exempt: bool = False,
    policy: PolicyConfig = PolicyConfig(),  # noqa: B008 (frozen)
) -> list[Accounted]:
    """Return every quantity of text and headings, in order.

    `names` are phrases that hold a number but are names; numerals that are no quantities by the
    policy are only listed if `exempt` asks for them, and only then are recorded numbers read.
    `policy` says which typed numbers need a record.
    """
    judge = None if policy.is_strict and not exempt else _Judge(policy, document, ledger.units)
    beside = cited_beside(document)
    return [
        one
        for block in document.prose.blocks
        for one in sorted(
            _of_block(
                block,
                ledger,
                ledger.by_source,
                [*names, *_labelled(block, document)],
                exempt,
                judge,
                beside.get(id(block), ()),
            ),
            key=lambda one: one.start,
        )
    ]


class _Judge:
    """What a book's policy asks of typed quantities."""

    def __init__(self, policy: PolicyConfig, document: Document, units: Units) -> None:
        self.policy, self.units = policy, units
        self.citations = Citations(document)

    def judged(self, one: Accounted) -> Accounted:
        """Return a typed quantity with its kind, and exempt where it needs no record."""
        if one.quantity is None or one.quantity.small_count:
            return one
        kind = kind_of(one.quantity, one.block.text, self.units)
        choice = self.policy.of(kind)
        one = one._replace(kind=kind, policy=choice)
        if one.status != "unsourced" or choice == "record":
            return one
        if choice == "free" or self.citations.cover(one.block, one.start):
            return one._replace(status="exempt", why=f"policy {kind}: {choice}")
        return one


def _labelled(block: Block, document: Document) -> Iterator[str]:
    """Yield each record that a block names by a label of the book and a number: 案例 7.4."""
    if labels := document.counting.labels:
        yield from (found[0] for found in _numbered(labels).finditer(block.text))


@cache
def _numbered(labels: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    return re.compile(rf"(?:{words})\s?\d{{1,3}}\.\d{{1,3}}(?!\d|\.\d|\s?{_COUNTED})")


# Behind a number: it counts or measures something.
_COUNTED = "[%％‰万萬亿億千百倍个個例人次户戶名位件年月日天周岁歲元吨噸米克分度成折]"


def _of_block(
    block: Block,
    ledger: Ledger,
    by_source: Mapping[str, Sequence[Number]],
    names: Sequence[str],
    exempt: bool,
    judge: _Judge | None,
    beside: Sequence[str],
) -> Iterator[Accounted]:
    for inline in block.numbers():
        yield _recorded(block, inline, ledger, read=exempt)
    text = typed_text(block, names)
    quantities = quantities_in(text, ledger.units)
    cited = dict.fromkeys([*block.citations(), *beside]) if quantities else {}
    numbers = [number for key in cited for number in by_source.get(key, ())]
    around = places(block, quantities, ledger) if quantities and ledger else ()
    is_called = bool(quantities) and was_called(block)
    for quantity in quantities:
        typed = _typed(block, Claim(quantity, block.text, around), numbers)
        judged = judge.judged(typed) if judge else typed
        yield _in_exhibit(judged, ledger.units) if is_called else judged
    for numeral in explain(text, ledger.units) if exempt else ():
        if numeral.why != "small-count":
            yield _exempt(block, numeral)


def cited_beside(document: Document) -> dict[int, tuple[str, ...]]:
    """Return what is cited for cells of tables elsewhere: in the caption, in the same row.

    The keys are the ids of the blocks.
    """
    found: dict[int, tuple[str, ...]] = {}
    tables: dict[int, tuple[Element, list[Block]]] = {}
    for block in document.blocks:
        if table := next(
            (one for one in block.containers if kind_of_element(one) == "Table"), None
        ):
            tables.setdefault(id(table), (table, []))[1].append(block)
    for table, blocks in tables.values():
        rows = {id(one): place for place, row in enumerate(rows_of(table)) for one in row}
        caption: list[str] = []
        of_rows: dict[int, list[str]] = {}
        for block in blocks:
            place = rows.get(id(block.element), -1)
            (caption if place < 0 else of_rows.setdefault(place, [])).extend(block.citations())
        for block in blocks:
            place = rows.get(id(block.element), -1)
            found[id(block)] = (*caption, *of_rows.get(place, ()))
    return found


# Kinds of typed numbers that need a record in an exhibit, too; the line of sources cites for others
# (每局最多作答 5 次), which are conditions.
_OUTCOMES = frozenset({"result", "share", "money"})


def _in_exhibit(one: Accounted, units: Units) -> Accounted:
    """Return a quantity of an exhibit that was called, exempt where it is a mere condition."""
    if one.status != "unsourced" or one.quantity is None:
        return one
    if _is_inner_cell(one.block):
        return one  # what a cell says is a finding, whatever it counts
    kind, value = kind_of(one.quantity, one.block.text, units), one.quantity.value
    if not one.quantity.unit and isinstance(value, Decimal) and value == value.to_integral_value():
        kind = "step"  # a head that is a mere number: 200
    return one if kind in _OUTCOMES else one._replace(status="exempt", why=f"exhibit {kind}")


def _is_inner_cell(block: Block) -> bool:
    tables = (one for one in block.containers if kind_of_element(one) == "Table")
    return any(cell is block.element for table in tables for cell in inner_blocks_of(table))


def _typed(block: Block, claim: Claim, numbers: Sequence[Number]) -> Accounted:
    quantity = claim.quantity
    start, excerpt = quantity.start, quantity.text
    backed = backing(claim, numbers)
    if backed:
        return Accounted(block, start, excerpt, "matched", quantity, backed[0], "", claim=claim)
    if quantity.small_count:
        return Accounted(
            block, start, excerpt, "exempt", quantity, None, "small-count", claim=claim
        )
    return Accounted(block, start, excerpt, "unsourced", quantity, None, "", claim=claim)


def places(block: Block, quantities: Iterable[Quantity], ledger: Ledger) -> tuple[Place, ...]:
    """Return where the numbers of a block stand, typed and recorded ones, in order."""
    found = [
        Place(part.start, part.end, part.value, part.unit)
        for one in quantities
        for part in (one.parts or (one,))
        if isinstance(part.value, Decimal)
    ]
    for inline in block.numbers():
        number = ledger.get(inline.number)
        if number and isinstance(number.value, Decimal):
            found.append(Place(inline.start, inline.end, number.value, number.unit))
    return tuple(sorted(found, key=lambda one: one.start))


def _recorded(block: Block, inline: Inline, ledger: Ledger, *, read: bool) -> Accounted:
    excerpt = block.text[inline.start : inline.end]
    quantity = next(iter(find_in_plain(excerpt, ledger.units)), None) if read else None
    number = ledger.get(inline.number)
    status, why = ("recorded", "") if number else ("unsourced", "没有这个数")
    return Accounted(block, inline.start, excerpt, status, quantity, number, why)


def _exempt(block: Block, exempt: Exempt) -> Accounted:
    why = f"{exempt.why} {exempt.reason}"
    return Accounted(block, exempt.start, exempt.text, "exempt", None, None, why)


@lru_cache(maxsize=1024)
def quantities_in(text: str, units: Units) -> tuple[Quantity, ...]:
    """Return the quantities of a block's typed text; several rules ask for the same."""
    return tuple(find_in_plain(text, units))


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
        why = one.why or (one.policy and f"policy {one.kind}: {one.policy}")
        return f"  （{why}）" if why else ""
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
        "kind": one.kind or None,
        "policy": one.policy or None,
    }


def _digits(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
