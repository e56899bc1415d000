"""Writing a file so that it is never half-written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin


def replace_text(path: Path, text: str) -> None:
    """Write `text` beside `path` and move it into place.

    Raises ChapterkitError if that cannot be done; the old file then is as it was.
    """
    replace_texts({path: text})


def replace_texts(texts: Mapping[Path, str]) -> None:
    """Write each text beside its path, and once all are written move them into place.

    A link stays one, what it leads to is replaced. Raises ChapterkitError if one cannot be
    written; the old files then are as they were.
    """
    with ExitStack() as stack:
        behind = {Path(os.path.realpath(path)): text for path, text in texts.items()}
        made = [(path, _written(path, text, stack)) for path, text in behind.items()]
        for path, beside in made:
            try:
                beside.replace(path)
            except OSError as error:
                raise _cannot_write(path, error) from None


def _written(path: Path, text: str, stack: ExitStack) -> Path:
    """Write `text` beside `path`; what is left of it is removed when the stack closes."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        beside = Path(name)
        stack.callback(beside.unlink, missing_ok=True)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        beside.chmod(path.stat().st_mode if path.exists() else 0o644)
    except UnicodeEncodeError:
        message = "写不了：里面有不是 UTF-8 的名字或文字"
        raise ChapterkitError(message, Origin(str(path)), "先给那个文件改名") from None
    except OSError as error:
        raise _cannot_write(path, error) from None
    return beside


def _cannot_write(path: Path, error: OSError) -> ChapterkitError:
    return ChapterkitError(f"写不了：{error.strerror}", Origin(str(path)))
