"""Work on texts by the workers of a Dask cluster, which see the book's folder as this machine does.

Only this module knows Dask, and it is loaded only where `--executor dask://…` asks for it. A
worker is sent what to do and a chapter's name; it reads the book itself, and refuses one that is
not the same. What it gives comes back here: nothing but this process writes files.
"""

from __future__ import annotations

import logging
import pickle
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from distributed import Client, Future, LocalCluster
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from chapterkit import __version__
from chapterkit.checking.running import Value, Work, measured, noted
from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import BOOK_FILE, Disk
from chapterkit.pipeline import Subject, book_key, key_of, load, render_key

LOCAL = "local"
CONNECT_SECONDS = 10
_AHEAD = 200
"""How many chapters are asked for before the first of them is there."""


@dataclass(frozen=True)
class Cluster:
    """Does work on the workers of a cluster: at an address, or begun here with so many of them.

    `costs` are as those of `Processes`; `say` is told what became of the workers.
    """

    address: str
    jobs: int
    say: Callable[[str], None]
    costs: dict[str, float] = field(default_factory=dict, compare=False)

    def each(self, work: Work[Value], subjects: Sequence[Subject]) -> Iterator[Value]:
        """Yield what the work gives for each text, in their order.

        Texts outside of books, which workers could not read, are done here. Raises ChapterkitError
        if no cluster answers, or a chapter cannot be done on it.
        """
        with ExitStack() as stack:
            client = stack.enter_context(_client(self.address, self.jobs, stack))
            before = set(client.scheduler_info(n_workers=-1)["workers"])
            did: Counter[str] = Counter()
            yield from noted(subjects, _all(client, work, subjects, did), self.costs)
            gone = before - set(client.scheduler_info(n_workers=-1)["workers"])
            self.say(_told(did, gone))


def _told(did: Counter[str], gone: set[str]) -> str:
    each = "、".join(f"{address} {count} 章" for address, count in sorted(did.items()))
    lost = f"；中途没了 {len(gone)} 个（{'、'.join(sorted(gone))}），那里没做完的由别的做了"
    return f"集群的 {len(did)} 个进程做了 {sum(did.values())} 章：{each}{lost if gone else ''}。"


def _client(address: str, jobs: int, stack: ExitStack) -> Client:
    for name in ("distributed", "distributed.nanny", "distributed.scheduler", "distributed.worker"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="distributed")
    try:
        if address == LOCAL:
            cluster = LocalCluster(
                n_workers=jobs, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
            )
            return Client(stack.enter_context(cluster))
        return Client(f"tcp://{address}", timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        hint = "先启动 dask scheduler 和 dask worker，地址写成 dask://主机:端口；或用 dask://local"
        raise ChapterkitError(f"集群 {address} 没有应答：{error}", hint=hint) from None


_Sent = tuple[Any, float, str]
"""What comes back: what was found or what failed, what it cost, and who did it."""


def _all(
    client: Client, work: Work[Value], subjects: Sequence[Subject], did: Counter[str]
) -> Iterator[tuple[Value, float]]:
    waiting: list[Future[Any] | Subject] = []
    ahead = 0
    for place, subject in enumerate(subjects):
        while ahead < min(len(subjects), place + _AHEAD):
            waiting.append(_sent(client, work, subjects[ahead]))
            ahead += 1
        one = waiting[place]
        waiting[place] = subject  # what was given is not held on to
        if isinstance(one, Subject):
            yield measured(work, one)
            continue
        value, seconds, who = _given(one, subject)
        did[who] += 1
        yield value, seconds


def _sent(client: Client, work: Work[Value], subject: Subject) -> Future[Any] | Subject:
    """Send work on a chapter under its content's key; return the text itself if it stays here."""
    if not subject.chapter or not isinstance(subject.book.folder, Disk):
        return subject
    task = _Task(
        pickle.dumps(work),
        str(subject.root.resolve()),
        book_key(subject.book),
        subject.chapter.slug,
        pickle.dumps(replace(subject, book=None, chapter=None, root=Path())),  # type: ignore[arg-type]
    )
    key = key_of("task", task.work.hex(), task.root, render_key(subject), task.subject.hex())
    return client.submit(task, key=f"{subject.chapter.slug}-{key}", retries=2, pure=True)


def _given(future: Future[Any], subject: Subject) -> _Sent:
    try:
        given: _Sent = future.result()
    except KilledWorker:
        message = f"集群上做 {subject.name} 的进程一个接一个没了"
        hint = "看看那里的内存够不够；或不用 --executor，在这台机器上做"
        raise ChapterkitError(message, hint=hint) from None
    except (ImportError, AttributeError, pickle.UnpicklingError) as error:
        message = f"集群上的 chapterkit 接不了这里的活：{error}"
        raise ChapterkitError(message, hint=f"在那里也装 chapterkit {__version__}") from None
    except (FutureCancelledError, OSError) as error:
        raise ChapterkitError(f"集群中途断了：{error}", hint="再做一遍；做好的不会重做") from None
    if isinstance(given[0], ChapterkitError):
        raise given[0]
    return given


# --- what runs on a worker

_ALONE = threading.Lock()


@dataclass(frozen=True)
class _Task:
    """Work on one chapter: pickled with what else is asked, and the book's folder and key."""

    work: bytes
    root: str
    book: str
    slug: str
    subject: bytes
    version: str = __version__

    def __call__(self) -> _Sent:
        """Do the work; what is wrong with the manuscript comes back as a value."""
        from distributed import get_worker

        who = get_worker().address
        try:
            with _ALONE:  # a process does one thing at a time, whatever its number of threads
                return (*self._done(), who)
        except ChapterkitError as error:
            return error.alone(), 0.0, who

    def _done(self) -> tuple[Any, float]:
        if self.version != __version__:
            message = f"集群上的 chapterkit 是 {__version__}，这里是 {self.version}"
            raise ChapterkitError(message, hint="两边装同一个版本")
        root = Path(self.root)
        if not (root / BOOK_FILE).is_file():
            message = f"集群上的进程看不到 {root}"
            raise ChapterkitError(message, hint="书的文件夹要在各台机器的同一个路径上")
        book = _book_at(root, self.book)
        asked: Subject = pickle.loads(self.subject)
        subject = replace(asked, book=book, chapter=book.chapter(self.slug), root=root)
        return measured(pickle.loads(self.work), subject)


@lru_cache(maxsize=2)
def _book_at(root: Path, key: str) -> Book:
    """Return the book of a folder; raise ChapterkitError if it is not the one with this key."""
    book = load(Disk(root))
    if book_key(book) != key:
        message = f"集群上的进程在 {root} 里看到的书稿与这里的不同"
        raise ChapterkitError(message, hint="等文件都同步了再来，中途不要改书稿")
    return book
