"""What several formats need: pictures of the book, fonts, pandoc's arguments for the web."""

from __future__ import annotations

from pathlib import Path

from chapterkit.formats import AnyPrinting

ASSETS = Path(__file__).parents[2] / "assets"

# What HTML and EPUB share: formulas, contents.
WEB_ARGUMENTS = ["--mathml", "--toc", "--toc-depth=3", "--wrap=none"]


def has_equations(printing: AnyPrinting) -> bool:
    """Tell whether any formula of a printing has a number."""
    things = (thing for one in printing.chapters for thing in one.document.things)
    return any(thing.kind == "equation" for thing in things)
