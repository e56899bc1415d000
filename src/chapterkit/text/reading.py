"""Markdown before pandoc reads it: metadata and comments set apart, what is too much. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.errors import ChapterkitError
from chapterkit.han import is_han
from chapterkit.text.document import Comment
from chapterkit.text.metadata import metadata_end
from chapterkit.text.origins import Rendered

# Pandoc's time grows with the square of a stretch of Han and punctuation without any space.
LONGEST_STRETCH = 300_000


_FENCE = re.compile(r"^(`{3,}|~{3,})[^`\n]*$", re.MULTILINE)


def without_metadata(text: str) -> str:
    """Blank out YAML (between ---) or TOML (between +++) at a file's head: it is no prose."""
    until = metadata_end(text)
    return re.sub(r"[^\n]", " ", text[:until]) + text[until:]


def check_stretches(rendered: Rendered, cut: str) -> None:
    """Raise ChapterkitError at a stretch that pandoc would not get through, though it was cut."""
    if all(len(line) <= LONGEST_STRETCH for line in cut.split("\n")):
        return
    offset = 0
    for line in rendered.text.split("\n"):
        if len(line) > LONGEST_STRETCH:
            longest = max(line.split(), key=len, default="")
            mostly_han = len(longest.encode()) > 2 * len(longest)
            if len(longest) > LONGEST_STRETCH and mostly_han:
                message = f"这里有 {len(longest):,} 个字连成一片，没有空格也没有换行"
                raise ChapterkitError(message, rendered.origin(offset), "分成段落，段间空一行")
        offset += len(line) + 1


_CUT_FROM, _CUT_TO = 20_000, 2_000
_NO_PLAIN_PROSE = re.compile(r"[`$<{|\\]|\]\(")


def with_long_lines_cut(markdown: str) -> str:
    """Return a text whose very long paragraphs of plain prose are broken between Han.

    pandoc takes these breaks out again, and reads ten lines in ten times the time of one, but a
    line of ten times the length in a hundred times. Nothing is broken where a break would mean
    something, or if there is a block of code.

    >>> with_long_lines_cut("汉" * 30_000).count("\\n")
    14
    """
    lines = markdown.split("\n")
    if all(len(line) < _CUT_FROM for line in lines) or "```" in markdown or "~~~" in markdown:
        return markdown
    around = ["", *lines, ""]
    return "\n".join(
        _cut(line) if len(line) >= _CUT_FROM and not (before.strip() or behind.strip()) else line
        for before, line, behind in zip(around, lines, around[2:], strict=False)
    )


def _cut(line: str) -> str:
    """Return a line of plain prose that begins with Han in lines, each of which does, too."""
    if not is_han(line[0]) or _NO_PLAIN_PROSE.search(line):
        return line
    parts, start = [], 0
    while len(line) - start > _CUT_TO:
        end = start + _CUT_TO
        while end < len(line) and not (is_han(line[end - 1]) and is_han(line[end])):
            end += 1
        parts.append(line[start:end])
        start = end
    return "\n".join([*parts, line[start:]] if line[start:] else parts)


_FORMULA = re.compile(r"(\$\$?)((?:\\.|[^$\\\n]|\n(?![ \t]*\n))+)\1", re.DOTALL)


def probable_formulas(markdown: str) -> list[str]:
    """Return what between dollar signs may be a formula, each once; two dollar signs at least.

    >>> probable_formulas("设 $x$ 与 $$ y $$，价 5$。")
    ['x', ' y ']
    """
    if markdown.count("$") < 2:
        return []
    return list(dict.fromkeys(found[2] for found in _FORMULA.finditer(markdown)))


def most_brackets(markdown: str) -> int:
    """Return the offset of the paragraph with the most opening brackets left open."""
    offset = most = found = 0
    for paragraph in markdown.split("\n\n"):
        surplus = paragraph.count("[") - paragraph.count("]")
        if surplus > most:
            most, found = surplus, offset + len(paragraph) - len(paragraph.lstrip("\n"))
        offset += len(paragraph) + 2
    return found


_CODE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*$.*?(?:^ {0,3}(?P=fence)|\Z)|(?P<tick>`+)[^\n]*?(?P=tick)",
    re.MULTILINE | re.DOTALL,
)


def code_spans(text: str) -> list[tuple[int, int]]:
    """Return where code stands in a Markdown text, fenced or in a line.

    >>> code_spans("甲 `乙`")
    [(2, 5)]
    """
    return [found.span() for found in _CODE.finditer(text)]


def without_comments(rendered: Rendered) -> tuple[Rendered, tuple[Comment, ...]]:
    """Blank out HTML comments, which are the author's own notes, keeping every offset."""
    text = rendered.text
    comments: list[Comment] = []
    parts: list[str] = []
    end = 0
    for start, after in _comment_spans(text):
        comments.append(Comment(start, text[start + 4 : after - 3]))
        parts += [text[end:start], re.sub(r"[^\n]", " ", text[start:after])]
        end = after
    if not comments:
        return rendered, ()
    blank = "".join([*parts, text[end:]])
    return Rendered(blank, rendered.starts, rendered.origins), tuple(comments)


def _comment_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each comment begins and ends; in fenced or inline code there are none."""
    end = 0
    fence = _FENCE.search(text)
    while (start := text.find("<!--", end)) >= 0:
        while fence and fence.start() < start:
            closing = text.find(f"\n{fence[1]}", fence.end())
            end = len(text) if closing < 0 else closing + 1 + len(fence[1])
            fence = _FENCE.search(text, end)
        if start < end:
            continue
        after = text.find("-->", start + 4)
        if after < 0:
            return
        end = after + 3
        while fence and fence.start() < end:
            fence = _FENCE.search(text, end)
        if text[start - 1 : start] != "`" and not _in_indented_code(text, start):
            yield start, end


_LIST_ITEM = re.compile(r" {0,3}(?:[-*+:~]|\(?(?:[0-9]+|[A-Za-z#]|@[\w-]*)[.)])[ \t]")
_FARTHEST = 200


def _in_indented_code(text: str, place: int) -> bool:
    """Tell whether a place is in indented code: behind a blank line, and in no list."""
    begin = text.rfind("\n", 0, place) + 1
    if not text.startswith(("    ", "\t"), begin):
        return False
    blank = False
    for _ in range(_FARTHEST):
        end = begin - 1
        if end < 0:
            return True
        begin = text.rfind("\n", 0, end) + 1
        line = text[begin:end]
        if line.strip() and not line.startswith(("    ", "\t")):
            return blank and not _LIST_ITEM.match(line)
        blank = not line.strip()
    return False
