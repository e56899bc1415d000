"""What the page of HTML has besides its text: ways to headings, back from references, past the contents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chapterkit.formats.shared.html_page import touched
from conftest import Run

TEXT = """

It isn’t “ready”，读者说“don’t”[@demo2025]：

$$ x = y $$
"""


@pytest.fixture
def page(minimal: Path, run: Run) -> str:
    settings = 'description: "一本 <小> 书"\naddress: https://example.org/book/\n'
    for path, text in (("book/book.yaml", settings), ("book/chapter3.md", TEXT)):
        with (minimal / path).open("a", encoding="utf-8") as file:
            file.write(text)
    result = run(minimal, "build", "--format", "html")
    assert result.exit_code == 0, result.output
    return (minimal / "build/cards/cards.html").read_text("utf-8")


def test_every_heading_of_the_text_can_be_linked_to(page: str) -> None:
    assert page.count('class="permalink"') == page.partition("<main")[2].count("</h2>")
    assert '<a class="permalink" href="#summary" aria-label="本节的链接">' in page
    assert "permalink" not in re.search("<nav.*?</nav>", page, re.DOTALL)[0]  # type: ignore[index]


def test_a_reference_leads_back_to_each_place_that_cites_it(page: str) -> None:
    places = re.findall('<a href="#ref-demo2025" id="(toc-cite-demo2025-[0-9]+)"', page)
    assert len(places) > 1
    assert re.findall('<a href="#(toc-cite-demo2025-[0-9]+)" role="doc-backlink"', page) == places
    assert 'aria-label="回到第 1 处引用"' in page


def test_the_page_can_be_shared_skipped_into_and_scrolled_by_keyboard(page: str) -> None:
    assert '<a class="skip" href="#toc-skip">跳到正文</a>' in page
    assert '<div id="toc-skip" tabindex="-1">' in page
    assert re.search(r'<span class="wide" tabindex="0"><math [^>]*display="block"', page)
    assert '<meta property="og:title" content="第 3 章 纸牌 · 最小的书">' in page
    assert '<meta property="og:description" content="一本 &lt;小&gt; 书">' in page
    assert '<meta property="og:image" content="https://example.org/book/cover.png">' in page


def test_a_link_to_a_chapter_shows_how_it_begins(minimal: Path, run: Run) -> None:
    assert run(minimal, "build", "--format", "html").exit_code == 0
    page = (minimal / "build/cards/cards.html").read_text("utf-8")
    assert '<meta name="description" content="开头的理论讲清楚要问什么。">' in page
    assert "og:image" not in page
    assert "font-src" not in page


def test_formulas_have_a_font_that_the_page_holds(page: str) -> None:
    assert "font-src data:;" in page
    assert page.count('src: url("data:font/ttf;base64,') == 1


def test_apostrophes_are_narrow_and_short_marks_stay_in_one_line(page: str) -> None:
    assert 'isn<span class="apostrophe">’</span>t “ready”' in page
    assert 'class="citation short"' in page


def test_no_line_parts_a_number_from_the_marks_beside_it(minimal: Path, run: Run) -> None:
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as file:
        file.write(
            '\n先是（{{ n("card-game.before") }}），后是 {{ n("card-game.after") }}[@demo2025, 图 6]。\n'
        )
    assert run(minimal, "build", "--format", "html").exit_code == 0
    page = (minimal / "build/cards/cards.html").read_text("utf-8")
    first, second = re.findall('<span class="together">.*?(?=后是|。</p>)', page)[-2:]
    assert re.fullmatch('<span class="together">（<button [^>]*>11.5%</button>），</span>', first)
    assert re.search('15.0%</button><span class="citation short".*</sup></span></span>$', second)


def test_a_number_of_a_preview_keeps_to_its_marks_as_one_of_the_page_does() -> None:
    for opening, closing in (
        ('<button class="number" data-number="a.b">', "</button>"),
        ('<span class="number" role="button" tabindex="0" data-number="a.b">', "</span>"),
    ):
        number = f"{opening}15.0%{closing}"
        assert touched(f"<p>升到（{number}），</p>") == (
            f'<p>升到<span class="together">（{number}），</span></p>'
        )
    plain = '<span class="number" data-number="a.b" title="x">15.0%</span>，'
    assert touched(plain) == plain


APART = [
    ("$x\\log y$", "apart-before apart-after"),
    ("$\\log y$", "apart-after"),
    ("$2\\log(y)$", "apart-before"),
    ("$\\max_a b$", ""),
    ("$\\mathrm{SFT}x$", None),
]


def test_functions_of_formulas_stand_apart_from_what_is_beside_them(
    minimal: Path, run: Run
) -> None:
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as file:
        file.write("".join(f"\n这里说的是{one}[@demo2025]。\n" for one, _ in APART))
    result = run(minimal, "build", "--format", "html")
    assert result.exit_code == 0, result.output
    page = (minimal / "build/cards/cards.html").read_text("utf-8")
    formulas = re.findall("<math.*?</math>", page, re.DOTALL)
    for formula, (_, said) in zip(formulas, APART, strict=True):
        told = re.search('<mi mathvariant="normal"(?: class="(.*?)")?>', formula)
        assert told, formula
        assert told[1] == (said or None), formula
