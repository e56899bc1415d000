"""References: what citeproc is given, and the last touches to what it makes.

Of a Chinese book they are those of GB/T 7714-2015; which style goes with which language stands in
`data/languages/`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import dropwhile, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import latexcodec  # noqa: F401 (registers the codec)
from pybtex.database import Person

from chapterkit.han import ALL_HAN
from chapterkit.manuscript.wording import Locale, locale
from chapterkit.patterns import Late
from chapterkit.text.addresses import bibtex_address
from chapterkit.text.tree import (
    Attributes,
    Citation,
    Element,
    Tree,
    attributes_of,
    bare,
    citations_of,
    elements_of,
    header,
    inlines_of,
    kind_of,
    link,
    space,
    string,
    superscript,
    text_of,
    tree_blocks,
    walk,
    with_attributes,
    with_blocks,
    with_inlines,
)

if TYPE_CHECKING:
    from chapterkit.manuscript.bibliography import Source

Inlines = list[Element]

_STYLES = Path(__file__).parents[1] / "assets"
_CHINESE = locale("zh-Hans")

_HAN = Late(f"[{ALL_HAN}]")


def citeproc_arguments(references: Path, locale: Locale = _CHINESE) -> list[str]:
    """Return pandoc's arguments for citeproc; `references` holds csl_references as JSON."""
    return ["--citeproc", f"--bibliography={references}", f"--csl={_STYLES / locale.csl}"]


# --- from BibTeX to CSL


def csl_references(
    sources: Mapping[str, Source], locale: Locale = _CHINESE
) -> list[dict[str, Any]]:
    """Return the sources as CSL JSON, titles as they are written.

    pandoc's own BibTeX reader puts English titles into sentence case (Gpt-oss-120b) and knows
    neither preprints nor repositories; so the conversion is made here.
    """
    return [_csl(source, capitals=locale.capitals) for source in sources.values()]


def languages(sources: Mapping[str, Source]) -> dict[str, str]:
    """Return each source's language by key: zh for one with a Chinese title, else what it says.

    A source with `langid` is believed; one without is judged by its title.
    """
    return {
        key: source.language
        if source.fields.get("langid") or not _HAN.search(source.fields.get("title", ""))
        else "zh"
        for key, source in sources.items()
    }


_BOOKS = ("book", "mvbook", "booklet", "collection", "proceedings", "manual")
_TYPES = {
    "article": "article-journal",
    **dict.fromkeys(_BOOKS, "book"),
    **dict.fromkeys(("incollection", "inbook"), "chapter"),
    **dict.fromkeys(("conference", "inproceedings"), "paper-conference"),
    **dict.fromkeys(("mastersthesis", "phdthesis", "thesis"), "thesis"),
    **dict.fromkeys(("techreport", "report"), "report"),
    **{same: same for same in ("software", "dataset", "patent", "standard")},
}

_REPOSITORY = re.compile(
    r"https?://(?:www\.)?(?:github|gitlab|gitee|codeberg)\.[a-z]+/[^/]+/[^/?#]+/?"
)
_ARXIV_JOURNAL = re.compile(r"arxiv", re.IGNORECASE)
_DOI_URL = re.compile(r"^https?://(?:dx\.)?doi\.org/")
_COMMIT = re.compile(r"\b([0-9a-f]{10})[0-9a-f]{6,}\b")


def _csl(source: Source, *, capitals: bool) -> dict[str, Any]:
    fields = {name.lower(): value for name, value in source.fields.items()}
    kind = _csl_type(source.type.lower(), fields)
    doi = _DOI_URL.sub("", bibtex_address(fields.get("doi", "")))
    url = bibtex_address(fields.get("url", "")) or _arxiv_url(fields)
    if _DOI_URL.match(url):
        doi, url = doi or _DOI_URL.sub("", url), ""
    texts = {
        "title": fields.get("title"),
        "container-title": _container(kind, fields),
        "publisher": _publisher(kind, fields),
        "publisher-place": fields.get("address") or fields.get("location"),
        "volume": fields.get("volume"),
        "issue": fields.get("number") if kind == "article-journal" else None,
        "number": fields.get("number") if kind in {"report", "standard", "patent"} else None,
        "edition": fields.get("edition"),
        "page": fields.get("pages"),
    }
    item: dict[str, Any] = {"id": source.key, "type": kind}
    item.update({name: _markup_safe(plain_latex(text)) for name, text in texts.items() if text})
    if "page" in item:
        item["page"] = re.sub(r"[-–—]+", "-", item["page"])
    item.update({name: value for name, value in (("URL", url), ("DOI", doi)) if value})
    item.update(_dates(kind, fields))
    people = {
        "author": source.authors,
        "editor": source.editors,
        "translator": tuple(_split_names(fields.get("translator", ""))),
    }
    for role, names in people.items():
        if names:
            item[role] = [_capital(_name(one)) if capitals else _name(one) for one in names]
    return item


