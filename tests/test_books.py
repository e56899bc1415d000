"""Tiny books: built, changed, built again; and everything that a book can get wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from chapterkit.manuscript.wording import locale
from chapterkit.pandoc import pandoc_path
from conftest import HERE, Run

OUTPUTS = ("docx", "epub", "html", "pdf")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def built(book: Path) -> dict[str, bytes]:
    """Return the outputs of a book, and whatever else was left beside them, by name."""
    folder = book / "build" / "cards"
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.name: path.read_bytes() for path in found if path.name != ".lock"}


def test_build_writes_every_format_and_nothing_else(minimal: Path, run: Run) -> None:
    result = run(minimal, "build")
    assert result.exit_code == 0, result.output
    written = [f"cards.{suffix}" for suffix in OUTPUTS]
    assert sorted(built(minimal)) == [*written, "manifest.json"]
    assert "cards.pdf" in result.output


def test_a_changed_record_changes_the_text(minimal: Path, run: Run) -> None:
    run(minimal, "build", "--format", "html")
    change(minimal / "experiments/card-game.yaml", "value: 15.0", "value: 16.25")
    assert run(minimal, "build", "3", "--format", "html").exit_code == 0
    html = built(minimal)["cards.html"].decode()
    assert "16.25%" in html
    assert "4.75 个百分点" in html
    assert "15.0%" not in html


def test_building_twice_gives_the_same_bytes(minimal: Path, run: Run) -> None:
    run(minimal, "build")
    first = built(minimal)
    time.sleep(1.1)
    run(minimal, "build")
    second = built(minimal)
    assert [name for name in first if first[name] != second[name]] == []


@dataclass(frozen=True)
class Break:
    """One way to break the minimal book, and where the tool must say so."""

    name: str
    file: str
    old: str
    new: str | bytes
    place: str
    says: str
    code: int = 2
    arguments: tuple[str, ...] = ("build",)


RECORD, CHAPTER, OWN = (
    "experiments/card-game.yaml",
    "book/chapter3.md",
    "templates/experiments/card-game.md.j2",
)
BREAKS = [
    Break("broken-yaml", RECORD, "title: 换一条规则", "title: [换一条规则", f"{RECORD}:2", "YAML"),
    Break("tab", RECORD, "  model:", "\tmodel:", f"{RECORD}:6", "YAML"),
    Break("anchor", RECORD, "model: 一", "model: &model 一", f"{RECORD}:6", "锚点 &model"),
    Break("alias", RECORD, "model: ", "model: *model # ", f"{RECORD}:6", "别名 *model"),
    Break("anchor-of-a-key", RECORD, "  model:", "  &model model:", f"{RECORD}:6", "锚点 &model"),
    Break("alias-as-key", RECORD, "  model:", "  *model :", f"{RECORD}:6", "别名 *model"),
    Break("anchor-of-all", RECORD, "", "&all\nslug: card-game\n", f"{RECORD}:", "锚点 &all"),
    Break("merge-key", RECORD, "  model:", "  <<: {a: b}\n  model:", f"{RECORD}:6", "合并键 <<"),
    Break("list", RECORD, "", "- slug: card-game\n", f"{RECORD}:1", "映射"),
    Break("unknown-key", RECORD, "setup:", "stup:", f"{RECORD}:5", "stup"),
    Break("unknown-number-key", RECORD, "unit:", "unti:", f"{RECORD}:8", "unti"),
    Break("missing-key", RECORD, "title: 换一条规则\n", "", f"{RECORD}:1", "title"),
    Break("wrong-type", RECORD, "value: 11.5", "value: eleven", f"{RECORD}:8", "eleven"),
    Break("nan", RECORD, "value: 11.5", "value: .nan", f"{RECORD}:8", "value"),
    Break("huge", RECORD, "value: 11.5", "value: 1e400", f"{RECORD}:8", "1e400"),
    Break("unknown-part", "book/book.yaml", "chapters:", "parts: [sft]\nchapters:", f"{RECORD}:3", "sft"),
    Break("unknown-kind", RECORD, "part: rl", "kind: experimnt", f"{RECORD}:3", "最接近的是 experiment"),
    Break("duplicate-key", RECORD, "  after:", "  before:", f"{RECORD}:9", "两次"),
    Break("slug-and-file", RECORD, "slug: card-game", "slug: other", f"{RECORD}:1", "文件名"),
    Break("derived-unknown", RECORD, "after - before", "after - befor", f"{RECORD}:10", "befor"),
    Break("derived-circular", RECORD, "after - before", "after - gain", f"{RECORD}:10", "圈"),
    Break("derived-zero", RECORD, "after - before", "after / 0", f"{RECORD}:10", "零"),
    Break("derived-code", RECORD, "after - before", "print(after)", f"{RECORD}:10", "加减乘除"),
    Break("record-cite", RECORD, "cite: demo2025, at: 图 6}\n  after", "cite: demo2024, at: 图 6}\n  after", f"{RECORD}:8", "demo2024"),
    Break("rests-on", RECORD, "rests_on: [before", "rests_on: [befor", f"{RECORD}:12", "befor"),
    Break("unknown-number", OWN, "n.after", "n.aftr", f"{OWN}:6", "aftr"),
    Break("chapter-number", CHAPTER, "card-game.after", "card-game.aftr", f"{CHAPTER}:9", "aftr"),
    Break("class", OWN, "n.after", 'n.after.__class__', f"{OWN}:6", "__class__"),
    Break("mro", OWN, "{{ n.after }}", '{{ "".__class__.__mro__ }}', f"{OWN}:6", "__class__"),
    Break("model", OWN, "{{ n.after }}", '{{ n.after.number.model.parse_file("/etc/hostname") }}', f"{OWN}:6", "不能用属性 parse_file"),
    Break("globals", OWN, "{{ n.after }}", "{{ cite.__globals__ }}", f"{OWN}:6", "__globals__"),
    Break("syntax", OWN, "{{ n.after }}", "{{ n.after }", f"{OWN}:", "模板"),
    Break("unknown-name", OWN, "n.after", "m.after", f"{OWN}:6", "m"),
    Break("unknown-filter", OWN, "n.after", "n.after | shout", f"{OWN}:6", "shout"),
    Break("missing-template", OWN, "experiment.md.j2", "experimint.md.j2", f"{OWN}:1", "experimint"),
    Break("other-file", OWN, '"experiment.md.j2"', '"../refs.bib"', f"{OWN}:1", "refs.bib"),
    Break("endless", OWN, "{{ super() }}", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", f"{OWN}:", "range"),
    Break("loops", OWN, "{{ super() }}", "{% set l = [1,2,3,4,5,6,7,8,9] %}" + "{% for a in l %}" * 8 + "{% endfor %}" * 8, f"{OWN}:", "步"),
    Break("recursive", OWN, "{{ super() }}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", f"{OWN}:", "模板"),
    Break("big", OWN, "{{ super() }}", '{{ "a" * 999999999 }}', f"{OWN}:", "*"),
    Break("cite", CHAPTER, 'cite("demo2025"', 'cite("demo2024"', f"{CHAPTER}:9", "demo2024"),
    Break("ref", CHAPTER, 'ref("card-game")', 'ref("card-gme")', f"{CHAPTER}:9", "card-game"),
    Break("experiment", CHAPTER, 'experiment("card-game")', 'experiment("cards")', f"{CHAPTER}:5", "cards"),
    Break("placed-twice", CHAPTER, "## 小结", '{{ experiment("card-game") }}\n\n## 小结', f"{CHAPTER}:7", "两次"),
    Break("duplicate-bib", "refs.bib", "@inproceedings", "@misc{demo2025, title={x}}\n\n@inproceedings", "refs.bib:3", "demo2025"),
    Break("unclosed-bib", "refs.bib", "{english}\n}", "{english}\n", "refs.bib:1", "花括号"),
    Break("empty-chapter", CHAPTER, "", " \n", f"{CHAPTER}:1", "空"),
    Break("not-utf8", CHAPTER, "", "# 标题\n\n正文".encode("gb18030"), f"{CHAPTER}:1", "UTF-8"),
    Break("nul", CHAPTER, "小结", "小\0结", f"{CHAPTER}:7", "NUL"),
    Break("no-title", CHAPTER, "# 纸牌", "## 纸牌", f"{CHAPTER}:1", "标题", code=1),
    Break("outside", "book/book.yaml", "chapter3.md", "../../elsewhere.md", "book/book.yaml:6", "之外"),
    Break("no-file", "book/book.yaml", "chapter3.md", "chapter4.md", "book/book.yaml:6", "不存在"),
    Break("config-key", "book/book.yaml", "author:", "auhtor:", "book/book.yaml:2", "auhtor"),
    Break("no-chapter", CHAPTER, "小结", "小结", "book/book.yaml:1", "8", arguments=("build", "8")),
    Break("format", CHAPTER, "小结", "小结", "", "pdf", arguments=("build", "--format", "pfd")),
    Break("typed-number", OWN, "{{ n.after }}", "15.5%", f"{OWN}:6:24", "15.5%", code=1),
    Break("bullet", OWN, "成功率从", "- 成功率从", f"{OWN}:6:3", "列表", code=1),
    Break("typed-key", CHAPTER, "[@demo2025]", "[@demo2024]", f"{CHAPTER}:3:13", "demo2024", code=1),
    Break("yaml-number", RECORD, "训练之后高于训练之前", "训练之后高出 3%", f"{RECORD}:12:", "3%", code=1),
    Break("gone-number", RECORD, '  before: {value: 11.5, unit: "%", of: 成功率, when: 训练之前, cite: demo2025, at: 图 6}\n', "", f"{RECORD}:11", "before"),
    Break("glyph", CHAPTER, "小结", "小结\U00010380", f"{CHAPTER}:7", "字体", code=1),
]  # fmt: skip


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.name)
def test_bad_input_is_told_in_one_line_and_changes_nothing(
    broken: Break, minimal: Path, run: Run
) -> None:
    assert run(minimal, "build", "--format", "html").exit_code == 0
    before = built(minimal)
    path = minimal / broken.file
    if isinstance(broken.new, bytes):
        path.write_bytes(broken.new)
    elif broken.old:
        change(path, broken.old, broken.new)
    else:
        path.write_text(broken.new, "utf-8")
    result = run(minimal, *broken.arguments)
    assert result.exit_code == broken.code, result.output
    place, output = broken.place, result.output
    assert "Traceback" not in output
    line = next((line for line in output.splitlines() if line.startswith(place)), "")
    assert line, output
    assert broken.says in output
    if broken.code == 2:
        assert len(output.splitlines()) <= 2, output
    assert built(minimal) == before


def test_unwritable_output(minimal: Path, run: Run) -> None:
    (minimal / "taken").write_text("a file, not a folder")
    result = run(minimal, "build", "--output", "taken/below")
    assert result.exit_code == 2
    assert result.output.startswith("taken/below")
    assert "hint:" in result.output


def test_outside_any_book(tmp_path: Path, run: Run) -> None:
    result = run(tmp_path, "build")
    assert result.exit_code == 2
    assert "book/book.yaml" in result.output


# No test waits longer; a machine under load may take its time.
HANGS = 600


def test_what_a_build_reports_calls_sections_by_their_titles_alone(minimal: Path, run: Run) -> None:
    change(minimal / "book/chapter3.md", "## 小结", "## 小结[@demo2025]^[注。]")
    printed = run(minimal, "build", "--format", "markdown").stdout
    [line] = [one for one in printed.splitlines() if one.startswith("小结")]
    assert re.match(r"小结\s+\d+ 字", line)


def test_references_are_mended_where_they_are_certain(minimal: Path, run: Run) -> None:
    chapter = minimal / "book/chapter4.md"
    chapter.write_text(
        "# 传播 {#spread}\n\n上一章讲纸牌，第三章也讲；见图 4.1[^译注ii]。\n\n"
        "## 水井 {#wells}\n\n下一节讲别的，下一章没有。\n\n## 别的\n\n上一节讲*水井*。\n",
        "utf-8",
    )
    plan = minimal / "book/book.yaml"
    more = "  - {slug: spread, number: 4, file: chapter4.md}\n"
    plan.write_text(plan.read_text("utf-8") + more, "utf-8")
    run(minimal, "check", "--fix")
    assert chapter.read_text("utf-8") == (
        "# 传播 {#spread}\n\n[](#cards)讲纸牌，[](#cards)也讲；见图 4.1[^译注ii]。\n\n"
        "## 水井 {#wells}\n\n下一节讲别的，下一章没有。\n\n## 别的\n\n[](#wells)讲*水井*。\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_build_leaves_nothing_behind(
    number: signal.Signals, minimal: Path, run: Run, tmp_path: Path
) -> None:
    run(minimal, "build")
    before = built(minimal)
    change(minimal / "book/chapter3.md", "小结", "总结")
    writing, go_on = tmp_path / "writing", tmp_path / "go-on"
    # Whoever runs the tests in the background has told them, and what they start, to ignore SIGINT.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "-m", "chapterkit", "build"],
        cwd=minimal, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(waiting_pandoc(tmp_path, writing, go_on))},
    )  # fmt: skip
    signal.signal(signal.SIGINT, ignored)
    while not writing.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    assert list((minimal / "build" / "cards").glob(".building-*"))
    process.send_signal(number)
    go_on.touch()
    process.communicate(timeout=HANGS)
    assert process.returncode == 130
    assert built(minimal) == before


def waiting_pandoc(folder: Path, writing: Path, go_on: Path) -> Path:
    """Return a folder for PYTHONPATH whose pandoc, when it is to write, says so and waits."""
    files = folder / "packages" / "pypandoc" / "files"
    files.mkdir(parents=True)
    (files.parent / "__init__.py").touch()
    script = f"""#!/bin/sh
