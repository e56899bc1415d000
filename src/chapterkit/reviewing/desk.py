"""What a page tells beside the text, as JSON has it: numbers, problems, sources, lengths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from chapterkit.checking.accepting import Accepted, without_accepted
from chapterkit.errors import Origin
from chapterkit.formats.shared.sheet import Piece
from chapterkit.lint import Problem, all_rules
from chapterkit.lint.allow import allows
from chapterkit.lint.budgets import budgeted
from chapterkit.lint.grounds import parts
from chapterkit.manuscript.book import Book
from chapterkit.numbers.cards import Card, cards, in_a_choice, state_for_authors, status_for_authors
from chapterkit.numbers.verify.clippings import has_pdf
from chapterkit.numbers.verify.texts import is_at_hand
from chapterkit.pipeline import Subject
from chapterkit.reviewing.anchors import Anchors, Spot
from chapterkit.reviewing.commenting import anchored, comments_of
from chapterkit.reviewing.mapping import Tie, leads_of, map_svg, ties_of
from chapterkit.text.addresses import link_address
from chapterkit.text.counting import Section
from chapterkit.text.document import Block, Document
from chapterkit.text.latex import plain_latex
from chapterkit.text.numbering import Thing
from chapterkit.text.tree import attributes_of, kind_of, tree_blocks

Told = dict[str, Any]


@dataclass(frozen=True)
class Used:
    """What shows a number: its name (图 7.3, 实验 7.4 正文), and its id if it is an exhibit."""

    name: str
    exhibit: str = ""


@dataclass(frozen=True)
class Desk:
    """One chapter and what there is to be told of it.

    `keys` are those of its pieces, by their places; `documents` are all that a number may be used
    in, the chapter's own among them; `sources` is where the sources' own texts lie, if anywhere.
    """

    subject: Subject
    document: Document = field(repr=False)
    keys: Sequence[str] = field(repr=False)
    documents: Mapping[str, Document] = field(repr=False)
    anchors: Anchors = field(repr=False)
    sources: Path | None = None

    @property
    def book(self) -> Book:
        """The book."""
        return self.subject.book

    @cached_property
    def numbers(self) -> Mapping[tuple[str, int], str]:
        """The ids of numbers by file and line of their records."""
        ledger = self.book.ledger
        return {(one.origin.path, one.origin.line): id for id, one in ledger.items()}

    @cached_property
    def used(self) -> Mapping[Origin, Used]:
        """What the places that show numbers are called, by those places."""
        found: dict[Origin, Used] = {}
        for document in self.documents.values():
            found |= _used(document, self.book, "" if document is self.document else None)
        return found

    def place(self, spot: Spot | None) -> list[Any] | None:
        """Return a place on the page as JSON has it: key, first and last character, the text."""
        if spot is None or spot.piece >= len(self.keys):
            return None
        return [self.keys[spot.piece], spot.start, spot.end, spot.text]


def desk_of(
    subject: Subject,
    document: Document,
    pieces: Sequence[Piece],
    documents: Mapping[str, Document],
    sources: Path | None = None,
) -> Desk:
    """Return the desk of a chapter whose pieces are these."""
    keys = [one.key for one in pieces[: len(tree_blocks(document.tree))]]
    return Desk(subject, document, keys, documents, Anchors(document), sources)


# --- where things stand


def places(desk: Desk) -> Told:
    """Return file and line of each piece, by its key."""
    return {
        desk.keys[piece]: [origin.path, origin.line]
        for piece, origin in desk.anchors.origins().items()
        if piece < len(desk.keys)
    }


def outline(desk: Desk) -> list[Told]:
    """Return the headings of the chapter with the lengths of their sections, against budget."""
    budgets = {id_of(one): budget for one, budget in budgeted(desk.document, desk.book)}
    sections = {id_of(one): one for one in parts(desk.document, desk.book)}
    rows: list[Told] = []
    for leaf in desk.anchors.leaves:
        block = leaf.block
        if block.kind != "Header" or leaf.piece >= len(desk.keys):
            continue
        row: Told = {
            "key": desk.keys[leaf.piece],
            "id": block.identifier,
            "level": block.level,
            "title": block.text,
        }
        name = id(block)
        if section := sections.get(name):
            row |= _length(section)
        if budget := budgets.get(name):
            row |= {"budget": _budget(budget.characters), "asked": _budget(budget.paragraphs)}
        rows.append(row)
    return rows


def id_of(section: Section) -> int:
    """Return what tells a section's heading from others."""
    return id(section.heading)


