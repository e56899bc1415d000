"""kill -9 at any moment: outputs are old or new, never half; the next run leaves nothing behind."""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter

import pytest

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
    states: list[dict[str, bytes]] = []
    for old, new in (("小结", "总结"), ("总结", "小结")):
        changed(chapter, old, new)
        runs.run("build")
        states.append({path.name: path.read_bytes() for path in outputs.glob("cards.*")})
    assert states[0].keys() == states[1].keys()
    assert all(states[0][name] != states[1][name] for name in states[0])
    seconds = timed(runs, "build")
    clean = runs.everything()
    seen: Counter[str] = Counter()
    for number, after in enumerate(moments(seconds, 0.25)):
        changed(chapter, *(("小结", "总结") if number % 2 == 0 else ("总结", "小结")))
        now = states[number % 2]
        killed = runs.kill(after, "build")
        found = {path.name: path.read_bytes() for path in outputs.glob("cards.*")}
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
    for number, after in enumerate(moments(seconds, 0.26)):
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
    for moment in moments(seconds, 0.24):
        for path, text in before.items():
            path.write_bytes(text)
        runs.kill(moment, "check", "--fix")
        assert all(path.read_bytes() in (before[path], after[path]) for path in before)
        runs.no_child_is_left()
    runs.run("check", "--fix")
    assert runs.everything() == clean


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
