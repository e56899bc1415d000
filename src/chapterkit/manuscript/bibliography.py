"""refs.bib through pybtex: keys, fields, languages, and the line of each entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pybtex.database import BibliographyDataError, parse_string
from pybtex.exceptions import PybtexError

from chapterkit.errors import ChapterkitError, Origin

_ENTRY = re.compile(r"^[ \t]*@(\w+)\s*[{(]\s*([^,\s}]+)", re.MULTILINE)
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
        """The source as a reader would name it: Chu 等 2025, 张三、李四 2024."""
        names = [name.partition(",")[0].strip("{} ") for name in self.authors]
        named = f"{names[0]} 等" if len(names) > 2 else "、".join(names)
        return " ".join(filter(None, (named, self.fields.get("year", ""))))


def parse_bibliography(text: str, path: str) -> dict[str, Source]:
    """Return the entries of a BibTeX text by key, in order.

    Raises ChapterkitError at the line of what is wrong in it.
    """
    lines = _entry_lines(text, path)
    if not lines:
        return {}
    try:
        database = parse_string(text, "bibtex")
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


def _entry_lines(text: str, path: str) -> dict[str, int]:
    """Return the line of each entry; raise ChapterkitError for a key that stands twice."""
    lines: dict[str, int] = {}
    folded: dict[str, str] = {}
    for match in _ENTRY.finditer(text):
        if match[1].lower() in _NOT_ENTRIES:
            continue
        line = text.count("\n", 0, match.start(1)) + 1
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
