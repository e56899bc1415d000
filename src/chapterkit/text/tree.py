"""pandoc's tree, typed: how its elements are built, read and walked through. Pure.

pandoc gives a document as JSON: an element is its kind ("t") and its content ("c"), which each
kind lays out in its own way. That layout is known here and nowhere else.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, NotRequired, TypedDict

Tree = dict[str, Any]
Pass = Callable[[Tree], Tree]


class Element(TypedDict):
    """A block, an inline, or a mere mark of pandoc's tree."""

    t: str
    c: NotRequired[Any]


Change = Callable[[Element], Element | list[Element]]

OPAQUE = "\ufffc"
"""What stands in a text for something that is no text, such as the call of a note."""

# --- building


def bare(kind: str) -> Element:
    """Return an element without content: a space, a break, a rule."""
    return {"t": kind}


def string(text: str) -> Element:
    """Return a stretch of text as one inline."""
    return {"t": "Str", "c": text}


def space() -> Element:
    """Return a space between two words."""
    return bare("Space")


def plain_block(inlines: Sequence[Element]) -> Element:
    """Return inlines as a block that is no paragraph: a cell's, a caption's."""
    return {"t": "Plain", "c": list(inlines)}


def paragraph(inlines: Sequence[Element]) -> Element:
    """Return inlines as a paragraph."""
    return {"t": "Para", "c": list(inlines)}


def superscript(inlines: Sequence[Element]) -> Element:
    """Return inlines set above the line."""
    return {"t": "Superscript", "c": list(inlines)}


def link(inlines: Sequence[Element], address: str) -> Element:
    """Return inlines that link to an address."""
    return {"t": "Link", "c": [_raw_attributes(Attributes()), list(inlines), [address, ""]]}


def raw(form: str, text: str) -> Element:
    """Return an inline that a writer of this format prints as it is."""
    return {"t": "RawInline", "c": [form, text]}


def plain_line(text: str) -> str:
    """Return a text on one line, without the characters that no document may hold."""
    return printable(text.strip()).replace("\n", " ")


def raw_block(form: str, text: str) -> Element:
    """Return a block that a writer of this format prints as it is."""
    return {"t": "RawBlock", "c": [form, text]}


class Attributes(NamedTuple):
    """What stands in braces behind an element: identifier, classes, names with their values."""

    identifier: str = ""
    classes: Sequence[str] = ()
    pairs: Sequence[tuple[str, str]] = ()

    def get(self, name: str, default: str = "") -> str:
        """Return the value of a name."""
        return dict(self.pairs).get(name, default)

    def having(self, name: str, value: str) -> Attributes:
        """Return the attributes with this value for a name, behind the others."""
        others = [pair for pair in self.pairs if pair[0] != name]
        return self._replace(pairs=[*others, (name, value)])


def _raw_attributes(attributes: Attributes) -> list[Any]:
    identifier, classes, pairs = attributes
    return [identifier, list(classes), [list(pair) for pair in pairs]]


def span(inlines: Sequence[Element], attributes: Attributes) -> Element:
    """Return inlines with attributes."""
    return {"t": "Span", "c": [_raw_attributes(attributes), list(inlines)]}


def div(blocks: Sequence[Element], attributes: Attributes) -> Element:
    """Return blocks with attributes."""
    return {"t": "Div", "c": [_raw_attributes(attributes), list(blocks)]}


def header(level: int, attributes: Attributes, inlines: Sequence[Element]) -> Element:
    """Return a heading."""
    return {"t": "Header", "c": [level, _raw_attributes(attributes), list(inlines)]}


Cells = Sequence[Sequence[Element]]


def table(widths: Sequence[float], heads: Cells, rows: Sequence[Cells]) -> Element:
    """Return a table of columns whose widths are shares of the line, all set left.

    A cell is inlines; the first of a row is its head.
    """
    columns = [[bare("AlignLeft"), {"t": "ColWidth", "c": width}] for width in widths]
    none = _raw_attributes(Attributes())
    head, body = [none, [_table_row(heads)]], [none, 1, [], [_table_row(one) for one in rows]]
    return {"t": "Table", "c": [none, [None, []], columns, head, [body], [none, []]]}


