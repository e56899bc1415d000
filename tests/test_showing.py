"""What is printed commands no log, no terminal and no editor, whatever names and texts say."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from markdown_it import MarkdownIt

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.lint import Problem
from chapterkit.lint.reports import Report, report_names, written
from chapterkit.lsp.hover import experiment_text, hover_text, source_text
from chapterkit.lsp.places import Place
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.loading import load_book
from chapterkit.showing import as_json, code_in_markdown, in_markdown, many_lines, one_line
from conftest import HERE, Run

SOURCES = HERE.parent / "src" / "chapterkit"
# What a log or a terminal acts on: no report may hold any of it.
ACTS = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufdd0-\ufdef"
    r"\ufffe\uffff\ud800-\udfff]|^\s*::|##\w*\[",
    re.MULTILINE,
)
HOSTILE = [
    "\n::error file=a::甲", "\r::set-output name=a::甲", "\n  ::add-mask::甲", "\u3000::group::甲",
    "::stop-commands::甲", "\n##[set-env name=A]甲", "甲##[error]", "\n##vso[task.setvariable]甲",
    "##teamcity[甲", "\x1b[2J", "\x1b]8;;http://x\x07", "\x9b31m", "\x85::error::", "\u2028::error::",
    "\u2029", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\x00", "\x08\x08", "\x0c", "\x0b",
    "\x7f", "\ud800", "\udcff", "\ufdd0", "\uffff", "\U000e0041", "\t", "section_start:1:a\r\x1b[0K",
]  # fmt: skip


@pytest.mark.parametrize("form", report_names())
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", ["path", "message", "hint", "line"])
def test_no_report_can_be_made_to_command(form: str, text: str, place: str) -> None:
    said = {name: text if name == place else "甲" for name in ("path", "message", "hint", "line")}
    origin = Origin(said["path"], 1, 1)
    problem = Problem(origin, said["message"], said["hint"], "fake-list", "error", context="甲")
    report = Report([problem], lambda _: [said["line"]], (said["path"],), colour=False)
    lines = written(report, form)
    printed = many_lines(lines) if form == "text" else lines
    if form == "github":
        assert printed.count("\n") == 1
        assert printed.startswith("::error file=")
        printed = printed.removeprefix("::")
    assert not ACTS.search(printed), printed
    if form in {"json", "sarif"}:
        assert json.loads(printed.encode())
    if form == "junit":
        Xml.fromstring(printed.encode())
    if form == "json" and place != "line":
        assert json.loads(printed)["problems"][0][place] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_message_can_be_made_to_command(text: str) -> None:
    printed = many_lines(ChapterkitError(text, Origin(text), text).report())
    assert not ACTS.search(printed), printed
    assert printed.count("\n") == bool(text.split())
    assert not ACTS.search(many_lines(one_line(text)))
    assert not ACTS.search(as_json({text: [text]}))
    assert json.loads(as_json(text)) == text


def test_what_is_plain_is_shown_as_it_is() -> None:
    for text in ("甲乙，15.0%　😀 a::b # [x] \\n é", "𠀀", "/a/b c.md:3: 文件"):
        assert one_line(text) == many_lines(text) == text
    assert many_lines("甲\r\n\t乙\n") == "甲\r\n\t乙\n"


def test_what_cannot_be_seen_is_escaped_though_python_takes_it_for_printable() -> None:
    for hidden in "\u034f\u115f\u17b4\u180b\u180f\u3164\uffa0\U000e0100\U000e01ef":
        assert hidden.isprintable()
        assert one_line(f"甲{hidden}") == one_line("甲") + ascii(hidden)[1:-1]


def test_a_look_at_what_python_takes_for_printable_overlooks_nothing() -> None:
    printable = "".join(one for one in map(chr, range(sys.maxunicode + 1)) if one.isprintable())
    escaped_one_by_one = set(one_line(f"\n{printable}"))
    hidden = [one for one in printable if one not in escaped_one_by_one]
    assert len(hidden) > 200
    assert not [one for one in hidden if one_line(one) == one]


def test_json_is_what_json_writes() -> None:
    plain: dict[str, object] = {
        "甲": [],
        "b": {},
        "c": [1, {"d": None, "e": True}, ["f", [0.5]]],
        "g": ("h",),
    }
    values: list[object] = [plain, [plain, plain], "甲", 1, None, {}, [[]], {"a": {1: 2, None: 3}}]
    for value in values:
        assert as_json(value) == json.dumps(value, ensure_ascii=False, indent=2)


def test_only_one_module_prints() -> None:
    """Whoever writes past `say` could write anything."""
    for path in SOURCES.rglob("*.py"):
        if path.name in {"_saying.py", "__main__.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name not in {"print", "click.secho", "sys.stdout.write", "sys.stderr.write"}
                said = [ast.unparse(one) for one in node.args]
                assert name != "click.echo" or "get_help" in said[0], f"{path}:{node.lineno}"


NAMES = [
    "a\n::error::b.md",
    "::error::a.md",
    "a\x1b[2Jb.md",
    "a\u202eb.md",
    os.fsdecode(b"a\xff.md"),
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_command_nothing(name: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / name).write_text("# 题\n\n（1）甲,\x1b[31m乙。\n", "utf-8")
    for arguments in (
        ["check", name], ["check", name, "--format", "json"], ["check", name, "--format", "junit"],
        ["check", name, "--format", "sarif"], ["check", name, "--diff"], ["check", "no" + name],
        ["check", name, "--write-baseline", f"{name}.yaml", "--reason", "旧"],
        ["numbers", name], ["numbers", name, "--format", "json"], ["harvest", name],
        ["check", f"--{name}"], ["check", "--jobs", name], ["check", "--format", name], [name],
        ["rule", name], ["new", "rule", name], ["new", name], ["verify", name], ["build", name],
    ):  # fmt: skip
        result = run(tmp_path, *arguments)
        assert result.exit_code in {0, 1, 2}, result.output
        assert not ACTS.search(result.output), (arguments, result.output)


# --- the language server

MARKDOWN = [
    "![甲](http://example.org/a.png)", "[甲](command:workbench.run)", "<img src=x onerror=y>", "`a",
    "``` \n[甲](http://x)", "http://example.org/甲", "www.example.org", "<http://example.org>",
    "a@example.org", "[甲]: http://example.org", "甲\n\n# 题", "- 甲", "1. 甲", "> 甲", "**甲**", "~~甲~~",
    "&lt;b&gt;", "\\[甲](http://x)", "|a|b|\n|-|-|\n", "甲\n===", "    [甲](http://x)", "<!-- 甲 -->",
    "[甲](<command:x>)", "![][甲]", "mailto:a@example.org", "xmpp:a@example.org", "$(alert)",
]  # fmt: skip


def assert_plain(markdown: str) -> None:
    """Assert that nothing in it is a link, a picture, HTML, or an address that would become one."""
    shown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    html = shown.render(markdown)
    assert not re.search(r"<(?!/?(p|strong|code)>)", html), html
    outside_code = re.sub(r"(`+).*?\1", "", markdown)
    assert not re.search(r"\w://|www\.|\w@\w|(mailto|xmpp):", outside_code), markdown


@pytest.mark.parametrize("text", MARKDOWN)
def test_data_are_text_to_an_editor(text: str) -> None:
    for known in (f"**{in_markdown(text)}**　{in_markdown(text)}", code_in_markdown(text)):
        assert_plain(known)


@pytest.mark.parametrize("text", MARKDOWN)
def test_hovers_show_what_data_say(text: str, minimal: Path) -> None:
    record = minimal / "experiments" / "card-game.yaml"
    lines = [
        f"title: {json.dumps(text)}" if line.startswith("title:") else line
        for line in record.read_text("utf-8").splitlines()
    ]
    record.write_text(
        "\n".join(lines).replace("when: ", f"note: {json.dumps(text)}, when: "), "utf-8"
    )
    book = load_book(Disk(minimal))
    number = next(iter(book.ledger))
    fields = dict.fromkeys(("title", "year", "url", "journal"), text)
    source = Source("k", "misc", fields, (text,), (), "en", Origin("refs.bib"))
    for known in (
        hover_text(book, Place("number", number, 1, 2)) or "",
        experiment_text(book, book.records["card-game"]),
        source_text(source),
    ):
        assert_plain(known)
