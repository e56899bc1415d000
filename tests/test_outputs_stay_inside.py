"""Nothing is written outside the book, whatever links a manuscript brings along."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conftest import Run

PAPER = "Figure 6: Success rate (%). Before: 11.5%. After: 15.0%.\n"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "precious").write_text("mine", "utf-8")
    return folder


def untouched(elsewhere: Path) -> bool:
    files = {path.name: path.read_text("utf-8") for path in elsewhere.iterdir()}
    return files == {"precious": "mine"}


@pytest.mark.parametrize("link", ["build", "build/cards", "build/cards/.lock"])
@pytest.mark.parametrize("target", ["", "precious", "nothing"])
def test_outputs_go_through_no_link(
    link: str, target: str, minimal: Path, elsewhere: Path, run: Run
) -> None:
    (minimal / link).parent.mkdir(parents=True, exist_ok=True)
    (minimal / link).symlink_to(elsewhere / target)
    result = run(minimal, "build")
    assert result.exit_code == 2, result.output
    assert f"{link}:1: 这里是一个链接" in result.output
    assert "hint: " in result.output
    assert untouched(elsewhere)


def test_a_link_in_the_place_of_an_output_is_replaced(
    minimal: Path, elsewhere: Path, run: Run
) -> None:
    (minimal / "build/cards").mkdir(parents=True)
    for suffix in ("html", "pdf"):
        (minimal / f"build/cards/cards.{suffix}").symlink_to(elsewhere / "precious")
    assert run(minimal, "build").exit_code == 0
    assert not (minimal / "build/cards/cards.html").is_symlink()
    assert untouched(elsewhere)


def test_the_user_may_send_outputs_anywhere(minimal: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert run(minimal, "build", "--format", "html", "--output", "../link").exit_code == 0
    assert (tmp_path / "real/cards/cards.html").is_file()


@pytest.mark.parametrize("target", ["precious", "nothing"])
def test_what_is_written_beside_the_text_does_not_leave_the_book(
    target: str, minimal: Path, elsewhere: Path, run: Run
) -> None:
    (minimal / "sources").mkdir()
    (minimal / "sources/demo2025.txt").write_text(PAPER, "utf-8")
    lock, baseline = minimal / "experiments/verified.lock", minimal / "baseline.yaml"
    lock.symlink_to(elsewhere / target)
    assert run(minimal, "verify").exit_code == 2
    lock.unlink()
    baseline.symlink_to(elsewhere / target)
    chapter = minimal / "book/chapter3.md"
    chapter.write_text(chapter.read_text("utf-8") + "\n- 一\n- 二\n", "utf-8")
    result = run(minimal, "check", "--write-baseline", "baseline.yaml", "--reason", "旧稿")
    assert result.exit_code == 2, result.output
    baseline.unlink()
    shutil.rmtree(minimal / "experiments")
    (minimal / "experiments").symlink_to(elsewhere)
    assert run(minimal, "new", "experiment", "more").exit_code == 2
    assert untouched(elsewhere)


@pytest.mark.parametrize("blocked", ["docx", "epub", "html", "pdf"])
def test_a_folder_in_the_way_of_one_format_leaves_all_as_they_were(
    blocked: str, minimal: Path, run: Run
) -> None:
    assert run(minimal, "build").exit_code == 0
    outputs = minimal / "build/cards"
    (outputs / f"cards.{blocked}").unlink()
    (outputs / f"cards.{blocked}").mkdir()
    before = {path.name: path.read_bytes() for path in outputs.iterdir() if path.is_file()}
    chapter = minimal / "book/chapter3.md"
    chapter.write_text(chapter.read_text("utf-8").replace("小结", "总结"), "utf-8")
    result = run(minimal, "build")
    assert result.exit_code == 2, result.output
    assert f"cards.{blocked}:1: 写不了" in result.output
    assert {path.name: path.read_bytes() for path in outputs.iterdir() if path.is_file()} == before


def test_one_output_that_cannot_be_replaced_leaves_all_as_they_were(
    minimal: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(minimal, "build").exit_code == 0
    outputs = minimal / "build/cards"
    before = {path.name: path.read_bytes() for path in outputs.iterdir()}
    chapter = minimal / "book/chapter3.md"
    chapter.write_text(chapter.read_text("utf-8").replace("小结", "总结"), "utf-8")
    replace = Path.replace

    def refusing(path: Path, target: Path) -> Path:
        if target.name == "cards.pdf" and path.name == "cards.pdf":
            raise PermissionError(13, "Permission denied")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refusing)
    result = run(minimal, "build")
    assert result.exit_code == 2, result.output
    assert "cards.pdf:1: 写不了" in result.output
    assert {path.name: path.read_bytes() for path in outputs.iterdir()} == before
