"""From prose to where a name was written down: pure."""

from __future__ import annotations

from chapterkit.errors import Origin
from chapterkit.lsp.marked import NOTHING, Things
from chapterkit.lsp.places import Place
from chapterkit.manuscript.book import Book


def definitions(  # noqa: PLR0911 (one for each kind)
    book: Book, place: Place, things: Things = NOTHING
) -> list[Origin]:
    """Return where a name is defined: a number's line in its record, an entry of refs.bib,
    an experiment's record and template, where a thing has its identifier; nothing for a name that
    is not known.
    """
    name = place.name
    match place.kind:
        case "number" if name in book.ledger:
            slug, _, own = name.rpartition(".")
            record = book.records.get(slug)
            return [record.origin("numbers", own) if record else book.ledger[name].origin]
        case "citation" if name in book.bibliography:
            return [book.bibliography[name].origin]
        case "thing" if name in things:
            return [things[name].origin]
        case "exhibit" if name in book.exhibits:
            return [book.exhibits[name].origin()]
        case "template" if name in book.templates:
            return [Origin(f"templates/{name}")]
        case "experiment" if name in book.records:
            template = f"experiments/{name}.md.j2"
            own_template = [Origin(f"templates/{template}")] if template in book.templates else []
            return [book.records[name].origin("title"), *own_template]
    return []
