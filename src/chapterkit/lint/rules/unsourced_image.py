"""An image has no caption, no alternative text, or no word of where it comes from.

Why: a picture is somebody's work and says something; the caption says what, the alternative
text says it to who cannot see it, a citation or 自绘 says whose it is.

Quiet: what the calls `chart` and `flow` place, which have all of that from the record.

Bad:

    ![两条曲线](curves.png)

Good:

    ![两支训练的成功率，据 [@demo2025] 重绘](curves.png){alt="一条曲线上升，一条下降"}

Good:

    ![训练的两条支路（自绘）](branches.png){alt="从同一检查点分出两条支路"}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document, Inline
from chapterkit.text.placed import was_called

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset[str]()
_HINT = '单独一段写 ![图题（自绘）](图.png){alt="替代文字"}；别人的图在图题里引用出处'


@dataclass(frozen=True)
class Options:
    """Words that say the image is the author's own."""

    own: tuple[str, ...] = (
        "自绘", "自摄", "作者绘", "作者摄", "自繪", "自攝", "作者繪", "作者攝",
        "by the author", "author's own", "own work", "own drawing", "own photograph",
    )  # fmt: skip


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield one problem an image, naming everything that it lacks."""
    captions: dict[int, Block] = {}
    for block in document.blocks:
        if block.within[-2:] == ("Figure", "Caption"):
            captions[id(block.containers[-2])] = block
        for inline in block.inlines:
            if inline.kind == "Image" and not was_called(block):
                figure = id(block.containers[-1]) if block.containers else 0
                caption = captions.get(figure)
                if lacks := list(_lacks(inline, block, caption, options)):
                    yield problem_at(
                        *((caption, 0, 1) if caption else (block, inline.start, inline.end)),
                        f"图缺少{'、'.join(lacks)}",
                        _HINT,
                    )


def _lacks(image: Inline, block: Block, caption: Block | None, options: Options) -> Iterator[str]:
    said = caption.text if caption else ""
    alternative = block.text[image.start : image.end].strip()
    if not said.strip():
        yield "图题"
    if not alternative or alternative == said.strip():
        yield "替代文字"
    if not (caption and caption.citations()) and not any(word in said for word in options.own):
        yield "出处"
