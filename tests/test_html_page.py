"""What the page of HTML has besides its text: ways to headings, back from references, past the contents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import Run

TEXT = """

It isn’t “ready”，读者说“don’t”[@demo2025]：

$$ x = y $$
"""


@pytest.fixture
def page(minimal: Path, run: Run) -> str:
    for path, text in (("book/book.yaml", 'description: "一本 <小> 书"\n'), ("book/chapter3.md", TEXT)):  # fmt: skip
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


def test_apostrophes_are_narrow_and_short_marks_stay_in_one_line(page: str) -> None:
    assert 'isn<span class="apostrophe">’</span>t “ready”' in page
    assert 'class="citation short"' in page
