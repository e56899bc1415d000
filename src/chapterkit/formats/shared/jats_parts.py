"""What pandoc leaves to do of an article in JATS: who and what it is, what goes together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

from defusedxml.ElementTree import fromstring

from chapterkit.formats import ChapterPrinting
from chapterkit.manuscript.publication import AUTHOR, isbn_digits
from chapterkit.text.tree import (
    attributes_of,
    blocks_of,
    inlines_of,
    kind_of,
    plain_text,
    tree_blocks,
)

# Of the versions whose schema a package brings, so that tests can hold it, the newest; an article
# of it is valid in later ones, too, but for the number.
_VERSION = "1.1"
_HEAD = b"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.1 20151215//EN" \
"JATS-journalpublishing1.dtd">
"""
_NAMESPACES = {"mml": "http://www.w3.org/1998/Math/MathML", "xlink": "http://www.w3.org/1999/xlink"}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_KINDS = {"fig": "fig", "table-wrap": "table", "sec": "sec", "disp-formula": "disp-formula"}


def article(written: bytes, printing: ChapterPrinting) -> bytes:
    """Return an article of what pandoc wrote of a chapter."""
    for prefix, address in _NAMESPACES.items():
        Xml.register_namespace(prefix, address)
    root: Xml.Element = fromstring(written)
    root.attrib |= {
        "article-type": "research-article",
        "id": printing.slug,
        "dtd-version": _VERSION,
    }
    root.set(_LANGUAGE, printing.language)
    root[:] = [_front(printing), *(one for one in root if one.tag != "front")]
    for parent in list(root.iter()):
        _gather_exhibits(parent)
        _number_formulas(parent)
    for wrap in [*root.iter("fig"), *root.iter("table-wrap")]:
        _label(wrap, printing.config.wording.caption)
    _tell_references(root, printing)
    _tell_links(root)
    printed: bytes = Xml.tostring(root, encoding="utf-8")
    return _HEAD + printed


# --- who and what it is


def _front(printing: ChapterPrinting) -> Xml.Element:
    config = printing.config
    journal = Xml.Element("journal-meta")
    _add(journal, "journal-id", config.identifier, {"journal-id-type": "publisher-id"})
    _add(_add(journal, "journal-title-group"), "journal-title", config.title)
    _add(journal, "issn")
    if config.isbn:
        _add(journal, "isbn", isbn_digits(config.isbn))
    _add(_add(journal, "publisher"), "publisher-name", config.publisher or config.author)
    front = Xml.Element("front")
    front[:] = [journal, _about(printing)]
    return front


def _about(printing: ChapterPrinting) -> Xml.Element:
    config = printing.config
    about = Xml.Element("article-meta")
    _add(about, "article-id", printing.slug, {"pub-id-type": "publisher-id"})
    titles = _add(about, "title-group")
    _add(titles, "article-title", printing.labelled_title)
    people = _add(about, "contrib-group")
    for one in config.makers:
        is_author = one.role == AUTHOR
        kind = {
            "contrib-type": "author" if is_author else one.role if one.role.isascii() else "other"
        }
        person = _add(people, "contrib", "", kind)
        _add(_add(person, "name-alternatives"), "string-name", one.name)
        if not is_author:
            _add(person, "role", one.word(config.wording))
    _date(_add(about, "pub-date", "", _PUBLISHED), printing)
    _add(about, "fpage", str(printing.start_page))
    if config.rights:
        _add(_add(about, "permissions"), "copyright-statement", config.rights)
    if config.description:
        _add(_add(about, "abstract"), "p", config.description)
    return about


_PUBLISHED = {"date-type": "pub", "publication-format": "electronic"}


def _date(element: Xml.Element, printing: ChapterPrinting) -> None:
    """Put in when the book appears, or else when the manuscript was last changed."""
    moment = datetime.fromtimestamp(printing.modified or 0, UTC)
    text = printing.config.date or f"{moment:%Y-%m-%d}"
    parts = text.split("-")
    for name, part in [*zip(("month", "day"), parts[1:], strict=False)][::-1]:
        _add(element, name, part)
    _add(element, "year", parts[0])


