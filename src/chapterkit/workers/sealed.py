"""Run a program that can read what it is told to, and write into one folder.

`sealed.py FOLDER READABLE… -- COMMAND …`: FOLDER is the one that it may write into, and its own.
Where the kernel has no such walls (Landlock is Linux's), the program runs without them.
"""

from __future__ import annotations

import ctypes
import os
import sys

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_NO_NEW_PRIVILEGES = 38
_EXECUTE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 2, 1 << 3
_READING = _EXECUTE | _READ_FILE | _READ_FOLDER
_FIRST = (1 << 13) - 1  # what the first version of the kernel's interface knows
_TRUNCATE = 1 << 14  # what its third has besides
_OF_FILES = _EXECUTE | _READ_FILE | 1 << 1 | _TRUNCATE


class _Rules(ctypes.Structure):
    _fields_ = [("handled", ctypes.c_uint64)]


class _Below(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def seal(folder: str, readable: list[str]) -> None:
    """Let this process, and what it starts, read `readable`, and read and write `folder`."""
    library = ctypes.CDLL(None, use_errno=True)
    version = library.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return
    everything = _FIRST | (_TRUNCATE if version >= 3 else 0)
    given = _Rules(everything)
    rules = library.syscall(_CREATE, ctypes.byref(given), ctypes.sizeof(given), 0)
    allowed = {os.devnull: everything, folder: everything, **dict.fromkeys(readable, _READING)}
    for path, access in allowed.items():
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        own = access if os.path.isdir(path) else access & _OF_FILES & everything  # noqa: PTH112
        below = _Below(own, descriptor)
        library.syscall(_ADD, rules, 1, ctypes.byref(below), 0)
        os.close(descriptor)
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if library.syscall(_RESTRICT, rules, 0):
        sys.exit("sealed: the kernel refuses")


if __name__ == "__main__":
    place = sys.argv.index("--")
    command = sys.argv[place + 1 :]
    if sys.platform == "linux":
        seal(sys.argv[1], sys.argv[2:place])
    os.execv(command[0], command)
