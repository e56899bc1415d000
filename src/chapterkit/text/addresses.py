"""Addresses of links and pictures, taken apart once: what is handed on is what was looked at. Pure.

A program that opens an address decodes it in its own way. So an address counts only where every
program must understand it alike, and whatever might hide something in it is refused.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit

from chapterkit.patterns import Late

_IDENTIFIER = re.compile(r"[\w-][\w.:-]{0,199}")
_MAIL = Late(r"mailto:[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_DOI = Late(r"doi:(?P<doi>10\.\d{4,9}/\S+)", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?(?::\d{1,5})?")
_MARKS = str.maketrans({mark: quote(mark) for mark in '"<>`{}|^'})
_ELSEWHERE = Late(
    r"[a-z][a-z0-9+.-]*:/|(?:about|blob|data|file|javascript|mailto|vbscript):", re.IGNORECASE
)


def is_identifier(text: str) -> bool:
    """Tell whether a text can name a place: letters, digits and `-_.:`, two hundred at most.

    No format minds an identifier that begins with a stop or a colon but the PDF.

    >>> is_identifier("后训练-1"), is_identifier('a" onclick="b')
    (True, False)
    """
    return _IDENTIFIER.fullmatch(text) is not None


def link_address(address: str) -> str | None:
    """Return the address of a link as it may stand in print; None for one that may not.

    It may lead to the web, to a mailbox, to a DOI, and to an identifier of the text.

    >>> link_address("https://example.org/a?b=1"), link_address("doi:10.1000/182")
    ('https://example.org/a?b=1', 'https://doi.org/10.1000/182')
    >>> link_address("javascript:alert(1)"), link_address("//example.org"), link_address("a.md")
    (None, None, None)
    """
    if not all(map(_is_plain, address)):
        return None
    if address.startswith("#"):
        return address if is_identifier(address[1:]) else None
    if found := _DOI.fullmatch(address):
        return _encoded(f"https://doi.org/{found['doi']}")
    return _encoded(address) if _MAIL.fullmatch(address) or _is_of_the_web(address) else None


def _is_plain(character: str) -> bool:
    """Tell whether a character is one that programs do not pass over, or take for another."""
    return character != "\\" and unicodedata.category(character)[0] not in "CZ"


def _is_of_the_web(address: str) -> bool:
    """Tell whether an address is one of a web page, written in full; it may not name a user."""
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(_HOST.fullmatch(parts.netloc))
    except ValueError:
        return False


def _encoded(address: str) -> str:
    """Return an address without marks that could end it where it is written down."""
    return address.translate(_MARKS)


def bibtex_address(text: str) -> str:
    r"""Return the address that a field of BibTeX holds, without LaTeX's escapes.

    >>> bibtex_address(r"{https://example.org/a\_b}"), bibtex_address(r"https://a.org/a{\_}b")
    ('https://example.org/a_b', 'https://a.org/a_b')
    """
    return re.sub(r"\{?\\([%_&#~$])(?:\{\})?\}?", r"\1", text).strip("{} ")


def picture_path(address: str) -> str | None:
    """Return the path that the address of a picture names, relative to a folder of the book.

    It is decoded once, so that what is checked and what is opened are the same file; a colon, a
    semicolon and a per cent sign may stand in a name. `..` may lead to a folder beside, and
    whoever opens the file sees to it that it lies inside the book. None for an address that
    leads anywhere else, or has a query or a fragment.

    >>> picture_path("图/a%20b.png"), picture_path("../图/fig%3A1.png"), picture_path("100%.png")
    ('图/a b.png', '../图/fig:1.png', '100%.png')
    >>> picture_path("https://example.org/a.png"), picture_path("/etc/a"), picture_path("a.png?b")
    (None, None, None)
    """
    if _ELSEWHERE.match(address) or not {"?", "#"}.isdisjoint(address):
        return None
    path = unquote(address, errors="strict") if _is_decodable(address) else ""
    hidden = any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} for one in path)
    if not path or hidden or "\\" in path or path.startswith("/") or _ELSEWHERE.match(path):
        return None
    plain = posixpath.normpath(path)
    return None if plain in {".", ".."} else plain


def _is_decodable(address: str) -> bool:
    try:
        unquote(address, errors="strict")
    except UnicodeDecodeError:
        return False
    return True
