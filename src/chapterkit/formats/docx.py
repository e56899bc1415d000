"""DOCX: a manuscript for Word in styles (标题 1–3, 正文), for the publisher's editors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby
from pathlib import Path
from unicodedata import east_asian_width

from chapterkit import fonts
from chapterkit.formats import AnyPrinting, BookPrinting, ChapterPrinting, Format
from chapterkit.formats.shared import ASSETS, has_equations
from chapterkit.formats.shared.drawn import all_as_pixels
from chapterkit.formats.shared.evidence import over_evidence
from chapterkit.formats.shared.exhibits import aligned, blank, for_word
from chapterkit.formats.shared.fields import contents_of, counted, counted_tag, page_of, with_fields
from chapterkit.formats.shared.pictures import embedded, restored
from chapterkit.formats.shared.runs import mended
from chapterkit.formats.shared.sizes import Room, in_inches
from chapterkit.formats.shared.stressed import stressed
from chapterkit.formats.shared.whole import (
    Piece,
    as_numbered,
    assembled,
    copyright_page,
    title_page,
)
from chapterkit.formats.shared.zipped import rewritten
from chapterkit.manuscript.config import Config
from chapterkit.text.numbering import Numeral
from chapterkit.text.passes import over_elements, passed, with_metadata
from chapterkit.text.tree import (
    Attributes,
    Element,
    Pass,
    Tree,
    attributes_of,
    blocks_of,
    div,
    inlines_of,
    kind_of,
    level_of,
    paragraph,
    raw,
    raw_block,
    string,
    target_of,
    tree_blocks,
    walk,
    with_attributes,
    with_blocks,
    with_inlines,
)
from chapterkit.text.whole import is_of_one_text

_FOLDER = ASSETS / "docx"
_ROOM = Room(425.2, 560, 10.5)  # 8504 twips between the margins
_EQUATION = "Numbered Equation"
_EQUATION_ID = "NumberedEquation"
_NOTE = "Table Note"
_NOTE_ID = "TableNote"
_LISTED = "Table of Figures"
_LISTED_ID = "TableofFigures"
_TAB = raw("openxml", "<w:r><w:tab/></w:r>")
_REFERENCES = "Bibliography"


def _arguments(printing: AnyPrinting) -> list[str]:
    return [
        "--to=docx",
        f"--reference-doc={_FOLDER / 'reference.docx'}",
        f"--template={_FOLDER / 'template.openxml'}",
    ]


def _prepare(printing: AnyPrinting) -> Tree:
    """Return the tree with its paragraphs in Word's own 正文 (Normal), which indents.

    Raises ChapterkitError for a drawing that cannot be drawn for Word.
    """
    config, is_chapter = printing.config, isinstance(printing, ChapterPrinting)
    values = {
        "title": printing.labelled_title,
        "author": config.author,
        "subject": config.title if is_chapter else config.subtitle,
        "lang": config.locale.language,
    }
    things = (thing for one in printing.chapters for thing in one.document.things)
    families = (
        *fonts.chosen(config.sans, *config.locale.sans),
        *fonts.chosen(config.serif, *config.locale.serif),
    )
    return passed(
        assembled(printing, _text, _Openings(printing).placed),
        with_metadata(values),
        aligned(printing, blank),
        for_word(printing, _NOTE),
        over_evidence(printing, _small),
        _equations_apart,
        with_fields(things, config.wording),
        over_elements(_styled, {"Div"}),
        stressed(in_kai=bool(config.fonts.kai)),
        _in_normal,
        _with_chapter_head(config) if is_chapter else _with_front_pages(config),
        in_inches(printing, _ROOM),
        embedded(
            printing,
            all_as_pixels(printing.pictures.values(), printing.work, families, printing.kept),
        ),
    )


def _small(evidence: Element) -> Element:
    """Return a table of the evidence in small type."""

    def change(one: Element) -> Element:
        return div([paragraph(inlines_of(one))], _in_style(_NOTE))

    return div(walk(blocks_of(evidence), change, {"Plain"}), Attributes())


def _text(printing: ChapterPrinting) -> Tree:
    return as_numbered(printing, _with_tag, counted)


def _with_tag(equation: Element, numeral: Numeral) -> Element:
    """Return a numbered formula behind one tab, its number behind another."""
    inlines = [_TAB, *inlines_of(equation), _TAB, *counted_tag(numeral)]
    return with_inlines(equation, inlines)


def _is_equation(inline: Element) -> bool:
    return kind_of(inline) == "Span" and inlines_of(inline)[:1] == [_TAB]


def _equations_apart(tree: Tree) -> Tree:
    """Put each numbered formula into a paragraph of its own, in a style that has its tabs."""

    def change(block: Element) -> Element | list[Element]:
        inlines = inlines_of(block)
        if not any(map(_is_equation, inlines)):
            return block
        parts = (_stripped([*part]) for _, part in groupby(inlines, _is_equation))
        return [_apart(with_inlines(block, part)) for part in parts if part]

    return with_blocks(tree, walk(tree_blocks(tree), change, {"Para", "Plain"}))


def _apart(block: Element) -> Element:
    is_equation = any(map(_is_equation, inlines_of(block)))
    return div([block], _in_style(_EQUATION)) if is_equation else block


def _stripped(inlines: list[Element]) -> list[Element]:
    """Return inlines without blanks at their ends."""
    blank = [kind_of(one) in {"Space", "SoftBreak"} for one in inlines]
    first = blank.index(False) if False in blank else len(blank)
    last = len(blank) - blank[::-1].index(False) if False in blank else 0
    return inlines[first:last]


def _with_front_pages(config: Config) -> Pass:
    """Put title page and copyright page first, in styles that the contents pass over."""
    page = title_page(config)
    rows = [("Title", page.title), ("Subtitle", page.subtitle)]
    rows += [("Author", line) for line in (*page.bylines, page.series, page.publisher)]
    blocks = [_row(style, line) for style, line in rows if line]
    if lines := copyright_page(config):
        blocks += [_raw(_PAGE_BREAK), *(_row("Compact", line) for line in lines)]

    def passed(tree: Tree) -> Tree:
        body = tree_blocks(tree)
        place = body.index(_CONTENTS) if _CONTENTS in body else 0
        contents = contents_of(body, range(1, 4)) if _CONTENTS in body else []
        return with_blocks(
            tree, [*blocks, *body[:place], *contents, *body[place + bool(contents) :]]
        )

    return passed


def _with_chapter_head(config: Config) -> Pass:
    """Put the author and the chapter's contents behind its title."""

    def passed(tree: Tree) -> Tree:
        blocks = tree_blocks(tree)
        title = next((place for place, one in enumerate(blocks, 1) if level_of(one) == 1), 0)
        contents = contents_of(blocks, range(2, 4))
        heading = [_contents_heading(config)] if contents else []
        author = [_row("Author", config.author)] if config.author else []
        head = [*author, *heading, *contents]
        return with_blocks(tree, [*blocks[:title], *head, *blocks[title:]])

    return passed


