"""The server: pages, their assets, a socket that sends what has changed, what may be asked for."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from chapterkit.formats.shared.living import PAGE, STYLES, own_style, served_page
from chapterkit.formats.shared.sheet import Sheet
from chapterkit.preview.guard import LONGEST_BODY, App, Guarded
from chapterkit.preview.patches import Shown

# How long files must rest before all of a text is made anew, in seconds.
REST = 0.12
_MOST_SOCKETS = 50


class Maker(Protocol):
    """Who makes what is shown. Each may take long, and raise anything that `told` can word."""

    def names(self) -> Sequence[tuple[str, str]]:
        """Return name and title of each text."""

    def stamp(self) -> Hashable:
        """Return what is another as soon as a file that is followed has been written."""

    def quick(self, name: str) -> Sheet | None:
        """Return a sheet that may lack what takes long; None if that cannot be told from it."""

    def steps(self, name: str) -> Sequence[Callable[[], Sheet]]:
        """Return what makes a sheet, better with each step, the last one all of it."""

    def failed(self, name: str, error: Exception) -> Sheet:
        """Return the last good sheet with what stands in the way of a newer one."""

    def act(self, name: str, action: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Do what somebody at the page asks for; return what to answer."""

    def picture(self, name: str, of: str) -> Mapping[str, Any]:
        """Return a picture that a text's page shows when it is asked for, by what it is of."""

    @property
    def cursor_file(self) -> Path:
        """The file whose change means that `cursor` has news."""

    def cursor(self) -> tuple[str, int] | None:
        """Return where somebody writes just now, if that is known and new."""


@dataclass(eq=False)
class Reader:
    """One browser that looks at a text."""

    name: str
    socket: WebSocket
    shown: Shown
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def show(self, newest: Callable[[], Sheet]) -> None:
        """Send what has changed, if anything has, up to what is the newest when its turn comes."""
        async with self.turn:
            if told := self.shown.patch(newest()):
                await self.tell(told)

    async def tell(self, told: Mapping[str, Any]) -> None:
        """Send something; who is gone does not mind."""
        with suppress(RuntimeError, WebSocketDisconnect, OSError):
            await self.socket.send_text(json.dumps(told, ensure_ascii=False))