def _length(section: Section) -> Told:
    return {"characters": section.characters, "paragraphs": len(section.paragraphs)}


def _budget(bounds: Any) -> list[int] | None:
    return list(bounds) if bounds else None


# --- numbers


def told_cards(desk: Desk) -> dict[str, Told]:
    """Return all that is known of each number that any of the documents shows."""
    found = cards(desk.book, desk.documents.values())
    shown = {id: one for id, one in found.items() if one.uses}
    wanted = dict(shown)
    for one in shown.values():
        wanted |= {id: found[id] for id in _parts(one) if id in found}
    leads = _leads(wanted)
    return {id: told_card(one, desk, leads.get(id, ())) for id, one in wanted.items()}


def _used(document: Document, book: Book, chapter: str | None) -> dict[Origin, Used]:
    """Return what the places of a document that show numbers are called.

    `chapter` stands in front, None for the chapter's own label.
    """
    things = {one.identifier: one for one in document.things}
    before = document.counting.label if chapter is None else chapter
    found: dict[Origin, Used] = {}
    section, level = "正文", 0
    for block in document.blocks:
        if block.kind == "Header":
            record = block.identifier in book.records
            if record or block.level <= level or not level:
                label = things[block.identifier].label if block.identifier in things else ""
                section = f"{label or block.text} 正文" if record else f"“{block.text}”一节"
                level = block.level if record else 0
        exhibit = _exhibit_around(block, things)
        thing = things.get(exhibit)
        name = (thing.label or thing.title or exhibit) if thing else section
        for inline in block.numbers():
            found[block.origin(inline.start)] = Used(f"{before} {name}".strip(), exhibit)
    return found


def _exhibit_around(block: Block, things: Mapping[str, Thing]) -> str:
    """Return the id of the figure or table that a block stands in, empty for none."""
    named = (attributes_of(one).identifier for one in block.containers if kind_of(one) in _BOXES)
    shown = {"figure", "table"}
    return next((id for id in named if id in things and things[id].kind in shown), "")


_BOXES = {"Div", "Figure", "Table"}


def _leads(cards: Mapping[str, Card]) -> Mapping[str, list[str]]:
    """Return, for each number, those that are computed from it."""
    found: dict[str, list[str]] = {}
    for id, one in cards.items():
        for part in _parts(one):
            found.setdefault(part, []).append(id)
    return found


def _parts(card: Card) -> list[str]:
    """Return the ids of the numbers that a derived one is computed from."""
    own = card.number.id.rpartition(".")[0]
    return [one if "." in one else f"{own}.{one}" for one in card.number.operands]


def mark_of(card: Card) -> str:
    """Return how a number is marked: verified, recorded, reported, stale or doubtful."""
    if card.state in {"stale", "not-found", "elsewhere"}:
        return "stale" if card.state == "stale" else "doubtful"
    if card.number.status != "primary":
        return "reported"
    return "verified" if card.state == "verified" else "recorded"


def _said(card: Card) -> str:
    """Return in one line what a number's mark means: where it is from, how far it is verified."""
    if card.number.status == "primary":
        return state_for_authors(card)
    origin = status_for_authors(card.number)
    return f"{_FROM.get(card.number.status, '')}{origin}，{state_for_authors(card)}"


_FROM = {"own-run": "出自"}