def _contents_heading(config: Config) -> Element:
    return _row("TOC Heading", config.wording.contents)


def _row(style: str, line: str) -> Element:
    return div([paragraph([string(line)])], _in_style(style))


def _raw(text: str) -> Element:
    return raw_block("openxml", text)


_CONTENTS = _raw("<!-- contents -->")
_PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
_SECTION = '<w:p><w:pPr><w:sectPr w:rsidR="{}"/></w:pPr></w:p>'


@dataclass
class _Openings:
    """Puts before each piece of a book the end of a page, or of the front matter."""

    printing: AnyPrinting
    in_body: bool = False

    def placed(self, piece: Piece) -> list[Element]:
        """Return the blocks of a piece."""
        if not self.in_body and piece.role not in {"front", "contents", "list"}:
            self.in_body = True
            return [_raw(_SECTION.format("front")), *piece.blocks]
        match piece.role:
            case "contents":
                blocks = [_contents_heading(self.printing.config), _CONTENTS]
            case "list":
                blocks = [_with_page(block) for block in piece.blocks]
            case _:
                blocks = piece.blocks
        return [_raw(_PAGE_BREAK), *blocks]


def _with_page(block: Element) -> Element:
    """Return an entry of a list of figures or tables with its page behind dots."""
    inlines = inlines_of(block)
    address = target_of(inlines[0]).address if kind_of(block) == "Para" and inlines else ""
    if not address:
        return block
    entry = with_inlines(block, [*inlines, _TAB, *page_of(address[1:])])
    return div([entry], _in_style(_LISTED))


def _styled(element: Element) -> Element:
    """Put references into a style, so that Word can change them in one place."""
    if is_of_one_text(element):
        return with_attributes(element, attributes_of(element).having("custom-style", _REFERENCES))
    return element


def _in_style(name: str) -> Attributes:
    return Attributes().having("custom-style", name)


