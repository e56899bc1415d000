"""What a text rests on: the experiments that it refers to, the literature that it cites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.han import COMMON_HAN
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book, once
from chapterkit.patterns import Late
from chapterkit.quantities import parse_chinese
from chapterkit.text.counting import Section, sections
from chapterkit.text.document import ADDRESS, Block, Document

# An experiment's number in running text: 7.4; 4, but not 实验 4 次; 四, but not 实验一再表明.
_NUMBER = (
    r"(?:\d{1,3}[.\-–—]\d{1,3}|\d{1,3}(?![\d.]*\s*[%％次个個种種组組项項天年月周名人只条條倍步])"
    r"|[一二三四五六七八九十]{1,3}(?=[\s，。；：、（）()的与與和及中里裡至到]|$))"
)
_WORD = r"[实實Ee](?:验|驗|xperiments?\s)"


def _naming(word: str) -> str:
    """Return the pattern of what is called by a word and its number, or by several numbers."""
    return (
        rf"{word}\s*{_NUMBER}"
        rf"(?:\s*(?:[、，,和与與及至到–—~～-]|以及|and)\s*(?:{word}\s*)?{_NUMBER})*"
    )


_NAMED = Late(_naming(_WORD))
_NUMBERS = re.compile(r"\d{1,3}(?:[.\-–—]\d{1,3})?|[一二三四五六七八九十]{1,3}")
_RANGE = Late(r"(\d{1,3})\.(\d{1,3})\s*(?:至|到|–|—|~|～|-)\s*(?:(?:实验|實驗)\s*)?\1\.(\d{1,3})")
_BESIDE_OF = (
    r"(?:(?P<back>上(?=[一面述文几幾两兩])|(?<![以目眼当當提空])前|之前|此前|先前|以前)"
    r"|(?P<on>下(?=[一面述文几幾两兩])|(?:随|隨)?[后後](?=[一面述文续續几幾两兩的])|接下来|往后))"
    r"(?:面|述|文|边|邊|续|續)?的?[那这這]?(?P<count>[一两兩二三四五六七八九十几幾\d]{0,2})"
    r"[个個项項次]?[^，。；：、！？\n]{0,4}?"
)
EXPERIMENTS = ("实验", "實驗")
_BESIDE = Late(rf"{_BESIDE_OF}(?:实验|實驗)(?![室员員者])")
# Citations that were typed: [12], [3, 5–7], （Smith 等，2020）, Smith et al. (2020)。
_TYPED = Late(
    r"[\[［〔【（(](?:(?<![（(])\d{1,3}(?:\s*[,，、;；–—-]\s*\d{1,3}){0,20}[\]］〕】]"
    r"|(?<=[（(])(?=[^\d（）()])[^（）()\n]{2,80}[,，\s](?:19|20)\d\d[a-z]?"
    r"(?:[,，:：;；][^（）()\n]{0,40})?[）)]"
    r"|(?:(?<=[A-Za-z.等人][（(])|(?<=[A-Za-z.等人] [（(]))(?:19|20)\d\d[a-z]?[）)])"
)
_WORK = re.compile("《[^《》\n]{2,60}》")


@once
def parts(document: Document, book: Book) -> tuple[Section, ...]:
    """Return the sections of a document; where a heading has no number, it is the book's."""
    return tuple(_numbered(section, book) for section in sections(document, book.records))


def _numbered(section: Section, book: Book) -> Section:
    if section.kind != "experiment" or section.number:
        return section
    return replace(section, number=number_of(section.slug, book))


def number_of(slug: str, book: Book) -> str:
    """Return the number of an experiment that a chapter of the book places, or an empty text."""
    try:
        return book.number_of(slug)
    except ChapterkitError:
        return ""


def label_of(section: Section, book: Book) -> str:
    """Return what an experiment is called in print: its kind's label, 实验 where it has none."""
    return (
        book.kind_label(section.slug)
        if book.config.kinds and section.slug in book.records
        else _USUAL
    )


