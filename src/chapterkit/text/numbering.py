"""What bears a number, and what refers to it by its identifier. Pure.

A thing (chapter, section, record, figure, table, formula) is known by its identifier, never by its
number: that is counted here, from where the thing stands. A link without a text, `[](#fig:map)`,
and `{{ ref("fig:map") }}`, which writes such a link, get theirs from the thing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from chapterkit.errors import ChapterkitError, nearest
from chapterkit.manuscript.wording import CHINESE, Wording
from chapterkit.text.file_links import taken_apart
from chapterkit.text.origins import Rendered, replaced
from chapterkit.text.tree import (
    BEARING,
    Attributes,
    Element,
    Pass,
    Tree,
    attributes_of,
    blocks_of,
    caption_of,
    elements_of,
    inlines_of,
    is_displayed,
    kind_of,
    level_of,
    outermost,
    over_matching,
    over_outermost,
    plain_block,
    plain_text,
    space,
    span,
    string,
    target_of,
    title_text,
    tree_blocks,
    walk,
    with_attributes,
    with_blocks,
    with_caption,
    with_inlines,
)

Kind = Literal["chapter", "section", "record", "figure", "table", "equation", "place"]
Sections = Literal["none", "decimal", "chinese"]
Style = Literal["number", "title", "both"]
STYLES: tuple[Style, ...] = ("number", "title", "both")
REF = "ref"
"""The class of a link that `ref()` wrote: where it points must exist."""


@dataclass(frozen=True)
class Thing:
    """Something that can be referred to.

    `label` is its number as print names it (图 7.1), empty for what has none; `title` is plain
    text: a heading's, a caption; `chapter` the slug of the chapter that it stands in, and
    `chapter_label` what that is called (第 7 章). A place is whatever else has an identifier.
    """

    identifier: str
    kind: Kind
    label: str
    title: str
    chapter: str
    chapter_label: str


@dataclass(frozen=True)
class Counting:
    """How the things of a chapter are counted: what is counted, and what it is called.

    `chapter` is the slug, `number` what its things' numbers begin with (7, A), `label` what it is
    called itself (第 7 章), empty for one without a number; `records` the labels of records by
    slug, `labels` what the book calls its records (案例); `sections` tells how headings are
    numbered: not at all, 7.1, or 第一节.
    """

    chapter: str
    number: str
    label: str
    wording: Wording
    records: Mapping[str, str] = field(default_factory=dict)
    sections: Sections = "none"
    labels: tuple[str, ...] = ()

    def numbered(self, number: str) -> str:
        """Return a number within the chapter: 7.1."""
        return f"{self.number}.{number}" if self.number else number


UNCOUNTED = Counting("", "", "", CHINESE)
"""How the things of a text are counted that is no chapter of a book."""


def things_of(tree: Tree, counting: Counting) -> Iterator[Thing]:
    """Yield what in a chapter's tree bears a number or an identifier, kind by kind, in order.

    A figure or table has a number if it has a caption or an identifier, a formula if it has an
    identifier; places are not among them.
    """
    yield from (thing for _, thing, _ in _headings(tree, counting))
    for element, identifier, number in _numbered_floats(tree, counting):
        yield _thing(counting, identifier, _FLOATS[kind_of(element)], number, _caption(element))
    for element, number in _numbered_equations(tree, counting):
        yield _thing(counting, attributes_of(element).identifier, "equation", number, "")


_FLOATS: Mapping[str, Kind] = {"Figure": "figure", "Table": "table"}


def _numbered_floats(tree: Tree, counting: Counting) -> Iterator[tuple[Element, str, str]]:
    """Yield each figure and table that has a number, its identifier, and the number."""
    around = _identifiers_around(tree)
    count: Counter[str] = Counter()
    for element in outermost(tree_blocks(tree), _FLOATS):
        own = attributes_of(element).identifier
        identifier = own or around.get(id(element)) or _identifier_within(element)
        if identifier or _caption(element):
            count[kind_of(element)] += 1
            yield element, identifier, counting.numbered(str(count[kind_of(element)]))


def _identifiers_around(tree: Tree) -> dict[int, str]:
    """Return the identifiers of divs that begin with a figure or table without its own."""
    divs = ((one, blocks_of(one)[:1]) for one in elements_of(tree, {"Div"}))
    return {
        id(blocks[0]): attributes_of(one).identifier
        for one, blocks in divs
        if blocks and kind_of(blocks[0]) in _FLOATS
    }


def _numbered_equations(tree: Tree, counting: Counting) -> Iterator[tuple[Element, str]]:
    """Yield each formula that has a number, and the number."""
    for place, element in enumerate(filter(is_equation, elements_of(tree, {"Span"})), 1):
        yield element, counting.numbered(str(place))


@dataclass(frozen=True)
class Numeral:
    """The number of a thing where it is printed: 图 7.1 before a caption, （7.1） behind a formula.

    `form` is the wording round the number, `name` the word that things of this kind are counted
    under: 图.
    """

    identifier: str
    form: str
    name: str
    number: str

    @property
    def text(self) -> str:
        """What is printed."""
        return self.form.format(number=self.number)


Printed = Callable[[Numeral], list[Element]]
Tag = Callable[[Element, Numeral], Element]


def as_words(numeral: Numeral) -> list[Element]:
    """Return a number as text."""
    return _words(numeral.text)


def captioned(counting: Counting, printed: Printed = as_words) -> Pass:
    """Return the pass that puts the number of each figure and table before its caption."""
    wording = counting.wording

    def numbered(tree: Tree) -> Tree:
        labels: dict[int, Numeral] = {}
        for element, identifier, number in _numbered_floats(tree, counting):
            form = getattr(wording, _FLOATS[kind_of(element)])
            labels[id(element)] = Numeral(identifier, form, name_in(form), number)

        def change(element: Element) -> Element:
            label = labels.get(id(element))
            return _with_label(element, label, printed(label), wording) if label else element

        return with_blocks(tree, over_outermost(tree_blocks(tree), _FLOATS, change))

    return numbered


def name_in(form: str) -> str:
    """Return the word that things are counted under, given the wording of their numbers.

    >>> name_in("图 {number}"), name_in("Equation ({number})"), name_in("{number}")
    ('图', 'Equation', 'Number')
    """
    found = re.search(r"[^\W\d_]+", form.replace("{number}", " "))
    return found[0] if found else "Number"


def _with_label(
    element: Element, numeral: Numeral, label: list[Element], wording: Wording
) -> Element:
    """Return a figure or table whose caption begins with its number, once."""
    blocks = caption_of(element)
    if not blocks or kind_of(blocks[0]) not in {"Para", "Plain"}:
        return with_caption(element, [plain_block(label), *blocks])
    if title_text(inlines_of(blocks[0])).startswith(numeral.text):
        return element
    before = [*label, string(wording.caption)]
    first = with_inlines(blocks[0], [*before, *inlines_of(blocks[0])])
    return with_caption(element, [first, *blocks[1:]])


def tagged(counting: Counting, change: Tag) -> Pass:
    """Return the pass in which `change` gives each formula that has a number its number."""
    wording = counting.wording

    def numbered(tree: Tree) -> Tree:
        numbers = {id(one): number for one, number in _numbered_equations(tree, counting)}
        if not numbers:
            return tree

        def tag(element: Element) -> Element:
            identifier = attributes_of(element).identifier
            name = name_in(wording.equation)
            return change(element, Numeral(identifier, wording.tag, name, numbers[id(element)]))

        return with_blocks(tree, over_matching(tree_blocks(tree), numbers, tag))

    return numbered


def with_tag(equation: Element, numeral: Numeral) -> Element:
    """Return a numbered formula with its number behind it, in spans that a style can place."""
    number = span([string(numeral.text)], Attributes(classes=["equation-number"]))
    attributes = attributes_of(equation)._replace(classes=["equation"])
    return span([*inlines_of(equation), number], attributes)


def sectioned(counting: Counting) -> Pass:
    """Return the pass that puts the number of each section before its heading."""

    def numbered(tree: Tree) -> Tree:
        if counting.sections == "none":
            return tree
        marks = {id(one): mark for one, _, mark in _headings(tree, counting) if mark}

        def mark(heading: Element) -> Element:
            before = _words(marks[id(heading)])
            between = [] if marks[id(heading)][-1] in _CLOSE else [string(counting.wording.spaced)]
            return with_inlines(heading, [*before, *between, *inlines_of(heading)])

        return with_blocks(tree, over_matching(tree_blocks(tree), marks, mark))

    return numbered


# Marks of sections that stand close to the heading: 一、, （一）.
_CLOSE = "、）"


def is_equation(element: Element) -> bool:
    """Tell whether an element is a displayed formula with an identifier: a numbered one."""
    inlines = inlines_of(element)
    is_span = kind_of(element) == "Span" and attributes_of(element).identifier != ""
    return is_span and len(inlines) == 1 and is_displayed(inlines[0])


def _identifier_within(figure: Element) -> str:
    """Return the identifier of a figure's picture, where the author has put it there."""
    if kind_of(figure) != "Figure":
        return ""
    inlines = (one for block in blocks_of(figure) for one in inlines_of(block))
    return next((attributes_of(one).identifier for one in inlines if kind_of(one) == "Image"), "")


