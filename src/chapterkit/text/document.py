"""pandoc's tree with origins: blocks, their flat text, and where each character was written."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress, pairwise
from typing import Any

from chapterkit.errors import Origin
from chapterkit.text.origins import Rendered
from chapterkit.text.sentences import sentence_at, sentence_ends

Tree = dict[str, Any]
Element = dict[str, Any]

OPAQUE = "\ufffc"
# What stands for an inline that is no prose, one mark for each of its characters. These are
# Unicode's noncharacters, so that no pattern can take them for text.
CODE, MATH, CITE, ADDRESS = "\ufdd2", "\ufdd3", "\ufdd4", "\ufdd5"
# What stands between two blocks in a document's prose: no pattern that excludes line breaks, or
# names the characters it wants, can run from one block into the next.
BETWEEN = "\n\ufdd6\n"
_MASKS = {"Code": CODE, "RawInline": CODE, "Math": MATH, "Cite": CITE}
_ADDRESS = re.compile(
    r"(?:https?|ftp|file|mailto)://?[!-~]+[\w/]|\bwww\.[!-~]+[\w/]"
    r"|[\w.+-]+@[\w-]+\.[\w.-]*\w|\b10\.\d{4,}/[!-~]*\w",
    re.ASCII,
)
_TEXT_CONTAINERS = {
    "Emph", "Strong", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps",
}  # fmt: skip
_MARKED_UP = _TEXT_CONTAINERS | {"Link", "Reference", "Image", "Cite", "Note"}


@dataclass(frozen=True)
class Inline:
    """A stretch of a block's text that is more than text: kind, place, pandoc's element.

    `kind` is pandoc's name (Code, Math, Cite, Link, Image, Note…), `Number` for the span of a
    recorded number, whose id then is `number`, or `Reference` for a link within the document.
    """

    kind: str
    start: int
    end: int
    element: Element = field(repr=False)
    number: str = ""

    @property
    def citations(self) -> tuple[str, ...]:
        """The keys of a Cite, in order."""
        if self.kind != "Cite":
            return ()
        return tuple(one["citationId"] for one in self.element["c"][0])


@dataclass(frozen=True)
class Block:
    """A leaf of the document (paragraph, heading, code block…) as flat text.

    `text` has one character for each that a reader sees; formulas stand as their source, a note
    as one U+FFFC. `offsets[i]` is where text[i] stands in the rendered Markdown. `within` are
    the containers from the outside in (BlockQuote, BulletList, Div, Note, Table…).
    """

    kind: str
    text: str
    offsets: Sequence[int] = field(repr=False)
    inlines: tuple[Inline, ...]
    start: int
    containers: tuple[Element, ...] = field(repr=False)
    element: Element = field(repr=False)
    rendered: Rendered = field(repr=False)

    def origin(self, position: int = 0) -> Origin:
        """Return the file, line and column at which text[position] was written."""
        if not self.offsets:
            return self.rendered.origin(self.start)
        return self.rendered.origin(self.offsets[min(position, len(self.offsets) - 1)])

    @property
    def within(self) -> tuple[str, ...]:
        """The kinds of the containers."""
        return tuple(container["t"] for container in self.containers)

    def masked(self, *kinds: str) -> str:
        """Return the text with inlines of these kinds replaced by U+FFFC, length unchanged."""
        return self._covered(dict.fromkeys(kinds, OPAQUE))

    def _covered(self, marks: Mapping[str, str]) -> str:
        """Return the text with each character of inlines of these kinds replaced by its mark."""
        text, at = self.text, 0
        parts: list[str] = []
        for inline in self.inlines:
            if inline.kind in marks and inline.end > at:
                start = max(inline.start, at)
                parts += [text[at:start], marks[inline.kind] * (inline.end - start)]
                at = inline.end
        return "".join([*parts, text[at:]]) if parts else text

    @cached_property
    def prose(self) -> str:
        """The text, of the same length, with what is no prose masked.

        Each character of code, formulas, citations and addresses (URL, e-mail, DOI) is CODE,
        MATH, CITE or ADDRESS; a note's mark stays OPAQUE; recorded numbers stay as they are read.
        """
        masked = self._covered(_MASKS)
        if ":/" in masked or "@" in masked or "www." in masked or "10." in masked:
            masked = _ADDRESS.sub(lambda found: ADDRESS * len(found[0]), masked)
        return masked

    @cached_property
    def edges(self) -> tuple[frozenset[int], frozenset[int]]:
        """The positions at which markup begins, and those at which it ends."""
        return (
            frozenset(inline.start for inline in self.inlines),
            frozenset(inline.end for inline in self.inlines),
        )

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return sentence_ends(self.text)

    def sentence(self, position: int) -> tuple[int, int]:
        """Return start and end of the sentence round text[position]."""
        return sentence_at(self._sentence_ends, position)

    @cached_property
    def seams(self) -> frozenset[int]:
        """Positions at which emphasis, a link, an image, a citation or a note begins or ends."""
        return frozenset(
            edge
            for inline in self.inlines
            if inline.kind in _MARKED_UP
            for edge in (inline.start, inline.end)
        )

    def is_typed(self, position: int) -> bool:
        """Tell whether text[position] was typed as it is, at this place of the author's file.

        What a template's expression gave, or an entity or escape stands for, was not.
        """
        offset = self.offsets[position]
        return (
            self.rendered.is_typed(offset)
            and self.rendered.text[offset : offset + 1] == self.text[position]
        )

    def is_escaped(self, position: int) -> bool:
        """Tell whether the author put a backslash before text[position], to have it printed."""
        offset = self.offsets[position]
        return offset > 0 and self.rendered.text[offset - 1] == "\\"

    def numbers(self) -> Iterator[Inline]:
        """Yield the recorded numbers that the block shows, in order."""
        return (inline for inline in self.inlines if inline.kind == "Number")

    def citations(self) -> tuple[str, ...]:
        """Return the citation keys of the block, in order."""
        return tuple(key for inline in self.inlines for key in inline.citations)


@dataclass(frozen=True)
class Hit:
    """Where a pattern matched in a document's prose: text[start:end] of a block."""

    block: Block
    start: int
    end: int
    match: re.Match[str]

    def place(self, group: str | int) -> tuple[int, int]:
        """Return where a group of the pattern stands in the block's text."""
        shift = self.start - self.match.start()
        return self.match.start(group) + shift, self.match.end(group) + shift


