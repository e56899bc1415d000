"""What an editor shows of a name: pure."""

from __future__ import annotations

from contextlib import suppress

from chapterkit.errors import ChapterkitError
from chapterkit.lint import all_rules
from chapterkit.lsp.places import Place
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.lock import Entry, lock_state
from chapterkit.manuscript.records import Record
from chapterkit.text.citations import plain_latex

_ORIGINS = {
    "primary": "读过原文",
    "readme": "出自项目说明",
    "secondary": "转引",
    "own-run": "作者自己的运行",
}
_VERIFIED = {
    "verified": "已与原文核对",
    "elsewhere": "在原文里，但不在记录所说的地方",
    "not-found": "在原文里没有找到",
    "stale": "核对之后改过，还没有重新核对",
    "no-source": "还没有与原文核对过",
}


def hover_text(book: Book, place: Place) -> str | None:
    """Return what is known of a name, as Markdown; None if nothing is."""
    match place.kind:
        case "number" if place.name in book.ledger:
            return number_text(book, book.ledger[place.name])
        case "citation" if place.name in book.bibliography:
            return source_text(book.bibliography[place.name])
        case "experiment" if place.name in book.records:
            return experiment_text(book, book.records[place.name])
        case "rule" if place.name in all_rules():
            rule = all_rules()[place.name]
            return f"**{rule.name}**（{rule.severity}）\n\n{rule.summary}"
    return None


def number_text(book: Book, number: Number) -> str:
    """Return value, what it measures, source, place, status, and how far it is verified."""
    cited = book.bibliography.get(number.cite)
    named = cited.short if cited else ""
    source = "，".join(filter(None, (named, f"`{number.cite}`", number.at)))
    lines = [
        f"**{number.text}**　{measured(number)}",
        f"来源：{source}（{_ORIGINS[number.status]}）",
        f"核对：{_verification(book, number)}",
        f"算式：`{number.derived}`" if number.derived else "",
        f"原文写作：{number.printed}" if number.printed else "",
        f"备注：{number.note}" if number.note else "",
        f"记录：`{number.id}`，{number.origin}",
    ]
    return "\n\n".join(filter(None, lines))


def measured(number: Number) -> str:
    """Return what a number measures, and under which condition."""
    return number.of + (f"（{number.when}）" if number.when else "")


def _verification(book: Book, number: Number) -> str:
    lock = book.lock or {}
    state = lock_state({number.id: number}, lock)[number.id]
    entry = lock.get(number.id)
    return _VERIFIED[state] + (_when_and_where(entry) if entry and state != "stale" else "")


def _when_and_where(entry: Entry) -> str:
    told = "，".join(filter(None, (entry.date, entry.where)))
    return f"（{told}）" if told else ""


def source_text(source: Source) -> str:
    """Return authors, title, year and where a source was published."""
    fields = source.fields
    people = source.authors or source.editors
    places = (fields[name] for name in ("journal", "booktitle", "publisher") if name in fields)
    published = next(map(plain_latex, places), fields.get("url", ""))
    title = plain_latex(fields.get("title", ""))
    names = "；".join(map(plain_latex, people))
    told = "，".join(filter(None, (names, fields.get("year", ""), published)))
    return "\n\n".join(filter(None, (f"**{title}**" if title else "", told, f"`{source.key}`")))


def experiment_text(book: Book, record: Record) -> str:
    """Return an experiment's number and title, how many numbers it has, and its files."""
    shown = f"实验（还没有放进任何一章） {record.model.title}"
    with suppress(ChapterkitError):
        shown = f"实验 {book.number_of(record.slug)} {record.model.title}"
    template = f"experiments/{record.slug}.md.j2"
    files = [f"`{record.file.path}`"]
    if template in book.templates:
        files.append(f"`templates/{template}`")
    return f"**{shown}**\n\n{len(record.model.numbers)} 个数\n\n{'，'.join(files)}"
