"""A chapter has no title, or several, or one that cannot stand in a table of contents.

Why: the title goes onto the cover, into the contents, the running heads and the metadata of every
format, as plain text, once. A note or a formula in it is lost there, or stops a format; a second
heading of level 1 would be another chapter, which has neither a number nor a page of its own.

A build stops here wherever this rule is off, allowed or accepted.

In a book only: other files may have as many headings of level 1 as they like.

Bad:

    ---
    language: zh-Hans
    ---
    # 数数[^n] {#counting}

    [^n]: 原载别处。

Bad:

    ---
    language: zh-Hans
    ---
    # 数数 {#counting}

    第一章。

    # 分组 {#trials}

    第二章。

Good:

    ---
    language: zh-Hans
    ---
    # 数数 {#counting}

    这一章原载别处。

    ## 分组 {#trials}
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.errors import Origin
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document
from chapterkit.text.tree import inlines_of, title_text

GROUP = "structure"
SEVERITY = "error"
NEEDS = frozenset({"book"})
STOPS = True

_LOST = {
    "Note": ("脚注", "把脚注移到正文的第一段"),
    "Math": ("公式", "用文字写标题，公式放进正文"),
    "Image": ("图", "用文字写标题，图放进正文"),
    "Cite": ("引用", "把引用移到正文"),
}


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each chapter without a title, each title too many, or not plain."""
    if not document.counting.chapter:
        return
    titles = [block for block in document.blocks if block.level == 1]
    if not titles:
        path = book.chapter(document.counting.chapter).path
        hint = "第一行写一级标题：# 标题 {#标识}"
        yield Problem(Origin(path, 1, 1), "这一章没有标题", hint)
    for title in titles[:1]:
        yield from _title(title)
    for other in titles[1:]:
        message = f"一章只能有一个一级标题，先有了“{title_text(inlines_of(titles[0].element))}”"
        hint = "改成二级标题（##）；是另一章就另建文件，写进 book.yaml 的 chapters"
        yield problem_at(other, 0, len(other.text), message, hint)


def _title(title: Block) -> Iterator[Problem]:
    if title.within:
        hint = "章的标题不放在引文、列表或块里"
        yield problem_at(title, 0, len(title.text), "章的标题没有单独成段", hint)
    if not title_text(inlines_of(title.element)):
        yield problem_at(title, 0, len(title.text), "章的标题是空的", "写上标题：# 标题 {#标识}")
    for inline in title.inlines:
        if inline.kind in _LOST:
            what, hint = _LOST[inline.kind]
            yield problem_at(title, inline.start, inline.end, f"章的标题里有{what}", hint)
