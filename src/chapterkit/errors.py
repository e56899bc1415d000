"""How every failure is worded: where, what, and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from chapterkit.showing import one_line


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """The place at which something was written: a path as problems name it, line and column from 1.

    >>> str(Origin("book/chapter7.md", 12, 5))
    'book/chapter7.md:12'
    """

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class ChapterkitError(Exception):
    """A failure caused by input or by the machine: reported in one line and a hint, exit code 2.

    >>> print(ChapterkitError("没有这个数", Origin("a.md", 3), hint="最接近的是 n.x").report())
    a.md:3: 没有这个数
    hint: 最接近的是 n.x
    """

    def __init__(self, message: str, origin: Origin | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = " ".join(shortened(message).split())
        self.origin = origin
        self.hint = " ".join(shortened(hint).split())

    def __reduce__(self) -> tuple[type, tuple[str, Origin | None, str]]:
        """Keep place and hint on the way from one process to another."""
        return ChapterkitError, (self.message, self.origin, self.hint)

    def at(self, origin: Origin) -> ChapterkitError:
        """Return the same failure, placed at `origin` unless it already has a place."""
        return self if self.origin else ChapterkitError(self.message, origin, self.hint)

    def report(self) -> str:
        """Return the message as people and editors read it, the hint on a line of its own."""
        place = f"{shortened(self.origin.path)}:{self.origin.line}: " if self.origin else ""
        lines = [f"{place}{self.message}", f"hint: {self.hint}" if self.hint else ""]
        return "\n".join(map(one_line, filter(None, lines)))


LONGEST = 600  # characters of a message or a hint: what is quoted in it may be of any length


def shortened(text: str) -> str:
    """Return a text as it is, or with its middle left out where it is too long to be read."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]} …… {text[-LONGEST // 2 :]}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None if none is like it.

    >>> nearest("gpl_r1", ["gpl_rl", "routes"])
    'gpl_rl'
    """
    if len(name) > LONGEST:
        return None
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)), None)
