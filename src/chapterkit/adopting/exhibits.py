"""Figures and tables: identifiers, captions without typed numbers, references to them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chapterkit.adopting.changes import Change, Kind, Left
from chapterkit.adopting.library import in_plain_letters
from chapterkit.adopting.manuscript import Manuscript
from chapterkit.lint.rules import typed_reference
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block
from chapterkit.text.numbering import identifiers_in
from chapterkit.text.tree import Element, attributes_of, caption_of, kind_of

_NUMBER = r"(?:[A-Z][.\-–—])?\d{1,3}(?:\s?[.\-–—]\s?\d{1,3}){0,3}|[一二三四五六七八九十]{1,4}"
_WORDS = {"figure": r"插?[图圖]|Figure|Fig\.?", "table": r"附?表格?|Table|Tab\."}
_CAPTION = {
    kind: re.compile(
        rf"[\s*_]*(?:<center>|<p[^>]*>)?[\s*_]*(?P<label>(?:{words})\s?(?P<number>{_NUMBER}))"
        r"[\s*_]*(?:[\s\u3000：:.、．|—]+|(?<=[*_]))[\s*_]*(?P<title>[^\s*_].*?)[\s*_]*"
        r"(?:</center>|</p>)?[\s*_]*",
        re.IGNORECASE,
    )
    for kind, words in _WORDS.items()
}
_PICTURE = re.compile(
    r"(?P<head>[ ]{0,3}!\[)(?P<alt>"
    r"(?:[^\[\]\n\\]|\\.|\[[^\[\]\n]*\]){0,2000})(?P<target>\]\((?:[^()\n]|\([^()\n]*\))"
    r"{1,1000}\))(?P<attributes>\{[^{}\n]*\})?[ \t\\]*"
)
_NONDESCRIPT = re.compile(
    r"(?:image|img|pic|picture|figure|fig|table|screenshot|untitled|unknown|photo|media|截图|图"
    r"|p)?[\W_\d]*"
    r"|[0-9a-f]{8,}|[0-9a-f-]{20,}|(?:wps|clip|tmp)\w*",
    re.IGNORECASE,
)
_LONGEST_CAPTION = 300
_PREFIX = {"figure": "fig", "table": "tbl"}


@dataclass(frozen=True)
class Placed:
    """A figure or table that was given an identifier, and the number that was typed for it."""

    kind: Kind
    identifier: str
    number: str


class Exhibits:
    """The figures and tables of a manuscript; what is done about each is found one by one."""

    def __init__(self, manuscript: Manuscript) -> None:
        self.manuscript = manuscript
        self.taken = identifiers_in(manuscript.document.tree)
        self.placed: list[Placed] = []
        self.blocks = [
            one for one in manuscript.blocks() if one.kind != "Header" and "Note" not in one.within
        ]

    def found(self) -> Iterator[Change | Left]:
        """Yield what is done about each figure and table."""
        used: set[int] = set()
        yield from self._figures(used)
        yield from self._tables(used)

    # figures

    def _figures(self, used: set[int]) -> Iterator[Change | Left]:
        text, at = self.manuscript.text, 0
        hidden = _code_spans(self.manuscript)
        for found in re.finditer(rf"^{_PICTURE.pattern}$", text, re.MULTILINE):
            if found.start() < at or any(start <= found.start() < end for start, end in hidden):
                continue
            if re.search(r"#[\w:.-]+", found["attributes"] or ""):
                continue
            yield from self._figure(found, used)
            at = found.end()

    def _figure(self, found: re.Match[str], used: set[int]) -> Iterator[Change | Left]:
        caption, own = (
            self._caption_near(found, "figure"),
            _CAPTION["figure"].fullmatch(found["alt"]),
        )
        alt = found["alt"].strip()
        number, title, below = "", "", None
        if caption:
            below, number, title = caption
        elif own:
            number, title = own["number"], own["title"]
        elif len(alt) > 1 and not _NONDESCRIPT.fullmatch(alt):
            title = alt
        if not title:
            why = "图没有题注，不知道叫什么"
            hint = "写成 ![题注](图.png){#fig:名字}"
            yield Left(found.start(), found[0].strip(), "figure", why, hint)
            return
        identifier = self._name("figure", found["target"][2:-1].split()[0].strip("<>"), title)
        self.placed.append(Placed("figure", identifier, _plain_number(number)))
        kept = (found["attributes"] or "{}").strip("{}").strip()
        wanted = [f"#{identifier}", kept]
        if below and alt and not _NONDESCRIPT.fullmatch(alt) and alt != title and '"' not in alt:
            wanted.append(f'alt="{alt}"')
        new = (
            f"{found['head']}{_closed(title)}{found['target']}{{{' '.join(filter(None, wanted))}}}"
        )
        note = f"题注原来的编号 {number} 不再写，由工具来数" if number else ""
        yield Change(found.start(), found[0], new, "figure", True, note, identifier)
        if below:
            used.add(below.start)
            yield self._without(below, identifier)

    def _without(self, caption: _Line, identifier: str) -> Change:
        """Return the change that takes away a line whose text is now a figure's caption."""
        text = self.manuscript.text
        end = caption.end
        # The blank line that parted it from the figure goes with it.
        start = caption.start
        while start > 0 and text[start - 1] in "\n ":
            start -= 1
        return Change(start, text[start:end], "", "figure", True, "成了图的题注", identifier)

    def _caption_near(self, found: re.Match[str], kind: Kind) -> tuple[_Line, str, str] | None:
        line = _line_after(self.manuscript.text, found.end())
        if line is None or line.end - line.start > _LONGEST_CAPTION:
            return None
        caption = _CAPTION[kind].fullmatch(self.manuscript.text[line.start : line.end])
        if caption is None or _is_sentence(caption["title"]):
            return None
        return line, caption["number"], caption["title"]

    # tables

    def _tables(self, used: set[int]) -> Iterator[Change | Left]:
        seen: set[int] = set()
        blocks = self.manuscript.document.blocks
        for index, block in enumerate(blocks):
            table = next((one for one in block.containers if kind_of(one) == "Table"), None)
            if table is None or id(table) in seen:
                continue
            seen.add(id(table))
            if attributes_of(table).identifier or "Note" in block.within:
                continue
            yield from self._table(table, index, used)

    def _table(self, table: Element, index: int, used: set[int]) -> Iterator[Change | Left]:
        blocks = self.manuscript.document.blocks
        inside = [
            at for at, one in enumerate(blocks) if any(two is table for two in one.containers)
        ]
        start = self.manuscript.offset(blocks[index].origin(0))
        if start < 0:
            return
        if caption_of(table):
            yield from self._captioned(blocks[inside[0]], blocks)
            return
        for near, word in ((inside[0] - 1, "Table: "), (inside[-1] + 1, ": ")):
            if not 0 <= near < len(blocks) or blocks[near].start in used:
                continue
            if change := self._table_caption(blocks[near], word):
                used.add(blocks[near].start)
                yield change
                return
        excerpt = self.manuscript.text[start : self.manuscript.line_end(start)]
        hint = "表下空一行，写 : 题注 {#tbl:名字}"
        yield Left(start, excerpt, "table", "表没有题注，不知道叫什么", hint)

    def _captioned(self, caption: Block, blocks: Sequence[Block]) -> Iterator[Change | Left]:
        """Give an identifier to a table that has a caption of Markdown's own."""
        span = self.manuscript.span(caption, 0, len(caption.text)) if caption.text else None
        if span is None or caption.within[-1:] != ("Caption",):
            return
        text = self.manuscript.typed(span)
        found = _CAPTION["table"].fullmatch(text)
        title, number = (found["title"], found["number"]) if found else (text, "")
        identifier = self._name("table", "", title)
        self.placed.append(Placed("table", identifier, _plain_number(number)))
        new = f"{title} {{#{identifier}}}"
        yield Change(span.start, text, new, "table", True, "", identifier)

    def _table_caption(self, block: Block, word: str) -> Change | None:
        if block.kind != "Para" or block.containers or not block.text:
            return None
        start = self.manuscript.offset(block.origin(0))
        if start < 0:
            return None
        start, end = self.manuscript.line_start(start), self.manuscript.line_end(start)
        line = self.manuscript.text[start:end]
        found = _CAPTION["table"].fullmatch(line)
        last = self.manuscript.offset(block.origin(len(block.text) - 1))
        if not found or len(line) > _LONGEST_CAPTION or last >= end or _is_sentence(found["title"]):
            return None
        identifier = self._name("table", "", found["title"])
        self.placed.append(Placed("table", identifier, _plain_number(found["number"])))
        new = f"{word}{found['title']} {{#{identifier}}}"
        note = f"题注原来的编号 {found['number']} 不再写，由工具来数"
        return Change(start, line, new, "table", True, note, identifier)

    # names

    def _name(self, kind: Kind, address: str, title: str) -> str:
        """Return an identifier: after the picture's file, if its name says anything, or th"
        "e title."""
        stem = re.sub(r"\.\w{1,5}$", "", re.split(r"[/\\]", address)[-1])
        plain = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
        if not plain or _NONDESCRIPT.fullmatch(stem) or not stem.isascii():
            plain = in_plain_letters(title, 4) or "1"
        base = f"{_PREFIX[kind]}:{plain[:40].strip('-')}"
        name, count = base, 2
        while name in self.taken:
            name, count = f"{base}-{count}", count + 1
        self.taken = {*self.taken, name}
        return name


