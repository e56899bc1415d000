"""What became of one number from commit to commit: what its record said, where it stood."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.git import git
from chapterkit.manuscript.ledger import Number, numbers_of
from chapterkit.manuscript.records import parse_record
from chapterkit.manuscript.states import STATUS_FOR_AUTHORS
from chapterkit.revision.figures import Field
from chapterkit.revision.folder import at_revision
from chapterkit.showing import as_json as to_json

Sentences = tuple[str, ...]


@dataclass(frozen=True)
class Commit:
    """One commit: its hash, the day, who made it, and what it says of itself."""

    hash: str
    parents: tuple[str, ...]
    date: str
    who: str
    subject: str


@dataclass(frozen=True)
class Moment:
    """A commit at which something about a number became another.

    `fields` are what its record says otherwise, all of them where the number is new; `sentences`
    are those it stands in since then, None where the book of then cannot be read; `came` and
    `went` are what of them is new and what is gone.
    """

    commit: Commit
    id: str
    text: str
    fields: tuple[Field, ...]
    sentences: Sentences | None
    came: Sentences
    went: Sentences


Look = Callable[[str, str], Sentences | None]
"""Gives the sentences in which a number stood at a commit; None where its book cannot be read."""


def history(root: Path, id: str, look: Look) -> list[Moment]:
    """Return every commit at which a number's record, or a sentence it stood in, was another.

    A record whose file was renamed is followed back. Raises ChapterkitError if there is no git, no
    repository, or no commit.
    """
    moments: list[Moment] = []
    paths = _paths(root, _path_of(id))
    before = path = next(iter(paths.values()), _path_of(id))
    name = id.rpartition(".")[2]
    for commit in _commits(root, name, paths):
        before, path = path, paths.get(commit.hash, path)
        found = _Step(root, commit, _named(before, name), _named(path, name)).moment(look, moments)
        moments += [found] if found else []
    return moments


def _path_of(id: str) -> str:
    return f"experiments/{id.rpartition('.')[0]}.yaml"


def _named(path: str, name: str) -> str:
    return f"{path.removeprefix('experiments/').removesuffix('.yaml')}.{name}"


@dataclass(frozen=True)
class _Step:
    """A commit that may have done something to a number, and what that was called on both sides."""

    root: Path
    commit: Commit
    was: str
    id: str

    def moment(self, look: Look, moments: Sequence[Moment]) -> Moment | None:
        """Return what the commit did; None if nothing."""
        now = _number_at(self.root, self.commit.hash, self.id)
        parents = self.commit.parents
        before = _number_at(self.root, parents[0], self.was) if parents else None
        fields = tuple(_fields(before, now))
        said = look(self.commit.hash, self.id) if now else ()
        last = (moments[-1].sentences or ()) if moments else ()
        came = tuple(one for one in said or () if one not in last)
        went = tuple(one for one in last if said is not None and one not in said)
        is_renamed = now is not None and self.was != self.id
        if not (fields or came or went or is_renamed):
            return None
        return Moment(self.commit, self.id, now.text if now else "", fields, said, came, went)


_FORM = "--format=%x01%H%x00%P%x00%ct%x00%an%x00%s%x00"


def _paths(root: Path, path: str) -> dict[str, str]:
    """Return the commits that touch a file, the oldest first, each with what it was called then."""
    asked = ("log", "--follow", "--name-only", "--no-show-signature", _FORM, "HEAD", "--", path)
    rows = reversed(_rows(git(root, *asked)))
    prefix = os.fsdecode(git(root, "rev-parse", "--show-prefix")).removesuffix("\n")
    return {one[0]: one[-1].strip().removeprefix(prefix) or path for one in rows}


def _commits(root: Path, name: str, paths: Mapping[str, str]) -> Iterator[Commit]:
    """Yield the commits that touch a number's record, or a line of the text that names it."""
    plain = ("log", "--no-show-signature", _FORM)
    pattern = f"(^|[^A-Za-z0-9_]){re.escape(name)}([^A-Za-z0-9_]|$)"
    apart = ("--text", "--no-textconv", "--no-ext-diff", "--no-renames")
    found = _parsed(git(root, *plain, *apart, f"-G{pattern}", "HEAD", "--", "book", "templates"))
    missing = [hash for hash in paths if hash not in found]
    if missing:
        found |= _parsed(git(root, *plain, "--no-walk=unsorted", *missing))
    order = git(root, "rev-list", "--topo-order", "--reverse", "HEAD").decode().split()
    return (found[hash] for hash in order if hash in found)


