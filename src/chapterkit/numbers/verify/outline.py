"""Where things stand in a source: sections, figures, tables, pages; and what a locator means.

A text made from a PDF has lost its layout. Section headings are told from numbered lists by their
order (5.1 follows 5 or 4.3); what belongs to a figure or table is the run of short, numeric lines
beside its caption, on the side on which this source prints them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from chapterkit.han import COMMON_HAN, is_han
from chapterkit.numbers.verify.ordinals import (
    APART,
    HAN_NUMBER,
    NUMBER,
    ROMAN_NUMBER,
    arabic,
    from_roman,
    key,
    spellings,
)
from chapterkit.numbers.verify.texts import SourceText, normal
from chapterkit.quantities.wordlists import sections

_MAX_HEADINGS = 5_000
_FLOAT_LINES = 120
_MENTION = 600
_ROMANS = 3
_ABSTRACT = 6_000


@dataclass(frozen=True)
class Region:
    """A stretch of the text that a locator points at; `kind` says what it is.

    Kinds: page, section, named, abstract, figure, table (caption and body), mention (the
    sentences that speak of a figure or table).
    """

    start: int
    end: int
    kind: str
    label: str

    def holds(self, at: int) -> bool:
        """Tell whether an offset lies in the region."""
        return self.start <= at < self.end


@dataclass(frozen=True)
class Heading:
    """A section's heading: its number as steps (("5", "1")) or (), its level and title."""

    start: int
    steps: tuple[str, ...]
    level: int
    title: str


@dataclass(frozen=True)
class Caption:
    """The caption of a figure or table, from `start` to `end`; `number` in Arabic digits."""

    start: int
    end: int
    kind: str
    number: str


@dataclass(frozen=True)
class Locator:
    """What a record's `at` names: kind and name of each part that could be read."""

    parts: tuple[tuple[str, str], ...]


# --- locators

_NUMBER = r"((?:\d{1,3}|[A-Z](?=[.\d\s节章]|$))(?:\.\d{1,3})*)"
_APART = rf"(?:(?:{APART})[ ]?)?"
_LOCATORS = (
    ("page", re.compile(r"第\s*(\d+)\s*页|\b[Pp](?:age|\.)\s*(\d+)")),
    ("figure", re.compile(rf"{_APART}(?:[图圖図]|\b(?i:Fig(?:ure|\.)?))\s*({NUMBER})")),
    ("table", re.compile(rf"{_APART}(?:表|\b(?i:Tab(?:le|\.)?))\s*({NUMBER})")),
    ("section", re.compile(rf"(?:附录|\bApp(?:endix|\.)?)\s*{_NUMBER}")),
    ("section", re.compile(rf"第\s*{_NUMBER}\s*[节章]|(?:\bSec(?:tion|\.)?|§)\s*{_NUMBER}")),
    ("section", re.compile(rf"第\s*({HAN_NUMBER})\s*[节章]")),
    ("abstract", re.compile(r"((?:内容|內容|中文|英文|论文)?(?:摘要|提要)|\b(?i:abstract)\b)")),
    ("path", re.compile(r"([\w-]+(?:/[\w.-]+)+|[\w-]+\.(?:sh|py|md|json|ya?ml|toml|txt|ipynb))")),
)
_SECOND_HAND = re.compile("转引|第三方")
_HAN = re.compile(f"[{COMMON_HAN}]")
_FILLER = re.compile(r"[一两]?[节段章处]$|^(?:所附|见)\s*|的$")


def parse_locator(at: str | None) -> Locator:
    """Return the parts of a locator: page, figure, table, section, abstract, path, named.

    >>> parse_locator("图 6，第 5.1 节").parts
    (('figure', '6'), ('section', '5.1'))
    >>> parse_locator("Compute amortization 一节").parts
    (('named', 'Compute amortization'),)
    """
    if not at or _SECOND_HAND.search(at):
        return Locator((("named", at),) if at else ())
    rest = normal(at)
    found: list[tuple[int, str, str]] = []
    for kind, pattern in _LOCATORS:
        for match in pattern.finditer(rest):
            name = next(group for group in match.groups() if group)
            found.append((match.start(), kind, _name_of(kind, name, match[0])))
        rest = pattern.sub(lambda match: ";" * len(match[0]), rest)
    for match in re.finditer(r"[^,;、()。]+", rest):
        if name := _FILLER.sub("", match[0].strip()).strip():
            found.append((match.start(), "named", name))
    return Locator(tuple((kind, name) for _, kind, name in sorted(found)))