def _in_normal(tree: Tree) -> Tree:
    """Put paragraphs of running text into the style 正文; a display formula keeps its own."""
    return with_blocks(
        tree,
        [
            div([block], _in_style("Normal")) if _is_running(block) else block
            for block in tree_blocks(tree)
        ],
    )


def _is_running(block: Element) -> bool:
    kinds = list(map(kind_of, inlines_of(block)))
    return kind_of(block) == "Para" and kinds not in (["Math"], ["Image"])


def _finish(printing: AnyPrinting, written: Path, target: Path) -> None:
    """Name languages and fonts as Word does, fill in the running heads, mend runs and tables."""
    changes = {
        "word/document.xml": _document,
        "word/footnotes.xml": _notes,
        "word/styles.xml": _styles,
        "word/settings.xml": _in_language,
        "word/fontTable.xml": _in_fonts,
        **dict.fromkeys(_HEADS, _headed),
    }

    def change(name: str, part: bytes) -> bytes:
        changed = changes[name](part, printing) if name in changes else part
        return (
            changed if name in changes and name != _DOCUMENT else restored(name, changed, printing)
        )

    rewritten(written, target, printing.modified, change)


_DOCUMENT = "word/document.xml"
_HEADS = ("word/header1.xml", "word/header2.xml")


def _document(part: bytes, printing: AnyPrinting) -> bytes:
    """Return the text with its runs, formulas, tables and folios as they are to be."""
    part = _notes(part, printing)
    part = _SOURCE_OF_PICTURE.sub(rb"\1", part)
    if has_equations(printing):
        part = _in_line(part)
    if b"<w:tbl>" in part:
        part = _described(_TABLE.sub(_between_rules, part), printing)
    return _with_folios(part) if isinstance(printing, BookPrinting) else part


def _notes(part: bytes, printing: AnyPrinting) -> bytes:
    return mended(part.decode(), printing.config.locale.chinese).encode()


# pandoc names a picture by where it was read.
_SOURCE_OF_PICTURE = re.compile(rb'(<pic:cNvPr )descr="[^"]*" ')


def _headed(part: bytes, printing: AnyPrinting) -> bytes:
    """Return a running head: the book's title, and the chapter's until Word has looked for it."""
    chapter = printing.labelled_title if isinstance(printing, ChapterPrinting) else ""
    told = {"{book}": printing.config.title, "{chapter}": chapter}
    for name, text in told.items():
        part = part.replace(name.encode(), escape(text).encode())
    return part


def _styles(part: bytes, printing: AnyPrinting) -> bytes:
    part = _in_fonts(_in_language(part, printing), printing)
    part = _pandocs_style(_NOTE_ID).sub(_NOTE_STYLE.encode(), part)
    if isinstance(printing, BookPrinting):
        part = _pandocs_style(_LISTED_ID).sub(_LISTED_STYLE.encode(), part)
    if has_equations(printing):
        part = _pandocs_style(_EQUATION_ID).sub(_EQUATION_STYLE.encode(), part)
    return part


def _in_language(part: bytes, printing: AnyPrinting) -> bytes:
    """Name the language as Word knows it: pandoc has translations for zh-Hans, Word for zh-CN."""
    return _LANGUAGE.sub(f'w:eastAsia="{printing.config.locale.word}"'.encode(), part)


def _in_fonts(part: bytes, printing: AnyPrinting) -> bytes:
    fonts_of_region = printing.config.locale.word_fonts
    return _FONT.sub(lambda one: _font(one, fonts_of_region), part)


_LANGUAGE = re.compile(rb'w:eastAsia="zh-[^"]*"')
_FONT = re.compile(rb'(?:(?<=w:eastAsia=")|(?<=w:name="))[^"\x00-\x7f]+(?=")')


def _font(named: re.Match[bytes], instead: Mapping[str, str]) -> bytes:
    """Return the font that a language has in the place of one for Simplified characters."""
    font = named[0].decode()
    return instead.get(font, font).encode()