def told_card(card: Card, desk: Desk, leads: Iterable[str] = ()) -> Told:
    """Return a number's card as JSON has it; `leads` are the numbers computed from it."""
    number, entry = card.number, card.entry
    compared = entry if entry and card.state not in {"no-source", "stale"} else None
    told: Told = {
        "mark": mark_of(card),
        "kind": number.status,
        "said": _said(card),
        "checked": card.state == "verified",
        "text": number.text,
        "of": number.of,
        "when": number.when or "",
        "measured": number.measured,
        "status": status_for_authors(number),
        "state": state_for_authors(card),
        "date": compared.date if compared else "",
        "where": compared.where if compared else "",
        "near": list(number.model.near),
        "cite": number.cite,
        "pdf": desk.sources is not None and has_pdf(desk.sources, number.cite),
        "source": (source := card.source.named(number.wording) if card.source else ""),
        "place": number.wording.comma.join(filter(None, (source or number.cite, number.at))),
        "url": _address(card),
        "at": number.at or "",
        "derived": number.model.derived or "",
        "parts": {id: _text_of(id, desk.book) for id in _parts(card)},
        "printed": number.model.printed or "",
        "note": number.model.note or "",
        "record": [number.origin.path, number.origin.line],
        "title": card.record.model.title if card.record else "",
        "leads": {id: _text_of(id, desk.book) for id in leads},
        "uses": [_told_use(one, desk) for one in card.uses],
    }
    return {name: value for name, value in told.items() if value}


def _told_use(origin: Origin, desk: Desk) -> list[Any]:
    """Return a place that shows a number: file, line, place on the page, name, exhibit."""
    used = desk.used.get(origin, Used("正文"))
    place = desk.place(desk.anchors.spot_at(origin))
    return [origin.path, origin.line, place, used.name, used.exhibit]


def _text_of(id: str, book: Book) -> str:
    number = book.ledger.get(id)
    return in_a_choice(number) if number else ""


def _address(card: Card) -> str:
    """Return where a source can be read, if its entry says so in a way that may be followed."""
    fields = card.source.fields if card.source else {}
    if doi := fields.get("doi"):
        return link_address(f"https://doi.org/{doi}") or ""
    return (link_address(fields["url"]) or "") if "url" in fields else ""


# --- problems


def told_problems(problems: Sequence[Problem], accepted: Accepted | None, desk: Desk) -> list[Told]:
    """Return problems with their places; those that the baseline accepts say so."""
    subjects = [desk.subject]
    left = without_accepted(problems, accepted, subjects, stale=False) if accepted else problems
    new = Counter(left)
    told: list[Told] = []
    for one in problems:
        is_new = new[one] > 0
        new[one] -= 1
        told.append(told_problem(one, desk) | ({} if is_new else {"accepted": True}))
    return told


def told_problem(problem: Problem, desk: Desk) -> Told:
    """Return a problem as JSON has it."""
    at = problem.origin
    spot = desk.anchors.spot_at(at, problem.end)
    number = desk.numbers.get((at.path, at.line), "")
    return {
        "path": at.path,
        "line": at.line,
        "column": at.column,
        "rule": problem.rule,
        "severity": problem.severity,
        "message": problem.message,
        "hint": problem.hint,
        "mends": bool(problem.edits),
        "place": desk.place(spot),
        "number": number,
    }


def told_rules(names: Iterable[str]) -> dict[str, str]:
    """Return the pages of these rules."""
    rules = all_rules()
    return {name: rules[name].page.strip() for name in sorted(set(names)) if name in rules}


def told_allows(desk: Desk) -> list[Told]:
    """Return the exceptions that the text makes, with their reasons."""
    return [
        {
            "rules": list(one.rules),
            "reason": one.reason,
            "path": one.origin.path,
            "line": one.origin.line,
            "place": desk.place(desk.anchors.spot_at(one.lines[0][0]) if one.lines else None),
        }
        for one in allows(desk.document)
    ]


# --- comments


