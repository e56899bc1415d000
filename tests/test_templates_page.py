"""The page of what templates may use is made from the code, and its examples run."""

from __future__ import annotations

import pytest

from chapterkit.text.render import make_environment
from templates_page import EXAMPLES, PAGE, Example, book, outcome, page

ALL = [example for examples in EXAMPLES.values() for example in examples]


def test_the_page_of_templates_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "make templates-page"


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.source)
def test_an_example_gives_what_the_page_shows(example: Example) -> None:
    shown = "\n".join([example.source, *(f"    → {one}" for one in outcome(example).split("\n"))])
    assert shown in PAGE.read_text("utf-8")


def test_the_page_names_all_that_templates_may_call_filter_and_test() -> None:
    environment = make_environment(book(), book().chapters[0])
    text = PAGE.read_text("utf-8")
    for name in (*environment.names.filters, *environment.names.tests):
        assert f"| `{name}` |" in text
    for name in environment.globals:
        assert f"{name}(" in text
