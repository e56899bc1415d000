"""`make chapter7` and what it is beside: the bare cost of the same text, a change, no change.

Bare: pandoc (with citeproc) on the rendered Markdown to HTML, EPUB, DOCX and Typst, and the Typst
compiler on the last, each a process of its own; once one after the other, once two at a time.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from measuring import ROOT, Case, Measured, Row, Target, Topic, in_turns

from books import CHAPTERKIT, built, change_paragraph, change_record, copied, forget, make
from chapterkit.checking.subjects import chapters_of
from chapterkit.fonts import bundled_folders
from chapterkit.manuscript.folder import Disk
from chapterkit.pandoc import READER, pandoc_path
from chapterkit.pipeline import document_of, load
from chapterkit.pipeline.press import printing_of

BARE, SERIAL = "bare pandoc and Typst, two at a time", "bare, one after the other"
COLD, IDLE = "make chapter7, nothing built", "make chapter7, nothing changed"
PARAGRAPH, RECORD = "make, one paragraph changed", "make, one record changed"
ANSWERED = "chapterkit build, nothing changed"
FORMATS = ("html", "epub", "pdf", "docx", "markdown")

ROWS = (
    Row(COLD, BARE, Target(1.2)),
    Row(COLD, SERIAL),
    Row(COLD, target=Target(250, "MB"), note="memory"),
    Row(BARE),
    Row(SERIAL),
    Row(PARAGRAPH, COLD, Target(0.4)),
    Row(RECORD, COLD),
    Row(IDLE, target=Target(0.05, "s")),
    Row(ANSWERED, target=Target(0.2, "s")),
    *(Row(f"chapterkit build --format {one}, nothing built", COLD) for one in FORMATS),
)
_COMPILE = (
    "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2], font_paths=[sys.argv[3]])"
)


def measured(folder: Path) -> Measured:
    """Measure a cold build, the same at its bare cost, changes, and each format."""
    book = copied(folder)
    bare = _bare(folder / "bare", book)

    def ready(change: object) -> None:
        built(book)
        if callable(change):
            change(book)

    cases = [
        Case.of(COLD, *make("chapter7"), folder=book, before=partial(forget, book)),
        Case(BARE, bare, folder / "bare", at_once=2),
        Case(SERIAL, bare, folder / "bare"),
    ]
    changes = {PARAGRAPH: change_paragraph, RECORD: change_record, IDLE: None}
    cases += [
        Case.of(name, *make("chapter7"), folder=book, before=partial(ready, change))
        for name, change in changes.items()
    ]
    again = [CHAPTERKIT, "build", "7"]

    def asked_before() -> None:
        ready(None)
        subprocess.run(again, cwd=book, stdout=subprocess.DEVNULL, check=True)

    cases.append(Case.of(ANSWERED, *again, folder=book, before=asked_before))
    formats = [
        Case.of(
            f"chapterkit build --format {one}, nothing built",
            *again, "--format", one,
            folder=book, before=partial(forget, book), rounds=3,
        )
        for one in FORMATS
    ]  # fmt: skip
    return in_turns(cases) | in_turns(formats)


def _bare(folder: Path, book: Path) -> list[list[list[str]]]:
    """Write the chapter as it is rendered, its drawings beside it; return the bare commands."""
    folder.mkdir()
    [subject] = chapters_of(load(Disk(book)), book, ["7"])
    document = document_of(subject)
    text = document.rendered.text
    for place, (address, one) in enumerate(printing_of(subject, document).pictures.items()):
        name = f"picture{place}.{one.kind}"
        (folder / name).write_bytes(one.data)
        text = text.replace(f"]({address})", f"]({name})")
    (folder / "chapter.md").write_text(text, "utf-8")
    pandoc = [
        pandoc_path(), "-f", READER, "--standalone", "--mathml", "--citeproc",
        f"--bibliography={ROOT / 'refs.bib'}", "chapter.md", "-M", "title=7",
    ]  # fmt: skip
    typst = [sys.executable, "-c", _COMPILE, "chapter.typ", "chapter.pdf"]
    return [
        *([[*pandoc, "-o", f"chapter.{one}"]] for one in ("html", "epub", "docx")),
        [
            [*pandoc, "-V", "mainfont=Noto Serif SC", "-o", "chapter.typ"],
            [*typst, str(bundled_folders()[0])],
        ],
    ]


TOPIC = Topic("build", ROWS, measured)