def _csl_type(kind: str, fields: Mapping[str, str]) -> str:
    """Return the CSL type of an entry; what only a preprint server has is an `article`."""
    preprint = bool(_arxiv_url(fields))
    if kind == "article":
        journal = fields.get("journal") or fields.get("journaltitle") or ""
        unpublished = (preprint and not journal) or _ARXIV_JOURNAL.search(journal)
        return "article" if unpublished else _TYPES[kind]
    if kind in _TYPES:
        return _TYPES[kind]
    if preprint:
        return "article"
    if _REPOSITORY.fullmatch(fields.get("url", "")):
        return "software"
    return "webpage" if fields.get("url") else "document"


def _container(kind: str, fields: Mapping[str, str]) -> str | None:
    if kind == "article-journal":
        return fields.get("journal") or fields.get("journaltitle")
    return fields.get("booktitle") if kind in {"chapter", "paper-conference"} else None


_PUBLISHERS = ("publisher", "school", "institution", "organization", "howpublished")


def _publisher(kind: str, fields: Mapping[str, str]) -> str | None:
    if kind == "article":
        return "arXiv" if _arxiv_url(fields) else fields.get("publisher")
    found = next(filter(None, map(fields.get, _PUBLISHERS)), None)
    return _COMMIT.sub(r"\1", found) if found else None


