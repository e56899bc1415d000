"""What a lint rule reports."""

from __future__ import annotations

from dataclasses import dataclass

from chapterkit.errors import Origin


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in the manuscript: where, what, and what to do next.

    A rule gives origin, message and hint; the engine adds the rule's name and, unless the rule
    has said that this one weighs less, the severity.
    """

    origin: Origin
    message: str
    hint: str = ""
    rule: str = ""
    severity: str = ""
