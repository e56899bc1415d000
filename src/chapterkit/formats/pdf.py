"""PDF: pandoc writes Typst, the typst wheel sets it as a book's pages."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from chapterkit import fonts
from chapterkit.characters import of_text
from chapterkit.errors import ChapterkitError
from chapterkit.formats import AnyPrinting, ChapterPrinting, Format
from chapterkit.formats.shared import ASSETS
from chapterkit.formats.shared.evidence import in_typst, over_evidence
from chapterkit.formats.shared.exhibits import aligned, set_in_typst, typst_string
from chapterkit.formats.shared.kept import floats, with_floats_kept, with_room_for_notes
from chapterkit.formats.shared.pictures import as_printed, placed
from chapterkit.formats.shared.sizes import Room, printed_size
from chapterkit.formats.shared.typesetting import Refusal, typeset
from chapterkit.formats.shared.unbroken import unbroken
from chapterkit.formats.shared.whole import (
    Piece,
    as_numbered,
    assembled,
    copyright_page,
    title_page,
)
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.pictures import PictureError
from chapterkit.spoken import spoken
from chapterkit.text.numbering import Numeral
from chapterkit.text.passes import over_elements, passed, with_metadata
from chapterkit.text.tree import (
    Element,
    Pass,
    Tree,
    attributes_of,
    elements_of,
    inlines_of,
    kind_of,
    plain_text,
    raw,
    raw_block,
    rows_of,
    string,
    target_of,
    text_of,
    tree_blocks,
    walk,
    with_blocks,
    with_inlines,
)
from chapterkit.text.whole import is_of_one_text

_WIDER = 62
"""How many millimetres a page of a proof is wider."""
_PICTURE = re.compile(r"\bimage(\d+)\.[a-z]+\b")


def _arguments(printing: AnyPrinting) -> list[str]:
    template = ASSETS / "typst" / "template.typ"
    return ["--to=typst-citations-smart", "--standalone", f"--template={template}", "--wrap=none"]


def _prepare(printing: AnyPrinting) -> Tree:
    """Return the tree for Typst: pictures beside it and described, formulas described.

    Raises ChapterkitError for a character that no font can show.
    """
    text = assembled(printing, lambda one: as_numbered(one, _with_tag), _Openings().placed)
    _write_bold(text, printing)
    tree = passed(
        text,
        over_evidence(printing, lambda one: in_typst(_shown(one, printing))),
        aligned(printing, _hidden),
        with_floats_kept(printing),
        with_room_for_notes,
        _with_labels,
        _with_words_kept(printing),
        set_in_typst(printing),
        over_elements(_set_simply, {"Para"}),
        with_metadata({}),
    )
    _refuse_missing_characters(tree, printing)
    images = _copied_images(printing)
    return passed(tree, over_elements(lambda one: _for_typst(one, images, printing), _REWORKED))


_LONG = 10_000  # characters of a paragraph
_SIMPLY = '#[#set par(linebreaks: "simple", justification-limits: (tracking: (min: 0em, max: 0em)))'


def _set_simply(paragraph: Element) -> Element | list[Element]:
    """Have a paragraph as long as no author writes broken line by line.

    Weighing all of its lines together takes Typst time that grows with the square of its length.
    """
    if len(_words(with_blocks({}, [paragraph]))) < _LONG:
        return paragraph
    return [raw_block("typst", _SIMPLY), paragraph, raw_block("typst", "]")]


_BOLD = "fonts/bold.otf"
_BOLD_FAMILY = "Chapterkit Hei"


def _write_bold(tree: Tree, printing: AnyPrinting) -> None:
    """Write a bold font with what is strong in a text, if anything is."""
    if strong := "".join(_strong(tree)):
        from chapterkit.bold import bold_font  # few texts need it, and it costs a start

        region, shown = printing.config.locale.typst["region"], "".join(sorted(set(strong)))
        if font := printing.kept(["bold", region, shown], lambda: bold_font(shown, region)):
            path = printing.work / _BOLD
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(font)


def _strong(tree: Tree) -> Iterator[str]:
    """Yield what is set bold: strong words, terms, and rows of tables that are one cell."""
    for element in elements_of(tree, {"Strong", "DefinitionList", "Table"}):
        if kind_of(element) != "Table":
            yield _words(with_blocks({}, [element]))
        else:
            rows = (row for row in rows_of(element) if len(row) == 1)
            yield from (_words(with_blocks({}, row)) for row in rows)


def _with_words_kept(printing: AnyPrinting) -> Pass:
    """Return the pass that keeps numbers with their words, which a text in Chinese needs."""
    if not printing.config.locale.chinese:
        return lambda tree: tree
    return unbroken(printing.config.kind_labels.values())


def _with_labels(tree: Tree) -> Tree:
    """Return the tree whose references hang by their labels, [12], each as wide as the widest."""
    spans = elements_of(tree, {"Span"})
    labels = [plain_text(inlines_of(one)).strip() for one in spans if _is_label(one)]

    def change(element: Element) -> Element | list[Element]:
        if not _is_label(element):
            return element
        shown = string(plain_text(inlines_of(element)).strip())
        return [_typst("#book-label["), shown, _typst("]")]

    # Of brackets and digits; a blank stands behind them.
    hanging = max((0.55 * len(one) for one in labels), default=1.6) + 0.1
    told = raw_block("typst", _HANGING.format(hanging))
    return with_blocks(tree, [told, *walk(tree_blocks(tree), change, {"Span"})])


_HANGING = """\
#let book-hanging = {:.2f}em
#let book-label = box.with(width: book-hanging)
#show <refs>: book-references.with(book-hanging)"""


