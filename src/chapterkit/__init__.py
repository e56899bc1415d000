"""chapterkit: book chapters whose numbers have sources and whose paragraphs are checked."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from chapterkit.errors import ChapterkitError, Origin

if TYPE_CHECKING:
    from chapterkit.quantities import (
        Quantity,
        find_quantities,
        normal_unit,
        parse_chinese,
        same_quantity,
        to_chinese,
    )

__all__ = [
    "ChapterkitError",
    "Origin",
    "Quantity",
    "find_quantities",
    "normal_unit",
    "parse_chinese",
    "same_quantity",
    "to_chinese",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import the grammar when it is first asked for: its word lists are read on import."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("chapterkit.quantities"), name)
