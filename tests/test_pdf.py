"""The PDF as a press takes it: its standards, and what does not part at the end of a line."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from chapterkit.formats.shared.unbroken import unbroken
from chapterkit.text.tree import paragraph, plain_text, space, string
from conftest import Run, run_in
from pdf_lines import body_lines, lines_of

WORDS = [
    ("实验 7.4", "实验\u00a07.4"),
    ("跑了 60 步，约 48 % 的人", "跑了 60\u00a0步，约\u00a048\u00a0% 的人"),
    ("第 1 步有 3 个", "第\u00a01\u00a0步有 3\u00a0个"),
    ("案例 2 说", "案例\u00a02 说"),
    ("用 Python 写，GPT 4 好", "用 Python 写，GPT 4 好"),
    ("在 2024 与 2025", "在 2024 与 2025"),
]


@pytest.mark.parametrize(("typed", "kept"), WORDS)
def test_a_number_stays_with_what_it_counts(typed: str, kept: str) -> None:
    inlines = [one for word in typed.split() for one in (space(), string(word))][1:]
    tree = {"blocks": [paragraph(inlines)]}
    [block] = unbroken(["实验", "案例"])(tree)["blocks"]
    assert plain_text(block["c"]) == kept


def test_a_dated_pdf_is_accessible_and_for_the_archive(
    minimal: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as file:
        file.write("\n\n***两样都要***，$x_{\\text{训练}}$，*强调**又重***[@demo2025]。\n")
    result = run(minimal, "build", "--format", "pdf")
    assert result.exit_code == 0, result.output
    pdf = (minimal / "build/cards/cards.pdf").read_bytes()
    for said in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<", b"OutputIntent"):  # fmt: skip
        assert said in pdf


def test_qpdf_finds_nothing_wrong(minimal: Path, run: Run) -> None:
    assert run(minimal, "build", "--format", "pdf").exit_code == 0
    try:
        done = subprocess.run(
            ["qpdf", "--check", str(minimal / "build/cards/cards.pdf")], check=False, capture_output=True
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("qpdf is not installed")
    assert done.returncode == 0, done.stdout + done.stderr


SIZE, PITCH, FRONT = 9.5, 9.5 * 1.68, 4  # of A5; half-title and contents
PARAGRAPHS = (
    "后训练的主要手段有两种，监督微调（supervised fine-tuning，SFT）给示范，强化学习（reinforcement learning）给分数，"
    "两者可以前后相接，也可以单用一种。店主收集老客服的好答复，让模型照着写下去，写得像不像由示范来定[@demo2025]。",
    "为什么会这样？Sample 等人把途中各个阶段的模型拿出来测，认为这句话过于简单；标签里的答案按规则判对得分，判错不得分，"
    "挑错工具、绕了远路都不另外扣分，哪一步有功、哪一步有过，分数本身分不出来[@demo2025, 图 6]。",
    "界线就看得见了。模型对自己的反馈至多触及自身的一致与简洁，准确要与外面的世界对照，它够不着，听不到外面的声音而一味求自洽，"
    "就可能自圆其说，这样的事已经发生过，练久了只求各次答案一致，成绩忽然全盘崩塌。",
)
FIGURE = '\n\n![一张图（自绘）](img/dot.png){alt="灰色" width=40% height=5cm}'
STRONG = "这里有**粗的字**，还有***两样都要***的字。"


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a chapter of thirty sections, with a figure in every third, as A5."""
    folder = tmp_path_factory.mktemp("pressed") / "book"
    shutil.copytree(Path(__file__).parent / "books/minimal", folder)
    (folder / "book/img").mkdir()
    Image.new("L", (40, 50), 128).save(folder / "book/img/dot.png")
    settings = folder / "book/book.yaml"
    settings.write_text(settings.read_text("utf-8") + "page: a5\n", "utf-8")
    sections = [
        f"## {'甲乙丙丁戊己庚辛壬癸'[n % 10]}节 {{#section-{n}}}\n\n"
        + "\n\n".join(PARAGRAPHS[n % 3 :] + PARAGRAPHS[: n % 3])
        + (FIGURE if n % 3 == 0 else "")
        for n in range(30)
    ]
    chapter = folder / "book/chapter3.md"
    text = "\n\n".join([chapter.read_text("utf-8"), STRONG, *sections])
    chapter.write_text(text, "utf-8")
    result = run_in(folder, "build", "--format", "pdf")
    assert result.exit_code == 0, result.output
    return folder / "build/cards/cards.pdf"


