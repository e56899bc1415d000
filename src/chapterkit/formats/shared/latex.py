"""The text as LaTeX: what pandoc's writer needs, and what stands round it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chapterkit.errors import ChapterkitError
from chapterkit.formats import AnyPrinting, ChapterPrinting
from chapterkit.formats.shared.evidence import over_evidence
from chapterkit.formats.shared.exhibits import aligned, over_exhibits, parts_of, with_line_filled
from chapterkit.formats.shared.sizes import Room, printed_size
from chapterkit.formats.shared.unbroken import unbroken
from chapterkit.formats.shared.whole import Piece, assembled
from chapterkit.han import is_han
from chapterkit.text.gate import formula_command
from chapterkit.text.numbering import Numeral, captioned, sectioned, tagged
from chapterkit.text.passes import (
    numbered,
    over_elements,
    passed,
    unwrap_numbers,
    with_labels_apart,
    with_metadata,
)
from chapterkit.text.tree import (
    Attributes,
    Element,
    Pass,
    Target,
    Tree,
    attributes_of,
    blocks_of,
    caption_of,
    chapter_heading,
    div,
    inlines_of,
    kind_of,
    level_of,
    plain_block,
    plain_text,
    raw,
    raw_block,
    string,
    target_of,
    text_of,
    tree_blocks,
    walk,
    with_attributes,
    with_blocks,
    with_inlines,
    with_target,
    with_text,
)


def _latex(text: str) -> Element:
    return raw("latex", text)


_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}", '"': r"\textquotedbl{}",
}  # fmt: skip
_ESCAPES = str.maketrans(_SPECIAL)
_BLANKS = re.compile(r"[ \t\r\n]+")
_LIGATURES = re.compile(r"-(?=-)|[?!](?=\\textasciigrave)|,(?=,)|<(?=<)|>(?=>)")


def escaped(text: str) -> str:
    r"""Return a text as LaTeX prints it, on one line.

    >>> escaped(r"A & B \input{x}")
    'A \\& B \\textbackslash{}input\\{x\\}'
    """
    line = _BLANKS.sub(" ", text).translate(_ESCAPES)
    return _LIGATURES.sub(r"\g<0>{}", line)


# --- the tree


@dataclass
class _Openings:
    """Puts before each piece of a book what LaTeX has for it."""

    printing: AnyPrinting
    in_body: bool = False

    def placed(self, piece: Piece) -> list[Element]:
        """Return the blocks of a piece; contents and lists, which have folios, LaTeX makes."""
        calls: list[str] = []
        if not self.in_body and piece.role not in {"front", "contents", "list"}:
            self.in_body = True
            calls.append(r"\mainmatter")
        if piece.role == "contents":
            return [raw_block("latex", "\n".join([*calls, r"\tableofcontents"]))]
        if piece.role == "list":
            kind = _LISTED[attributes_of(piece.blocks[0]).identifier]
            return [raw_block("latex", "\n".join([*calls, kind]))]
        if piece.role == "part":
            return [raw_block("latex", "\n".join([*calls, *self._part(piece)]))]
        opening = [raw_block("latex", "\n".join(calls))] if calls else []
        return [*opening, *piece.blocks]

    def _part(self, piece: Piece) -> Iterator[str]:
        config = self.printing.config
        title = piece.title
        if config.latex.numbers_chapters:
            yield _label("part", piece.label, piece.label)
        else:
            title = piece.label + config.wording.heading + title
        name = attributes_of(piece.blocks[0]).identifier
        yield rf"\part{{{escaped(title)}}}\label{{{name}}}"


_LISTED = {"book-figures": r"\listoffigures", "book-tables": r"\listoftables"}


def in_latex(printing: AnyPrinting, figures: Mapping[str, str]) -> Tree:
    """Return a printing's tree for pandoc's writer of LaTeX, its pictures where `figures` says."""
    chinese = printing.config.locale.chinese
    labels = printing.config.kind_labels.values()
    return passed(
        assembled(printing, _text, _Openings(printing).placed),
        over_evidence(printing, _evidence),
        aligned(printing, lambda text: _latex(rf"\phantom{{{escaped(text)}}}")),
        unbroken(labels) if chinese else lambda tree: tree,
        _with_exhibits(printing),
        with_metadata({}),
        over_elements(lambda one: _written(one, figures, printing)),
        _with_headings(printing),
    )


def _text(printing: ChapterPrinting) -> Tree:
    """Return a text's tree; its number is LaTeX's to print where the class has chapters."""
    counting, between = printing.document.counting, printing.config.wording.heading
    own = printing.config.latex.numbers_chapters
    return passed(
        printing.tree,
        unwrap_numbers,
        _with_number(printing) if own else numbered(printing.label, between),
        captioned(counting),
        sectioned(counting),
        tagged(counting, _with_tag),
        with_labels_apart(printing.labels, between),
    )


def _with_number(printing: ChapterPrinting) -> Pass:
    """Return the pass that tells LaTeX a chapter's number, and what stands round it."""

    def change(tree: Tree) -> Tree:
        call = _label("chapter", printing.label, printing.number) if printing.number else ""
        title = chapter_heading(tree)
        blocks: list[Element] = []
        for one in tree_blocks(tree):
            if one is not title:
                blocks.append(one)
            elif call:
                blocks += [raw_block("latex", call), one]
            else:
                own = attributes_of(one)
                blocks.append(with_attributes(one, own._replace(classes=["unnumbered"])))
        return with_blocks(tree, blocks)

    return change


