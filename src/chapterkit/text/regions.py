"""Managed regions: where a hand-written Markdown file has records written into it. Pure.

A region begins with `<!-- chapterkit:begin SLUG DIGEST -->`, and ends with
`<!-- chapterkit:end -->`, each on a line of its own. The digest is that
of the text that was written there last; behind it, `kept=DIGEST` says that its author keeps another
text than that. Marks in code are text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from chapterkit.errors import ChapterkitError, Gathering, Origin, nearest

_LINE = re.compile(r"[^\r\n]*(\r\n|\r|\n|\Z)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_ANY = re.compile(r"<!--\s*chapterkit\s*[:：]?\s*(?:begin|end)\b", re.IGNORECASE)
_MARK = re.compile(r"\ufeff? {0,3}<!--\s*chapterkit:(begin|end)\b([^\r\n]*?)-->[ \t]*")
_SAID = re.compile(r"\s+([^\s=]+)(?:\s+([^\s=]+))?(?:\s+kept=(\S+))?\s*")
_FORM = "写成 <!-- chapterkit:begin 记录的代号 --> 和 <!-- chapterkit:end -->，各占一行"
END = "<!-- chapterkit:end -->"


@dataclass(frozen=True)
class Region:
    """A region of a file: its record, the digests that its mark says, empty if none, and its text.

    The mark stands on `line`, from `start` to `body` with its line's end, which is `newline`; the
    text goes on to `end`, where the other mark's line begins. `standing` is the text with line
    ends as \\n, without the blank lines round it.
    """

    slug: str
    digest: str
    kept: str
    line: int
    start: int
    body: int
    end: int
    newline: str
    standing: str


def digest_of(text: str) -> str:
    """Return the digest of a region's text, as its mark has it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def marked(slug: str, digest: str, kept: str = "") -> str:
    """Return the mark that begins a region.

    >>> marked("points", "0123456789abcdef")
    '<!-- chapterkit:begin points 0123456789abcdef -->'
    """
    said = " ".join(filter(None, (slug, digest, kept and f"kept={kept}")))
    return f"<!-- chapterkit:begin {said} -->"


def holds_mark(text: str) -> bool:
    """Tell whether a text has in it what would be taken for a mark."""
    return _ANY.search(text) is not None


@dataclass(frozen=True)
class _Mark:
    """A line that begins or ends a region: the slug and digests of one that begins."""

    line: int
    start: int
    end: int
    newline: str
    begins: bool
    slug: str = ""
    digest: str = ""
    kept: str = ""


def regions_of(text: str, name: str, known: Collection[str]) -> list[Region]:
    """Return the regions of a file's text, which keeps its own line ends; `known` are the slugs.

    Raises ChapterkitError, for all of them, where a mark is malformed, unknown, or stands alone.
    """
    wrong = Gathering()
    found: list[Region] = []
    lines: dict[str, int] = {}
    open_mark: _Mark | None = None
    for mark in _marks(text, name, wrong):
        origin = Origin(name, mark.line)
        if mark.begins and open_mark:
            before = f"第 {open_mark.line} 行的 {open_mark.slug} 还没有结束"
            wrong.add([ChapterkitError(f"标记套着标记：{before}", origin, f"先写 {END}")])
        elif mark.begins:
            wrong.add(_unusable(mark, origin, known, lines))
            lines.setdefault(mark.slug, mark.line)
            open_mark = mark
        elif open_mark:
            found.append(_region(text, open_mark, mark))
            open_mark = None
        elif not wrong.errors:  # it may end what is wrong
            wrong.add([ChapterkitError("这里结束的一段没有开始", origin, _FORM)])
    if open_mark:
        message = f"{open_mark.slug} 只有开始的标记，没有结束的"
        wrong.add([ChapterkitError(message, Origin(name, open_mark.line), f"在后面写一行 {END}")])
    wrong.tell()
    if not found:
        raise ChapterkitError("文件里没有要同步的段", Origin(name), _FORM)
    return found


def _unusable(
    mark: _Mark, origin: Origin, known: Collection[str], lines: dict[str, int]
) -> Iterator[ChapterkitError]:
    if mark.slug not in known:
        near = nearest(mark.slug, known)
        hint = f"最接近的是 {near}" if near else f"先写 experiments/{mark.slug}.yaml"
        yield ChapterkitError(f"没有 {mark.slug} 这条记录", origin, hint)
    elif mark.slug in lines:
        message = f"{mark.slug} 出现了两次（先在第 {lines[mark.slug]} 行）"
        yield ChapterkitError(message, origin, "一条记录在一个文件里只写一处")


def _region(text: str, begin: _Mark, end: _Mark) -> Region:
    standing = re.sub(r"\r\n?", "\n", text[begin.end : end.start])
    standing = re.sub(r"\A(?:[ \t]*\n)+|\s+\Z", "", standing)
    return Region(
        begin.slug, begin.digest, begin.kept, begin.line, begin.start, begin.end, end.start,
        begin.newline, standing,
    )  # fmt: skip


def _marks(text: str, name: str, wrong: Gathering) -> Iterator[_Mark]:
    """Yield the marks of a text; outside regions what stands in code is none."""
    fence, inside = "", False
    for number, found in enumerate(_LINE.finditer(text), 1):
        line = found[0][: len(found[0]) - len(found[1])]
        if not inside:
            was, fence = fence, _fence_after(line, fence)
            if was or fence:
                continue
        if not _ANY.search(_CODE.sub("", line)):
            continue
        mark = _mark(line, number, found)
        if mark is None:
            wrong.add([ChapterkitError("标记写得不对", Origin(name, number), _FORM)])
            continue
        inside = mark.begins
        yield mark


def _fence_after(line: str, fence: str) -> str:
    """Return the fence of the code that goes on behind a line, empty behind what is no code."""
    found = _FENCE.match(line)
    if not found:
        return fence
    if not fence:
        is_inline = found[1][0] == "`" and "`" in line[found.end() :]
        return "" if is_inline else found[1]
    closes = found[1].startswith(fence) and not line[found.end() :].strip()
    return "" if closes else fence


def _mark(line: str, number: int, found: re.Match[str]) -> _Mark | None:
    mark = _MARK.fullmatch(line)
    if mark is None:
        return None
    start = found.start() + (1 if line.startswith("\ufeff") else 0)
    if mark[1] == "end":
        no_more = not mark[2].strip()
        return _Mark(number, start, found.end(), found[1], begins=False) if no_more else None
    said = _SAID.fullmatch(mark[2])
    if said is None:
        return None
    slug, digest, kept = said[1], said[2] or "", said[3] or ""
    return _Mark(number, start, found.end(), found[1], True, slug, digest, kept)


@dataclass(frozen=True)
class Filling:
    """What a region is to hold: the text, or the one that stands there if None, and its mark."""

    region: Region
    text: str | None
    mark: str


def filled(text: str, fillings: Sequence[Filling]) -> str:
    """Return a file's text with regions filled, in their order; nothing outside them is another.

    Line ends within a region are those of its mark.
    """
    parts: list[str] = []
    at = 0
    for one in fillings:
        region = one.region
        body = text[region.body : region.end]
        if one.text is not None:
            body = f"\n{one.text}\n\n".replace("\n", region.newline)
        parts += [text[at : region.start], one.mark, region.newline, body]
        at = region.end
    return "".join([*parts, text[at:]])
