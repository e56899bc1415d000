"""Proofs: paragraphs numbered, what is not verified in the margin, the ordinary PDF untouched."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from conftest import HERE, Run


def read(pdf: Path) -> tuple[str, list[float]]:
    """Return the text of a PDF without white space, and how wide its pages are."""
    with PdfDocument(pdf) as opened:
        text = "".join(page.get_textpage().get_text_range() for page in opened)
        return re.sub(r"\s", "", text), [page.get_width() for page in opened]


def test_a_proof_stands_beside_the_ordinary_pdf(minimal: Path, run: Run) -> None:
    assert run(minimal, "build", "--format", "pdf").exit_code == 0
    folder = minimal / "build/cards"
    before = (folder / "cards.pdf").read_bytes()
    result = run(minimal, "build", "--proof")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in folder.glob("*.pdf")) == ["cards-proof.pdf", "cards.pdf"]
    assert (folder / "cards.pdf").read_bytes() == before
    text, widths = read(folder / "cards-proof.pdf")
    ordinary, narrow = read(folder / "cards.pdf")
    assert {round(a - b) for a, b in zip(widths, narrow, strict=True)} == {round(62 / 25.4 * 72)}
    for words in ("¶3-1", "¶3-2", "▲"):
        assert words in text
        assert words not in ordinary
    assert "▲before还没有与原文核对；after还没有与原文核对" in text


def test_the_margins_of_an_english_proof_have_english_marks(tmp_path: Path, run: Run) -> None:
    root = Path(shutil.copytree(HERE / "books" / "english", tmp_path / "english"))
    assert run(root, "build", "--proof").exit_code == 0
    text, _ = read(root / "build/cholera/cholera-proof.pdf")
    assert re.search(r"▲\w+notverifiedyet;\w+notverifiedyet", text)
    assert not re.search("[\u3000-\u303f\uff00-\uffef]", text)


def test_a_proof_of_a_book_numbers_the_paragraphs_of_each_text(tmp_path: Path, run: Run) -> None:
    root = Path(shutil.copytree(HERE / "books" / "whole", tmp_path / "whole"))
    result = run(root, "build", "--book", "--proof")
    assert result.exit_code == 0, result.output
    text, _ = read(root / "build/book/book-proof.pdf")
    for words in ("¶1-1", "¶2-1", "¶3-1", "¶A-1", "¶1"):
        assert words in text


@pytest.mark.parametrize("others", [("--format", "html"), ("--pdf-engine", "xelatex")])
def test_only_typst_makes_proofs_and_only_of_the_pdf(
    others: tuple[str, ...], minimal: Path, run: Run
) -> None:
    result = run(minimal, "build", "--proof", *others)
    assert result.exit_code == 2
    assert len(result.output.strip().split("\n")) == 2
