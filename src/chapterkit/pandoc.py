"""The only module that starts pandoc."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
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


class _LateError(ChapterkitError):
    """Pandoc was not done in time."""


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
    seconds: int = TIMEOUT_SECONDS,
) -> bytes:
    """Run pandoc on `stdin` and return what it prints.

    `folder` is its working directory; `environment` is added to this process's own; `seconds`
    is how long it may take. Raises ChapterkitError with pandoc's own words if it fails or takes
    too long.
    """
    try:
        done = subprocess.run(
            [pandoc_path(), *arguments],
            input=stdin,
            capture_output=True,
            timeout=seconds,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _LateError(f"pandoc 过了 {seconds} 秒还没有做完") from None
    except OSError as error:
        hint = "重新安装依赖：make setup"
        raise ChapterkitError(f"启动不了 pandoc：{error.strerror}", hint=hint) from None
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip()
        raise ChapterkitError(f"pandoc 失败（{done.returncode}）：{words[:500]}")
    return done.stdout


def read_markdown(markdown: str) -> tuple[Tree, list[Message]]:
    """Return the tree of a Markdown text, read once for everything, and what pandoc warned of.

    Raises ChapterkitError if pandoc fails, or is not done in reasonable time.
    """
    given = markdown.encode()
    seconds = READING_SECONDS + READING_SECONDS_PER_MB * len(given) // 1_000_000
    with TemporaryDirectory(prefix="chapterkit-") as scratch:
        log = Path(scratch) / "log.json"
        arguments = ["--sandbox", "-f", READER, "-t", "json", "--log", str(log)]
        try:
            printed = run_pandoc(arguments, given, seconds=seconds)
        except _LateError:
            raise ChapterkitError(
                f"pandoc 读了 {seconds} 秒还没有读完",
                hint="多半是这一段里有许多没有配对的方括号；补齐，或在前面加反斜杠",
            ) from None
        messages = log.read_bytes() if log.exists() else b""
    return json.loads(printed), json.loads(messages or b"[]")


def transform(tree: Tree, arguments: Sequence[str], folder: Path | None = None) -> Tree:
    """Pass a tree through pandoc (citeproc, say) and return the tree that comes out."""
    printed = run_pandoc(
        ["-f", "json", "-t", "json", *arguments], json.dumps(tree).encode(), folder=folder
    )
    result: Tree = json.loads(printed)
    return result
