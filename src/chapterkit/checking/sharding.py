"""A library shared out among machines: shards of about equal cost, their reports joined."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chapterkit import __version__
from chapterkit.checking.costs import Step, costs_at
from chapterkit.checking.running import each_once
from chapterkit.checking.subjects import this_root
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import path_from_here
from chapterkit.git import git
from chapterkit.lint import Problem
from chapterkit.manuscript.book import Book, Chapter
from chapterkit.manuscript.folder import Disk, read_text
from chapterkit.pipeline import Subject, book_key, load

_BYTES_A_SECOND = {"check": 60_000, "build": 9_000}
"""How much manuscript is done in a second where nothing was measured: a guess."""
JOINABLE = ("json", "sarif")
"""The forms of reports that can be joined."""
_SHARD = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})")


@dataclass(frozen=True)
class Shard:
    """One part of so many, counted from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @classmethod
    def named(cls, text: str) -> Shard:
        """Return the shard that is called so: 2/5. Raises ChapterkitError for what is none."""
        found = _SHARD.fullmatch(text)
        if not found or int(found[1]) > int(found[2]):
            raise ChapterkitError(f"{text} 不是一份", hint="写第几份/共几份，如 2/5")
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True)
class Share:
    """The chapters of a shard, in the book's order, and what they will cost, in seconds."""

    shard: Shard
    chapters: tuple[str, ...]
    seconds: float