def _name_of(kind: str, name: str, said: str) -> str:
    """Return the name of a part of a locator, a number in Arabic digits."""
    if kind in ("figure", "table"):
        apart = re.match(APART, said)
        return arabic(name, apart[0] if apart else "")
    return arabic(name) if kind == "section" and re.fullmatch(HAN_NUMBER, name) else name


# --- the outline

_NUMBERED = re.compile(
    r"^(?P<marks>#{1,6}[ ])?\[?(?P<word>Section|Sec\.|Appendix|Chapter|§|第)?[ ]?"
    r"(?P<id>(?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,3})(?P<end>\.|\]|:|[ ]?节)?(?:[ ]+(?P<title>\S.*))?$"
)
_HAN_HEADING = re.compile(
    rf"^(?:#{{1,6}}[ ])?(?:第[ ]?(?P<named>{HAN_NUMBER}|\d{{1,2}})[ ]?(?P<mark>[章节節])"
    rf"|(?P<listed>{HAN_NUMBER})、)"
    r"[ ]*(?P<title>[^。;,]{0,40})$"
)
_ROMAN_HEADING = re.compile(rf"^(?P<id>{ROMAN_NUMBER})\.?[ ]+(?P<title>[A-Z][A-Za-z].{{1,70}})$")
_MARKED = re.compile(r"^(#{1,6})[ ]+(\S.*?)[ #]*$")
_LISTS = sections("verify.txt")
_HEADINGS = "|".join(_LISTS["headings"]).replace("_", " ")
_KNOWN = re.compile(
    rf"^[=\[( ]*(?:\(?[A-Z]\d?\)[ ])?({_HEADINGS}|abstract(?=,))(?![A-Za-z-])(?P<rest>.*)$"
)


def _spaced(words: Iterable[str]) -> str:
    """Return a pattern for words, also with blanks between their letters: A B S T R A C T."""
    names = sorted((word.replace("_", " ") for word in words), key=len, reverse=True)
    return "|".join(rf"(?:{re.escape(name)}|{'[ ]'.join(map(re.escape, name))})" for name in names)


_ABSTRACTS = re.compile(rf"(?:{_spaced(_LISTS['abstracts'])})(?![ ]?\w)", re.I)
_SUMMARIES = re.compile(rf"(?:{_spaced(_LISTS['summaries'])})(?![ ]?\w)", re.I)
_ABSTRACT_HEAD = re.compile(
    rf"^[^\w|]{{0,6}}(?:[一1]、)?(?i:A ?R ?T ?I ?C ?L ?E +I ?N ?F ?O +|(?:Structured|English) )?"
    rf"(?P<title>(?i:{_spaced((*_LISTS['abstracts'], *_LISTS['summaries']))}))(?![a-z])"
    r"(?P<mark>[ *_]{0,2}(?:[:.。\])】〕」』>]|-(?![a-z]))[^\w|]*)?[*_]*(?P<rest>.*)$"
)
_BEHIND_ABSTRACT = re.compile(
    rf"^[^\w|]{{0,6}}(?:(?:1|I)\.?[ ]+(?=[A-Z])|[一1]、|第[一1][章节節]|"
    rf"(?i:{_spaced(_LISTS['behind abstracts'])})(?![a-z]))"
)
_INSIDE_ABSTRACT = frozenset(_LISTS["parts of abstracts"])
_REFERENCES = re.compile("references|bibliography|参考文献", re.I)
_RUN_IN = re.compile(r"^\[?([A-Z][\w()/&' -]{2,50}?)[.\]:][ ]")
_SPACED = "|".join(" ?".join(word) for word in ("TABLE", "FIGURE"))
_CAPTION = re.compile(
    rf"^\W{{0,4}}(?:(?:Section|Appendix) [\w.]+, )?(?:(?P<apart>{APART})[ ]?|续|續)?"
    rf"(?P<kind>Figure|Fig\.?|FIG\.?|Table|Tab\.?|TAB\.|[图圖図表]|{_SPACED})[ ]?"
    rf"(?P<number>{NUMBER})(?P<end>[ ]?[:.。|,\])-]|[ ]|$|(?=[{COMMON_HAN}]))"
)
_SHOWS = re.compile("[显顯列给給表说說可中里裡和与與及、的为為是所反汇匯总總对對揭描][^率数數]?")
_TITLE = re.compile(r"[A-Z][a-z]+(?! (?:shows?|is)\b)|[A-Z]{2,}\b|\((?i:cont|[续續])")
_SENTENCE = 45  # characters: a caption that begins without a blank is a short line
_NOT_APART = "".join(f"(?<!{word})(?<!{word} )" for word in APART.split("|"))
_MENTIONED = _NOT_APART + r"(?:{words})s?[ \n]?(?:\d{{1,2}},[ ])*(?:{number})"
_WORDS = {
    "figure": r"\b(?:Figure|FIGURE|Fig\.|FIG\.)|[图圖図]",
    "table": r"\b(?:Table|TABLE|Tab\.)|表",
}
_ANY_FLOAT = re.compile(
    rf"\b(?:Figure|Fig\.|Table|Tab\.|FIGURE|FIG\.|TABLE)s?[ \n]?(?:[A-Z]?\d|{ROMAN_NUMBER})"
    rf"|[图表圖図][ ]?(?:\d|{HAN_NUMBER})"
)


