"""A table, chart or flow drawing that the text never refers to.

Why: a reader is led to an exhibit by the sentence that says what is to be seen in it. One that no
sentence names is passed over, or read for something that the text does not say.

Quiet: pictures and tables that no call has placed.

Bad:

    {{ table("ood") }}

Good:

    {{ ref("ood") }}列出换规则之后的成功率[@demo2025]。

    {{ table("ood") }}
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.exhibits import references_to
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.exhibited import IN_WORDS
from chapterkit.text.document import Document
from chapterkit.text.placed import place_of, placed_in

GROUP = "references"
SEVERITY = "warning"
NEEDS = frozenset({"book"})
ABSENCE = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, where it is placed, for each exhibit without a reference to it."""
    for id in placed_in(document, book):
        if not references_to(id, document):
            exhibit = book.exhibits[id]
            yield Problem(
                place_of(id, document),
                f"正文没有提到{IN_WORDS[exhibit.kind]} {id}（{exhibit.model.caption}）",
                f'在前面的段落里写 {{{{ ref("{id}") }}}}，说清要看什么',
            )
