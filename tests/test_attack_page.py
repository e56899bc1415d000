"""The outputs of the hostile texts in a browser: no script runs, nothing is asked for, nothing opens."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from attacking import Ground, Listener, all_cases, change
from browsing import browser
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.loading import load_book
from chapterkit.pipeline import read
from chapterkit.text.origins import rendered_plainly
from hostile import Node, written

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next(filter(None, map(shutil.which, BROWSERS)), None)
TEXTS = ("attributes", "links", "raw")
# Every name that the pages show, with all that might end what it stands in.
NAMES = """'x"><meta http-equiv="refresh" content="0;url=$URL/"><script>alert(1)</script></title></style><img src=$URL/ onerror=alert(1)>'"""
needs_browser = pytest.mark.skipif(PROGRAM is None, reason="needs Chromium")


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with Listener() as one:
        yield one


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Ground:
    """Give a book whose names are hostile, too."""
    ground = Ground(tmp_path_factory.mktemp("page"), listener.address).laid()
    for old, key in (("title: 最小的书", "title"), ("author: 甲乙", "author")):
        change(ground.book / "book/book.yaml", old, f"{key}: {ground.meant(NAMES)}")
    return ground


def hostile_blocks(ground: Ground) -> list[Node]:
    """Return the blocks of all hostile texts that are not made to be slow, as pandoc reads them."""
    found: list[Node] = []
    for case in all_cases():
        text = case.files.get("text", "")
        if case.path.parent.name in TEXTS and "×" not in text and "{{" not in text:
            found += read(rendered_plainly(ground.meant(text) + "\n", "case.md")).tree["blocks"]
    return found


def written_in_parts(
    blocks: Sequence[Node], book: Book, ground: Ground, folder: Path
) -> Iterator[Path]:
    """Print blocks, in halves again and again where they are refused as a whole."""
    if written(blocks, book, ground.book, folder, ("html", "epub")):
        yield folder
    elif len(blocks) > 1:
        middle = len(blocks) // 2
        for name, part in (("a", blocks[:middle]), ("b", blocks[middle:])):
            yield from written_in_parts(part, book, ground, folder.with_name(folder.name + name))


def pages(folder: Path) -> Iterator[Path]:
    """Yield the pages of a folder of outputs, those in its EPUB unpacked."""
    yield from folder.glob("*.html")
    for package in folder.glob("*.epub"):
        with zipfile.ZipFile(package) as opened:
            opened.extractall(folder / "unpacked")
        yield from sorted((folder / "unpacked").rglob("*.xhtml"))


@pytest.mark.slow
@needs_browser
def test_pages_of_hostile_texts_do_nothing(
    ground: Ground, listener: Listener, tmp_path: Path
) -> None:
    assert PROGRAM
    book = load_book(Disk(ground.book))
    blocks = hostile_blocks(ground)
    folders = list(written_in_parts(blocks, book, ground, ground.folder / "outputs"))
    did: list[str] = []
    with browser(PROGRAM, tmp_path / "profile") as chromium:
        for page in (page for folder in folders for page in pages(folder)):
            did += [f"{page.name}: {one}" for one in chromium.page_does(page)]
    assert folders
    assert did == []
    assert listener.heard == []


@needs_browser
def test_the_browser_tells_what_a_page_does(listener: Listener, tmp_path: Path) -> None:
    """The test above can fail: a page that does everything is found out."""
    assert PROGRAM
    page = tmp_path / "page.html"
    body = (
        f'<body onload="alert(1)"><p onclick="console.log(2)">甲</p><iframe srcdoc="x"></iframe>'
        f'<img src="{listener.address}/x.png"></body>'
    )
    page.write_text(f"<!DOCTYPE html><html>{body}</html>", "utf-8")
    with browser(PROGRAM, tmp_path / "profile") as chromium:
        did = "\n".join(chromium.page_does(page))
    for deed in ("a dialog: 1", "a script says", "a frame", f"asks for {listener.address}/x.png"):
        assert deed in did
    listener.heard.clear()
