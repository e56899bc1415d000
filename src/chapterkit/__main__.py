"""The program's start: python -m chapterkit, and the script of that name.

It needs next to nothing, so that an interruption is told in one line before all else is loaded.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

from chapterkit.search_path import safe_path

STOPPED = "中断了；先前的输出没有动。"


def run() -> None:
    """Run the command line and end with its exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stopped_at_once)
    _open_what_is_closed()
    sys.path[:] = safe_path()
    # Trees of many small lists and mappings, none of them in a circle, are looked through less.
    gc.set_threshold(200_000, 20, 50)
    from chapterkit.commands import main

    try:
        main()
    finally:
        gc.freeze()  # what is there now goes with the process, and need not be looked through


def stopped_at_once(number: int, frame: object) -> None:
    """End while there is nothing yet to be tidied up."""
    os.write(2, f"{STOPPED}\n".encode())
    os._exit(130)


def _open_what_is_closed() -> None:
    """Let no file that is opened later pass for a standard stream that was closed."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


if __name__ == "__main__":
    run()