@dataclass(frozen=True)
class Prose:
    """The running text of a document (paragraphs, headings, notes, captions) as one string.

    A pattern run over it once is much faster than one run over each block. `starts[i]` is where
    the prose of `blocks[i]` begins; BETWEEN stands between two of them.
    """

    text: str = field(repr=False)
    starts: tuple[int, ...] = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)

    def place(self, offset: int) -> tuple[Block, int]:
        """Return the block that text[offset] belongs to, and the position in it."""
        index = max(0, bisect_right(self.starts, offset) - 1)
        return self.blocks[index], offset - self.starts[index]

    def finditer(self, pattern: re.Pattern[str]) -> Iterator[Hit]:
        """Yield where `pattern` matches, in the order of the text."""
        for match in pattern.finditer(self.text):
            block, start = self.place(match.start())
            yield Hit(block, start, start + len(match[0]), match)


@dataclass(frozen=True)
class Warned:
    """One message of pandoc's log: its type, as pandoc names it, and its fields."""

    type: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Comment:
    """An HTML comment of the author's: where it begins in the rendered Markdown, and its text."""

    offset: int
    text: str


@dataclass(frozen=True)
class Document:
    """One chapter as pandoc read it, with the Markdown it was given and what it warned of.

    The comments are no longer in the Markdown: blanks stand in their place.
    """

    tree: Tree = field(repr=False)
    rendered: Rendered = field(repr=False)
    warned: tuple[Warned, ...] = ()
    comments: tuple[Comment, ...] = ()

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Every leaf block in reading order, a note's blocks after the block that calls it."""
        return tuple(_located(list(_leaves(self.tree["blocks"], ())), self.rendered))

    @cached_property
    def paragraphs(self) -> tuple[Block, ...]:
        """The blocks of running text."""
        return tuple(block for block in self.blocks if block.kind in {"Para", "Plain"})

    @cached_property
    def prose(self) -> Prose:
        """The running text as one string: see Block.prose and Prose."""
        blocks = tuple(one for one in self.blocks if one.kind in {"Para", "Plain", "Header"})
        starts: list[int] = []
        offset = 0
        for block in blocks:
            starts.append(offset)
            offset += len(block.prose) + len(BETWEEN)
        return Prose(BETWEEN.join(block.prose for block in blocks), tuple(starts), blocks)

    def origin_of_character(self, character: str) -> Origin | None:
        """Return where a character first stands in the manuscript, or None if it does not."""
        offset = self.rendered.text.find(character)
        return None if offset < 0 else self.rendered.origin(offset)


