"""A number that is not the source's own is shown without saying whose it is.

Why: a project's README, a second-hand report and the author's own run are no papers. The reader
must be able to tell from the sentence itself.

Options: `readme`, `secondary`, `own_run`: for each status the words one of which the sentence must
hold; what the tool itself says of a status in the book's language will always do. `scope`:
`sentence` (default), or `paragraph`: then it is enough if this sentence or an earlier one of its
paragraph says it, for passages that speak of one run throughout.

Bad:

    训练用了 {{ n("demo.days") }}[@demo2025]。

Good:

    作者自己的一次运行用了 {{ n("demo.days") }}[@demo2025]。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.states import STATUS_IN_PROBLEMS
from chapterkit.quantities.traditional import simplified
from chapterkit.text.document import Block, Document, Inline
from chapterkit.text.placed import was_called

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset({"ledger"})


@dataclass(frozen=True)
class Options:
    """The words that tell a status, and how near they must stand."""

    scope: Literal["sentence", "paragraph"] = "sentence"

    readme: tuple[str, ...] = (
        "README", "说明文档", "项目说明", "项目的说明", "项目页", "项目文档", "文档", "自述",
        "仓库", "代码库", "脚本", "repository", "documentation", "project page",
    )  # fmt: skip
    secondary: tuple[str, ...] = (
        "转引", "转述", "转载", "转见", "引自", "摘录", "据报道", "报道", "据称",
        "quoted", "as cited", "cited in", "reported by", "according to",
    )  # fmt: skip
    own_run: tuple[str, ...] = (
        "作者自己", "本书作者", "笔者", "自己的运行", "自己跑", "自行运行", "自己的一次",
        "亲自", "复现", "重跑", "复算", "author's own", "our own", "my own", "own run",
    )  # fmt: skip


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each number of such a status whose sentence names none of its words."""
    for block in document.paragraphs:
        if was_called(block):
            continue  # a mark stands behind the number, and the note explains it
        for inline in block.numbers():
            number = book.ledger.get(inline.number)
            if number and number.status != "primary" and not _said(block, inline, number, options):
                kind = STATUS_IN_PROBLEMS[number.status]
                usual = number.wording.status(number.status)
                yield problem_at(
                    block,
                    inline.start,
                    inline.end,
                    f"{number.id} 的来历是{kind}，这一句没有说明",
                    f"在句子里说清是谁的数，例如用“{usual}”",
                )


def _said(block: Block, inline: Inline, number: Number, options: Options) -> bool:
    start, end = block.sentence(inline.start)
    if options.scope == "paragraph":
        start = 0
    said = block.text[start:end].lower()
    words: tuple[str, ...] = getattr(options, number.status.replace("-", "_"))
    usual = number.wording.status(number.status)
    # Traditional text is read as the Simplified one that the words are written in.
    return usual in said or any(word.lower() in simplified(said) for word in words)
