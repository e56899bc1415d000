"""What a number is, told once for every place that shows it: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chapterkit.errors import Origin
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.lock import Entry, lock_state
from chapterkit.manuscript.states import (
    COMPUTED_FOR_AUTHORS,
    COMPUTED_STATE_FOR_AUTHORS,
    STATE_FOR_AUTHORS,
    STATUS_FOR_AUTHORS,
    UNPLACED,
    VERIFIED_FOR_AUTHORS,
    State,
)
from chapterkit.showing import code_in_markdown, in_markdown
from chapterkit.text.document import Document

if TYPE_CHECKING:
    from chapterkit.manuscript.bibliography import Source
    from chapterkit.manuscript.records import Record


@dataclass(frozen=True)
class Card:
    """All that is known of one number.

    `record` is None outside a book, `source` if the bibliography does not know it, `entry` if the
    lock does not. `state` is what the lock alone says; `uses` are the places in the prose that
    show the number, empty if no document was asked.
    """

    number: Number
    record: Record | None
    source: Source | None
    entry: Entry | None
    uses: tuple[Origin, ...]
    state: State


def card(book: Book, id: str, documents: Iterable[Document] = ()) -> Card:
    """Return the card of one number, its uses looked for in the documents.

    Raises ChapterkitError, with the nearest name as hint, if there is no such number.
    """
    return _card(book, book.ledger.find(id), _uses(documents).get(id, ()))


def cards(book: Book, documents: Iterable[Document] = ()) -> Mapping[str, Card]:
    """Return the card of every number by its id; its uses looked for in the documents."""
    return _Cards(book, _uses(documents))


class _Cards(Mapping[str, Card]):
    """The cards of a book's numbers, each made when it is asked for."""

    def __init__(self, book: Book, uses: Mapping[str, Sequence[Origin]]) -> None:
        self.book, self.uses = book, uses

    def __getitem__(self, id: str) -> Card:
        return _card(self.book, self.book.ledger[id], self.uses.get(id, ()))

    def __iter__(self) -> Iterator[str]:
        return iter(self.book.ledger)

    def __len__(self) -> int:
        return len(self.book.ledger)


def _card(book: Book, number: Number, uses: Sequence[Origin]) -> Card:
    entry = (book.lock or {}).get(number.id)
    return Card(
        number,
        book.records.get(number.id.rpartition(".")[0]),
        book.bibliography.get(number.cite),
        entry,
        tuple(uses),
        _state(book, number),
    )


def _state(book: Book, number: Number) -> State:
    """Return what the lock says of a number: of its parts, if it was computed for an exhibit."""
    parts = [book.ledger.sibling(number, name) for name in number.operands]
    return lock_state({one.id: one for one in (number, *parts)}, book.lock or {})[number.id]


def _uses(documents: Iterable[Document]) -> Mapping[str, Sequence[Origin]]:
    found: dict[str, list[Origin]] = {}
    for document in documents:
        for block in document.prose.blocks:
            for inline in block.numbers():
                found.setdefault(inline.number, []).append(block.origin(inline.start))
    return found


# --- the wording


def for_readers(card: Card) -> str:
    """Return one line for who reads the book: what the number is and where it comes from."""
    number, derived = card.number, card.number.model.derived
    wording = number.wording
    parts = (
        card.source.named(wording) if card.source else None,
        number.cite,
        number.at,
        wording.status(number.status),
        wording.computed.format(derived=derived) if derived else "",
    )
    source = wording.comma.join(filter(None, parts))
    return wording.provenance.format(
        measured=number.measured, text=number.text, source=source, id=number.id
    )


def for_authors(card: Card) -> str:
    """Return, as Markdown, all that the author wants to know of a number that is pointed at."""
    number, model = card.number, card.number.model
    lines = [
        f"**{in_markdown(number.text)}**{number.wording.spaced}{in_markdown(number.measured)}",
        f"来源：{_source_in_markdown(card)}（{status_for_authors(number)}）",
        f"核对：{state_for_authors(card)}{in_markdown(_when_and_where(card))}",
        f"算式：{code_in_markdown(model.derived)}" if model.derived else "",
        f"原文写作：{in_markdown(model.printed)}" if model.printed else "",
        f"备注：{in_markdown(model.note)}" if model.note else "",
        f"记录：{code_in_markdown(number.id)}，{in_markdown(str(number.origin))}",
    ]
    return "\n\n".join(filter(None, lines))


def is_computed(number: Number) -> bool:
    """Tell whether a number was computed from others, and is not looked for in its source."""
    return number.model.derived is not None and number.model.printed is None


def status_for_authors(number: Number) -> str:
    """Return in words how a number came to be known."""
    if is_computed(number) and number.status == "primary":
        return COMPUTED_FOR_AUTHORS
    return STATUS_FOR_AUTHORS[number.status]


def state_for_authors(card: Card) -> str:
    """Return in words how far a number is verified, and with what it was compared."""
    if is_computed(card.number):
        return COMPUTED_STATE_FOR_AUTHORS[card.state]
    if card.state == "verified":
        return VERIFIED_FOR_AUTHORS[card.number.status]
    if card.state == "elsewhere" and not card.number.is_placed:
        return f"在原文里，但{UNPLACED}"
    return STATE_FOR_AUTHORS[card.state]


def status_for_readers(number: Number) -> str:
    """Return what the book's readers are told of how a number came to be known."""
    wording = number.wording
    first = wording.computed_number if is_computed(number) else wording.first_hand
    return wording.status(number.status) or first


def state_for_readers(card: Card, of_evidence: bool = False) -> str:
    """Return what the book's readers are told of how far a number was compared."""
    wording = card.number.wording
    if is_computed(card.number) and card.state != "stale":
        return wording.computed_verified if card.state == "verified" else wording.computed_open
    if of_evidence:
        return str(getattr(wording, "state_" + card.state.replace("-", "_")))
    return wording.state(card.state)


def in_a_choice(number: Number) -> str:
    """Return what tells a number from others that may be put in: 15.0%　成功率."""
    return f"{number.text}{number.wording.spaced}{number.measured}"


def in_a_list(number: Number) -> str:
    """Return what names a number and its source: demo.rl（chu2025sft，图 6）."""
    return f"{number.id}{_in_parentheses(number)}"


def in_a_report(number: Number) -> str:
    """Return what names a number, its value and its source: demo.rl = 15.0%（chu2025sft，图 6）."""
    return f"{number.id} = {number.text}{_in_parentheses(number)}"


def _in_parentheses(number: Number) -> str:
    return f"（{_joined(number.cite, number.at)}）"


def _source_in_markdown(card: Card) -> str:
    wording = card.number.wording
    short = in_markdown(card.source.named(wording)) if card.source else None
    at = in_markdown(card.number.at or "")
    return _joined(short, code_in_markdown(card.number.cite), at)


# The states in which the source's text was at hand, and what is stated now was looked for in it.
_COMPARED = frozenset[State](["verified", "elsewhere", "not-found"])


def _when_and_where(card: Card) -> str:
    """Return when a number that did not change since was compared, and where it was found."""
    entry = card.entry if card.state in _COMPARED else None
    verified = _joined(entry.date, entry.where) if entry else ""
    return f"（{verified}）" if verified else ""


def _joined(*parts: str | None) -> str:
    return "，".join(filter(None, parts))
