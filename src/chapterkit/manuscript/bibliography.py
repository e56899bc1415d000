"""refs.bib through pybtex: keys, fields, languages, and the line of each entry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from pybtex.database.input.bibtex import LowLevelParser, UndefinedMacro, month_names
from pybtex.exceptions import PybtexError
from pybtex.scanner import Pattern, PybtexSyntaxError, Token
from pybtex.utils import CaseInsensitiveDict

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.han import is_han
from chapterkit.manuscript.conflicts import check_merged
from chapterkit.manuscript.names import Fault, names_in
from chapterkit.manuscript.tongues import language_named
from chapterkit.manuscript.wording import CHINESE, Wording

# All values together, those made of @string, too; and the names of one field, in characters.
MAX_VALUES = 10_000_000
MAX_NAMES, MAX_NAME = 50_000, 1_000
MAX_VALUE = 10_000  # of a field that is printed; what reference managers keep beside may be longer
MAX_DEPTH = 10  # of entries that inherit from entries
MAX_HINTS = 10  # which take long where entries are many
_BESIDE = frozenset({"abstract", "annotation", "annote", "file", "keywords", "note"})
_PEOPLE = ("author", "editor", "translator", "holder", "bookauthor")


@dataclass(frozen=True)
class Source:
    """An entry of refs.bib, with what it inherits.

    Names of fields are in small letters. `language` is its BCP 47 tag, en unless it says
    otherwise; `faults` are what it says that cannot be printed as it is meant.
    """

    key: str
    type: str
    fields: Mapping[str, str]
    authors: tuple[str, ...]
    editors: tuple[str, ...]
    language: str
    origin: Origin
    translators: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    book_authors: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = field(default=(), repr=False)

    @property
    def short(self) -> str:
        """The source as an author is told of it: Chu 等 2025, 张三、李四 2024."""
        return self.named(CHINESE)

    def named(self, wording: Wording) -> str:
        """Return the source as a reader would name it in a language: Doe and Roe 2025."""
        names = [name.partition(",")[0].strip("{} ") for name in self.authors]
        first = wording.and_others.format(name=names[0]) if names else ""
        if names and is_han(names[0][-1:]):
            first = first.replace(f"{names[0]} ", names[0])  # 张三等, Chu 等
        named = first if len(names) > 2 else wording.and_one.join(names)
        return " ".join(filter(None, (named, self.fields.get("year", ""))))


@lru_cache(maxsize=8)
def parse_bibliography(text: str, path: str) -> dict[str, Source]:
    """Return the entries of a BibTeX text by key, in order.

    Raises ChapterkitError at the line of what cannot be read in it.
    """
    check_merged(text, Origin(path))
    entries = _entries(text, path)
    families = _Families(entries)
    return {key: _source(entry, families, path) for key, entry in entries.items()}


def _source(entry: _Entry, families: _Families, path: str) -> Source:
    fields = families.whole(entry.key)
    people: dict[str, tuple[str, ...]] = {}
    faults = list(families.faults.get(entry.key, ()))
    named = fields.get("langid") or fields.get("language") or ""
    language = language_named(named) or "en"
    for role in _PEOPLE:
        of_role = fields.get(role, "")
        people[role], unclear = names_in(of_role, role, japanese=language.startswith("ja"))
        # Told once, where the names stand.
        faults.extend(unclear if role in entry.fields else ())
    return Source(
        entry.key,
        entry.type,
        {name: value for name, value in fields.items() if name not in {"author", "editor"}},
        people["author"],
        people["editor"],
        language,
        Origin(path, entry.line),
        people["translator"],
        people["holder"],
        people["bookauthor"],
        tuple(faults),
    )


# --- what entries inherit


class _Families:
    """What each entry says together with what it inherits, by xdata and crossref.

    Each is put together once; `faults` tells, by key, which parent is not there, or is its own.
    """

    def __init__(self, entries: Mapping[str, _Entry]) -> None:
        self.entries = entries
        self.faults: dict[str, list[Fault]] = {}
        self._by_small_letters = {key.lower(): key for key in entries}
        self._whole: dict[str, Mapping[str, str]] = {}
        self._open: set[str] = set()

    def whole(self, key: str) -> Mapping[str, str]:
        """Return the fields of an entry and of what it inherits from."""
        entry = self.entries[key]
        if not (_XDATA in entry.fields or _CROSSREF in entry.fields):
            return entry.fields
        if key not in self._whole:
            self._open.add(key)
            self._whole[key] = self._put_together(entry)
            self._open.discard(key)
        return self._whole[key]

    def _put_together(self, entry: _Entry) -> Mapping[str, str]:
        fields = dict(entry.fields)
        for parent in self._parents(entry, _XDATA):
            given = {name: text for name, text in self.whole(parent).items() if name in _DATA}
            fields |= _lacking(fields, given)
        for parent in self._parents(entry, _CROSSREF):
            given = _handed_down(self.whole(parent), entry.type.lower())
            fields |= _lacking(fields, given)
        return fields

    def _parents(self, entry: _Entry, field: str) -> Iterator[str]:
        """Yield the keys of the parents that a field names, without those that cannot be."""
        for written in filter(None, re.split(r"\s*,\s*", entry.fields.get(field, "").strip())):
            key = self._by_small_letters.get(written.lower())
            if key is None:
                near = nearest(written, self.entries) if len(self.faults) < MAX_HINTS else None
                hint = f"最接近的是 {near}" if near else "补上那一条，或删去这个字段"
                self._fault(entry, f"{field} 指向 {written}，参考文献库里没有这一条", hint)
            elif key in self._open:
                self._fault(entry, f"{field} 指来指去又回到 {key}", "断开其中一处")
            elif len(self._open) > MAX_DEPTH:
                self._fault(entry, f"{field} 一层套一层，超过 {MAX_DEPTH} 层", "少套几层")
            else:
                yield key

    def _fault(self, entry: _Entry, message: str, hint: str) -> None:
        self.faults.setdefault(entry.key, []).append(Fault(message, hint))


_XDATA, _CROSSREF = "xdata", "crossref"
# What entries may hand on: what is printed, less what is theirs alone.
_DATA = frozenset({
    "author", "bookauthor", "editor", "translator", "holder", "title", "subtitle", "booktitle",
    "booksubtitle",
    "journal", "journaltitle", "publisher", "school", "institution", "organization", "address",
    "location", "year", "date", "month", "day", "volume", "number", "issue", "edition", "series",
    "pages", "eid", "url", "urldate", "doi", "eprint", "eprinttype", "archiveprefix",
    "howpublished", "note", "langid", "language", "pubstate", "type", "version",
})  # fmt: skip
_OWN = frozenset({"title", "subtitle", "pages", "eid", "url", "urldate", "doi", "eprint", "note"})
# Fields that say the same thing: who has one of them inherits none.
_ALIKE = (
    {"year", "date", "month", "day"}, {"address", "location"}, {"journal", "journaltitle"},
    {"school", "institution"}, {"langid", "language"}, {"title", "subtitle"},
)  # fmt: skip
_WITH_BOOKS_AUTHOR = frozenset({"inbook", "bookinbook", "suppbook"})


def _lacking(own: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return what is given and not had."""
    had = set(own).union(*(alike for alike in _ALIKE if not alike.isdisjoint(own)))
    return {name: text for name, text in given.items() if name not in had}


