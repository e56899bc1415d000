"""docs/templates.md, made from the code: what templates may use, with examples that were run.

`python tests/templates_page.py` (`make templates-page`) writes it; tests/test_templates_page.py holds it
to the code.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk, Overlay
from chapterkit.manuscript.loading import load_book
from chapterkit.manuscript.records import FindingModel, NumberModel, RecordModel, Relation
from chapterkit.text.render import make_environment, render
from chapterkit.text.sandbox import Sandbox
from chapterkit.text.views import (
    DRESSES,
    Call,
    Dressed,
    FindingView,
    NumberView,
    RecordView,
    RelationView,
)

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "templates.md"
HEAD = '{% extends "experiment.md.j2" %}\n{% block results %}\n'
RECORD = """\
slug: card-game
title: 换一条规则
sources: [demo2025]
setup: {model: 一个小模型, task: 算 24 点}
numbers:
  before: {value: 11.5, unit: "%", of: 成功率, when: 训练之前, cite: demo2025, at: 图 6}
  after: {value: 15.0, unit: "%", of: 成功率, when: 训练之后, cite: demo2025, at: 图 6}
  gain: {derived: after - before, unit: 个百分点, of: 增长, cite: demo2025, at: 图 6}
  rounds: {value: 18, unit: 轮, of: 训练, cite: demo2025, status: readme}
findings:
  - {claim: 训练之后高于训练之前, rests_on: [before, after], cite: demo2025, at: 图 6}
relations: []
tables:
  rates:
    caption: 训练前后的成功率
    columns: [训练之前, 训练之后]
    rows: {小模型: [before, after]}
    derived: [差]
charts:
  bars: {kind: bars, caption: 训练前后, columns: [训练之前, 训练之后], rows: {小模型: [before, after]}}
