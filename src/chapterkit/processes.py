"""Starting other programs with bounds: the only module that starts any.

A program gets no secrets (its environment is made of a short list), no open files but its own, no
terminal, and bounds on time, memory and the size of files. It ends when we do: at once on Linux,
where the kernel sees to it; elsewhere at the latest when its time is over.
"""

from __future__ import annotations

import importlib.util
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from chapterkit.errors import ChapterkitError

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

GB = 1 << 30
_WORKERS = Path(__file__).with_name("workers")
_NOWHERE = "http://127.0.0.1:9"  # the port of "discard", where nobody listens
_PASSED_ON = ("TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH")
_ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "HOME": os.devnull,  # no settings of the user's own: what comes out depends on the book alone
    "XDG_DATA_HOME": os.devnull,
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), _NOWHERE),
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), _NOWHERE),
}


@dataclass(frozen=True)
class Bounds:
    """What a program may use: seconds, bytes of memory, bytes of each file that it writes."""

    seconds: float
    memory: int = 2 * GB
    file: int = 2 * GB


@dataclass(frozen=True)
class Done:
    """What came of a program that has ended by itself: its exit code, what it said where."""

    code: int
    printed: bytes
    words: bytes


Waiting = Callable[[], Done]
_BEGUN_BY: dict[subprocess.Popen[bytes], threading.Thread] = {}


def processors() -> int:
    """Return how many programs may be at work at once for this process; one for a worker."""
    multiprocessing = sys.modules.get("multiprocessing.process")  # loaded where there are workers
    if multiprocessing and multiprocessing.parent_process():
        return 1
    return os.cpu_count() or 1


def run(
    command: Sequence[str],
    given: bytes = b"",
    *,
    name: str,
    bounds: Bounds,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Done:
    """Run a program, called `name` in messages, on `given` and return what came of it.

    See `running`.
    """
    with running(
        command, given, name=name, bounds=bounds, folder=folder, environment=environment
    ) as result:
        return result()


@contextmanager
def running(
    command: Sequence[str],
    given: bytes = b"",
    *,
    name: str,
    bounds: Bounds,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    log: IO[bytes] | None = None,
) -> Iterator[Waiting]:
    """Run a program, which does not outlive the context, and give a function that waits for it.

    `environment` is added to the little that every program gets; `log` is one more open file, that
    the program may have. Raises ChapterkitError if there is no such program; the function, if it
    takes too long, too much, or crashes.
    """
    found = shutil.which(command[0])
    if found is None:
        raise ChapterkitError(f"找不到 {name}")
    with ExitStack() as stack:
        stdin, stdout, stderr = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        stdin.write(given)
        stdin.seek(0)
        try:
            process = subprocess.Popen(
                [*_launcher(bounds), found, *command[1:]],
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                cwd=folder,
                env=_environment(environment or {}),
                start_new_session=True,
                pass_fds=(log.fileno(),) if log and resource else (),
            )
        except OSError as error:
            raise ChapterkitError(f"启动不了 {name}：{error.strerror}") from None
        stack.callback(_end, process)
        stack.callback(_BEGUN_BY.pop, process)
        _BEGUN_BY[process] = threading.current_thread()
        _bound(process.pid, bounds)

        def result() -> Done:
            if not _ended(process, bounds.seconds):
                raise ChapterkitError(f"{name} 过了 {bounds.seconds:.0f} 秒还没有做完")
            _end(process)
            if process.returncode < 0:
                raise _killed(name, -process.returncode, bounds)
            return Done(process.returncode, _all_of(stdout), _all_of(stderr))

        yield result


def worker(name: str, package: str) -> list[str]:
    """Return the command of one of our own workers, a module of `workers/` that needs a package.

    It runs in a Python that has nothing but the standard library and what lies beside the package.
    Raises ChapterkitError if the package is not installed.
    """
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ChapterkitError(f"找不到 {package}", hint="重新安装依赖：make setup")
    beside = Path(found.origin).parents[1]
    alone, module = _WORKERS / "alone.py", _WORKERS / f"{name}.py"
    return [sys.executable, "-I", "-S", "-B", str(alone), str(beside), str(module)]


def sealed(command: Sequence[str], folder: Path, readable: Sequence[str]) -> list[str]:
    """Return the command of a program that has no network, and cannot leave a folder of its own.

    It may read what lies below `readable`, too; walls that the system has not are left out.
    """
    alone, module = _WORKERS / "alone.py", _WORKERS / "sealed.py"
    begun = [sys.executable, "-I", "-S", "-B", str(alone), str(_WORKERS), str(module)]
    return [*begun, str(folder.resolve()), *readable, "--", *command]


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**kept, **_ENVIRONMENT, **added}


