"""refs.bib through pybtex: keys, fields, languages, and the line of each entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pybtex.database import BibliographyData, BibliographyDataError
from pybtex.database.input.bibtex import LowLevelParser, Parser
from pybtex.exceptions import PybtexError
from pybtex.scanner import Pattern, Token

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.wording import CHINESE, Wording

_ENTRY = re.compile(r"^[ \t]*@(\w+)\s*[{(]\s*([^,\s}]+)", re.MULTILINE)
# All values together, those made of @string, too; and the names of one field, in characters.
MAX_VALUES = 10_000_000
MAX_NAMES, MAX_NAME = 50_000, 1_000
MAX_VALUE = 10_000  # of a field that is printed; what reference managers keep beside may be longer
_BESIDE = frozenset({"abstract", "annotation", "annote", "file", "keywords", "note"})
_NOT_ENTRIES = {"comment", "string", "preamble"}


@dataclass(frozen=True)
class Source:
    """An entry of refs.bib; `language` is its BCP 47 tag, en unless it says otherwise."""

    key: str
    type: str
    fields: Mapping[str, str]
    authors: tuple[str, ...]
    editors: tuple[str, ...]
    language: str
    origin: Origin

    @property
    def short(self) -> str:
        """The source as an author is told of it: Chu 等 2025, 张三、李四 2024."""
        return self.named(CHINESE)

    def named(self, wording: Wording) -> str:
        """Return the source as a reader would name it in a language: Doe and Roe 2025."""
        names = [name.partition(",")[0].strip("{} ") for name in self.authors]
        first = wording.and_others.format(name=names[0]) if names else ""
        named = first if len(names) > 2 else wording.and_one.join(names)
        return " ".join(filter(None, (named, self.fields.get("year", ""))))


def parse_bibliography(text: str, path: str) -> dict[str, Source]:
    """Return the entries of a BibTeX text by key, in order.

    Raises ChapterkitError at the line of what is wrong in it.
    """
    lines = _entry_lines(text, path)
    if not lines:
        return {}
    try:
        database = _BoundedParser(path, lines).parse_string(text)
    except BibliographyDataError as error:
        raise ChapterkitError(f"参考文献库写错了：{error}", Origin(path)) from None
    except PybtexError as error:
        line = getattr(error, "lineno", None) or 1
        opened = _unclosed_entry(text, lines) or _opening_line(lines, line)
        raise ChapterkitError(
            f"参考文献库写错了：{error.args[0] if error.args else error}",
            Origin(path, opened),
            "从这一条起检查花括号和逗号是否成对",
        ) from None
    return {
        key: Source(
            key,
            entry.type,
            dict(entry.fields),
            tuple(str(person) for person in entry.persons.get("author", [])),
            tuple(str(person) for person in entry.persons.get("editor", [])),
            _language(dict(entry.fields)),
            Origin(path, lines.get(key, 1)),
        )
        for key, entry in database.entries.items()
    }


class _BoundedReader(LowLevelParser):  # type: ignore[misc]
    """Pybtex's reader, whose time grows as the text does, and whose values cannot outgrow it."""

    pos: int
    size = 0

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


@cache
def _any_of(patterns: tuple[Pattern, ...]) -> re.Pattern[str]:
    """Return a pattern for what any of several literals finds; they are described as '…'."""
    return re.compile("|".join(re.escape(pattern.description[1:-1]) for pattern in patterns))


class _BoundedParser(Parser):  # type: ignore[misc]
    """Pybtex's parser over the bounded reader, with bounded names."""

    def __init__(self, path: str, lines: Mapping[str, int]) -> None:
        super().__init__()
        self.path = path
        self.lines = lines

    def parse_string(self, text: str) -> BibliographyData:
        """Return the entries of a text."""
        self.unnamed_entry_counter = 1
        reader = _BoundedReader(
            text, handle_error=self.handle_error, filename=self.path, macros=self.macros
        )
        for kind, found in reader:
            if kind.lower() == "preamble":
                self.process_preamble(*found)
            elif kind.lower() != "string":
                self.process_entry(kind, *found)
        return self.data

    def process_entry(self, kind: str, key: str, fields: list[tuple[str, list[str]]]) -> None:
        """Add an entry; raise ChapterkitError for too many names, or values that are too long."""
        for name, parts in fields:
            if name in self.person_fields:
                self._check_names("".join(parts), name, key)
            elif name.lower() not in _BESIDE and sum(map(len, parts)) > MAX_VALUE:
                message = f"{key} 的 {name} 超过 {MAX_VALUE} 个字符"
                raise self._at(key, message, "是不是少了一个括号？")
        super().process_entry(kind, key, fields)

    def _check_names(self, names: str, field: str, key: str) -> None:
        longest = max(map(len, _AND.split(names)))
        if len(names) > MAX_NAMES or longest > MAX_NAME:
            message = f"{key} 的 {field} 超过 {MAX_NAMES} 个字符，或其中一个名字超过 {MAX_NAME} 个"
            raise self._at(key, message, "人名之间写 and")

    def _at(self, key: str, message: str, hint: str) -> ChapterkitError:
        return ChapterkitError(message, Origin(self.path, self.lines.get(key, 1)), hint)


_AND = re.compile(r"\sand\s", re.IGNORECASE)


def _entry_lines(text: str, path: str) -> dict[str, int]:
    """Return the line of each entry; raise ChapterkitError for a key that stands twice."""
    lines: dict[str, int] = {}
    folded: dict[str, str] = {}
    line, end = 1, 0
    for match in _ENTRY.finditer(text):
        if match[1].lower() in _NOT_ENTRIES:
            continue
        line += text.count("\n", end, match.start(1))
        end = match.start(1)
        if (first := folded.setdefault(match[2].lower(), match[2])) in lines:
            raise ChapterkitError(
                f"引用键 {match[2]} 写了两次（先在第 {lines[first]} 行）",
                Origin(path, line),
                "删去或改名其中一条",
            )
        lines[match[2]] = line
    return lines


def _unclosed_entry(text: str, lines: Mapping[str, int]) -> int | None:
    """Return the line of the first entry whose braces do not close before the next entry."""
    starts = sorted(lines.values())
    rows = text.split("\n")
    for start, end in zip(starts, [*(one - 1 for one in starts[1:]), len(rows)], strict=True):
        entry = re.sub(r"\\.", "", "\n".join(rows[start - 1 : end]))
        if entry.count("{") != entry.count("}"):
            return start
    return None


def _opening_line(lines: Mapping[str, int], line: int) -> int:
    """Return the line of the entry that is still open at `line`: there the mistake began."""
    return max((start for start in lines.values() if start <= line), default=line)


_LANGUAGES = {"chinese": "zh", "english": "en", "german": "de", "french": "fr", "japanese": "ja"}


def _language(fields: Mapping[str, str]) -> str:
    named = (fields.get("langid") or fields.get("language") or "").strip().lower()
    return _LANGUAGES.get(named, named or "en")
