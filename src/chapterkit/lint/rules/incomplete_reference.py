"""An entry of the bibliography lacks a field without which its reader cannot find the source.

Why: an entry without year or publisher is printed with a gap. Each type of entry needs the
required fields of BibTeX's standard styles (Patashnik, BibTeXing, 1988, section 3.1), with
biblatex's names for the same things, and what GB/T 7714-2015 asks of sources that BibTeX does not
know (a way to an online source, the number of a standard or patent).

Quiet: date for year, journaltitle for journal, institution for school; reports of a newspaper
without an author (`entrysubtype = {newspaper}`); fields inherited by crossref; year = {n.d.} or
pubstate = {forthcoming}; an arXiv number in place of a journal for `@misc`.

Options: `required`, further fields by type (`article: [volume, pages]`); `a|b` is either.

Bad:

    ---
    bibliography: |
      @article{demo2025, title = {A}, author = {Demo, Anna}, year = {2025}}
    ---
    差距来自任务[@demo2025]。

Good:

    ---
    bibliography: |
      @article{demo2025, title = {A}, author = {Demo, Anna}, date = {2025-03}, journaltitle = {J}}
    ---
    差距来自任务[@demo2025]。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from chapterkit.lint.entries import fields, parents
from chapterkit.lint.problem import Problem
from chapterkit.lint.words import word_lists
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document
from chapterkit.text.kinds import kind_of

GROUP = "citations"
SEVERITY = "error"
NEEDS = frozenset({"bibliography"})
OF_BOOK = True


@dataclass(frozen=True)
class Options:
    """Further fields that entries of a type must have."""

    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_NAMES = {
    "author": "作者", "editor": "编者", "title": "题名", "journal": "刊名",
    "booktitle": "所在文集的题名", "publisher": "出版者", "year": "年份", "school": "学校",
    "institution": "机构", "url": "获取地址", "number": "编号", "chapter": "章或页码",
    "note": "说明或年份", "holder": "权利人", "pages": "页码", "volume": "卷", "doi": "DOI",
}  # fmt: skip
_EMPTY = frozenset(
    {"", "?", "??", "???", "todo", "tbd", "fixme", "xxx", "unknown", "n/a", "missing"}
)


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem, at its line of the bibliography, for each entry that lacks something."""
    for key, source in book.bibliography.items():
        kind = source.type.lower()
        given = _given(source, book.bibliography)
        required = (*word_lists("required-fields").get(kind, ()), *options.required.get(kind, ()))
        lacking = [one for one in required if given.isdisjoint(one.split("|"))]
        if "author" in lacking and _is_of_newspaper(source):
            lacking.remove("author")
        if lacking and "*" not in given:
            yield Problem(
                source.origin,
                f"参考文献 {key}（{kind}）缺少{'、'.join(map(_named, lacking))}",
                f"补上 {'、'.join(one.partition('|')[0] for one in lacking)}",
            )


def _is_of_newspaper(source: Source) -> bool:
    """Tell whether a source is what a newspaper reports, mostly without a name."""
    fields_of = {name: str(value) for name, value in fields(source).items()}
    return kind_of(source.type.lower(), fields_of, "", preprint=False) == "article-newspaper"


def _named(choice: str) -> str:
    first = choice.partition("|")[0]
    return _NAMES.get(first, first)


def _given(source: Source, known: Mapping[str, Source], depth: int = 0) -> set[str]:
    """Return the names of the fields that an entry has or inherits; * if nobody can tell."""
    given = {name for name, value in fields(source).items() if _says_something(value)}
    for role, people in (("author", source.authors), ("editor", source.editors)):
        if any(map(_says_something, people)):
            given.add(role)
    if "collaboration" in given:
        given.add("author")
    for parent in parents(source):
        if parent not in known or depth > 5:
            given.add("*")
            continue
        inherited = _given(known[parent], known, depth + 1)
        given |= inherited
        if "title" in inherited:
            given.add("booktitle")
    return given


def _says_something(value: str) -> bool:
    return value.strip("{}\"' ~\n\t").lower() not in _EMPTY
