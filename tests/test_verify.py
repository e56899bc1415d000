"""Numbers against sources of our own: what is verified, what is not, and why."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import typst
from PIL import Image

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.ledger import Ledger, Number, numbers_of
from chapterkit.manuscript.lock import coverage, lock_state, parse_lock, write_lock
from chapterkit.manuscript.records import read_ledger_file
from chapterkit.numbers.verify import texts
from chapterkit.numbers.verify.check import as_json, as_text, sources_of, verify
from chapterkit.numbers.verify.clippings import cutter_of
from chapterkit.numbers.verify.harvesting import as_yaml, harvest
from chapterkit.numbers.verify.outline import Outline, parse_locator
from chapterkit.numbers.verify.pdf import Place, pdf_clippings, pdf_pages
from chapterkit.numbers.verify.results import Result, Results, merge_lock, with_lock
from chapterkit.numbers.verify.texts import html_text, make_source, normal, normalised, read_source
from chapterkit.quantities import Declared, units_with

SOURCES = Path(__file__).parent / "verify" / "sources"
PAPER, README, PAGE = "lin2031tide", "oak2030readme", "elm2029page"


def number(fields: str, name: str = "x") -> Number:
    """Make a number from a record's own notation."""
    return ledger(f"{name}: {{{fields}}}")[name]


def ledger(*entries: str) -> Ledger:
    text = "numbers:\n" + "".join(f"  {entry}\n" for entry in entries)
    models = read_ledger_file(text, "ledger.yaml")
    origins = {name: origin for name, (_, origin) in models.items()}
    return Ledger(numbers_of("", {name: model for name, (model, _) in models.items()}, origins))


def judged(fields: str, folder: Path = SOURCES) -> Result:
    return verify(Ledger({"x": number(fields)}), folder).numbers[0]


VERIFIED = {
    "figure": f'value: 24.7, unit: "%", of: 成功率, cite: {PAPER}, at: 图 2, near: [HT-L]',
    "abstract": f'value: 9.8, unit: "%", of: 成功率, cite: {PAPER}, at: 摘要, near: [rote]',
    "thousands": f"value: 12000, unit: 张, of: 潮汐表, cite: {PAPER}, at: 第 3.1 节, near: [archive]",
    "magnitude": f"value: 1.2, unit: 万张, of: 潮汐表, cite: {PAPER}, at: 第 3.1 节, near: [archive]",
    "word": f"value: 9, unit: 座, of: 港口, cite: {PAPER}, at: 第 3.1 节, near: [harbours]",
    "glued-unit": f"value: 80, unit: GB, of: 内存, cite: {PAPER}, at: 第 3.1 节, near: [memory]",
    "spaced-unit": f"value: 64, unit: GB, of: 内存, cite: {PAPER}, at: 附录 A.2, near: [machine]",
    "count-before-name": f"value: 8, unit: 块, of: 卡, cite: {PAPER}, at: 第 3.1 节, near: [Z100]",
    "reward": f"value: -1, unit: 分, of: 奖励, cite: {PAPER}, at: 第 3.2 节, near: [wrong hour]",
    "reward-after-list": f"value: -4, unit: 分, of: 惩罚, cite: {PAPER}, at: 第 3.2 节, near: [penalty]",
    "item-over-lines": f"value: -2.5, unit: 分, of: 奖励, cite: {PAPER}, at: 第 3.2 节, near: [not in the table]",
    "signed": f"value: 8.5, unit: 个百分点, of: 升幅, cite: {PAPER}, at: 第 4.1 节, near: [HT-L]",
    "label-behind": f"value: 20.5, unit: 个百分点, of: 降幅, cite: {PAPER}, at: 第 4.1 节, near: [HT-VL]",
    "respectively": f"value: 7.7, unit: 个百分点, of: 升幅, cite: {PAPER}, at: 第 4.2 节, near: [HT-VL]",
    "points-in-words": f"value: 4.9, unit: 个百分点, of: 升幅, cite: {PAPER}, at: 第 4.3 节, near: [ten tries]",
    "hours": f"value: 32, unit: 小时, of: 训练用时, cite: {PAPER}, at: 第 4.2 节, near: [learning rate]",
    "scientific": f"value: 2e-5, unit: '', of: 学习率, cite: {PAPER}, at: 第 4.2 节, near: [learning rate]",
    "rate-in-table": f"value: 0.37, unit: '', of: 胜率, cite: {PAPER}, at: 表 1, near: [Rote-XL, Wins]",
    "range": f"value: [17, 19], unit: 局, of: 提早结束的局数, cite: {PAPER}, at: 第 4.3 节, near: [games]",
    "million": f"value: 120, unit: 万行, of: 数据, cite: {PAPER}, at: 附录 A.1, near: [rows]",
    "kilo": f"value: 340000, unit: 行, of: 数据, cite: {PAPER}, at: 附录 A.1, near: [kept]",
    "rate": f"value: 0.44, unit: '', of: 空格的比例, cite: {PAPER}, at: 附录 A.1, near: [empty cells]",
    "printed": f'value: 9, unit: 座, of: 港口, printed: "nine harbours", cite: {PAPER}, at: 第 3.1 节, near: [archive]',
    "telling-without-near": f'value: 42.5, unit: "%", of: 成功率, cite: {PAPER}, at: 图 2',
    "own-name-for-near": f'value: 42.5, unit: "%", of: HT-VL 的成功率, cite: {PAPER}, at: 图 2',
    "readme-cell": f'value: 24.7, unit: "%", of: 成功率, cite: {README}, at: Results, near: [Drill-S, HT-L]',
    "readme-prose": f"value: 24, unit: GB, of: 显存, cite: {README}, at: Training, near: [train.sh]",
    "html": f'value: 24.7, unit: "%", of: 成功率, cite: {PAGE}, at: Findings, near: [Drill]',
}