def told_comments(desk: Desk) -> list[Told]:
    """Return what editors have said of the chapter, with the places of their passages."""
    slug = desk.subject.chapter.slug if desk.subject.chapter else ""
    rows: list[Told] = []
    for one in anchored(comments_of(desk.book, slug), desk.document):
        at = one.origin
        rows.append(
            {
                **{name: getattr(one.comment, name) for name in _TOLD_OF_COMMENTS},
                "replies": [vars(reply) for reply in one.comment.replies],
                "path": at.path if at else one.comment.at.rpartition(":")[0],
                "line": at.line if at else int(one.comment.at.rpartition(":")[2] or 1),
                "place": desk.place(one.leaf.spot(one.start, one.end)) if one.leaf else None,
            }
        )
    return rows


_TOLD_OF_COMMENTS = ("id", "quote", "author", "date", "text", "edited", "resolved")

# --- sources


def told_sources(desk: Desk) -> list[Told]:
    """Return each source with what rests on it, those first on which most does."""
    by_source: dict[str, list[str]] = {}
    ledger = desk.book.ledger
    for id, number in ledger.items():
        by_source.setdefault(number.cite, []).append(id)
    used = {
        key for one in desk.documents.values() for block in one.blocks for key in block.citations()
    }
    verified = {id for id, one in cards(desk.book).items() if one.state == "verified"}
    rows: list[Told] = []
    for key, source in desk.book.bibliography.items():
        numbers = by_source.get(key, [])
        rows.append(
            {
                "key": key,
                "short": source.named(desk.book.config.wording),
                "title": plain_latex(source.fields.get("title", "")),
                "numbers": [[id, ledger[id].text, ledger[id].of] for id in numbers],
                "verified": sum(one in verified for one in numbers),
                "text": desk.sources is not None and is_at_hand(desk.sources, key),
                "used": key in used or bool(numbers),
                "cited": key in used,
                "path": source.origin.path,
                "line": source.origin.line,
            }
        )
    return sorted(rows, key=lambda row: (not row["used"], -len(row["numbers"]), row["key"]))


# --- the whole at a glance


def counts_of(found: Iterable[Card]) -> Told:
    """Return how many of some numbers there are, are verified, and are of which status."""
    known = list(found)
    verified = sum(one.state == "verified" for one in known)
    statuses = Counter(one.number.status for one in known)
    checked = Counter(one.number.status for one in known if one.state == "verified")
    return {"all": len(known), "verified": verified, "statuses": statuses, "checked": checked}


def dashboard(desk: Desk) -> Told:
    """Return how many numbers of each record bear which mark, and what records have in common."""
    found = cards(desk.book)
    placed = list(desk.subject.chapter.records if desk.subject.chapter else ())
    ties = ties_of(desk.book, placed, desk.documents.values())
    own_slug = desk.subject.chapter.slug if desk.subject.chapter else ""
    leads = leads_of(desk.book, own_slug, desk.documents)
    rows = []
    for slug in placed:
        own = [
            one for one in found.values() if one.record and one.record is desk.book.records[slug]
        ]
        rows.append(
            {
                "slug": slug,
                "label": desk.book.label_of(slug),
                "title": desk.book.records[slug].model.title,
                "named": desk.book.config.wording.spaced.join(
                    filter(None, (desk.book.label_of(slug), desk.book.records[slug].model.title))
                ),
                "marks": Counter(mark_of(one) for one in own),
                "counts": counts_of(own),
                "ties": [_told_tie(one, desk.book) for one in ties if one.start == slug],
                "leads": [vars(one) for one in leads if one.record == slug],
            }
        )
    marks = Counter(mark_of(one) for one in found.values())
    return {
        "records": rows,
        "kinds": "、".join(desk.book.config.kind_labels.values()),
        "marks": marks,
        "reported": Counter(
            one.number.status for one in found.values() if mark_of(one) == "reported"
        ),
        "counts": counts_of(found.values()),
        "map": map_svg(desk.book, placed, ties, leads),
    }


def _told_tie(tie: Tie, book: Book) -> Told:
    known, wording = book.bibliography, book.config.wording
    sources = [known[key].named(wording) if key in known else key for key in tie.sources]
    return {
        "to": tie.end, "label": book.label_of(tie.end) or book.records[tie.end].model.title,
        "how": tie.how, "refers": tie.refers, "numbers": tie.numbers, "sources": sources,
    }  # fmt: skip
