"""What changed since a commit, by git: the lines of files that were added or reworded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chapterkit.git import git
from chapterkit.revision.folder import commit_of

_FILE = re.compile(rb'^\+\+\+ (?:b/(?P<path>[^\n\t]*)|"b/(?P<quoted>[^\n]*)"|/dev/null)')
_HUNK = re.compile(rb"^@@ -\S+ \+(?P<start>\d+)(?:,(?P<count>\d+))? @@")


@dataclass(frozen=True)
class Changes:
    """Lines changed since a commit: by absolute path, None for a file that is new as a whole."""

    lines: Mapping[Path, frozenset[int] | None]

    def hold(self, path: Path, line: int) -> bool:
        """Tell whether a line of a file was added or changed."""
        changed = self.lines.get(path.resolve(), frozenset())
        return changed is None or line in changed


def changes_since(folder: Path, revision: str) -> Changes:
    """Return what the work tree has changed since `revision`, files not yet added included.

    Where the branch and `revision` have grown apart, what counts is the branch's own changes,
    since the commit that both come from. Raises ChapterkitError if `folder` is in no git
    repository, there is no git, or no such commit.
    """
    top = Path(git(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    commit = commit_of(folder, revision)
    base = git(folder, "merge-base", commit, "HEAD", may_fail=True).decode().strip() or commit
    patch = git(
        top, "-c", "core.quotePath=false", "diff", "--unified=0", "--no-color", "--no-ext-diff",
        "--no-textconv", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/", base, "--",
    )  # fmt: skip
    lines: dict[Path, frozenset[int] | None] = {
        (top / path).resolve(): changed for path, changed in changed_lines(patch).items()
    }
    listed = git(top, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    lines |= {(top / _decoded(name)).resolve(): None for name in listed if name}
    return Changes(lines)


def changed_lines(patch: bytes) -> dict[str, frozenset[int]]:
    r"""Return the added and changed lines of each file in a patch without context lines.

    >>> changed_lines(b"+++ b/a.md\n@@ -3 +3,2 @@\n-x\n+y\n+z\n@@ -9,2 +10,0 @@\n")
    {'a.md': frozenset({3, 4})}
    """
    lines: dict[str, set[int]] = {}
    current: set[int] | None = None
    for row in patch.split(b"\n"):
        if row.startswith(b"+++ ") and (found := _FILE.match(row)):
            name = found["path"] if found["quoted"] is None else _unquoted(found["quoted"])
            current = lines.setdefault(_decoded(name), set()) if name is not None else None
        elif row.startswith(b"@@ ") and current is not None and (found := _HUNK.match(row)):
            start, count = int(found["start"]), int(found["count"] or 1)
            current.update(range(start, start + count))
    return {path: frozenset(numbers) for path, numbers in lines.items()}


def _unquoted(name: bytes) -> bytes:
    escapes = {b"n": b"\n", b"t": b"\t", b'"': b'"', b"\\": b"\\"}

    def plain(found: re.Match[bytes]) -> bytes:
        return escapes.get(found[1]) or bytes([int(found[1], 8)])

    return re.sub(rb'\\([0-7]{3}|[nt"\\])', plain, name)


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
