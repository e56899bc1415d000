"""JATS: valid, with what the book knows of authors, numbers, exhibits and sources."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from conftest import HERE, Run

# The schema, which .ci/run gets from the package index: tests/jats.txt says from where.
DTD = (
    HERE.parent
    / "build/jats/packtools/catalogs/jats-publishing-dtd-1.1/JATS-journalpublishing1.dtd"
)
BOOKS = ("minimal", "exhibits", "medicine", "english", "traditional", "whole")


def built(book: str, folder: Path, run: Run) -> list[Path]:
    """Return the articles of a book."""
    root = Path(shutil.copytree(HERE / "books" / book, folder / book))
    result = run(root, "build", "--format", "jats")
    assert result.exit_code == 0, result.output
    return sorted((root / "build").glob("*/*-jats/*.xml"))


def texts(root: Element, path: str) -> list[str]:
    return ["".join(one.itertext()) for one in root.iterfind(path)]


@pytest.mark.parametrize("book", BOOKS)
def test_articles_are_valid(book: str, tmp_path: Path, run: Run) -> None:
    if not DTD.is_file() or shutil.which("xmllint") is None:
        pytest.skip("the JATS schema and xmllint are not installed: see .ci/run")
    for path in built(book, tmp_path, run):
        head = path.read_text("utf-8")[:1000]
        assert "Publishing DTD v1.1 20151215//EN" in head
        assert 'dtd-version="1.1"' in head
        done = subprocess.run(
            ["xmllint", "--nonet", "--noout", "--dtdvalid", str(DTD), str(path)],
            capture_output=True, check=False, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[:2000]


def test_an_article_tells_exhibits_sources_and_where_it_belongs(tmp_path: Path, run: Run) -> None:
    [path] = built("exhibits", tmp_path, run)
    root = fromstring(path.read_bytes())
    [front] = root.iterfind("front")
    assert texts(front, "journal-meta/journal-title-group/journal-title")
    assert texts(front, "article-meta/contrib-group/contrib/name-alternatives/string-name")
    labels = texts(root, ".//table-wrap/label") + texts(root, ".//fig/label")
    assert labels
    assert all(re.fullmatch(r"[图表] ?\d+\.\d+", one) for one in labels), labels
    assert texts(root, ".//table-wrap/table-wrap-foot/p")
    for graphic in root.iter("graphic"):
        address = graphic.get("{http://www.w3.org/1999/xlink}href", "")
        assert (path.parent / address).is_file()
    known = {one.get("id") for one in root.iter()}
    assert {one.get("rid") for one in root.iter("xref")} <= known
    cited = root.findall("back/ref-list/ref")
    assert cited
    for one in cited:
        assert one.find("citation-alternatives/element-citation") is not None
        assert one.find("citation-alternatives/mixed-citation") is not None


def test_a_book_is_no_article(minimal: Path, run: Run) -> None:
    result = run(minimal, "build", "--book", "--format", "jats")
    assert result.exit_code == 2
    assert "只按章写" in result.output