def _is_label(element: Element) -> bool:
    return kind_of(element) == "Span" and "csl-left-margin" in attributes_of(element).classes


def _hidden(text: str) -> Element:
    """Return what is as wide as a text, and shows nothing."""
    return _typst(f"#hide[{text}]")


def _with_tag(equation: Element, numeral: Numeral) -> Element:
    """Return a numbered formula that Typst sets with its number at the right."""
    before = _typst(f"#tagged({typst_string(numeral.text)})[")
    return with_inlines(equation, [before, *inlines_of(equation), _typst("]")])


@dataclass
class _Openings:
    """Puts before each piece of a book a new page, on which folios may begin anew."""

    in_body: bool = False

    def placed(self, piece: Piece) -> list[Element]:
        """Return the blocks of a piece; contents and lists, which have folios, Typst makes."""
        parts = ", ".join(map(typst_string, (piece.role, piece.label, piece.title)))
        calls = [f"#book-opening({parts})"]
        if not self.in_body and piece.role not in {"front", "contents", "list"}:
            self.in_body = True
            calls.append('#counter(page).update(1)\n#set page(numbering: "1")')
        if piece.role == "contents":
            calls.append("#book-contents()")
        opening = raw_block("typst", "\n".join(calls))
        if piece.role == "list":
            kind = _LISTED[attributes_of(piece.blocks[0]).identifier]
            return [opening, piece.blocks[0], raw_block("typst", f"#book-list({kind})")]
        return [opening, *piece.blocks]


_LISTED = {"book-figures": "image", "book-tables": "table"}


def _refuse_missing_characters(tree: Tree, printing: AnyPrinting) -> None:
    config = printing.config
    text = config.title + config.author + "".join(_of_title_pages(config)) + _words(tree)
    unsure = "".join(one for one in dict.fromkeys(text) if one not in of_text())
    missing = fonts.missing_characters(unsure, [*_serif(printing), *_sans(printing)])
    if missing:
        others = "，还有 " + "、".join(map(fonts.named, missing[1:])) if missing[1:] else ""
        documents = (one.document for one in printing.chapters)
        found = (one.origin_of_character(missing[0]) for one in documents)
        raise ChapterkitError(
            f"字体里没有字符 {fonts.named(missing[0])}{others}",
            next(filter(None, found), None),
            hint="安装一种有这个字的字体，写进 book.yaml 的 fonts；或换一个写法",
        )


