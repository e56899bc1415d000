"""Answers of registries as entries of BibTeX. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

Fields = dict[str, str]
MAX_AUTHORS = 200


@dataclass(frozen=True)
class Record:
    """What a registry says of a source: a type of entry, and fields in LaTeX.

    `retracted` is how a retraction is called there, empty if it knows of none.
    """

    type: str
    fields: Mapping[str, str]
    retracted: str = ""

    def bibtex(self, key: str) -> str:
        """Return the entry as it stands in a file."""
        width = max(map(len, self.fields), default=0)
        lines = [f"  {name:<{width}} = {{{value}}}" for name, value in self.fields.items()]
        return f"@{self.type}{{{key},\n" + ",\n".join(lines) + "\n}\n"

    def key(self, taken: Container[str]) -> str:
        """Return a key that is not taken: surname, year, and the first word of the title."""
        author = self.fields.get("author", "").partition(" and ")[0].partition(",")[0]
        words = [word for word in _letters(self.fields.get("title", "")) if word not in _LITTLE]
        year = re.search(r"\d{4}", self.fields.get("year", "") or self.fields.get("date", ""))
        base = "".join([*_letters(author)[-1:], year[0] if year else "", *words[:1]]) or "source"
        folded = base if base[0].isalpha() else f"source{base}"
        suffixes = ("", *"abcdefghijklmnopqrstuvwxyz", *map(str, range(2, 10_000)))
        return next((folded + one for one in suffixes if folded + one not in taken), folded)


_LITTLE = frozenset(
    [
        "a",
        "an",
        "the",
        "on",
        "of",
        "for",
        "in",
        "to",
        "and",
        "with",
        "from",
        "how",
        "what",
        "why",
        "is",
        "are",
        "der",
        "die",
        "das",
    ]
)


def _letters(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", re.sub(r"\\[a-zA-Z]+|[{}]", "", text))
    return re.findall(r"[a-z]+", "".join(c for c in plain if not unicodedata.combining(c)).lower())


# --- each registry


def of_csl(item: Mapping[str, Any], doi: str = "") -> Record:
    """Return the record of CSL JSON, as DOI content negotiation and Crossref give it."""
    kind = _TYPES.get(_text(item.get("type")), "misc")
    parts = _date_parts(item)
    container = _text(item.get("container-title"))
    where = "booktitle" if kind in {"incollection", "inproceedings"} else "journal"
    publisher = _text(item.get("publisher"))
    fields = {
        "title": _text(item.get("title")),
        "subtitle": _text(item.get("subtitle")),
        "author": _people(item.get("author")),
        "editor": _people(item.get("editor")) if kind != "article" else "",
        "translator": _people(item.get("translator")),
        where: container if kind in {"article", "incollection", "inproceedings"} else "",
        "school" if kind == "phdthesis" else "institution" if kind == "techreport" else "publisher":
            publisher if kind != "article" else "",
        "address": _text(item.get("publisher-place") or item.get("publisher-location")),
        "edition": _text(item.get("edition") or item.get("edition-number")),
        "year": str(parts[0]) if parts else "",
        "month": str(parts[1]) if len(parts) > 1 else "",
        "day": str(parts[2]) if len(parts) > 2 and kind == "misc" else "",
        "volume": _text(item.get("volume")),
        "number": _text(item.get("issue")),
        "pages": _text(item.get("page")).replace("-", "--"),
        "eid": "" if item.get("page") else _text(item.get("article-number")),
        "doi": _latex(_text(item.get("DOI")) or doi, plain=True),
    }  # fmt: skip
    return Record(kind, _kept(fields), _retraction(item))


_TYPES = {
    **dict.fromkeys(("journal-article", "article-journal", "article-magazine"), "article"),
    **dict.fromkeys(("book", "monograph", "edited-book", "reference-book"), "book"),
    **dict.fromkeys(("chapter", "book-chapter", "book-section", "reference-entry"), "incollection"),
    **dict.fromkeys(("paper-conference", "proceedings-article"), "inproceedings"),
    **dict.fromkeys(("thesis", "dissertation"), "phdthesis"),
    **dict.fromkeys(("report", "report-component"), "techreport"),
    **{one: one for one in ("dataset", "software", "standard", "proceedings")},
}


def _retraction(item: Mapping[str, Any]) -> str:
    """Return how Crossref says that a work was taken back; the notice itself says update-to."""
    for update in item.get("updated-by") or ():
        kind = (
            _text(update.get("type")).lower().replace("_", "-") if isinstance(update, dict) else ""
        )
        if kind in {"retraction", "withdrawal", "removal", "partial-retraction"}:
            notice = _text(update.get("DOI"))
            return f"{kind}（{notice}）" if notice else kind
    if re.match(r"\W*(?:retracted|withdrawn|removed)\b", _text(item.get("title")), re.IGNORECASE):
        return "retracted"
    return ""


def of_arxiv(entry: Mapping[str, Any]) -> Record:
    """Return the record of an entry of arXiv's feed: title, authors, id, published, doi, …."""
    number = re.sub(r"^https?://arxiv\.org/abs/|v\d+$", "", str(entry.get("id", "")))
    fields = {
        "title": _latex(str(entry.get("title", ""))),
        "author": " and ".join(_turned(name) for name in entry.get("authors", ())),
        "year": str(entry.get("published", ""))[:4],
        "eprint": number,
        "archiveprefix": "arXiv",
        "primaryclass": str(entry.get("category", "")),
    }
    withdrawn = "withdrawn" in str(entry.get("comment", "")).lower()
    return Record("misc", _kept(fields), "withdrawn" if withdrawn else "")