class Outline:
    """The sections, captions and lines of one text; each part is worked out when first needed."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = source.text

    @cached_property
    def line_starts(self) -> list[int]:
        """The offsets at which the lines of the normalised text begin."""
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line_at(self, at: int) -> int:
        """Return the index of the line that holds an offset."""
        return bisect_right(self.line_starts, at) - 1

    def line_span(self, index: int) -> tuple[int, int]:
        """Return start and end of a line, its line end left out."""
        start = self.line_starts[index]
        following = self.line_starts[index + 1 : index + 2]
        return start, following[0] - 1 if following else len(self.text)

    def line(self, index: int) -> str:
        """Return a line's text, without the spaces around it."""
        start, end = self.line_span(index)
        return self.text[start:end].strip()

    @cached_property
    def headings(self) -> list[Heading]:
        """All headings in order: numbered ones that stand in sequence, marked ones, known ones."""
        numbered: list[tuple[Heading, bool]] = []
        others: list[Heading] = []
        fenced = False
        for index, start in enumerate(self.line_starts):
            line = self.line(index)
            fenced ^= line.startswith("```")
            if fenced or not line or (len(line) > 400 and not line.startswith("[")):
                continue
            if (han := _han_heading(line, start)) is not None:
                others.append(han)
            elif (one := _numbered(line, start)) is not None:
                numbered.append(one)
            elif (other := _unnumbered(line, start)) is not None:
                others.append(other)
        end = next((one.start for one in others if _REFERENCES.match(one.title)), len(self.text))
        listed = [
            one for one in numbered if one[1] or one[0].start < end or one[0].steps[0].isalpha()
        ]
        kept = self._roman_headings or _in_sequence(listed[:_MAX_HEADINGS])
        return sorted([*kept, *others], key=lambda heading: heading.start)

    @cached_property
    def _roman_headings(self) -> list[Heading]:
        """The headings I., II., III., … where there are three or more in order."""
        found: list[Heading] = []
        for index, start in enumerate(self.line_starts):
            line = self.line(index)
            match = _ROMAN_HEADING.match(line) if line[:1] in tuple("IVX") else None
            if (
                match
                and not line.endswith((".", ","))
                and from_roman(match["id"]) == len(found) + 1
            ):
                found.append(Heading(start, (arabic(match["id"]),), 1, match["title"]))
        return found if len(found) >= _ROMANS else []

    @cached_property
    def captions(self) -> list[Caption]:
        """All captions in order."""
        found = []
        for index, start in enumerate(self.line_starts):
            line = self.line(index)
            match = _CAPTION.match(line)
            if match is None or not _begins_caption(line, match):
                continue
            kind = "table" if match["kind"].lower().startswith(("t", "表")) else "figure"
            number = arabic(match["number"], match["apart"] or "")
            found.append(Caption(start, self._caption_end(index), kind, number))
        return found

    def _caption_end(self, index: int) -> int:
        """Return where the caption that begins at a line ends: with its paragraph, or sooner."""
        last = index
        for following in range(index + 1, min(index + 10, len(self.line_starts))):
            line = self.line(following)
            ended = self.line(last).endswith(".") and len(self.line(last)) < 0.8 * len(
                self.line(index)
            )
            if not line or ended or is_tabular(line) or _CAPTION.match(line):
                break
            last = following
        return self.line_span(last)[1]

    # --- regions

    def regions(self, locator: Locator) -> tuple[list[Region], bool]:
        """Return the stretches a locator points at, and whether the text shows all its parts."""
        parts = [list(self._regions_of(kind, name)) for kind, name in locator.parts]
        settled = [
            bool(found) or self._is_absent(kind, name)
            for found, (kind, name) in zip(parts, locator.parts, strict=True)
        ]
        return [region for part in parts for region in part], all(settled) and bool(parts)

    def _is_absent(self, kind: str, name: str) -> bool:
        """Tell whether the text shows that it has no such section, figure, table or page.

        It does where others of the kind are there: with A.1 to A.3 there is no A.4.
        """
        if kind in ("figure", "table"):
            return any(caption.kind == kind for caption in self.captions)
        if kind == "page":
            return bool(self.source.pages)
        parent = tuple(name.split("."))[:-1]
        return kind == "section" and any(
            len(one.steps) == len(parent) + 1 and one.steps[:-1] == parent
            and one.steps[-1].isdigit() == name.rsplit(".", maxsplit=1)[-1].isdigit()
            for one in self.headings
        )  # fmt: skip

    def _regions_of(self, kind: str, name: str) -> Iterator[Region]:
        match kind:
            case "page":
                yield from self._page(int(name))
            case "figure" | "table":
                yield from self._float(kind, name)
                yield from self._mentions(kind, name)
            case "section":
                yield from self._section(tuple(name.split(".")))
            case "abstract":
                yield from self._abstract()
            case "path" | "named":
                yield from self._named(name)

    def _page(self, number: int) -> Iterator[Region]:
        pages = self.source.pages
        if 1 <= number <= len(pages):
            start = _first_from(self.source, pages[number - 1])
            end = _first_from(self.source, pages[number]) if number < len(pages) else len(self.text)
            yield Region(start, end, "page", f"第 {number} 页")

    def _section(self, steps: tuple[str, ...]) -> Iterator[Region]:
        headings = self.headings
        label = f"附录 {'.'.join(steps)}" if steps[0].isalpha() else f"第 {'.'.join(steps)} 节"
        while steps:
            found = False
            for index, heading in enumerate(headings):
                if heading.steps == steps:
                    found = True
                    yield Region(heading.start, self._section_end(index), "section", label)
            if found:
                return
            steps = steps[:-1] if len(steps) > 1 and self._has_children(steps[:-1]) else ()

    def _has_children(self, steps: tuple[str, ...]) -> bool:
        """A parent stands for a missing subsection only if the text shows no other subsections."""
        return not any(
            len(heading.steps) > len(steps) and heading.steps[: len(steps)] == steps
            for heading in self.headings
        )

    def _section_end(self, index: int) -> int:
        heading = self.headings[index]
        for following in self.headings[index + 1 :]:
            inner = following.steps[: len(heading.steps)] == heading.steps and heading.steps
            deeper = not following.steps and following.level > heading.level
            if not inner and not deeper:
                return following.start
        return len(self.text)

    def _abstract(self) -> Iterator[Region]:
        found = False
        for index, heading in enumerate(self.headings):
            if _ABSTRACTS.match(heading.title) or self._is_summary(index):
                found = True
                yield Region(heading.start, self._abstract_end(index), "abstract", "摘要")
        short = len(self.text) < _ABSTRACT and not self.captions
        short = short and not any(map(_BEHIND_ABSTRACT.match, self.text.split("\n")))
        if not found and short and not any(heading.steps for heading in self.headings):
            yield Region(0, len(self.text), "abstract", "摘要")

    def _is_summary(self, index: int) -> bool:
        """Tell whether a heading says "Summary" before all sections: that is an abstract."""
        heading = self.headings[index]
        named = not heading.steps and bool(_SUMMARIES.match(heading.title))
        return named and index <= self._first_section

    @cached_property
    def _first_section(self) -> int:
        """The index of the first heading that is numbered or stands behind abstracts."""
        for index, one in enumerate(self.headings):
            if one.steps and one.steps[0].isdigit() and one.steps[0] != "0":
                return index
            if not one.steps and _BEHIND_ABSTRACT.match(one.title):
                return index
        return len(self.headings)

    def _abstract_end(self, index: int) -> int:
        """Return where an abstract ends: at the next heading but for its own, or the keywords."""
        start = self.headings[index].start
        first = self.line_at(start) + 1
        for line in range(first, len(self.line_starts)):
            place = self.line_starts[line]
            if place > start + _ABSTRACT or _BEHIND_ABSTRACT.match(self.line(line)):
                return min(place, start + _ABSTRACT)
            if place in self.heading_places and not self._is_part(place, line):
                return place
        return min(len(self.text), start + _ABSTRACT)

    def _is_part(self, place: int, line: int) -> bool:
        """Tell whether a heading is one of an abstract's own parts: "Conclusions: it held"."""
        heading = self.heading_before(place)
        title = heading.title if heading else ""
        return title in _INSIDE_ABSTRACT and len(self.line(line)) > len(title) + 3

    def _named(self, name: str) -> Iterator[Region]:
        """Yield what stands under a heading of this name, or in the file of this path.

        A Chinese name may be the author's translation: it binds nothing.
        """
        wanted = _letters(name)
        path = "." in name and not _HAN.search(name)
        if len(wanted) < 2 or _HAN.search(name):
            return
        for index, heading in enumerate(self.headings):
            title = _letters(heading.title)
            if title == wanted or (path and wanted in title):
                yield Region(heading.start, self._named_end(index), "named", name)
        for index, start in enumerate(self.line_starts):
            match = _RUN_IN.match(self.line(index))
            if match and _letters(match[1]) == wanted:
                yield Region(start, self._run_in_end(index), "named", name)

    def _named_end(self, index: int) -> int:
        heading = self.headings[index]
        if heading.title.startswith("FILE") and not heading.steps:
            ends = (one.start for one in self.headings[index + 1 :] if one.title.startswith("FILE"))
            return next(ends, len(self.text))
        return self._section_end(index)

    def _run_in_end(self, index: int) -> int:
        for following in range(index + 1, len(self.line_starts)):
            blank_before = not self.line(following - 1)
            if blank_before and _RUN_IN.match(self.line(following)):
                return self.line_starts[following]
        return len(self.text)

    # --- figures and tables

    def _float(self, kind: str, number: str) -> Iterator[Region]:
        label = f"{'图' if kind == 'figure' else '表'} {number}"
        for index, caption in enumerate(self.captions):
            if caption.kind == kind and key(caption.number) == key(number):
                start, end = self._float_span(index)
                yield Region(start, end, kind, label)

    def _float_span(self, index: int) -> tuple[int, int]:
        caption = self.captions[index]
        above, below = self._bodies[index]
        if above and below:
            if self._body_is_above(caption, above, below):
                below = 0
            else:
                above = 0
        first = self.line_at(caption.start) - above
        last = self.line_at(max(caption.start, caption.end - 1)) + below
        return self.line_starts[first], self.line_span(min(last, len(self.line_starts) - 1))[1]

    def _body_is_above(self, caption: Caption, above: int, below: int) -> bool:
        """Tell on which side the body is where lines of a body stand on both sides.

        It is the side without a blank line between, the much longer side, or the usual side.
        """
        near_above = bool(self.line(self.line_at(caption.start) - 1))
        near_below = bool(self.line(self.line_at(max(caption.start, caption.end - 1)) + 1))
        if near_above != near_below:
            return near_above
        if max(above, below) >= 3 * min(above, below):
            return above > below
        return self._side[caption.kind] == "above"

    @cached_property
    def _bodies(self) -> list[tuple[int, int]]:
        """For each caption how many lines of figure or table stand right above and below it."""
        return [(self._run(caption, -1), self._run(caption, 1)) for caption in self.captions]

    @cached_property
    def _side(self) -> dict[str, str]:
        """On which side of the caption this source prints the bodies, by kind."""
        sides = {}
        for kind, usual in (("figure", "above"), ("table", "below")):
            bodies = [
                body
                for caption, body in zip(self.captions, self._bodies, strict=True)
                if caption.kind == kind
            ]
            above = sum(1 for a, b in bodies if a and not b)
            below = sum(1 for a, b in bodies if b and not a)
            sides[kind] = usual if above == below else "above" if above > below else "below"
        return sides

    def _run(self, caption: Caption, step: int) -> int:
        """Count the lines of a body next to a caption, upwards (-1) or downwards (1)."""
        at = self.line_at(caption.start if step < 0 else max(caption.start, caption.end - 1))
        count = blanks = digits = 0
        for distance in range(1, _FLOAT_LINES):
            index = at + step * distance
            if not 0 <= index < len(self.line_starts) or self._inside_caption(index):
                break
            if self.line_starts[index] in self.heading_places:
                break
            line = self.line(index)
            if not line:
                blanks += 1
                if blanks > 2 or (blanks and count):
                    break
                continue
            if not is_tabular(line) and not _is_label(line):
                break
            digits += bool(re.search(r"\d", line))
            count = distance
        return count if digits else 0

    def caption_in(self, region: Region) -> str:
        """Return the caption that begins in a region, nothing if none does."""
        index = bisect_left(self._caption_starts, region.start)
        if index == len(self.captions) or not region.holds(self.captions[index].start):
            return ""
        return self.text[self.captions[index].start : self.captions[index].end]

    @cached_property
    def percentages(self) -> frozenset[str]:
        """All numbers that the text prints with a %."""
        return frozenset(re.findall(r"(?<![\w.])(\d+(?:\.\d+)?) ?%", self.text))

    def _inside_caption(self, index: int) -> bool:
        start = self.line_starts[index]
        return any(caption.start <= start < caption.end for caption in self._captions_near(start))

    def _captions_near(self, at: int) -> Sequence[Caption]:
        place = bisect_right(self._caption_starts, at)
        return self.captions[max(0, place - 1) : place]

    @cached_property
    def _caption_starts(self) -> list[int]:
        return [caption.start for caption in self.captions]

    def _mentions(self, kind: str, number: str) -> Iterator[Region]:
        """Yield the sentences that speak of a figure or table, up to the next one named."""
        label = f"{'图' if kind == 'figure' else '表'} {number}"
        pattern = _MENTIONED.format(words=_WORDS[kind], number="|".join(spellings(number)))
        for match in re.finditer(pattern, self.text):
            if any(caption.start <= match.start() < caption.end for caption in self.captions):
                continue
            other = next(
                (
                    one
                    for one in _ANY_FLOAT.finditer(self.text, match.end(), match.end() + _MENTION)
                ),
                None,
            )
            end = other.start() if other else match.end() + _MENTION
            blank = self.text.find("\n\n", match.end(), end)
            start = sentence_start(self.text, match.start())
            yield Region(start, blank if blank >= 0 else end, "mention", f"提到{label}处")

    # --- telling where an offset is

    def place(self, at: int) -> str:
        """Say where an offset lies: page, line, section, figure or table."""
        page = self.source.page(at)
        parts = [f"第 {page} 页" if page else "", f"第 {self.source.line(at)} 行"]
        parts += [self._section_name(at), self._float_name(at)]
        return "，".join(part for part in parts if part)

    def locator(self, at: int) -> str:
        """Return a locator for an offset as a record would write it: 图 6, 第 5.1 节, 第 18 页."""
        page = self.source.page(at)
        section = self._section_name(at)
        return self._float_name(at) or section or (f"第 {page} 页" if page else "")

    def heading_before(self, at: int) -> Heading | None:
        """Return the heading under which an offset stands, None before the first."""
        index = bisect_right(self._heading_starts, at) - 1
        return self.headings[index] if index >= 0 else None

    def _section_name(self, at: int) -> str:
        index = bisect_right(self._heading_starts, at) - 1
        if index < 0:
            return ""
        heading = self.headings[index]
        if heading.steps:
            name = ".".join(heading.steps)
            return f"附录 {name}" if heading.steps[0].isalpha() else f"第 {name} 节"
        if _ABSTRACTS.match(heading.title) or self._is_summary(index):
            return "摘要"
        return f"{heading.title[:40].strip()} 一节"

    @cached_property
    def heading_places(self) -> frozenset[int]:
        """The offsets at which headings begin."""
        return frozenset(self._heading_starts)

    @cached_property
    def _heading_starts(self) -> list[int]:
        return [heading.start for heading in self.headings]

    def _float_name(self, at: int) -> str:
        place = bisect_right(self._caption_starts, at)
        for index in range(max(0, place - 1), min(place + 1, len(self.captions))):
            start, end = self._float_span(index)
            if start <= at < end:
                caption = self.captions[index]
                return f"{'图' if caption.kind == 'figure' else '表'} {caption.number}"
        return ""


