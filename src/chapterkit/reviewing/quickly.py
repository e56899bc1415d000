"""What a change of plain paragraphs makes of a chapter's pieces, without going down the line.

Only paragraphs of one line and plain headings are converted, citations look as the same ones did
before, and nothing else changes. Where that is not clear, there is `partly`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from chapterkit.formats import ChapterPrinting, made_anew
from chapterkit.formats.shared.sheet import SHEET_ARGUMENTS, pieces_of, sheet_tree
from chapterkit.pandoc import reading, run_pandoc
from chapterkit.reviewing.partly import NOTHING, Before
from chapterkit.reviewing.rereading import BRACKETS, compared, line_of_blocks, uncounted
from chapterkit.text.citations import close_to_text
from chapterkit.text.document import Document
from chapterkit.text.gate import gated
from chapterkit.text.numbering import (
    Thing,
    identifiers_in,
    identifiers_of,
    with_references,
    without_links_elsewhere,
)
from chapterkit.text.origins import Rendered
from chapterkit.text.passes import spaced_references
from chapterkit.text.tree import (
    Element,
    Tree,
    check_depth,
    kind_of,
    outermost,
    tree_blocks,
    walk,
    with_blocks,
)

# A line that may be anything but a paragraph of its own, or that reaches beyond itself.
_NOT_PLAIN = re.compile(r"[\s>|:`~#+*=<\[!-]|\d+[.)、]|\w[.)]|.*(?:\^\[|\[\^|<!--|!\[|\{#|\$\$)")
# What belongs to what stands above it, over an empty line.
_LEANING = re.compile(r"[\s:]|[Tt]able:")
# A section's heading of plain text, that has a name of its own.
_HEADING = re.compile(r"(#{2,6}) ([^#{}\[\]*_`$^~\\<@&]+) \{#([\w.:-]+)\}")
_CITED = re.compile(r"@\{?([\w:.#$%&+?<>~/-]*\w)")
_MOST = 60


@dataclass(frozen=True)
class Known:
    """A chapter that went down the whole line: its Markdown as rendered, its pieces, by block.

    `pieces` has one for each of the `count` blocks of the document, then those of what citeproc and
    the writer put behind them. `blocks` are the places of its blocks, by the line that each begins
    in; `plain` those of them of which nothing else depends. `printing` has no text of its own, nor
    what parts are kept in, which holds the book; `things` are what can be referred to,
    `identifiers` what is there to be linked to; `before` is what else is known of it.
    """

    lines: tuple[str, ...]
    printing: ChapterPrinting
    pieces: tuple[str, ...] = field(repr=False)
    count: int
    blocks: Mapping[int, int] = field(repr=False)
    plain: frozenset[int] = field(repr=False)
    cited: Mapping[str, Element] = field(repr=False)
    things: Mapping[str, Thing] = field(repr=False)
    identifiers: frozenset[str] = field(repr=False)
    before: Before = field(repr=False)


def known(
    rendered: Rendered, printing: ChapterPrinting, pieces: Sequence[str], before: Before
) -> Known:
    """Return what is to be known of a chapter for the next small change."""
    lines = tuple(rendered.text.split("\n"))
    document = printing.document
    blocks = tree_blocks(document.tree)
    same = len(lines) == document.rendered.text.count("\n") + 1
    bare = Document(NOTHING, Rendered("", (), ()), counting=document.counting)
    named = document.counting.sections != "none" or BRACKETS.search(rendered.text)
    kinds = {"Para"} if named else {"Para", "Header"}  # the text of a heading stands nowhere else
    return Known(
        lines=lines,
        printing=replace(printing, tree=NOTHING, document=bare, cards={}, kept=made_anew),
        pieces=tuple(pieces),
        count=len(blocks),
        blocks=line_of_blocks(document) if same else {},
        plain=frozenset(at for at, one in enumerate(blocks) if kind_of(one) in kinds),
        cited=_cited(document.tree, printing.tree),
        things={**document.elsewhere, **identifiers_of(document.things)},
        identifiers=frozenset(identifiers_in(printing.tree)),
        before=before,
    )


def _cited(before: Tree, after: Tree) -> dict[str, Element]:
    """Return citations as they were printed, by what was typed."""
    typed = list(outermost(tree_blocks(before), {"Cite"}))
    printed = list(outermost(tree_blocks(after), {"Cite"}))
    if len(typed) != len(printed):
        return {}
    return {_key(one): other for one, other in zip(typed, printed, strict=True)}


def _key(cite: Element) -> str:
    return json.dumps([uncounted(one) for one in cite["c"][0]], sort_keys=True)


@dataclass(frozen=True)
class Quick:
    """The pieces of a changed chapter, and the line of its Markdown in which each begins.

    `headings` are the plain ones, by their names: the place of each piece, and its text.
    """

    pieces: tuple[str, ...]
    lines: tuple[int, ...]
    headings: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def changed(old: Known, new: Rendered) -> Quick | None:
    """Return the pieces of a chapter whose Markdown is new; None if that takes the whole line."""
    lines = new.text.split("\n")
    steps = list(_steps(old, lines))
    if None in steps or not old.blocks or _named(old.lines) != _named(lines):
        return None
    if _cited_first(old.lines) != _cited_first(lines):
        return None
    fresh = [line for step in steps if step and step[0] == "new" for line in [step[1]]]
    if len(fresh) > _MOST:
        return None
    made = iter(_converted(old, [lines[one] for one in fresh]) if fresh else ())
    pieces: list[str] = []
    begins: list[int] = []
    headings: dict[str, tuple[int, str]] = {}
    for step in steps:
        assert step
        kind, line, place = step
        if kind == "old":
            pieces.append(old.pieces[place])
        elif (piece := next(made, None)) is None:
            return None
        else:
            pieces.append(piece)
        if heading := _HEADING.fullmatch(lines[line]):
            headings[heading[3]] = len(pieces) - 1, heading[2]
        begins.append(line)
    return Quick((*pieces, *filter(None, old.pieces[old.count :])), tuple(begins), headings)


def _named(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Return the plain headings by level and name, in the order of the text."""
    found = map(_HEADING.fullmatch, (line for line in lines if line.startswith("##")))
    return [(one[1], one[3]) for one in found if one]


