"""What steps gave, kept on the disk by their keys: `build/.cache`, which may be deleted at will.

A book comes with whatever its author commits, so that no entry is believed for lying there. Each
is sealed with a secret in the user's own folder: what another user, another machine or a change
to the file made of it counts as absent. What an entry stands for is in its key: the input, and
the tool that it was given to (its files, Python, the installed packages, and the programs that
come along).

The environment variable CHAPTERKIT_CACHE names another folder, which several books or worktrees
may share, or is `off`.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import os
import secrets
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

from platformdirs import user_state_path

MOST_BYTES = 200 * 1024 * 1024
MOST_ENTRIES = 20_000
"""How large a store may become; what was not used for longest goes first."""
PUTS_BETWEEN = 50
"""How many entries a process puts between two looks at how large the store is."""
MOST_OF_ONE = 50 * 1024 * 1024
"""How large an entry may be: what is larger is not kept."""

_SEAL = hashlib.sha256().digest_size
_SECRET_BYTES = 32
_WITH_TOOL = (
    "pypandoc", "typst", "opencc", "latex2mathml", "ziamath",
    "pylopdf_fonts_zh_cn", "pylopdf_fonts_zh_tw", "manimgx_fonts_cjk",
)  # fmt: skip


@dataclass(frozen=True)
class Store:
    """Entries in a folder, each under its name, sealed with a secret.

    Whatever goes wrong (a folder that cannot be written, a damaged entry) is no entry.
    """

    folder: Path
    secret: bytes = field(repr=False)
    puts: Iterator[int] = field(default_factory=count, repr=False, compare=False)

    def get(self, name: str) -> bytes | None:
        """Return what is kept under a name; None if nothing is, or not what was put there."""
        path = self._path(name)
        try:
            if path.is_symlink() or path.stat().st_size > MOST_OF_ONE + _SEAL:
                return None
            raw = path.read_bytes()
        except OSError:
            return None
        seal, value = raw[:_SEAL], raw[_SEAL:]
        if not hmac.compare_digest(seal, self._seal(name, value)):
            return None
        with suppress(OSError):
            os.utime(path)
        return value

    def put(self, name: str, value: bytes) -> None:
        """Keep a value under a name, as far as there is room for it."""
        if len(value) > MOST_OF_ONE or not self._is_ready():
            return
        beside = ""
        try:
            handle, beside = tempfile.mkstemp(".new", "", self.folder)
            with os.fdopen(handle, "wb") as file:
                file.write(self._seal(name, value) + value)
            Path(beside).replace(self._path(name))
        except OSError:
            if beside:
                Path(beside).unlink(missing_ok=True)
            return
        if next(self.puts) % PUTS_BETWEEN == 0:
            self._trim()

    def _is_ready(self) -> bool:
        """Tell whether the folder is there, and is no link to elsewhere."""
        if self.folder.is_symlink() or self.folder.parent.is_symlink():
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        return True

    def _path(self, name: str) -> Path:
        return self.folder / hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()

    def _seal(self, name: str, value: bytes) -> bytes:
        named = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
        return hmac.digest(self.secret, named + value, "sha256")

    def _trim(self) -> None:
        """Remove the entries that were not used for longest, where there are too many."""
        with suppress(OSError):
            found = sorted(_entries(self.folder), reverse=True)
            total = 0
            for place, (_, size, path) in enumerate(found):
                total += size
                if total > MOST_BYTES or place >= MOST_ENTRIES:
                    path.unlink(missing_ok=True)


def _entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield the files of a folder: when each was used last, its size, its path."""
    with os.scandir(folder) as listed:
        for one in listed:
            if one.is_file(follow_symlinks=False):
                about = one.stat(follow_symlinks=False)
                yield about.st_mtime, about.st_size, Path(one.path)


def store_of(root: Path) -> Store | None:
    """Return the store of the book at `root`; None where there can be none, or none is wanted."""
    named = os.environ.get("CHAPTERKIT_CACHE", "")
    if named == "off" or not (secret := _secret()):
        return None
    return Store(Path(named) if named else root / "build" / ".cache", secret)


@cache
def _secret() -> bytes | None:
    """Return this user's secret, made where there is none yet; None if it can't be kept."""
    try:
        path = user_state_path("chapterkit") / "cache-secret"
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_SECRET_BYTES))
        secret = path.read_bytes()
    except (OSError, RuntimeError):
        return None
    return secret if len(secret) == _SECRET_BYTES else None


@cache
def tool() -> str:
    """Return a digest of the tool: its own files, Python, and what it hands texts to."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update("\n".join(sorted(_packages())).encode("utf-8", "surrogatepass"))
    places = [Path(__file__).parent, *filter(None, map(_place_of, _WITH_TOOL))]
    for place in places:
        for path, size, changed in sorted(_files_below(place)):
            digest.update(f"{path}\0{size}\0{changed}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _packages() -> Iterator[str]:
    """Yield the installed packages, each with its version: the names of what pip notes of them."""
    for place in sys.path:
        with suppress(OSError), os.scandir(place) as listed:
            yield from (one.name for one in listed if one.name.endswith(_NOTED))


_NOTED = (".dist-info", ".egg-info")


def _place_of(module: str) -> Path | None:
    """Return the folder of an installed module, which is not loaded for that."""
    found = importlib.util.find_spec(module)
    return Path(found.origin).parent if found and found.origin else None


def _files_below(folder: Path) -> Iterable[tuple[str, int, int]]:
    """Yield the path, the size and the time of change of each file below a folder."""
    with os.scandir(folder) as listed:
        for one in listed:
            if one.name == "__pycache__":
                continue
            if one.is_dir():
                yield from _files_below(Path(one.path))
            else:
                about = one.stat()
                yield one.path, about.st_size, about.st_mtime_ns
