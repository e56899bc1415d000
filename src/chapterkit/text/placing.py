"""From pandoc's blocks back to the Markdown that was read: where each character stands. Pure.

pandoc keeps no positions, but it neither changes nor reorders letters and digits: a block is
placed by these, stretch by stretch; attributes and targets are passed over by their syntax.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, pairwise
from typing import NamedTuple

from chapterkit.text.flattening import Leaf
from chapterkit.text.tree import Element, kind_of

# How far ahead, in letters, the next stretch of text may be looked for: far enough for any
# attribute or link target in between, near enough that a miss costs little.
_WINDOW = 20_000
# How many letters that the reader does not see (targets of links) a table may have besides.
_NEAR_TABLE = 300
# How many letters of markup (an entity's name) may stand before a stretch that is found whole.
_NEAR = 8
# How far ahead, in characters, a mark without letters may be looked for.
_GAP = 500
# How many characters are compared at once where not all of a stretch stands as it is read.
_PIECE = 64
_LETTERS = re.compile(r"[^\W_]+")
_OTHERS = re.compile(r"[\W_]+")
_WORDS = re.compile(r"[^\W_]+|[\W_]+")
_VISIBLE = re.compile(r"\S")
_FENCE = re.compile(r"[> \t]*(?:`{3,}|~{3,})(?=[ \t]*(?:\n|\Z))")


_LINE_HEAD = re.compile(r"\W*(?:\(?\w{1,4}[.)]\W*|\[\^[^\]\n]*\]:\W*)?")


class _Letters:
    """The letters and digits of the rendered Markdown, which survive pandoc unchanged and in order.

    `cursor` is the index of the next letter to be placed, `passed` the furthest offset placed;
    `limit` the index that nothing may be placed beyond; `sure` tells whether the next block
    stands on the next line.
    """

    def __init__(self, markdown: str) -> None:
        self.markdown = markdown
        self.offsets = array("I", compress(range(len(markdown)), map(str.isalnum, markdown)))
        self.letters = "".join(_LETTERS.findall(markdown))
        self.cursor = 0
        self.passed = -1
        self.limit: int | None = None
        self.sure = True

    def find(self, wanted: str, start: int) -> int:
        """Return the index of `wanted` at or after `start`, within the window; else -1."""
        end = start + _WINDOW + len(wanted)
        return self.letters.find(wanted, start, min(end, self.limit or end))

    def offset(self, index: int) -> int:
        """Return the offset of a letter; the end of the Markdown behind the last one."""
        return self.offsets[index] if index < len(self.offsets) else len(self.markdown)

    def cursor_at(self, offset: int) -> int:
        """Return the index of the first letter at or after an offset, not before the cursor."""
        return bisect_left(self.offsets, offset, lo=self.cursor)

    def heads_line(self, index: int) -> bool:
        """Tell whether a letter is the first of its line, but for marks of lists and notes."""
        offset = self.offset(index)
        nearest = max(0, offset - _GAP)
        start = self.markdown.rfind("\n", nearest, offset) + 1
        if start == 0 and nearest > 0:
            return False
        return _LINE_HEAD.fullmatch(self.markdown, start, offset) is not None

    def pass_fence(self) -> None:
        """Pass over the line of marks that closes a block of code, if there is one."""
        if found := _FENCE.match(self.markdown, self.next_line()):
            self.passed = found.end() - 1

    def next_line(self) -> int:
        """Return the offset of the next line that is not blank, after what has been placed."""
        line_end = self.markdown.find("\n", self.passed) if self.passed >= 0 else -1
        if self.passed >= 0 and line_end < 0:
            return max(self.passed, 0)
        found = _VISIBLE.search(self.markdown, line_end + 1)
        return found.start() if found else max(self.passed, 0)


class Place(NamedTuple):
    """Where a leaf stands in the Markdown: each of its characters, and its beginning."""

    offsets: Sequence[int]
    start: int


def places(leaves: Sequence[Leaf], markdown: str) -> Iterator[Place]:
    """Yield the place of each leaf in the Markdown that pandoc read them from."""
    letters = _Letters(markdown)
    tables = _Tables(leaves, letters)
    previous: str = ""
    offsets: Sequence[int] = ()
    for leaf in leaves:
        kinds = [kind_of(container) for container in leaf.containers]
        in_note = "Note" in kinds
        tables.enter(leaf.containers)
        kept = letters.cursor, letters.passed
        # An image without alternative text has its caption for it: the same characters again.
        in_figure = kinds[-1:] == ["Figure"]
        if not (in_figure and leaf.text == previous):
            offsets = _Placing(leaf, letters, in_note).offsets()
        previous = leaf.text
        start = offsets[0] if offsets else letters.next_line()
        if offsets or not tables.inside:
            letters.passed = max(letters.passed, offsets[-1] if offsets else start)
        if leaf.kind == "CodeBlock":
            letters.pass_fence()
        if in_note:
            letters.cursor, letters.passed = kept
        elif tables.inside:
            tables.placed(offsets, kept, kinds[-1] == "Caption")
        yield Place(offsets, start)


class _Tables:
    """Keeps the placing inside a table while its cells are placed, and finds the way out of it.

    The lines of a cell may stand between those of its neighbours, so that a cell that takes
    several lines tells only where the next one cannot begin: before its own first letter.
    """

    def __init__(self, leaves: Iterable[Leaf], letters: _Letters) -> None:
        self.letters = letters
        self.inside = False
        self._letters_of: dict[int, int] = {}
        self._table: Element | None = None
        self._after = 0
        for leaf in leaves:
            if table := _table_of(leaf.containers):
                count = len(_only_letters(leaf.text))
                self._letters_of[id(table)] = self._letters_of.get(id(table), 0) + count

    def enter(self, containers: tuple[Element, ...]) -> None:
        """Say within what the next leaf stands."""
        table = _table_of(containers)
        if table is self._table:
            return
        letters = self.letters
        if self.inside:  # the table's end: all its letters stand before what follows
            letters.cursor = self._after
            letters.passed = letters.offset(max(self._after - 1, 0))
        self._table, self.inside = table, table is not None
        letters.limit = None
        letters.sure = table is not None
        if table is not None:
            count = self._letters_of[id(table)]
            self._after = letters.cursor + count
            letters.limit = letters.cursor + 2 * count + _NEAR_TABLE

    def placed(self, offsets: Sequence[int], before: tuple[int, int], caption: bool) -> None:
        """Say where a cell was placed; go back to its beginning if it takes several lines.

        A caption may stand below its table: then the cells are looked for where it was.
        """
        letters = self.letters
        if caption and offsets and offsets[0] > letters.offset(before[0]):
            letters.cursor, letters.passed = before
        elif offsets and letters.markdown.find("\n", offsets[0], offsets[-1]) >= 0:
            letters.cursor = bisect_right(letters.offsets, offsets[0])
            letters.passed = offsets[0]


def _table_of(containers: tuple[Element, ...]) -> Element | None:
    return next((container for container in containers if kind_of(container) == "Table"), None)


class _Placing:
    """Places one leaf's characters in the Markdown, stretch by stretch.

    A stretch ends where Markdown has attributes or a link target that the reader does not see.
    """

    def __init__(self, leaf: Leaf, letters: _Letters, in_note: bool) -> None:
        self.text = text = leaf.text
        self.letters = letters
        self.in_note = in_note
        self.stretches = [text[start:end] for start, end in pairwise([0, *leaf.ends, len(text)])]
        self.wanted = [_only_letters(stretch) for stretch in self.stretches]
        self.index = letters.cursor
        self.placed = array("I")

    def offsets(self) -> Sequence[int]:
        if not any(self.wanted):
            return self._on_next_line()
        if len(self.stretches) == 1 and not self.in_note:
            at = self.letters.next_line()
            if self.letters.markdown.startswith(self.text, at):
                return self._as_it_stands(at)
        self.index = self._first_index()
        for stretch, wanted in zip(self.stretches, self.wanted, strict=True):
            self._place(stretch, wanted)
            if self.placed:
                self._skip_hidden(self.placed[-1] + 1)
        self.letters.cursor = self.index
        return self.placed

    def _as_it_stands(self, at: int) -> Sequence[int]:
        """Place a leaf whose text stands in the Markdown letter for letter: most of them."""
        end = at + len(self.text)
        self.index = self.letters.cursor_at(at) + len(self.wanted[0])
        self._skip_hidden(end)
        self.letters.cursor = self.index
        return range(at, end)

    def _on_next_line(self) -> Sequence[int]:
        """Place a leaf without any letter: its marks stand on the next line that is not blank."""
        if not self.text:
            return ()
        markdown, at = self.letters.markdown, self.letters.next_line()
        line_end = markdown.find("\n", at)
        for char in self.text:
            found = markdown.find(char, at, max(min(line_end, at + _GAP), at))
            at = found if found >= 0 else at
            self.placed.append(at)
        return self.placed

    def _first_index(self) -> int:
        """Return the index of the leaf's first letter; the cursor if it cannot be found.

        Blocks stand on consecutive lines, so the next line is asked first. A longer beginning is
        surer, but may be broken by an entity, and then stand again further on: so it counts only
        at the head of a line, unless nothing does (table cells).
        """
        letters = self.letters
        first = next(filter(None, self.wanted), "")
        following = letters.cursor_at(letters.next_line())
        here = letters.letters[following : following + 1] == first[:1]
        sure, letters.sure = letters.sure, True
        if first and not self.in_note and here and sure:
            return following
        anywhere: list[int] = []
        for length in (40, 12, 4, 1):
            wanted = first[:length]
            found = letters.find(wanted, letters.cursor) if wanted else -1
            if found < 0 and wanted and self.in_note:
                found = letters.letters.find(wanted)
            if found >= 0:
                if letters.heads_line(found):
                    return found
                anywhere.append(found)
        return anywhere[0] if anywhere else letters.cursor

    def _place(self, stretch: str, wanted: str) -> None:
        """Place a stretch as a whole; word by word where Markdown has more letters in between."""
        found = self.letters.find(wanted, self.index) if wanted else self.index
        if self.index <= found <= self.index + _NEAR and self._is_one(found, len(wanted)):
            self._place_together(stretch, found)
            return
        for word in _WORDS.findall(stretch):
            wanted = _only_letters(word)
            found = self.letters.find(wanted, self.index) if wanted else self.index
            if found >= 0:
                self._place_together(word, found)
            else:
                self._place_singly(word)

    def _is_one(self, found: int, count: int) -> bool:
        """Tell whether letters stand together without a blank line between them."""
        start, end = self.letters.offset(found), self.letters.offset(found + max(0, count - 1))
        return self.letters.markdown.find("\n\n", start, end) < 0

    def _place_together(self, run: str, found: int) -> None:
        """Place characters whose letters stand together from `found` on."""
        self.index = found
        reach = len(run)
        at = 0
        while at < len(run):
            if run[at].isalnum() and self._as_typed(run[at : at + reach]):
                at += reach
                continue
            reach = _PIECE
            word = _WORDS.match(run, at)
            assert word
            at = word.end()
            if word[0][0].isalnum():
                self.placed.extend(self.letters.offsets[self.index : self.index + len(word[0])])
                self.index += len(word[0])
            else:
                for char in word[0]:
                    self.placed.append(self._between(char))

    def _as_typed(self, piece: str) -> bool:
        """Place a piece at the next letter if it stands there as it is; tell whether it does."""
        letters = self.letters
        at = letters.offset(self.index)
        end = at + len(piece)
        if not letters.markdown.startswith(piece, at):
            return False
        self.placed.extend(range(at, end))
        self.index = bisect_left(letters.offsets, end, lo=self.index)
        return True

    def _place_singly(self, run: str) -> None:
        """Place letters that do not stand together anywhere near."""
        for char in run:
            if not char.isalnum():
                self.placed.append(self._between(char))
                continue
            at = self.letters.find(char, self.index)
            if at >= 0:
                self.index = at + 1
            self.placed.append(self.letters.offset(at) if at >= 0 else self._last())

    def _between(self, char: str) -> int:
        """Return the offset of punctuation or space, which stands between the letters round it."""
        letters, limit = self.letters, self.letters.offset(self.index)
        if self.placed:
            after = self.placed[-1] + 1
        else:
            before = letters.offset(self.index - 1) + 1 if self.index else 0
            after = max(before, letters.markdown.rfind("\n", before, limit) + 1)
        found = letters.markdown.find(char, after, min(limit, after + _GAP))
        return found if found >= 0 else min(after, limit)

    def _last(self) -> int:
        return self.placed[-1] if self.placed else self.letters.offset(self.index)

    def _skip_hidden(self, after: int) -> None:
        """Pass over the attributes or the target that the Markdown has at `after`, if any."""
        markdown, letters = self.letters.markdown, self.letters
        opened = _HIDDEN.match(markdown, after)
        end = markdown.find(_CLOSING[opened[1]], opened.end()) if opened else -1
        if called := _NOTE_CALL.match(markdown, after):
            end = called.end()
        if end >= 0:
            self.index = bisect_left(letters.offsets, end, lo=self.index)


_HIDDEN = re.compile(r"[^\w\s\[\]]{0,4}\]([({\[])")
_NOTE_CALL = re.compile(r"\[\^[^\]\n]*\]")
_CLOSING = {"(": ")", "{": "}", "[": "]"}


def _only_letters(text: str) -> str:
    return _OTHERS.sub("", text)
