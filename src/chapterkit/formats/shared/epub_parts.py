"""What pandoc leaves out of an EPUB: titles, landmarks, roles, what it says of its accessibility.

Pure: the parts of the file by their names, and what becomes of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from chapterkit.formats.shared.epub_pages import Page, breaks, page_list, with_breaks
from chapterkit.formats.shared.html_page import (
    with_formulas_that_scroll,
    with_functions_apart,
    with_tables_that_scroll,
)
from chapterkit.formats.shared.page_formulas import finished_formulas
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.wording import Wording

_NAV = "EPUB/nav.xhtml"
_PACKAGE = "EPUB/content.opf"
_COVER = "EPUB/text/cover.xhtml"
_TEXTS = "EPUB/text/ch"
FONT = "EPUB/fonts/formulas.ttf"
"""Where the font for formulas stands, if there are any."""

Parts = Mapping[str, bytes]


@dataclass(frozen=True)
class Publication:
    """What an EPUB says of itself besides its text: its title, and the settings of its book.

    `has_font` tells whether a font for its formulas comes along; `pages` are those of the PDF that
    is made at once.
    """

    title: str
    config: Config
    has_font: bool = False
    pages: Sequence[Page] = ()


def finished(parts: Parts, publication: Publication) -> dict[str, bytes]:
    """Return the parts of an EPUB that pandoc wrote, those that it does without left out."""
    texts = {name: part.decode() for name, part in parts.items() if name.endswith(_MARKUP)}
    texts = _without_bare_headings(texts)
    made = {name: _finished(name, text, texts, publication) for name, text in texts.items()}
    if publication.pages:
        made = _paged(made, publication)
    others = {name: part for name, part in parts.items() if not name.endswith(_MARKUP)}
    return {**others, **{name: text.encode() for name, text in made.items()}}


def _paged(made: Mapping[str, str], publication: Publication) -> dict[str, str]:
    """Return the parts with a mark where each printed page begins, and a list of these."""
    texts = {name: made[name] for name in sorted(made) if name.startswith(_TEXTS)}
    found = breaks(publication.pages, texts)
    if not found:
        return dict(made)
    listed = page_list(found, publication.config.wording.page_list)
    told = (
        ("pageBreakSource", f"{publication.title} (PDF)"),
        ("schema:accessibilityFeature", "pageBreakMarkers"),
        ("schema:accessibilityFeature", "pageNavigation"),
    )
    return {
        **made,
        **with_breaks(texts, found),
        _NAV: made[_NAV].replace("</main>", f"{listed}\n</main>", 1),
        _PACKAGE: _told(made[_PACKAGE], told),
    }


_MARKUP = (".xhtml", ".opf", ".ncx")


def _finished(name: str, text: str, texts: Mapping[str, str], publication: Publication) -> str:
    config = publication.config
    text = with_tables_that_scroll(with_formulas_that_scroll(_in_language(text, config)))
    text = with_functions_apart(text)
    text = _PUNCTUATED.sub(r'<span class="kept">\g<0></span>', text)
    text = finished_formulas(text, config.locale.tag)
    if name == _PACKAGE:
        return _described(text, texts, publication)
    if name == _NAV:
        return _with_landmarks(_titled(text, config.wording.contents), texts, config)
    if name == _COVER:
        return _pictured(text, publication)
    if _FRONT_PAGE.search(text):
        text = text.replace(_BODYMATTER, 'epub:type="frontmatter"', 1)
    return _with_roles(_titled(text, _heading(text) or publication.title))


# No line begins with what follows a formula.
_PUNCTUATED = re.compile(
    r'<math display="inline"(?:(?!</math>).)*</math>[，。；：、！？）”」』》]+', re.DOTALL
)
_BODYMATTER = 'epub:type="bodymatter"'
_FRONT_PAGE = re.compile('<section id="book-(?:title|copyright)"')


def _in_language(text: str, config: Config) -> str:
    """Return a part in which the language is named that pandoc knows another one for."""
    known, own = config.locale.language, config.locale.tag
    if known == own:
        return text
    text = text.replace(f'lang="{known}"', f'lang="{own}"')
    return text.replace(f">{known}</dc:language>", f">{own}</dc:language>")


# --- the texts

_BODY = re.compile(r"(<body[^>]*>\n?)(.*?)(</body>)", re.DOTALL)
_BARE = re.compile(r"(<section [^>]*>\s*<h1[^>]*>.*?</h1>\s*)</section>\s*", re.DOTALL)
_SUBSECTION = re.compile(r'\s*<section [^>]*class="level2\b')


def _without_bare_headings(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts, one with nothing but a chapter's heading put before its first section."""
    made = dict(texts)
    names = sorted(name for name in texts if name.startswith(_TEXTS))
    for name, following in pairwise(names):
        bare, behind = _BODY.search(made[name]), _BODY.search(made[following])
        heading = bare and _BARE.fullmatch(bare[2])
        if heading and behind and _SUBSECTION.match(behind[2]):
            body = f"{behind[1]}{heading[1]}{behind[2]}</section>\n{behind[3]}"
            made[following] = made[following].replace(behind[0], body)
            del made[name]
            made = _leading_to(made, _file(name), _file(following))
    return made


