"""What stands under the cursor: a number, a citation, a record, a figure, a rule … Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chapterkit.lint.keys import KEY, cited_key
from chapterkit.manuscript.book import PLACE, Book

Kind = Literal["number", "citation", "experiment", "thing", "exhibit", "rule", "template"]

OWN_TEMPLATE = re.compile(r"templates/experiments/([\w-]+)\.md\.j2")
RECORD = re.compile(r"experiments/([\w-]+)\.yaml")

_TAG = re.compile(r"\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)")
_CALL = re.compile(r"""\b([a-z]\w*)\(\s*(["'])((?:(?!\2).)*)\2""")
_LINK = re.compile(r"\]\(<?#([^)>\s]+)")
_OWN_NUMBER = re.compile(r"(?<![\w.])n\.([A-Za-z_]\w*)")
_TEMPLATE = re.compile(r"""\{%-?\s*(?:extends|include|import|from)\s+(["'])([^"']+)\1""")
_CITED = re.compile(rf"(?<![\w@])-?{KEY.pattern}", re.ASCII)
_ALLOWED = re.compile(r"<!--\s*chapterkit\s*[:：]?\s*allow\s+([\w-]+(?:\s*[,，、]\s*[\w-]+)*)")
_WORD = re.compile(r"[\w-]+(?:[.:][\w-]+)*")
_KINDS: dict[str, Kind] = {
    "n": "number", "cite": "citation", "ref": "thing",
    "table": "exhibit", "chart": "exhibit", "flow": "exhibit",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A name in a line: what it names, and its first column and the one behind its last."""

    kind: Kind
    name: str
    start: int
    end: int


def own_slug(path: str) -> str | None:
    """Return the experiment that a template or record belongs to, None for any other file.

    >>> own_slug("templates/experiments/v-irl.md.j2"), own_slug("experiments/v-irl.yaml")
    ('v-irl', 'v-irl')
    """
    found = OWN_TEMPLATE.fullmatch(path) or RECORD.fullmatch(path)
    return found[1] if found else None


def place_at(book: Book, path: str, line: str, column: int) -> Place | None:
    """Return the name that `column` of a line stands in, or touches the end of."""
    named = _in_record(book, path, line) if RECORD.fullmatch(path) else _in_prose(book, path, line)
    return next((place for place in named if place.start <= column <= place.end), None)


def _in_prose(book: Book, path: str, line: str) -> Iterator[Place]:
    for tag in _TAG.finditer(line):
        yield from _in_tag(book, path, tag)
    for found in _LINK.finditer(line):
        yield _place(_marked(book, found[1]), found, 1)
    for found in _ALLOWED.finditer(line):
        for name in _WORD.finditer(line, *found.span(1)):
            yield Place("rule", name[0], name.start() + 1, name.end() + 1)
    for found in _CITED.finditer(line):
        key = cited_key(found[1], book.bibliography)
        yield Place("citation", key, found.start(1) + 1, found.start(1) + len(key) + 1)


def record_calls(book: Book) -> frozenset[str]:
    """Return what places a record in a chapter: `experiment`, and the names of the book's kinds."""
    return frozenset((PLACE, *book.config.kind_labels))


def _in_tag(book: Book, path: str, tag: re.Match[str]) -> Iterator[Place]:
    line, span = tag.string, tag.span()
    calls = record_calls(book)
    for found in _CALL.finditer(line, *span):
        if kind := "experiment" if found[1] in calls else _KINDS.get(found[1]):
            yield _place(_marked(book, found[3]) if kind == "thing" else kind, found, 3)
    for found in _TEMPLATE.finditer(line, *span):
        yield _place("template", found, 2)
    slug = own_slug(path)
    for found in _OWN_NUMBER.finditer(line, *span) if slug else ():
        yield Place("number", f"{slug}.{found[1]}", found.start() + 1, found.end() + 1)


def _marked(book: Book, identifier: str) -> Kind:
    """Return what a reference points to: a record, or whatever else has an identifier."""
    return "experiment" if identifier in book.records else "thing"


def _place(kind: Kind, found: re.Match[str], group: int) -> Place:
    return Place(kind, found[group], found.start(group) + 1, found.end(group) + 1)


def _in_record(book: Book, path: str, line: str) -> Iterator[Place]:
    """Yield the words of a record's line that name one of its numbers, a source, an experiment."""
    for found in _WORD.finditer(line):
        start, end = found.start() + 1, found.end() + 1
        own = f"{own_slug(path)}.{found[0]}"
        if own in book.ledger:
            yield Place("number", own, start, end)
        elif found[0] in book.bibliography:
            yield Place("citation", found[0], start, end)
        elif found[0] in book.records:
            yield Place("experiment", found[0], start, end)
