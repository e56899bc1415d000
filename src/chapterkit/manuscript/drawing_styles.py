"""The styles of a drawing: properties that print can show, values without an address. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import Element

import cssselect2
import tinycss2

from chapterkit.manuscript.pictures import PictureError

MAX_SHEET = 500_000


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    """Return the lists of data/pictures/svg.txt by the [name] over each, without comments."""
    text = files("chapterkit").joinpath("data", "pictures", "svg.txt").read_text("utf-8")
    plain = re.sub(r"#.*", "", text)
    parts = re.split(r"^\[(.+)\]$", plain, flags=re.MULTILINE)
    return {
        name: frozenset(words.split()) for name, words in zip(parts[1::2], parts[2::2], strict=True)
    }


def names(of: str) -> frozenset[str]:
    """Return the names that are taken over of a drawing: its elements, say, or attributes."""
    return _lists()[of]


PROPERTIES, _FUNCTIONS = names("properties"), names("functions")
_PLAIN = frozenset(
    {"ident", "whitespace", "number", "percentage", "dimension", "hash", "string", "literal"}
)
_LITERALS = frozenset(",/+-*")
_LARGEST = 1e9
_CALL = re.compile(r"#[^\s\"'()<>&#;\\]{1,200}")
_CALLED = re.compile(r"url\(\"?#([^\"')]+)\"?\)")
_EMBED = "把要用的东西嵌进这个 SVG，或另存为 PNG"


@dataclass(frozen=True)
class Declared:
    """What is said of properties: what counts, and what counts more than that."""

    normal: Mapping[str, str]
    important: Mapping[str, str]


NOTHING = Declared({}, {})


@dataclass(frozen=True)
class StyleRule:
    """One rule of a style sheet: which elements it is about, and what it says of them."""

    selectors: Sequence[Any]
    said: Declared


class _StrangeError(Exception):
    """A value that print has no use for."""


def rules_of(sheet: str) -> list[StyleRule]:
    """Return the rules of a style sheet that can be kept.

    Raises PictureError for one that is too long, or fetches something from elsewhere.
    """
    if len(sheet) > MAX_SHEET:
        raise PictureError("样式太多", hint="用绘图软件把它化简，或另存为 PNG")
    rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    if any(one.type == "at-rule" and one.lower_at_keyword == "import" for one in rules):
        raise PictureError("用了外面的样式表", hint=_EMBED)
    return list(_kept_rules(rules))


def _kept_rules(rules: Iterable[Any]) -> Iterator[StyleRule]:
    for one in rules:
        if one.type != "qualified-rule":
            continue
        try:
            selectors = cssselect2.compile_selector_list(one.prelude)
        except cssselect2.SelectorError:
            continue
        yield StyleRule(selectors, _declared(one.content))


def applied(rules: Sequence[StyleRule], root: Element) -> dict[Element, Declared]:
    """Return what rules say of each element below a root, the last and strongest word of all."""
    matcher = cssselect2.Matcher()
    for rule in rules:
        for selector in rule.selectors:
            matcher.add_selector(selector, rule)
    found: dict[Element, Declared] = {}
    for element in cssselect2.ElementWrapper.from_xml_root(root).iter_subtree():
        matched = [rule for _, _, pseudo, rule in matcher.match(element) if pseudo is None]
        if matched:
            found[element.etree_element] = Declared(
                _over(*(rule.said.normal for rule in matched)),
                _over(*(rule.said.important for rule in matched)),
            )
    return found


def together(sheet: Declared, own: str) -> str:
    """Return an element's style: what the sheets say of it, and over that its own."""
    declared = _declared_by_hand(own) if own else NOTHING
    said = _over(sheet.normal, declared.normal, sheet.important, declared.important)
    return ";".join(f"{key}:{value}" for key, value in said.items())


@lru_cache
def _declared_by_hand(own: str) -> Declared:
    return _declared(own)


def _over(*said: Mapping[str, str]) -> dict[str, str]:
    """Return what is said in the end, in the order of the last words: `font` undoes `font-size`."""
    last: dict[str, str] = {}
    for one in said:
        for key, value in one.items():
            last.pop(key, None)
            last[key] = value
    return last


def _declared(css: Any) -> Declared:
    """Return the declarations that can be kept."""
    normal: dict[str, str] = {}
    important: dict[str, str] = {}
    for one in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True):
        known = one.type == "declaration" and one.lower_name in PROPERTIES
        if known and (kept := _kept(one.value)):
            (important if one.important else normal)[one.lower_name] = kept
    return Declared(normal, important)


@lru_cache
def value_of(text: str) -> str:
    """Return the value of an attribute that says what a property does; empty if it is dropped.

    Raises PictureError for one that is fetched from elsewhere.

    >>> value_of("url(#a)  red")
    'url(#a) red'
    >>> value_of("expression(1)")
    ''
    """
    return _kept(tinycss2.parse_component_value_list(text, skip_comments=True))


def _kept(tokens: Iterable[Any]) -> str:
    try:
        return "".join(map(_written, tokens)).strip()
    except _StrangeError:
        return ""


def _written(token: Any) -> str:
    """Return a part of a value as CSS; an address is that of something in the same drawing."""
    if token.type == "url":
        return _call(token.value)
    if token.type == "function":
        if token.lower_name == "url":
            return _call("".join(one.value for one in token.arguments if one.type == "string"))
        if token.lower_name in _FUNCTIONS:
            return f"{token.lower_name}({''.join(map(_written, token.arguments))})"
        raise _StrangeError
    if token.type == "whitespace":
        return " "
    if token.type not in _PLAIN or (token.type == "literal" and token.value not in _LITERALS):
        raise _StrangeError
    if token.type in {"number", "dimension", "percentage"} and not abs(token.value) < _LARGEST:
        raise _StrangeError
    return str(token.serialize())


def _call(address: str) -> str:
    address = address.strip()
    if not _CALL.fullmatch(address):
        shown = address if len(address) <= 60 else f"{address[:60]}…"
        raise PictureError(f"用了外面的 {shown}", hint=_EMBED)
    return f"url({address})"


def calls(key: str, value: str) -> Iterator[tuple[str, str]]:
    """Yield the properties in an attribute that was built anew which call for something by its id.

    >>> list(calls("style", "fill:url(#a);stroke:red"))
    [('fill', 'a')]
    """
    if "url(" in value:
        for one in value.split(";") if key == "style" else (f"{key}:{value}",):
            name, _, said = one.partition(":")
            yield from ((name, id) for id in _CALLED.findall(said))
