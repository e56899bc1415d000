"""kill -9 at any moment: outputs are old or new, never half; the next run leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest

from chapterkit.manuscript.comments import parse_comments
from faulty import PAPER, Runs, changed, moments

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are looked for in /proc")


def timed(runs: Runs, *arguments: str) -> float:
    started = time.monotonic()
    runs.run(*arguments)
    return time.monotonic() - started


@pytest.mark.parametrize("kept", ["off", ""], ids=["anew", "from the store"])
def test_builds(kept: str, runs: Runs) -> None:
    runs.environment["CHAPTERKIT_CACHE"] = kept
    chapter, outputs = runs.book / "book/chapter3.md", runs.book / "build/cards"

    def written() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in outputs.glob("[!.]*")}

    states: list[dict[str, bytes]] = []
    words = ("总结", "小结")
    for new, old in 2 * (words, words[::-1]):
        changed(chapter, old, new)
        seconds = timed(runs, "build")
        states.append(written())
    assert states[:2] == states[2:]
    assert states[0].keys() == states[1].keys()
    assert all(states[0][name] != states[1][name] for name in states[0])
    clean = runs.everything()
    seen: Counter[str] = Counter()
    place, now = 1, states[1]
    for number, after in enumerate(moments(runs, seconds, 0.25)):
        if written() == now:  # or else there is something to be written already
            changed(chapter, words[place], words[1 - place])
            place = 1 - place
            now = states[place]
        killed = runs.kill(after, "build")
        found = written()
        whole = [{name: state[name] for name in found} == found for state in states]
        assert found.keys() == now.keys()
        assert any(whole), "outputs of two builds"
        seen["killed" if killed else "ended"] += 1
        runs.no_child_is_left()
        if not killed or number % 4 == 3:  # the next start
            code, printed = runs.run("build")
            assert code == 0, printed
            expected = {f"book/build/cards/{name}": data for name, data in now.items()}
            texts = {name: data for name, data in clean.items() if "/build/" not in name}
            texts["book/book/chapter3.md"] = chapter.read_bytes()
            assert runs.everything() == {**texts, **expected}
    assert seen["killed"] > seen["ended"]


def test_verifications(runs: Runs) -> None:
    paper, lock = runs.book / "sources/demo2025.txt", runs.book / "experiments/verified.lock"
    paper.parent.mkdir()
    states = []
    for text in (PAPER, PAPER + "\nAfterword.\n"):
        paper.write_text(text, "utf-8")
        seconds = timed(runs, "verify")
        states.append(lock.read_bytes())
    assert states[0] != states[1]
    clean = runs.everything()
    for number, after in enumerate(moments(runs, seconds, 0.26)):
        paper.write_text((PAPER, PAPER + "\nAfterword.\n")[number % 2], "utf-8")
        runs.kill(after, "verify")
        assert lock.read_bytes() in states
        runs.no_child_is_left()
    code, printed = runs.run("verify")
    assert code == 0, printed
    assert runs.everything().keys() == clean.keys()


def test_mending(runs: Runs) -> None:
    chapter, template = (
        runs.book / "book/chapter3.md",
        runs.book / "templates/experiments/card-game.md.j2",
    )
    for path in (chapter, template):
        path.write_text(path.read_text("utf-8").replace("，", ","), "utf-8")
    before = {path: path.read_bytes() for path in (chapter, template)}
    seconds = timed(runs, "check", "--fix")
    after = {path: path.read_bytes() for path in before}
    assert all(before[path] != after[path] for path in before)
    clean = runs.everything()
    for moment in moments(runs, seconds, 0.24):
        for path, text in before.items():
            path.write_bytes(text)
        runs.kill(moment, "check", "--fix")
        assert all(path.read_bytes() in (before[path], after[path]) for path in before)
        runs.no_child_is_left()
    runs.run("check", "--fix")
    assert runs.everything() == clean


def test_records_written_into_a_file(runs: Runs) -> None:
    record, hand = runs.book / "experiments/card-game.yaml", runs.book / "hand.md"
    hand.write_text(
        "# 手写\n\n<!-- chapterkit:begin card-game -->\n<!-- chapterkit:end -->\n\n后面。\n",
        "utf-8",
    )
    states = []
    for old, new in (("11.5", "12.5"), ("12.5", "11.5")):
        changed(record, old, new)
        seconds = timed(runs, "sync", "hand.md")
        states.append(hand.read_bytes())
    assert states[0] != states[1]
    clean = runs.everything()
    for number, after in enumerate(moments(runs, seconds, 0.15)):
        changed(record, *(("11.5", "12.5") if number % 2 == 0 else ("12.5", "11.5")))
        runs.kill(after, "sync", "hand.md")
        assert hand.read_bytes() in states
        runs.no_child_is_left()
    code, printed = runs.run("sync", "hand.md")
    assert code == 0, printed
    assert runs.everything().keys() == clean.keys()


def test_comments_that_an_editor_was_told_are_kept(runs: Runs) -> None:
    """Whatever the server has answered with its comments stands in the file, however it ends."""
    kept = runs.book / "review/cards.yaml"
    answered: set[str] = set()
    for number, after in enumerate(moments(runs, 1.5, 0.1)):
        preview = runs.start("preview")
        try:
            ask = commenting(preview)
            until = time.monotonic() + after
            while time.monotonic() < until:
                ask(f"意见 {number} {len(answered)}")
                answered.add(f"意见 {number} {len(answered)}")
            threading.Timer(0.05 * after, preview.kill).start()
            with suppress(OSError, http.client.HTTPException):
                for count in range(1000):
                    ask(f"最后 {number} {count}")
                    answered.add(f"最后 {number} {count}")
        finally:
            preview.kill()
            preview.communicate(timeout=60)
        runs.no_child_is_left()
        said = {one.text for one in parse_comments(kept.read_text("utf-8"), "review/cards.yaml")}
        assert answered <= said, answered - said
        assert len(said - answered) <= number + 1, "more than the one that was under way"
    assert list(kept.parent.iterdir()) == [kept]


def commenting(preview: subprocess.Popen[str]) -> Callable[[str], None]:
    """Wait for a preview, and return what leaves a comment there; it raises what stops it."""
    assert preview.stdout
    line = next(one for one in preview.stdout if "http://" in one)
    found = re.search(r"127\.0\.0\.1:(\d+)", line)
    assert found
    port = int(found[1])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/cards", timeout=60) as page:
        token = re.search(r'name="chapterkit-token" content="([^"]+)"', page.read().decode())
    assert token

    def ask(text: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        body = {"name": "cards", "do": "add", "text": text, "place": [0, 0, 0, "开头的理论"]}
        headers = {"X-Chapterkit-Token": token[1], "Content-Type": "application/json"}
        connection.request("POST", "/do/comment", json.dumps(body), headers)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        assert any(one["text"] == text for one in answer["comments"]), answer

    return ask


def test_two_builds_at_once(runs: Runs) -> None:
    runs.run("build")
    expected = runs.everything()
    shutil.rmtree(runs.book / "build")
    several = [runs.start("build") for _ in range(2)]
    for process in several:
        printed, _ = process.communicate(timeout=600)
        assert process.returncode == 0, printed
    assert runs.everything() == expected
    runs.no_child_is_left()
