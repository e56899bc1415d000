"""Failures of the machine: told in one line, with the right exit code, and never as our bugs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import HERE

CLI = Path(sys.executable).with_name("chapterkit")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full and ulimit")


def shell(command: str, folder: Path, **environment: str) -> tuple[int, str, str]:
    """Run a command line of bash, in which CK is chapterkit; return its exit code and output."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        check=False,
        capture_output=True,
        timeout=120,
        env={**os.environ, "CK": str(CLI), **environment},
    )
    printed, told = (out.decode("utf-8", "replace") for out in (done.stdout, done.stderr))
    return done.returncode, printed, told


# Command lines, the exit code, and what is said.
CASES = [
    ("$CK check > /dev/full", 2, "写不出结果"),
    ("$CK check --format json > /dev/full", 2, "写不出结果"),
    ("$CK numbers > /dev/full", 2, "写不出结果"),
    ("$CK verify > /dev/full", 2, "写不出结果"),
    ("$CK rule > /dev/full", 2, "写不出结果"),
    ("$CK build --output out > /dev/full", 2, "写不出结果"),
    ("$CK --help > /dev/full", 2, "写不出结果"),
    ("$CK > /dev/full", 2, "写不出结果"),
    ("$CK check --help > /dev/full", 2, "写不出结果"),
    ("$CK --version > /dev/full", 2, "写不出结果"),
    ("$CK check > /dev/full 2> /dev/full", 2, ""),
    ("$CK check nobody 2> /dev/full", 2, ""),
    ("$CK nonsense 2> /dev/full", 2, ""),
    ("$CK check >&-", 0, ""),
    ("$CK check nobody 2>&-", 2, ""),
    ("$CK check nobody <&- >&- 2>&-", 2, ""),
    ("$CK build --output out <&- >&- 2>&- && ls out/cards/cards.pdf", 0, "cards.pdf"),
    ("(sleep 0.3; $CK check; exit $?) | true; exit ${PIPESTATUS[0]}", 141, ""),
    ("($CK --help; exit $?) | sleep 0; exit ${PIPESTATUS[0]}", 141, ""),
    ("($CK rule; exit $?) | true; exit ${PIPESTATUS[0]}", 141, ""),
    ("$CK check | head -1; exit ${PIPESTATUS[0]}", 0, "没有问题"),
    ("$CK check nobody 2>&1 >&- | true; exit ${PIPESTATUS[0]}", 2, ""),
    ("PYTHONIOENCODING=ascii $CK check", 0, "没有问题"),
    ("PYTHONIOENCODING=latin-1 $CK check", 0, r"\u{6ca1}"),
    ("PYTHONIOENCODING=gbk $CK check | iconv -f gbk -t utf-8", 0, "没有问题"),
    ("PYTHONIOENCODING=latin-1 $CK check --format json", 0, '"problems"'),
    ("LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 $CK check 甲.md", 2, "文件不存在"),
    ("LC_ALL=C $CK check $'a\\xff.md'", 2, r"a\udcff.md:1: 文件不存在"),
    ("$CK check $(printf 'a%.0s' {1..300}).md", 2, "too long"),
    ("$CK check $(printf '数%.0s' {1..84}).md", 2, "文件不存在"),
    ("ln -s l.md l.md; $CK check l.md", 2, "链接绕成了圈"),
    ("ln -s . experiments/l; $CK check", 0, "没有问题"),
    ("ln -s l.yaml experiments/l.yaml; $CK check", 2, "链接绕成了圈"),
    ("mkdir experiments/l.yaml; $CK check", 2, "这是一个文件夹"),
    ("mkdir g; cd g; rmdir ../g; $CK check", 2, "当前文件夹已经不在了"),
    ("mkdir g; cd g; rmdir ../g; $CK build", 2, "当前文件夹已经不在了"),
    ("mkdir g; cd g; rmdir ../g; $CK verify", 2, "当前文件夹已经不在了"),
    ("mkdir g; cd g; rmdir ../g; $CK harvest x", 2, "当前文件夹已经不在了"),
    ("mkdir g; cd g; rmdir ../g; $CK new book x", 2, "当前文件夹已经不在了"),
    ('B=$PWD; mkdir g; cd g; rmdir ../g; $CK check "$B/book/chapter3.md"', 2, "已经不在了"),
    ("mkdir g; cd g; rmdir ../g; $CK --help", 0, "Usage"),
    ("TMPDIR=/nonexistent $CK check", 0, "没有问题"),
    ("env -u HOME $CK build --output out", 0, "写好"),
    ("HOME=/nonexistent $CK build --output out", 0, "写好"),
    ("HOME=/dev/null XDG_CACHE_HOME=/dev/null $CK check", 0, "没有问题"),
    ("ulimit -n 24; $CK check", 0, "没有问题"),
    ("ulimit -n 6; $CK check", 2, ""),
    ("ulimit -f 20; $CK build --output out 2>&1 | cat; exit ${PIPESTATUS[0]}", 2, ""),
    ("$CK build --output /proc/x", 2, "写不了输出文件夹"),
    ("touch f; $CK build --output f", 2, "is a file"),
    ("touch f; $CK build --output f/x", 2, "写不了输出文件夹"),
    ("$CK build --output out --depfile /proc/x/y", 2, "写不了"),
    ("$CK check --write-baseline /proc/b.yaml --reason 旧", 2, "写不了"),
    ("$CK check --baseline /proc/self/mem", 2, ""),
    ("$CK new book /proc/x", 2, "写不了"),
    ("mkdir experiments/verified.lock; $CK verify", 2, ""),
    ("$CK check --changed-since HEAD", 2, "这里不是 git 仓库"),
    ('mkdir bin; PATH="$PWD/bin" "$CK" check --changed-since HEAD', 2, "找不到 git"),
    ("printf '\\377\\376' > a.md; $CK check a.md", 2, "不是 UTF-8"),
    ("printf 'a\\0b' > a.md; $CK check a.md", 2, "NUL"),
    ("printf '（1）a' > $'b\\xff.md'; $CK check $'b\\xff.md'", 1, r"b\udcff.md:1:1"),
    ("sed -i 's/chapter3.md/\"a\\\\0b.md\"/' book/book.yaml; $CK check", 2, "不能作文件名"),
    ("sed -i 's/^title:.*/title: \"\\\\ud800\"/' book/book.yaml; $CK check", 2, "book/book.yaml:1: "),
    ("sed -i 's/^title:.*/title: \"\\\\ufdd0\"/' experiments/*.yaml; $CK check", 2, "非字符"),
    ("echo '{{ \"\\ud800\" }}' >> book/chapter3.md; $CK check", 2, "半个字符"),
    ("echo '{{ cite(\"demo2025\", \"\\udfff\") }}' >> book/chapter3.md; $CK check", 2, "半个字符"),
    ("echo '{{ \"\\ufdd0a.md:1:1:t\\ufdd1\" }}' >> book/chapter3.md; $CK check", 2, "非字符"),
    ("echo '{{ \"%c\" | format(64976) }}' >> book/chapter3.md; $CK check", 2, "book/chapter3.md:"),
    ("printf '\\357\\267\\220' >> book/chapter3.md; $CK check", 2, "非字符"),
    ("printf '\\n%s%s%s\\n' '{{ ' $(printf '(%.0s' {1..3000}) ' }}' >> book/chapter3.md; $CK check", 2, "嵌套得太深"),
    ("printf 'x: %s' $(printf '[%.0s' {1..3000}) >> book/book.yaml; $CK check", 2, "YAML"),
    ("printf '\\n%s 甲。\\n' $(printf '>%.0s' {1..3000}) >> book/chapter3.md; $CK check", 2, "嵌套得太深"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "code", "says"), CASES, ids=[case[0] for case in CASES])
