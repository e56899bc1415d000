"""The book that is measured: the repository's own, in a scratch folder, built and changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

from measuring import ROOT

CHAPTERKIT = str(Path(sys.executable).with_name("chapterkit"))
CHAPTER, RECORD = "book/chapter7.md", "experiments/general-points.yaml"
_COUNT = count(1)


def copied(folder: Path) -> Path:
    """Copy what make needs into a folder, with this environment in the place of .venv."""
    book = folder / "book7"
    for name in ("book", "experiments", "templates"):
        shutil.copytree(ROOT / name, book / name)
    for name in ("Makefile", "refs.bib", "requirements.lock", "pyproject.toml"):
        shutil.copy2(ROOT / name, book)
    (book / "src").mkdir()
    (book / "src" / "chapterkit").symlink_to(ROOT / "src" / "chapterkit")
    (book / ".venv").symlink_to(Path(sys.prefix))
    return book


def make(target: str) -> tuple[str, ...]:
    """Return the command that makes a target, the environment being there."""
    return "make", "--silent", "-o", ".venv/.installed", target


def forget(book: Path) -> None:
    """Remove all that was built."""
    shutil.rmtree(book / "build", ignore_errors=True)


def built(book: Path) -> None:
    """Let everything be built, so that nothing is to be done."""
    quietly(book, *make("chapter7"))


def quietly(folder: Path, *command: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def change_paragraph(book: Path) -> None:
    """Change the words of one paragraph, each time in another way."""
    path = book / CHAPTER
    lines = path.read_text("utf-8").split("\n")
    prose = [
        at for at, line in enumerate(lines) if line[:1] not in {"", "{", "#", "|", ":", "!", "<"}
    ]
    place = max(prose, key=lambda at: len(lines[at]))
    lines[place] = lines[place].partition("又改成")[0] + f"又改成{_word()}。"
    _write(path, "\n".join(lines))


def change_record(book: Path) -> None:
    """Change the title of a record, each time in another way."""
    path = book / RECORD
    lines = path.read_text("utf-8").split("\n")
    place = next(at for at, line in enumerate(lines) if line.startswith("title: "))
    lines[place] = lines[place].partition("·")[0] + f"·{_word()}"
    _write(path, "\n".join(lines))


def _word() -> str:
    """Return a word that was not there before, and is no number."""
    return str(next(_COUNT)).translate(str.maketrans("0123456789", "甲乙丙丁戊己庚辛壬癸"))


def _write(path: Path, text: str) -> None:
    """Write a text, so that make sees it is newer than anything."""
    path.write_text(text, "utf-8")
    about = path.stat()
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns + 1))