# Tabs at the middle and at the end of the line: 8504 twips, the width of the page without margins.
_EQUATION_STYLE = f"""
<w:style w:type="paragraph" w:customStyle="1" w:styleId="{_EQUATION_ID}">
<w:name w:val="{_EQUATION}"/><w:basedOn w:val="BodyText"/><w:next w:val="BodyText"/><w:qFormat/>
<w:pPr><w:tabs><w:tab w:val="center" w:pos="4252"/><w:tab w:val="right" w:pos="8504"/></w:tabs>
<w:ind w:left="0" w:firstLine="0" w:firstLineChars="0"/><w:jc w:val="left"/></w:pPr>
</w:style>
"""
# As Word has it: the page at the end of the line, behind dots.
_LISTED_STYLE = f"""
<w:style w:type="paragraph" w:customStyle="1" w:styleId="{_LISTED_ID}">
<w:name w:val="{_LISTED}"/><w:basedOn w:val="BodyText"/><w:qFormat/>
<w:pPr><w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8504"/></w:tabs>
<w:ind w:left="0" w:firstLine="0" w:firstLineChars="0"/><w:jc w:val="left"/></w:pPr>
</w:style>
"""


def _pandocs_style(identifier: str) -> re.Pattern[bytes]:
    """Return the pattern of a style that pandoc has made of its name."""
    own = rf'<w:style [^>]*w:styleId="{identifier}".*?</w:style>'
    return re.compile(own.encode(), re.DOTALL)


_PARAGRAPH = re.compile(rf'<w:pStyle w:val="{_EQUATION_ID}" ?/>.*?</w:p>'.encode(), re.DOTALL)
_BEFORE_FORMULA = re.compile(rb"<m:oMathPara>(?:<m:oMathParaPr>.*?</m:oMathParaPr>)?", re.DOTALL)


def _in_line(document: bytes) -> bytes:
    """Let numbered formulas stand in their line: Word has no text beside a paragraph of formulas.

    They stay as large as displayed ones.
    """

    def change(found: re.Match[bytes]) -> bytes:
        return _BEFORE_FORMULA.sub(b"", found[0]).replace(b"</m:oMathPara>", b"")

    return _PARAGRAPH.sub(change, document)


# The lines under a table: small, without an indent.
_NOTE_STYLE = f"""
<w:style w:type="paragraph" w:customStyle="1" w:styleId="{_NOTE_ID}">
<w:name w:val="{_NOTE}"/><w:basedOn w:val="BodyText"/><w:qFormat/>
<w:pPr><w:snapToGrid w:val="0"/>
<w:spacing w:before="20" w:after="20" w:line="260" w:lineRule="auto"/>
<w:ind w:left="0" w:firstLine="0" w:firstLineChars="0"/><w:jc w:val="left"/></w:pPr>
<w:rPr><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr>
</w:style>
"""
_TABLE = re.compile(rb"<w:tbl>.*?</w:tbl>", re.DOTALL)
_ROW = re.compile(rb"<w:tr>.*?</w:tr>", re.DOTALL)
_CELL = re.compile(rb"<w:tcPr ?/>|<w:tcPr>(.*?)</w:tcPr>", re.DOTALL)
_IS_HEAD = b"<w:tblHeader"


def _rule(side: str, eighths: int) -> bytes:
    return f'<w:{side} w:val="single" w:sz="{eighths}" w:space="0" w:color="auto"/>'.encode()


def _between_rules(table: re.Match[bytes]) -> bytes:
    """Return a table between thick rules, a thin one under its heads; no row is broken."""
    outer = b"<w:tblBorders>" + _rule("top", 12) + _rule("bottom", 12) + b"</w:tblBorders>"
    placed = rb"\1" + b'<w:jc w:val="center"/>' + outer
    heads = sum(1 for row in _ROW.finditer(table[0]) if _IS_HEAD in row[0])
    places = iter(range(len(table[0])))
    ruled = _ROW.sub(lambda row: _ruled(row[0], next(places), heads), _in_columns(table[0]))
    return re.sub(rb"(<w:tblW [^>]*/>)", placed, ruled, count=1)


_GRID = re.compile(rb"<w:tblGrid>.*?</w:tblGrid>", re.DOTALL)
_GRID_COLUMN = re.compile(rb"<w:gridCol\b")
_EACH_CELL = re.compile(rb"<w:tc>.*?</w:tc>", re.DOTALL)
_SPAN = re.compile(rb'<w:gridSpan w:val="(\d+)"')
_SHOWN = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_MEASURE, _EM, _INSET, _LEAST = 8504, 210, 230, 4


def _in_columns(table: bytes) -> bytes:
    """Return a table whose columns are as wide as their text, pandoc's being all alike.

    Word fits them itself; other programs keep to what the file says. Where the line is too short
    for all, the widest give way.
    """
    grid = _GRID.search(table)
    count = len(_GRID_COLUMN.findall(grid[0])) if grid else 0
    if grid is None or not count:
        return table
    wanted = [_INSET + _EM * max(_LEAST, one) for one in _ems(table, count)]
    most = max(wanted)
    while sum(min(one, most) for one in wanted) > _MEASURE and most > _INSET + _EM * _LEAST:
        most -= _EM / 4
    columns = "".join(f'<w:gridCol w:w="{round(min(one, most))}"/>' for one in wanted)
    made = f"<w:tblGrid>{columns}</w:tblGrid>".encode()
    return table[: grid.start()] + made + table[grid.end() :]


