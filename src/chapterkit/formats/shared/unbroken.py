"""What does not part at the end of a line: a number and its measure word, 实验 and 7.4. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chapterkit.text.passes import over_elements
from chapterkit.text.tree import (
    CONTAINING,
    Element,
    Pass,
    inlines_of,
    kind_of,
    plain_text,
    string,
    with_inlines,
)

_NO_BREAK = "\u00a0"
_MEASURES = (
    "个個条條项項次步倍天年月日周週时時分秒元名位人例种種张張台臺块塊轮輪层層题題道节節章页頁"
    "组組类類段句字词詞点點份件枚家所座辆輛只隻匹本册冊篇遍回场場届屆级級万萬亿億千百米公厘"
    "毫升吨噸克度小星世"
)
_BEFORE = "第约約近逾共每图圖表式"


def unbroken(labels: Iterable[str]) -> Pass:
    """Return the pass that keeps numbers with what they count, and with the words before them.

    `labels` are what numbers are called besides: 实验, 案例.
    """
    words = "|".join(map(re.escape, filter(None, labels)))
    before = re.compile(rf"(?:[{_BEFORE}]{'|' + words if words else ''})$")
    # Not in the alternative text of a picture, which stands in no line.
    return over_elements(lambda one: _kept_together(one, before), CONTAINING - {"Image"})


_NUMBER_ENDS = re.compile(r"[0-9０-９]$")
_NUMBER_BEGINS = re.compile(r"[−-]?[0-9０-９]")
_COUNTED = re.compile(f"[{_MEASURES}%％‰]")


def _kept_together(element: Element, before: re.Pattern[str]) -> Element:
    inlines = inlines_of(element)
    if not any(kind_of(one) == "Space" for one in inlines[1:-1]):
        return element
    kept = list(inlines)
    for place, inline in enumerate(inlines[1:-1], 1):
        if kind_of(inline) == "Space" and _belongs(inlines, place, before):
            kept[place] = string(_NO_BREAK)
    return with_inlines(element, kept)


def _belongs(inlines: list[Element], place: int, before: re.Pattern[str]) -> bool:
    """Tell whether what stands round a blank belongs together."""
    ahead = plain_text(inlines[place - 1 : place])[-8:]
    behind = plain_text(inlines[place + 1 : place + 2])[:2]
    if _NUMBER_ENDS.search(ahead):
        return _COUNTED.match(behind) is not None
    return bool(_NUMBER_BEGINS.match(behind) and before.search(ahead))
