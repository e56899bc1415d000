"""A paragraph that stood in the book is nowhere any more.

Why: text that is there is not to go unseen, by hand or by machine. `chapterkit check --against
BASE` renders the book as it was where the branch parts from BASE and looks for every paragraph: one
that was moved (to another section, chapter or file), reworded, split or merged is not lost, and one
whose sentences all stand elsewhere is not, either. The problem stands where the paragraph would be.

A loss that is meant is signed off in `book/removals.yaml`, with the reason and, from git, who says
so: `chapterkit check --against BASE --sign-off WHAT --reason "…"` writes the entry. Numbers and
citations that stood in it alone need none of their own. Nothing in book.yaml turns this rule off,
and no baseline accepts it.

Bad:

    （改前）

    一段话，讲为什么做这个实验，以及它要回答什么问题。

    另一段话，讲结果怎样。

    （改后）

    另一段话，讲结果怎样。

Good:

    （改前）

    一段话，讲为什么做这个实验，以及它要回答什么问题。

    另一段话，讲结果怎样。

    （改后）

    另一段话，讲结果怎样。

    一段话，讲为什么做这个实验，以及它要回答什么问题。
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
    """Yield a problem for each paragraph that is gone."""
    for loss in leftovers.lost("lost-paragraph"):
        message = f"少了一段：“{loss.words}”（原在 {loss.was}）"
        yield problem_of(loss, message, "把它放回来")
