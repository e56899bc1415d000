"""The evidence: every number with its source, how far it is verified, and what uses it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chapterkit.manuscript.book import Book
from chapterkit.manuscript.lock import value_of
from chapterkit.numbers.cards import Card, cards, state_for_readers, status_for_readers
from chapterkit.text.document import OPAQUE, Block, Document
from chapterkit.text.placed import exhibit_of


@dataclass(frozen=True)
class Use:
    """A place that uses a number: a sentence, or an exhibit by its number and caption."""

    text: str
    is_exhibit: bool = False


@dataclass(frozen=True)
class Evidence:
    """One number, each of its fields as it is printed, empty for what there is none of.

    `state` is how far it is verified, `when_verified` the day, `found` where in the source;
    `computed` what it was computed as, `leads_to` the numbers in use that are computed from it.
    """

    id: str
    measures: str
    condition: str
    text: str
    value: str
    unit: str
    printed: str
    computed: str
    cite: str
    source: str
    locator: str
    status: str
    state: str
    when_verified: str
    found: str
    note: str
    uses: tuple[Use, ...]
    leads_to: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The numbers of one record: its identifier, and what it is called in print."""

    slug: str
    label: str
    title: str
    numbers: tuple[Evidence, ...]

    @property
    def named(self) -> str:
        """The record with its number and title: 实验 7.1 换规则."""
        return f"{self.label} {self.title}".strip()


def evidence_of(book: Book, documents: Sequence[Document]) -> tuple[Group, ...]:
    """Return the numbers of the records that these documents place, and all others they show.

    They stand in the order of the book.
    """
    uses = _uses(documents)
    here = {one.counting.chapter for one in documents}
    placed = [slug for one in book.chapters if one.slug in here for slug in one.records]
    known = cards(book)
    shown = [id for id in book.ledger if id in uses]
    homes = dict.fromkeys([*placed, *(_home(id) for id in shown)])
    leads = _leads(book, shown)
    groups = (_group(slug, known, book, uses, leads) for slug in homes)
    return tuple(one for one in groups if one.numbers)


def _home(id: str) -> str:
    return id.rpartition(".")[0]


def _group(
    slug: str,
    known: Mapping[str, Card],
    book: Book,
    uses: Mapping[str, Sequence[Use]],
    leads: Mapping[str, Sequence[str]],
) -> Group:
    record = book.records.get(slug)
    numbers = [
        _evidence(known[one.id], tuple(uses.get(one.id, ())), tuple(leads.get(one.id, ())))
        for one in book.ledger.by_record.get(slug, ())
        if one.id in uses or not one.computed
    ]
    label = book.label_of(slug) if slug in book.homes else ""
    return Group(slug, label, record.model.title if record else slug, tuple(numbers))


def _leads(book: Book, shown: Iterable[str]) -> dict[str, list[str]]:
    """Return, for each number, those of the shown ones that are computed from it."""
    found: dict[str, list[str]] = {}
    for id in shown:
        number = book.ledger[id]
        for name in number.operands:
            found.setdefault(book.ledger.sibling(number, name).id, []).append(id)
    return found


def _evidence(card: Card, uses: tuple[Use, ...], leads_to: tuple[str, ...]) -> Evidence:
    number, model = card.number, card.number.model
    wording = number.wording
    compared = card.entry is not None and card.state in {"verified", "elsewhere", "not-found"}
    return Evidence(
        id=number.id,
        measures=number.of,
        condition=number.when or "",
        text=number.text,
        value=value_of(number).partition("（")[0].replace("～", wording.range),
        unit=number.unit,
        printed=model.printed or "",
        computed=model.derived or "",
        cite=number.cite,
        source=card.source.named(wording) if card.source else "",
        locator=number.at or "",
        status=status_for_readers(number),
        state=state_for_readers(card, of_evidence=True),
        when_verified=card.entry.date if card.entry and compared else "",
        found=card.entry.where if card.entry and compared else "",
        note=model.note or "",
        uses=uses,
        leads_to=leads_to,
    )


# --- what uses a number


def _uses(documents: Iterable[Document]) -> dict[str, list[Use]]:
    """Return what uses each number, by its id, each sentence and exhibit once."""
    found: dict[str, dict[Use, None]] = {}
    for document in documents:
        names = {one.identifier: f"{one.label} {one.title}".strip() for one in document.things}
        for block in document.blocks:
            for id, use in _uses_in(block, names):
                found.setdefault(id, {})[use] = None
    return {id: list(uses) for id, uses in found.items()}


def _uses_in(block: Block, names: Mapping[str, str]) -> Iterator[tuple[str, Use]]:
    numbers = list(block.numbers())
    if not numbers:
        return
    exhibit = exhibit_of(block)
    whole = block.masked("Cite", "Note")
    for inline in numbers:
        if exhibit:
            yield inline.number, Use(names.get(exhibit, exhibit), is_exhibit=True)
            continue
        start, end = block.sentence(inline.start)
        yield inline.number, Use(" ".join(whole[start:end].replace(OPAQUE, "").split()))
