"""A link leads neither to the web, nor to a mailbox, nor to a place in the text.

Why: in a printed book the reader can follow nothing else; and `javascript:`, `data:`, `file:` or
an address that hides where it leads does something to the reader instead. The address is left out
of print whatever is said of this rule, and its text stays. The rule may be allowed, accepted by a
baseline, and weigh less; where it is off, it still warns.

An address is known if it begins with http:// or https:// and names a host (and no user), with
mailto: or doi:, or if it is # and an identifier; without blanks, backslashes and characters that
nobody sees. The addresses of the bibliography are looked at as well.

Quiet: pictures, which are files of the book; and another chapter's file (chapter8.md, or
chapter8.md#methods), which leads to that chapter in every format.

Bad:

    见[这里](javascript:alert(1))。

Bad:

    见[另一章](chapter8.md)。

Good:

    见[项目主页](https://example.org/project)与[开头](#opening)，或写信给 <author@example.org>。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.bearers import Bearer, links, quoted
from chapterkit.lint.entries import fields
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book, once
from chapterkit.text.addresses import bibtex_address, link_address
from chapterkit.text.document import Document
from chapterkit.text.file_links import names_file
from chapterkit.text.tree import target_of

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset[str]()
ALWAYS = True

_HINT = "写完整的 https://…、mailto:…、doi:… 或 #标识；别的地址不会进成品，只留下文字"
_FILE_HINT = "book.yaml 没有列出这个文件；列进 chapters 等处，链接就通到那一章"


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each address that does not get into print, where it was typed."""
    for link in links(document):
        yield from _of_link(link, book)
    yield from _of_entries(book)


@once
def _of_entries(book: Book) -> list[Problem]:
    """Return a problem for each address of the bibliography that leads nowhere on the net."""
    found: list[Problem] = []
    for key, source in book.bibliography.items():
        given = fields(source)
        url, doi = (bibtex_address(given.get(name, "")) for name in ("url", "doi"))
        for name, typed, address in (("url", url, _complete(url)), ("doi", doi, _resolved(doi))):
            if typed and link_address(address) is None:
                message = f"参考文献 {key} 的 {name} 不是网上的地址：{quoted(typed)}"
                found.append(Problem(source.origin, message, _HINT))
    return found


def _of_link(link: Bearer, book: Book) -> Iterator[Problem]:
    address = target_of(link.element).address
    if link_address(address) is None:
        message = f"链接的地址 {quoted(address)} 不能印" if address else "链接没有地址"
        hint = _FILE_HINT if book.chapters and names_file(address) else _HINT
        yield link.problem(message, hint, *filter(None, [address]))


def _complete(url: str) -> str:
    """Return an address of the bibliography as citeproc completes it."""
    return url if "://" in url else f"https://{url}"


def _resolved(doi: str) -> str:
    return doi if "://" in doi else f"https://doi.org/{doi}"
