"""A record says that its experiment relates to another, and its text never refers to that one.

Why: `relations` are what the author found worth telling; if the text of the experiment does not
refer to the other, by `{{ ref("…") }}`, its number, or as the experiment before or after, the
reader never learns of it. Relations to experiments that no chapter places are passed over.

Reported at the relation's line in the record.

Bad:

    ---
    records:
      speech: {relations: [{to: thought, how: 嗓音与语言}]}
      thought: {}
    ---
    ## 实验 7.1 语音 {#speech}

    教模型说话。

    ## 实验 7.2 思考 {#thought}

    接着{{ ref("speech") }}，换一种语言。

Good:

    ---
    records:
      speech: {relations: [{to: thought, how: 嗓音与语言}]}
      thought: {}
    ---
    ## 实验 7.1 语音 {#speech}

    教模型说话，{{ ref("thought") }}再教它思考。

    ## 实验 7.2 思考 {#thought}

    换一种语言。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.grounds import (
    label_of,
    mentions,
    names,
    neighbours,
    number_of,
    parts,
    records_beside,
    records_named,
)
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "brief"
SEVERITY = "warning"
NEEDS = frozenset({"book"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each relation of a placed record that its text does not tell."""
    experiments = [one for one in parts(document, book) if one.kind == "experiment"]
    called = [names(one) for one in experiments]
    for own, section in enumerate(experiments):
        record = book.records.get(section.slug)
        if record is None or not record.model.relations:
            continue
        said = (
            mentions(section.blocks)
            | neighbours(section, own, called)
            | records_named(section.blocks, book)
            | records_beside(section, experiments, book)
        )
        for index, relation in enumerate(record.model.relations):
            number = number_of(relation.to, book)
            if number and not {relation.to, number} & said:
                yield Problem(
                    record.origin("relations", index),
                    f"记录说它与{book.label_of(relation.to)}（{relation.to}）有关：“{relation.how}”，"
                    f"这个{label_of(section, book)}的正文没有提到",
                    f'在正文里写出这层联系，用 {{{{ ref("{relation.to}") }}}}；或从 relations 删去',
                )