def test_the_machine_fails_and_one_line_says_so(
    command: str, code: int, says: str, minimal: Path
) -> None:
    returned, printed, told = shell(command, minimal)
    assert (returned, "Traceback" in told) == (code, False), printed + told
    assert says in printed + told
    assert "chapterkit 自己的错误" not in told
    if returned == 2:
        assert len(told.split("hint: ")[0].splitlines()) <= 2, told


NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, setpriv")
@pytest.mark.parametrize(
    ("spoilt", "mode", "arguments", "code"),
    [
        ("book/chapter3.md", 0o000, ["check"], 2),
        ("book/book.yaml", 0o000, ["check"], 2),
        ("refs.bib", 0o000, ["build"], 2),
        ("experiments/card-game.yaml", 0o000, ["check"], 2),
        ("experiments", 0o000, ["check"], 2),
        ("templates", 0o000, ["check"], 2),
        ("book", 0o000, ["check"], 2),
        (".", 0o555, ["build"], 2),
        ("experiments", 0o555, ["new", "experiment", "a-b"], 2),
        ("experiments", 0o555, ["verify"], 0),
        (".", 0o555, ["check"], 0),
    ],
)
def test_what_may_not_be_read_or_written_is_told(
    spoilt: str, mode: int, arguments: list[str], code: int
) -> None:
    if subprocess.run([*NOBODY, str(CLI), "--help"], capture_output=True, check=False).returncode:
        pytest.skip("others may not run this installation")
    folder = Path("/tmp", f"unreadable-chapterkit-{os.getpid()}")
    shutil.copytree(HERE / "books" / "minimal", folder)
    try:
        (folder / spoilt).chmod(mode)
        command = [*NOBODY, str(CLI), *arguments]
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True)
    finally:
        (folder / spoilt).chmod(0o755)
        shutil.rmtree(folder)
    told = (done.stdout + done.stderr).decode()
    assert (done.returncode, "Traceback" in told) == (code, False), told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("several", [False, True])
