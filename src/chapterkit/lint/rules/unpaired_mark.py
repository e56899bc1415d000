"""A quotation mark, bracket or title mark has no other half, or the wrong one.

Why: a mark that is never closed changes who speaks and where a title ends, for the rest of the
paragraph. Quotations inside quotations take the other pair (“…‘…’…”, 「…『…』…」, GB/T 15834-2011,
4.8.3), titles inside titles 〈 〉 (4.15.3), and both halves are of one width.

Quiet: a quotation of several paragraphs, which opens each of them anew and closes the last one
only (4.8.3); apostrophes (don’t, ’90s); item marks 1）; intervals（0，1]; emoticons; English.

Bad:

    他说：“不行。

Bad:

    他说：“她说“不会”，就走了。”

Bad:

    监督微调（SFT)给出示范。

Good:

    他说：“她说‘不会’，就走了。”见《关于〈狂人日记〉》（初版）。

Good:

    他写道：“先是这一段。

    “再是这一段。”
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chapterkit.han import has_han, is_han
from chapterkit.lint.problem import Edit, Problem, join, problem_at, replacement
from chapterkit.lint.typography import MARKS, in_chinese, speaks_chinese
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import BETWEEN, Block, Document

GROUP = "language"
SEVERITY = "error"
NEEDS = frozenset[str]()

_PAIRS = ("“”", "‘’", "「」", "『』", "《》", "〈〉", "（）", "【】", "〔〕", "［］", "｛｝", "()")
_CLOSER = {pair[0]: pair[1] for pair in _PAIRS}
_OPENER = {pair[1]: pair[0] for pair in _PAIRS}
_WIDTHS = {"(": "（", ")": "）"}
# What a quotation inside a quotation, a title inside a title, is written in.
_INNER = {"“": "‘’", "「": "『』", "《": "〈〉"}
_ACROSS = "“‘「『"
_ALL = re.escape("".join(_PAIRS))
# A pair with nothing inside is passed over in one step.
_MARK = re.compile(rf"（[^{_ALL}\ufdd6]*）|《[^{_ALL}\ufdd6]*》|[{_ALL}\ufdd6]")
_LETTER = Late("[A-Za-z\u00c0-\u024f]")
_ITEM = Late(r"(?:^|[\s，。；：、,;:])(?:[A-Za-z]|\d{1,3}|[一二三四五六七八九十]{1,3})$")
_EMOTICON = Late(r"[:;：；=][-'o^]?$|[\^╯﹏▽ω°•`´]$")
_INTERVAL = Late(r"[（(]\s*[-−+]?[\w.∞]{1,8}\s*[,，]\s*[-−+]?[\w.∞]{1,8}\s*[\]］]")
_INTERVAL_END = Late(r"[\[［]\s*[-−+]?[\w.∞]{1,8}\s*[,，]\s*[-−+]?[\w.∞]{1,8}\s*$")
_BEGINS = re.compile(r"[\s—]*")
_SAID = Late(r"[，。！？…](?:[^，。！？；：“”]{1,8})(?:说|道|问|答|喊|叫|説|說|問)[。，：]?\s*$")
_WINDOW = 30


@dataclass(frozen=True)
class _Open:
    """A mark that waits for its other half: where it stands, and the same pairs found inside."""

    mark: str
    offset: int
    inside: list[tuple[int, int]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return _WIDTHS.get(self.mark, self.mark)


@dataclass
class _State:
    """One paragraph being read: what is open, all and by kind, and which kinds are reported."""

    opened: list[_Open] = field(default_factory=list)
    by_kind: dict[str, list[_Open]] = field(default_factory=dict)
    reported: set[str] = field(default_factory=set)

    def open(self, mark: _Open) -> None:
        self.opened.append(mark)
        self.by_kind.setdefault(mark.kind, []).append(mark)

    def waiting(self, kind: str) -> _Open | None:
        """Return what was opened last of a kind and is still open."""
        waiting = self.by_kind.get(kind)
        return waiting[-1] if waiting else None

    def close(self) -> _Open:
        """Take away what was opened last."""
        self.by_kind[self.opened[-1].kind].pop()
        return self.opened.pop()


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each mark without its other half, block by block."""
    if not in_chinese(document):
        return
    reader = _Reader(document)
    for found in _MARK.finditer(document.prose.text):
        yield from reader.read(found[0], found.start(), found.end())
    yield from reader.end_of_block(len(document.prose.text))