def estimated(book: Book, step: Step, known: Mapping[str, float]) -> dict[str, float]:
    """Return what each chapter will cost: as measured, else by its size at the measured pace."""
    sizes = {one.slug: _size(one, book) for one in book.chapters}
    paces = [known[slug] / size for slug, size in sizes.items() if slug in known and size]
    pace = sorted(paces)[len(paces) // 2] if paces else 1 / _BYTES_A_SECOND[step]
    return {slug: known.get(slug, size * pace) for slug, size in sizes.items()}


def _size(chapter: Chapter, book: Book) -> int:
    """Return how large the manuscript of a chapter is, a number of a record like some words."""
    templates = (book.templates.get(f"experiments/{one}.md.j2", "") for one in chapter.records)
    texts = len(chapter.text.encode()) + sum(len(one.encode()) for one in templates)
    return texts + sum(100 * len(book.records[one].model.numbers) for one in chapter.records)


def shared_out(book: Book, costs: Mapping[str, float], of: int) -> list[Share]:
    """Return shards of about equal cost: the dearest chapter first, to whichever has least."""
    order = {one.slug: place for place, one in enumerate(book.chapters)}
    loads, kept = [0.0] * of, [list[str]() for _ in range(of)]
    for slug in sorted(order, key=lambda one: (-costs[one], order[one])):
        place = min(range(of), key=lambda one: (loads[one], one))
        loads[place] += costs[slug]
        kept[place].append(slug)
    return [
        Share(Shard(number, of), tuple(sorted(slugs, key=order.__getitem__)), round(load, 3))
        for number, (slugs, load) in enumerate(zip(kept, loads, strict=True), 1)
    ]


def targets_of(
    shard: Shard, targets: Sequence[str], step: Step, at: tuple[Book, Path] | None = None
) -> Sequence[str]:
    """Return the targets of a shard: those named, or else as it is shared out here, by costs.

    `at` is the book and where it lies, if it was read already. Raises ChapterkitError if there are
    fewer chapters than shards.
    """
    if targets:
        return targets
    root = at[1] if at else this_root()
    book = at[0] if at else load(Disk(root))
    if shard.of > len(book.chapters):
        raise ChapterkitError(
            f"只有 {len(book.chapters)} 章，分不成 {shard.of} 份", hint="少分几份"
        )
    costs = estimated(book, step, costs_at(root)[step])
    return list(shared_out(book, costs, shard.of)[shard.number - 1].chapters)


# --- reports of shards


@dataclass(frozen=True)
class ShardReport:
    """What a check of one shard found, with all that joining it with others asks for.

    `book` is the key of all that the book was read from; `order` are all of its chapters; `found`
    are the problems of each chapter that was checked, before a baseline; `beside` are those of no
    chapter; `asked` is how the check was asked for; `costs` are what chapters took, in seconds of a
    processor. A build of a shard leaves one, too, which says what was built, and no problem.
    """

    number: int
    of: int
    version: str
    commit: str
    book: str
    asked: str
    order: tuple[str, ...]
    found: dict[str, tuple[Problem, ...]]
    beside: tuple[Problem, ...] = ()
    costs: dict[str, float] = field(default_factory=dict)


def shard_report(
    shard: Shard,
    wanted: Sequence[Subject],
    found: Sequence[Sequence[Problem]],
    beside: Sequence[Problem],
    asked: str,
    costs: Mapping[str, float],
) -> dict[str, Any]:
    """Return what a shard's check found, as JSON has it."""
    book, root = wanted[0].book, wanted[0].root
    by_chapter = {
        one.chapter.slug: tuple(problems)
        for one, problems in zip(wanted, found, strict=True)
        if one.chapter
    }
    order = tuple(one.slug for one in book.chapters)
    report = ShardReport(
        shard.number, shard.of, __version__, commit_of(root), book_key(book), asked, order,
        by_chapter, tuple(beside), {slug: round(one, 4) for slug, one in costs.items()},
    )  # fmt: skip
    told: dict[str, Any] = _form().dump_python(report, mode="json")
    return told


def commit_of(root: Path) -> str:
    """Return the commit that a book stands at; empty where there is none."""
    try:
        return git(root, "rev-parse", "HEAD").decode().strip()
    except ChapterkitError:
        return ""


@cache
def _form() -> TypeAdapter[ShardReport]:
    return TypeAdapter(ShardReport)


def read_report(path: Path) -> ShardReport:
    """Return the report of a shard; raise ChapterkitError for a file that is none."""
    name = path_from_here(path)
    hint = "用 chapterkit check --shard 2/5 --format json 写出的报告"
    given = json_at(path, hint)
    try:
        runs = given.get("runs") or [{}]
        told = given.get("shard") or runs[0].get("properties", {}).get("shard")
    except (AttributeError, TypeError, LookupError):
        raise ChapterkitError("这不是 JSON 报告", Origin(name), hint) from None
    if not told:
        raise ChapterkitError("这份报告没有说是哪一份", Origin(name), hint)
    try:
        return _form().validate_python(told)
    except ValidationError:
        raise ChapterkitError("报告里 shard 的内容不对", Origin(name), hint) from None


def json_at(path: Path, hint: str = "") -> Any:
    """Return what a report holds; raise ChapterkitError, with a hint, for what is no JSON."""
    name = path_from_here(path)
    try:
        return json.loads(read_text(path, name))
    except (ValueError, RecursionError):
        raise ChapterkitError("这不是 JSON 报告", Origin(name), hint) from None


def check_whole(reports: Mapping[str, ShardReport]) -> None:
    """Raise ChapterkitError that tells all that keeps reports, by their files, from being joined:
    a shard that is missing or there twice, a chapter likewise, another commit, version or book.
    """
    said = [*_apart(reports), *_shards_wrong(reports), *_chapters_wrong(reports)]
    if said:
        hint = "各份都用同一个提交、同一版 chapterkit、同一次 chapterkit plan 来做，一份一个报告"
        raise ChapterkitError("；".join(said), hint=hint)


def _apart(reports: Mapping[str, ShardReport]) -> Iterable[str]:
    named = {
        "commit": "提交", "version": "chapterkit 的版本", "of": "总份数", "asked": "选项",
        "book": "书稿的文件",
    }  # fmt: skip
    first_name, first = next(iter(reports.items()))
    for name, one in reports.items():
        for key, word in named.items():
            if getattr(one, key) != getattr(first, key):
                yield f"{name} 与 {first_name} 的{word}不同{_both(one, first, key)}"


def _both(one: ShardReport, first: ShardReport, key: str) -> str:
    told = [str(getattr(each, key))[:12] for each in (one, first)]
    return "" if key in {"book", "asked"} else f"（{told[0]} 与 {told[1]}）"


def _shards_wrong(reports: Mapping[str, ShardReport]) -> Iterable[str]:
    files: dict[int, list[str]] = {}
    for name, one in reports.items():
        files.setdefault(one.number, []).append(name)
    of = max(one.of for one in reports.values())
    for number in range(1, of + 1):
        there = files.get(number, [])
        if not there:
            yield f"缺第 {number}/{of} 份"
        elif len(there) > 1:
            yield f"第 {number}/{of} 份有两个报告：{'、'.join(there)}"


def _chapters_wrong(reports: Mapping[str, ShardReport]) -> Iterable[str]:
    done: dict[str, list[int]] = {}
    for one in reports.values():
        for slug in one.found:
            done.setdefault(slug, []).append(one.number)
    order = next(iter(reports.values())).order
    missing = [slug for slug in order if slug not in done]
    if missing:
        yield f"没有一份做了 {listed(missing)}"
    for slug, numbers in done.items():
        if len(set(numbers)) > 1:
            yield f"{slug} 在第 {'、'.join(map(str, sorted(set(numbers))))} 份里都做了"


def listed(slugs: Sequence[str]) -> str:
    """Return chapters as a message names them: the first ones, and how many there are."""
    more = f" 等 {len(slugs)} 章" if len(slugs) > MOST_TOLD else ""
    return "、".join(slugs[:MOST_TOLD]) + more


MOST_TOLD = 5
"""How many of one kind are told one by one."""


def costs_of(reports: Iterable[ShardReport]) -> dict[str, float]:
    """Return what chapters have cost in the shards that did them."""
    return {slug: one.costs[slug] for one in reports for slug in one.found if slug in one.costs}


def joined(reports: Iterable[ShardReport]) -> list[Problem]:
    """Return the problems that reports which belong together tell of, as one check has them."""
    every = sorted(reports, key=lambda one: one.number)
    found = {slug: problems for one in every for slug, problems in one.found.items()}
    chapters = each_once(found[slug] for slug in every[0].order)
    return [*chapters, *each_once(one.beside for one in every)]


def balance(shares: Sequence[Share]) -> float:
    """Return how much longer the longest shard takes than the mean, as a ratio."""
    mean = math.fsum(one.seconds for one in shares) / len(shares)
    return max(one.seconds for one in shares) / mean if mean else 1.0
