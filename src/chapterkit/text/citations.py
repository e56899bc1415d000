"""References: what citeproc is given, and the last touches to what it makes.

Of a Chinese book they are those of GB/T 7714-2015; which style goes with which language stands in
`data/languages/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import dropwhile, groupby, pairwise
from pathlib import Path

from chapterkit.han import is_han
from chapterkit.manuscript.wording import Locale, locale
from chapterkit.text.locators import Locators, shortened
from chapterkit.text.tree import (
    Attributes,
    Citation,
    Element,
    Tree,
    attributes_of,
    bare,
    caption_of,
    citations_of,
    elements_of,
    header,
    inlines_of,
    kind_of,
    link,
    plain_text,
    space,
    string,
    superscript,
    text_of,
    tree_blocks,
    walk,
    with_attributes,
    with_blocks,
    with_caption,
    with_inlines,
)

Inlines = list[Element]

_STYLES = Path(__file__).parents[1] / "assets"
_CHINESE = locale("zh-Hans")


def citeproc_arguments(references: Path, locale: Locale = _CHINESE) -> list[str]:
    """Return pandoc's arguments for citeproc; `references` is a file of CSL JSON."""
    return ["--citeproc", f"--bibliography={references}", f"--csl={_STYLES / locale.csl}"]


# --- from citeproc to the page


def finish_references(
    tree: Tree,
    languages: Mapping[str, str],
    title: str = _CHINESE.wording.references,
    locale: Locale = _CHINESE,
    locators: Locators = "full",
) -> Tree:
    """Return citeproc's tree with citations and references as the book's language has them.

    `languages` maps keys to BCP 47 tags; `title` is what stands over the references; `locators`
    says how much is printed of where in a source something stands. In Chinese entries "et al."
    becomes 等 and "2nd ed." 2版; a translator is named in the words of the entry (trans.), or of
    the book where both are Chinese (译, 譯). A citation's locator stands outside the brackets
    ([1]图 6), or within them, as the language has it ([1, Fig. 6]); runs of numbers are joined
    ([1,3-5]), every number links to its entry, and no space stands before it.
    """
    entries = filter(None, map(_entry_key, elements_of(tree, {"Div"})))
    numbers = {key: place for place, key in enumerate(entries, 1)}

    def change(element: Element) -> Element:
        if kind_of(element) == "Cite":
            return _numbered_cite(element, numbers, locators, within=locale.locator_within)
        if key := _entry_key(element):
            return _finished_entry(element, languages.get(key, ""), _anchor(key), locale)
        if kind_of(element) in {"Figure", "Table"}:
            return with_caption(element, walk(caption_of(element), _with_wide_commas))
        return element

    finished = walk(tree_blocks(tree), change, {"Cite", "Div", "Figure", "Table"})
    return with_blocks(tree, _with_heading(close_to_text(finished), title))


def renumbered(
    blocks: Sequence[Element], keys: Sequence[str], locale: Locale, locators: Locators
) -> list[Element]:
    """Return blocks whose citations have the numbers that sources have in this order.

    They are as `finish_references` gives them; a source that is named within a sentence has its
    name already.
    """
    numbers = {key: place for place, key in enumerate(keys, 1)}

    def change(element: Element) -> Element:
        if kind_of(element) == "Cite":
            return _numbered_cite(element, numbers, locators, within=locale.locator_within)
        return with_caption(element, walk(caption_of(element), _with_wide_commas))

    return close_to_text(walk(blocks, change, {"Cite", "Figure", "Table"}))


def close_to_text(blocks: Sequence[Element]) -> list[Element]:
    """Return blocks without spaces before their citations that are raised."""
    return walk(blocks, _without_spaces_before_cites, _WITH_CITES)


def _with_heading(blocks: list[Element], title: str) -> list[Element]:
    """Put a heading before the references if the author has not."""
    place = next((i for i, one in enumerate(blocks) if _is_references(one)), 0)
    if not place or kind_of(blocks[place - 1]) == "Header":
        return blocks
    heading = header(2, Attributes("references", ["unnumbered"]), [string(title)])
    return [*blocks[:place], heading, *blocks[place:]]


