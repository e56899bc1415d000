"""Makes reference.docx: pandoc's default with the styles of a Chinese manuscript.

`make reference-docx` runs it, after a style has changed here. The same input gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile

from chapterkit.formats.shared import ASSETS
from chapterkit.formats.shared.stressed import (
    DOTTED,
    IN_KAI,
    SLANTED,
    STRONG,
    STRONG_DOTTED,
    STRONG_LATIN,
    STRONG_SLANTED,
)
from chapterkit.pandoc import run_pandoc

TARGET = ASSETS / "docx" / "reference.docx"

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
PART = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def typeface(latin: str, han: str) -> str:
    """Return the fonts of a run, by their family names."""
    names = f'w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{han}" w:cs="{latin}"'
    return f"<w:rFonts {names}/>"


SONG = typeface("Times New Roman", "宋体")
HEI = typeface("Arial", "黑体")
KAI = typeface("Times New Roman", "楷体")
MONO = typeface("Consolas", "等线")

NO_INDENT = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'

HANGING = '<w:ind w:left="480" w:firstLineChars="0" w:hanging="480"/>'


def size(half_points: int) -> str:
    """Return a type size; Word counts in half points."""
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


UNGRIDDED = '<w:snapToGrid w:val="0"/>'
"""Lines of a paragraph as high as they need to be, off the grid of the page."""


def spacing(before: int = 0, after: int = 0, line: int = 360) -> str:
    """Return the space around a paragraph in twentieths of a point; 240 is a line."""
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="auto"/>'


LEFT = '<w:jc w:val="left"/>'
CENTRE = '<w:jc w:val="center"/>'
MEASURE = 8504  # twips between the margins
# Code is neither justified nor indented, and breaks where it must.
CODE = '<w:wordWrap w:val="0"/>' + UNGRIDDED + spacing(line=280) + NO_INDENT + LEFT
HEADER = (
    '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="4" w:color="auto"/></w:pBdr>'
    f'<w:tabs><w:tab w:val="right" w:pos="{MEASURE}"/></w:tabs>'
    + UNGRIDDED + spacing(line=240) + NO_INDENT + LEFT
)  # fmt: skip


def entry(level: int) -> str:
    """Return how an entry of the contents stands: its page at the end of the line, behind dots."""
    tab = f'<w:tab w:val="right" w:leader="dot" w:pos="{MEASURE}"/>'
    indent = f'<w:ind w:left="{420 * (level - 1)}" w:firstLineChars="0" w:firstLine="0"/>'
    return f"<w:tabs>{tab}</w:tabs>{UNGRIDDED}{spacing(line=300)}{indent}{LEFT}"


def paragraph(name: str, properties: str = "", run: str = "", **links: str) -> str:
    """Return a paragraph style; `links` are based_on (Normal unless given), next and level."""
    return _style("paragraph", name, links, f"<w:pPr>{properties}</w:pPr><w:rPr>{run}</w:rPr>")


def character(name: str, run: str = "", **links: str) -> str:
    """Return a character style."""
    based = {} if name == "Default Paragraph Font" else {"based_on": "Default Paragraph Font"}
    return _style("character", name, {**based, **links}, f"<w:rPr>{run}</w:rPr>")


BUILT_IN = re.compile(
    "normal|body text|title|subtitle|date|bibliography|heading \\d|block text|footnote text|caption"
    "|footnote reference|hyperlink|default paragraph font|toc heading|toc \\d|header|footer",
    re.IGNORECASE,
)


def identifier(name: str) -> str:
    """Return the id that pandoc and Word use for a style of this name."""
    return "".join(word[0].upper() + word[1:] for word in name.split())


def _style(kind: str, name: str, links: dict[str, str], properties: str) -> str:
    custom = "" if BUILT_IN.fullmatch(name) else ' w:customStyle="1"'
    default = ' w:default="1"' if name in {"Normal", "Default Paragraph Font"} else ""
    based = links.get("based_on", "" if default else "Normal")
    parts = [f'<w:name w:val="{name}"/>']
    if based:
        parts.append(f'<w:basedOn w:val="{identifier(based)}"/>')
    if following := links.get("next"):
        parts.append(f'<w:next w:val="{identifier(following)}"/>')
    parts.extend([f'<w:uiPriority w:val="{links.get("priority", "1")}"/>', "<w:qFormat/>"])
    filled = re.sub(r"<w:(pPr|rPr)></w:\1>", "", properties)
    return (
        f'<w:style w:type="{kind}"{default}{custom} w:styleId="{identifier(name)}">'
        f"{''.join(parts)}{filled}</w:style>"
    )


def heading(level: int, half_points: int, before: int, after: int) -> str:
    """Return a heading: 黑体, kept with what follows, in the outline."""
    properties = (
        f"<w:keepNext/><w:keepLines/>{UNGRIDDED}{spacing(before, after, 300)}{NO_INDENT}"
        f'<w:jc w:val="left"/><w:outlineLvl w:val="{level - 1}"/>'
    )
    return paragraph(
        f"heading {level}", properties, HEI + size(half_points), next="Normal", priority="9"
    )


def styles() -> str:
    """Return word/styles.xml."""
    small = UNGRIDDED + spacing(line=300) + NO_INDENT
    centred = UNGRIDDED + spacing(120, 120, 300) + NO_INDENT + '<w:jc w:val="center"/>'
    indented = '<w:ind w:firstLineChars="200" w:firstLine="420"/><w:jc w:val="both"/>'
    listed = [
        paragraph("Normal", spacing(line=240) + indented),
        paragraph("Body Text", NO_INDENT),
        paragraph("First Paragraph", NO_INDENT, based_on="Body Text", next="Normal"),
        paragraph("Compact", UNGRIDDED + spacing(line=300), based_on="Body Text"),
        paragraph("Source Code", CODE, MONO + size(19)),
        paragraph("Title", centred, HEI + size(44), next="Normal"),
        paragraph("Subtitle", centred, HEI + size(28), next="Normal"),
        paragraph("Author", centred, next="Normal"),
        paragraph("Date", centred, next="Normal"),
        paragraph("Abstract Title", centred, HEI, next="Abstract"),
        paragraph("Abstract", small),
        heading(1, 44, 600, 480),
        heading(2, 30, 420, 240),
        heading(3, 24, 300, 160),
        heading(4, 21, 240, 120),
        *(heading(level, 21, 200, 100) for level in range(5, 10)),
        paragraph("Bibliography", UNGRIDDED + spacing(line=300) + HANGING + LEFT, size(18)),
        paragraph("Block Text", spacing(120, 120) + '<w:ind w:left="420" w:right="420"/>', KAI),
        paragraph("footnote text", UNGRIDDED + spacing(line=260) + NO_INDENT + LEFT, size(18)),
        paragraph("Footnote Block Text", based_on="footnote text"),
        paragraph("Definition Term", NO_INDENT, HEI, next="Definition"),
        paragraph("Definition", NO_INDENT),
        paragraph("caption", centred, HEI + size(18)),
        paragraph("Table Caption", "<w:keepNext/>", based_on="caption"),
        paragraph("Image Caption", based_on="caption"),
        paragraph("Figure", centred),
        paragraph("Captioned Figure", "<w:keepNext/>", based_on="Figure"),
        paragraph("TOC Heading", NO_INDENT, HEI + size(28), next="Normal"),
        *(paragraph(f"toc {level}", entry(level)) for level in range(1, 4)),
        paragraph("header", HEADER, size(18)),
        paragraph("footer", UNGRIDDED + spacing(line=240) + NO_INDENT + CENTRE, size(18)),
        character("Default Paragraph Font"),
        character("Body Text Char"),
        character("Verbatim Char", MONO + size(19)),
        character("Section Number"),
        character(STRONG, HEI),
        character(STRONG_LATIN, "<w:b/>"),
        character(DOTTED, '<w:em w:val="dot"/>'),
        character(IN_KAI, KAI),
        character(SLANTED, "<w:i/>"),
        character(STRONG_DOTTED, HEI + '<w:em w:val="dot"/>'),
        character(STRONG_SLANTED, "<w:b/><w:i/>"),
        character("footnote reference", '<w:vertAlign w:val="superscript"/>'),
        character("Hyperlink"),
        '<w:style w:type="table" w:default="1" w:styleId="Table"><w:name w:val="Table"/>'
        '<w:uiPriority w:val="1"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
        '<w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr></w:style>",
    ]
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{SONG}{size(21)}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )
    return f"{XML}<w:styles {W}>{defaults}{''.join(listed)}</w:styles>"


def document() -> str:
    """Return word/document.xml: nothing but the page."""
    return f"{XML}<w:document {W} {R}><w:body><w:p/>{SECTION}</w:body></w:document>"


def fonts() -> str:
    """Return word/fontTable.xml: what stands in for a font that a machine has not."""
    named = (
        ("宋体", "Noto Serif CJK SC"),
        ("黑体", "Noto Sans CJK SC"),
        ("楷体", "KaiTi"),
        ("Times New Roman", ""),
    )
    listed = "".join(
        f'<w:font w:name="{name}">'
        + (f'<w:altName w:val="{other}"/>' if other else "")
        + "</w:font>"
        for name, other in named
    )
    return f"{XML}<w:fonts {W}>{listed}</w:fonts>"


FOOTER = (
    f'{XML}<w:ftr {W}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
    '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>'
)


def header(inside: str) -> str:
    """Return a running head."""
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{inside}</w:p>'
    return f"{XML}<w:hdr {W}>{paragraph if inside else '<w:p/>'}</w:hdr>"


# {book} and {chapter} are filled in when a text is printed; Word finds the title of the chapter.
BOOK = "<w:r><w:t>{book}</w:t></w:r>"
CHAPTER = (
    '<w:r><w:tab/></w:r><w:fldSimple w:instr=" STYLEREF 1 "><w:r><w:t>{chapter}</w:t></w:r>'
    "</w:fldSimple>"
)
ADDED = {  # name: what it is to Word, how the document calls it, what it holds
    "footer1.xml": ("footer", "rId90", FOOTER),
    "header1.xml": ("header", "rId91", header(BOOK + CHAPTER)),
    "header2.xml": ("header", "rId92", header(BOOK)),
    "header3.xml": ("header", "rId93", header("")),
}

# The first page of a text has no running head. 33 lines of text stand on a page's grid.
SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId91"/>'
    '<w:headerReference w:type="first" r:id="rId93"/>'
    '<w:footerReference w:type="default" r:id="rId90"/>'
    '<w:footerReference w:type="first" r:id="rId90"/>'
    '<w:footnotePr><w:numFmt w:val="decimalEnclosedCircleChinese"/>'
    '<w:numRestart w:val="eachPage"/></w:footnotePr>'
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1701" w:right="1701" w:bottom="1587" w:left="1701"'
    ' w:header="851" w:footer="992" w:gutter="0"/>'
    '<w:titlePg/><w:docGrid w:type="lines" w:linePitch="410"/>'
    "</w:sectPr>"
)


def changed(name: str, text: str) -> str:
    """Return one part of pandoc's document as ours has it."""
    ours = {"word/styles.xml": styles, "word/fontTable.xml": fonts, "word/document.xml": document}
    if name in ours:
        return ours[name]()
    if name == "word/_rels/document.xml.rels":
        kept = re.sub(r'<Relationship [^>]*TargetMode="External"[^>]*/>', "", text)
        own = "".join(
            f'<Relationship Id="{id}" Type="{PART}/{kind}" Target="{file}"/>'
            for file, (kind, id, _) in ADDED.items()
        )
        return kept.replace("</Relationships>", f"{own}</Relationships>")
    if name == "[Content_Types].xml":
        own = "".join(
            f'<Override PartName="/word/{file}" ContentType="{TYPE}.{kind}+xml"/>'
            for file, (kind, _, _) in ADDED.items()
        )
        return text.replace("</Types>", f"{own}</Types>")
    if name == "word/settings.xml":
        latin = 'w:themeFontLang w:val="en-US"'
        text = text.replace(latin, f'{latin} w:eastAsia="zh-CN"')
        return text.replace('"doNotCompress"', '"compressPunctuation"')
    return text


def make(default: bytes) -> bytes:
    """Return our reference document, made of pandoc's."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(default)) as old, zipfile.ZipFile(made, "w") as new:
        parts = {name: changed(name, old.read(name).decode("utf-8")) for name in old.namelist()}
        ours = {f"word/{file}": text for file, (_, _, text) in ADDED.items()}
        for name, text in {**parts, **ours}.items():
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, text)
    return made.getvalue()


if __name__ == "__main__":
    TARGET.write_bytes(make(run_pandoc(["--print-default-data-file", "reference.docx"])))
