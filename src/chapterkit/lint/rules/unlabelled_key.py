"""A key of a record's `setup:` is no word of the book's language, and has no label to be printed.

Why: the default template prints what a record was made of under the author's own keys: 对象,
做法. A key that is written for the machine (model, sample_size) is printed as it is, in the middle
of the prose. `labels:` in book.yaml says what it is called in print: `labels: {place: 地点}`.

Quiet: keys in the book's own language, keys that have a label or do not stand in the text of
their record, records that no chapter places.

Reported at the key's line in the record.

Bad:

    ---
    records:
      pump: {title: 水泵, setup: {place: 布罗德街}}
    ---
    ## 实验 7.1 水泵 {#pump}

    实验的设置如下：place是布罗德街。

Bad:

    ---
    language: en
    records:
      pump: {title: The pump, setup: {sample_size: all houses}}
    ---
    ## Experiment 7.1 The pump {#pump}

    It was set up as follows: sample_size, all houses.

Good:

    ---
    labels: {place: 地点}
    records:
      pump: {title: 水泵, setup: {place: 布罗德街, 做法: 取下把手}}
    ---
    ## 实验 7.1 水泵 {#pump}

    实验的设置如下：地点是布罗德街；做法是取下把手。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.han import is_han
from chapterkit.lint.grounds import parts
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.counting import Section
from chapterkit.text.document import Document

GROUP = "markup"
SEVERITY = "warning"
NEEDS = frozenset({"book"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each key of the chapter's records that nobody has named for print."""
    labels, is_chinese = book.config.labels, book.config.locale.chinese
    for section in parts(document, book):
        record = book.records.get(section.slug)
        for key in record.model.setup if record else ():
            named = key in labels or _is_word(key, is_chinese=is_chinese)
            if record and not named and _prints(section, key):
                message = f"setup 的键 {key} 没有称呼，会照样印出来"
                hint = f"在 book.yaml 里写 labels: {{{key}: 书里的称呼}}"
                yield Problem(record.origin("setup", key), message, hint)


def _prints(section: Section, key: str) -> bool:
    """Tell whether a key stands in the text of a record, by itself."""
    alone = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(key)}(?![A-Za-z0-9_])")
    return any(alone.search(block.prose) for block in section.text)


def _is_word(key: str, *, is_chinese: bool) -> bool:
    """Tell whether a key may stand in prose: words of the book's language, not_of_a_machine."""
    has_han = any(map(is_han, key))
    return has_han if is_chinese else not has_han and "_" not in key
