"""Drawings as SVG, out of values and names: charts, flows, traces, bars of time. Pure.

An SVG that is made here holds its text as text, in the fonts of its `Look`; its colours are
attributes, which print can show, and its parts have classes, by which the style sheet of a page
(`style_sheet`) gives them those of a dark screen. `id` begins every identifier in it, so that
several can stand in one page. The same input gives the same bytes.

What is asked for its width is in `measuring`, which reads fonts: what only asks whether something
can be drawn (`check_chart` and the others) does without.

All of these raise DrawingError, a ValueError, for what cannot be drawn: nothing at all, a value
that is not finite, a negative share, a node that is not there, more than can be seen.
"""

from __future__ import annotations

from chapterkit.drawing.charts import chart_svg, check_chart
from chapterkit.drawing.flows import check_flow, flow_svg
from chapterkit.drawing.look import Look, Measure
from chapterkit.drawing.model import (
    Category,
    Chart,
    DrawingError,
    Edge,
    Flow,
    Lane,
    Node,
    Point,
    Segment,
    Series,
    Span,
    Timeline,
    Trace,
)
from chapterkit.drawing.palette import IN_GREY, style_sheet
from chapterkit.drawing.sequences import timeline_svg, trace_svg
from chapterkit.drawing.sound import check_timeline, check_trace

__all__ = [
    "IN_GREY",
    "Category",
    "Chart",
    "DrawingError",
    "Edge",
    "Flow",
    "Lane",
    "Look",
    "Measure",
    "Node",
    "Point",
    "Segment",
    "Series",
    "Span",
    "Timeline",
    "Trace",
    "chart_svg",
    "check_chart",
    "check_flow",
    "check_timeline",
    "check_trace",
    "flow_svg",
    "style_sheet",
    "timeline_svg",
    "trace_svg",
]
