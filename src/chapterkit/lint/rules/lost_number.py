"""A number that stood in the prose stands there no more.

Why: a figure that carried an argument is easily dropped while a sentence is polished.
`chapterkit check --against BASE` tells of every number of the ledger that the prose showed and does
not show any more; a number that is typed, and that a paragraph has lost while it still stands, is a
warning, with what stands in its place. A record that was renamed or divided takes its numbers
along, and a typed number that became a recorded one of the same value is not lost. One that is
meant is signed off in `book/removals.yaml` (`chapterkit rule lost-paragraph` says how).

Bad:

    （改前）

    成功率是 {{ n("demo.rl") }}，比原来高。

    （改后）

    成功率比原来高。

Good:

    （改前）

    成功率是 {{ n("demo.rl") }}，比原来高。

    （改后）

    比原来高，成功率到了 {{ n("demo.rl") }}。
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
    """Yield a problem for each number that is gone."""
    for loss in leftovers.lost("lost-number"):
        if loss.is_typed:
            message = f"这一段里手写的数 {loss.words} 没有了（原在 {loss.was}），{loss.said}"
            yield problem_of(loss, message, "对照出处，改回来", severity="warning")
        else:
            message = f"正文里不再有 {loss.words}；原来写在 {loss.was}：“{loss.said}”"
            yield problem_of(loss, message, "在正文里用上它")