@pytest.mark.parametrize("name", VERIFIED)
def test_verified_where_the_record_says(name: str) -> None:
    result = judged(VERIFIED[name])
    assert result.status == "verified", result
    assert result.where
    assert result.context
    assert len(result.sha256) == 64


NOT_VERIFIED = {
    # nothing of the kind in the source
    "longer-number": ("not-found", f'value: 4.7, unit: "%", of: x, cite: {PAPER}, at: 图 2, near: [HT-L]'),
    "trailing-zero": ("not-found", f'value: 9.80, unit: "%", of: x, cite: {PAPER}, at: 图 2, near: [HT-L]'),
    "style-sheet": ("not-found", f'value: 77, unit: "%", of: x, cite: {PAGE}, at: Findings, near: [Drill]'),
    "script": ("not-found", f'value: 88, unit: "", of: x, cite: {PAGE}, at: Findings, near: [Drill]'),
    "reference-in-brackets": ("not-found", f'value: 57, unit: "", of: x, cite: {PAPER}, at: 第 1 节, near: [HT-L]'),
    "table-reference": ("not-found", f'value: 7, unit: "", of: x, cite: {PAPER}, at: 第 1 节, near: [Moss]'),
    "exponent": ("not-found", f'value: -5, unit: "", of: x, cite: {PAPER}, at: 第 4.2 节, near: [learning rate]'),
    "printed-disagrees": ("not-found", f'value: 8, unit: 座, of: x, printed: "nine harbours", cite: {PAPER}, at: 第 3.1 节, near: [archive]'),
    "printed-without-number": ("not-found", f'value: 9, unit: 座, of: x, printed: "held-out", cite: {PAPER}, at: 第 3.1 节, near: [archive]'),
    "other-measure": ("not-found", f"value: 32, unit: 分钟, of: x, cite: {PAPER}, at: 第 4.2 节, near: [learning rate]"),
    # there, but not where the record says or not provably
    "no-such-section": ("elsewhere", f"value: 64, unit: GB, of: x, cite: {PAPER}, at: 附录 A.3, near: [machine]"),
    "common-without-near": ("elsewhere", f'value: 10, unit: 轮, of: x, cite: {PAPER}, at: 第 4.2 节'),
    "other-item-of-list": ("elsewhere", f"value: -1, unit: 分, of: 奖励, cite: {PAPER}, at: 第 3.2 节, near: [right hour]"),
    "sentence-behind-list": ("elsewhere", f"value: -4, unit: 分, of: 奖励, cite: {PAPER}, at: 第 3.2 节, near: [wrong hour]"),
    "list-in-order": ("elsewhere", f"value: 3.1, unit: 个百分点, of: 升幅, cite: {PAPER}, at: 第 4.2 节, near: [HT-VL]"),
    "other-steps": ("elsewhere", f"value: 2.6, unit: 个百分点, of: 升幅, cite: {PAPER}, at: 第 4.3 节, near: [3 tries]"),
    "other-row": ("elsewhere", f"value: 0.52, unit: '', of: 胜率, cite: {PAPER}, at: 表 1, near: [Rote-XL]"),
    "markdown-column": ("elsewhere", f'value: 42.5, unit: "%", of: 成功率, cite: {README}, at: Results, near: [Drill-S, HT-L]'),
    "no-near-word": ("elsewhere", f'value: 24.7, unit: "%", of: x, cite: {PAPER}, at: 图 2, near: [HT-XXL]'),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_VERIFIED)
def test_not_verified_and_told_why(name: str) -> None:
    status, fields = NOT_VERIFIED[name]
    result = judged(fields)
    assert result.status == status, result
    assert result.why


# --- a record spoiled in ten ways