def _file(name: str) -> str:
    return name.rpartition("/")[2]


def _leading_to(texts: Mapping[str, str], before: str, after: str) -> dict[str, str]:
    """Return parts that name another file instead of one that is no more."""
    listed = re.compile(rf'\s*<item(?:ref idref| id)="{before.replace(".", "_")}"[^>]*/>')
    told = re.compile(rf'{re.escape(before)}(?=[#"])')
    made = {name: listed.sub("", text) for name, text in texts.items()}
    return {name: told.sub(after, text) for name, text in made.items()}


_HEADING = re.compile(r"<h[1-6][^>]*>(.*?)</h[1-6]>", re.DOTALL)
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_NOTE = re.compile(r'<a [^>]*class="footnote-ref"[^>]*>.*?</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def _heading(text: str) -> str:
    """Return a text's first heading, its notes left out."""
    found = _HEADING.search(text)
    plain = _TAG.sub("", _NOTE.sub("", found[1])) if found else ""
    return " ".join(plain.replace("\u3000", "\ue000").split()).replace("\ue000", "\u3000")


def _titled(text: str, title: str) -> str:
    return _TITLE.sub(lambda _: f"<title>{title}</title>", text, count=1)


_TELLING = {"ref": "biblioref", "footnote-ref": "noteref", "footnote-back": "backlink"}
_LINK = re.compile(
    r'<a ([^>]*?(?:href="[^"]*#(ref)-[^"]*"|class="(footnote-ref|footnote-back)")[^>]*)>'
)
_TOLD = re.compile(r' (?:epub:type|role)="[^"]*"')
_LISTED = re.compile(
    r'<section ([^>]*)>(\s*<h[1-6][^>]*>(?:(?!<section).)*?<div id="refs")', re.DOTALL
)


def _with_roles(text: str) -> str:
    """Return a text whose citations, notes and references say what they are."""
    text = _in_main(_LINK.sub(_with_role, text))
    listed = r'<section \1 epub:type="bibliography" role="doc-bibliography">\2'
    return _LISTED.sub(listed, text, count=1)


def _in_main(text: str) -> str:
    return _BODY.sub(r"\1<main>\n\2</main>\n\3", text)


def _with_role(found: re.Match[str]) -> str:
    kind = _TELLING[found[2] or found[3]]
    return f'<a {_TOLD.sub("", found[1])} epub:type="{kind}" role="doc-{kind}">'


# --- cover, contents, package

_IMAGE = re.compile(r'<svg .*?xlink:href="([^"]*)".*?</svg>', re.DOTALL)


def _pictured(text: str, publication: Publication) -> str:
    """Return the cover's page with a picture that has a role, and says what it is."""
    wording = publication.config.wording
    says = escape(f"{wording.cover}{wording.spaced}{publication.title}")
    image = f'<img src="\\1" alt="{says}" role="doc-cover" />'
    text = text.replace('<body id="cover">', '<body id="cover" epub:type="cover">')
    text = _in_main(text)
    return _titled(_IMAGE.sub(image, text), wording.cover)


_LANDMARKS = re.compile(r'<nav epub:type="landmarks".*?</nav>', re.DOTALL)


def _with_landmarks(text: str, texts: Mapping[str, str], config: Config) -> str:
    """Return the contents with landmarks, in the words of the book's language."""
    bodies = [
        name
        for name, one in sorted(texts.items())
        if _BODYMATTER in one and not _FRONT_PAGE.search(one)
    ]
    lists = [name for name in sorted(texts) if '<div id="refs"' in texts[name]]
    places = [("cover", "text/cover.xhtml", config.wording.cover)] if _COVER in texts else []
    places.append(("toc", "#toc", config.wording.contents))
    places += [("bodymatter", f"text/{_file(one)}", config.wording.body) for one in bodies[:1]]
    places += [
        ("bibliography", f"text/{_file(one)}#refs", config.wording.references) for one in lists[-1:]
    ]
    rows = "".join(
        f'<li><a epub:type="{kind}" href="{address}">{escape(word)}</a></li>\n'
        for kind, address, word in places
    )
    landmarks = (
        f'<nav epub:type="landmarks" id="landmarks" hidden="hidden">\n<ol>\n{rows}</ol>\n</nav>'
    )
    return _in_main(_LANDMARKS.sub(lambda _: landmarks, text))


def _with_properties(package: str, texts: Mapping[str, str]) -> str:
    """Return the package, in which each text has the properties that it has here."""

    def told(found: re.Match[str]) -> str:
        item, address, rest = found.groups()
        name = f"EPUB/{address}"
        if name not in texts:
            return found[0]
        text = "" if name == _COVER else texts[name]
        held = ["nav"] if name == _NAV else []
        held += [one for one, tag in _HELD.items() if tag in text]
        return f"{item}{rest}" + (f' properties="{" ".join(held)}" />' if held else " />")

    return _ITEM.sub(told, package)


_ITEM = re.compile(r'(<item [^>]*?href="([^"]*)")([^>]*?)(?: properties="[^"]*")? />')
_HELD = {"mathml": "<math", "svg": "<svg"}
_STANDARD = "EPUB Accessibility 1.1 - WCAG 2.1 Level AA"
_PICTURE = re.compile(r"<img |<image ")


def _described(text: str, texts: Mapping[str, str], publication: Publication) -> str:
    """Return the package with what it says of itself: what is in it, and who can read it."""
    config, bodies = publication.config, [one for name, one in texts.items() if name != _COVER]
    has_formulas = any("<math" in one for one in bodies)
    has_pictures = any(_PICTURE.search(one) for one in bodies)
    text = _with_properties(text, texts)
    text = text.replace('title="Cover"', f'title="{escape(config.wording.cover)}"')
    if publication.has_font:
        address = FONT.removeprefix("EPUB/")
        item = f'<item id="formulas_ttf" href="{address}" media-type="font/ttf" />'
        text = text.replace("  </manifest>", f"    {item}\n  </manifest>", 1)
    visual = [("schema:accessMode", "visual")] if has_pictures else []
    features = ("MathML", "describedMath") if has_formulas else ()
    return _told(
        text,
        [
            *visual,
            *(("schema:accessibilityFeature", one) for one in features),
            ("schema:accessibilitySummary", _summary(config.wording, has_pictures, has_formulas)),
            ("dcterms:conformsTo", _STANDARD),
            ("a11y:certifiedBy", config.publisher or config.author),
        ],
    )


def _summary(wording: Wording, has_pictures: bool, has_formulas: bool) -> str:
    """Return in a sentence or two who can read the book, of what is in it."""
    said = [wording.accessible]
    said += [wording.accessible_pictures] if has_pictures else []
    said += [wording.accessible_formulas] if has_formulas else []
    return "".join(said)


def _told(package: str, rows: Iterable[tuple[str, str]]) -> str:
    """Return the package with more that it says of itself."""
    told = "".join(f'    <meta property="{name}">{escape(said)}</meta>\n' for name, said in rows)
    return package.replace("  </metadata>", f"{told}  </metadata>", 1)