def _table_row(cells: Cells) -> list[Any]:
    none = _raw_attributes(Attributes())
    made = [[none, bare("AlignDefault"), 1, 1, [plain_block(cell)]] for cell in cells]
    return [none, made]


class Markup(NamedTuple):
    """A text of metadata that is written as this format has it, quotes and brackets escaped."""

    form: str
    text: str


def metadata(value: Any) -> Element:
    """Return texts, markup, and lists and mappings of them, as a tree's metadata.

    A writer escapes a text for where text may stand, which does not do between quotes.
    """
    if isinstance(value, Markup):
        return {"t": "MetaInlines", "c": [raw(value.form, printable(value.text))]}
    if isinstance(value, Mapping):
        return {"t": "MetaMap", "c": {key: metadata(item) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return {"t": "MetaList", "c": [metadata(item) for item in value]}
    return {"t": "MetaString", "c": printable(str(value))}


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return a text without the characters that no document may hold.

    >>> printable("a\\x01b\\tc")
    'ab\\tc'
    """
    return _UNPRINTABLE.sub("", text)


# --- reading


def kind_of(element: Element) -> str:
    """Return an element's kind, as pandoc names it."""
    return element["t"]


FORMATTED = frozenset(
    {"Emph", "Strong", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps"}
)
_INLINE = FORMATTED | {
    "Str", "Space", "SoftBreak", "LineBreak", "Quoted", "Cite", "Code", "Math", "RawInline",
    "Link", "Image", "Note", "Span",
}  # fmt: skip


def is_inline(node: Mapping[str, Any]) -> bool:
    """Tell whether a node of the tree is an element that stands in a line of text."""
    return node.get("t") in _INLINE


# Where inlines and attributes stand in the content of each kind; inlines may be all of it.
_INLINES_AT = {
    **dict.fromkeys((*FORMATTED, "Para", "Plain"), None),
    **dict.fromkeys(("Quoted", "Cite", "Span", "Link", "Image"), 1),
    "Header": 2,
}
CONTAINING = frozenset(_INLINES_AT)
"""The kinds of elements that contain inlines."""
_ATTRIBUTES_AT = {
    **dict.fromkeys(("CodeBlock", "Div", "Figure", "Table", "Code", "Span", "Link", "Image"), 0),
    "Header": 1,
}
BEARING = frozenset(_ATTRIBUTES_AT)
"""The kinds of elements that bear attributes."""


def text_of(element: Element) -> str:
    """Return the text that an element itself holds; what it contains has its own.

    >>> text_of(string("模型")), text_of(space()), text_of(superscript([string("模型")]))
    ('模型', ' ', '')
    """
    match kind_of(element):
        case "Str":
            return str(element["c"])
        case "Space":
            return " "
        case "SoftBreak" | "LineBreak":
            return "\n"
        case "Code" | "Math" | "RawInline" | "CodeBlock" | "RawBlock":
            return str(element["c"][1])
        case "Note":
            return OPAQUE
    return ""


TEXTS = frozenset({"Str", "Code", "Math", "CodeBlock"})
"""The kinds of elements that hold a text of their own."""


def with_text(element: Element, text: str) -> Element:
    """Return a string, code or a formula that holds this text instead of its own."""
    return string(text) if kind_of(element) == "Str" else _with_part(element, 1, text)


def inlines_of(element: Element) -> list[Element]:
    """Return the inlines that an element contains: a paragraph's, a link's, a heading's."""
    kind = kind_of(element)
    if kind not in _INLINES_AT:
        return []
    place = _INLINES_AT[kind]
    inlines: list[Element] = element["c"] if place is None else element["c"][place]
    return inlines


def with_inlines(element: Element, inlines: Sequence[Element]) -> Element:
    """Return an element that contains these inlines instead of its own."""
    place = _INLINES_AT[kind_of(element)]
    if place is None:
        return {"t": element["t"], "c": list(inlines)}
    return _with_part(element, place, list(inlines))


def _with_part(element: Element, place: int, part: Any) -> Element:
    content = element["c"]
    return {"t": element["t"], "c": [*content[:place], part, *content[place + 1 :]]}


def plain_text(inlines: Sequence[Element]) -> str:
    """Return the text of inlines without markup, citations as they were typed.

    >>> plain_text([string("训练"), link([string("模型")], "#a")])
    '训练模型'
    """
    return "".join(text_of(one) or plain_text(inlines_of(one)) for one in inlines)


def title_text(inlines: Sequence[Element]) -> str:
    """Return a title as plain text: notes and citations are left out, and blanks at its ends.

    >>> title_text([string("训练"), space(), {"t": "Note", "c": []}])
    '训练'
    """
    own = walk(inlines, lambda _: [], {"Cite"})
    return re.sub("  +", " ", plain_text(own).replace(OPAQUE, "")).strip()


def attributes_of(element: Element) -> Attributes:
    """Return an element's attributes; those of an element that cannot have any are empty."""
    place = _ATTRIBUTES_AT.get(kind_of(element))
    return Attributes() if place is None else Attributes(*element["c"][place])


KEEP = "keep"
"""The class of what stays as it is in every edition."""


def is_kept(element: Element) -> bool:
    """Tell whether an element stays as it is, whatever is converted round it."""
    return KEEP in attributes_of(element).classes


def with_attributes(element: Element, attributes: Attributes) -> Element:
    """Return an element with these attributes instead of its own."""
    return _with_part(element, _ATTRIBUTES_AT[kind_of(element)], _raw_attributes(attributes))


def all_attributes_of(element: Element) -> list[Attributes]:
    """Return the attributes of an element and, if it is a table, of its parts, rows and cells."""
    if kind_of(element) != "Table":
        return [attributes_of(element)]
    found: list[Attributes] = []

    def note(attributes: Attributes) -> Attributes:
        found.append(attributes)
        return attributes

    with_all_attributes(element, note)
    return found


def with_all_attributes(element: Element, change: Callable[[Attributes], Attributes]) -> Element:
    """Return an element whose attributes, and those of a table's parts, have been changed."""
    if kind_of(element) not in _ATTRIBUTES_AT:
        return element
    changed = with_attributes(element, change(attributes_of(element)))
    if kind_of(element) != "Table":
        return changed

    def part(content: list[Any], *rows_at: int) -> list[Any]:
        new = [_raw_attributes(change(Attributes(*content[0]))), *content[1:]]
        for place in rows_at:
            new[place] = [
                [_raw_attributes(change(Attributes(*row[0]))), [part(cell) for cell in row[1]]]
                for row in content[place]
            ]
        return new

    own, caption, columns, head, bodies, foot = changed["c"]
    parts = [part(head, 1), [part(body, 2, 3) for body in bodies], part(foot, 1)]
    return {"t": "Table", "c": [own, caption, columns, *parts]}


def level_of(element: Element) -> int:
    """Return the level of a heading; 0 for any other element."""
    return int(element["c"][0]) if kind_of(element) == "Header" else 0


class Target(NamedTuple):
    """Where a link or an image points: the address, and the title that a reader is shown."""

    address: str = ""
    title: str = ""


def target_of(element: Element) -> Target:
    """Return the target of a link or an image; that of any other element is empty."""
    return Target(*element["c"][2]) if kind_of(element) in {"Link", "Image"} else Target()


def with_target(element: Element, target: Target) -> Element:
    """Return a link or an image that points at this target instead of its own."""
    return _with_part(element, 2, list(target))


def formulas_of(tree: Tree) -> list[str]:
    """Return the formulas of a tree, in TeX."""
    return [text_of(one) for one in elements_of(tree, {"Math"})]


def is_displayed(element: Element) -> bool:
    """Tell whether an element is a formula that stands on a line of its own."""
    return kind_of(element) == "Math" and kind_of(element["c"][0]) == "DisplayMath"


class Citation(NamedTuple):
    """One source of a Cite: its key, what is typed before and behind it.

    `in_text` tells whether the author's name is part of the sentence (@key without brackets).
    """

    key: str
    prefix: list[Element]
    suffix: list[Element]
    in_text: bool


def citations_of(element: Element) -> list[Citation]:
    """Return the citations of a Cite; those of any other element are none."""
    return [
        Citation(
            one["citationId"],
            one["citationPrefix"],
            one["citationSuffix"],
            kind_of(one["citationMode"]) == "AuthorInText",
        )
        for one in (element["c"][0] if kind_of(element) == "Cite" else ())
    ]


def cited_keys(tree: Tree) -> set[str]:
    """Return the keys of the sources that a tree cites, whatever there is of them."""
    return {one.key for element in elements_of(tree, {"Cite"}) for one in citations_of(element)}


def cited_elements(element: Element) -> Iterator[Element]:
    """Yield every element but words typed before or behind the key of a source of a Cite."""
    for citation in citations_of(element):
        for one in (*citation.prefix, *citation.suffix):
            if one["t"] not in _WORDS:
                yield from _elements(one)


_WORDS = frozenset({"Str", "Space", "SoftBreak"})


def number_id(element: Element) -> str | None:
    """Return the id of a recorded number's span, None for any other element."""
    if kind_of(element) != "Span":
        return None
    attributes = attributes_of(element)
    return dict(attributes.pairs).get("data-number") if "number" in attributes.classes else None


def blocks_of(element: Element) -> list[Element]:
    """Return the blocks that a quotation, a div, a note or a figure contains, captions apart."""
    blocks: list[Element] = []
    match kind_of(element):
        case "BlockQuote" | "Note":
            blocks = element["c"]
        case "Div":
            blocks = element["c"][1]
        case "Figure":
            blocks = element["c"][2]
    return blocks


def caption_of(element: Element) -> list[Element]:
    """Return the blocks of the caption of a figure or a table."""
    caption: list[Element] = element["c"][1][1]
    return caption


def with_caption(element: Element, blocks: Sequence[Element]) -> Element:
    """Return a figure or a table with these blocks as its caption."""
    return _with_part(element, 1, [element["c"][1][0], list(blocks)])


def items_of(element: Element) -> list[list[Element]]:
    """Return the blocks of each item of a list with marks or numbers."""
    content = element["c"]
    items: list[list[Element]] = content[1] if kind_of(element) == "OrderedList" else content
    return items


def first_number_of(element: Element) -> int:
    """Return the number of the first item of a numbered list."""
    return int(element["c"][0][0])


def definitions_of(element: Element) -> list[tuple[list[Element], list[list[Element]]]]:
    """Return each term of a list of definitions, as inlines, with the blocks of each definition."""
    return [(term, definitions) for term, definitions in element["c"]]


def lines_of(element: Element) -> list[list[Element]]:
    """Return the inlines of each line of a block of lines."""
    lines: list[list[Element]] = element["c"]
    return lines


def cells_of(element: Element) -> Iterator[list[Element]]:
    """Yield the blocks of each cell of a table, row by row."""
    _, _, _, head, bodies, foot = element["c"]
    rows = [*head[1], *(row for body in bodies for part in body[2:4] for row in part), *foot[1]]
    return (cell[4] for row in rows for cell in row[1])


def rows_of(table: Element) -> Iterator[list[Element]]:
    """Yield the blocks of all cells of each row of a table."""
    return ([block for cell in row[1] for block in cell[4]] for row in _rows(table))


def is_even(table: Element) -> bool:
    """Tell whether all columns of a table are given one width: how wide, nobody has said."""
    widths = [width.get("c") for _, width in table["c"][2]]
    return len(set(widths)) == 1 and widths[0] is not None


def with_free_widths(table: Element) -> Element:
    """Return a table whose columns are as wide as what stands in them."""
    free = [[align, bare("ColWidthDefault")] for align, _ in table["c"][2]]
    return _with_part(table, 2, free)


def inner_blocks_of(table: Element) -> Iterator[Element]:
    """Yield the blocks of a table's cells that are heads of no column and of no row."""
    for body in table["c"][4]:
        yield from (block for row in body[3] for cell in row[1][1:] for block in cell[4])


def _rows(table: Element) -> list[Any]:
    _, _, _, head, bodies, foot = table["c"]
    return [*head[1], *(row for body in bodies for part in body[2:4] for row in part), *foot[1]]


# --- going through


def tree_blocks(tree: Tree) -> list[Element]:
    """Return the outermost blocks of a tree."""
    blocks: list[Element] = tree["blocks"]
    return blocks


def with_blocks(tree: Tree, blocks: Sequence[Element]) -> Tree:
    """Return a tree with these blocks instead of its own."""
    return {**tree, "blocks": list(blocks)}


def chapter_heading(tree: Tree) -> Element | None:
    """Return the chapter's title: the first heading of level 1."""
    return next((block for block in tree_blocks(tree) if level_of(block) == 1), None)


def elements_of(tree: Tree, kinds: Collection[str] | None = None) -> Iterator[Element]:
    """Yield every element of a tree, or those of some kinds, each before what it contains."""
    if kinds is None:
        return _elements(tree["blocks"])
    blocks = (one for one in tree_blocks(tree) if has_kinds(one, kinds))
    return (one for block in blocks for one in _elements(block) if one["t"] in kinds)


def has_kinds(block: Element, kinds: Collection[str]) -> bool:
    """Tell whether an element, or any in it, is of one of these kinds.

    What an element holds is looked through once, as long as there are not too many of them:
    passes, of which each format has a score, ask it of the same blocks again and again.
    """
    known, found = _HELD.get(id(block), (None, frozenset()))
    if known is not block:
        found = frozenset([one["t"] for one in _elements(block)])
        if len(_HELD) >= _MOST_HELD:
            _HELD.clear()
        _HELD[id(block)] = block, found
    return not found.isdisjoint(kinds)


_HELD: dict[int, tuple[Element, frozenset[str]]] = {}
_MOST_HELD = 5000


def _elements(node: Any) -> Iterator[Element]:
    ahead = [node]
    while ahead:
        node = ahead.pop()
        if type(node) is list:
            ahead.extend([one for one in reversed(node) if type(one) in _BRANCHES])
        elif "t" not in node:
            ahead.extend([one for one in reversed(node.values()) if type(one) in _BRANCHES])
        else:
            yield node
            if node["t"] not in _LEAVES and type(content := node.get("c")) in _BRANCHES:
                ahead.append(content)


_BRANCHES = frozenset({list, dict})
# Kinds that contain no other elements; most of a text are these.
_LEAVES = frozenset({"Str", "Space", "SoftBreak", "LineBreak", "Code", "RawInline", "RawBlock"})


def walk(
    elements: Sequence[Element], change: Change, kinds: Collection[str] | None = None
) -> list[Element]:
    """Return elements in which `change` has been asked for each one of these kinds, at any depth.

    `change` gets an element whose children are already changed, and returns what takes its
    place: an element, or a list of elements to be spliced in. It never changes what it gets:
    where nothing is changed, what is returned is what was given. Without `kinds` it is asked for
    every element.

    >>> walk([superscript([string("甲"), space()])], lambda e: [] if e == space() else e)
    [{'t': 'Superscript', 'c': [{'t': 'Str', 'c': '甲'}]}]
    """
    if kinds is None:
        return list(_walk(list(elements), change, None))
    made: list[Element] = []
    for one in elements:
        made += _walk([one], change, kinds) if has_kinds(one, kinds) else [one]
    return made


def _walk(nodes: list[Any], change: Change, kinds: Collection[str] | None) -> list[Any]:
    """Return a list changed as `walk` says; the very same one if nothing in it is another."""
    out: list[Any] | None = None
    for place, item in enumerate(nodes):
        new = item
        if type(item) is dict:
            kind = item.get("t")
            if kind not in _LEAVES:
                new = _with_content(item, change, kinds)
            if kind is not None and (kinds is None or kind in kinds):
                new = change(new)
        elif type(item) is list:
            new = _walk(item, change, kinds)
        if out is None and new is not item:
            out = nodes[:place]
        if out is not None:
            out.extend(new) if type(new) is list and type(item) is dict else out.append(new)
    return nodes if out is None else out


def _with_content(node: Any, change: Change, kinds: Collection[str] | None) -> Any:
    """Return an element, or another mapping, with its content changed."""
    made: Any = None
    for key, value in node.items():
        if type(value) is list:
            new: Any = _walk(value, change, kinds)
        elif type(value) is dict:
            [new] = _walk([value], change, kinds)
        else:
            continue
        if new is not value:
            made = made or {**node}
            made[key] = new
    return made or node


def outermost(node: Any, kinds: Collection[str]) -> Iterator[Element]:
    """Yield the elements of some kinds in the order of the text, none from within another."""
    if type(node) is list:
        node = [one for one in node if type(one) is not dict or _may_have(one, kinds)]
    yield from _outermost(node, kinds)


def _may_have(node: Any, kinds: Collection[str]) -> bool:
    return "t" not in node or has_kinds(node, kinds)


def _outermost(node: Any, kinds: Collection[str]) -> Iterator[Element]:
    for child in [node] if type(node) is dict else node:
        if type(child) is list:
            yield from _outermost(child, kinds)
        elif type(child) is dict:
            kind = child.get("t")
            if kind in kinds:
                yield child  # type: ignore[misc]
            elif kind not in _LEAVES:
                yield from _outermost(list(child.values()), kinds)


def over_outermost(node: Any, kinds: Collection[str], change: Callable[[Element], Element]) -> Any:
    """Return elements, changed are those that `outermost` yields, in that order."""

    def changed(one: Any) -> Any:
        return _over(one, lambda inner: inner.get("t") in kinds, change)

    if type(node) is not list:
        return changed(node)
    return [changed(one) if type(one) is not dict or _may_have(one, kinds) else one for one in node]


def over_matching(node: Any, wanted: Collection[int], change: Callable[[Element], Element]) -> Any:
    """Return elements, changed are those whose `id` is wanted; they are not entered."""
    return _over(node, lambda one: id(one) in wanted, change)


def _over(node: Any, is_wanted: Callable[[Any], bool], change: Callable[[Any], Element]) -> Any:
    """Return elements with the wanted ones changed, and not entered; what is not, is the same."""
    if type(node) is dict:
        if is_wanted(node):
            return change(node)
        if node.get("t") in _LEAVES:
            return node
        made = {key: _over(value, is_wanted, change) for key, value in node.items()}
        return made if any(made[key] is not value for key, value in node.items()) else node
    if type(node) is list:
        every = [_over(one, is_wanted, change) for one in node]
        return every if any(map(operator.is_not, every, node)) else node
    return node


def with_strings_joined(node: Any) -> Any:
    """Return elements in which no string follows another: both are one.

    >>> with_strings_joined([string("甲"), string("乙"), space()])
    [{'t': 'Str', 'c': '甲乙'}, {'t': 'Space'}]
    """
    if type(node) is dict:
        return {key: with_strings_joined(value) for key, value in node.items()}
    if type(node) is not list:
        return node
    out: list[Any] = []
    for is_string, group in groupby(node, lambda one: type(one) is dict and one.get("t") == "Str"):
        run = list(group)
        out += (
            [string("".join(one["c"] for one in run))]
            if is_string
            else map(with_strings_joined, run)
        )
    return out


MAX_DEPTH = 25


def check_depth(node: Any, depth: int = 0) -> None:
    """Raise RecursionError for elements nested deeper than any manuscript's, and than Typst sets.

    It holds the text of what is nested so.
    """
    if depth > MAX_DEPTH:
        raise RecursionError(_first_text(node))
    for child in node.values() if isinstance(node, dict) else node:
        if type(child) is list:
            check_depth(child, depth)
        elif type(child) is dict and (depth == MAX_DEPTH or child.get("t") not in _LEAVES):
            check_depth(child, depth + 1)


def _first_text(node: Any) -> str:
    texts = (text_of(one) for one in _elements(node))
    return next((text for text in texts if text.strip()), "")
