"""Templates: what the sandbox forbids, and that data never become markup."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chapterkit.text.render as rendering
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.loading import load_book
from chapterkit.pipeline import read
from chapterkit.text import effort, sandbox
from chapterkit.text.origins import Rendered, rendered_plainly
from chapterkit.text.views import escape
from conftest import HERE


@pytest.fixture(scope="module")
def minimal() -> Book:
    return load_book(Disk(HERE / "books" / "minimal"))


def render(book: Book, text: str, **templates: str) -> Rendered:
    """Render a chapter that consists of `text`, beside the templates given."""
    chapter = replace(book.chapters[0], text=text, placed=())
    given = {f"{name}.md.j2": template for name, template in templates.items()}
    return rendering.render(replace(book, templates=given), chapter)


def refused(book: Book, text: str, **templates: str) -> ChapterkitError:
    with pytest.raises(ChapterkitError) as caught:
        render(book, text, **templates)
    return caught.value


# --- arithmetic


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("2 + 3", "5"),
        ("2 * 3", "6"),
        ("7 % 4", "3"),
        ("7 - 4", "3"),
        ("999999999 * 1", "999999999"),
        ("-999999999 + 1", "\\-999999998"),
        ("0.5 * 3", "1\\.5"),
    ],
)
def test_a_template_may_count(expression: str, printed: str, minimal: Book) -> None:
    assert render(minimal, f"{{{{ {expression} }}}}").text.replace("\\", "") == printed.replace(
        "\\", ""
    )


@pytest.mark.parametrize(
    ("expression", "operator"),
    [
        ("2 ** 3", "**"),
        ("9 ** 999999999", "**"),
        ("1 * 1000000000", "*"),
        ("1000000000 * 1", "*"),
        ("-1000000000 + 1", "+"),
        ('"a" * 3', "*"),
        ('"a" + "b"', "+"),
        ('"%s" % 1', "%"),
        ("[1] + [2]", "+"),
        ("[0] * 9", "*"),
        ("record + 1", "+"),
    ],
)
def test_nothing_can_grow(expression: str, operator: str, minimal: Book) -> None:
    error = refused(minimal, f"{{% set record = n %}}\n{{{{ {expression} }}}}")
    assert error.message == f"模板里不能这样用 {operator}"
    assert error.hint == "算术写在记录的 derived 里，拼接用 ~"
    assert error.origin == Origin("book/chapter3.md", 2)


# --- attributes


@pytest.mark.parametrize(
    ("expression", "attribute"),
    [
        ('"a".upper()', "upper"),
        ('"{0}".format(n)', "format"),
        ('"{:>999999999}".format(1)', "format"),
        ('"{a}".format_map({"a": 1})', "format_map"),
        ('"a"["upper"]', "upper"),
        ("[1].append(2)", "append"),
        ("(1, 2).count(1)", "count"),
        ("{1: 2}.items()", "items"),
        ("(1).real", "real"),
        ("1.5.hex()", "hex"),
        ('n("card-game.after").shown.upper()', "upper"),
        ('n("card-game.after").number.value.real', "real"),
        ('n("card-game.after")._number', "_number"),
        ('n("card-game.after").__class__', "__class__"),
        ("n._ledger", "_ledger"),
        ("n.__init__", "__init__"),
        ('cite("demo2025").join([1])', "join"),
        ("cite.function", "function"),
        ('experiment["function"]', "function"),
    ],
)
def test_a_template_reaches_no_attribute(expression: str, attribute: str, minimal: Book) -> None:
    error = refused(minimal, f"甲\n\n{{{{ {expression} }}}}")
    assert error.message == f"模板不能用属性 {attribute}"
    assert error.hint == "模板里只有 n、cite、ref、table、chart、flow、experiment、record"
    assert error.origin == Origin("book/chapter3.md", 3)


@pytest.mark.parametrize(
    "name", ["range", "dict", "lipsum", "cycler", "joiner", "namespace", "self", "config", "open"]
)
def test_a_template_has_no_other_names(name: str, minimal: Book) -> None:
    assert "没有定义的名字" in refused(minimal, f"{{{{ {name}.x }}}}").message


@pytest.mark.parametrize(
    "name", ["tojson", "format", "replace", "attr", "center", "pprint", "safe"]
)
def test_other_filters_are_unknown(name: str, minimal: Book) -> None:
    error = refused(minimal, f'甲\n{{{{ "a" | {name} }}}}')
    assert error.message == f"模板语法错误：没有 {name} 这个过滤器"
    assert "approx、bare" in error.hint
    assert error.origin == Origin("book/chapter3.md", 2)


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ('"ab" | upper', "AB"),
        ("[3, 1, 2] | sort | join", "123"),
        ("[3, 1, 2] | max", "3"),
        ('["a", "b", "a"] | unique | list | length', "2"),
        ('missing | default("甲")', "甲"),
        ('missing | d("甲")', "甲"),
        ('" a " | trim', "a"),
        ("2.6 | round | int", "3"),
    ],
)
def test_the_filters_that_there_are(expression: str, printed: str, minimal: Book) -> None:
    assert render(minimal, f"{{{{ {expression} }}}}").text == printed


# --- bounds


def test_every_step_of_a_loop_counts(minimal: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "MAX_STEPS", 6)
    loop = "{{% for a in [{}] %}}{{{{ a }}}}{{% endfor %}}"
    # One step is the chapter's own template.
    assert render(minimal, loop.format("1, 2, 3, 4, 5")).text == "12345"
    error = refused(minimal, "甲\n" + loop.format("1, 2, 3, 4, 5, 6"))
    assert (error.message, error.hint) == ("模板的循环超过 6 步", "缩短循环")
    assert error.origin == Origin("book/chapter3.md", 2)


def test_every_call_counts(minimal: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "MAX_STEPS", 3)
    call = '{{ n("card-game." ~ "after") }}'
    assert render(minimal, call * 2).text.count("15.0%") == 2
    assert "超过 3 步" in refused(minimal, call * 3).message


def test_every_template_counts(minimal: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "MAX_STEPS", 50)
    error = refused(minimal, '{% include "a.md.j2" %}', a='{% include "a.md.j2" %}')
    assert "超过 50 步" in error.message


def test_what_is_joined_has_a_length(minimal: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MAX_OUTPUT", 40)
    eight = '{% set a = "12345678" %}{% set b = a ~ a ~ a ~ a %}'
    assert render(minimal, eight + "{{ b ~ a }}").text == "12345678" * 5
    assert refused(minimal, eight + '{{ b ~ a ~ "." }}').message == "模板的结果超过 40 个字符"
    assert refused(minimal, eight + "{% set c = b ~ b %}").message == "模板的结果超过 40 个字符"


def test_what_is_printed_has_a_length(minimal: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MAX_OUTPUT", 40)
    monkeypatch.setattr(rendering, "MAX_OUTPUT", 40)
    typed = "一二三四五六七八九十" * 5
    assert "超过 40 个字符" in refused(minimal, f"甲{{{{ '{typed}' }}}}").message
    long = "{% for a in [1, 2, 3, 4, 5, 6] %}一二三四五六七八九十{% endfor %}"
    assert "超过 40 个字符" in refused(minimal, long).message


# --- what is printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ('{{ [n("card-game.before"), n("card-game.after")] | join("、") }}', '[11.5%]{.number data-number="card-game.before"}、[15.0%]{.number data-number="card-game.after"}'),
        ('{{ [n("card-game.after"), "a*"] | map("default") | join("*") }}', '[15.0%]{.number data-number="card-game.after"}\\*a\\*'),
        ('{{ n("card-game.gain") | signed | bare }}', '[\\+3.5]{.number data-number="card-game.gain"}'),
        ('{{ "a*" ~ n("card-game.after") ~ 1 }}', 'a\\*[15.0%]{.number data-number="card-game.after"}1'),
        ('{% set a = "**a** [b](c)" %}{{ a }}', r"\*\*a\*\* \[b\](c)"),
        ('{{ n("card-game.gain") | signed }}', '[\\+3.5 个百分点]{.number data-number="card-game.gain"}'),
        ('{{ n("card-game.after") | approx }}', '[约 15%]{.number data-number="card-game.after"}'),
        ('{{ n("card-game.before") | approx(1) }}', '[约 11.5%]{.number data-number="card-game.before"}'),
        ('{{ n("card-game.before") | zh }}', '[百分之十一点五]{.number data-number="card-game.before"}'),
        ('{{ cite("demo2025") }}', "[@demo2025]"),
        ('{{ cite("demo2025", "图 *6*") }}', r"[@demo2025, 图 \*6\*]"),
        ('{{ cite("demo2025") }}{{ cite("demo2025", "图 1") }}', "[@demo2025; @demo2025, 图 1]"),
        ('{{ cite("demo2025") }} {{ cite("demo2025") }}', "[@demo2025] [@demo2025]"),
        ('甲{%# {{ n.nothing }} #%}乙', "甲乙"),
        ('甲{{- "乙" -}}  丙', "甲乙丙"),
    ],
)  # fmt: skip
def test_what_an_expression_prints(text: str, printed: str, minimal: Book) -> None:
    assert render(minimal, text).text == printed


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('{{ n("card-game.aftr") }}', "没有记录过的数：card-game.aftr", "最接近的是 card-game.after"),
        ("{{ n.after }}", "这里不在记录的模板里，n.after 不知是哪条记录的数", "slug.after"),
        ('{{ cite("demo2024") }}', "参考文献库里没有 demo2024", "最接近的是 demo2025"),
        ('{{ experiment("card-game") }}', '{{ experiment("card-game") }} 要单独占一行', "另起一段"),
        ('{{ n("card-game.after") | approx(11) }}', "小数位数应在 0 到 10 之间", ""),
        ("{{ nothing }}", "模板用了没有定义的名字：nothing", "有：n、cite"),
        ("{{ 1 / 0 }}", "模板里的表达式出错：除数是零", ""),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "模板没完没了地调用自己，或嵌套得太深", ""),
        ('{% include "b.md.j2" %}', "没有 templates/b.md.j2 这个模板", ""),
        ("{% if %}", "模板语法错误", "是否成对"),
        ("甲\ufdd0乙", "文本里有 Unicode 非字符", "删去它"),
    ],
)  # fmt: skip
def test_what_a_template_gets_wrong_is_told_at_its_line(
    text: str, message: str, hint: str, minimal: Book
) -> None:
    error = refused(minimal, f"# 题\n\n{text}")
    assert message in error.message
    assert hint in error.hint
    assert error.origin == Origin("book/chapter3.md", 3)


# --- escaping

MARKS = "\\`*_~^$@[]<>#|&{}-+:=%!().,;\"'/?"
PIECES = st.sampled_from(
    [
        *MARKS,
        *MARKS,
        *"甲a1 \n",
        "12",
        "iv",
        "---",
        "===",
        ":::",
        "```",
        "&amp;",
        "](",
        "{.a}",
        "[^1]",
        "<!--",
        "http://a.b",
        "\n\n",
        ". ",
        ") ",
    ]
)
TEXTS = (
    st.lists(PIECES, min_size=1, max_size=8)
    .map(lambda pieces: "".join(pieces).strip())
    .filter(bool)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=40))
def test_pandoc_reads_what_is_escaped_as_nothing_but_text(texts: list[str]) -> None:
    """At the head of a paragraph, behind words, and at the head of a later line of one."""
    paragraphs = [
        shape.format(escape(text)) for text in texts for shape in ("{}", "乙{}", "乙。\n{}")
    ]
    blocks = read(rendered_plainly("\n\n".join(paragraphs), "a.md")).blocks
    texts_read = ["".join(block.text.split()) for block in blocks]
    meant = [
        shape.format("".join(text.split())) for text in texts for shape in ("{}", "乙{}", "乙。{}")
    ]
    assert texts_read == meant
    assert {block.kind for block in blocks} == {"Para"}
    assert [
        block.inlines
        for block in blocks
        if any(one.kind not in {"Space", "SoftBreak"} for one in block.inlines)
    ] == []


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("===", r"\==="),
        ("  = 甲", r"  \= 甲"),
        ("甲 = 乙", "甲 = 乙"),
        ("- 甲 - 乙", r"\- 甲 - 乙"),
        ("+ 甲", r"\+ 甲"),
        (": 甲", r"\: 甲"),
        ("% 甲", r"\% 甲"),
        ("![甲](乙)", r"\!\[甲\](乙)"),
        ("(1) 甲", r"\(1) 甲"),
        ("1. 甲", r"1\. 甲"),
        ("1.", r"1\."),
        ("1.5 倍", "1.5 倍"),
        ("12) 甲", r"12\) 甲"),
        ("iv. 甲", r"iv\. 甲"),
        ("a.b", "a.b"),
        ("甲\n1. 乙", "甲 1. 乙"),
        ("\\", "\\\\"),
    ],
)  # fmt: skip
def test_only_what_could_open_a_block_is_escaped_at_a_lines_head(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize("character", "\ufdd0\ufdd1")
def test_our_own_marks_are_no_text(character: str) -> None:
    with pytest.raises(ChapterkitError, match="非字符"):
        escape(f"甲{character}")
