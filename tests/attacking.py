"""Attacks on a tiny book: what a case says, how it is put in place, and what must hold whatever it is.

A case is a text file in `attacks/<class>/`. Its first line says what is tried, its second what comes
of it: exit code, place, and a word of the message (a case that is harmless has a bare 0). Lines
`key: value` may follow; then the files of the case, each behind a line `-- path --`. `text` is the
chapter `book/case.md` below its heading, and begins on its third line.

    run: check --strict             the command; else a build in every format
    change: PATH | OLD | NEW        a file of the book, with other words
    link: PATH -> TARGET            a link; `$OUT` is a folder outside of the book, with secrets
    fifo: PATH, folder: PATH        no file at all
    sparse: PATH BYTES              a file of zeros
    png: PATH WIDTHxHEIGHT          a picture of one colour
    dated: PATH YEAR                when a file was changed last
    env: NAME=VALUE                 the environment
    base: PATH | TEXT               a file as it was committed before the others came (see `git`)
    git: KEY=VALUE                  makes the folder a repository with one commit, configured so

In every value and file `$URL` is an address that listens and must never hear anything,
`⟪N×text⟫` is the text N times (№ in it counts), and `⟦41 00⟧` are bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from chapterkit.errors import MOST
from conftest import HERE
from inert import leaks

CASES = HERE / "attacks"
SECRET = "SECRET-5b0f2c-DO-NOT-TELL"
# Seconds of the processor for a run and all that it starts; seconds on the clock, which a machine
# under load may take; bytes of memory, and of a file.
PROCESSOR, SECONDS, MEMORY, FILE_SIZE = 20, 90, 2 << 30, 256 << 20
FORMATS = ("html", "epub", "pdf", "docx", "markdown")
HEADING = "# 题 {#case}\n\n"
SECRET_SIZE = (7, 5)


@dataclass(frozen=True)
class Case:
    """One attack: what it tries, what must come of it, and what it is made of."""

    path: Path
    tries: str
    code: int
    place: str
    word: str
    orders: Sequence[tuple[str, str]] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def is_plain(self) -> bool:
        """Whether it is but a text that the linter refuses, so that many can be checked at once."""
        return self.code == 1 and not self.orders and set(self.files) == {"text"}

    def rewritten(self, expected: str) -> None:
        """Write another expectation into the file."""
        lines = self.path.read_text("utf-8").split("\n")
        self.path.write_text("\n".join([lines[0], expected, *lines[2:]]), "utf-8")


def case_at(path: Path) -> Case:
    head, *rest = re.split(r"^-- (.+) --\n", path.read_text("utf-8"), flags=re.MULTILINE)
    tries, expected, *orders = head.splitlines()
    code, place, word = (*expected.split(maxsplit=2), "", "")[:3]
    return Case(
        path=path, tries=tries, code=int(code), place=place, word=word,
        orders=[tuple(line.split(": ", 1)) for line in orders],
        files=dict(zip(rest[::2], rest[1::2], strict=True)),
    )  # fmt: skip


def all_cases() -> list[Case]:
    return [case_at(path) for path in sorted(CASES.glob("*/*.txt"))]


# --- the ground


class Listener:
    """Listens on a port of this machine and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                try:
                    self.heard.append(connection.recv(500))
                    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    self.heard.append(b"(a connection)")

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *given: object) -> None:
        with suppress(OSError):  # what waits for a connection is not woken by closing alone
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


