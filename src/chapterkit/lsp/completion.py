"""What may be typed at a place: numbers, citation keys, identifiers, names of rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from chapterkit.lint import all_rules
from chapterkit.lsp.hover import exhibit_text, experiment_text, source_text
from chapterkit.lsp.marked import NOTHING, Things, thing_text
from chapterkit.lsp.places import RECORD, Kind, own_slug, record_calls
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.exhibited import IN_WORDS
from chapterkit.manuscript.ledger import Number
from chapterkit.numbers.cards import card, for_authors, in_a_choice
from chapterkit.showing import in_markdown


@dataclass(frozen=True)
class Candidate:
    """One name that may be typed, in a word what it is, and all that is known of it."""

    name: str
    kind: Kind
    detail: str
    text: str


@dataclass(frozen=True)
class Candidates:
    """The names that may stand at a place; what has been typed of one begins at `start`."""

    start: int
    names: tuple[Candidate, ...] = ()


def _own_numbers(book: Book, slug: str | None) -> Iterator[Candidate]:
    for number in book.ledger.recorded:
        if number.id.rpartition(".")[0] == slug:
            yield _number(book, number, number.id.rpartition(".")[2])


def _numbers(book: Book, slug: str | None) -> Iterator[Candidate]:
    """Yield all numbers, those of the experiment that the file belongs to first."""
    known = book.ledger.recorded
    for number in sorted(known, key=lambda one: one.id.rpartition(".")[0] != slug):
        yield _number(book, number, number.id)


def _number(book: Book, number: Number, name: str) -> Candidate:
    known = for_authors(card(book, number.id))
    return Candidate(name, "number", in_a_choice(number), known)


def _sources(book: Book, _: str | None) -> Iterator[Candidate]:
    for key, source in book.bibliography.items():
        yield Candidate(key, "citation", source.short, source_text(source))


def _experiments(book: Book, _: str | None) -> Iterator[Candidate]:
    for slug, record in book.records.items():
        yield Candidate(slug, "experiment", record.model.title, experiment_text(book, record))


def _things(things: Things) -> Iterator[Candidate]:
    for identifier, one in things.items():
        yield Candidate(identifier, "thing", one.name, thing_text(one))


def _exhibits(book: Book, kind: str) -> Iterator[Candidate]:
    for id, exhibit in book.exhibits.items():
        if exhibit.kind == kind:
            yield Candidate(id, "exhibit", exhibit.model.caption, exhibit_text(exhibit))


def _rules(book: Book, _: str | None) -> Iterator[Candidate]:
    for rule in all_rules().values():
        yield Candidate(rule.name, "rule", rule.severity, in_markdown(rule.summary))


Offer = Callable[[Book, str | None], Iterator[Candidate]]

_TAG = r"\{[\{%](?:(?!\}\}|%\}).)*"
_IN_PROSE: tuple[tuple[re.Pattern[str], Offer], ...] = (
    (re.compile(rf"{_TAG}(?<![\w.])n\.(\w*)$"), _own_numbers),
    (re.compile(rf"""{_TAG}\bn\(\s*["']([\w.-]*)$"""), _numbers),
    (re.compile(rf"""{_TAG}\bcite\(\s*["']([^"'\s]*)$"""), _sources),
    (re.compile(r"\[(?:[^\[\]]*[\s;；-])?@\{?([\w:.#$%&+?<>~/-]*)$"), _sources),
    (re.compile(r"<!--\s*chapterkit\s*[:：]?\s*allow\s+(?:[\w-]+\s*[,，、]\s*)*([\w-]*)$"), _rules),
)
_IN_RECORD: tuple[tuple[re.Pattern[str], Offer], ...] = (
    (re.compile(r"""\b(?:cite:\s*|sources:\s*\[(?:[^\]]*,)?\s*)["']?([\w:.-]*)$"""), _sources),
    (re.compile(r"\b(?:rests_on|change_of):\s*\[(?:[^\]]*,)?\s*(\w*)$"), _own_numbers),
    (re.compile(r"\b(?:count|of_total):\s*(\w*)$"), _own_numbers),
    (re.compile(r"\bto:\s*([\w-]*)$"), _experiments),
)
# No name is begun further back in a line than this.
_REACH = 500


_CALLED = re.compile(rf"""{_TAG}\b([a-z]\w*)\(\s*["']([\w.:-]*)$""")
_LINKED = re.compile(r"\]\(<?#([\w.:-]*)$")


def _marked(book: Book, reached: str, things: Things) -> tuple[int, Iterator[Candidate]] | None:
    """Return what a call that places something, `ref()` or a link may name, and where it begins."""
    records = _experiments(book, None)
    if (found := _CALLED.search(reached)) and found[1] in record_calls(book):
        return found.start(2), records
    if found and found[1] in IN_WORDS:
        return found.start(2), _exhibits(book, found[1])
    anything = chain(records, _things(things))
    if found and found[1] == "ref":
        return found.start(2), anything
    linked = _LINKED.search(reached)
    return (linked.start(1), anything) if linked else None


def candidates(book: Book, path: str, before: str, things: Things = NOTHING) -> Candidates:
    """Return what may be typed behind `before`, the part of the line before the cursor.

    `path` is the file's, relative to the book: in its own template an experiment's numbers are
    n.NAME, and a record names its sources and numbers without quotes. `things` are what the
    book's chapters have that can be referred to.
    """
    reached = before[-_REACH:]
    is_record = RECORD.fullmatch(path) is not None
    if not is_record and (named := _marked(book, reached, things)):
        return Candidates(len(before) - len(reached) + named[0] + 1, tuple(named[1]))
    for pattern, offer in _IN_RECORD if is_record else _IN_PROSE:
        if found := pattern.search(reached):
            start = len(before) - len(reached) + found.start(1) + 1
            return Candidates(start, tuple(offer(book, own_slug(path))))
    return Candidates(len(before) + 1)
