"""A list stands in the text.

Why: the chapter argues in paragraphs; a list puts claims side by side and leaves out how they
follow from one another. Whatever pandoc takes for a list is one, at any depth (in quotes, notes,
cells), also by accident: a line that begins with `2024. ` is printed as item 2024.

A list of references that was typed is told once: `chapterkit adopt` brings it into the
bibliography.

Bad:

    - 监督微调记住训练分布
    - 强化学习学到规则

Bad:

    2024. 年的版本改了摘要。

Good:

    监督微调记住训练分布，强化学习学到规则。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.typed_references import TypedReferences
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document
from chapterkit.text.tree import first_number_of, kind_of

GROUP = "structure"
SEVERITY = "error"
NEEDS = frozenset[str]()

_NAMES = {"BulletList": "无序列表", "OrderedList": "有序列表", "DefinitionList": "定义列表"}
_HTML = re.compile(r"<(?:ul|ol|dl|li)\b[^>]*>", re.IGNORECASE)


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each list, at its first item, and for each list in raw HTML."""
    seen: set[int] = set()
    references = TypedReferences(document)
    for block in document.blocks:
        for container in block.containers:
            kind = kind_of(container)
            if kind in _NAMES and id(container) not in seen:
                seen.add(id(container))
                if references.hold(block):
                    yield from references.problem(block)
                    continue
                hint = "改写成一段话，说出各项之间的关系"
                if kind == "OrderedList" and first_number_of(container) > 100:
                    hint = "这一行以“数字加点”开头，pandoc 当成了列表；把数字移到句中"
                yield problem_at(block, 0, 1, f"正文里有{_NAMES[kind]}", hint)
        if (found := _HTML.search(block.masked("Code", "Math"))) and block.kind in {
            "Para",
            "Plain",
        }:
            yield problem_at(
                block, found.start(), found.end(), "正文里有 HTML 列表", "改写成一段话"
            )
