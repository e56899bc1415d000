"""Writing a file so that it is never half-written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin


def replace_text(path: Path, text: str) -> None:
    """Write `text` beside `path` and move it into place.

    Raises ChapterkitError if that cannot be done; the old file then is as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            if path.exists():
                Path(name).chmod(path.stat().st_mode)
            else:
                Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ChapterkitError(f"写不了：{error.strerror}", Origin(str(path))) from None
