r"""A formula on a line of its own is wider than the line, so the PDF sets it smaller.

Why: the PDF neither breaks a formula nor lets it run into the margin; of two formulas one would be
in small type, and nobody would know why. Where it may be broken is the author's to say: `\\`
within `aligned`, say. How wide it is, is estimated, within a tenth: a page of 16开 has room for
38 ems, one of A4 for 36, one of A5 for 33.

Bad:

    $$ a = b = c = d = e = f = g = h = i = j = k = l = m = n = o = p = q = r = s = t = u = v = w $$

Good:

    $$ y = \sum_{i=1}^{12} a_{i} x_{i} + \varepsilon $$
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.bearers import quoted
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document
from chapterkit.text.widths import MEASURES, ems_of

GROUP = "markup"
SEVERITY = "warning"
NEEDS = frozenset({"book"})

_CERTAIN = 1.05
_SHORTEST = 30  # characters that can be wider than a line


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each displayed formula that does not go into the page's line."""
    if "$$" not in document.rendered.text or not document.is_for("pdf"):
        return
    room = MEASURES[book.config.page]
    for block in document.blocks:
        for inline in block.inlines:
            if inline.kind != "Math" or inline.end - inline.start < _SHORTEST:
                continue
            formula = block.text[inline.start : inline.end]
            if inline.is_displayed and (wide := ems_of(formula)) > room * _CERTAIN:
                message = f"公式约宽 {wide:.0f} 字，一行只有 {room} 字，PDF 里会缩小"
                begins = quoted(formula.strip()[:20])
                hint = rf"在 aligned 里用 \\ 分成几行，或把 {begins}… 写得短些"
                yield problem_at(block, inline.start, inline.end, message, hint)
