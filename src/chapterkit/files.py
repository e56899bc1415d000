"""Writing files so that none is ever half-written, and none outside the folder it belongs in."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.scratch import hold, remove_dead

_SUFFIX = ".chapterkit"
BUILDING = ".building-"
"""How the names of folders begin in which outputs are made."""


def replace_text(path: Path, text: str, within: Path | None = None) -> None:
    """Write `text` beside `path` and move it into place; see replace_texts."""
    replace_texts({path: text}, within)


def replace_texts(texts: Mapping[Path, str | bytes], within: Path | None = None) -> None:
    """Write each text, or what a file holds, beside its path, and then move all into place.

    A link stays one, what it leads to is replaced; with `within`, it must not lead out of that
    folder. Raises ChapterkitError if one cannot be written; all old files then are as they were.
    """
    with ExitStack() as stack:
        behind = {_behind(path, within): text for path, text in texts.items()}
        move_together({path: _written(path, text, stack) for path, text in behind.items()})


def _behind(path: Path, within: Path | None) -> Path:
    """Return the path that a path leads to; raise ChapterkitError if that is out of `within`."""
    real = Path(os.path.realpath(path))
    if within is not None and not real.is_relative_to(os.path.realpath(within)):
        raise leads_out(path)
    return real


def path_from_here(path: Path) -> str:
    """Return a path from the current folder, if it lies below that."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def leads_out(path: Path) -> ChapterkitError:
    """Return the error for a link by which something would be written somewhere else."""
    shown = os.path.relpath(path).replace(os.sep, "/")
    hint = "换成真的文件或文件夹；输出可以用 --output 放到别处"
    return ChapterkitError("这里是一个链接，指到了别处，不往那里写", Origin(shown), hint)


def _written(path: Path, text: str | bytes, stack: ExitStack) -> Path:
    """Write what a file holds beside `path`; what is left of it goes when the stack closes."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_left(path.parent)
        handle, beside = _beside(path)
        # Open, and so held, until it has been moved.
        file = stack.enter_context(os.fdopen(handle, "wb"))
        stack.callback(beside.unlink, missing_ok=True)
        file.write(text.encode() if isinstance(text, str) else text)
        file.flush()
        beside.chmod(path.stat().st_mode if path.exists() else 0o644)
        if os.name == "nt":
            file.close()  # nothing that is open can be moved there
    except UnicodeEncodeError:
        message = "写不了：里面有不是 UTF-8 的名字或文字"
        raise ChapterkitError(message, Origin(path_from_here(path)), "先给那个文件改名") from None
    except OSError as error:
        raise _cannot_write(path, error) from None
    return beside


def _beside(path: Path) -> tuple[int, Path]:
    """Return a new file beside `path`, open and held."""
    while True:
        handle, name = tempfile.mkstemp(_SUFFIX, f".{path.name}-", path.parent)
        if hold(handle, Path(name)):
            return handle, Path(name)
        os.close(handle)


def move_together(moves: Mapping[Path, Path]) -> None:
    """Move a new file or folder over each path: all of them or, if one cannot be moved, none.

    A link at a path is replaced, never followed. A folder takes the place of another one as a
    whole, and what stood there is where the new one was made: whoever made it there removes it.
    Raises ChapterkitError, at the path that is in the way, with everything as it was.
    """
    with ExitStack() as stack:
        files = {path: new for path, new in moves.items() if not new.is_dir()}
        kept = {path: _kept(path, stack) for path in files}
        changed: dict[Path, Path] = {}
        try:
            for path, new in moves.items():
                if path in files:
                    new.replace(path)
                else:
                    _put_folder(new, path)
                    changed[path] = new
        except OSError as error:
            _put_back(kept, changed)
            raise _cannot_write(path, error, "它是不是正被别的程序打开着？") from None
        except BaseException:
            _put_back(kept, changed)
            raise


def _put_folder(new: Path, path: Path) -> None:
    """Put a folder at a path; what stood there, a folder or a link, is then where it was."""
    if path.is_file() and not path.is_symlink():
        raise ChapterkitError(
            "写不了：这里有一个同名的文件", Origin(path_from_here(path)), "移走它"
        )
    if not os.path.lexists(path):
        new.rename(path)
    elif not _exchanged(new, path):
        beside = new.with_name(f"{new.name}.old")
        path.rename(beside)
        try:
            new.rename(path)
        except OSError:
            beside.rename(path)
            raise
        beside.rename(new)


_HERE, _EXCHANGE = -100, 2


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange what stands at two paths, at once; return False where the system cannot do that."""
    import ctypes  # only who writes folders needs it

    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    paths = os.fsencode(one), os.fsencode(other)
    return bool(rename(_HERE, paths[0], _HERE, paths[1], _EXCHANGE) == 0)


