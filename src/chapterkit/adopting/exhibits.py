"""Figures and tables: identifiers, captions without typed numbers, references to them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chapterkit.adopting.changes import Change, Kind, Left, apart, applied
from chapterkit.adopting.library import in_plain_letters
from chapterkit.adopting.manuscript import Manuscript
from chapterkit.lint.rules import typed_reference
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block
from chapterkit.text.numbering import identifiers_in
from chapterkit.text.tree import Element, attributes_of, caption_of, kind_of

_NUMBER = r"(?:[A-Z][.\-–—])?\d{1,3}(?:\s?[.\-–—]\s?\d{1,3}){0,3}|[一二三四五六七八九十]{1,4}"
_WORDS: Mapping[Kind, str] = {
    "figure": r"插?[图圖]|Figure|Fig\.?",
    "table": r"附?表格?|Table|Tab\.",
}
_CAPTION: Mapping[Kind, re.Pattern[str]] = {
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
_PREFIX: Mapping[Kind, str] = {"figure": "fig", "table": "tbl"}


@dataclass(frozen=True)
class Placed:
    """A figure or table that was given an identifier, and the number that was typed for it."""

    kind: Kind
    identifier: str
    number: str


class Exhibits:
    """The figures and tables of a manuscript; what is done about each is found one by one."""

    def __init__(self, manuscript: Manuscript, changes: Sequence[Change]) -> None:
        self.manuscript = manuscript
        self.cited = [one for one in changes if one.kind == "citation"]
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
        yield from self._strays(used)

    def _strays(self, used: set[int]) -> Iterator[Left]:
        """Yield the captions that belong to nothing."""
        for block in self.blocks:
            for kind in _WORDS:
                caption = self._own_line(block, kind)
                if caption and caption.start not in used and not _POINTS.search(block.text):
                    why, hint = "像是题注，不知道是谁的", "挪到图或表的下面，空一行"
                    yield Left(caption.start, block.text, kind, why, hint)

    # figures

    def _figures(self, used: set[int]) -> Iterator[Change | Left]:
        text, at = self.manuscript.text, 0
        hidden = _code_spans(self.manuscript)
        for found in re.finditer(rf"^{_PICTURE.pattern}$", text, re.MULTILINE):
            if found.start() < at or any(start <= found.start() < end for start, end in hidden):
                continue
            if re.search(r"#[\w:.-]+", found["attributes"] or ""):
                continue
            if not self._is_alone(found):
                why, hint = "图没有单独成段", "图前空一行，题注写在方括号里"
                yield Left(found.start(), found[0], "figure", why, hint)
                continue
            yield from self._figure(found, used)
            at = found.end()

    def _is_alone(self, found: re.Match[str]) -> bool:
        """Tell whether a picture begins a paragraph."""
        start = found.start()
        return (
            not start
            or not self.manuscript.text[self.manuscript.line_start(start - 1) : start].strip()
        )

    def _figure(self, found: re.Match[str], used: set[int]) -> Iterator[Change | Left]:
        caption = self._caption_below(found)
        own = _CAPTION["figure"].fullmatch(found["alt"])
        alt = found["alt"].strip()
        is_said = len(alt) > 1 and not _NONDESCRIPT.fullmatch(alt)
        number, title = "", ""
        if caption and own and own["number"] != caption.number:
            caption = None  # it is another picture's
        if caption:
            number, title = caption.number, self._told(caption.title_start, caption.title_end)
        elif own:
            begun = found.start("alt")
            number = own["number"]
            title = self._told(begun + own.start("title"), begun + own.end("title"))
        elif is_said:
            title = self._told(*found.span("alt")).strip()
        if not title:
            hint = "写成 ![题注](图.png){#fig:名字}"
            yield Left(found.start(), found[0].strip(), "figure", "图没有题注，不知道叫什么", hint)
            return
        address = found["target"][2:-1].split()[:1]
        identifier = self._name("figure", "".join(address).strip("<>"), title)
        self.placed.append(Placed("figure", identifier, _plain_number(number)))
        wanted = [f"#{identifier}", (found["attributes"] or "{}").strip("{}").strip()]
        if caption and is_said and alt != title and '"' not in alt:
            wanted.append(f'alt="{alt}"')
        attributes = " ".join(filter(None, wanted))
        new = f"{found['head']}{_closed(title)}{found['target']}{{{attributes}}}"
        note = _UNNUMBERED.format(number) if number else ""
        yield Change(found.start(), found[0], new, "figure", True, note, identifier)
        if caption:
            used.add(caption.start)
            # The blank line that parted it from the figure goes with it.
            start = found.end()
            old = self.manuscript.text[start : caption.end]
            yield Change(start, old, "", "figure", True, "成了图的题注", identifier)

    def _told(self, start: int, end: int) -> str:
        """Return what is typed in a stretch, with its citations as they will be."""
        inner = [one for one in self.cited if start <= one.start and one.end <= end]
        moved = [replace(one, start=one.start - start) for one in inner]
        return applied(self.manuscript.text[start:end], apart(moved))

    def _caption_below(self, found: re.Match[str]) -> _Caption | None:
        """Return the caption that stands in a paragraph, or line, of its own below a picture."""
        text = self.manuscript.text
        below = _BELOW.match(text, found.end())
        return self._caption("figure", below.start("line"), below.end("line")) if below else None

    def _caption(self, kind: Kind, start: int, end: int) -> _Caption | None:
        """Return the caption that a line is, None if it is something else."""
        line = self.manuscript.text[start:end].rstrip()
        found = _CAPTION[kind].fullmatch(line) if len(line) <= _LONGEST_CAPTION else None
        if found is None or _is_sentence(found["title"]):
            return None
        begun, ended = start + found.start("title"), start + found.end("title")
        return _Caption(start, start + len(line), found["number"], begun, ended)

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

    def _table(self, table: Element, first: int, used: set[int]) -> Iterator[Change | Left]:
        blocks = self.manuscript.document.blocks
        start = self.manuscript.offset(blocks[first].origin(0))
        if start < 0:
            return
        if caption_of(table):
            yield from self._captioned(blocks[first])
            return
        last = first
        while last + 1 < len(blocks) and any(one is table for one in blocks[last + 1].containers):
            last += 1
        for near, word in ((first - 1, "Table: "), (last + 1, ": ")):
            if (
                not 0 <= near < len(blocks)
                or (caption := self._own_line(blocks[near], "table")) is None
            ):
                continue
            if caption.start not in used:
                used.add(caption.start)
                yield from self._given(caption, word)
                return
        excerpt = self.manuscript.text[start : self.manuscript.line_end(start)]
        hint = "表下空一行，写 : 题注 {#tbl:名字}"
        yield Left(start, excerpt, "table", "表没有题注，不知道叫什么", hint)

    def _captioned(self, caption: Block) -> Iterator[Change | Left]:
        """Give an identifier to a table that has a caption of Markdown's own."""
        if caption.within[-1:] != ("Caption",) or not caption.text:
            return
        begun = self.manuscript.offset(caption.origin(0))
        end = self.manuscript.line_end(
            self.manuscript.offset(caption.origin(len(caption.text) - 1))
        )
        typed = _CAPTION["table"].fullmatch(self.manuscript.text[begun:end])
        number = typed["number"] if typed else ""
        identifier = self._name("table", "", typed["title"] if typed else caption.text)
        self.placed.append(Placed("table", identifier, _plain_number(number)))
        if typed:
            old = self.manuscript.text[begun : begun + typed.start("title")]
            note = _UNNUMBERED.format(number)
            yield Change(begun, old, "", "table", True, note, identifier)
        yield Change(end, "", f" {{#{identifier}}}", "table", True, "", identifier)

    def _own_line(self, block: Block, kind: Kind) -> _Caption | None:
        """Return the caption that a paragraph of one line is, None if it is something else."""
        if block.kind != "Para" or block.containers or not block.text:
            return None
        start = self.manuscript.offset(block.origin(0))
        last = self.manuscript.offset(block.origin(len(block.text) - 1))
        end = self.manuscript.line_end(max(start, 0))
        if not 0 <= start <= last < end:
            return None
        return self._caption(kind, self.manuscript.line_start(start), end)

    def _given(self, caption: _Caption, word: str) -> Iterator[Change]:
        """Yield the changes that make a typed caption one of Markdown's own."""
        text = self.manuscript.text
        identifier = self._name("table", "", text[caption.title_start : caption.title_end])
        self.placed.append(Placed("table", identifier, _plain_number(caption.number)))
        note = _UNNUMBERED.format(caption.number)
        before = text[caption.start : caption.title_start]
        behind = text[caption.title_end : caption.end]
        yield Change(caption.start, before, word, "table", True, note, identifier)
        yield Change(
            caption.title_end, behind, f" {{#{identifier}}}", "table", True, "", identifier
        )

    # names

    def _name(self, kind: Kind, address: str, title: str) -> str:
        """Return an identifier: after the picture's file, if its name says anything, or title."""
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
class _Caption:
    """A typed caption: where its line stands, its number, and where its title does."""

    start: int
    end: int
    number: str
    title_start: int
    title_end: int


_POINTS = re.compile("[。！？]$")
_UNNUMBERED = "题注原来的编号 {} 不再写，由工具来数"
# The next line that is not blank, if another blank line, or nothing, follows.
_BELOW = re.compile(r"[ \t]*\n(?:[ \t]*\n){0,2}(?P<line>[^\n]*\S[^\n]*)(?=\n[ \t]*(?:\n|\Z)|\Z)")


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
