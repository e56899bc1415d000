"""Locators of citations as a book prints them: whole, short, or not at all. Pure.

Where in a source a number stands is told in full by its card and by the evidence. Beside the
number of a citation there is room for a figure, a table, a section or a page, and for what texts of
law, classics and manuscripts have in their place: an article, a volume, a folio.
"""

from __future__ import annotations

import re
from typing import Literal

from chapterkit.han import is_han

Locators = Literal["short", "full", "none"]

_DIGITS = (
    r"(?:[A-Za-z]{0,2}[-.]?\d+(?:[.\-–—~～]\d+)*(?:\s?[a-z]\b)?(?:\s?\([a-z0-9]+\))?"
    r"|[IVXLC]+\b|[A-Z]\b)"
)
_ORDINAL = rf"(?:{_DIGITS}|[一二三四五六七八九十百零〇]+)"
_RUN = rf"{_ORDINAL}(?:\s?(?:[-–—~～至到]|to)\s?{_ORDINAL})?"
# Of books, statutes, judgments and manuscripts: ch. 3, ss. 3–5, art. 9, f. 12r, vol. 2, q. 40.
_OF_TEXTS = (
    r"(?:Chs?\.|Articles?|Arts?\.|Ss?\.|Paras?\.?|Folios?|Fols?\.|Ff?\.|Volumes?|Vols?\.|Bks?\."
    r"|Books?|Qs?\.)"
)
_PLACE = re.compile(
    r"(?:(?:补充|補充|扩展数据|擴展數據|附)?(?:图|圖|表|附录|附錄)"
    rf"\s?{_DIGITS}(?:\s?(?:[-–—~～至到])\s?{_DIGITS})?"
    r"|(?:图|圖|表|附录|附錄)[一二三四五六七八九十]+"
    rf"|第\s?{_RUN}\s?(?:章|节|節|页|頁|小节|小節|卷|回|条|條)(?:之{_ORDINAL})?(?:第\s?{_RUN}\s?[款项項])?"
    rf"|卷\s?(?:[上中下首末]|{_ORDINAL})|(?:页|頁|叶|葉)\s?{_RUN}"
    rf"|(?<![A-Za-z]){_OF_TEXTS}\s?{_RUN}"
    r"|(?:Supplementary\s|Extended\sData\s)?(?:Figures?|Figs?\.|Tables?|Tabs?\.|Sections?|Secs?\."
    r"|Appendix|Appendices|App\.|Chapters?|Chap\.|[Pp]ages?|[Pp]p?\.|§§?)"
    rf"\s?{_RUN})",
    re.IGNORECASE,
)
_NAMED = re.compile(r"[^\s，,、；;]{1,5}一(?:节|節)")
_BETWEEN = re.compile(r"\s*(?:[，,、；;]|[与與和及](?=\s?[图圖表第附])|\band\b)\s*")


def shortened(locator: str) -> str:
    """Return what of a locator is a figure, table, section or page; empty if nothing is.

    A section may be named by its title, if that is short.

    >>> shortened("图 6"), shortened("表 1，第 5.1 节"), shortened("图 7 右下角的柱子")
    ('图 6', '表 1，第 5.1 节', '图 7')
    >>> shortened("效率一节"), shortened("摘要"), shortened("训练启动与初始验证")
    ('效率一节', '', '')
    >>> shortened("Fig. 2a, left panel"), shortened("pp. 3–5"), shortened("the abstract")
    ('Fig. 2a', 'pp. 3–5', '')
    >>> shortened("ss. 3–5"), shortened("ff. 12r–14v, in pencil"), shortened("第十二條第二款")
    ('ss. 3–5', 'ff. 12r–14v', '第十二條第二款')
    """
    pieces = [one for one in _BETWEEN.split(locator.strip()) if one]
    kept = [_short(one) for one in pieces]
    if kept == pieces:
        return locator.strip()
    between = "，" if any(map(is_han, locator)) else ", "
    return between.join(filter(None, kept))


def _short(piece: str) -> str:
    if _NAMED.fullmatch(piece):
        return piece
    return " ".join(found[0].strip() for found in _PLACE.finditer(piece))
