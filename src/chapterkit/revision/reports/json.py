"""JSON, for programs; the keys stay what they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chapterkit.errors import Origin
from chapterkit.revision.difference import Difference
from chapterkit.revision.fates import Fate
from chapterkit.revision.figures import Figure, Said, Typed
from chapterkit.revision.mentions import Headed, Mention, Numbered
from chapterkit.revision.paragraphs import Heading, Paragraph
from chapterkit.revision.reports import KINDS, of_kind, words_of
from chapterkit.showing import as_json


def as_text(difference: Difference) -> str:
    """Return everything that is another; unchanged paragraphs are only counted."""
    return as_json(
        {
            "base": difference.old.name,
            "head": difference.new.name,
            "paragraphs": [_fate(one) for one in difference.changed],
            "numbers": [_figure(one) for one in difference.numbers],
            "typed": [_typed(one) for one in difference.typed],
            "citations": [_mention(one, "key") for one in difference.citations],
            "references": [_mention(one, "identifier") for one in difference.references],
            "headings": [_headed(one) for one in difference.headings],
            "records": [_numbered(one) for one in difference.records],
            "exhibits": [_numbered(one) for one in difference.exhibits],
            "lengths": [
                {
                    "section": one.identifier, "title": one.title, "old": one.old, "new": one.new,
                    "budget": one.budget and list(one.budget), "fits": one.fits,
                }
                for one in difference.lengths
            ],
            "summary": {kind: len(of_kind(difference, kind)) for kind in KINDS},
        }
    )  # fmt: skip


def _fate(fate: Fate) -> dict[str, Any]:
    changed = fate.kind in {"reworded", "shortened"}
    return {
        "kind": fate.kind,
        "moved": fate.moved,
        "how": fate.how,
        "lost": fate.lost,
        "old": fate.old and _paragraph(fate.old),
        "new": [_paragraph(one) for one in fate.new],
        "changes": [
            {"operation": one.operation, "text": one.text}
            for one in (words_of(fate) if changed else ())
        ],
        "gone": list(fate.gone),
        "like": fate.like and _paragraph(fate.like),
    }


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    section = paragraph.section
    return {
        **_place(paragraph.origin),
        "chapter": paragraph.chapter,
        "section": section.name if section else "",
        "text": paragraph.text,
    }


def _place(origin: Origin) -> dict[str, Any]:
    return {"path": origin.path, "line": origin.line, "column": origin.column}


def _said(found: Iterable[Said]) -> list[dict[str, Any]]:
    return [{"text": one.text, **_place(one.origin)} for one in found]


def _figure(figure: Figure) -> dict[str, Any]:
    known = figure.new or figure.old
    assert known
    return {
        "number": figure.name,
        "was": figure.was,
        "changes": list(figure.kinds),
        "fields": {one.name: {"old": one.old, "new": one.new} for one in figure.fields},
        "text": known.text,
        "cite": known.cite,
        "at": known.at or "",
        "status": known.status,
        "old_uses": _said(figure.old_uses),
        "new_uses": _said(figure.new_uses),
    }


def _typed(one: Typed) -> dict[str, Any]:
    return {
        "old": list(one.old),
        "new": list(one.new),
        "old_uses": _said(one.old_uses),
        "new_uses": _said(one.new_uses),
    }


def _mention(one: Mention, name: str) -> dict[str, Any]:
    return {name: one.name, "kind": one.kind, "uses": _said(one.uses)}


def _headed(one: Headed) -> dict[str, Any]:
    return {"kind": one.kind, "old": _heading(one.old), "new": _heading(one.heading)}


def _heading(heading: Heading | None) -> dict[str, Any] | None:
    if heading is None:
        return None
    about = {"identifier": heading.identifier, "level": heading.level, "text": heading.text}
    return {**_place(heading.origin), "chapter": heading.chapter, **about}


def _numbered(one: Numbered) -> dict[str, Any]:
    return {
        "kind": one.kind, "identifier": one.identifier, "was": one.was_called or one.identifier,
        "title": one.title, "change": one.change, "old": one.was, "new": one.label,
    }  # fmt: skip
