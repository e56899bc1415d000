"""Which experiment has to do with which, as a list and as a drawing; verification, as a chart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from chapterkit.drawing import (
    Category,
    Chart,
    DrawingError,
    Edge,
    Flow,
    Node,
    Point,
    Series,
    chart_svg,
    flow_svg,
)
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.drawn import ROUGH
from chapterkit.text.document import Document
from chapterkit.text.tree import chapter_heading, inlines_of, title_text

WIDTH = 330
"""How wide a drawing is: a panel at the side, or a phone."""
_LOOK = replace(ROUGH, width=WIDTH)


@dataclass(frozen=True)
class Tie:
    """What one experiment has to do with another.

    It refers to it (`how` is what its record says of that), shows `numbers` of it, or both rest on
    the same `sources`, which is told of the one that stands first.
    """

    start: str
    end: str
    refers: bool = False
    how: str = ""
    numbers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def ties_of(book: Book, records: Sequence[str], documents: Iterable[Document]) -> list[Tie]:
    """Return what these experiments have to do with each other, in their order."""
    known = set(records)
    refers: dict[tuple[str, str], str] = {}
    for slug in records:
        for one in book.records[slug].model.relations:
            refers[slug, one.to] = one.how
    numbers: dict[tuple[str, str], dict[str, None]] = {}
    for document in documents:
        for slug, target, number in _named(document, known):
            if not slug:
                continue
            if number:
                numbers.setdefault((slug, target), {})[number] = None
            else:
                refers.setdefault((slug, target), "")
    shared = {
        (one, other): both
        for one, other in combinations(records, 2)
        if (both := _shared(book, one, other))
    }
    pairs = dict.fromkeys([*refers, *numbers, *shared])
    found = [
        Tie(
            *pair, pair in refers, refers.get(pair, ""), tuple(numbers.get(pair, ())),
            shared.get(pair, ()),
        )
        for pair in pairs
        if known.issuperset(pair) and pair[0] != pair[1]
    ]  # fmt: skip
    place = {slug: at for at, slug in enumerate(records)}
    return sorted(found, key=lambda one: (place[one.start], place[one.end]))


@dataclass(frozen=True)
class Lead:
    """Another chapter that names an experiment of this one (`inward`), or places one named here.

    `numbers` are those of the experiment named that are shown.
    """

    chapter: str
    label: str
    record: str
    inward: bool
    numbers: tuple[str, ...] = ()


def leads_of(book: Book, own: str, documents: Mapping[str, Document]) -> list[Lead]:
    """Return which other chapters have to do with the experiments of a chapter, in their order.

    `documents` are those of all chapters, by slug.
    """
    homes = {slug: one.slug for slug, one in book.homes.items()}
    found: dict[tuple[str, str, bool], dict[str, None]] = {}
    for chapter, document in documents.items():
        for here, target, number in _named(document, homes.keys()):
            home = homes.get(target)
            if chapter != own and home == own:
                key = chapter, target, True
            elif chapter == own and here and home not in {own, None}:
                key = str(home), here, False
            else:
                continue
            found.setdefault(key, {}).update({number: None} if number else {})
    labels = {slug: book.chapter(slug).label or _title(one) for slug, one in documents.items()}
    return [
        Lead(chapter, labels.get(chapter, chapter), record, inward, tuple(numbers))
        for (chapter, record, inward), numbers in found.items()
    ]


def _title(document: Document) -> str:
    heading = chapter_heading(document.tree)
    return title_text(inlines_of(heading)) if heading else ""


def _shared(book: Book, one: str, other: str) -> tuple[str, ...]:
    theirs = set(book.records[other].model.sources)
    return tuple(key for key in book.records[one].model.sources if key in theirs)


def _named(document: Document, known: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Yield which experiment names which, and the number of it that it shows, if it shows one.

    The first is empty where the chapter's own text does.
    """
    here, level = "", 0
    for block in document.blocks:
        if block.kind == "Header" and (block.identifier in known or block.level <= level):
            here, level = (block.identifier or "", block.level)
            here = here if here in known else ""
        for inline in block.inlines:
            if inline.kind == "Reference":
                yield here, inline.target.removeprefix("#"), ""
            elif inline.kind == "Number":
                yield here, inline.number.rpartition(".")[0], inline.number


def map_svg(
    book: Book, records: Sequence[str], ties: Iterable[Tie], leads: Sequence[Lead] = ()
) -> str:
    """Return experiments as boxes that are links, with arrows; empty if they cannot be drawn.

    An arrow leads to what is referred to, or of which numbers are shown; a dashed line joins those
    that have only a source in common. Other chapters stand round them, if there are not too many.
    """
    others = {one.chapter: one.label for one in leads}
    leads = leads if len(others) <= _MOST_CHAPTERS else ()
    nodes = tuple(
        Node(slug, _short(book, slug), title=book.records[slug].model.title, address=f"#{slug}")
        for slug in records
    )
    nodes += tuple(Node(_box(slug), label, kind="data") for slug, label in others.items() if leads)
    arrows = {(one.start, one.end) for one in ties if one.refers or one.numbers}
    place = {slug: at for at, slug in enumerate(records)}
    edges = [
        Edge(start, end, mutual=(end, start) in arrows)
        for start, end in sorted(arrows, key=lambda one: (place[one[0]], place[one[1]]))
        if (end, start) not in arrows or place[start] < place[end]
    ]
    edges += [
        Edge(one.start, one.end, dashed=True, mutual=True)
        for one in ties
        if one.sources and not {(one.start, one.end), (one.end, one.start)} & arrows
    ]
    ways = {_way(one): one.inward for one in leads}
    both = {way for way in ways if len({one.inward for one in leads if _way(one) == way}) == 2}
    edges += [
        Edge(*(way if inward else way[::-1]), mutual=way in both) for way, inward in ways.items()
    ]
    if not edges:
        return ""
    try:
        return flow_svg(
            Flow(nodes, tuple(edges), f"{'、'.join(book.config.kind_labels.values())}之间的关系"),
            _LOOK,
            id="map",
        )
    except DrawingError:
        return ""


_MOST_CHAPTERS = 6


def _box(chapter: str) -> str:
    return f"chapter-{chapter}"


def _way(lead: Lead) -> tuple[str, str]:
    return _box(lead.chapter), lead.record


def _short(book: Book, slug: str) -> str:
    return book.label_of(slug) or book.records[slug].model.title


def coverage_svg(rows: Sequence[Mapping[str, object]]) -> str:
    """Return how many numbers there were and were verified, the oldest first; "" if that is little.

    A row has `date`, `verified` and `total`.
    """
    if len(rows) < 2:
        return ""
    series = tuple(
        Series(words, tuple(_point(row, name, words) for row in rows))
        for name, words in (("total", "全部"), ("verified", "核对过"))
    )
    places = tuple(Category(str(row["date"])[-5:].replace("-", ".")) for row in rows)
    chart = Chart("lines", places, series, "核对过的数，一次次提交", unit="个", from_zero=True)
    try:
        return chart_svg(chart, _LOOK, id="coverage")
    except DrawingError:
        return ""


def _point(row: Mapping[str, object], name: str, words: str) -> Point:
    value = str(row[name])
    return Point(Decimal(value), value, f"{row['date']} {row['commit']}：{words} {value} 个")
