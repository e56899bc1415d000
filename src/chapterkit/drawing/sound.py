"""What can be drawn at all: looked at before anything is."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chapterkit.drawing.model import Chart, DrawingError, Point, Series, Timeline, Trace
from chapterkit.drawing.scales import checked

MAX_LABEL = 120
MAX_SERIES = {"bars": 6, "dots": 6, "lines": 6, "slopes": 12, "shares": 6}
MAX_POINTS = {"bars": 80, "dots": 80, "lines": 2000, "slopes": 24, "shares": 80}
MAX_SEGMENTS = 80
_KINDS = {
    "bars": "柱状图",
    "dots": "点图",
    "lines": "折线图",
    "slopes": "坡度图",
    "shares": "份额图",
}


@dataclass(frozen=True)
class Mark:
    """A value of a chart: whose it is, its number among the series, and where."""

    series: Series
    number: int
    place: int
    point: Point


def marks_of(chart: Chart) -> list[Mark]:
    """Return the values of a chart, series by series; raise DrawingError if it cannot be drawn."""
    if chart.kind not in _KINDS:
        raise DrawingError(f"没有这种图：{chart.kind}")
    for one in chart.series:
        if len(one.points) != len(chart.categories):
            raise DrawingError(
                f"{one.name} 有 {len(one.points)} 个值，应当有 {len(chart.categories)} 个", one.name
            )
    marks = [
        Mark(series, number, place, point)
        for number, series in enumerate(chart.series)
        for place, point in enumerate(series.points)
        if point is not None
    ]
    if not marks:
        raise DrawingError("图里一个值也没有")
    _check_amount(chart, len(marks))
    check_labels([chart.value_title, chart.category_title, chart.unit])
    check_labels(one.label for one in chart.categories)
    check_labels(one.name for one in chart.series)
    check_labels(one.point.text for one in marks)
    for mark in marks:
        _check_values(mark)
    _check_kind(chart, marks)
    return marks


def values_of(marks: Sequence[Mark]) -> list[Decimal]:
    """Return all that an axis must have room for: values, and the ends of their intervals."""
    points = [mark.point for mark in marks]
    every = [one for point in points for one in (point.value, point.low, point.high)]
    return [one for one in every if one is not None]


def _check_amount(chart: Chart, count: int) -> None:
    most, kind = MAX_POINTS[chart.kind], _KINDS[chart.kind]
    if count > most or len(chart.categories) > most:
        raise DrawingError(f"{kind}里有 {count} 个值，最多 {most} 个：少画一些，或分成几张")
    if len(chart.series) > MAX_SERIES[chart.kind]:
        raise DrawingError(
            f"{kind}里有 {len(chart.series)} 组，最多 {MAX_SERIES[chart.kind]} 组，多了分辨不清"
        )


def _check_values(mark: Mark) -> None:
    point, name = mark.point, mark.series.name
    checked(point.value, name)
    if (point.low is None) != (point.high is None):
        raise DrawingError(f"{name} 的区间缺了一头", name)
    if point.low is not None and point.high is not None:
        if checked(point.low, name) > checked(point.high, name):
            raise DrawingError(f"{name} 的区间颠倒了：{point.low} 大于 {point.high}", name)
        if not point.low <= point.value <= point.high:
            raise DrawingError(f"{name} 的值 {point.value} 不在自己的区间里", name)


def _check_kind(chart: Chart, marks: Sequence[Mark]) -> None:
    if chart.kind == "shares":
        _check_shares(chart, marks)
    if chart.kind == "slopes" and len(chart.categories) != 2:
        raise DrawingError(f"坡度图要前后两栏，这里有 {len(chart.categories)} 栏")
    if chart.kind == "slopes" and (short := [one for one in chart.series if None in one.points]):
        raise DrawingError(f"坡度图里 {short[0].name} 缺了前面或后面的值", short[0].name)
    if chart.kind == "lines":
        _check_places(chart)


def _check_shares(chart: Chart, marks: Sequence[Mark]) -> None:
    for mark in marks:
        if mark.point.value < 0:
            name = mark.series.name
            raise DrawingError(f"份额不能是负数：{name} 是 {mark.point.value}", name)
    for place, category in enumerate(chart.categories):
        total = sum(one.point.value for one in marks if one.place == place)
        if total <= 0:
            raise DrawingError(f"{category.label} 的份额加起来是 0", category.label)
        if chart.whole is not None and total > chart.whole:
            raise DrawingError(
                f"{category.label} 的份额加起来是 {total}，多于 {chart.whole}", category.label
            )


def _check_places(chart: Chart) -> None:
    places = [one.at for one in chart.categories if one.at is not None]
    if not places:
        return
    if len(places) != len(chart.categories):
        lacking = next(one.label for one in chart.categories if one.at is None)
        raise DrawingError(f"{lacking} 没有说在横轴的哪里", lacking)
    for place in places:
        checked(place, str(place))
    if any(after <= before for before, after in itertools.pairwise(places)):
        raise DrawingError("横轴上的位置要从小到大，不能重复")


def check_labels(labels: Iterable[str]) -> None:
    """Raise DrawingError for a label that no drawing has room for."""
    for label in labels:
        if len(label) > MAX_LABEL:
            raise DrawingError(
                f"图里的字太长（{len(label)} 个，最多 {MAX_LABEL} 个）：{label[:20]}…", label
            )


def check_trace(trace: Trace) -> None:
    """Raise DrawingError for a trace that cannot be drawn."""
    segments = [one for _, row in trace.rows for one in row]
    if not segments or not all(row for _, row in trace.rows):
        raise DrawingError("轨迹图里有一行没有段")
    if len(segments) > MAX_SEGMENTS:
        raise DrawingError(f"轨迹图里有 {len(segments)} 段，最多 {MAX_SEGMENTS} 段")
    check_labels([*(label for label, _ in trace.rows), trace.masked_means])
    for one in segments:
        check_labels([one.label, one.kind])
        if checked(one.weight, one.label) <= 0:
            raise DrawingError(f"{one.label} 的长度不是正数：{one.weight}", one.label)
    if len({one.kind for one in segments}) > MAX_SERIES["shares"]:
        raise DrawingError(f"轨迹图里的段有 {len({one.kind for one in segments})} 种，最多 6 种")


def check_timeline(timeline: Timeline) -> None:
    """Raise DrawingError for a timeline that cannot be drawn."""
    spans = [one for _, row in timeline.rows for one in row]
    if not spans:
        raise DrawingError("时间图里一段也没有")
    if len(spans) > MAX_SEGMENTS or len(timeline.rows) > MAX_SEGMENTS:
        raise DrawingError(f"时间图里有 {len(spans)} 段，最多 {MAX_SEGMENTS} 段")
    check_labels([*(label for label, _ in timeline.rows), timeline.value_title, timeline.unit])
    for one in spans:
        check_labels([one.label, one.text])
        if checked(one.start, one.label) >= checked(one.end, one.label):
            raise DrawingError(f"{one.label} 的起点 {one.start} 不在终点 {one.end} 之前", one.label)
    if len({one.label for one in spans}) > MAX_SERIES["shares"]:
        raise DrawingError("时间图里的段超过 6 种，多了分辨不清")