def _caption(element: Element) -> str:
    return " ".join(title_text(inlines_of(block)) for block in caption_of(element)).strip()


def _headings(tree: Tree, counting: Counting) -> Iterator[tuple[Element, Thing, str]]:
    """Yield each heading, what it is, and the number that is printed before it, if any."""
    above: list[int] = []
    for place, heading in enumerate(elements_of(tree, {"Header"})):
        identifier, level = attributes_of(heading).identifier, level_of(heading)
        title = title_text(inlines_of(heading))
        if label := counting.records.get(identifier, ""):
            own = title.removeprefix(label).strip()
            yield heading, _labelled(counting, identifier, "record", label, own), ""
        elif place == 0 and level == 1:
            label = counting.label
            yield heading, _labelled(counting, identifier, "chapter", label, title), ""
        elif counting.sections != "none" and level > 1 and not _is_unnumbered(heading):
            above = _next(above, level - 2)
            label, mark = _section(counting, above)
            yield heading, _labelled(counting, identifier, "section", label, title), mark
        else:
            yield heading, _labelled(counting, identifier, "section", "", title), ""


def _section(counting: Counting, counts: Sequence[int]) -> tuple[str, str]:
    """Return what a section is called in references, and what is printed before its heading.

    What is printed below a section in Chinese numerals (一、) names nothing by itself: such a
    section is referred to by its title.
    """
    if counting.sections == "decimal":
        number = counting.numbered(".".join(map(str, counts)))
        return counting.wording.section.format(number=number), number
    numeral = han_numeral(counts[-1])
    match len(counts):
        case 1:
            label = counting.wording.section_in_words.format(number=numeral)
            return label, label
        case 2:
            return "", f"{numeral}、"
        case 3:
            return "", f"（{numeral}）"
    return "", ""


