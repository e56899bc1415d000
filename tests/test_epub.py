"""What the EPUB says of itself: titles, landmarks, roles, accessibility, and no near-empty page."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from chapterkit.formats.shared.epub_pages import Page, breaks, page_list, with_breaks
from conftest import Run
from files_checked import found, missing

BOOK = """
publisher: 某某出版社
rights: 版权所有
description: 一本 <小> 书
isbn: 978-7-111-12806-9
"""
TEXT = """

脚注[^1]在这里[@demo2025]，$x = 3$。

[^1]: 一条脚注。

## 公式 $y$ 与“书名 & 其他” {#formula}

一段，见附注[@demo2025]。
"""
DC = "{http://purl.org/dc/elements/1.1/}"


@pytest.fixture
def parts(minimal: Path, run: Run) -> dict[str, str]:
    for path, text in (("book/book.yaml", BOOK), ("book/chapter3.md", TEXT)):
        with (minimal / path).open("a", encoding="utf-8") as file:
            file.write(text)
    result = run(minimal, "build", "--format", "epub")
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(minimal / "build/cards/cards.epub") as book:
        names = [name for name in book.namelist() if name.endswith((".xhtml", ".opf", ".css"))]
        return {name: book.read(name).decode() for name in names}


def test_documents_are_called_as_their_headings_are_and_none_is_a_bare_heading(
    parts: dict[str, str],
) -> None:
    texts = [text for name, text in sorted(parts.items()) if "/text/ch" in name]
    titles = [re.search("<title>(.*?)</title>", text)[1] for text in texts]  # type: ignore[index]
    assert titles[0] == "第 3 章　纸牌"
    assert any("与“书名 &amp; 其他”" in title for title in titles)
    assert all("<p>" in text or "csl-entry" in text for text in texts)


@pytest.mark.parametrize(("sections", "apart"), [(20, True), (600, False)])
def test_a_text_of_very_many_sections_is_one_file(
    minimal: Path, run: Run, sections: int, apart: bool
) -> None:
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as file:
        file.write(
            "".join(f"\n\n## 节{one} {{#a{one}}}\n\n文字[@demo2025]。" for one in range(sections))
        )
    assert run(minimal, "build", "--format", "epub").exit_code == 0
    with zipfile.ZipFile(minimal / "build/cards/cards.epub") as book:
        texts = [one for one in book.namelist() if "/text/ch" in one]
        told = "".join(book.read(one).decode() for one in texts)
    assert f'id="a{sections - 1}"' in told
    assert len(texts) > sections if apart else len(texts) == 1


def test_landmarks_are_in_the_language_of_the_book(parts: dict[str, str]) -> None:
    nav = parts["EPUB/nav.xhtml"]
    assert re.findall('<a epub:type="(.*?)".*?>(.*?)</a>', nav) == [
        ("cover", "封面"), ("toc", "目录"), ("bodymatter", "正文"), ("bibliography", "参考文献"),
    ]  # fmt: skip


def test_citations_notes_and_references_have_roles(parts: dict[str, str]) -> None:
    text = "".join(parts.values())
    for role in ("biblioref", "noteref", "bibliography", "cover"):
        assert f'role="doc-{role}"' in text


def test_the_package_says_what_is_in_it_and_who_made_it(parts: dict[str, str]) -> None:
    package = parts["EPUB/content.opf"]
    tree = ElementTree.fromstring(package)
    told = {one.tag.removeprefix(DC): one.text for one in tree.iter() if one.tag.startswith(DC)}
    assert told["publisher"] == "某某出版社"
    assert told["rights"] == "版权所有"
    assert told["description"] == "一本 <小> 书"
    assert told["source"] == "urn:isbn:9787111128069"
    for said in ("accessibilitySummary", "dcterms:conformsTo", "MathML"):
        assert said in package
    assert 'accessMode">visual' not in package
    assert "公式是 MathML" in package
    assert "图片有文字说明" not in package
    assert 'properties="nav mathml"' in package


def test_other_checkers_find_nothing(minimal: Path, run: Run) -> None:
    table = "| 甲 | 乙 |\n|---|---|\n| 一 | 二 |\n\n: 一张表 {#tbl:one}\n"
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as file:
        file.write(f"{TEXT}\n$$a_1=\\sum_{{i=1}}^{{n}} {'x_i + ' * 30}y$$\n\n{table}")
    allowed = "\nlint: {options: {block-in-text: {allowed: [formula, table]}}}\n"
    with (minimal / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write(allowed)
    result = run(minimal, "build", "--format", "pdf", "--format", "epub")
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(minimal / "build/cards/cards.epub") as book:
        texts = [book.read(name) for name in book.namelist() if name.endswith(".xhtml")]
    assert b"".join(texts).count(b'<div class="wide" tabindex="0"><table') == 1
    if missing():
        pytest.skip(f"needs {', '.join(missing())}")
    assert list(found((minimal / "build/cards").glob("cards.*"))) == []


def test_no_line_begins_with_the_mark_behind_a_formula(parts: dict[str, str]) -> None:
    assert re.search(r'<span class="kept"><math [^>]*>.*?</math>。</span>', "".join(parts.values()))


def test_long_addresses_do_not_run_off_a_phone(parts: dict[str, str]) -> None:
    assert "overflow-wrap: anywhere" in parts["EPUB/styles/stylesheet1.css"]


def test_formulas_have_a_font_that_comes_along(minimal: Path, run: Run) -> None:
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as file:
        file.write("\n\n$$\\theta_{\\text{训练}}=\\sum_i \\mathbb{E}[x_i]$$\n")
    run(minimal, "build", "--format", "epub")
    with zipfile.ZipFile(minimal / "build/cards/cards.epub") as book:
        raw, package = book.read("EPUB/fonts/formulas.ttf"), book.read("EPUB/content.opf").decode()
        style = book.read("EPUB/styles/stylesheet1.css").decode()
    font = TTFont(BytesIO(raw))
    assert {ord(one) for one in "θ𝜃∑𝔼𝑥𝑖=[]"} <= set(font.getBestCmap())
    assert "MATH" in font
    assert len(raw) < 100_000
    assert 'href="fonts/formulas.ttf" media-type="font/ttf"' in package
    assert "fonts/formulas.ttf" in style


def test_a_text_without_formulas_has_no_font_for_them(minimal: Path, run: Run) -> None:
    run(minimal, "build", "--format", "epub")
    with zipfile.ZipFile(minimal / "build/cards/cards.epub") as book:
        assert not [name for name in book.namelist() if "font" in name]


TEXTS = {
    "one": "<head><title>甲</title></head><h1>第 1 章　开头</h1><p>"
    + "天地玄黄宇宙洪荒" * 4
    + "</p>",
    "two": "<p>一段 <math><mi>x</mi></math> 说&amp;起<a>日月盈昃</a>，辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳。</p>",
}


def test_pages_begin_where_their_first_words_stand() -> None:
    long = "辰宿列张寒来\n暑往秋收冬藏闰余成岁律吕调阳"
    pages = [
        Page("", "目录"),
        Page("1", "第 1 章\n开头\n天地玄黄宇宙洪荒天地\n玄黄宇宙洪荒"),
        Page("2", "2 书名\n图里的字\n起日月盈昃，" + long),
        Page("3", "全是图 3"),
    ]
    begun = breaks(pages, TEXTS)
    assert [(one.label, one.name) for one in begun] == [("1", "one"), ("2", "two")]
    marked = with_breaks(TEXTS, begun)
    assert '<h1><span epub:type="pagebreak" role="doc-pagebreak" id="page-1"' in marked["one"]
    assert 'title="2"></span>起<a>' in marked["two"]
    assert '<li><a href="two#page-2">2</a></li>' in page_list(begun, "页码")


def test_an_epub_beside_a_pdf_knows_its_pages(minimal: Path, run: Run) -> None:
    result = run(minimal, "build", "--format", "pdf", "--format", "epub", "--jobs", "1")
    assert result.exit_code == 0, result.output
    epub = minimal / "build/cards/cards.epub"
    with zipfile.ZipFile(epub) as book:
        nav, package = book.read("EPUB/nav.xhtml").decode(), book.read("EPUB/content.opf").decode()
    assert 'role="doc-pagelist"' in nav
    assert 'aria-label="纸书页码"' in nav
    for said in ("pageBreakSource", "pageBreakMarkers", "pageNavigation"):
        assert said in package
    run(minimal, "build", "--format", "epub")
    with zipfile.ZipFile(epub) as book:
        assert "doc-pagelist" not in book.read("EPUB/nav.xhtml").decode()
