"""What entries of a bibliography say, in whatever spelling: fields, identifiers, titles. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from chapterkit.lint.keys import KEY, cited_key
from chapterkit.lint.many import AnyOf
from chapterkit.manuscript.book import Book, once
from chapterkit.text.document import Document

if TYPE_CHECKING:
    from chapterkit.manuscript.bibliography import Source

_CITE_CALL = re.compile(r"""cite\(\s*(["'])((?:(?!\1).)+)\1""")
_PARENTS = ("crossref", "xdata", "xref", "entryset", "related")


def cited_keys(document: Document, book: Book) -> Container[str]:
    """Return every key that a document cites and, in a book, that any chapter or record does."""
    return AnyOf(own_keys(document, book), cited_in_book(book))


def own_keys(document: Document, book: Book) -> set[str]:
    """Return every key that a document cites."""
    cited = {key for block in document.blocks for key in block.citations()}
    cited |= {cited_key(key, book.bibliography) for key in cited}
    return cited | _written(document.rendered.text)


@once
def cited_in_book(book: Book) -> frozenset[str]:
    """Return every key that a chapter, a template or a record of a book cites."""
    cited: set[str] = set()
    for record in book.records.values():
        cited.update(key for key, _ in record.citations())
    for text in (*book.templates.values(), *(chapter.text for chapter in book.chapters)):
        cited.update(key for _, key in _CITE_CALL.findall(text))
        cited |= _written(text)
    return frozenset(cited)


def _written(text: str) -> set[str]:
    """Return the keys of citations as they are typed, also where pandoc does not see them.

    >>> _written("甲[@one]，`[@two]`，[@three]") == {"one", "three"}
    True
    """
    return set(KEY.findall(_without_code(text))) if "@" in text else set()


_FENCE = re.compile(r" {0,3}(?:[>*+-] ?|\d+\. ?)*(`{3,}(?=[^`]*$)|~{3,})")
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)[^`]{1,2000}\1(?!`)")


def _without_code(text: str) -> str:
    """Return Markdown without its code, as far as a look at the marks can tell."""
    if "`" not in text and "~~~" not in text:
        return text
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if fence:
            closes = found and found[1].startswith(fence) and not line[found.end() :].strip()
            fence = "" if closes else fence
        elif found:
            fence = found[1]
        else:
            kept.append(line)
    return text if fence else _CODE.sub("", "\n".join(kept))


def parents(source: Source) -> Iterator[str]:
    """Yield the keys of entries that an entry inherits from or consists of."""
    said = fields(source)
    for name in _PARENTS:
        yield from filter(None, re.split(r"\s*,\s*", said.get(name, "").strip()))


@lru_cache(maxsize=4096)
def _fields(key: str, pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {name.lower(): value for name, value in pairs}


def fields(source: Source) -> Mapping[str, str]:
    """Return an entry's fields, their names in small letters."""
    return _fields(source.key, tuple(source.fields.items()))


_ARXIV = re.compile(
    r"(?:arxiv(?:\.org/(?:abs|pdf|html)/|\s?preprint\s?arxiv:|[.:\s]\s?)|^)"
    r"((?:\d{4}\.\d{4,5})|(?:[a-z-]+(?:\.[a-z]{2})?/\d{7}))(?:v\d+)?",
    re.IGNORECASE,
)
_SAYS_ARXIV = ("eprint", "url", "doi", "journal", "journaltitle", "howpublished", "note", "number")


def arxiv(source: Source) -> str:
    """Return an entry's number at arXiv without its version, or an empty text."""
    said = fields(source)
    archive = (said.get("archiveprefix") or said.get("eprinttype") or "arxiv").lower()
    for name in _SAYS_ARXIV:
        if name == "eprint" and archive != "arxiv":
            continue
        value = said.get(name, "").strip()
        found = _ARXIV.search(value) if name != "number" or "arxiv" in value.lower() else None
        if found and (name == "eprint" or "arxiv" in value.lower()):
            return found[1].lower()
    return ""


_DOI = re.compile(r"10\.\d{4,9}/\S+", re.IGNORECASE)


def doi(source: Source) -> str:
    """Return an entry's DOI in small letters, or an empty text; arXiv's own are none."""
    said = fields(source)
    for name in ("doi", "url"):
        value = said.get(name, "").replace("\\", "")
        if name == "url" and "doi.org" not in value:
            continue
        found = _DOI.search(value)
        if found and not found[0].lower().startswith("10.48550/arxiv"):
            return found[0].lower().rstrip(".,;}")
    return ""


_COMMAND = re.compile(r"\\[a-zA-Z]+\s?|\\.")


def title(source: Source) -> str:
    """Return an entry's title and subtitle reduced to letters and digits, for comparing."""
    said = fields(source)
    whole = f"{said.get('title', '')} {said.get('subtitle', '')}"
    return "".join(filter(str.isalnum, _COMMAND.sub("", whole))).lower()


def surname(source: Source) -> str:
    """Return the family name of the first author or editor, in small letters without braces."""
    people = source.authors or source.editors
    if not people:
        return ""
    family = people[0].partition(",")[0]
    return "".join(filter(str.isalnum, _COMMAND.sub("", family))).lower()


def year(source: Source) -> str:
    """Return the year of an entry, or an empty text."""
    said = fields(source)
    return (said.get("year") or said.get("date", "")[:4]).strip()