@dataclass(frozen=True)
class _Line:
    start: int
    end: int


def _line_after(text: str, end: int) -> _Line | None:
    """Return the next line that is not blank, within two lines; None if there is none."""
    found = re.compile(r"[ \t]*\n(?:[ \t]*\n){0,2}(?P<line>[^\n]*\S[^\n]*)").match(text, end)
    if not found:
        return None
    begun = found.start("line")
    stripped = found["line"].rstrip()
    return _Line(begun, begun + len(stripped))


def _is_sentence(title: str) -> bool:
    """Tell whether what follows a number goes on as a sentence: 图 1 所示…, 图 2 中的….

    >>> [_is_sentence(one) for one in ("系统结构", "所示为系统结构", "展示了结构。左边是编码器。")]
    [False, True, True]
    """
    return bool(
        re.match(
            r"(?:所示|中的?|显示|展示|给出|说明|表明|列出|可见|是|为|里|和|与|shows?\b|lists?\b|gives?\b)",
            title,
        )
        or re.search(r"[。！？].*[。！？]$", title)
    )


def _closed(title: str) -> str:
    """Return a caption that can stand in brackets."""
    if title.count("[") == title.count("]"):
        return title
    return re.sub(r"(?<!\\)([\[\]])", r"\\\1", title)


