"""The evidence: every number with its source, verification and uses; locators printed short."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result

from chapterkit.commands import main
from conftest import HERE

FOLDER = HERE / "books" / "exhibits"


def run(folder: Path, *arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return CliRunner().invoke(main, list(arguments))


def copied(folder: Path, more: str = "") -> Path:
    """Return a copy of the book with exhibits, with more in its book.yaml."""
    copy = Path(shutil.copytree(FOLDER, folder / "book"))
    with (copy / "book" / "book.yaml").open("a", encoding="utf-8") as file:
        file.write(more)
    return copy


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the outputs of a chapter and its evidence, and of a book that binds it."""
    copy = copied(tmp_path_factory.mktemp("evidence"), "appendix: evidence\n")
    chapter = run(copy, "build", "--format=html", "--format=evidence")
    assert chapter.exit_code == 0, chapter.output
    formats = [f"--format={one}" for one in ("html", "epub", "pdf", "docx", "markdown")]
    whole = run(copy, "build", "--book", *formats)
    assert whole.exit_code == 0, whole.output
    return copy / "build"


def rows(built: Path) -> dict[str, dict[str, str]]:
    text = (built / "rules" / "rules.evidence.csv").read_text("utf-8")
    assert text.startswith("\ufeff")
    return {one["number"]: one for one in csv.DictReader(io.StringIO(text[1:]))}


def pdf_text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    return "".join(page.get_textpage().get_text_range() for page in document)


def test_the_values_tell_all_that_is_known_of_a_number(built: Path) -> None:
    one = rows(built)["general-points.gpl_rl"]
    assert one["record"] == "实验 7.1 换规则"
    assert (one["value"], one["unit"], one["text"]) == ("15.0", "%", "15.0%")
    assert (one["source_key"], one["source"], one["locator"]) == (
        "chu2025sft",
        "Chu 等 2025",
        "图 6",
    )
    assert (one["status"], one["verification"]) == ("直接取自来源", "还没有与原文核对")
    assert one["sentences"].startswith("表 7.1列出") or "15.0%" in one["sentences"]
    assert "@" not in one["sentences"]
    assert "图 7.1 换规则之后的成功率" in one["exhibits"].split("\n")


def test_computed_numbers_say_of_what_and_others_what_they_lead_to(built: Path) -> None:
    table = rows(built)
    assert table["general-points.gpl_rl_minus_gpl_init"]["computed"] == "gpl_rl - gpl_init"
    one = table["general-points.gpl_rl_minus_gpl_init"]
    assert (one["status"], one["verification"]) == ("算出来的数", "所用的数还没有都核对清楚")
    leads = table["general-points.gpl_init"]["leads_to"].split("\n")
    assert "general-points.gpl_rl_minus_gpl_init" in leads


def test_every_number_of_the_placed_records_stands_there(built: Path) -> None:
    page = (built / "rules" / "rules.evidence.html").read_text("utf-8")
    printed = "".join(pdf_text(built / "rules" / "rules.evidence.pdf").split())
    for id, one in rows(built).items():
        assert f'id="evidence-{id}"' in page
        assert "".join(one["measures"].split()) in printed


def test_the_page_leads_to_the_evidence_only_where_that_is_built(built: Path) -> None:
    page = (built / "rules" / "rules.html").read_text("utf-8")
    assert '<a href="rules.evidence.html">' in page
    assert "evidence.html" not in (built / "book" / "book.html").read_text("utf-8")


def test_a_book_binds_the_evidence_as_its_last_appendix(built: Path) -> None:
    page = (built / "book" / "book.html").read_text("utf-8")
    heading, behind = page.index('id="book-evidence"'), page.index('id="book-references"')
    assert page.index('id="together"') < heading < behind
    assert "附录 A" in page[heading:]
    text = (built / "book" / "book.md").read_text("utf-8")
    assert "# 附录 A" in text
    with zipfile.ZipFile(built / "book" / "book.epub") as epub:
        pages = "".join(epub.read(one).decode() for one in epub.namelist() if "xhtml" in one)
    with zipfile.ZipFile(built / "book" / "book.docx") as word:
        document = word.read("word/document.xml").decode()
    for made in (pages, document, pdf_text(built / "book" / "book.pdf")):
        assert "数据与来源" in made


def test_nothing_in_the_values_is_a_formula(tmp_path: Path) -> None:
    copy = copied(tmp_path)
    record = copy / "experiments" / "general-points.yaml"
    text = record.read_text("utf-8").replace("of: 文字版", "of: =HYPERLINK文字版")
    record.write_text(text, "utf-8")
    assert run(copy, "build", "--format=evidence").exit_code == 0
    one = rows(copy / "build")
    assert one["general-points.gpl_rl"]["measures"].startswith("'=")
    assert one["three-tasks.gsm_len_1_minus_gsm_len_0"]["value"] == "-498"


# --- locators


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("", "[1]图 6。"),
        ("locators: full\n", "[1]图 6 右侧的柱子。"),
        ("locators: none\n", "[1]。"),
    ],
)
def test_a_locator_is_printed_as_the_book_says(tmp_path: Path, setting: str, wanted: str) -> None:
    copy = copied(tmp_path, setting)
    chapter = copy / "book" / "chapter7.md"
    text = chapter.read_text("utf-8").replace("[@chu2025sft]。", "[@chu2025sft, 图 6 右侧的柱子]。")
    chapter.write_text(text, "utf-8")
    assert run(copy, "build", "--format=markdown").exit_code == 0
    assert f"本事{wanted}" in (copy / "build" / "rules" / "rules.md").read_text("utf-8")