def _first_from(source: SourceText, raw: int) -> int:
    """Return the first normalised offset whose raw offset is at least `raw`."""
    index = bisect_right(source.raws, raw) - 1
    return source.marks[index] + raw - source.raws[index]


_SENTENCE_END = re.compile(
    r"(?<!\bet al)[.!?][\"')\]]*\s+(?=[\"'(\[]?(?:[A-Z]|\d+[A-Z]))|[。！？]|\n\s*\n"
)
_NEW_LINE = re.compile(r"\n(?=[A-Z][a-z]+ [a-z])")
_ITEM = re.compile(r"^[ \t]*(?:[•◦▪‣*]|-(?= [^\d\s]))[ \t]?(?=\S)", re.M)


def sentence_start(text: str, at: int) -> int:
    """Return where the sentence that holds an offset begins."""
    start = max(0, at - 500)
    ends = list(_SENTENCE_END.finditer(text, start, at))
    return ends[-1].end() if ends else start


def sentence_end(text: str, at: int) -> int:
    """Return where the sentence that holds an offset ends."""
    stop = min(len(text), at + 500)
    match = _SENTENCE_END.search(text, at, stop)
    return match.end() if match else stop


def item_span(text: str, at: int) -> tuple[int, int] | None:
    """Return the item of a list that holds an offset, None if it is in no list."""
    start = max(0, at - 600)
    begins = [match.start() for match in _ITEM.finditer(text, start, at)]
    blank = text.rfind("\n\n", start, at)
    if not begins or begins[-1] < blank or _NEW_LINE.search(text, begins[-1] + 1, at):
        return None
    following = _ITEM.search(text, at, at + 600)
    gap = text.find("\n\n", at, at + 600)
    ends = [following.start() if following else -1, gap, sentence_end(text, at)]
    return begins[-1], min(end for end in ends if end >= 0)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _numbered(line: str, start: int) -> tuple[Heading, bool] | None:
    """Return the numbered heading that a line is, and whether its form leaves no doubt."""
    match = _NUMBERED.match(line) if not line.startswith("[") else _bracketed(line)
    if match is None:
        return None
    steps = tuple(match["id"].split("."))
    title = (match["title"] or "").strip()
    sure = bool(match["marks"] or line[0] == "[")
    if not sure and not _is_title(title, steps, match["end"]):
        return None
    return Heading(start, steps, len(steps), title), sure


