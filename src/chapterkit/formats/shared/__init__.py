"""What several formats need: pictures of the book, fonts, pandoc's arguments for the web."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).parents[2] / "assets"

# What HTML and EPUB share: formulas, contents.
WEB_ARGUMENTS = ["--mathml", "--toc", "--toc-depth=3", "--wrap=none"]
