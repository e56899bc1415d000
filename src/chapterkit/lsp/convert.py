"""Problems, edits and names as the protocol's types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lsprotocol import types

from chapterkit.errors import Origin
from chapterkit.lint import Edit, Problem
from chapterkit.lsp.completion import Candidate, Candidates
from chapterkit.lsp.places import Kind
from chapterkit.lsp.positions import Encoding, column_at, units_before
from chapterkit.showing import one_line

_SEVERITIES = {"error": types.DiagnosticSeverity.Error, "warning": types.DiagnosticSeverity.Warning}
_KINDS: dict[Kind, types.CompletionItemKind] = {
    "number": types.CompletionItemKind.Constant,
    "citation": types.CompletionItemKind.Reference,
    "experiment": types.CompletionItemKind.File,
    "thing": types.CompletionItemKind.Reference,
    "exhibit": types.CompletionItemKind.Struct,
    "rule": types.CompletionItemKind.EnumMember,
}
_EXPRESSION = re.compile(r"\{\{.*?\}\}")
_WORD = re.compile(r"[A-Za-z0-9_.%-]+|\S")


@dataclass(frozen=True)
class Lines:
    """A file's lines, and the units in which the editor counts their columns."""

    lines: Sequence[str]
    encoding: Encoding

    def line(self, number: int) -> str:
        """Return a line by its number from 1; nothing behind the last."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def position(self, line: int, column: int) -> types.Position:
        """Return a line and column, counted from 1, as the editor counts."""
        return types.Position(line - 1, units_before(self.line(line), column, self.encoding))

    def column(self, position: types.Position) -> int:
        """Return the column, from 1 and in characters, of the editor's position."""
        return column_at(self.line(position.line + 1), position.character, self.encoding)

    def columns(self, line: int, start: int, end: int) -> types.Range:
        """Return a stretch of one line as the editor counts."""
        return types.Range(self.position(line, start), self.position(line, end))


def diagnostic(problem: Problem, lines: Lines) -> types.Diagnostic:
    """Return a problem as the editor shows it."""
    return types.Diagnostic(
        range=_problem_range(problem, lines),
        message="\n".join(map(one_line, filter(None, (problem.message, problem.hint)))),
        severity=_SEVERITIES.get(problem.severity, types.DiagnosticSeverity.Warning),
        code=problem.rule or None,
        source="chapterkit",
    )


def _problem_range(problem: Problem, lines: Lines) -> types.Range:
    """Return what to underline.

    That is the text concerned, where its end is known; else the expression or word that stands
    there, or the whole line where only the line is known.
    """
    at, end = problem.origin, problem.end
    text = lines.line(at.line)
    found = _EXPRESSION.match(text, at.column - 1) or _WORD.match(text, at.column - 1)
    until = found.end() + 1 if found else at.column
    if end is not None and (end.path, end.line) == (at.path, at.line):
        until = max(end.column, at.column) if not _EXPRESSION.match(text, at.column - 1) else until
    elif at.column == 1:
        start = len(text) - len(text.lstrip()) + 1
        return lines.columns(at.line, start, len(text.rstrip()) + 1)
    return lines.columns(at.line, at.column, until)


def text_edit(edit: Edit, lines: Lines) -> types.TextEdit:
    """Return an edit as the editor carries it out."""
    start = lines.position(edit.origin.line, edit.origin.column)
    end = lines.position(edit.end.line, edit.end.column)
    return types.TextEdit(types.Range(start, end), edit.new)


def location(origin: Origin, uri: str, lines: Lines) -> types.Location:
    """Return the place at which something was written."""
    return types.Location(uri, lines.columns(origin.line, origin.column, origin.column))


def completion(offered: Candidates, position: types.Position, lines: Lines) -> types.CompletionList:
    """Return the names that may be typed; one that is chosen replaces what was typed of it."""
    typed = types.Range(lines.position(position.line + 1, offered.start), position)
    items = [_item(one, index, typed) for index, one in enumerate(offered.names)]
    return types.CompletionList(is_incomplete=False, items=items)


def _item(one: Candidate, index: int, typed: types.Range) -> types.CompletionItem:
    return types.CompletionItem(
        label=one_line(one.name),
        kind=_KINDS[one.kind],
        detail=one_line(one.detail),
        documentation=types.MarkupContent(types.MarkupKind.Markdown, one.text),
        sort_text=f"{index:05}",
        filter_text=one.name,
        text_edit=types.TextEdit(typed, one.name),
    )