def _shown(evidence: Element, printing: AnyPrinting) -> Element:
    """Return a table of the evidence in which a box stands for what no font shows.

    Where in a source a number was found is told in that source's own characters.
    """
    text = _words(with_blocks({}, [evidence]))
    missing = fonts.missing_characters(text, [*_serif(printing), *_sans(printing)])
    if not missing:
        return evidence
    boxes = str.maketrans(dict.fromkeys(missing, "□"))

    def change(one: Element) -> Element:
        return string(text_of(one).translate(boxes))

    return walk([evidence], change, {"Str"})[0]


def _of_title_pages(config: Config) -> list[str]:
    return [*title_page(config).lines, *copyright_page(config)]


def _words(tree: Tree) -> str:
    """Return all the text of the tree; formulas are set in a font of their own."""
    set_as_text = elements_of(tree, {"Str", "Code", "CodeBlock"})
    return "".join(map(text_of, set_as_text))


def _serif(printing: AnyPrinting) -> tuple[fonts.FontFile, ...]:
    return fonts.chosen(printing.config.serif, *printing.config.locale.serif)


def _sans(printing: AnyPrinting) -> tuple[fonts.FontFile, ...]:
    return fonts.chosen(printing.config.sans, *printing.config.locale.sans)


def _kai(printing: AnyPrinting) -> tuple[fonts.FontFile, ...]:
    return fonts.chosen(printing.config.fonts.kai)


def _heavy(printing: AnyPrinting) -> list[str]:
    """Return the families that have a bold face, preferred first: what is strong stands in them."""
    own = _sans(printing) if printing.config.locale.chinese else _serif(printing)
    made = [_BOLD_FAMILY] if (printing.work / _BOLD).exists() else []
    return [*(one.family for one in own if fonts.has_bold(one.family)), *made]


def _copied_images(printing: AnyPrinting) -> dict[str, str]:
    """Write the pictures into the work folder, which is all that Typst may read."""
    copied: dict[str, str] = {}
    for number, (address, picture) in enumerate(as_printed(printing).items(), 1):
        copied[address] = f"image{number}.{picture.kind}"
        (printing.work / copied[address]).write_bytes(picture.data)
    return copied


_REWORKED = frozenset({"Image", "Math", "Div"})


def _for_typst(
    element: Element, images: Mapping[str, str], printing: AnyPrinting
) -> Element | list[Element]:
    """Restore what the Typst writer drops: words for images and formulas, looks of lists."""
    if kind_of(element) == "Image":
        return _image(element, images, printing)
    if kind_of(element) == "Str" and _ASKED.search(text_of(element)):
        return _with_space(text_of(element))
    if attributes_of(element).get("lang").partition("-")[0] in _NARROW:
        return _with_narrow_marks(element)
    if kind_of(element) == "Math":
        words = spoken(text_of(element), printing.config.locale.tag)
        return [_typst(f"#described({typst_string(words)})["), element, _typst("]")]
    if is_of_one_text(element):
        return [
            raw_block("typst", "#book-references(book-hanging)["),
            element,
            raw_block("typst", "]"),
        ]
    return element


# The mark has its space within itself, and gives of it where a line is too full.
_ASKED = re.compile(r"(?<=[？！])(?=[A-Za-z])")


def _with_space(text: str) -> list[Element]:
    first, *others = map(string, _ASKED.split(text))
    return [first, *(one for other in others for one in (_typst("#h(0.2em, weak: true)"), other))]


# Of these languages quotation marks and apostrophes are narrow, which are wide in Chinese fonts.
_NARROW = frozenset({"en", "fr", "de", "es", "it", "pt", "nl", "ru"})


def _with_narrow_marks(element: Element) -> list[Element]:
    if kind_of(element) == "Div":
        return [raw_block("typst", "#book-latin["), element, raw_block("typst", "]")]
    return [_typst("#book-latin["), element, _typst("]")]


# As the template has it: characters to the line, the height of the text, less a caption.
_ROOM = {
    "a5": Room(9.5 * 33, 400, 9.5),
    "16k": Room(10.5 * 38, 500, 10.5),
    "a4": Room(12 * 36, 560, 12),
}


