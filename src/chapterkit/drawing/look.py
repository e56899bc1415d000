"""How a drawing looks: its width, its fonts, and how wide their text is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Measure = Callable[[str], float]


@dataclass(frozen=True)
class Look:
    """How wide a drawing is and how large its text, in pixels of 1/96 inch, and in which fonts.

    `families` are named in the SVG, in order; `measure` returns how wide a text is set in them, in
    ems: see `measuring`. A drawing for a phone is one of another width (350, say): it is laid out
    anew, not made smaller.
    """

    families: tuple[str, ...]
    measure: Measure
    width: float = 480
    size: float = 12

    def wide(self, text: str, size: float | None = None) -> float:
        """Return how wide a text is, in pixels."""
        return self.measure(text) * (size or self.size)

    @property
    def small(self) -> float:
        """Return the size of what is said at an axis."""
        return round(self.size * 0.9, 2)
