"""Read a source's own text (PDF, plain text, Markdown, HTML) and normalise it, keeping a way back.

Normalising makes the ways of typesetting one number alike: ligatures and full-width forms are
spelt out, dashes and minus signs become "-", soft hyphens and hyphens at line ends go, spaces
inside numbers go. Each place in the normalised text still knows its page and line.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.folder import Disk, decode
from chapterkit.numbers.verify.layout import Piece, reading_order
from chapterkit.numbers.verify.pdf import pdf_pages

SUFFIXES = (".pdf", ".txt", ".md", ".html")
MAX_FILE = 200_000_000
MAX_TEXT = 20_000_000
_SCANNED = 20  # characters a page: fewer on average means that there is no text layer


@dataclass(frozen=True)
class SourceText:
    """One source's text, normalised.

    `text` is what is searched. `marks` and `raws` map its offsets to those of the text as read;
    `lines` and `pages` are the offsets (as read) at which lines and pages begin. `pages` is
    empty where the source has none; `scanned` are those that are pictures without text, from 1.
    """

    key: str
    name: str
    sha256: str
    text: str
    marks: tuple[int, ...]
    raws: tuple[int, ...]
    lines: tuple[int, ...]
    pages: tuple[int, ...]
    scanned: tuple[int, ...] = ()

    def raw(self, at: int) -> int:
        """Return the offset in the text as read of the normalised offset `at`."""
        index = bisect_right(self.marks, at) - 1
        return self.raws[index] + at - self.marks[index]

    def line(self, at: int) -> int:
        """Return the line, from 1, of a normalised offset."""
        return bisect_right(self.lines, self.raw(at))

    def page(self, at: int) -> int | None:
        """Return the page, from 1, of a normalised offset; None if the source has no pages."""
        return bisect_right(self.pages, self.raw(at)) or None

    def context(self, start: int, end: int, around: int = 70) -> str:
        """Return the words around a stretch of the text, on one line."""
        before = self.text[max(0, start - around) : start]
        after = self.text[end : end + around]
        return " ".join(f"{_from_word(before)}{self.text[start:end]}{_to_word(after)}".split())


def _from_word(text: str) -> str:
    cut = text.find(" ") if len(text) >= 70 else -1
    return text[cut + 1 :]


def _to_word(text: str) -> str:
    cut = text.rfind(" ") if len(text) >= 70 else len(text)
    return text[:cut]


def read_source(folder: Path, key: str) -> SourceText | None:
    """Return the text of source `key` from `folder`, or None if no file of it is there.

    Of several files the first that can be read counts, in the order pdf, txt, md, html. Raises
    ChapterkitError with the reason if there are files but none can be read.
    """
    failure: ChapterkitError | None = None
    for path in _candidates(folder, key):
        try:
            return _read(folder, path, key)
        except ChapterkitError as error:
            failure = failure or error
    if failure:
        raise failure
    return None


def is_at_hand(folder: Path, key: str) -> bool:
    """Tell whether there is a file of source `key`, readable or not."""
    return any(True for _ in _candidates(folder, key))


def _candidates(folder: Path, key: str) -> Iterator[Path]:
    if not key or Path(key).name != key:
        return
    for suffix in SUFFIXES:
        path = folder / f"{key}{suffix}"
        if os.path.lexists(path):
            yield path


def _read(folder: Path, path: Path, key: str) -> SourceText:
    name = path.name
    data = Disk(folder, "原文").read(name, MAX_FILE)
    text, pages, scanned = _extract(data, path.suffix, name)
    if len(text) > MAX_TEXT:
        raise ChapterkitError(
            f"文字超过 {MAX_TEXT // 1_000_000} 百万字，不像一篇文献", Origin(name), "只放论文本身"
        )
    if not text.strip():
        raise ChapterkitError("文件里没有文字", Origin(name))
    return make_source(key, name, hashlib.sha256(data).hexdigest(), text, pages, scanned)


def _extract(data: bytes, suffix: str, name: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """Return the text of a file, where its pages begin, and which of them are mere pictures."""
    if suffix == ".pdf":
        pages, scanned = _pdf_pages(data, name)
        return *_joined_pages(pages), scanned
    if len(data) > 4 * MAX_TEXT:
        raise ChapterkitError(
            f"文件有 {len(data) // 1_000_000} MB，不像一篇文献的文字", Origin(name), "只放论文本身"
        )
    if data[:5] == b"%PDF-":
        raise ChapterkitError("其实是 PDF", Origin(name), "把后缀改成 .pdf")
    text = decode(data, name)
    if suffix == ".html" or _looks_like_html(text[:2000]):
        text = html_text(text)
    return text, _text_pages(text), ()


def _looks_like_html(head: str) -> bool:
    return bool(re.match(r"\s*(?:<!--.*?-->\s*)?(?:<!doctype\s+html|<html\b)", head, re.I | re.S))


# --- PDF


def _pdf_pages(data: bytes, name: str) -> tuple[list[str], tuple[int, ...]]:
    if b"%PDF-" not in data[:1024]:
        if _looks_like_html(data[:2000].decode("utf-8", "replace")):
            raise ChapterkitError(
                "名为 PDF，其实是 HTML", Origin(name), "多半是登录页或错误页；重新下载"
            )
        raise ChapterkitError("不是 PDF 文件", Origin(name), "重新下载")
    pages, scanned = pdf_pages(data, name, MAX_TEXT)
    if sum(len(page.strip()) for page in pages) < _SCANNED * max(1, len(pages)):
        raise ChapterkitError("PDF 里没有文字层（多半是扫描件）", Origin(name), "先做文字识别")
    return pages, scanned


def _joined_pages(pages: list[str]) -> tuple[str, tuple[int, ...]]:
    starts: list[int] = []
    at = 0
    for page in pages:
        starts.append(at)
        at += len(page) + 1
    return "\n".join(pages), tuple(starts)


# --- pages of plain text


def _text_pages(text: str) -> tuple[int, ...]:
    """Return where pages begin: at form feeds, or behind page numbers that stand alone."""
    if "\f" in text:
        return (0, *(match.end() for match in re.finditer("\f", text)))
    return _numbered_pages(text)


def _numbered_pages(text: str) -> tuple[int, ...]:
    """Pages that end in their number on a line of its own, before a running head.

    Pages are recognised only where numbers 1, 2, 3, … stand alone and the same line follows
    most of them.
    """
    heads = Counter(match[1] for match in re.finditer(r"^\d{1,3}\n([^\n]{8,120})$", text, re.M))
    head, count = heads.most_common(1)[0] if heads else ("", 0)
    if count < 3:
        return ()
    starts = [0]
    pattern = rf"(?:^|(?<=[a-z]))(\d{{1,3}})\n(?:[^\n]*\n)?{re.escape(head)}$"
    for match in re.finditer(pattern, text, re.M):
        number = int(match[1])
        if len(starts) <= number <= len(starts) + 2:
            starts += [match.end(1) + 1] * (number - len(starts) + 1)
    return tuple(starts) if len(starts) > 3 else ()


# --- HTML

_BLOCKS = frozenset({
    "p", "div", "section", "article", "li", "ul", "ol", "table", "tr", "caption", "figcaption",
    "figure", "br", "hr", "pre", "blockquote", "dt", "dd", "header", "footer", "main", "aside",
    "nav", "title", "h1", "h2", "h3", "h4", "h5", "h6",
})  # fmt: skip
_MOST_SPANNED = 30
_LONGEST_CELL = 200
_UNSEEN = frozenset(["script", "style", "template", "noscript", "svg"])


# Comments, declarations and scripts reach to the end where they are not closed; a tag does not
# reach beyond the next. So nothing is gone through twice.
_MARKUP = re.compile(
    r"""<!--.*?(?:-->|\Z)
      | <[!?][^>]*(?:>|\Z)
      | <(?P<raw>script|style)\b[^<>]*>.*?(?:</(?P=raw)\b[^<>]*>|\Z)
      | <(?P<end>/?)(?P<tag>[a-z][^\s/<>]*)(?:(?>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>|[^<>]*>)
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_BETWEEN_ROWS = re.compile(r"(?<=\n \|)([^\n]*)\n[ \n]*\n(?= \|)")
_LONG_REFERENCE = re.compile(r"&#(?=x?[0-9a-f]{9})", re.IGNORECASE)


class _Html:
    """Collects the visible text: a line a block, headings as #, cells between bars.

    A cell over several columns or rows stands in each of them.
    """

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.unseen = 0
        self.column = 0
        self.cell: tuple[int, int, int] | None = None  # where it begins in parts, columns, rows
        self.carried: dict[int, tuple[int, str]] = {}  # by column: rows to go, text

    def opened(self, tag: str, markup: str = "") -> None:
        if tag in _UNSEEN:
            self.unseen += 1
        elif re.fullmatch("h[1-6]", tag):
            self.parts.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag in ("td", "th"):
            self._ended()
            self._carry_on()
            self.parts.append(" | ")
            self.cell = len(self.parts), _span(markup, "col"), _span(markup, "row")
        elif tag in _BLOCKS:
            if tag in ("table", "tr"):
                self._ended()
                self.column = 0
            if tag == "table":
                self.carried.clear()
            self.parts.append("\n")

    def closed(self, tag: str) -> None:
        if tag in _UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in ("td", "th", "tr"):
            self._ended()
            if tag == "tr":
                self._carry_on()
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def text(self, data: str) -> None:
        if data and not self.unseen:
            self.parts.append(" ".join(data.split()) if data.strip() else " ")
            if data[-1:].isspace():
                self.parts.append(" ")

    def _ended(self) -> None:
        """End the cell, if one is open: again in each further column, and later in further rows."""
        if self.cell is None:
            return
        begin, columns, rows = self.cell
        self.cell = None
        said = "".join(self.parts[begin:]) if max(columns, rows) > 1 else ""
        said = " ".join(said.split())[:_LONGEST_CELL]
        self.parts += [f" | {said}"] * (columns - 1)
        for column in range(self.column, self.column + columns):
            if rows > 1:
                self.carried[column] = rows - 1, said
        self.column += columns

    def _carry_on(self) -> None:
        """Say again the cells of rows above that reach into this one."""
        while self.column in self.carried:
            left, said = self.carried.pop(self.column)
            self.parts.append(f" | {said}")
            if left > 1:
                self.carried[self.column] = left - 1, said
            self.column += 1


def _span(markup: str, way: str) -> int:
    match = re.search(rf"{way}span\s*=\s*[\"']?(\d{{1,2}})\b", markup, re.I)
    return min(_MOST_SPANNED, max(1, int(match[1]))) if match else 1


def html_text(markup: str) -> str:
    """Return the visible text of an HTML page, one line a block.

    >>> html_text("<h2>Results</h2><table><tr><td>RL</td><td>15.0&#37;</td></tr></table>").strip()
    '## Results\\n\\n | RL | 15.0%'
    """
    page, end = _Html(), 0
    for found in _MARKUP.finditer(markup):
        page.text(_unescaped(markup[end : found.start()]))
        if tag := found["tag"]:
            if found["end"]:
                page.closed(tag.lower())
            else:
                page.opened(tag.lower(), found[0])
        end = found.end()
    page.text(_unescaped(markup[end:]))
    return re.sub(r"\n{3,}", "\n\n", _BETWEEN_ROWS.sub(r"\1\n", "".join(page.parts)))


def _unescaped(text: str) -> str:
    return unescape(_LONG_REFERENCE.sub("&amp;#", text)) if "&" in text else text


# --- normalising

_ALIKE = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"), "-"),
    **dict.fromkeys((*range(0x2000, 0x2007), 0x2008, 0x200A, 0x205F, 0x3000, 0x0B), " "),
    **dict.fromkeys(map(ord, "‘’‚′"), "'"),
    **dict.fromkeys(map(ord, "“”„″"), '"'),
    **dict.fromkeys(map(ord, "∼〜˜"), "~"),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x1D400, 0x1D800)
       if len(unicodedata.normalize("NFKC", chr(code))) == 1},
    ord("⁄"): "/", ord("∕"): "/", ord("\f"): "\n", ord("\u2028"): "\n", ord("\u2029"): "\n",
    ord("µ"): "μ", ord("✕"): "×", ord("⨯"): "×",
}  # fmt: skip
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_CHANGED = re.compile(
    r"""
      (?P<hyphen> (?<=[a-zﬀ-ﬆ]) (?: -[ \t]*\n[ \t]* | [\u00ad\ufffe\x02]\s*) (?=[a-zﬀ-ﬆ]) )
    | (?P<ligature> [ﬀ-ﬆ] )
    | (?P<unseen> [\u00ad\u200b-\u200f\u2060\ufeff\ufffe\x00-\x08\x0e-\x1f] )
    | (?P<group> (?<=\d)[\u2007\u2009\u202f\u00a0](?=\d{3}(?!\d)) | (?<=\d)\{,\}(?=\d{3}) )
    | (?P<space> [\u2007\u2009\u202f\u00a0] )
    | (?P<point> (?<=\d)\ \.(?=\d) | (?<=\d)[·‧⋅](?=\d)(?!10(?:\D|$)) | (?<=\d)\.\ (?=\d{1,4}\ ?%) )
    | (?P<minus> (?<![\w)\]}%.])-\ (?=\d) (?<=[(=:|>]\ -\ ) )
    | (?P<times> \\times\b | (?<=\d)\ ?\*\ ?(?=10(?:\^|\*\*|-)) )
    | (?P<percent> \\% )
    | (?P<bold> (?<!\w)\*\*(?=\S) | (?<=\S)\*\*(?!\w) )
    | (?P<tag> </?(?:b|i|em|strong|sup|sub|span|code|u)\b[^<>\n]{0,80}> )
    """,
    re.X,
)
_BECOMES = {"group": "", "space": " ", "point": ".", "minus": "-", "times": "×", "percent": "%"}