def _rows(printed: bytes) -> list[list[str]]:
    """Return what git has printed in _FORM, a row a commit, whatever a commit says of itself."""
    rows = [row.split("\0") for row in os.fsdecode(printed).split("\x01")]
    return [row for row in rows if len(row) == 6 and row[2].isdigit()]


def _parsed(printed: bytes) -> dict[str, Commit]:
    found = {}
    for hash, parents, seconds, who, subject, *_ in _rows(printed):
        day = datetime.fromtimestamp(int(seconds), UTC).date().isoformat()
        found[hash] = Commit(hash, tuple(parents.split()), day, who, subject)
    return found


def _number_at(root: Path, commit: str, id: str) -> Number | None:
    """Return a number as its record had it at a commit; None if it had not, or was broken."""
    slug, _, name = id.rpartition(".")
    folder, path = at_revision(root, commit), _path_of(id)
    try:
        record = parse_record(folder.text(path), path)
        models = record.model.numbers
        origins = {one: record.origin("numbers", one) for one in models}
        return numbers_of(slug, models, origins).get(f"{slug}.{name}")
    except ChapterkitError:
        return None


def _fields(before: Number | None, now: Number | None) -> Iterator[Field]:
    """Yield what a record says otherwise."""
    for name, read in _READ.items():
        was, is_ = (read(one) if one else "" for one in (before, now))
        if was != is_:
            yield Field(name, was, is_)


_READ: dict[str, Callable[[Number], str]] = {
    "value": lambda one: one.text,
    "source": lambda one: one.cite,
    "locator": lambda one: one.at or "",
    "status": lambda one: STATUS_FOR_AUTHORS[one.status],
    "meaning": lambda one: one.measured,
}


# --- reports

_NAMES = {
    "value": "值",
    "source": "来源",
    "locator": "位置",
    "status": "状态",
    "meaning": "量的是什么",
}


def as_text(id: str, moments: Sequence[Moment]) -> str:
    """Return the history, the oldest commit first."""
    if not moments:
        return f"{id} 还没有提交过。"
    lines = [f"{id}，{len(moments)} 次改动："]
    for one in moments:
        commit = one.commit
        lines.append(f"{commit.date} {commit.hash[:9]} {commit.who}：{commit.subject}")
        lines += [
            f"    {_NAMES[field.name]} {field.old or '（没有）'} → {field.new or '（没有）'}"
            for field in one.fields
        ]
        lines += [f"    进了正文：{sentence}" for sentence in one.came]
        lines += [f"    不再有：{sentence}" for sentence in one.went]
        lines += ["    那时的书读不了，句子没有查"] if one.sentences is None else []
    return "\n".join(lines)


def as_json(id: str, moments: Sequence[Moment]) -> str:
    """Return the same under fixed keys."""
    rows = [
        {
            "commit": one.commit.hash, "date": one.commit.date, "author": one.commit.who,
            "subject": one.commit.subject, "text": one.text,
            "fields": {each.name: {"old": each.old, "new": each.new} for each in one.fields},
            "sentences": None if one.sentences is None else list(one.sentences),
            "came": list(one.came), "went": list(one.went),
        }
        for one in moments
    ]  # fmt: skip
    return to_json({"number": id, "commits": rows})
