"""What has changed in a chapter since a commit: what the guard finds, told to a page."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from chapterkit.checking.states import difference_of, span_of
from chapterkit.errors import ChapterkitError
from chapterkit.git import git
from chapterkit.manuscript.book import Book
from chapterkit.numbers.cards import cards
from chapterkit.pipeline import load
from chapterkit.reviewing.desk import Desk, Told, counts_of
from chapterkit.revision.fates import Fate
from chapterkit.revision.folder import at_revision, commit_of
from chapterkit.revision.paragraphs import Paragraph
from chapterkit.revision.words import marks
from chapterkit.text.tree import printable

_MOST_COMMITS = 8
RECORDS = "experiments"
OF_THE_BOOK = ("book", RECORDS, "templates", ":(glob)*.bib")
_LONGEST_SUBJECT = 60


def changes_since(root: Path, desk: Desk, base: str) -> Told:
    """Return what is other than it was at `base`: paragraphs, and numbers with their values.

    A range (A..B) is compared as `chapterkit diff` does.

    Raises ChapterkitError if there is no such commit, or the book could not be read then.
    """
    span = span_of(root, base)
    difference = difference_of(root, span)
    slug = desk.subject.chapter.slug if desk.subject.chapter else ""
    fates = (one for one in difference.changed if slug in _chapters(one))
    return {
        "base": base if base and span.since.startswith(base) else span.old_name,
        "until": span.new_name if span.until else "",
        "paragraphs": [_paragraph(one, desk) for one in fates],
        "numbers": _numbers(difference.old.book, difference.new.book),
    }


def _chapters(fate: Fate) -> set[str]:
    return {one.chapter for one in (fate.old, *fate.new) if one}


def _paragraph(fate: Fate, desk: Desk) -> Told:
    """Return what has become of a paragraph as JSON has it, with the piece where it stands now."""
    old = _shown(fate.old) if fate.old else ""
    new = "".join(_shown(one) for one in fate.new)
    place = desk.place(desk.anchors.spot_at(fate.new[0].origin)) if fate.new else None
    row: Told = {"kind": _KINDS.get(fate.kind, fate.kind), "key": place[0] if place else ""}
    if not fate.new or not fate.old or old == new:
        return row | {"text": new, "old": "" if fate.new else old}
    return row | {"text": new, "words": [[one.operation, one.text] for one in marks(old, new)]}


def _shown(paragraph: Paragraph) -> str:
    """Return a paragraph's text without its citations."""
    return _CITED.sub("", paragraph.text)


_KINDS = {"shortened": "reworded", "doubled": "added"}
_CITED = re.compile(r"\[@[^\]]*\]")


def _numbers(before: Book, after: Book) -> list[Told]:
    ids = dict.fromkeys([*before.ledger, *after.ledger])
    rows = [
        {
            "id": id,
            "of": (after.ledger if id in after.ledger else before.ledger)[id].of,
            "old": before.ledger[id].text if id in before.ledger else "",
            "new": after.ledger[id].text if id in after.ledger else "",
        }
        for id in ids
    ]
    return [row for row in rows if row["old"] != row["new"]]


# --- what there is to compare with


def commits_of(root: Path) -> list[Told]:
    """Return the last tags, and commits that changed the book: name, day, what is said of it."""
    tags = _listed(root, "for-each-ref", "--sort=-creatordate", f"--count={_MOST_COMMITS}",
                   "--format=%(refname:short)%09%(creatordate:short)%09", "refs/tags")  # fmt: skip
    asked = ("log", f"-{_MOST_COMMITS}", "--no-show-signature", "--format=%h%x09%cs%x09%s")
    commits = _listed(root, *asked, "--", *OF_THE_BOOK)
    return [*tags, *commits]


def _listed(root: Path, *arguments: str) -> list[Told]:
    try:
        listed = git(root, *arguments, may_fail=True).decode("utf-8", "replace")
    except ChapterkitError:
        return []
    rows = (printable(line).split("\t") for line in listed.splitlines())
    return [
        {"name": row[0], "date": row[1], "subject": row[2][:_LONGEST_SUBJECT]}
        for row in rows
        if len(row) == 3
    ]


# --- how far verifying had come


def coverage_of_commits(root: Path) -> list[Told]:
    """Return how many numbers there were, and verified, at the last commits that changed any.

    The oldest commit stands first.
    """
    try:
        return list(_coverage(root, commit_of(root, "HEAD")))
    except ChapterkitError:
        return []


@lru_cache(maxsize=4)
def _coverage(root: Path, head: str) -> tuple[Told, ...]:
    asked = ("log", f"-{_MOST_COMMITS}", "--no-show-signature", "--format=%H %cs", head)
    listed = git(root, *asked, "--", RECORDS, may_fail=True).decode()
    rows = (_covered(root, *line.split(" ")) for line in reversed(listed.splitlines()))
    return tuple(one for one in rows if one["total"])


@lru_cache(maxsize=64)
def _covered(root: Path, commit: str, day: str) -> Told:
    """Return how many numbers a book had at a commit, and how many of them were verified then."""
    try:
        counts = counts_of(cards(load(at_revision(root, commit))).values())
    except ChapterkitError:  # it could not be read then
        counts = {"verified": 0, "all": 0}
    return {
        "commit": commit[:8], "date": day, "verified": counts["verified"], "total": counts["all"],
    }  # fmt: skip
