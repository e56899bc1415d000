"""A paragraph says again what another says, in the same or nearly the same words.

Why: text that is carried from place to place, by hand or by a merge, is easily left in both.
`chapterkit check --against BASE` tells of every copy that was not there before; copies that the
book had already are not its matter. One that is meant is signed off in `book/removals.yaml`
(`chapterkit rule lost-paragraph` says how).

Bad:

    （改前）

    一段话，讲为什么做这个实验，以及它要回答什么问题。

    （改后）

    一段话，讲为什么做这个实验，以及它要回答什么问题。

    一段话，讲为什么做这个实验，以及它要回答什么问题。

Good:

    （改前）

    一段话，讲为什么做这个实验，以及它要回答什么问题。

    （改后）

    一段话，讲为什么做这个实验，以及它要回答什么问题。

    另一段话，讲这个实验做出来的结果怎样。
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
    """Yield a problem for each copy that is new."""
    for loss in leftovers.lost("doubled-paragraph"):
        message = f"这一段与 {loss.was} 重复：“{loss.words}”"
        yield problem_of(loss, message, "删去其中一段")
