"""Two things have the same identifier: two headings `{#summary}`, or two figures `{#fig:map}`.

Why: a link can lead to one of them only. Which one differs from format to format, and nobody is
told. Identifiers are unique in the whole book, so that any chapter may refer to what another has.

The problem stands where the identifier is given the second time, or where it is given at all, if
it is one that a whole book's own pages have: book-title, book-copyright, book-figures, book-tables,
book-references, book-part-1 and so on.

Bad:

    ## 方法 {#method}

    先做一遍。

    ## 再一次 {#method}

Good:

    ## 方法 {#method}

    先做一遍，见[方法](#method)。

    ## 再一次 {#method-again}
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import COMMENT, Book, Chapter, once
from chapterkit.text.document import Document
from chapterkit.text.tree import BEARING, attributes_of, elements_of
from chapterkit.text.whole import is_taken

GROUP = "references"
SEVERITY = "error"
NEEDS = frozenset[str]()

_GIVEN = re.compile(r"\{#(?P<name>[^\s{}#%]+)(?=[\s}])")
_WARNED = "DuplicateIdentifier"
_HINT = "换一个标识，链接也跟着改"


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem wherever an identifier is given that something before it has already."""
    given = [(found["name"], found.start()) for found in _GIVEN.finditer(document.rendered.text)]
    if not given:
        return
    elsewhere = _given_before(document.counting.chapter, dict(given), book)
    made = {str(one.fields.get("contents", "")) for one in document.warned if one.type == _WARNED}
    several = {name for name, count in Counter(name for name, _ in given).items() if count > 1}
    carried = _carried(document) if several or made or elsewhere else Counter[str]()
    first: dict[str, int] = {}
    for name, offset in given:
        origin = document.rendered.origin(offset)
        if is_taken(name):
            yield Problem(origin, f"标识 {name} 是工具自己用的，合成一本书时分不清", _HINT)
        if carried[name] > 1 and name in first:
            where = f"第 {first[name]} 行"
            yield Problem(origin, f"标识 {name} 用了两次，先在{where}", _HINT)
        elif carried[name] > 1 and name in made - several:
            yield Problem(origin, f"标识 {name} 用了两次，另一处是由标题的文字得来的", _HINT)
        elif carried[name] and name in elsewhere and name not in first:
            where = elsewhere[name]
            yield Problem(origin, f"标识 {name} 别的章已经用了，在 {where}", _HINT)
        first.setdefault(name, origin.line)


def _carried(document: Document) -> Counter[str]:
    """Return how often elements of a document carry each identifier."""
    return Counter(attributes_of(one).identifier for one in elements_of(document.tree, BEARING))


def _given_before(slug: str, names: Iterable[str], book: Book) -> dict[str, str]:
    """Return which of these identifiers chapters before this one give, and where they say so."""
    own = book.order.get(slug, len(book.order) if slug else 0)
    found = {name: _given_first(book)[name] for name in names if name in _given_first(book)}
    return {name: place for name, (at, place) in found.items() if at < own}


@once
def _given_first(book: Book) -> dict[str, tuple[int, str]]:
    """Return which chapter, by its place in the book, gives an identifier first, and where."""
    found: dict[str, tuple[int, str]] = {}
    for at, chapter in enumerate(book.chapters):
        for name, place in _given_in(chapter, book):
            found.setdefault(name, (at, place))
    return found


def _given_in(chapter: Chapter, book: Book) -> Iterator[tuple[str, str]]:
    for record, line in chapter.placed:
        yield record, f"{chapter.path}:{line}"
    templates = (f"experiments/{record}.md.j2" for record in chapter.records)
    texts = {f"templates/{name}": book.templates.get(name, "") for name in templates}
    for path, text in {chapter.path: chapter.text, **texts}.items():
        if "{#" in text:
            visible = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
            for match in _GIVEN.finditer(visible):
                yield match["name"], f"{path}:{visible.count(chr(10), 0, match.start()) + 1}"
