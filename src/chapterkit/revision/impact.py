"""What to read again if a number, a source or a word changes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.manuscript.ledger import Ledger
from chapterkit.revision.figures import said_at
from chapterkit.revision.paragraphs import Paragraph, State
from chapterkit.showing import as_json as to_json

Kind = Literal["number", "source", "term"]


@dataclass(frozen=True)
class Touched:
    """A place to read again: a sentence, or what a record says, and why."""

    origin: Origin
    text: str
    why: str
    chapter: str = ""
    section: str = ""


@dataclass(frozen=True)
class Impact:
    """Everything that rests on a number, a source or a word."""

    name: str
    kind: Kind
    places: tuple[Touched, ...]


def impact(state: State, name: str) -> Impact:
    """Return what rests on a name of the book.

    Raises ChapterkitError, with the nearest name as hint, if it is neither a number nor a source
    and stands nowhere in the text.
    """
    book = state.book
    if name in book.ledger:
        return Impact(name, "number", _once((*_of_number(state, name),)))
    if name in book.bibliography:
        return Impact(name, "source", _once((*_of_source(state, name),)))
    if found := _once((*_of_word(state, name),)):
        return Impact(name, "term", found)
    near = nearest(name, [*book.ledger, *book.bibliography, *_terms(state)])
    hint = f"最接近的是 {near}" if near else "给出一个数（slug.名字）、引用键，或正文里的词"
    raise ChapterkitError(f"书里没有 {name}", hint=hint)


def _once(found: tuple[Touched, ...]) -> tuple[Touched, ...]:
    """Return each place once, for the first reason there is."""
    return tuple(
        {(one.origin.path, one.origin.line, one.text): one for one in found[::-1]}.values()
    )[::-1]


def _of_number(state: State, name: str) -> Iterator[Touched]:
    ledger = state.book.ledger
    slug, _, own = name.rpartition(".")
    yield from _showing(state, {name}, "印着它")
    resting = set(resting_on(ledger, name))
    for id in sorted(resting):
        yield Touched(
            ledger[id].origin, f"{id} = {ledger[id].text}", f"由它算出：{_sum(ledger, id)}"
        )
    for id in sorted(resting):
        yield from _showing(state, {id}, f"印着由它算出的 {id}")
    names = {own, *(id.rpartition(".")[2] for id in resting)}
    record = state.book.records.get(slug)
    for place, finding in enumerate(record.model.findings if record else ()):
        if record and names & {*finding.rests_on}:
            yield Touched(record.origin("findings", place), finding.claim, "结论以它为据")


def _sum(ledger: Ledger, id: str) -> str:
    return ledger[id].model.derived or ""


def resting_on(ledger: Ledger, name: str) -> Iterator[str]:
    """Yield the numbers that are computed from one, directly or by way of others."""
    return (id for id in ledger if id != name and name in ledger.beneath([id]))


def _showing(state: State, ids: set[str], why: str) -> Iterator[Touched]:
    for paragraph in state.paragraphs:
        for id, at in paragraph.numbers:
            if id in ids:
                yield _touched(paragraph, at, why + _EXHIBITS.get(paragraph.kind, ""))


_EXHIBITS = {"Table": "（表格）", "Figure": "（图）"}


def _of_source(state: State, key: str) -> Iterator[Touched]:
    for paragraph in state.paragraphs:
        for cited, at in paragraph.citations:
            if cited == key:
                yield _touched(paragraph, at, "引用它")
    ids = {id for id, number in state.book.ledger.items() if number.cite == key}
    for id in sorted(ids):
        number = state.book.ledger[id]
        text = f"{id} = {number.text}" + (f"，{number.at}" if number.at else "")
        yield Touched(number.origin, text, "这个数出自它")
    yield from _showing(state, ids, "印着出自它的数")
    for record in state.book.records.values():
        for place, finding in enumerate(record.model.findings):
            if finding.cite == key:
                yield Touched(record.origin("findings", place), finding.claim, "结论出自它")


def _of_word(state: State, word: str) -> Iterator[Touched]:
    """Yield where a word stands, and what else the terminology calls the same."""
    for said in dict.fromkeys([word, *_same_concept(state, word)]):
        pattern = re.compile(re.escape(said), re.IGNORECASE)
        why = "用了这个词" if said == word else f"用了同一概念的 {said}"
        for paragraph in state.paragraphs:
            for found in pattern.finditer(paragraph.text):
                yield _touched(paragraph, found.start(), why)
        for heading in state.headings:
            if pattern.search(heading.text):
                yield Touched(heading.origin, heading.text, f"标题里{why}", heading.chapter)
    for record in state.book.records.values():
        for place, brief in enumerate(record.model.brief):
            if word in brief.terms:
                yield Touched(record.origin("brief", place), brief.point, "要求里必须出现这个词")


def _same_concept(state: State, word: str) -> Iterator[str]:
    for term in state.book.terms.model.terms if state.book.terms else ():
        names = [one for one in (term.term, term.english, term.abbreviation) if one]
        if word in names:
            yield from names


def _terms(state: State) -> Iterator[str]:
    for term in state.book.terms.model.terms if state.book.terms else ():
        yield term.term


def _touched(paragraph: Paragraph, at: int, why: str) -> Touched:
    said = said_at(paragraph, at)
    section = paragraph.section.text if paragraph.section else ""
    return Touched(said.origin, said.text, why, paragraph.chapter, section)


# --- reports


def as_text(found: Impact) -> str:
    """Return the places, one a line, each with why it is to be read again."""
    what = {"number": "数", "source": "来源", "term": "词"}[found.kind]
    head = f"{found.name}（{what}）若有改动，要重读 {len(found.places)} 处："
    lines = [f"{one.origin}: {one.text}  [{one.why}]" for one in found.places]
    return "\n".join([head, *lines]) if lines else f"{found.name}（{what}）没有用在任何地方。"


def as_json(found: Impact) -> str:
    """Return the same under fixed keys."""
    places = [
        {
            "path": one.origin.path, "line": one.origin.line, "column": one.origin.column,
            "chapter": one.chapter, "section": one.section, "text": one.text, "why": one.why,
        }
        for one in found.places
    ]  # fmt: skip
    return to_json({"name": found.name, "kind": found.kind, "places": places})