def test_no_line_of_text_is_stretched_by_more_than_six_hundredths(pressed: Path) -> None:
    lines = body_lines(pressed, SIZE)
    assert len(lines) > 250
    assert [(line.page, line.text) for line in lines if line.stretch() > 1.06] == []


def test_text_stands_on_a_grid_and_pages_end_alike(pressed: Path) -> None:
    lines = [line for line in body_lines(pressed, SIZE) if line.page > FRONT]
    first = min(line.y for line in lines)
    off = [abs((line.y - first + PITCH / 2) % PITCH - PITCH / 2) for line in lines]
    assert max(off) < 0.2
    pages = sorted({line.page for line in lines})[:-1]
    feet = [max(line.y for line in lines if line.page == page) for page in pages]
    # A heading and a line that would stand alone go to the next page, and a figure fits or goes.
    assert max(feet) - min(feet) < 5 * PITCH, feet


def test_folios_are_the_labels_of_pages_and_contents_end_with_more_than_a_line(
    pressed: Path,
) -> None:
    with pypdfium2.PdfDocument(pressed) as document:
        labels = [document.get_page_label(number) for number in range(len(document))]
    assert labels[:FRONT] == ["i", "ii", "iii", "iv"]
    assert labels[FRONT:] == [str(number + 1) for number in range(len(labels) - FRONT)]
    assert len([line for line in lines_of(pressed) if line.page == 2]) > 5


def test_strong_text_stands_in_a_bold_face(pressed: Path) -> None:
    bold = "".join(
        one.text for line in lines_of(pressed) for one in line.glyphs if "ChapterkitHei" in one.font
    )
    assert bold == "粗的字两样都要"


def test_no_heading_stands_alone_at_the_foot_before_notes_that_do_not_fit(
    minimal: Path, run: Run
) -> None:
    lines = "后训练的主要手段有两种示范与分数两者可以前后相接也可以单用一种" * 6
    sections = [
        f"## 有注的节 {{#section-{n}}}\n\n{lines[:4]}[^{n}]{lines[: 90 + 7 * (n % 5)]}。\n\n"
        + f"{lines[: 40 + 11 * (n % 13)]}。\n\n" * (1 + n % 4)
        + f"[^{n}]: {lines[: 20 + 17 * (n % 9)]}。"
        for n in range(60)
    ]
    chapter = minimal / "book/chapter3.md"
    chapter.write_text("\n\n".join([chapter.read_text("utf-8"), *sections]), "utf-8")
    settings = minimal / "book/book.yaml"
    settings.write_text(settings.read_text("utf-8") + "page: a5\n", "utf-8")
    result = run(minimal, "build", "--format", "pdf")
    assert result.exit_code == 0, result.output
    lowest = {}
    for line in lines_of(minimal / "build/cards/cards.pdf"):
        if {one.size for one in line.glyphs} & {SIZE, round(SIZE * 1.34, 2)}:
            lowest[line.page] = line.text
    assert [page for page, text in lowest.items() if text == "有注的节"] == []


WIDE_TABLE = """\
tables:
  both:
    caption: 宽表
    columns: [之前, 之后, 说明, 再说明, 又说明, 还说明, 另说明]
    rows:
ROWS
    unlike: 各行只和自己比
    wide: turn
""".replace(
    "ROWS",
    "".join(
        f"      换规则第 {n} 次: [general-points.gpl_init, general-points.gpl_rl"
        + ", 一句说明的话，长得一行写不下" * 5
        + "]\n"
        for n in range(18)
    ).rstrip(),
)


