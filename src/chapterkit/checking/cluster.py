"""Work on texts by the workers of a Dask cluster, which see the book's folder as this machine does.

Only this module knows Dask, and it is loaded only where `--executor dask://…` asks for it. A
worker is sent what to do and a chapter's name; it reads the book itself, and refuses one that is
not the same. What it gives comes back here: nothing but this process writes files.
"""

from __future__ import annotations

import logging
import os
import pickle
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
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
from chapterkit.revision.dating import modified

LOCAL = "local"
CONNECT_SECONDS = 10
_AHEAD = 200
"""How many chapters are asked for before the first of them is there."""


@dataclass(frozen=True)
class Cluster:
    """Does work on the workers of a cluster that answers.

    `costs` are as those of `Processes`; `did` says of each time how many chapters which one did.
    """

    client: Client
    costs: dict[str, float] = field(default_factory=dict, compare=False)
    did: list[Counter[str]] = field(default_factory=list, compare=False)

    def each(self, work: Work[Value], subjects: Sequence[Subject]) -> Iterator[Value]:
        """Yield what the work gives for each text, in their order.

        Texts outside of books, which workers could not read, are done here. Raises ChapterkitError
        if a chapter cannot be done on the cluster.
        """
        self.did.append(Counter())
        yield from noted(subjects, _all(self, work, subjects, self.did[-1]), self.costs)

    def workers(self) -> set[str]:
        """Return the addresses of the workers that are there."""
        return set(self.client.scheduler_info(n_workers=-1)["workers"])

    def workers_soon(self) -> set[str]:
        """Return them once there is one; raise ChapterkitError if none comes, or comes back."""
        try:
            self.client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            hint = "启动 dask worker，接到这个集群上；或不用 --executor，在这台机器上做"
            raise ChapterkitError("集群里没有能干活的进程", hint=hint) from None
        return self.workers()


@contextmanager
def cluster_at(address: str, jobs: int, say: Callable[[str], None]) -> Iterator[Cluster]:
    """Give the cluster at an address, or one begun here with so many workers.

    At the end `say` is told what became of the workers. Raises ChapterkitError if none answers.
    """
    with ExitStack() as stack:
        cluster = Cluster(stack.enter_context(_client(address, jobs, stack)))
        before = cluster.workers_soon()
        yield cluster
        say(_told(cluster.did, before - cluster.workers()))


def _told(did: Sequence[Counter[str]], gone: set[str]) -> str:
    """Return who did how many chapters, each time, and who is no more."""
    who = sorted({address for one in did for address in one})
    each = "、".join(f"{name} {'+'.join(str(one[name]) for one in did)} 章" for name in who)
    steps = "（先检查，后写）" if len(did) > 1 else ""
    lost = f"；中途没了 {len(gone)} 个（{'、'.join(sorted(gone))}），那里没做完的由别的做了"
    chapters = max(one.total() for one in did) if did else 0
    return f"集群的 {len(who)} 个进程做了 {chapters} 章{steps}：{each}{lost if gone else ''}。"


def _client(address: str, jobs: int, stack: ExitStack) -> Client:
    for name in logging.root.manager.loggerDict:  # each has a level of its own
        if name.partition(".")[0] == "distributed":
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
    cluster: Cluster, work: Work[Value], subjects: Sequence[Subject], did: Counter[str]
) -> Iterator[tuple[Value, float]]:
    waiting: list[Future[Any] | Subject] = []
    ahead = 0
    shared = _Shared.of(cluster.client, work, subjects)
    for place, subject in enumerate(subjects):
        while ahead < min(len(subjects), place + _AHEAD):
            waiting.append(_sent(cluster.client, shared, subjects[ahead]))
            ahead += 1
        one = waiting[place]
        waiting[place] = subject  # what was given is not held on to
        if isinstance(one, Subject):
            yield measured(work, one)
            continue
        value, seconds, who = _given(cluster, one, subject)
        did[who] += 1
        yield value, seconds