def _is_references(block: Element) -> bool:
    return kind_of(block) == "Div" and attributes_of(block).identifier == "refs"


def _entry_key(element: Element) -> str:
    """Return the key of the source that an element is the entry of; else an empty text."""
    if kind_of(element) != "Div" or "csl-entry" not in attributes_of(element).classes:
        return ""
    return attributes_of(element).identifier.removeprefix("ref-")


def _anchor(key: str) -> str:
    """Return the identifier of an entry, which every format must take: ref-what_3f for what?."""
    return "ref-" + re.sub(r"[^\w.-]", lambda found: f"_{ord(found[0]):x}", key)


def _finished_entry(entry: Element, language: str, anchor: str, locale: Locale) -> Element:
    """Return a csl-entry with the words of its language, which it names if it is not Chinese."""
    entry = with_attributes(entry, attributes_of(entry)._replace(identifier=anchor))
    primary = language.partition("-")[0]
    translator = _TRANSLATORS.get(primary, "trans.")
    if primary == "zh":
        translator = "譯" if "Hant" in language else locale.wording.translator
    entry = walk([entry], partial(_in_its_words, primary, translator))[0]
    if primary == "zh":
        return entry
    attributes = attributes_of(entry)
    return with_attributes(entry, attributes.having("lang", language)) if language else entry


# What stands for "et al." after names, by language.
_OTHERS = {"zh": "等", "ja": "他", "ko": "외", "ru": "и др"}
# What stands behind a translator's name; citeproc has 译 for all.
_TRANSLATORS = {"ja": "訳", "ko": "옮김", "ru": "пер."}
_TRANSLATOR = re.compile(r", 译(?=\.|$)\.?")
# Where a style joins the last of several names by a word, and that is none.
_AND_OTHERS = re.compile(",? and et al\\.")


def _in_its_words(language: str, translator: str, element: Element) -> Element:
    """Return an element with every unbroken run of words in the words of its language."""
    out: Inlines = []
    for are_words, run in groupby(inlines_of(element), lambda one: kind_of(one) in _WORDS):
        inlines = list(run)
        text = "".join(map(_typed, inlines)) if are_words else ""
        worded = _worded(text, language, translator) if are_words else ""
        out.extend(_words(worded) if worded != text else _upright(inlines))
    return with_inlines(element, out) if out else element


def _upright(inlines: Inlines) -> Iterator[Element]:
    """Yield inlines without italics round Han, which print shows as marks of stress."""
    for one in inlines:
        is_stressed = kind_of(one) == "Emph" and any(map(is_han, plain_text([one])))
        yield from inlines_of(one) if is_stressed else [one]


_WORDS = frozenset({"Str", "Space", "SoftBreak"})


def _typed(word: Element) -> str:
    return text_of(word) if kind_of(word) == "Str" else " "


def _worded(text: str, language: str, translator: str) -> str:
    text = _TRANSLATOR.sub(f", {translator.removesuffix('.')}.", text)
    if language not in _OTHERS:
        return text.replace(" and et al.", " et al.")
    text = _AND_OTHERS.sub(", et al.", text)
    if language in {"zh", "ja"}:
        text = re.sub(r"\b(\d+)(?:st|nd|rd|th) ed\.", r"\1版.", text)
    # The point ends an abbreviation, which the word that stands for it is not.
    text = re.sub(r", et al\.(?=,)", f", {_OTHERS[language]}", text)
    return text.replace(", et al.", f", {_OTHERS[language]}.")


def _words(text: str) -> Inlines:
    return [space() if part.isspace() else string(part) for part in re.split(r"( +)", text) if part]