def _handed_down(parent: Mapping[str, str], kind: str) -> dict[str, str]:
    """Return what a parent hands down by crossref: its title is the title of the book."""
    given = {name: text for name, text in parent.items() if name in _DATA - _OWN}
    if kind not in _WITH_BOOKS_AUTHOR:
        given.pop("author", None)
    if "title" in parent and kind != "article":
        given.setdefault("booktitle", parent["title"])
        if "subtitle" in parent:
            given.setdefault("booksubtitle", parent["subtitle"])
    elif "title" in parent:
        given.setdefault("journaltitle", parent["title"])
    return given


# --- entries as they stand


@dataclass(frozen=True)
class _Entry:
    """An entry as it is typed, names of fields in small letters."""

    key: str
    type: str
    fields: Mapping[str, str]
    line: int


def _entries(text: str, path: str) -> dict[str, _Entry]:
    reader = _Reader(text, filename=path, macros=CaseInsensitiveDict(month_names))
    entries: dict[str, _Entry] = {}
    folded: dict[str, str] = {}
    try:
        for kind, found in reader:
            if kind.lower() in {"string", "preamble"}:
                continue
            key, fields = found
            entry = _Entry(key, kind, _fields(key, fields, Origin(path, reader.line)), reader.line)
            if (first := folded.setdefault(key.lower(), key)) in entries:
                raise ChapterkitError(
                    f"引用键 {key} 写了两次（先在第 {entries[first].line} 行）",
                    Origin(path, reader.line),
                    "删去或改名其中一条",
                )
            entries[key] = entry
    except PybtexError as error:
        raise _unreadable(error, reader, path) from None
    if not entries and (other := _OTHER_FORMAT.search(text)):
        line = text.count("\n", 0, other.start()) + 1
        message = f"参考文献库不是 BibTeX，像是 {'RIS' if other['ris'] else 'EndNote'} 格式"
        hint = "在文献管理软件里另导出一份 BibTeX（.bib）"
        raise ChapterkitError(message, Origin(path, line), hint)
    return entries


