"""Find one number in one source and judge whether the place is the one the record names.

A number is verified where its digits stand whole with fitting sign and unit, inside what its
locator names, with all its `near` words around (and not belonging to a rival name, see `labels`).
If the text does not show the locator, `near` alone decides, within a narrower window. A number that
is common in the text proves nothing without `near`.

What cannot be told: which of several numbers with the same neighbours is meant (two columns without
a `near` word for the column), percent from points where the text prints % for a change, and what a
figure shows only as a picture.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from chapterkit.manuscript.ledger import Number
from chapterkit.manuscript.states import UNPLACED, State
from chapterkit.numbers.verify.arms import other_arm
from chapterkit.numbers.verify.columns import why_no_percentage
from chapterkit.numbers.verify.forms import Hit, Wanted, agreement, hits, is_part_of_group, wanted
from chapterkit.numbers.verify.labels import HAN_RUN, Word, alike, is_row, shape, swapped
from chapterkit.numbers.verify.nouns import column_unit, fits_column
from chapterkit.numbers.verify.outline import Outline, Region, is_tabular, parse_locator
from chapterkit.numbers.verify.results import Result
from chapterkit.numbers.verify.texts import SourceText

_REACH = {"figure": 2500, "table": 2500, "page": 400, "section": 400, "named": 400, "abstract": 500,
          "mention": 400}  # fmt: skip
_REACH_ALONE = 220
_MAX_HITS = 20_000
_MAX_TRIED = 200
_COMMON = 3
_ALONE = "单凭数字证明不了什么"
_LISTED = 8
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]+(?:[-@/.+][A-Za-z0-9]+)*")
_SHARED_PERCENT = re.compile(
    r"(?:[ \n,/&;:()~→-]|and\b|or\b|to\b|from\b|vs\b|versus\b|±|[+]"
    r"|(?<![\d.])\d[\d.]*(?![\d.])){1,40}(?:%|percent)"
)
_SENTENCE = re.compile(r"[^\W\d]{2}.*[.。;!?]$")  # a short one, with numbers, looks like a row
_SAID_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,}(?:[-@/.+][A-Za-z0-9]+)*")
_LONGEST_PIECE = 6  # characters of Chinese that are looked for together
_MOST_PIECES = 60
_OWN_NAME = re.compile(r"[A-Z][A-Za-z0-9]*(?:[-@/.+][A-Za-z0-9]+)*")


@dataclass(frozen=True)
class _Place:
    """A hit with its judgement: region, distance to the near words, and what speaks against it."""

    hit: Hit
    region: Region | None
    distance: int
    why: str


class Searcher:
    """Finds the numbers that cite one source; `vocabulary` are the near words of all of them."""

    def __init__(self, source: SourceText, vocabulary: Iterable[str]) -> None:
        self.source = source
        self.outline = Outline(source)
        self.vocabulary = sorted(set(vocabulary))
        self._words: dict[str, Word] = {}

    def find(self, number: Number) -> Result:
        """Return where the number stands, or why it cannot be said to stand there."""
        if number.model.printed is not None and (trouble := _disagreement(number)):
            return self._result(number, "not-found", trouble)
        if pictures := self._pictures(number):
            why = f"第 {pictures} 页是图片，没有文字（多半是扫描的）：先做文字识别"
            return Result(number, "no-source", why=why)
        want = wanted(number)
        all_hits = []
        for hit in hits(self.source.text, want):
            all_hits.append(hit)
            if len(all_hits) >= _MAX_HITS:
                break
        fitting = [hit for hit in all_hits if not hit.why]
        if not fitting:
            return self._not_found(number, all_hits)
        return self._judge(number, want, fitting, all_hits)

    def _pictures(self, number: Number) -> str:
        """Return the pages that a record names where all of them are pictures without text."""
        named = [int(name) for kind, name in parse_locator(number.at).parts if kind == "page"]
        unread = named and all(one in self.source.scanned for one in named)
        return "、".join(map(str, named)) if unread else ""

    # --- judging

    def _judge(
        self, number: Number, want: Wanted, fitting: list[Hit], all_hits: list[Hit]
    ) -> Result:
        locator = parse_locator(number.at)
        structured = any(kind not in ("named", "path") for kind, _ in locator.parts)
        regions, complete = self.outline.regions(locator)
        words, needed = self._near_words(number)
        places = sorted(
            (
                self._placed(hit, region, words, needed, want, structured=structured)
                for hit in fitting
                for region in _regions_of(hit, regions, complete=complete)
            ),
            key=_rank,
        )
        places[:_MAX_TRIED] = [self._tried(place, words, number) for place in places[:_MAX_TRIED]]
        good = [place for place in places[:_MAX_TRIED] if not place.why]
        if good and (needed or _is_telling(want, fitting)):
            return self._verified(min(good, key=_rank), number)
        if places and (not number.is_placed or min(places, key=_rank).why == _ALONE):
            return self._unplaced(number, places)
        return self._elsewhere(number, places, regions, common=bool(good))

    def _tried(self, place: _Place, words: list[Word], number: Number) -> _Place:
        """Judge whether the number at a place belongs to a rival of one of the words near it."""
        if place.why:
            return place
        hit, region = place.hit, place.region
        near = number.model.near
        own = [*near, *_OWN_NAME.findall(f"{number.of} {number.when or ''}")]
        for word in words:
            if word.places and (why := word.refuted(hit.start, hit.end, region, own)):
                return replace(place, why=why)
        if self._is_among_rows(hit.start):
            return place
        arms = [one for one in near if shape(one) or re.fullmatch(r"\w+(?:-\w+)+", one)]
        named = [*arms, *_LATIN.findall(number.when or "")]
        said = " ".join((number.of, number.when or "", *near))
        values = alike(self.source.text, hit.start, hit.end)
        patterns = [word.pattern for word in words]
        why = swapped(self.outline, hit.start, hit.end, named, said) or other_arm(
            self.outline, hit.start, hit.end, values, patterns
        )
        return replace(place, why=why)

    def _near_words(self, number: Number) -> tuple[list[Word], int]:
        """Return the words to look for and how many of them must be near."""
        if near := number.model.near:
            return [self._word(word) for word in near], len(near)
        names = sorted(set(_OWN_NAME.findall(f"{number.of} {number.when or ''}")))
        present = [word for word in map(self._word, names) if word.places]
        return present, (len(present) + 1) // 2

    def _word(self, word: str) -> Word:
        if word not in self._words:
            self._words[word] = Word(self.outline, word, self.vocabulary)
        return self._words[word]

    def _placed(
        self,
        hit: Hit,
        region: Region | None,
        words: list[Word],
        needed: int,
        want: Wanted,
        *,
        structured: bool,
    ) -> _Place:
        """Judge one hit in one region."""
        reach = _REACH[region.kind] if region else _REACH_ALONE
        inside = region if region and region.kind in ("figure", "table") else None
        distances = [(word.distance(hit.start, hit.end, inside), word) for word in words]
        close = [(d, word) for d, word in distances if d is not None and d <= reach]
        far = [word.word for d, word in distances if d is None or d > reach]
        total = sum(distance for distance, _ in close)
        if len(close) < needed:
            missing = 10_000 * (needed - len(close))
            return _Place(hit, region, total + missing, f"近旁没有“{'”“'.join(far)}”")
        if why := self._other_kind(hit, region, want):
            return _Place(hit, region, total, why)
        if structured and region is None and not _is_telling(want, ()) and _is_vague(words):
            return _Place(hit, region, total, "出处认不出，数又常见：near 要更具体")
        if not needed and (region is None or region.kind == "mention"):
            return _Place(hit, region, total, _ALONE)
        return _Place(hit, region, total, "")

    def _other_kind(self, hit: Hit, region: Region | None, want: Wanted) -> str:
        """Return why a number is another, or of another unit, by what stands around it; or ""."""
        table = region if region and region.kind in ("figure", "table") else None
        if why := self._not_one_number(hit, table):
            return why
        column = column_unit(self.outline, hit.start, want.units)
        if not want.printed and not fits_column(want.unit, column, want.units):
            return f"那一列的单位是{column}"
        return self._not_percent(hit, region, want) if hit.bare else ""

    def _not_one_number(self, hit: Hit, table: Region | None) -> str:
        """Return why a number is none by itself, or more than one; or "".

        A blank parts the cells of a row, and the groups of a number in running text.
        """
        text = self.source.text
        if table is not None or self._is_among_rows(hit.start):
            parted = re.search(r"\d \d", text[hit.start : hit.end])
            return "那是并排的两个数" if parted else ""
        return "那是一个数的一部分" if is_part_of_group(text, hit) else ""

    def _is_among_rows(self, at: int) -> bool:
        """Tell whether a place is on a row of a table that has another beside it."""
        line, lines = self.outline.line_at(at), len(self.outline.line_starts)
        rows = [
            is_tabular(text) and bool(re.search(r"\d", text)) and not _SENTENCE.search(text)
            for text in map(self.outline.line, range(max(0, line - 1), min(line + 2, lines)))
            if text
        ]
        return sum(rows) > 1 and is_tabular(self.outline.line(line))

    def _not_percent(self, hit: Hit, region: Region | None, want: Wanted) -> str:
        """Return why a bare number is no percentage there, or "".

        It is one in a table that says so, in a figure, or on a line that speaks of percent.
        """
        line = self.outline.line(self.outline.line_at(hit.start))
        if region is not None and region.kind == "figure":
            body = self.source.text[region.start : region.end]
            signed = len(re.findall(r"^[+-]?\d[\d.]*\s?%$", body, re.M))
            return "原文没有单位" if want.kind == "points" or signed >= 2 else ""
        if (region is not None and region.kind == "table") or (is_tabular(line) and is_row(line)):
            return (
                why_no_percentage(self.outline, hit.start, region) if want.kind == "percent" else ""
            )
        said = re.search(r"\(%\)|in %|percent|百分", line)
        said = said or _SHARED_PERCENT.match(self.source.text, hit.end)
        return "" if said else "原文没有单位"

    # --- wording

    def _result(self, number: Number, status: State, why: str, hit: Hit | None = None) -> Result:
        if status in ("elsewhere", "not-found") and self.source.scanned:
            listed = "、".join(map(str, self.source.scanned[:_LISTED]))
            more = " 等" if len(self.source.scanned) > _LISTED else ""
            why += f"；第 {listed}{more} 页是图片，没有文字，没有看到"
        where = self.outline.place(hit.start) if hit else ""
        context = self.source.context(hit.start, hit.end) if hit else ""
        found = (hit.start, hit.end) if hit else None
        return Result(number, status, where, context, why, self.source.sha256, found)

    def _verified(self, best: _Place, number: Number) -> Result:
        why = ""
        if number.at and best.region is None:
            why = f"文本里认不出“{number.at}”，按 near 核对"
        result = self._result(number, "verified", why, best.hit)
        if best.region is None or best.region.label in result.where:
            return result
        return replace(result, where=f"{result.where}，{best.region.label}")

    def _elsewhere(
        self, number: Number, places: list[_Place], regions: Sequence[Region], *, common: bool
    ) -> Result:
        """Word the outcome for digits that stand in the text, but prove nothing."""
        fitting = [place.hit for place in places]
        if common:
            best = min((place for place in places if not place.why), key=_rank)
            count = len({place.hit for place in places})
            why = f"{number.text} 在此处有 {count} 处，单凭数字证明不了什么：给记录加 near"
            return self._result(number, "elsewhere", why, best.hit)
        if places:
            best = min(places, key=_rank)
            spot = best.region.label if best.region else "原文"
            return self._result(number, "elsewhere", f"在{spot}找到，但{best.why}", best.hit)
        all_fitting = [hit for hit in hits(self.source.text, wanted(number)) if not hit.why]
        nearest = self._nearest_with_words(number, all_fitting)
        listed = "；".join(self.outline.place(hit.start) for hit in all_fitting[:3])
        more = f"等 {len(all_fitting)} 处" if len(all_fitting) > 3 else ""
        assert not fitting
        why = f"不在{number.at}；见于{listed}{more}"
        return self._result(number, "elsewhere", why, nearest)

    def _unplaced(self, number: Number, places: list[_Place]) -> Result:
        """Word the outcome for a record that names no place, or none that the text shows.

        It holds a word of the record that would prove the number, if there is one.
        """
        best = min(places, key=_rank)
        count = len({place.hit for place in places})
        word = next(filter(None, map(self._proves(number), _said_of(number))), "")
        advice = f"可以写 near: [{word}]" if word else "写上它在哪里（at），或它近旁的词（near）"
        lead = UNPLACED if not number.is_placed else f"文本里认不出“{number.at}”"
        why = f"{lead}；{number.text} 在原文里有 {count} 处，{_ALONE}：{advice}"
        return self._result(number, "elsewhere", why, best.hit)

    def _proves(self, number: Number) -> Callable[[str], str]:
        """Return what gives a word back if the number is verified with it near, else ""."""

        def proving(word: str) -> str:
            if not self._word(word).places:
                return ""
            model = number.model.model_copy(update={"near": (word,)})
            return word if self.find(replace(number, model=model)).status == "verified" else ""

        return proving

    def _nearest_with_words(self, number: Number, fitting: list[Hit]) -> Hit:
        """Return the hit with the record's words nearest: the likeliest place meant."""
        words, _ = self._near_words(number)

        def distance(hit: Hit) -> int:
            found = [word.distance(hit.start, hit.end, None) for word in words]
            return sum(10_000 if one is None else min(one, 10_000) for one in found)

        return min(fitting, key=distance)

    def _not_found(self, number: Number, all_hits: list[Hit]) -> Result:
        sought = number.model.printed or number.text
        if not all_hits:
            return self._result(number, "not-found", f"原文里没有 {sought}")
        regions, _ = self.outline.regions(parse_locator(number.at))
        inside = [hit for hit in all_hits if any(region.holds(hit.start) for region in regions)]
        hit = self._nearest_with_words(number, inside or all_hits)
        why = f"原文里的数字相同，但不是 {sought}：{hit.why}"
        return self._result(number, "not-found", why, hit)


