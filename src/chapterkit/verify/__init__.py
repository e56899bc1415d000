"""Numbers against the sources' own text, and the lock of what was established.

From the outside in: `check` goes through a ledger source by source, `search` judges one number in
one source with the help of `forms` (how it may be printed), `labels` (whose number it is) and
`outline` (sections, captions, locators); `texts` reads and normalises sources, `lock` keeps what
was established, `harvest` lists what a source has to offer.
"""

from chapterkit.verify.check import (
    STATUSES,
    Result,
    Results,
    as_json,
    as_text,
    sources_of,
    verify,
)
from chapterkit.verify.harvest import Harvested, as_yaml, harvest
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
from chapterkit.verify.search import Status
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
