"""The evidence as blocks: under each record a table of its numbers, and what uses them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from chapterkit.formats import AnyPrinting, ChapterPrinting
from chapterkit.formats.shared.exhibits import table_in_typst
from chapterkit.manuscript.plan import EVIDENCE
from chapterkit.manuscript.wording import Wording
from chapterkit.numbers.evidence import Evidence, Group
from chapterkit.text.passes import over_elements
from chapterkit.text.tree import (
    Attributes,
    Element,
    Pass,
    attributes_of,
    bare,
    blocks_of,
    div,
    header,
    kind_of,
    paragraph,
    plain_line,
    raw,
    space,
    span,
    string,
    table,
    text_of,
    walk,
)

CLASS = "evidence"
_WIDTHS = (0.23, 0.11, 0.16, 0.19, 0.31)


def evidence_blocks(printing: AnyPrinting) -> list[Element]:
    """Return the blocks of the evidence, a heading and a table for each record."""
    wording = printing.config.wording
    return [block for group in printing.evidence for block in _group(group, wording)]


def _group(group: Group, wording: Wording) -> Iterator[Element]:
    label = [*_words(group.label), string(wording.heading)] if group.label else []
    yield header(2, Attributes(f"evidence-{group.slug}"), [*label, *_words(group.title)])
    heads = (
        wording.evidence_number, wording.evidence_value, wording.evidence_source,
        wording.evidence_state, wording.evidence_uses,
    )  # fmt: skip
    rows = [_row(one, wording) for one in group.numbers]
    named = Attributes(classes=[CLASS]).having("data-label", group.named)
    yield div([table(_WIDTHS, [_words(one) for one in heads], rows)], named)


def _row(one: Evidence, wording: Wording) -> list[list[Element]]:
    shown = wording.when.format(of=one.measures, when=one.condition)
    own = _words(shown if one.condition else one.measures)
    name = span([string(one.id)], Attributes(f"evidence-{one.id}", ["name"]))
    printed = wording.as_printed.format(text=one.printed) if one.printed else ""
    came = [
        one.status,
        wording.computed.format(derived=one.computed) if one.computed else "",
        wording.comma.join(filter(None, (one.state, one.found, one.when_verified))),
        one.note,
    ]
    leads = wording.listed.join(id.rpartition(".")[2] for id in one.leads_to)
    uses = [use.text for use in one.uses]
    uses += [wording.leads_to.format(names=leads)] if leads else []
    return [
        [*own, bare("LineBreak"), name],
        _words(one.text),
        _lines([one.source or one.cite, one.locator, printed]),
        _lines(came),
        _lines(uses or [wording.unused]),
    ]


def _lines(texts: Iterable[str]) -> list[Element]:
    """Return texts as lines of a cell, what is empty left out."""
    inlines: list[Element] = []
    for text in filter(None, texts):
        inlines += [bare("LineBreak")] if inlines else []
        inlines += _words(text)
    return inlines


def _words(text: str) -> list[Element]:
    """Return a text as inlines, so that lines may break between its words."""
    inlines: list[Element] = []
    for word in plain_line(text).split():
        inlines += [space()] if inlines else []
        inlines.append(string(word))
    return inlines


# --- the tables in formats


def has_evidence(printing: AnyPrinting) -> bool:
    """Tell whether the evidence is among what is printed: it is the text, or an appendix."""
    if isinstance(printing, ChapterPrinting):
        return bool(printing.evidence) and not printing.beside
    return printing.config.appendix == EVIDENCE


def over_evidence(printing: AnyPrinting, change: Callable[[Element], Element]) -> Pass:
    """Return the pass in which `change` makes an element of each table's div."""

    def changed(element: Element) -> Element:
        is_ours = CLASS in attributes_of(element).classes
        return change(element) if is_ours else element

    return over_elements(changed, {"Div"}) if has_evidence(printing) else lambda tree: tree


def in_typst(element: Element) -> Element:
    """Return a table of the evidence as Typst sets it."""
    [made] = walk(blocks_of(element), _breakable)
    return paragraph([raw("typst", "#book-evidence("), *table_in_typst(made), raw("typst", ")")])


_JOINT = re.compile(r"(?<=[-_./,:;|=>`\"'])(?=[\w<`\"'])")
_LONG = 12


def _breakable(element: Element) -> Element | list[Element]:
    """Let names and addresses be broken behind what joins their parts."""
    text = text_of(element) if kind_of(element) == "Str" else ""
    if len(text) <= _LONG:
        return element
    first, *others = _JOINT.split(text)
    pieces = [string(first)]
    for one in others:
        pieces += [raw("typst", "#sym.zws;"), string(one)]
    return pieces


def reachable(element: Element) -> Element:
    """Let a keyboard reach a table that may have to be scrolled."""
    label = attributes_of(element).get("data-label")
    told = [("tabindex", "0"), ("role", "group"), ("aria-label", label)]
    return div(blocks_of(element), Attributes(classes=[CLASS, "wide"], pairs=told))


# --- CSV

_COLUMNS = (
    "record", "number", "measures", "condition", "value", "unit", "text", "printed", "computed",
    "source_key", "source", "locator", "status", "verification", "verified_on", "found_at", "note",
    "sentences", "exhibits", "leads_to",
)  # fmt: skip
_FORMULA = tuple("=+-@\t\r")


def evidence_csv(printing: AnyPrinting) -> str:
    """Return the evidence as comma-separated values, a line for each number.

    A spreadsheet opens it as UTF-8, and takes no text in it for a formula.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for group in printing.evidence:
        writer.writerows(map(_as_text, _values(one, group.named)) for one in group.numbers)
    return "\ufeff" + out.getvalue()


def _values(one: Evidence, record: str) -> Sequence[str]:
    sentences = [use.text for use in one.uses if not use.is_exhibit]
    exhibits = [use.text for use in one.uses if use.is_exhibit]
    return (
        record, one.id, one.measures, one.condition, one.value, one.unit, one.text, one.printed,
        one.computed, one.cite, one.source, one.locator, one.status, one.state, one.when_verified,
        one.found, one.note, "\n".join(sentences), "\n".join(exhibits), "\n".join(one.leads_to),
    )  # fmt: skip


def _as_text(value: str) -> str:
    """Return a value that no spreadsheet takes for a formula: a signed number is none."""
    is_number = value[1:].replace(".", "", 1).replace("%", "", 1).isdigit()
    return f"'{value}" if value.startswith(_FORMULA) and not is_number else value
