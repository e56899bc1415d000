"""Where a book's files are read from: the disk, or unsaved texts over it.

Paths are relative, with `/`, as problems show them; none leads out of the folder, by `..` or by a
link. Nothing else reads a file that a book names, and nothing is read but regular files below a
size. A folder as it stood at a git revision is `revision.folder`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import re
import stat
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin

BOOK_FILE = "book/book.yaml"
TEXT_FOLDERS = ("", "book", "experiments", "templates", "templates/experiments")
"""Where a book's texts stand, beside which they are written."""
MAX_TEXT_BYTES = 20_000_000
MAX_BYTES = 30_000_000  # of any file, a picture's too
MAX_BOOK_BYTES = 100_000_000  # of all that a book reads
MAX_FILES = 10_000  # below one folder
Paths = list[str]


class Folder(ABC):
    """A folder of a book: what stands in it can be read, listed and asked for, nothing else."""

    @abstractmethod
    def read(self, path: str, most: int = MAX_BYTES) -> bytes:
        """Return a file's bytes.

        Raises ChapterkitError if it cannot be read, is no regular file, or has more than `most`.
        """

    @abstractmethod
    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder at `path`."""

    @abstractmethod
    def list(self, below: str, suffix: str) -> Paths:
        """Return the paths below a folder, at any depth, whose names end in `suffix`, in order.

        Links to folders are not followed. Raises ChapterkitError for more files than any book has.
        """

    def text(self, path: str) -> str:
        """Return a file's text, line ends as \\n.

        Raises ChapterkitError if it cannot be read, is too large, not UTF-8, or holds NUL.
        """
        return decode(self.read(path, MAX_TEXT_BYTES), path)


@dataclass(frozen=True)
class Disk(Folder):
    """A folder on the disk; `what` it is the folder of, as errors name it."""

    root: Path
    what: str = "书"

    def read(self, path: str, most: int = MAX_BYTES) -> bytes:
        """Return a file's bytes."""
        return read_file(self.place(path), path, most)

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder at `path`, or a link, wherever that leads."""
        try:
            (self.root / within(path)).stat()
        except OSError as error:
            if error.errno in _NOTHING_THERE:
                return (self.root / within(path)).is_symlink()
            raise unreadable(path, error) from None
        except ValueError:
            raise _no_name(path) from None
        return True

    def list(self, below: str, suffix: str) -> Paths:
        """Return the paths below a folder whose names end in `suffix`."""
        start, found = self.place(below), []
        try:
            for count, name in enumerate(_names(start), 1):
                if count > MAX_FILES:
                    raise ChapterkitError(f"这个文件夹里的文件超过 {MAX_FILES} 个", Origin(below))
                if name.endswith(suffix):
                    found.append(f"{within(below)}/{name}")
        except OSError as error:
            if error.errno not in _NOTHING_THERE:
                raise unreadable(below, error) from None
        return in_order(found)

    def place(self, path: str) -> Path:
        """Return where a path leads, behind all links.

        Raises ChapterkitError if that is not inside the folder.
        """
        try:
            root = self.root.resolve()
            file = (root / within(path)).resolve()
        except (OSError, RuntimeError):
            raise circle(path) from None
        except ValueError:
            raise _no_name(path) from None
        if not file.is_relative_to(root):
            message = f"{path} 是链接，指到的地方在{self.what}的文件夹之外"
            raise ChapterkitError(message, Origin(path), "把文件本身放进来")
        return file


@dataclass(frozen=True)
class Overlay(Folder):
    """Another folder with some texts in place of its files': what an editor has not saved."""

    base: Folder
    texts: Mapping[str, str]

    def read(self, path: str, most: int = MAX_BYTES) -> bytes:
        """Return a file's bytes, unsaved ones first."""
        text = self.texts.get(within(path))
        if text is None:
            return self.base.read(path, most)
        return check_size(text.encode("utf-8", "surrogatepass"), path, most)

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder at `path`."""
        return within(path) in self.texts or self.base.exists(path)

    def list(self, below: str, suffix: str) -> Paths:
        """Return the paths below a folder whose names end in `suffix`."""
        start = f"{within(below)}/"
        added = {path for path in self.texts if path.startswith(start) and path.endswith(suffix)}
        return in_order(added.union(self.base.list(below, suffix)))


@dataclass
class Noted(Folder):
    """Another folder, with a note of all that was read, listed or asked for: its digests.

    Whatever is made of a book depends on these, and on nothing else of its files. All that is read
    is bounded together.
    """

    base: Folder
    digests: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def read(self, path: str, most: int = MAX_BYTES) -> bytes:
        """Return a file's bytes, and note their digest."""
        raw = self.base.read(path, most)
        self.size += len(raw)
        if self.size > MAX_BOOK_BYTES:
            limit = MAX_BOOK_BYTES // 1_000_000
            raise ChapterkitError(f"到这个文件为止，书的文件合起来超过 {limit} MB", Origin(path))
        self.digests[path] = hashlib.sha256(raw).hexdigest()
        return raw

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder at `path`, and note it."""
        there = self.base.exists(path)
        self.digests[f"{path}?"] = str(there)
        return there

    def list(self, below: str, suffix: str) -> Paths:
        """Return the paths below a folder whose names end in `suffix`, and note them."""
        found = self.base.list(below, suffix)
        self.digests[f"{below}/*{suffix}"] = "\n".join(found)
        return found


@dataclass
class Watched(Noted):
    """Another folder, with a note of all that was ever looked at in it, however much that is.

    What was not the same each time is noted as nothing that there could be, and `changed`.
    """

    changed: set[str] = field(default_factory=set)

    def read(self, path: str, most: int = MAX_BYTES) -> bytes:
        """Return a file's bytes, and note their digest."""
        raw = self.base.read(path, most)
        self.note({path: hashlib.sha256(raw).hexdigest()})
        return raw

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder at `path`, and note it."""
        there = self.base.exists(path)
        self.note({f"{path}?": str(there)})
        return there

    def list(self, below: str, suffix: str) -> Paths:
        """Return the paths below a folder whose names end in `suffix`, and note them."""
        found = self.base.list(below, suffix)
        self.note({f"{below}/*{suffix}": "\n".join(found)})
        return found

    def note(self, digests: Mapping[str, str]) -> None:
        """Note what was looked at, here or by somebody else."""
        for name, digest in digests.items():
            if self.digests.setdefault(name, digest) != digest:
                self.digests[name] = _CHANGED
                self.changed.add(name)

    def since(self, count: int) -> dict[str, str]:
        """Return what was noted after the first so many notes, and whatever has changed."""
        newest = islice(reversed(self.digests.items()), len(self.digests) - count)
        return dict.fromkeys(self.changed, _CHANGED) | dict(newest)


_CHANGED = "?"


def holds(folder: Folder, digests: Mapping[str, str]) -> bool:
    """Tell whether all that was noted of a folder is so even now."""
    try:
        return all(_noted(folder, name) == digest for name, digest in digests.items())
    except ChapterkitError:
        return False


def _noted(folder: Folder, name: str) -> str:
    below, listed, suffix = name.rpartition("/*")
    if name.endswith("?"):
        return str(folder.exists(name[:-1]))
    if listed:
        return "\n".join(folder.list(below, suffix))
    return hashlib.sha256(folder.read(name)).hexdigest()


def find_root(start: Path) -> Path | None:
    """Return the nearest folder at or above `start` that holds book/book.yaml, or None."""
    return next(
        (folder for folder in (start, *start.parents) if (folder / BOOK_FILE).is_file()), None
    )


def within(path: str, named: str = "") -> str:
    """Return a relative path in its plainest form.

    Raises ChapterkitError, for the path as it was `named`, if it leads out of the folder.

    >>> within("book/../experiments/a.yaml")
    'experiments/a.yaml'
    """
    if "\0" in path:
        hint = "检查这个名字里的转义"
        raise ChapterkitError(f"{path} 不能作文件名", Origin(BOOK_FILE), hint)
    plain = posixpath.normpath(path)
    if plain.startswith(("/", "../")) or plain == ".." or Path(path).is_absolute():
        raise _outside(named or path)
    return plain


def in_order(paths: Iterable[str]) -> Paths:
    """Return paths in the order in which a folder lists them: part by part."""
    return sorted(paths, key=lambda path: path.split("/"))


def _outside(path: str) -> ChapterkitError:
    return ChapterkitError(
        f"{path} 在书的文件夹之外", Origin(BOOK_FILE), "书稿只能用自己文件夹里的文件"
    )


def missing(name: str) -> ChapterkitError:
    """Return the error for a file that is not there."""
    hint = "检查文件名；书里的文件，还要看 book.yaml 里怎样写"
    if "\\" in name:
        hint = "斜线用 /，不用 \\"
    return ChapterkitError("文件不存在", Origin(name), hint)


def meant(path: str, folder: Folder) -> str:
    """Return a hint that names the file that `path`, which is not there, will mean; else "".

    Other systems take `\\` for `/`, capitals for small letters, and an accent for part of its
    letter; a book that is read everywhere spells a path as the disk does.
    """
    wanted = _folded(path)
    if wanted.startswith(("/", "..")):
        return ""
    there = folder.list(wanted.partition("/")[0], "")
    near = next((one for one in there if _folded(one) == wanted), None)
    return (
        f"文件夹里有的是 {near}，路径照它写：斜线用 /，大小写和带音标的字母也要一样" if near else ""
    )


def _folded(path: str) -> str:
    plain = posixpath.normpath(path.replace("\\", "/"))
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", plain).casefold())


def not_read(folder: Folder, below: str) -> Iterator[ChapterkitError]:
    """Yield an error for each file that was meant as YAML, and is not read by its name."""
    for path in folder.list(below, ".yml"):
        hint = f"改名为 {path.removesuffix('.yml')}.yaml"
        yield ChapterkitError("这个文件不会读：名字要以 .yaml 结尾", Origin(path), hint)


def is_folder(name: str) -> ChapterkitError:
    """Return the error for a folder where a file should be."""
    hint = "给出里面的文件；若是一本书，到那个文件夹里运行"
    return ChapterkitError("这是一个文件夹", Origin(name), hint)


def circle(name: str) -> ChapterkitError:
    """Return the error for a link that leads back to itself."""
    return ChapterkitError("链接绕成了圈", Origin(name), "链接要指到一个文件")


def unreadable(name: str, error: OSError) -> ChapterkitError:
    """Return the error for a file that the machine does not let us read."""
    if error.errno == errno.ELOOP:
        return circle(name)
    return ChapterkitError(f"读不了这个文件：{error.strerror}", Origin(name))


def check_size(raw: bytes, name: str, most: int) -> bytes:
    """Return `raw`; raise ChapterkitError if it is larger than `most`."""
    if len(raw) > most:
        raise too_large(name, most)
    return raw


def too_large(name: str, most: int) -> ChapterkitError:
    """Return the error for a file of more than `most` bytes."""
    return ChapterkitError(f"文件超过 {most // 1_000_000} MB", Origin(name), "分成几个文件")


def _no_name(name: str) -> ChapterkitError:
    return ChapterkitError("文件名里有不能用的字符", Origin(name), "换一个文件名")


_NOTHING_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}


def _names(start: Path) -> Iterator[str]:
    """Yield all that stands below a folder, relative to it; links to folders are not followed."""
    waiting = [""]
    while waiting:
        here = waiting.pop()
        with os.scandir(start / here) as entries:
            for entry in entries:
                name = posixpath.join(here, entry.name)
                yield name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(name)


# --- reading and decoding

# What a shell gives a command to read from: its input, or what `<(…)` prints.
_HANDED = re.compile(r"/dev/stdin|/(?:dev|proc/self)/fd/\d+")
_WAY = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_DETOUR = sum(getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_NOCTTY", "O_NOFOLLOW"))
_PIECE = 1 << 18


def read_file(path: Path, name: str, most: int = MAX_BYTES) -> bytes:
    """Return the bytes of a regular file, called `name` in errors.

    Raises ChapterkitError, at once and after `most` bytes at the latest, if the file is missing,
    unreadable, a folder, larger, or a device, a pipe or a socket, which need not have an end. A
    pipe may be read that the command line was handed by its own shell.
    """
    try:
        handle = _opened(path, name, most)
        try:
            return check_size(_read_from(handle, most + 1), name, most)
        finally:
            os.close(handle)
    except (FileNotFoundError, NotADirectoryError):
        raise missing(name) from None
    except OSError as error:
        raise unreadable(name, error) from None
    except ValueError:
        raise _no_name(name) from None


def _opened(path: Path, name: str, most: int) -> int:
    """Open a file for reading, without waiting; what it is counts before and after."""
    if _HANDED.fullmatch(str(path)):
        return os.open(path, _WAY)
    _check_kind(path.stat(), name, most)
    handle = os.open(os.path.realpath(path), _WAY | _NO_DETOUR)
    try:
        _check_kind(os.fstat(handle), name, most)
    except ChapterkitError:
        os.close(handle)
        raise
    return handle


def _check_kind(found: os.stat_result, name: str, most: int) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise is_folder(name)
    if not stat.S_ISREG(found.st_mode):
        raise ChapterkitError("这是设备、管道或套接字，不是普通文件", Origin(name), "换成普通文件")
    if found.st_size > most:
        raise too_large(name, most)


def _read_from(handle: int, most: int) -> bytes:
    """Return what an open file holds, `most` bytes of it at the most, however long it is by now."""
    parts: list[bytes] = []
    while most > 0 and (part := os.read(handle, min(most, _PIECE))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def read_text(path: Path, name: str) -> str:
    """Return the text of a file that somebody has named on the command line; see Folder.text."""
    return decode(read_file(path, name, MAX_TEXT_BYTES), name)


def decode(raw: bytes, name: str) -> str:
    """Return `raw` as text, line ends as \\n.

    Raises ChapterkitError at the line whose bytes are not UTF-8, or NUL.
    """
    if raw.startswith(_LFS):
        hint = "取回文件本身：git lfs pull；书稿的文字不必放进 LFS"
        raise ChapterkitError("这是 Git LFS 的指针，不是文件本身", Origin(name), hint)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ChapterkitError(
            f"不是 UTF-8 编码的文本{_looks_like(raw)}",
            Origin(name, line),
            "用编辑器把文件另存为 UTF-8",
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ChapterkitError(
            "文件里有 NUL 字符", Origin(name, line), "删去它；若不是文本文件，换成文本文件"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


_LFS = b"version https://git-lfs.github.com/spec/"


def _looks_like(raw: bytes) -> str:
    """Say which encoding a file that is not UTF-8 has, where that is beyond doubt."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "，是 UTF-16"
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    common = sum(text.count(character) for character in "的一是不了在有人我他这")
    return "，像是 GBK" if common * 100 > len(text) else ""
