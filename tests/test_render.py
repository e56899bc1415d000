"""What chapters and templates give, also where they do odd things."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.loading import load_book
from chapterkit.text.origins import Rendered
from chapterkit.text.render import render

HEAD = "# 纸牌 {#cards}\n\n"
PARENT = (
    "{% block why %}{% endblock %}\n## 实验 {#card-game}\n\n{% block results %}{% endblock %}\n"
)

# Chapter, template of its experiment, and what comes of them: Markdown, or what is told.
CASES = {
    "as they should be": (
        '从{{ ref("card-game") }}看{{ cite("demo2025", "图 6") }}。',
        "{{ n.after }}",
        '从[实验 3.1](#card-game)看[@demo2025, 图 6]。\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "dresses": (
        '{{ n("card-game.gain") | signed }}、{{n("card-game.after")|zh}}',
        "{{ n.gain|signed }}",
        '[\\+3.5 个百分点]{.number data-number="card-game.gain"}、[百分之十五点零]{.number data-number="card-game.after"}\n\n## 实验 {#card-game}\n\n[\\+3.5 个百分点]{.number data-number="card-game.gain"}',
    ),
    "white space": (
        '甲 {{- n("card-game.after") -}} 乙\n{{ ref("card-game") }}\n丙',
        "{{ n.after }}\n",
        '甲[15.0%]{.number data-number="card-game.after"}乙\n[实验 3.1](#card-game)\n丙\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "neighbours": (
        '{{ cite("demo2025") }}{{ cite("demo2025", "图 1") }}',
        "{{ n.after }}{{ n.before }}",
        '[@demo2025; @demo2025, 图 1]\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}[11.5%]{.number data-number="card-game.before"}',
    ),
    "left out": (
        '{% if false %}{{ n("nobody.knows") }}{% endif %}甲',
        "{% if record.title %}{{ n.after }}{% else %}{{ n.x }}{% endif %}",
        '甲\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "not simple": (
        '{{ n("card-game." ~ "after") }}{{ cite("demo" ~ "2025") }}',
        "{{ n.after | approx(0) }}",
        '[15.0%]{.number data-number="card-game.after"}[@demo2025]\n\n## 实验 {#card-game}\n\n[约 15%]{.number data-number="card-game.after"}',
    ),
    "set apart": (
        '{% set a %}{{ n("card-game.after") }}{% endset %}{{ a | length }}',
        "{{ n.after }}",
        '71\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "given another sense": (
        "{% set n = 3 %}{{ n }}{% for ref in [1] %}{{ ref }}{% endfor %}",
        "{{ n.after }}",
        '31\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "captured by the block's own name": (
        "甲",
        "{{ n.after }}{% endblock %}{% block why %}{{ self.results() | length }}",
        '甲\n\n92## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "captured by the heir": (
        "甲",
        "{{ super() | length }}{{ n.after }}",
        '甲\n\n## 实验 {#card-game}\n\n0[15.0%]{.number data-number="card-game.after"}',
    ),
    "raw": (
        '{% raw %}{{ n("card-game.after") }}{% endraw %}',
        "{{ n.after }}",
        '{{ n("card-game.after") }}\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "raw with a statement": (
        "{% raw %}甲{% if 1 %}\n\n{% endraw %}乙",
        "{{ n.after }}",
        '甲{% if 1 %}\n\n乙\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "a statement at the end of a paragraph": (
        '甲{% if 1 %}乙{% endif %}\n\n{{ n("card-game.after") }}{% set x = 1 %}\n\n丙{% if 1 %}丁{% endif %}\n戊',
        "{{ n.after }}",
        '甲乙\n\n[15.0%]{.number data-number="card-game.after"}\n\n丙丁戊\n'
        '\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "in a comment": (
        '{%# {{ n("nobody.knows") }} #%}甲',
        "{{ n.after }}",
        '甲\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "special characters": (
        '{{ cite("demo2025", "图 *6*") }}',
        "{{ n.after }}",
        '[@demo2025, 图 \\*6\\*]\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "unknown number": (
        '甲\n\n{{ n("card-game.aftr") }}',
        "{{ n.after }}",
        "book/chapter3.md:5: 没有记录过的数：card-game.aftr\nhint: 最接近的是 card-game.after",
    ),
    "unknown name": (
        "甲",
        "甲\n\n{{ n.aftr }}",
        "templates/experiments/card-game.md.j2:3: 没有记录过的数：card-game.aftr\nhint: 最接近的是 card-game.after",
    ),
    "unknown source": (
        '甲\n{{ cite("demo2024") }}',
        "{{ n.after }}",
        "book/chapter3.md:4: 参考文献库里没有 demo2024\nhint: 最接近的是 demo2025",
    ),
    "what is known once the text is read": (
        '甲\n{{ ref("card-gam") }}',
        "{{ n.after }}",
        '甲\n[](#card-gam){.ref}\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
    "a record's number in the chapter": (
        "{{ n.after }}",
        "{{ n.after }}",
        'book/chapter3.md:3: 这里不在记录的模板里，n.after 不知是哪条记录的数\nhint: 写成 n("slug.after")，slug 是那个数所在的记录',
    ),
    "a dress that does not fit": (
        '{{ n("card-game.after") | zh | signed }}',
        "{{ n.after }}",
        '[\\+15.0%]{.number data-number="card-game.after"}\n\n## 实验 {#card-game}\n\n[15.0%]{.number data-number="card-game.after"}',
    ),
}


@pytest.fixture(scope="module")
def minimal() -> Book:
    return load_book(Disk(Path(__file__).parent / "books" / "minimal"))


def outcome(book: Book, text: str, template: str) -> Rendered | str:
    own = '{% extends "experiment.md.j2" %}{% block results %}' + template + "{% endblock %}"
    templates = {"experiment.md.j2": PARENT, "experiments/card-game.md.j2": own}
    chapter = replace(book.chapters[0], text=f'{HEAD}{text}\n\n{{{{ experiment("card-game") }}}}\n')
    try:
        return render(replace(book, templates=templates, chapters=(chapter,)), chapter)
    except ChapterkitError as error:
        return error.report()


@pytest.mark.parametrize("name", CASES)
def test_what_templates_give(name: str, minimal: Book) -> None:
    chapter, template, expected = CASES[name]
    given = outcome(minimal, chapter, template)
    printed = given if isinstance(given, str) else given.text.removeprefix(HEAD).rstrip("\n")
    assert printed == expected


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder, still empty, in which compiled templates are kept."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def compiled(kept: Path) -> list[Path]:
    return sorted(kept.rglob("__chapterkit_*.cache"))


def test_compiled_templates_are_kept_and_give_the_same(minimal: Book, kept: Path) -> None:
    chapter, template, expected = CASES["dresses"]
    assert not compiled(kept)
    first = outcome(minimal, chapter, template)
    assert len(compiled(kept)) == 3
    assert outcome(minimal, chapter, template) == first
    assert isinstance(first, Rendered)
    assert expected in first.text


def test_another_source_is_compiled_anew(minimal: Book, kept: Path) -> None:
    before = outcome(minimal, "甲", "{{ n.after }}")
    after = outcome(minimal, "乙", "{{ n.after }}")
    assert before != after
    assert outcome(minimal, "甲", "{{ n.after }}") == before


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, b"not compiled at all"])
def test_a_damaged_compiled_template_is_made_anew(damage: bytes, minimal: Book, kept: Path) -> None:
    before = outcome(minimal, "甲", "{{ n.after }}")
    for path in compiled(kept):
        path.write_bytes(damage)
    assert outcome(minimal, "甲", "{{ n.after }}") == before


def test_without_a_safe_place_nothing_is_kept(minimal: Book, kept: Path) -> None:
    before = outcome(minimal, "甲", "{{ n.after }}")
    [folder] = {path.parent for path in compiled(kept)}
    shutil.rmtree(folder)
    folder.write_text("in the way", "utf-8")
    assert outcome(minimal, "甲", "{{ n.after }}") == before
    assert not compiled(kept)
