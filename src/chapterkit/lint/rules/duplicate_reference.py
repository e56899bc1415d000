"""The bibliography holds the same work twice.

Why: cited under two keys it is printed as two works with two numbers. The same are entries of one
DOI, of one arXiv number (in whatever field and version), or of the same title by the same first
author: a preprint and its published version too.

Quiet: the same title by other authors; volumes, parts and editions of a book that say which they
are; a report of the same name every year; chapters of one book.

Bad:

    ---
    bibliography: |
      @misc{demo2024, title = {A {Demonstration}}, author = {Demo, A.}, eprint = {2401.00001}}
      @article{demo2025, title = {A demonstration}, author = {Demo, Anna}, journal = {J}}
    ---
    差距来自任务[@demo2024; @demo2025]。

Good:

    ---
    bibliography: |
      @misc{demo2024, title = {A Demonstration}, author = {Demo, A.}, eprint = {2401.00001}}
      @misc{other2024, title = {A Demonstration}, author = {Other, B.}, eprint = {2402.00002}}
    ---
    差距来自任务[@demo2024; @other2024]。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.entries import arxiv, doi, fields, surname, title, year
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "citations"
SEVERITY = "error"
NEEDS = frozenset({"bibliography"})
OF_BOOK = True


_APART = ("edition", "volume", "part", "chapter")
_SHORTEST_TITLE = 6
_BY_TITLE = "题名和作者"
_PARTS = frozenset({"inbook", "incollection", "bookinbook", "suppbook"})
_SERIES = frozenset({"report", "techreport", "misc", "online", "manual", "dataset", "standard"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at the later entry, for each that an earlier one is the same work as."""
    seen: dict[tuple[str, str], list[Source]] = {}
    for source in book.bibliography.values():
        for kind, name in _identities(source):
            known = seen.setdefault((kind, name), [])
            same = next((one for one in known if _is_same(one, source, kind)), None)
            known.append(source)
            if same:
                yield Problem(
                    source.origin,
                    f"参考文献 {source.key} 与 {same.key} 是同一篇：{kind}相同",
                    f"只留一条，引用都改到它上面（{same.key} 在第 {same.origin.line} 行）",
                )
                break


def _identities(source: Source) -> Iterator[tuple[str, str]]:
    if name := doi(source):
        yield "DOI ", name
    if name := arxiv(source):
        yield "arXiv 编号", name
    if len(name := title(source)) >= _SHORTEST_TITLE or not name.isascii():
        yield _BY_TITLE, name


def _is_same(one: Source, other: Source, kind: str) -> bool:
    """Tell whether two entries of the same identity, by its kind, are the same work."""
    if kind != _BY_TITLE:
        is_part = one.type.lower() in _PARTS or other.type.lower() in _PARTS
        return not is_part or title(one) == title(other)
    return surname(one) == surname(other) and not _are_apart(one, other)


def _are_apart(one: Source, other: Source) -> bool:
    """Tell whether two entries of the same title and author say that they are not the same."""
    first, second = fields(one), fields(other)
    for name in _APART:
        said = first.get(name, ""), second.get(name, "")
        if all(said) and said[0] != said[1] and not _are_articles(one, other):
            return True
    if year(one) == year(other):
        return False
    if not surname(one) or first.get("edition") or second.get("edition"):
        return True
    in_series = {one.type.lower(), other.type.lower()} <= _SERIES
    return in_series and not arxiv(one) and not arxiv(other)


def _are_articles(one: Source, other: Source) -> bool:
    return "article" in {one.type.lower(), other.type.lower()}