case " $* " in *" -o "*)
  touch '{writing}'
  while [ ! -e '{go_on}' ]; do sleep 0.02; done
esac
exec '{pandoc_path()}' "$@"
"""
    (files / "pandoc").write_text(script, "utf-8")
    (files / "pandoc").chmod(0o755)
    return folder / "packages"


def test_a_build_waits_for_another_of_the_same_folder(
    minimal: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another build, here a thread that holds the folder's lock, is done once this one asks."""
    run(minimal, "build", "--format", "html")
    before = built(minimal)
    change(minimal / "book/chapter3.md", "小结", "总结")
    held, asked = threading.Event(), threading.Event()
    meanwhile: list[dict[str, bytes]] = []

    class Asking(FileLock):
        def acquire(self, *args: Any, **kwargs: Any) -> Any:
            asked.set()
            return super().acquire(*args, **kwargs)

    def other_build() -> None:
        with FileLock(minimal / "build" / "cards" / ".lock"):
            held.set()
            asked.wait()
            meanwhile.append(built(minimal))

    other = threading.Thread(target=other_build, daemon=True)
    other.start()
    held.wait()
    monkeypatch.setattr("chapterkit.printing.FileLock", Asking)
    result = run(minimal, "build", "--format", "html")
    asked.set()  # if this build never did
    other.join()
    assert result.exit_code == 0, result.output
    assert meanwhile == [before]
    assert "总结" in built(minimal)["cards.html"].decode()


