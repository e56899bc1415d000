"""Units: what a unit says, what converts into what, and what a book may declare."""

from __future__ import annotations

import pickle
import time
from decimal import Decimal
from fractions import Fraction

import pytest

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.config import parse_outside_config
from chapterkit.manuscript.records import read_ledger_file
from chapterkit.numbers.matching import backs
from chapterkit.quantities import (
    STANDARD,
    converted,
    find_in_plain,
    find_quantities,
    known_unit,
    normal_unit,
)
from demo import claims_in, ledger_of


@pytest.mark.parametrize(
    ("unit", "name", "scale"),
    [
        ("次/分", "次/分钟", "1"),
        ("mg/(kg·d)", "毫克/(千克·天)", "1"),
        ("mg/kg/d", "毫克/(千克·天)", "1"),
        ("每 10 万人", "/人", "1/100000"),
        ("例/10 万人年", "例/人年", "1/100000"),
        ("$/million tokens", "美元/token", "1/1000000"),
        ("10^9/L", "/升", "1000000000"),
        ("×10⁹/L", "/升", "1000000000"),
        ("元/平方米·月", "元/(个月·平方米)", "1"),
        ("kWh/m²", "千瓦时/平方米", "1"),
        ("kWh/m^2", "千瓦时/平方米", "1"),
        ("m·s⁻²", "米/秒²", "1"),
        ("W/(m²·K)", "瓦/(平方米·开尔文)", "1"),
        ("次每分钟", "次/分钟", "1"),
        ("万元/亩", "元/亩", "10000"),
        ("個百分點", "个百分点", "1"),
        ("億元", "元", "100000000"),
        ("萬戶", "户", "10000"),
        ("卢布", "卢布", "1"),
        ("$ million", "美元", "1000000"),
        ("US$ million/year", "美元/年", "1000000"),
        ("€bn", "欧元", "1000000000"),
        ("£m", "英镑", "1000000"),
        ("RMB 100 million", "元", "100000000"),
        ("USD trn", "美元", "1000000000000"),
        ("millions of dollars", "美元", "1000000"),
        ("亿千瓦时", "千瓦时", "100000000"),
        ("百万千瓦", "千瓦", "1000000"),
    ],
)
def test_a_unit_is_read_as_names_and_a_size(unit: str, name: str, scale: str) -> None:
    assert normal_unit(unit) == name
    assert STANDARD.meaning(unit).scale == Fraction(scale)


@pytest.mark.parametrize(
    "unit", ["呎呎", "mg/", "/", "a//b", "()", "拃/天", "9^99/L", "·", "(" * 59]
)
def test_what_makes_no_sense_is_compared_as_written(unit: str) -> None:
    assert not known_unit(unit)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("心率 72 次/分，平稳", "72 次/分"),
        ("剂量为 5 mg/(kg·d)。", "5 mg/(kg·d)"),
        ("发病率为每 10 万人 7 例。", "每 10 万人 7 例"),
        ("价格是 $3/million tokens。", "$3/million tokens"),
        ("价格是 3 美元/百万 token。", "3 美元/百万 token"),
        ("白细胞 4.5×10^9/L。", "4.5×10^9/L"),
        ("租金 30 元/平方米·月。", "30 元/平方米·月"),
        ("能耗 120 kWh/m²。", "120 kWh/m²"),
        ("时速 60 公里每小时。", "60 公里每小时"),
        ("死亡率 12.3/10 万。", "12.3/10 万"),
        ("月租 ¥4500/月。", "¥4500/月"),
        ("提高三十五個百分點。", "三十五個百分點"),
        ("共十五條記錄。", "十五條"),
        ("耗資三億元。", "三億元"),
        ("捐款參拾萬元。", "參拾萬元"),
        ("三百餘人到場。", "三百餘人"),
    ],
)
def test_compound_and_traditional_units_are_read_whole(text: str, found: str) -> None:
    assert [one.text for one in find_quantities(text)] == [found]


@pytest.mark.parametrize(
    "text",
    ["每万户的死亡数", "每 10 万人中的死亡数", "每千名产妇的死亡数", "每百万 token 的价格",
     "實驗 7.4 與圖 3", "參數與參考"],
)  # fmt: skip
def test_what_a_rate_is_reckoned_on_is_no_quantity(text: str) -> None:
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("recorded", "typed", "same"),
    [
        ("{value: 0.5, unit: 秒", "500 毫秒", True),
        ("{value: 500, unit: ms", "0.5 秒", True),
        ("{value: 90, unit: 分钟", "一个半小时", True),
        ("{value: 3, unit: 天", "72 小时", True),
        ("{value: 3, unit: 天", "36 小时", False),
        ("{value: 400, unit: 毫秒", "400 秒", False),
        ("{value: 12, unit: 分钟", "12 分", False),
        ('{value: 12, unit: "%"', "12 个百分点", False),
        ('{value: 11.5, unit: "%"', "11.5 个百分点", False),
        ("{value: 7, unit: 例/10 万人", "每 10 万人 7 例", True),
        ("{value: 7, unit: 例/10 万人", "70 例/百万人", True),
        ("{value: 7, unit: 例, when: 每 10 万人", "每 10 万人 7 例", True),
        ("{value: 7, unit: 例", "每 10 万人 7 例", False),
        ("{value: 12, unit: mg", "12 mg per kg", False),
        ("{value: 12, unit: mg/kg", "12 mg per kg", True),
        ("{value: 5, unit: mg/(kg·d)", "5 mg per kg per day", True),
        ("{value: 4.5, unit: 10^9/L", "4.5×10^9/L", True),
        ("{value: 5, unit: mg/(kg·d)", "5 毫克/千克/天", True),
        ("{value: 1, unit: 千克", "1000 毫升", False),
        ("{value: 3, unit: 拃", "3 拃", True),
        ("{value: 5, unit: 卢布", "5 卢比", False),
        ("{value: 35, unit: $ million", "$35 million", True),
        ("{value: 35, unit: US$ million", "35 million dollars", True),
        ("{value: 35, unit: $m", "US$35m", True),
        ("{value: 35, unit: $ million", "3500 万美元", True),
        ("{value: 1.2, unit: € billion", "€1.2bn", True),
        ("{value: 1.2, unit: € billion", "€1.2 million", False),
        ("{value: 35, unit: $ million", "$35", False),
        ("{value: 35, unit: $ million", "€35 million", False),
        ("{value: 35, unit: $ million", "A$35 million", False),
        ("{value: 35, unit: 百万美元", "$35 million", True),
        ("{value: 12, unit: 亿元", "RMB 1.2 billion", True),
        ("{value: 3, unit: £ million", "£3 m", True),
        ("{value: 2.5, unit: $ per million tokens", "$2.5 per million tokens", True),
    ],
)
def test_a_typed_quantity_is_compared_by_the_table(recorded: str, typed: str, same: bool) -> None:
    number = ledger_of(f"numbers:\n  x: {recorded}, of: 甲, cite: k}}\n")["x"]
    assert any(backs(number, one) for one in claims_in(f"结果是 {typed}。")) == same


