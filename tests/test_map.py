"""The map names every module, and no module that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import chapterkit

HOUSE = Path(chapterkit.__file__).parent
MAP = (HOUSE / "README.md").read_text("utf-8")
NAMED = set(re.findall(r"`([\w/.]+?)(?:\.py)?/?`", MAP))
# Rooms in which each file is one of a kind: found by walking, so no list of them is kept.
BY_WALKING = {"commands", "rules", "reports", "formats", "new", "quantities", "schemas"}


def is_listed(path: Path) -> bool:
    return not BY_WALKING & {one.name for one in path.relative_to(HOUSE).parents}


def test_every_module_is_on_the_map() -> None:
    modules = [path for path in HOUSE.rglob("*.py") if not path.stem.startswith("__")]
    missing = {path.stem for path in modules if is_listed(path)} - {
        part for name in NAMED for part in name.split("/")
    }
    assert missing == set()


def test_every_path_on_the_map_is_there() -> None:
    paths = {name for name in re.findall(r"`([\w/]+(?:/[\w.]*|\.py))`", MAP) if "NAME" not in name}
    root = HOUSE.parents[1]
    places = (HOUSE, root, HOUSE / "numbers", HOUSE / "lint", HOUSE / "formats")
    assert {name for name in paths if not any((one / name).exists() for one in places)} == set()
