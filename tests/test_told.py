"""What authors are told of mistakes in YAML and in templates: in Chinese, at the line to blame."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from chapterkit.errors import ChapterkitError
from chapterkit.lsp.diagnosing import BOOK, check_book
from chapterkit.manuscript import yamlfile
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk, Overlay
from chapterkit.manuscript.loading import load_book
from chapterkit.pipeline import Memory
from chapterkit.text.render import render
from conftest import HERE, Run, same_as_golden
from demo import parse_yaml

CASES = HERE / "told"
BETWEEN = re.compile(r"^=== ?(.*)\n", re.MULTILINE)
# English that a library says and no author should have to read.
ENGLISH = re.compile(
    r"expected|found|instances|object|is undefined|argument|cannot|not allowed|unexpected|got |named"
)


def told(name: str) -> list[tuple[str, str]]:
    """Return the cases of a file: one after another, each below a line with === and its name."""
    parts = BETWEEN.split((CASES / name).read_text("utf-8"))[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def report_of(what: str, text: str, error: ChapterkitError | None) -> str:
    return f"=== {what}\n{text}--- {error.report() if error else 'nothing'}\n"


def lines_of(error: ChapterkitError) -> list[int]:
    return [one.origin.line for one in error.each() if one.origin]


def of_yaml(text: str) -> ChapterkitError | None:
    try:
        parse_yaml(text.replace("␉", "\t").replace("␀", "\x01").replace("￭", "\ud800"), "a.yaml")
    except ChapterkitError as error:
        return error
    return None


def of_template(book: Book, text: str) -> ChapterkitError | None:
    chapter = replace(book.chapters[0], text=text, placed=())
    try:
        render(book, chapter)
    except ChapterkitError as error:
        return error
    return None


@pytest.fixture(scope="module")
def smallest() -> Book:
    return load_book(Disk(HERE / "books" / "minimal"))


def test_what_is_told_of_yaml() -> None:
    reports = "".join(report_of(name, text, of_yaml(text)) for name, text in told("yaml.txt"))
    same_as_golden(reports, CASES / "yaml.expected")


@pytest.mark.parametrize(("name", "text"), told("yaml.txt"), ids=lambda one: one[:20])
def test_both_parsers_are_understood(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever both refuse a text, what is told has no English, and the same lines."""
    first = of_yaml(text)
    monkeypatch.setattr(yamlfile, "_LOADER", yaml.SafeLoader)
    second = of_yaml(text)
    for error in filter(None, (first, second)):
        assert not ENGLISH.search(error.report()), error.report()
    if first and second:
        assert lines_of(first) == lines_of(second)


def test_what_is_told_of_templates(smallest: Book) -> None:
    reports = "".join(
        report_of(name, text, of_template(smallest, text)) for name, text in told("templates.txt")
    )
    assert not ENGLISH.search(re.sub(r"^(?!--- |hint: ).*\n", "", reports, flags=re.MULTILINE))
    same_as_golden(reports, CASES / "templates.expected")


def test_all_that_is_wrong_in_a_books_files_is_told_at_once(tmp_path: Path, run: Run) -> None:
    book = Path(shutil.copytree(CASES / "book", tmp_path / "book"))
    (book / "book/book.yaml").write_text(
        "title: 书\nlanguage: fr\nchapters:\n"
        "  - {slug: a, number: 1, file: a.md}\n  - {slug: a, number: 0, file: ../../b.md}\n"
        "kinds: {x: {label: 甲}, y: {label: 甲}}\nverified_at_least: 3\npage: a3\n",
        "utf-8",
    )
    assert run(book, "check").exit_code == 2
    same_as_golden(run(book, "check").stderr, CASES / "config.expected")
    shutil.copy(CASES / "book/book/book.yaml", book / "book/book.yaml")
    result = run(book, "check")
    assert result.exit_code == 2
    same_as_golden(result.stderr, CASES / "book.expected")


def test_an_editor_is_told_all_of_it() -> None:
    told_of = check_book(CASES / "book", {}, None, Memory()).problems[BOOK]
    assert len(told_of) == (CASES / "book.expected").read_text("utf-8").count("\nhint: ")


MORE_NUMBERS = """\
  pair: {value: [17, 18], unit: "%", of: 范围, cite: demo2025}
  loss: {value: -3.5, unit: "%", of: 损失, cite: demo2025}
  split: {value: 2:3, of: 比例, cite: demo2025}
"""


def of_exhibits(text: str) -> ChapterkitError | None:
    """Return what is told of exhibits of the smallest book's record."""
    folder = Disk(HERE / "books" / "minimal")
    record = folder.text("experiments/card-game.yaml")
    many = ", ".join(f"r{one}: [before, after]" for one in range(5000))
    text = text.replace("{ROWS}", f"{{{many}}}")
    whole = record.replace("findings:", f"{MORE_NUMBERS}findings:") + text
    try:
        load_book(Overlay(folder, {"experiments/card-game.yaml": whole}))
    except ChapterkitError as error:
        return error
    return None


def test_what_is_told_of_exhibits() -> None:
    reports = "".join(
        report_of(name, text, of_exhibits(text)) for name, text in told("exhibits.txt")
    )
    same_as_golden(reports, CASES / "exhibits.expected")


@pytest.mark.parametrize(
    ("name", "renamed", "told"),
    [
        ("experiments/card-game.yaml", "experiments/card-game.yml", "改名为 experiments/card-game.yaml"),
        ("templates/experiments/card-game.md.j2", "templates/experiments/card-game.j2", "改名为 card-game.md.j2"),
        ("templates/experiments/card-game.md.j2", "book/exhibits/a.yml", "改名为 book/exhibits/a.yaml"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_read_by_its_name_is_told(
    minimal: Path, run: Run, name: str, renamed: str, told: str
) -> None:
    (minimal / renamed).parent.mkdir(exist_ok=True, parents=True)
    (minimal / name).rename(minimal / renamed)
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert f"hint: {told}" in result.stderr


@pytest.mark.parametrize("file", ["book/FILE", "book\\FILE"])
def test_a_chapters_path_begins_in_the_folder_book(minimal: Path, run: Run, file: str) -> None:
    settings = minimal / "book/book.yaml"
    text = settings.read_text("utf-8")
    name = next(one.name for one in (minimal / "book").glob("*.md"))
    settings.write_text(
        text.replace(f"file: {name}", f"file: {file.replace('FILE', name)}"), "utf-8"
    )
    result = run(minimal, "check")
    assert (result.exit_code, f"file: {name}" in result.stderr) == (2, True)
