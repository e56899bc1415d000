"""The only module that opens connections: bounded, polite, and to public places alone."""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    getproxies,
)

from chapterkit import __version__
from chapterkit.errors import ChapterkitError

USER_AGENT = f"chapterkit/{__version__} (bibliography of a book; asked for by its author)"
SECONDS = 20
MAX_BYTES = 4_000_000
MAX_REDIRECTS = 8
# Seconds between two requests to one host; what arXiv asks for in its terms.
PAUSE, PAUSES = 1.0, {"export.arxiv.org": 3.0, "arxiv.org": 3.0}
# Where all registries stand instead, for trials; a book has no say in it.
STAND_IN = "CHAPTERKIT_REGISTRIES"


@dataclass(frozen=True)
class Answer:
    """What a server answered: the status, and its text as far as it was read."""

    status: int
    text: str = field(repr=False)


class UnreachableError(Exception):
    """There is no connection to a place; `nameless` if its name is not known, or no network is."""

    def __init__(self, message: str, *, nameless: bool = False) -> None:
        super().__init__(message)
        self.nameless = nameless


def answer(url: str, accept: str = "*/*", *, most: int = MAX_BYTES) -> Answer:
    """Return what an address answers, redirections followed, at most `most` bytes of it.

    Raises UnreachableError if nothing answers, ChapterkitError for an address that is none, or
    leads to a machine that is not public.
    """
    url = _stood_in(url)
    _check(url)
    _wait(urlsplit(url).hostname or "")
    request = Request(url, headers={"User-Agent": USER_AGENT, "Accept": accept})
    try:
        with _opener().open(request, timeout=SECONDS) as response:
            return Answer(response.status, _read(response, most))
    except HTTPError as error:
        with error:
            return Answer(error.code, "")
    except (OSError, http.client.HTTPException, ValueError) as error:
        nameless = isinstance(getattr(error, "reason", error), socket.gaierror)
        raise UnreachableError(_worded(error), nameless=nameless) from None


def _read(response: http.client.HTTPResponse, most: int) -> str:
    """Return at most so many bytes of a response as text, which must come in time."""
    until = time.monotonic() + 2 * SECONDS
    parts: list[bytes] = []
    while most > 0 and (part := response.read1(min(most, 65_536))):
        parts.append(part)
        most -= len(part)
        if time.monotonic() > until:
            raise TimeoutError
    return b"".join(parts).decode("utf-8", "replace")


def _worded(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"{SECONDS} 秒没有回答"
    if isinstance(reason, socket.gaierror):
        return "没有这个域名，或没有联网"
    if isinstance(reason, ssl.SSLError):
        return "证书不对"
    return str(getattr(reason, "strerror", None) or reason)


def _stood_in(url: str) -> str:
    """Return the address at the stand-in of the registries, if there is one."""
    base = os.environ.get(STAND_IN, "").rstrip("/")
    parts = urlsplit(url)
    if not base or parts.netloc == urlsplit(base).netloc:
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"{base}/{parts.netloc}{parts.path}{query}"


# --- which places


def _check(url: str) -> None:
    """Raise ChapterkitError for an address that is not on the public web."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ChapterkitError(f"不是网上的地址：{url}", hint="写 https://…")
    if parts.hostname == "localhost" or "." not in parts.hostname.strip("[]").replace(":", "."):
        _check_host(parts.hostname, parts.netloc)
    try:
        ipaddress.ip_address(parts.hostname)
    except ValueError:
        return
    _check_host(parts.hostname, parts.netloc)


def _check_host(host: str, netloc: str) -> None:
    """Raise ChapterkitError for a machine that is not public, unless it is the stand-in."""
    base = os.environ.get(STAND_IN)
    if base and urlsplit(base).netloc == netloc:
        return
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = False
    if not public:
        raise ChapterkitError(f"{host} 不是公开的机器，不去访问", hint="换成公开的地址")


def _connected(address: tuple[str, int], *args: Any, **others: Any) -> socket.socket:
    """Return a connection to a public machine: the very address that was looked at."""
    host, port = address
    proxied = {urlsplit(one).hostname for one in getproxies().values()}
    netlocs = {f"{host}:{port}", host}
    base = urlsplit(os.environ.get(STAND_IN, "")).netloc
    failure: OSError = OSError(f"{host} 没有地址")
    for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if host not in proxied and base not in netlocs:
            _check_host(str(place[0]).partition("%")[0], "")
        try:
            return socket.create_connection((str(place[0]), port), *args, **others)
        except OSError as error:
            failure = error
    raise failure


class _Plain(http.client.HTTPConnection):
    def __init__(self, *args: Any, **others: Any) -> None:
        super().__init__(*args, **others)
        self._create_connection = _connected


class _Secure(http.client.HTTPSConnection):
    def __init__(self, *args: Any, **others: Any) -> None:
        super().__init__(*args, **others)
        self._create_connection = _connected


class _PlainHandler(HTTPHandler):
    def http_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(_Plain, req)


class _SecureHandler(HTTPSHandler):
    def https_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(_Secure, req)


class _Redirects(HTTPRedirectHandler):
    max_redirections = MAX_REDIRECTS

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """Follow to where addresses may lead, stand-ins included."""
        newurl = _stood_in(quote(newurl, safe=";/?:@&=+$,#%[]!*'()~"))
        _check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> OpenerDirector:
    """Return what opens http and https, and nothing else."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(), _PlainHandler(), _SecureHandler(), HTTPDefaultErrorHandler(),
        _Redirects(), HTTPErrorProcessor(),
    ):  # fmt: skip
        opener.add_handler(handler)
    return opener


# --- how often

_last: dict[str, float] = {}
_lock = threading.Lock()


def _wait(host: str) -> None:
    """Wait until a host may be asked again; a stand-in need not be spared."""
    if os.environ.get(STAND_IN):
        return
    with _lock:
        now = time.monotonic()
        due = max(now, _last.get(host, 0.0) + PAUSES.get(host, PAUSE))
        _last[host] = due if host in _last else now
        due = _last[host]
    time.sleep(max(0.0, due - now))
