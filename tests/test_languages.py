"""Books in every language: new ones, and the small ones of tests/books/, checked and built."""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from pathlib import Path

import pypdfium2
import pytest

from chapterkit.formats import all_formats
from chapterkit.manuscript.wording import languages, locale
from conftest import HERE, Run, output_of

SHOWN = {
    "zh-Hans": ("实验 1.1　示例实验", "参考文献", "“示例实验”", "3.5 个百分点"),
    "zh-Hant": ("實驗 1.1　示例實驗", "參考文獻", "「示例實驗」", "3.5 個百分點"),
    "en": ("Experiment 1.1: A first example", "References", "“A first example”", "3.5 percentage points"),
}  # fmt: skip


@pytest.mark.parametrize("language", languages())
def test_a_new_book_in_any_language_is_clean_and_builds(
    language: str, tmp_path: Path, run: Run
) -> None:
    assert run(tmp_path, "new", "book", "mine", "--language", language).exit_code == 0
    book = tmp_path / "mine"
    assert run(book, "check", "--strict").output == "没有问题。\n"
    result = run(book, "build")
    assert result.exit_code == 0, result.output
    page = (book / "build/first-chapter/first-chapter.html").read_text("utf-8")
    assert f'<html lang="{language}">' in page
    assert [words for words in SHOWN.get(language, ()) if words not in page] == []


@pytest.mark.parametrize("language", languages())
def test_a_new_record_in_any_language_renders_clean(
    language: str, tmp_path: Path, run: Run
) -> None:
    run(tmp_path, "new", "book", "mine", "--language", language)
    book = tmp_path / "mine"
    settings = book / "book/book.yaml"
    kinds = settings.read_text("utf-8").replace("\nkinds:\n", "\nkinds:\n  visit: {label: Visit}\n")
    settings.write_text(kinds, "utf-8")
    first = book / "experiments/first-experiment.yaml"
    first.write_text(first.read_text("utf-8") + "kind: experiment\n", "utf-8")
    assert run(book, "new", "experiment", "second").exit_code == 0
    chapter = book / "book/chapter1.md"
    chapter.write_text(chapter.read_text("utf-8") + '\n{{ visit("second") }}\n', "utf-8")
    result = run(book, "check")
    assert result.exit_code == 0, result.output
    assert "unlabelled-key" not in result.output


def test_nothing_in_a_new_book_speaks_of_any_field() -> None:
    field = re.compile(r"\b(sft|rl|model|training|reward)\b|模型|訓練|训练|獎勵|奖励|微调", re.I)
    for language in languages():
        texts = (*locale(language).files.values(), locale(language).record)
        assert [found[0] for text in texts for found in field.finditer(text)] == []
    schemas = (HERE.parent / "src/chapterkit/schemas").glob("*.json")
    assert [found[0] for one in schemas for found in field.finditer(one.read_text("utf-8"))] == []


@pytest.fixture(params=["english/cholera", "traditional/housing"])
def built(request: pytest.FixtureRequest, tmp_path: Path, run: Run) -> dict[str, Path]:
    """Return the outputs of a small book, which is clean, by format."""
    name, _, slug = request.param.partition("/")
    book = Path(shutil.copytree(HERE / "books" / name, tmp_path / name))
    assert run(book, "check", "--strict").output == "没有问题。\n"
    formats = [option for one in all_formats() for option in ("--format", one)]
    result = run(book, "build", *formats)
    assert result.exit_code == 0, result.output
    return {
        name: output_of(book / "build" / slug, slug, one) for name, one in all_formats().items()
    }


PRINTED = {
    "cholera": (
        "en", "Case 2.1", "Trial 2.1", "Figure 2.1. Two pipes", "Table 2.1. The two", "(2.1)",
        "Equation (2.1)", "Section 2.2", "[1, Table IX]", "time of observation",
    ),
    "housing": (
        "zh-Hant", "調查 3.1", "個案 3.1", "圖 3.1　兩座城市", "表 3.1　兩種住戶", "（3.1）",
        "式（3.1）", "第二節", "[1]表 2", "林小華. 住宅與家計", "12,000 戶",
    ),
}  # fmt: skip


# Marks and blanks as wide as a Han character.
WIDE = re.compile("[\u3000-\u303f\uff00-\uffef]")


def test_numbers_and_references_are_printed_in_every_format(built: dict[str, Path]) -> None:
    language, *words = PRINTED[built["html"].stem]
    markdown = built["markdown"].read_text("utf-8")
    assert [one for one in words if one not in markdown.replace("\\", "")] == []
    assert bool(re.search(r"^## Case 2\.1: ", markdown, re.M)) == (language == "en")
    page = re.sub(r"<[^>]+>", "", built["html"].read_text("utf-8"))
    assert [one for one in words if one not in page] == []
    evidence = built["html"].with_suffix(".evidence.csv").read_text("utf-8")
    assert not (language == "en" and WIDE.search(markdown + page + evidence))
    with zipfile.ZipFile(built["epub"]) as epub:
        assert f"<dc:language>{language}</dc:language>" in epub.read("EPUB/content.opf").decode()
    with zipfile.ZipFile(built["docx"]) as docx:
        styles = docx.read("word/styles.xml").decode()
    assert ('w:eastAsia="新細明體"' in styles) == (language == "zh-Hant")
    assert ('w:eastAsia="zh-TW"' in styles) == (language == "zh-Hant")


def test_the_pdf_has_the_fonts_of_its_language(built: dict[str, Path]) -> None:
    language, *_ = PRINTED[built["html"].stem]
    fonts = set(re.findall(rb"/BaseFont ?/[A-Z]{6}\+([\w-]+)", inflated(built["pdf"])))
    wanted = b"NotoSerifTC-Regular" if language == "zh-Hant" else b"LibertinusSerif-Regular"
    assert any(wanted in one for one in fonts), fonts
    assert not any(b"SerifSC" in one for one in fonts), fonts
    with pypdfium2.PdfDocument(built["pdf"]) as pdf:
        assert len(pdf) >= 3


def inflated(pdf: Path) -> bytes:
    """Return a PDF's bytes, its streams inflated."""
    raw = pdf.read_bytes()
    parts = [raw]
    for found in re.finditer(rb"stream\r?\n", raw):
        try:
            parts.append(zlib.decompressobj().decompress(raw[found.end() :]))
        except zlib.error:
            continue
    return b"\n".join(parts)