def test_an_interruption_at_any_moment_ends_in_one_line(
    number: signal.Signals, several: bool, minimal: Path, request: pytest.FixtureRequest
) -> None:
    """Before Python has come to the first line of the program, nothing can be said."""
    for one in range(4):
        shutil.copy(minimal / "refs.bib", minimal / f"{one}.md")
    command = (
        ["check", *(f"{one}.md" for one in range(4))] if several else ["build", "--output", "o"]
    )
    # Whoever runs the tests in the background has told them, and what they start, to ignore SIGINT.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, ignored) and None)
    for moment in range(12):
        process = subprocess.Popen(
            [CLI, *command],
            cwd=minimal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        time.sleep(0.1 + moment * 0.03)
        (os.killpg if moment % 2 else os.kill)(process.pid, number)
        told = process.communicate(timeout=30)[1].decode()
        if process.returncode >= 0:
            assert "Traceback" not in told, told
            assert process.returncode in {0, 1, 130}
            assert told in {"", "中断了；先前的输出没有动。\n"}
    assert not list((minimal / "o").glob("*/.building-*"))


IN_A_CALLBACK = """
import os, signal, sys, time, weakref
from chapterkit.commands import heed_interruptions
class Thing: pass
heed_interruptions()
thing = Thing()
held = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))
try:
    del thing
    time.sleep(20)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.slow
def test_an_interruption_is_not_lost_where_python_passes_nothing_on() -> None:
    signals = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", signals + IN_A_CALLBACK]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.decode()) == (130, "")


def test_workers_end_with_the_program_that_is_killed(minimal: Path) -> None:
    for one in range(4):
        (minimal / f"{one}.md").write_text("# 题\n\n一段。\n" * 2000, "utf-8")
    process = subprocess.Popen([CLI, "check", *(f"{one}.md" for one in range(4))], cwd=minimal,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    time.sleep(1)
    process.kill()
    process.wait()
    for _ in range(100):
        if not _running_in(minimal):
            return
        time.sleep(0.1)
    assert not _running_in(minimal)


def _running_in(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found
