"""A table, chart or flow drawing is declared and placed nowhere.

Why: it was once worth making; either the text lost it, or its declaration can go. Its numbers are
in print only where it is.

Quiet: an exhibit of a record that another chapter places; one whose name stands in quotation marks
in any text or template of the book other than for a reference, as in a loop over several.

Bad:

    {{ ref("ood") }}列出成功率，{{ ref("two-games") }}把两件事放在一起[@demo2025]。

    {{ table("ood") }}

Good:

    {{ ref("ood") }}列出成功率，{{ ref("two-games") }}把两件事放在一起[@demo2025]。

    {{ table("ood") }}

    {{ table("two-games") }}
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book, once
from chapterkit.manuscript.exhibited import IN_WORDS, Exhibit
from chapterkit.patterns import Late
from chapterkit.text.document import Document
from chapterkit.text.placed import placed_in

GROUP = "references"
SEVERITY = "warning"
NEEDS = frozenset({"book"})
ABSENCE = True

_QUOTED = Late(r"""(?<!\bref\()(?<!\bref\(\s)(["'])([a-z][a-z0-9_-]*)\1""")


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, where it is declared, for each exhibit that no text places."""
    if not book.exhibits:
        return
    records = {block.identifier for block in document.blocks if block.kind == "Header"}
    placed = placed_in(document, book)
    unnamed = _unnamed(book)
    for exhibit in (one for slug in {"", *records} for one in unnamed.get(slug, ())):
        if exhibit.id in placed:
            continue
        yield Problem(
            exhibit.origin(),
            f"{IN_WORDS[exhibit.kind]} {exhibit.id}（{exhibit.model.caption}）写下了，哪里也没有放",
            f'单独一行写 {{{{ {exhibit.kind}("{exhibit.id}") }}}}，或删去它',
        )


@once
def _unnamed(book: Book) -> dict[str, list[Exhibit]]:
    """Return what stands nowhere in quotation marks in a book's texts and templates, by records."""
    texts = (*(one.text for one in book.chapters), *book.templates.values())
    named = {found[2] for text in texts for found in _QUOTED.compiled.finditer(text)}
    found: dict[str, list[Exhibit]] = {}
    for one in book.exhibits.values():
        if one.id not in named:
            found.setdefault(one.slug, []).append(one)
    return found
