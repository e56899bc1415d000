"""Chromium, driven over a pipe by its DevTools protocol: what a page asks for, says and opens."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-extensions", "--no-first-run", "--no-default-browser-check",
    "--disable-domain-reliability", "--disable-default-apps", "--remote-debugging-pipe",
    # No name leads anywhere but on this machine, where the listener is.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
# Standard streams 3 and 4 are where Chromium reads and writes the protocol.
_PIPED = 'exec "$@" 3<&"$ORDERS" 4>&"$ANSWERS"'

# What a reader's hands might do: point at, focus and click everything that does not lead away.
_TOUCH = """
for (const one of document.querySelectorAll('*')) {
  const away = one.closest('a[href]:not([href^="#"])');
  for (const kind of ['mouseover', 'pointerover', 'mousedown', 'toggle', 'animationstart', 'load', 'error'])
    one.dispatchEvent(new Event(kind, {bubbles: false}));
  if (one.focus) one.focus();
  if (!away && one.click) one.click();
}
"""


class Browser:
    """A browser that is running, and what it has told so far."""

    def __init__(self, process: subprocess.Popen[bytes], orders: int, answers: int) -> None:
        self._process, self._orders, self._answers = process, orders, answers
        self._number, self._held = 0, b""

    def say(self, method: str, session: str = "", **parameters: Any) -> int:
        """Send an order; return its number."""
        self._number += 1
        order: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session:
            order["sessionId"] = session
        os.write(self._orders, json.dumps(order).encode() + b"\0")
        return self._number

    def told(self, until: float) -> Iterator[dict[str, Any]]:
        """Yield what the browser tells, until a moment."""
        while (left := until - time.monotonic()) > 0:
            while b"\0" in self._held:
                one, _, self._held = self._held.partition(b"\0")
                yield json.loads(one)
            if select.select([self._answers], [], [], left)[0]:
                read = os.read(self._answers, 1 << 20)
                if not read:
                    raise EOFError("the browser has ended")
                self._held += read

    def ask(self, method: str, session: str = "", seconds: float = 60, **parameters: Any) -> Any:
        """Send an order, and return what it comes to; what is told meanwhile is passed over."""
        number = self.say(method, session, **parameters)
        for one in self.told(time.monotonic() + seconds):
            if one.get("id") == number:
                assert "error" not in one, one
                return one["result"]
        raise TimeoutError(method)

    def page_does(self, page: Path, seconds: float = 60) -> list[str]:
        """Open a page, touch everything on it; return what it did that pages of ours do not.

        A page may ask for files of the package that it is unpacked from.
        """
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.say("Target.setDiscoverTargets", discover=True)
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.ask(f"{domain}.enable", session)
        address = page.as_uri()
        package = address.partition("/unpacked/")
        beside = "".join(package[:2]) if package[1] else "nothing"
        self.say("Page.navigate", session, url=address)
        did: list[str] = []
        last = touched = 0
        for one in self.told(time.monotonic() + seconds):
            did += [
                deed for deed in _deeds(one, address) if not deed.startswith(f"asks for {beside}")
            ]
            if one.get("method") == "Page.javascriptDialogOpening":
                self.say("Page.handleJavaScriptDialog", session, accept=False)
            if one.get("method") == "Page.loadEventFired" and not touched:
                touched = self.say("Runtime.evaluate", session, expression=_TOUCH)
            elif touched and one.get("id") == touched:
                # Whatever was set off has had its turn once a timer of the page has.
                last = self.say(
                    "Runtime.evaluate", session, awaitPromise=True,
                    expression="new Promise(done => setTimeout(done, 500))",
                )  # fmt: skip
            elif last and one.get("id") == last:
                self.ask("Target.closeTarget", targetId=target)
                return did
        raise TimeoutError(f"{page.name} was not done in {seconds} s: {did}")


def _deeds(told: dict[str, Any], address: str) -> Iterator[str]:
    given = told.get("params", {})
    match told.get("method"):
        case "Page.javascriptDialogOpening":
            yield f"a dialog: {given['message']}"
        case "Network.requestWillBeSent":
            asked = given["request"]["url"]
            if asked.partition("#")[0] != address and not asked.startswith("data:"):
                yield f"asks for {asked}"
        case "Network.webSocketCreated":
            yield f"a socket to {given['url']}"
        case "Runtime.consoleAPICalled":
            yield f"a script says {given['args']}"
        case "Runtime.exceptionThrown":
            yield f"a script fails: {given['exceptionDetails']['text']}"
        case "Log.entryAdded":
            text = given["entry"]["text"]
            if "Content Security Policy" in text or "Refused" in text:
                yield f"the policy had to stop it: {text[:160]}"
        case "Target.targetCreated":
            if given["targetInfo"]["type"] == "page" and given["targetInfo"].get("openerId"):
                yield f"a window: {given['targetInfo']['url']}"
        case "Page.frameAttached":
            yield "a frame"
        case "Page.frameNavigated":
            if given["frame"]["url"].partition("#")[0] not in (address, "about:blank"):
                yield f"goes to {given['frame']['url'][:120]}"


@contextmanager
def browser(program: str, profile: Path) -> Iterator[Browser]:
    """Start Chromium with a profile of its own, and end it."""
    orders_read, orders = os.pipe()
    answers, answers_write = os.pipe()
    process = subprocess.Popen(
        ["bash", "-c", _PIPED, "bash", program, *_QUIET, f"--user-data-dir={profile}"],
        pass_fds=(orders_read, answers_write), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "ORDERS": str(orders_read), "ANSWERS": str(answers_write)},
    )  # fmt: skip
    os.close(orders_read)
    os.close(answers_write)
    try:
        yield Browser(process, orders, answers)
    finally:
        os.close(orders)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(answers)