def _arxiv_url(fields: Mapping[str, str]) -> str:
    server = fields.get("archiveprefix") or fields.get("eprinttype") or ""
    eprint = fields.get("eprint", "").removeprefix("arXiv:")
    journal = re.search(r"arxiv:\s*(\d{4}\.\d{4,5})", fields.get("journal", ""), re.IGNORECASE)
    number = eprint if server.lower() == "arxiv" else journal[1] if journal else ""
    return f"https://arxiv.org/abs/{number}" if number else ""


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _dates(kind: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """Return issued (the year), available-date (the full date of what is online) and accessed."""
    issued = _date(fields.get("date", "")) or _written_date(fields)
    found = {"issued": issued[:1]}
    if kind in {"webpage", "article", "software"} and len(issued) == 3:
        found["available-date"] = issued
    found["accessed"] = _date(fields.get("urldate", ""))
    return {name: {"date-parts": [parts]} for name, parts in found.items() if parts}


def _written_date(fields: Mapping[str, str]) -> list[int]:
    parts = _date(fields.get("year", ""))
    month = fields.get("month", "").strip().lower()
    named = {name: place for place, name in enumerate(_MONTHS, 1)}
    number = int(month) if month.isdigit() else named.get(month[:3])
    if parts and number:
        parts = [parts[0], number]
        if (day := fields.get("day", "").strip()).isdigit():
            parts.append(int(day))
    return parts


def _date(text: str) -> list[int]:
    match = re.match(r"\s*(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", text)
    return [int(part) for part in match.groups() if part] if match else []


def _split_names(text: str) -> list[str]:
    return [name.strip() for name in re.split(r"\s+and\s+", text) if name.strip()]


def _name(written: str) -> dict[str, str]:
    """Return one name as CSL has it: a Chinese name, an institution and "others" stay whole.

    >>> _name("张, 三")
    {'literal': '张三'}
    >>> _name("{Canopy Labs}")
    {'literal': 'Canopy Labs'}
    >>> _name("Le, Quoc V.")
    {'family': 'Le', 'given': 'Quoc V.'}
    """
    if written == "others":
        return {"literal": "et al."}
    if _HAN.search(written):
        return {"literal": re.sub(r"[\s,，{}]", "", written)}
    if written.startswith("{") and written.endswith("}"):
        return {"literal": plain_latex(written)}
    person = Person(written)
    parts = {
        "family": person.last_names,
        "given": [*person.first_names, *person.middle_names],
        "non-dropping-particle": person.prelast_names,
        "suffix": person.lineage_names,
    }
    return {part: plain_latex(" ".join(words)) for part, words in parts.items() if words}


def _capital(name: dict[str, str]) -> dict[str, str]:
    """Return a name, the family's in capitals: the style would raise institutions, too."""
    raised = {"family", "non-dropping-particle"}
    return {part: text.upper() if part in raised else text for part, text in name.items()}


_LIGATURES = (("``", "“"), ("''", "”"), ("`", "‘"), ("---", "—"), ("--", "–"), ("~", " "))


def plain_latex(text: str) -> str:
    """Return BibTeX's LaTeX as plain text.

    >>> plain_latex('{SNAC} by Gr{\\\\"o}tschla \\\\& others: ``neural\\'\\'')
    'SNAC by Grötschla & others: “neural”'
    """
    if "\\" in text:
        text = codecs.lookup("ulatex").decode(text)[0]  # type: ignore[arg-type]
    without = re.sub(r"[{}]", "", text)
    for typed, meant in _LIGATURES:
        without = without.replace(typed, meant)
    if "‘" in without:
        without = re.sub(r"(?<=\w)'(?!\w)", "’", without)
    return " ".join(without.split())


def _markup_safe(text: str) -> str:
    """Keep citeproc from reading `<think>` as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;") if "<" in text else text


# --- from citeproc to the page


def finish_references(
    tree: Tree,
    languages: Mapping[str, str],
    title: str = _CHINESE.wording.references,
    locale: Locale = _CHINESE,
) -> Tree:
    """Return citeproc's tree with citations and references as the book's language has them.

    `languages` maps keys to BCP 47 tags; `title` is what stands over the references. In Chinese
    entries "et al." becomes 等 and "2nd ed." 2版; a citation's locator stands outside the brackets
    ([1]图 6), or within them, as the language has it ([1, Fig. 6]); runs of numbers are joined
    ([1,3-5]), every number links to its entry, and no space stands before it.
    """
    entries = filter(None, map(_entry_key, elements_of(tree)))
    numbers = {key: place for place, key in enumerate(entries, 1)}

    def change(element: Element) -> Element:
        if kind_of(element) == "Cite":
            return _numbered_cite(element, numbers, within=locale.locator_within)
        if key := _entry_key(element):
            return _finished_entry(element, languages.get(key, ""))
        return element

    blocks = walk(walk(tree_blocks(tree), change), _without_spaces_before_cites)
    return with_blocks(tree, _with_heading(blocks, title))


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


def _finished_entry(entry: Element, language: str) -> Element:
    """Return a csl-entry with the words of its language, which it names if it is not Chinese."""
    if language.startswith("zh"):
        return walk([entry], _in_chinese)[0]
    attributes = attributes_of(entry)
    return with_attributes(entry, attributes.having("lang", language)) if language else entry


def _in_chinese(element: Element) -> Element:
    """Return an element with every unbroken run of words in Chinese."""
    out: Inlines = []
    for are_words, run in groupby(inlines_of(element), lambda one: kind_of(one) in _WORDS):
        inlines = list(run)
        out.extend(_words(_chinese("".join(map(_typed, inlines)))) if are_words else inlines)
    return with_inlines(element, out) if out else element


_WORDS = frozenset({"Str", "Space", "SoftBreak"})


def _typed(word: Element) -> str:
    return text_of(word) if kind_of(word) == "Str" else " "


def _chinese(text: str) -> str:
    text = re.sub(r"\b(\d+)(?:st|nd|rd|th) ed\.", r"\1版.", text)
    return re.sub(r", et al\.", ", 等.", text, count=1)


def _words(text: str) -> Inlines:
    return [space() if part.isspace() else string(part) for part in re.split(r"( +)", text) if part]


def _numbered_cite(cite: Element, numbers: Mapping[str, int], *, within: bool) -> Element:
    citations, rendered = citations_of(cite), inlines_of(cite)
    if any(one.key not in numbers for one in citations):
        return cite
    names = _before_number(rendered) if citations[0].in_text else []
    return with_inlines(cite, [*names, superscript(_marks(citations, numbers, within=within))])


def _before_number(rendered: Inlines) -> Inlines:
    """Return the names that an @key in running text prints before its number."""
    end = next((i for i, one in enumerate(rendered) if _is_raised(one)), len(rendered))
    names = rendered[:end]
    while names and kind_of(names[-1]) == "Space":
        names.pop()
    return names


def _marks(citations: Sequence[Citation], numbers: Mapping[str, int], *, within: bool) -> Inlines:
    """Return what stands in the superscript: [1,3-5], locators after or `within` their bracket."""
    out: Inlines = []
    plain: dict[int, str] = {}

    def flush() -> None:
        if plain:
            out.extend([*_separator(out), *_bracketed(plain)])
            plain.clear()

    for one in citations:
        number, locator = numbers[one.key], _locator(one.suffix)
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


def _locator(suffix: Inlines) -> Inlines:
    """Return a citation's suffix without the comma that sets it off."""
    text = list(dropwhile(_SETTING_OFF.__contains__, suffix))
    if text and kind_of(text[0]) == "Str":
        text[0] = string(text_of(text[0]).lstrip(",，"))
    return text


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
    return link([string(str(number))], f"#ref-{key}")


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


def _without_spaces_before_cites(element: Element) -> Element:
    if kind_of(element) not in {"Para", "Plain", "Emph", "Strong"}:
        return element
    kept: Inlines = []
    for inline in inlines_of(element):
        if kind_of(inline) == "Cite" and any(map(_is_raised, inlines_of(inline)[:1])):
            while kept and kind_of(kept[-1]) in {"Space", "SoftBreak"}:
                kept.pop()
        kept.append(inline)
    return with_inlines(element, kept)


def _is_raised(inline: Element) -> bool:
    return kind_of(inline) == "Superscript"
