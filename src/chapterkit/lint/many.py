"""Names of a whole book, looked into for each of its texts and never copied. Pure."""

from __future__ import annotations

from collections.abc import Container


class AnyOf(Container[str]):
    """Holds what any of several collections holds, however large one of them is.

    >>> "a" in AnyOf({"a"}, {"b"}), "c" in AnyOf({"a"}, {"b"})
    (True, False)
    """

    def __init__(self, *collections: Container[str]) -> None:
        self.collections = collections

    def __contains__(self, name: object) -> bool:
        return any(name in one for one in self.collections)