def png(width: int, height: int) -> bytes:
    """Return a picture of one bit a pixel, all alike."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = zlib.compress((b"\0" + bytes((width + 7) // 8)) * height, 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


_REPEATED = re.compile(r"⟪(\d+)×([^⟪⟫]*)⟫")
_BYTES = re.compile(r"⟦((?:[0-9a-f]{2} ?)+)⟧")


@dataclass(frozen=True)
class Ground:
    """A folder with a book, and round it what an attack may not reach."""

    folder: Path
    url: str

    @property
    def book(self) -> Path:
        return self.folder / "book"

    @property
    def outside(self) -> Path:
        return self.folder / "outside"

    def laid(self) -> Ground:
        """Lay out the tiny book and the secrets."""
        shutil.copytree(HERE / "books" / "minimal", self.book)
        plan = self.book / "book/book.yaml"
        plan.write_text(plan.read_text("utf-8") + listed("case", 4), "utf-8")
        self.write("book/book/case.md", HEADING + "这里什么也没有。\n")
        for name in ("home", "tmp", "cache"):
            (self.folder / name).mkdir()
        for name in ("txt", "md", "md.j2", "html", "bib", "yaml", "svg"):
            self.write(f"outside/secret.{name}", SECRET + "\n")
        (self.outside / "secret.png").write_bytes(png(*SECRET_SIZE))
        return self

    def write(self, path: str, text: str) -> None:
        file = self.folder / os.fsdecode(self.raw(path))
        if file.is_symlink():
            file.unlink()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.raw(text))

    def meant(self, text: str) -> str:
        """Return a text with addresses and repetitions put in."""
        text = text.replace("$URL", self.url).replace("$OUT", str(self.outside))

        def repeated(found: re.Match[str]) -> str:
            return "".join(found[2].replace("№", str(i)) for i in range(int(found[1])))

        while _REPEATED.search(text):
            text = _REPEATED.sub(repeated, text)
        return text

    def raw(self, text: str) -> bytes:
        """Return the bytes of a text."""
        parts = _BYTES.split(self.meant(text))
        return b"".join(
            bytes.fromhex(part) if place % 2 else part.encode() for place, part in enumerate(parts)
        )

    def place(self, case: Case) -> None:
        """Put a case into the book."""
        early = [order for order in case.orders if order[0] in ("git", "base")]
        for key, value in early:
            if key == "base":
                path, text = value.split(" | ", 1)
                self.write(f"book/{path}", text.replace("\\n", "\n") + "\n")
        if early:
            self._commit([value for key, value in early if key == "git"])
        for path, text in case.files.items():
            if path == "text":
                self.write("book/book/case.md", HEADING + text)
            else:
                self.write(f"book/{path}", text)
        for key, value in case.orders:
            if key in _ORDERS:
                _ORDERS[key](self, value)

    def _commit(self, settings: Sequence[str]) -> None:
        me = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "One")):
            subprocess.run(["git", "-C", self.book, *me, *words], check=True, capture_output=True)
        for setting in settings:
            key, _, value = self.meant(setting).partition("=")
            subprocess.run(["git", "-C", self.book, "config", key, value], check=True)

    def environment(self, case: Case) -> dict[str, str]:
        own = {
            "HOME": self.folder / "home", "TMPDIR": self.folder / "tmp",
            "XDG_CACHE_HOME": self.folder / "cache", "XDG_CONFIG_HOME": self.folder / "home",
            "XDG_DATA_HOME": self.folder / "home", "XDG_STATE_HOME": self.folder / "cache",
            "CI_SECRET": SECRET, "LANG": "C.UTF-8",
            "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1",
            # Whoever asks for an address elsewhere is heard as well.
            "http_proxy": self.url, "https_proxy": self.url, "ALL_PROXY": self.url,
        }  # fmt: skip
        given = (self.meant(value) for key, value in case.orders if key == "env")
        return {
            **{key: str(one) for key, one in own.items()},
            **dict(one.split("=", 1) for one in given),
        }

    def guarded(self) -> dict[str, str]:
        """Return the digest, or the link, of everything outside of the book and the cache."""
        found = {}
        for top in ("outside", "home", "tmp"):
            for path in (self.folder / top).rglob("*"):
                name = str(path.relative_to(self.folder))
                if name.startswith("tmp/_jinja2-cache-"):
                    continue  # Jinja's own, which it shares with nobody
                if path.is_symlink() or not path.is_file():
                    found[name] = "no file"
                else:
                    found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found


def listed(slug: str, number: int) -> str:
    return f"  - {{slug: {slug}, number: {number}, file: {slug}.md}}\n"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, f"{old!r} does not stand in {path.name}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def _change(ground: Ground, value: str) -> None:
    path, old, new = value.split(" | ", 2)
    file = ground.book / path
    raw = file.read_bytes()
    assert old.encode() in raw, f"{old!r} does not stand in {path}"
    file.write_bytes(raw.replace(old.encode(), ground.raw(new.replace("\\n", "\n")), 1))


def _link(ground: Ground, value: str) -> None:
    name, target = value.split(" -> ")
    path = ground.book / ground.meant(name)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(ground.meant(target))


def _fifo(ground: Ground, value: str) -> None:
    path = ground.book / value
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


def _folder(ground: Ground, value: str) -> None:
    path = ground.book / value
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)


def _sparse(ground: Ground, value: str) -> None:
    name, size = value.split()
    path = ground.book / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(int(size))


def _png(ground: Ground, value: str) -> None:
    name, size = value.rsplit(" ", 1)
    path = ground.book / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(*map(int, size.split("x"))))


def _dated(ground: Ground, value: str) -> None:
    name, year = value.split()
    seconds = int((int(year) - 1970) * 365.2425 * 86400)
    os.utime(ground.book / name, (seconds, seconds))


_ORDERS: dict[str, Callable[[Ground, str], None]] = {
    "change": _change, "link": _link, "fifo": _fifo, "folder": _folder, "sparse": _sparse,
    "png": _png, "dated": _dated,
}  # fmt: skip


# --- a run


@dataclass(frozen=True)
class Ran:
    """What a run of the program came to."""

    code: int
    printed: str
    seconds: float
    timed_out: bool = False


class Program:
    """The program, loaded once; used by one thread at a time."""

    def __init__(self) -> None:
        self._warm = subprocess.Popen(
            [sys.executable, str(HERE / "warm.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, ground: Ground, words: Sequence[str], environment: Mapping[str, str]) -> Ran:
        """Run the program in the book's folder, with little time and memory."""
        log = ground.folder / "log"
        order = {
            "words": words, "folder": str(ground.book), "environment": environment,
            "log": str(log), "seconds": SECONDS, "memory": MEMORY, "file_size": FILE_SIZE,
        }  # fmt: skip
        assert self._warm.stdin
        assert self._warm.stdout
        print(json.dumps(order), file=self._warm.stdin, flush=True)
        code, seconds, ended = json.loads(self._warm.stdout.readline())
        with log.open("rb") as file:
            printed = file.read(10_000_000).decode("utf-8", "backslashreplace")
        return Ran(code, printed, seconds, ended)

    def close(self) -> None:
        with self._warm:
            pass


