"""How long the parts of a chapter are, as a Chinese editor counts; experiments and theory: pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from chapterkit.han import COMMON_HAN
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document
from chapterkit.text.placed import exhibit_of
from chapterkit.text.tree import inlines_of, title_text

# Characters that count one by one, as an editor counts: Han, 々 and 〇, kana; not the hexagrams.
_EACH = Late(
    "[\u3005\u3007\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
# Letters and digits of alphabets; a word or number may hold marks between them.
_LETTERS = (
    "[0-9A-Za-z_\u00b2\u00b3\u00b5\u00b9\u00c0-\u00d6\u00d8-\u1fff\u2070-\u209c\uff10-\uff5a]+"
)
_WORD = Late(rf"{_LETTERS}(?:(?:[.'’·/&@:?=#%+~−–-]{{1,3}}|(?<=\d),(?=\d)){_LETTERS})*")
_UNCOUNTED = frozenset({"Cite", "Math", "Note"})
# Where a text stands that is no paragraph of its own.
_BESIDE = frozenset({"Note", "Table", "Figure", "LineBlock"})

_DIGITS = r"\d{1,3}(?:[.\-–—]\d{1,3}){0,2}"
_EXPERIMENT = Late(
    r"(?:[\d.]{1,8}\s+)?[【\[（(]?(?:实验|實驗|[Ee]xperiment\s)\s*(?:"
    rf"(?P<apart>{_DIGITS}|[一二三四五六七八九十]{{1,3}})(?!\w|[.\-–—]\s*\d)"
    r"(?!\s*(?:[、～~]|至|到|与|與|和|及|的|中|里|裡|and\b|to\b))"
    rf"|(?P<glued>{_DIGITS})(?=[{COMMON_HAN}])(?![至到与與和及的中里裡]))"
)
_CHAPTER = re.compile(r"第\s*\w{1,4}\s*章|\d+(?:\s|$)|Chapter\b")

Kind = Literal["experiment", "theory", "opening"]


@dataclass(frozen=True)
class Section:
    """A part of a chapter: its heading, if it has one, and everything below it.

    `kind` is experiment, theory, or opening: what stands below the chapter's own title, before
    the first section. `number` is the experiment's (7.4), if its heading shows one.
    """

    kind: Kind
    heading: Block | None
    number: str
    blocks: tuple[Block, ...]

    @property
    def slug(self) -> str:
        """The heading's identifier; of an experiment in a book, its record's slug."""
        return self.heading.identifier if self.heading else ""

    @cached_property
    def title(self) -> str:
        """The heading's text, notes and citations left out."""
        return title_text(inlines_of(self.heading.element)) if self.heading else ""

    @cached_property
    def text(self) -> tuple[Block, ...]:
        """Its running text: paragraphs, list items, table cells, captions; no notes."""
        return tuple(
            block
            for block in self.blocks
            if block.kind in {"Para", "Plain"} and "Note" not in block.within
        )

    @property
    def paragraphs(self) -> tuple[Block, ...]:
        """Its paragraphs: what stands in tables and captions, or is a mere formula, is none."""
        return tuple(
            block
            for block in self.text
            if _BESIDE.isdisjoint(block.within) and _has_words(block) and not exhibit_of(block)
        )

    @property
    def characters(self) -> int:
        """Han characters, Latin words and numbers of the running text, citations left out."""
        return sum(count_characters(block) for block in self.text if not exhibit_of(block))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The recorded numbers that the section shows, each once, in order."""
        ids = (inline.number for block in self.text for inline in block.numbers())
        return tuple(dict.fromkeys(ids))


def count_characters(block: Block) -> int:
    """Count a block as an editor does: each Han character, each Latin word, each number as one."""
    counted = all(inline.kind not in _UNCOUNTED for inline in block.inlines)
    return count(block.text if counted else block.masked(*_UNCOUNTED))


def _has_words(block: Block) -> bool:
    return any(one.search(block.masked(*_UNCOUNTED)) for one in (_EACH, _WORD))


def count(text: str) -> int:
    """Count Han characters, Latin words and numbers.

    >>> count("GPT-4 在 1,319 道题上答对 92.5%")
    9
    """
    return sum(map(len, _EACH.findall(text))) + len(_WORD.findall(text))


def experiment_number(title: str) -> str:
    """Return the number of an experiment's heading; an empty text for any other heading.

    >>> experiment_number("实验 7.4 算 24 点"), experiment_number("实验 7.4 的结果")
    ('7.4', '')
    """
    if not any(word in title for word in ("实验", "實驗", "xperiment")):
        return ""
    found = _EXPERIMENT.match(title)
    return (found["apart"] or found["glued"]) if found else ""


def sections(document: Document, experiments: Collection[str] = ()) -> Iterator[Section]:
    """Yield the sections of a chapter in order; those of theory without any text are left out.

    An experiment is a heading, of whatever level, whose identifier is in `experiments` or which
    begins with 实验 and a number; it takes in its own subsections. Theory is divided by headings
    down to the level of the experiments; where there are none, by those of level 2.
    """
    headings = [block for block in document.blocks if _divides(block)]
    found = {id(one): number for one in headings if (number := _number(one, experiments))}
    depth = _depth(headings, found)
    openings = set(_openings(headings, depth))
    current = Section("opening", None, "", ())
    level, blocks = 0, list[Block]()
    for block in document.blocks:
        number = found.get(id(block), "")
        if not _divides(block) or not _begins(block, current, level, depth, number):
            blocks.append(block)
            continue
        # A heading 实验 1 above 实验 1.1 is no experiment of its own.
        if blocks or not number or block.level <= level:
            yield from _finished(current, blocks)
        kind: Kind = "experiment" if number else "opening" if id(block) in openings else "theory"
        current = Section(kind, block, number.strip(), ())
        level, blocks = block.level, []
    yield from _finished(current, blocks)


def _finished(current: Section, blocks: list[Block]) -> Iterator[Section]:
    done = Section(current.kind, current.heading, current.number, tuple(blocks))
    if done.kind == "experiment" or done.text:
        yield done


def _divides(block: Block) -> bool:
    return block.kind == "Header" and all(kind == "Div" for kind in block.within)


def _number(heading: Block, experiments: Collection[str]) -> str:
    """Return what makes a heading an experiment: its number, or a blank for a record's slug."""
    return experiment_number(heading.text) or (" " if heading.identifier in experiments else "")


def _depth(headings: list[Block], experiments: dict[int, str]) -> int:
    """Return down to which level headings divide a chapter into sections."""
    if experiments:
        return max(one.level for one in headings if id(one) in experiments)
    levels = [one.level for one in headings]
    several = [level for level in (2, 1, 3, 4, 5, 6) if levels.count(level) > 1]
    return several[0] if several else max(levels, default=1)


def _openings(headings: list[Block], depth: int) -> Iterator[int]:
    """Yield the ids of the headings that are a chapter's title, above those that divide it."""
    top = min((one.level for one in headings), default=depth)
    tops = [one for one in headings if one.level == top < depth]
    for heading in tops:
        if len(tops) == 1 or _CHAPTER.match(heading.text):
            yield id(heading)


def _begins(block: Block, current: Section, level: int, depth: int, number: str) -> bool:
    """Tell whether a heading begins a section, rather than stands within the current one.

    `number` is that of the experiment that it heads, if it does.
    """
    if number:
        own = number.strip()
        return not own or own != current.number or block.level <= level
    return block.level <= (level if current.kind == "experiment" else depth)