@dataclass(eq=False)
class Server:
    """What is shown to whom."""

    maker: Maker
    port: int
    token: str
    readers: set[Reader] = field(default_factory=set)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    stamps: dict[str, Hashable] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    order: Iterator[int] = field(default_factory=count)
    settled: dict[str, int] = field(default_factory=dict)
    version: int = 0
    pending: asyncio.Event = field(default_factory=asyncio.Event)
    unsettled: asyncio.Event = field(default_factory=asyncio.Event)
    making: asyncio.Lock = field(default_factory=asyncio.Lock)
    styles: dict[str, str] = field(default_factory=dict)

    def app(self) -> App:
        """Return the application, guarded."""
        routes = [
            Route("/", self._first),
            Route("/page/{name}", self._asset),
            Route("/picture/{name}/{of}", self._picture),
            Route("/do/{action}", self._act, methods=["POST"]),
            WebSocketRoute("/live/{name}", self._live),
            Route("/{name}", self._page),
        ]
        app = Starlette(routes=routes)
        app.router.redirect_slashes = False
        return Guarded(app, self.port, self.token)

    # --- pages

    async def _first(self, request: Request) -> Response:
        names = await self._names()
        return RedirectResponse(f"/{names[0][0]}") if names else PlainTextResponse("", 404)

    async def _names(self) -> Sequence[tuple[str, str]]:
        try:
            return await asyncio.to_thread(self.maker.names)
        except Exception:
            return [(name, name) for name in self.sheets] or [("-", "")]

    async def _page(self, request: Request) -> Response:
        name = request.path_params["name"]
        names = await self._names()
        if name not in {one for one, _ in names}:
            return PlainTextResponse("没有这一章", 404)
        sheet = await self._sheet(name)
        return Response(served_page(sheet, self.token, names), media_type="text/html")

    async def _sheet(self, name: str) -> Sheet:
        """Return a text's sheet as the files now are, made quickly or as far as its first step.

        Whoever loads a page right after a save need not wait until the save has been noticed, and
        nobody follows a text that no browser shows.
        """
        begun, stamp = await self._beginning()
        if name not in self.sheets or self.stamps.get(name) != stamp:
            sheet = await self._quick(name) if name in self.sheets else None
            if sheet is None:
                async with self.making:
                    sheet = await self._made(name, self.maker.steps(name)[0])
            self._keep(name, sheet, begun, stamp)
        sheet = self.sheets[name]
        self.styles[own_style(sheet)] = sheet.style
        return sheet

    async def _beginning(self) -> tuple[int, Hashable]:
        """Return what tells a sheet that is begun now from others: its place in line, its files."""
        return next(self.order), await asyncio.to_thread(self.maker.stamp)

    def _keep(self, name: str, sheet: Sheet, begun: int, stamp: Hashable) -> bool:
        """Keep a sheet, unless there is one of other files that was begun later; tell whether."""
        if self.stamps.get(name) != stamp and begun < self.begun.get(name, 0):
            return False
        self.sheets[name], self.stamps[name], self.begun[name] = sheet, stamp, begun
        return True

    async def _quick(self, name: str) -> Sheet | None:
        try:
            return await asyncio.to_thread(self.maker.quick, name)
        except Exception as error:
            return self.maker.failed(name, error)

    async def _made(self, name: str, make: Callable[[], Sheet]) -> Sheet:
        try:
            return await asyncio.to_thread(make)
        except Exception as error:
            return self.maker.failed(name, error)

    async def _asset(self, request: Request) -> Response:
        """Give a file of the package's own: they are known by name, and nothing else is given."""
        name = request.path_params["name"]
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        if name in self.styles:
            return Response(self.styles[name], media_type=kind)
        path = STYLES.get(name) or _scripts().get(name)
        if path is None:
            return PlainTextResponse("没有", 404)
        return Response(path.read_bytes(), media_type=kind)

    async def _picture(self, request: Request) -> Response:
        """Give a picture as JSON, so that the page need not let any be loaded."""
        asked = request.path_params["name"], request.path_params["of"]
        return JSONResponse(await asyncio.to_thread(self.maker.picture, *asked))

    # --- the line to a browser

    async def _live(self, socket: WebSocket) -> None:
        if len(self.readers) >= _MOST_SOCKETS:
            await socket.close(1013)
            return
        name = socket.path_params["name"]
        await socket.accept()
        reader = Reader(name, socket, Shown())
        try:
            hello = json.loads(await socket.receive_text())
            reader.shown.keys = tuple(str(one) for one in hello.get("order", ()))
            await reader.tell({"token": self.token})
            if name in {one for one, _ in await self._names()}:
                self.readers.add(reader)
                await self._sheet(name)
                await reader.show(lambda: self.sheets[name])
                if self.settled.get(name) != self.version:
                    self.pending.set()
            while True:
                await socket.receive_text()
        except (WebSocketDisconnect, ValueError, AttributeError, KeyError):
            pass
        finally:
            self.readers.discard(reader)

    # --- what may be asked for

    async def _act(self, request: Request) -> Response:
        body = await request.body()
        if len(body) > LONGEST_BODY:
            return PlainTextResponse("", 413)
        try:
            given = json.loads(body)
            name = str(given["name"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return PlainTextResponse("", 400)
        action = request.path_params["action"]
        answer = await asyncio.to_thread(self.maker.act, name, action, given)
        self.touched()
        return JSONResponse(answer)

    # --- following the files

    def touched(self) -> None:
        """Note that files have changed."""
        self.version += 1
        self.pending.set()

    async def follow(self) -> None:
        """Make sheets anew, quickly, whenever something is pending."""
        while True:
            await self.pending.wait()
            self.pending.clear()
            for name in self._watched():
                await self._quickly(name)
            self.unsettled.set()

    async def settle(self) -> None:
        """Make all of each sheet once files rest; one after another, for each takes its time."""
        while True:
            await self.unsettled.wait()
            self.unsettled.clear()
            await asyncio.sleep(REST)
            version = self.version
            for name in self._watched():
                if self.settled.get(name) != version and await self._settled(name, version):
                    self.settled[name] = version
                if version != self.version:
                    break
            if version == self.version:
                gc.collect()  # while nobody waits: see `serve`

    async def _settled(self, name: str, version: int) -> bool:
        """Make all of a sheet and show it; tell whether no file has changed meanwhile."""
        begun, stamp = await self._beginning()
        for step in self.maker.steps(name):
            if version != self.version:
                return False
            async with self.making:
                sheet = await self._made(name, step)
            if version == self.version and stamp != await asyncio.to_thread(self.maker.stamp):
                self.touched()  # a save that whoever loads a page has been shown already
            if version != self.version:
                return False
            await self._show(name, sheet, begun, stamp)
            if sheet.failures:
                break
        return True

    def _watched(self) -> list[str]:
        return sorted({one.name for one in self.readers})

    async def _quickly(self, name: str) -> None:
        begun, stamp = await self._beginning()
        sheet = await self._quick(name)
        if sheet is None or (sheet.failures and not await self._rests(stamp)):
            return
        await self._show(name, sheet, begun, stamp)

    async def _rests(self, stamp: Hashable) -> bool:
        """Tell whether files stay as they were: one that is being written may make no sense."""
        await asyncio.sleep(REST)
        return not self.pending.is_set() and stamp == await asyncio.to_thread(self.maker.stamp)

    async def _show(self, name: str, sheet: Sheet, begun: int, stamp: Hashable) -> None:
        if self._keep(name, sheet, begun, stamp):
            await self._each(lambda one: one.show(lambda: self.sheets[name]), name)

    async def _each(self, do: Callable[[Reader], Awaitable[None]], name: str = "") -> None:
        await asyncio.gather(*(do(one) for one in list(self.readers) if name in {"", one.name}))

    async def follow_cursor(self) -> None:
        """Tell every browser where somebody writes, if that is new."""
        if place := self.maker.cursor():
            await self._each(lambda one: one.tell({"cursor": list(place)}))


def _scripts() -> dict[str, Path]:
    return {one.name: one for one in PAGE.glob("*.js")}
