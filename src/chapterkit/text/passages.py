"""Passages for some formats or editions only: `{% only html epub %}…{% endonly %}`. Pure.

A passage that names formats is in those; one that names editions of the book is in those; one that
names both is where both hold. What is for web pages (html) is for a site of them and for the
editor's page, too; what is for print (pdf) is for the LaTeX of which a press makes print.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.text.templates import TAG
from chapterkit.text.variants import Variant

_STATEMENT = re.compile(r"\{%[-+]?\s*(?P<name>\w+)(?P<rest>.*?)[-+]?%\}", re.DOTALL)
_NAME = re.compile(r"[^\s,，、]+")


@dataclass(frozen=True)
class Passage:
    """A passage: where it begins, and what it names."""

    origin: Origin
    names: tuple[str, ...]


class Only(Extension):
    """The tag: its body is rendered where the sandbox says that it shows what is named."""

    tags = {"only"}  # noqa: RUF012

    def parse(self, parser: Parser) -> nodes.Node:
        """Return the tag's body behind a question that is asked when it is rendered."""
        lineno = next(parser.stream).lineno
        names: list[str] = []
        while parser.stream.current.type != "block_end":
            names.append(str(next(parser.stream).value))
        body = parser.parse_statements(("name:endonly",), drop_needle=True)
        named = nodes.Const(" ".join(names).replace(" - ", "-"), lineno=lineno)  # zh-Hant-TW
        shown = nodes.Filter(named, "_shown", [], [], None, None, lineno=lineno)
        return nodes.If(shown, body, [], [], lineno=lineno)


def passages_of(texts: Mapping[str, str]) -> list[Passage]:
    """Return the passages of some texts, by path, that begin with a tag of theirs."""
    return [one for path, text in texts.items() if "only" in text for one in _passages(text, path)]


def _passages(text: str, path: str) -> Iterator[Passage]:
    is_raw = False
    for tag in TAG.finditer(text):
        found = _STATEMENT.fullmatch(tag[0]) if tag["statement"] else None
        if found is None:
            continue
        if found["name"] in {"raw", "endraw"}:
            is_raw = found["name"] == "raw"
        elif found["name"] == "only" and not is_raw:
            line = text.count("\n", 0, tag.start()) + 1
            column = tag.start() - text.rfind("\n", 0, tag.start())
            yield Passage(Origin(path, line, column), tuple(_NAME.findall(found["rest"])))


def check_passages(
    passages: Sequence[Passage], formats: Collection[str], editions: Collection[str]
) -> None:
    """Raise ChapterkitError, at its place, for a passage that names nothing, or nothing known."""
    known = [*formats, *editions]
    for passage in passages:
        if not passage.names:
            hint = f"如 {{% only html epub %}}；可以写 {'、'.join(known)}"
            raise ChapterkitError("only 后面没有写格式的名字", passage.origin, hint)
        for name in passage.names:
            if name not in known:
                near = nearest(name, known)
                hint = f"最接近的是 {near}" if near else f"可以写 {'、'.join(known)}"
                raise ChapterkitError(
                    f"only 后面的 {name} 不是格式，也不是版本", passage.origin, hint
                )


def apart(
    passages: Sequence[Passage], variants: Iterable[Variant], editions: Collection[str]
) -> list[tuple[Variant, ...]]:
    """Return the variants, those together that show the same passages."""
    found: dict[tuple[bool, ...], list[Variant]] = {}
    for one in variants:
        key = tuple(one.shows(passage.names, editions) for passage in passages)
        found.setdefault(key, []).append(one)
    return [tuple(group) for group in found.values()]
