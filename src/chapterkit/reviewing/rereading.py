"""Markdown that was read before, read again where it has changed.

What stands beside a change is read with it, and must be read as it was before: so what would reach
over is noticed. What is said once for the whole text, such as a note's text, is given along.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from chapterkit.pandoc import reading
from chapterkit.text.document import Document
from chapterkit.text.tree import (
    Element,
    check_depth,
    inlines_of,
    kind_of,
    plain_text,
    tree_blocks,
    walk,
)

MOST = 20_000
"""How much is read again at most, in characters."""
_ROUNDS = 3
_UNTIL_HERE = "chapterkit-until-here"
# A note's text: its line, with those that belong to it.
_NOTE = re.compile(
    r"^ {0,3}\[\^([^\]\s]+)\]:[^\n]*"
    r"(?:\n(?: {4}|\t)[^\n]*|\n(?!\[\^)\S[^\n]*|\n(?=\n+(?: {4}|\t)))*",
    re.MULTILINE,
)
_CALLED = re.compile(r"\[\^([^\]\s]+)\]")
# Addresses of links that stand by themselves, and items that are counted through the text.
_SAID_ONCE = re.compile(r"^ {0,3}(?:\[[^\]^@\n][^\]\n]*\]:\s|\(@)", re.MULTILINE)
BRACKETS = re.compile(r"\[[^\]\[@^\n]+\](?![(\[{:])")
"""Brackets that link to a heading, if there is one called so."""
_HEADING = re.compile(r"^#{1,6} [^\n]*$", re.MULTILINE)
_OPENING = {"Div": re.compile(r":{3,}\s*\S"), "CodeBlock": re.compile(r"`{3}|~{3}")}
# What pandoc says of a citation that depends on where it stands.
_COUNTED = frozenset({"citationHash", "citationNoteNum"})


@dataclass(frozen=True)
class Stretch:
    """Lines of a Markdown text, from `start` to before `end`, and the blocks that they are."""

    start: int
    end: int
    blocks: tuple[Element, ...]


def stretches_of(document: Document, blocks: Sequence[Element]) -> tuple[Stretch, ...]:
    """Return the stretches of a document that was read as these blocks, as short as is known."""
    lines = document.rendered.text.split("\n")
    begins = list(_begins(line_of_blocks(document, tops=True), lines, blocks))
    ends = [*begins[1:], (len(lines), len(blocks))]
    return tuple(
        Stretch(line, end, tuple(blocks[place:last]))
        for (line, place), (end, last) in zip(begins, ends, strict=True)
    )


def _begins(
    starts: Mapping[int, int], lines: Sequence[str], blocks: Sequence[Element]
) -> Iterator[tuple[int, int]]:
    """Yield in which line a block begins, and which, where an empty line stands before it."""
    last = (0, 0)
    yield last
    for text, place in sorted(starts.items()):
        opening = _OPENING.get(kind_of(blocks[place]))
        above = range(last[0] + 1, text) if opening else ()
        line = next((one for one in above if opening and opening.match(lines[one])), text)
        while line > last[0] and lines[line - 1].strip():
            line -= 1
        if line > last[0] and place > last[1]:
            last = (line, place)
            yield last


def line_of_blocks(document: Document, *, tops: bool = False) -> dict[int, int]:
    """Return the place of each block of a document's outermost row, by the line of its first text.

    What is first in a table is its caption, even behind the rows; unless `tops` are asked for.
    """
    ends = [one.start() for one in re.finditer("\n", document.rendered.text)]
    found: dict[int, int] = {}
    for place, start in _starts_of_blocks(document, tops=tops).items():
        found.setdefault(bisect_left(ends, start), place)
    return found


def _starts_of_blocks(document: Document, *, tops: bool) -> dict[int, int]:
    """Return where the first text of each outermost block stands in the Markdown, by its place."""
    places = {id(block): place for place, block in enumerate(tree_blocks(document.tree))}
    found: dict[int, int] = {}
    for block in document.blocks:
        outer = block.containers[0] if block.containers else block.element
        place = places.get(id(outer))
        if place is not None and (place not in found or (tops and kind_of(outer) == "Table")):
            found[place] = min(block.start, found.get(place, block.start))
    return found


# --- lines compared

Run = tuple[str, int, int, int, int]


def compared(old: Sequence[str], new: Sequence[str]) -> list[Run]:
    """Return what difflib does of two texts; what is the same at both ends costs nothing.

    >>> compared("abc", "abxc")
    [('equal', 0, 2, 0, 2), ('insert', 2, 2, 2, 3), ('equal', 2, 3, 3, 4)]
    """
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    a, c = len(old) - tail, len(new) - tail
    runs: list[Run] = [("equal", 0, head, 0, head)] if head else []
    for kind, *at in SequenceMatcher(None, old[head:a], new[head:c], autojunk=False).get_opcodes():
        runs.append((kind, *(one + head for one in at)))  # type: ignore[arg-type]
    return [*runs, ("equal", a, len(old), c, len(new))] if tail else runs


# --- reading again


@dataclass(frozen=True)
class _Gap:
    """What is to be read again: lines of the new text, and those stretches beside them."""

    text: str
    left: tuple[Element, ...]
    right: tuple[Element, ...]
    beside: tuple[int, int]


def reread(text: str, stretches: Sequence[Stretch], new: str) -> list[Element] | None:
    """Return the blocks of a new text, `text` having been read as these stretches.

    None if it cannot be told from what little would be read again. Raises ChapterkitError if pandoc
    gives up on that.
    """
    if any(_SAID_ONCE.search(one) or _UNTIL_HERE in one for one in (text, new)):
        return None
    lines = new.split("\n")
    kept = list(_kept(text, stretches, new, lines))
    for _ in range(_ROUNDS):
        row = list(_row(kept, stretches, lines))
        gaps = [one for one in row if isinstance(one, _Gap)]
        if not kept or sum(len(one.text) for one in gaps) > MOST:
            return None
        found = _read(gaps, new)
        if None not in found:
            made = iter(found)
            return [block for one in row for block in _of(one, made)]
        wider = {
            at for gap, one in zip(gaps, found, strict=True) if one is None for at in gap.beside
        }
        kept = [one for one in kept if one[0] not in wider]
    return None


def _of(one: Stretch | _Gap, made: Iterator[list[Element] | None]) -> Sequence[Element]:
    if isinstance(one, Stretch):
        return one.blocks
    blocks = next(made)
    return blocks or []


def _kept(
    text: str, stretches: Sequence[Stretch], new: str, lines: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Yield which stretches are as they were, and the line in which each begins now."""
    old = text.split("\n")
    before, now = _notes(text), _notes(new)
    notes = {one for one in before.keys() | now.keys() if before.get(one) != now.get(one)}
    headed = _HEADING.findall(text) != _HEADING.findall(new)
    runs = [run for run in compared(old, lines) if run[0] == "equal"]
    at = iter(runs)
    run = next(at, None)
    for place, one in enumerate(stretches):
        while run and run[2] < one.end:
            run = next(at, None)
        if run is None:
            return
        if run[1] > max(0, one.start - 1):
            continue
        said = "\n".join(old[one.start : one.end])
        if not (notes.intersection(_CALLED.findall(said)) or (headed and BRACKETS.search(said))):
            yield place, one.start - run[1] + run[3]