def labels_of(book: Book) -> str:
    """Return what the records of the book are called, whatever their kind: 案例或试验."""
    return "或".join(book.config.kind_labels.values())


_USUAL = "实验"


def mentions(blocks: Iterable[Block]) -> set[str]:
    """Return what experiments the text of some blocks names: numbers, and targets of links."""
    found: set[str] = set()
    for block in blocks:
        if block.kind not in {"Para", "Plain"}:
            continue
        for inline in block.inlines:
            if inline.kind == "Reference":
                found.add(inline.target[1:])
        if not any(word in block.prose for word in ("实验", "實驗", "xperiment")):
            continue
        for named in _NAMED.finditer(block.prose):
            found.update(_numbers(named[0]))
    return found


@cache
def _patterns_of(label: str) -> tuple[Late, Late]:
    """Return the patterns of records that are called by a label and number, or by their place."""
    word = rf"(?<![A-Za-z]){re.escape(label)}s?" if label.isascii() else re.escape(label)
    return Late(_naming(word), re.IGNORECASE), Late(_BESIDE_OF + re.escape(label))


def records_named(blocks: Iterable[Block], book: Book) -> set[str]:
    """Return the records that the text of some blocks calls by their kind: 案例 7.2."""
    if not book.config.kinds:
        return set()
    known = _placed_by_number(book)
    texts = [block.prose for block in blocks if block.kind in {"Para", "Plain"}]
    return {
        known[label][number]
        for label in known
        for text in texts
        for named in _patterns_of(label)[0].finditer(text)
        for number in _numbers(named[0])
        if number in known[label]
    }


@once
def _placed_by_number(book: Book) -> dict[str, dict[str, str]]:
    """Return the records that chapters place by what their kind is called, and their numbers."""
    found: dict[str, dict[str, str]] = {}
    for one in book.placed:
        found.setdefault(book.kind_label(one), {})[normal(book.number_of(one))] = one
    return found


def records_beside(section: Section, others: Sequence[Section], book: Book) -> set[str]:
    """Return the records that one calls by where they stand: 上一个案例.

    `others` are the sections of records in the document, in order, this one among them.
    """
    if not book.config.kinds:
        return set()
    found: set[str] = set()
    for label in dict.fromkeys(label_of(one, book) for one in others):
        alike = [one for one in others if one is section or label_of(one, book) == label]
        called = [names(one) if label_of(one, book) == label else set[str]() for one in alike]
        pattern = _patterns_of(label)[1]
        found |= _beside(section, alike.index(section), called, pattern, (label,))
    return found


def _numbers(named: str) -> Iterator[str]:
    for number in _NUMBERS.findall(named):
        yield normal(number)
    for chapter, first, last in _RANGE.findall(named):
        yield from (f"{chapter}.{one}" for one in range(int(first), min(int(last), 99)))


def normal(number: str) -> str:
    """Return an experiment's number as it is compared: 7-4 is 7.4, 二 is 2."""
    if number and not number[0].isdigit():
        return str(int(parse_chinese(number)))
    return re.sub("[-–—]", ".", number)


def names(experiment: Section) -> set[str]:
    """Return what an experiment may be called by: its identifier, its number."""
    return {experiment.slug, normal(experiment.number)} - {""}


def neighbours(section: Section, own: int, called: Sequence[set[str]]) -> set[str]:
    """Return the experiments that one refers to by where they stand: 上一个实验.

    `called` are the names of the document's experiments, in order; `own` is the section's place.
    """
    return _beside(section, own, called, _BESIDE, EXPERIMENTS)


def _beside(
    section: Section, own: int, called: Sequence[set[str]], pattern: Late, words: Sequence[str]
) -> set[str]:
    said = {
        ("back" if found["back"] else "on", found["count"] in {"一", "1"})
        for block in section.text
        for found in before_word(block.prose, pattern, words)
    }
    meant: list[set[str]] = []
    for direction, one in said:
        beside = called[:own] if direction == "back" else called[own + 1 :]
        nearest = beside[-1:] if direction == "back" else beside[:1]
        meant += nearest if one else beside
    return set().union(*meant)


