"""EPUB and DOCX are zip files: parts changed, and the dates put in that pandoc was not told.

A pandoc that may read nothing does not read the clock or SOURCE_DATE_EPOCH, either: for it all is
made in 1970.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

_BEGINNING = b"1970-01-01T00:00:00Z"
_FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # of those that a zip file can name
_DATED = frozenset({"EPUB/content.opf", "docProps/core.xml"})


def rewritten(
    written: Path,
    target: Path,
    modified: int | None,
    change: Callable[[str, bytes], bytes | None],
    added: Mapping[str, bytes] | None = None,
) -> None:
    """Write a zip file anew, as of `modified`: seconds since 1970, or the earliest date if unknown.

    `change` is asked for every part by its name and content, and returns what takes its place,
    None for one that is left out; what is `added` has names of its own.
    """
    first = datetime(*_FIRST_DATE, tzinfo=UTC)
    moment = first if modified is None else datetime.fromtimestamp(modified, UTC)
    stamp = max(_FIRST_DATE, moment.timetuple()[:6])
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            part = change(entry.filename, old.read(entry))
            if part is None:
                continue
            if entry.filename in _DATED:
                part = part.replace(_BEGINNING, f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode())
            if entry.date_time == _FIRST_DATE:
                entry.date_time = stamp
            new.writestr(entry, part, entry.compress_type)
        for name, part in (added or {}).items():
            new.writestr(zipfile.ZipInfo(name, stamp), part, zipfile.ZIP_DEFLATED)
