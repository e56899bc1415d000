"""How every failure is worded: where, what, and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

from chapterkit.showing import one_line


class Origin(NamedTuple):
    """The place at which something was written: a path as problems name it, line and column from 1.

    A line of 0 stands for the whole of a folder, which has no lines.

    >>> str(Origin("book/chapter7.md", 12, 5))
    'book/chapter7.md:12'
    """

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class ChapterkitError(Exception):
    """A failure caused by input or by the machine: reported in one line and a hint, exit code 2.

    `others` are further failures that were found together with it, told after it in the same way.

    >>> print(ChapterkitError("没有这个数", Origin("a.md", 3), hint="最接近的是 n.x").report())
    a.md:3: 没有这个数
    hint: 最接近的是 n.x
    """

    def __init__(
        self,
        message: str,
        origin: Origin | None = None,
        hint: str = "",
        others: Sequence[ChapterkitError] = (),
    ) -> None:
        super().__init__(message)
        self.message = " ".join(shortened(message).split())
        self.origin = origin
        self.hint = " ".join(shortened(hint).split())
        self.others = tuple(others)

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        """Keep place, hint and what else was found on the way from one process to another."""
        return ChapterkitError, (self.message, self.origin, self.hint, self.others)

    def alone(self) -> ChapterkitError:
        """Return the same failure without the calls and failures that led to it.

        Some libraries pickle these along, and they may be a thousand calls deep.
        """
        return ChapterkitError(self.message, self.origin, self.hint, self.others)

    def at(self, origin: Origin) -> ChapterkitError:
        """Return the same failure, placed at `origin` unless it already has a place."""
        if self.origin:
            return self
        return ChapterkitError(self.message, origin, self.hint, self.others)

    def beside(self, *others: ChapterkitError) -> ChapterkitError:
        """Return the same failure together with others that were found, in order of place."""
        return together([self, *others]) or self

    def each(self) -> Iterator[ChapterkitError]:
        """Yield this failure, and then the others that were found together with it."""
        yield ChapterkitError(self.message, self.origin, self.hint) if self.others else self
        yield from self.others

    def report(self) -> str:
        """Return the messages as people and editors read them, each hint on a line of its own."""
        return "\n".join(one._alone() for one in self.each())

    def _alone(self) -> str:
        origin = self.origin
        place = f"{Origin(shortened(origin.path), origin.line)}: " if origin else ""
        lines = [f"{place}{self.message}", f"hint: {self.hint}" if self.hint else ""]
        return "\n".join(map(one_line, filter(None, lines)))


MOST = 50  # failures that are told at once
_LOOKED_AT = MOST + 10  # finding what is nearest takes its time in large files


def together(errors: Iterable[ChapterkitError]) -> ChapterkitError | None:
    """Return several failures as one, in the order of their places; None if there is none.

    What is said twice of one place is told once; more than anybody reads is not looked for.
    """
    found: dict[tuple[Origin, str], ChapterkitError] = {}
    for error in islice(errors, _LOOKED_AT):
        for one in error.each():
            found.setdefault((one.origin or Origin(""), one.message), one)
    if not found:
        return None
    first, *others = (found[key] for key in sorted(found))
    if len(others) >= MOST:
        others[MOST - 1 :] = [ChapterkitError("不对的地方还有更多", hint="先改前面这些")]
    return ChapterkitError(first.message, first.origin, first.hint, others)


class Gathering:
    """Failures that are looked for one after another, and told together.

    >>> wrong = Gathering()
    >>> for name in ("甲", "乙"):
    ...     with wrong.taken():
    ...         raise ChapterkitError(f"没有{name}")
    >>> len(wrong.errors)
    2
    """

    def __init__(self) -> None:
        self.errors: list[ChapterkitError] = []

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a failure that is raised within, and go on."""
        try:
            yield
        except ChapterkitError as error:
            self.errors.append(error)

    def add(self, errors: Iterable[ChapterkitError]) -> None:
        """Add failures that were not raised."""
        self.errors.extend(islice(errors, _LOOKED_AT))

    def tell(self) -> None:
        """Raise all that was found, if anything was."""
        if all_of_it := together(self.errors):
            raise all_of_it


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


class Nearest:
    """Tells which of the same names is most like another, however often it is asked.

    Comparing takes its time: of a hundred thousand comparisons on, nothing is like anything.

    >>> near = Nearest(["gpl_rl", "routes"])
    >>> near.to("gpl_r1"), near.to("x")
    ('gpl_rl', None)
    """

    MOST = 100_000

    def __init__(self, known: Iterable[str]) -> None:
        self.known = list(known)
        self.compared = 0
        self.found: dict[str, str | None] = {}

    def to(self, name: str) -> str | None:
        """Return the known name most like `name`, or None if none is like it."""
        if name not in self.found and self.compared <= self.MOST:
            self.compared += len(self.known)
            self.found[name] = nearest(name, self.known)
        return self.found.get(name)
