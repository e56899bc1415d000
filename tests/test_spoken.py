"""Formulas in words: `tests/spoken/formulas.txt`, a formula a line, and what each language says."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

import pytest

from chapterkit.manuscript.wording import languages, regions
from chapterkit.spoken import spoken
from chapterkit.spoken.vocabulary import _FOLDER
from conftest import HERE, Run, same_as_golden

CASES = HERE / "spoken"
FORMULAS = (CASES / "formulas.txt").read_text("utf-8").splitlines()
UNSAID = [r"\frac{a", "x^", r"\left( x", "", r"\phantom{x}", "x" * 5000, "{" * 900 + "}" * 900]


@pytest.mark.parametrize("tag", ["zh-Hans", "zh-Hant-TW", "en"])
def test_formulas_are_said_in_words(tag: str) -> None:
    said = "".join(f"{tex}\n    {spoken(tex, tag)}\n" for tex in FORMULAS)
    same_as_golden(said, CASES / f"{tag}.expected")


@pytest.mark.parametrize("tex", UNSAID)
def test_what_cannot_be_said_stays_as_it_was_typed(tex: str) -> None:
    assert spoken(tex, "zh-Hans") == tex


def test_a_language_that_formulas_have_no_words_in_has_them_as_typed() -> None:
    assert spoken(r"\frac{a}{b}", "xx") == r"\frac{a}{b}"


def test_nothing_but_words_is_said() -> None:
    for tag in (*languages(), *regions()):
        said = {tex: spoken(tex, tag) for tex in FORMULAS}
        assert {tex: words for tex, words in said.items() if re.search(r"[\\{}^_$&]", words)} == {}


def test_all_languages_say_the_same_things() -> None:
    def keys(tag: str) -> set[tuple[str, str]]:
        tables = tomllib.loads(_FOLDER.joinpath(f"{tag}.toml").read_text("utf-8"))
        return {(table, key) for table, words in tables.items() for key in words}

    for tag in languages():
        assert keys(tag) == keys("zh-Hans")
    for tag in regions():
        assert not _FOLDER.joinpath(f"{tag}.toml").is_file() or keys(tag) <= keys("zh-Hans")


def test_outputs_have_their_formulas_in_words(minimal: Path, run: Run) -> None:
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as file:
        file.write("\n\n比值是 $\\frac{a}{b}<1$，又见\n\n$$x^2$$\n\n")
        file.write("$$\\sum_{i=1}^{n+1} y_{<t}^{(a,b)} = \\underset{z>0}{\\max} x$$\n")
    result = run(minimal, "build", "--format", "html", "--format", "epub")
    assert result.exit_code == 0, result.output
    page = (minimal / "build/cards/cards.html").read_text("utf-8")
    with zipfile.ZipFile(minimal / "build/cards/cards.epub") as book:
        texts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml")]
    for text in (page, "".join(texts)):
        assert '<math alttext="b 分之 a 小于 1" display="inline"' in text
        assert '<math alttext="x 的平方" display="block"' in text
        signs = re.findall(r"<mo([^>]*)>(&lt;|&gt;|[=+,∑])</mo>", text)
        assert {sign for told, sign in signs if told} == {"=", "+", "&lt;", ",", "&gt;"}
        assert sorted(sign for told, sign in signs if not told) == ["&lt;", "=", "∑"]
