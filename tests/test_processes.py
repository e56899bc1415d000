"""Other programs are held to bounds, get no secrets, and never outlive whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import pytest

from chapterkit.errors import ChapterkitError
from chapterkit.processes import Bounds, Done, end_those_of, run, running, worker
from conftest import Run

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's bounds are Linux's")
MB = 1 << 20


def python(program: str, given: bytes = b"", bounds: Bounds = Bounds(30)) -> Done:  # noqa: B008
    return run([sys.executable, "-c", program], given, name="试验", bounds=bounds)


def test_what_a_program_is_given_and_says_comes_through() -> None:
    done = python("import sys; print(input()); print('b', file=sys.stderr); sys.exit(7)", b"a\n")
    assert (done.code, done.printed.split(), done.words.split()) == (7, [b"a"], [b"b"])


def test_a_program_that_does_not_end_is_ended() -> None:
    started = time.monotonic()
    with pytest.raises(ChapterkitError, match="过了 1 秒"):
        python("while True: pass", bounds=Bounds(1))
    assert time.monotonic() - started < 20


def test_only_the_programs_of_the_threads_that_are_named_are_ended() -> None:
    begun = {name: threading.Event() for name in "ab"}
    ends: dict[str, Done | ChapterkitError] = {}

    def work(name: str) -> None:
        command = [sys.executable, "-c", f"import time; time.sleep({60 if name == 'a' else 1})"]
        with running(command, name="试验", bounds=Bounds(90)) as result:
            begun[name].set()
            try:
                ends[name] = result()
            except ChapterkitError as error:
                ends[name] = error

    threads = {name: threading.Thread(target=work, args=name) for name in begun}
    for name, thread in threads.items():
        thread.start()
        assert begun[name].wait(20)
    end_those_of({threads["a"]})
    for thread in threads.values():
        thread.join(20)
    assert isinstance(ends["a"], ChapterkitError)
    assert ends["b"] == Done(0, b"", b"")


@LINUX
def test_memory_and_the_size_of_files_are_bounded(tmp_path: Path) -> None:
    held = python("bytearray(500_000_000)", bounds=Bounds(30, memory=200 * MB))
    assert b"MemoryError" in held.words
    write = f"open({str(tmp_path / 'a')!r}, 'wb').write(bytes(3_000_000))"
    assert python(write, bounds=Bounds(30, file=MB)).code != 0
    assert (tmp_path / "a").stat().st_size <= MB
    shouted = python("print('a' * 3_000_000)", bounds=Bounds(30, file=MB))
    assert len(shouted.printed) <= MB


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_crash_is_a_failure_in_one_line(number: signal.Signals) -> None:
    with pytest.raises(ChapterkitError, match="试验 崩溃了"):
        python(f"import os; os.kill(os.getpid(), {number})")


def test_a_program_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "geheim")
    environment = python("import os; print(dict(os.environ))").printed.decode()
    assert "geheim" not in environment
    assert "127.0.0.1:9" in environment


@LINUX
def test_a_program_has_no_open_files_but_its_own(tmp_path: Path) -> None:
    with (tmp_path / "a").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        seen = python("import os; print(sorted(os.listdir('/proc/self/fd')))")
    assert seen.printed.split()[:4] == [b"['0',", b"'1',", b"'2',", b"'3']"]


def test_a_missing_program_is_told() -> None:
    with pytest.raises(ChapterkitError, match="找不到 试验"):
        run(["no-such-program"], name="试验", bounds=Bounds(1))


STARTING = """
import sys
from chapterkit.processes import Bounds, running
with running([sys.executable, "-c", {program!r}], name="试验", bounds=Bounds(100)) as result:
    print("started", flush=True)
    result()
"""


def alive(mark: str) -> list[str]:
    """Return the processes whose command holds a mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if mark in command and "STARTING" not in command and "running(" not in command:
            found.append(f"{folder.name} {command}")
    return found


def ended(mark: str) -> bool:
    """Wait ten seconds for the processes with a mark to end; tell whether they have."""
    for _ in range(500):
        if not alive(mark):
            return True
        time.sleep(0.02)
    return False


