"""A font that book.yaml names is not there, or is made for another region's characters.

Why: the PDF would silently be set in the fonts that come along, and look otherwise on each machine
that has other fonts; in a Japanese font a Simplified text has foreign forms of 骨, 直 and 述, and
characters of two fonts beside one another where the font lacks one.

Reported at the font's place in book.yaml. The fonts that come along need not be named; of a list,
the first that is there is used, and what follows it is not asked for.

Bad:

    ---
    language: zh-Hans
    fonts: {serif: [没有人有的宋体]}
    ---
    正文。

Bad:

    ---
    language: zh-Hans
    fonts: {serif: [Noto Serif CJK JP]}
    ---
    正文。

Good:

    ---
    language: zh-Hans
    fonts: {serif: [Noto Serif SC]}
    ---
    正文。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "markup"
SEVERITY = "warning"
NEEDS = frozenset({"book"})

# What a text of one region may stand in besides its own fonts.
_AS_WELL = {"tw": {"hk"}, "hk": {"tw"}}
_WRITTEN = {
    "cn": "简体字",
    "tw": "繁体字（台湾）",
    "hk": "繁体字（香港）",
    "jp": "日文",
    "kr": "韩文",
}


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each font that is not there, or is another region's."""
    config = book.config
    if not (config.fonts.serif or config.fonts.sans or config.fonts.kai):
        return
    from chapterkit import fonts  # few books name fonts, and only these need load what finds them

    own = config.locale.typst["region"] if config.locale.chinese else ""
    for use in ("serif", "sans", "kai"):
        named = getattr(config.fonts, use)
        there = [fonts.is_known(family) for family in named]
        for place, family in enumerate(named):
            origin = config.origin("fonts", use, place)
            region = fonts.region_of(family)
            if own and region and region not in {own, *_AS_WELL.get(own, ())}:
                message = f"字体 {family} 是为{_WRITTEN[region]}做的，这本书用{_WRITTEN[own]}"
                yield Problem(origin, message, "换成同一种字体为这本书的文字做的一款")
            elif not any(there[: place + 1]):
                message = f"这台机器没有字体 {family}，PDF 会改用别的"
                yield Problem(origin, message, "装上这种字体，或从 fonts 里删去它")
