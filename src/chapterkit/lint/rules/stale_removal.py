"""A sign-off in book/removals.yaml speaks of nothing that this change takes away.

Why: an entry that matches nothing would let a later loss pass unseen, or belongs to a change that
was taken back. `chapterkit check --against BASE` judges the entries that are new since BASE; older
ones are the record of what was done, and sign nothing off any more.

Bad:

    ---
    removals: [{rule: lost-paragraph, words: 从来没有过的一段。}]
    ---

    （改前）

    一段话，讲为什么做这个实验，以及它要回答什么问题。

    （改后）

    一段话，讲为什么做这个实验，以及它要回答什么问题。

Good:

    ---
    removals: [{rule: lost-paragraph, words: 一段话，讲为什么做这个实验，以及它要回答什么问题。}]
    ---

    （改前）

    一段话，讲为什么做这个实验，以及它要回答什么问题。

    另一段话，讲这个实验做出来的结果怎样。

    （改后）

    另一段话，讲这个实验做出来的结果怎样。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.engine import Leftovers
from chapterkit.lint.problem import Problem

GROUP = "changes"
SEVERITY = "error"
NEEDS = frozenset({"book"})
FIXED = True


def review(leftovers: Leftovers, options: object) -> Iterator[Problem]:
    """Yield a problem, at its line, for each sign-off that nothing needs."""
    for one in leftovers.needless:
        message = f"这条签字对不上任何丢失：{one.rule}，“{one.words}”"
        hint = "删去这一条；那一处后来又改过，就再签一次"
        yield Problem(one.origin, message, hint)
