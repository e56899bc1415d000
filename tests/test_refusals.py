"""What a build refuses, a check has told: chapters that writers do not take, in tests/refused/.

A case is a chapter; other files of its book may follow, each behind a line `-- path --`. What it
says of book/book.yaml is added to that of the smallest book.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from chapterkit import characters, fonts
from chapterkit.checking.subjects import chapters_of
from chapterkit.errors import ChapterkitError
from chapterkit.formats import all_formats
from chapterkit.lint.rules.missing_glyph import _USUAL
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.wording import locale
from chapterkit.pipeline import document_of, load, problems_of
from chapterkit.pipeline.press import printing_of
from conftest import HERE, Run
from demo import written

CASES = sorted((HERE / "refused").glob("*.md"))
CHAPTER = "book/chapter3.md"
# The covers of an EPUB and pages of Markdown are refused for nothing that these are not.
FORMATS = [all_formats()[name] for name in ("html", "docx", "pdf", "latex", "jats")]


def book_of(case: Path, root: Path) -> Path:
    """Copy the smallest book, without its record, with the files of a case."""
    shutil.copytree(HERE / "books" / "minimal", root)
    shutil.rmtree(root / "experiments")
    shutil.rmtree(root / "templates" / "experiments")
    text, *files = re.split(r"^-- (.+) --\n", case.read_text("utf-8"), flags=re.MULTILINE)
    (root / CHAPTER).write_text(text, "utf-8")
    for path, content in zip(files[::2], files[1::2], strict=True):
        before = (root / path).read_text("utf-8") if path.endswith(".yaml") else ""
        (root / path).write_text(before + content, "utf-8")
    return root


def refused(root: Path, output: Path) -> ChapterkitError | None:
    """Return what stops the writers of a book whose problems nobody heeds, None if nothing does."""
    try:
        [subject] = chapters_of(load(Disk(root)), root)
        written(printing_of(subject, document_of(subject)), FORMATS, output, 2)
    except ChapterkitError as error:
        return error
    return None


def told(root: Path) -> list[int]:
    """Return the lines at which a check finds that there is an error."""
    try:
        [subject] = chapters_of(load(Disk(root)), root)
        problems = problems_of(subject)
    except ChapterkitError as error:
        return [error.origin.line] if error.origin else []
    return [one.origin.line for one in problems if one.severity == "error"]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_what_a_writer_refuses_a_check_has_told_at_its_line(case: Path, tmp_path: Path) -> None:
    root = book_of(case, tmp_path / "book")
    if error := refused(root, tmp_path / "out"):
        assert told(root), error.report()


EVERYTHING_OFF = """
lint:
  rules: {broken-formula: off, broken-heading: off, broken-picture: off, chapter-title: off,
    missing-glyph: off}
"""


@pytest.mark.parametrize(
    "case", ["formula-unknown", "skip", "imgnone", "notitle", "emoji"], ids=lambda name: name
)
def test_what_no_build_gets_past_is_told_where_its_rule_is_off_and_allowed(
    case: str, tmp_path: Path, run: Run
) -> None:
    root = book_of(HERE / "refused" / f"{case}.md", tmp_path / "book")
    with (root / "book" / "book.yaml").open("a", encoding="utf-8") as file:
        file.write(EVERYTHING_OFF)
    rules = "broken-formula, broken-heading, broken-picture, chapter-title, missing-glyph"
    text = (root / CHAPTER).read_text("utf-8")
    allow = f"<!-- chapterkit: allow {rules}: 就要这样 -->"
    (root / CHAPTER).write_text(text.replace("\n\n", f"\n\n{allow}\n", 1), "utf-8")
    result = run(root, "check", "--format", "json")
    named = [one["rule"] for one in json.loads(result.stdout)["problems"]]
    assert set(named) & set(rules.split(", "))
    assert run(root, "build").exit_code in {1, 2}


def test_words_in_a_formula_are_set_in_the_books_own_font(minimal: Path, run: Run) -> None:
    with (minimal / CHAPTER).open("a", encoding="utf-8") as file:
        file.write("\n设 $\\text{成功率} = N_{\\text{样本}}$。\n")
    assert run(minimal, "build", "--format", "pdf").exit_code == 0


def test_the_characters_of_text_are_those_of_the_fonts_that_come_along() -> None:
    families = (*locale("zh-Hans").serif, *locale("zh-Hans").sans)
    files = [fonts.bundled()[family][0] for family in families]
    assert fonts.missing_characters("".join(sorted(characters.of_text())), files) == []
    assert _USUAL - set("\t\n") <= characters.of_text()


def test_the_characters_of_formulas_are_those_of_their_font(tmp_path: Path, minimal: Path) -> None:
    known = sorted(
        one for one in characters.of_formulas() if one.isprintable() and not one.isspace()
    )
    some = [one for one in known[::7] if one not in r"\{}$&#%^_~'\"`<>|" and ord(one) > 0x2000]
    chapter = "# 题 {#cards}\n\n" + "\n\n".join(f"$x{one}y$" for one in some) + "\n"
    (minimal / CHAPTER).write_text(chapter, "utf-8")
    shutil.rmtree(minimal / "experiments")
    shutil.rmtree(minimal / "templates" / "experiments")
    [subject] = chapters_of(load(Disk(minimal)), minimal)
    printing = printing_of(subject, document_of(subject))
    assert written(printing, [all_formats()["pdf"]], tmp_path, 1)
