"""What an entry of a bibliography is, as CSL names it, by whatever its author calls it. Pure.

Reference managers and catalogues export newspapers, standards and patents as @misc, preprints as
articles of a journal named arXiv; styles for LaTeX have fields of their own for it (mark = {N}).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chapterkit.patterns import Late

_BOOKS = (
    "book", "mvbook", "booklet", "collection", "mvcollection", "manual", "reference", "mvreference",
)  # fmt: skip
_CHAPTERS = ("incollection", "inbook", "bookinbook", "suppbook", "suppcollection", "inreference")
_PROCEEDINGS = ("conference", "inproceedings", "proceedings", "mvproceedings")
_TYPES = {
    "article": "article-journal",
    "suppperiodical": "article-journal",
    "newspaper": "article-newspaper",
    **dict.fromkeys(_BOOKS, "book"),
    **dict.fromkeys(_CHAPTERS, "chapter"),
    **dict.fromkeys(_PROCEEDINGS, "paper-conference"),
    **dict.fromkeys(("mastersthesis", "phdthesis", "thesis"), "thesis"),
    **dict.fromkeys(("techreport", "report"), "report"),
    "archive": "collection",
    "jurisdiction": "legal_case",
    "legislation": "legislation",
    "legal": "legislation",
    **{same: same for same in ("map", "software", "dataset", "patent", "standard", "periodical")},
}
# What has no form of its own: online or not, and nothing else is known of it.
_ANY = frozenset({
    "misc", "online", "electronic", "www", "unpublished", "webpage", "website", "preprint",
    "video", "movie", "audio", "music", "image", "artwork", "letter", "performance", "review",
    "commentary", "xdata",
})  # fmt: skip
# The marks of GB/T 7714, as its styles for LaTeX take them in a field.
_MARKS = {
    "M": "book", "C": "paper-conference", "N": "article-newspaper", "J": "article-journal",
    "D": "thesis", "R": "report", "S": "standard", "P": "patent", "DB": "dataset",
    "CP": "software", "EB": "webpage", "A": "collection", "CM": "map", "Z": "document",
}  # fmt: skip
# What databases call their kinds, in a field of their own.
_DATABASES = (
    ("标准", "standard"),
    ("專利", "patent"),
    ("专利", "patent"),
    ("报纸", "article-newspaper"),
)
_REPOSITORY = Late(r"https?://(?:www\.)?(?:github|gitlab|gitee|codeberg)\.[a-z]+/[^/]+/[^/?#]+/?")
ARXIV_JOURNAL = Late(r"arxiv|^\W*corr\W*$", re.IGNORECASE)
STANDARD = Late(
    r"\b(?:GB|GB/T|GB/Z|GBZ|GBZ/T|GJB|JJG|DB\d\d/T|[A-Z]{2}/T"
    r"|(?:ISO|IEC|ANSI|ASTM|DIN|EN|IEEE|NISO|JIS|BS|ECMA|NIST)(?:/[A-Z]{2,4})*(?: Std)?)"
    r"[ .]?[A-Z]?\d[\d.]*(?:[-—–:：]+\d[\d.]*)+(?![\d-])|\b(?:GB|[A-Z]{2})/[TZ] ?\d[\d.]*"
)
_PATENT = Late(r"(?:CN|US|EP|WO|JP|DE|KR)[ -]?\d{6,}(?:\.\d|[A-Z]\d?)?")
_NEWSPAPER = Late(
    r"(?<![学學公通情快汇彙简簡画畫海导導])[报報]\W*$|(?:日|晚|早|时|時|周)[报報]|周末$"
)
_PAGE_OF_NEWSPAPER = Late(r"[A-Z]?0?\d{1,2}|0\d\d")
_LOOKS = ("isbn", "number", "howpublished", "note", "typeofwork")


def is_known(kind: str) -> bool:
    """Tell whether BibTeX, BibLaTeX or GB/T 7714 has a type of entry, by its small letters."""
    return kind in _TYPES or kind in _ANY


def kind_of(kind: str, fields: Mapping[str, str], url: str, *, preprint: bool) -> str:
    """Return the CSL type of an entry of a type, in small letters, with an address or without.

    What only a preprint server has (`preprint`) is an `article`.

    >>> kind_of("misc", {"title": "文献著录", "isbn": "GB/T 3792.4-2009"}, "", preprint=False)
    'standard'
    >>> kind_of("article", {"journal": "CoRR"}, "", preprint=True)
    'article'
    """
    told = _marked(fields) or _told(kind, fields, preprint=preprint)
    if not told and _may_be_standard(kind) and _is_standard(fields, kind, url):
        return "standard"
    return told or _TYPES.get(kind, "") or _of_address(url, preprint=preprint)


def _told(kind: str, fields: Mapping[str, str], *, preprint: bool) -> str:
    """Return what an article or something exported as @misc is, as its fields tell."""
    if kind == "article":
        return _kind_of_article(fields, preprint=preprint)
    return _kind_of_export(fields) if kind == "misc" else ""


def _may_be_standard(kind: str) -> bool:
    return kind not in _TYPES or kind in {"book", "booklet", "manual", "techreport", "report"}


def _of_address(url: str, *, preprint: bool) -> str:
    if preprint:
        return "article"
    if _REPOSITORY.fullmatch(url):
        return "software"
    return "webpage" if url else "document"


def mark_of(fields: Mapping[str, str]) -> str:
    """Return the mark that an entry bears, without that of its medium: M for M/OL."""
    written = next(filter(None, map(fields.get, ("mark", "usera", "typeoflit"))), "")
    return written.strip("{}[] ").partition("/")[0]


def _marked(fields: Mapping[str, str]) -> str:
    """Return what the field of a style for LaTeX says; a part of a book is one of its own."""
    kind = _MARKS.get(mark_of(fields), "")
    return "chapter" if kind == "book" and fields.get("booktitle") else kind


def _kind_of_article(fields: Mapping[str, str], *, preprint: bool) -> str:
    journal = fields.get("journal") or fields.get("journaltitle") or ""
    if fields.get("entrysubtype", "").lower() == "newspaper" or _is_newspaper(fields, journal):
        return "article-newspaper"
    if (preprint and not journal) or ARXIV_JOURNAL.search(journal):
        return "article"
    return "article-journal"


def _is_newspaper(fields: Mapping[str, str], name: str) -> bool:
    """Tell whether something of a day, without a volume, is in a newspaper by its name."""
    if not _NEWSPAPER.search(name.replace("}", "")) or fields.get("volume"):
        return False
    return bool(fields.get("day") or re.search(r"\d{4}\D\d{1,2}\D\d{1,2}", fields.get("date", "")))


def _is_standard(fields: Mapping[str, str], kind: str, url: str) -> bool:
    """Tell whether an entry has the number of a standard, where standards have it."""
    names = ("isbn", "number", "typeofwork", *(("title",) if kind == "misc" and not url else ()))
    if any(STANDARD.search(fields.get(name, "")) for name in names):
        return True
    return bool(STANDARD.fullmatch(fields.get("howpublished", "").strip("{} ")))


def _kind_of_export(fields: Mapping[str, str]) -> str:
    """Return what a database that exports everything as @misc says of its kind."""
    database = fields.get("srcdatabase", "")
    for word, kind in _DATABASES:
        if word in database:
            return kind
    if any(_PATENT.fullmatch(fields.get(name, "").strip("{} ")) for name in _LOOKS):
        return "patent"
    name = fields.get("secondarytitle") or fields.get("journal") or fields.get("publisher") or ""
    page = _PAGE_OF_NEWSPAPER.fullmatch(fields.get("pages", ""))
    has_day = re.search(r"\d{4}\D\d{1,2}\D\d{1,2}", fields.get("date", ""))
    in_paper = has_day and page and (fields.get("secondarytitle") or _NEWSPAPER.search(name))
    return "article-newspaper" if in_paper else ""
