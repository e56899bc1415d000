"""A book held against an earlier state: what it has lost, what of that is signed off, who signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from chapterkit.checking.states import (
    NOTHING_BEFORE,
    NoBookError,
    difference_of,
    folder_at,
    guard_span,
)
from chapterkit.errors import ChapterkitError, nearest
from chapterkit.files import replace_text
from chapterkit.git import git
from chapterkit.lint import Problem, find_rule
from chapterkit.lint.engine import Leftovers, make_options, reviewed
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.folder import Disk, Folder
from chapterkit.manuscript.removals import (
    REMOVALS_FILE,
    Loss,
    Removal,
    Removals,
    parse_removals,
    removals_text,
)
from chapterkit.pipeline import Subject
from chapterkit.revision.difference import Difference
from chapterkit.revision.losses import Losses, unsigned

SHORTENED = "shortened-paragraph"
_IDENTITY = re.compile("(?P<who>[^<]*<[^>]*>) (?P<time>[0-9]{1,12}) [-+][0-9]{4}")


@dataclass(frozen=True)
class Guarded:
    """A book held against a commit: what was lost, and the sign-offs that its change has added.

    `share` is how much of a paragraph may go; `said` is why there was nothing to compare with,
    empty where there was.
    """

    root: Path = Path()
    losses: tuple[Loss, ...] = ()
    added: Removals = ()
    difference: Difference | None = None
    share: float = 0.0
    said: str = ""

    @property
    def open(self) -> list[Loss]:
        """The losses that nobody has signed off."""
        return unsigned(self.losses, {one.key for one in self.added})

    @property
    def needless(self) -> Removals:
        """The sign-offs of what was not lost."""
        known = {(one.rule, one.what) for one in self.losses}
        return tuple(one for one in self.added if one.key not in known)

    def problems(self, subject: Subject) -> list[Problem]:
        """Return what is wrong, as the book's rules weigh it."""
        leftovers = Leftovers(losses=tuple(self.open), needless=self.needless)
        lint = subject.book.config.lint
        options = {**lint.options, SHORTENED: {"share": self.share}}
        config = replace(subject.book.config, lint=replace(lint, options=options))
        return list(reviewed(leftovers, replace(subject.run, config=config)))


def guarded(subjects: Sequence[Subject], base: str) -> Guarded:
    """Return the book that some texts belong to, held against where its branch parts from `base`.

    Raises ChapterkitError if there is no book, no such commit, the history at hand does not show
    where they part, or the book of then cannot be read.
    """
    subject = next((one for one in subjects if one.chapter), None)
    if subject is None:
        raise ChapterkitError("--against 要比的是整本书", hint="到书的文件夹里运行，不给文件")
    if NOTHING_BEFORE.fullmatch(base):
        return Guarded(said="这是这一支的第一次推送，没有更早的可比，没有查丢失")
    root = subject.root
    span = guard_span(root, base)
    try:
        then = folder_at(root, span.since, span.old_name)
    except NoBookError as error:
        return Guarded(said=f"{error.message}，没有什么可丢的")
    difference = difference_of(root, span)
    configs = difference.old.book.config, difference.new.book.config
    keep = frozenset((*configs[0].keep, *configs[1].keep))
    _check_keep(difference)
    least = min(map(_share, configs))
    found = tuple(
        replace(one, since=base)
        for one in Losses(difference, keep).all()
        if one.rule != SHORTENED or one.share > least
    )
    return Guarded(root, found, _added(Disk(root), then), difference, least)


def _share(config: Config) -> float:
    rule = find_rule(SHORTENED)
    share: float = make_options(rule, config.lint.options.get(SHORTENED, {})).share
    return share


def _check_keep(difference: Difference) -> None:
    """Raise ChapterkitError, at its line, for a part that is kept and is nowhere to be found."""
    config = difference.new.book.config
    states = (difference.new, difference.old)
    known = {name for one in states for at in one.headings for name in (at.identifier, at.text)}
    for place, name in enumerate(config.keep):
        if name not in known:
            near = nearest(name, known)
            hint = f"最接近的是 {near}" if near else "写标题的标识（{#…} 里的）或标题的文字"
            origin = config.origin("keep", place)
            raise ChapterkitError(f"keep 里的 {name} 不是哪一节的标题", origin, hint)


def _added(now: Folder, then: Folder) -> Removals:
    """Return the sign-offs that are new since then."""
    old = {one.key for one in _removals(then)}
    return tuple(one for one in _removals(now) if one.key not in old)


def _removals(folder: Folder) -> Removals:
    if not folder.exists(REMOVALS_FILE):
        return ()
    return parse_removals(folder.text(REMOVALS_FILE))


# --- signing off


def sign_off(guard: Guarded, names: Sequence[str], reason: str) -> list[Removal]:
    """Write sign-offs of the open losses that are named, by the beginning of `what`, or all.

    Raises ChapterkitError for a name that is no open loss's, without a reason, or if git does not
    know who signs.
    """
    if not any(map(str.isalnum, reason)):
        raise ChapterkitError("签字要说明理由", hint='加上 --reason "为什么"')
    chosen = _chosen(guard.open, names)
    who, when = _who(guard.root) if chosen else ("", "")
    added = [Removal(one.rule, one.what, one.words, reason.strip(), who, when) for one in chosen]
    if added:
        disk = Disk(guard.root)
        before = disk.text(REMOVALS_FILE) if disk.exists(REMOVALS_FILE) else ""
        path = guard.root / REMOVALS_FILE
        replace_text(path, removals_text(before, added), guard.root)
    return added


def _chosen(losses: Sequence[Loss], names: Sequence[str]) -> list[Loss]:
    chosen: dict[tuple[str, str], Loss] = {}
    for name in names:
        fit = [one for one in losses if name == "all" or (name and one.what.startswith(name))]
        if not fit and name != "all":
            hint = "先运行 chapterkit check --against BASE，照每条提示里的写"
            raise ChapterkitError(f"没有 {name} 这一处丢失", hint=hint)
        chosen |= {(one.rule, one.what): one for one in fit}
    return list(chosen.values())


def _who(root: Path) -> tuple[str, str]:
    """Return who git says is at work, and the day."""
    said = git(root, "var", "GIT_AUTHOR_IDENT", may_fail=True).decode("utf-8", "replace")
    found = _IDENTITY.match(said)
    if not found:
        hint = "git config user.name 姓名；git config user.email 邮箱"
        raise ChapterkitError("git 不知道是谁在签字", hint=hint)
    day = datetime.fromtimestamp(int(found["time"]), UTC).date().isoformat()
    return found["who"], day
