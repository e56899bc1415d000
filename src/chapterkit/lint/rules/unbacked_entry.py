"""An entry of the lock is not what `chapterkit verify` wrote, or nothing backs that it has changed.

Why: `experiments/verified.lock` says which numbers have been found in their sources. An entry
binds number, value, unit, citation, locator, near words, the source's digest and the place in one
digest; one that does not fit its digest was changed by hand. With `--changed-since REV` or
`--lock-since REV` the lock is compared with the commit from which the branch comes: an entry that
changed without its record, a record that changed without its entry, and a date that goes backwards
are told, whatever lines they are on. A date in the future is told, too, and so is a signature that
is missing or does not fit, where `--allowed-signers` asks for one.

What book.yaml says of this rule's severity has no effect, and no baseline accepts its problems:
they are about a file that the author of a change has no reason to write by hand.

In the example the lock has an entry of `rate`, which the first record does not know any more.

Bad:

    numbers:
      speed: {value: 3.4, unit: "%", of: 成功率, cite: demo2025, at: 图 6}

Good:

    numbers:
      rate: {value: 3.4, unit: "%", of: 成功率, cite: demo2025, at: 图 6}
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset({"book"})
OF_BOOK = True
FIXED = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its line of the lock, for each entry that speaks of nothing."""
    old = [entry for entry in (book.lock or {}).values() if not entry.digest]
    if old:
        message = f"{len(old)} 条核对记录是旧格式的，没有摘要，不能算数"
        yield Problem(old[0].origin, message, "在有原文的机器上运行 chapterkit verify，重写一遍")
    for entry in (book.lock or {}).values():
        if entry.digest and not entry.is_whole:
            message = f"{entry.number} 的核对记录与它自己的摘要不符，像是手改过"
            yield Problem(entry.origin, message, "对照原文，再运行 chapterkit verify")
        elif entry.number not in book.ledger:
            message = f"核对记录里的 {entry.number} 不在任何记录里"
            hint = "chapterkit verify 会删去这一条"
            yield Problem(entry.origin, message, hint, severity="warning")
