"""What bears a number, and what refers to it: in the tree, and in every format of a small book."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from chapterkit.commands import main
from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.wording import CHINESE, locale
from chapterkit.pipeline import Subject, document_of, load, problems_of, read
from chapterkit.text.numbering import (
    Counting,
    Thing,
    captioned,
    han_numeral,
    identifiers_of,
    named,
    sectioned,
    things_of,
    with_references,
)
from chapterkit.text.origins import rendered_plainly
from chapterkit.text.tree import (
    Tree,
    caption_of,
    elements_of,
    inlines_of,
    kind_of,
    level_of,
    plain_text,
    tree_blocks,
    with_blocks,
    with_caption,
)
from conftest import HERE, Run

CHAPTER = """# 数数 {#counting}

## 第一样[^n] {#one}

[^n]: 注。

### 细目 {#detail}

### 又一目 {#again}

## 实验 7.1 水泵 {#pump}

## 不编号 {#rest .unnumbered}

## 第二样 {#two}

![地图](a.png){#fig:map alt="图"}

![没有标识](a.png)

![又一幅](a.png){#fig:bare}

: 表题 {#tbl:one}

| a |
|---|
| 1 |

[$$ r $$]{#eq:rate}

$$ 没有编号 $$

::: {#fig:around}
![围住的](a.png)
:::
"""


def counting(**changed: Any) -> Counting:
    given = {"records": {"pump": "实验 7.1"}, "sections": "decimal"} | changed
    return Counting("counting", "7", "第 7 章", CHINESE, **given)


def tree_of(text: str) -> Tree:
    return read(rendered_plainly(text, "a.md")).tree


def labels(text: str, how: Counting) -> dict[str, str]:
    return {
        name: one.label for name, one in identifiers_of([*things_of(tree_of(text), how)]).items()
    }


def test_each_kind_of_thing_is_counted_by_itself() -> None:
    assert labels(CHAPTER, counting()) == {
        "counting": "第 7 章",
        "one": "第 7.1 节",
        "detail": "第 7.1.1 节",
        "again": "第 7.1.2 节",
        "pump": "实验 7.1",
        "rest": "",
        "two": "第 7.2 节",
        "fig:map": "图 7.1",
        "fig:bare": "图 7.3",
        "fig:around": "图 7.4",
        "tbl:one": "表 7.1",
        "eq:rate": "式（7.1）",
    }


def test_a_caption_that_begins_with_no_paragraph_has_its_number_above_it() -> None:
    tree = tree_of("![题](a.png){#fig:a}\n")
    [figure] = [one for one in elements_of(tree) if kind_of(one) == "Figure"]
    lines: Any = {"t": "LineBlock", "c": [[{"t": "Str", "c": "题"}]]}
    lined = with_blocks(tree, [with_caption(figure, [lines])])
    [figure] = tree_blocks(captioned(counting())(lined))
    first, second = caption_of(figure)
    assert (plain_text(inlines_of(first)), second) == ("图 7.1", lines)


def test_notes_stay_out_of_titles_and_labels_out_of_the_titles_of_records() -> None:
    titles = {one.identifier: one.title for one in things_of(tree_of(CHAPTER), counting())}
    assert titles["one"] == "第一样"
    assert titles["pump"] == "水泵"


@pytest.mark.parametrize(
    ("sections", "printed"),
    [
        ("none", ["数数", "第一样", "细目", "又一目", "实验 7.1 水泵", "不编号", "第二样"]),
        (
            "decimal",
            ["数数", "7.1　第一样", "7.1.1　细目", "7.1.2　又一目", "实验 7.1 水泵", "不编号",
             "7.2　第二样"],
        ),
        (
            "chinese",
            ["数数", "第一节　第一样", "一、细目", "二、又一目", "实验 7.1 水泵", "不编号",
             "第二节　第二样"],
        ),
    ],
)  # fmt: skip
def test_headings_print_the_numbers_that_the_book_asks_for(
    sections: str, printed: list[str]
) -> None:
    tree = sectioned(counting(sections=sections))(tree_of(CHAPTER))
    headings = [one for one in elements_of(tree) if level_of(one)]
    assert [plain_text(inlines_of(one)).replace("\ufffc", "") for one in headings] == printed


def test_numerals_are_those_that_people_write() -> None:
    written = [han_numeral(one) for one in (1, 9, 10, 11, 20, 21, 99, 100)]
    assert written == ["一", "九", "十", "十一", "二十", "二十一", "九十九", "100"]


FIGURE = Thing("fig:map", "figure", "图 7.1", "地图", "counting", "第 7 章")
SECTION = Thing("ratio", "section", "", "比", "counting", "第 7 章")
RECORD = Thing("pump", "record", "实验 7.1", "水泵", "counting", "第 7 章")


@pytest.mark.parametrize(
    ("thing", "style", "chapter", "words"),
    [
        (FIGURE, "number", "counting", "图 7.1"),
        (FIGURE, "title", "counting", "“地图”"),
        (FIGURE, "both", "counting", "图 7.1“地图”"),
        (FIGURE, "number", "grouping", "第 7 章 图 7.1"),
        (SECTION, "number", "counting", "“比”"),
        (SECTION, "both", "grouping", "第 7 章“比”"),
        (RECORD, "number", "grouping", "实验 7.1"),
        (Thing("x", "place", "", "", "counting", "第 7 章"), "number", "grouping", "第 7 章"),
    ],
)
def test_a_reference_is_worded_by_kind_and_style(
    thing: Thing, style: Any, chapter: str, words: str
) -> None:
    assert named(thing, style, CHINESE, chapter) == words


def test_links_without_a_text_get_theirs_in_tree_and_markdown_and_origins_stay() -> None:
    text = "见[](#fig:map)，又见[](#fig:map){style=both}与[](#nothing)。\n\n末段。\n"
    before = read(rendered_plainly(text, "a.md"))
    tree, markdown = with_references(
        before.tree, before.rendered, {"fig:map": FIGURE}, counting(), []
    )
    assert markdown.text.startswith(
        "见[图 7.1](#fig:map)，又见[图 7.1“地图”](#fig:map)与[](#nothing)。"
    )
    links = [one for one in elements_of(tree) if kind_of(one) == "Link"]
    assert [plain_text(inlines_of(one)) for one in links] == ["图 7.1", "图 7.1“地图”", ""]
    assert markdown.origin(markdown.text.index("又见")).column == text.index("又见") + 1
    assert markdown.origin(markdown.text.index("末段")).line == 3
    assert not markdown.is_typed(markdown.text.index("图 7.1"))


def test_a_ref_to_nothing_is_told_with_the_nearest_identifier() -> None:
    before = read(rendered_plainly("见[](#fig:mop){.ref}。\n", "a.md"))
    with pytest.raises(ChapterkitError, match="fig:mop") as caught:
        with_references(before.tree, before.rendered, {"fig:map": FIGURE}, counting(), [])
    assert "fig:map" in caught.value.hint


# --- a book of two chapters


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small book with things of every kind, built in every format."""
    folder = tmp_path_factory.mktemp("things") / "book"
    shutil.copytree(HERE / "books" / "things", folder)
    return folder


@pytest.fixture(scope="module")
def built(book: Path) -> Path:
    """Return the folder with the book's outputs."""
    formats = ("docx", "epub", "html", "markdown", "pdf")
    wanted = [part for one in formats for part in ("--format", one)]
    before = Path.cwd()
    os.chdir(book)
    try:
        assert main(["build", *wanted], standalone_mode=False) in (0, None)
    finally:
        os.chdir(before)
    return book / "build"


def text_of_docx(path: Path) -> str:
    paragraphs = re.findall(r"<w:p>.*?</w:p>", xml_of(path, "word/document.xml"), re.DOTALL)
    runs = (re.findall(r"<(?:w|m):t(?: [^>]*)?>([^<]*)<", one) for one in paragraphs)
    return "\n".join(map("".join, runs))


def xml_of(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as opened:
        return opened.read(name).decode()


def text_of_epub(path: Path) -> str:
    with zipfile.ZipFile(path) as opened:
        pages = [one for one in opened.namelist() if re.search(r"text/ch.*xhtml", one)]
        return "\n".join(re.sub("<[^>]*>", "", opened.read(one).decode()) for one in pages)


def text_of_pdf(path: Path) -> str:
    pages = (page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path))
    return "\n".join(pages)


def printed(built: Path, slug: str) -> dict[str, str]:
    """Return the text of a chapter in each format, without blanks."""
    files = {one: built / slug / f"{slug}.{one}" for one in ("docx", "epub", "html", "md", "pdf")}
    texts = {
        "docx": text_of_docx(files["docx"]),
        "epub": text_of_epub(files["epub"]),
        "html": re.sub("<[^>]*>", "", files["html"].read_text("utf-8").split("<main>")[1]),
        "md": files["md"].read_text("utf-8"),
        "pdf": text_of_pdf(files["pdf"]),
    }
    return {one: re.sub(r"\s|\u2060", "", text) for one, text in texts.items()}


def test_numbers_and_references_are_the_same_in_every_format(built: Path) -> None:
    for form, text in printed(built, "counting").items():
        plain = re.sub(r"\]\([^)]*\)(\{[^}]*\})?", "", text).replace("[", "")
        for words in (
            "死亡率的写法见式（1.1），地图见图1.1“两座城（自绘）”",
            "做法见第2章式（2.1）与第2章图2.1",
            "表1.1的两座城都画在图上，由式（1.2）可以算出总和，另见第1.1节与第2章“分组”",
            "1.1死亡率是一个比",
            "1.1.1比与差",
            "案例1.1水泵",
            "余话不编号，“余话”只有名字",
        ):
            assert words in plain, (form, words)
        for once in ("图1.1两座城（自绘）", "表1.1两座城的结果（自编）"):
            assert plain.count(once) == 1, (form, once)
        # Behind the formula, and nowhere else but in the references.
        assert len(re.findall("(?<!式)（1.1）", plain)) == 1, form
        assert len(re.findall("(?<!式)（1.2）", plain)) == 1, form


def test_references_across_chapters_tell_the_chapter(built: Path) -> None:
    for form, text in printed(built, "grouping").items():
        assert "第1章图1.1没有分组，第1章式（1.1）、第1章表1.1与第1.1节" in text, form
        assert "案例1.1也在那里" in text, form
        assert "2.1两组" in text, form


def test_contents_show_the_numbers_of_sections(built: Path) -> None:
    html = (built / "counting" / "counting.html").read_text("utf-8")
    nav = html.split("<nav")[1].split("</nav>")[0]
    assert "1.1　死亡率是一个比" in nav
    assert "1.1.1　比与差" in nav
    epub = xml_of(built / "counting" / "counting.epub", "EPUB/nav.xhtml")
    assert "1.1　死亡率是一个比" in epub


def test_numbers_and_references_are_fields_in_docx(built: Path) -> None:
    document = xml_of(built / "counting" / "counting.docx", "word/document.xml")
    instructions = re.findall(r"<w:instrText[^>]*> (\w+) (\S+)", document)
    counted = [name for kind, name in instructions if kind == "SEQ"]
    assert counted == ["式", "式", "表", "图", "案例"]
    bookmarks = dict(re.findall(r'<w:bookmarkStart w:id="(\d+)" w:name="(_Ref\d+)"', document))
    referred = {name for kind, name in instructions if kind == "REF"}
    assert referred <= set(bookmarks.values())
    held = {}
    for number, name in bookmarks.items():
        inside = document.split(f'w:name="{name}"/>')[1].split(f'w:bookmarkEnd w:id="{number}"')[0]
        held[name] = "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)<", inside))
    things = {"1.1", "1.2", "图 1.1", "表 1.1"}
    assert things < set(held.values())
    assert {"第 1 章", "案例 1.1"} < set(held.values())
    assert document.count('fldCharType="begin"') == document.count('fldCharType="end"')
    styles = xml_of(built / "counting" / "counting.docx", "word/styles.xml")
    assert styles.count('w:styleId="NumberedEquation"') == 1
    equations = re.findall(r'<w:pStyle w:val="NumberedEquation" ?/>.*?</w:p>', document, re.DOTALL)
    assert len(equations) == 2
    assert all("oMathPara" not in one and one.count("<w:tab/>") == 2 for one in equations)


def test_the_book_checks_clean_and_a_moved_figure_renumbers(book: Path, run: Run) -> None:
    assert "没有问题" in run(book, "check").output
    loaded = load(Disk(book))
    chapter = loaded.chapter("counting")
    moved = '![先来的（自绘）](img/dot.png){#fig:first alt="一个小点"}\n\n'
    text = chapter.text.replace("![两座城", moved + "![两座城")
    subject = Subject(chapter.path, loaded, chapter, root=book).changed({chapter.path: text})
    document = document_of(subject)
    assert "图 1.2“两座城（自绘）”" in document.rendered.text
    assert not [one for one in problems_of(subject) if one.rule == "lying-reference"]


def test_two_chapters_with_the_same_identifier_are_told_in_the_later_one(book: Path) -> None:
    loaded = load(Disk(book))
    chapter = loaded.chapter("grouping")
    subject = Subject(chapter.path, loaded, chapter, root=book)
    text = chapter.text.replace("{#groups}", "{#ratio}")
    found = [
        (one.origin.line, one.message)
        for one in problems_of(subject.changed({chapter.path: text}))
        if one.rule == "duplicate-identifier"
    ]
    assert found == [(5, "标识 ratio 别的章已经用了，在 book/counting.md:5")]


def test_every_language_words_the_number_of_a_formula() -> None:
    assert locale("en").wording.tag.format(number="7.1") == "(7.1)"
