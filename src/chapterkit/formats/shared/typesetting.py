"""Typst, which sets the PDF's pages and draws the EPUB's cover: in a process of its own."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chapterkit import fonts
from chapterkit.errors import ChapterkitError
from chapterkit.processes import Bounds, run, worker

_BOUNDS = Bounds(seconds=120)
_NO_PACKAGES = "no-packages"


@dataclass(frozen=True)
class Refusal:
    """What Typst says of a text that it does not set: why, hints, and where in its source."""

    message: str
    hints: tuple[str, ...] = ()
    where: str = field(default="", repr=False)


def typeset(
    source: Path,
    target: Path,
    work: Path,
    families: Sequence[fonts.FontFile],
    inputs: Mapping[str, str],
    **options: Any,
) -> Refusal | None:
    """Have Typst set `source`, which may read what lies beside it, and write `target`.

    `work` is a folder for its own use. It has the fonts of `families`, the bundled ones and its
    own, and no packages. Returns what it says if it does not set it. Raises ChapterkitError if it
    crashes, or takes too much time or memory; OSError if it cannot write.
    """
    packages = work / _NO_PACKAGES
    packages.mkdir(exist_ok=True)
    nowhere = {"package_path": str(packages), "package_cache_path": str(packages)}
    given = {
        "source": str(source.resolve()),
        "fonts": fonts.folders(families, work),
        "options": {
            "output": str(target.resolve()),
            "root": str(source.parent.resolve()),
            "sys_inputs": dict(inputs),
            **nowhere,
            **options,
        },
    }
    command = worker("typesetting", "typst")
    done = run(command, json.dumps(given).encode(), name="Typst", bounds=_BOUNDS)
    said = done.words.decode("utf-8", "replace").strip()
    if done.code != 0:
        raise ChapterkitError(f"Typst 失败（{done.code}）：{said[-500:]}")
    answer = json.loads(done.printed)
    if "unwritten" in answer:
        raise OSError(answer["number"] or errno.EIO, answer["unwritten"])
    if answer:
        return Refusal(answer["message"], tuple(answer["hints"]), answer["where"])
    return None