def test_several_builds_at_once_do_not_mix(minimal: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "chapterkit",
        "build",
        "--format",
        "html",
        "--format",
        "markdown",
    ]
    running = [subprocess.Popen(command, cwd=minimal, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [process.wait(HANGS) for process in running] == [0, 0, 0]
    assert sorted(built(minimal)) == ["cards.html", "cards.md", "manifest.json"]


def test_check_as_json(minimal: Path, run: Run) -> None:
    change(minimal / OWN, "{{ n.after }}", "15.5%")
    result = run(minimal, "check", "--format", "json")
    assert result.exit_code == 1
    printed = json.loads(result.output)
    first = printed["problems"][0]
    assert set(first) == {"path", "line", "column", "rule", "severity", "message", "hint"}
    assert (first["path"], first["line"], first["column"]) == (OWN, 6, 24)
    assert first["rule"] == "unsourced-number"
    assert "card-game.after" in first["hint"]
    assert printed["summary"]["errors"] == len(printed["problems"])


def test_unused_number_is_a_warning_at_its_record(minimal: Path, run: Run) -> None:
    change(minimal / OWN, "，增加 {{ n.gain }}", "")
    result = run(minimal, "check")
    assert result.exit_code == 0
    assert f"{RECORD}:10:" in result.output
    assert "unused-number" in result.output
    assert run(minimal, "check", "--strict").exit_code == 1


def test_operands_of_a_shown_number_count_as_used(minimal: Path, run: Run) -> None:
    change(minimal / OWN, "从 {{ n.before }} ", "")
    assert "unused-number" not in run(minimal, "check").output


def test_severities_and_options_come_from_the_book(minimal: Path, run: Run) -> None:
    change(minimal / OWN, "{{ n.after }}", "15.5%")
    config = minimal / "book/book.yaml"
    text = config.read_text("utf-8")
    config.write_text(text + "lint:\n  rules: {unsourced-number: warning}\n", "utf-8")
    assert run(minimal, "check").exit_code == 0
    config.write_text(text + "lint:\n  options: {unsourced-number: {names: [15.5%]}}\n", "utf-8")
    assert "unsourced-number" not in run(minimal, "check").output
    config.write_text(text + "lint:\n  rules: {unsorced-number: off}\n", "utf-8")
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert "unsourced-number" in result.output


def test_a_file_outside_a_book(tmp_path: Path, run: Run) -> None:
    (tmp_path / "draft.md").write_text("# 题 {#t}\n\n- 一项\n\n升到 15.0%[@demo2025]。\n", "utf-8")
    result = run(tmp_path, "check", "draft.md")
    assert result.exit_code == 1
    assert "draft.md:3:3" in result.output
    assert "draft.md:5:4" in result.output
    shutil.copy(HERE / "rules" / "ledger.yaml", tmp_path)
    shutil.copy(HERE / "rules" / "refs.bib", tmp_path)
    given = ("--ledger", "ledger.yaml", "--bibliography", "refs.bib")
    assert "draft.md:5" not in run(tmp_path, "check", "draft.md", *given).output


def test_crlf_bom_and_no_final_newline_read_as_usual(tmp_path: Path, run: Run) -> None:
    (tmp_path / "draft.md").write_bytes("\ufeff一段。\r\n\r\n- 一项".encode())
    assert "draft.md:3:3" in run(tmp_path, "check", "draft.md").output


@pytest.mark.parametrize("name", ["missing.md", "folder.md", "loop.md"])
def test_files_that_cannot_be_read(name: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "loop.md").symlink_to("loop.md")
    result = run(tmp_path, "check", name)
    assert result.exit_code == 2
    assert result.output.startswith(name)


def test_new_book_builds_at_once(tmp_path: Path, run: Run) -> None:
    assert run(tmp_path, "new", "book", "mine").exit_code == 0
    book = tmp_path / "mine"
    result = run(book, "build")
    assert result.exit_code == 0, result.output
    assert "错误" not in result.output
    again = run(tmp_path, "new", "book", "mine")
    assert again.exit_code == 2


def test_a_page_of_cited_history_in_a_new_book_needs_no_records(tmp_path: Path, run: Run) -> None:
    run(tmp_path, "new", "book", "mine")
    chapter = tmp_path / "mine/book/chapter1.md"
    page = (
        "光绪二十四年四月二十三日，诏书颁下；七十三岁的首辅自请致仕，回乡住了四年。"
        '长江决口后，数万灾民涌进省城，开仓放米三十六天，死了上百人{{ cite("example2025") }}。'
    )
    change(chapter, "这一章从", f"{page}\n\n这一章从")
    checked = run(tmp_path / "mine", "check")
    assert checked.exit_code == 0, checked.output
    assert "policy age: cite" in run(tmp_path / "mine", "numbers").output
    change(chapter, '死了上百人{{ cite("example2025") }}', "死了上百人")
    assert "给这一句加上引文，或把它写进记录" in run(tmp_path / "mine", "check").output


def test_new_experiment_builds_at_once(tmp_path: Path, run: Run) -> None:
    run(tmp_path, "new", "book", "mine")
    book = tmp_path / "mine"
    assert run(book, "new", "experiment", "second-one").exit_code == 0
    chapter = book / "book/chapter1.md"
    chapter.write_text(chapter.read_text("utf-8") + '\n{{ experiment("second-one") }}\n', "utf-8")
    assert run(book, "build", "--format", "html").exit_code == 0
    assert "实验 1.2" in (book / "build/first-chapter/first-chapter.html").read_text("utf-8")
    assert run(book, "new", "experiment", "second-one").exit_code == 2
    assert run(book, "new", "experiment", "Bad Slug").exit_code == 2


def test_default_template_is_the_one_that_new_books_get() -> None:
    root = HERE.parent
    ours = (root / "templates/experiment.md.j2").read_text("utf-8")
    given = locale("zh-Hans").files["templates/experiment.md.j2"]
    assert given == ours


def test_values_never_become_markup(minimal: Path, run: Run) -> None:
    nasty = r"a*b* _c_ ~d~ ^e^ $f$ @g [h](i) <j> # k | l \\ `m` **n** {.o} &amp; :: %"
    record = minimal / RECORD
    quoted = nasty.replace("'", "''")
    change(record, "claim: 训练之后高于训练之前", f"claim: '{quoted}'")
    result = run(minimal, "build", "--format", "html")
    assert result.exit_code == 0, result.output
    html = built(minimal)["cards.html"].decode()
    body = re.sub(r"<[^>]+>", "", html)
    assert "a*b* _c_ ~d~ ^e^ $f$ @g [h](i) &lt;j&gt; # k | l \\\\ `m` **n** {.o} &amp;amp;" in body


@pytest.mark.parametrize(
    "start",
    [
        "1. 甲",
        "- 甲",
        "+ 甲",
        "# 甲",
        "> 甲",
        ": 甲",
        "(1) 甲",
        "a. 甲",
        "iv) 甲",
        "| 甲",
        "% 甲",
        "=== 甲",
    ],
)
def test_a_value_at_the_start_of_a_paragraph_opens_no_block(
    start: str, minimal: Path, run: Run
) -> None:
    change(minimal / RECORD, "claim: 训练之后高于训练之前", f"claim: '{start}'")
    result = run(minimal, "check")
    assert "list-in-text" not in result.output
    assert "block-in-text" not in result.output


def test_neighbouring_citations_are_one(minimal: Path, run: Run) -> None:
    other = "\n@misc{other2024, title={x}, author={Other, Ben}, year={2024}, url={https://example.org}}\n"
    with (minimal / "refs.bib").open("a", encoding="utf-8") as file:
        file.write(other)
    both = 'cite("demo2025", "图 6") }}{{ cite("other2024", "表 [1]")'
    change(minimal / CHAPTER, 'cite("demo2025", "图 6")', both)
    result = run(minimal, "build", "--format", "html")
    assert result.exit_code == 0, result.output
    assert "@" not in re.sub(
        r"<style.*?</style>", "", built(minimal)["cards.html"].decode(), flags=re.S
    )


def test_a_typed_number_is_a_problem_also_where_it_is_right(minimal: Path, run: Run) -> None:
    change(minimal / OWN, "{{ n.after }}", "15.0%")
    result = run(minimal, "check")
    assert result.exit_code == 1
    assert 'n("card-game.after")' in result.output


def test_numbers_lists_everything_and_binds(minimal: Path, run: Run) -> None:
    change(minimal / OWN, "{{ n.after }}", "15.0%")
    change(minimal / OWN, "{{ n.gain }}", "9 倍")
    printed = json.loads(run(minimal, "numbers", "--format", "json").output)
    listed = {(one["text"], one["status"], one["number"]) for one in printed["quantities"]}
    assert ("11.5%", "recorded", "card-game.before") in listed
    assert ("15.0%", "matched", "card-game.after") in listed
    assert ("9 倍", "unsourced", None) in listed
    before = (minimal / OWN).read_text("utf-8")
    proposed = run(minimal, "numbers", "--bind", OWN)
    assert '+成功率从 {{ n.before }} 升到 {{ n("card-game.after") }}，增加 9 倍' in proposed.output
    assert (minimal / OWN).read_text("utf-8") == before
    run(minimal, "numbers", "--bind", OWN, "--write")
    assert 'n("card-game.after")' in (minimal / OWN).read_text("utf-8")
    assert run(minimal, "numbers").output.count("matched ") == 1  # only the line of totals


def test_numbers_of_a_file_outside_a_book(tmp_path: Path, run: Run) -> None:
    shutil.copy(HERE / "rules" / "ledger.yaml", tmp_path)
    text = "升到约 15%，也就是百分之十五[@demo2025]。走了 19 条。\n"
    (tmp_path / "draft.md").write_text(text, "utf-8")
    arguments = ("numbers", "--bind", "draft.md", "--ledger", "ledger.yaml")
    proposed = run(tmp_path, *arguments).output
    assert '升到{{ n("rl") | approx }}，也就是{{ n("rl") }}[' in proposed
    assert "前：升到约 15%，也就是百分之十五" in proposed
    assert "后：升到约 15%，也就是15.0%" in proposed
    listed = run(tmp_path, "numbers", "draft.md", "--ledger", "ledger.yaml")
    assert "matched 2" in listed.output
    assert "unsourced 1" in listed.output


PAPER = """1. Introduction

A demonstration.

5. Results

Figure 6: Success rate (%) before and after training. Before: 11.5%. After: 15.0%.
"""


def test_verify_writes_the_lock_and_check_holds_records_to_it(minimal: Path, run: Run) -> None:
    (minimal / "sources").mkdir()
    (minimal / "sources/demo2025.txt").write_text(PAPER, "utf-8")
    result = run(minimal, "verify")
    assert result.exit_code == 0, result.output
    assert "3 个数已核对 3 个" in result.output
    lock = (minimal / "experiments/verified.lock").read_text("utf-8")
    assert [json.loads(line)["number"] for line in lock.splitlines()] == [
        "card-game.after",
        "card-game.before",
        "card-game.gain",
    ]
    assert run(minimal, "check").exit_code == 0
    shutil.rmtree(minimal / "sources")
    assert run(minimal, "verify").exit_code == 0
    assert (minimal / "experiments/verified.lock").read_text("utf-8") == lock
    change(minimal / RECORD, "value: 15.0", "value: 51.0")
    result = run(minimal, "check")
    assert result.exit_code == 1
    assert f"{RECORD}:9:" in result.output
    assert "unverified-number" in result.output
    assert run(minimal, "verify").exit_code == 1


def test_verify_says_what_it_did_not_find(minimal: Path, run: Run) -> None:
    (minimal / "papers").mkdir()
    (minimal / "papers/demo2025.md").write_text(PAPER.replace("15.0%", "16.0%"), "utf-8")
    result = run(minimal, "verify", "--sources", "papers", "--format", "json")
    assert result.exit_code == 1
    printed = json.loads(result.output)
    states = {one["number"]: one["status"] for one in printed["numbers"]}
    assert states["card-game.before"] == "verified"
    assert states["card-game.after"] == "not-found"
    assert printed["summary"]["not-found"] >= 1
    result = run(minimal, "build")
    assert result.exit_code == 1
    assert f"{RECORD}:9:" in result.output
    assert "没有找到" in result.output
    change(minimal / RECORD, "when: 训练之后,", "when: 训练之后, note: 原文印错,")
    assert run(minimal, "check").exit_code == 0
    lock = minimal / "experiments/verified.lock"
    lock.write_text("", "utf-8")
    assert run(minimal, "check", "--strict").exit_code == 0  # no number of its source looked up
    config = minimal / "book/book.yaml"
    config.write_text(config.read_text("utf-8") + "verified_at_least: 0.9\n", "utf-8")
    assert run(minimal, "check").exit_code == 1
    assert run(minimal, "verify", "--sources", "nowhere").exit_code == 2


def test_harvest_gives_entries_that_a_record_takes(minimal: Path, run: Run) -> None:
    (minimal / "sources").mkdir()
    (minimal / "sources/demo2025.txt").write_text(PAPER, "utf-8")
    printed = run(minimal, "harvest", "demo2025").output
    assert "value: 11.5" in printed
    assert "cite: demo2025" in printed
    assert run(minimal, "harvest", "sources/demo2025.txt").output == printed
    assert run(minimal, "harvest", "other2024").exit_code == 2


def test_verifying_one_of_three_papers_leaves_a_clean_book_clean(minimal: Path, run: Run) -> None:
    (minimal / "sources").mkdir()
    (minimal / "sources/demo2025.txt").write_text(PAPER, "utf-8")
    entry = (minimal / "refs.bib").read_text("utf-8")
    more = "".join(entry.replace("demo2025", key) for key in ("other2024", "third2023"))
    (minimal / "refs.bib").write_text(entry + more, "utf-8")
    added = [
        f'  {key[0]}{index}: {{value: {index}.5, unit: "%", of: 率, cite: {key}}}\n'
        for key in ("other2024", "third2023")
        for index in range(11)
    ]
    change(minimal / RECORD, "[demo2025]", "[demo2025, other2024, third2023]")
    change(minimal / RECORD, "findings:", "".join(added) + "findings:")
    before = run(minimal, "check").output
    result = run(minimal, "verify", "card-game.before", "card-game.o1", "card-game.t1")
    assert result.exit_code == 0, result.output
    assert result.output.count("没有原文: ") == 2
    assert run(minimal, "verify").exit_code == 0
    assert run(minimal, "check").output == before


def test_a_record_that_no_chapter_places_is_no_other_experiment(minimal: Path, run: Run) -> None:
    record = (minimal / RECORD).read_text("utf-8")
    other = record.replace("slug: card-game", "slug: other-game")
    (minimal / RECORD).with_name("other-game.yaml").write_text(other, "utf-8")
    assert "isolated-experiment" not in run(minimal, "check").output


def test_harvest_reads_the_units_of_the_book(minimal: Path, run: Run) -> None:
    (minimal / "sources").mkdir()
    (minimal / "sources/demo2025.txt").write_text("The family had 12 mu of land.\n", "utf-8")
    config = minimal / "book/book.yaml"
    config.write_text(config.read_text("utf-8") + "units: {亩: {same: [mu]}}\n", "utf-8")
    assert 'value: 12, unit: "mu"' in run(minimal, "harvest", "demo2025").output


def test_a_book_of_two_chapters(minimal: Path, run: Run) -> None:
    config = minimal / "book/book.yaml"
    second = "  - {slug: more, number: 4, file: chapter4.md}\n"
    config.write_text(config.read_text("utf-8") + second, "utf-8")
    text = '# 再谈 {#more}\n\n{{ ref("card-game") }} 说过这件事[@demo2025]。\n'
    (minimal / "book/chapter4.md").write_text(text, "utf-8")
    result = run(minimal, "build", "--format", "html")
    assert result.exit_code == 0, result.output
    html = (minimal / "build/more/more.html").read_text("utf-8")
    assert "实验 3.1 说过" in html
    assert '#card-game"' not in html
    assert '#card-game"' in built(minimal)["cards.html"].decode()
    assert run(minimal, "check", "more").output.strip() == "没有问题。"
    assert run(minimal, "build", "4", "--format", "markdown").exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("block results", "block reslts", f"{OWN}:2", "results"),
        ("{% endblock %}", "{% endblock %}\n\n写在外面的一段。", f"{OWN}:11", "block"),
    ],
)
def test_no_text_of_a_template_is_lost_without_a_word(
    old: str, new: str, place: str, says: str, minimal: Path, run: Run
) -> None:
    change(minimal / OWN, old, new)
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert result.output.startswith(f"{place}:"), result.output
    assert says in result.output


