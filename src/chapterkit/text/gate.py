"""The gate: what a tree may contain that is handed to a writer. Pure.

Writers act on attributes (they open files that attributes name, and write handlers and code where
these say so), and whoever reads the output follows its addresses. So what is not known here does
not get through: attributes are taken away, a link to anywhere else becomes its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Literal, NamedTuple

from chapterkit.patterns import Late
from chapterkit.text.addresses import is_identifier, link_address
from chapterkit.text.tree import (
    BEARING,
    KEEP,
    TEXTS,
    Attributes,
    Element,
    Target,
    Tree,
    all_attributes_of,
    attributes_of,
    inlines_of,
    kind_of,
    printable,
    target_of,
    text_of,
    tree_blocks,
    walk,
    with_all_attributes,
    with_attributes,
    with_target,
    with_text,
)

Fault = Literal["identifier", "reserved", "class", "key", "value", "repeated", "raw"]


class Foreign(NamedTuple):
    """Something about an element that no writer is handed: what kind of thing, and what it says."""

    fault: Fault
    name: str
    value: str = ""


_LENGTH = Late(r"\d{1,4}(?:\.\d{1,4})?(?:%|px|cm|mm|em|in|pt)?")
_LANGUAGE = Late(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?"
    r"(?:-(?:\d[A-Za-z0-9]{3}|[A-Za-z0-9]{5,8}))*"
)
# The form that the value of each key has: a text without line breaks, a length, a BCP 47 tag
# (without an extended language: Typst takes zh-yue for no language at all).
_VALUES = {
    "alt": Late(r"[^\x00-\x1f\x7f]*"),
    "data-number": Late(r"[\w.:-]{1,200}"),
    "entry-spacing": Late(r"\d{1,2}"),
    "height": _LENGTH,
    "lang": _LANGUAGE,
    "line-spacing": Late(r"\d{1,2}"),
    "width": _LENGTH,
}


@dataclass(frozen=True)
class Known:
    """What may stand in a tree, classes and keys by the kind of element.

    `anywhere` are the classes that every element may have. `reserved` matches the identifiers
    that stand for something else already; `entries` those of references, whose keys may have
    marks that others have not.
    """

    classes: Mapping[str, frozenset[str]]
    keys: Mapping[str, frozenset[str]]
    reserved: Late
    entries: Late
    anywhere: frozenset[str] = frozenset({KEEP})

    def foreign(self, element: Element) -> Iterator[Foreign]:
        """Yield what is not known of an element, and of the parts that a table has."""
        kind = kind_of(element)
        if _is_raw(element):
            yield Foreign("raw", text_of(element))
        for attributes in all_attributes_of(element):
            if any(attributes):
                yield from self._foreign(kind, attributes)

    def _foreign(self, kind: str, attributes: Attributes) -> Iterator[Foreign]:
        if fault := self._identifier_fault(kind, attributes.identifier):
            yield Foreign(fault, attributes.identifier)
        for name in attributes.classes:
            if not self._knows_class(kind, name):
                yield Foreign("class", name)
        seen: set[str] = set()
        for key, value in attributes.pairs:
            if fault := self._pair_fault(kind, key, value, seen):
                yield Foreign(fault, key, value)
            seen.add(key)

    def _identifier_fault(self, kind: str, identifier: str) -> Fault | None:
        if not identifier or self.entries.fullmatch(identifier):
            return None
        if not is_identifier(identifier):
            return "identifier"
        taken = self.reserved.fullmatch(identifier) and (kind, identifier) != ("Div", "refs")
        return "reserved" if taken else None

    def _knows_class(self, kind: str, name: str) -> bool:
        if kind in {"Code", "CodeBlock"} and name.lower() in code_languages():
            return True
        return name in self.anywhere or name in self.classes.get(kind, ())

    def _pair_fault(self, kind: str, key: str, value: str, seen: set[str]) -> Fault | None:
        if key != "lang" and key not in self.keys.get(kind, ()):
            return "key"
        if not _VALUES[key].fullmatch(value):
            return "value"
        return "repeated" if key in seen else None

    def let_through(self, kind: str, attributes: Attributes) -> Attributes:
        """Return the attributes of an element of this kind without what is not known of them."""
        _, classes, pairs = attributes
        seen: set[str] = set()
        kept: list[tuple[str, str]] = []
        for key, value in pairs:
            if not self._pair_fault(kind, key, value, seen):
                kept.append((key, value))
                seen.add(key)
        return Attributes(
            self._identifier(kind, attributes.identifier),
            [name for name in classes if self._knows_class(kind, name)],
            kept,
        )

    def _identifier(self, kind: str, identifier: str) -> str:
        """Return an identifier that may stand; a heading has one in any case, for the contents."""
        if not self._identifier_fault(kind, identifier):
            return identifier
        return (
            "heading-" + "".join(filter(is_identifier, identifier))[:100]
            if kind == "Header"
            else ""
        )

    def address(self, address: str) -> str | None:
        """Return the address of a link as it may stand in print; None for one that may not."""
        to_entry = address.startswith("#") and self.entries.fullmatch(address[1:])
        return address if to_entry else link_address(address)


@cache
def code_languages() -> frozenset[str]:
    """Return the languages that a piece of code may say it is in."""
    text = files("chapterkit").joinpath("data", "code-languages.txt").read_text("utf-8")
    return frozenset(
        name for line in text.splitlines() if not line.startswith("# ") for name in line.split()
    )


# What the templates, pandoc and citeproc call their own: the contents, notes, lines of code,
# references, the marks at which a PDF's texts begin and end.
_RESERVED = (
    r"TOC|toc-.*|number:.*|footnotes|fn\d+|fnref\d+|cb\d+(?:-\d+)?|refs|ref-.*"
    r"|(?:chapter|text)-begins|text-ends"
)
AUTHORS = Known(
    classes={
        "Div": frozenset({"note", "exhibit"}),  # the latter is what calls place
        "Header": frozenset({"unnumbered", "unlisted"}),
        "Link": frozenset({"uri", "email"}),  # what the reader makes of <https://…>
        "Span": frozenset({"number"}),
    },
    keys={"Image": frozenset({"alt", "width", "height"}), "Span": frozenset({"data-number"})},
    reserved=Late(_RESERVED),
    entries=Late(r"(?!)"),
)
"""What authors may write; `lang` may stand everywhere."""

CITED = Known(
    classes={
        **AUTHORS.classes,
        "Div": AUTHORS.classes["Div"]
        | {"references", "csl-bib-body", "hanging-indent", "csl-entry", "csl-block"},
        "Span": AUTHORS.classes["Span"]
        | {"csl-left-margin", "csl-right-inline", "csl-block", "csl-indent"}
        | {"nocase", "nodecor", "csl-no-emph", "csl-no-strong", "csl-no-smallcaps"},
    },
    keys={**AUTHORS.keys, "Div": frozenset({"entry-spacing", "line-spacing"})},
    reserved=AUTHORS.reserved,
    entries=Late(r"""ref-[^\s\\"'<>`{}()\[\]\x00-\x1f\x7f]{1,200}"""),
)
"""What there is besides once citeproc has put citations and references in."""