# What other reference managers export: `TY  - JOUR`, `%0 Journal Article`.
_OTHER_FORMAT = re.compile(r"^\ufeff?(?:(?P<ris>TY  ?- )|%0 [A-Z])", re.MULTILINE)


def _fields(key: str, given: Sequence[tuple[str, list[str]]], origin: Origin) -> dict[str, str]:
    """Return the fields of an entry; raise ChapterkitError for one too long, or twice there."""
    fields: dict[str, str] = {}
    for written, parts in given:
        name, value = written.lower(), " ".join("".join(parts).split())
        if name in fields:
            raise ChapterkitError(f"{key} 里 {name} 写了两次", origin, "只留一个")
        if name in _PEOPLE:
            _check_names(key, name, value, origin)
        elif name not in _BESIDE and len(value) > MAX_VALUE:
            message = f"{key} 的 {name} 超过 {MAX_VALUE} 个字符"
            raise ChapterkitError(message, origin, "是不是少了一个括号？")
        fields[name] = value
    return fields


def _check_names(key: str, field: str, names: str, origin: Origin) -> None:
    longest = max(map(len, _AND.split(names)))
    if len(names) > MAX_NAMES or longest > MAX_NAME:
        message = f"{key} 的 {field} 超过 {MAX_NAMES} 个字符，或其中一个名字超过 {MAX_NAME} 个"
        raise ChapterkitError(message, origin, "人名之间写 and")


_AND = re.compile(r"\sand\s", re.IGNORECASE)


def _unreadable(error: PybtexError, reader: _Reader, path: str) -> ChapterkitError:
    """Return what is said of a text that is no BibTeX, at the line where that began."""
    hint = "从这一条起检查花括号和逗号是否成对"
    if isinstance(error, UndefinedMacro):
        message = f"参考文献库写错了：没有 @string 定义 {error.args[0]}"
        return ChapterkitError(message, Origin(path, reader.lineno), "加上花括号，或先写 @string")
    said = str(error.args[0] if error.args else error)
    mark = reader.text[reader.pos : reader.pos + 1]
    if said.startswith("field value") and mark in _QUOTES:
        hint = f"值用 {{ }} 或半角引号括起来，不能用 {mark}"
    for english, chinese in _MESSAGES:
        said = said.replace(english, chinese)
    return ChapterkitError(f"参考文献库写错了：{said}", Origin(path, reader.line), hint)


_QUOTES = frozenset("“”‘’「『《｛＂＇'")
_MESSAGES = (
    ("premature end of file", "文件到头了，这一条还没有写完"),
    ("unbalanced braces", "花括号不成对"),
    ("too many nested braces", "花括号套得太深"),
    (" or ", " 或 "),
    ("a valid name", "字段名"),
    ("field value", "字段的值"),
    ("entry key", "引用键"),
    (" expected", " 没有写"),
)


