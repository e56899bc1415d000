"""Blank out what inline Markdown does not print as prose, keeping every offset."""

from __future__ import annotations

import re
from bisect import bisect_right

from chapterkit.quantities.model import BLANK

_MARKS = tuple("`$[{<@~\\")
_ADDRESS_STARTS = ("://", "www.", "doi:", "arxiv:")
_ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
_BACKTICKS = re.compile("`+")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^`\n]*$", re.M)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_COMMENT = re.compile(r"<!--")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<[A-Za-z][A-Za-z0-9+.\-]*:[^<>\s]*>|<[^<>\s@]+@[^<>\s]+>")
_ADDRESS = re.compile(
    r"(?:https?://|ftp://|www\.|doi:\s?|arxiv:\s?)[A-Za-z0-9\-._~:/?#\[\]@!$&'*+,;=%()]+", re.I
)
_EMAIL = re.compile(r"[A-Za-z0-9._+\-]{1,64}@[A-Za-z0-9\-]+\.[A-Za-z0-9.\-]+")
_ATTRIBUTES = re.compile(r"\{\s*(?:[.#=\-]|[A-Za-z][\w\-]*=)[^{}]*\}|\{\{[^{}]*\}\}|\{%[^{}]*%\}")
_BRACKET = re.compile(r"[\[\]]")
_KEY = re.compile(r"@(?:\{[^{}\s]*\}|\w[\w:.#$%&\-+?<>~/]*)")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n^@][^\]\n]*\]:[ \t]*\S+.*$", re.M)


def masked(text: str) -> str:
    """The text with code, formulas, keys, targets, tags and attributes blanked out.

    >>> masked("见 `x = 3` 与 [@li2024, 图 6]。").replace(BLANK, "·")
    '见 ······· 与 ··············。'
    >>> masked("[15.0%]{.number data-number='a'}").replace(BLANK, "·")
    '[15.0%]·························'
    """
    lowered = text.lower()
    has_address = any(start in lowered for start in _ADDRESS_STARTS)
    if not has_address and not any(mark in text for mark in _MARKS):
        return text
    canvas = _Canvas(text)
    canvas.hide_escapes()
    if "`" in text or "~~~" in text:
        canvas.hide_code()
    if "<" in text:
        canvas.hide_tags()
    if "$" in text:
        canvas.hide_formulas()
    if "[" in text or "@" in text:
        canvas.hide_definitions()
        canvas.hide_citations_and_targets()
    if "{" in text:
        canvas.hide(_ATTRIBUTES)
    if has_address:
        canvas.hide(_ADDRESS)
    if "@" in text:
        canvas.hide(_EMAIL)
    return canvas.text


def _unescaped(match: re.Match[str]) -> str:
    """The mark itself where a number may need it, with a blank away from the number."""
    mark = match[0][1]
    if mark in ".)]~":
        return mark + " "
    return " " + mark if mark in "%(*+-" else BLANK * 2