def _label(kind: str, label: str, number: str) -> str:
    """Return the call that tells LaTeX what a chapter or part is called: 第, 7, 章."""
    before, _, behind = label.partition(number)
    parts = [escaped(before.strip()), number, escaped(behind.strip())]
    # Between Han and digits LaTeX puts a blank by itself.
    if before.endswith(" ") and not is_han(before.strip()[-1:] or " "):
        parts[0] += r"\ "
    return rf"\booklabel{{{kind}}}" + "".join(f"{{{one}}}" for one in parts)


def _with_tag(equation: Element, numeral: Numeral) -> Element:
    """Return a numbered formula with its number as a tag of LaTeX's."""

    def tag(one: Element) -> Element:
        if kind_of(one) != "Math":
            return one
        return with_text(one, rf"{text_of(one).rstrip()} \tag*{{{escaped(numeral.text)}}}")

    return with_inlines(equation, walk(inlines_of(equation), tag))


def _evidence(element: Element) -> Element:
    small = raw_block("latex", r"\begingroup\footnotesize")
    return div([small, *blocks_of(element), raw_block("latex", r"\endgroup")], Attributes())


def _with_exhibits(printing: AnyPrinting) -> Pass:
    """Return the pass that divides or turns wide tables, and sets what stands under exhibits."""

    def change(element: Element) -> list[Element]:
        first, *others = blocks_of(element)
        parts, how, line = parts_of(printing, element)
        notes = _within("exhibitnotes", others) if others else []
        identifier = attributes_of(element).identifier
        if kind_of(first) != "Table":
            return _figure(first, notes, identifier)
        blocks = _within("exhibittable", [with_line_filled(one, line) for one in parts])
        made = div([*blocks, *notes], Attributes(identifier))
        if how != "turned":
            return [made]
        return [_latex_block(r"\begin{landscape}"), made, _latex_block(r"\end{landscape}")]

    return over_exhibits(printing, change)


def _figure(figure: Element, notes: list[Element], identifier: str) -> list[Element]:
    """Return a figure that does not part from what stands under it."""
    caption = [one for block in caption_of(figure) for one in inlines_of(block)]
    told = [_latex(r"\caption{"), *caption, _latex(rf"}}\label{{{identifier}}}")]
    inner = [_latex_block(r"\centering"), *blocks_of(figure), plain_block(told), *notes]
    return _within("figure", inner)


