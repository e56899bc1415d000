"""A site: pages, contents beside each, and a search; it may be opened from a disk, too.

The search is our own: what is shipped is the text itself, as a script, so that any stretch of
Chinese is found whatever a dictionary takes for a word, from a disk as well as from a server, and
under a policy that allows no more than the site's own files. An index of words (pagefind) needs
WebAssembly and requests, which browsers refuse from a disk, and misses what it cuts otherwise.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from chapterkit.drawing import style_sheet
from chapterkit.formats import AnyPrinting, BookPrinting, ChapterPrinting, Format
from chapterkit.formats.shared import ASSETS, WEB_ARGUMENTS
from chapterkit.formats.shared.cover import cover_name, put_cover
from chapterkit.formats.shared.exhibits import (
    aligned,
    over_exhibits,
    scrolling,
    unseen,
    with_heads_that_speak,
)
from chapterkit.formats.shared.html_page import finished, shortened
from chapterkit.formats.shared.math_font import font_face
from chapterkit.formats.shared.number_cards import with_cards
from chapterkit.formats.shared.page_formulas import finished_formulas
from chapterkit.formats.shared.pictures import put_beside, standing_in, with_drawings
from chapterkit.formats.shared.site_pages import (
    INDEX,
    Divided,
    Page,
    contents_for,
    divided,
    mark,
    plain,
    searched,
    sketches,
)
from chapterkit.formats.shared.sizes import on_screens
from chapterkit.formats.shared.whole import copyright_page, title_page
from chapterkit.text.passes import passed, with_metadata
from chapterkit.text.tree import (
    Element,
    Tree,
    kind_of,
    raw_block,
    text_of,
    tree_blocks,
    with_blocks,
)
from chapterkit.text.whole import identifiers

_SITE = ASSETS / "site"
_STYLES = ("style", "equations", "exhibits", "evidence")
_CONTENTS = "<!--contents-->"
_PICTURES = "pictures"


def _arguments(printing: AnyPrinting) -> list[str]:
    template = f"--template={_SITE / 'pandoc.html'}"
    return ["--to=html5", "--standalone", template, *WEB_ARGUMENTS]


def _prepare(printing: AnyPrinting) -> Tree:
    """Return the tree of all pages, each behind a mark and with the cards of its own numbers."""
    first = printing.chapters[0].tree
    blocks = [
        block for one in sketches(printing) for block in (raw_block("html", mark(one)), *one.blocks)
    ]
    tree = passed(
        with_blocks(first, blocks),
        aligned(printing, unseen),
        over_exhibits(printing, scrolling(printing)),
        with_metadata({"pagetitle": printing.title, "lang": printing.config.locale.language}),
        on_screens(printing),
    )
    here = identifiers(tree)
    pages = [
        tree_blocks(with_cards(with_blocks(tree, one), printing, here)) for one in _pages(tree)
    ]
    return standing_in(printing)(with_blocks(tree, [block for page in pages for block in page]))


def _pages(tree: Tree) -> Iterator[list[Element]]:
    """Yield the blocks of each page, the mark before it first."""
    held: list[Element] = []
    for block in tree_blocks(tree):
        if kind_of(block) == "RawBlock" and text_of(block).startswith("<!--page ") and held:
            yield held
            held = []
        held.append(block)
    yield held


def _finish(printing: AnyPrinting, written: Path, target: Path) -> None:
    page = finished(written.read_text("utf-8"), printing.config.wording)
    page = finished_formulas(page, printing.config.locale.tag)
    spoken = with_heads_that_speak(with_drawings(page.encode(), printing))
    whole, pictures = put_beside(spoken, printing, _PICTURES)
    contents, _, body = whole.decode().partition(_CONTENTS)
    site = _Site(printing, divided(contents, body.partition("<main>")[2]))
    target.mkdir()
    for name, text in site.files().items():
        (target / name).write_text(text, "utf-8")
    if printing.config.address:
        put_cover(printing)
        shutil.copyfile(printing.work / cover_name(printing), target / cover_name(printing))
    for name, data in pictures.items():
        (target / _PICTURES).mkdir(exist_ok=True)
        (target / _PICTURES / name).write_bytes(data)


class _Site:
    """The files of a site."""

    def __init__(self, printing: AnyPrinting, made: Divided) -> None:
        self.printing, self.made = printing, made
        self.config = printing.config
        opening = [Page(INDEX, "")] if isinstance(printing, BookPrinting) else []
        self.pages = [*opening, *made.pages]

    def files(self) -> dict[str, str]:
        """Return every file that is text, by name."""
        found = {page.href: self._page(place) for place, page in enumerate(self.pages)}
        found["style.css"] = _style(self.printing) + font_face(
            (one.html for one in self.pages), self.printing.kept
        )
        found["site.js"] = (_SITE / "site.js").read_text("utf-8")
        found["search-index.js"] = f"searchTexts({_as_script(list(searched(self.made.pages)))});\n"
        if self.config.address:
            found["sitemap.xml"] = self._sitemap()
        return found

    def _page(self, place: int) -> str:
        page = self.pages[place]
        opens = place == 0
        page_of: Any = _template().render
        made: str = page_of(
            language=self.printing.language,
            title=self._title(page),
            author=self.config.author,
            book=self.config.title,
            kind="book" if opens and isinstance(self.printing, BookPrinting) else "article",
            locale=self.config.locale.word.replace("-", "_"),
            description=self.config.description if opens else _beginning(page),
            address=self._address(page),
            picture=self.config.address and self.config.address + cover_name(self.printing),
            words=self.config.wording,
            before=self._turn(place - 1),
            behind=self._turn(place + 1),
            body=Markup(page.html),
            contents=Markup(contents_for(self.made, page)),
            **self._opening(page),
        )
        return made

    def _opening(self, page: Page) -> Mapping[str, Any]:
        """Return what the first page has besides: title page, contents, copyright."""
        if page.name != INDEX or isinstance(self.printing, ChapterPrinting):
            return {"listed": Markup(self._sections(page))}
        return {
            "opening": title_page(self.config),
            "book_description": self.config.description,
            "listed": Markup(contents_for(self.made, None)),
            "rights": copyright_page(self.config),
        }

    def _sections(self, page: Page) -> str:
        """Return a list of the pages that a divided text has besides its first."""
        own = next((one for one in self.made.entries if one.page == page.name), None)
        if own is None or own.depth > 1:
            return ""
        begins = {one.name for one in self.made.pages if one.first}
        lines = [
            f'<li><a href="{one.page}.html">{one.html}</a></li>'
            for one in self.made.entries
            if one.top == own.top
            and one.depth == 2
            and one.page != page.name
            and one.page in begins
        ]
        return f"<ul>\n{chr(10).join(lines)}\n</ul>" if lines else ""

    def _title(self, page: Page) -> str:
        title = page.title
        return f"{title} · {self.config.title}" if title else self.config.title

    def _turn(self, place: int) -> Mapping[str, str] | None:
        if not 0 <= place < len(self.pages):
            return None
        page = self.pages[place]
        return {"href": page.href, "title": page.title or self.config.title}

    def _address(self, page: Page) -> str:
        """Return where a page will stand; empty if the book does not tell where its site will."""
        if not self.config.address:
            return ""
        return self.config.address + ("" if page.name == INDEX else page.href)

    def _sitemap(self) -> str:
        changed = ""
        if self.printing.modified is not None:
            day = datetime.fromtimestamp(self.printing.modified, UTC).date().isoformat()
            changed = f"<lastmod>{day}</lastmod>"
        lines = (
            f"<url><loc>{Markup.escape(self._address(one))}</loc>{changed}</url>"
            for one in self.pages
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
            + "\n".join(lines)
            + "\n</urlset>\n"
        )


def _beginning(page: Page) -> str:
    """Return how a page's text begins, for who shows a link to it."""
    text = plain(page.html[page.heading.end() :]) if page.heading else ""
    return shortened(text)


def _style(printing: AnyPrinting) -> str:
    sheets = [(ASSETS / "html" / f"{name}.css").read_text("utf-8") for name in _STYLES]
    drawings = style_sheet() if printing.narrow else ""
    own = (_SITE / "site.css").read_text("utf-8")
    return "\n".join(filter(None, [*sheets, drawings, printing.config.locale.html_style, own]))


def _as_script(value: Any) -> str:
    """Return JSON as a script may hold it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",\n", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def _template() -> Any:
    environment = Environment(autoescape=True, trim_blocks=True)
    return environment.from_string((_SITE / "page.html").read_text("utf-8"))


FORMAT = Format(
    name="site",
    suffix=".site",
    arguments=_arguments,
    prepare=_prepare,
    finish=_finish,
    by_default=False,
    scope="both",
    folder="site",
)
