"""Passages for some formats or editions only: checked in each, printed where they belong."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from chapterkit.text.passages import passages_of
from chapterkit.text.variants import Variant
from conftest import Run

CHAPTER = "book/chapter3.md"
OTHER = """
@misc{other2024, title = {Another}, author = {Other, Ben}, year = {2024}, publisher = {Demo Press},
  url = {https://example.org/b}, urldate = {2025-01-01}}
"""


def add(root: Path, text: str, path: str = CHAPTER) -> None:
    with (root / path).open("a", encoding="utf-8") as file:
        file.write(text)


def problems(run: Run, root: Path) -> list[tuple[int, str, str]]:
    found = json.loads(run(root, "check", "--format", "json").stdout)["problems"]
    return [(one["line"], one["rule"], one["hint"]) for one in found]


def markdown(run: Run, root: Path, *arguments: str, name: str = "cards.md") -> str:
    result = run(root, "build", "--format", "markdown", *arguments)
    assert result.exit_code == 0, result.output
    return (root / "build" / "cards" / name).read_text("utf-8")


def test_a_passage_is_in_the_formats_that_it_names_and_in_no_other(minimal: Path, run: Run) -> None:
    add(
        minimal,
        "\n{% only html, docx %}\n整段只在两处。\n{% endonly %}\n"
        "\n行内{% only markdown %}纯文本{% endonly %}{% only html docx %}别的{% endonly %}完。\n",
    )
    assert problems(run, minimal) == []
    formats = ("--format", "html", "--format", "docx")
    text = markdown(run, minimal, *formats)
    page = (minimal / "build" / "cards" / "cards.html").read_text("utf-8")
    with zipfile.ZipFile(minimal / "build" / "cards" / "cards.docx") as file:
        word = file.read("word/document.xml").decode()
    assert "整段" not in text
    assert "行内纯文本完。" in text
    for one in (page, word):
        assert "整段只在两处。" in one
        assert "纯文本" not in one


def test_each_variant_is_checked_and_the_hint_says_where_it_is_wrong(
    minimal: Path, run: Run
) -> None:
    add(minimal, "\n{% only html %}\n成功率是 23.5%。\n{% endonly %}\n")
    [(line, rule, hint)] = problems(run, minimal)
    assert (line, rule) == (12, "unsourced-number")
    assert hint.endswith("只有这些里面这样：html、review、site")


_ALLOW = "<!-- chapterkit: allow fake-list: 原文如此 -->"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{{% only html %}}\n{_ALLOW}\n\n这里没有。\n{{% endonly %}}", [12]),
        (f"{{% only html docx %}}\n{_ALLOW}\n\n这里没有。\n{{% endonly %}}", [12]),
        (f"{{% only html %}}\n{_ALLOW}\n\n（1）这里有。\n{{% endonly %}}", []),
        (f"{_ALLOW}\n\n{{% only html %}}（1）{{% endonly %}}只在一处有。", []),
        (f"{_ALLOW}\n\n{{% only html %}}甲{{% endonly %}}哪里都没有。", [11]),
        (
            f"{{% only html docx %}}\n{_ALLOW}\n\n"
            "{% only html %}（1）{% endonly %}只在一处有。\n{% endonly %}",
            [],
        ),
    ],
)
def test_an_exception_in_a_passage_is_needless_if_it_is_so_wherever_it_stands(
    text: str, told: list[int], minimal: Path, run: Run
) -> None:
    add(minimal, f"\n{text}\n")
    found = [line for line, rule, _ in problems(run, minimal) if rule == "unused-allow"]
    assert found == told


def test_what_stands_side_by_side_only_in_the_text_is_not_compared(minimal: Path, run: Run) -> None:
    add(
        minimal,
        "\n{% only html %}\n## 动画 {#seen}\n\n见[](#seen)[@demo2025]。\n{% endonly %}\n"
        "\n{% only pdf epub docx markdown %}\n## 图 {#seen}\n\n见[](#seen)[@demo2025]。\n{% endonly %}\n",
    )
    assert problems(run, minimal) == []


def test_a_reference_that_one_format_has_not_is_a_problem_there(minimal: Path, run: Run) -> None:
    add(
        minimal,
        "\n{% only html %}\n## 动画 {#seen}\n\n一段话。\n{% endonly %}\n\n见[动画](#seen)。\n",
    )
    [hint] = [hint for _, rule, hint in problems(run, minimal) if rule == "dangling-reference"]
    assert "pdf" in hint
    assert "html" not in hint


def test_what_one_format_uses_is_used_and_cited_in_its_list_alone(minimal: Path, run: Run) -> None:
    add(minimal, OTHER, "refs.bib")
    add(minimal, "\n{% only html %}\n另一本也这样说[@other2024]。\n{% endonly %}\n")
    assert problems(run, minimal) == []
    assert "OTHER B" not in markdown(run, minimal, "--format", "html")
    assert "OTHER B" in (minimal / "build" / "cards" / "cards.html").read_text("utf-8").upper()


def test_what_is_in_no_pdf_needs_no_font(minimal: Path, run: Run) -> None:
    add(minimal, "\n{% only html epub %}\n笑了😀。\n{% endonly %}\n")
    assert problems(run, minimal) == []
    add(minimal, "\n{% only pdf %}\n笑了😀。\n{% endonly %}\n")
    assert [rule for _, rule, _ in problems(run, minimal)] == ["missing-glyph"]


def test_an_edition_has_what_is_its_own_and_files_of_its_own(minimal: Path, run: Run) -> None:
    add(minimal, "\neditions: [teacher, student]\n", "book/book.yaml")
    add(
        minimal,
        "\n答案{% only teacher %}在此{% endonly %}{% only markdown student %}自己想{% endonly %}。\n",
    )
    assert "答案。" in markdown(run, minimal)
    assert "答案在此。" in markdown(run, minimal, "--edition", "teacher", name="cards.teacher.md")
    assert "答案自己想。" in markdown(run, minimal, "--edition", "student", name="cards.student.md")
    assert "答案。" in (minimal / "build" / "cards" / "cards.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% only htm %}甲{% endonly %}", "book/chapter3.md:11: only 后面的 htm 不是格式，也不是版本\nhint: 最接近的是 html"),
        ("{% only %}甲{% endonly %}", "book/chapter3.md:11: only 后面没有写格式的名字"),
        ("{% only html %}甲", "book/chapter3.md:11: 模板语法错误"),
        ("甲{% endonly %}", "book/chapter3.md:11: 模板语法错误"),
    ],
)  # fmt: skip
def test_a_passage_that_is_written_wrongly_is_one_line_at_its_place(
    text: str, said: str, minimal: Path, run: Run
) -> None:
    add(minimal, f"\n{text}\n")
    for command in ("check", "build"):
        result = run(minimal, command)
        assert result.exit_code == 2
        assert result.output.startswith(said)


@pytest.mark.parametrize("name", ["html", "Teacher", "a-b"])
def test_an_edition_cannot_be_called_just_anything(name: str, minimal: Path, run: Run) -> None:
    add(minimal, f"\neditions: [teacher, {name}]\n", "book/book.yaml")
    add(minimal, "\n{% only teacher %}甲{% endonly %}\n")
    result = run(minimal, "check")
    assert result.exit_code == 2
    assert result.output.startswith("book/book.yaml:")


def test_an_edition_has_its_own_files_where_all_of_it_is_alike(minimal: Path, run: Run) -> None:
    add(minimal, "\neditions: [teacher]\n", "book/book.yaml")
    assert "纸牌" in markdown(run, minimal, "--edition", "teacher", name="cards.teacher.md")


def test_an_edition_that_the_book_has_not_is_refused(minimal: Path, run: Run) -> None:
    result = run(minimal, "build", "--edition", "teacher")
    assert result.exit_code == 2
    assert "没有 teacher 这一版" in result.output


def test_a_template_may_have_passages_too(minimal: Path, run: Run) -> None:
    path = minimal / "templates" / "experiments" / "card-game.md.j2"
    text = path.read_text("utf-8")
    at = text.rindex("{% endblock")
    path.write_text(text[:at] + "{% only html %}\n只在网页。\n{% endonly %}\n" + text[at:], "utf-8")
    assert "只在网页" not in markdown(run, minimal, "--format", "html")
    assert "只在网页" in (minimal / "build" / "cards" / "cards.html").read_text("utf-8")


def test_numbers_of_every_format_are_listed(minimal: Path, run: Run) -> None:
    add(
        minimal,
        "\n{% only html %}\n网页上有 41 行。\n{% endonly %}\n\n{% only pdf %}\n纸上有 42 行。\n{% endonly %}\n",
    )
    listed = run(minimal, "numbers").output
    assert "41 行" in listed
    assert "42 行" in listed


def test_comments_and_raw_text_have_no_passages() -> None:
    text = "{%# {% only a %} #%}{% raw %}{% only b %}{% endraw %}\n {%- only html , pdf -%}"
    [one] = passages_of({"a.md": text})
    assert (str(one.origin), one.origin.column, one.names) == ("a.md:2", 2, ("html", "pdf"))


def test_a_variant_shows_what_names_its_format_and_its_edition() -> None:
    one = Variant("html", "teacher")
    assert one.shows(["html"], ["teacher"])
    assert one.shows(["teacher"], ["teacher"])
    assert one.shows(["html", "teacher"], ["teacher"])
    assert not one.shows(["pdf", "teacher"], ["teacher"])
    assert not Variant("html").shows(["html", "teacher"], ["teacher"])


@pytest.mark.parametrize(
    ("format", "names", "shown"),
    [
        ("site", ["html"], True),
        ("review", ["html"], True),
        ("latex", ["pdf"], True),
        ("site", ["site"], True),
        ("html", ["site"], False),
        ("pdf", ["latex"], False),
        ("epub", ["html"], False),
    ],
)
def test_what_is_for_web_pages_or_print_is_for_all_of_them(
    format: str, names: list[str], shown: bool
) -> None:
    assert Variant(format).shows(names, []) is shown
