"""Charts: looked at, then drawn by their kind."""

from __future__ import annotations

from chapterkit.drawing.lines import drawn_lines
from chapterkit.drawing.look import Look
from chapterkit.drawing.model import Chart
from chapterkit.drawing.rows import drawn_rows
from chapterkit.drawing.shares import drawn_shares
from chapterkit.drawing.slopes import drawn_slopes
from chapterkit.drawing.sound import marks_of

_DRAWN = {
    "bars": drawn_rows,
    "dots": drawn_rows,
    "lines": drawn_lines,
    "slopes": drawn_slopes,
    "shares": drawn_shares,
}


def chart_svg(chart: Chart, look: Look, *, id: str = "drawing") -> str:
    """Return a chart as SVG. Raises DrawingError for what cannot be drawn."""
    marks = marks_of(chart)
    return _DRAWN[chart.kind](chart, marks, look, id)


def check_chart(chart: Chart) -> None:
    """Raise DrawingError for a chart that cannot be drawn, however much room there is."""
    marks_of(chart)