def test_an_experiment_without_a_heading(minimal: Path, run: Run) -> None:
    (minimal / OWN).write_text("只有一段话。\n", "utf-8")
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert result.output.startswith(f"{OWN}:1:")
    assert "extends" in result.output


def test_a_template_that_belongs_to_no_record(minimal: Path, run: Run) -> None:
    (minimal / OWN).rename(minimal / "templates/experiments/card_game.md.j2")
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert result.output.startswith("templates/experiments/card_game.md.j2:1:")
    assert "card-game" in result.output


def test_an_experiment_that_shares_its_line(minimal: Path, run: Run) -> None:
    change(minimal / CHAPTER, '{{ experiment("card-game") }}', '{{ experiment("card-game") }} 后文')
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert result.output.startswith(f"{CHAPTER}:5:")


def test_a_bound_draft_can_be_checked_again(tmp_path: Path, run: Run) -> None:
    for name in ("ledger.yaml", "refs.bib"):
        shutil.copy(HERE / "rules" / name, tmp_path)
    (tmp_path / "draft.md").write_text("成功率升到 15.0%[@demo2025, 图 6]。\n", "utf-8")
    given = ("--ledger", "ledger.yaml")
    run(tmp_path, "numbers", "--bind", "draft.md", *given, "--write")
    assert "{{" in (tmp_path / "draft.md").read_text("utf-8")
    result = run(tmp_path, "check", "draft.md", *given, "--bibliography", "refs.bib")
    assert result.exit_code == 0, result.output
    assert "recorded 1" in run(tmp_path, "numbers", "draft.md", *given).output