def _han_heading(line: str, start: int) -> Heading | None:
    """Return the heading that a line is, its number in Chinese: 第三章 结果, 三、结果."""
    if line[:1] != "#" and not is_han(line[:1] or " "):
        return None
    match = _HAN_HEADING.match(line)
    if match is None or not (match["named"] or match["title"]):
        return None
    level = 2 if match["mark"] in ("节", "節") else 1
    return Heading(start, (arabic(match["named"] or match["listed"]),), level, match["title"])


def _bracketed(line: str) -> re.Match[str] | None:
    """Match "[Section 5.1] text" without its text."""
    match = re.match(
        r"\[((?:Section|Sec\.|Appendix|§|第)[ ]?[A-Z\d.]*[A-Z\d](?:[ ]?节)?)[\],:]", line
    )
    return _NUMBERED.match(match[1]) if match else None


def _is_title(title: str, steps: tuple[str, ...], end: str | None) -> bool:
    if not title:
        return len(steps) > 1 or end == "."
    words = title.split()
    if len(title) > 100 or len(words) > 16 or title.endswith((".", ",", ";", ":")):
        return False
    if not (title[0].isupper() or title[0] in "\"'(" or is_han(title[0])):
        return False
    return bool(re.search(rf"[A-Za-z{COMMON_HAN}]{{2}}", title)) and (
        end == "." or len(steps) > 1 or len(words) < 9
    )


