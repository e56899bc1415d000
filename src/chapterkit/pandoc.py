"""The only module that starts pandoc."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from chapterkit.document import Document, Tree, Warned
from chapterkit.errors import ChapterkitError
from chapterkit.origins import Rendered

READER = (
    "markdown-smart-subscript-superscript-yaml_metadata_block-pandoc_title_block"
    "-raw_html-raw_tex-raw_attribute+east_asian_line_breaks+lists_without_preceding_blankline"
)
TIMEOUT_SECONDS = 60


@cache
def pandoc_path() -> str:
    """Return the path of the pandoc that pypandoc-binary carries.

    Raises ChapterkitError if there is none.
    """
    import pypandoc

    try:
        return str(pypandoc.get_pandoc_path())
    except OSError:
        hint = "重新安装依赖：make setup"
        raise ChapterkitError("找不到 pandoc", hint=hint) from None


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
    try:
        done = subprocess.run(
            [pandoc_path(), *arguments],
            input=stdin,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ChapterkitError(f"pandoc 过了 {TIMEOUT_SECONDS} 秒还没有做完") from None
    except OSError as error:
        raise ChapterkitError(
            f"启动不了 pandoc：{error.strerror}", hint="重新安装依赖：make setup"
        ) from None
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip()
        raise ChapterkitError(f"pandoc 失败（{done.returncode}）：{words[:500]}")
    return done.stdout


def read_markdown(rendered: Rendered, scratch: Path) -> Document:
    """Parse rendered Markdown, once and for everything; `scratch` is a folder for pandoc's log."""
    log = scratch / "pandoc-log.json"
    arguments = ["--sandbox", "-f", READER, "-t", "json", "--log", str(log)]
    tree = json.loads(run_pandoc(arguments, rendered.text.encode()))
    messages = json.loads(log.read_bytes() or b"[]")
    return Document(tree, rendered, tuple(Warned(message["type"], message) for message in messages))


def transform(tree: Tree, arguments: Sequence[str], folder: Path | None = None) -> Tree:
    """Pass a tree through pandoc (citeproc, say) and return the tree that comes out."""
    printed = run_pandoc(
        ["-f", "json", "-t", "json", *arguments], json.dumps(tree).encode(), folder=folder
    )
    result: Tree = json.loads(printed)
    return result
