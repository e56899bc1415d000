"""Numbers that open a card when touched, pointed at or entered, by the browser's own means."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html import escape

from chapterkit.formats import AnyPrinting
from chapterkit.numbers.cards import Card, for_readers, state_for_readers
from chapterkit.text.numbering import identifiers_in
from chapterkit.text.passes import over_elements, passed
from chapterkit.text.tree import (
    Element,
    Tree,
    attributes_of,
    elements_of,
    inlines_of,
    number_id,
    over_outermost,
    raw,
    raw_block,
    tree_blocks,
    walk,
    with_attributes,
    with_blocks,
)

PREFIX = "number:"


def with_cards(tree: Tree, printing: AnyPrinting, here: Collection[str] = ()) -> Tree:
    """Return a tree in which recorded numbers are buttons, with a card for each behind the text.

    `here` are identifiers that cards may link to, besides those of the tree.

    In headings and links, which the contents repeat or which are pressed themselves, a number has
    a title instead.
    """
    titled = with_blocks(
        tree,
        over_outermost(
            tree_blocks(tree),
            {"Header", "Link"},
            lambda one: walk([one], lambda within: _titled(within, printing), {"Span"})[0],
        ),
    )
    shown = [id for id in _shown(titled) if id in printing.cards]
    made = passed(titled, over_elements(lambda one: _as_button(one, printing), {"Span"}))
    here = identifiers_in(made).union(here)
    cards = "\n".join(card_html(printing.cards[id], here) for id in shown)
    return with_blocks(made, [*tree_blocks(made), *([raw_block("html", cards)] if cards else [])])


def _shown(tree: Tree) -> list[str]:
    """Return the ids of the numbers that are to be buttons, each once, in order."""
    found = (number_id(one) for one in elements_of(tree, {"Span"}) if not _has_title(one))
    return list(dict.fromkeys(filter(None, found)))


def _has_title(element: Element) -> bool:
    return bool(attributes_of(element).get("title"))


def _titled(element: Element, printing: AnyPrinting) -> Element:
    card = printing.cards.get(number_id(element) or "")
    if card is None:
        return element
    return with_attributes(element, attributes_of(element).having("title", for_readers(card)))


def _as_button(element: Element, printing: AnyPrinting) -> Element | list[Element]:
    id = number_id(element)
    if id is None or id not in printing.cards or _has_title(element):
        return element
    name = escape(id)
    opening = f'<button class="number" data-number="{name}" popovertarget="{PREFIX}{name}">'
    return [raw("html", opening), *inlines_of(element), raw("html", "</button>")]


def card_html(card: Card, here: Collection[str]) -> str:
    """Return a number's card as HTML; `here` are the identifiers that it may link to."""
    number = card.number
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{inner}</dd>" for name, inner in _rows(card, here) if inner
    )
    return (
        f'<div popover id="{PREFIX}{escape(number.id)}">'
        f"<p><strong>{escape(number.text)}</strong> {escape(number.measured)}</p>"
        f"<dl>{rows}</dl></div>"
    )


def _rows(card: Card, here: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the rows of a card: what each tells of, and that as HTML."""
    number, wording = card.number, card.number.wording
    named = escape(card.source.named(wording) if card.source else number.cite)
    entry = f"ref-{number.cite}"
    linked = f'<a class="entry" href="#{escape(entry)}">{named}</a>' if entry in here else named
    parts = (linked, escape(number.at or ""), escape(wording.status(number.status)))
    yield wording.source_word, wording.comma.join(filter(None, parts))
    dated = card.entry.date if card.entry and card.state not in {"no-source", "stale"} else ""
    yield (
        wording.checked_word,
        escape(wording.comma.join(filter(None, (state_for_readers(card), dated)))),
    )
    if number.model.derived:
        yield wording.computed_word, f"<code>{escape(number.model.derived)}</code>"
    yield wording.record_word, f"<code>{escape(number.id)}</code>"
