"""A wheel tried as its first user would: an empty environment, an empty folder, no repository."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

WRITTEN = ("html", "epub", "pdf", "docx")
PATIENCE = 60.0  # seconds that the preview may take to answer


def installed(wheel: Path, pins: Path, folder: Path) -> Path:
    """Install `wheel` with the versions of `pins` into a new environment; return its Python."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    python = binaries / ("python.exe" if os.name == "nt" else "python")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "--python", python)
    run(*pip, "install", "--constraint", pins, wheel)
    run(*pip, "check")
    return python


def tried(python: Path, folder: Path) -> list[str]:
    """Make a book in `folder`, check it, build it, look at it; return what was seen, line by line.

    Raises subprocess.CalledProcessError, AssertionError or OSError where something fails.
    """
    chapterkit = python.with_name("chapterkit" + (".exe" if os.name == "nt" else ""))
    seen = [
        run(chapterkit, "--version", cwd=folder),
        run(python, "-m", "chapterkit", "--version", cwd=folder),
    ]
    run(chapterkit, "new", "book", "trial", cwd=folder)
    book = folder / "trial"
    seen.append(run(chapterkit, "check", cwd=book))
    run(chapterkit, "build", cwd=book)
    written = sorted(one for one in (book / "build").rglob("*.*") if one.suffix[1:] in WRITTEN)
    assert {one.suffix[1:] for one in written} == set(WRITTEN), written
    seen += [f"{one.relative_to(book).as_posix()}: {one.stat().st_size} bytes" for one in written]
    seen.append(_previewed(chapterkit, book))
    return [line for line in seen if line]


def _previewed(chapterkit: Path, book: Path) -> str:
    """Start the preview, ask it for its page, end it; return what it answered."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [chapterkit, "preview", "--port", str(port)],
        cwd=book, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        page = _answer(f"http://127.0.0.1:{port}/", server)
    finally:
        server.terminate()
        server.wait(timeout=10)
    title = re.search(r"<title>(.*?)</title>", page, re.S)
    assert title, page[:400]
    return f"preview answers: {title[1].strip()}, {len(page)} characters"


def _answer(address: str, server: "subprocess.Popen[bytes]") -> str:
    begun = time.monotonic()
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return str(answer.read().decode("utf-8"))
        except OSError:
            if server.poll() is not None or time.monotonic() - begun > PATIENCE:
                raise
            time.sleep(0.2)


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command, show what it printed where it fails, and return that otherwise."""
    done = subprocess.run(
        command, cwd=cwd, env=environment(), text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.stderr.write(done.stdout)
        done.check_returncode()
    return done.stdout.strip()


def environment() -> dict[str, str]:
    """Return this process's environment without what would let Python find the repository."""
    return {
        name: said for name, said in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}
    }
