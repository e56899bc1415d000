"""A build that was asked for before, nothing having changed since: it is answered at once.

Next to nothing is loaded for that. What the build read and what it wrote are looked at, and what
it said then is said again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from chapterkit.commands._saying import say_lines

ASKED = "chapterkit.asked"
"""Where a context of click's keeps the words of the command."""


@dataclass(frozen=True)
class Answer:
    """What a build read of a book and wrote, by path, and what it said.

    `read` are the digests that the book has noted, `files` those of what was written, and `dated`
    is the date of the manuscript, of which `bibliography` is a part.
    """

    read: Mapping[str, str]
    bibliography: str
    dated: int | None
    files: Mapping[str, str]
    said: str

    def holds(self, root: Path) -> bool:
        """Tell whether all of it is so even now."""
        # Loaded only where an answer was kept.
        from chapterkit.manuscript.folder import Disk, holds
        from chapterkit.revision.dating import modified

        return (
            all(digest_of(Path(path)) == digest for path, digest in self.files.items())
            and holds(Disk(root), self.read)
            and modified(root, self.bibliography) == self.dated
        )


def digest_of(path: Path) -> str:
    """Return the digest of a file that was written; empty where there is none, or a link."""
    with suppress(OSError):
        if not any(one.is_symlink() for one in (path, *list(path.parents)[:2])):
            return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""


def said_again(asked: Sequence[str]) -> bool:
    """Say what a build with these words said last, if it would do nothing now; tell whether so."""
    from chapterkit.manuscript.folder import find_root
    from chapterkit.plugins import plugged
    from chapterkit.store import store_of

    with suppress(OSError):
        root = find_root(Path.cwd())
        store = None if root is None or plugged() else store_of(root)
        raw = store.get(_name(root, asked)) if root and store else None
        if root and raw and (answer := Answer(**json.loads(raw))).holds(root):
            say_lines(answer.said)
            return True
    return False


def remember(root: Path, asked: Sequence[str], answer: Answer) -> None:
    """Keep what a build with these words has done for the book at `root`."""
    from chapterkit.plugins import plugged
    from chapterkit.store import store_of

    if store := None if plugged() else store_of(root):
        store.put(_name(root, asked), json.dumps(asdict(answer)).encode())


def _name(root: Path, asked: Sequence[str]) -> str:
    from chapterkit.store import tool

    return f"{tool()} again {json.dumps([str(root), str(Path.cwd()), *asked])}"
