"""Texts that broke a promise once, found by `make fuzz`: each is tried again, and holds."""

from pathlib import Path

import pytest

from conftest import HERE
from fuzzing.targets import TARGETS

FOUND = sorted(one for one in (HERE / "fuzzed").glob("*/*") if one.is_file())


@pytest.mark.parametrize("found", FOUND, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_was_found_holds_now(found: Path) -> None:
    TARGETS[found.parent.name].tried(found.read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_target_has_texts_at_hand_and_holds_for_the_first(name: str) -> None:
    seeds = tuple(TARGETS[name].seeds())
    assert seeds
    TARGETS[name].tried(seeds[0])
