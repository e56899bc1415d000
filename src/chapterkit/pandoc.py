"""The only module that starts pandoc."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from chapterkit.errors import ChapterkitError

if TYPE_CHECKING:
    from chapterkit.document import Document, Tree
    from chapterkit.origins import Rendered

READER = (
    "markdown-smart-subscript-superscript-yaml_metadata_block-pandoc_title_block"
    "-raw_html-raw_tex-raw_attribute+east_asian_line_breaks+lists_without_preceding_blankline"
)
TIMEOUT_SECONDS = 60
# Reading takes about a second for a megabyte; what takes ten times as long will not end.
READING_SECONDS, READING_SECONDS_PER_MB = 10, 10
# Pandoc's time grows with the square of a stretch of Han and punctuation without any space.
LONGEST_STRETCH = 300_000


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
        raise _not_started(error) from None
    if done.returncode != 0:
        raise _failed(done.returncode, done.stderr)
    return done.stdout


def _not_started(error: OSError) -> ChapterkitError:
    return ChapterkitError(f"启动不了 pandoc：{error.strerror}", hint="重新安装依赖：make setup")


def _failed(code: int, said: bytes) -> ChapterkitError:
    words = said.decode("utf-8", "replace").strip()
    return ChapterkitError(f"pandoc 失败（{code}）：{words[:500]}")


class Reading:
    """Pandoc reading a Markdown text, while this process may do something else.

    Close it, or use it as a context: pandoc does not outlive it.
    """

    def __init__(self, markdown: str) -> None:
        self._scratch = TemporaryDirectory(prefix="chapterkit-")
        self._log = Path(self._scratch.name) / "log.json"
        given = markdown.encode()
        self._seconds = READING_SECONDS + READING_SECONDS_PER_MB * len(given) // 1_000_000
        arguments = ["--sandbox", "-f", READER, "-t", "json", "--log", str(self._log)]
        self._printed = self._said = b""
        self._late = False
        try:
            self._process = subprocess.Popen(
                [pandoc_path(), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            self._scratch.cleanup()
            raise _not_started(error) from None
        self._thread = threading.Thread(target=self._talk, args=(given,), daemon=True)
        self._thread.start()

    def _talk(self, given: bytes) -> None:
        try:
            self._printed, self._said = self._process.communicate(given, self._seconds)
        except subprocess.TimeoutExpired:
            self._late = True
            self._process.kill()
            self._process.communicate()

    def result(self) -> tuple[Tree, list[dict[str, Any]]]:
        """Wait for the tree, and what pandoc warned of.

        Raises ChapterkitError if pandoc failed, or was not done in reasonable time.
        """
        self._thread.join()
        if self._late:
            raise ChapterkitError(
                f"pandoc 读了 {self._seconds} 秒还没有读完",
                hint="多半是这一段里有许多没有配对的方括号；补齐，或在前面加反斜杠",
            )
        if self._process.returncode != 0:
            raise _failed(self._process.returncode, self._said)
        log = self._log.read_bytes() if self._log.exists() else b""
        return json.loads(self._printed), json.loads(log or b"[]")

    def close(self) -> None:
        """Stop pandoc if it is still at work, and leave nothing behind."""
        if self._thread.is_alive():
            self._process.kill()
            self._thread.join()
        self._scratch.cleanup()

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_markdown(rendered: Rendered, meanwhile: Callable[[], object] = lambda: None) -> Document:
    """Parse rendered Markdown, once and for everything; do something else while pandoc reads.

    Raises ChapterkitError, at the line that is to blame where that can be told, if pandoc gives
    up, and whatever `meanwhile` raises.
    """
    _check_stretches(rendered)
    with Reading(rendered.text) as reading:
        meanwhile()
        from chapterkit.document import Document, Warned

        try:
            tree, messages = reading.result()
        except ChapterkitError as error:
            raise error.at(rendered.origin(_most_brackets(rendered.text))) from None
    return Document(tree, rendered, tuple(Warned(message["type"], message) for message in messages))


def _check_stretches(rendered: Rendered) -> None:
    offset = 0
    for line in rendered.text.split("\n") if len(rendered.text) > LONGEST_STRETCH else ():
        if len(line) > LONGEST_STRETCH:
            longest = max(line.split(), key=len, default="")
            mostly_han = len(longest.encode()) > 2 * len(longest)
            if len(longest) > LONGEST_STRETCH and mostly_han:
                message = f"这里有 {len(longest):,} 个字连成一片，没有空格也没有换行"
                raise ChapterkitError(message, rendered.origin(offset), "分成段落，段间空一行")
        offset += len(line) + 1


def _most_brackets(markdown: str) -> int:
    """Return the offset of the paragraph with the most opening brackets left open."""
    offset = most = found = 0
    for paragraph in markdown.split("\n\n"):
        surplus = paragraph.count("[") - paragraph.count("]")
        if surplus > most:
            most, found = surplus, offset + len(paragraph) - len(paragraph.lstrip("\n"))
        offset += len(paragraph) + 2
    return found


def transform(tree: Tree, arguments: Sequence[str], folder: Path | None = None) -> Tree:
    """Pass a tree through pandoc (citeproc, say) and return the tree that comes out."""
    printed = run_pandoc(
        ["-f", "json", "-t", "json", *arguments], json.dumps(tree).encode(), folder=folder
    )
    result: Tree = json.loads(printed)
    return result
