"""A sentence is longer than a reader can hold, or has too many clauses.

Why: who reads a sentence keeps its beginning in mind until the full stop. After a hundred
and sixty characters, or sixteen commas, the beginning is gone; most such sentences are three that
nobody has parted. How long is too long is house style: a book sets its own limits in book.yaml
(`lint: {options: {long-sentence: {characters: 90, clauses: 6}}}`).

Counted as an editor does, citations, formulas and notes left out; a clause is what stands between
commas, semicolons, colons and dashes. Quotations, tables and lines of verse are another's.

Options: `characters` (160) and `clauses` (16) that a sentence may have; 0 for any number.

Bad:

    ---
    options: {characters: 20}
    ---
    模型照着示范一个音一个音地学学到后来报出名字便换一副嗓子。

Bad:

    ---
    options: {clauses: 4}
    ---
    他看，他听，他想，他写，他改。

Good:

    ---
    options: {characters: 20, clauses: 4}
    ---
    模型照着示范来学[@demo2025, 第 4.1 节的图 6 和表 1]。学到后来，报出名字，便换一副嗓子。

    > 模型照着示范一个音一个音地学，学到后来，报出名字，便换一副嗓子，又换一副。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.typography import speaks_chinese
from chapterkit.manuscript.book import Book
from chapterkit.text.counting import count
from chapterkit.text.document import Block, Document
from chapterkit.text.sentences import sentence_ends

GROUP = "structure"
SEVERITY = "warning"
NEEDS = frozenset({"chinese"})

_ELSEWHERE = frozenset({"BlockQuote", "Table", "LineBlock", "Figure"})
_BETWEEN_CLAUSES = re.compile("[，；：]|——|,\\s")


@dataclass(frozen=True)
class Options:
    """How many characters and clauses a sentence may have; 0 for any number."""

    characters: int = 160
    clauses: int = 16


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each sentence that is too long, with what it has too much of."""
    for block in document.paragraphs:
        if _ELSEWHERE.isdisjoint(block.within) and speaks_chinese(block.prose):
            yield from _sentences(block, options)


def _sentences(block: Block, options: Options) -> Iterator[Problem]:
    text = block.masked("Cite", "Math", "Note")
    breaks = {one.start for one in block.inlines if one.kind == "LineBreak"}
    for start, end in pairwise(sorted({*sentence_ends(text), *breaks})):
        sentence = text[start:end]
        characters = count(sentence) if len(sentence) > options.characters else 0
        parts = _BETWEEN_CLAUSES.split(sentence)
        clauses = sum(map(bool, map(count, parts))) if len(parts) > options.clauses else 0
        told = []
        if 0 < options.characters < characters:
            told.append(f"{characters} 字，超过 {options.characters} 字")
        if 0 < options.clauses < clauses:
            told.append(f"{clauses} 个分句，超过 {options.clauses} 个")
        if told:
            first = start + len(sentence) - len(sentence.lstrip())
            hint = "在意思转折处用句号断开；限度写在 book.yaml 的 lint.options.long-sentence 里"
            yield problem_at(block, first, end, f"这一句有 {'；'.join(told)}", hint)
