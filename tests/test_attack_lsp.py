"""An editor is shown words, never pictures, commands or markup, whatever data say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from attacking import SECRET, Ground, Listener

RECORD = "experiments/card-game.yaml"
WORDS = [
    "![x]($URL/picture.png)",
    "![x](file:///etc/passwd)",
    "[x](command:workbench.action.terminal.new)",
    "[x](javascript:alert(1))",
    "[x](vscode://file/etc/passwd)",
    "<img src=$URL/picture.png onerror=alert(1)>",
    "<a href=command:x>x</a>",
    "<script>alert(1)</script>",
    "<command:x>",
    "<$URL/autolink>",
    "$URL/bare",
    "x](command:x)",
    "**x** `x` ~~x~~",
    "``` ![x]($URL/fence.png)",
    "x\\n\\n# x\\n\\n![x]($URL/newline.png)",
    "x\\n\\n```\\n![x]($URL/fence.png)",
    "\\\\[x](command:x)",
    "\\\\![x]($URL/backslash.png)",
    "[x]: command:x",
    "&#33;[x]($URL/entity.png)",
    "| x | ![x]($URL/table.png) |",
    "\\e[31mx\\u202e",
    "{{ n.__class__ }}",
]


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with Listener() as one:
        yield one


class Editor:
    """An editor that talks to the server over its standard streams."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.server = subprocess.Popen(
            [sys.executable, "-m", "chapterkit", "lsp"], cwd=folder, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.number = 0
        self.told: list[dict[str, Any]] = []
        self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities={})
        self.tell("initialized")

    def tell(self, method: str, **parameters: Any) -> None:
        self._write({"jsonrpc": "2.0", "method": method, "params": parameters})

    def ask(self, method: str, **parameters: Any) -> Any:
        self.number += 1
        self._write({"jsonrpc": "2.0", "id": self.number, "method": method, "params": parameters})
        while (one := self._read()).get("id") != self.number or "method" in one:
            self.told.append(one)
            if "id" in one and "method" in one:
                self._write({"jsonrpc": "2.0", "id": one["id"], "result": None})
        return one

    def _write(self, message: dict[str, Any]) -> None:
        assert self.server.stdin
        raw = json.dumps(message).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(raw), raw))
        self.server.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self.server.stdout
        length = 0
        while line := self.server.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        assert length, "the server has ended"
        message: dict[str, Any] = json.loads(self.server.stdout.read(length))
        return message

    def open(self, path: str, text: str, version: int = 1) -> str:
        address = (self.folder / path).as_uri()
        self.tell(
            "textDocument/didOpen",
            textDocument={
                "uri": address,
                "languageId": "markdown",
                "version": version,
                "text": text,
            },
        )
        return address

    def close(self) -> None:
        self.ask("shutdown")
        self.tell("exit")
        with self.server:
            assert self.server.wait(60) == 0


def shown(answer: Any) -> Iterator[str]:
    """Yield every stretch of Markdown in an answer."""
    if isinstance(answer, dict):
        if answer.get("kind") == "markdown":
            yield answer["value"]
        for value in answer.values():
            yield from shown(value)
    if isinstance(answer, list):
        for value in answer:
            yield from shown(value)


def acts(markdown: str) -> Iterator[str]:
    """Yield what Markdown shows besides words: pictures, markup, links that are no page's or file's."""
    for token in MarkdownIt("commonmark", {"html": True}).parse(markdown):
        for one in (token, *(token.children or ())):
            if one.type in ("image", "html_inline", "html_block"):
                yield f"{one.type}: {one.content or one.attrs}"
            if one.type == "link_open" and not str(one.attrs["href"]).startswith(
                ("https://example.org", "https://doi.org", "file:///")
            ):
                yield f"a link to {one.attrs['href']}"


@pytest.fixture
def editor(tmp_path: Path, listener: Listener) -> Iterator[Editor]:
    """Give an editor with a book whose data say something hostile wherever they can."""
    ground = Ground(tmp_path / "ground", listener.address).laid()
    for number, words in enumerate(WORDS):
        lay_out(ground, number, ground.meant(words).replace('"', '\\"'))
    one = Editor(ground.book, {**os.environ, "CI_SECRET": SECRET})
    yield one
    one.close()


def lay_out(ground: Ground, number: int, words: str) -> None:
    """Give the book a record and a source that say these words."""
    record = (ground.book / RECORD).read_text("utf-8").replace("card-game", f"r{number}")
    for old in ("换一条规则", "成功率", "训练之后高于训练之前", "一个小模型", "图 6"):
        record = record.replace(old, f'"{words}"')
    ground.write(f"book/experiments/r{number}.yaml", record.replace("demo2025", f"k{number}"))
    title = re.sub(r"\\(e|u202e)|[{}]", "", words.replace("\\n", " "))
    with (ground.book / "refs.bib").open("a", encoding="utf-8") as file:
        file.write(
            f"@misc{{k{number}, title = {{{title}}}, author = {{{title}}}, year = {{2025}}}}\n"
        )


PLACES = ['{{ n("rN.^after") }}', '{{ n("rN.^gain") }}', '{{ cite("k^N") }}', '{{ ref("r^N") }}']


def test_data_show_nothing_but_words(editor: Editor, listener: Listener) -> None:
    lines = [place.replace("N", str(n)) for n in range(len(WORDS)) for place in PLACES]
    text = "# 题 {#case}\n" + "\n".join(lines).replace("^", "")
    address = editor.open("book/case.md", text)
    silent, acting = [], []
    for number, line in enumerate(lines):
        position = {"line": number + 1, "character": line.index("^")}
        given = {"textDocument": {"uri": address}, "position": position}
        answers = [editor.ask(f"textDocument/{one}", **given) for one in ("hover", "completion")]
        markdown = list(shown(answers))
        acting += [(line, told) for one in markdown for told in acts(one)]
        silent += [] if markdown else [line]
        assert SECRET not in json.dumps(answers)
    acting += [("told", told) for one in shown(editor.told) for told in acts(one)]
    assert acting == []
    assert silent == []
    assert SECRET not in json.dumps(editor.told)
    assert listener.heard == []
