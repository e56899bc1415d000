"""The value of a number was changed, and nobody has looked it up.

Why: 18.3 that becomes 81.3 in a record changes the prose in silence. `chapterkit check --against
BASE` tells of every value or unit that is another, unless the lock was renewed with it: after
`chapterkit verify`, with the source at hand, the lock speaks of the new value. What is computed
from other numbers follows them. One that is meant, and cannot be verified, is signed off in
`book/removals.yaml` (`chapterkit rule lost-paragraph` says how).

Bad:

    （改前）
    numbers:
      speed: {value: 18.3, unit: "%", of: 成功率, cite: demo2025, at: 图 6}
    （改后）
    numbers:
      speed: {value: 81.3, unit: "%", of: 成功率, cite: demo2025, at: 图 6}

Good:

    （改前）
    numbers:
      speed: {value: 18.3, unit: "%", of: 成功率, cite: demo2025, at: 图 6}
    （改后，核对过）
    numbers:
      speed: {value: 81.3, unit: "%", of: 成功率, cite: demo2025, at: 图 6}
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
    """Yield a problem for each value that changed without the lock."""
    for loss in leftovers.lost("changed-number"):
        message = f"{loss.words} 的值改了：{loss.said}，没有重新核对"
        yield problem_of(loss, message, "对照原文，运行 chapterkit verify --sources DIR")
