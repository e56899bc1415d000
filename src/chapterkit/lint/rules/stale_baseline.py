"""A baseline accepts a problem that no longer occurs.

Why: a baseline is how old text is adopted, and it may only shrink. An entry whose problem has
been mended would let the same mistake in again unseen. `chapterkit check --baseline FILE --prune`
takes such entries out.

Bad:

    baseline.yaml accepts two straight quotes in a sentence that now holds one

Good:

    baseline.yaml accepts two straight quotes in a sentence that still holds two
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.engine import Leftovers
from chapterkit.lint.problem import Problem

GROUP = "linter"
SEVERITY = "error"
NEEDS = frozenset[str]()


def review(leftovers: Leftovers, options: object) -> Iterator[Problem]:
    """Yield a problem, at its line of the baseline, for each entry that nothing needs."""
    for origin, said in leftovers.stale:
        yield Problem(origin, f"基线里的这一条已经没有了：{said}", "用 --prune 把它删去")
