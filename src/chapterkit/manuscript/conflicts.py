"""What git leaves in a text where two changes could not be merged. Pure."""

from __future__ import annotations

import re

from chapterkit.errors import ChapterkitError, Origin

MARKER = re.compile(r"^(?:<{7}|>{7}|\|{7})(?:[ \t].*)?$", re.MULTILINE)
"""A line that can be nothing else; the line of ======= between the two sides can be."""
MESSAGE = "合并留下的冲突标记还在"
HINT = "留下要的文字，删去 <<<<<<<、=======、>>>>>>> 这几行"


def conflict_line(text: str) -> int | None:
    """Return the line of the first marker in a text; None if there is none.

    >>> conflict_line("a\\n<<<<<<< HEAD\\nb\\n=======\\nc\\n>>>>>>> other\\n")
    2
    """
    found = MARKER.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def check_merged(text: str, start: Origin, hint: str = HINT) -> None:
    """Raise ChapterkitError, at its line, for a marker in a text that begins at `start`."""
    if line := conflict_line(text):
        raise ChapterkitError(MESSAGE, Origin(start.path, start.line + line - 1), hint)
