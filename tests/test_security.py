"""SECURITY.md names the tests that hold it: all of them exist, and every class of attacks is named."""

from __future__ import annotations

import re

import pytest

from attacking import FILE_SIZE, MEMORY, PROCESSOR, all_cases
from conftest import HERE

TEXT = (HERE.parent / "SECURITY.md").read_text("utf-8")
TESTS = "".join(path.read_text("utf-8") for path in sorted(HERE.rglob("test_*.py")))


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", TEXT))))
def test_a_named_test_exists(name: str) -> None:
    assert f"def {name}(" in TESTS


def test_every_class_of_attacks_is_named() -> None:
    classes = {case.path.parent.name for case in all_cases()}
    assert set(re.findall(r"`attacks/(\w+)`", TEXT)) == classes


def test_the_limits_are_those_of_the_tests() -> None:
    assert f"{MEMORY >> 30} GiB of memory" in TEXT
    assert f"{PROCESSOR} seconds of the processor" in TEXT
    assert f"{FILE_SIZE >> 20} MiB" in TEXT