class _Reader(LowLevelParser):  # type: ignore[misc]
    """Pybtex's reader, whose time grows as the text does, and whose values cannot outgrow it.

    Between fields `%` begins a comment, before an entry it hides the rest of its line, and
    @comment hides what its braces hold.
    """

    WHITESPACE = Pattern(r"(?:\s+|%[^\n]*)+", "whitespace")
    pos: int
    lineno: int
    size = 0
    line = 1

    def parse_bibliography(self) -> Iterator[tuple[str, Any]]:
        """Yield each command: its name, and what it holds."""
        while found := _OPENING.search(self.text, self.pos):
            if found.lastgroup is None:
                self._go_to(found.end())
                continue
            self._go_to(found.start(found.lastgroup))
            self.command_start, self.line = self.pos, self.lineno
            if found.lastgroup == "comment":
                self._skip_comment(found.end())
                continue
            self.pos += 1
            yield tuple(self.parse_command())

    def _go_to(self, place: int) -> None:
        self.update_lineno(self.text[self.pos : place])
        self.pos = place

    def _skip_comment(self, place: int) -> None:
        """Pass over a comment: its braces and all in them or, without any, its line."""
        opening = _BRACE.match(self.text, place)
        if opening is None:
            self._go_to(_END_OF_LINE.search(self.text, place).end())  # type: ignore[union-attr]
            return
        one, other = ("{", "}") if opening[1] == "{" else ("(", ")")
        depth = 0
        for found in _PARENTHESES[one].finditer(self.text, opening.start(1)):
            depth += (found[0] == one) - (found[0] == other)
            if not depth:
                self._go_to(found.end())
                return
        raise PybtexSyntaxError("@comment 的括号没有关上", self)

    def parse_entry_body(self, body_end: object) -> None:
        """Read key and fields of an entry."""
        self.eat_whitespace()
        key = _KEY.match(self.text, self.pos)
        if key is None or _FIELD.match(self.text, self.pos):
            raise PybtexSyntaxError("这一条没有引用键", self)
        if found := _NO_PART_OF_KEY.search(key[0]):
            said = f"引用键 {key[0][: found.start()]} 后面是“{found[0]}”，不是半角逗号"
            raise PybtexSyntaxError(said, self)
        self.current_entry_key = key[0]
        self._go_to(key.end())
        self.eat_whitespace()
        if self.pos < len(self.text) and self.text[self.pos] not in ",})":
            raise PybtexSyntaxError(f"引用键 {key[0]} 后面不是逗号（引用键里不能有空白）", self)
        if self.text[self.pos : self.pos + 1] == ",":
            self._go_to(self.pos + 1)
        self.parse_entry_fields()

    def skip_to(self, patterns: list[Pattern]) -> Token | None:
        """Return what reaches to the nearest of the patterns, all looked for at once."""
        found = _any_of(tuple(patterns)).search(self.text, self.pos)
        if found is None:
            return None
        start, self.pos = self.pos, found.end()
        value = self.text[start : self.pos]
        self.update_lineno(value)
        pattern = next(one for one in patterns if one.match(self.text, found.start()))
        return Token(value, pattern)

    def parse_value_part(self) -> str:
        """Return a part of a value: text, a number or what an @string stands for."""
        part: str = super().parse_value_part()
        self.size += len(part)
        if self.size > MAX_VALUES:
            message = f"参考文献库的各个字段合起来超过 {MAX_VALUES} 个字符"
            raise ChapterkitError(message, Origin(self.filename, self.lineno), "拆成几个小的库")
        return part


# A line that % hides; a command at the start of its line, or anywhere if a bracket follows.
_OPENING = re.compile(
    r"^[ \t]*%[^\n]*|(?<!\w)(?P<comment>@\s*comment\b)|(?<!\w)(?P<command>@)(?=\s*[a-z]+\s*[{(])"
    r"|^[ \t]*(?P<torn>@)(?=[a-z])",
    re.MULTILINE | re.IGNORECASE,
)
_BRACE = re.compile(r"\s*([{(])")
_END_OF_LINE = re.compile(r"\n|\Z")
_PARENTHESES = {"{": re.compile(r"[{}]"), "(": re.compile(r"[()]")}
_KEY = re.compile(r"[^\s,}]+")
_NO_PART_OF_KEY = re.compile("[，{]")
_FIELD = re.compile(r"\w+\s*=\s*[{\"]")


@cache
def _any_of(patterns: tuple[Pattern, ...]) -> re.Pattern[str]:
    """Return a pattern for what any of several literals finds; they are described as '…'."""
    return re.compile("|".join(re.escape(pattern.description[1:-1]) for pattern in patterns))
