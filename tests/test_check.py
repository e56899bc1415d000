"""What concerns a whole check: exceptions, baseline, severities, lines changed, mending, reports."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from chapterkit.errors import Origin
from chapterkit.lint import Edit, Problem
from chapterkit.lint.pages import markdown
from chapterkit.lint.reports import Report, report_names, written
from conftest import HERE, Run

OLD = """\
# 旧稿

（1）头一段写成了列表项。

（2）第二段也是。
"""


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    (tmp_path / "draft.md").write_text(OLD, "utf-8")
    return tmp_path


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def reported_lines(output: str) -> list[int]:
    return [problem["line"] for problem in json.loads(output)["problems"]]


# --- baseline


def adopt(folder: Path, run: Run) -> None:
    result = run(folder, "check", "draft.md", "--write-baseline", "old.yaml", "--reason", "旧稿")
    assert result.exit_code == 0


def test_a_baseline_accepts_old_problems_wherever_they_move(draft: Path, run: Run) -> None:
    adopt(draft, run)
    moved = OLD.replace("# 旧稿\n", "# 旧稿\n\n添了一段。\n\n又添了一段。\n")
    (draft / "draft.md").write_text(moved, "utf-8")
    result = run(draft, "check", "draft.md", "--baseline", "old.yaml")
    assert result.exit_code == 0, result.output


def test_a_baseline_does_not_accept_new_problems(draft: Path, run: Run) -> None:
    adopt(draft, run)
    (draft / "draft.md").write_text(OLD + "\n（3）第三段是新的。\n", "utf-8")
    result = run(draft, "check", "draft.md", "--baseline", "old.yaml", "--format", "json")
    assert result.exit_code == 1
    assert reported_lines(result.output) == [7]


def test_a_baseline_counts(draft: Path, run: Run) -> None:
    """The same sentence a second time is a new problem."""
    adopt(draft, run)
    (draft / "draft.md").write_text(OLD + "\n（2）第二段也是。\n", "utf-8")
    result = run(draft, "check", "draft.md", "--baseline", "old.yaml", "--format", "json")
    assert reported_lines(result.output) == [7]


def test_a_baseline_grows_only_with_a_reason(draft: Path, run: Run) -> None:
    adopt(draft, run)
    before = (draft / "old.yaml").read_text("utf-8")
    (draft / "draft.md").write_text(OLD + "\n（3）第三段是新的。\n", "utf-8")
    refused = run(draft, "check", "draft.md", "--write-baseline", "old.yaml")
    assert refused.exit_code == 2
    assert "理由" in refused.output
    assert (draft / "old.yaml").read_text("utf-8") == before
    taken = run(draft, "check", "draft.md", "--write-baseline", "old.yaml", "--reason", "第三章")
    assert taken.exit_code == 0
    text = (draft / "old.yaml").read_text("utf-8")
    assert text.count('旧稿"}') == 2
    assert text.count('第三章"}') == 1
    assert run(draft, "check", "draft.md", "--baseline", "old.yaml").exit_code == 0


def test_a_baseline_written_again_without_news_stays_as_it_is(draft: Path, run: Run) -> None:
    adopt(draft, run)
    before = (draft / "old.yaml").read_text("utf-8")
    assert run(draft, "check", "draft.md", "--write-baseline", "old.yaml").exit_code == 0
    assert (draft / "old.yaml").read_text("utf-8") == before


def test_what_no_longer_occurs_must_leave_the_baseline(draft: Path, run: Run) -> None:
    adopt(draft, run)
    (draft / "draft.md").write_text(OLD.replace("（2）", ""), "utf-8")
    result = run(draft, "check", "draft.md", "--baseline", "old.yaml", "--format", "json")
    assert result.exit_code == 1
    [problem] = json.loads(result.output)["problems"]
    assert (problem["rule"], problem["path"]) == ("stale-baseline", "old.yaml")
    assert run(draft, "check", "draft.md", "--baseline", "old.yaml", "--prune").exit_code == 0
    assert run(draft, "check", "draft.md", "--baseline", "old.yaml").exit_code == 0
    assert (draft / "old.yaml").read_text("utf-8").count("rule:") == 1


def test_entries_of_files_not_checked_are_not_judged(draft: Path, run: Run) -> None:
    adopt(draft, run)
    (draft / "other.md").write_text("# 题\n\n没有问题的一段。\n", "utf-8")
    assert run(draft, "check", "other.md", "--baseline", "old.yaml").exit_code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("entries: [{rule: fake-list}]\n", "old.yaml:1"),
        ("entries:\n  - {rule: a, sentence: xyz, path: a.md, reason: b}\n", "old.yaml:2"),
        ("- a\n", "old.yaml:1"),
    ],
)
def test_a_broken_baseline_is_told(text: str, said: str, draft: Path, run: Run) -> None:
    (draft / "old.yaml").write_text(text, "utf-8")
    result = run(draft, "check", "draft.md", "--baseline", "old.yaml")
    assert result.exit_code == 2
    assert said in result.output


def test_a_book_names_its_baseline(minimal: Path, run: Run) -> None:
    chapter = minimal / "book" / "chapter3.md"
    chapter.write_text(chapter.read_text("utf-8") + "\n（1）旧的一段。\n", "utf-8")
    assert run(minimal, "check").exit_code == 1
    run(minimal, "check", "--write-baseline", "old.yaml", "--reason", "旧稿")
    config = minimal / "book" / "book.yaml"
    config.write_text(config.read_text("utf-8") + "lint: {baseline: old.yaml}\n", "utf-8")
    assert run(minimal, "check").exit_code == 0
    assert run(minimal, "build", "--format", "markdown").exit_code == 0


def test_pruning_judges_only_the_rules_that_ran(draft: Path, run: Run) -> None:
    adopt(draft, run)
    before = (draft / "old.yaml").read_text("utf-8")
    arguments = ("check", "draft.md", "--baseline", "old.yaml")
    assert run(draft, *arguments, "--prune", "--rule", "mojibake").exit_code == 0
    assert (draft / "old.yaml").read_text("utf-8") == before


# --- severities


def test_severities_by_path(minimal: Path, run: Run) -> None:
    append(minimal / "book" / "chapter3.md", "\n（1）一段。\n")
    config = minimal / "book" / "book.yaml"
    plain = config.read_text("utf-8")
    for severity, code in (("warning", 0), ("off", 0), ("error", 1)):
        setting = f'lint: {{paths: {{"book/*": {{fake-list: {severity}}}}}}}\n'
        config.write_text(plain + setting, "utf-8")
        assert run(minimal, "check").exit_code == code
    config.write_text(plain + 'lint: {paths: {"templates/*": {fake-list: off}}}\n', "utf-8")
    assert run(minimal, "check").exit_code == 1
    config.write_text(
        plain + 'lint: {rules: {fake-list: off}, paths: {"book/*": {fake-list: error}}}\n', "utf-8"
    )
    assert run(minimal, "check").exit_code == 1


def test_warnings_fail_only_if_strict(draft: Path, run: Run) -> None:
    (draft / "house.yaml").write_text("lint: {rules: {fake-list: warning}}\n", "utf-8")
    arguments = ("check", "draft.md", "--config", "house.yaml", "--rule", "fake-list")
    assert run(draft, *arguments).exit_code == 0
    assert run(draft, *arguments, "--strict").exit_code == 1


# --- lines changed


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_only_changed_lines(draft: Path, run: Run) -> None:
    git(draft, "init")
    git(draft, "add", ".")
    git(draft, "commit", "-m", "old")
    arguments = ("check", "draft.md", "--changed-since", "HEAD", "--format", "json")
    assert run(draft, *arguments).exit_code == 0
    changed = OLD.replace("# 旧稿\n", "# 旧稿\n\n添了一段。\n") + "\n（3）第三段是新的。\n"
    (draft / "draft.md").write_text(changed, "utf-8")
    assert reported_lines(run(draft, *arguments).output) == [9]
    (draft / "new.md").write_text(OLD, "utf-8")
    untracked = run(draft, "check", "new.md", "--changed-since", "HEAD", "--format", "json")
    assert reported_lines(untracked.output) == [3, 5]


def test_only_changed_lines_are_mended(draft: Path, run: Run) -> None:
    (draft / "draft.md").write_text("# 题\n\n甲,乙。\n\n丙。\n", "utf-8")
    git(draft, "init")
    git(draft, "add", ".")
    git(draft, "commit", "-m", "old")
    (draft / "draft.md").write_text("# 题\n\n甲,乙。\n\n丙,丁。\n", "utf-8")
    run(draft, "check", "draft.md", "--changed-since", "HEAD", "--fix")
    assert (draft / "draft.md").read_text("utf-8") == "# 题\n\n甲,乙。\n\n丙，丁。\n"


def test_changed_since_needs_git_and_the_commit(draft: Path, run: Run) -> None:
    result = run(draft, "check", "draft.md", "--changed-since", "HEAD")
    assert result.exit_code == 2
    assert "hint:" in result.output
    git(draft, "init")
    assert run(draft, "check", "draft.md", "--changed-since", "--output=x").exit_code == 2
    assert run(draft, "check", "draft.md", "--changed-since", "nowhere").exit_code == 2


# --- several at once


def test_several_files_at_once_tell_what_they_tell_one_by_one(tmp_path: Path, run: Run) -> None:
    names = [f"{number}.md" for number in range(5)]
    for number, name in enumerate(names):
        (tmp_path / name).write_text(f"# 题\n\n（{number + 1}）写成了列表项。\n" * 3, "utf-8")
    one, two = (
        run(tmp_path, "check", *names, "--jobs", jobs, "--format", "json") for jobs in ("1", "3")
    )
    assert one.exit_code == two.exit_code == 1
    assert json.loads(one.output) == json.loads(two.output)
    assert {problem["path"] for problem in json.loads(two.output)["problems"]} == set(names)


def test_a_file_outside_a_book_is_checked_without_what_reads_books(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("结果是 15.0%。\n", "utf-8")
    script = (
        "import sys\nfrom chapterkit.commands import main\n"
        "try:\n    main(['check', 'a.md', '--format', 'json'])\nexcept SystemExit:\n    pass\n"
        "names = 'pydantic yaml jinja2 pybtex markdown_it chapterkit.drawing concurrent.futures'\n"
        "print([one for one in names.split() if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert '"unsourced-number"' in done.stdout
    assert done.stdout.endswith("[]\n")


def test_a_failure_in_one_of_several_is_told(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.md").write_text("# 题\n\n一段。\n", "utf-8")
    (tmp_path / "b.md").write_bytes(b"\xff\xfe\x00")
    for jobs in ("1", "2"):
        result = run(tmp_path, "check", "a.md", "b.md", "--jobs", jobs)
        assert result.exit_code == 2
        assert result.output.startswith("b.md:1: 不是 UTF-8")


# --- files of a book


def test_a_file_of_a_book_is_checked_as_part_of_it(minimal: Path, run: Run) -> None:
    append(minimal / "book" / "chapter3.md", "\n（1）一段。\n")
    template = minimal / "templates" / "experiments" / "card-game.md.j2"
    template.write_text(
        template.read_text("utf-8").replace("{% endblock", "\n（2）又一段。\n\n{% endblock", 1),
        "utf-8",
    )
    result = run(minimal, "check", "book/chapter3.md", "--format", "json")
    assert {p["path"] for p in json.loads(result.output)["problems"]} == {"book/chapter3.md"}
    result = run(minimal / "templates", "check", "experiments/card-game.md.j2", "--format", "json")
    assert {p["path"] for p in json.loads(result.output)["problems"]} == {
        "experiments/card-game.md.j2"
    }


def test_an_exception_before_a_placing_line_holds_for_that_line(minimal: Path, run: Run) -> None:
    chapter = minimal / "book" / "chapter3.md"
    text = chapter.read_text("utf-8")
    config = minimal / "book" / "book.yaml"
    config.write_text(
        config.read_text("utf-8") + "lint: {options: {late-experiment: {most: 1}}}\n", "utf-8"
    )
    arguments = ("check", "--rule", "late-experiment", "--rule", "unused-allow")
    assert run(minimal, *arguments, "--strict").exit_code == 1
    placing = '{{ experiment("card-game") }}'
    comment = "<!-- chapterkit: allow late-experiment: 开头要先讲清楚 -->"
    for gap in ("\n", "\n\n"):
        chapter.write_text(text.replace(placing, f"{comment}{gap}{placing}"), "utf-8")
        result = run(minimal, *arguments, "--strict")
        assert result.exit_code == 0, result.output


def test_a_file_beside_the_chapters_keeps_to_house_style(minimal: Path, run: Run) -> None:
    (minimal / "book" / "appendix.md").write_text("# 附录\n\n用GPT做。\n", "utf-8")
    config = minimal / "book" / "book.yaml"
    plain = config.read_text("utf-8")
    for style, code in (("space", 1), ("any", 0)):
        config.write_text(plain + f"style: {{cjk_space: {style}}}\n", "utf-8")
        assert run(minimal, "check", "book/appendix.md", "--strict").exit_code == code
        assert run(minimal / "book", "check", "appendix.md", "--strict").exit_code == code


@pytest.mark.parametrize(
    ("setting", "place", "says"),
    [
        ("lint: {rules: {fake-lst: off}}", "book/book.yaml:7", "fake-list"),
        ("lint:\n  paths:\n    'a*': {fake-lst: off}", "book/book.yaml:9", "fake-list"),
        ("lint:\n  options:\n    long-paragraph: {mst: 1}", "book/book.yaml:9", "most"),
        ("lint: {options: {long-paragraph: {most: 多}}}", "book/book.yaml:7", "整数"),
        ("lint: {options: {long-paragraph: {most: -5}}}", "book/book.yaml:7", "小于零"),
        ("budgets: {theory: {characters: [9, 1]}}", "book/book.yaml:7", "至少"),
        ("style: {cjk_space: sapce}", "book/book.yaml:7", "space"),
    ],
)
def test_settings_that_do_not_fit_are_told_at_their_line(
    setting: str, place: str, says: str, minimal: Path, run: Run
) -> None:
    config = minimal / "book" / "book.yaml"
    config.write_text(config.read_text("utf-8") + setting + "\n", "utf-8")
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert result.output.startswith(place), result.output
    assert says in result.output


# --- mending


def test_a_template_that_prints_data_can_be_mended(minimal: Path, run: Run) -> None:
    """Data stand between the words; an edit beside them touches the template's own line."""
    config = minimal / "book" / "book.yaml"
    config.write_text(config.read_text("utf-8") + "style: {cjk_space: none}\n", "utf-8")
    template = minimal / "templates" / "experiment.md.j2"
    assert "# 实验 {{" in template.read_text("utf-8")
    run(minimal, "check", "--fix")
    assert "# 实验{{" in template.read_text("utf-8")


