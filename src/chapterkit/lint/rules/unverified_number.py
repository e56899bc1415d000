"""A number has not been found in its source, or was changed since it was.

Why: `chapterkit verify` looks each number up in the paper's own text and writes down what it
found. A number that is not in the paper, or not where the record says, must not be printed; one
that was changed afterwards (stale) is no longer the one that was verified. A number that nobody
has looked up yet, though others of its source have been, is a warning. A `note:` on the number
accepts all but staleness.

The rule runs once `experiments/verified.lock` exists. `verified_at_least` in book.yaml says what
share of the numbers must be verified (default 0): sources of which no number has been looked up
count there, all together, and are no problems one by one. `build` and `verify` name each of them.

Bad:

    numbers:
      rate: {value: 15.0, unit: "%", of: 成功率, cite: demo2025, at: 图 6}

Good:

    numbers:
      rate: {value: 3.4, unit: "%", of: 成功率, cite: demo2025, at: 图 6}
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.errors import Origin
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import BOOK_FILE
from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.lock import Entry, coverage, lock_state, unseen_sources, why_stale
from chapterkit.manuscript.states import STATE_IN_PROBLEMS, UNPLACED, State
from chapterkit.text.document import Document

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset({"book"})
OF_BOOK = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its record's line, for each number that is not verified."""
    if book.lock is None:
        return
    states = lock_state(book.ledger, book.lock)
    unseen = unseen_sources(book.ledger.recorded, book.lock)
    for number in book.ledger.recorded:
        state, entry = states[number.id], book.lock.get(number.id)
        if entry and not entry.digest:
            continue  # written before there were digests: unbacked-entry tells it once for all
        if entry and state == "stale" and (entry.status == "verified" or not entry.is_whole):
            yield _changed(number, entry)
        elif any(
            states[book.ledger.sibling(number, name).id] != "verified" for name in number.operands
        ):
            continue  # its operands are told, or their notes accept it
        elif state == "no-source" and number.cite in unseen:
            continue  # counted below, if the book wants it
        elif state in STATE_IN_PROBLEMS and not number.model.note:
            yield _unverified(number, state)
    share = coverage(book.ledger.recorded, states).share
    wanted = book.config.verified_at_least
    if share < wanted:
        message = f"核对过的数占 {share:.0%}，book.yaml 要求至少 {wanted:.0%}"
        names = "、".join(f"{cite}（{count} 个数）" for cite, count in unseen.items())
        which = f"；还没有核对过的来源：{names}" if unseen else ""
        yield Problem(Origin(BOOK_FILE), message, f"运行 chapterkit verify --sources DIR{which}")


def _changed(number: Number, entry: Entry) -> Problem:
    changed = "核对之后改过" if entry.is_whole else "不能算核对过"
    message = f"{number.id} {changed}：{why_stale(number, entry)}"
    return Problem(number.origin, message, "对照原文，再运行 chapterkit verify")


def _unverified(number: Number, state: State) -> Problem:
    message = f"{number.id}（{number.text}）{STATE_IN_PROBLEMS[state]}"
    if state in {"no-source", "stale"}:
        hint = "运行 chapterkit verify --sources DIR；核对不了就用 note: 写明缘由"
        return Problem(number.origin, message, hint, severity="warning")
    slug = number.id.partition(".")[0]
    if state == "elsewhere" and not number.is_placed:
        message = f"{number.id}（{number.text}）在原文里找到了，但{UNPLACED}，不知是不是这一处"
        hint = f"给它写上 at 或 near；chapterkit verify {slug} 会说出可以写进 near 的词"
        return Problem(number.origin, message, hint)
    hint = f"chapterkit verify {slug} 说明找过哪里；改正 value、at 或 near，确有缘由就用 note: 写明"
    return Problem(number.origin, message, hint)
