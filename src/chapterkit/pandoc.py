"""The only module that runs pandoc."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from chapterkit.errors import ChapterkitError
from chapterkit.processes import GB, Bounds, Done, run, running
from chapterkit.scratch import scratch_folder

READER = (
    "markdown-smart-subscript-superscript-yaml_metadata_block-pandoc_title_block"
    "-raw_html-raw_tex-raw_attribute+east_asian_line_breaks+lists_without_preceding_blankline"
)
# What pandoc's own run time holds its heap to; it ends with this code if that is not enough.
MEMORY = 2 * GB
_NURSERY = "-A64m"
"""How much pandoc makes between two looks for garbage: a tenth less time than with its usual 4."""
_HEAP_EXHAUSTED = 251
TIMEOUT_SECONDS = 60
# Reading takes about a second for a megabyte; what takes ten times as long will not end.
READING_SECONDS, READING_SECONDS_PER_MB = 10, 10
_API = [1, 23]  # of the trees that are made here
_INLINE = {"t": "InlineMath"}

Tree = dict[str, Any]
Message = dict[str, Any]


@cache
def pandoc_path() -> str:
    """Return the path of the pandoc that pypandoc-binary carries.

    Raises ChapterkitError if there is none.
    """
    package = find_spec("pypandoc")
    if package and package.origin:
        files = Path(package.origin).parent / "files"
        for name in ("pandoc", "pandoc.exe"):
            if (files / name).is_file():
                return str(files / name)
    raise ChapterkitError("找不到 pandoc", hint="重新安装依赖：make setup")


def run_pandoc(
    arguments: Sequence[str], stdin: bytes = b"", *, folder: Path | None = None
) -> bytes:
    """Run pandoc on `stdin` and return what it prints.

    `folder` is its working directory.
    Raises ChapterkitError with pandoc's own words if it fails, or takes too much time or memory;
    OSError if there is no room for what it writes.
    """
    done = run(
        _command(arguments), stdin, name="pandoc", bounds=Bounds(TIMEOUT_SECONDS), folder=folder
    )
    if done.code != 0:
        raise _failed(done)
    return done.printed


def _command(arguments: Sequence[str]) -> list[str]:
    return [pandoc_path(), "+RTS", f"-M{MEMORY}", _NURSERY, "--RTS", *arguments]


def _parsed(printed: bytes) -> Any:
    """Return what pandoc printed as JSON.

    What it prints last may be lost without its saying so; then there was no room for it.
    """
    try:
        return json.loads(printed)
    except ValueError:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None


def _failed(done: Done) -> ChapterkitError:
    if done.code == _HEAP_EXHAUSTED:
        return ChapterkitError(f"pandoc 用的内存超过 {MEMORY // GB} GB")
    said = done.words.decode("utf-8", "replace").partition("HasCallStack backtrace")[0].strip()
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        if os.strerror(number) in said:
            raise OSError(number, os.strerror(number))
    return ChapterkitError(f"pandoc 失败（{done.code}）：{said[:500]}")


@contextmanager
def reading(markdown: str) -> Iterator[Callable[[], tuple[Tree, list[Message]]]]:
    """Let pandoc read a Markdown text in a process of its own, which does not outlive the context.

    Gives a function that waits for it, and returns the tree and what pandoc warned of; it raises
    ChapterkitError if pandoc fails, or is not done in reasonable time.
    """
    given = markdown.encode()
    seconds = READING_SECONDS + READING_SECONDS_PER_MB * len(given) // 1_000_000
    with _log() as (log, path):
        command = _command(["--sandbox", "-f", READER, "-t", "json", "--log", path])
        with running(command, given, name="pandoc", bounds=Bounds(seconds), log=log) as result:

            def tree_and_messages() -> tuple[Tree, list[Message]]:
                try:
                    done = result()
                except ChapterkitError as error:
                    hint = "看看这一段的方括号：没有配对的补齐，很多的在前面加反斜杠"
                    raise ChapterkitError(error.message, hint=hint) from None
                if done.code != 0:
                    raise _failed(done)
                log.seek(0)
                return _parsed(done.printed), _parsed(log.read() or b"[]")

            yield tree_and_messages


# What the reader makes the same of again; a table that has no simpler form is drawn as a grid.
_WRITER = (
    "markdown-smart-yaml_metadata_block-pandoc_title_block-raw_html-raw_tex-raw_attribute"
    "-simple_tables-multiline_tables-fenced_divs-native_divs-bracketed_spans-native_spans"
)


def tree_of_word(raw: bytes) -> Tree:
    """Return pandoc's tree of a Word file, revisions and comments in it as spans.

    Raises ChapterkitError if pandoc cannot read it, or takes too much time or memory.
    """
    reader = ["-f", "docx", "--track-changes=all", "-t", "json", "--sandbox"]
    tree: Tree = json.loads(run_pandoc(reader, raw))
    return tree


def as_markdown(tree: Tree) -> str:
    """Return a tree as Markdown, a paragraph a line, that is read as the same again."""
    writer = ["-f", "json", "-t", _WRITER, "--wrap=none", "--markdown-headings=atx", "--sandbox"]
    return run_pandoc(writer, json.dumps(tree).encode()).decode()


@contextmanager
def _log() -> Iterator[tuple[IO[bytes], str]]:
    """Give an open file, and the path by which pandoc knows it."""
    if sys.platform != "win32":
        with TemporaryFile() as file:
            yield file, f"/dev/fd/{file.fileno()}"
    else:
        with scratch_folder() as folder, Path(folder, "log").open("w+b") as file:
            yield file, file.name


@contextmanager
def converting(formulas: Sequence[str]) -> Iterator[Callable[[], tuple[list[Message], list[str]]]]:
    """Let pandoc set formulas, in TeX, in a process of its own, as it will for every format.

    Gives a function that waits for it, and returns what pandoc warns of those that it cannot set,
    and each formula as Typst has it.
    """
    if not formulas:
        yield lambda: ([], [])
        return
    blocks = [{"t": "Para", "c": [{"t": "Math", "c": [_INLINE, text]}]} for text in formulas]
    given = json.dumps({"pandoc-api-version": _API, "meta": {}, "blocks": blocks}).encode()
    with _log() as (log, path):
        command = _command(["--sandbox", "-f", "json", "-t", "typst", "--wrap=none", "--log", path])
        bounds = Bounds(READING_SECONDS)
        with running(command, given, name="pandoc", bounds=bounds, log=log) as result:

            def messages() -> tuple[list[Message], list[str]]:
                if (done := result()).code != 0:
                    raise _failed(done)
                log.seek(0)
                written = done.printed.decode().rstrip("\n").split("\n\n")
                return _parsed(log.read() or b"[]"), [one.strip("$ \n") for one in written]

            yield messages


def transform(tree: Tree, arguments: Sequence[str]) -> Tree:
    """Pass a tree through pandoc (citeproc, say) and return the tree that comes out.

    pandoc reads no file but those that the arguments name.
    """
    printed = run_pandoc(
        ["-f", "json", "-t", "json", "--sandbox", *arguments], json.dumps(tree).encode()
    )
    result: Tree = _parsed(printed)
    return result
