"""Work on a Dask cluster: two workers of their own, one killed half-way, one slow."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from chapterkit.commands import main
from library import make

Client = pytest.importorskip(
    "distributed", reason="the extra chapterkit[dask] is not installed"
).Client
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

CHAPTERS = 6
DASK = str(Path(sys.executable).with_name("dask"))


@dataclass
class Workers:
    """A scheduler, and workers that may be killed and stopped."""

    port: int
    folder: Path
    stack: ExitStack
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def tcp(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"dask://127.0.0.1:{self.port}"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = self.stack.enter_context((self.folder / f"{len(self.running)}.log").open("wb"))
        environment = os.environ | {"CHAPTERKIT_CACHE": "off"}  # and no date: who asks tells it
        environment.pop("SOURCE_DATE_EPOCH", None)
        process = subprocess.Popen(
            [DASK, *arguments], cwd=self.folder, env=environment, stdout=log, stderr=log
        )
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        return process

    def worker(self) -> None:
        name = str(len(self.running))
        arguments = ["--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        self.running.append(self.start("worker", self.tcp, *arguments))

    def wait_for_work(self, one: subprocess.Popen[bytes]) -> None:
        """Return once a worker works on a chapter, which takes it a while yet."""
        name = str(self.running.index(one))
        deadline = time.monotonic() + 60
        with Client(self.tcp, set_as_default=False) as client:
            while time.monotonic() < deadline:
                known = client.scheduler_info(n_workers=-1)["workers"]
                [address] = [at for at, one in known.items() if str(one["name"]) == name] or [""]
                if any(not key.startswith("work-") for key in client.processing().get(address, ())):
                    return
        pytest.fail("nothing to do for a worker")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    make(folder, CHAPTERS)
    return folder


@pytest.fixture(scope="module")
def serial(library: Path) -> Mapping[str, bytes]:
    """What one process writes, one chapter after the other."""
    assert "写好" in build(library, "serial", "--jobs", "1")
    return files(library / "serial")


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with ExitStack() as stack:
        made = Workers(free_port(), tmp_path, stack)
        made.start("scheduler", "--host", "127.0.0.1", "--port", str(made.port), "--no-dashboard")
        made.worker()
        made.worker()
        with Client(made.tcp, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield made


def arguments_of(output: str, *options: str) -> list[str]:
    return ["build", "--format", "html", "--format", "epub", "--output", output, *options]


def build(library: Path, output: str, *options: str, code: int = 0) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(library)
        patch.setenv("CHAPTERKIT_CACHE", "off")
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        arguments = arguments_of(output, *options)
        result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def files(folder: Path) -> dict[str, bytes]:
    """Return what was written below a folder; a lock, which stays, is none of it."""
    every = [one for one in folder.rglob("*") if one.is_file() and one.name != ".lock"]
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in every}


def test_a_killed_worker_and_a_slow_one_lose_nothing(
    library: Path, serial: Mapping[str, bytes], workers: Workers
) -> None:
    command = [sys.executable, "-m", "chapterkit", *arguments_of("first")]
    environment = os.environ | {"CHAPTERKIT_CACHE": "off", "SOURCE_DATE_EPOCH": "1700000000"}
    run = subprocess.Popen(
        [*command, "--executor", workers.address],
        cwd=library, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    killed, slow = workers.running[-2:]
    workers.wait_for_work(killed)
    killed.kill()
    slow.send_signal(signal.SIGSTOP)
    time.sleep(1)
    slow.send_signal(signal.SIGCONT)
    out, err = run.communicate(timeout=120)
    assert run.returncode == 0, err.decode()
    assert files(library / "first") == serial
    [told] = err.decode().splitlines()  # and nothing of Dask's own
    assert f"做了 {CHAPTERS} 章（先检查，后写）" in told
    assert out.decode().count("写好 2 个文件") == CHAPTERS
    assert "中途没了 1 个" in told


def test_a_cluster_without_workers_is_told(
    library: Path, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chapterkit.checking.cluster.CONNECT_SECONDS", 5)
    first, other = workers.running
    other.kill()

    def kill_at_work() -> None:
        workers.wait_for_work(first)
        first.kill()

    killer = threading.Thread(target=kill_at_work)
    killer.start()
    half = build(library, "gone", "--executor", workers.address, code=2)
    killer.join()
    assert "集群里没有能干活的进程" in half
    none = build(library, "none", "--executor", workers.address, code=2)
    assert "集群里没有能干活的进程" in none
    assert not (library / "none").exists()


@pytest.mark.parametrize(
    "wrong", ["{{ nobody }}", "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}"]
)
def test_what_is_wrong_on_a_worker_is_told_as_it_is_here(
    wrong: str, library: Path, workers: Workers
) -> None:
    chapter = library / "book/c0002.md"
    before = chapter.read_text("utf-8")
    chapter.write_text(f"{before}\n{wrong}\n", "utf-8")
    try:
        here = build(library, "none", code=2)
        assert "book/c0002.md:" in here
        there = build(library, "none", "--executor", workers.address, code=2)
    finally:
        chapter.write_text(before, "utf-8")
    assert there == here
    assert not (library / "none").exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("dask://127.0.0.1:1", "没有应答"),
        ("http://127.0.0.1", "写 dask://主机:端口"),
        ("dask://", "写 dask://主机:端口"),
    ],
)
def test_an_executor_that_is_none_is_told_in_a_line(
    library: Path, address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chapterkit.checking.cluster.CONNECT_SECONDS", 1)
    output = build(library, "none", "--executor", address, code=2)
    assert said in output
    assert "Traceback" not in output
