"""The only module that starts pandoc."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chapterkit.errors import ChapterkitError

READER = (
    "markdown-smart-subscript-superscript-yaml_metadata_block-pandoc_title_block"
    "-raw_html-raw_tex-raw_attribute+east_asian_line_breaks+lists_without_preceding_blankline"
)
TIMEOUT_SECONDS = 60
# Reading takes about a second for a megabyte; what takes ten times as long will not end.
READING_SECONDS, READING_SECONDS_PER_MB = 10, 10


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
    arguments: Sequence[str],
    stdin: bytes = b"",
    *,
    folder: Path | None = None,
    environment: dict[str, str] | None = None,
) -> bytes:
    """Run pandoc on `stdin` and return what it prints.

    `folder` is its working directory; `environment` is added to this process's own.
    Raises ChapterkitError with pandoc's own words if it fails or takes too long.
    """
    process = _started(
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, **(environment or {})},
    )
    with process:
        try:
            printed, words = process.communicate(stdin, TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            raise ChapterkitError(f"pandoc 过了 {TIMEOUT_SECONDS} 秒还没有做完") from None
        finally:
            process.kill()
    if process.returncode != 0:
        raise _failed(process.returncode, words)
    return printed


def _started(arguments: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen([pandoc_path(), *arguments], **options)
    except OSError as error:
        raise ChapterkitError(f"启动不了 pandoc：{error.strerror}") from None


def _failed(code: int, words: bytes) -> ChapterkitError:
    said = words.decode("utf-8", "replace").partition("HasCallStack backtrace")[0].strip()
    return ChapterkitError(f"pandoc 失败（{code}）：{said[:500]}")


@contextmanager
def reading(markdown: str) -> Iterator[Callable[[], tuple[Tree, list[Message]]]]:
    """Let pandoc read a Markdown text in a process of its own, which does not outlive the context.

    Gives a function that waits for it, and returns the tree and what pandoc warned of; it raises
    ChapterkitError if pandoc fails, or is not done in reasonable time.
    """
    given = markdown.encode()
    seconds = READING_SECONDS + READING_SECONDS_PER_MB * len(given) // 1_000_000
    with TemporaryDirectory(prefix="chapterkit-") as scratch:
        text, tree, words, log = (Path(scratch, name) for name in ("text", "tree", "words", "log"))
        text.write_bytes(given)
        arguments = ["--sandbox", "-f", READER, "-t", "json", "--log", str(log)]
        with text.open("rb") as stdin, tree.open("wb") as stdout, words.open("wb") as stderr:
            process = _started(arguments, stdin=stdin, stdout=stdout, stderr=stderr)

        def result() -> tuple[Tree, list[Message]]:
            try:
                code = process.wait(seconds)
            except subprocess.TimeoutExpired:
                hint = "看看这一段的方括号：没有配对的补齐，很多的在前面加反斜杠"
                raise ChapterkitError(f"pandoc 读了 {seconds} 秒还没有读完", hint=hint) from None
            if code != 0:
                raise _failed(code, words.read_bytes())
            messages = log.read_bytes() if log.exists() else b""
            return json.loads(tree.read_bytes()), json.loads(messages or b"[]")

        try:
            yield result
        finally:
            process.kill()
            process.wait()


def transform(tree: Tree, arguments: Sequence[str]) -> Tree:
    """Pass a tree through pandoc (citeproc, say) and return the tree that comes out.

    pandoc reads no file but those that the arguments name.
    """
    printed = run_pandoc(
        ["-f", "json", "-t", "json", "--sandbox", *arguments], json.dumps(tree).encode()
    )
    result: Tree = json.loads(printed)
    return result
