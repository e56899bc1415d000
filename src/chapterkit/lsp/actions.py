"""What an editor offers to do about a problem: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from chapterkit.errors import Origin
from chapterkit.lint import Edit, Problem

_TAG_ONLY = re.compile(r"\s*\{%.*%\}\s*")
_PROSE_FILES = (".md", ".markdown", ".j2")


def fitting(edits: Sequence[Edit], lines: Mapping[str, Sequence[str]]) -> tuple[Edit, ...]:
    """Return the edits, each once, if they still fit the files' lines; none otherwise.

    Every one must find its old text where it stood, and no two may touch the same text.
    """
    each = tuple(dict.fromkeys(edits))
    spans = sorted((edit.origin, edit.end) for edit in each)
    apart = all(
        before[1] <= after[0] or before[0].path != after[0].path
        for before, after in pairwise(spans)
    )
    fits = all(_stands(edit, lines[edit.origin.path]) for edit in each)
    return each if fits and apart else ()


def _stands(edit: Edit, lines: Sequence[str]) -> bool:
    """Tell whether the old text of an edit stands at its place."""
    first, last = edit.origin.line - 1, edit.end.line - 1
    text = "\n".join(lines[first : last + 1])
    return text.startswith(edit.old, edit.origin.column - 1)


def allowing(problem: Problem, lines: Sequence[str]) -> Edit | None:
    """Return the edit that allows a problem, with room for a reason, before its paragraph.

    None where no such comment can be written: in a record or a bibliography, or of a failure
    that no rule has told.
    """
    at = problem.origin
    if not problem.rule or not at.path.endswith(_PROSE_FILES) or at.line > len(lines):
        return None
    first = at.line
    while first > 1 and _goes_on(lines[first - 2]):
        first -= 1
    comment = f"<!-- chapterkit: allow {problem.rule}: 理由 -->\n"
    return Edit(Origin(at.path, first, 1), "", comment)


def _goes_on(above: str) -> bool:
    """Tell whether the line above belongs to the same paragraph."""
    return bool(above.strip()) and not _TAG_ONLY.fullmatch(above) and not above.startswith("#")
