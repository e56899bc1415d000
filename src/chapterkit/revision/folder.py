"""A book's folder as it stood at a commit, read from git's objects."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.git import git
from chapterkit.manuscript.folder import (
    MAX_BYTES,
    Folder,
    Paths,
    circle,
    in_order,
    is_folder,
    missing,
    too_large,
    within,
)

MAX_LINKS = 20
LINK = "120000"
MAX_TARGET = 4096  # bytes of the path that a link holds


@dataclass(frozen=True)
class Revision(Folder):
    """A folder as it stood at a commit: the work tree is not touched.

    `commit` is a full hash; `prefix` the folder's place in the repository, "" or ending in `/`.
    """

    repository: Path
    commit: str
    prefix: str = ""

    @cached_property
    def objects(self) -> Mapping[str, tuple[str, str, int]]:
        """The mode, the object and the size of every file and link of the folder."""
        listed = git(self.repository, "ls-tree", "-r", "-l", "-z", "--full-tree", self.commit)
        rows = (row.partition("\t") for row in os.fsdecode(listed).split("\0"))
        return {
            path.removeprefix(self.prefix): (mode, held, int(size))
            for about, _, path in rows
            if path.startswith(self.prefix) and " blob " in about
            for mode, _, held, size in [about.split()]
        }

    def read(self, path: str, most: int = MAX_BYTES) -> bytes:
        """Return a file's bytes."""
        place = self._behind_links(within(path))
        if place not in self.objects:
            if self.exists(place):
                raise is_folder(path)
            raise missing(path)
        _, held, size = self.objects[place]
        if size > most:
            raise too_large(path, most)
        return git(self.repository, "cat-file", "blob", held)

    def _behind_links(self, path: str) -> str:
        for _ in range(MAX_LINKS):
            mode, held, size = self.objects.get(path, ("", "", 0))
            if mode != LINK:
                return path
            if size > MAX_TARGET:
                raise circle(path)
            target = os.fsdecode(git(self.repository, "cat-file", "blob", held))
            path = within(posixpath.join(posixpath.dirname(path), target), path)
        raise circle(path)

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder at `path`."""
        place = within(path)
        start = f"{place}/"
        return place in self.objects or any(one.startswith(start) for one in self.objects)

    def list(self, below: str, suffix: str) -> Paths:
        """Return the paths below a folder whose names end in `suffix`."""
        start = f"{within(below)}/"
        return in_order(
            one for one in self.objects if one.startswith(start) and one.endswith(suffix)
        )


def at_revision(root: Path, revision: str) -> Revision:
    """Return a book's folder as it stood at a revision of the git repository that holds it.

    Raises ChapterkitError if there is no git, no repository, or no such commit.
    """
    prefix = os.fsdecode(git(root, "rev-parse", "--show-prefix")).removesuffix("\n")
    return Revision(root, commit_of(root, revision), prefix)


def commit_of(folder: Path, revision: str) -> str:
    """Return the full hash of a commit; raise ChapterkitError if git does not know it."""
    wanted = f"{revision}^{{commit}}"
    found = git(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted, may_fail=True
    )
    if not found:
        hint = "例如 HEAD、main 或 origin/main；浅克隆要先取回历史（git fetch --unshallow）"
        raise ChapterkitError(f"git 里没有 {revision} 这个提交", hint=hint)
    return found.decode().strip()
