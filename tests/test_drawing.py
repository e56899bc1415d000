"""Drawings: what stands where, what is refused, and that paper and screens show them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chapterkit import fonts
from chapterkit.drawing import (
    Category,
    Chart,
    DrawingError,
    Edge,
    Flow,
    Lane,
    Look,
    Node,
    Point,
    Segment,
    Series,
    Span,
    Timeline,
    Trace,
    chart_svg,
    flow_svg,
    style_sheet,
    timeline_svg,
    trace_svg,
)
from chapterkit.drawing.layers import layered
from chapterkit.drawing.layout import Layout, Size, laid_out
from chapterkit.drawing.measuring import look_of
from chapterkit.formats.shared.drawn import as_pixels
from chapterkit.formats.shared.typesetting import typeset
from chapterkit.manuscript.drawings import rebuilt
from chapterkit.manuscript.pictures import Picture
from conftest import same_as_golden
from drawing_examples import ACROSS, BARS, CHARTS, FLOWS, LINES, LOOPS, TIMES, TRACE
from drawn_texts import SVG, outside, overlapping, texts_of

HERE = Path(__file__).parent
FACES = fonts.chosen(["Noto Sans SC"])
WIDTHS = (350, 480, 640)
Draw = Callable[..., str]
DRAWN: dict[str, tuple[Draw, Any]] = {
    **{name: (chart_svg, one) for name, one in CHARTS.items()},
    **{name: (flow_svg, one) for name, one in FLOWS.items()},
    "trace": (trace_svg, TRACE),
    "times": (timeline_svg, TIMES),
}
EVERY = [pytest.param(name, width, id=f"{name}-{width}") for name in DRAWN for width in WIDTHS]


def drawn(name: str, width: float = 480) -> tuple[str, Look]:
    draw, what = DRAWN[name]
    look = look_of(FACES, width)
    return draw(what, look, id="one"), look


def said_in(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", DRAWN)
def test_drawings_are_what_they_were(name: str) -> None:
    same_as_golden(drawn(name)[0], HERE / "drawn" / f"{name}.svg")


@pytest.mark.parametrize(("name", "width"), EVERY)
def test_no_text_stands_on_another_or_out_of_the_drawing(name: str, width: float) -> None:
    svg, look = drawn(name, width)
    assert overlapping(svg, look) == []
    assert outside(svg, look) == []


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_is_told_to_who_hears_it_and_keeps_its_identifiers_to_itself(name: str) -> None:
    root = fromstring(drawn(name)[0])
    ids = [found for one in root.iter() if (found := one.get("id"))]
    assert root.get("role") == "img"
    assert set((root.get("aria-labelledby") or "").split()) <= set(ids)
    assert len(ids) == len(set(ids))
    assert all(one.startswith("one-") for one in ids)
    assert root.findtext(f"{SVG}title") == DRAWN[name][1].name


@pytest.mark.parametrize("name", DRAWN)
def test_the_allow_list_takes_over_all_of_a_drawing(name: str) -> None:
    svg = drawn(name)[0]
    kept = rebuilt(svg.encode(), own=True).decode()
    for what in (
        "<text",
        "<tspan",
        "<title",
        "<path",
        "<rect",
        "class=",
        "stroke-dasharray=",
        "url(",
    ):
        assert kept.count(what) == svg.count(what), what


@pytest.mark.parametrize("name", DRAWN)
def test_the_style_sheet_knows_every_class_of_a_drawing(name: str) -> None:
    classes = {
        one for said in re.findall(r'class="([^"]+)"', drawn(name)[0]) for one in said.split()
    }
    assert {one for one in classes if f".{one} " not in style_sheet()} == set()


def test_typst_sets_the_text_of_drawings_as_text_in_the_fonts_of_the_book(tmp_path: Path) -> None:
    lines = ["#set page(width: 150mm, height: auto)"]
    for number, name in enumerate(DRAWN):
        (tmp_path / f"{number}.svg").write_bytes(rebuilt(drawn(name)[0].encode(), own=True))
        lines.append(f'#image("{number}.svg")')
    source, target = tmp_path / "all.typ", tmp_path / "all.pdf"
    source.write_text("\n".join(lines), "utf-8")
    assert typeset(source, target, tmp_path, FACES, {}) is None
    with pypdfium2.PdfDocument(target) as pdf:
        text = pdf[0].get_textpage().get_text_range()
    assert all(one in text for one in ("监督微调之后", "15.0%", "-8.1", "不计入损失"))
    assert b"NotoSansSC" in target.read_bytes()


def test_a_word_processor_is_given_a_drawing_as_pixels(tmp_path: Path) -> None:
    svg = rebuilt(drawn("bars")[0].encode(), own=True)
    assert as_pixels(Picture("a.svg", "svg", svg), tmp_path).data.startswith(b"\x89PNG")


# --- what our own drawings keep, and others do not


STRANGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" class="d-drawing number" role="img"'
    ' onload="x()"><title>一<style>二</style></title><g class="d-f-ink" role="button" aria-labelledby="a;b">'
    '<rect width="1" height="1" class="number"/></g></svg>'
).encode()


def test_drawings_of_others_keep_neither_titles_nor_classes() -> None:
    kept = rebuilt(STRANGE)
    assert not any(one in kept for one in (b"class", b"role", b"title", b"onload"))


def test_our_own_keep_titles_as_text_and_no_class_but_ours() -> None:
    kept = rebuilt(STRANGE, own=True).decode()
    assert "<title>一二</title>" in kept
    assert kept.count("class=") == 1
    assert "number" not in kept
    assert "button" not in kept
    assert "a;b" not in kept


# --- charts


def test_bars_begin_at_zero_and_are_as_long_as_their_values() -> None:
    root = fromstring(drawn("bars")[0])
    bars = list(root.iter(f"{SVG}rect"))
    lengths = [float(one.attrib["width"]) for one in bars]
    values = [11.5, 3.4, 15.0, 11.2, 5.6, 14.2]
    assert len({one.attrib["x"] for one in bars}) == 1
    assert [length / lengths[0] for length in lengths] == pytest.approx(
        [value / values[0] for value in values], abs=0.01
    )


def test_what_falls_leads_to_the_left_of_zero() -> None:
    up, down = fromstring(drawn("falls")[0]).iter(f"{SVG}rect")
    assert float(down.attrib["x"]) + float(down.attrib["width"]) == pytest.approx(
        float(up.attrib["x"]), abs=0.2
    )


def test_every_value_of_few_is_printed_as_it_is_given_and_told_to_who_points_at_it() -> None:
    svg = drawn("bars")[0]
    assert {"11.5%", "3.4%", "15.0%", "11.2%", "5.6%", "14.2%"} <= set(said_in(svg))
    assert "<title>15.0%，图 6</title>" in svg


def test_units_stand_on_the_axis() -> None:
    assert "每局成功率（%）" in said_in(drawn("bars")[0])
    assert "平均长度（token）" in said_in(drawn("dots")[0])


def test_a_line_goes_on_over_a_step_without_value() -> None:
    lines = [one.attrib["d"] for one in fromstring(drawn("lines")[0]).iter(f"{SVG}path")
             if one.get("stroke-linejoin")]  # fmt: skip
    assert [len(one[1:].split()) // 2 for one in lines] == [4, 3]


def test_the_same_value_before_is_printed_once() -> None:
    assert said_in(drawn("slopes")[0]).count("11.5%") == 1


def test_a_share_without_room_for_its_value_has_it_below() -> None:
    svg, look = drawn("shares")
    small = next(one for one in texts_of(svg, look) if one.said == "6.3%")
    large = next(one for one in texts_of(svg, look) if one.said == "93.7%")
    assert small.top > large.bottom


def test_thousands_of_points_are_refused_and_two_thousand_are_drawn() -> None:
    def of(count: int) -> Chart:
        steps = tuple(Category(str(one), Decimal(one)) for one in range(count))
        return Chart("lines", steps, (Series("甲", tuple(Point(Decimal(one % 7), "") for one in range(count))),), "多")  # fmt: skip

    assert len(chart_svg(of(2000), look_of(FACES))) < 60_000
    with pytest.raises(DrawingError, match="10000 个值，最多 2000 个"):
        chart_svg(of(10_000), look_of(FACES))


def one_bar(value: str = "1", label: str = "甲", **more: Any) -> Chart:
    return Chart(
        "bars", (Category(label),), (Series("组", (Point(Decimal(value), "1"),)),), "图", **more
    )


LONG = "在同一个检查点上继续做监督微调并且把学习率减半再训练三轮之后得到的那个模型在图像版上的"


def test_labels_of_forty_characters_are_broken_into_lines() -> None:
    look = look_of(FACES)
    svg = chart_svg(one_bar(label=LONG), look)
    assert LONG in said_in(svg)
    assert len(texts_of(svg, look)) > 3
    flow = Flow((Node("a", LONG), Node("b", "乙")), (Edge("a", "b", LONG),), "长")
    svg = flow_svg(flow, look)
    assert said_in(svg).count(LONG) == 2
    assert outside(svg, look) == []
    assert overlapping(svg, look) == []


@pytest.mark.parametrize("draw", ["chart", "flow"])
def test_names_are_text_whatever_they_look_like(draw: str) -> None:
    name = '<script>&"\x07\ufdd0'
    look = look_of(FACES)
    if draw == "chart":
        svg = chart_svg(replace(one_bar(label=name), name=name), look)
    else:
        svg = flow_svg(Flow((Node("a", name, title=name),), (), name), look)
    assert '<script>&"' in said_in(svg)
    assert "<script" not in svg
    rebuilt(svg.encode(), own=True)


REFUSED: dict[str, tuple[Draw, Any]] = {
    "一个值也没有": (chart_svg, Chart("bars", (), (), "空")),
    "没有这种图：pie": (chart_svg, replace(BARS, kind="pie")),  # type: ignore[arg-type]
    "不是有限的数：NaN": (chart_svg, one_bar("NaN")),
    "不是有限的数：Infinity": (chart_svg, one_bar("Infinity")),
    "的值太大": (chart_svg, one_bar("1e400")),
    "有 1 个值，应当有 2 个": (chart_svg, replace(one_bar(), categories=BARS.categories)),
    "最多 6 组": (chart_svg, replace(BARS, series=BARS.series * 3)),
    "字太长（121 个": (chart_svg, one_bar(label="长" * 121)),
    "份额不能是负数：组 是 -1": (chart_svg, replace(one_bar("-1"), kind="shares")),
    "份额加起来是 0": (chart_svg, replace(one_bar("0"), kind="shares")),
    "多于 100": (chart_svg, replace(one_bar("101"), kind="shares", whole=Decimal(100))),
    "坡度图要前后两栏": (chart_svg, replace(one_bar(), kind="slopes")),
    "缺了前面或后面的值": (chart_svg, replace(BARS, kind="slopes", series=(
        Series("组", (None, Point(Decimal(1), "1"))),))),
    "区间缺了一头": (chart_svg, replace(one_bar(), series=(
        Series("组", (Point(Decimal(1), "1", low=Decimal(0)),)),))),
    "区间颠倒了": (chart_svg, replace(one_bar(), series=(
        Series("组", (Point(Decimal(1), "1", low=Decimal(3), high=Decimal(2)),)),))),
    "不在自己的区间里": (chart_svg, replace(one_bar(), series=(
        Series("组", (Point(Decimal(1), "1", low=Decimal(2), high=Decimal(3)),)),))),
    "从小到大": (chart_svg, replace(LINES, categories=LINES.categories[::-1])),
    "没有说在横轴的哪里": (chart_svg, replace(LINES, categories=(
        *LINES.categories[:3], Category("末")))),
    "太高，一页放不下": (chart_svg, replace(one_bar(), categories=(Category(LONG),) * 60,
        series=(Series("组", (Point(Decimal(1), "1"),) * 60),))),
    "一个框也没有": (flow_svg, Flow((), (), "空")),
    "两个框都叫 a": (flow_svg, Flow((Node("a", "甲"), Node("a", "乙")), (), "重")),
    "里没有字": (flow_svg, replace(ACROSS, nodes=(Node("a", " "), *ACROSS.nodes[1:]))),
    "线 a → x 的一头 x 不是": (flow_svg, replace(ACROSS, edges=(Edge("a", "x"),))),
    "分组 道 里的 x 不是": (flow_svg, replace(ACROSS, lanes=(Lane("道", ("x",)),))),
    "同时在分组": (flow_svg, replace(ACROSS, lanes=(Lane("甲", ("a",)), Lane("乙", ("a",))))),
    "里一个框也没有": (flow_svg, replace(ACROSS, lanes=(Lane("甲", ()),))),
    "61 个框": (flow_svg, Flow(tuple(Node(str(one), "框") for one in range(61)), (), "多")),
    "并排的框太多": (flow_svg, Flow(tuple(Node(str(one), "并排的框") for one in range(40)), (), "宽")),
    "有一行没有段": (trace_svg, Trace((("甲", ()),), "空")),
    "长度不是正数": (trace_svg, Trace((("甲", (Segment("段", weight=Decimal(0)),)),), "空")),
    "一段也没有": (timeline_svg, Timeline((("甲", ()),), "空")),
    "不在终点": (timeline_svg, Timeline((("甲", (Span(Decimal(2), Decimal(1), "段"),)),), "倒")),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_drawn_is_told(message: str) -> None:
    draw, what = REFUSED[message]
    with pytest.raises(DrawingError) as told:
        draw(what, look_of(FACES))
    assert message in told.value.message


def test_what_is_left_of_a_row_is_not_stretched_to_the_margin() -> None:
    row = tuple(Segment(f"第 {one} 段的话") for one in range(9))
    drawn = fromstring(trace_svg(Trace((("", row),), "折行"), look_of(FACES, 350)))
    boxes = [one.attrib for one in drawn.iter(f"{SVG}rect")]
    lines = sorted({float(one["y"]) for one in boxes})
    across = [
        sum(float(one["width"]) for one in boxes if float(one["y"]) == line) for line in lines
    ]
    assert len(lines) > 1
    assert across[-1] < 0.7 * across[0]


# --- flows


def layout_of(flow: Flow) -> Layout:
    layers = layered(flow)
    sizes = {one.id: Size(30, 60 + 10 * (len(one.label) % 5)) for one in flow.nodes}
    labels = {one: Size(15, 40 if one.label else 0) for one in flow.edges}
    heads = {one: Size(15, 40) for one in flow.lanes}
    return laid_out(layers, flow.lanes, sizes, labels, heads, over=True)


def test_what_closes_a_loop_leads_back_to_what_is_named_before() -> None:
    assert {(one.start, one.end) for one in layered(LOOPS).back} == {
        ("judge", "play"),
        ("reward", "play"),
    }


def test_a_flow_without_room_across_leads_down() -> None:
    def height(width: float) -> float:
        return float(fromstring(flow_svg(ACROSS, look_of(FACES, width))).attrib["height"])

    assert height(480) < 100 < height(150)


ids = st.sampled_from("abcdefghij")
flows = st.builds(
    lambda edges, split: Flow(
        tuple(Node(id, f"框 {id}") for id in "abcdefghij"),
        tuple(Edge(start, end, label) for start, end, label in edges),
        "流程",
        lanes=(Lane("甲", tuple("abcdefghij"[:split])),) if split else (),
    ),
    st.lists(st.tuples(ids, ids, st.sampled_from(["", "标签"])), max_size=14),
    st.integers(0, 6),
)


@given(flows)
def test_boxes_stand_apart_and_no_arrow_goes_through_one(flow: Flow) -> None:
    layout = layout_of(flow)
    rects = list(layout.nodes.items())
    for number, (_, one) in enumerate(rects):
        for _, other in rects[number + 1 :]:
            beside = one.near > other.far - 1 or other.near > one.far - 1
            assert beside or one.first > other.last - 1 or other.first > one.last - 1
    for route in layout.routes:
        for (u, v), (w, x) in zip(route.points, route.points[1:], strict=False):
            assert abs(u - w) < 1 or abs(v - x) < 1
            for id, rect in rects:
                through = (
                    max(u, w) > rect.first + 1
                    and min(u, w) < rect.last - 1
                    and max(v, x) > rect.near + 1
                    and min(v, x) < rect.far - 1
                )
                assert not through, (route.edge, id)
