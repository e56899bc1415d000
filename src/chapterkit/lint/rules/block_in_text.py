"""A block stands in the text that is neither heading nor paragraph.

Metadata (`title:` and the like between ---) are one, too, wherever they stand in a book.

Why: the chapter is running prose. A code block, table, line block or definition list breaks it,
cannot be read aloud, and holds numbers that nobody can trace.

Quiet: what the calls `table`, `chart` and `flow` place, whose numbers come from the ledger.

Options: `allowed`, the blocks that may stand beside headings and paragraphs, of quote, formula,
image, code, table, lines, definition, rule. Default: quote, formula, image. Whoever sets it in
book.yaml names all that may stand: `lint: {options: {block-in-text: {allowed: [quote, table]}}}`.

Bad:

    ```
    python train.py
    ```

Good:

    > 我语言的界限意味着我世界的界限。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document
from chapterkit.text.placed import was_called
from chapterkit.text.tree import Element, kind_of

GROUP = "structure"
SEVERITY = "error"
NEEDS = frozenset[str]()


@dataclass(frozen=True)
class Options:
    """Which blocks are allowed."""

    allowed: tuple[str, ...] = ("quote", "formula", "image")


_NAMES = {
    "BlockQuote": ("quote", "引文块"),
    "CodeBlock": ("code", "代码块"),
    "RawBlock": ("code", "原样块"),
    "Table": ("table", "表格"),
    "LineBlock": ("lines", "行块（| 开头的行）"),
    "DefinitionList": ("definition", "定义列表"),
    "HorizontalRule": ("rule", "分隔线"),
    "Figure": ("image", "图"),
}


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each block that is not allowed, at its first line."""
    seen: set[int] = set()
    for start, _ in document.metadata:
        message = "正文里有元数据（title: 之类），会当作正文印出来"
        hint = "删去这几行；书名、作者等写在 book.yaml 里"
        yield Problem(document.rendered.origin(start), message, hint)
    for block in document.blocks:
        if document.is_metadata(block):
            continue
        for element in (*block.containers, block.element):
            if id(element) in seen:
                continue
            seen.add(id(element))
            name, words = _named(element, block)
            if name and name not in options.allowed and not was_called(block):
                yield problem_at(block, 0, 1, f"正文里有{words}", _hint(name, options))


def _hint(name: str, options: Options) -> str:
    """Return what to do about a block, and how book.yaml would allow it."""
    allowed = ", ".join((*options.allowed, name))
    return f"改写成段落；要允许，book.yaml 里写 lint.options.block-in-text.allowed: [{allowed}]"


def _named(element: Element, block: Block) -> tuple[str, str]:
    kind = kind_of(element)
    if kind in {"Para", "Plain"} and any(inline.is_displayed for inline in block.inlines):
        return "formula", "单独成行的公式"
    return _NAMES.get(kind, ("", ""))
