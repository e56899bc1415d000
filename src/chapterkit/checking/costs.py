"""What each chapter cost when it was done last, kept between runs for who shares them out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from chapterkit.errors import ChapterkitError
from chapterkit.files import replace_text
from chapterkit.manuscript.folder import read_text

Step = Literal["check", "build"]
COSTS = "build/costs.json"
"""In seconds of a processor, by step and slug."""


def costs_at(root: Path) -> dict[str, dict[str, float]]:
    """Return what chapters cost last, by step and slug; what cannot be read says nothing."""
    found: dict[str, dict[str, float]] = {"check": {}, "build": {}}
    with suppress(ChapterkitError, ValueError, AttributeError):
        given = json.loads(read_text(root / COSTS, COSTS))
        for step, kept in found.items():
            for slug, seconds in given.get(step, {}).items():
                if isinstance(seconds, (int, float)) and 0 < seconds < 1e6:
                    kept[str(slug)] = float(seconds)
    return found


def keep_costs(root: Path, step: Step, measured: Mapping[str, float]) -> None:
    """Keep what chapters of the book at `root` have cost; that it cannot be written is no fault.

    What one alone has cost makes no folder.
    """
    folder = root / "build"
    if not measured or folder.is_symlink() or (len(measured) < 2 and not folder.is_dir()):
        return
    known = costs_at(root)
    known[step] |= {slug: round(seconds, 4) for slug, seconds in measured.items()}
    with suppress(ChapterkitError, OSError):
        folder.mkdir(exist_ok=True)
        replace_text(root / COSTS, json.dumps(known, indent=1, sort_keys=True) + "\n", root)
