"""An online source does not say when it was read.

Why: a page changes or goes; GB/T 7714-2015 asks for the day on which it was read (引用日期), which
is printed in brackets: [2021-01-02].

Quiet: an entry with `urldate`, or with “Accessed: 2021-01-02” in its note; one with a DOI or a
number at a preprint server, behind which the text stays what it was; reports, articles and other
kinds that have an address besides.

Options: `types`, the types that must say it besides whatever is printed as a page of the web
([EB/OL]), such as `@misc` with nothing but an address.

Bad:

    ---
    bibliography: |
      @online{demo2025, title = {A}, author = {Demo, Anna}, year = {2025}, url = {https://a.example}}
    ---
    差距来自任务[@demo2025]。

Good:

    ---
    bibliography: |
      @online{demo2025, title = {A}, author = {Demo, Anna}, year = {2025}, url = {https://a.example},
        urldate = {2025-06-07}}
    ---
    差距来自任务[@demo2025]。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.lint.entries import arxiv, doi, fields
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document
from chapterkit.text.references import is_web_page, visited

GROUP = "citations"
SEVERITY = "warning"
NEEDS = frozenset({"bibliography"})
OF_BOOK = True


@dataclass(frozen=True)
class Options:
    """Which types of entries must say when they were read, besides pages of the web."""

    types: tuple[str, ...] = ("online", "electronic", "www")


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem, at its line of the bibliography, for each that does not say it."""
    for key, source in book.bibliography.items():
        said = fields(source)
        if doi(source) or arxiv(source):
            continue
        if source.type.lower() not in options.types and not is_web_page(source):
            continue
        if not (visited(source) or said.get("urldate") or said.get("lastchecked")):
            message = f"参考文献 {key} 是网上的资料，没有写引用日期"
            yield Problem(source.origin, message, "补上读到它的那一天：urldate = {2025-06-07}")
