"""The whole line in a process of its own, behind what somebody waits for: see `Workshop`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from chapterkit.formats.shared.sheet import Sheet
from chapterkit.reviewing.desk import Told
from chapterkit.reviewing.quickly import Known
from chapterkit.reviewing.workshop import Made, Workshop

_KINDNESS = 5
_WORKSHOP: list[Workshop] = []
_MADE: dict[str, Made] = {}


class Apart:
    """A process that makes sheets; a new one, should it end."""

    def __init__(self, root: Path, edition: str, editor: str, sources: Path | None) -> None:
        self._given = (root, edition, editor, sources)
        self._pool = self._begun("fork" if sys.platform == "linux" else "spawn")
        self._pool.submit(os.getpid)

    def _begun(self, method: str) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, get_context(method), _begin, self._given)

    def whole(self, slug: str) -> tuple[Sheet, Known | None]:
        """Return a chapter's sheet and what is to be known of it; see `Workshop.whole`."""
        made: tuple[Sheet, Known | None] = self._done(_whole, slug)
        return made

    def examined(self, slug: str) -> Sheet:
        """Return the sheet of the chapter made last with all its panels."""
        made: Sheet = self._done(_examined, slug)
        return made

    def commented(self, slug: str, given: Mapping[str, Any]) -> Told:
        """Write a comment down; see `Workshop.commented`."""
        told: Told = self._done(_commented, slug, given)
        return told

    def compared(self, slug: str, base: str) -> Told:
        """Return what has changed since a commit; see `Workshop.compared`."""
        told: Told = self._done(_compared, slug, base)
        return told

    def _done(self, do: Callable[..., Any], slug: str, *given: Any) -> Any:
        try:
            return self._pool.submit(do, slug, *given).result()
        except BrokenProcessPool:
            # Other threads run by now, and a fork would have only this one.
            self._pool = self._begun("spawn")
            self._pool.submit(_whole, slug).result()
            return self._pool.submit(do, slug, *given).result()


def _begin(root: Path, edition: str, editor: str, sources: Path | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(OSError, AttributeError):
        os.nice(_KINDNESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _WORKSHOP[:] = [Workshop(root, (), edition, editor, sources)]


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _whole(slug: str) -> tuple[Sheet, Known | None]:
    [workshop] = _WORKSHOP
    _MADE[slug] = workshop.whole(slug)
    return _MADE[slug].sheet, workshop.known.get(slug)


def _examined(slug: str) -> Sheet:
    [workshop] = _WORKSHOP
    return workshop.examined(_MADE[slug])


def _commented(slug: str, given: Mapping[str, Any]) -> Told:
    [workshop] = _WORKSHOP
    return workshop.commented(workshop.whole(slug), given)


def _compared(slug: str, base: str) -> Told:
    [workshop] = _WORKSHOP
    return workshop.compared(workshop.whole(slug), base)
