"""What is tried: functions of any text, each of which knows what must hold whatever that text is.

A target raises AssertionError, or lets through whatever is no ChapterkitError, where a promise is
broken. What it is given first stands in the repository: cases, books, records.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chapterkit.adopting.bringing import brought, read_bytes
from chapterkit.adopting.chats import chat_of
from chapterkit.checking.subjects import chapters_of
from chapterkit.errors import ChapterkitError
from chapterkit.lint import Run, lint
from chapterkit.lint.fix import Texts, mend
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.comments import comments_text, parse_comments
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.drawings import rebuilt
from chapterkit.manuscript.folder import Disk, Overlay
from chapterkit.manuscript.ledger import Ledger
from chapterkit.manuscript.loading import load_book
from chapterkit.manuscript.pictures import PictureError
from chapterkit.pandoc import reading
from chapterkit.pipeline import load, problems_of, read, reading_in
from chapterkit.quantities import find_quantities, normal_unit, same_quantity
from chapterkit.revision.pairing import alike, best_pairs, likeness
from chapterkit.revision.words import marks
from chapterkit.text.document import Document
from chapterkit.text.origins import rendered_plainly
from chapterkit.text.parts import parts_of
from chapterkit.text.references import csl_references
from chapterkit.text.regions import Filling, filled, marked, regions_of
from chapterkit.text.render import render

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests"
BOOK = CASES / "books" / "exhibits"
CHAPTER = "book/chapter7.md"
RECORD = "experiments/three-tasks.yaml"


COMMENTS = """comments:
- {id: 0123456789ab, quote: 理论, sentence: 0123456789abcdef, at: 'book/a.md:1', author: 甲,
   date: 2026-01-02, text: "两处 <b>不</b>一致？", resolved: false,
   replies: [{author: 乙, date: 2026-01-03, text: 已改}]}
"""


@dataclass(frozen=True)
class Target:
    """What is tried with a text, and the texts that are at hand for it."""

    tried: Callable[[str], None]
    seeds: Callable[[], Iterable[str]]
    slow: bool = False
    """Whether each run starts pandoc."""


def quantities(text: str) -> None:
    """Quantities stand in order, apart, and are what the text holds; each is itself."""
    end = 0
    for one in find_quantities(text):
        assert end <= one.start < one.end <= len(text), one
        assert one.text == text[one.start : one.end], one
        assert one.value is None or same_quantity(one.value, one.unit, one.value, one.unit), one
        assert normal_unit(normal_unit(one.unit)) == normal_unit(one.unit), one
        end = one.end


def in_place_of(path: str, then: Callable[[Book], None]) -> Callable[[str], None]:
    """Return the target that reads a book with any text in place of one of its files."""

    def tried(text: str) -> None:
        folder = Overlay(Disk(BOOK), {path: text})
        try:
            then(load_book(folder))
        except ChapterkitError as error:
            told(error, {path: text})

    return tried


def told(error: ChapterkitError, texts: Mapping[str, str]) -> None:
    """See to it that a failure has one line, and stands at a line that its file has."""
    for one in error.each():
        assert one.message.strip(), "a failure without words"
        assert "\n" not in one.message, one.message
        if one.origin and one.origin.path in texts:
            lines = texts[one.origin.path].count("\n") + texts[one.origin.path].count("\r") + 2
            assert 1 <= (one.origin.line or 1) <= lines, one.origin


def nothing_more(book: Book) -> None:
    """Be content that a book could be loaded."""


def cited(book: Book) -> None:
    """Make what citeproc is given of every entry."""
    json.dumps(csl_references(book.bibliography))


def printed(book: Book) -> None:
    """Render every chapter."""
    for chapter in book.chapters:
        render(book, chapter)


def linted(text: str) -> None:
    """Every problem of a chapter stands at a line and a column that its file has."""
    folder = Overlay(Disk(BOOK), {CHAPTER: text})
    try:
        book = load(folder)
        problems = [one for subject in chapters_of(book, BOOK) for one in problems_of(subject)]
    except ChapterkitError as error:
        told(error, {CHAPTER: text})
        return
    lines = folder.text(CHAPTER).split("\n")
    for problem in problems:
        if problem.origin.path == CHAPTER:
            assert 1 <= problem.origin.line <= len(lines) + 1, problem
            line = lines[problem.origin.line - 1] if problem.origin.line <= len(lines) else ""
            assert 1 <= (problem.origin.column or 1) <= len(line) + 1, (problem, line)


def in_parts(text: str) -> None:
    """A text is read as the same, whether in parts or as a whole."""
    parts = parts_of(text, 3, least=1)
    assert "".join(parts) == text
    if len(parts) == 1:
        return
    with reading_in(parts) as of_parts, reading(text) as of_whole:
        try:
            whole = of_whole()
        except ChapterkitError:
            return
        assert uncounted(of_parts()) == uncounted(whole)


def uncounted(read: object) -> str:
    """Return what was read, but for how citations are counted, which no style here asks for."""
    return re.sub(r'"citationNoteNum": \d+', "", json.dumps(read))


def fixed(text: str) -> None:
    """Mending twice changes nothing more."""
    book = Book(Config.partly(), {}, {}, Ledger({}), {}, ())
    run = Run(book.config, frozenset())

    def parsed(texts: Texts) -> Document:
        return read(rendered_plainly(texts["a.md"], "a.md"))

    def mended(one: str) -> str:
        return mend({"a.md": one}, parsed, lambda _, document: lint(document, book, run)).texts[
            "a.md"
        ]

    try:
        once = mended(text)
    except ChapterkitError as error:
        told(error, {"a.md": text})
        return
    assert mended(once) == once


def compared(text: str) -> None:
    """Marks of a comparison hold both texts whole; pairs are one to one; likeness is even."""
    half = len(text) // 2
    old, new = text[:half], text[half:]
    made = marks(old, new)
    assert "".join(one.text for one in made if one.operation != "insert") == old
    assert "".join(one.text for one in made if one.operation != "delete") == new
    assert likeness(old, new) == likeness(new, old)
    pairs = best_pairs(alike(old.split("\n"), new.split("\n"), 0.3))
    assert len(set(pairs.values())) == len(pairs)


def brought_in(text: str) -> None:
    """Whatever bytes come in, they come out as text; reading them again changes nothing."""
    try:
        read_text, _ = read_bytes(text.encode(), "a.md")
        once = brought(read_text).text
        chat_of(text, "a.json")
    except ChapterkitError as error:
        told(error, {"a.md": text, "a.json": text})
        return
    once.encode()


def commented(text: str) -> None:
    """Comments that can be read are written, and read again as the same."""
    path = "review/a.yaml"
    try:
        comments = parse_comments(text, path)
    except ChapterkitError as error:
        told(error, {path: text})
        return
    written = comments_text(comments)
    assert comments_text(parse_comments(written, path)) == written


def drawn(text: str) -> None:
    """A drawing is rebuilt, and what was rebuilt is left as it is, or it is refused in words."""
    try:
        once = rebuilt(text.encode())
    except PictureError as error:
        assert error.message.strip()
        return
    assert rebuilt(once) == once


def synced(text: str) -> None:
    """Filling regions changes nothing outside of them, and can be read again."""
    try:
        regions = regions_of(text, "a.md", {"a", "b"})
    except ChapterkitError as error:
        told(error, {"a.md": text})
        return
    done = filled(text, [Filling(one, "甲\n", marked(one.slug, "0" * 12)) for one in regions])
    assert [one.slug for one in regions_of(done, "a.md", {"a", "b"})] == [
        one.slug for one in regions
    ]


@cache
def of_files(*patterns: str) -> tuple[str, ...]:
    """Return the texts of the repository's files that fit patterns."""
    files = sorted(one for pattern in patterns for one in ROOT.glob(pattern) if one.is_file())
    return tuple(one.read_text(encoding="utf-8", errors="replace") for one in files)


