"""Numbers against the sources' own text, and the lock of what was established.

From the outside in: `check` goes through a ledger source by source, `search` judges one number in
one source with the help of `forms` (how it may be printed), `labels` (whose number it is) and
`outline` (sections, captions, locators); `texts` reads and normalises sources, `lock` keeps what
was established (in the words of `model`), `harvesting` lists what a source offers.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chapterkit.verify.check import as_json, as_text, sources_of, verify
    from chapterkit.verify.harvesting import Harvested, as_yaml, harvest
    from chapterkit.verify.lock import (
        LOCK_FILE,
        Coverage,
        Entry,
        coverage,
        lock_state,
        merge_lock,
        read_lock,
        with_lock,
        write_lock,
    )
    from chapterkit.verify.model import STATUSES, Result, Results, Status
    from chapterkit.verify.texts import SourceText, read_source

__all__ = [
    "LOCK_FILE",
    "STATUSES",
    "Coverage",
    "Entry",
    "Harvested",
    "Result",
    "Results",
    "SourceText",
    "Status",
    "as_json",
    "as_text",
    "as_yaml",
    "coverage",
    "harvest",
    "lock_state",
    "merge_lock",
    "read_lock",
    "read_source",
    "sources_of",
    "verify",
    "with_lock",
    "write_lock",
]


def __getattr__(name: str) -> object:
    """Look a name up where it is at home: who reads the lock need not import how it was made."""
    for home in ("model", "lock", "check", "harvesting", "texts"):
        module = importlib.import_module(f"{__name__}.{home}")
        if name in __all__ and hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
