"""Books that were written on Windows or macOS, and books that will be read there."""

import shutil
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from conftest import HERE, Run

SUFFIXES = {".md", ".yaml", ".j2", ".bib"}


def copied(name: str, to: Path) -> Path:
    return Path(shutil.copytree(HERE / "books" / name, to))


@pytest.mark.parametrize("name", ["minimal", "exhibits"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["crlf", "crlf and a mark"])
def test_line_ends_and_marks_of_windows_change_no_byte_of_what_is_printed(
    name: str, mark: bytes, tmp_path: Path, run: Run
) -> None:
    for folder in ("usual", "windows"):
        book = copied(name, tmp_path / folder)
        if folder == "windows":
            for file in (one for one in book.rglob("*") if one.suffix in SUFFIXES):
                file.write_bytes(mark + file.read_bytes().replace(b"\n", b"\r\n"))
        assert (
            run(
                book, "build", "--format", "html", "--format", "markdown", "--output", "out"
            ).exit_code
            == 0
        )
    usual, windows = (
        {
            one.name: one.read_bytes()
            for one in (tmp_path / folder / "out").rglob("*.*")
            if one.suffix != ".json"
        }
        for folder in ("usual", "windows")
    )
    assert usual
    assert usual == windows


def test_problems_stand_at_the_same_lines_and_columns_whatever_ends_a_line(
    minimal: Path, run: Run
) -> None:
    chapter = minimal / "book" / "chapter3.md"
    text = chapter.read_bytes() + "\n\n- 一项,另一项\n\n第二段说成功率是 71.3%。\n".encode()
    told = []
    for end in (b"\n", b"\r\n", b"\r"):
        chapter.write_bytes(text.replace(b"\n", end))
        told.append(run(minimal, "check", "--format", "json").output)
    assert "chapter3.md" in told[0]
    assert told[1:] == told[:1] * 2


@pytest.mark.parametrize(
    ("written", "there"),
    [
        (r"parts\one.md", "parts/one.md"),
        ("Parts/One.md", "parts/one.md"),
        (unicodedata.normalize("NFC", "é章.md"), unicodedata.normalize("NFD", "é章.md")),
    ],
    ids=["backslash", "capitals", "accent apart"],
)
def test_a_file_that_only_another_system_finds_is_told_with_the_name_that_is_there(
    written: str, there: str, minimal: Path, run: Run
) -> None:
    chapter = minimal / "book" / there
    chapter.parent.mkdir(exist_ok=True)
    (minimal / "book" / "chapter3.md").rename(chapter)
    config = minimal / "book" / "book.yaml"
    config.write_text(config.read_text("utf-8").replace("chapter3.md", written), "utf-8")
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert result.output.startswith("book/book.yaml:6: ")
    assert f"hint: 文件夹里有的是 book/{there}，" in result.output


@pytest.mark.parametrize("written", [r"img\a.png", "Img/a.PNG"])
def test_a_picture_and_a_cover_likewise(written: str, minimal: Path, run: Run) -> None:
    (minimal / "book" / "img").mkdir()
    Image.new("RGB", (40, 40)).save(minimal / "book" / "img" / "a.png")
    chapter = minimal / "book" / "chapter3.md"
    chapter.write_text(chapter.read_text("utf-8") + f"\n![图（自绘）]({written})\n", "utf-8")
    assert "文件夹里有的是 book/img/a.png，" in run(minimal, "check").output
    config = minimal / "book" / "book.yaml"
    config.write_text(f"cover: {written}\n" + config.read_text("utf-8"), "utf-8")
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert result.output.startswith("book/book.yaml:1: 封面 ")
    assert "文件夹里有的是 book/img/a.png，" in result.output


@pytest.mark.parametrize("slug", ["con", "aux", "nul", "com1", "lpt9"])
def test_a_slug_that_windows_keeps_for_a_device_is_refused(
    slug: str, minimal: Path, run: Run
) -> None:
    assert run(minimal, "new", "experiment", slug).exit_code == 2
    config = minimal / "book" / "book.yaml"
    config.write_text(config.read_text("utf-8").replace("slug: cards", f"slug: {slug}"), "utf-8")
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert result.output.startswith(
        f"book/book.yaml:6: chapters.0.slug：Windows 上不能有叫 {slug} 的文件"
    )


def test_words_that_only_begin_like_a_device_are_slugs(minimal: Path, run: Run) -> None:
    assert run(minimal, "new", "experiment", "con-artists").exit_code == 0


def test_a_target_with_backslashes_is_told_how_to_be_written(minimal: Path, run: Run) -> None:
    result = run(minimal, "check", r"book\chapter3.md")
    assert result.exit_code == 2
    assert "hint: 斜线用 /" in result.output