def _cited_first(lines: Iterable[str]) -> list[str]:
    """Return what is cited in the order of the text, each once: its numbers depend on that."""
    found = (key for line in lines if "@" in line for key in _CITED.findall(line))
    return list(dict.fromkeys(found))


Step = tuple[str, int, int]


def _steps(old: Known, lines: Sequence[str]) -> Iterator[Step | None]:
    """Yield, in order, which blocks stay and which lines are new; None if that is not clear."""
    for kind, a, b, c, d in compared(old.lines, lines):
        if kind == "equal":
            for line in range(a, b):
                if line in old.blocks:
                    yield "old", line - a + c, old.blocks[line]
            continue
        yield from (None for line in range(a, b) if not _replaceable(old, line))
        for line in range(c, d):
            if lines[line].strip():
                yield ("new", line, 0) if _stands_alone(lines, line) else None


def _replaceable(old: Known, line: int) -> bool:
    """Tell whether an old line is empty, or a paragraph as a whole."""
    if not old.lines[line].strip():
        return True
    return old.blocks.get(line) in old.plain and _stands_alone(old.lines, line)


def _stands_alone(lines: Sequence[str], line: int) -> bool:
    around = [lines[one] for one in (line - 1, line + 1) if 0 <= one < len(lines)]
    odd = _NOT_PLAIN.match(lines[line]) or BRACKETS.search(lines[line])
    plain = not odd or _HEADING.fullmatch(lines[line]) is not None
    below = next((one for one in islice(lines, line + 1, None) if one.strip()), "")
    return plain and not any(one.strip() for one in around) and not _LEANING.match(below)


def _converted(old: Known, paragraphs: Sequence[str]) -> list[str]:
    """Return the pieces of paragraphs; none if they are not as many as they should be."""
    markdown = Rendered("\n\n".join(paragraphs) + "\n", (), ())
    with reading(markdown.text) as result:
        tree, _ = result()
    check_depth(tree)
    blocks = tree_blocks(tree)
    cites = map(_key, outermost(blocks, {"Cite"}))
    if len(blocks) != len(paragraphs) or not all(one in old.cited for one in cites):
        return []
    document = old.printing.document
    tree, _ = with_references(tree, markdown, old.things, document.counting)
    tree = gated(tree)
    cited = walk(tree_blocks(tree), lambda one: _as_before(one, old.cited), {"Cite"})
    tree = with_blocks(tree, close_to_text(cited))
    config = old.printing.config
    if config.locale.chinese and config.style.space == "space":
        tree = spaced_references(tree)
    tree = without_links_elsewhere(tree, old.identifiers)
    small = replace(old.printing, tree=tree, document=replace(document, tree=tree))
    given = json.dumps(sheet_tree(small)).encode()
    written = run_pandoc(["-f", "json", "--sandbox", *SHEET_ARGUMENTS], given)
    return [piece for piece in pieces_of(written, small) if piece]


def _as_before(element: Element, cited: Mapping[str, Element]) -> Element:
    return cited.get(_key(element), element)