def test_a_broken_formula_is_not_printed(minimal: Path, run: Run) -> None:
    change(minimal / CHAPTER, "开头的理论", "公式 $\\frac{1}{2$ 写错，开头的理论")
    result = run(minimal, "build")
    assert result.exit_code == 1, result.output
    assert result.output.startswith(f"{CHAPTER}:3:")
    assert "frac" in result.output
    assert built(minimal) == {}


def law_book(folder: Path, run: Run) -> Path:
    """Return a new book with one case in a section, a figure that cites, and a reference."""
    run(folder, "new", "book", "law")
    book = folder / "law"
    settings = book / "book" / "book.yaml"
    kinds = "case: {label: 案例, level: 3}"
    text = settings.read_text("utf-8").replace("experiment: {label: 实验}", kinds)
    options = "lint: {options: {block-in-text: {allowed: [image, table]}}}\n"
    settings.write_text(f"{text}numbering: {{sections: chinese}}\n{options}", "utf-8")
    (book / "book" / "chapter1.md").write_text(LAW, "utf-8")
    return book


LAW = """\
# 解除 {#first-chapter}

## 催告 {#notice}

催告在先{{ cite("example2025") }}。

{{ case("first-experiment") }}

## 后果 {#after}

{{ ref("first-experiment") }}的数是 {{ n("first-experiment.after") }}{{ cite("example2025", "表 1") }}。

| 甲 | 乙 |
|---|---|
| 一 | 二 |

: 两项{{ cite("example2025", "第 4 页") }}{{ cite("example2025", "第 6 页") }} {#tbl:one}
"""


