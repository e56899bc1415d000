"""An experiment refers to no other experiment.

Why: the experiments of a chapter are one argument: each takes up what another left open, or shows
where it fails. One that names no other could stand in any book; and a reader who opens the chapter
there finds no way on. The problem says whether others refer to it, for then the link is there and
only its other end is missing.

An experiment is a record's, or a heading 实验 7.4; it is referred to by a link, by its number, or
by where it stands (上一个实验), in the book's own words (案例 7.2) where it has any.

Bad:

    ## 实验 7.1 语音

    教模型说话。

    ## 实验 7.2 思考

    接着实验 7.1，换一种语言。

Good:

    ## 实验 7.1 语音

    教模型说话，实验 7.2 再教它思考。

    ## 实验 7.2 思考

    上一个实验教说话，这里换一种语言。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chapterkit.lint.grounds import (
    label_of,
    labels_of,
    mentions,
    names,
    neighbours,
    parts,
    problem_about,
    records_beside,
    records_named,
)
from chapterkit.lint.many import AnyOf
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.counting import Section
from chapterkit.text.document import Document

GROUP = "brief"
SEVERITY = "warning"
NEEDS = frozenset[str]()


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each experiment that names no other, where there are several."""
    experiments = [one for one in parts(document, book) if one.kind == "experiment"]
    others = len(book.homes or book.records) > 1 or len(experiments) > 1
    if not experiments or not others:
        return
    called = [names(one) for one in experiments]
    kinds = labels_of(book)
    said = [
        mentions(one.blocks)
        | neighbours(one, index, called)
        | records_named(one.blocks, book)
        | records_beside(one, experiments, book)
        for index, one in enumerate(experiments)
    ]
    referring = _referring(experiments, said, book)
    known = AnyOf(book.records, *called)
    for section, mentioned in zip(experiments, said, strict=True):
        elsewhere = {name for name in mentioned if name in known or re.match(r"\d+\.", name)}
        if not elsewhere - names(section):
            by = [one for name in sorted(names(section)) for one in referring.get(name, ())]
            by = list(dict.fromkeys(by))[:3]
            nobody = f"；这里别的{kinds}也没有提到它" if len(experiments) > 1 else ""
            by_others = f"；{'、'.join(by)}提到了它" if by else nobody
            message = f"“{section.title}”没有提到别的{kinds}{by_others}"
            hint = f"写一句它与哪个{kinds}有关、怎样有关" + ("，例如回应上面提到它的" if by else "")
            yield problem_about(section, book, message, hint)


def _referring(
    experiments: Sequence[Section], said: Sequence[set[str]], book: Book
) -> dict[str, list[str]]:
    """Return which experiments refer to each name."""
    found: dict[str, list[str]] = {}
    for one, mentioned in zip(experiments, said, strict=True):
        for name in mentioned - names(one):
            title = f"{label_of(one, book)} {one.number} " if one.number else f"“{one.title}”"
            found.setdefault(name, []).append(title)
    return found
