"""Simple expressions are put in after Jinja: nobody can tell from what comes out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import chapterkit.text.render as rendering
from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.book import Book, load_book
from chapterkit.manuscript.folder import Disk
from chapterkit.text.calls import as_text, may_be_direct
from chapterkit.text.origins import Rendered

HEAD = "# 纸牌 {#cards}\n\n"
PARENT = (
    "{% block why %}{% endblock %}\n## 实验 {#card-game}\n\n{% block results %}{% endblock %}\n"
)

# Chapter, and template of its experiment: both as if an author were after our secrets.
CASES = {
    "as they should be": ('从{{ ref("card-game") }}看{{ cite("demo2025", "图 6") }}。', "{{ n.after }}"),
    "dresses": ('{{ n("card-game.gain") | signed }}、{{n("card-game.after")|zh}}', "{{ n.gain|signed }}"),
    "white space": ('甲 {{- n("card-game.after") -}} 乙\n{{ ref("card-game") }}\n丙', "{{ n.after }}\n"),
    "neighbours": ('{{ cite("demo2025") }}{{ cite("demo2025", "图 1") }}', "{{ n.after }}{{ n.before }}"),
    "left out": ('{% if false %}{{ n("nobody.knows") }}{% endif %}甲', "{% if record.title %}{{ n.after }}{% else %}{{ n.x }}{% endif %}"),
    "not simple": ('{{ n("card-game." ~ "after") }}{{ cite("demo" ~ "2025") }}', "{{ n.after | approx(0) }}"),
    "set apart": ('{% set a %}{{ n("card-game.after") }}{% endset %}{{ a | length }}', "{{ n.after }}"),
    "given another sense": ('{% set n = 3 %}{{ n }}{% for ref in [1] %}{{ ref }}{% endfor %}', "{{ n.after }}"),
    "captured by a macro": ('{% macro m() %}{{ n("card-game.after") }}{% endmacro %}{{ m() | upper }}', "{{ n.after }}"),
    "captured by the block's own name": ("甲", "{{ n.after }}{% endblock %}{% block why %}{{ self.results() | length }}"),
    "captured by the heir": ("甲", "{{ super() | length }}{{ n.after }}"),
    "raw": ('{% raw %}{{ n("card-game.after") }}{% endraw %}', "{{ n.after }}"),
    "in a comment": ('{%# {{ n("nobody.knows") }} #%}甲', "{{ n.after }}"),
    "special characters": ('{{ cite("demo2025", "图 *6*") }}', "{{ n.after }}"),
    "unknown number": ('甲\n\n{{ n("card-game.aftr") }}', "{{ n.after }}"),
    "unknown name": ("甲", "甲\n\n{{ n.aftr }}"),
    "unknown source": ('甲\n{{ cite("demo2024") }}', "{{ n.after }}"),
    "unknown experiment": ('甲\n{{ ref("card-gam") }}', "{{ n.after }}"),
    "what Jinja asks of a callable": ("甲", "{{ n.jinja_pass_arg }}"),
    "a record's number in the chapter": ("{{ n.after }}", "{{ n.after }}"),
    "a dress that does not fit": ('{{ n("card-game.after") | zh | signed }}', "{{ n.after }}"),
}  # fmt: skip


@pytest.fixture(scope="module")
def minimal() -> Book:
    return load_book(Disk(Path(__file__).parent / "books" / "minimal"))


def outcome(book: Book, text: str, template: str) -> Rendered | str:
    own = '{% extends "experiment.md.j2" %}{% block results %}' + template + "{% endblock %}"
    templates = {"experiment.md.j2": PARENT, "experiments/card-game.md.j2": own}
    chapter = replace(book.chapters[0], text=f'{HEAD}{text}\n\n{{{{ experiment("card-game") }}}}\n')
    try:
        return rendering.render(replace(book, templates=templates, chapters=(chapter,)), chapter)
    except ChapterkitError as error:
        return error.told()


@pytest.mark.parametrize("name", CASES)
def test_it_makes_no_difference(name: str, minimal: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(rendering, "may_be_direct", lambda _: False)
        plainly = outcome(minimal, *CASES[name])
    assert outcome(minimal, *CASES[name]) == plainly


def test_what_is_simple() -> None:
    simple = ["{{ n.a }}", "{{n.a}}", "{{ n('a.b') | signed }}", '{{ cite("a", "图 1") }}']
    others = ["{{- n.a }}", "{{ n.a.b }}", "{{ n.a | approx(1) }}", "{{ cite(x) }}", "{{ n }}"]
    assert all(map(as_text, simple))
    assert not any(map(as_text, others))


def test_where_it_is_done() -> None:
    assert may_be_direct(['注意力 self-attention {{ n.a }}{{ super() }}{% set x = "n" %}'])
    assert not may_be_direct(["{% filter upper %}{{ n.a }}{% endfilter %}"])
    assert not may_be_direct(["{% include 'a' %}"])