"""


@dataclass(frozen=True)
class Example:
    """A piece of a template; it stands in a chapter, or in the record's own template.

    One that is `alone` stands on lines of its own.
    """

    source: str
    in_record: bool = False
    alone: bool = False


EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "numbers": (
        Example('{{ n("card-game.after") }}'),
        Example("{{ n.after }}，高出 {{ n.gain }}", in_record=True),
        Example("{{ n.gain | signed }}，{{ n.before | approx }}，{{ n.rounds | zh }}", in_record=True),
        Example("{{ n.after | bare }}，{{ n.gain | signed | bare }}", in_record=True),
        Example(
            "{% for number in numbers %}{{ number.name }} {{ number.of }} {{ number.shown }}；{% endfor %}",
            in_record=True,
        ),
    ),
    "calls": (
        Example('{{ cite("demo2025", "图 6") }}'),
        Example('{{ ref("card-game") }}'),
        Example('{{ table("rates") }}', alone=True),
        Example('{{ chart("bars") }}', alone=True),
        Example('见{{ table("rates") }}。'),
    ),
    "record": (
        Example("{{ record.label }}：{{ record.title }}", in_record=True),
        Example("{% for name, text in record.setup %}{{ name }}是{{ text }}。{% endfor %}", in_record=True),
        Example(
            "{% for finding in record.findings %}{{ finding.claim }}{{ cite(finding.cite, finding.at) }}，"
            "依据{% for number in finding.rests_on %}{{ number.when }}的 {{ number.shown }}"
            "{% if not loop.last %}、{% endif %}{% endfor %}。{% endfor %}",
            in_record=True,
        ),
    ),
    "comparing": (
        Example("{% if n.after > n.before %}高于{% else %}不高于{% endif %}", in_record=True),
        Example("{% if n.gain > 0 %}提高了 {{ n.gain }}{% endif %}", in_record=True),
        Example("{{ [n.before, n.after] | max }}，{{ [n.before, n.after] | sort | first }}", in_record=True),
        Example("{% if n.after > n.gain %}甲{% endif %}", in_record=True),
        Example('{% if n.after == "15.0%" %}甲{% endif %}', in_record=True),
        Example("{{ n.after - n.before }}", in_record=True),
        Example("{{ [n.before, n.after] | sum }}", in_record=True),
    ),
    "filters": (
        Example('{{ numbers | map(attribute="of") | unique | join("、") }}', in_record=True),
        Example('{{ numbers | selectattr("when") | map(attribute="shown") | map("bare") | join(" / ") }}', in_record=True),
        Example('{{ record.others | rejectattr("status", "eq", "readme") | map(attribute="name") | join }}', in_record=True),
    ),
    "statements": (
        Example("{% for number in numbers if number.when %}{{ loop.index }}. {{ number.when }} {% endfor %}", in_record=True),
        Example('{% set better = n("card-game.after") %}{{ better }}'),
        Example('{% macro rate(number) %}{{ number.of }}为 {{ number.shown }}{% endmacro %}{{ rate(numbers[0]) }}', in_record=True),
        Example("{% if nobody is defined %}甲{% else %}乙{% endif %}"),
        Example("{%# 不会印出来 #%}甲"),
    ),
}  # fmt: skip


@cache
def book() -> Book:
    """Return the book that the examples are rendered in."""
    texts = {
        "experiments/card-game.yaml": RECORD,
        "book/book.yaml": (HERE / "books/minimal/book/book.yaml").read_text("utf-8")
        + "labels: {model: 模型, task: 任务}\n",
    }
    return load_book(Overlay(Disk(HERE / "books" / "minimal"), texts))


def outcome(example: Example) -> str:
    """Return what comes of an example: the text as readers see it, or what is refused and why."""
    it = book()
    [chapter] = it.chapters
    if example.alone:
        example = replace(example, source=f"\n{example.source}\n", alone=False)
    if example.in_record:
        placed = '# 题 {#top}\n\n{{ experiment("card-game") }}\n'
        own = f"{HEAD}￭{example.source}￭\n{{% endblock %}}"
        templates = {**it.templates, "experiments/card-game.md.j2": own}
        chapter, it = replace(chapter, text=placed), replace(it, templates=templates)
    else:
        chapter = replace(chapter, text=f"￭{example.source}￭", placed=chapter.placed)
    try:
        rendered = render(it, chapter).text.split("￭")[1]
    except ChapterkitError as error:
        return re.sub(r"^\S+:\d+: ", "", error.report())
    return re.sub(r"\[([^\]]*)\]\{\.number [^}]*\}", r"\1", rendered).replace("\\", "").strip()


def first_sentence(function: Any) -> str:
    """Return the first sentence of a docstring, on one line, without the word that it begins with."""
    text = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.:])\s(?=[A-Z>.])", text, maxsplit=1)[0].rstrip(":")
    sentence = re.sub(r":\w+:`(\w+)`", r"`\1`", sentence).replace("``", "`")
    return sentence.removeprefix("Return ").replace("|", "\\|")


def page() -> str:
    """Return the text of docs/templates.md."""
    environment = make_environment(book(), book().chapters[0])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_lines(environment))).rstrip() + "\n"


def _lines(environment: Sandbox) -> Iterator[str]:
    yield from _TOP
    yield "## Numbers\n"
    yield from _NUMBERS
    yield from _table(("filter", "what it does"), _filters(environment, DRESSES))
    yield from _shown("numbers")
    yield "## Calls\n"
    calls = [one for one in environment.globals.values() if isinstance(one, Call)]
    rows = [(f"`{{{{ {one.usage} }}}}`", first_sentence(_of_call(one))) for one in calls]
    yield from _table(("call", "what it gives"), rows)
    yield from _CALLS
    yield from _shown("calls")
    yield "## The record\n"
    yield from _RECORD
    for name, view, model in _VIEWS:
        yield f"\n### {name}\n"
        yield from _table(("attribute", "what it is"), _attributes(view, model))
    yield from _shown("record")
    yield "## Comparing and reckoning\n"
    yield from _COMPARING
    yield from _shown("comparing")
    yield "## Filters\n"
    yield from _FILTERS
    others = [name for name in environment.names.filters if name not in DRESSES]
    yield from _table(("filter", "what it does"), _filters(environment, others))
    yield from _shown("filters")
    yield "## Statements and tests\n"
    yield from _STATEMENTS
    tests = {name: environment.tests[name] for name in sorted(environment.names.tests)}
    rows = [(f"`{name}`", first_sentence(one)) for name, one in tests.items() if one.__doc__]
    yield from _table(("test", "holds if"), rows)
    yield from _shown("statements")


_TOP = (
    "# What templates may use\n",
    "A chapter (`book/<chapter>.md`) and a record's template (`templates/experiments/<slug>.md.j2`) are Markdown with [Jinja](https://jinja.palletsprojects.com/en/stable/templates/) in it, run in a sandbox: `{{ … }}` prints, `{% … %}` steers, `{%# … #%}` is a comment. There is nothing to use but what stands here. This page is made from the code (`make templates-page`); each example was rendered, and behind the arrow stands what came of it. They are about this record:\n",
    f"```yaml\n{RECORD}```\n",
)
_NUMBERS = (
    '`n("slug.name")` is a recorded number, anywhere; `n.name` the one of that name in a record\'s own template. `numbers`, there, are all of the record, in its order. A number is printed as its record has it, and keeps its origin in whatever dress; the value never changes. Of several dresses the last counts.\n',
)
_CALLS = (
    "\nA record is placed by `experiment`, or by the name of its kind, on a line of its own. So are what records, and files of `book/exhibits/`, declare under `tables`, `charts` and `flows`; they are numbered, `ref` leads to them, and what they show counts as used and is checked as in a sentence. `ref` takes the identifier of anything that bears a number, and `style`: `number`, `title` or `both`.\n",
)
_RECORD = (
    "`record` is what the record's file says, in the record's own template, its kind's and the default one. What an author may leave out is empty where it is left out: ask with `{% if %}` first.",
)
_COMPARING = (
    "Two recorded numbers compare by value, converted, if their units mean the same; a plain number is taken to be in the unit of the record. Everything else is refused in one sentence: print must not rest on an accident. Nothing is reckoned with recorded numbers in a template, for what comes of it would have no origin: that is what `derived` is for.\n",
)
_FILTERS = (
    "These work on plain numbers, texts and lists; a recorded number takes only its dresses and `default`.\n",
)
_STATEMENTS = (
    "`{% if %}`, `{% elif %}`, `{% else %}`; `{% for … in … %}` with `loop.index`, `loop.first`, `loop.last`; `{% set %}`, `{% macro %}`, `{% call %}`, `{% filter %}`, `{% with %}`, `{% raw %}`; `{% extends %}`, `{% block %}`, `{{ super() }}`, `{% include %}`, `{% import %}` for what stands in `templates/`. Lists, texts and truth are no print: loop over them, `join` them, ask with `{% if %}`. Tests stand behind `is`: `{% if number.when is defined %}`.\n",
)
_VIEWS: tuple[tuple[str, type, type[BaseModel] | None], ...] = (
    ("`record`", RecordView, RecordModel),
    ("A finding, of `record.findings`", FindingView, FindingModel),
    ("A number, of `numbers`, `record.others` and `finding.rests_on`", NumberView, NumberModel),
    ("A relation, of `record.relations`", RelationView, Relation),
    ("What `n` gives", Dressed, None),
)


def _of_call(call: Call) -> Callable[..., Any]:
    function = call.function
    return function.func if isinstance(function, partial) else function


def _filters(environment: Sandbox, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"`{name}`", first_sentence(environment.filters[name])) for name in sorted(names)]


def _attributes(view: type, model: type[BaseModel] | None) -> list[tuple[str, str]]:
    said = (
        {name: one.description or "" for name, one in model.model_fields.items()} if model else {}
    )
    rows = {
        one.name: one.metadata.get("description") or said.get(one.name, "") for one in fields(view)
    }
    rows |= {
        name: said.get(name) or first_sentence(one)
        for name, one in inspect.getmembers(view)
        if isinstance(one, property)
    }
    rows = {name: about or _ABOUT[name] for name, about in rows.items()}
    return [(f"`{name}`", about) for name, about in rows.items()]


# What has neither a model's description nor a docstring.
_ABOUT = {"number": "the entry of the ledger", "shown": "the text as it is printed"}


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"| {head[0]} | {head[1]} |\n|---|---|"
    for left, right in rows:
        yield f"| {left} | {right} |"
    yield ""


def _shown(section: str) -> Iterator[str]:
    yield "```jinja"
    for example in EXAMPLES[section]:
        yield example.source
        for line in outcome(example).split("\n"):
            yield f"    → {line}"
    yield "```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
