"""A paragraph was reworded in a part of the book that is not to be touched.

Why: some text has been agreed on word for word. `keep:` in book.yaml names headings (by identifier,
or as they read); below these, `chapterkit check --against BASE` tells of every paragraph that does
not read as it did, or has left. What BASE kept is kept, too. A change that is meant is signed off
in `book/removals.yaml` (`chapterkit rule lost-paragraph` says how).

Bad:

    ---
    keep: [agreed]
    ---

    （改前）

    # 商定的文字 {#agreed}

    各方同意，数据只用于研究，不作别的用途。

    （改后）

    # 商定的文字 {#agreed}

    各方同意，数据主要用于研究，不作别的用途。

Good:

    ---
    keep: [agreed]
    ---

    （改前）

    # 别的文字 {#other}

    各方同意，数据只用于研究，不作别的用途。

    （改后）

    # 别的文字 {#other}

    各方同意，数据主要用于研究，不作别的用途。
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
    """Yield a problem for each paragraph that should read as it did."""
    for loss in leftovers.lost("reworded-paragraph"):
        message = f"这一部分说好不动（keep），这一段却改了：“{loss.words}”（原在 {loss.was}）"
        yield problem_of(loss, message, "改回原来的文字")
