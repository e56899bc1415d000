"""The only module that runs git: to read objects and compare texts, nothing else.

Attributes, filters, monitors and hooks are for work trees, and no command that is used here looks
at one: a repository has nothing to say but what its objects hold.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.processes import Bounds, Done, run
from chapterkit.scratch import scratch_folder

TIMEOUT_SECONDS = 60

# What a repository's own settings may not say.
_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.attributesFile": os.devnull,
    "core.sshCommand": "false",
    "core.gitProxy": "",
    "protocol.allow": "never",
    "credential.helper": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    # A folder of the manuscript may look like a repository, with settings of its own.
    "safe.bareRepository": "explicit",
}
_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_PAGER": "cat",
}
# A hook is told of a repository that need not be the manuscript's, which is found by its folder.
_KEPT = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY", "GIT_EXEC_PATH")
# What git says where there is no repository; no language is handed to it, so it speaks English.
_NO_REPOSITORY = b"not a git repository"
# Who uses it: whose settings count, where it is.
_USERS = ("PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE")


def git(folder: Path, *arguments: str, may_fail: bool = False) -> bytes:
    """Return what git prints when run in `folder`; nothing if it fails and may.

    Raises ChapterkitError if there is no git, it fails, or takes too long.
    """
    done = _run(folder, arguments, {})
    if done.code == 0:
        return done.printed
    return b"" if may_fail else _failed(folder, done.words)


def blobs(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Return what some objects hold, all at once, by their names; those that are missing not.

    Raises ChapterkitError as `git` does.
    """
    given = "".join(f"{name}\n" for name in names).encode()
    done = _run(folder, ("cat-file", "--batch"), {}, given)
    if done.code != 0:
        _failed(folder, done.words)
    found, at = {}, 0
    for name in names:
        end = done.printed.index(b"\n", at)
        _, kind, *size = done.printed[at:end].split(b" ")
        at = end + 1
        if kind == b"blob":
            found[name] = done.printed[at : at + int(size[0])]
            at += int(size[0]) + 1
    return found


def difference(old: bytes, new: bytes) -> bytes:
    """Return the patch without context that makes one text the other; nothing if they are alike.

    Raises ChapterkitError as `git` does.
    """
    with scratch_folder() as scratch:
        folder = scratch.resolve()
        (folder / "old").write_bytes(old)
        (folder / "new").write_bytes(new)
        apart = {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
        apart |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = _run(folder, _DIFF, apart)
        return done.printed if done.code in {0, 1} else _failed(folder, done.words)


_DIFF = (
    "diff", "--no-index", "--unified=0", "--inter-hunk-context=0", "--text", "--no-color",
    "--no-ext-diff", "--no-textconv", "--", "old", "new",
)  # fmt: skip


def _run(
    folder: Path, arguments: Collection[str], environment: Mapping[str, str], given: bytes = b""
) -> Done:
    settings = [part for pair in _SETTINGS.items() for part in ("-c", "=".join(pair))]
    command = ["git", "-C", str(folder), "--no-pager", *settings, *arguments]
    added = {**_inherited(), **_ENVIRONMENT, **environment}
    bounds = Bounds(TIMEOUT_SECONDS)
    return run(command, given, name="git", bounds=bounds, environment=added)


def _inherited() -> dict[str, str]:
    """Return what git may know of this process's environment: not of another repository."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in _USERS or name.startswith(_KEPT)
    }


def _failed(folder: Path, words: bytes) -> bytes:
    if _NO_REPOSITORY in words:
        hint = "先在书的文件夹里运行 git init; git add -A; git commit -m 初稿"
        raise ChapterkitError("这里不是 git 仓库", hint=hint)
    said = " ".join(words.decode("utf-8", "replace").split())
    raise ChapterkitError(f"git 失败：{said}", Origin(str(folder), line=0))
