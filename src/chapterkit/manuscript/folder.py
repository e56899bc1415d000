"""Where a book's files are read from: the disk, or unsaved texts over it.

Paths are relative, with `/`, as problems show them; none leads out of the folder, by `..` or by a
link. Nothing else reads a text that a book names. A folder as it stood at a git revision is
`revision.folder`.
"""

from __future__ import annotations

import errno
import hashlib
import posixpath
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin

BOOK_FILE = "book/book.yaml"
MAX_TEXT_BYTES = 20_000_000
Paths = list[str]


class Folder(ABC):
    """A folder of a book: what stands in it can be read, listed and asked for, nothing else."""

    @abstractmethod
    def read(self, path: str) -> bytes:
        """Return a file's bytes; raise ChapterkitError if it cannot be read."""

    @abstractmethod
    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder at `path`."""

    @abstractmethod
    def list(self, below: str, suffix: str) -> Paths:
        """Return the paths below a folder, at any depth, whose names end in `suffix`, in order."""

    def text(self, path: str) -> str:
        """Return a file's text, line ends as \\n.

        Raises ChapterkitError if it cannot be read, is too large, not UTF-8, or holds NUL.
        """
        return _text(self.read(path), path)


@dataclass(frozen=True)
class Disk(Folder):
    """A folder on the disk."""

    root: Path

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        return read_file(self._inside(path), path)

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder at `path`."""
        return (self.root / within(path)).exists()

    def list(self, below: str, suffix: str) -> Paths:
        """Return the paths below a folder whose names end in `suffix`."""
        found = sorted((self.root / within(below)).rglob(f"*{suffix}"))
        return [path.relative_to(self.root).as_posix() for path in found]

    def _inside(self, path: str) -> Path:
        file = self.root / within(path)
        try:
            leads_out = not file.resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):
            raise circle(path) from None
        if leads_out:
            raise _outside(path)
        return file


@dataclass(frozen=True)
class Overlay(Folder):
    """Another folder with some texts in place of its files': what an editor has not saved."""

    base: Folder
    texts: Mapping[str, str]

    def read(self, path: str) -> bytes:
        """Return a file's bytes, unsaved ones first."""
        text = self.texts.get(within(path))
        return self.base.read(path) if text is None else text.encode("utf-8", "surrogatepass")

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder at `path`."""
        return within(path) in self.texts or self.base.exists(path)

    def list(self, below: str, suffix: str) -> Paths:
        """Return the paths below a folder whose names end in `suffix`."""
        start = f"{within(below)}/"
        added = {path for path in self.texts if path.startswith(start) and path.endswith(suffix)}
        return in_order(added.union(self.base.list(below, suffix)))


@dataclass(frozen=True)
class Noted(Folder):
    """Another folder, with a note of all that was read, listed or asked for: its digests.

    Whatever is made of a book depends on these, and on nothing else of its files.
    """

    base: Folder
    digests: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """Return a file's bytes, and note their digest."""
        raw = self.base.read(path)
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
    return ChapterkitError("文件不存在", Origin(name), hint)


def is_folder(name: str) -> ChapterkitError:
    """Return the error for a folder where a file should be."""
    hint = "给出里面的文件；若是一本书，到那个文件夹里运行"
    return ChapterkitError("这是一个文件夹", Origin(name), hint)


def circle(name: str) -> ChapterkitError:
    """Return the error for a link that leads back to itself."""
    return ChapterkitError("链接绕成了圈", Origin(name), "链接要指到一个文件")


# --- reading and decoding


def read_file(path: Path, name: str) -> bytes:
    """Return the bytes of a file, called `name` in errors.

    Raises ChapterkitError if the file is missing, unreadable or a folder.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise missing(name) from None
    except IsADirectoryError:
        raise is_folder(name) from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise circle(name) from None
        raise ChapterkitError(f"读不了这个文件：{error.strerror}", Origin(name)) from None


def read_text(path: Path, name: str) -> str:
    """Return the text of a file that somebody has named on the command line; see Folder.text."""
    return _text(read_file(path, name), name)


def _text(raw: bytes, name: str) -> str:
    if len(raw) > MAX_TEXT_BYTES:
        limit = MAX_TEXT_BYTES // 1_000_000
        raise ChapterkitError(f"文件超过 {limit} MB", Origin(name), "一章分成几个文件")
    return decode(raw, name)


def decode(raw: bytes, name: str) -> str:
    """Return `raw` as text, line ends as \\n.

    Raises ChapterkitError at the line whose bytes are not UTF-8, or NUL.
    """
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