def _image(element: Element, images: Mapping[str, str], printing: AnyPrinting) -> Element:
    attributes = attributes_of(element)
    description = attributes.get("alt") or plain_text(inlines_of(element))
    address = target_of(element).address
    width, height = printed_size(element, printing.pictures[address], _ROOM[printing.config.page])
    parts = [typst_string(images[address]), f"alt: {typst_string(description)}"]
    parts += [f"width: {width:.2f}pt", f"height: {height:.2f}pt"]
    parts += ['fit: "stretch"'] if attributes.get("height") else []
    image = f"image({', '.join(parts)})"
    # What nobody describes is not read aloud; the PDF may hold nothing that is, and has no words.
    return _typst(f"#{image}" if description.strip() else f"#pdf.artifact({image})")


def _typst(text: str) -> Element:
    return raw("typst", text)


def _finish(printing: AnyPrinting, written: Path, target: Path) -> None:
    """Compile the Typst that pandoc wrote.

    Raises ChapterkitError if Typst refuses it: at the picture that it cannot show, or else at the
    first chapter.
    """
    main, proof = printing.work / "main.typ", printing.work / "proof.typ"
    if written.resolve() != main.resolve():
        shutil.copyfile(written, main)
    chapter = printing.chapters[0].document.rendered.origin(0)
    families = [*_serif(printing), *_sans(printing), *_kai(printing)]
    try:
        for standards in _standards(printing):
            refusal = typeset(
                main, target, printing.work, families, _inputs(printing, proof.is_file()),
                format="pdf", pdf_standards=standards, timestamp=printing.modified or 0,
            )  # fmt: skip
            if not (refusal and refusal.message.startswith("PDF/A")):
                break
    except ChapterkitError as error:
        raise error.at(chapter) from None
    if refusal:
        raise _refused(refusal, printing).at(chapter)


def _standards(printing: AnyPrinting) -> list[list[str]]:
    """Return the standards that the PDF keeps, those first that are wanted most.

    An archive wants a date, and refuses some characters that a reader can do without.
    """
    archived = [] if printing.modified is None else [["ua-1", "a-2a"]]
    return [*archived, ["ua-1"]]


def _refused(refusal: Refusal, printing: AnyPrinting) -> ChapterkitError:
    """Return what Typst says of a text: of a picture, at that picture."""
    if found := _PICTURE.search(refusal.where):
        address = list(printing.pictures)[int(found[1]) - 1]
        wrong = PictureError(f"排不出来：{refusal.message}", hint="重新导出一份，或另存为 PNG")
        return placed(wrong, address, printing)
    return ChapterkitError(f"Typst 排不出来：{refusal.message}", hint="；".join(refusal.hints))


def _inputs(printing: AnyPrinting, is_proof: bool = False) -> dict[str, str]:
    """Return what the template is told, besides the text."""
    config = printing.config
    is_chapter = isinstance(printing, ChapterPrinting)
    return {
        "book": config.title,
        "author": config.author,
        "title": printing.labelled_title,
        "number": printing.label,
        "chapter": printing.title,
        "start": str(printing.start_page) if isinstance(printing, ChapterPrinting) else "1",
        "whole": "" if is_chapter else json.dumps(asdict(title_page(config))),
        "copyright": json.dumps([] if is_chapter else copyright_page(config)),
        "floats": "yes" if any(floats(one.tree) for one in printing.chapters) else "",
        "page": config.page,
        "proof": str(_WIDER if is_proof else 0),
        "contents": config.wording.contents,
        **config.locale.typst,
        "serif": json.dumps([font.family for font in _serif(printing)]),
        "sans": json.dumps([font.family for font in _sans(printing)]),
        "kai": json.dumps([font.family for font in _kai(printing)]),
        "heavy": json.dumps(_heavy(printing)),
        "dated": "" if printing.modified is None else "yes",
    }


FORMAT = Format(
    name="pdf",
    suffix=".pdf",
    arguments=_arguments,
    prepare=_prepare,
    finish=_finish,
    writer_suffix=".typ",
    scope="both",
)
