"""Whatever tree comes to the writers, no attribute, script or address of it acts in the outputs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from attacking import SECRET, SECRET_SIZE, Ground, Listener
from chapterkit.formats import format_names
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.loading import load_book
from hostile import Node, trees, written
from inert import leaks

# `make attacks` gives a minute.
# The review is a page with a script of its own, which a browser looks at in test_attack_page.
INERT = tuple(name for name in format_names() if name != "review")
SECONDS = float(os.environ.get("CHAPTERKIT_ATTACK_SECONDS", "8"))


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with Listener() as one:
        yield one


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Ground:
    return Ground(tmp_path_factory.mktemp("trees"), listener.address).laid()


@pytest.fixture(scope="module")
def book(ground: Ground) -> Book:
    return load_book(Disk(ground.book))


def test_no_tree_acts_in_the_outputs(
    book: Book, ground: Ground, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_SECRET", SECRET)
    until = time.monotonic() + SECONDS
    tried, refused, rounds = 0, 0, 0

    def no_tree_acts(blocks: list[Node]) -> None:
        nonlocal tried, refused
        text = ground.meant(json.dumps(blocks))
        folder = written(json.loads(text), book, ground.book, ground.folder / "outputs", INERT)
        tried += 1
        refused += folder is None
        told = list(leaks(folder, SECRET, SECRET_SIZE)) if folder else []
        told += [f"asked {one!r}" for one in listener.heard]
        listener.heard.clear()
        assert not told, told

    few = settings(
        max_examples=5, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    while time.monotonic() < until:
        seed(rounds)(few(given(trees())(no_tree_acts)))()
        rounds += 1
    print(f"{tried} trees, {refused} of them refused")
    assert tried > refused
