"""PDF: pandoc writes Typst, the typst wheel sets it as a book's pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chapterkit.errors import ChapterkitError
from chapterkit.formats import Format, Printing
from chapterkit.formats.shared import (
    ASSETS,
    checked_images,
    fonts,
    full_title,
    split_chapter,
    with_wide_spaces,
)
from chapterkit.text.document import plain_text, unwrap_numbers, walk

Tree = dict[str, Any]
Element = dict[str, Any]

_REGIONS = {"zh-Hans": "cn", "zh-Hant": "tw", "zh-Hant-TW": "tw", "zh-Hant-HK": "hk"}


def _arguments(printing: Printing) -> list[str]:
    template = ASSETS / "typst" / "template.typ"
    return ["--to=typst-citations-smart", "--standalone", f"--template={template}", "--wrap=none"]


def _prepare(tree: Tree, printing: Printing) -> Tree:
    """Return the tree for Typst: images copied beside it and described, formulas described.

    Raises ChapterkitError for an image that is not there and a character that no font can show.
    """
    tree = with_wide_spaces(unwrap_numbers(tree))
    _refuse_missing_characters(tree, printing)
    images = _copied_images(tree, printing)
    title = full_title(tree, printing)
    (printing.work / "chapter.txt").write_text(title, encoding="utf-8")
    return {**tree, "meta": {}, "blocks": walk(tree["blocks"], lambda one: _for_typst(one, images))}


def _refuse_missing_characters(tree: Tree, printing: Printing) -> None:
    config = printing.config
    text = config.title + config.author + plain_text(_words(tree))
    missing = fonts.missing_characters(text, [*_serif(printing), *_sans(printing)])
    if missing:
        others = "，还有 " + "、".join(map(fonts.named, missing[1:])) if missing[1:] else ""
        raise ChapterkitError(
            f"字体里没有字符 {fonts.named(missing[0])}{others}",
            printing.document.origin_of_character(missing[0]),
            hint="安装一种有这个字的字体，写进 book.yaml 的 fonts；或换一个写法",
        )


def _words(tree: Tree) -> list[Element]:
    """Return every stretch of text of the tree; formulas are set in a font of their own."""
    found: list[Element] = []

    def note(element: Element) -> Element:
        if element["t"] == "Str":
            found.append(element)
        elif element["t"] in {"Code", "CodeBlock"}:
            found.append({"t": "Str", "c": element["c"][1]})
        return element

    walk(tree["blocks"], note)
    return found


def _serif(printing: Printing) -> tuple[fonts.FontFile, ...]:
    return fonts.chosen(printing.config.serif, fonts.BUNDLED_SERIF)


def _sans(printing: Printing) -> tuple[fonts.FontFile, ...]:
    return fonts.chosen(printing.config.sans, fonts.BUNDLED_SANS)


def _copied_images(tree: Tree, printing: Printing) -> dict[str, str]:
    """Copy the images into the work folder, which is all that Typst may read."""
    copied: dict[str, str] = {}
    for number, (address, file) in enumerate(checked_images(tree, printing).items(), 1):
        copied[address] = f"image{number}{file.suffix.lower()}"
        shutil.copyfile(file, printing.work / copied[address])
    return copied


def _for_typst(element: Element, images: Mapping[str, str]) -> Any:
    """Restore what the Typst writer drops: the words that stand for images and formulas."""
    if element["t"] == "Image":
        return _image(element, images)
    if element["t"] == "Math":
        shown = _raw(f"#described({_string(element['c'][1])})[")
        return [shown, element, _raw("]")]
    return element


def _image(element: Element, images: Mapping[str, str]) -> Element:
    (_, _, pairs), words, (address, _) = element["c"]
    attributes = dict(pairs)
    description = attributes.get("alt") or plain_text(words)
    width = attributes.get("width", "")
    parts = [_string(images[address]), f"alt: {_string(description)}"]
    if width.rstrip("%").isdigit() and width.endswith("%"):
        parts.append(f"width: {width}")
    return _raw(f"#image({', '.join(parts)})")


def _raw(text: str) -> Element:
    return {"t": "RawInline", "c": ["typst", text]}


def _string(text: str) -> str:
    """Return a text as a Typst string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def _finish(printing: Printing, written: Path, target: Path) -> None:
    """Compile the Typst that pandoc wrote; raise ChapterkitError if Typst refuses it."""
    import typst

    main = printing.work / "main.typ"
    if written.resolve() != main.resolve():
        shutil.copyfile(written, main)
    try:
        typst.compile(
            main,
            output=target,
            format="pdf",
            root=printing.work,
            font_paths=fonts.typst_fonts(),
            sys_inputs=_inputs(printing),
            timestamp=printing.modified,
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        hint = "；".join(error.hints) or "这是模板的问题，不是书稿的：请报告"
        raise ChapterkitError(f"Typst 排不出来：{error.message}", hint=hint) from None


def _inputs(printing: Printing) -> dict[str, str]:
    """Return what the template is told, besides the text."""
    config = printing.config
    number, name = split_chapter((printing.work / "chapter.txt").read_text(encoding="utf-8"))
    return {
        "book": config.title,
        "author": config.author,
        "number": number,
        "chapter": name,
        "page": config.page,
        "script": printing.language.split("-")[1].lower() if "-" in printing.language else "hans",
        "region": _REGIONS.get(printing.language, "cn"),
        "serif": json.dumps([font.family for font in _serif(printing)]),
        "sans": json.dumps([font.family for font in _sans(printing)]),
        "kai": json.dumps([name for name in _KAI if name in fonts.installed()][:1]),
    }


_KAI = ("LXGW WenKai", "Kaiti SC", "STKaiti", "KaiTi", "FandolKai", "AR PL UKai CN")

FORMAT = Format(
    name="pdf",
    suffix=".pdf",
    arguments=_arguments,
    prepare=_prepare,
    finish=_finish,
    writer_suffix=".typ",
)
