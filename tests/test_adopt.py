"""Manuscripts brought in: what becomes of them, and that nothing is lost on the way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chapterkit.adopting.adoption import Adoption
from chapterkit.adopting.changes import is_accounted_for
from chapterkit.adopting.manuscript import readable
from chapterkit.checking.adopting import adoption_of, opened
from chapterkit.checking.subjects import standing_alone
from chapterkit.manuscript.bibliography import parse_bibliography
from chapterkit.manuscript.outside import Outside
from chapterkit.pipeline import document_of
from conftest import Run, same_as_golden

MANUSCRIPTS = sorted(Path(__file__).with_name("adopt").glob("*/manuscript.md"))


def copied(case: Path, folder: Path) -> Path:
    return Path(shutil.copy(case, folder / "manuscript.md"))


def adoption_in(folder: Path, text: str) -> Adoption:
    file = folder / "manuscript.md"
    file.write_text(text, "utf-8")
    return adoption_of(opened(file, Outside(), None))


@pytest.mark.parametrize("case", MANUSCRIPTS, ids=lambda case: case.parent.name)
def test_a_manuscript_becomes_what_stands_beside_it(case: Path, tmp_path: Path, run: Run) -> None:
    file = copied(case, tmp_path)
    result = run(tmp_path, "adopt", "manuscript.md", "--write")
    same_as_golden(result.stdout, case.with_name("report.expected"))
    same_as_golden(file.read_text("utf-8"), case.with_name("adopted.expected"))
    same_as_golden((tmp_path / "refs.bib").read_text("utf-8"), case.with_name("refs.expected"))


@pytest.mark.parametrize("case", MANUSCRIPTS, ids=lambda case: case.parent.name)
def test_what_was_brought_in_once_is_not_changed_again(
    case: Path, tmp_path: Path, run: Run
) -> None:
    file = copied(case, tmp_path)
    run(tmp_path, "adopt", "manuscript.md", "--write")
    once, entries = file.read_text("utf-8"), (tmp_path / "refs.bib").read_text("utf-8")
    run(tmp_path, "adopt", "manuscript.md", "--write")
    assert file.read_text("utf-8") == once
    assert (tmp_path / "refs.bib").read_text("utf-8") == entries


@pytest.mark.parametrize("case", MANUSCRIPTS, ids=lambda case: case.parent.name)
def test_every_key_is_an_entry_and_every_entry_can_be_printed(
    case: Path, tmp_path: Path, run: Run
) -> None:
    copied(case, tmp_path)
    run(tmp_path, "adopt", "manuscript.md", "--write")
    rules = ("unknown-citation", "garbled-reference", "dangling-reference", "duplicate-identifier")
    asked = [word for rule in rules for word in ("--rule", rule)]
    result = run(tmp_path, "check", "manuscript.md", "--bibliography", "refs.bib", *asked)
    assert result.exit_code == 0, result.stdout


# --- nothing is lost

PROSE = st.sampled_from([
    "甲的研究[1]表明，乙[2,3]并非如此。",
    "参见［1］和〔2〕，年份（1937—1945）不动。",
    "张三（2019）认为如此（李四，2020；Smith & Doe, 2021）。",
    "升到 21%^[2]^，又到 30%$^{[1-3]}$。",
    "数组 a[1] 与 `b[1]`，区间 [0,1]，公式 $x_{[1]}$，链接 [1](http://a.b)。",
    "# 一个标题[1]",
    "> 引文[2]。",
    "抬高的数^1^，又^2,3^，面积 m^2^，再来¹与²⁻³，10⁻² 和 <sup>1</sup>。",
    "脚注[^a]与[^b][^a]，还有^[张三：《河工考》，北京：某社，2010 年，第 3 页。]。",
    "- 列表[1]\n- 第二项",
    "1、像列表的一段。",
    "![图 1-1 结构[1]](a.png)",
    "![](b.png)\n\n图 1-2　流程",
    "表 1-1 数目\n\n| 甲 | 乙[1] |\n|---|---|\n| 1 | 2 |",
    "如图 1-2 所示，见表 1-1，又见图 1-9。",
    "```python\na = [1]  # 图 1-2\n```",
    "带脚注[^a]。\n\n[^a]: 脚注里也引[3]。",
    "花括号 {甲} 与 {{ 乙 }}，反斜杠 \\[1\\]，星号 **甲[1]**。",
    "<!-- 作者的话 [1] -->",
    "第[2]条，C[3]H，[2020]，[9]，[12a]。",
])  # fmt: skip
REFERENCE = st.sampled_from([
    "[1] 张三. 甲的研究[J]. 学报, 2019, 1(1): 1-2.",
    "[2] 李四. 乙[M]. 北京: 某出版社, 2020: 5.",
    "[3] Smith J, Doe A. A title of some length. Journal of Things. 2021;1(2):3-4.",
    "[4] 同上，第 7 页。",
    "[5] 看不懂的一行",
    "[6] {不配对的括号. 题名[J]. 刊, 2001(1): 1.",
    "[7] Roe, R. (2001). 100% of $x$ & @y \\LaTeX. *Journal of Things*, 1(2), 3–4.",
    "Poe, E. (1845). The raven and other poems. Wiley and Putnam.",
])  # fmt: skip
HEADING = st.sampled_from(["## 参考文献", "参考文献：", "**References**", "# 注释", ""])


@st.composite
def manuscripts(draw: st.DrawFn) -> str:
    body = draw(st.lists(PROSE, min_size=1, max_size=8))
    references = draw(st.lists(REFERENCE, max_size=6))
    gap = draw(st.sampled_from(["\n", "\n\n"]))
    listed = [draw(HEADING), gap.join(references)]
    behind = draw(st.lists(PROSE, max_size=2))
    return "\n\n".join(filter(None, [*body, *listed, *behind])) + draw(st.sampled_from(["", "\n"]))


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(manuscripts())
def test_every_character_is_where_it_was_or_in_a_change(tmp_path: Path, text: str) -> None:
    (tmp_path / "refs.bib").unlink(missing_ok=True)
    adoption = adoption_in(tmp_path, text)
    assert adoption.before == text
    assert is_accounted_for(text, adoption.after, adoption.changes)
    # What went out of the text as a reference stands, letter for letter, in the bibliography.
    entries = parse_bibliography(adoption.library, "refs.bib")
    known = "".join(letters(typed) for work in adoption.works for typed in work.typed)
    for change in adoption.changes:
        if change.kind == "reference" and not change.note.startswith("参考文献表"):
            assert letters(change.old).lstrip("0123456789") in known.replace("\\", "")
    assert {work.key for work in adoption.works} <= set(entries)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(manuscripts())
def test_what_is_read_is_as_before_but_for_what_was_changed(tmp_path: Path, text: str) -> None:
    (tmp_path / "refs.bib").unlink(missing_ok=True)
    adoption = adoption_in(tmp_path, text)
    before, after = (
        document_of(standing_alone("a.md", readable(one))) for one in (text, adoption.after)
    )
    untouched = {
        one.text
        for one in before.blocks
        if one.text
        and not any(
            change.start <= offset < change.end
            for change in adoption.changes
            for offset in (one.offsets[0], one.offsets[-1])
        )
        and not any(
            one.offsets[0] <= change.start <= one.offsets[-1] for change in adoption.changes
        )
    }
    assert untouched <= {one.text for one in after.blocks}


# --- numbers, books, files


def test_typed_numbers_are_bound_where_the_ledger_has_them(tmp_path: Path, run: Run) -> None:
    (tmp_path / "draft.md").write_text(
        "成功率升到 15.0%[1]。\n\n## 参考文献\n\n[1] 张三. 题名[J]. 某刊, 2020, 1(2): 3-4.\n",
        "utf-8",
    )
    (tmp_path / "numbers.yaml").write_text(
        'numbers:\n  rate: {value: 15.0, unit: "%", of: 成功率, cite: zhang2020, at: 表 1}\n',
        "utf-8",
    )
    result = run(tmp_path, "adopt", "draft.md", "--ledger", "numbers.yaml", "--write")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "draft.md").read_text(
        "utf-8"
    ) == '成功率升到 {{ n("rate") }}[@zhang2020]。\n'


def test_in_a_book_entries_go_to_its_bibliography_and_known_works_keep_their_keys(
    tmp_path: Path, run: Run
) -> None:
    run(tmp_path, "new", "book", "mine")
    book = tmp_path / "mine"
    chapter = book / "book" / "chapter1.md"
    chapter.write_text(
        chapter.read_text("utf-8") + "\n旧稿说过[1]，又说过[2]。\n\n参考文献\n\n"
        "[1] 张三, 李四. 一份示例文献[EB/OL]. (2025-01-01)[2025-02-01]. https://example.org/.\n"
        "[2] 王五. 另一份文献[J]. 某学报, 2019(3): 1-9.\n",
        "utf-8",
    )
    result = run(book, "adopt", "book/chapter1.md", "--write")
    assert result.exit_code == 0, result.output
    assert "旧稿说过[@example2025]，又说过[@wang2019]。" in chapter.read_text("utf-8")
    assert list(parse_bibliography((book / "refs.bib").read_text("utf-8"), "")) == [
        "example2025", "wang2019",
    ]  # fmt: skip


def test_without_being_told_to_it_writes_nothing(tmp_path: Path, run: Run) -> None:
    file = copied(MANUSCRIPTS[0], tmp_path)
    before = file.read_bytes()
    result = run(tmp_path, "adopt", "manuscript.md")
    assert "+@" in result.stdout
    assert "--- manuscript.md" in result.stdout
    assert file.read_bytes() == before
    assert not (tmp_path / "refs.bib").exists()


def test_with_output_the_manuscript_stays_and_line_ends_are_kept(tmp_path: Path, run: Run) -> None:
    text = "甲[1]。\n\n## 参考文献\n\n[1] 张三. 题名[J]. 某刊, 2020, 1(2): 3-4.\n"
    raw = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    (tmp_path / "draft.md").write_bytes(raw)
    result = run(tmp_path, "adopt", "draft.md", "--output", "new/chapter.md")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "draft.md").read_bytes() == raw
    assert (tmp_path / "new" / "chapter.md").read_bytes() == "\ufeff甲[@zhang2020]。\r\n".encode()


def test_the_report_for_programs_accounts_for_every_character(tmp_path: Path, run: Run) -> None:
    file = copied(MANUSCRIPTS[0], tmp_path)
    report = json.loads(run(tmp_path, "adopt", "manuscript.md", "--format", "json").stdout)
    summary = report["summary"]
    assert summary["kept"] + summary["moved"] == len(file.read_text("utf-8"))
    assert summary["moved"] == sum(len(one["old"]) for one in report["changes"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.md",), "none.md:1: 文件不存在"),
        (("nul.md",), "nul.md:1: 文件里有 NUL 字符"),
        (("draft.md", "--bibliography", "bad.bib"), "bad.bib:1: 参考文献库写错了"),
        (("draft.md", "--write", "--output", "b.md"), "只能选一个"),
        (("draft.md", "--output", "file/b.md"), "写不了"),
    ],
)
def test_what_cannot_be_read_or_written_is_one_line(
    arguments: tuple[str, ...], said: str, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "nul.md").write_bytes(b"a\0b")
    (tmp_path / "draft.md").write_text("甲。\n", "utf-8")
    (tmp_path / "bad.bib").write_text("@book{a, title = {b}", "utf-8")
    (tmp_path / "file").write_text("", "utf-8")
    result = run(tmp_path, "adopt", *arguments)
    assert result.exit_code == 2
    assert said in result.output
