"""Identifiers of sources as people paste them: DOI, arXiv, ISBN, PMID. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from chapterkit.patterns import Late

Kind = Literal["doi", "arxiv", "isbn", "pmid"]


@dataclass(frozen=True)
class Identifier:
    """An identifier, without what stands round it."""

    kind: Kind
    value: str


_DOI = Late(
    r"(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:?\s*)?"
    r"(10\.\d{4,9}/\S+|10/(?=[a-z0-9]*[a-z])[a-z0-9]{4,12})",  # and its short form
    re.IGNORECASE,
)
_ARXIV = Late(
    r"(?:https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:?\s*)?"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?/?",
    re.IGNORECASE,
)
_PMID = Late(
    r"(?:pmid:?\s*|https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/)"
    r"(\d{1,9})/?|(\d{4,8})",
    re.IGNORECASE,
)
_ISBN = Late(r"(?:isbn(?:-1[03])?:?\s*)?((?:97[89][- ]?)?\d(?:[- ]?\d){8}[- ]?[\dX])", re.I)
_ARXIV_DOI = Late(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)


def identified(text: str) -> Identifier | None:
    """Return what a text identifies, or None; an ISBN whose check digit is wrong is none.

    >>> identified("https://doi.org/10.1038/Nature14539").value
    '10.1038/nature14539'
    >>> [identified(one).kind for one in ("arXiv:1706.03762v7", "978-7-115-50281-0", "26652862")]
    ['arxiv', 'isbn', 'pmid']
    >>> identified("978-7-115-50281-1") is None
    True
    """
    plain = text.strip().strip("<>。，")
    if found := _DOI.fullmatch(plain):
        doi = found[1].rstrip(".,;").lower()
        preprint = _ARXIV_DOI.fullmatch(doi)
        return Identifier("arxiv", preprint[1]) if preprint else Identifier("doi", doi)
    if found := _ARXIV.fullmatch(plain):
        return Identifier("arxiv", found[1].lower())
    if found := _ISBN.fullmatch(plain):
        digits = re.sub(r"[- ]", "", found[1]).upper()
        if is_isbn(digits):
            return Identifier("isbn", digits)
    if found := _PMID.fullmatch(plain):
        return Identifier("pmid", found[1] or found[2])
    return None


def is_isbn(digits: str) -> bool:
    """Tell whether ten or thirteen digits are an ISBN, by the last."""
    values = [10 if digit == "X" else int(digit) for digit in digits]
    if len(values) == 10:
        return sum(value * (10 - place) for place, value in enumerate(values)) % 11 == 0
    if len(values) == 13 and "X" not in digits:
        return sum(value * (3 if place % 2 else 1) for place, value in enumerate(values)) % 10 == 0
    return False
