"""An experiment cites none of its sources.

Why: everything said of an experiment comes from its paper, or from the author's own run, and the
reader must be able to go there. In a book the text has to cite one of the record's `sources`;
outside of a book, an experiment (a heading 实验 7.4) has to hold some citation at all: pandoc's
`[@key]`, a note, a link, or a typed [3] or （Smith 等，2020）.

Bad:

    ## 实验 7.1 语音

    教模型说话，学到后来，报出名字便换一副嗓子。

Good:

    ## 实验 7.1 语音

    教模型说话，学到后来，报出名字便换一副嗓子[@demo2025, 图 6]。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.grounds import cites, keys, parts, problem_about
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "brief"
SEVERITY = "error"
NEEDS = frozenset[str]()


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each experiment without a citation."""
    for section in parts(document, book):
        if section.kind != "experiment" or not section.text:
            continue
        record = book.records.get(section.slug)
        if record is not None and keys(section).isdisjoint(record.model.sources):
            sources = "、".join(record.model.sources)
            message = f"“{section.title}”没有引用记录里的任何一个来源（{sources}）"
            hint = f'在讲结果的地方写 {{{{ cite("{record.model.sources[0]}", "图 6") }}}}'
            yield problem_about(section, book, message, hint)
        elif record is None and not any(map(cites, section.blocks)):
            message = f"“{section.title}”没有引用任何文献"
            yield problem_about(
                section, book, message, "写明它取自哪篇论文或谁的运行：[@key, 图 6]"
            )
