"""The only module that starts git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin

TIMEOUT_SECONDS = 60


def git(folder: Path, *arguments: str, may_fail: bool = False) -> bytes:
    """Return what git prints when run in `folder`; nothing if it fails and may.

    Raises ChapterkitError if there is no git, it fails, or takes too long.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise ChapterkitError("找不到 git", hint="安装 git，或不用 --changed-since") from None
    except subprocess.TimeoutExpired:
        raise ChapterkitError(f"git 过了 {TIMEOUT_SECONDS} 秒还没有做完") from None
    if done.returncode == 0:
        return done.stdout
    if may_fail:
        return b""
    words = " ".join(done.stderr.decode("utf-8", "replace").split())
    raise ChapterkitError(
        f"git 失败：{words}", Origin(str(folder)), "--changed-since 要在 git 仓库里用"
    )
