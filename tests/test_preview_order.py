"""In what order sheets are shown that are made side by side: what is newer stays."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chapterkit.formats.shared.sheet import Sheet
from chapterkit.preview.guard import App
from chapterkit.preview.server import Server

PORT = 7000
HANGS = 30.0


class Slow:
    """A maker whose quick sheets are done when they are let go, each as the file was before."""

    def __init__(self) -> None:
        self.text = "起初"
        self.asked: list[str] = []
        self.let_go = {"其次": threading.Event()}

    def sheet(self, text: str) -> Sheet:
        return Sheet("a", text, "", "zh-CN")

    def names(self) -> Sequence[tuple[str, str]]:
        return [("a", "甲")]

    def stamp(self) -> Hashable:
        return self.text

    def quick(self, name: str) -> Sheet | None:
        text = self.text
        self.asked.append(text)
        if text in self.let_go:
            assert self.let_go[text].wait(HANGS)
        return self.sheet(text)

    def steps(self, name: str) -> Sequence[Callable[[], Sheet]]:
        return [lambda: self.sheet("最早")]

    def failed(self, name: str, error: Exception) -> Sheet:
        raise error

    def act(self, name: str, action: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def picture(self, name: str, of: str) -> Mapping[str, Any]:
        return {}

    @property
    def cursor_file(self) -> Path:
        return Path("nowhere")

    def cursor(self) -> tuple[str, int] | None:
        return None


async def got(app: App) -> str:
    """Return the page as a browser gets it that loads it now."""
    sent: list[bytes] = []
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": "/a", "raw_path": b"/a",
        "root_path": "", "scheme": "http", "query_string": b"",
        "headers": [(b"host", f"127.0.0.1:{PORT}".encode())],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(sent).decode()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(HANGS):
        while not true():
            await asyncio.sleep(0.01)


def test_a_sheet_that_was_begun_before_does_not_replace_one_of_newer_files() -> None:
    maker = Slow()

    async def play() -> None:
        app = Server(maker, PORT, "token").app()
        assert "最早" in await got(app)
        maker.text = "其次"
        older = asyncio.create_task(got(app))
        await until(lambda: "其次" in maker.asked)
        maker.text = "最后"
        assert "最后" in await got(app)
        maker.let_go["其次"].set()
        assert "最后" in await older
        assert "最后" in await got(app)

    asyncio.run(play())


def test_what_was_made_of_the_very_files_is_not_made_again() -> None:
    maker = Slow()
    maker.let_go.clear()

    async def play() -> None:
        app = Server(maker, PORT, "token").app()
        await got(app)
        assert maker.asked == []
        maker.text = "其次"
        for _ in range(3):
            assert "其次" in await got(app)

    asyncio.run(play())
    assert maker.asked == ["其次"]
