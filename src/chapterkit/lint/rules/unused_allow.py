"""An exception is made that nothing needs.

Why: the problem it was made for has been mended, or the text has moved away from under it; left
standing, it would hide the next one.

Bad:

    <!-- chapterkit: allow fake-list: 原文如此 -->

    这一段并不像列表。

Good:

    <!-- chapterkit: allow fake-list: 原文如此 -->

    （1）这一段像是列表。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.errors import Nearest
from chapterkit.lint.engine import Leftovers, rule_names
from chapterkit.lint.problem import Problem

GROUP = "linter"
SEVERITY = "error"
NEEDS = frozenset[str]()
ABSENCE = True


def review(leftovers: Leftovers, options: object) -> Iterator[Problem]:
    """Yield a problem for each rule that an exception names in vain."""
    known, near = rule_names(), Nearest(sorted(rule_names()))
    for allow, name in leftovers.unused:
        if name in known:
            message, hint = f"准许了 {name}，这里却没有这个问题", "删去这条注释，或其中的这个名字"
        else:
            message = f"没有 {name} 这条规则"
            like = near.to(name)
            hint = f"最接近的是 {like}" if like else "chapterkit rule 列出全部规则"
        yield Problem(allow.origin, message, hint)
