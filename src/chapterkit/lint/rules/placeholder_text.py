"""A placed record still says what `new experiment` or `harvest` put there to begin with.

Why: 写标题 and 写拿什么做的 tell the author what belongs there; placed in a chapter they would be
printed as its heading and its setup.

Quiet: records that no chapter places yet, and words of one's own that only begin alike
(写标题的人).

Bad:

    ---
    records:
      demo: {title: 写标题, setup: {做法: 写怎样做的}}
    ---
    ## 实验 7.1 写标题 {#demo}

    做法是写怎样做的。

Good:

    ---
    records:
      demo: {title: 怎样写标题, setup: {做法: 请五个人各写一份}}
    ---
    ## 实验 7.1 怎样写标题 {#demo}

    做法是请五个人各写一份。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from chapterkit.errors import Origin
from chapterkit.lint.grounds import parts
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.records import Record
from chapterkit.manuscript.wording import languages, locale
from chapterkit.text.document import Document

GROUP = "markup"
SEVERITY = "warning"
NEEDS = frozenset({"book"})
_SET = re.compile(r"^(?:title|  [^\W\d_][^:#]*): ([^{\[#\n]+)$", re.MULTILINE)
_FROM_SOURCES = frozenset({"待填"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its line of the record, for each text that is to be replaced."""
    for section in parts(document, book):
        record = book.records.get(section.slug)
        for text, origin in _texts(record) if record else ():
            if text.rstrip(" 。.…") in _placeholders():
                message = f"“{text}”是新记录里留着要换的话，会照样印出来"
                yield Problem(origin, message, "换成这条记录自己的话")


def _texts(record: Record) -> Iterator[tuple[str, Origin]]:
    """Yield the texts of a record that print may show, each with its place."""
    model = record.model
    yield model.title, record.origin("title")
    for key, text in model.setup.items():
        yield text, record.origin("setup", key)
    for name, number in model.numbers.items():
        yield number.of, record.origin("numbers", name, "of")
        if number.when:
            yield number.when, record.origin("numbers", name, "when")
    for place, finding in enumerate(model.findings):
        yield finding.claim, record.origin("findings", place, "claim")


@cache
def _placeholders() -> frozenset[str]:
    """Return the texts that new records begin with, in every language."""
    written = (text for tag in languages() for text in _SET.findall(locale(tag).record))
    return _FROM_SOURCES.union(text.strip() for text in written)