def walk(node: Any, change: Callable[[Element], Any]) -> Any:
    """Return a copy of a pandoc tree in which `change` has been asked for every element.

    `change` gets an element whose children are already changed, and returns what takes its
    place: an element, or a list of elements to be spliced in.
    """
    if isinstance(node, list):
        out: list[Any] = []
        for item in node:
            new = walk(item, change)
            spliced = isinstance(item, dict) and "t" in item and isinstance(new, list)
            out.extend(new) if spliced else out.append(new)
        return out
    if isinstance(node, dict):
        copy = {key: walk(value, change) for key, value in node.items()}
        return change(copy) if "t" in copy else copy
    return node


MAX_DEPTH = 60


def check_depth(node: Any, depth: int = 0) -> None:
    """Raise RecursionError for a tree nested deeper than any manuscript is."""
    if depth > 4 * MAX_DEPTH:
        raise RecursionError
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, (dict, list)):
            check_depth(child, depth + 1)


def plain_text(node: Any) -> str:
    """Return the text of pandoc inlines without markup, citations as they were typed."""
    return _flatten(node if isinstance(node, list) else [node]).text


def unwrap_numbers(tree: Tree) -> Tree:
    """Return the tree without the spans of recorded numbers, their text in place."""
    return walk(tree, lambda e: e["c"][1] if number_id(e) is not None else e)  # type: ignore[no-any-return]


def number_id(element: Element) -> str | None:
    """Return the id of a recorded number's span, None for any other element."""
    if element["t"] != "Span" or "number" not in element["c"][0][1]:
        return None
    return dict(element["c"][0][2]).get("data-number")


# --- flattening


