"""When a manuscript was last changed, by what it holds: never by the times of its files."""

from __future__ import annotations

import os
import re
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.git import git

# What a ZIP file, and so an EPUB and a DOCX, can hold at most: the end of 2107.
LATEST = 4_354_819_198


def modified(root: Path, bibliography: str) -> int | None:
    """Return when the book at `root` was last changed, in seconds since 1970; None if unknown.

    That is what SOURCE_DATE_EPOCH says, or else the date of the last commit that touched a file of
    the manuscript, of which `bibliography` is one. It is not known without git, or where the
    history that is at hand is too short.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if re.fullmatch("[0-9]+", given, re.ASCII):
        return min(int(given[:20]), LATEST)
    committed = _last_commit(root, bibliography)
    return None if committed is None else min(max(committed, 0), LATEST)


def _last_commit(root: Path, bibliography: str) -> int | None:
    paths = ("book", "experiments", "templates", bibliography)
    try:
        asked = ("log", "-1", "--no-show-signature", "--format=%ct %p", "--", *paths)
        found = git(root, *asked, may_fail=True).split()
        # Where a shallow clone ends, a commit seems to have no parents, and to touch everything.
        if len(found) == 1 and git(root, "rev-parse", "--is-shallow-repository") != b"false\n":
            return None
    except ChapterkitError:
        return None
    return int(found[0]) if found else None
