"""The source of templates: origin marks put in, and text that would be lost found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2.ext import Extension

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.manuscript.book import Book, once, unknown_record
from chapterkit.manuscript.conflicts import check_merged
from chapterkit.text.effort import Effort
from chapterkit.text.origins import check_no_marks, mark

# What is not closed reaches to the end, so that no text is gone through twice. These are atomic
# groups, since nested possessive repetitions match wrongly before Python 3.11.5.
_STRINGS = r""""(?>(?:\\.?|[^"\\])*)(?:"|\Z)|'(?>(?:\\.?|[^'\\])*)(?:'|\Z)"""
TAG = re.compile(
    rf"""(?P<comment>\{{%\#.*?(?:\#%\}}|\Z))
      | (?P<statement>\{{%(?>(?:{_STRINGS}|[^"'%]|%(?!\}}))*)(?:%\}}|\Z))
      | (?P<expression>\{{\{{(?>(?:{_STRINGS}|[^"'}}]|\}}(?!\}}))*)(?:\}}\}}|\Z))""",
    re.VERBOSE | re.DOTALL,
)


class OriginMarks(Extension):
    """Puts an origin mark before each stretch of text and each expression of a template.

    Marks stand directly before what is visible, never before white space, so that Jinja's
    own handling of white space round its tags is not disturbed.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template's source with marks; called by Jinja before it compiles."""
        check_no_marks(source, filename or "")
        return "".join(_marked(source, filename or name or "", self.environment.effort))  # type: ignore[attr-defined]


def _marked(source: str, path: str, effort: Effort) -> Iterator[str]:
    position = _Position(path)
    end, is_raw = 0, False
    for tag in TAG.finditer(source):
        yield from _marked_text(source[end : tag.start()], position)
        if tag.lastgroup == "expression" and not tag[0].startswith("{{-"):
            yield mark(position.origin(), advances=False)
        try:
            is_compiled = tag.lastgroup != "comment" and tag[0].endswith(("%}", "}}"))
            effort.tag(len(tag[0]) if is_compiled else 0)
        except ChapterkitError as error:
            raise error.at(position.origin()) from None
        raw = _RAW.match(tag[0])
        is_raw = raw[1] == "raw" if raw else is_raw
        yield tag[0] if is_raw else _keeping_its_line(tag, source)
        position.pass_over(tag[0])
        end = tag.end()
    yield from _marked_text(source[end:], position)


_RAW = re.compile(r"\{%[-+]?\s*(raw|endraw)\b")
_NOTHING_BEHIND = re.compile(r"\n[ \t]*\r?(?:\n|\Z)")


def _keeping_its_line(tag: re.Match[str], source: str) -> str:
    """Return a tag, so that one at the end of a paragraph does not take the paragraph's end.

    Jinja drops the line end behind a statement, which is meant for those on lines of their own.
    """
    text, start = tag[0], tag.start()
    drops = tag.lastgroup == "statement" and text.endswith("%}") and text[-3] not in "-+"
    if not (drops and _NOTHING_BEHIND.match(source, tag.end())):
        return text
    line = source[source.rfind("\n", 0, start) + 1 : start]
    return f"{text[:-2]}+%}}" if TAG.sub(_shown, line).strip() else text


def _shown(tag: re.Match[str]) -> str:
    """Return something for a tag that prints, nothing for another."""
    return "x" if tag.lastgroup == "expression" else ""


def _marked_text(text: str, position: _Position) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        visible = line.lstrip()
        indent = line[: len(line) - len(visible)]
        yield indent
        position.pass_over(indent)
        if visible:
            yield mark(position.origin(), advances=True) + visible
            position.pass_over(visible)


@dataclass
class _Position:
    """A cursor over a source text."""

    path: str
    line: int = 1
    column: int = 1

    def origin(self) -> Origin:
        return Origin(self.path, self.line, self.column)

    def pass_over(self, text: str) -> None:
        breaks = text.count("\n")
        self.line += breaks
        after = len(text) - text.rfind("\n") - 1
        self.column = after + 1 if breaks else self.column + after


_EXTENDS = re.compile(r"""\{%-?\s*extends\s+["']([^"']+)["']""")
_BLOCK = re.compile(r"\{%-?\s*block\s+(\w+)")
_OPENS = re.compile(r"\{%-?\s*(?:block|macro|call|filter)\b|\{%-?\s*set\s+\w+\s*-?%\}")
_CLOSES = re.compile(r"\{%-?\s*end(?:block|macro|call|filter|set)\b")


@once
def check_templates(book: Book) -> None:
    """Raise ChapterkitError for text that a template would lose without a word.

    That is a block which the template it extends does not have, text outside any block there,
    and a template of an experiment that does not exist.
    """
    templates, records = book.templates, book.records
    for name, text in templates.items():
        path = f"templates/{name}"
        slug = name.removeprefix("experiments/").removesuffix(".md.j2")
        if name.startswith("experiments/") and slug not in records:
            if slug.removesuffix(".j2").removesuffix(".md") in records:
                hint = f"改名为 {slug.removesuffix('.j2').removesuffix('.md')}.md.j2"
                raise ChapterkitError("记录的模板名字要以 .md.j2 结尾", Origin(path), hint)
            raise unknown_record(slug, records).at(Origin(path))
        parent = _EXTENDS.search(text)
        if parent and parent[1] in templates:
            known = set(_BLOCK.findall(templates[parent[1]]))
            _check_child(text, path, known)


def _check_child(text: str, path: str, known: set[str]) -> None:
    position, depth, end = _Position(path), 0, 0
    for tag in [*TAG.finditer(text), None]:
        between = text[end : tag.start()] if tag else text[end:]
        if depth == 0 and between.strip():
            position.pass_over(between[: len(between) - len(between.lstrip())])
            check_merged(text, Origin(path))
            hint = f"移进一个 block：{'、'.join(sorted(known))}"
            raise ChapterkitError("写在 block 外面的文字不会印出来", position.origin(), hint)
        if tag is None:
            return
        position.pass_over(between)
        block = _BLOCK.match(tag[0])
        if block and depth == 0 and block[1] not in known:
            near = nearest(block[1], known)
            hint = f"最接近的是 {near}" if near else f"有：{'、'.join(sorted(known))}"
            raise ChapterkitError(
                f"所扩展的模板没有 {block[1]} 这个 block", position.origin(), hint
            )
        depth += bool(_OPENS.match(tag[0])) - bool(_CLOSES.match(tag[0]))
        position.pass_over(tag[0])
        end = tag.end()
