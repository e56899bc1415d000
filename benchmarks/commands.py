"""The other commands on the chapter: numbers, verify, diff, the guard, and the bare start."""

from __future__ import annotations

import subprocess
from pathlib import Path

from measuring import Case, Measured, Row, Target, Topic, in_turns

from books import CHAPTER, CHAPTERKIT, copied

COMMANDS = {
    "chapterkit --help": ("--help",),
    "chapterkit --version": ("--version",),
    "chapterkit numbers": ("numbers",),
    "chapterkit verify, nothing at hand": ("verify",),
    "chapterkit diff HEAD~1": ("diff", "HEAD~1"),
    "chapterkit check --against HEAD~1": ("check", "--against", "HEAD~1"),
}
_START = Target(0.05, "s")

ROWS = (
    Row("chapterkit --help", target=_START),
    Row("chapterkit --version", target=_START),
    *(Row(name) for name in list(COMMANDS)[2:]),
)


def measured(folder: Path) -> Measured:
    """Measure the commands in a repository of two commits, the second of which edits much."""
    book = copied(folder)
    _committed(book)
    return in_turns(
        [Case.of(name, CHAPTERKIT, *arguments, folder=book) for name, arguments in COMMANDS.items()]
    )


def _committed(book: Path) -> None:
    """Commit the book before and after some edits."""
    (book / ".gitignore").write_text(".venv\nbuild/\n", "utf-8")
    _git(book, "init", "-q")
    _git(book, "add", "-A")
    _git(book, "commit", "-qm", "before")
    _edit(book / CHAPTER)
    _git(book, "commit", "-qam", "after")


def _git(book: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(book), *who, *arguments], check=True, capture_output=True)


def _edit(chapter: Path) -> None:
    """Delete a paragraph, move two, reword ten."""
    rows = chapter.read_text("utf-8").split("\n")
    long = [at for at, row in enumerate(rows) if len(row) > 100]
    rows[long[3]], rows[long[30]] = rows[long[30]], rows[long[3]]
    rows[long[7]] = ""
    for at in long[10:20]:
        rows[at] = rows[at].replace("的", "之", 3)
    chapter.write_text("\n".join(rows), "utf-8")


TOPIC = Topic("commands", ROWS, measured)