def han_numeral(number: int) -> str:
    """Return a number from 1 to 99 in Chinese numerals.

    >>> [han_numeral(one) for one in (1, 10, 12, 20, 35)]
    ['一', '十', '十二', '二十', '三十五']
    """
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    if tens > len(digits) - 1:
        return str(number)
    before = ("" if tens == 1 else digits[tens]) + "十" if tens else ""
    return before + (digits[ones] if ones else "")


def _is_unnumbered(heading: Element) -> bool:
    return "unnumbered" in attributes_of(heading).classes


def _next(above: Sequence[int], depth: int) -> list[int]:
    """Return the counts of the levels down to `depth`, the last of them one more than before.

    >>> _next([2, 3], 0), _next([2, 3], 1), _next([2], 2)
    ([3], [2, 4], [2, 0, 1])
    """
    counts = [*above, *[0] * (depth + 1 - len(above))][: depth + 1]
    return [*counts[:-1], counts[-1] + 1]


def _thing(counting: Counting, identifier: str, kind: Kind, number: str, title: str) -> Thing:
    label = getattr(counting.wording, kind).format(number=number)
    return _labelled(counting, identifier, kind, label, title)


def _labelled(counting: Counting, identifier: str, kind: Kind, label: str, title: str) -> Thing:
    return Thing(identifier, kind, label, title, counting.chapter, counting.label)


