"""A character is in none of the fonts that the PDF is set in.

Why: it would be a hole in the page, so a build stops at it, wherever this rule is off, allowed or
accepted. The PDF is set in the fonts that `fonts:` of book.yaml names and this machine has, then
in those that come with chapterkit, which have the Han characters up to extension A and part of
those beyond, Latin, Greek and Cyrillic letters, and the usual marks; no emoji, no phonetic
alphabet, no Arabic. Looked at are the text, its formulas, the words in its drawings, the entries
of the bibliography that it cites, and what book.yaml has printed.

Quiet: passages that are in no PDF (`{% only html %}`), and a build of other formats.

Bad:

    ---
    language: zh-Hans
    ---
    读作 [ˈfəʊnɪks]。

Bad:

    ---
    language: zh-Hans
    ---
    大家都笑了😀。

Good:

    ---
    language: zh-Hans
    ---
    𬬭是金属；误差是 ±0.5。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from html import unescape

from chapterkit.characters import of_formulas, of_text
from chapterkit.errors import Origin
from chapterkit.lint.bearers import pictures
from chapterkit.lint.exhibits import roughly_drawn
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.exhibited import IN_WORDS
from chapterkit.manuscript.pictures import Picture, PictureError
from chapterkit.manuscript.wording import Locale
from chapterkit.text.document import Block, Document
from chapterkit.text.formulas import SHOWN
from chapterkit.text.pictures import picture_at
from chapterkit.text.placed import placed_in
from chapterkit.text.tree import OPAQUE, printable, target_of

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset({"book"})
STOPS = True

_FORMAT = "pdf"
# Nothing else is looked for in fonts, or in lists of what they have.
_USUAL = frozenset([*map(chr, range(0x20, 0x7F)), *map(chr, range(0x4E00, 0x9FA6)), *"\t\n"])
_WORDS_OF_A_DRAWING = re.compile(r">([^<>]*[^<>\x00-\x7f][^<>]*)<")
_HINT = "安装一种有这个字的字体，写进 book.yaml 的 fonts；或换一个写法"

_ANY_OTHER = "\ue000"  # in no font
# Marks, and letters with accents, that every font has.
_USUAL_COMMAND = re.compile(r"""\\(?:[&_%#$]|["'`^]\s*\{?[AEIOUaeiou]|~\s*\{?[ANOano])""")

Missing = Callable[[str], frozenset[str]]


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each stretch of characters that the PDF cannot show."""
    if not document.is_for(_FORMAT):
        return
    config, own = book.config, book.config.locale
    missing = _missing((*config.serif, *own.serif), (*config.sans, *own.sans))
    yield from _of_settings(book, missing)
    yield from _of_text(document, missing)
    yield from _of_formulas(document, missing)
    yield from _of_drawings(document, book, missing)
    yield from _of_exhibits(document, book, missing)
    cited = {key for block in document.blocks for key in block.citations()}
    for key in sorted(cited & book.bibliography.keys()):
        source = book.bibliography[key]
        if lost := missing(_as_typed(source)) and missing(_printed(source, own)):
            yield _problem(source.origin, lost, f"参考文献 {key}：")


@cache
def _missing(serif: tuple[str, ...], sans: tuple[str, ...]) -> Missing:
    """Return what tells the characters of a text that none of the book's fonts has."""

    def missing(text: str) -> frozenset[str]:
        rare = frozenset(printable(text)) - _USUAL
        return _not_in(rare, serif, sans) if rare else rare

    return missing


@cache
def _not_in(rare: frozenset[str], serif: tuple[str, ...], sans: tuple[str, ...]) -> frozenset[str]:
    if not (unknown := rare - of_text()):
        return unknown
    # Few texts have such characters: a check of others need not load what opens fonts.
    from chapterkit import fonts

    families = [*fonts.chosen(serif), *fonts.chosen(sans)]
    return frozenset(fonts.missing_characters("".join(sorted(unknown)), families))


def _of_settings(book: Book, missing: Missing) -> Iterator[Problem]:
    config = book.config
    for name in ("title", "author"):
        if lost := missing(getattr(config, name, "")):
            yield _problem(config.origin(name), lost)
    for word, text in config.words.items():
        if lost := missing(text):
            yield _problem(config.origin("words", word), lost)


def _of_text(document: Document, missing: Missing) -> Iterator[Problem]:
    if not (rare := missing(document.rendered.text) | missing(_read(document))):
        return
    found = re.compile(f"[{re.escape(''.join(sorted(rare)))}]+")
    for block in document.blocks:
        for stretch in found.finditer(block.text) if block.kind != "RawBlock" else ():
            if lost := _shown_nowhere(block, stretch.start(), stretch[0]):
                message = f"字体里没有字符 {_named(lost)}"
                yield problem_at(block, stretch.start(), stretch.end(), message, _HINT)


def _read(document: Document) -> str:
    """Return the text as it was read, where entities may stand for other characters."""
    is_plain = "&" not in document.rendered.text and "[ ]" not in document.rendered.text
    return "" if is_plain else "".join(block.text for block in document.blocks).replace(OPAQUE, "")


def _shown_nowhere(block: Block, start: int, text: str) -> str:
    """Return those of some missing characters that a formula cannot show, either."""
    is_formula = any(one.kind == "Math" and one.start <= start < one.end for one in block.inlines)
    if not is_formula:
        return text
    return "".join(one for one in text if one not in of_formulas())


def _of_formulas(document: Document, missing: Missing) -> Iterator[Problem]:
    """Yield a problem for each formula with a command whose sign no font has."""
    for one in document.warned:
        if one.type == SHOWN:
            formula, shown = str(one.fields["contents"]), str(one.fields["typst"])
            lost = missing("".join(set(shown) - set(formula) - of_formulas()))
            if lost:
                place = document.rendered.text.find(formula)
                yield _problem(document.rendered.origin(max(0, place)), lost, f"公式 {formula}：")


def _of_drawings(document: Document, book: Book, missing: Missing) -> Iterator[Problem]:
    if ".svg" not in document.rendered.text.lower() or not book.folder:
        return
    for picture in pictures(document):
        address = target_of(picture.element).address
        try:
            drawing = picture_at(address, book.folder)
        except PictureError:
            continue  # broken-picture speaks of it
        if drawing.kind == "svg" and (lost := missing(_words_in(drawing))):
            message = f"图片 {address} 里有字体里没有的字符 {_named(lost)}"
            yield picture.problem(message, "在图里换一个写法，或把文字转成曲线", address)


def _of_exhibits(document: Document, book: Book, missing: Missing) -> Iterator[Problem]:
    """Yield a problem for words that only a drawing shows: an axis, the key to its colours."""
    for id in placed_in(document, book):
        exhibit = book.exhibits[id]
        if exhibit.kind != "table" and (lost := missing(_words_in(roughly_drawn(exhibit)))):
            origin = exhibit.origin_of(min(lost))
            yield _problem(origin, lost, f"{IN_WORDS[exhibit.kind]} {id}：")


def _words_in(drawing: Picture) -> str:
    words = _WORDS_OF_A_DRAWING.findall(drawing.data.decode("utf-8", "replace"))
    return unescape("".join(words))


def _as_typed(source: Source) -> str:
    """Return the text of an entry as it stands there; what LaTeX's commands may give is rare."""
    typed = "".join([*source.fields.values(), *source.authors, *source.editors])
    return typed + _ANY_OTHER if "\\" in _USUAL_COMMAND.sub("", typed) else typed


def _printed(source: Source, locale: Locale) -> str:
    """Return the text of an entry as the list of references has it."""
    # Hardly an entry needs it, and it costs a start.
    from chapterkit.text.references import csl_references

    [entry] = csl_references({source.key: source}, locale)
    most = _NAMES_SHOWN if locale.chinese else _NAMES_SHOWN + 1
    return "".join(_texts([_shown(said, most) for said in entry.values()]))


_NAMES_SHOWN = 3  # of more, in a style for Chinese; one in English names four, too


def _shown(said: object, most: int) -> object:
    """Return what is printed of a value: of names that are too many, the first."""
    return said[:_NAMES_SHOWN] if isinstance(said, list) and len(said) > most else said


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _problem(origin: Origin, lost: Collection[str], where: str = "") -> Problem:
    return Problem(origin, f"{where}字体里没有字符 {_named(lost)}", _HINT)


def _named(lost: Collection[str]) -> str:
    return "、".join(f"“{one}”（U+{ord(one):04X}）" for one in sorted(set(lost)))