def _said_of(number: Number) -> Iterator[str]:
    """Yield words of what a record says it measures, the longest stretches of Chinese first."""
    said = f"{number.of} {number.when or ''}"
    runs = [match[0] for match in HAN_RUN.finditer(said)]
    pieces = (
        run[start : start + length]
        for length in range(_LONGEST_PIECE, 1, -1)
        for run in runs
        for start in range(len(run) - length + 1)
    )
    yield from dict.fromkeys((*_SAID_NAME.findall(said), *islice(pieces, _MOST_PIECES)))


def _regions_of(hit: Hit, regions: Sequence[Region], *, complete: bool) -> Sequence[Region | None]:
    """Return the regions that hold a hit; None stands for a part of the locator not recognised."""
    holding: list[Region | None] = [region for region in regions if region.holds(hit.start)]
    return holding if holding or complete else [None]


def _rank(place: _Place) -> tuple[bool, bool, int, int]:
    """Order places: nothing against it, a real region before a mention, nearest words first."""
    mention = place.region is None or place.region.kind == "mention"
    return bool(place.why), mention, place.distance, place.hit.start


def _is_telling(want: Wanted, fitting: Sequence[Hit]) -> bool:
    """Tell whether digits prove something by themselves: long enough, and rare in the text."""
    digits = "" if want.magnitude is None else "".join(map(str, want.magnitude.as_tuple().digits))
    telling = len(digits.strip("0"))
    return (telling >= 3 and len(fitting) < _COMMON) or (telling == 2 and len(fitting) == 1)


def _is_vague(words: Sequence[Word]) -> bool:
    """Tell whether the near words are one common word: too little for a common number."""
    return (
        len(words) == 1
        and " " not in words[0].word
        and not words[0].shape
        and words[0].word.isalpha()
    )


def _disagreement(number: Number) -> str:
    said, model = agreement(number), number.model
    if not said.spelt and not model.note:
        return f"printed“{model.printed}”里没有数：用 note 说明怎样得出 {number.text}"
    return said.why
