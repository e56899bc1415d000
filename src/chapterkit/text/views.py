"""The values that templates see: numbers in their dress, texts that know their place. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import Ledger, Number, approximate_text, chinese_text, signed_text
from chapterkit.manuscript.records import Record
from chapterkit.text.origins import check_no_marks


class DataText(str):
    """A text from a record, with its place."""

    origin: Origin

    @classmethod
    def of(cls, text: str, origin: Origin) -> DataText:
        """Return `text` as data written at `origin`."""
        made = cls(text)
        made.origin = origin
        return made


@dataclass(frozen=True)
class Dressed:
    """A recorded number in the dress that a sentence wants; the value never changes."""

    number: Number
    shown: str

    def __str__(self) -> str:
        return self.shown

    def markdown(self) -> str:
        """Return the span that the linter trusts.

        The text is data (a unit may hold anything), so it is escaped.
        """
        return f'[{escape(self.shown)}]{{.number data-number="{self.number.id}"}}'


def dress_signed(dressed: Dressed) -> Dressed:
    """Show the sign also of a positive number: +3.5 个百分点."""
    return replace(dressed, shown=signed_text(dressed.number))


def dress_approx(dressed: Dressed, digits: int = 0) -> Dressed:
    """Round to `digits` decimals and say so: 约 12%."""
    return replace(dressed, shown=approximate_text(dressed.number, digits))


def dress_zh(dressed: Dressed) -> Dressed:
    """Spell the number in Chinese: 十五, 十八条, 百分之十一点五."""
    return replace(dressed, shown=chinese_text(dressed.number))


_SPECIAL = re.compile(r"([\\`*_~^$@\[\]<>#|&{}])")
# What opens a block at the start of a line: a single mark, or an item number before its point.
_LEADING = re.compile(r"^\s*(?:[-+:=%!(]|(?:\d+|[A-Za-z]+)(?=[.)](?:\s|$)))")


def escape(text: str) -> str:
    r"""Return `text` so that pandoc reads it as nothing but text, also at the start of a line.

    >>> print(escape("a*b @c"), escape("1. 年"), escape("- 2 度"))
    a\*b \@c 1\. 年 \- 2 度
    """
    check_no_marks(text)
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))
    if found := _LEADING.match(escaped):
        at = found.end() if found[0][-1].isalnum() else found.end() - 1
        return f"{escaped[:at]}\\{escaped[at:]}"
    return escaped


class Numbers:
    """`n` in templates: `n.gpl_rl` in an experiment's own template, `n("slug.name")` anywhere."""

    def __init__(self, ledger: Ledger, slug: str | None) -> None:
        self._ledger = ledger
        self._slug = slug

    def __call__(self, key: str) -> Dressed:
        """Return the number `slug.name` of any record."""
        number = self._ledger.find(str(key))
        return Dressed(number, number.text)

    def __getattr__(self, name: str) -> Dressed:
        if name.startswith(("__", "jinja_")) or name in {"unsafe_callable", "alters_data"}:
            raise AttributeError(name)  # what Jinja asks of every callable
        if self._slug is None:
            hint = f'写成 n("slug.{name}")，slug 是那个数所在的记录'
            raise ChapterkitError(f"这里不在记录的模板里，n.{name} 不知是哪条记录的数", hint=hint)
        return self(f"{self._slug}.{name}")


@dataclass(frozen=True)
class RecordView:
    """A record as the default template sees it: texts are data with their places.

    `kind_label` is what records of its kind are called in print (实验), `label` that with the
    number (实验 7.4), `number` the number alone; `setup` pairs what
    the book calls each key with the text.
    """

    slug: str
    kind: str
    kind_label: str
    label: str
    number: str
    title: DataText
    setup: tuple[tuple[str, DataText], ...]
    sources: tuple[DataText, ...]
    findings: tuple[FindingView, ...]
    others: tuple[NumberView, ...]
    relations: tuple[RelationView, ...]


@dataclass(frozen=True)
class FindingView:
    """A finding with the numbers it rests on."""

    claim: DataText
    rests_on: tuple[NumberView, ...]
    cite: str
    at: str | None


@dataclass(frozen=True)
class NumberView:
    """A number with what it measures."""

    number: Number
    of: DataText
    when: DataText | None

    @property
    def shown(self) -> Dressed:
        """The number as print shows it."""
        return Dressed(self.number, self.number.text)

    @property
    def cite(self) -> str:
        """The key of its source."""
        return self.number.cite

    @property
    def at(self) -> str | None:
        """Where in its source."""
        return self.number.at

    @property
    def status(self) -> str:
        """How the record came by it."""
        return self.number.status


@dataclass(frozen=True)
class RelationView:
    """A relation to another experiment."""

    to: str
    how: DataText


def record_view(book: Book, record: Record) -> RecordView:
    """Return a record as the default template sees it."""
    model, labels = record.model, book.config.labels
    views = {name: _number_view(book, record, name) for name in model.numbers}
    used = {name for finding in model.findings for name in finding.rests_on}
    return RecordView(
        slug=record.slug,
        kind=book.kind_of(record.slug),
        kind_label=book.kind_label(record.slug),
        label=book.label_of(record.slug),
        number=book.number_of(record.slug),
        title=DataText.of(model.title, record.origin("title")),
        setup=tuple(
            (labels.get(key, key), DataText.of(text, record.origin("setup", key)))
            for key, text in model.setup.items()
        ),
        sources=tuple(
            DataText.of(key, record.origin("sources", place))
            for place, key in enumerate(model.sources)
        ),
        findings=tuple(
            FindingView(
                DataText.of(finding.claim, record.origin("findings", index, "claim")),
                tuple(views[name] for name in finding.rests_on),
                finding.cite,
                finding.at,
            )
            for index, finding in enumerate(model.findings)
        ),
        others=tuple(view for name, view in views.items() if name not in used),
        relations=tuple(
            RelationView(
                relation.to, DataText.of(relation.how, record.origin("relations", index, "how"))
            )
            for index, relation in enumerate(model.relations)
        ),
    )


def _number_view(book: Book, record: Record, name: str) -> NumberView:
    number = book.ledger[f"{record.slug}.{name}"]
    when = number.when and DataText.of(number.when, record.origin("numbers", name, "when"))
    of = DataText.of(number.of, record.origin("numbers", name, "of"))
    return NumberView(number, of, when or None)