def test_no_page_stays_half_empty_before_a_turned_table_which_stays_within_the_margins(
    tmp_path: Path,
) -> None:
    root = tmp_path / "book"
    shutil.copytree(Path(__file__).parent / "books/exhibits", root)
    text = f"{PARAGRAPHS[2]}[@wang2024]。\n\n".replace("。[", "[")
    sections = "".join(f"## 后面的节 {{#section-{n}}}\n\n{text * 4}" for n in range(5))
    chapter = root / "book/chapter7.md"
    before = chapter.read_text("utf-8").replace("{{ table", f"{text * 2}{{{{ table")
    chapter.write_text(f"{before}\n\n{sections}", "utf-8")
    (root / "book/exhibits/both.yaml").write_text(WIDE_TABLE, "utf-8")
    settings = root / "book/book.yaml"
    settings.write_text(settings.read_text("utf-8") + "page: a5\n", "utf-8")
    result = run_in(root, "build", "--format", "pdf")
    assert result.exit_code == 0, result.output
    lines = body_lines(root / "build/rules/rules.pdf", SIZE)
    feet = {one.page: one.y for one in lines}
    turned = next(page for page in range(max(feet), 0, -1) if page not in feet)
    assert max(feet.values()) - feet[turned - 1] < 4 * PITCH
    right = max(glyph.x for one in lines for glyph in one.glyphs) + SIZE
    found = [one for one in lines_of(root / "build/rules/rules.pdf") if one.page == turned]
    assert max(glyph.x for one in found for glyph in one.glyphs) < right


COLOURED = """<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><style>.a{stroke:teal}</style>
<defs><linearGradient id="g"><stop stop-color="red"/><stop offset="1" stop-color="#00f8"/></linearGradient></defs>
<rect class="a" width="40" height="40" fill="rgb(200, 30, 30)"/><rect y="45" width="40" height="40" fill="url(#g)"/>
<g style="fill: hsl(120, 50%, 50%)"><rect x="45" width="40" height="40"/></g></svg>"""
THREE_PARTS = re.compile(rb"[\d.]+ [\d.]+ [\d.]+ (?:scn|SCN|rg|RG)\b|[\d.]+ (?:k|K)\b")


def test_a_grey_pdf_has_one_ink(minimal: Path, run: Run) -> None:
    images = minimal / "book/img"
    images.mkdir()
    (images / "lines.svg").write_text(COLOURED, "utf-8")
    Image.new("RGB", (40, 50), "orange").save(images / "photo.jpg")
    Image.new("RGBA", (40, 50), (0, 90, 200, 128)).save(images / "glass.png")
    names = ("lines.svg", "photo.jpg", "glass.png")
    text = "".join(f'\n![图（自绘）](img/{one}){{alt="图" width=20%}}\n' for one in names)
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as file:
        file.write(text)
    settings = minimal / "book/book.yaml"
    for choice, is_grey in (("full", False), ("grey", True)):
        before = settings.read_text("utf-8").partition("pdf:")[0]
        settings.write_text(f"{before}pdf: {{colour: {choice}}}\n", "utf-8")
        result = run(minimal, "build", "--format", "pdf")
        assert result.exit_code == 0, result.output
        data = (minimal / "build/cards/cards.pdf").read_bytes()
        packed = re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)
        plain = b"\n".join(
            zlib.decompressobj().decompress(one) for one in packed if one[:1] == b"x"
        )
        assert (not THREE_PARTS.search(plain)) is is_grey
        with pypdfium2.PdfDocument(data) as document:
            pages = [one.render().to_pil().convert("RGB") for one in document]
        shown = {one for page in pages for _, one in page.getcolors(page.width * page.height)}
        assert all(one[0] == one[1] == one[2] for one in shown) is is_grey