def _unnumbered(line: str, start: int) -> Heading | None:
    if (match := _MARKED.match(line)) and not (match[1] == "#" and match[2][0].islower()):
        return Heading(start, (), len(match[1]), match[2])
    if title := _abstract_head(line):
        return Heading(start, (), 1, title)
    if match := _KNOWN.match(line):
        rest = match["rest"].strip(" ]):.=-")
        bracketed = line[0] in "[="
        if not rest or bracketed or re.match(r"[.:—-]", match["rest"].strip()):
            return Heading(start, (), 1, match[1])
    return None


def _abstract_head(line: str) -> str:
    """Return the name that begins an abstract on a line: a mark behind it, or a sentence.

    >>> _abstract_head("【摘 要】粮价大跌"), _abstract_head("Abstract-We look at prices")
    ('摘 要', 'Abstract')
    >>> _abstract_head("Summary statistics"), _abstract_head("摘要里说")
    ('', '')
    """
    match = _ABSTRACT_HEAD.match(line)
    if match is None:
        return ""
    title, rest = match["title"], match["rest"]
    if rest and title.islower() and title[1] != " " and not is_han(title[0]):
        return ""
    begins = rest.startswith(" ") and bool(_ABSTRACTS.fullmatch(title))
    sentence = begins and (is_han(title[0]) or bool(re.match(r" [A-Z]\S* [a-z]", rest)))
    return title if match["mark"] or not rest.strip() or sentence else ""