def words_of(case: Case) -> list[str]:
    """Return the command of a case."""
    asked = [value.split() for key, value in case.orders if key == "run"]
    chapter = ["case"] if "text" in case.files else []
    return asked[0] if asked else ["build", *chapter, *(f"--format={one}" for one in FORMATS)]


# --- what must hold

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


def broken_promises(
    ground: Ground, case: Case, ran: Ran, before: Mapping[str, str]
) -> Iterator[str]:
    """Yield what may never come of any case."""
    if ran.timed_out:
        yield f"hangs (over {SECONDS} s)"
    elif ran.seconds > PROCESSOR:
        yield f"takes {ran.seconds:.0f} s of the processor"
    if ran.code not in (0, 1, 2):
        yield f"exit code {ran.code}"
    if "Traceback" in ran.printed:
        yield "a traceback"
    if SECRET in ran.printed:
        yield "the secret is printed"
    if found := _CONTROL.search(ran.printed):
        yield f"control character {found[0]!r} is printed"
    if any(
        line.startswith("::") and not _ANNOTATION.match(line) for line in ran.printed.splitlines()
    ):
        yield "a command to the log"
    lines = ran.printed.splitlines()
    told = [line for line in lines if not line.startswith("hint: ")]
    if len(ran.printed) > (1_000_000 if ran.code < 2 else 2000 + 100 * len(told)):
        yield f"{len(ran.printed)} characters are printed"
    if ran.code == 2 and (len(told) > MOST or len(lines) > 2 * len(told)):
        yield "more than a line and a hint for each failure"
    after = ground.guarded()
    if after != before:
        yield f"changed outside: {sorted(set(before.items()) ^ set(after.items()))[:3]}"
    if not (ground.book / "build").is_symlink():
        yield from leaks(ground.book / "build", SECRET, SECRET_SIZE)


_ANNOTATION = re.compile(r"::(?:error|warning) file=[^,:\s]+,line=\d+")


def as_expected(case: Case, ran: Ran) -> bool:
    """Tell whether a run came to what the case says."""
    return ran.code == case.code and (
        not case.place or any(is_told(line, case) for line in ran.printed.splitlines())
    )


def is_told(line: str, case: Case, chapter: str = "book/case.md") -> bool:
    """Tell whether a line of output is the one that a case expects; `chapter` is its text's file."""
    place = case.place.replace("book/case.md", chapter)
    return (place == "-" or line.startswith(f"{place}:")) and case.word in line


def outcome(ran: Ran) -> str:
    """Return the line that would be expected of a run like this one."""
    if ran.code == 0:
        return "0"
    first = next((line for line in ran.printed.splitlines() if re.match(r"\S+:\d+", line)), "")
    if place := re.match(r"\S+?:\d+", first):
        rule = re.search(r"\[([a-z-]+)\]$", first)
        return f"{ran.code} {place[0]} {rule[1] if rule else first[len(place[0]) + 2 :][:40]}"
    return f"{ran.code} - {ran.printed.splitlines()[0][:40] if ran.printed else ''}".rstrip()


@contextmanager
def a_ground(folder: Path, url: str) -> Iterator[Ground]:
    """Give a ground in an empty folder, and take it away."""
    try:
        yield Ground(folder, url).laid()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tried(folder: Path, url: str, case: Case, program: Program) -> tuple[Ran, list[str]]:
    """Lay a ground, put the case there, run; return the run, and the promises it broke."""
    with a_ground(folder, url) as ground:
        ground.place(case)
        before = ground.guarded()
        words = [os.fsdecode(ground.raw(word)) for word in words_of(case)]
        ran = program.run(ground, words, ground.environment(case))
        return ran, list(broken_promises(ground, case, ran, before))
