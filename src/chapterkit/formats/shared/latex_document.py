"""The files of a LaTeX source round its text, its fonts, and what XeLaTeX says of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from chapterkit import fonts
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.formats import AnyPrinting, ChapterPrinting
from chapterkit.formats.shared.latex import escaped
from chapterkit.formats.shared.whole import copyright_page, title_page
from chapterkit.formats.shared.xelatex import Stopped
from chapterkit.han import is_han
from chapterkit.text.tree import plain_line

_SIZES = {
    "a5": "paperwidth=148mm,paperheight=210mm,top=23mm,bottom=18mm,textwidth=30\\ccwd",
    "16k": "paperwidth=185mm,paperheight=260mm,top=28mm,bottom=22mm,textwidth=38\\ccwd",
    "a4": "paperwidth=210mm,paperheight=297mm,top=32mm,bottom=28mm,textwidth=36\\ccwd",
}


def document_of(printing: AnyPrinting, body: str) -> str:
    """Return the main file of the source, its body being what pandoc wrote."""
    config, latex = printing.config, printing.config.latex
    options = [*_own_options(printing), *latex.options]
    lines = ["% !TeX program = xelatex", rf"\documentclass[{','.join(options)}]{{{latex.class_}}}"]
    if not latex.class_.startswith("ctex"):
        scheme = "" if config.locale.chinese else "[scheme=plain]"
        lines.append(rf"\usepackage{scheme}{{ctex}}")
    if latex.is_usual:
        lines.append(rf"\usepackage[{_SIZES[config.page]},hmarginratio=52:48]{{geometry}}")
    lines += [r"\input{preamble}", r"\input{fonts}", *_characters(body, printing)]
    lines += _words(printing)
    lines += [r"\input{own}"] if latex.preamble else []
    lines += [r"\begin{document}", *_front(printing), body.rstrip(), r"\end{document}", ""]
    return "\n".join(lines)


def _own_options(printing: AnyPrinting) -> list[str]:
    """Return the class options that the book's settings ask for; an author's own come behind."""
    config = printing.config
    if not config.latex.is_usual:
        return []
    scheme = [] if config.locale.chinese else ["scheme=plain"]
    size = "zihao=-4" if config.page == "a4" else "zihao=5"
    return [*scheme, size, "linespread=1.4", "twoside", "openany"]


_HEADINGS = [
    rf"\ctexset{{{kind}/format+=\sffamily}}"
    for kind in ("part", "chapter", "section", "subsection", "subsubsection")
]


def _words(printing: AnyPrinting) -> list[str]:
    wording = printing.config.wording
    named = {
        r"\contentsname": wording.contents,
        r"\listfigurename": wording.figures,
        r"\listtablename": wording.tables,
    }
    lines = _HEADINGS if printing.config.latex.numbers_chapters else []
    lines = [
        *lines,
        *(rf"\renewcommand{{{name}}}{{{escaped(word)}}}" for name, word in named.items()),
    ]
    title, author = escaped(printing.labelled_title), escaped(printing.config.author)
    return [*lines, rf"\hypersetup{{pdftitle={{{title}}},pdfauthor={{{author}}}}}"]


def _front(printing: AnyPrinting) -> list[str]:
    """Return what stands before the text: title page, copyright page, of a chapter the contents."""
    page = title_page(printing.config)
    titles = [escaped(one) for one in (page.title, page.subtitle) if one]
    series = rf"{{\large {escaped(page.series)}\par\bigskip}}" if page.series else ""
    makers = r" \and ".join(map(escaped, page.bylines)) if page.bylines else ""
    lines = [
        rf"\title{{{series}{(chr(92) * 2 + '[1ex]{}').join(titles)}}}",
        rf"\author{{{makers}}}",
        rf"\date{{{escaped(page.publisher)}}}",
    ]
    matter = printing.config.latex.has_matter
    lines += [r"\frontmatter"] if matter else []
    lines += [r"\maketitle"]
    if isinstance(printing, ChapterPrinting):
        lines += [r"\tableofcontents"]
        lines += [r"\mainmatter"] if matter else []
        lines += [rf"\setcounter{{page}}{{{printing.start_page}}}"]
    elif rows := copyright_page(printing.config):
        told = (r"\\" + "\n").join(map(escaped, rows))
        lines += [r"\thispagestyle{empty}\null\vfill\noindent\begin{minipage}{\linewidth}\small"]
        lines += [told, r"\end{minipage}\clearpage"]
    return lines


# Signs that stand in Chinese text and that Latin fonts lack; xeCJK is told to set them in Chinese
# fonts.
_LATIN = re.compile(
    "[\x00-\u024f\u1e00-\u1eff\u2010-\u2027\u2030\u2039\u203a\u20ac\u2122\u2212\u3000-\u303f\uff00-\uff60]"
)


def _characters(body: str, printing: AnyPrinting) -> list[str]:
    signs = sorted({one for one in body if not _LATIN.match(one) and not is_han(one)})
    lines: list[str] = []
    if signs:
        told = ",".join(f'"{ord(one):X}' for one in signs)
        lines.append(rf"\xeCJKDeclareCharClass{{CJK}}{{{told}}}")
    if not printing.config.locale.chinese:
        lines.append(r'\xeCJKDeclareCharClass{Default}{"2018,"2019,"201C,"201D,"2013,"2014,"2026}')
    return lines


_TRADITIONAL = (
    ("Noto Serif CJK TC", "Noto Sans CJK TC"),
    ("Source Han Serif TC", "Source Han Sans TC"),
    ("Songti TC", "PingFang TC"),
    ("PMingLiU", "Microsoft JhengHei"),
    ("AR PL UMing TW", "AR PL UMing TW"),
)


def fonts_by_name(printing: AnyPrinting) -> str:
    """Return the file of fonts for any machine: ctex looks for those of a Simplified text."""
    if not printing.language.startswith("zh-Hant"):
        return "% 字体由 ctex 按系统选；要自己的，在这里写 \\setCJKmainfont{…}。\n"
    lines = ["% 繁体字体：用系统里先找到的一套。"]
    for serif, sans in _TRADITIONAL:
        lines.append(
            rf"\IfFontExistsTF{{{serif}}}{{\setCJKmainfont[BoldFont={{{sans}}},ItalicFont={{{serif}}}]"
            rf"{{{serif}}}\setCJKsansfont{{{sans}}}\setCJKmonofont{{{sans}}}}}{{%"
        )
    lines.append("}" * len(_TRADITIONAL))
    return "\n".join(lines) + "\n"


def fonts_beside(printing: AnyPrinting, folder: Path) -> str:
    """Put the fonts of a printing into a folder `fonts` of the source; return the file of fonts.

    They are those that book.yaml names and those that come along, as in the other PDF.
    """
    config, beside = printing.config, folder / "fonts"
    beside.mkdir(parents=True)
    serif = _beside(fonts.chosen(config.serif, *config.locale.serif), beside)
    sans = _beside(fonts.chosen(config.sans, *config.locale.sans), beside)
    kai = _beside(fonts.chosen(config.fonts.kai), beside) or sans
    lines = []
    if serif:
        others = (
            f"BoldFont={sans or serif},ItalicFont={kai or serif},BoldItalicFont={sans or serif}"
        )
        lines.append(rf"\setCJKmainfont[Path=fonts/,{others}]{{{serif}}}")
    if sans:
        lines += [rf"\setCJK{kind}font[Path=fonts/]{{{sans}}}" for kind in ("sans", "mono")]
    if config.fonts.kai and kai:
        lines.append(rf"\setCJKfamilyfont{{kai}}[Path=fonts/]{{{kai}}}")
        lines.append(r"\def\kaishu{\CJKfamily{kai}}")
    else:
        lines.append(r"\let\kaishu\relax")
    return "\n".join(lines) + "\n"


def _beside(families: Sequence[fonts.FontFile], folder: Path) -> str:
    """Copy the first of the fonts that has a file; return its name, empty if there is none."""
    for one in families:
        if one.path and one.index == 0 and one.path.suffix.lower() in {".otf", ".ttf"}:
            name = f"font{len(list(folder.iterdir()))}{one.path.suffix.lower()}"
            shutil.copyfile(one.path, folder / name)
            return name
    return ""


# --- what XeLaTeX says


def refused(stopped: Stopped, printing: AnyPrinting, files: Mapping[str, bytes]) -> ChapterkitError:
    """Return what XeLaTeX says of a source as an error, at its place where that can be told."""
    config = printing.config
    if len(stopped.message) == 1:
        found = (one.document.origin_of_character(stopped.message) for one in printing.chapters)
        return ChapterkitError(
            f"字体里没有字符 {fonts.named(stopped.message)}",
            next(filter(None, found), None),
            "安装一种有这个字的字体，写进 book.yaml 的 fonts；或换一个写法",
        )
    message = f"XeLaTeX 排不出来：{plain_line(stopped.message)}"
    if stopped.file == "own.tex":
        return ChapterkitError(
            message, config.origin("latex", "preamble"), "改 book.yaml 里的 preamble"
        )
    if config.latex.class_ in stopped.message:
        hint = "文档类要装在 TeX 里；写一个有的，如 ctexbook"
        return ChapterkitError(message, config.origin("latex", "class"), hint)
    lines = files.get(stopped.file, b"").decode().split("\n")
    line = lines[stopped.line - 1] if 0 < stopped.line <= len(lines) else ""
    return ChapterkitError(
        message, _origin_of(line, printing), "换一个写法，或改 book.yaml 的 latex"
    )


_HAN_RUN = re.compile("[\u3400-\u9fff]{6,}")


def _origin_of(line: str, printing: AnyPrinting) -> Origin | None:
    """Return where a line of the source was written, if a stretch of its text is found there."""
    for run in _HAN_RUN.findall(line):
        for block in (block for one in printing.chapters for block in one.document.blocks):
            if run in block.text:
                return block.origin(block.text.index(run))
    return None