def _code_spans(manuscript: Manuscript) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for block in manuscript.document.blocks:
        if block.kind == "CodeBlock" and block.offsets:
            first, last = (
                manuscript.offset(block.origin(0)),
                manuscript.offset(block.origin(len(block.text))),
            )
            if 0 <= first <= last:
                found.append((manuscript.line_start(first), manuscript.line_end(last)))
    for comment in manuscript.document.comments:
        start = manuscript.offset(manuscript.document.rendered.origin(comment.offset))
        found.append((start, start + len(comment.text) + 7))
    return found


def _plain_number(number: str) -> str:
    return re.sub(r"\s?[\-–—.]\s?", ".", number)


_POINTER = re.compile(
    rf"(?P<word>{'|'.join(_WORDS.values())})\s?(?P<number>{_NUMBER})(?P<part>[a-h](?![A-Za-z]))?",
    re.IGNORECASE,
)


def pointers(
    manuscript: Manuscript, book: Book, placed: Sequence[Placed]
) -> Iterator[Change | Left]:
    """Yield links in place of typed references to figures and tables that bear those numbers."""
    by_number: dict[tuple[str, str], list[str]] = {}
    for one in placed:
        if one.number:
            by_number.setdefault((one.kind, one.number), []).append(one.identifier)
    for problem in typed_reference.check(manuscript.document, book, None):
        start = manuscript.offset(problem.origin)
        end = manuscript.offset(problem.end) if problem.end else -1
        typed = manuscript.text[start:end] if 0 <= start < end else ""
        found = _POINTER.fullmatch(typed)
        if not found:
            continue
        kind: Kind = "table" if re.match("附?表|tab", typed, re.IGNORECASE) else "figure"
        known = by_number.get((kind, _plain_number(found["number"])), [])
        if len(known) == 1 and not found["part"]:
            yield Change(start, typed, f"[](#{known[0]})", "pointer", True, "", known[0])
            continue
        why = "同一个编号有几处" if known else "没有找到这个编号的图或表"
        if found["part"]:
            why = "指的是图的一部分"
        yield Left(start, typed, "pointer", why, "写成 [](#fig:名字) 或 [](#tbl:名字)")
