"""A Word file as a manuscript: revisions and comments kept as notes, and what got lost. Pure.

pandoc reads the text; here its tree is made one that Markdown can say, and every paragraph of the
file is looked for in what came out.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.pictures import KINDS
from chapterkit.text.tree import (
    Attributes,
    Element,
    Tree,
    attributes_of,
    blocks_of,
    elements_of,
    inlines_of,
    kind_of,
    plain_text,
    raw,
    target_of,
    text_of,
    tree_blocks,
    walk,
    with_attributes,
    with_blocks,
    with_free_widths,
    with_target,
)

MAX_PART_BYTES = 50_000_000
MAX_PARTS = 5_000
MAX_TOGETHER = 200_000_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_TEXTS = re.compile(r"word/(document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml")
_MEDIA = re.compile(r"word/(media/[\w.-]+)")
_WHERE = {"header": "页眉", "footer": "页脚", "comments": "批注"}
_LEFT_OUT = {"embeddings": "嵌入的对象", "charts": "Word 里画的图表", "diagrams": "SmartArt 图示"}
_OTHER_PICTURES = frozenset({".emf", ".wmf", ".tif", ".tiff", ".bmp"})
_PLAIN = frozenset({"Underline", "SmallCaps"})


def is_word(raw: bytes, name: str) -> bool:
    """Tell whether a file is one of Word's, by its name or by what it holds."""
    return name.lower().endswith((".docx", ".docm", ".doc")) or raw.startswith((_ZIP, _OLE))


@dataclass(frozen=True)
class Word:
    """What is read of a Word file: its parts by their names, of those that matter."""

    texts: Mapping[str, bytes]
    media: Mapping[str, bytes]
    others: tuple[str, ...]


def opened_word(raw: bytes, name: str) -> Word:
    """Return the parts of a Word file; raise ChapterkitError if it is none, or too large."""
    origin = Origin(name)
    if raw.startswith(_OLE):
        hint = "在 Word 里去掉密码，另存为 .docx"
        raise ChapterkitError("这是旧格式的 .doc，或加了密码", origin, hint)
    hint = "在 Word 里打开，另存为 .docx"
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as file:
            _check_sizes(file, origin)
            named = {one.filename: one for one in file.infolist()}
            texts = {one: file.read(one) for one in named if _TEXTS.fullmatch(one)}
            media = {found[1]: file.read(one) for one in named if (found := _MEDIA.fullmatch(one))}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise ChapterkitError("读不了这个 Word 文件：它坏了或加了密码", origin, hint) from None
    if "word/document.xml" not in texts:
        raise ChapterkitError("这不是 Word 文件：里面没有正文", origin, hint)
    if any(b"<!DOCTYPE" in one or b"<!ENTITY" in one for one in texts.values()):
        raise ChapterkitError("Word 文件里有不该有的声明（DOCTYPE）", origin, hint)
    return Word(texts, media, tuple(sorted(named)))


def _check_sizes(file: zipfile.ZipFile, origin: Origin) -> None:
    """Raise ChapterkitError for a file whose parts are more, or larger, than any manuscript's."""
    sizes = [one.file_size for one in file.infolist()]
    if (
        len(sizes) > MAX_PARTS
        or max(sizes, default=0) > MAX_PART_BYTES
        or sum(sizes) > MAX_TOGETHER
    ):
        message = "Word 文件展开以后太大"
        raise ChapterkitError(message, origin, "分成几个文件，图片另放")


_FIELD = re.compile(rb"</?w:fldSimple\b[^>]*>")
_RUBY = re.compile(
    rb"<w:r(?: [^>]*)?>(?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?<w:ruby>(?:(?!</w:ruby>).)*?"
    rb"<w:rubyBase>((?:(?!</w:rubyBase>).)*)</w:rubyBase>\s*</w:ruby></w:r>",
    re.DOTALL,
)


def readable_word(word: Word, raw: bytes) -> bytes:
    """Return a Word file in which pandoc finds what it would pass over.

    That is the text of fields (the number of a caption) and what stands below pinyin.
    """
    name = "word/document.xml"
    text = _FIELD.sub(b"", word.texts[name])
    if b"<w:ruby>" in text:
        text = _RUBY.sub(rb"\1", text)
    if text == word.texts[name]:
        return raw
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.namelist():
            new.writestr(one, text if one == name else old.read(one))
    return made.getvalue()


# --- the tree


def as_manuscript(tree: Tree, folder: str) -> Tree:
    """Return pandoc's tree of a Word file as one that Markdown can say.

    What was inserted stands, what was deleted and every comment becomes an HTML comment, pictures
    have their addresses in `folder`; of formatting, what no chapter has goes.
    """

    def change(element: Element) -> Element | list[Element]:
        match kind_of(element):
            case "Span":
                return _of_span(element)
            case "Underline" | "SmallCaps":
                return inlines_of(element)
            case "Div":
                return blocks_of(element)
            case "Image":
                target = target_of(element)
                address = f"{folder}/{posixpath.basename(target.address)}"
                plain = with_attributes(element, Attributes())
                return with_target(plain, target._replace(address=address))
            case "Table":
                return with_free_widths(element)
        return element

    return with_blocks(tree, walk(tree_blocks(tree), change))


