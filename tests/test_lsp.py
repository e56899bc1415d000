"""The language server: what it knows of a name, and what it says to a real client over stdio."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from chapterkit.errors import Origin
from chapterkit.lint import Edit, Problem
from chapterkit.lsp.actions import allowing, fitting
from chapterkit.lsp.completion import candidates
from chapterkit.lsp.convert import Lines, diagnostic
from chapterkit.lsp.definition import definitions
from chapterkit.lsp.desk import Desk
from chapterkit.lsp.diagnosing import check_book
from chapterkit.lsp.hover import hover_text
from chapterkit.lsp.marked import Things
from chapterkit.lsp.places import place_at
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.comments import Comment, comments_text
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.loading import load_book
from chapterkit.pipeline import Memory
from chapterkit.reviewing.cursor import STATE, told_cursor
from conftest import HERE

CHAPTER = "book/chapter3.md"
TEMPLATE = "templates/experiments/card-game.md.j2"
RECORD = "experiments/card-game.yaml"
CLI = Path(sys.executable).with_name("chapterkit")
HANGS = 120  # seconds: no test waits longer, and a machine under load may take its time


@pytest.fixture(scope="module")
def book() -> Book:
    return load_book(Disk(HERE / "books" / "minimal"))


# --- names under the cursor: ^ marks it


def named(book: Book, path: str, marked: str) -> str | None:
    place = place_at(book, path, marked.replace("^", ""), marked.index("^") + 1)
    return f"{place.kind} {place.name}" if place else None


@pytest.mark.parametrize(
    ("path", "marked", "expected"),
    [
        (TEMPLATE, "从 {{ n.be^fore }} 升到", "number card-game.before"),
        (TEMPLATE, "从 {{ n.before | zh^ }} 升到", None),
        (TEMPLATE, "从 n.be^fore 升到", None),
        (CHAPTER, "从 {{ n.be^fore }} 升到", None),
        (CHAPTER, '从 {{ n("card-game.aft^er") | signed }} 升到', "number card-game.after"),
        (CHAPTER, "见{{ cite('demo20^25', '图 6') }}。", "citation demo2025"),
        (CHAPTER, "见[@demo2025^, 图 6]。", "citation demo2025"),
        (CHAPTER, "据@demo2025^所述", "citation demo2025"),
        (CHAPTER, "写信给 a@de^mo.org", None),
        (CHAPTER, '从{{ ref("card^-game") }}看', "experiment card-game"),
        (CHAPTER, '{{ experiment("card-game^") }}', "experiment card-game"),
        (CHAPTER, "<!-- chapterkit: allow fake-list, count-w^ord: 原文如此 -->", "rule count-word"),
        (TEMPLATE, '{% extends "experi^ment.md.j2" %}', "template experiment.md.j2"),
        (RECORD, "  gain: {derived: after - be^fore, unit: 个百分点}", "number card-game.before"),
        (RECORD, "  after: {value: 15.0, cite: demo2^025}", "citation demo2025"),
    ],
)
def test_a_name_is_found_where_the_cursor_is(
    book: Book, path: str, marked: str, expected: str | None
) -> None:
    assert named(book, path, marked) == expected


def hovered(book: Book, path: str, marked: str) -> str:
    place = place_at(book, path, marked.replace("^", ""), marked.index("^") + 1)
    assert place is not None
    return hover_text(book, place) or ""


def test_hover_tells_what_a_number_is(book: Book) -> None:
    text = hovered(book, TEMPLATE, "{{ n.ga^in }}")
    for part in (
        "3.5 个百分点",
        "增长",
        "demo2025",
        "图 6",
        "after - before",
        "还没有都与原文核对过",
    ):
        assert part in text


def test_hover_tells_a_source_an_experiment_and_a_rule(book: Book) -> None:
    source = hovered(book, CHAPTER, "[@de^mo2025]")
    assert "A Demonstration of Rules" in source
    assert "Sample, Ben" in source
    assert "2025" in source
    experiment = hovered(book, CHAPTER, '{{ ref("card^-game") }}')
    assert "实验 3.1 换一条规则" in experiment
    assert "3 个数" in experiment
    assert RECORD in experiment
    rule = hovered(book, CHAPTER, "<!-- chapterkit: allow fake^-list: 原文如此 -->")
    assert "fake-list" in rule
    assert hovered(book, CHAPTER, "[@no^body]") == ""


NUMBERS = ["before", "after", "gain"]


@pytest.mark.parametrize(
    ("path", "marked", "expected"),
    [
        (TEMPLATE, "从 {{ n.^", NUMBERS),
        (TEMPLATE, "从 {{ n.^a", NUMBERS),
        (CHAPTER, "从 {{ n.^", []),
        (TEMPLATE, "从 n.^", []),
        (TEMPLATE, "从 {{ n.before }} n.^", []),
        (CHAPTER, '{{ n("^card', [f"card-game.{name}" for name in NUMBERS]),
        (CHAPTER, '见{{ cite("^', ["demo2025"]),
        (CHAPTER, "见[@^de", ["demo2025"]),
        (CHAPTER, "见[@demo2025, 图 6; @^", ["demo2025"]),
        (CHAPTER, "写信给 a@^", []),
        (CHAPTER, "见{{ ref('^", ["card-game"]),
        (CHAPTER, "{{ experiment('^card-", ["card-game"]),
        (RECORD, "  after: {value: 15.0, cite: ^de", ["demo2025"]),
        (RECORD, "  - {claim: 高, rests_on: [before, ^", NUMBERS),
        (RECORD, "  gain: {change_of: [^be", NUMBERS),
    ],
)
def test_completion(book: Book, path: str, marked: str, expected: Sequence[str]) -> None:
    """What has been typed of a name begins at ^."""
    offered = candidates(book, path, marked.replace("^", ""))
    assert [one.name for one in offered.names] == expected
    if expected:
        assert offered.start == marked.index("^") + 1


def test_completion_of_rules(book: Book) -> None:
    offered = candidates(book, CHAPTER, "<!-- chapterkit: allow fake-list, uns")
    assert "unsourced-number" in [one.name for one in offered.names]
    assert offered.start == len("<!-- chapterkit: allow fake-list, ") + 1


def test_definitions_lead_to_record_bibliography_and_template(book: Book) -> None:
    def origins(path: str, marked: str) -> list[str]:
        place = place_at(book, path, marked.replace("^", ""), marked.index("^") + 1)
        return [str(origin) for origin in definitions(book, place)] if place else []

    assert origins(TEMPLATE, "{{ n.aft^er }}") == [f"{RECORD}:9"]
    assert origins(CHAPTER, "[@demo^2025]") == ["refs.bib:1"]
    assert origins(CHAPTER, '{{ ref("card-g^ame") }}') == [f"{RECORD}:2", f"{TEMPLATE}:1"]
    assert origins(CHAPTER, '{{ ref("card-g^am") }}') == []


# --- problems and edits


def underlined(problem: Problem, text: str, encoding: Any = "utf-16") -> tuple[int, int, int]:
    where = diagnostic(problem, Lines(text.split("\n"), encoding)).range
    return where.start.line, where.start.character, where.end.character


def test_columns_are_in_the_units_agreed_on() -> None:
    text = "好\n𬬭𬬭是 5 次"
    problem = Problem(Origin("a.md", 2, 5), "数", end=Origin("a.md", 2, 6))
    assert underlined(problem, text) == (1, 6, 7)
    assert underlined(problem, text, "utf-32") == (1, 4, 5)
    assert underlined(problem, text, "utf-8") == (1, 12, 13)


def test_what_is_underlined_when_the_end_is_not_known() -> None:
    assert underlined(Problem(Origin("a", 1, 3), "x"), "中文word后") == (0, 2, 6)
    assert underlined(Problem(Origin("a", 1, 2), "x"), "中{{ n.x }}后") == (0, 1, 10)
    assert underlined(Problem(Origin("a", 1), "x"), "  整行 ") == (0, 2, 4)
    assert underlined(Problem(Origin("a", 9, 9), "x"), "只有一行") == (8, 0, 0)


def test_edits_that_no_longer_fit_are_not_offered() -> None:
    edit = Edit(Origin("a.md", 1, 2), "乙", "丁")
    other = Edit(Origin("a.md", 1, 2), "乙丙", "戊")
    assert fitting([edit, edit], {"a.md": ["甲乙丙"]}) == (edit,)
    assert fitting([edit], {"a.md": ["甲丙"]}) == ()
    assert fitting([edit], {"a.md": []}) == ()
    assert fitting([edit, other], {"a.md": ["甲乙丙"]}) == ()
    broken = Edit(Origin("a.md", 1, 2), "乙\n丙", "乙丙")
    assert fitting([broken], {"a.md": ["甲乙", "丙"]}) == (broken,)


def test_an_exception_stands_before_the_paragraph() -> None:
    def line(path: str, at: int, *lines: str) -> int | None:
        edit = allowing(Problem(Origin(path, at, 3), "x", rule="fake-list"), lines)
        return edit.origin.line if edit else None

    assert line(CHAPTER, 4, "# 题", "", "一行", "二行") == 3
    assert line(TEMPLATE, 2, "{% block why %}", "一行") == 2
    assert line(RECORD, 1, "slug: x") is None
    assert allowing(Problem(Origin(CHAPTER, 1), "没有规则名"), ["一行"]) is None


def test_a_book_is_checked_with_what_is_not_saved(minimal: Path) -> None:
    chapter = minimal.resolve() / CHAPTER
    typed = chapter.read_text("utf-8") + "\n成功率是 23.5%。\n"
    outcome = check_book(minimal.resolve(), {chapter: typed}, None, Memory())
    assert [one.rule for one in outcome.problems[CHAPTER]] == ["unsourced-number"]
    assert check_book(minimal.resolve(), {}, None, Memory()).problems[CHAPTER] == ()


def test_only_the_chapter_concerned_is_checked_again(minimal: Path) -> None:
    def parts(*changed: str) -> set[str]:
        return set(check_book(minimal.resolve(), {}, frozenset(changed), Memory()).problems) - {""}

    assert parts(CHAPTER) == parts(TEMPLATE) == parts(RECORD) == parts("refs.bib") == {CHAPTER}
    assert parts("README.md") == parts() == set()


# --- a real client


class Editor:
    """A client with a server of its own; keeps what it was shown last."""

    def __init__(self) -> None:
        self.client = LanguageClient("editor", "1")
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.published: dict[str, list[types.Diagnostic]] = {}
        self.published_version: dict[str, int | None] = {}
        self.messages: list[str] = []
        self.news = asyncio.Event()
        self.capabilities = types.ServerCapabilities()
        self.registered: list[types.Registration] = []

        self.take(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, self.publish)
        self.take(types.WINDOW_SHOW_MESSAGE, self.show)
        self.take(types.CLIENT_REGISTER_CAPABILITY, self.register)

    def take(self, method: str, answer: Callable[[Any], None]) -> None:
        # pygls marks what it is given, which a method does not allow.
        self.client.feature(method)(lambda params: answer(params))  # noqa: PLW0108

    def publish(self, params: types.PublishDiagnosticsParams) -> None:
        self.published[params.uri] = list(params.diagnostics)
        self.published_version[params.uri] = params.version
        self.news.set()

    def show(self, params: types.ShowMessageParams) -> None:
        self.messages.append(params.message)
        self.news.set()

    def register(self, params: types.RegistrationParams) -> None:
        self.registered += params.registrations
        self.news.set()

    async def start(self, *encodings: str) -> None:
        await self.client.start_io(str(CLI), "lsp", "--stdio")
        general = types.GeneralClientCapabilities(position_encodings=list(encodings) or None)
        files = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        workspace = types.WorkspaceClientCapabilities(did_change_watched_files=files)
        able = types.ClientCapabilities(general=general, workspace=workspace)
        began = await self.client.initialize_async(types.InitializeParams(able))
        self.capabilities = began.capabilities
        self.client.initialized(types.InitializedParams())

    async def stop(self) -> int | None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()  # type: ignore[no-untyped-call]
        process = self.client._server
        assert process is not None
        assert process.stderr is not None
        assert (await process.stderr.read()).decode() == ""
        return process.returncode

    def open(self, path: Path, text: str | None = None) -> str:
        uri = path.as_uri()
        self.texts[uri] = path.read_text("utf-8") if text is None else text
        self.versions[uri] = 1
        item = types.TextDocumentItem(uri, "markdown", 1, self.texts[uri])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def type(self, uri: str, text: str) -> None:
        self.texts[uri] = text
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def close(self, uri: str) -> None:
        del self.texts[uri], self.versions[uri]
        document = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    async def until(self, come: Callable[[], bool]) -> None:
        async with asyncio.timeout(HANGS):
            while not come():
                self.news.clear()
                await self.news.wait()

    def rules(self, uri: str) -> list[Any]:
        return [one.code for one in self.published.get(uri, ())]

    async def until_rules(self, uri: str, *rules: str | None) -> list[types.Diagnostic]:
        """Wait until a file's text, as it now is, is shown with these rules' problems."""
        await self.until(
            lambda: (
                uri in self.published
                and self.published_version[uri] == self.versions.get(uri)
                and self.rules(uri) == list(rules)
            )
        )
        return self.published[uri]

    def asked(self, uri: str, after: str) -> tuple[types.TextDocumentIdentifier, types.Position]:
        """Return the position behind the first occurrence of some text, in UTF-16."""
        before = self.texts[uri][: self.texts[uri].index(after) + len(after)]
        units = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
        return types.TextDocumentIdentifier(uri), types.Position(before.count("\n"), units)

    async def actions(self, uri: str, at: types.Range) -> dict[str, types.WorkspaceEdit]:
        document, context = types.TextDocumentIdentifier(uri), types.CodeActionContext([])
        params = types.CodeActionParams(document, at, context)
        offered = await self.client.text_document_code_action_async(params)
        return {
            one.title: one.edit
            for one in offered or ()
            if isinstance(one, types.CodeAction) and one.edit
        }

    def apply(self, edit: types.WorkspaceEdit) -> None:
        for uri, changes in (edit.changes or {}).items():
            lines = self.texts[uri].split("\n")
            for change in sorted(changes, key=lambda one: -one.range.start.character):
                assert change.range.start.line == change.range.end.line
                number = change.range.start.line
                units = lines[number].encode("utf-16-le")
                before = units[: 2 * change.range.start.character].decode("utf-16-le")
                after = units[2 * change.range.end.character :].decode("utf-16-le")
                lines[number] = before + change.new_text + after
            self.type(uri, "\n".join(lines))


def with_editor(scene: Callable[[Editor], Awaitable[None]], *encodings: str) -> None:
    async def play() -> None:
        editor = Editor()
        await editor.start(*encodings)
        await scene(editor)
        assert await editor.stop() == 0

    asyncio.run(play())


def test_a_typed_number_appears_is_allowed_and_goes(minimal: Path) -> None:
    async def scene(editor: Editor) -> None:
        uri = editor.open(minimal / CHAPTER)
        await editor.until_rules(uri)
        clean = editor.texts[uri]
        editor.type(uri, clean + "\n他说“𬬭𬬭”，成功率是 23.5%。\n")
        (problem,) = await editor.until_rules(uri, "unsourced-number")
        assert problem.source == "chapterkit"
        assert problem.severity is types.DiagnosticSeverity.Error
        _, end = editor.asked(uri, "23.5%")
        assert problem.range.end == end
        assert problem.range.start.character == end.character - len("23.5%")
        offered = await editor.actions(uri, problem.range)
        editor.apply(offered["允许 unsourced-number，并写明理由"])
        await editor.until_rules(uri)
        editor.type(uri, clean)
        editor.type(uri, clean + "\n成功率是 42.5%。\n")
        await editor.until_rules(uri, "unsourced-number")
        editor.close(uri)
        await editor.until_rules(uri)

    with_editor(scene)


def test_comments_are_shown_and_a_preview_is_told_of_the_cursor(minimal: Path) -> None:
    said = Comment(
        "0123456789ab", "要问什么", "0" * 16, f"{CHAPTER}:3", "甲", "2026-01-02", "问谁？"
    )
    (minimal / "review").mkdir()
    (minimal / "review/cards.yaml").write_text(comments_text([said]), "utf-8")
    (minimal / STATE).mkdir(parents=True)

    async def scene(editor: Editor) -> None:
        uri = editor.open(minimal / CHAPTER)
        [comment] = await editor.until_rules(uri, "comment")
        assert comment.message.startswith("甲：问谁？")
        document, position = editor.asked(uri, "要问什么")
        asked = types.DocumentHighlightParams(document, position)
        assert not await editor.client.text_document_document_highlight_async(asked)
        assert told_cursor(minimal) == (CHAPTER, 3)

    with_editor(scene)


def test_names_are_explained_completed_and_followed(minimal: Path) -> None:
    async def scene(editor: Editor) -> None:
        client = editor.client
        template, chapter = editor.open(minimal / TEMPLATE), editor.open(minimal / CHAPTER)
        hover = await client.text_document_hover_async(
            types.HoverParams(*editor.asked(template, "n.bef"))
        )
        assert hover is not None
        assert isinstance(hover.contents, types.MarkupContent)
        assert "11.5%" in hover.contents.value
        _, end = editor.asked(template, "n.before")
        assert hover.range is not None
        assert hover.range.end == end
        leads = await client.text_document_definition_async(
            types.DefinitionParams(*editor.asked(chapter, '{{ n("card-game.a'))
        )
        assert isinstance(leads, Sequence)
        (place,) = leads
        assert isinstance(place, types.Location)
        assert place.uri == (minimal / RECORD).as_uri()
        assert place.range.start.line == 8
        editor.type(template, editor.texts[template].replace("{{ super() }}", "😀 {{ n.ga"))
        offered = await client.text_document_completion_async(
            types.CompletionParams(*editor.asked(template, "{{ n.ga"))
        )
        assert isinstance(offered, types.CompletionList)
        assert [one.label for one in offered.items] == ["before", "after", "gain"]
        edit = offered.items[2].text_edit
        assert isinstance(edit, types.TextEdit)
        _, end = editor.asked(template, "{{ n.ga")
        start = types.Position(end.line, end.character - 2)
        assert edit.range == types.Range(start, end)
        assert edit.new_text == "gain"

    with_editor(scene)


def test_a_problem_is_shown_at_its_file_open_or_not(minimal: Path) -> None:
    template = (minimal / TEMPLATE).resolve()
    text = template.read_text("utf-8")

    async def scene(editor: Editor) -> None:
        chapter = editor.open(minimal / CHAPTER)
        await editor.until_rules(chapter)
        await editor.until(lambda: bool(editor.registered))
        template.write_text(text.replace("{{ super() }}", "这一步升了 7.5%。"), "utf-8")
        change = types.FileEvent(template.as_uri(), types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(
            types.DidChangeWatchedFilesParams([change])
        )
        await editor.until_rules(template.as_uri(), "unsourced-number")
        assert editor.rules(chapter) == []
        opened = editor.open(template, text)
        await editor.until_rules(opened)
        editor.close(opened)
        await editor.until_rules(template.as_uri(), "unsourced-number")
        editor.close(chapter)
        await editor.until_rules(template.as_uri())

    with_editor(scene)


def test_broken_files_are_problems_at_their_place(minimal: Path) -> None:
    async def scene(editor: Editor) -> None:
        record = editor.open(minimal / RECORD)
        chapter = editor.open(minimal / CHAPTER)
        await editor.until_rules(chapter)
        sound = editor.texts[record]
        editor.type(record, sound.replace("title: 换一条规则", "title: [换一条规则"))
        (problem,) = await editor.until_rules(record, None)
        assert "YAML" in problem.message
        # What could be loaded last is still known.
        hover = await editor.client.text_document_hover_async(
            types.HoverParams(*editor.asked(chapter, "[@demo"))
        )
        assert hover is not None
        editor.type(record, sound.replace("value: 11.5", "value: 许多"))
        (problem,) = await editor.until_rules(record, None)
        assert problem.range.start.line == 7
        editor.type(record, sound)
        await editor.until_rules(record)
        editor.type(chapter, editor.texts[chapter].replace("{{ ref(", "{{ reff("))
        (problem,) = await editor.until_rules(chapter, None)
        assert "reff" in problem.message
        assert problem.range.start.line == 8
        bibliography = editor.open(minimal / "refs.bib", "@article{demo2025, title = {没有完")
        (problem,) = await editor.until_rules(bibliography, None)
        assert "参考文献库" in problem.message
        assert editor.messages == []

    with_editor(scene)


def test_a_file_outside_a_book(tmp_path: Path) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("# 一稿\n\n没有问题的一段。\n", "utf-8")

    async def scene(editor: Editor) -> None:
        uri = editor.open(draft)
        await editor.until_rules(uri)
        editor.type(uri, "# 一稿\r\n\r\n😀她在圖书馆里读书，说话的人很多，这个国家的东西真好。\r\n")
        await editor.until(lambda: "mixed-script" in editor.rules(uri))
        problem = next(one for one in editor.published[uri] if one.code == "mixed-script")
        assert problem.range == types.Range(types.Position(2, 4), types.Position(2, 5))
        offered = await editor.actions(uri, problem.range)
        mended = next(edit for title, edit in offered.items() if title.startswith("改好"))
        editor.apply(mended)
        await editor.until(lambda: "mixed-script" not in editor.rules(uri))
        assert "图书馆" in editor.texts[uri]
        hidden = editor.open(
            tmp_path / "有 空格.md", "<!-- chapterkit: allow fake-list: 是诗 -->\n"
        )
        hover = await editor.client.text_document_hover_async(
            types.HoverParams(*editor.asked(hidden, "allow fake"))
        )
        assert hover is not None

    with_editor(scene)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-32"])
def test_other_encodings_can_be_agreed_on(minimal: Path, encoding: str) -> None:
    async def scene(editor: Editor) -> None:
        assert editor.capabilities.position_encoding == encoding
        uri = editor.open(minimal / CHAPTER)
        before = "他说“𬬭𬬭”，成功率是 "
        editor.type(uri, f"{editor.texts[uri]}\n{before}23.5%。\n")
        (problem,) = await editor.until_rules(uri, "unsourced-number")
        units = len(before.encode()) if encoding == "utf-8" else len(before)
        assert problem.range.start.character == units

    with_editor(scene, encoding)


def test_the_commands_that_need_no_server_do_not_load_it(minimal: Path) -> None:
    script = (
        "import sys\nfrom chapterkit.commands import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print([one for one in sys.modules if one.startswith(('pygls', 'lsprotocol'))])"
    )
    for arguments in (["--help"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=minimal, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.endswith("[]\n")


# --- what bears a number


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Things]:
    """A book of two chapters with figures, tables and formulas, and what can be referred to."""
    root = Path(shutil.copytree(HERE / "books" / "things", tmp_path_factory.mktemp("t") / "book"))
    diagnosis = check_book(root, {}, None, Memory())
    assert diagnosis.book is not None
    desk = Desk(root, True, diagnosis.book)
    desk.keep(diagnosis)
    return diagnosis.book, desk.things()


def test_ref_and_links_complete_what_has_a_number(things: tuple[Book, Things]) -> None:
    book, marked = things
    for typed, start in (
        ('见{{ ref("', 10),
        ('见{{ ref("eq:', 10),
        ("见[](#", 6),
        ("见[图](#fi", 7),
    ):
        offered = candidates(book, "book/counting.md", typed, marked)
        details = {one.name: one.detail for one in offered.names}
        assert details["eq:rate"] == "式（1.1）"
        assert details["fig:map"] == "图 1.1 两座城（自绘）"
        assert details["fig:groups"] == "图 2.1 两组（自绘）"
        assert details["difference"] == "第 1.1.1 节 比与差"
        assert details["pump"] == "水泵"
        assert offered.start == start
    [pump] = candidates(book, "book/counting.md", '{{ case("', marked).names
    assert pump.name == "pump"


def test_hover_tells_number_title_and_place(things: tuple[Book, Things]) -> None:
    book, marked = things
    line = '见[](#fig:map)与{{ ref("eq:sum") }}，{{ case("pump") }}'

    def told(name: str) -> str:
        place = place_at(book, "book/counting.md", line, line.index(name) + 2)
        assert place is not None
        assert [*definitions(book, place, marked)]
        return hover_text(book, place, marked) or ""

    assert "图 1.1 两座城（自绘）" in told("fig:map")
    assert "book/counting.md:30" in told("fig:map")
    assert "式（2.1）" in told("eq:sum")
    assert "第 2 章" in told("eq:sum")
    assert "案例 1.1 水泵" in told("pump")


# --- exhibits


def test_tables_charts_and_flows_complete_their_own_and_are_explained() -> None:
    exhibits = load_book(Disk(HERE / "books" / "exhibits"))
    for before, names in (
        ('{{ table("', ["ood", "lengths", "both"]),
        ("{{ chart('ood-", ["ood-bars", "ood-slopes"]),
        ('{{ flow("', ["two-ways", "masks"]),
    ):
        offered = candidates(exhibits, CHAPTER, before)
        assert [one.name for one in offered.names] == names
        assert offered.start == len(re.split("[\"']", before)[0]) + 2
    place = place_at(exhibits, CHAPTER, '{{ chart("ood-bars") }}', 14)
    assert place
    assert "换规则之后的成功率" in (hover_text(exhibits, place) or "")
    [origin] = definitions(exhibits, place)
    assert (origin.path, origin.line) == ("experiments/general-points.yaml", 20)