def _numbered_cite(
    cite: Element, numbers: Mapping[str, int], locators: Locators, *, within: bool
) -> Element:
    citations, rendered = citations_of(cite), inlines_of(cite)
    if any(one.key not in numbers for one in citations):
        return cite
    names = _before_number(rendered) if citations[0].in_text else []
    placed = [(one, _printed_locator(_locator(one.suffix), locators)) for one in citations]
    return with_inlines(cite, [*names, superscript(_marks(placed, numbers, within=within))])


def _before_number(rendered: Inlines) -> Inlines:
    """Return the names that an @key in running text prints before its number."""
    end = next((i for i, one in enumerate(rendered) if _is_raised(one)), len(rendered))
    names = rendered[:end]
    while names and kind_of(names[-1]) == "Space":
        names.pop()
    return names


def _marks(
    placed: Sequence[tuple[Citation, Inlines]], numbers: Mapping[str, int], *, within: bool
) -> Inlines:
    """Return what stands in the superscript: [1,3-5], locators after or `within` their bracket."""
    out: Inlines = []
    plain: dict[int, str] = {}

    def flush() -> None:
        if plain:
            out.extend([*_separator(out), *_bracketed(plain)])
            plain.clear()

    for one, locator in placed:
        number = numbers[one.key]
        if one.prefix or locator:
            flush()
            inside = [string(","), space(), *locator] if within and locator else []
            mark = _bracketed({number: one.key}, inside)
            behind = [] if within else locator
            out.extend([*_separator(out), *one.prefix, *mark, *behind])
        else:
            plain[number] = one.key
    flush()
    return out


def _separator(before: Inlines) -> Inlines:
    return [string(",")] if before else []


def _with_wide_commas(element: Element) -> Element:
    """Return the marks of a caption with a full-width comma behind a Chinese locator."""
    if kind_of(element) != "Superscript":
        return element
    inlines = inlines_of(element)
    wide = [
        string("，") if after == string(",") and is_han(plain_text([before])[-1:]) else after
        for before, after in pairwise(inlines)
    ]
    return with_inlines(element, [*inlines[:1], *wide])


def _locator(suffix: Inlines) -> Inlines:
    """Return a citation's suffix without the comma that sets it off."""
    text = list(dropwhile(_SETTING_OFF.__contains__, suffix))
    if text and kind_of(text[0]) == "Str":
        text[0] = string(text_of(text[0]).lstrip(",，"))
    return text


def _printed_locator(locator: Inlines, locators: Locators) -> Inlines:
    """Return a citation's locator as far as the book prints it."""
    if locators == "full" or not locator:
        return locator
    whole = plain_text(locator)
    short = shortened(whole) if locators == "short" else ""
    return locator if short == whole else _words(short)


_SETTING_OFF = (space(), bare("SoftBreak"), string(","), string("，"))


def _bracketed(keys: Mapping[int, str], locator: Sequence[Element] = ()) -> Inlines:
    out: Inlines = []
    for first, last in _runs(sorted(keys)):
        if out:
            out.append(string(","))
        out.append(_link(first, keys[first]))
        if last > first:
            out.extend([string("-"), _link(last, keys[last])])
    return [string("["), *out, *locator, string("]")]


def _link(number: int, key: str) -> Element:
    return link([string(str(number))], f"#{_anchor(key)}")


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return ascending numbers as (first, last) of each consecutive run.

    >>> _runs([1, 3, 4, 5])
    [(1, 1), (3, 5)]
    """
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


_WITH_CITES = frozenset({"Para", "Plain", "Emph", "Strong"})


def _without_spaces_before_cites(element: Element) -> Element:
    kept: Inlines = []
    for inline in inlines_of(element):
        if kind_of(inline) == "Cite" and any(map(_is_raised, inlines_of(inline)[:1])):
            while kept and kind_of(kept[-1]) in {"Space", "SoftBreak"}:
                kept.pop()
        kept.append(inline)
    return with_inlines(element, kept)


def _is_raised(inline: Element) -> bool:
    return kind_of(inline) == "Superscript"
