"""The only module that runs git."""

from __future__ import annotations

import os
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.processes import Bounds, run

TIMEOUT_SECONDS = 60


def git(folder: Path, *arguments: str, may_fail: bool = False) -> bytes:
    """Return what git prints when run in `folder`; nothing if it fails and may.

    Raises ChapterkitError if there is no git, it fails, or takes too long.
    """
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = run(command, name="git", bounds=Bounds(TIMEOUT_SECONDS), environment=_environment())
    except ChapterkitError as error:
        hint = "安装 git，或不用 --changed-since"
        raise ChapterkitError(error.message, hint=hint) from None
    if done.code == 0:
        return done.printed
    if may_fail:
        return b""
    words = " ".join(done.words.decode("utf-8", "replace").split())
    raise ChapterkitError(
        f"git 失败：{words}", Origin(str(folder)), "--changed-since 要在 git 仓库里用"
    )


def _environment() -> dict[str, str]:
    """Return what git needs of the environment: who uses it, and which repository."""
    names = ("PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE")
    return {
        name: value
        for name, value in os.environ.items()
        if name in names or name.startswith("GIT_")
    }
