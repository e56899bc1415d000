"""What was changed since a commit, as git keeps it: the lines of files that were added or reworded.

Only the texts are compared, as chapterkit reads them: whatever attributes, filters or links say of
a file, a line that was not in the commit is a changed one, and one that is not known is, too.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.git import difference, git
from chapterkit.manuscript.folder import read_file
from chapterkit.revision.folder import LINK, MAX_LINKS, Revision, branching_point

_HUNK = re.compile(rb"^@@ -\S+ \+(?P<start>\d+)(?:,(?P<count>\d+))? @@", re.M)
# How many removed files are looked at for the one that a new file was before, and how much alike
# the two must be.
_MOST_REMOVED, _ALIKE = 200, 0.5
_WHOLE = None
Lines = frozenset[int] | None


@dataclass(frozen=True)
class Changes:
    """Lines changed since a commit: in a repository's work tree at `top`, compared with `base`."""

    top: Path
    base: Revision
    known: dict[Path, Lines] = field(default_factory=dict)

    def hold(self, path: Path, line: int) -> bool:
        """Tell whether a line of a file was added or changed, or is in no commit that is known.

        Raises ChapterkitError if git cannot give the file as it was.
        """
        if path not in self.known:
            self.known[path] = self._lines(path)
        changed = self.known[path]
        return changed is _WHOLE or line in changed

    def _lines(self, path: Path) -> Lines:
        """Return the lines of a file that were changed; None for a file that is new as a whole."""
        named = self._name(path)
        name = self._behind_links(named) if named else None
        if name is None:
            return _WHOLE
        try:
            new = _plain(read_file(self.top / name, name))
        except ChapterkitError:
            return _WHOLE
        old = self._text(name) if self._is_text(name) else self._before_renaming(name, new)
        return _WHOLE if old is None else changed_lines(old, new)

    def _name(self, path: Path) -> str | None:
        """Return a file's place in the repository, links not followed; None if it is outside."""
        plain = Path(os.path.abspath(path))  # noqa: PTH100 - links are followed one by one
        for one in (plain, plain.parent.resolve() / plain.name):
            if one.is_relative_to(self.top):
                return one.relative_to(self.top).as_posix()
        return None

    def _behind_links(self, name: str) -> str | None:
        """Return the file to which links lead, all of which were the same in the commit."""
        for _ in range(MAX_LINKS):
            link = next((one for one in _parts(name) if (self.top / one).is_symlink()), None)
            if link is None:
                return name
            target = os.fsencode((self.top / link).readlink())
            if self.base.objects.get(link, ("", "", 0))[0] != LINK or self._blob(link) != target:
                return None
            rest = posixpath.relpath(name, link)
            folder = posixpath.dirname(link)
            name = posixpath.normpath(posixpath.join(folder, os.fsdecode(target), rest))
            if name.startswith(("/", "..")):
                return None
        return None

    def _is_text(self, name: str) -> bool:
        return self.base.objects.get(name, (LINK, "", 0))[0] != LINK

    def _blob(self, name: str) -> bytes:
        return git(self.top, "cat-file", "blob", self.base.objects[name][1])

    def _text(self, name: str) -> bytes:
        return _plain(self._blob(name))

    def _before_renaming(self, name: str, new: bytes) -> bytes | None:
        """Return the removed file that is most like a new one, if one is much like it."""
        suffix = PurePosixPath(name).suffix
        removed = [one for one in self._removed if PurePosixPath(one).suffix == suffix]
        texts = map(self._text, removed if len(removed) <= _MOST_REMOVED else ())
        likest = max(((_likeness(old, new), old) for old in texts), default=(0.0, b""))
        return likest[1] if likest[0] >= _ALIKE else None

    @cached_property
    def _removed(self) -> list[str]:
        """The files of the commit that are no more."""
        return [
            name
            for name in self.base.objects
            if self._is_text(name) and not os.path.lexists(self.top / name)
        ]


def changes_since(folder: Path, revision: str) -> Changes:
    """Return what the work tree has changed since `revision`, files not yet added included.

    Where the branch and `revision` have grown apart, what counts is the branch's own changes,
    since the commit that both come from. Raises ChapterkitError if `folder` is in no git
    repository, there is no git, or no such commit.
    """
    top = Path(os.fsdecode(git(folder, "rev-parse", "--show-toplevel")).removesuffix("\n"))
    if not folder.resolve().is_relative_to(top.resolve()):
        hint = "看 git 的设置 core.worktree"
        raise ChapterkitError("git 的工作区在别处", Origin(str(folder), line=0), hint)
    return Changes(top.resolve(), Revision(top, branching_point(folder, revision)))


def changed_lines(old: bytes, new: bytes) -> frozenset[int]:
    r"""Return which lines of a text were added or changed.

    >>> sorted(changed_lines(b"a\nx\nb\n", b"a\ny\nz\nb\n"))
    [2, 3]
    """
    if old == new:
        return frozenset()
    lines: set[int] = set()
    for found in _HUNK.finditer(difference(old, new)):
        start, count = int(found["start"]), int(found["count"] or 1)
        lines.update(range(start, start + count))
    return frozenset(lines)


def _plain(raw: bytes) -> bytes:
    """Return a text with the line ends by which problems count."""
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _parts(name: str) -> Iterator[str]:
    """Yield a path's folders from the outermost, and the path itself."""
    parts = name.split("/")
    for count in range(1, len(parts) + 1):
        yield "/".join(parts[:count])


def _likeness(old: bytes, new: bytes) -> float:
    """Return how much of two texts stands in lines that both have, from 0 to 1."""
    lines = [Counter(text.split(b"\n")) for text in (old, new)]
    shared = sum(len(line) * count for line, count in (lines[0] & lines[1]).items())
    return 2 * shared / (len(old) + len(new) or 1)
