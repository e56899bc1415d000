"""A book's folder as it stood at a commit, read from git's objects."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.git import blobs, git
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
SHA256_LENGTH = 64
MAX_AT_ONCE = 10_000_000  # bytes of texts that are fetched together
_TEXTS = (".yaml", ".md", ".md.j2", ".bib", ".lock")


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
        return self._texts.get(held) or git(self.repository, "cat-file", "blob", held)

    @cached_property
    def _texts(self) -> Mapping[str, bytes]:
        """What a book is read from, by object: fetched at once, since each run of git costs."""
        found, size = list[str](), 0
        for path, (mode, held, length) in self.objects.items():
            if mode != LINK and path.endswith(_TEXTS) and size + length <= MAX_AT_ONCE:
                found.append(held)
                size += length
        return blobs(self.repository, found) if found else {}

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

    def holds(self, path: str, raw: bytes) -> bool:
        """Tell whether a file was these very bytes, without reading it; no, where it was a link."""
        mode, held, _ = self.objects.get(within(path), ("", "", 0))
        name = "sha256" if len(held) == SHA256_LENGTH else "sha1"
        blob = hashlib.new(name, b"blob %d\0" % len(raw) + raw, usedforsecurity=False)
        return mode.startswith("100") and blob.hexdigest() == held

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
        raise _unknown(folder, revision)
    return found.decode().strip()


def _unknown(folder: Path, revision: str) -> ChapterkitError:
    """Return the error for a revision that git does not know, with what may be the reason.

    Raises ChapterkitError itself if there is no repository.
    """
    git(folder, "rev-parse", "--git-dir")
    if not git(folder, "rev-parse", "--verify", "--quiet", "HEAD", may_fail=True):
        return ChapterkitError("这个仓库还没有提交", hint="先提交一次：git add -A; git commit")
    hint = "例如 HEAD、main 或 origin/main；浅克隆要先取回历史（git fetch --unshallow）"
    return ChapterkitError(f"git 里没有 {revision} 这个提交", hint=hint)


def is_shallow(folder: Path) -> bool:
    """Tell whether the repository holds only the end of its history."""
    asked = ("rev-parse", "--is-shallow-repository")
    return git(folder, *asked, may_fail=True).strip() == b"true"


def shared_commit(folder: Path, one: str, other: str) -> str:
    """Return the hash of the commit that two revisions both come from.

    Raises ChapterkitError if git does not know one of them, or sees no such commit: in a shallow
    clone, or because they have none.
    """
    commits = commit_of(folder, one), commit_of(folder, other)
    found = git(folder, "merge-base", *commits, may_fail=True).decode().split()
    if found:
        return found[0]
    if is_shallow(folder):
        message = f"这是浅克隆，看不到 {one} 和 {other} 从哪里分开"
        hint = "取回历史：git fetch --unshallow；在 CI 里 checkout 时写 fetch-depth: 0"
    else:
        message = f"{one} 和 {other} 没有共同的历史"
        hint = "给出这一支自己的一个提交"
    raise ChapterkitError(message, hint=hint)


def branching_point(folder: Path, revision: str) -> str:
    """Return the hash of the commit that the work tree's branch and `revision` both come from.

    Where there is none to be seen (a shallow clone), it is that of `revision` itself. Raises
    ChapterkitError if git does not know `revision`.
    """
    commit = commit_of(folder, revision)
    return git(folder, "merge-base", commit, "HEAD", may_fail=True).decode().strip() or commit
