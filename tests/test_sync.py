"""Records written into hand-written Markdown, and nothing else in it touched."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chapterkit.text.regions import END, Filling, digest_of, filled, marked, regions_of
from conftest import Run

MARKS = "<!-- chapterkit:begin card-game -->\n<!-- chapterkit:end -->\n"
SENTENCE = "成功率从 11.5% 升到 15.0%，增加 3.5 个百分点[1]图 6。"


@pytest.fixture
def file(minimal: Path) -> Path:
    """Return a hand-written file of the smallest book, with one region that was never filled."""
    (minimal / "docs").mkdir()
    path = minimal / "docs" / "hand.md"
    path.write_text(f"# 手写\n\n前面。\n\n{MARKS}\n后面。\n", "utf-8")
    return path


@pytest.fixture
def synced(file: Path, run: Run) -> Path:
    """Return the same file, its region filled."""
    assert run(file.parent, "sync", "hand.md").exit_code == 0
    return file


def record_says(file: Path, value: str) -> None:
    record = file.parent.parent / "experiments" / "card-game.yaml"
    record.write_text(record.read_text("utf-8").replace("11.5", value), "utf-8")


def edited(file: Path, old: str, new: str) -> str:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    return text.replace(old, new)


def test_a_region_holds_the_record_as_the_markdown_format_prints_it(synced: Path, run: Run) -> None:
    text = synced.read_text("utf-8")
    assert SENTENCE in text
    assert "## 实验 3.1 换一条规则 {#card-game}" in text
    assert text.startswith("# 手写\n\n前面。\n\n<!-- chapterkit:begin card-game ")
    assert text.endswith("\n\n<!-- chapterkit:end -->\n\n后面。\n")
    assert run(synced.parent, "sync", "hand.md", "--check").exit_code == 0
    before = synced.stat().st_mtime_ns
    assert run(synced.parent, "sync", "hand.md").exit_code == 0
    assert synced.stat().st_mtime_ns == before


def test_a_check_tells_what_is_out_of_date_and_writes_nothing(file: Path, run: Run) -> None:
    before = file.read_bytes()
    never = run(file.parent, "sync", "hand.md", "--check")
    assert never.exit_code == 1
    assert "hand.md:5: card-game 还没有写进来" in never.stdout
    assert file.read_bytes() == before
    run(file.parent, "sync", "hand.md")
    record_says(file, "12.5")
    late = run(file.parent, "sync", "hand.md", "--check")
    assert late.exit_code == 1
    assert "hand.md:5: card-game 的文字过时了" in late.stdout
    assert run(file.parent, "sync", "hand.md").exit_code == 0
    assert "成功率从 12.5% 升到 15.0%" in file.read_text("utf-8")


def test_what_was_edited_by_hand_is_refused_and_shown_three_ways(synced: Path, run: Run) -> None:
    by_hand = edited(synced, "升到 15.0%", "升到了 15.0%")
    record_says(synced, "12.5")
    result = run(synced.parent, "sync", "hand.md")
    assert result.exit_code == 1
    assert "hand.md:5: card-game 的文字写进来以后有人改过" in result.stdout
    assert f"-{SENTENCE}" in result.stdout
    assert f"+{SENTENCE.replace('升到', '升到了')}" in result.stdout
    assert "+成功率从 12.5% 升到 15.0%" in result.stdout
    assert synced.read_text("utf-8") == by_hand


def test_the_text_that_was_written_is_found_in_git_too(
    synced: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAPTERKIT_CACHE", "off")
    root = synced.parent.parent
    for command in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm one"):
        subprocess.run(["git", "-C", str(root), *command.split()], check=True)
    edited(synced, "升到 15.0%", "升到了 15.0%")
    assert f"-{SENTENCE}" in run(synced.parent, "sync", "hand.md").stdout


def test_where_nobody_has_what_was_written_that_is_said(synced: Path, run: Run) -> None:
    begun = f"begin card-game {'0' * 16}"
    edited(synced, f"begin card-game {digest_of(standing(synced))}", begun)
    edited(synced, "升到", "升到了")
    result = run(synced.parent, "sync", "hand.md")
    assert result.exit_code == 1
    assert "当初写进去的文字找不到了" in result.stdout


def standing(file: Path) -> str:
    return regions_of(file.read_text("utf-8"), "", {"card-game"})[0].standing


def test_ours_keeps_the_files_text_until_the_record_says_something_else(
    synced: Path, run: Run
) -> None:
    edited(synced, "升到", "升到了")
    assert run(synced.parent, "sync", "hand.md", "--accept-ours").exit_code == 0
    assert "11.5% 升到了 15.0%" in synced.read_text("utf-8")
    assert run(synced.parent, "sync", "hand.md", "--check").exit_code == 0
    record_says(synced, "12.5")
    assert run(synced.parent, "sync", "hand.md").exit_code == 1
    assert run(synced.parent, "sync", "hand.md", "--accept-theirs").exit_code == 0
    assert "成功率从 12.5% 升到 15.0%" in synced.read_text("utf-8")
    assert "kept=" not in synced.read_text("utf-8")


def test_what_stood_in_a_region_before_the_first_time_is_not_written_over(
    file: Path, run: Run
) -> None:
    text = edited(file, "-->\n<!--", "-->\n人写的一段。\n<!--")
    result = run(file.parent, "sync", "hand.md")
    assert result.exit_code == 1
    assert "+人写的一段。" in result.stdout
    assert file.read_text("utf-8") == text


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_outside_its_regions_every_byte_of_a_file_stays(
    newline: str, mark: str, file: Path, run: Run
) -> None:
    before = f"{mark}# 手写{newline}前面  {newline}".encode() + "混用\r\n\n\r\t\x0b\u2028".encode()
    after = "后面 `<!-- chapterkit:begin x -->`\n~~~\n<!-- chapterkit:begin y -->\n~~~".encode()
    between = MARKS.replace("\n", newline).encode()
    file.write_bytes(before + newline.encode() + between + after)
    assert run(file.parent, "sync", "hand.md").exit_code == 0
    raw = file.read_bytes()
    assert raw.startswith(before)
    assert raw.endswith(after)
    inside = raw[len(before) : -len(after)].decode()
    assert SENTENCE in inside
    assert newline in inside
    assert not set("\r\n").difference(newline) & set(inside)


def test_a_record_that_no_chapter_places_is_counted_in_the_file(file: Path, run: Run) -> None:
    chapter = file.parent.parent / "book" / "chapter3.md"
    chapter.write_text("# 纸牌 {#cards}\n\n理论。\n", "utf-8")
    assert run(file.parent, "sync", "hand.md").exit_code == 0
    assert "## 实验 1 换一条规则 {#card-game}" in file.read_text("utf-8")


def test_a_chapter_may_be_the_file_itself(file: Path, run: Run) -> None:
    chapter = file.parent.parent / "book" / "chapter3.md"
    chapter.write_text(f"# 纸牌 {{#cards}}\n\n{MARKS}", "utf-8")
    for _ in range(2):
        assert run(file.parent, "sync", "../book/chapter3.md").exit_code == 0
    assert "## 实验 3.1 换一条规则 {#card-game}" in chapter.read_text("utf-8")
    assert run(file.parent, "sync", "../book/chapter3.md", "--check").exit_code == 0


def test_pictures_and_notes_hold_in_the_file_and_links_elsewhere_are_text(
    file: Path, run: Run
) -> None:
    root = file.parent.parent
    template = root / "templates" / "experiments" / "card-game.md.j2"
    said = "注[^a]，见{{ ref('summary') }}。\n\n![图说](a.svg){#fig-a}\n\n[^a]: 注文。\n\n"
    text = template.read_text("utf-8").replace("成功率从", f"{said}成功率从")
    template.write_text(text, "utf-8")
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    (root / "book" / "a.svg").write_text(drawing, "utf-8")
    result = run(file.parent, "sync", "hand.md")
    assert result.exit_code == 0, result.output
    text = file.read_text("utf-8")
    assert "(../book/a.svg)" in text
    assert "[^card-game-1]: 注文。" in text
    assert "#summary" not in text


def test_marks_of_regions_are_no_exceptions_from_rules(synced: Path, run: Run) -> None:
    result = run(synced.parent, "check", "hand.md", "--rule", "unused-allow")
    assert result.exit_code == 0, result.output


# --- bad input


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("<!-- chapterkit:begin card-game -->\n", ":1: card-game 只有开始的标记", "chapterkit:end"),
        ("甲\n<!-- chapterkit:end -->\n", ":2: 这里结束的一段没有开始", "chapterkit:begin"),
        ("<!-- chapterkit:begin card-game -->\n" + MARKS, ":2: 标记套着标记", "chapterkit:end"),
        (MARKS.replace("card-game", "card-gane"), ":1: 没有 card-gane 这条记录", "card-game"),
        (f"{MARKS}\n{MARKS}", ":4: card-game 出现了两次（先在第 1 行）", "只写一处"),
        ("甲 <!-- chapterkit:begin card-game -->\n", ":1: 标记写得不对", "各占一行"),
        (
            "<!-- Chapterkit:Begin card-game -->\n<!-- chapterkit:end -->",
            ":1: 标记写得不对",
            "各占",
        ),
        ("<!-- chapterkit:begin -->\n", ":1: 标记写得不对", "各占一行"),
        ("没有标记。\n", ":1: 文件里没有要同步的段", "chapterkit:begin"),
        ("", ":1: 文件里没有要同步的段", "chapterkit:begin"),
    ],
)
def test_wrong_marks_are_told_at_their_line(
    text: str, said: str, hint: str, file: Path, run: Run
) -> None:
    file.write_text(text, "utf-8")
    result = run(file.parent, "sync", "hand.md")
    assert result.exit_code == 2
    first, second = result.output.strip().splitlines()
    assert first.startswith(f"hand.md{said}")
    assert second.startswith("hint: ")
    assert hint in second
    assert file.read_text("utf-8") == text


def test_files_that_cannot_be_synced_are_one_line(file: Path, tmp_path: Path, run: Run) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(MARKS, "utf-8")
    (file.parent / "link.md").symlink_to(outside)
    (file.parent / "inner.md").symlink_to(file)
    (file.parent / "away").symlink_to(tmp_path)
    (file.parent / "gbk.md").write_bytes(f"中文\n{MARKS}".encode("gbk"))
    for name, said in {
        str(outside): "这个文件不在书里",
        "link.md": "link.md:1: 这是一个链接",
        "inner.md": "inner.md:1: 这是一个链接",
        "away/outside.md": "这里是一个链接",
        "gbk.md": "gbk.md:1: 不是 UTF-8",
        "none.md": "none.md:1: 文件不存在",
        ".": "is a directory",
    }.items():
        result = run(file.parent, "sync", name)
        assert result.exit_code == 2, result.output
        assert said in result.output
        assert "hint: " in result.output
    assert outside.read_text("utf-8") == MARKS


def test_only_one_way_can_be_chosen(file: Path, run: Run) -> None:
    result = run(file.parent, "sync", "hand.md", "--accept-ours", "--accept-theirs")
    assert result.exit_code == 2
    assert "只能选一个" in result.output


# --- any text

LINES = st.sampled_from(
    ["甲", "", "```", "~~~", "# 题", "> 引", "`<!-- chapterkit:begin x -->`", "\t"]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@given(st.lists(st.tuples(LINES, ENDS), max_size=6), st.lists(st.tuples(LINES, ENDS), max_size=6))
def test_filling_changes_nothing_outside_and_can_be_read_again(
    ahead: list[tuple[str, str]], behind: list[tuple[str, str]]
) -> None:
    before, after = ("".join(f"{line}{end}" for line, end in some) for some in (ahead, behind))
    before = before.replace("```", "甲").replace("~~~", "甲")
    text = f"{before}<!-- chapterkit:begin a -->\n{END}\n{after}"
    (region,) = regions_of(text, "", {"a"})
    done = filled(text, [Filling(region, "一\n\n二", marked("a", digest_of("一\n\n二")))])
    assert done.startswith(before)
    assert done.endswith(f"{END}\n{after}")
    (again,) = regions_of(done, "", {"a"})
    assert again.standing == "一\n\n二"
    assert again.digest == digest_of(again.standing)
