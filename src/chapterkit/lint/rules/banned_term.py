"""A word occurs that terms.yaml says the book does not use.

Why: the author has given the word up, or never wanted it; the entry says what to say instead and
why. Nobody remembers such a list while writing.

The longest word counts: a term of terms.yaml that holds the banned word within it is no problem
(沙箱化 where 沙箱 is banned), and neither are characters that belong to words on either side
(概化 in 大概化妆). Words in quotation marks and titles are problems too: who must
quote one allows it there.

A word between slashes stands for several: /第[一二三]曲线/, /(打造|构建).{1,4}生态/. There `.` is
any character but punctuation, `…` up to fourteen of them, [甲乙] one of these characters,
(甲|乙丙) one of these words, 甲? may be absent, 甲{1,3} stands one to three times.

Bad:

    ---
    terms:
      banned:
        - {word: 第三曲线, say: 五个等级, why: 作者已弃用这一说法}
    ---
    这就是第三曲线。

Good:

    ---
    terms:
      banned:
        - {word: 第三曲线, say: 五个等级, why: 作者已弃用这一说法}
    ---
    这就是五个等级里的第三个，曲线另画。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chapterkit.lint.citing import is_in_title, is_quoted
from chapterkit.lint.problem import Problem, problem_at, word_instead
from chapterkit.lint.words import (
    any_of,
    crosses_word,
    is_plain,
    stands_within,
    wildcard_pattern,
    words_patterns,
)
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.wildcards import is_wildcard
from chapterkit.text.document import Document, Hit

if TYPE_CHECKING:
    from chapterkit.manuscript.terms import Banned, TermsModel

GROUP = "terms"
SEVERITY = "error"
NEEDS = frozenset({"terms"})


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each banned word, with the fix where another word takes its place."""
    if book.terms is None or not book.terms.model.banned:
        return
    yield from _wildcards(document, book.terms.model)
    banned = {one.word.lower(): one for one in book.terms.model.banned if not is_wildcard(one.word)}
    if not banned:
        return
    kept = [one.term for one in book.terms.model.terms if one.term.lower() not in banned]
    holds = re.compile(any_of(banned)).search
    longer = [term for term in kept if holds(term.lower())]
    says = [one.say for one in banned.values() if holds(one.say.lower())]
    patterns = words_patterns([*(one.word for one in banned.values()), *longer, *says])
    for hit in (hit for one in patterns for hit in document.prose.finditer(one)):
        entry = banned.get(hit.match[0].lower())
        if entry is None:
            continue
        if not crosses_word(hit.block.prose, hit.start, hit.end):
            yield _problem(hit, entry)


def _wildcards(document: Document, model: TermsModel) -> Iterator[Problem]:
    """Yield a problem for what a banned word that stands for several stands for."""
    entries = [one for one in model.banned if is_wildcard(one.word)]
    kept = [*(one.term for one in model.terms), *(one.say for one in model.banned)]
    for entry in entries:
        for hit in document.prose.finditer(wildcard_pattern(entry.word)):
            if not (
                hit.match[0] == entry.say
                or crosses_word(hit.block.prose, hit.start, hit.end)
                or stands_within(hit.block.prose, hit.start, hit.end, kept)
            ):
                yield _problem(hit, entry)


def _problem(hit: Hit, entry: Banned) -> Problem:
    excerpt, text = hit.block.text[hit.start : hit.end], hit.block.prose
    quoted = is_in_title(text, hit.start) or is_quoted(text, hit.start)
    plain = is_plain(entry.say) and not quoted
    return problem_at(
        hit.block,
        hit.start,
        hit.end,
        f"“{excerpt}”不用" + (f"：{entry.why}" if entry.why else ""),
        f"改说“{entry.say}”" if entry.say else "换一个说法，或删去",
        edits=word_instead(hit.block, hit.start, hit.end, entry.say) if plain else (),
    )
