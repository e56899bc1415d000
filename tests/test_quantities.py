"""Labelled sentences, round trips and blow-ups for the grammar of quantities."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chapterkit.quantities import (
    Quantity,
    explain,
    find_in_plain,
    find_quantities,
    known_unit,
    normal_unit,
    parse_chinese,
    same_quantity,
    to_chinese,
    unit_kind,
)
from chapterkit.quantities.traditional import simplified

CASES = Path(__file__).parent / "quantities"
MARK = re.compile(r"⟦([^⟧]*)⟧|⟨([^⟩]*)⟩|⟪([^⟫]*)⟫")
GOAL = 0.97


@dataclass(frozen=True)
class Label:
    start: int
    end: int
    small: bool
    expected: str | None


@dataclass(frozen=True)
class Sentence:
    where: str
    text: str
    labels: tuple[Label, ...]
    either: tuple[tuple[int, int], ...]


def read_sentence(line: str, where: str) -> Sentence:
    """A labelled line: the plain text, the quantities in it, and what may go either way."""
    plain, last = "", 0
    labels: list[Label] = []
    either: list[tuple[int, int]] = []
    for match in MARK.finditer(line):
        plain += line[last : match.start()]
        last = match.end()
        if match[3] is not None:
            either.append((len(plain), len(plain) + len(match[3])))
            plain += match[3]
            continue
        small = match[2] is not None
        body, sign, expected = (match[2] if small else match[1]).partition("=")
        labels.append(Label(len(plain), len(plain) + len(body), small, expected if sign else None))
        plain += body
    return Sentence(where, plain + line[last:], tuple(labels), tuple(either))


def sentences(path: Path) -> list[Sentence]:
    return [
        read_sentence(line, f"{path.name}:{number}")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if line and not line.startswith("//")
    ]


FILES = sorted(CASES.glob("*.txt"))


def written(quantity: Quantity) -> str:
    """Value and unit in the notation of the labels."""
    value = quantity.value
    if value is None:
        return "?"
    if isinstance(value, tuple):
        return "~".join(f"{end:f}" for end in value)
    return f"{value:f}"


def judge(sentence: Sentence) -> tuple[int, list[str], list[str]]:
    """How many labels were hit, and what was missed and wrongly found."""
    found = {(q.start, q.end): q for q in find_quantities(sentence.text)}
    hits = 0
    missed: list[str] = []
    wrong: list[str] = []
    for label in sentence.labels:
        quantity = found.pop((label.start, label.end), None)
        body = sentence.text[label.start : label.end]
        if quantity is None or quantity.small_count != label.small:
            missed.append(f"{sentence.where}: missed {body!r} in {sentence.text}")
        elif label.expected is not None and not as_expected(quantity, label.expected):
            got = f"{written(quantity)} {quantity.unit}"
            missed.append(f"{sentence.where}: {body!r} is {label.expected}, read as {got}")
        else:
            hits += 1
    for (start, end), quantity in found.items():
        if not any(start < e and s < end for s, e in sentence.either):
            wrong.append(f"{sentence.where}: found {quantity.text!r} in {sentence.text}")
    return hits, missed, wrong


def as_expected(quantity: Quantity, expected: str) -> bool:
    value, _, unit = expected.partition(" ")
    return written(quantity) == value and (not unit or quantity.unit == unit)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_labelled_sentences(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hits = 0
    missed: list[str] = []
    wrong: list[str] = []
    for sentence in sentences(path):
        h, m, w = judge(sentence)
        hits, missed, wrong = hits + h, missed + m, wrong + w
    precision = hits / (hits + len(wrong)) if hits + len(wrong) else 1.0
    recall = hits / (hits + len(missed)) if hits + len(missed) else 1.0
    quiet = len(wrong) / max(1, len(sentences(path)))
    with capsys.disabled():
        print(
            f"\n  {path.stem}: {len(sentences(path))} sentences, {hits} found, "
            f"precision {precision:.3f}, recall {recall:.3f}"
        )
    problems = "\n".join(missed + wrong)
    assert recall >= GOAL, problems
    assert precision >= GOAL or (hits < 5 and quiet <= 1 - GOAL), problems


def test_there_are_enough_sentences() -> None:
    assert sum(len(sentences(path)) for path in FILES) >= 420


# Round trips: a value in every dress is read as that value.

INTEGERS = st.integers(min_value=11, max_value=10**12)
DECIMALS = st.decimals(min_value=Decimal("0.1"), max_value=999, places=1)
FULL_WIDTH = str.maketrans("0123456789.%", "０１２３４５６７８９．％")


def only(text: str) -> Quantity:
    found = find_quantities(text)
    assert len(found) == 1, (text, found)
    return found[0]


@given(INTEGERS)
def test_chinese_numerals_go_both_ways(number: int) -> None:
    written = to_chinese(Decimal(number))
    assert parse_chinese(written) == number
    quantity = only(f"共有{written}个样本")
    assert quantity.value == number
    assert quantity.text == f"{written}个"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_chinese_decimals_go_both_ways(number: Decimal) -> None:
    assert parse_chinese(to_chinese(number)) == number


@given(DECIMALS)
def test_percent_in_every_dress(number: Decimal) -> None:
    dresses = (
        f"{number}%",
        f"{number} %",
        f"{number}0%".translate(FULL_WIDTH),
        f"百分之{to_chinese(number)}",
        f"百分之 {number}",
    )
    for dress in dresses:
        quantity = only(f"占比为{dress}，略高")
        assert same_quantity(quantity.value, quantity.unit, number, "%"), dress


@given(INTEGERS)
def test_counts_in_every_dress(number: int) -> None:
    dresses = [f"{number} 条", f"{number:,} 条", f"{number}条".translate(FULL_WIDTH)]
    if number % 100 == 0:
        dresses += [f"{Decimal(number) / 10**4:f} 万条", f"{Decimal(number) / 10**8:f} 亿条"]
    for dress in dresses:
        quantity = only(f"约{dress}记录")
        assert same_quantity(quantity.value, quantity.unit, Decimal(number), "条"), dress
        assert quantity.approximate


@given(DECIMALS, DECIMALS, st.sampled_from(["–", "-", "～", "~", " 至 ", " 到 "]))
def test_ranges_keep_both_ends(low: Decimal, high: Decimal, mark: str) -> None:
    quantity = only(f"介于 {low}{mark}{high} 毫秒之间")
    assert quantity.value == (low, high)
    assert quantity.shape == "range"


@given(st.integers(1, 9))
def test_tenths_are_percent(tenths: int) -> None:
    written = "一二三四五六七八九"[tenths - 1]
    for dress in (f"{written}成", f"{tenths} 成"):
        quantity = only(f"其中{dress}已经完成")
        assert same_quantity(quantity.value, quantity.unit, Decimal(tenths * 10), "%")


HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=60)
NUMERALS = st.text(
    "零一二三十百千万亿几数半两点分之比成倍到至第年月日个世者起秒号每从√′″° 0123456789.,%-–~×/:[](){}$`@<>^+±约多",
    max_size=60,
)


LEFT_OUT = set("係參幹榦裡裏麵髮鬍衚闆蓆繫衕蔔彆曏弔錬埰寀彔彫懞矇畵衞貍貲鏇牴舖誌嚮纍翫麯綵穀")


def test_every_traditional_character_of_the_word_lists_is_read() -> None:
    data = CASES.parents[1] / "src/chapterkit/data"
    lists = [path for path in (data / "quantities").glob("*.txt") if path.stem != "traditional"]
    used = set("".join(path.read_text(encoding="utf-8") for path in lists))
    for line in (data / "script/traditional.txt").read_text(encoding="utf-8").splitlines():
        character, simple = line[:1], line[1:].rstrip(".")
        if line[:1] != "#" and len(simple) == 1 and simple in used and character not in LEFT_OUT:
            assert simplified(character) != character


@settings(max_examples=400)
@given(st.one_of(HAN, NUMERALS, st.text(max_size=60)))
def test_any_text_is_read_in_order(text: str) -> None:
    for found in (find_quantities(text), find_in_plain(text)):
        last = 0
        for quantity in found:
            assert last <= quantity.start < quantity.end <= len(text)
            assert quantity.text == text[quantity.start : quantity.end]
            last = quantity.end
    for exempt in explain(text):
        assert exempt.text == text[exempt.start : exempt.end]
        assert exempt.reason


def test_units() -> None:
    assert normal_unit("ms") == normal_unit("毫秒")
    assert unit_kind("%") != unit_kind("百分点")
    assert known_unit("")
    assert not known_unit("没有这种单位")
    assert same_quantity(Decimal(3), "万元", Decimal(30000), "元")
    assert not same_quantity(Decimal(500), "毫秒", Decimal("0.5"), "秒")
    assert same_quantity((Decimal(4), Decimal(3)), "", (Decimal(4), Decimal("3.0")), "")
    assert not same_quantity((Decimal(4), Decimal(3)), "", Decimal(4), "")


def test_context_of_a_quantity() -> None:
    up, down, high = find_quantities("成功率提升了 3 个百分点，成本下降到 2 倍，比基线高 5 倍")
    assert (up.change, down.change) == ("提升了", "下降到")
    assert high.comparison == "高"
    assert only("约 12%").approximate
    assert only("三十人左右").approximate
    assert not only("12%").approximate


@pytest.mark.parametrize(
    ("text", "numeral", "why"),
    [
        ("康熙 8 年的事", "8 年", "E4"),
        ("民国 15 年的事", "15 年", "E4"),
        ("民国15年的事", "15年", "E4"),
        ("公元前 221 年", "221 年", "E4"),
        ("下午 3 点开会", "3 点", "E4"),
        ("这是3D的", "3D", "E1"),
        ("用 4o-mini 模型", "4o-mini", "E1"),
        ("用 3-Pro 模型", "3-Pro", "E1"),
        ("用 5-shot 设置", "5-shot", "E9"),
        ("用 3-way 设置", "3-way", "E9"),
        ("用 5G 网络", "5G", "E9"),
        ("做 3d 打印", "3d", "E9"),
        ("读 6 年级", "6 年级", "E9"),
        ("自 2019 起", "2019", "E4"),
        ("在 2019–2021 之间", "2019–2021", "E4"),
        ("歼-20 战机", "20", "E1"),
        ("到了 Level 3 的水平", "3", "E9"),
        ("见 Figure 2 的说明", "2", "E2"),
        ("统一看待", "统一", "E5"),
    ],
)
def test_what_is_no_quantity_and_why(text: str, numeral: str, why: str) -> None:
    assert [(one.text, one.why) for one in explain(text)] == [(numeral, why)]
    assert find_in_plain(text) == find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "quantity", "value", "unit"),
    [
        ("持续了 8 年", "8 年", "8", "年"),
        ("民国的这 8 年", "8 年", "8", "年"),
        ("得了 3 点", "3 点", "3", "点"),
        ("用 8G 显存", "8G", "8", "G"),
        ("过了 9d 之后", "9d", "9", "d"),
        ("自 2048 起", "2048", "2048", ""),
        ("温度升至-20", "-20", "-20", ""),
        ("显著性 p=.018 时", ".018", "0.018", ""),
        ("比它快.5 倍", "5 倍", "5", "倍"),
        ("零下 20 度", "零下 20 度", "-20", "度"),
        ("用了１，０００ 条", "１，０００ 条", "1000", "条"),
        ("降到－３ 度", "－３ 度", "-3", "度"),
    ],
)
def test_what_is_a_quantity_after_all(text: str, quantity: str, value: str, unit: str) -> None:
    [found] = find_in_plain(text)
    assert (found.text, written(found), found.unit) == (quantity, value, unit)


@pytest.mark.parametrize(
    ("text", "approximate", "change", "comparison"),
    [
        ("值是 12%", False, None, "是"),
        ("值是 12% 左右", True, None, "是"),
        ("值是 12%左右", True, None, "是"),
        ("约 12%", True, None, None),
        ("约12%", True, None, None),
        ("近 12%", True, None, None),
        ("不到 12%", True, None, "不到"),
        ("最多 12 个", True, None, "最多"),
        ("高 12 倍", False, None, "高"),
        ("下降 12%", False, "下降", None),
        ("一百余条", True, None, None),
        ("四十余万", True, None, None),
        ("约等于 12 个", True, None, "等于"),
        ("120 多条", True, None, None),
        ("12%±1%", True, None, None),
    ],
)
def test_what_stands_beside_a_quantity(
    text: str, approximate: bool, change: str | None, comparison: str | None
) -> None:
    [found] = find_in_plain(text)
    assert (found.approximate, found.change, found.comparison) == (approximate, change, comparison)