def make_source(
    key: str,
    name: str,
    sha256: str,
    text: str,
    pages: tuple[int, ...] = (),
    scanned: tuple[int, ...] = (),
) -> SourceText:
    """Return `text` in reading order and normalised, with the way back to its lines and pages."""
    pieces = reading_order(text, pages)
    normal, marks, raws = normalised("".join(text[p.start : p.end] + p.behind for p in pieces))
    if len(pieces) != 1 or pieces[0].start:
        marks, raws = _through(pieces, marks, raws)
    lines = (0, *(match.end() for match in re.finditer("\n", text)))
    return SourceText(key, name, sha256, normal, marks, raws, lines, pages, scanned)


def _through(
    pieces: Sequence[Piece], marks: tuple[int, ...], raws: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the map from the normalised text to the text as read, through the pieces between."""
    starts, at = [], 0
    for piece in pieces:
        starts.append(at)
        at += piece.end - piece.start + len(piece.behind)
    steps = [(mark, middle) for mark, middle in zip(marks, raws, strict=True)]
    for start in starts:
        index = bisect_right(raws, start) - 1
        last = marks[index + 1] if index + 1 < len(marks) else start + marks[-1]
        steps.append((min(marks[index] + start - raws[index], last), start))
    steps.sort()
    found = []
    for _, middle in steps:
        index = max(0, bisect_right(starts, middle) - 1)
        piece = pieces[index]
        found.append(min(piece.start + middle - starts[index], piece.end))
    return tuple(mark for mark, _ in steps), tuple(found)


def normalised(text: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """Return the text with alike forms made equal, and the two sides of the map of offsets.

    >>> normalised("a gain of −3.5 % in ef\u00adﬁ-\\nciency, １２ 000")[0]
    'a gain of -3.5 % in efficiency, 12 000'
    """
    alike = text.translate(_ALIKE)
    parts: list[str] = []
    marks, raws = [0], [0]
    length = last = 0
    for match in _CHANGED.finditer(alike):
        kind = match.lastgroup or ""
        new = _LIGATURES.get(match[0], "") if kind == "ligature" else _BECOMES.get(kind, "")
        parts += (alike[last : match.start()], new)
        length += match.start() - last + len(new)
        last = match.end()
        if len(new) != len(match[0]):
            marks.append(length)
            raws.append(last)
    parts.append(alike[last:])
    return "".join(parts), tuple(marks), tuple(raws)


def normal(text: str) -> str:
    """Return a record's own words (printed, near) in the form in which the text is searched."""
    return " ".join(normalised(text)[0].split())
