"""Who does the work: processes of this machine, or a cluster that the command line names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from chapterkit.checking.running import Executor, Processes
from chapterkit.commands._saying import say
from chapterkit.errors import ChapterkitError

_SCHEME = "dask://"


@contextmanager
def executor_at(address: str | None, jobs: int) -> Iterator[Executor]:
    """Give what does work, `jobs` things at once on this machine.

    Raises ChapterkitError for an address that is none, or where what it needs is not installed.
    """
    if not address:
        yield Processes(jobs)
        return
    named = address.removeprefix(_SCHEME).strip("/")
    if not address.startswith(_SCHEME) or not named:
        hint = "写 dask://主机:端口，或 dask://local"
        raise ChapterkitError(f"--executor 不能是 {address}", hint=hint)
    if find_spec("distributed") is None:
        raise ChapterkitError("没有装 Dask", hint="pip install 'chapterkit[dask]'")
    # What speaks with a cluster is loaded only where one was asked for.
    from chapterkit.checking.cluster import cluster_at

    with cluster_at(named, jobs, lambda line: say(line, err=True)) as cluster:
        yield cluster
