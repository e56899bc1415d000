"""Who may ask the preview for something, and what its answers tell a browser to refuse.

It is there for the browser of this machine. A page of somewhere else must not get at it: not by
its own requests (their `Origin` is foreign), and not by having its name lead here (then `Host` is).
What changes something needs the token besides, which only the page itself is told.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LONGEST_BODY = 64_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cache-control", b"no-store"),
)
_METHODS = frozenset({"GET", "HEAD", "POST"})


class Guarded:
    """An application that is asked only by whoever may ask it."""

    def __init__(self, app: App, port: int, token: str) -> None:
        hosts = ("127.0.0.1", "localhost")
        self._app = app
        self._hosts = frozenset(f"{one}:{port}".encode() for one in hosts)
        self._origins = frozenset(f"http://{one}:{port}".encode() for one in hosts)
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal and scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if refusal:
            await _say(send, refusal)
            return
        await self._app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> int:
        """Return the status with which a request is refused, 0 if it is not."""
        given: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            given.setdefault(name.lower(), []).append(value)
        if [one in self._hosts for one in given.get(b"host", [])] != [True]:
            return 403
        origins = given.get(b"origin", [])
        if any(one not in self._origins for one in origins):
            return 403
        if given.get(b"sec-fetch-site", [b"none"])[0] == b"cross-site":
            return 403
        if scope["type"] == "websocket":
            return 0 if origins else 403
        if scope["method"] not in _METHODS:
            return 405
        return self._write_refusal(given) if scope["method"] == "POST" else 0

    def _write_refusal(self, given: dict[bytes, list[bytes]]) -> int:
        token = given.get(b"x-chapterkit-token", [b""])[0]
        if not hmac.compare_digest(token, self._token):
            return 403
        kind = given.get(b"content-type", [b""])[0].partition(b";")[0].strip().lower()
        if kind != b"application/json":
            return 415
        length = given.get(b"content-length", [b""])[0]
        if not length.isdigit():
            return 411
        return 413 if int(length) > LONGEST_BODY else 0


async def _say(send: Send, status: int) -> None:
    headers = [*HEADERS, (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _with_headers(send: Send) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name for name, _ in HEADERS}
            kept = [one for one in message.get("headers", ()) if one[0].lower() not in own]
            message = {**message, "headers": [*kept, *HEADERS]}
        await send(message)

    return told