# --- what a reference says


def named(thing: Thing, style: Style, wording: Wording, chapter: str) -> str:
    """Return what a reference in `chapter` calls a thing: 图 7.1, 第 8 章 图 8.2, “小结”.

    By number what has one, else by title in quotation marks; `both` gives number and title.
    """
    title = wording.quoted.format(text=thing.title) if thing.title else ""
    if style == "title":
        return title or thing.label
    label = thing.label or title
    if style == "both" and thing.label:
        label = wording.entitled.format(label=thing.label, title=title) if title else thing.label
    tells_chapter = thing.kind in {"chapter", "record"} or (
        thing.kind == "section" and "." in thing.label
    )
    is_elsewhere = thing.chapter != chapter and not tells_chapter
    if is_elsewhere and not label:
        return thing.chapter_label
    if is_elsewhere and thing.chapter_label and not thing.label:
        return wording.entitled.format(label=thing.chapter_label, title=label)
    if is_elsewhere and thing.chapter_label:
        return wording.elsewhere.format(chapter=thing.chapter_label, thing=label)
    return label


def places_of(tree: Tree, counting: Counting) -> dict[str, Thing]:
    """Return all that has an identifier in a chapter's tree, the things among it as such."""
    names = identifiers_in(tree)
    places = {name: _labelled(counting, name, "place", "", "") for name in names}
    return places | identifiers_of([*things_of(tree, counting)])


def identifiers_in(tree: Tree) -> set[str]:
    """Return every identifier that an element of a tree carries."""
    return {attributes_of(element).identifier for element in elements_of(tree, BEARING)} - {""}


_EMPTY = re.compile(r"\[\]\((?P<address>[^)\s]+)\)(?P<attributes>\{[^}\n]*\})?")
_STYLE = re.compile(r"\bstyle=(\w+)")


_LINK = re.compile(r"\]\(<?#([^)\s>]+)")


def targets_in(rendered: Rendered) -> set[str]:
    """Return the identifiers that links within the book may point to."""
    return {identifier for identifier, _ in links_in(rendered)}


def links_in(rendered: Rendered) -> Iterator[tuple[str, int]]:
    """Yield the identifiers that links within the book may point to, and where they stand."""
    return ((one[1], one.start(1)) for one in _LINK.finditer(rendered.text))


def _is_empty(element: Element) -> bool:
    address = target_of(element).address
    return kind_of(element) == "Link" and address.startswith("#") and not inlines_of(element)


def _identifier(link: Element) -> str:
    return target_of(link).address[1:]


