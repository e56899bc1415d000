"""A point of a record's brief does not come out: a word that it must use does not occur.

Why: `brief` in a record is what the author asked the experiment to bring out, each point with the
`terms` by which one knows that it was. Each term must occur in the experiment as it is printed,
its notes and inline code included; upper and lower case, spaces and width do not matter.

Reported at the point's line in the record.

Bad:

    ---
    records:
      speech: {brief: [{point: 克隆与提示, terms: [声音克隆, 上下文提示]}]}
    ---
    ## 实验 7.1 语音 {#speech}

    这里只讲声音克隆。

Good:

    ---
    records:
      speech: {brief: [{point: 克隆与提示, terms: [声音克隆, 上下文提示, LoRA]}]}
    ---
    ## 实验 7.1 语音 {#speech}

    声音克隆用 LoRA 写进参数，上下文
    提示只在当场有效。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property

from chapterkit.lint.grounds import label_of, parts
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.counting import Section
from chapterkit.text.document import OPAQUE, Document

GROUP = "brief"
SEVERITY = "error"
NEEDS = frozenset({"book"})

_SPACE = re.compile(r"\s+")
# Stands between two blocks, so that no term can run from one into the next.
_APART = "\ufdd6"


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each point of a placed record whose terms do not all occur."""
    for section in parts(document, book):
        record = book.records.get(section.slug)
        if record is None or not record.model.brief:
            continue
        text = _Text(section)
        for index, brief in enumerate(record.model.brief):
            missing = [term for term in brief.terms if not text.has(term)]
            if missing:
                which = "、".join(f"“{term}”" for term in missing)
                yield Problem(
                    record.origin("brief", index),
                    f"这一点没有讲出来：{brief.point}；正文里没有{which}",
                    f"在{label_of(section, book)} {section.number} 的正文里讲这一点，"
                    "并用上这个词；说法变了就改 terms",
                )


class _Text:
    """An experiment as it is printed; what is slow is done only if a term is not found at once."""

    def __init__(self, section: Section) -> None:
        heading = [section.heading] if section.heading else []
        self.printed = _APART.join(block.text for block in (*heading, *section.blocks))

    def has(self, term: str) -> bool:
        """Tell whether a term occurs."""
        return _occurs(term, self.printed) or _occurs(_plain(term), self.plain)

    @cached_property
    def plain(self) -> str:
        """The text without what does not matter."""
        return _plain(self.printed)


def _plain(text: str) -> str:
    """Return a text as terms are looked for in it: spaces stand only between Latin words."""
    folded = unicodedata.normalize("NFKC", text.replace(OPAQUE, "")).casefold()
    return _SPACE.sub(lambda found: " " if _within_latin(found) else "", folded)


def _within_latin(found: re.Match[str]) -> bool:
    text, start, end = found.string, found.start(), found.end()
    return start > 0 and end < len(text) and text[start - 1].isascii() and text[end].isascii()


def _occurs(term: str, text: str) -> bool:
    """Tell whether a term occurs; one of Latin letters only as whole words."""
    at = text.find(term)
    while at >= 0:
        end = at + len(term)
        if not (_joins(text[at - 1 : at], term[0]) or _joins(term[-1], text[end : end + 1])):
            return True
        at = text.find(term, at + 1)
    return False


def _joins(before: str, after: str) -> bool:
    """Tell whether two characters stand within one Latin word."""
    return all(one.isascii() and one.isalnum() for one in (before, after))
