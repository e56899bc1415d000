"""Where somebody writes just now: a file that a language server writes and a preview reads."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.files import replace_text

STATE = "build/.preview"
CURSOR = f"{STATE}/cursor.json"
_LONGEST = 2_000


def tell_cursor(root: Path, path: Path, line: int) -> None:
    """Note a place in a file of the book at `root`; nothing where nobody looks at a preview."""
    if not (root / STATE).is_dir() or not path.is_relative_to(root):
        return
    told = {"path": path.relative_to(root).as_posix(), "line": line}
    with suppress(OSError, ChapterkitError):
        replace_text(root / CURSOR, json.dumps(told), root)


def told_cursor(root: Path) -> tuple[str, int] | None:
    """Return the file and line noted last, None if there is none."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        given = json.loads((root / CURSOR).read_text("utf-8")[:_LONGEST])
        return str(given["path"]), int(given["line"])
    return None