def with_references(
    tree: Tree,
    rendered: Rendered,
    known: Mapping[str, Thing],
    counting: Counting,
    others: Collection[str] = (),
    leading: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Tree, Rendered]:
    """Return a tree and its Markdown, links without a text having that of what they point to.

    `leading` are addresses that stand for identifiers: files of the book.

    Raises ChapterkitError, where it was written, for a `ref()` to nothing, with the nearest of
    what is known and of `others` as hint; any other link to nothing stays empty.
    """
    texts: dict[tuple[str, Style], str] = {}

    def text_for(identifier: str, style: str) -> str:
        thing = known.get(identifier)
        wanted: Style = style if style in STYLES else "number"
        if thing is None:
            return ""
        key = identifier, wanted
        if key not in texts:
            texts[key] = named(thing, wanted, counting.wording, counting.chapter)
        return texts[key]

    def in_markdown(found: re.Match[str]) -> str:
        address = found["address"]
        identifier = address[1:] if address[0] == "#" else leading.get(address, "")
        if not identifier:
            return found[0]
        style = _STYLE.search(found["attributes"] or "")
        text = text_for(identifier, style[1] if style else "number")
        if not text and f".{REF}" in (found["attributes"] or ""):
            raise _unknown(identifier, [*known, *others]).at(rendered.origin(found.start()))
        return f"[{_escaped(text)}]({address})" if text else found[0]

    def in_tree(element: Element) -> Element:
        if not _is_empty(element):
            return element
        attributes = attributes_of(element)
        text = text_for(_identifier(element), attributes.get("style", "number"))
        if not text:
            return element
        classes = [one for one in attributes.classes if one != REF]
        pairs = [pair for pair in attributes.pairs if pair[0] != "style"]
        plain = with_attributes(element, attributes._replace(classes=classes, pairs=pairs))
        return with_inlines(plain, _words(text))

    changes = [(one.start(), one.end(), in_markdown(one)) for one in _EMPTY.finditer(rendered.text)]
    if not changes:
        return tree, rendered
    blocks = walk(tree_blocks(tree), in_tree, {"Link"})
    return with_blocks(tree, blocks), replaced(rendered, changes)


def _unknown(identifier: str, known: Collection[str]) -> ChapterkitError:
    near = nearest(identifier, known)
    hint = f"最接近的是 {near}" if near else "给要指的标题、图、表或公式加上 {#标识}"
    return ChapterkitError(f"没有 {identifier} 这个标识", hint=hint)


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_~^$@\[\]<>#|&{}])", r"\\\1", text)


def _words(text: str) -> list[Element]:
    parts = re.split("( +)", text)
    return [space() if part.isspace() else string(part) for part in parts if part]


_TELLING = frozenset({"figure", "table", "equation"})
"""Kinds of things whose own number tells the chapter."""


def as_one_book(tree: Tree, things: Sequence[Thing], counting: Counting) -> Tree:
    """Return a chapter's tree in a file with all these things: 图 8.2, no longer 第 8 章 图 8.2.

    What the author has worded otherwise stays.
    """
    texts = {
        (one.identifier, named(one, style, counting.wording, counting.chapter)): (one, style)
        for one in things
        if one.identifier and one.kind in _TELLING and one.chapter != counting.chapter
        for style in STYLES
    }

    def change(element: Element) -> Element:
        if not target_of(element).address.startswith("#"):
            return element
        key = taken_apart(_identifier(element))[1], plain_text(inlines_of(element))
        if key not in texts:
            return element
        thing, style = texts[key]
        return with_inlines(element, _words(named(thing, style, counting.wording, thing.chapter)))

    return with_blocks(tree, walk(tree_blocks(tree), change, {"Link"})) if texts else tree


def without_links_elsewhere(tree: Tree, here: Collection[str] | None = None) -> Tree:
    """Return a tree in a file where a link to another one is only its text.

    `here` are the identifiers of the file, the tree's own if none are given.
    """
    if here is None:
        here = {attributes_of(element).identifier for element in elements_of(tree, BEARING)}

    def change(element: Element) -> Element | list[Element]:
        address = target_of(element).address
        is_away = address.startswith("#") and address[1:] not in here
        return inlines_of(element) if is_away else element

    return with_blocks(tree, walk(tree_blocks(tree), change, {"Link"}))


def identifiers_of(things: Sequence[Thing]) -> dict[str, Thing]:
    """Return things by their identifiers, those without one left out."""
    return {one.identifier: one for one in things if one.identifier}
