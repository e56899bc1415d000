"""A footnote is called that is nowhere defined.

Why: pandoc prints the mark as it was typed, `[^x]`, and says nothing.

Bad:

    这一点有例外[^exception]。

Good:

    这一点有例外[^exception]。

    [^exception]: 见原文附录。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import NOTE_CALL, Document

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset[str]()


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each footnote mark that is left in the text."""
    for block in document.blocks:
        if block.kind in {"CodeBlock", "RawBlock"}:
            continue
        for found in NOTE_CALL.finditer(block.masked("Code", "Math")):
            if block.is_escaped(found.start()):
                continue
            yield problem_at(
                block,
                found.start(),
                found.end(),
                f"脚注 {found[0]} 没有定义",
                f"另起一段写 {found[0]}: 脚注的内容",
            )
