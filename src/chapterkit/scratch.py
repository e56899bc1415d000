"""Temporary files and folders that a killed run leaves: told from those in use, and removed.

What is in use is held by a lock of the operating system's, which ends with the process, however
that ends. Where there are no such locks (Windows), nothing of another run is removed.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from chapterkit.errors import ChapterkitError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_PREFIX = "chapterkit-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a temporary folder that is gone afterwards; those of killed runs go first.

    Raises ChapterkitError if it cannot be made.
    """
    _remove_dead_folders()
    try:
        folder, held = _made()
    except OSError as error:
        hint = "腾出地方，或用环境变量 TMPDIR 换一个能写的文件夹"
        raise ChapterkitError(f"写不了临时文件夹：{error.strerror}", hint=hint) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if held is not None:
            os.close(held)


def _made() -> tuple[Path, int | None]:
    """Return a new folder, and what holds it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        if fcntl is None:
            return folder, None
        with suppress(FileNotFoundError):  # another run may take it for dead before it is held
            descriptor = os.open(folder, os.O_RDONLY)
            if hold(descriptor, folder):
                return folder, descriptor
            os.close(descriptor)


def hold(descriptor: int, path: Path) -> bool:
    """Mark an open file or folder as in use until it is closed; tell whether it is still there."""
    if fcntl is None:
        return True
    with suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return _still_there(descriptor, path)


def _still_there(descriptor: int, path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return os.path.samestat(found, os.fstat(descriptor))


@cache
def _remove_dead_folders() -> None:
    """Remove, once in a process, the temporary folders of killed runs."""
    with suppress(OSError):
        remove_dead(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"))


def remove_dead(paths: Iterable[Path]) -> None:
    """Remove those of our own temporary files and folders that no run holds any more."""
    for path in paths if fcntl is not None else ():
        with suppress(OSError):
            _remove_if_dead(path)


def _remove_if_dead(path: Path) -> None:
    """Remove a file or folder, unless it is held, somebody else's, or a link."""
    about = path.lstat()
    ours = about.st_uid == os.getuid()
    if not ours or not (stat.S_ISDIR(about.st_mode) or stat.S_ISREG(about.st_mode)):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _still_there(descriptor, path):
            return
        if stat.S_ISDIR(about.st_mode):
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    finally:
        os.close(descriptor)
