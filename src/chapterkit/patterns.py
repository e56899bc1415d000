"""Patterns that are compiled late."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any


class Late:
    """A pattern that is compiled when it is first used: few of a rule's are in any one text.

    >>> Late("[甲乙]").search("丙乙") is not None, Late("甲").fullmatch("甲乙")
    (True, None)
    """

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self.pattern = pattern
        self.flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern itself."""
        return re.compile(self.pattern, self.flags)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first match in text[start:end]."""
        return self.compiled.search(text, start, end)

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the match at text[start:]."""
        return self.compiled.match(text, start, end)

    def fullmatch(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the match of all of text[start:end]."""
        return self.compiled.fullmatch(text, start, end)

    def split(self, text: str) -> list[str | Any]:
        """Return what stands between the matches."""
        return self.compiled.split(text)

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """Return the text with something new in place of every match."""
        return self.compiled.sub(new, text)

    def findall(self, text: str) -> list[Any]:
        """Return what matches, or what the groups hold, in order."""
        return self.compiled.findall(text)

    def finditer(
        self, text: str, start: int = 0, end: int = sys.maxsize
    ) -> Iterator[re.Match[str]]:
        """Yield the matches in text[start:end]."""
        return self.compiled.finditer(text, start, end)