@dataclass(frozen=True)
class _Shared:
    """What is the same for every chapter: the work, which goes to each worker once, and the date.

    The date is the one that outputs carry, as SOURCE_DATE_EPOCH has it; empty if there is none.
    """

    key: str
    there: Future[bytes]
    dated: str

    @classmethod
    def of(cls, client: Client, work: Work[Value], subjects: Sequence[Subject]) -> _Shared:
        raw = pickle.dumps(work)
        key = key_of("work", raw.hex())
        books = ((one.root, one.book.config.bibliography) for one in subjects if one.chapter)
        seconds = next((modified(*one) for one in books), None)
        dated = "" if seconds is None else str(seconds)
        return cls(key, client.submit(bytes, raw, key=f"work-{key}"), dated)


def _sent(client: Client, work: _Shared, subject: Subject) -> Future[Any] | Subject:
    """Send work on a chapter under its content's key; return the text itself if it stays here."""
    if not subject.chapter or not isinstance(subject.book.folder, Disk):
        return subject
    task = _Task(
        str(subject.root.resolve()),
        book_key(subject.book),
        subject.chapter.slug,
        pickle.dumps(replace(subject, book=None, chapter=None, root=Path())),  # type: ignore[arg-type]
        work.dated,
    )
    key = key_of("task", work.key, task.root, render_key(subject), task.subject.hex(), task.dated)
    return client.submit(task, work.there, key=f"{subject.chapter.slug}-{key}", retries=2)


def _awaited(cluster: Cluster, future: Future[Any]) -> _Sent:
    """Return what work has given; raise ChapterkitError if nobody is left who could do it."""
    while True:
        try:
            given: _Sent = future.result(timeout=CONNECT_SECONDS)
        except TimeoutError:
            if future.done():
                raise
            cluster.workers_soon()
        else:
            return given


def _given(cluster: Cluster, future: Future[Any], subject: Subject) -> _Sent:
    try:
        given = _awaited(cluster, future)
    except KilledWorker:
        message = f"集群上做 {subject.name} 的进程一个接一个没了"
        hint = "看看那里的内存够不够；或不用 --executor，在这台机器上做"
        raise ChapterkitError(message, hint=hint) from None
    except (ImportError, AttributeError, pickle.UnpicklingError) as error:
        message = f"集群上的 chapterkit 接不了这里的活：{error}"
        raise ChapterkitError(message, hint=f"在那里也装 chapterkit {__version__}") from None
    except (FutureCancelledError, OSError):
        message = f"与集群的连接断了，做到 {subject.name}"
        raise ChapterkitError(message, hint="看看 dask scheduler 还在不在，再做一遍") from None
    if isinstance(given[0], ChapterkitError):
        raise given[0]
    return given


# --- what runs on a worker

_ALONE = threading.Lock()


@dataclass(frozen=True)
class _Task:
    """A chapter to be worked on: the book's folder and key, what else is asked, and the date."""

    root: str
    book: str
    slug: str
    subject: bytes
    dated: str
    version: str = __version__

    def __call__(self, work: bytes) -> _Sent:
        """Do the work; what is wrong with the manuscript comes back as a value."""
        from distributed import get_worker

        who = get_worker().address
        try:
            with _ALONE:  # a process does one thing at a time, whatever its number of threads
                os.environ["SOURCE_DATE_EPOCH"] = self.dated
                return (*self._done(work), who)
        except ChapterkitError as error:
            return error.alone(), 0.0, who

    def _done(self, work: bytes) -> tuple[Any, float]:
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
        return measured(_work_in(work), subject)


@lru_cache(maxsize=2)
def _work_in(raw: bytes) -> Work[Any]:
    work: Work[Any] = pickle.loads(raw)
    return work


@lru_cache(maxsize=2)
def _book_at(root: Path, key: str) -> Book:
    """Return the book of a folder; raise ChapterkitError if it is not the one with this key."""
    book = load(Disk(root))
    if book_key(book) != key:
        message = f"集群上的进程在 {root} 里看到的书稿与这里的不同"
        raise ChapterkitError(message, hint="等文件都同步了再来，中途不要改书稿")
    return book
