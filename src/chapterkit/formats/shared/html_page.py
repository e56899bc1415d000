"""What pandoc leaves out of a page of HTML: links on headings and back from references. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import escape, unescape

from chapterkit.manuscript.wording import Wording


def finished(page: str, wording: Wording) -> str:
    """Return a page whose headings can be linked to, and whose references lead back to the text.

    What these links show comes from the style sheet, so that it is no part of the text. Marks that
    are short stay in one line, and those beside a number with it; formulas, tables and code that
    are too wide for the page scroll, by keyboard, too; apostrophes are Latin ones. The
    style sheet is without comments and indents.
    """
    head, opening, body = page.partition("<main")
    head = _STYLE.sub(lambda found: _IDLE.sub(lambda idle: idle[1] or "", found[0]), head)
    body = _NUMBERED.sub(lambda found: chr(int(found[1])), body)
    body = _with_ways_back(_with_permalinks(body, wording), wording)
    body = _NOTES.sub(r'<div id="footnotes"\1</div>', body)
    return head + opening + touched(body)


def shortened(text: str) -> str:
    """Return how a text begins, as much of it as is shown with a link to it."""
    return text if len(text) <= _TOLD else f"{text[: _TOLD - 1]}…"


_TOLD = 160


def touched(body: str) -> str:
    """Return a part of a page whose marks, formulas and apostrophes are as `finished` has them."""
    body = _MARK.sub(_short_mark, body)
    body = _NUMBER.sub(_kept_together, body)
    body = _CODE.sub(r'<pre tabindex="0"\1', body)
    body = with_tables_that_scroll(body)
    body = _IMAGE.sub("<img", body)
    body = with_functions_apart(with_formulas_that_scroll(body))
    return in_texts(body, _with_narrow_apostrophes)


_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_IDLE = re.compile(r"/\*.*?\*/|(\s)\s+", re.DOTALL)
_NUMBERED = re.compile(r"&#(8\d{3});")  # signs of formulas that nobody sees, such as ⁡
_HEADING = re.compile(r'<h([1-6])([^>]*?) id="([^"]+)"([^>]*)>(.*?)</h\1>', re.DOTALL)


def _with_permalinks(body: str, wording: Wording) -> str:
    def linked(found: re.Match[str]) -> str:
        level, before, identifier, behind, words = found.groups()
        says = escape(wording.permalink)
        way = f'<a class="permalink" href="#{identifier}" aria-label="{says}"></a>'
        return f'<h{level}{before} id="{identifier}"{behind}>{way}{words}</h{level}>'

    return _HEADING.sub(linked, body)


_NOTES = re.compile(r'<section id="footnotes"(.*?)</section>', re.DOTALL)  # it has no heading
_NUMBER = re.compile(
    r"(?P<ahead>[（“‘『「《〈【〔(]*)"
    r'(?P<number><(?P<tag>button|span(?= class="number" role=)) class="number"[^>]*>'
    r"(?:(?!</(?P=tag)>).)*</(?P=tag)>)"
    r"(?P<behind>[，。；：、！？）”’』」》〉】〕…%,.;:!?)]*"
    r'(?:<span class="citation short"[^>]*><sup>.*?</sup></span>)?)'
)


def _kept_together(found: re.Match[str]) -> str:
    """Return a number with the marks beside it: to a line, a button is what a picture is.

    In a preview and a review, where it is none, it parts at the end of a line as little.
    """
    alone = not (found["ahead"] or found["behind"])
    return found[0] if alone else f'<span class="together">{found[0]}</span>'


_CODE = re.compile(r"<pre((?: [^>]*)?>)")
_TABLE = re.compile(r'(<div class="[^"]*\bwide\b[^>]*>\s*)?(<table.*?</table>)', re.DOTALL)
_IMAGE = re.compile(r'<img role="img"')


def with_formulas_that_scroll(body: str) -> str:
    """Return a page whose displayed formulas can be scrolled, by keyboard, too."""
    return _FORMULA.sub(r'<span class="wide" tabindex="0">\g<0></span>', body)


_FORMULA = re.compile(r'<math display="block".*?</math>', re.DOTALL)


def with_functions_apart(body: str) -> str:
    """Return a page in which log and the like stand apart from what is beside them, as in TeX.

    Browsers leave nothing there. What says so are classes: no element may come between others.
    """
    return _FUNCTION.sub(_apart, body) if "<math" in body else body


_NAMES = (
    "arccos|arcsin|arctan|arg|cos|cosh|cot|coth|csc|deg|det|dim|exp|gcd|hom|inf|ker|lg|lim|liminf"
    "|limsup|ln|log|max|min|Pr|sec|sin|sinh|sup|tan|tanh"
)
_FUNCTION = re.compile(
    r"(</(?:mi|mn|mrow|msub|msup|msubsup|mfrac|msqrt)>|<(?:msub|msup|msubsup|munder)>)?(<mrow>)?"
    rf'<mi mathvariant="normal">({_NAMES})</mi>'
    "((?:<mo>\u2061</mo>)?(?:</mrow>)?)(?=(<(?:mi|mn|mrow|msub|msup|msubsup|mfrac|msqrt)>)?)"
)


def _apart(found: re.Match[str]) -> str:
    before, opening, name, behind, after = (one or "" for one in found.groups())
    sides = {"apart-before": before.startswith("</"), "apart-after": after}
    has_limits = before.startswith("<m")  # what is behind stands below or above it
    said = "" if has_limits else " ".join(side for side, meets in sides.items() if meets)
    told = f' class="{said}"' if said else ""
    return f'{before}{opening}<mi mathvariant="normal"{told}>{name}</mi>{behind}'


def with_tables_that_scroll(body: str) -> str:
    """Return a page whose tables can be scrolled, by keyboard, too."""
    return _TABLE.sub(_scrolling, body)


def _scrolling(found: re.Match[str]) -> str:
    """Return a table that a narrow page lets its reader scroll."""
    return found[0] if found[1] else f'<div class="wide" tabindex="0">{found[2]}</div>'


_MARK = re.compile(r'<span class="citation"([^>]*)><sup>(.*?)</sup>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SHORT = 18


def _short_mark(found: re.Match[str]) -> str:
    is_short = len(unescape(_TAG.sub("", found[2]))) <= _SHORT
    name = "citation short" if is_short else "citation"
    return f'<span class="{name}"{found[1]}><sup>{found[2]}</sup>'


_CITED = re.compile(r'<a href="#(ref-[^"]+)"')  # no card's link, which is no place of the text
_ENTRY = re.compile(
    r'(<div id="(ref-[^"]+)" class="csl-entry".*?)((?:</div>\s*){2})(?=<div id="ref-|</div>)',
    re.DOTALL,
)


def _with_ways_back(body: str, wording: Wording) -> str:
    """Return the text, every entry of its references with links to where it is cited."""
    times: Counter[str] = Counter()

    def cited(found: re.Match[str]) -> str:
        times[found[1]] += 1
        place = f"toc-cite-{found[1].removeprefix('ref-')}-{times[found[1]]}"
        return f'<a href="#{found[1]}" id="{place}"'

    def led_back(found: re.Match[str]) -> str:
        ways = "".join(_ways(found[2].removeprefix("ref-"), times[found[2]], wording))
        return f'{found[1]} <span class="ways-back">{ways}</span>{found[3]}' if ways else found[0]

    return _ENTRY.sub(led_back, _CITED.sub(cited, body))


def _ways(key: str, times: int, wording: Wording) -> Iterator[str]:
    for time in range(1, times + 1):
        says = escape(wording.way_back.format(number=time))
        yield f'<a href="#toc-cite-{key}-{time}" role="doc-backlink" aria-label="{says}"></a>'


_TEXT = re.compile(r"(?<=>)[^<>]+(?=<)")


def in_texts(page: str, change: Callable[[str], str]) -> str:
    """Return a page whose texts have been changed, and nothing within tags."""
    return _TEXT.sub(lambda found: change(found[0]), page)


_APOSTROPHE = re.compile(r"(?<=[A-Za-z])’(?=[A-Za-z])")


def _with_narrow_apostrophes(text: str) -> str:
    if "’" not in text:
        return text
    return _APOSTROPHE.sub('<span class="apostrophe">’</span>', text)
