"""What the tool itself prints in a book's language: pure but for reading its own data.

Every language is a file of `data/languages/`, found by walking: the words, how pages are set, and
what a new book and a new record hold. A book may say a word otherwise, under `words:` in
book.yaml.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from chapterkit.manuscript.pairs import Pair


@dataclass(frozen=True)
class Wording:
    """The words of one language; `{…}` in one of them stands for what is put in.

    `experiment` is the label of a record where book.yaml declares no kinds, `numbered` how a label
    and a number are joined; `quoted` how a title is told in running text, `entitled` a number with
    its title, `elsewhere` what stands in another chapter; `caption` what stands between the number
    of a figure and its caption, `heading` between a label and a heading, `spaced` between a bare
    number and one, `tag` the number behind a formula; `section_in_words` a section whose number is
    written in Chinese numerals; `listed` stands between names, `made_by` joins names with what they
    did; `provenance` tells a reader where a number comes from, and the words with `_word` head the
    rows of its card; `verified` and the like say how far it was compared with its source,
    `computed_verified` and `computed_open` how far the numbers were that it was computed from;
    `and_one` and `and_others` tell who wrote it; `range` stands between the ends of a range,
    `range_below` where one of them is negative;
    `numerals` are pairs: a character of numbers spelled in Chinese, and the one that stands for it.

    Of exhibits: `points` is the unit of a difference of percentages, `times` that of a ratio;
    `in_head` how a head names the unit of its column; `note` and `source` what stands under a
    table, `between_sources` between two sources there, `own_drawing` where there is none;
    `no_value` stands in an empty cell, `best_in_rows` explains bold numbers, `continued` follows
    the caption of a divided table's further parts; `chart_bars` and the like begin the alternative
    text that is made from the data.

    Of the evidence: `evidence` is its title, `evidence_of` that of a text's own,
    `evidence_link` what leads to it, `evidence_number` and
    the like the heads of its columns; `unused`, `leads_to` and `as_printed` stand in its cells,
    `first_hand` for a number that was read in its source, `computed_number` for one that was
    computed from others, `state_verified` and the like for how far
    it is verified.

    Of pages and files: `body` is what a book has between its contents and its references,
    `accessible` what an EPUB says of who can read it, with what follows for pictures and formulas,
    `page_list` what its list of printed pages is called; `skip`, `permalink` and `way_back` are
    what links of a page are called: past the contents, to a heading, from a reference back to
    where it is cited. Of sites: `search`, `searched` and `unfound` belong to the
    search, `previous` and `following` lead to the page before and the one behind.
    """

    experiment: str
    numbered: str
    chapter: str
    section: str
    section_in_words: str
    appendix: str
    part: str
    figure: str
    table: str
    equation: str
    tag: str
    heading: str
    spaced: str
    caption: str
    quoted: str
    entitled: str
    elsewhere: str
    contents: str
    figures: str
    tables: str
    preface: str
    references: str
    approximately: str
    provenance: str
    computed: str
    when: str
    comma: str
    range: str
    range_below: str
    numerals: str
    and_one: str
    and_others: str
    readme: str
    secondary: str
    own_run: str
    author: str
    editor: str
    translator: str
    publisher: str
    edition: str
    isbn: str
    rights: str
    date: str
    price: str
    listed: str
    made_by: str
    source_word: str
    checked_word: str
    computed_word: str
    record_word: str
    verified: str
    no_source: str
    stale: str
    not_found: str
    elsewhere_found: str
    computed_verified: str
    computed_open: str
    copyright: str
    points: str
    times: str
    in_head: str
    note: str
    source: str
    own_drawing: str
    no_value: str
    best_in_rows: str
    between_sources: str
    continued: str
    chart_bars: str
    chart_dots: str
    chart_lines: str
    chart_slopes: str
    chart_shares: str
    chart_times: str
    flow: str
    trace: str
    evidence: str
    evidence_of: str
    evidence_link: str
    evidence_number: str
    evidence_value: str
    evidence_source: str
    evidence_state: str
    evidence_uses: str
    unused: str
    leads_to: str
    as_printed: str
    first_hand: str
    computed_number: str
    state_verified: str
    state_elsewhere: str
    state_not_found: str
    state_no_source: str
    state_stale: str
    cover: str
    body: str
    accessible: str
    accessible_pictures: str
    accessible_formulas: str
    page_list: str
    skip: str
    permalink: str
    way_back: str
    search: str
    searched: str
    unfound: str
    previous: str
    following: str

    def labelled(self, label: str, number: str) -> str:
        """Return a label with its number.

        >>> locale("zh-Hans").wording.labelled("案例", "1.2")
        '案例 1.2'
        """
        return self.numbered.format(label=label, number=number)

    def between(self, value: object) -> str:
        """Return what stands between two numbers: −2.4% to 0.8%, where a dash misleads, 4:3."""
        if isinstance(value, Pair):
            return value.sign
        below = isinstance(value, tuple) and any(end < 0 for end in value)
        return self.range_below if below else self.range

    def status(self, name: str) -> str:
        """Return what readers are told of how a number came to be known; nothing if at first hand.

        >>> locale("zh-Hans").wording.status("own-run"), locale("en").wording.status("primary")
        ('作者自己的运行', '')
        """
        return str(getattr(self, name.replace("-", "_"), ""))

    def state(self, name: str) -> str:
        """Return what readers are told of how far a number was compared with its source.

        >>> locale("en").wording.state("stale")
        'changed since it was compared'
        """
        own = {"elsewhere": "elsewhere_found"}
        return str(getattr(self, own.get(name, name.replace("-", "_"))))

    def changed(self, words: Mapping[str, str]) -> Wording:
        """Return this wording with other words for some; see `check_words`."""
        return replace(self, **words) if words else self


@dataclass(frozen=True)
class Locale:
    """One language that books may be written in.

    `tag` is its BCP 47 tag, `name` what authors are told it is called; `chinese` whether the rules
    on Chinese hold; `word` how Word names the language of East Asian text in it, `word_fonts` its
    fonts in the place of Simplified ones;
    `typst` what Typst is told; `serif` and `sans` the families that come along, preferred first.
    `language` is the tag by which pandoc knows it: that of the language, for a region's.
    `csl` is the style of its references in `assets/`; `capitals` whether names of families stand in
    capitals there, `locator_within` whether [1, p. 5] or [1]p. 5 is printed;
    `html_style` and `epub_style` are what its pages need beyond the common style sheets;
    `record` is what `new experiment` writes, `files` what `new book` does, by path.
    """

    tag: str
    language: str
    wording: Wording
    name: str
    chinese: bool
    word: str
    word_fonts: Mapping[str, str]
    typst: Mapping[str, str]
    serif: tuple[str, ...]
    sans: tuple[str, ...]
    csl: str
    capitals: bool
    locator_within: bool
    html_style: str
    epub_style: str
    record: str
    files: Mapping[str, str]


_FOLDER = files("chapterkit").joinpath("data", "languages")
_REGIONS = files("chapterkit").joinpath("data", "editions")


@cache
def languages() -> tuple[str, ...]:
    """Return the tags of all languages.

    >>> languages()
    ('en', 'zh-Hans', 'zh-Hant')
    """
    return _names(_FOLDER)


@cache
def locale(tag: str) -> Locale:
    """Return the language whose tag is one of `languages`, or a region's."""
    if tag in regions():
        return _of_region(tag)
    data = _read(_FOLDER, tag)
    setting = data["setting"] | data["scaffold"]
    setting |= {name: tuple(setting[name]) for name in ("serif", "sans")}
    return Locale(tag, tag, Wording(**data["words"]), **setting)