def _within(environment: str, blocks: list[Element]) -> list[Element]:
    begin, end = (_latex_block(rf"\{one}{{{environment}}}") for one in ("begin", "end"))
    return [begin, *blocks, end]


def _latex_block(text: str) -> Element:
    return raw_block("latex", text)


def _with_headings(printing: AnyPrinting) -> Pass:
    """Return the pass that lets LaTeX head pages with unnumbered chapters, too."""

    def change(tree: Tree) -> Tree:
        return with_blocks(tree, [one for block in tree_blocks(tree) for one in _headed(block)])

    return change


def _headed(block: Element) -> Iterator[Element]:
    own = attributes_of(block) if kind_of(block) == "Header" else Attributes()
    if "unnumbered" not in own.classes:
        yield block
    elif level_of(block) > 1:
        yield with_attributes(
            block, own._replace(classes=["unlisted"] if "unlisted" in own.classes else [])
        )
    else:
        title = escaped(plain_text(inlines_of(block)))
        yield block
        yield _latex_block(rf"\markboth{{{title}}}{{{title}}}")


_ROOM = {
    "a5": Room(10.5 * 30, 400, 10.5),
    "16k": Room(10.5 * 38, 500, 10.5),
    "a4": Room(12 * 36, 560, 12),
}
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])’(?=[A-Za-z])|(?<=[A-Za-z])’$")


def _written(
    element: Element, figures: Mapping[str, str], printing: AnyPrinting
) -> Element | list[Element]:
    """Return an element as the writer is to have it: a picture of the source, code set safely."""
    match kind_of(element):
        case "Image":
            return _image(element, figures, printing)
        case "CodeBlock":
            return _code(element)
        case "Math":
            _refuse_commands(text_of(element), printing)
        case "Superscript":
            return [_latex(r"\citemark{"), *inlines_of(element), _latex("}")]
        case "Str" if "’" in text_of(element):
            return _with_apostrophes(text_of(element))
    return element


def _image(element: Element, figures: Mapping[str, str], printing: AnyPrinting) -> Element:
    address, title = target_of(element)
    width, height = printed_size(element, printing.pictures[address], _ROOM[printing.config.page])
    alternative = attributes_of(element).get("alt") or plain_text(inlines_of(element))
    own = (
        Attributes().having("width", f"{width / 72:.4f}in").having("height", f"{height / 72:.4f}in")
    )
    own = own.having("alt", alternative) if alternative.strip() else own
    return with_target(with_attributes(element, own), Target(figures[address], title))


def _code(element: Element) -> Element:
    """Return code as lines of text: what stands in it cannot end it."""
    lines = text_of(element).split("\n")
    shown = [_code_line(line) for line in lines]
    body = "\n".join(rf"{line}\par" for line in shown)
    return raw_block("latex", f"\\begin{{bookcode}}\n{body}\n\\end{{bookcode}}")


def _code_line(line: str) -> str:
    words = line.expandtabs(4).split(" ")
    return r"\mbox{}" + r"\ ".join(one.translate(_ESCAPES) for one in words)


def _with_apostrophes(text: str) -> list[Element]:
    """Return a text in which an apostrophe among Latin letters is as narrow as they are."""
    first, *others = _APOSTROPHE.split(text)
    inlines = [string(first)]
    for one in others:
        inlines += [_latex(r"\textquoteright{}"), string(one)]
    return inlines


def _refuse_commands(formula: str, printing: AnyPrinting) -> None:
    """Raise ChapterkitError, at the formula, for one with a command that does more than set it."""
    command = formula_command(formula)
    if not command:
        return
    blocks = (block for one in printing.chapters for block in one.document.blocks)
    places = (
        block.origin(inline.start)
        for block in blocks
        for inline in block.inlines
        if inline.kind == "Math" and command in block.text[inline.start : inline.end]
    )
    origin = next(places, printing.chapters[0].document.rendered.origin(0))
    message = f"公式里的 {command} 不是排公式的命令，LaTeX 会照它去做别的事"
    raise ChapterkitError(message, origin, "删去它")