# Commands that do more than set a formula: they read, write, run, or change what others mean.
_COMMAND = Late(
    r"\\(?:input|include|usepackage|documentclass|openin|openout|read|readline|write|immediate"
    r"|special|csname|catcode|def|edef|gdef|xdef|let|futurelet|global|expandafter|newcommand"
    r"|renewcommand|providecommand|newenvironment|newread|newwrite|loop|directlua|latelua|pdf[a-z]*"
    r"|XeTeX[A-Za-z]*|shipout|output|everymath|everydisplay|every[a-z]+|jobname|meaning|scantokens"
    r"|includegraphics|verbatiminput|lstinputlisting|import|subfile|bibliography|begingroup"
    r"|endgroup|makeatletter|endinput|end\s*\{document\}|ShellEscape|uppercase|lowercase|font"
    r"|batchmode|errmessage|message|show[a-z]*|typeout|tracing[a-z]*)(?![A-Za-z])|\^\^"
)


def formula_command(formula: str) -> str:
    """Return what of a formula TeX would take for more than a formula; nothing if there is none."""
    found = _COMMAND.search(formula)
    return found[0] if found else ""


def gated(tree: Tree, known: Known = AUTHORS) -> Tree:
    """Return a tree in which nothing is left that is not known; metadata are none.

    The text of a link that may not stand stays, and so does everything that attributes were on.
    """
    seen: set[str] = set()
    blocks = walk(
        tree_blocks(tree), lambda element: _once(_let_through(element, known), seen), _LOOKED_AT
    )
    return {**tree, "meta": {}, "blocks": blocks}


_RAW = frozenset({"RawInline", "RawBlock"})
_LOOKED_AT = TEXTS | BEARING | _RAW


def _once(element: Element | list[Element], seen: set[str]) -> Element | list[Element]:
    """Return an element without an identifier that another has: the PDF can name but one so."""
    if isinstance(element, list) or kind_of(element) not in BEARING:
        return element
    attributes = attributes_of(element)
    name = attributes.identifier
    if not name or name not in seen:
        seen.add(name)
        return element
    other = next(one for place in count(2) if (one := f"{name}-{place}") not in seen)
    seen.add(other)
    plain = attributes._replace(identifier=other if kind_of(element) == "Header" else "")
    return with_attributes(element, plain)


def _is_raw(element: Element) -> bool:
    return kind_of(element) in _RAW


def _let_through(element: Element, known: Known) -> Element | list[Element]:
    kind = kind_of(element)
    if kind in TEXTS:
        element = _printable(element)
    if kind not in BEARING:
        return [] if _is_raw(element) else element
    if kind == "Link" and known.address(target_of(element).address) is None:
        return inlines_of(element)
    if kind in {"Link", "Image"}:
        element = with_target(element, _target(element, known))
    if any(map(any, all_attributes_of(element))):
        return with_all_attributes(element, lambda one: known.let_through(kind, one))
    return element


def _printable(element: Element) -> Element:
    text = text_of(element)
    plain = printable(text)
    return element if plain == text else with_text(element, plain)


def _target(element: Element, known: Known) -> Target:
    """Return where a link or a picture points; the formats look at pictures' own addresses."""
    address, title = target_of(element)
    if kind_of(element) == "Link":
        address = known.address(address) or ""
    return Target(printable(address), printable(title))