def _ems(table: bytes, count: int) -> list[float]:
    """Return how wide the widest text of each column is; one that spans several does not count."""
    widest = [0.0] * count
    for row in _ROW.finditer(table):
        place = 0
        for cell in _EACH_CELL.finditer(row[0]):
            span = _SPAN.search(cell[0])
            if span is None and place < count:
                text = unescape("".join(_SHOWN.findall(cell[0].decode())))
                ems = sum(1 if east_asian_width(one) in "WF" else 0.62 for one in text)
                widest[place] = max(widest[place], ems / 2 if _IS_HEAD in row[0] else ems)
            place += int(span[1]) if span else 1
    return widest


def _described(document: bytes, printing: AnyPrinting) -> bytes:
    """Say of the tables of exhibits that rows have heads, and put in their alternative texts.

    Each stands behind the bookmark of its exhibit.
    """
    for id, said in printing.described.items():
        mark = document.find(f'w:name="{id}"'.encode())
        look = _LOOK.search(document, mark) if mark >= 0 else None
        if look:
            told = f'<w:tblDescription w:val="{escape(said)}"/>' if said else ""
            place = document.index(b"</w:tblPr>", look.end())
            rest = document[look.end() : place] + told.encode() + document[place:]
            document = document[: look.start()] + _WITH_ROW_HEADS + rest
    return document


_LOOK = re.compile(rb'<w:tblLook [^>]*w:firstColumn="0"[^>]*/>')
_WITH_ROW_HEADS = (
    b'<w:tblLook w:val="00A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0"'
    b' w:noHBand="0" w:noVBand="0"/>'
)


def _ruled(row: bytes, place: int, heads: int) -> bytes:
    """Return a row that stays on one page; the last of the heads has a rule, groups' heads too."""
    last = place == heads - 1
    line = b"<w:tcBorders>" + _rule("bottom", 6 if last else 4) + b"</w:tcBorders>"

    def cell(found: re.Match[bytes]) -> bytes:
        own = found[1] or b""
        ends = last or (place < heads and b"gridSpan" in own)
        return b"<w:tcPr>" + own + (line if ends else b"") + b"</w:tcPr>"

    row = _CELL.sub(cell, row)
    if b"<w:trPr>" in row:
        return row.replace(b"<w:trPr>", b"<w:trPr><w:cantSplit/>", 1)
    return row.replace(b"<w:tr>", b"<w:tr><w:trPr><w:cantSplit/></w:trPr>", 1)


# The running head of the front matter has no chapter.
_BODY_HEAD, _FRONT_HEAD = b'r:id="rId91"', b'r:id="rId92"'
_BREAK = re.compile(rb'<w:sectPr w:rsidR="front" ?/>')
_LAST = re.compile(rb"<w:sectPr\b[^>]*>((?:(?!<w:sectPr\b).)*)</w:sectPr>\s*</w:body>", re.DOTALL)


def _with_folios(part: bytes) -> bytes:
    """Return a book's text with roman folios in the front matter, and arabic ones from 1 on."""
    last = _LAST.search(part)
    if not last:
        return part
    front = _BREAK.search(part)
    first = rb'<w:pgNumType w:start="1"/>'
    whole = last[0].replace(last[1], _numbered_pages(last[1], first))
    part = part[: last.start()] + whole + part[last.end() :]
    if not front:
        return part
    roman = rb'<w:pgNumType w:fmt="lowerRoman" w:start="1"/>'
    heads = last[1].replace(_BODY_HEAD, _FRONT_HEAD)
    section = b"<w:sectPr>" + _numbered_pages(heads, roman) + b"</w:sectPr>"
    return part[: front.start()] + section + part[front.end() :]


def _numbered_pages(section: bytes, folios: bytes) -> bytes:
    """Return the content of a section with its folios, which stand behind the margins."""
    return re.sub(rb"(<w:pgMar\b[^>]*/>)", lambda margins: margins[1] + folios, section, count=1)


FORMAT = Format(
    name="docx",
    suffix=".docx",
    arguments=_arguments,
    prepare=_prepare,
    finish=_finish,
    scope="both",
)