def test_records_stand_in_sections_and_what_the_tool_writes_is_spaced(
    tmp_path: Path, run: Run
) -> None:
    book = law_book(tmp_path, run)
    assert run(book, "check").exit_code == 0
    assert run(book, "build", "--format", "markdown").exit_code == 0
    text = next((book / "build").rglob("*.md")).read_text("utf-8")
    assert "\n### 案例 1.1 示例实验" in text
    assert "[案例 1.1](#first-experiment) 的数是" in text
    assert "第 4 页，[1]第 6 页" in text


def test_a_chapter_that_is_not_there_yet_is_told_where_it_is_listed(
    tmp_path: Path, run: Run
) -> None:
    run(tmp_path, "new", "book", "mine")
    book = tmp_path / "mine"
    settings = book / "book" / "book.yaml"
    first = "  - {slug: first-chapter, number: 1, file: chapter1.md}\n"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace(first, f"{first}  - {{slug: breach, file: breach.md}}\n"))
    line = text[: text.index(first)].count("\n") + 2
    result = run(book, "check")
    assert result.exit_code == 2
    assert f"book/book.yaml:{line}: breach（2）的文件 book/breach.md 不存在" in result.output
    assert run(book, "new", "experiment", "second").exit_code == 0


def test_typed_numbers_of_other_chapters_are_told_with_their_identifiers(
    tmp_path: Path, run: Run
) -> None:
    book = law_book(tmp_path, run)
    settings = book / "book" / "book.yaml"
    first = "file: chapter1.md}\n"
    more = "  - {slug: second, file: second.md}\nappendices:\n  - {slug: maps, file: maps.md}\n"
    text = settings.read_text("utf-8").replace(first, first + more)
    settings.write_text(text, "utf-8")
    said = "表 1.1 列出两项；附录 A 收录判决，见附录 B 与表 1.7。"
    (book / "book" / "second.md").write_text(f"# 第二 {{#second}}\n\n{said}\n", "utf-8")
    (book / "book" / "maps.md").write_text("# 判决 {#maps}\n\n这里列出判决。\n", "utf-8")
    output = run(book, "check", "second").output
    assert '改成 {{ ref("tbl:one") }}' in output
    assert "改成 [](#maps)" in output


