"""Listening on this machine, and watching the files, until somebody ends it."""

from __future__ import annotations

import asyncio
import gc
import secrets
import signal
import socket
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from watchfiles import awatch

from chapterkit.errors import ChapterkitError
from chapterkit.preview.server import Maker, Server

HOST = "127.0.0.1"
# How long watching waits for more changes of one save, and how often it looks, in milliseconds.
_DEBOUNCE, _STEP = 40, 10


@dataclass(frozen=True)
class Watched:
    """Which files are followed: those of `folders` and all below, those in `shallow` alone.

    Both are asked for again when something has changed: folders come and go. `wanted` tells of each
    file whether it counts.
    """

    folders: Callable[[], Collection[Path]]
    shallow: Callable[[], Collection[Path]]
    wanted: Callable[[Path], bool]


def listening(port: int) -> socket.socket:
    """Return a socket that listens on this machine alone, at a free port if that one is taken."""
    for one in (port, 0):
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((HOST, one))
            made.listen(128)
        except (OSError, OverflowError):
            made.close()
            continue
        return made
    raise ChapterkitError("这台机器上没有能用的端口", hint="关掉别的程序再试")


def serve(
    maker: Maker, at: socket.socket, watched: Watched, ready: Callable[[], None] = lambda: None
) -> None:
    """Serve what a maker makes, on a socket, until SIGINT or SIGTERM."""
    # Looking for garbage takes as long as much of what somebody waits for: it is done at rest.
    gc.collect()
    gc.freeze()
    gc.disable()
    server = Server(maker, at.getsockname()[1], secrets.token_urlsafe(24))
    asyncio.run(_serve(server, at, watched, ready))


async def _serve(
    server: Server, at: socket.socket, watched: Watched, ready: Callable[[], None]
) -> None:
    config = uvicorn.Config(
        server.app(), log_level="critical", access_log=False, ws="wsproto", lifespan="off",
        timeout_graceful_shutdown=0, server_header=False, date_header=False, ws_max_size=1 << 20,
    )  # fmt: skip
    web = _Quiet(config)
    tasks: list[asyncio.Task[Any]] = [
        asyncio.create_task(one)
        for one in (web.serve([at]), server.follow(), server.settle(), _watching(server, watched))
    ]
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, ended.set)
    ready()
    done, _ = await asyncio.wait(
        [*tasks, asyncio.create_task(ended.wait())], return_when=asyncio.FIRST_COMPLETED
    )
    web.should_exit = web.force_exit = True
    at.close()
    for task in tasks:
        task.cancel()
    await asyncio.sleep(0)
    for task in done:
        if not task.cancelled() and (error := task.exception()):
            raise error


class _Quiet(uvicorn.Server):
    """uvicorn, whose signals are ours."""

    def install_signal_handlers(self) -> None:
        """Leave signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


async def _watching(server: Server, watched: Watched) -> None:
    """Follow the folders, and others whenever there are others to be followed."""
    while True:
        now = await asyncio.to_thread(_folders, watched)
        ended = asyncio.Event()
        one = partial(_watch, server, watched, now, ended)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(one(folders=now[0], recursive=True))
            tasks.create_task(one(folders=now[1], recursive=False))
        server.touched()  # what was written between has not been seen


_Folders = tuple[Mapping[Path, int], Mapping[Path, int]]


def _folders(watched: Watched) -> _Folders:
    """Return the folders that are there, by their paths, each with what tells it from a new one."""
    return _there(watched.folders()), _there(watched.shallow())


def _there(folders: Collection[Path]) -> Mapping[Path, int]:
    found: dict[Path, int] = {}
    for one in folders:
        with suppress(OSError):
            found[one] = one.stat().st_ino
    return found


async def _watch(
    server: Server,
    watched: Watched,
    now: _Folders,
    ended: asyncio.Event,
    *,
    folders: Collection[Path],
    recursive: bool,
) -> None:
    try:
        async for changes in awatch(
            *folders,
            watch_filter=lambda _, path: watched.wanted(Path(path)),
            debounce=_DEBOUNCE,
            step=_STEP,
            rust_timeout=500,
            recursive=recursive,
            stop_event=ended,
        ):
            paths = {Path(path) for _, path in changes}
            if server.maker.cursor_file in paths:
                await server.follow_cursor()
            if paths - {server.maker.cursor_file}:
                server.touched()
                if await asyncio.to_thread(_folders, watched) != now:
                    ended.set()
    except FileNotFoundError:  # one has gone just now
        ended.set()
