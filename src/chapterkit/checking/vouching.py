"""What vouches for the lock beside its digests: the commit that a branch comes from, a signature,
the calendar.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.git import git
from chapterkit.lint import Problem, find_rule
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.config import load_config
from chapterkit.manuscript.folder import Folder, read_file
from chapterkit.manuscript.ledger import make_ledger
from chapterkit.manuscript.lock import LOCK_FILE, SIGNATURE_FILE, Entry, lock_text, parse_lock
from chapterkit.manuscript.records import load_records
from chapterkit.numbers.backing import State, ToReview, Unbacked, lock_changes
from chapterkit.pipeline import Subject
from chapterkit.revision.folder import Revision, at_revision, branching_point, commit_of
from chapterkit.signing import BadSignatureError, signer

RULE = "unbacked-entry"
_COMMITTED = re.compile(rb"^committer [^\n]* (\d{1,12}) [-+]\d{4}$", re.M)
_BEHIND = timedelta(days=1)  # it may be tomorrow already where the author lives


@dataclass(frozen=True)
class Vouchers:
    """What the lock is held against: a commit, and a file of those who may sign it; both may lack.

    They come from the command line or its environment alone: what they say must not be in the
    hands of who changes the book.
    """

    since: str | None = None
    signers: Path | None = None


@dataclass(frozen=True)
class Judged:
    """What is wrong with the lock of a book, and what of it should be reviewed by somebody."""

    problems: Sequence[Problem] = ()
    to_review: Sequence[ToReview] = ()


def judged(subjects: Iterable[Subject], vouchers: Vouchers) -> Judged:
    """Return what is to be said of the lock of the book that some texts belong to.

    Raises ChapterkitError if there is no such commit, its lock or records cannot be read, or
    there is no ssh-keygen, or no such file of signers.
    """
    whole = [one for one in subjects if one.chapter and one.book.folder]
    rule = find_rule(RULE)
    if not whole or not whole[0].run.has(rule):
        return Judged()
    subject = whole[0]
    unbacked, to_review = _judged(subject.book, subject.root, vouchers)
    problems = (Problem(one.origin, one.message, one.hint) for one in unbacked)
    return Judged(tuple(subject.run.weighed(rule, problems)), to_review)


def _judged(
    book: Book, root: Path, vouchers: Vouchers
) -> tuple[Sequence[Unbacked], Sequence[ToReview]]:
    base = branching_point(root, vouchers.since) if vouchers.since else None
    unsigned = list(_unsigned(book, root, vouchers.signers, base))
    signed = vouchers.signers is not None and not unsigned
    changes = []
    if base and vouchers.since and not _as_it_was(book, at_revision(root, base)):
        before = _state_at(root, base, vouchers.since)
        now = State(book.ledger, book.lock or {})
        changes = list(lock_changes(now, before, signed=signed))
    unbacked = [one for one in changes if isinstance(one, Unbacked)]
    to_review = [one for one in changes if isinstance(one, ToReview)]
    entries = (book.lock or {}).values()
    return [*unsigned, *_of_the_future(entries, root, base), *unbacked], to_review


# --- the commit


def _as_it_was(book: Book, then: Revision) -> bool:
    """Tell whether the lock and all records are the very files of then: the most common case."""
    folder = book.folder
    if folder is None or not folder.exists(LOCK_FILE):
        return False
    paths = folder.list("experiments", ".yaml")
    unchanged = (then.holds(path, folder.read(path)) for path in (LOCK_FILE, *paths))
    return then.list("experiments", ".yaml") == paths and all(unchanged)


def _state_at(root: Path, commit: str, since: str) -> State:
    """Return ledger and lock as they were at a commit.

    Raises ChapterkitError if the commit is older than the digests of the lock, and what the branch
    is to be merged into is not: it would vouch for nothing.
    """
    state = _state_of(at_revision(root, commit), since)
    if state.has_digests or (tip := commit_of(root, since)) == commit:
        return state
    if _state_of(at_revision(root, tip), since).has_digests:
        hint = f"先把 {since} 合并进来，再检查"
        raise ChapterkitError("这一支分出来时，核对记录还没有摘要", Origin(LOCK_FILE), hint)
    return state


def _state_of(folder: Folder, since: str) -> State:
    try:
        lock = parse_lock(folder.text(LOCK_FILE)) if folder.exists(LOCK_FILE) else {}
        config = load_config(folder)
        records = load_records(folder, config)
        return State(make_ledger(records, config.wording, config.unit_table), lock)
    except ChapterkitError as error:
        hint = "换一个能读的提交"
        message = f"{since} 那时的文件读不了：{error.message}"
        raise ChapterkitError(message, error.origin, hint) from None


# --- the signature


def _unsigned(book: Book, root: Path, signers: Path | None, base: str | None) -> Iterator[Unbacked]:
    if signers is None:
        return
    try:
        who_signed(book, allowed_signers(signers, root, base))
    except BadSignatureError as error:
        hint = "在有原文的机器上运行 chapterkit verify --strict --sign KEY"
        yield Unbacked(Origin(LOCK_FILE), f"核对记录的签名不算数：{error}", hint)


def who_signed(book: Book, allowed: bytes) -> str:
    """Return the name of who has signed the lock; raise BadSignatureError if nobody has who may."""
    folder = book.folder
    if folder is None or book.lock is None:
        raise BadSignatureError(f"没有 {LOCK_FILE}")
    if not folder.exists(SIGNATURE_FILE):
        raise BadSignatureError(f"没有 {SIGNATURE_FILE}")
    return signer(lock_text(book.lock).encode(), folder.read(SIGNATURE_FILE), allowed)


def allowed_signers(path: Path, root: Path, base: str | None = None) -> bytes:
    """Return a file of allowed signers.

    With a commit as `base`, one that the book's repository holds is read as it was then: a change
    cannot bring its own signers along. Raises ChapterkitError if it would, or it cannot be read.
    """
    if base is None:
        return read_file(path, str(path))
    top = Path(os.fsdecode(git(root, "rev-parse", "--show-toplevel")).removesuffix("\n")).resolve()
    then, now = Revision(top, base), Revision(top, commit_of(root, "HEAD"))
    lexical = path.parent.resolve() / path.name
    for place in (Path(os.path.abspath(path)), lexical, path.resolve()):  # noqa: PTH100
        if not place.is_relative_to(top):
            continue
        inner = place.relative_to(top).as_posix()
        if then.exists(inner):
            return then.read(inner)
        if now.exists(inner):
            hint = "名单要在改动之前就有，或放在仓库之外"
            raise ChapterkitError("这份签名人名单是这次改动带来的", Origin(str(path)), hint)
    return read_file(path, str(path))


# --- the calendar


def _of_the_future(entries: Iterable[Entry], root: Path, base: str | None) -> Iterator[Unbacked]:
    tomorrow = (date.today() + _BEHIND).isoformat()
    late = [entry for entry in entries if entry.date > tomorrow]
    latest = max(tomorrow, _date_of(root, base or "HEAD")) if late else tomorrow
    for entry in late:
        if entry.date > latest:
            message = f"{entry.number} 的核对日期 {entry.date} 在将来"
            yield Unbacked(entry.origin, message, "再运行 chapterkit verify，日期由它来写")


def _date_of(root: Path, commit: str) -> str:
    """Return the date of a commit, for a machine whose clock is behind; nothing if git has none."""
    try:
        written = git(root, "cat-file", "commit", commit, may_fail=True)
        found = _COMMITTED.search(written)
        return datetime.fromtimestamp(int(found[1]), UTC).date().isoformat() if found else ""
    except (ChapterkitError, ValueError, OverflowError, OSError):
        return ""