def before_word(prose: str, pattern: Late, words: Sequence[str]) -> Iterator[re.Match[str]]:
    """Yield where `pattern`, which ends in one of these words and is not long, matches."""
    for word in words:
        at = prose.find(word)
        while at >= 0:
            end = at + len(word)
            for found in pattern.finditer(prose, max(0, at - 16), end + 1):
                if found.end() == end:
                    yield found
            at = prose.find(word, end)


def cites(block: Block) -> bool:
    """Tell whether a block cites literature: by a citation, a note, a link, or as typed text."""
    for inline in block.inlines:
        match inline.kind:
            case "Cite" | "Note":
                return True
            case "Link" if "//" in inline.target:
                return True
            case "Superscript" if (
                block.text[inline.start : inline.end].strip("[]［］,，–- ").isdigit()
            ):
                return True
    return ADDRESS in block.prose or _TYPED.search(block.prose) is not None


def names_work(block: Block) -> bool:
    """Tell whether a block names a book or paper: 《……》."""
    return _WORK.search(block.text) is not None


def keys(section: Section) -> set[str]:
    """Return the citation keys of a section, its notes included."""
    return {key for block in section.blocks for key in block.citations()}


def problem_about(
    section: Section, book: Book, message: str, hint: str, severity: str = ""
) -> Problem:
    """Return a problem about a whole section: at its heading.

    The heading of an experiment whose text is a template of its own comes from elsewhere; then
    at the template's first paragraph.
    """
    block = _first(section, book)
    if block is None:
        origin = (
            book.records[section.slug].origin("title")
            if section.slug in book.records
            else (section.heading.origin() if section.heading else Origin("", 1))
        )
        return Problem(origin, message, hint, "", severity, context=section.title)
    problem = problem_at(block, 0, len(block.text), message, hint, severity=severity)
    return replace(problem, context=section.title)


def _first(section: Section, book: Book) -> Block | None:
    template = f"templates/experiments/{section.slug}.md.j2"
    if section.slug in book.records and template.removeprefix("templates/") in book.templates:
        return next((one for one in section.text if one.origin().path == template), None)
    return section.heading or next(iter(section.text), None)


def problem_where_placed(section: Section, book: Book, message: str, hint: str) -> Problem:
    """Return a problem about where an experiment stands: where the chapter places it."""
    if (home := book.homes.get(section.slug)) and (origin := home.placing(section.slug)):
        return Problem(origin, message, hint, context=section.title)
    return problem_about(section, book, message, hint)


# Parts of a chapter that are neither experiment nor theory; and those that frame it, which may
# speak without a citation of their own.
_HEADING_NUMBER = r"(?:(?:第\s*)?[\d.]+\s*[节節章]?[、.]?\s*|[一二三四五六七八九十]+、\s*)?"
_WORDS = word_patterns("sections")
_OWN = "(?:[本全]?[章节節文书書篇])?(?:的|内容)?"
_IS_APPARATUS = Late(rf"{_HEADING_NUMBER}{_OWN}{_WORDS['apparatus']}(?![{COMMON_HAN}])")
_IS_FRAME = Late(
    rf"{_HEADING_NUMBER}{_OWN}{_WORDS['frame']}(?:[与與和及](?:{_WORDS['frame']}|讨论|討論|致谢))?"
    r"\s*(?:[：:—].*)?"
)


def is_apparatus(section: Section) -> bool:
    """Tell whether a section is a chapter's apparatus: references, exercises, appendix."""
    return names_apparatus(section.title)


def names_apparatus(title: str) -> bool:
    """Tell whether a title is that of a chapter's apparatus."""
    return _IS_APPARATUS.match(title) is not None


def is_frame(section: Section) -> bool:
    """Tell whether a section frames a chapter: its opening, introduction, summary."""
    return section.kind == "opening" or _IS_FRAME.fullmatch(section.title.strip()) is not None