def _in_sequence(candidates: list[tuple[Heading, bool]]) -> list[Heading]:
    """Keep the sure headings and the longest run of the others that counts up as sections do."""
    best: dict[tuple[str, ...], tuple[int, int]] = {(): (0, -1)}
    back: list[int] = []
    for index, (heading, _) in enumerate(candidates):
        length, before = max(
            (best[key] for key in _predecessors(heading.steps) if key in best), default=(0, -1)
        )
        back.append(before)
        for depth in range(1, len(heading.steps) + 1):
            key = heading.steps[:depth]
            exact = key if depth == len(heading.steps) else (*key, "*")
            for slot in {exact, (*key, "*")}:
                if best.get(slot, (0, -1))[0] <= length + 1:
                    best[slot] = (length + 1, index)
        if heading.steps[0].isdigit() and best.get(("#",), (0, -1))[0] <= length + 1:
            best[("#",)] = (length + 1, index)
    chosen = set()
    at = max(best.values())[1]
    while at >= 0:
        chosen.add(at)
        at = back[at]
    return [heading for index, (heading, sure) in enumerate(candidates) if sure or index in chosen]


def _predecessors(steps: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return what may stand before a section: its elder sibling's whole subtree, or its parent."""
    last = steps[-1]
    elder = steps[:-1]
    if last in ("1", "0", "A"):
        return [elder] if elder else [(), ("#",)] if last == "A" else [()]
    found = [(*elder, _before(last, back), "*") for back in (1, 2)]
    return [*found, elder] if elder else found


def _before(step: str, back: int) -> str:
    return str(int(step) - back) if step.isdigit() else chr(ord(step) - back)


def _begins_caption(line: str, match: re.Match[str]) -> bool:
    """Tell a caption from a sentence that happens to begin a line with "Table 5 shows"."""
    if match["end"].strip() or line.startswith("["):
        return not match["end"].strip().startswith(",") or line.startswith("[")
    rest = line[match.end() :].strip()
    if match["kind"] in "图表圖図":
        glued = not match["end"] and rest
        return not (_SHOWS.match(rest) or (glued and len(line) > _SENTENCE))
    return not rest or bool(_TITLE.match(rest))


_FUNCTION_WORD = re.compile(r"\b(?:of|on|and|the|in|to|for|with|is|are|at|an|a|by|from|we|it)\b")


def is_tabular(line: str) -> bool:
    """Tell whether a line looks like a row of a table or a bit of a figure rather than prose.

    >>> is_tabular("CLIP (B/32) [57] 0.22 1.0 0.86"), is_tabular("15.0%"), is_tabular("| a | b |")
    (True, True, True)
    >>> is_tabular("RL achieves an increase of 3.5% on GP-L over the shared checkpoint")
    False
    """
    if line.count("|") >= 2 or line.count("\t") >= 2 or line.count(" & ") >= 2:
        return True
    words = re.sub(r"(?<=\d) %", "%", line).split()
    if len(_FUNCTION_WORD.findall(line)) >= 3:
        return False
    if re.search(r"(?:\s[(+±-]*\d[\d.,]*%?\)?){2,}$", line) or re.search(r"\S {3,}[(+±-]*\d", line):
        return True
    numeric = sum(1 for word in words if re.match(r"[(+±<>~-]*\d", word))
    if numeric >= 2 and numeric >= 0.3 * len(words):
        return True
    return len(words) <= 3 and len(line) <= 40 and not line.endswith((".", ",", ";"))


def _is_label(line: str) -> bool:
    """Tell whether a line could be a header row or a legend: few words, mostly names."""
    if len(line) <= 30 and not line.endswith((".", ",", ";", ":")):
        return True
    words = [word for word in line.split() if word[0].isalpha()]
    if len(line) > 90 or line.endswith((".", ",", ";", ":")) or not words or len(words) > 12:
        return False
    return sum(1 for word in words if not word.islower()) >= 0.6 * len(words)
