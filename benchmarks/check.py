"""`chapterkit check`: of a chapter, of a plain file beside pandoc's parse of it, of much text.

The file is the chapter as `build --format markdown` writes it; ten chapters are made of its
paragraphs. Another text has a problem in every few characters, another one no end of a line.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from measuring import ROUNDS, Case, Measured, Row, Target, Topic, in_turns

from books import CHAPTERKIT, change_paragraph, copied, forget, quietly
from chapterkit.pandoc import READER, pandoc_path

COLD, WARM = "chapterkit check, nothing kept", "chapterkit check, nothing changed"
CHANGED = "chapterkit check, one paragraph changed"
FILE, PARSE = "check of a Markdown file", "pandoc's parse of it"
ONE, TWO = "check of ten files, --jobs 1", "check of ten files, --jobs 2"
TEN, TEN_PARSE = "check of ten times the file", "pandoc's parse of ten times the file"
MANY, LINES = "check of 120,000 problems in a line", "check of 120,000 problems in 3,000 lines"
HAN = "check of 300,000 Han in a row"

ROWS = (
    Row(COLD, target=Target(0.5, "s")),
    Row(CHANGED),
    Row(WARM),
    Row(FILE, PARSE, Target(2)),
    Row(PARSE),
    Row(ONE),
    Row(TWO, ONE, Target(1.2, "s"), note="1.1 MB"),
    Row(TEN, TEN_PARSE),
    Row(TEN, FILE, note="the growth"),
    Row(MANY, target=Target(3, "s")),
    Row(LINES, target=Target(3, "s")),
    Row(HAN),
)


def measured(folder: Path) -> Measured:
    """Measure checks of the book, and of files outside a book."""
    book = copied(folder)
    text = as_markdown(book, folder)
    file, ten = folder / "chapter.md", folder / "ten.md"
    file.write_text(text, "utf-8")
    ten.write_text("\n\n".join([text] * 10), "utf-8")
    (folder / "many.md").write_text("3.5% " * 40 * 3000, "utf-8")
    (folder / "lines.md").write_text(("3.5% " * 40 + "\n\n") * 3000, "utf-8")
    (folder / "han.md").write_text("汉" * 300_000 + "\n", "utf-8")
    files = [one.name for one in ten_chapters(text, folder)]
    parse = [pandoc_path(), "--sandbox", "-f", READER, "-t", "json"]

    def of(name: str, *more: str, rounds: int = ROUNDS) -> Case:
        return Case.of(name, CHAPTERKIT, "check", *more, folder=folder, rounds=rounds)

    return in_turns(
        [
            Case.of(COLD, CHAPTERKIT, "check", folder=book, before=partial(forget, book)),
            Case.of(WARM, CHAPTERKIT, "check", folder=book),
            Case.of(
                CHANGED, CHAPTERKIT, "check", folder=book, before=partial(change_paragraph, book)
            ),
            of(FILE, file.name),
            Case.of(PARSE, *parse, file.name, folder=folder),
            of(ONE, *files, "--jobs", "1"),
            of(TWO, *files, "--jobs", "2"),
            of(TEN, ten.name, rounds=3),
            Case.of(TEN_PARSE, *parse, ten.name, folder=folder, rounds=3),
            of(MANY, "many.md", rounds=1),
            of(LINES, "lines.md", rounds=1),
            Case.of(HAN, CHAPTERKIT, "check", "han.md", folder=folder, rounds=1, codes=_REFUSED),
        ]
    )


_REFUSED = frozenset({0, 1, 2})


def as_markdown(book: Path, folder: Path) -> str:
    """Return the repository's chapter as Markdown."""
    quietly(book, CHAPTERKIT, "build", "--format", "markdown", "--output", str(folder / "md"))
    return next(folder.glob("md/*/*.md")).read_text("utf-8")


def ten_chapters(text: str, folder: Path) -> list[Path]:
    """Write ten chapters of 110 kB, each beginning at another paragraph."""
    paragraphs = text.split("\n\n")
    files = []
    for number in range(10):
        start = number * len(paragraphs) // 10
        turned, size = [*paragraphs[start:], *paragraphs[:start]], 0
        kept = [one for one in turned if (size := size + len(one.encode()) + 2) <= 110_000]
        files.append(folder / f"chapter{number}.md")
        files[-1].write_text("\n\n".join(kept) + "\n", "utf-8")
    return files


TOPIC = Topic("check", ROWS, measured)
