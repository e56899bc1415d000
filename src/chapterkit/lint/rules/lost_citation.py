"""A citation that stood by a statement is gone.

Why: a claim that loses its source while it stays is a claim without one. `chapterkit check
--against BASE` tells of every source that is not cited anywhere any more, and of every paragraph
that still stands and cites a source no more, unless another paragraph has begun to cite it
instead. One that is meant is signed off in `book/removals.yaml` (`chapterkit rule lost-paragraph`
says how).

Bad:

    （改前）

    规则换了以后，成功率还在升[@demo2025]。

    （改后）

    规则换了以后，成功率还在升。

Good:

    （改前）

    规则换了以后，成功率还在升[@demo2025]。

    （改后）

    规则换过之后，成功率依旧在升[@demo2025, 图 6]。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.engine import Leftovers
from chapterkit.lint.losses import problem_of
from chapterkit.lint.problem import Problem

GROUP = "changes"
SEVERITY = "error"
NEEDS = frozenset({"book"})
FIXED = True


def review(leftovers: Leftovers, options: object) -> Iterator[Problem]:
    """Yield a problem for each citation that is gone."""
    for loss in leftovers.lost("lost-citation"):
        message = f"不再引用 {loss.words}；原来引在 {loss.was}：“{loss.said}”"
        yield problem_of(loss, message, "把引用放回来")