def _of_span(element: Element) -> Element | list[Element]:
    attributes = attributes_of(element)
    who = dict(attributes.pairs).get("author", "")
    said = plain_text(inlines_of(element))
    if "deletion" in attributes.classes:
        return _comment(f"修订里删去的{_by(who)}：{said}") if said else []
    if "comment-start" in attributes.classes:
        return _comment(f"批注{_by(who)}：{said}")
    return inlines_of(element)


def _by(who: str) -> str:
    return f"（{who}）" if who else ""


def _comment(text: str) -> Element:
    """Return an HTML comment; what would end it early is set apart."""
    plain = re.sub(r"-(?=-|$)", "- ", " ".join(text.split()))
    return raw("markdown", f"<!-- {plain} -->")


_ESCAPED = re.compile(r"\\\[([^\[\]\n@^\\]{1,40})\\\](?![({:\[])")


def as_typed(markdown: str) -> str:
    r"""Return Markdown with brackets as authors type them, where they are nothing but brackets.

    >>> as_typed(r"甲\[1\]，\[乙\](丙)")
    '甲[1]，\\[乙\\](丙)'
    """
    return _ESCAPED.sub(r"[\1]", markdown)


# --- what got lost


def lost_of(word: Word, tree: Tree, markdown: str) -> Iterator[str]:
    """Yield what stands in a Word file and not in the Markdown that was made of it."""
    there, body = _letters(markdown), _letters("".join(_running(tree["blocks"])))
    for part, text in word.texts.items():
        where = _WHERE.get(re.sub(r"\d+|word/|\.xml", "", part), "正文")
        for number, runs in enumerate(_paragraphs(text), 1):
            whole = _letters("".join(runs))
            if whole in there or whole in body:
                continue
            missing = [run for run in runs if _letters(run) not in there]
            if missing:
                yield f"{where}第 {number} 段：“{''.join(missing).strip()}”"
            else:
                yield f"{where}第 {number} 段里有字没有带过来：“{''.join(runs).strip()}”"
    for name, what in _LEFT_OUT.items():
        found = [one for one in word.others if re.fullmatch(rf"word/{name}/[^/]+", one)]
        if found:
            yield f"{what} {len(found)} 个：{'、'.join(posixpath.basename(one) for one in found)}"
    for name in sorted(word.media):
        suffix = posixpath.splitext(name)[1].lower()
        if suffix in _OTHER_PICTURES:
            yield f"图片 {posixpath.basename(name)} 带过来了，书里用不了：转成 PNG"
        elif suffix not in KINDS:
            yield f"文件 {posixpath.basename(name)} 不是图片"
    kinds = [kind_of(one) for one in elements_of(tree)]
    if plain_ones := sum(kind in _PLAIN for kind in kinds):
        yield f"下划线、小型大写一类的样子 {plain_ones} 处（字都在）"


def pictures_of(word: Word, folder: str) -> dict[str, bytes]:
    """Return the pictures of a Word file by the addresses that they have in `folder`."""
    return {
        f"{folder}/{posixpath.basename(name)}": raw
        for name, raw in word.media.items()
        if posixpath.splitext(name)[1].lower() in {*KINDS, *_OTHER_PICTURES}
    }


def _running(node: Any) -> Iterator[str]:
    """Yield the texts of a tree as they run on; notes and comments stand beside them."""
    if isinstance(node, list):
        for one in node:
            yield from _running(one)
    elif isinstance(node, dict):
        element: Any = node
        kind = node.get("t")
        says = kind == "Span" and "comment-start" in attributes_of(element).classes
        beside = kind == "Note" or says
        if kind in {"Str", "Code", "CodeBlock"}:
            yield text_of(element)
        elif not beside:
            yield from _running(node.get("c"))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _paragraphs(xml: bytes) -> list[list[str]]:
    """Return the runs of text of each paragraph of a part, deleted ones, too."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        return reader.paragraphs
    return reader.paragraphs


class _Reader:
    """Gathers what stands between tags of paragraphs and of texts."""

    def __init__(self) -> None:
        self.paragraphs: list[list[str]] = []
        self.open: list[list[str]] = []
        self.is_text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a paragraph, which may stand in another, or a text."""
        space, _, local = name.rpartition(" ")
        if "wordprocessingml" not in space:
            return
        if local == "p":
            self.open.append([])
            self.paragraphs.append(self.open[-1])
        self.is_text = local in {"t", "delText"}
        if self.is_text and self.open:
            self.open[-1].append("")

    def end(self, name: str) -> None:
        """End a paragraph or a text."""
        self.is_text = False
        if name.endswith(" p") and "wordprocessingml" in name and self.open:
            self.open.pop()

    def text(self, data: str) -> None:
        """Add to a text."""
        if self.is_text and self.open:
            self.open[-1][-1] += data