def _notes(text: str) -> dict[str, str]:
    """Return the texts of notes by their names, as they are typed."""
    return {found[1]: found[0] for found in _NOTE.finditer(text)} if "[^" in text else {}


def _row(
    kept: Sequence[tuple[int, int]], stretches: Sequence[Stretch], lines: Sequence[str]
) -> Iterator[Stretch | _Gap]:
    """Yield the stretches that are kept, and what is to be read again between them."""
    ends = [(-1, 0, 0), *((place, at, at + _length(stretches[place])) for place, at in kept)]
    ends.append((len(stretches), len(lines), len(lines)))
    for (one, start, end), (other, begin, last) in pairwise(ends):
        if one >= 0:
            yield stretches[one]
        if other != one + 1 or begin != end:
            left = stretches[one].blocks if one >= 0 else ()
            right = stretches[other].blocks if other < len(stretches) else ()
            yield _Gap("\n".join(lines[start:last]), left, right, (one, other))


def _length(stretch: Stretch) -> int:
    return stretch.end - stretch.start


def _read(gaps: Sequence[_Gap], new: str) -> list[list[Element] | None]:
    """Return what stands in each gap; None where what stands beside it is read in another way."""
    if not gaps:
        return []
    mark = f"\n\n{_UNTIL_HERE}\n\n"
    text = mark.join(one.text for one in gaps)
    with reading(f"{text}{mark}{_said_elsewhere(text, new)}\n") as result:
        tree, _ = result()
    check_depth(tree)
    groups: list[list[Element]] = [[]]
    for block in tree_blocks(tree):
        if kind_of(block) == "Para" and plain_text(inlines_of(block)) == _UNTIL_HERE:
            groups.append([])
        else:
            groups[-1].append(block)
    if len(groups) != len(gaps) + 1:
        return [None] * len(gaps)
    return [_between(gap, group) for gap, group in zip(gaps, groups, strict=False)]


def _said_elsewhere(text: str, new: str) -> str:
    """Return what a text refers to that is said elsewhere: texts of notes, headings."""
    here, notes = _notes(text), _notes(new)
    called = dict.fromkeys(_CALLED.findall(text))
    said = [notes[one] for one in called if one in notes and one not in here]
    if BRACKETS.search(text):
        there = set(_HEADING.findall(text))
        said = [*(one for one in _HEADING.findall(new) if one not in there), *said]
    return "\n\n".join(said)


def _between(gap: _Gap, group: list[Element]) -> list[Element] | None:
    first, last = len(gap.left), len(group) - len(gap.right)
    if last < first or not (_alike(group[:first], gap.left) and _alike(group[last:], gap.right)):
        return None
    return group[first:last]


def _alike(some: Sequence[Element], others: Sequence[Element]) -> bool:
    return _uncounted(some) == _uncounted(others)


def _uncounted(blocks: Iterable[Element]) -> list[Element]:
    """Return blocks whose citations do not tell where they stand."""

    def change(cite: Element) -> Element:
        said, inlines = cite["c"]
        return {**cite, "c": [[uncounted(one) for one in said], inlines]}

    return walk(list(blocks), change, {"Cite"})


def uncounted(citation: Mapping[str, object]) -> dict[str, object]:
    """Return what pandoc says of a citation, but for what depends on where it stands."""
    return {name: value for name, value in citation.items() if name not in _COUNTED}
