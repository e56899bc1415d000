"""What an editor shows of a name: pure."""

from __future__ import annotations

from contextlib import suppress

from chapterkit.errors import ChapterkitError
from chapterkit.lint import all_rules
from chapterkit.lsp.marked import NOTHING, Things, thing_text
from chapterkit.lsp.places import Place
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.exhibited import IN_WORDS, Exhibit
from chapterkit.manuscript.records import Record
from chapterkit.numbers.cards import card, for_authors
from chapterkit.showing import code_in_markdown, in_markdown
from chapterkit.text.latex import plain_latex


def hover_text(  # noqa: PLR0911 (one for each kind)
    book: Book, place: Place, things: Things = NOTHING
) -> str | None:
    """Return what is known of a name, as Markdown; None if nothing is.

    `things` are what the book's chapters have that can be referred to.
    """
    match place.kind:
        case "number" if place.name in book.ledger:
            return for_authors(card(book, place.name))
        case "citation" if place.name in book.bibliography:
            return source_text(book.bibliography[place.name])
        case "experiment" if place.name in book.records:
            return experiment_text(book, book.records[place.name])
        case "thing" if place.name in things:
            return thing_text(things[place.name])
        case "exhibit" if place.name in book.exhibits:
            return exhibit_text(book.exhibits[place.name])
        case "rule" if place.name in all_rules():
            rule = all_rules()[place.name]
            return f"**{rule.name}**（{rule.severity}）\n\n{in_markdown(rule.summary)}"
    return None


def exhibit_text(exhibit: Exhibit) -> str:
    """Return what an exhibit is, its caption, how many numbers it shows, and its file."""
    heading = f"{IN_WORDS[exhibit.kind]} {exhibit.model.caption}"
    shown = f"{len(exhibit.numbers)} 个数"
    return f"**{in_markdown(heading)}**\n\n{shown}\n\n{code_in_markdown(exhibit.file.path)}"


def source_text(source: Source) -> str:
    """Return authors, title, year and where a source was published."""
    fields = source.fields
    people = source.authors or source.editors
    places = (fields[name] for name in ("journal", "booktitle", "publisher") if name in fields)
    published = next(map(plain_latex, places), fields.get("url", ""))
    title = in_markdown(plain_latex(fields.get("title", "")))
    names = "；".join(map(plain_latex, people))
    details = in_markdown("，".join(filter(None, (names, fields.get("year", ""), published))))
    return "\n\n".join(
        filter(None, (f"**{title}**" if title else "", details, code_in_markdown(source.key)))
    )


def experiment_text(book: Book, record: Record) -> str:
    """Return an experiment's number and title, how many numbers it has, and its files."""
    heading = f"{book.kind_label(record.slug)}（还没有放进任何一章） {record.model.title}"
    with suppress(ChapterkitError):
        heading = f"{book.label_of(record.slug)} {record.model.title}"
    template = f"experiments/{record.slug}.md.j2"
    files = [code_in_markdown(record.file.path)]
    if template in book.templates:
        files.append(code_in_markdown(f"templates/{template}"))
    return f"**{in_markdown(heading)}**\n\n{len(record.model.numbers)} 个数\n\n{'，'.join(files)}"
