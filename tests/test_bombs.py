"""Inputs made to fill memory, to take for ever, or to be read where they lead: one line, at once.

Each case is a change of the smallest book. What is counted is work, not time: a child process with
little memory and generous time has to end by itself.
"""

from __future__ import annotations

import os
import re
import resource
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from chapterkit.errors import LONGEST, ChapterkitError, shortened
from chapterkit.lint.words import any_of, words_patterns
from chapterkit.manuscript.bibliography import parse_bibliography
from chapterkit.manuscript.folder import MAX_FILES, Disk, Noted, read_file
from chapterkit.manuscript.ledger import numbers_of
from chapterkit.manuscript.records import read_ledger_file
from chapterkit.manuscript.terms import parse_terms
from chapterkit.numbers.verify.texts import html_text, read_source
from conftest import HERE

MINIMAL = HERE / "books" / "minimal"
RECORD = (MINIMAL / "experiments/card-game.yaml").read_text("utf-8")
CHAPTER = (MINIMAL / "book/chapter3.md").read_text("utf-8")
MEMORY, SECONDS = 1_500_000_000, 100


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def checked(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run a check in a process with little memory; return its exit code and all it says."""
    ended = subprocess.run(
        [sys.executable, "-m", "chapterkit", "check", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=SECONDS, preexec_fn=bounded,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


@dataclass(frozen=True)
class Case:
    """A change of a file of the book, and what is said of it, a place first."""

    name: str
    path: str
    text: str
    said: str


def chapter(name: str, text: str, said: str) -> Case:
    return Case(name, "book/chapter3.md", f"{CHAPTER}\n{text}\n", said)


def record(name: str, numbers: str, said: str) -> Case:
    text = RECORD.replace("findings:", f"{numbers}findings:")
    return Case(name, "experiments/card-game.yaml", text, said)


def number(name: str, said: str) -> str:
    return f"  {name}: {{{said}, unit: 个, of: 甲, cite: demo2025}}\n"


def chain(first: str, then: str, times: int) -> str:
    """Return numbers that are each made of the one before."""
    made = (number(f"a{i + 1}", "derived: " + then.format(f"a{i}")) for i in range(times))
    return number("a0", first) + "".join(made)


def grown(way: str, times: int) -> str:
    """Return a template in which each variable is made of the one before."""
    return "\n".join(way.format(new=f"a{i + 1}", old=f"a{i}") for i in range(times))


TEXT = '{% set a0 = "1234567890123456" %}\n' + grown("{{% set {new} = {old} ~ {old} %}}", 17)
LISTS = "{% set a0 = [1, 2] %}\n" + grown("{{% set {new} = [{old}, {old}, {old}, {old}] %}}", 30)
TOO_MUCH = r"book/chapter3\.md:\d+: 模板一共要处理的字超过"
DOUBLED = "{% macro m0() %}甲乙丙丁{% endmacro %}" + "".join(
    f"{{% macro m{i + 1}() %}}{{{{ m{i}() }}}}{{{{ m{i}() }}}}{{% endmacro %}}" for i in range(40)
)
CASES = [
    chapter("texts doubled", TEXT + "{% set b = a17 ~ a17 ~ a17 %}{{ b }}", r"book/chapter3\.md:\d+: 模板的结果超过"),
    chapter("many texts kept", TEXT + "{% set b = a17 ~ 1 %}" * 40, TOO_MUCH),
    *(
        chapter(f"lists of lists, {use}", LISTS + f"{{{{ {use} }}}}", TOO_MUCH)
        for use in (
            "a30", "a30 | join", "a30 | lower", "a30 | trim | length", "a30 ~ 1", "a30 == [a30, 1]",
            "a30 in [[a30]]", "[a30, a30] | sort | length", "[a30] | unique | list | length",
            "n(a30)", "cite(a30)", "ref(a30)", 'cite("demo2025", a30)', "{}[a30]",
            '[1] | select("eq", a30) | list', 'n("card-game.after") | approx(a30)',
        )
    ),
    chapter("a long text between", TEXT + "{{ a17 | list | join(a17) | length }}", TOO_MUCH),
    chapter("a long text sorted", TEXT + "{{ a17 | list | sort | length }}" * 20, TOO_MUCH),
    chapter("a long text in a loop", TEXT + "{% for x in a17 %}{% set q = a17[1:] == x %}{% endfor %}", TOO_MUCH),
    chapter("a long text in a filter's loop", TEXT + '{{ a17 | map("upper") | map("lower") | list | length }}', TOO_MUCH),
    chapter("macros doubled", DOUBLED + "{{ m40() | length }}", TOO_MUCH),
    chapter("captured and doubled", "{% set a0 %}甲乙{% endset %}\n" + grown("{{% set {new} %}}{{{{ {old} }}}}{{{{ {old} }}}}{{% endset %}}", 40), TOO_MUCH),
    chapter("callers doubled", "{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}" + "{% call m() %}" * 30 + "甲" + "{% endcall %}" * 30, TOO_MUCH),
    *(
        chapter(f"a huge argument of {name}", f"{{{{ {use} }}}}", f"book/chapter3\\.md:11: {said}")
        for name, use, said in (
            ("round", "1.5 | round(-1000000000)", "过滤器 round 的位数应在"),
            ("round in map", '[1] | map("round", 1000000000, "ceil") | list', "过滤器 round 的位数应在"),
            ("power", "9 ** 9 ** 9", "模板里不能这样用"),
            ("times", '"x" * 1000000000', "模板里不能这样用"),
            ("format", '"%1000000000d" % 1', "模板里不能这样用"),
            ("division", "0x" + "f" * 3000 + " // 3", "模板里不能这样用"),
        )
    ),
    chapter("too many tags", "{{ 1 }}" * 60_000, r"book/chapter3\.md:11: 模板的标记超过"),
    *(chapter(f"unclosed {tag}", tag * 100_000, r"book/chapter3\.md:\d+: 模板") for tag in ("{%#", '{{ "', '{% "', "{%")),
    record("squares", chain("value: 9", '"{0} * {0}"', 20), r"experiments/card-game\.yaml:\d+: derived 算出的数超过 60 位"),
    record("products", number("a0", "value: 123456789") + number("a1", 'derived: "' + " * ".join(["a0"] * 60) + '"'), r"experiments/card-game\.yaml:12: derived 算出的数超过 300 位"),
    record("a circle of thousands", number("a0", "derived: a3000") + chain("value: 1", "{0} + 1", 3000).partition("\n")[2] + "\n", r"experiments/card-game\.yaml:\d+: derived 绕成了圈"),
    record("signs", number("a0", 'derived: "' + "+" * 390 + 'before"'), r"experiments/card-game\.yaml:11: derived 只能用"),
    record("a huge exponent", number("a0", "value: 1e999999999"), r"experiments/card-game\.yaml:11: numbers\.a0\.value"),
    record("a long value", number("a0", f"value: {'9' * 100_000}"), r"experiments/card-game\.yaml:11: numbers\.a0\.value"),
    record("a long unit", number("a0", "value: 1").replace("个", "个" * 100_000), r"experiments/card-game\.yaml:11: numbers\.a0\.unit"),
    Case("deep YAML", "experiments/card-game.yaml", "a: " + "[" * 500_000, r"experiments/card-game\.yaml:1: YAML 嵌套超过"),
    Case("strings doubled", "refs.bib", '@string{a0 = "1234567890123456"}\n' + "".join(f"@string{{a{i + 1} = a{i} # a{i}}}\n" for i in range(40)), ""),
    Case("strings doubled and used", "refs.bib", '@string{a0 = "1234567890123456"}\n' + "".join(f"@string{{a{i + 1} = a{i} # a{i}}}\n" for i in range(40)) + "@book{demo2025, title = a40}\n", r"refs\.bib:\d+: 参考文献库的各个字段合起来超过"),
    Case("too many names", "refs.bib", f"@book{{demo2025,\n author = {{{'{a} ' * 100_000}}}}}\n", r"refs\.bib:1: demo2025 的 author 超过"),
    Case("long terms", "book/terms.yaml", f"terms:\n  - {{term: {'甲' * 10_000}}}\n", r"book/terms\.yaml:2: 一个词超过 100 个字"),
]  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(one, id=one.name) for one in CASES if one.said])
def test_a_bomb_is_told_at_its_line(case: Case, minimal: Path) -> None:
    (minimal / case.path).write_text(case.text, "utf-8")
    code, said = checked(minimal)
    assert code == 2, said[-2000:]
    first, *rest = said.splitlines()
    assert re.match(case.said, first), said[:2000]
    assert len(rest) <= 1
    assert len(first) < LONGEST + 100


def test_a_chain_of_thousands_is_computed() -> None:
    last_first = "".join(reversed(chain("value: 1", "{0} + 1", 3000).splitlines(keepends=True)))
    read = read_ledger_file(f"numbers:\n{last_first}", "ledger.yaml")
    models = {name: model for name, (model, _) in read.items()}
    numbers = numbers_of("", models, {name: at for name, (_, at) in read.items()})
    assert str(numbers["a3000"].value) == "3001"


# --- files


def not_a_text(kind: str, path: Path) -> str:
    """Put something at `path` that is no text, and return what is to be said of it."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
    elif kind == "sparse":
        with path.open("wb") as file:
            file.truncate(100 * 10**9)
        return "文件超过"
    elif kind == "folder":
        path.mkdir()
        return "这是一个文件夹"
    elif kind == "device":
        path.symlink_to("/dev/zero")
        return "指到的地方在书的文件夹之外"
    return "这是设备、管道或套接字"


KINDS = ("pipe", "socket", "sparse", "folder", "device")
NAMED = (
    "book/book.yaml", "book/chapter3.md", "book/terms.yaml", "experiments/card-game.yaml",
    "experiments/verified.lock", "templates/experiment.md.j2", "refs.bib", "base.yaml",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_book_names_is_a_text(
    kind: str, minimal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(minimal)  # a socket's path may not be long
    for path in NAMED:
        file = Path(path)
        kept = file.read_bytes() if file.exists() else b""
        file.unlink(missing_ok=True)
        said = not_a_text(kind, file)
        with pytest.raises(ChapterkitError, match=said):
            Disk(minimal).text(path)
        file.rmdir() if kind == "folder" else file.unlink()
        file.write_bytes(kept)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/tty", "/proc/kmsg"])
def test_a_device_is_not_waited_for(device: str) -> None:
    with pytest.raises(ChapterkitError):
        read_file(Path(device), device)


def test_a_file_without_a_size_is_read_to_its_end(tmp_path: Path) -> None:
    assert read_file(Path("/proc/self/status"), "status").startswith(b"Name:")


def test_a_file_is_read_no_further_than_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 1001)
    assert Disk(tmp_path).read("a", 1001) == b"x" * 1001
    with pytest.raises(ChapterkitError, match="文件超过"):
        Disk(tmp_path).read("a", 1000)


def test_what_a_shell_hands_over_is_read(minimal: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"title: x\n")
    os.close(writing)
    try:
        assert read_file(Path(f"/dev/fd/{reading}"), "given") == b"title: x\n"
    finally:
        os.close(reading)


def test_a_book_may_not_read_without_end(minimal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chapterkit.manuscript.folder.MAX_BOOK_BYTES", 500)
    noted = Noted(Disk(minimal))
    noted.text("book/book.yaml")
    with pytest.raises(ChapterkitError, match="书的文件合起来超过"):
        noted.text("experiments/card-game.yaml")


def test_a_folder_of_too_many_files_is_told(minimal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_FILES >= 10_000
    monkeypatch.setattr("chapterkit.manuscript.folder.MAX_FILES", 1)
    with pytest.raises(ChapterkitError, match="里的文件超过 1 个"):
        Disk(minimal).list("templates", ".j2")


def test_a_folder_that_leads_out_or_round_is_not_listed(minimal: Path) -> None:
    (minimal / "templates" / "round").symlink_to("..")
    assert len(Disk(minimal).list("templates", ".j2")) == 2
    (minimal / "out").symlink_to("/etc")
    with pytest.raises(ChapterkitError, match="指到的地方在书的文件夹之外"):
        Disk(minimal).list("out", ".conf")


def test_a_source_that_leads_out_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("15.0%", "utf-8")
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "demo2025.txt").symlink_to("../secret.txt")
    with pytest.raises(ChapterkitError, match="在原文的文件夹之外"):
        read_source(folder, "demo2025")
    os.mkfifo(folder / "piped.txt")
    with pytest.raises(ChapterkitError, match="管道"):
        read_source(folder, "piped")


def test_a_link_that_leads_out_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("root:x:0:0 有 15% 的人\n", "utf-8")
    here = tmp_path / "here"
    here.mkdir()
    (here / "draft.md").symlink_to("../secret.md")
    code, said = checked(here, "draft.md")
    assert (code, "root:" in said) == (2, False)
    assert said.startswith("draft.md:1: 链接指到了当前文件夹之外")


# --- what is long


def test_a_message_is_not_as_long_as_what_it_quotes() -> None:
    error = ChapterkitError("甲" * 10_000, None, "乙" * 10_000)
    assert len(error.report()) < 2 * LONGEST + 100
    assert shortened("甲") == "甲"


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<!", "<![CDATA[", "<?", "<a", "<a ", '<a b="', "</", "<script>", "&", "&#1", "<"],
)
def test_unclosed_html_is_gone_through_once(piece: str) -> None:
    html_text(piece * (2_000_000 // len(piece)))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<!-- b -->c", "ac"),
        ("a<!-- b", "a"),
        ('<p title="1 > 0">b</p>', "\nb\n"),
        ("<script>1 < 2</script>b", "b"),
        ("<style>a", ""),
        ("p < 0.05", "p < 0.05"),
        ("<svg><text>1</text></svg>b", "b"),
        (f"&#{'1' * 5000};", f"&#{'1' * 5000};"),
        ("&lt;b&gt;", "<b>"),
    ],
)
def test_the_visible_text_of_html(markup: str, text: str) -> None:
    assert html_text(markup) == text


def test_a_bibliography_without_a_brace_is_gone_through_once() -> None:
    text = "@book{k, abstract = " + " # ".join(['"a"'] * 100_000) + "}"
    assert parse_bibliography(text, "refs.bib")["k"].fields["abstract"] == "a" * 100_000


def test_thousands_of_words_are_tried_at_once() -> None:
    words = [f"{chr(0x4E00 + i)}{chr(0x4E00 + i // 7)}乙" for i in range(5000)]
    pattern = re.compile(any_of([*words, "沙箱", "沙箱化"]))
    assert pattern.findall("甲".join(words[::100])) == words[::100]
    assert pattern.findall("沙箱化沙箱") == ["沙箱化", "沙箱"]
    [han, latin] = words_patterns(["A", "agents", "Agent", "智能"])
    assert latin.findall("AGENTS agent a") == ["AGENTS", "agent", "a"]
    assert han.findall("智能体") == ["智能"]


def test_every_word_of_a_terms_file_has_a_length() -> None:
    for text in (
        "banned:\n  - {word: %s}\n",
        "filler:\n  - %s\n",
        "terms:\n  - {term: 甲, instead_of: [%s]}\n",
    ):
        with pytest.raises(ChapterkitError, match="一个词超过"):
            parse_terms(text % ("乙" * 101), "terms.yaml")