TRUE = VERIFIED["figure"]
GAIN = VERIFIED["signed"]
CELL = VERIFIED["rate-in-table"]
SPOILED = {
    "digits swapped": (TRUE.replace("24.7", "27.4"), "not-found", "没有 27.4%"),
    "sign": (GAIN.replace("8.5", "-8.5"), "not-found", "没有负号"),
    "points for percent": (TRUE.replace('"%"', "个百分点"), "not-found", "看不出是变化量"),
    "percent for points": (GAIN.replace("个百分点", '"%"'), "not-found", "应记作百分点"),
    "wrong table": (CELL.replace("表 1", "表 2"), "elsewhere", "不在表 2"),
    "wrong figure": (TRUE.replace("图 2", "图 3"), "elsewhere", "不在图 3"),
    "neighbouring column": (CELL.replace("0.37", "0.38"), "elsewhere", "另一列"),
    "neighbouring panel": (TRUE.replace("24.7", "42.5"), "elsewhere", "之下"),
    "neighbouring clause": (GAIN.replace("8.5", "12.0"), "elsewhere", "HT-VL"),
    "wrong section": (GAIN.replace("4.1", "4.2"), "elsewhere", "不在第 4.2 节"),
    "other source": (GAIN.replace(PAPER, README), "not-found", "没有 8.5"),
    "dropped decimal": (TRUE.replace("24.7", "247"), "not-found", "没有 247%"),
    "ten times": (VERIFIED["thousands"].replace("12000", "120000"), "not-found", "没有"),
    "range end": (VERIFIED["range"].replace("19]", "20]"), "not-found", "没有"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_spoiled_record_is_not_verified(name: str) -> None:
    fields, status, why = SPOILED[name]
    result = judged(fields)
    assert result.status == status, result
    assert why in result.why


def test_what_cannot_be_told() -> None:
    """A change printed as % is points or percent; a row alone does not say which column."""
    row = f"value: 0.38, unit: '', of: 胜率, cite: {PAPER}, at: 表 1, near: [Rote-XL]"
    percent = f'value: 1.4, unit: "%", of: 升幅, cite: {PAPER}, at: 第 4.3 节, near: [3 tries]'
    assert judged(row).status == "verified"
    assert judged(percent).status == "verified"


# --- one sentence or table, many records

PROSE = """# 1 Results

On the RepoFix benchmark our method, AdaReplay, reaches 57.3% resolved issues.

By the third round fine-tuning has lost 13.6 points.

The maintainers accepted 62.5% of the patches by AdaReplay and 41.7% of those by fine-tuning.

Training took 7.5 hours on 16 GPUs, used 12,480 trajectories and gave 240 patches.

The rate of merged fixes rose over 6.25 rounds, from 31.5 to 44.5% in all, on 32 A100 GPUs.

| Method | Hours | Dollars |
|---|---|---|
| AdaReplay | 3.25 | 4.75 |
"""
SENTENCES = {
    "own name is no rival": ('value: 57.3, unit: "%", of: RepoFix 解决率, when: AdaReplay', "verified"),
    "points": ("value: 13.6, unit: 个百分点, of: 遗忘, near: [fine-tuning]", "verified"),
    "arm": ('value: 62.5, unit: "%", of: 接受率, when: AdaReplay', "verified"),
    "other arm": ('value: 41.7, unit: "%", of: 接受率, when: fine-tuning', "verified"),
    "arm near": ('value: 41.7, unit: "%", of: 接受率, near: [fine-tuning]', "verified"),
    "arm swapped near only": ('value: 62.5, unit: "%", of: 接受率, near: [fine-tuning]', "elsewhere"),
    "arms compared": (
        'value: 62.5, unit: "%", of: AdaReplay 的接受率, when: 对照 fine-tuning', "verified"
    ),
    "arm swapped": ('value: 62.5, unit: "%", of: 接受率, when: fine-tuning', "elsewhere"),
    "arm swapped near": (
        'value: 62.5, unit: "%", of: 接受率, when: fine-tuning, near: [fine-tuning]', "elsewhere"
    ),
    "arm swapped back": ('value: 41.7, unit: "%", of: 接受率, when: AdaReplay', "elsewhere"),
    "hardware": ("value: 16, unit: 块, of: 显卡, near: [Training]", "verified"),
    "hardware for steps": ("value: 16, unit: 步, of: 步数, near: [Training]", "not-found"),
    "hours for steps": ("value: 7.5, unit: 步, of: 步数, near: [Training]", "not-found"),
    "hardware with its make": ("value: 32, unit: 步, of: 步数, near: [merged]", "not-found"),
    "percent elsewhere on the line": (
        'value: 6.25, unit: "%", of: 合并率, near: [merged]', "elsewhere"
    ),
    "shared percent": ('value: 31.5, unit: "%", of: 合并率, near: [merged]', "verified"),
    "things": ("value: 240, unit: 个, of: 补丁, near: [Training]", "verified"),
    "things for people": ("value: 240, unit: 名, of: 工程师, near: [Training]", "not-found"),
    "things for percent": ('value: 12480, unit: "%", of: 比例, near: [Training]', "not-found"),
    "things for money": ("value: 12480, unit: 元, of: 费用, near: [Training]", "not-found"),
    "column": ("value: 3.25, unit: 小时, of: 用时, near: [AdaReplay]", "verified"),
    "column for days": ("value: 3.25, unit: 天, of: 用时, near: [AdaReplay]", "elsewhere"),
    "money column for hours": ("value: 4.75, unit: 小时, of: 用时, near: [AdaReplay]", "elsewhere"),
    "money column for percent": ('value: 4.75, unit: "%", of: 比例, near: [AdaReplay]', "elsewhere"),
    "points are no percent": ('value: 13.6, unit: "%", of: 遗忘, near: [fine-tuning]', "not-found"),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences(name: str, tmp_path: Path) -> None:
    fields, status = SENTENCES[name]
    (tmp_path / "k.md").write_text(PROSE, "utf-8")
    result = judged(f"{fields}, cite: k, at: 第 1 节", tmp_path)
    assert result.status == status, result


# --- the book's own units

LAND = units_with(
    (Declared("亩", ("mu",), other="平方米", factor=Fraction(2000, 3)), Declared("石"))
)
OWN_UNITS = {
    "spelling": ("value: 12, unit: 亩, near: [Li]", "verified"),
    "other spelling": ("value: 12, unit: mu, near: [Li]", "verified"),
    "another unit": ("value: 12, unit: 石, near: [Li]", "not-found"),
    "another unit in Chinese": ("value: 30, unit: 亩, near: [王家]", "not-found"),
    "in Chinese": ("value: 30, unit: 石, near: [王家]", "verified"),
    "column": ("value: 7.5, unit: 亩, near: [Zhao]", "verified"),
    "another unit's column": ("value: 4.5, unit: 亩, near: [Zhao]", "elsewhere"),
}


@pytest.mark.parametrize("name", OWN_UNITS)
def test_units_that_a_book_declares(name: str, tmp_path: Path) -> None:
    fields, status = OWN_UNITS[name]
    text = "1 Land\nThe Li family had 12 mu.\n\n王家收 30 石。\n\n"
    table = "| Family | Land (mu) | Rice (石) |\n|---|---|---|\n| Zhao | 7.5 | 4.5 |\n"
    (tmp_path / "k.md").write_text(text + table, "utf-8")
    plain = number(f"{fields}, of: 量, cite: k, at: 第 1 节")
    result = verify(Ledger({"x": replace(plain, units=LAND)}, LAND), tmp_path).numbers[0]
    assert result.status == status, result


def test_harvest_knows_the_units_of_a_book() -> None:
    source = make_source("k", "k.txt", "", "王家有田 12 mu，收 30 石。")
    assert [(one.value, one.unit) for one in harvest(source, units=LAND)] == [
        ("12", "mu"), ("30", "石"),
    ]  # fmt: skip


# --- derived numbers


def test_derived_numbers_are_verified_through_their_operands() -> None:
    book = ledger(
        f'a: {{value: 16.2, unit: "%", of: 成功率, cite: {PAPER}, at: 图 2, near: [HT-L]}}',
        f'b: {{value: 24.7, unit: "%", of: 成功率, cite: {PAPER}, at: 图 2, near: [HT-L]}}',
        f'c: {{value: 27.4, unit: "%", of: 成功率, cite: {PAPER}, at: 图 2, near: [HT-L]}}',
        f"gain: {{derived: b - a, unit: 个百分点, of: 升幅, cite: {PAPER}, at: 第 4.1 节, "
        'printed: "+8.5%", near: [HT-L]}',
        f"quiet: {{derived: b - a, unit: 个百分点, of: 升幅, cite: {PAPER}, note: 折算}}",
        f'percent: {{derived: b - a, unit: "%", of: 升幅, cite: {PAPER}, note: 折算}}',
        f"bad: {{derived: c - a, unit: 个百分点, of: 升幅, cite: {PAPER}, note: 折算}}",
        f"worse: {{derived: bad + a, unit: 个百分点, of: 升幅, cite: {PAPER}, note: 折算}}",
        f"lie: {{derived: b - a, unit: 个百分点, of: 升幅, cite: {PAPER}, at: 第 4.1 节, "
        'printed: "+12.0%", near: [HT-VL]}',
        f"bare: {{derived: 3 * 4, unit: 次, of: 次数, cite: {PAPER}}}",
    )
    results = {one.number.id: one for one in verify(book, SOURCES).numbers}
    assert {key: one.status for key, one in results.items()} == {
        "a": "verified", "b": "verified", "c": "not-found", "gain": "verified",
        "quiet": "verified", "percent": "not-found", "bad": "not-found", "worse": "not-found",
        "lie": "not-found", "bare": "not-found",
    }  # fmt: skip
    assert "由 b、a 算出" in results["quiet"].where
    assert "c" in results["bad"].why


def test_only_some_numbers_and_their_operands() -> None:
    book = ledger(
        f'a: {{value: 16.2, unit: "%", of: 成功率, cite: {PAPER}, at: 图 2, near: [HT-L]}}',
        f"twice: {{derived: 2 * a, unit: '%', of: 两倍, cite: {README}, note: 折算}}",
    )
    assert sources_of(book, ["twice"]) == [PAPER]
    done: list[str] = []
    results = verify(book, SOURCES, ["twice"], done.append)
    assert [one.number.id for one in results.numbers] == ["twice"]
    assert results.numbers[0].status == "verified"
    assert done == [PAPER]


# --- reading sources


def test_normalising() -> None:
    assert normal("−３．５ ％") == "-3.5 %"
    assert normal("11\u202f500 tokens") == "11500 tokens"
    assert normal("eﬃ\u00adcient, 1 .5 and 11. 5%") == "efficient, 1.5 and 11.5%"
    assert normal("in-distri-\nbution **15.0**% <b>9</b>") == "in-distribution 15.0% 9"
    text, marks, raws = normalised("ab-\ncd ﬁ x")
    assert text == "abcd fi x"
    assert len(marks) == len(raws)


def test_way_back_to_line_and_page() -> None:
    text = "one\ntwo-\nthree ﬁve\n\fsix\nseven"
    source = make_source("k", "k.txt", "", text, (0, text.index("six")))
    assert source.line(source.text.index("three")) == 3
    assert source.line(source.text.index("five")) == 3
    assert source.line(source.text.index("seven")) == 5
    assert source.page(source.text.index("five")) == 1
    assert source.page(source.text.index("seven")) == 2


def test_html_text() -> None:
    assert html_text("<p>a<br>b<script>c</script></p>").split() == ["a", "b"]


PDF_PAGE = """
#set page(width: 300pt, height: 200pt)
#set text(hyphenate: true)
= 1. Introduction
Nothing yet.
#pagebreak()
= 2. Results
The drill reaches a success rate of 24.7% on HT-L.
"""


def pdf(source: str) -> bytes:
    made = typst.compile(source.encode())
    assert isinstance(made, bytes)
    return made


FIELDS = 'value: 24.7, unit: "%", of: 成功率, cite: k, at: 第 2 页, near: [HT-L]'


def test_pdf_by_page(tmp_path: Path) -> None:
    (tmp_path / "k.pdf").write_bytes(pdf(PDF_PAGE))
    right = judged(FIELDS, tmp_path)
    assert right.status == "verified"
    assert right.where.startswith("第 2 页")
    assert judged(FIELDS.replace("第 2 页", "第 1 页"), tmp_path).status == "elsewhere"
    assert judged(FIELDS.replace("第 2 页", "第 2 节"), tmp_path).status == "verified"


COLUMNS = """
#set page(paper: "a5", columns: 2, margin: 1.6cm,
  header: context [J. Doe et al. #h(1fr) Journal of Wards 12 (2011) #counter(page).display()])
#set text(lang: "en", hyphenate: true, size: 9pt)
#set par(justify: true)
*Abstract.* Among smokers the rate reached 19.4%, among the others 7.1%.

*Keywords:* wards
= 1 Introduction
#for _ in range(LINES) [The register was kept by the clerks of the parish. ]
= 2 Findings
Under load the efficient throughput of all the new wards taken together and over the whole of the
year was in the end, and by every count that was made of it, 2.6 times that of the old ones.
Counterrevolutionaries numbered 12 345 residents, and imports changed by −3.2% a year.
#figure(table(columns: 3, [Route], [Cured (%)], [N], [Oral], [41.3], [412], [Bed rest], [38.9],
  [159]), caption: [Cures by route], kind: table, supplement: [Table])
"""
STANDS = [
    'value: 19.4, unit: "%", at: 摘要, near: [smokers]',
    "value: 2.6, unit: 倍, at: 第 2 节, near: [throughput]",
    "value: 12345, unit: 人, at: 第 2 节, near: [counterrevolutionaries]",
    'value: -3.2, unit: "%", at: 第 2 节, near: [imports]',
    'value: 38.9, unit: "%", at: 表 1, near: [Bed rest]',
]
STANDS_NOT = [
    'value: 7.1, unit: "%", at: 摘要, near: [smokers]',
    "value: 2011, unit: 次, at: 第 2 节, near: [throughput]",
    "value: 12, unit: 次, at: 第 2 节, near: [throughput]",
    "value: 345, unit: 人, at: 第 2 节, near: [counterrevolutionaries]",
    'value: 3.2, unit: "%", at: 第 2 节, near: [imports]',
    'value: 159, unit: "%", at: 表 1, near: [Bed rest]',
    'value: 41.3, unit: "%", at: 表 1, near: [Bed rest]',
]


@pytest.mark.parametrize("lines", [8, 23, 31, 44])
def test_pdf_in_two_columns_with_running_heads(lines: int, tmp_path: Path) -> None:
    (tmp_path / "k.pdf").write_bytes(pdf(COLUMNS.replace("LINES", str(lines))))
    for fields in STANDS:
        assert judged(f"{fields}, of: 量, cite: k", tmp_path).status == "verified", fields
    for fields in STANDS_NOT:
        assert judged(f"{fields}, of: 量, cite: k", tmp_path).status != "verified", fields


@pytest.mark.parametrize("turned", [False, True])
def test_the_lines_in_which_numbers_stand_are_cut_out_of_the_page(
    turned: bool, tmp_path: Path
) -> None:
    """A cut page shows its own part; a turned one is drawn as a reader sees it."""
    document = pypdfium2.PdfDocument(pdf(COLUMNS.replace("LINES", "23")))
    for page in document:
        page.set_rotation(90) if turned else page.set_cropbox(30, 40, 400, 560)
    document.save(tmp_path / "k.pdf")
    made = ledger(*(f"n{at}: {{{one}, of: 量, cite: k}}" for at, one in enumerate(STANDS)))
    cutter = cutter_of(tmp_path, "k", made)
    assert cutter
    cut = cutter.cut(made.values())
    assert [one.page for one in cut.values()] == [1] * len(STANDS)
    assert turned or not any(one.why for one in cut.values())
    assert "19.4%" in cut["n0"].words
    assert cut["n4"].words == "Bed rest 38.9 159"
    for one in cut.values():
        with Image.open(BytesIO(b64decode(one.png))) as picture:
            assert picture.size == (one.width, one.height)
            assert one.width <= 1100
            assert one.height <= 340
            for left, top, width, height in one.marks:
                assert 0 <= left < left + width <= 1
                assert 0 <= top < top + height <= 1
                box = (left * one.width, top * one.height, (left + width) * one.width,
                       (top + height) * one.height)  # fmt: skip
                assert sum(picture.convert("L").crop(box).histogram()[:100]) > 10


@pytest.mark.parametrize("page", [(0, 0, 1e7, 1e7), (0, 700, 60, 850), (0, 841, 1, 842)])
@pytest.mark.parametrize("size", ["0.01pt", "9pt", "300pt"])
def test_a_page_of_any_size_gives_a_small_picture(
    page: tuple[float, float, float, float], size: str, tmp_path: Path
) -> None:
    text = f'#set text(size: {size}, lang: "en")\n24.7% of all on HT-L were reached.'
    document = pypdfium2.PdfDocument(pdf(f"#set page(margin: 0mm)\n{text}"))
    document[0].set_mediabox(*page)
    document.save(tmp_path / "k.pdf")
    data = (tmp_path / "k.pdf").read_bytes()
    read = pdf_pages(data, "k.pdf", 1000)[0][0]
    start = max(0, read.find("24.7"))
    cut, *others = pdf_clippings(
        data, "k.pdf", [Place(1, start, start + 4), Place(99, 0, 4), Place(1, 900, 905)]
    )
    assert cut is None or (cut.width <= 1100 and cut.height <= 340)
    assert others == [None, None]


def test_what_has_no_pdf_of_its_own_has_no_lines(tmp_path: Path) -> None:
    made = ledger(f"n: {{{FIELDS}}}")
    assert cutter_of(tmp_path, "k", made) is None
    (tmp_path / "k.txt").write_text("The drill reaches a success rate of 24.7% on HT-L.", "utf-8")
    assert cutter_of(tmp_path, "k", made) is None
    (tmp_path / "k.pdf").write_bytes(b"%PDF-1.7 damaged")
    assert cutter_of(tmp_path, "k", made) is None
    (tmp_path / "k.pdf").write_bytes(pdf(PDF_PAGE))
    cutter = cutter_of(tmp_path, "k", made)
    assert cutter
    assert [one.why for one in cutter.cut(made.values()).values()] == [""]
    elsewhere = cutter.cut(ledger(f"n: {{{FIELDS.replace('第 2 页', '第 1 页')}}}").values())
    assert [one.page for one in elsewhere.values()] == [2]
    assert "第 1 页" in elsewhere["n"].why
    assert cutter.cut(ledger(f"n: {{{FIELDS.replace('24.7', '99.9')}}}").values()) == {}


def test_pages_that_are_pictures_are_told(tmp_path: Path) -> None:
    Image.new("RGB", (30, 40), "gray").save(tmp_path / "page.png")
    (tmp_path / "k.typ").write_text(
        "The first page has text, enough of it to be read.\n#pagebreak()\n"
        '#image("page.png")\n#pagebreak()\nThe rate was 24.7% in the wards.\n',
        "utf-8",
    )
    (tmp_path / "k.pdf").write_bytes(typst.compile(str(tmp_path / "k.typ")))
    fields = 'unit: "%", of: 率, cite: k, near: [wards]'
    assert judged(f"value: 24.7, at: 第 3 页, {fields}", tmp_path).status == "verified"
    unread = judged(f"value: 31.5, at: 第 2 页, {fields}", tmp_path)
    assert unread.status == "no-source"
    assert "第 2 页是图片，没有文字" in unread.why
    missing = judged(f"value: 31.5, at: 第 3 页, {fields}", tmp_path)
    assert missing.status == "not-found"
    assert "第 2 页是图片" in missing.why


def encrypted_pdf() -> bytes:
    """Return a PDF that says it is encrypted, with a password nobody knows."""
    plain = pdf("x")
    trailer = plain.rindex(b"/Root")
    encrypt = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <" + b"41" * 32 + b"> /U <"
        + b"42" * 32 + b"> >> /ID [<" + b"43" * 16 + b"> <" + b"43" * 16 + b">] "
    )  # fmt: skip
    return plain[:trailer] + encrypt + plain[trailer:]


def bad_sources() -> Mapping[str, tuple[str, bytes, str]]:
    drawn = "#set page(width: 90pt, height: 90pt)\n#rect(width: 50pt, height: 20pt, fill: black)"
    whole = pdf(PDF_PAGE)
    return {
        "truncated": ("k.pdf", whole[: len(whole) // 3], "残缺"),
        "scanned": ("k.pdf", pdf(drawn), "没有文字层"),
        "encrypted": ("k.pdf", encrypted_pdf(), "密码"),
        "html-as-pdf": ("k.pdf", b"<!DOCTYPE html><html><body>Log in</body></html>", "HTML"),
        "junk": ("k.pdf", b"\x00\x01" * 4000, "不是 PDF"),
        "empty": ("k.pdf", b"", "不是 PDF"),
        "pdf-as-txt": ("k.txt", whole, "PDF"),
        "nul": ("k.txt", b"24.7% on HT-L\0\0\0", "NUL"),
        "latin-1": ("k.txt", b"caf\xe9 24.7%", "UTF-8"),
        "no-text": ("k.md", b"  \n\n", "没有文字"),
        "empty-html": ("k.html", b"<html><script>1</script></html>", "没有文字"),
    }


@pytest.mark.parametrize("name", list(bad_sources()))
def test_bad_source_is_told_and_stops_nothing(name: str, tmp_path: Path) -> None:
    file, data, why = bad_sources()[name]
    (tmp_path / file).write_bytes(data)
    (tmp_path / "good.txt").write_text("A rate of 24.7% on HT-L.\n", "utf-8")
    good = FIELDS.replace("cite: k", "cite: good").replace(", at: 第 2 页", "")
    book = ledger(f"a: {{{FIELDS}}}", f"b: {{{good}}}")
    bad, fine = verify(book, tmp_path).numbers
    assert bad.status == "no-source"
    assert why in bad.why
    assert fine.status == "verified", fine


def test_too_much_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MAX_TEXT", 1000)
    (tmp_path / "k.txt").write_text("word " * 900, "utf-8")
    with pytest.raises(ChapterkitError, match="不像一篇文献"):
        read_source(tmp_path, "k")


def test_good_file_beside_a_bad_one(tmp_path: Path) -> None:
    (tmp_path / "k.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "k.txt").write_text("1. Results\nA rate of 24.7% on HT-L.\n", "utf-8")
    source = read_source(tmp_path, "k")
    assert source is not None
    assert source.name == "k.txt"


@pytest.mark.parametrize("key", ["../secret", "a/b", "", "missing"])
def test_keys_stay_in_the_folder(key: str, tmp_path: Path) -> None:
    (tmp_path.parent / "secret.txt").write_text("x", "utf-8")
    assert read_source(tmp_path, key) is None


# --- locators


@pytest.mark.parametrize(
    ("at", "parts"),
    [
        ("图 6", (("figure", "6"),)),
        ("表 1，第 5.1 节", (("table", "1"), ("section", "5.1"))),
        ("附录 C.3", (("section", "C.3"),)),
        ("Appendix C.3", (("section", "C.3"),)),
        ("Section 5.1", (("section", "5.1"),)),
        ("Fig. 6", (("figure", "6"),)),
        ("Table 10", (("table", "10"),)),
        ("第 18 页", (("page", "18"),)),
        ("摘要", (("abstract", "摘要"),)),
        ("scripts/eval.sh", (("path", "scripts/eval.sh"),)),
        ("Experiments 一节", (("named", "Experiments"),)),
        (None, ()),
    ],
)
def test_locators(at: str | None, parts: tuple[tuple[str, str], ...]) -> None:
    assert parse_locator(at).parts == parts


def test_outline_of_a_paper() -> None:
    source = read_source(SOURCES, PAPER)
    assert source is not None
    outline = Outline(source)
    numbered = [".".join(one.steps) for one in outline.headings if one.steps]
    assert numbered == [
        "1", "2", "3", "3.1", "3.2", "4", "4.1", "4.2", "4.3", "5", "A", "A.1", "A.2",
    ]  # fmt: skip
    assert [(one.kind, one.number) for one in outline.captions] == [
        ("figure", "2"), ("table", "1"), ("table", "2"),
    ]  # fmt: skip


def test_numbered_list_is_no_outline() -> None:
    text = "1. Tasks\nText here.\n1. Turn left\n2. Go on\n3. Stop\n2. Results\n2.1. Rules\nText.\n"
    headings = Outline(make_source("k", "k.txt", "", text)).headings
    assert ".".join(headings[-1].steps) == "2.1"


# --- the lock


def results(*entries: str) -> tuple[Ledger, Results]:
    book = ledger(*entries)
    return book, verify(book, SOURCES)


A = f'a: {{value: 16.2, unit: "%", of: 成功率, cite: {PAPER}, at: 图 2, near: [HT-L]}}'
B = f'b: {{value: 24.7, unit: "%", of: 成功率, cite: {PAPER}, at: 图 2, near: [HT-L]}}'
MISSING = "m: {value: 3, unit: 次, of: 次数, cite: nowhere2030, near: [x]}"


def test_lock_is_sorted_a_line_a_number_and_read_back(tmp_path: Path) -> None:
    book, found = results(B, A, MISSING)
    path = tmp_path / "experiments" / "verified.lock"
    lock = merge_lock({}, found, book, "2031-05-01")
    write_lock(path, lock)
    assert [line.split('"')[3] for line in path.read_text("utf-8").splitlines()] == ["a", "b"]
    assert parse_lock(path.read_text("utf-8")) == lock
    assert [one.name for one in path.parent.iterdir()] == ["verified.lock"]


def test_lock_state_without_sources() -> None:
    book, found = results(A, B, MISSING)
    lock = merge_lock({}, found, book, "2031-05-01")
    changed = dict(book)
    changed["b"] = replace(book["b"], value=Decimal("24.70"))
    assert lock_state(changed, lock) == {"a": "verified", "b": "stale", "m": "no-source"}
    for change in ({"unit": "个百分点"}, {"cite": README}, {"at": "图 3"}, {"printed": "24.7 %"}):
        changed_b = replace(book["b"], model=book["b"].model.model_copy(update=change))
        assert lock_state({"b": changed_b}, lock) == {"b": "stale"}


def test_merging_keeps_dates_and_what_is_not_at_hand(tmp_path: Path) -> None:
    book, found = results(A, B)
    lock = merge_lock({}, found, book, "2031-05-01")
    assert merge_lock(lock, found, book, "2031-06-01") == lock
    nothing = verify(book, tmp_path)
    assert merge_lock(lock, nothing, book, "2031-06-01") == lock
    assert list(merge_lock(lock, found, ["a"], "2031-06-01")) == ["a"]
    kept = with_lock(nothing, lock)
    assert {one.status for one in kept.numbers} == {"verified"}
    spoiled = Ledger({"a": replace(book["a"], value=Decimal("61.2"))})
    assert with_lock(verify(spoiled, tmp_path), lock).numbers[0].status == "stale"
    corrected = merge_lock(lock, verify(spoiled, SOURCES), ["a"], "2031-06-01")
    assert (corrected["a"].status, corrected["a"].date) == ("not-found", "2031-06-01")


@pytest.mark.parametrize(
    "line", ["<<<<<<< HEAD", "[1]", '{"number": "a"}', '{"number": 1}', "[" * 5000]
)
def test_broken_lock_is_told_at_its_line(line: str, tmp_path: Path) -> None:
    path = tmp_path / "verified.lock"
    path.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(ChapterkitError) as refused:
        parse_lock(path.read_text("utf-8"))
    assert refused.value.origin == Origin("experiments/verified.lock", 2)


def test_lock_is_not_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book, found = results(A, B)
    path = tmp_path / "verified.lock"
    write_lock(path, merge_lock({}, found, book, "2031-05-01"))
    before = path.read_bytes()

    def full(self: Path, target: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ChapterkitError, match="写不了"):
        write_lock(path, {})
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["verified.lock"]


def test_coverage() -> None:
    book, found = results(A, B.replace("of:", "status: readme, of:"), MISSING)
    states = {one.number.id: one.status for one in found.numbers}
    line = "3 个数已核对 2 个（其中 1 个出自项目说明），1 个没有原文。"
    assert coverage(book.values(), states).line == line
    assert coverage(book.values(), states).share == pytest.approx(2 / 3)
    assert coverage([], {}).line == "0 个数已核对 0 个。"


# --- reports and harvest


def test_reports() -> None:
    import json

    _, found = results(A, B.replace("24.7", "27.4"), MISSING)
    data = json.loads(as_json(found))
    assert data["summary"] == {
        "total": 3, "verified": 1, "elsewhere": 0, "not-found": 1, "no-source": 1, "stale": 0,
    }  # fmt: skip
    assert [set(one) for one in data["numbers"]] == [
        {"number", "cite", "at", "status", "where", "context", "why"}
    ] * 3
    text = as_text(found)
    assert "ledger.yaml:3: 没找到: b = 27.4%" in text
    assert text.endswith("3 个数已核对 1 个，1 个没找到，1 个没有原文。")
    assert "a = 16.2%" not in text
    assert "a = 16.2%" in as_text(found, everything=True)
    assert not found.clean


def test_sources_that_are_not_at_hand_are_one_line_each() -> None:
    others = [MISSING.replace("m:", f"m{index}:") for index in range(9)]
    _, found = results(A, *others)
    lines = as_text(found).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("没有原文: ")
    assert "9 个数" in lines[0]
    assert found.clean


def test_harvest_gives_entries_that_verify() -> None:
    source = read_source(SOURCES, PAPER)
    assert source is not None
    found = harvest(source, ["HT-L"])
    assert found == harvest(source, ["HT-L"])
    gains = [one for one in found if one.value in ("8.5", "+8.5") and one.at == "第 4.1 节"]
    assert gains
    assert "RL achieves an increase" in gains[0].sentence
    text = as_yaml(PAPER, found).replace('of: ""', "of: 升幅")
    models = read_ledger_file(text, "harvest.yaml")
    origins = {name: origin for name, (_, origin) in models.items()}
    book = Ledger(numbers_of("", {name: model for name, (model, _) in models.items()}, origins))
    good = sum(1 for one in verify(book, SOURCES).numbers if one.status == "verified")
    assert good >= 0.8 * len(book)


BRIDGES = """港珠澳大桥的主桥长 29.6 公里，总投资 1269 亿元。海底隧道长 6.7 公里，由 33 节沉管组成。

青州航道桥主跨 458 米，九洲航道桥主跨 268 米。工程用钢 42 万吨。工期 9 年。

The Golden Gate Bridge has a main span of 1280 metres. It cost $35 million and 11 men died.
"""


@pytest.mark.parametrize(
    ("near", "values"),
    [
        ((), ["29.6", "126900000000", "6.7", "33", "458", "268", "420000", "9", "1280", "35000000",
              "11"]),
        (("主跨",), ["458", "268"]),
        (("Gate",), ["1280"]),
    ],
)  # fmt: skip
def test_harvest_of_a_source_without_sections_verifies(
    near: tuple[str, ...], values: list[str], tmp_path: Path
) -> None:
    (tmp_path / "k.txt").write_text(BRIDGES, "utf-8")
    source = read_source(tmp_path, "k")
    assert source is not None
    found = harvest(source, near)
    assert [one.value for one in found] == values
    assert all(one.near and set(near) <= set(one.near) for one in found)
    models = read_ledger_file(as_yaml("k", found), "harvest.yaml")
    origins = {name: origin for name, (_, origin) in models.items()}
    book = Ledger(numbers_of("", {name: model for name, (model, _) in models.items()}, origins))
    states = [(one.number.text, one.status) for one in verify(book, tmp_path).numbers]
    assert not [one for one in states if one[1] != "verified"]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("{value: 9, unit: 年, of: 建设工期, cite: k}", "可以写 near: [工期]"),
        ("{value: 11, unit: 人, of: 遇难者, cite: k}", "写上它在哪里（at），或它近旁的词（near）"),
        (
            "{value: 33, unit: 节, of: 沉管, cite: k, at: 表 9}",
            "文本里认不出“表 9”；33 节 在原文里有 1 处",
        ),
    ],
)
def test_a_record_that_names_no_place_is_told_so(record: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "k.txt").write_text(BRIDGES.replace("11 men", "11 人"), "utf-8")
    models = read_ledger_file(f"numbers:\n  x: {record}\n", "ledger.yaml")
    origins = {name: origin for name, (_, origin) in models.items()}
    book = Ledger(numbers_of("", {name: model for name, (model, _) in models.items()}, origins))
    found = verify(book, tmp_path).numbers[0]
    assert found.status == "elsewhere"
    assert why in found.why
    assert ("记录没有写 at 或 near" in found.why) == (" at:" not in record)


def test_harvest_of_nothing() -> None:
    assert as_yaml("k", harvest(make_source("k", "k.txt", "", "No numbers."))) == "numbers: {}\n"
