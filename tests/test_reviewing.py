"""Pages of chapters without a browser: quick answers, places, comments, changes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.comments import Comment, Comments, comments_text, parse_comments
from chapterkit.reviewing.anchors import Anchors
from chapterkit.reviewing.commenting import anchored
from chapterkit.reviewing.mapping import coverage_svg, leads_of, map_svg, ties_of
from chapterkit.reviewing.quickly import changed
from chapterkit.reviewing.since import coverage_of_commits
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


COUNTING, SEMMELWEIS = "book/counting.md", "experiments/semmelweis.yaml"
WATERWORKS, BOTH = "templates/experiments/waterworks.md.j2", "book/exhibits/both.yaml"
SUMMARY = "## 小结 {#summary}"
RATIO = "死亡人数 $d$ 与"
# What an author saves, one after another: a file, a stretch of it, and what that becomes.
SAVES = {
    "medicine": (
        ("prose, and a note in it", COUNTING, "数数让人看见差别", "数数^[一个一个地数。]让人看见差别"),
        ("a note before", COUNTING, RATIO, f"先有注[^first]。\n\n[^first]: 注在这里。\n\n{RATIO}"),
        ("a note's text", COUNTING, "注在这里", "注改了"),
        ("a heading", COUNTING, "## 死亡率是一个比", "## 死亡率是一个数"),
        ("a heading's level", COUNTING, "## 一张地图", "### 一张地图"),
        ("the chapter's heading", COUNTING, "# 数数 ", "# 学会数数 "),
        ("a new heading", COUNTING, SUMMARY, f"## 间奏\n\n见[小结]。\n\n{SUMMARY}"),
        ("a heading that is named", COUNTING, "## 小结", "## 总结"),
        ("and back", COUNTING, "## 总结", "## 小结"),
        ("a formula in a line", COUNTING, "之比就是", "之比 $d/N$ 就是"),
        ("a formula", COUNTING, "r = \\frac{d}{N}", "r = \\frac{d}{N + 1}"),
        ("a numbered one more", COUNTING, RATIO, f"[$$ a $$]{{#eq:a}}\n\n{RATIO}"),
        ("a paragraph with the first citation", COUNTING, "不是数目[@zhang2013]", "不是数目"),
        ("a source not cited yet", COUNTING, "注改了", "注改了[@mrc1948]"),
        ("a locator, behind a space", COUNTING, "[@snow1855]", " [@snow1855, 第 3 章]"),
        ("a source in the sentence", COUNTING, SUMMARY, f"@snow1855 说过。\n\n{SUMMARY}"),
        ("a number", SEMMELWEIS, "value: 18.3", "value: 18.4"),
        ("a template", WATERWORKS, "。\n", "。又写一句。\n"),
        ("a caption", COUNTING, "宽街一带（示意图，自绘）", "宽街一带（自绘）"),
        ("a table", COUNTING, SUMMARY, f"| 甲 | 乙 |\n|---|---|\n| 一 | 二 |\n\n: 表 {{#tbl:x}}\n\n{SUMMARY}"),
        ("a caption moved away", COUNTING, "\n\n: 表 {#tbl:x}", "\n\n话。\n\n: 表 {#tbl:x}"),
        ("a list", COUNTING, SUMMARY, f"- 一\n- 二\n\n{SUMMARY}"),
        ("a longer list", COUNTING, "- 二", "- 二\n\n    又一段\n\n- 三"),
        ("a block", COUNTING, SUMMARY, f"::: {{.aside}}\n\n里面。\n\n:::\n\n{SUMMARY}"),
        ("within a block", COUNTING, "里面。", "里面。\n\n还有。"),
        ("code", COUNTING, SUMMARY, f"```\n# 码\n\n码\n```\n\n{SUMMARY}"),
        ("a quotation", COUNTING, SUMMARY, f"> 引文。\n\n{SUMMARY}"),
        ("a comment", COUNTING, SUMMARY, f"<!-- 备注\n\n[@zhang2013] -->\n\n{SUMMARY}"),
        ("a picture gone", COUNTING, "，{{ ref(\"fig:map\", \"both\") }}只画出那几条街", ""),
        ("prose in two lines", COUNTING, "数数^[", "数数\n^["),
        ("a paragraph gone", COUNTING, "> 引文。\n\n", ""),
        ("bold", COUNTING, "数数\n^[", "**数数** ^["),
    ),
    "exhibits": (
        ("a caption", BOTH, "两条记录的先后", "两条记录"),
        ("a cell", BOTH, "文字版", "只有文字"),
        ("a number in a table", "experiments/general-points.yaml", "value: 11.5", "value: 11.6"),
        ("a sentence", "book/chapter7.md", "表里的行", "这些行"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("book", SAVES)
def test_every_kind_of_save_is_shown_at_once_as_the_whole_line_shows_it(
    book: str, tmp_path: Path
) -> None:
    made = workshop(book, tmp_path)
    slug = made.book().chapters[-1].slug if book == "exhibits" else "counting"
    made.whole(slug)
    for what, path, old, new in SAVES[book]:
        text = (made.root / path).read_text("utf-8")
        assert old in text, what
        (made.root / path).write_text(text.replace(old, new, 1), "utf-8")
        sheet = made.quick(slug)
        whole = made.whole(slug).sheet
        assert sheet, what
        assert [one.html for one in sheet.pieces] == [one.html for one in whole.pieces], what
        assert (sheet.title, sheet.failures) == (whole.title, ()), what
        headings = [[one["title"] for one in each.data["outline"]] for each in (sheet, whole)]
        assert headings[0] == headings[1], what


def test_a_heading_that_was_changed_and_changed_back_is_what_it_was(tmp_path: Path) -> None:
    made = workshop("minimal", tmp_path)
    [slug] = [name for name, _ in made.names()]
    before = made.whole(slug).sheet
    record = made.root / "experiments/card-game.yaml"
    text = record.read_text("utf-8")
    titles, shown = [], []
    for title in ("换两条规则", "换一条规则"):
        record.write_text(text.replace("title: 换一条规则", f"title: {title}"), "utf-8")
        sheet = made.quick(slug)
        assert sheet
        shown.append([one.html for one in sheet.pieces])
        titles.append([row["title"] for row in sheet.data["outline"]])
        keys = {one.key for one in sheet.pieces}
        assert all(row["key"] in keys for row in sheet.data["outline"])
    assert "换两条规则" in str(titles[0])
    assert titles[1] == [row["title"] for row in before.data["outline"]]
    assert shown[1] == [one.html for one in before.pieces]


def test_what_the_whole_line_tells_meanwhile_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = workshop("minimal", tmp_path)
    [slug] = [name for name, _ in made.names()]
    whole = made.whole(slug)
    assert "comments" not in whole.sheet.data

    def with_the_whole_line_beside_it(*given: Any) -> Any:
        made.examined(whole)
        return changed(*given)

    monkeypatch.setattr("chapterkit.reviewing.workshop.changed", with_the_whole_line_beside_it)
    sheet = made.quick(slug)
    assert sheet
    assert sheet.data["comments"] == []
    assert made.last[slug] == sheet


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


def test_what_experiments_have_to_do_with_each_other_is_drawn_as_links(tmp_path: Path) -> None:
    made = workshop("medicine", tmp_path)
    record = made.root / "experiments/waterworks.yaml"
    text = record.read_text("utf-8")
    record.write_text(text.replace("{to: streptomycin", "{to: semmelweis"), "utf-8")
    whole = made.whole("counting")
    book, records = whole.subject.book, whole.subject.chapter.records  # type: ignore[union-attr]
    ties = ties_of(book, records, [whole.document])
    assert [(one.start, one.end, one.refers) for one in ties] == [
        ("semmelweis", "waterworks", True), ("waterworks", "semmelweis", True),
    ]  # fmt: skip
    svg = map_svg(book, records, ties)
    assert [f'<a href="#{slug}">' in svg for slug in records] == [True, True]
    assert svg.count("<path") == 2  # one line, with a head at either end
    assert map_svg(book, records, []) == ""
    kinds = made.examined(whole).data["dashboard"]["kinds"]
    assert kinds == "、".join(book.config.kind_labels.values())
    assert "实验" not in kinds
    assert f"{kinds}之间的关系" in svg


def test_other_chapters_that_name_an_experiment_or_are_named_by_it_stand_in_the_map(
    tmp_path: Path,
) -> None:
    made = workshop("medicine", tmp_path)
    whole = made.whole("grouping")
    book, records = whole.subject.book, whole.subject.chapter.records  # type: ignore[union-attr]
    leads = leads_of(book, "grouping", made.documents(whole))
    assert {(one.label, one.record, one.inward) for one in leads} == {
        ("前言", "streptomycin", True), ("第 1 章", "streptomycin", True),
        ("第 1 章", "streptomycin", False), ("附录 A", "measles", True),
    }  # fmt: skip
    svg = map_svg(book, records, [], leads)
    assert [f">{label}<" in svg for label in ("前言", "第 1 章", "附录 A")] == [True, True, True]
    assert svg.count("<path") == 3 + 3  # three lines, and the heads of each


def test_only_a_common_source_is_a_dashed_line(tmp_path: Path) -> None:
    made = workshop("medicine", tmp_path)
    for slug in ("semmelweis", "waterworks"):
        record = made.root / f"experiments/{slug}.yaml"
        text = record.read_text("utf-8").partition("relations:")[0]
        record.write_text(text.replace("sources: [", "sources: [mrc1948, "), "utf-8")
    whole = made.whole("counting")
    book, records = whole.subject.book, whole.subject.chapter.records  # type: ignore[union-attr]
    [tie] = [one for one in ties_of(book, records, [whole.document]) if not one.refers]
    assert tie.sources == ("mrc1948",)
    assert "stroke-dasharray" in map_svg(book, records, [tie])


def test_the_progress_of_verifying_is_read_from_the_commits(tmp_path: Path) -> None:
    made = workshop("minimal", tmp_path)

    def commit(day: int) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        when = {"GIT_COMMITTER_DATE": f"2026-03-{day:02}T12:00:00Z"}
        for arguments in (["add", "-A"], ["commit", "-qm", "x"]):
            subprocess.run(
                ["git", *who, *arguments], cwd=made.root, check=True, env=os.environ | when
            )

    subprocess.run(["git", "init", "-q"], cwd=made.root, check=True)
    commit(1)
    record = made.root / "experiments/card-game.yaml"
    good = record.read_text("utf-8")
    record.write_text(good.replace("value: 11.5", "value: x"), "utf-8")
    commit(2)
    more = "  more: {value: 3, unit: 次, of: 次数, cite: demo2025, at: 图 6}\nfindings:"
    record.write_text(good.replace("findings:", more), "utf-8")
    commit(3)
    rows = coverage_of_commits(made.root)
    assert [(one["date"], one["total"]) for one in rows] == [("2026-03-01", 3), ("2026-03-03", 4)]
    assert "03.01" in coverage_svg(rows)


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