@LINUX
def test_a_program_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    mark = f"mark-{tmp_path.name}-{os.getpid()}"
    program = f"'{mark}'; import time; time.sleep(100)"
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTING.format(program=program)], stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"started\n"
        while not alive(mark):
            time.sleep(0.01)
        parent.kill()
    assert ended(mark), alive(mark)


@LINUX
def test_nor_one_that_is_killed_while_it_starts_the_program(tmp_path: Path) -> None:
    mark = f"mark-{tmp_path.name}-{os.getpid()}"
    program = STARTING.format(program=f"'{mark}'; import time; time.sleep(100)")
    program = program.replace("result()\n", "import os; os.kill(os.getpid(), 9)\n")
    program = program.replace('print("started", flush=True)', "pass")
    for _ in range(10):
        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    assert ended(mark), alive(mark)


@LINUX
def test_what_a_program_has_started_goes_with_it(tmp_path: Path) -> None:
    mark = f"mark-{tmp_path.name}-{os.getpid()}"
    program = f"'{mark}'; import os, time; os.fork(); time.sleep(100)"
    with running([sys.executable, "-c", program], name="试验", bounds=Bounds(100)):
        while len(alive(mark)) < 2:
            time.sleep(0.01)
    assert ended(mark), alive(mark)


@LINUX
def test_a_worker_has_no_network_where_the_system_allows(tmp_path: Path) -> None:
    module = tmp_path / "seen.py"
    module.write_text("import pathlib; print(pathlib.Path('/proc/self/net/dev').read_text())")
    command = worker("typesetting", "typst")
    command[-1] = str(module)
    lines = run(command, name="试验", bounds=Bounds(30)).printed.decode().splitlines()[2:]
    found = [line.split(":")[0].strip() for line in lines if line]
    if found != ["lo"]:
        pytest.skip("this machine does not let a process leave the network")


def pdf(content: bytes, filters: int = 1) -> bytes:
    """Return a PDF of one page, with a content that is packed several times."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 900 900]/Contents 4 0 R"
        b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d/Filter[%s]>>stream\n%s\nendstream"
        % (len(content), b"/FlateDecode" * filters, content),
    ]
    listed = b"".join(b"%d 0 obj%s endobj\n" % (at, one) for at, one in enumerate(objects, 1))
    return b"%PDF-1.4\n" + listed + b"trailer<</Root 1 0 R>>\n"


def packed(unit: bytes, size: int) -> bytes:
    packer = zlib.compressobj(9)
    parts = [packer.compress(unit * (1_000_000 // len(unit))) for _ in range(size // 1_000_000)]
    return zlib.compress(b"".join([*parts, packer.flush()]), 9)


@LINUX
def test_a_small_pdf_that_unpacks_to_gigabytes_stops_its_own_source_alone(
    minimal: Path, run: Run
) -> None:
    sources = minimal / "sources"
    sources.mkdir()
    (sources / "demo2025.pdf").write_bytes(pdf(packed(b"q ", 60_000_000), 2))
    (sources / "other2024.txt").write_text("Success rate 21.0%\n", "utf-8")
    with (minimal / "refs.bib").open("a", encoding="utf-8") as file:
        file.write("\n@misc{other2024, title={O}, author={O, O}, year={2024}, url={https://o.o}}\n")
    record = minimal / "experiments/card-game.yaml"
    text = record.read_text("utf-8")
    number = '  other: {value: 21.0, unit: "%", of: Success rate, cite: other2024}\n'
    text = text.replace("numbers:\n", f"numbers:\n{number}")
    text = text.replace("[demo2025]", "[demo2025, other2024]")
    record.write_text(text, "utf-8")
    result = run(minimal, "verify", "--all")
    assert result.exit_code == 0, result.output
    assert "demo2025.pdf:1: PDF 读不出来：读取程序" in result.output
    assert "demo2025.pdf" in result.output
    assert "Traceback" not in result.output
    assert '"card-game.other", "status": "verified"' in (
        minimal / "experiments/verified.lock"
    ).read_text("utf-8")