def test_an_unknown_command_names_the_nearest(tmp_path: Path, run: Run) -> None:
    result = run(tmp_path, "rules")
    assert result.exit_code == 2
    assert "最接近的是 rule" in result.output
    assert "最接近的是 experiment" in run(tmp_path, "new", "experiments").output


# --- checked while it is written

RAW = "成功率升到 15.0%。"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_a_check_finds_is_told_and_not_what_fails_in_writing(
    jobs: str, minimal: Path, run: Run
) -> None:
    with (minimal / CHAPTER).open("a", encoding="utf-8") as file:
        file.write(f'\n{RAW}\n\n![图（自绘）](img/a.png){{alt="图"}}\n')
    (minimal / "book/img").mkdir()
    (minimal / "book/img/a.png").write_bytes(b"no picture")
    result = run(minimal, "build", "--format", "pdf", "--jobs", jobs)
    assert result.exit_code == 1
    for rule in ("unsourced-number", "broken-picture"):
        assert result.output.count(f"[{rule}]") == 1
    assert "有错误，什么也没有写" in result.output
    assert not [*minimal.glob("build/**/*.pdf")]
    assert not [*minimal.glob("build/**/.building-*")]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_a_baseline_accepts_ends_no_writing(jobs: str, minimal: Path, run: Run) -> None:
    with (minimal / CHAPTER).open("a", encoding="utf-8") as file:
        file.write(f"\n{RAW}\n")
    change(minimal / "book/book.yaml", "chapters:", "lint: {baseline: old.yaml}\nchapters:")
    (minimal / "old.yaml").write_text("entries: []\n", "utf-8")
    arguments = ("--write-baseline", str(minimal / "old.yaml"), "--reason", "旧稿")
    run(minimal, "check", *arguments)
    result = run(minimal, "build", "--format", "html", "--format", "docx", "--jobs", jobs)
    assert result.exit_code == 0, result.output
    assert "写好 2 个文件" in result.output


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_warning_is_told_once_and_stands_in_the_manifest(
    jobs: str, minimal: Path, run: Run
) -> None:
    change(minimal / "book/book.yaml", "chapters:", WARN + "chapters:")
    with (minimal / CHAPTER).open("a", encoding="utf-8") as file:
        file.write(f"\n{RAW}\n")
    result = run(minimal, "build", "--format", "html", "--jobs", jobs)
    assert result.exit_code == 0, result.output
    assert result.output.count("[unsourced-number]") == 1
    told = json.loads((minimal / "build/cards/manifest.json").read_text("utf-8"))
    assert [one["rule"] for one in told["problems"]] == ["unsourced-number"]


WARN = "lint: {rules: {unsourced-number: warning}}\n"