def _kept(path: Path, stack: ExitStack) -> Path | None:
    """Return another name, as long as the stack, of what stands at a path; None if nothing does."""
    if path.is_dir() and not path.is_symlink():
        raise ChapterkitError(
            "写不了：这里有一个同名的文件夹", Origin(path_from_here(path)), "移走它"
        )
    if not os.path.lexists(path):
        return None
    beside = path.with_name(f".{path.name}-{secrets.token_hex(4)}{_SUFFIX}")
    stack.callback(beside.unlink, missing_ok=True)
    try:
        try:
            os.link(path, beside, follow_symlinks=False)
        except (OSError, NotImplementedError):  # no such names on this file system
            shutil.copy2(path, beside, follow_symlinks=False)
    except OSError as error:
        raise _cannot_write(path, error) from None
    return beside


def _put_back(kept: Mapping[Path, Path | None], changed: Mapping[Path, Path]) -> None:
    """Put back what stood at each path, or nothing where nothing stood."""
    for path, beside in kept.items():
        with suppress(OSError):
            if beside:
                beside.replace(path)
            else:
                path.unlink()
    for path, new in changed.items():
        with suppress(OSError):
            _put_folder(path, new)


# --- folders of files


def digest_of(path: Path) -> str:
    """Return a digest of a file, or of a folder and all that it holds.

    It is empty where there is neither, or where there is a link.
    """
    with suppress(OSError):
        if path.is_file() and not path.is_symlink():
            return hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_dir() and not path.is_symlink():
            held = {one.name: digest_of(one) for one in sorted(path.iterdir())}
            return hashlib.sha256(repr(held).encode()).hexdigest() if all(held.values()) else ""
    return ""


def files_below(folder: Path) -> list[Path]:
    """Return the files of a folder and of those within it, by their paths from there, in order."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def folders_below(folder: Path) -> list[Path]:
    """Return the folders within a folder, by their paths from there, in order."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_dir())


def packed(folder: Path) -> bytes:
    """Return the files of a folder as one, which is the same whenever it is made."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folders_below(folder):
            archive.writestr(zipfile.ZipInfo(f"{path.as_posix()}/"), b"")
        for path in files_below(folder):
            archive.writestr(zipfile.ZipInfo(path.as_posix()), (folder / path).read_bytes())
    return whole.getvalue()


def unpack(data: bytes, folder: Path) -> None:
    """Write the files that `packed` made one of."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)


def remove_left(folder: Path) -> None:
    """Remove what killed runs have left in a folder of texts or outputs."""
    remove_dead(folder.glob(_LEFT))


def is_tidy(folder: Path) -> bool:
    """Tell whether a folder of texts or outputs has nothing in it that is being made, or left."""
    return not any(next(folder.glob(one), None) for one in (_LEFT, f"{BUILDING}*"))


_LEFT = f".*-????????{_SUFFIX}"


def _cannot_write(path: Path, error: OSError, hint: str = "") -> ChapterkitError:
    return ChapterkitError(f"写不了：{error.strerror}", Origin(path_from_here(path)), hint)
