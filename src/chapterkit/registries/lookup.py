"""Asking the registries: a source by its identifier, and what has become of a DOI."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.identifiers import Identifier, Kind
from chapterkit.registries.records import (
    Record,
    of_arxiv,
    of_csl,
    of_google_books,
    of_open_library,
    of_pubmed,
)
from chapterkit.registries.web import UnreachableError, answer

CSL_JSON = "application/vnd.citationstyles.csl+json"
_OFFLINE = "联网之后再试；也可以自己把这一条写进 refs.bib"
_NAMES: Mapping[Kind, str] = {"doi": "DOI", "arxiv": "arXiv 编号", "isbn": "ISBN", "pmid": "PMID"}


def looked_up(identifier: Identifier) -> Record:
    """Return what the registries say of a source.

    Raises ChapterkitError if none knows it, or none can be reached.
    """
    try:
        record = _ASKED[identifier.kind](identifier.value)
    except UnreachableError as error:
        raise ChapterkitError(f"问不到登记处：{error}", hint=_OFFLINE) from None
    if record is None or "title" not in record.fields:
        message = f"登记处没有这个 {_NAMES[identifier.kind]}：{identifier.value}"
        raise ChapterkitError(message, hint="对照原文看看有没有抄错")
    return record


def of_doi(doi: str) -> Record | None:
    """Return what the registry of a DOI says of it; None if nobody has registered it."""
    found = _json(f"https://doi.org/{quote(doi, safe='/:().;')}", CSL_JSON)
    return of_csl(found, doi) if found else None


def retraction(doi: str) -> str:
    """Return how Crossref says that a work was taken back; an empty text if it does not."""
    found = _json(f"https://api.crossref.org/works/{quote(doi, safe='')}")
    message = (found or {}).get("message")
    return of_csl(message, doi).retracted if isinstance(message, dict) else ""


def of_pmid(pmid: str) -> Record | None:
    """Return what PubMed says of one of its numbers; None if there is none."""
    address = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esummary.fcgi"
    found = _json(f"{address}?db=pubmed&retmode=json&tool=chapterkit&id={pmid}")
    result = (found or {}).get("result")
    summary = result.get(pmid) if isinstance(result, dict) else None
    if not isinstance(summary, dict) or "error" in summary:
        return None
    return of_pubmed(summary, pmid)


def of_isbn(isbn: str) -> Record | None:
    """Return what Open Library or, failing that, Google Books says of a book."""
    named = f"ISBN:{isbn}"
    address = "https://openlibrary.org/api/books"
    found = _json(f"{address}?bibkeys={named}&format=json&jscmd=data")
    book = (found or {}).get(named)
    if isinstance(book, dict):
        return of_open_library(book, isbn)
    found = _json(f"https://www.googleapis.com/books/v1/volumes?q=isbn:{isbn}")
    items = (found or {}).get("items") or []
    volume = items[0].get("volumeInfo") if items and isinstance(items[0], dict) else None
    return of_google_books(volume, isbn) if isinstance(volume, dict) else None


def of_arxiv_number(number: str) -> Record | None:
    """Return what arXiv says of one of its numbers; None if there is none."""
    address = f"https://export.arxiv.org/api/query?max_results=1&id_list={quote(number, safe='/.')}"
    given = _answered(address, "application/atom+xml")
    try:
        feed: Element = fromstring(given or "<feed/>")
    except (ParseError, DefusedXmlException, ValueError):
        raise UnreachableError("arXiv 的回答看不懂，可能问得太密了") from None
    entry = feed.find(f"{_ATOM}entry")
    if entry is None or _said(entry, f"{_ATOM}title") in {"", "Error"}:
        return None
    category = entry.find(f"{_ARXIV}primary_category")
    return of_arxiv({
        "id": _said(entry, f"{_ATOM}id"),
        "title": _said(entry, f"{_ATOM}title"),
        "published": _said(entry, f"{_ATOM}published"),
        "comment": _said(entry, f"{_ARXIV}comment"),
        "category": category.get("term", "") if category is not None else "",
        "authors": [_said(one, f"{_ATOM}name") for one in entry.findall(f"{_ATOM}author")],
    })  # fmt: skip


_ATOM, _ARXIV = "{http://www.w3.org/2005/Atom}", "{http://arxiv.org/schemas/atom}"
_ASKED: Mapping[Kind, Callable[[str], Record | None]] = {
    "doi": of_doi, "arxiv": of_arxiv_number, "isbn": of_isbn, "pmid": of_pmid,
}  # fmt: skip


def _said(element: Element, name: str) -> str:
    return " ".join((element.findtext(name) or "").split())


def _json(url: str, accept: str = "application/json") -> dict[str, Any] | None:
    """Return an answer in JSON; None where there is no such thing."""
    given = _answered(url, accept)
    try:
        found = json.loads(given) if given else None
    except (ValueError, RecursionError):
        raise UnreachableError("登记处的回答看不懂") from None
    return found if isinstance(found, dict) else None


def _answered(url: str, accept: str) -> str | None:
    """Return the text of an answer; None where there is no such thing.

    Raises UnreachableError where the registry does not do its work.
    """
    given = answer(url, accept)
    if given.status in {404, 410}:
        return None
    if given.status != 200:
        busy = "，问得太密了，过一会儿再试" if given.status == 429 else ""
        raise UnreachableError(f"登记处回答 {given.status}{busy}")
    return given.text