class _Canvas:
    """A text whose hidden stretches are collected step by step, each pass linear."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.paragraph_ends = [m.start() for m in _BLANK_LINE.finditer(text)] + [len(text)]

    def hide_spans(self, spans: list[tuple[int, int]]) -> None:
        pieces, last = [], 0
        for start, end in sorted(spans):
            if end <= last:
                continue
            begin = max(start, last)
            pieces += [self.text[last:begin], BLANK * (end - begin)]
            last = end
        self.text = "".join([*pieces, self.text[last:]])

    def hide(self, pattern: re.Pattern[str]) -> None:
        self.text = pattern.sub(lambda m: BLANK * len(m[0]), self.text)

    def paragraph_end(self, at: int) -> int:
        return self.paragraph_ends[bisect_right(self.paragraph_ends, at - 1)]

    def hide_escapes(self) -> None:
        """Escaped marks mean nothing; what may stand round a number stays, as it is printed."""
        if "\\" in self.text:
            self.text = _ESCAPED.sub(_unescaped, self.text)

    def hide_code(self) -> None:
        self.hide_spans(self.fences())
        runs = [(m.start(), m.end()) for m in _BACKTICKS.finditer(self.text)]
        waiting: dict[int, list[int]] = {}
        for index, (start, end) in enumerate(runs):
            waiting.setdefault(end - start, []).append(index)
        spans, index = [], 0
        while index < len(runs):
            start, end = runs[index]
            same = waiting[end - start]
            later = bisect_right(same, index)
            if later < len(same) and runs[same[later]][1] <= self.paragraph_end(start):
                index = same[later]
                spans.append((start, runs[index][1]))
            index += 1
        self.hide_spans(spans)

    def fences(self) -> list[tuple[int, int]]:
        """Fenced blocks, from an opening line to its closing line or the end."""
        spans: list[tuple[int, int]] = []
        opened: tuple[int, str] | None = None
        for m in _FENCE.finditer(self.text):
            mark = m[1]
            if opened is None:
                opened = (m.start(), mark)
            elif mark.startswith(opened[1]) and m[0].strip() == mark:
                spans.append((opened[0], m.end()))
                opened = None
        if opened is not None:
            spans.append((opened[0], len(self.text)))
        return spans

    def hide_tags(self) -> None:
        spans, at = [], 0
        while (m := _COMMENT.search(self.text, at)) is not None:
            end = self.text.find("-->", m.end())
            if end < 0:
                break
            at = end + 3
            spans.append((m.start(), at))
        self.hide_spans(spans)
        self.hide(_TAG)

    def hide_formulas(self) -> None:
        """$…$ as pandoc reads it: nothing blank inside the marks, no digit after the last one."""
        text, size = self.text, len(self.text)
        marks = [i for i, c in enumerate(text) if c == "$"]
        closers = [
            i
            for i in marks
            if i > 0 and not text[i - 1].isspace() and not text[i + 1 : i + 2].isdigit()
        ]
        spans, last = [], -1
        for i in marks:
            if i <= last:
                continue
            double = text.startswith("$$", i)
            if double:
                end = text.find("$$", i + 2, self.paragraph_end(i))
                if end > 0:
                    last = end + 1
                    spans.append((i, last + 1))
                    continue
            if i + 1 >= size or text[i + 1].isspace() or text[i + 1] == "$":
                continue
            found = bisect_right(closers, i + 1)
            if found < len(closers) and closers[found] < self.paragraph_end(i):
                last = closers[found]
                spans.append((i, last + 1))
        self.hide_spans(spans)

    def hide_definitions(self) -> None:
        """Link definitions, and the marks of footnotes."""
        self.hide(_DEFINITION)
        self.hide(_FOOTNOTE)

    def hide_citations_and_targets(self) -> None:
        pairs = self.bracket_pairs()
        opening = {end: start for start, end in pairs}
        closing = dict(pairs)
        spans = self.targets(sorted(opening))
        innermost = _Innermost(pairs)
        for m in _KEY.finditer(self.text):
            before = self.text[m.start() - 1 : m.start()]
            if before.isalnum() or before == BLANK:
                continue
            pair = innermost.around(m.start())
            if pair and self.text[pair[1] + 1 : pair[1] + 2] != "(":
                spans.append((pair[0], pair[1] + 1))
                continue
            end = m.end()
            while self.text[end - 1] in ":.#$%&-+?<>~/":
                end -= 1
            after = end + 1 if self.text[end : end + 1] == " " else end
            if after in closing:
                end = closing[after] + 1
            spans.append((m.start(), end))
        self.hide_spans(spans)

    def bracket_pairs(self) -> list[tuple[int, int]]:
        pairs, stack = [], []
        for m in _BRACKET.finditer(self.text):
            if m[0] == "[":
                stack.append(m.start())
            elif stack:
                pairs.append((stack.pop(), m.start()))
        return sorted(pairs)

    def targets(self, closers: list[int]) -> list[tuple[int, int]]:
        """(…) and [ref] behind a closing bracket."""
        spans, none_after = [], len(self.text) + 1
        last = 0
        for at in closers:
            if at < last or at >= none_after:
                continue
            follows = self.text[at + 1 : at + 2]
            if follows != "(":
                continue
            end = self.text.find(")", at + 2)
            if end < 0:
                none_after = at
                continue
            for _ in range(8):
                inside = self.text.count("(", at + 2, end)
                if self.text.count(")", at + 2, end) >= inside:
                    break
                further = self.text.find(")", end + 1)
                if further < 0:
                    break
                end = further
            last = end
            spans.append((at + 1, end + 1))
        return spans


class _Innermost:
    """Which bracket pair encloses a position most closely; asked in rising order."""

    def __init__(self, pairs: list[tuple[int, int]]) -> None:
        self.pairs = pairs
        self.next = 0
        self.open: list[tuple[int, int]] = []

    def around(self, at: int) -> tuple[int, int] | None:
        while self.next < len(self.pairs) and self.pairs[self.next][0] < at:
            self.open.append(self.pairs[self.next])
            self.next += 1
        while self.open and self.open[-1][1] < at:
            self.open.pop()
        return self.open[-1] if self.open else None
