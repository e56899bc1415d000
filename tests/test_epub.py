"""What the EPUB says of itself: titles, landmarks, roles, accessibility, and no near-empty page."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conftest import Run

BOOK = """
publisher: 某某出版社
rights: 版权所有
description: 一本 <小> 书
isbn: 978-7-111-12806-9
"""
TEXT = """

脚注[^1]在这里[@demo2025]，$x = 3$。

[^1]: 一条脚注。

## 公式 $y$ 与“书名 & 其他” {#formula}

一段，见附注[@demo2025]。
"""
DC = "{http://purl.org/dc/elements/1.1/}"


@pytest.fixture
def parts(minimal: Path, run: Run) -> dict[str, str]:
    for path, text in (("book/book.yaml", BOOK), ("book/chapter3.md", TEXT)):
        with (minimal / path).open("a", encoding="utf-8") as file:
            file.write(text)
    result = run(minimal, "build", "--format", "epub")
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(minimal / "build/cards/cards.epub") as book:
        names = [name for name in book.namelist() if name.endswith((".xhtml", ".opf", ".css"))]
        return {name: book.read(name).decode() for name in names}


def test_documents_are_called_as_their_headings_are_and_none_is_a_bare_heading(
    parts: dict[str, str],
) -> None:
    texts = [text for name, text in sorted(parts.items()) if "/text/ch" in name]
    titles = [re.search("<title>(.*?)</title>", text)[1] for text in texts]  # type: ignore[index]
    assert titles[0] == "第 3 章　纸牌"
    assert any("与“书名 &amp; 其他”" in title for title in titles)
    assert all("<p>" in text or "csl-entry" in text for text in texts)


def test_landmarks_are_in_the_language_of_the_book(parts: dict[str, str]) -> None:
    nav = parts["EPUB/nav.xhtml"]
    assert re.findall('<a epub:type="(.*?)".*?>(.*?)</a>', nav) == [
        ("cover", "封面"), ("toc", "目录"), ("bodymatter", "正文"), ("bibliography", "参考文献"),
    ]  # fmt: skip


def test_citations_notes_and_references_have_roles(parts: dict[str, str]) -> None:
    text = "".join(parts.values())
    for role in ("biblioref", "noteref", "bibliography", "cover"):
        assert f'role="doc-{role}"' in text


def test_the_package_says_what_is_in_it_and_who_made_it(parts: dict[str, str]) -> None:
    package = parts["EPUB/content.opf"]
    tree = ElementTree.fromstring(package)
    told = {one.tag.removeprefix(DC): one.text for one in tree.iter() if one.tag.startswith(DC)}
    assert told["publisher"] == "某某出版社"
    assert told["rights"] == "版权所有"
    assert told["description"] == "一本 <小> 书"
    assert told["source"] == "urn:isbn:9787111128069"
    for said in ("accessibilitySummary", "dcterms:conformsTo", "MathML"):
        assert said in package
    assert 'accessMode">visual' not in package
    assert 'properties="nav mathml"' in package


def test_long_addresses_do_not_run_off_a_phone(parts: dict[str, str]) -> None:
    assert "overflow-wrap: anywhere" in parts["EPUB/styles/stylesheet1.css"]