def test_metadata_at_the_head_of_a_file_are_left_alone(tmp_path: Path, run: Run) -> None:
    for mark, equals in (("---", ":"), ("+++", " =")):
        text = f"{mark}\ntitle{equals} 读书,二\n\n# 注\n  - 甲,乙\n{mark}\n\n正文,在此。\n"
        (tmp_path / "a.md").write_text(text, "utf-8")
        assert run(tmp_path, "check", "a.md", "--fix").exit_code == 0
        assert (tmp_path / "a.md").read_text("utf-8") == text.replace("正文,", "正文，")
    (tmp_path / "b.md").write_text("---\n\n这不是元数据,是分隔线。\n\n---\n", "utf-8")
    run(tmp_path, "check", "b.md", "--fix")
    assert "元数据，" in (tmp_path / "b.md").read_text("utf-8")


def test_a_link_stays_a_link(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.md").write_text("# 题\n\n甲,乙。\n", "utf-8")
    (tmp_path / "link.md").symlink_to("a.md")
    run(tmp_path, "check", "link.md", "--fix")
    assert (tmp_path / "link.md").is_symlink()
    assert "甲，乙" in (tmp_path / "a.md").read_text("utf-8")


# --- reports

PROBLEMS = [
    Problem(
        Origin("书/a.md", 2, 3),
        "100% 不对：\n甲, 乙",
        "改\x1b掉",
        "half-width-punctuation",
        "error",
        Origin("书/a.md", 2, 4),
        (Edit(Origin("书/a.md", 2, 3), ",", "，"),),
        "甲, 乙",
    ),
    Problem(Origin("book/book.yaml"), "少了什么", "", "unused-number", "warning"),
]
REPORT = Report(PROBLEMS, lambda path: ["# 题", "甲乙, 😀丙"], ("书/a.md", "b.md"))


def test_every_form_of_report_is_written() -> None:
    assert set(report_names()) == {"text", "json", "github", "sarif", "junit"}
    for form in report_names():
        assert written(REPORT, form)
        assert written(replace(REPORT, problems=[]), form)


def test_sarif_holds_to_its_schema() -> None:
    schema = json.loads((HERE / "data" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    for report in (REPORT, replace(REPORT, problems=[])):
        log = json.loads(written(report, "sarif"))
        jsonschema.validate(log, schema)
    [run] = json.loads(written(REPORT, "sarif"))["runs"]
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"]
    assert first["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"] == {
        "startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 4,
    }  # fmt: skip


def test_junit_is_xml_with_a_suite_for_each_file() -> None:
    root = Xml.fromstring(written(REPORT, "junit"))
    assert {suite.get("name"): suite.get("failures") for suite in root} == {
        "书/a.md": "1", "b.md": "0", "book/book.yaml": "0",
    }  # fmt: skip
    assert (root.get("tests"), root.get("failures")) == ("3", "1")


def test_junit_fails_warnings_if_they_fail_the_check() -> None:
    root = Xml.fromstring(written(replace(REPORT, strict=True), "junit"))
    assert root.get("failures") == "2"


def test_a_path_or_rule_of_a_github_command_is_escaped_further() -> None:
    """A comma or colon in a property would end it, or begin another."""
    problem = Problem(Origin("甲, 乙:丙%.md", 2, 3), "丁, 戊: 己", "", "a,b", "warning")
    [first, totals] = written(replace(REPORT, problems=[problem]), "github").splitlines()
    assert first == ("::warning file=甲%2C 乙%3A丙%25.md,line=2,col=3,title=a%2Cb::丁, 戊: 己")
    assert totals == "错误 0 个，警告 1 个。"


@pytest.mark.parametrize(
    ("end", "printed"),
    [
        (Origin("a.md", 2, 4), ",endLine=2,endColumn=4"),
        (Origin("a.md", 2, 3), ""),
        (Origin("a.md", 3, 9), ""),
        (None, ""),
    ],
)
def test_a_github_command_tells_the_end_on_its_own_line(end: Origin | None, printed: str) -> None:
    problem = Problem(Origin("a.md", 2, 3), "甲\r\n乙", "", "a", "error", end)
    first = written(replace(REPORT, problems=[problem]), "github").splitlines()[0]
    assert first == f"::error file=a.md,line=2,col=3{printed},title=a::甲%0D%0A乙"


def test_github_commands_are_escaped() -> None:
    first = written(REPORT, "github").splitlines()[0]
    assert first == (
        "::error file=书/a.md,line=2,col=3,endLine=2,endColumn=4,title=half-width-punctuation"
        "::100%25 不对：%0A甲, 乙%0A改\\x1b掉"
    )


def test_text_marks_the_place() -> None:
    lines = written(REPORT, "text").splitlines()
    assert lines[:3] == [
        "书/a.md:2:3: error: 100% 不对：\\n甲, 乙 [half-width-punctuation]",
        "  | 甲乙, 😀丙",
        "  |     ^",
    ]
    assert lines[2] == "  |     ^"
    assert "\x1b[" not in written(REPORT, "text").replace("改\x1b掉", "")
    assert "\x1b[31m" in written(replace(REPORT, colour=True), "text")


def test_the_page_of_rules_is_current() -> None:
    page = HERE.parent / "docs" / "rules.md"
    assert page.read_text("utf-8") == markdown(), "make rules"


# --- options that would do nothing


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("build --sources papers", "--sources"),
        ("build --against HEAD --format html", "--against"),
        ("build --pdf-engine typst --format html", "--pdf-engine"),
        ("build --book --format review --format html", "review"),
        ("build --book --executor dask://local", "--executor"),
        ("check --ledger numbers.yaml", "--ledger"),
        ("check cards --config house.yaml", "--config"),
        ("check loose.md --comments", "--comments"),
        ("check --reason 旧稿", "--reason"),
        ("check --diff --links", "--links"),
        ("check --fix --diff --format json", "--format"),
        ("check --write-baseline b.yaml --reason 旧稿 --strict", "--strict"),
        ("numbers --bibliography refs.bib", "--bibliography"),
        ("numbers --history a.b --format json --write", "--write"),
        ("numbers --bind loose.md --format json", "--format"),
        ("harvest loose.md --sources papers", "--sources"),
        ("rule filler --format markdown", "--format"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    minimal: Path, run: Run, words: str, option: str
) -> None:
    for name in ("loose.md", "numbers.yaml", "house.yaml"):
        (minimal / name).write_text("", "utf-8")
    result = run(minimal, *words.split())
    assert result.exit_code == 2, result.output
    assert option in result.output
    assert "hint: " in result.output


def test_what_stands_in_the_environment_is_for_every_command(
    minimal: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAPTERKIT_LOCK_SINCE", "HEAD")
    (minimal / "loose.md").write_text("# 题\n\n一段话。\n", "utf-8")
    assert run(minimal, "check", "loose.md").output == "没有问题。\n"
    result = run(minimal, "check", "loose.md", "--lock-since", "HEAD")
    assert result.exit_code == 0
    assert "--lock-since 在这里不起作用" in result.output
