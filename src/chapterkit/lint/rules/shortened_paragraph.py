"""A paragraph has lost more of what it said than a set share.

Why: a sentence that is watered down is lost as surely as one that is deleted. `chapterkit check
--against BASE` looks for each sentence of a changed paragraph; those that are nowhere any more, and
what is missing from those that became shorter, are added up. Rewording alone takes nothing away.

Options: `share` (0.2), the part of a paragraph that may go; where BASE and the book say different
shares, the smaller one holds. One that is meant is signed off in `book/removals.yaml`
(`chapterkit rule lost-paragraph` says how).

Bad:

    （改前）

    两种方法都试过。前一种快，可是换了规则就不行。后一种慢，换了规则还能做。

    （改后）

    两种方法都试过。前一种快，可是换了规则就不行。

Good:

    （改前）

    两种方法都试过。前一种快，可是换了规则就不行。后一种慢，换了规则还能做。

    （改后）

    两种方法都试过了。前一种快，可是规则一换就不行。后一种慢，规则换了还能做。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.lint.engine import Leftovers
from chapterkit.lint.losses import problem_of
from chapterkit.lint.problem import Problem

GROUP = "changes"
SEVERITY = "error"
NEEDS = frozenset({"book"})
FIXED = True


@dataclass(frozen=True)
class Options:
    """The part of a paragraph that may go."""

    share: float = 0.2


def review(leftovers: Leftovers, options: Options) -> Iterator[Problem]:
    """Yield a problem for each paragraph of which too much is gone."""
    for loss in leftovers.lost("shortened-paragraph"):
        if loss.share > options.share:
            gone = f"，没有了：“{loss.said}”" if loss.said else ""
            message = f"这一段少了 {loss.share:.0%}（原在 {loss.was}）{gone}"
            yield problem_of(loss, message, "把少掉的补回来")
