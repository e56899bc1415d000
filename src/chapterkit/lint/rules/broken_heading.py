"""A heading skips a level, or has nothing in it that can be read.

Why: whoever hears a book, or leafs through it by its contents, goes from heading to heading; the
PDF is made so that they can, and a build stops at a heading that they cannot make out, wherever
this rule is off, allowed or accepted. The first heading is the chapter's title, of level 1; below a
heading stands one of the next level, never of the one after. A picture or a note alone is nothing
to be read.

In a book only, and where it becomes a PDF.

Bad:

    ---
    language: zh-Hans
    ---
    # 数数 {#counting}

    ### 分组 {#trials}

Bad:

    ---
    language: zh-Hans
    ---
    # 数数 {#counting}

    ## {#trials}

    一段话。

Good:

    ---
    language: zh-Hans
    ---
    # 数数 {#counting}

    ## 分组 {#trials}

    ### 第一组 {#first}

    ## 小结 {#summary}
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document
from chapterkit.text.tree import OPAQUE

GROUP = "structure"
SEVERITY = "error"
NEEDS = frozenset({"book"})
STOPS = True

_FORMAT = "pdf"


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each heading below which a level is left out, and each empty one."""
    if not document.counting.chapter or not document.is_for(_FORMAT):
        return
    before = 0
    for heading in (block for block in document.blocks if block.level):
        if heading.level > before + 1:
            yield problem_at(heading, 0, len(heading.text), *_skipped(heading.level, before))
        before = heading.level
        if before > 1 and not _is_legible(heading):
            hint = "写上标题，或删去 # 号"
            yield problem_at(heading, 0, len(heading.text), "标题里没有文字", hint)


def _skipped(level: int, before: int) -> tuple[str, str]:
    """Return what is said of a heading, given the level of the one before."""
    if before == 0:
        return (
            f"第一个标题是 {level} 级的，章的标题应当在前",
            "文件的第一行写一级标题：# 标题 {#标识}",
        )
    return f"标题从 {before} 级跳到了 {level} 级", f"改成 {before + 1} 级（{'#' * (before + 1)}）"


def _is_legible(heading: Block) -> bool:
    text = heading.masked("Image", "Note").replace(OPAQUE, "")
    return any(unicodedata.category(one)[0] not in "CZ" for one in text)
