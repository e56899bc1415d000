"""The values that templates see: numbers in their dress, texts that know their place. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from inspect import Signature, signature
from typing import Any

import jinja2

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import (
    Ledger,
    Number,
    approximate_text,
    bare_text,
    chinese_text,
    signed_text,
)
from chapterkit.manuscript.records import Record
from chapterkit.text.origins import check_no_marks
from chapterkit.text.refusals import kind_in_words


class DataText(str):
    """A text from a record, with its place."""

    origin: Origin

    @classmethod
    def of(cls, text: str, origin: Origin) -> DataText:
        """Return `text` as data written at `origin`."""
        made = cls(text)
        made.origin = origin
        return made


class Compared:
    """What compares as a recorded number does: by value, within one unit.

    A plain number is taken to be in the unit of the record. Raises ChapterkitError, naming the
    two, for what cannot be compared.
    """

    number: Number

    def __lt__(self, other: object) -> bool:
        return _compared(self.number, other, operator.lt)

    def __le__(self, other: object) -> bool:
        return _compared(self.number, other, operator.le)

    def __gt__(self, other: object) -> bool:
        return _compared(self.number, other, operator.gt)

    def __ge__(self, other: object) -> bool:
        return _compared(self.number, other, operator.ge)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Compared, Decimal, int, float, str)) or isinstance(other, bool):
            return NotImplemented
        return _compared(self.number, other, operator.eq)

    def __hash__(self) -> int:
        return hash(_in_base(self.number))


_Measure = tuple[tuple[Fraction, ...], Any]


def named(number: Number) -> str:
    """Return a number's name and text, as messages have it: demo.rl（15.0%）."""
    return f"{number.id}（{number.text}）"


def _compared(number: Number, other: object, holds: Callable[[Any, Any], bool]) -> bool:
    ends, unit = _in_base(number)
    if isinstance(other, Compared):
        others, other_unit = _in_base(other.number)
        both, name = f"{named(number)}和 {named(other.number)}", named(other.number)
        if unit != other_unit:
            hint = "同一单位的数才能比较：改正记录里的 unit，或用 derived 换算成同一单位"
            raise ChapterkitError(f"{both}单位不同，不能比较", hint=hint)
    elif isinstance(other, (Decimal, int, float)) and not isinstance(other, bool):
        others, name = (Fraction(str(other)) * _scale(number),), str(other)
    else:
        quoted = f"文字“{other}”" if isinstance(other, str) else "不是数的东西"
        hint = f'与另一个数比，写 n("slug.name")；与数值比，写 n("{number.id}") > 15，不加引号'
        raise ChapterkitError(f"{named(number)}不能和{quoted}比较", hint=hint)
    if holds is not operator.eq and max(len(ends), len(others)) > 1:
        hint = "把范围的两端分别记成两个数，比较其中一端"
        raise ChapterkitError(f"{named(number)}和 {name} 里有范围，不能比大小", hint=hint)
    return holds(ends, others)


def _in_base(number: Number) -> _Measure:
    values = number.value if isinstance(number.value, tuple) else (number.value,)
    scale, unit = number.units.in_base(number.unit)
    return tuple(Fraction(value) * scale for value in values), unit


def _scale(number: Number) -> Fraction:
    return Fraction(number.units.in_base(number.unit)[0])


@dataclass(frozen=True, eq=False)
class Dressed(Compared):
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


def dressed_by(value: Any, name: str) -> Dressed:
    """Return the number that the dress called `name` is to be put on.

    Raises ChapterkitError for what is no recorded number.
    """
    match value:
        case Dressed():
            return value
        case NumberView():
            return value.shown
        case jinja2.Undefined():
            str(value)  # which says so
    raise ChapterkitError(
        f"过滤器 {name} 只用于记录里的数", hint=f'例如 {{{{ n("slug.name") | {name} }}}}'
    )


def dress_signed(value: Any) -> Dressed:
    """Show the sign also of a positive number: +3.5 个百分点."""
    dressed = dressed_by(value, "signed")
    return replace(dressed, shown=signed_text(dressed.number))


