"""LaTeX: a folder of source that compiles with ctex, for presses that typeset themselves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.formats import AnyPrinting, Format
from chapterkit.formats.shared import ASSETS
from chapterkit.formats.shared.latex import in_latex
from chapterkit.formats.shared.latex_document import (
    document_of,
    fonts_beside,
    fonts_by_name,
    refused,
)
from chapterkit.formats.shared.latex_pictures import drawn_for_latex
from chapterkit.formats.shared.xelatex import Stopped, set_by_xelatex
from chapterkit.text.tree import Tree

_README = """{title}：LaTeX 源文件，用 XeLaTeX 排：latexmk -xelatex {name}.tex
正文在 {name}.tex，版式在 preamble.tex，{own}图在 figures/；字体用 ctex 找到的，换字体改 fonts.tex。
"""


def _arguments(printing: AnyPrinting) -> list[str]:
    top = "section" if printing.config.latex.is_article else "chapter"
    return ["--to=latex-smart", "--wrap=none", f"--top-level-division={top}", "--no-highlight"]


def prepare(printing: AnyPrinting) -> Tree:
    """Return the tree for LaTeX, its pictures written into `figures` of the work folder.

    Raises ChapterkitError for a picture that cannot be drawn, and a formula that would do more
    than be set.
    """
    return in_latex(printing, drawn_for_latex(printing))


def source_of(printing: AnyPrinting, written: Path, fonts: str) -> Mapping[str, bytes]:
    """Return the files of the source by their paths, with these fonts; pictures among them."""
    preamble = (ASSETS / "latex" / "preamble.tex").read_bytes()
    files = {
        f"{printing.name}.tex": document_of(printing, written.read_text("utf-8")).encode(),
        "preamble.tex": preamble,
        "fonts.tex": fonts.encode(),
    }
    if own := printing.config.latex.preamble:
        files["own.tex"] = own.encode()
    return {**files, **dict(_figures(printing.work))}


def _figures(work: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted((work / "figures").iterdir()):
        yield f"figures/{path.name}", path.read_bytes()


def _finish(printing: AnyPrinting, written: Path, target: Path) -> None:
    """Write the folder of the source."""
    own = "自己的设置在 own.tex，" if printing.config.latex.preamble else ""
    readme = _README.format(title=printing.labelled_title, name=printing.name, own=own)
    files = {**source_of(printing, written, fonts_by_name(printing)), "README.txt": readme.encode()}
    (target / "figures").mkdir(parents=True)
    for path, content in files.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(content)


def _as_pdf(printing: AnyPrinting, written: Path, target: Path) -> None:
    """Have XeLaTeX set the source with the fonts that come along.

    Raises ChapterkitError, at its place where that can be told, for what it does not set.
    """
    folder = printing.work / "source"
    files = source_of(printing, written, fonts_beside(printing, folder))
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    begin = printing.chapters[0].document.rendered.origin(0)
    try:
        made = set_by_xelatex(folder, printing.name, printing.modified)
    except ChapterkitError as error:
        raise error.at(begin) from None
    if isinstance(made, Stopped):
        raise refused(made, printing, files).at(begin)
    shutil.move(made, target)


FORMAT = Format(
    name="latex",
    suffix=".tex",
    arguments=_arguments,
    prepare=prepare,
    finish=_finish,
    writer_suffix=".tex",
    by_default=False,
    scope="both",
    folder="{name}-latex",
)

XELATEX = replace(FORMAT, name="pdf", suffix=".pdf", finish=_as_pdf, folder="", variant="xelatex")
"""The PDF as XeLaTeX sets it, for authors who have TeX."""