@dataclass
class _Flat:
    """Text under construction; behind each of `ends` Markdown may have attributes or a target."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    inlines: list[Inline] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


def _flatten(inlines: list[Element]) -> _Flat:
    flat = _Flat()
    for inline in inlines:
        _add(flat, inline)
    return flat


def _add(flat: _Flat, element: Element) -> None:
    start, kind = flat.length, element["t"]
    content: Any = element.get("c")
    match kind:
        case "Str":
            flat.add(content)
            return
        case "Space":
            flat.add(" ")
            return
        case "SoftBreak" | "LineBreak":
            flat.add("\n")
        case "Code" | "Math" | "RawInline":
            flat.add(content[1])
        case "Note":
            flat.ends.append(flat.length)
            flat.add(OPAQUE)
            flat.notes.append(element)
        case "Quoted" | "Cite":
            _add_all(flat, content[1])
        case "Span" | "Link" | "Image":
            _add_all(flat, content[1])
            flat.ends.append(flat.length)
        case _ if kind in _TEXT_CONTAINERS:
            _add_all(flat, content)
    number = number_id(element)
    if number is not None:
        kind = "Number"
    elif kind == "Link" and content[2][0].startswith("#"):
        kind = "Reference"
    flat.inlines.append(Inline(kind, start, flat.length, element, number or ""))


def _add_all(flat: _Flat, inlines: list[Element]) -> None:
    for inline in inlines:
        _add(flat, inline)


_Leaf = tuple[str, _Flat, tuple[Element, ...], Element]


def _leaves(blocks: list[Element], containers: tuple[Element, ...]) -> Iterator[_Leaf]:
    if not blocks and containers:
        yield "Empty", _Flat(), containers, containers[-1]
    for block in blocks:
        yield from _leaves_of(block, containers)


def _leaves_of(block: Element, containers: tuple[Element, ...]) -> Iterator[_Leaf]:
    kind = block["t"]
    content: Any = block.get("c")
    inner = (*containers, block)
    caption = (*inner, {"t": "Caption"})
    match kind:
        case "Para" | "Plain":
            yield from _leaf(kind, content, containers, block)
        case "Header":
            yield from _leaf(kind, content[2], containers, block)
        case "CodeBlock" | "RawBlock":
            flat = _Flat()
            flat.add(content[1])
            yield kind, flat, containers, block
        case "LineBlock":
            for line in content:
                yield from _leaf("Plain", line, inner, block)
        case "BlockQuote":
            yield from _leaves(content, inner)
        case "Div":
            yield from _leaves(content[1], inner)
        case "BulletList":
            for item in content:
                yield from _leaves(item, inner)
        case "OrderedList":
            for item in content[1]:
                yield from _leaves(item, inner)
        case "DefinitionList":
            for term, definitions in content:
                yield from _leaf("Plain", term, inner, block)
                for definition in definitions:
                    yield from _leaves(definition, inner)
        case "Figure":
            yield from _leaves(content[1][1], caption)
            yield from _leaves(content[2], inner)
        case "Table":
            yield from _leaves(content[1][1], caption)
            for cell in _cells(content):
                yield from _leaves(cell, inner)
        case _:
            yield kind, _Flat(), containers, block


def _leaf(
    kind: str, inlines: list[Element], containers: tuple[Element, ...], block: Element
) -> Iterator[_Leaf]:
    flat = _flatten(inlines)
    yield kind, flat, containers, block
    for note in flat.notes:
        yield from _leaves(note["c"], (*containers, note))


def _cells(table: list[Any]) -> Iterator[list[Element]]:
    _, _, _, head, bodies, foot = table
    rows = [*head[1], *(row for body in bodies for part in body[2:4] for row in part), *foot[1]]
    return (cell[4] for row in rows for cell in row[1])


# --- locating: from pandoc's blocks back to the rendered Markdown


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


def _located(leaves: list[_Leaf], rendered: Rendered) -> Iterator[Block]:
    letters = _Letters(rendered.text)
    tables = _Tables(leaves, letters)
    previous: str = ""
    offsets: Sequence[int] = ()
    for kind, flat, containers, element in leaves:
        text = flat.text
        in_note = any(container["t"] == "Note" for container in containers)
        tables.enter(containers)
        kept = letters.cursor, letters.passed
        # An image without alternative text has its caption for it: the same characters again.
        in_figure = bool(containers) and containers[-1]["t"] == "Figure"
        if not (in_figure and text == previous):
            offsets = _Placing(text, flat.ends, letters, in_note).offsets()
        previous = text
        start = offsets[0] if offsets else letters.next_line()
        if offsets or not tables.inside:
            letters.passed = max(letters.passed, offsets[-1] if offsets else start)
        if kind == "CodeBlock":
            letters.pass_fence()
        if in_note:
            letters.cursor, letters.passed = kept
        elif tables.inside:
            tables.placed(offsets, kept, containers[-1]["t"] == "Caption")
        inlines = tuple(sorted(flat.inlines, key=lambda one: (one.start, -one.end)))
        yield Block(kind, text, offsets, inlines, start, containers, element, rendered)


class _Tables:
    """Keeps the placing inside a table while its cells are placed, and finds the way out of it.

    The lines of a cell may stand between those of its neighbours, so that a cell that takes
    several lines tells only where the next one cannot begin: before its own first letter.
    """

    def __init__(self, leaves: Iterable[_Leaf], letters: _Letters) -> None:
        self.letters = letters
        self.inside = False
        self._letters_of: dict[int, int] = {}
        self._table: Element | None = None
        self._after = 0
        for _, flat, containers, _ in leaves:
            if table := _table_of(containers):
                count = len(_only_letters(flat.text))
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
    return next((container for container in containers if container["t"] == "Table"), None)


class _Placing:
    """Places one leaf's characters in the Markdown, stretch by stretch.

    A stretch ends where Markdown has attributes or a link target that the reader does not see.
    """

    def __init__(self, text: str, ends: list[int], letters: _Letters, in_note: bool) -> None:
        self.text = text
        self.letters = letters
        self.in_note = in_note
        self.stretches = [text[start:end] for start, end in pairwise([0, *ends, len(text)])]
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