def dress_approx(value: Any, digits: int = 0) -> Dressed:
    """Round to `digits` decimals and say so: 约 12%."""
    dressed = dressed_by(value, "approx")
    return replace(dressed, shown=approximate_text(dressed.number, digits))


def dress_zh(value: Any) -> Dressed:
    """Spell the number in Chinese: 十五, 十八条, 百分之十一点五."""
    dressed = dressed_by(value, "zh")
    return replace(dressed, shown=chinese_text(dressed.number))


def dress_bare(value: Any) -> Dressed:
    """Leave the unit away, for a table whose head names it: 15.0; a sign that is shown stays."""
    dressed = dressed_by(value, "bare")
    sign = "+" if dressed.shown.startswith("+") else ""
    return replace(dressed, shown=sign + bare_text(dressed.number))


DRESSES: Mapping[str, Callable[..., Dressed]] = {
    "signed": dress_signed,
    "approx": dress_approx,
    "zh": dress_zh,
    "bare": dress_bare,
}


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


def citation(key: str, at: str = "") -> str:
    """Return the citation of a source, with the place in it: `[@chu2025sft, 图 6]`."""
    named = key if _PLAIN_KEY.fullmatch(key) else f"{{{key}}}"
    return f"[@{named}, {escape(at)}]" if at else f"[@{named}]"


# What pandoc takes for a key without braces round it.
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_]|[:.#$%&\-+?<>~/](?=[A-Za-z0-9_]))*")


def check_text(call: str, given: Any, usage: str) -> None:
    """Raise ChapterkitError for an argument of a call that is no text."""
    if isinstance(given, jinja2.Undefined):
        str(given)  # which says so
    if not isinstance(given, str):
        what = kind_in_words(given)
        raise ChapterkitError(f"{call} 要一段加引号的文字，不能是{what}", hint=f"写成 {usage}")


@dataclass(frozen=True)
class Call:
    """A name that templates call: how that is written, and what it gives.

    Raises ChapterkitError, which says how it is written, for other arguments than it takes.
    """

    name: str
    usage: str
    function: Callable[..., Any]

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Return what the call gives."""
        try:
            values = self._signature.bind(*given, **named).arguments
        except TypeError:
            raise ChapterkitError(f"{self.name} 的参数不对", hint=f"写成 {self.usage}") from None
        for key, value in values.items():
            if not (key == "at" and (value is None or type(value) is int)):
                check_text(self.name, value, self.usage)
        return self.function(*given, **named)

    @cached_property
    def _signature(self) -> Signature:
        return signature(self.function)


class Numbers:
    """`n` in templates: `n.gpl_rl` in an experiment's own template, `n("slug.name")` anywhere."""

    def __init__(self, ledger: Ledger, slug: str | None) -> None:
        self._ledger = ledger
        self._slug = slug

    def __call__(self, *given: Any, **named: Any) -> Dressed:
        """Return the number `slug.name` of any record."""
        usage = 'n("slug.name")'
        if len(given) != 1 or named:
            raise ChapterkitError("n 要恰好一个参数：数的名字", hint=f"写成 {usage}")
        check_text("n", given[0], usage)
        number = self._ledger.find(str(given[0]))
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
    kind_label: str = field(metadata={"description": "这一种记录叫什么：实验"})
    label: str = field(metadata={"description": "书里怎样称呼它：实验 7.4"})
    number: str = field(metadata={"description": "它的编号：7.4"})
    title: DataText
    setup: tuple[tuple[str, DataText], ...]
    sources: tuple[DataText, ...]
    numbers: tuple[NumberView, ...]
    findings: tuple[FindingView, ...]
    others: tuple[NumberView, ...] = field(metadata={"description": "没有哪条发现用到的数"})
    relations: tuple[RelationView, ...]


@dataclass(frozen=True)
class FindingView:
    """A finding with the numbers it rests on."""

    claim: DataText
    rests_on: tuple[NumberView, ...]
    cite: str
    at: str | None


@dataclass(frozen=True, eq=False)
class NumberView(Compared):
    """A number with what it measures."""

    number: Number
    of: DataText
    when: DataText | None

    @property
    def name(self) -> str:
        """What it is called in its record."""
        return self.number.id.rpartition(".")[2]

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
        numbers=tuple(views.values()),
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
