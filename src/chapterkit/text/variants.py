"""What a text is made for where passages of it are not for every format and edition. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

_LIKE = {"site": "html", "review": "html", "latex": "pdf"}
"""Formats that show what is for another one, too."""


@dataclass(frozen=True)
class Variant:
    """What a text is made for: a format, and an edition of the book; empty for none.

    Without a format it has every passage, for whoever is to see all of a text at once.
    """

    format: str = ""
    edition: str = ""

    def shows(self, names: Collection[str], editions: Collection[str]) -> bool:
        """Tell whether a passage that names these is in it; `editions` are those of the book."""
        if not self.format:
            return True
        of_editions = [name for name in names if name in editions]
        of_formats = [name for name in names if name not in editions]
        own = {self.format, _LIKE.get(self.format)}
        return (not of_formats or not own.isdisjoint(of_formats)) and (
            not of_editions or self.edition in of_editions
        )


EVERYTHING = Variant()