def _add(
    parent: Xml.Element, tag: str, text: str = "", attributes: dict[str, str] | None = None
) -> Xml.Element:
    made = Xml.SubElement(parent, tag, attributes or {})
    made.text = text or None
    return made


# --- what goes together


def _gather_exhibits(parent: Xml.Element) -> None:
    """Make one of each exhibit and the lines under it, which pandoc puts into a box."""
    for place, box in enumerate(list(parent)):
        wrap = box[0] if box.tag == "boxed-text" and len(box) else None
        if wrap is None or wrap.tag not in {"fig", "table-wrap"}:
            continue
        under = list(box)[1:]
        if {one.tag for one in under} - {"p", "fig", "table-wrap"}:
            continue
        if identifier := box.get("id"):
            wrap.set("id", identifier)
        if under and wrap.tag == "table-wrap":
            Xml.SubElement(wrap, "table-wrap-foot").extend(under)
        elif under:
            caption = wrap.find("caption")
            (wrap if caption is None else caption).extend(under)
        wrap.tail = box.tail
        parent[place] = wrap


def _number_formulas(parent: Xml.Element) -> None:
    """Give each numbered formula its number as a label."""
    for place, box in enumerate(list(parent)):
        if box.tag != "named-content" or box.get("content-type") != "equation":
            continue
        formula = box.find("disp-formula")
        number = box.find("named-content")
        if formula is None or number is None:
            continue
        label = Xml.Element("label")
        label.text = "".join(number.itertext())
        formula.insert(0, label)
        if identifier := box.get("id"):
            formula.set("id", identifier)
        formula.tail = box.tail
        parent[place] = formula


def _label(wrap: Xml.Element, between: str) -> None:
    """Take the number out of a caption's first paragraph, which becomes its title."""
    caption = wrap.find("caption")
    first = caption.find("p") if caption is not None else None
    if caption is None or first is None:
        return
    first.tag = "title"
    mark = first.find("named-content")
    if mark is None or mark.get("content-type") != "label":
        return
    label = Xml.Element("label")
    label.text = "".join(mark.itertext())
    first.text = (first.text or "") + (mark.tail or "").removeprefix(between)
    first.remove(mark)
    wrap.insert(0, label)


# --- references and links


def _tell_references(root: Xml.Element, printing: ChapterPrinting) -> None:
    """Give each work its number, and the reference as it is printed beside its parts."""
    listed = root.find("back/ref-list")
    if listed is None:
        return
    title = listed.find("title")
    if title is not None:
        title.text = printing.config.wording.references
    printed = dict(_printed(printing))
    for one in listed.iter("ref"):
        label, text = printed.get(one.get("id", ""), ("", ""))
        citation = one.find("element-citation")
        if not text or citation is None:
            continue
        one.remove(citation)
        if label:
            _add(one, "label", label)
        both = _add(one, "citation-alternatives")
        both.append(citation)
        _add(
            both, "mixed-citation", text, {"publication-type": citation.get("publication-type", "")}
        )


_NUMBER = re.compile(r"(\[\d+\])\s*")


def _printed(printing: ChapterPrinting) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the identifiers of references, with the number and the text of each."""
    for block in tree_blocks(printing.tree):
        if kind_of(block) == "Div" and attributes_of(block).identifier == "refs":
            for entry in blocks_of(block):
                text = "".join(plain_text(inlines_of(one)) for one in blocks_of(entry)).strip()
                found = _NUMBER.match(text)
                label, rest = (found[1], text[found.end() :]) if found else ("", text)
                yield attributes_of(entry).identifier, (label, rest)


def _tell_links(root: Xml.Element) -> None:
    """Tell of each link to a place in the text what stands there; none leads to nowhere."""
    kinds = {id: _KINDS.get(one.tag) for one in root.iter() if (id := one.get("id"))}
    for link in root.iter("xref"):
        kind = kinds.get(link.get("rid", ""))
        if kind and not link.get("ref-type"):
            link.set("ref-type", kind)
