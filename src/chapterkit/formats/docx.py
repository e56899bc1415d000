"""DOCX: a manuscript for Word in styles (标题 1–3, 正文), for the publisher's editors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from chapterkit.formats import ChapterPrinting, Format
from chapterkit.formats.shared import ASSETS, has_equations
from chapterkit.formats.shared.drawn import as_pixels
from chapterkit.formats.shared.fields import counted, counted_tag, with_fields
from chapterkit.formats.shared.pictures import embedded, restored
from chapterkit.formats.shared.zipped import rewritten
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
    Tree,
    div,
    inlines_of,
    kind_of,
    raw,
    span,
    tree_blocks,
    walk,
    with_blocks,
    with_inlines,
)

_FOLDER = ASSETS / "docx"
_EQUATION = "Numbered Equation"
_EQUATION_ID = "NumberedEquation"
_TAB = raw("openxml", "<w:r><w:tab/></w:r>")
_STYLES = {"Strong": "Strong Text", "Emph": "Emphasis Text"}


def _arguments(printing: ChapterPrinting) -> list[str]:
    return [
        "--to=docx",
        f"--reference-doc={_FOLDER / 'reference.docx'}",
        f"--template={_FOLDER / 'template.openxml'}",
    ]


def _prepare(printing: ChapterPrinting) -> Tree:
    """Return the tree with its paragraphs in Word's own 正文 (Normal), which indents.

    Raises ChapterkitError for a drawing that cannot be drawn for Word.
    """
    tree = printing.tree
    values = {
        "title": printing.labelled_title,
        "author": printing.config.author,
        "subject": printing.config.title,
        "lang": printing.language,
    }
    document, wording = printing.document, printing.config.wording
    return passed(
        tree,
        with_metadata(values),
        unwrap_numbers,
        numbered(printing.label, printing.config.wording.heading),
        captioned(document.counting, counted),
        sectioned(document.counting),
        tagged(document.counting, _with_tag),
        _equations_apart,
        with_fields(document.things, wording.equation),
        with_labels_apart(printing.labels, printing.config.wording.heading),
        over_elements(_styled),
        _in_normal,
        embedded(printing, lambda one: as_pixels(one, printing.work)),
    )


def _with_tag(equation: Element, numeral: Numeral) -> Element:
    """Return a numbered formula behind one tab, its number behind another."""
    inlines = [_TAB, *inlines_of(equation), _TAB, *counted_tag(numeral)]
    return with_inlines(equation, inlines)


def _is_equation(inline: Element) -> bool:
    return kind_of(inline) == "Span" and inlines_of(inline)[:1] == [_TAB]


def _equations_apart(tree: Tree) -> Tree:
    """Put each numbered formula into a paragraph of its own, in a style that has its tabs."""

    def change(block: Element) -> Element | list[Element]:
        inlines = inlines_of(block) if kind_of(block) in {"Para", "Plain"} else []
        if not any(map(_is_equation, inlines)):
            return block
        parts = (_stripped([*part]) for _, part in groupby(inlines, _is_equation))
        return [_apart(with_inlines(block, part)) for part in parts if part]

    return with_blocks(tree, walk(tree_blocks(tree), change))


def _apart(block: Element) -> Element:
    is_equation = any(map(_is_equation, inlines_of(block)))
    return div([block], _in_style(_EQUATION)) if is_equation else block


def _stripped(inlines: list[Element]) -> list[Element]:
    """Return inlines without blanks at their ends."""
    blank = [kind_of(one) in {"Space", "SoftBreak"} for one in inlines]
    first = blank.index(False) if False in blank else len(blank)
    last = len(blank) - blank[::-1].index(False) if False in blank else 0
    return inlines[first:last]


def _styled(element: Element) -> Element:
    """Put emphasis into a character style, so that Word can change it in one place."""
    style = _STYLES.get(kind_of(element))
    return span(inlines_of(element), _in_style(style)) if style else element


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


def _finish(printing: ChapterPrinting, written: Path, target: Path) -> None:
    """Name language and fonts as Word does, and give numbered formulas the tabs of their line.

    pandoc has translations for zh-Hans, Word knows zh-CN.
    """
    locale, has_tabs = printing.config.locale, has_equations(printing)

    def change(name: str, part: bytes) -> bytes:
        if name == "word/document.xml" and has_tabs:
            part = _in_line(part)
        if name in _FONTS_IN:
            part = _FONT.sub(lambda one: _font(one, locale.word_fonts), part)
        if name != "word/styles.xml":
            return restored(name, part, printing)
        part = _LANGUAGE.sub(f'w:eastAsia="{locale.word}"'.encode(), part)
        return _PANDOCS_STYLE.sub(_EQUATION_STYLE.encode(), part) if has_tabs else part

    rewritten(written, target, printing.modified, change)


_LANGUAGE = re.compile(rb'w:eastAsia="zh-[^"]*"')
_FONTS_IN = frozenset({"word/styles.xml", "word/fontTable.xml"})
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
_PANDOCS_STYLE = re.compile(
    rf'<w:style [^>]*w:styleId="{_EQUATION_ID}".*?</w:style>'.encode(), re.DOTALL
)
_PARAGRAPH = re.compile(rf'<w:pStyle w:val="{_EQUATION_ID}" ?/>.*?</w:p>'.encode(), re.DOTALL)
_BEFORE_FORMULA = re.compile(rb"<m:oMathPara>(?:<m:oMathParaPr>.*?</m:oMathParaPr>)?", re.DOTALL)


def _in_line(document: bytes) -> bytes:
    """Let numbered formulas stand in their line: Word has no text beside a paragraph of formulas.

    They stay as large as displayed ones.
    """

    def change(found: re.Match[bytes]) -> bytes:
        return _BEFORE_FORMULA.sub(b"", found[0]).replace(b"</m:oMathPara>", b"")

    return _PARAGRAPH.sub(change, document)


FORMAT = Format(name="docx", suffix=".docx", arguments=_arguments, prepare=_prepare, finish=_finish)
