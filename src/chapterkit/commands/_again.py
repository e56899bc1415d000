"""A build that was asked for before, nothing having changed since: it is answered at once.

Next to nothing is loaded for that. What the build read and what it wrote are looked at, and what
it said then is said again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from chapterkit.commands._saying import say_lines

ASKED = "chapterkit.asked"
"""Where a context of click's keeps the words of the command."""


@dataclass(frozen=True)
class Answer:
    """What a build looked at in a book and wrote, by path, and what it said.

    `read` are the digests that the watched folder has noted, `outputs` those of what was written,
    and `dated` is the date of the manuscript, of which `bibliography` is a part.
    """

    read: Mapping[str, str]
    bibliography: str
    dated: int | None
    outputs: Mapping[str, str]
    said: str

    def holds(self, root: Path) -> bool:
        """Tell whether all of it is so even now, and nobody is at work on it."""
        # Loaded only where an answer was kept.
        from chapterkit.files import is_tidy
        from chapterkit.manuscript.folder import TEXT_FOLDERS, Disk, holds
        from chapterkit.revision.dating import modified

        folders = {Path(one).parent for one in self.outputs}
        folders.update(root / one for one in TEXT_FOLDERS)
        return (
            all(map(is_tidy, folders))
            and all(digest and _written(one) == digest for one, digest in self.outputs.items())
            and holds(Disk(root), self.read)
            and modified(root, self.bibliography) == self.dated
        )


def _written(name: str) -> str:
    """Return the digest of an output; empty where it is, or lies in, a link."""
    from chapterkit.files import digest_of

    path = Path(name)
    return "" if any(one.is_symlink() for one in list(path.parents)[:2]) else digest_of(path)


def said_again(asked: Sequence[str]) -> bool:
    """Say what a build with these words said last, if it would do nothing now; tell whether so."""
    from chapterkit.errors import ChapterkitError
    from chapterkit.manuscript.folder import find_root
    from chapterkit.plugins import plugged
    from chapterkit.store import store_of

    with suppress(OSError, ChapterkitError):
        root = find_root(Path.cwd())
        store = None if root is None or plugged() else store_of(root)
        raw = store.get(_name(root, asked)) if root and store else None
        answer = Answer(**json.loads(raw)) if raw else None
        if root and answer and answer.holds(root):
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

    settings = os.environ.get("CHAPTERKIT_EXECUTOR", "")
    return f"{tool()} again {json.dumps([str(root), str(Path.cwd()), settings, *asked])}"