# --- bounds


def _launcher(bounds: Bounds) -> list[str]:
    """Return what a command begins with so that the system holds it to bounds, and to our life."""
    if sys.platform == "linux":
        return [*tied, *_WITH_PARENT, str(os.getpid())] if (tied := _tied()) else []
    if resource is None:
        return []
    limits = f"ulimit -c 0; ulimit -t {_cpu_seconds(bounds)}; ulimit -f {bounds.file // 512}"
    return ["/bin/sh", "-c", f'{limits}; exec "$@"', "sh"]


@cache
def _tied() -> list[str]:
    """Return the command that ties a program's life to ours, if the system has it."""
    found = shutil.which("setpriv", path="/usr/bin:/bin")
    if found is None or Path(found).resolve().name != "setpriv":  # busybox has a smaller one
        return []
    return [found, "--pdeathsig", "KILL", "--no-new-privs", "--"]


# Asked once the tie is made: whoever ended before that has left nobody to end with.
_WITH_PARENT = ("/bin/sh", "-c", 'test "$PPID" = "$0" && exec "$@"')


def _bound(process: int, bounds: Bounds) -> None:
    """Set the bounds of a process that has just been started."""
    if sys.platform != "linux":
        return
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: _cpu_seconds(bounds),
        resource.RLIMIT_DATA: bounds.memory,
        resource.RLIMIT_FSIZE: bounds.file,
    }
    for limit, value in limits.items():
        with suppress(OSError):  # it has ended already
            _, most = resource.prlimit(process, limit)
            least = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.prlimit(process, limit, (least, least))


def _cpu_seconds(bounds: Bounds) -> int:
    """Return the seconds of all processors together: the last resort where nobody waits."""
    return int(bounds.seconds) * 2 + 1


# --- the end


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for a process to end, at most some seconds; tell whether it has."""
    if sys.platform == "linux":
        with suppress(OSError):  # an old kernel
            descriptor = os.pidfd_open(process.pid)
            try:
                return bool(select.select([descriptor], [], [], seconds)[0])
            finally:
                os.close(descriptor)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def end_those_of(threads: Collection[threading.Thread]) -> None:
    """Kill the programs that some threads wait for, which go on as after a crash."""
    for process, thread in [*_BEGUN_BY.items()]:
        if thread in threads:
            _kill(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it started, unless that is done, and wait for its end."""
    if process.returncode is None:
        _kill(process)
        process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL) if resource else process.kill()


def _killed(name: str, number: int, bounds: Bounds) -> ChapterkitError:
    if number == getattr(signal, "SIGXCPU", 0):
        return ChapterkitError(f"{name} 过了 {bounds.seconds:.0f} 秒还没有做完")
    if number == getattr(signal, "SIGXFSZ", 0):
        return ChapterkitError(f"{name} 写的文件超过 {bounds.file / GB:.1f} GB")
    if number == getattr(signal, "SIGABRT", 0):
        return ChapterkitError(
            f"{name} 崩溃了，多半是内存不够（最多用 {bounds.memory / GB:.1f} GB）"
        )
    try:
        words = signal.Signals(number).name
    except ValueError:
        words = str(number)
    return ChapterkitError(f"{name} 崩溃了（{words}）")


def _all_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
