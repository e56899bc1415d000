"""A book as it would stand in its files, had it been written for a region. Pure.

What is told of numbers, exhibits and records in print is not in the text that is converted: cards,
drawings and the evidence are made of the book itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from chapterkit.han import has_han
from chapterkit.manuscript.book import Book, Chapter
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.exhibited import Cell, Exhibit, Row
from chapterkit.manuscript.exhibits import ExhibitModel
from chapterkit.manuscript.ledger import Ledger, Number
from chapterkit.manuscript.lock import Entry, sealed
from chapterkit.manuscript.plan import Planned
from chapterkit.text.regional import Regional

Say = Callable[[str], str]
Model = TypeVar("Model", bound=BaseModel)


def book_in(book: Book, regional: Regional) -> Book:
    """Return a book whose settings, chapters, records, numbers and exhibits are a region's.

    Keys, names and what sources themselves print stay; the lock still speaks of the numbers of
    which it spoke.
    """
    say = regional.text
    config = _config_in(book.config, regional)
    plan = {one.slug: one for one in config.plan}
    numbers = {id: _number_in(one, config, say) for id, one in book.ledger.items()}
    lock = (
        None
        if book.lock is None
        else {
            id: _entry_in(one, book.ledger.get(id), numbers, say) for id, one in book.lock.items()
        }
    )
    return replace(
        book,
        config=config,
        chapters=tuple(_named(one, plan[one.slug], regional) for one in book.chapters),
        records={
            slug: replace(one, model=_said(one.model, ("title",), say))
            for slug, one in book.records.items()
        },
        ledger=Ledger(numbers, book.ledger.units),
        lock=lock,
        exhibits={id: _exhibit_in(one, config, say) for id, one in book.exhibits.items()},
    )


_TOLD = (
    "title",
    "subtitle",
    "author",
    "series",
    "publisher",
    "edition",
    "price",
    "rights",
    "description",
)


def _config_in(config: Config, regional: Regional) -> Config:
    say = regional.text
    told: dict[str, Any] = {name: say(getattr(config, name)) for name in _TOLD}
    return replace(
        config,
        language=regional.region.tag,
        authors=tuple(
            replace(one, name=say(one.name), role=say(one.role)) for one in config.authors
        ),
        kinds={name: replace(kind, label=say(kind.label)) for name, kind in config.kinds.items()},
        words={name: say(word) for name, word in config.words.items()},
        **told,
    )


def _named(chapter: Chapter, planned: Planned, regional: Regional) -> Chapter:
    part = planned.part and replace(planned.part, title=regional.text(planned.part.title))
    return replace(chapter, label=planned.label, part=part)


# --- numbers

_OF_A_NUMBER = ("of", "when", "unit", "at", "note")


def _number_in(number: Number, config: Config, say: Say) -> Number:
    return replace(number, model=_said(number.model, _OF_A_NUMBER, say), wording=config.wording)


def _entry_in(
    entry: Entry, number: Number | None, numbers: Mapping[str, Number], say: Say
) -> Entry:
    """Return an entry of the lock: one that spoke of its number speaks of that in the region."""
    if number is None or not entry.speaks_of(number):
        return entry
    made = numbers[number.id]
    return sealed(replace(entry, unit=made.unit, at=made.at or "", where=say(entry.where)))


def _said(model: Model, names: tuple[str, ...], say: Say) -> Model:
    """Return a model some of whose texts are converted."""
    texts = {name: getattr(model, name) for name in names}
    return model.model_copy(update={name: say(one) for name, one in texts.items() if one})


# --- exhibits


def _exhibit_in(exhibit: Exhibit, config: Config, say: Say) -> Exhibit:
    def number(one: Number) -> Number:
        return _number_in(one, config, say)

    def cell(one: Cell) -> Cell:
        return replace(
            one,
            parts=tuple(
                number(part) if isinstance(part, Number) else say(part) for part in one.parts
            ),
            low=one.low and number(one.low),
            high=one.high and number(one.high),
        )

    def row(one: Row) -> Row:
        cells = tuple(map(cell, one.cells))
        return replace(one, name=say(one.name), group=say(one.group), cells=cells)

    return replace(
        exhibit,
        model=_words_in(exhibit.model, say),
        columns=tuple(
            replace(one, name=say(one.name), group=say(one.group)) for one in exhibit.columns
        ),
        rows=tuple(map(row, exhibit.rows)),
        texts={name: number(one) for name, one in exhibit.texts.items()},
        whole=exhibit.whole and number(exhibit.whole),
    )


def _words_in(value: Any, say: Say) -> Any:
    """Return what a file says of an exhibit, its words converted: names and keys are not of Han."""
    match value:
        case str():
            return say(value) if has_han(value) else value
        case tuple():
            return tuple(_words_in(one, say) for one in value)
        case dict():
            return {_words_in(name, say): _words_in(one, say) for name, one in value.items()}
        case BaseModel():
            held = {name: getattr(value, name) for name in type(value).model_fields}
            held.pop("sources", None)
            return value.model_copy(
                update={name: _words_in(one, say) for name, one in held.items()}
            )
    return value


def words_of(model: ExhibitModel) -> list[str]:
    """Return the words that a file says of an exhibit, in the same order for every language."""
    found: list[str] = []

    def say(word: str) -> str:
        found.append(word)
        return word

    _words_in(model, say)
    return found