def _read(folder: Traversable, tag: str) -> dict[str, Any]:
    return tomllib.loads(folder.joinpath(f"{tag}.toml").read_text("utf-8"))


def _names(folder: Traversable) -> tuple[str, ...]:
    names = (one.name for one in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


# --- regions, for which a book has editions


@dataclass(frozen=True)
class Region:
    """A region for which an edition is made of a Simplified manuscript.

    `tag` is its BCP 47 tag; `standard` the configuration of OpenCC that converts characters,
    `phrases` the one that takes the region's words, too; `quotes` are its quotation marks, the
    outer pair first.
    """

    tag: str
    standard: str
    phrases: str
    quotes: str


@cache
def regions() -> tuple[str, ...]:
    """Return the tags of all regions.

    >>> regions()
    ('zh-Hant-HK', 'zh-Hant-TW')
    """
    return _names(_REGIONS)


@cache
def region(tag: str) -> Region:
    """Return the region whose tag is one of `regions`."""
    data = _read(_REGIONS, tag)
    return Region(tag, data["standard"], data["phrases"], data["quotes"])


def _of_region(tag: str) -> Locale:
    data = _read(_REGIONS, tag)
    base = locale(data["base"])
    wording = base.wording.changed(data.get("words", {}))
    return replace(base, tag=tag, wording=wording, **data["setting"])


# What a text without a book is worded in.
CHINESE = locale("zh-Hans").wording

_PLACE = re.compile(r"\{(\w*)\}")


def check_words(words: Mapping[str, str], tag: str) -> None:
    """Raise ValueError for a word that no language has, or whose places are not the word's own.

    >>> check_words({"figure": "插图 {number}"}, "zh-Hans")
    >>> check_words({"figure": "插图"}, "zh-Hans")
    Traceback (most recent call last):
    ValueError: words.figure 里要有 {number}；这种文字里是“图 {number}”
    """
    own = locale(tag).wording
    known = [one.name for one in fields(Wording)]
    for key, word in words.items():
        if key not in known:
            raise ValueError(f"words 里没有 {key} 这个词；有：{'、'.join(known)}")
        usual = getattr(own, key)
        wanted = sorted(_PLACE.findall(usual))
        if sorted(_PLACE.findall(word)) != wanted or _PLACE.sub("", word).count("{"):
            places = "、".join(f"{{{one}}}" for one in wanted) or "不写花括号"
            raise ValueError(f"words.{key} 里要有 {places}；这种文字里是“{usual}”")
