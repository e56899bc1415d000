"""Exceptions that the author makes in the text: `<!-- chapterkit: allow RULE: reason -->`.

The comment stands before a paragraph (or heading, quote, image), or inside it, and holds for that
one, its notes included. It names one rule or several, and says why.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chapterkit.errors import Origin
from chapterkit.lint.problem import Problem
from chapterkit.text.document import Block, Comment, Document

_ADDRESSED = re.compile(
    r"\s*chapterkit\s*(?:[:：](?!(?:begin|end)\b)|\s(?=allow\b))\s*(?P<said>.*)",
    re.DOTALL | re.IGNORECASE,
)  # what begins or ends a managed region is none
_NAMES = r"[\w-]+(?:\s*[,，、]\s*[\w-]+)*"
_ALLOW = re.compile(
    rf"allow\s+(?P<rules>{_NAMES})\s*(?:[:：]\s*(?P<reason>.*?))?\s*", re.DOTALL | re.IGNORECASE
)


@dataclass(frozen=True)
class Allow:
    """One exception: where it is made, for which rules, why, and for which lines.

    `rules` is empty where the comment is addressed to chapterkit and cannot be understood.
    `lines` are the first and last line of each stretch of a file that it holds for.
    """

    origin: Origin
    rules: tuple[str, ...]
    reason: str
    lines: tuple[tuple[Origin, Origin], ...]


def allows(document: Document) -> list[Allow]:
    """Return the exceptions made in a document, in its order."""
    addressed = [
        (comment, found)
        for comment in document.comments
        if (found := _ADDRESSED.fullmatch(comment.text))
    ]
    if not addressed:
        return []
    order = [index for index, block in enumerate(document.blocks) if "Note" not in block.within]
    starts = [document.blocks[index].start for index in order]
    return [
        _allow(comment, found["said"], document, _concerned(comment, document, order, starts))
        for comment, found in addressed
    ]


def _allow(comment: Comment, said: str, document: Document, blocks: Sequence[Block]) -> Allow:
    found = _ALLOW.fullmatch(said)
    names = re.findall(r"[\w-]+", found["rules"].lower()) if found else []
    reason = (found["reason"] or "").strip() if found else ""
    origin = document.rendered.origin(comment.offset)
    lines = [(block.origin(), block.origin(len(block.text))) for block in blocks]
    if lines and blocks[0].within[:1] == ("Div",) and lines[0][0].path == origin.path:
        # What opens a div stands above its text.
        lines[0] = min(origin, lines[0][0]), lines[0][1]
    if lines and lines[0][0].path != origin.path:
        # An experiment is placed here, its text stands in its template: the line that places it
        # comes next, with at most a blank one between.
        first = origin.line + comment.text.count("\n") + 1
        lines.append((origin._replace(line=first), origin._replace(line=first + 1)))
    return Allow(origin, tuple(names), reason, tuple(lines))


def _concerned(
    comment: Comment, document: Document, order: Sequence[int], starts: Sequence[int]
) -> list[Block]:
    """Return the blocks that a comment holds for: those of one paragraph, quote or list."""
    after = bisect_right(starts, comment.offset)
    markdown = document.rendered.text
    line_start = markdown.rfind("\n", 0, comment.offset) + 1
    inside = bool(markdown[line_start : comment.offset].strip(" \t>"))
    chosen = max(after - 1, 0) if inside else after
    if chosen >= len(order):
        return []
    first = order[chosen]
    until = next(
        (index for index in order[chosen + 1 :] if not _together(document.blocks, first, index)),
        len(document.blocks),
    )
    return list(document.blocks[first:until])


def _together(blocks: Sequence[Block], first: int, other: int) -> bool:
    """Tell whether two blocks stand in the same outermost quote, list or div."""
    one, two = blocks[first].containers, blocks[other].containers
    return bool(one) and bool(two) and one[0] is two[0]


def without_allowed(
    problems: Iterable[Problem], made: Sequence[Allow]
) -> tuple[list[Problem], set[tuple[Allow, str]]]:
    """Return the problems that no exception covers, and which exceptions covered something."""
    if not made:
        return list(problems), set()
    by_line: dict[tuple[str, int], list[Allow]] = {}
    for allow in made:
        for first, last in allow.lines:
            for line in range(first.line, last.line + 1):
                by_line.setdefault((first.path, line), []).append(allow)
    kept: list[Problem] = []
    used: set[tuple[Allow, str]] = set()
    for problem in problems:
        here = by_line.get((problem.origin.path, problem.origin.line), ())
        covering = [allow for allow in here if problem.rule in allow.rules]
        used |= {(allow, problem.rule) for allow in covering}
        if not covering:
            kept.append(problem)
    return kept, used