class _Reader:
    """Reads the marks of a document in order; a block's end closes all accounts."""

    def __init__(self, document: Document) -> None:
        self.prose = document.prose
        self.text = document.prose.text
        self.state = _State()

    def read(self, found: str, start: int, end: int) -> Iterator[Problem]:
        state = self.state
        if found == "\ufdd6":
            yield from self.end_of_block(start)
        elif len(found) > 1:
            self.remember(found[0], start, end - 1)
        elif found in _CLOSER:
            if not self.is_no_mark(found, start):
                state.open(_Open(found, start))
        elif not self.is_no_mark(found, start):
            yield from self.close(found, start)

    def is_no_mark(self, mark: str, offset: int) -> bool:
        """Tell whether a mark is an apostrophe, an item's bracket, a face or an interval's end."""
        before, after = self.text[offset - 1 : offset], self.text[offset + 1 : offset + 2]
        if mark == "’":
            waits = self.state.waiting("‘")
            between = _LETTER.match(before) and _LETTER.match(after)
            beside = _LETTER.match(before) or _LETTER.match(after) or after.isdigit()
            return bool(between or (beside and not waits))
        if mark == "‘":
            return after.isdigit() and self.text[offset + 2 : offset + 3].isdigit()
        if mark in "（(":
            return _INTERVAL.match(self.text, offset) is not None
        if mark in "）)" and not self.state.waiting("（"):
            near = self.text[max(0, offset - _WINDOW) : offset]
            return bool(_ITEM.search(near) or _EMOTICON.search(near) or _INTERVAL_END.search(near))
        return False

    def close(self, mark: str, offset: int) -> Iterator[Problem]:
        state = self.state
        opener = _OPENER[mark]
        kind = _WIDTHS.get(opener, opener)
        first = state.waiting(kind)
        if first is None:
            yield from self.unopened(mark, kind, offset)
            return
        while (left := state.close()) is not first:
            yield from self.unclosed(left)
        if first.mark != opener:
            yield from self.widths(first, mark, offset)
        else:
            for opening, closing in first.inside:
                yield from self.nested(opening, closing)
            self.remember(mark=opener, opening=first.offset, closing=offset)

    def remember(self, mark: str, opening: int, closing: int) -> None:
        """Note a pair inside another of the same marks, which is wrong if that one is closed."""
        outer = self.state.waiting(mark)
        if outer is not None:
            outer.inside.append((opening, closing))

    def end_of_block(self, end: int) -> Iterator[Problem]:
        opened = self.state.opened
        first = next(
            (at for at, one in enumerate(opened) if not self.goes_on(one, end)), len(opened)
        )
        # What the next block begins by closing was left open for a formula or code between them.
        following = self.text[end : end + len(BETWEEN) + 1].lstrip("\n\ufdd6")[:1]
        waits = len(opened) > first and following == _CLOSER[opened[-1].mark]
        for left in opened[first : len(opened) - waits]:
            yield from self.unclosed(left)
        self.state = _State()
        if waits:
            self.state.open(opened[-1])

    def goes_on(self, left: _Open, end: int) -> bool:
        """Tell whether the next block opens with the same mark, as a quotation that runs on does.

        One that ends in “he said” was over before.
        """
        begins = _BEGINS.match(self.text, min(end + 1, len(self.text)))
        following = self.text[begins.end() : begins.end() + 2] if begins else ""
        tail = self.text[max(left.offset, end - _WINDOW) : end]
        return left.mark in _ACROSS and left.mark in following and not _SAID.search(tail)

    # --- problems

    def unclosed(self, left: _Open) -> Iterator[Problem]:
        block, start = self.prose.place(left.offset)
        if left.kind in self.state.reported or not self.concerns(block, left.mark, left.offset):
            return
        self.state.reported.add(left.kind)
        closer = _CLOSER[left.mark]
        hint = f"补上 {closer}，或删去它"
        if left.mark in _ACROSS:
            hint += f"；一段引文连写几段时，每段开头都再写 {left.mark}，末段才写 {closer}"
        yield problem_at(block, start, start + 1, f"{left.mark} 没有配对的 {closer}", hint)

    def unopened(self, mark: str, kind: str, offset: int) -> Iterator[Problem]:
        block, start = self.prose.place(offset)
        if kind in self.state.reported or not self.concerns(block, mark, offset):
            return
        self.state.reported.add(kind)
        opener = _OPENER[mark]
        again = block.prose.find(mark, start + 1)
        edits: tuple[Edit, ...] = ()
        if mark in "”’" and again > 0 and opener not in block.prose:
            edits = replacement(block, start, start + 1, opener)
        hint = f"补上 {opener}，或删去它"
        message = f"{mark} 前面没有配对的 {opener}"
        yield problem_at(block, start, start + 1, message, hint, edits=edits)

    def widths(self, first: _Open, mark: str, offset: int) -> Iterator[Problem]:
        block, start = self.prose.place(first.offset)
        end = start + offset - first.offset
        place, new = (start, "（") if first.mark == "(" else (end, "）")
        yield problem_at(
            block,
            place,
            place + 1,
            f"括号一半全角、一半半角：{first.mark}…{mark}",
            "两半都用全角“（）”",
            edits=replacement(block, place, place + 1, new),
        )

    def nested(self, opening: int, closing: int) -> Iterator[Problem]:
        mark = self.text[opening]
        block, start = self.prose.place(opening)
        if mark not in _INNER:
            return
        end = start + closing - opening
        new = _INNER[mark]
        edits = join(
            replacement(block, start, start + 1, new[0]), replacement(block, end, end + 1, new[1])
        )
        message = f"{mark}{_CLOSER[mark]} 里面又用了 {mark}{_CLOSER[mark]}"
        yield problem_at(block, start, end + 1, message, f"里面一层用 {new}", edits=edits)

    def concerns(self, block: Block, mark: str, offset: int) -> bool:
        """Tell whether a mark without its half matters: Chinese, or a half-width one beside Han."""
        if not speaks_chinese(block.prose):
            return mark not in "“”‘’()" and has_han(block.prose)
        if mark not in "()":
            return True
        before, after = self.text[offset - 1 : offset], self.text[offset + 1 : offset + 2]
        return any(is_han(one) or (one and one in MARKS) for one in (before, after))
