"""What a build reports of a chapter: lengths, numbers, coverage, accepted exceptions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from unicodedata import east_asian_width

from chapterkit.manuscript.book import Book, once
from chapterkit.manuscript.lock import coverage, lock_state, unseen_sources
from chapterkit.manuscript.states import State
from chapterkit.numbers.consistency import contradictions
from chapterkit.showing import one_line
from chapterkit.text.counting import Section, sections
from chapterkit.text.document import Document
from chapterkit.text.placed import placed_in


def summary_text(document: Document, book: Book) -> str:
    """Return a line for each section, one of coverage, one for each source not looked at yet, and
    one for each accepted exception.
    """
    states = states_in(book)
    lines = list(_section_lines(list(sections(document, book.records)), book, states))
    if book.lock is None:
        lines.append(f"{len(book.ledger.recorded)} 个数还没有与原文核对过（chapterkit verify）。")
    else:
        lines += _covered(book)
    if written := _written(document, book):
        lines.append(f"替代文字由工具按数据写成：{'、'.join(written)}（要自己写，用 alt:）。")
    lines += [f"接受的出入：{sentence}" for sentence in _accepted(book)]
    return "\n".join(map(one_line, lines))


def _written(document: Document, book: Book) -> list[str]:
    """Return the drawings of a document whose alternative text the author has not written."""
    placed = (book.exhibits[id] for id in placed_in(document, book))
    return [one.id for one in placed if one.kind != "table" and not one.alternative]


def _section_lines(parts: list[Section], book: Book, states: Mapping[str, State]) -> Iterator[str]:
    width = max((_width(part.title) for part in parts), default=0)
    for part in parts:
        verified = sum(states.get(number) == "verified" for number in part.numbers)
        numbers = f"，{len(part.numbers)} 个数，核对过 {verified} 个" if part.numbers else ""
        gap = " " * (width - _width(part.title))
        yield f"{part.title}{gap}  {part.characters:5} 字，{len(part.paragraphs):2} 段{numbers}"
    total = sum(part.characters for part in parts)
    in_experiments = sum(part.characters for part in parts if part.slug in book.records)
    kinds = "、".join(book.config.kind_labels.values())
    spaced = f" {kinds}" if kinds[0].isascii() else kinds
    yield f"全章 {total} 字，其中{spaced} {in_experiments} 字，理论 {total - in_experiments} 字。"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


@once
def states_in(book: Book) -> Mapping[str, State]:
    """Return the state of each number of a book by its lock alone."""
    return lock_state(book.ledger, book.lock or {})


@once
def _covered(book: Book) -> list[str]:
    lock = book.lock or {}
    unseen = unseen_sources(book.ledger.recorded, lock)
    return [
        coverage(book.ledger.recorded, states_in(book)).line,
        *(f"{cite} 的 {count} 个数还没有与原文核对过。" for cite, count in unseen.items()),
    ]


@once
def _accepted(book: Book) -> list[str]:
    return [
        f"{sentence}（{number.model.note}）"
        for number in book.ledger.values()
        if number.model.note
        for sentence in contradictions(number, book.ledger)
    ]
