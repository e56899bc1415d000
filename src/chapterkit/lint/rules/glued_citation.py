"""A citation has run into the text round it, so that it is lost or names another key.

Why: pandoc sees no citation in `据@key的` (a letter stands before the @), takes the text behind
for part of the key in `据 @key的`, drops the second of `[@a；@b]` without a word, and takes
`[@a][@b]` for half a link.

Bad:

    据@demo2025的结果，两者方向相反。

Bad:

    两者方向相反[@demo2025；@other2024]。

Good:

    两者方向相反[@demo2025; @other2024]。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.citing import named
from chapterkit.lint.keys import KEY, cited_key
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document
from chapterkit.text.tree import citations_of, plain_text

GROUP = "citations"
SEVERITY = "error"
NEEDS = frozenset[str]()


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each key left literal, grown by text, or dropped."""
    for block in document.blocks:
        if block.kind in {"Para", "Plain", "Header"}:
            yield from _literal(block, book)
            yield from _in_citations(block, book)


def _written(key: str, book: Book) -> str:
    """Return what to write: a citation stands behind what rests on it, never as a word."""
    return f"引用放在话的后面：[@{key}]；句子里要提它，就写出名字：{named([key], book)}"


def _literal(block: Block, book: Book) -> Iterator[Problem]:
    text = block.masked("Code", "Math", "Cite", "Link", "Reference")
    for found in KEY.finditer(text):
        before = text[: found.start()][-1:]
        if not before or before.isascii() or block.is_escaped(found.start()):
            continue
        yield problem_at(
            block,
            found.start(),
            found.end(),
            f"“@{found[1]}”没有成为引用：@ 前面紧挨着文字",
            _written(found[1], book),
        )


def _in_citations(block: Block, book: Book) -> Iterator[Problem]:
    for inline in block.inlines:
        if inline.kind != "Cite":
            continue
        place = block, inline.start, inline.end
        if inline.in_text and block.text[: inline.start].endswith("["):
            yield problem_at(*place, "两个引用的方括号挨在一起，前一个丢了", "合成一个：[@甲; @乙]")
        for key in inline.citations:
            meant = cited_key(key, book.bibliography)
            if meant != key:
                yield problem_at(
                    *place, f"引用键成了“{key}”：键后面紧挨着文字", _written(meant, book)
                )
        for citation in citations_of(inline.element):
            for lost in KEY.finditer(plain_text(citation.suffix)):
                yield problem_at(
                    *place, f"“@{lost[1]}”被丢掉了", f"两条引用之间用半角分号：; @{lost[1]}"
                )