def lines_of(*patterns: str) -> tuple[str, ...]:
    """Return the lines of these files, each once."""
    return tuple(dict.fromkeys(line for text in of_files(*patterns) for line in text.split("\n")))


def in_book(path: str, then: Callable[[Book], None], *seeds: str) -> Target:
    """Return the target that reads a book with any text in place of `path`."""
    return Target(in_place_of(path, then), lambda: of_files(*seeds))


TARGETS = {
    "quantities": Target(quantities, lambda: lines_of("tests/quantities/*.txt")),
    "record": in_book(
        RECORD, printed, f"tests/books/exhibits/{RECORD}", "experiments/*.yaml",
        "tests/attacks/yaml/*.txt",
    ),
    "book-yaml": in_book(
        "book/book.yaml", nothing_more, "tests/books/*/book/book.yaml",
        "tests/attacks/yaml/book-*.txt",
    ),
    "exhibits": in_book(
        "book/exhibits/more.yaml", printed, "tests/books/*/book/exhibits/*.yaml",
        "book/exhibits/*.yaml",
    ),
    "terms": in_book("book/terms.yaml", nothing_more, "book/terms.yaml", "tests/**/terms.yaml"),
    "lock": in_book(
        "experiments/verified.lock", nothing_more, "experiments/verified.lock",
        "tests/**/verified.lock",
    ),
    "bibliography": in_book(
        "refs.bib", cited, "tests/books/*/refs.bib", "tests/attacks/bibliography/*.txt"
    ),
    "template": in_book(
        "templates/experiment.md.j2", printed, "tests/books/*/templates/*.j2", "templates/*.j2",
        "tests/attacks/templates/*.txt",
    ),
    "chapter": Target(
        linted, lambda: of_files(f"tests/books/exhibits/{CHAPTER}", "tests/rules/*/*.md"), slow=True
    ),
    "fix": Target(fixed, lambda: of_files("tests/rules/*/hits*.md"), slow=True),
    "parts": Target(in_parts, lambda: of_files("tests/rules/*/*.md"), slow=True),
    "diff": Target(compared, lambda: of_files("tests/rules/*/misses*.md")),
    "import": Target(brought_in, lambda: of_files("tests/adopt/**/*.md", "tests/adopt/**/*.txt")),
    "comments": Target(commented, lambda: (COMMENTS,)),
    "drawing": Target(drawn, lambda: of_files("tests/**/*.svg", "tests/attacks/svg/*.txt")),
    "sync": Target(synced, lambda: of_files("tests/rules/*/misses.md")),
}  # fmt: skip
