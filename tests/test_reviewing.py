"""Pages of chapters without a browser: quick answers, places, comments, changes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.comments import Comment, Comments, comments_text, parse_comments
from chapterkit.reviewing.anchors import Anchors
from chapterkit.reviewing.commenting import anchored
from chapterkit.reviewing.workshop import Workshop

BOOKS = Path(__file__).parent / "books"


def workshop(book: str, folder: Path) -> Workshop:
    return Workshop(Path(shutil.copytree(BOOKS / book, folder / "book")).resolve())


@pytest.mark.parametrize("book", ["minimal", "english", "traditional"])
def test_what_is_shown_at_once_is_what_the_whole_line_gives(book: str, tmp_path: Path) -> None:
    made = workshop(book, tmp_path)
    slug = made.names()[0][0]
    made.whole(slug)
    quick = 0
    for path in sorted([*made.root.glob("book/*.md"), *made.root.glob("templates/**/*.j2")])[:3]:
        kept = path.read_text("utf-8")
        lines = kept.split("\n")
        long = [
            at for at, line in enumerate(lines) if len(line) > 12 and line[0] not in "{#|:>!-<["
        ]
        for at in long[:2]:
            path.write_text(
                "\n".join([*lines[:at], lines[at] + "又 x。", *lines[at + 1 :]]), "utf-8"
            )
            sheet = made.quick(slug)
            whole = made.whole(slug).sheet
            if sheet:
                quick += 1
                assert sheet.pieces == whole.pieces
                assert sheet.data["places"].items() >= whole.data["places"].items()
        path.write_text(kept, "utf-8")
        made.whole(slug)
    assert quick > 0


def test_a_place_in_the_manuscript_is_found_on_the_page(tmp_path: Path) -> None:
    made = workshop("minimal", tmp_path)
    anchors = Anchors(made.whole("cards").document)
    spot = anchors.spot_at(Origin("book/chapter3.md", 3, 4), Origin("book/chapter3.md", 3, 6))
    assert spot
    assert (spot.piece, spot.start, spot.end, spot.text) == (1, 3, 5, "理论")
    assert anchors.spot_at(Origin("refs.bib", 1)) is None


def a_comment(quote: str, sentence: str = "0" * 16) -> Comment:
    return Comment(
        "0123456789ab", quote, sentence, "book/chapter3.md:3", "甲", "2026-01-02", "好？"
    )


def test_a_comment_follows_its_words_and_is_an_orphan_without_them(tmp_path: Path) -> None:
    made = workshop("minimal", tmp_path)
    chapter = made.root / "book/chapter3.md"
    said: Comments = (a_comment("问什么"),)
    [one] = anchored(said, made.whole("cards").document)
    assert one.origin == Origin("book/chapter3.md", 3, 10)
    text = chapter.read_text("utf-8")
    chapter.write_text(text.replace("\n开头的", "\n前面加一段。\n\n开头的"), "utf-8")
    [one] = anchored(said, made.whole("cards").document)
    assert one.origin == Origin("book/chapter3.md", 5, 10)
    chapter.write_text(text.replace("问什么", "答什么"), "utf-8")
    [one] = anchored(said, made.whole("cards").document)
    assert one.origin is None


def test_comments_of_two_branches_merge_or_are_told(tmp_path: Path) -> None:
    def git(*arguments: str) -> int:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        return subprocess.run(
            ["git", *who, *arguments], cwd=tmp_path, capture_output=True, check=False
        ).returncode

    path = tmp_path / "review.yaml"
    known = [Comment(f"{place:012x}", "甲", "0" * 16, "a.md:1", "乙", "2026-01-02", "丙")
             for place in (1, 50, 99)]  # fmt: skip
    ours, theirs = (Comment(f"{place:012x}", "甲", "0" * 16, "a.md:1", "乙", "2026-01-02", "丁")
                    for place in (20, 70))  # fmt: skip
    git("init", "-q", "-b", "main")
    for branch, extra in (("main", []), ("other", [theirs]), ("main", [ours])):
        git("checkout", "-q", "-B", branch) if branch == "other" else git("checkout", "-q", branch)
        path.write_text(comments_text([*known, *extra]), "utf-8")
        git("add", "-A")
        git("commit", "-qm", "x")
    assert git("merge", "-q", "other") == 0
    merged = parse_comments(path.read_text("utf-8"), "review.yaml")
    assert {one.id for one in merged} == {one.id for one in (*known, ours, theirs)}
    conflict = f"comments:\n<<<<<<< HEAD\n{comments_text([ours])}"
    with pytest.raises(ChapterkitError, match="没有合并完") as told:
        parse_comments(conflict, "review.yaml")
    assert told.value.origin == Origin("review.yaml", 2)