UNITS = """\
units:
  桩子: {counts: true, same: [桩儿]}
  拃: {is: 20 厘米}
  打: {counts: true, is: 12 个}
  毫秒: {same: [毫杪], is: 0.001 秒}
  年: {is: 365 天}
  床日:
"""


def test_a_book_declares_units() -> None:
    config = parse_outside_config(UNITS, "book.yaml")
    units = config.unit_table
    assert units.known("桩儿/床日")
    assert units.kind("拃") == "length"
    assert converted(Decimal(3), "拃", Decimal("0.6"), "米", units)
    assert converted(Decimal(2), "打", Decimal(24), "个", units)
    assert converted(Decimal(1), "年", Decimal(365), "日", units)
    assert not converted(Decimal(1), "年", Decimal(365), "日")
    assert pickle.loads(pickle.dumps(units)) is units
    [small, length, late] = find_in_plain("三桩儿、三拃、500 毫杪", units)
    assert small.small_count
    assert (length.text, length.small_count, late.unit) == ("三拃", False, "毫杪")
    assert find_in_plain("三拃") == []


@pytest.mark.parametrize(
    ("declared", "line", "says", "hint"),
    [
        ("拃: {is: 20 坐}", 2, "“坐”不是单位", "先在 units 里声明 坐"),
        ("甲: {is: 2 乙}\n  乙: {is: 3 甲}", 2, "绕成了圈：甲 → 乙 → 甲", "去掉其中一个"),
        ("甲: {is: 2 甲}", 2, "绕成了圈", "去掉其中一个"),
        ("拃: {is: 0 米}", 2, "要大于零", "例如"),
        ("拃: {is: -2 米}", 2, "要大于零", "例如"),
        ("拃: {is: 米}", 2, "要一个数和一个单位", "例如"),
        ("拃: {is: 2}", 2, "要一个数和一个单位", "例如"),
        ("甲: {same: [丙]}\n  乙:\n    same: [丙]", 4, "“丙”既是 甲 又是 乙", "只留在一个"),
        ("甲: {same: [毫秒]}", 2, "“毫秒”在单位表里是 毫秒", "same: [甲]"),
        ("毫秒: {is: 0.01 秒}", 2, "1 毫秒 在单位表里是 0.001 秒", "改正"),
        ("毫秒: {is: 3 米}", 2, "不是同一种东西", "换一个单位"),
        ('"": {}', 2, "不能作单位", "单位以"),
        ("拃: {iz: 2 米}", 2, "没有 units.拃.iz 这个键", "最接近的是 is"),
        ("拃: {counts: maybe}", 2, "true 或 false", ""),
    ],
)
def test_a_declaration_that_makes_no_sense_is_told(
    declared: str, line: int, says: str, hint: str
) -> None:
    with pytest.raises(ChapterkitError) as caught:
        parse_outside_config(f"units:\n  {declared}\n", "book.yaml")
    assert says in str(caught.value)
    assert hint in (caught.value.hint or "")
    assert caught.value.origin
    assert caught.value.origin.line == line


@pytest.mark.parametrize("unit", ["[甲]", "{甲: 乙}", '"a\\u0007b"', "长" * 61])
def test_a_unit_that_cannot_be_printed_is_refused(unit: str) -> None:
    text = f"numbers:\n  x:\n    value: 1\n    unit: {unit}\n    of: 甲\n    cite: k\n"
    with pytest.raises(ChapterkitError, match="单位"):
        read_ledger_file(text, "ledger.yaml")


@pytest.mark.parametrize(
    "piece",
    ["/(", "5 m·", "5 m²", "5 mg/(kg·", "每 10 万人 ", "參", "5 次/",
     "5 mg per kg ", "per kg "],
)  # fmt: skip
def test_long_texts_of_units_are_read_in_time(piece: str) -> None:
    begun = time.process_time()
    find_quantities("5 mg" + piece * (60_000 // len(piece)))
    assert time.process_time() - begun < 5