def of_open_library(book: Mapping[str, Any], isbn: str) -> Record:
    """Return the record of a book as Open Library's Books API gives it with jscmd=data."""
    fields = {
        "title": _text(book.get("title")),
        "subtitle": _text(book.get("subtitle")),
        "author": " and ".join(map(_turned, _named(book.get("authors")))),
        "publisher": next(iter(map(_latex, _named(book.get("publishers")))), ""),
        "address": next(iter(map(_latex, _named(book.get("publish_places")))), ""),
        "year": _year(book.get("publish_date")),
        "isbn": isbn,
    }
    return Record("book", _kept(fields))


def of_google_books(volume: Mapping[str, Any], isbn: str) -> Record:
    """Return the record of a volume's volumeInfo, as the Google Books API gives it."""
    authors = [str(name) for name in volume.get("authors") or ()]
    fields = {
        "title": _text(volume.get("title")),
        "subtitle": _text(volume.get("subtitle")),
        "author": " and ".join(map(_turned, authors)),
        "publisher": _text(volume.get("publisher")),
        "year": _year(volume.get("publishedDate")),
        "isbn": isbn,
    }
    return Record("book", _kept(fields))


def of_pubmed(summary: Mapping[str, Any], pmid: str) -> Record:
    """Return the record of a document summary of PubMed's ESummary."""
    names = [
        str(one.get("name", "")) for one in summary.get("authors") or () if isinstance(one, dict)
    ]
    ids = {one.get("idtype"): one.get("value") for one in summary.get("articleids") or ()}
    retracted = any(
        "retracted publication" in str(one).lower() for one in summary.get("pubtype") or ()
    )
    fields = {
        "title": _text(summary.get("title")).rstrip("."),
        "author": " and ".join(map(_initialled, names[:MAX_AUTHORS])),
        "journal": _text(summary.get("fulljournalname") or summary.get("source")),
        "year": _year(summary.get("pubdate")),
        "volume": _text(summary.get("volume")),
        "number": _text(summary.get("issue")),
        "pages": _whole_pages(_text(summary.get("pages"))),
        "doi": _latex(str(ids.get("doi") or ""), plain=True),
        "pmid": pmid,
    }
    return Record("article", _kept(fields), "Retracted Publication" if retracted else "")


# --- parts of answers


def _kept(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value}


def _text(value: Any) -> str:
    """Return a value, or the first of several, as LaTeX."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return _latex(str(value)) if isinstance(value, (str, int)) else ""


def _latex(text: str, *, plain: bool = False) -> str:
    """Return text of a registry, which may hold markup, as LaTeX that cannot break an entry."""
    text = " ".join(html.unescape(text).split())
    if plain:
        return re.sub(r"[{}\\\s]", "", text)
    text = re.sub(
        r"</?(?:[a-z]+:)?(?!su[bp]\b)[a-z]+(?:\s[^<>]*)?/?>", "", text, flags=re.IGNORECASE
    )
    text = re.sub(r"[\\{}]", "", text)
    text = re.sub(r"([&%#_$])", r"\\\1", text)
    text = re.sub(r"<sub>([^<>]*)</sub>", r"\\textsubscript{\1}", text)
    return re.sub(r"<sup>([^<>]*)</sup>", r"\\textsuperscript{\1}", text)


def _date_parts(item: Mapping[str, Any]) -> list[int]:
    for name in ("published-print", "published", "issued", "published-online"):
        date = item.get(name)
        rows = date.get("date-parts") if isinstance(date, dict) else None
        if rows and isinstance(rows[0], list) and rows[0] and str(rows[0][0] or "").isdigit():
            return [int(one) for one in rows[0] if str(one or "").isdigit()]
    return []


def _people(people: Any) -> str:
    names = [_person(one) for one in people or () if isinstance(one, dict)]
    return " and ".join(filter(None, names[:MAX_AUTHORS]))


def _person(one: Mapping[str, Any]) -> str:
    family, given = _text(one.get("family")), _text(one.get("given"))
    if not family:
        whole = _text(one.get("literal") or one.get("name"))
        return f"{{{whole}}}" if whole else given
    return f"{family}, {given}" if given else family


def _named(people: Any) -> list[str]:
    return [str(one.get("name", "")) for one in people or () if isinstance(one, dict)]


def _turned(name: str) -> str:
    """Return a name as it is spoken, family name first: Le, Quoc V.; a Chinese one as it is."""
    words = _latex(name).split()
    if len(words) < 2 or "," in name or (not name.isascii() and re.search("[\u3040-\u9fff]", name)):
        return " ".join(words)
    start = len(words) - 1
    while start > 1 and words[start - 1].islower():
        start -= 1
    return f"{' '.join(words[start:])}, {' '.join(words[:start])}"


def _initialled(name: str) -> str:
    """Return a name of PubMed with points: Bijlsma MW is Bijlsma, M. W."""
    family, _, initials = _latex(name).rpartition(" ")
    if not family or not re.fullmatch(r"[A-Z]{1,4}", initials):
        return f"{{{_latex(name)}}}"
    return f"{family}, {' '.join(f'{letter}.' for letter in initials)}"


def _whole_pages(pages: str) -> str:
    """Return pages whose last is written out: 339-47 is 339--347."""
    first, dash, last = pages.partition("-")
    if dash and first.isdigit() and last.isdigit() and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return f"{first}--{last}" if dash else pages


def _year(value: Any) -> str:
    found = re.search(r"(?<!\d)\d{4}(?!\d)", str(value or ""))
    return found[0] if found else ""
