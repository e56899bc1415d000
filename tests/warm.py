"""Runs the program many times out of a process that has loaded it once: each run is a fork of its own.

A line of standard input is an order as JSON: words, folder, environment, log, seconds, memory and
file_size. A line of standard output answers it: exit code, the processor's seconds, and whether the
run had to be ended. What a run prints goes into its log.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import resource
import runpy
import signal
import sys
import time
from typing import Any

import chapterkit


def load() -> None:
    """Load every module, so that no run need do it."""
    for module in pkgutil.walk_packages(chapterkit.__path__, "chapterkit."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def serve() -> dict[str, Any] | None:
    """Answer orders until there are none; return the order in the fork that is to carry it out."""
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        if (process := os.fork()) == 0:
            return order
        print(json.dumps(waited_for(process, time.monotonic() + order["seconds"])), flush=True)
    return None


def waited_for(process: int, until: float) -> tuple[int, float, bool]:
    """Wait for a fork; end it when its time is up."""
    pause, ended = 0.001, False
    while True:
        done, status, used = os.wait4(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, ended
        if time.monotonic() > until and not ended:
            os.killpg(process, signal.SIGKILL)
            ended = True
        time.sleep(pause)
        pause = min(2 * pause, 0.02)


def become(order: dict[str, Any]) -> None:
    """Turn this process into one that was started to run the program."""
    os.setsid()
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    for kind, most in (("RLIMIT_DATA", "memory"), ("RLIMIT_FSIZE", "file_size")):
        resource.setrlimit(getattr(resource, kind), (order[most], order[most]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.argv = ["chapterkit", *order["words"]]


if __name__ == "__main__":
    load()
    if own := serve():
        become(own)
        sys.modules.pop("chapterkit.__main__", None)
        runpy.run_module("chapterkit", run_name="__main__")
