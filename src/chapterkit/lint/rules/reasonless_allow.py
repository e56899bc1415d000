"""An exception is made without a reason, or in a form that says nothing to the linter.

Why: whoever reads the exception later must be able to tell whether it still holds. The form is
`<!-- chapterkit: allow RULE: reason -->`, several rules divided by commas; it stands before the
paragraph that it is made for, or inside it.

Bad:

    <!-- chapterkit: allow typed-reference -->

    见实验 7.4。

Good:

    <!-- chapterkit: allow typed-reference: 引用的是另一本书 -->

    见实验 7.4。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.allow import allows
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "linter"
SEVERITY = "error"
NEEDS = frozenset[str]()
_FORM = "写作 <!-- chapterkit: allow 规则名: 理由 -->"


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each exception whose reason holds no word, or that cannot be read."""
    for allow in allows(document):
        if not allow.rules:
            yield Problem(allow.origin, "这条写给 chapterkit 的注释读不懂", _FORM)
        elif not any(map(str.isalnum, allow.reason)):
            named = "、".join(allow.rules)
            yield Problem(allow.origin, f"准许了 {named}，没有写理由", _FORM)
