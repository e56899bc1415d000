"""The command line: each file of this folder is a command; failures become messages here alone."""

from __future__ import annotations

import _thread
import errno
import importlib
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from chapterkit import __version__
from chapterkit.__main__ import STOPPED
from chapterkit.commands._again import ASKED, said_again
from chapterkit.commands._saying import say_lines, stop_writing
from chapterkit.errors import ChapterkitError, Origin, nearest

ALSO_CALLED = {"import": "adopt"}  # no function may be called so
PROBLEMS, CANNOT_RUN, OUR_BUG, INTERRUPTED, NOBODY_READS = 1, 2, 3, 130, 141
# Whoever is called when it comes may turn an interruption into another failure.
_INTERRUPTIONS: list[int] = []
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


class Commands(click.Group):
    """A group whose commands are the modules of a package, each imported when it is to run.

    A module has one public function, the command, called as the module is. Only here are
    modules imported late: a command pays for what it needs, `--help` for nothing.
    """

    def __init__(self, *args: Any, package: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.package = package
        self.folder = Path(__file__).parent.joinpath(*package.split(".")[2:])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the modules."""
        names = (path.stem.replace("_", "-") for path in self.folder.iterdir())
        called = {
            also for also, name in ALSO_CALLED.items() if (self.folder / f"{name}.py").exists()
        }
        return sorted(called.union(name for name in names if name[0].isalpha()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None if no module is called so."""
        if cmd_name not in self.list_commands(ctx):
            return None
        cmd_name = ALSO_CALLED.get(cmd_name, cmd_name)
        module = importlib.import_module(f"{self.package}.{cmd_name.replace('-', '_')}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the first sentence of what each says of itself."""
        names = self.list_commands(ctx)
        limit = formatter.width - 6 - max(map(len, names))
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._short_help(name, limit)) for name in names])

    def _short_help(self, name: str, limit: int) -> str:
        """Return the first sentence of a command's docstring, which is read, not imported."""
        name = ALSO_CALLED.get(name, name)
        name = name.replace("-", "_")
        path = self.folder / f"{name}.py"
        source = path if path.is_file() else self.folder / name / "__init__.py"
        _, _, function = source.read_text("utf-8").partition(f"\ndef {name}(")
        _, _, docstring = function.partition('"""')
        return click.Command(name, help=docstring.partition('"""')[0]).get_short_help_str(limit)


class _Main(Commands):
    """Turns every failure into its message and exit code, in one place."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        _INTERRUPTIONS.clear()
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except Exception as error:
            code, words = _told(error)
        except KeyboardInterrupt:
            code, words = INTERRUPTED, STOPPED
        say_lines(words, err=True, nl=bool(words))
        stop_writing()
        sys.exit(code)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _readers_may_leave():
            try:
                return super().make_context(*args, **kwargs)
            except click.exceptions.NoArgsIsHelpError as error:
                click.echo(error.ctx.get_help() if error.ctx else "")
                raise click.exceptions.Exit from None

    def invoke(self, ctx: click.Context) -> Any:
        with _readers_may_leave():
            try:
                return super().invoke(ctx)
            except click.exceptions.NoArgsIsHelpError as error:
                click.echo(error.ctx.get_help() if error.ctx else "")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[:1] == ["build"] and said_again(args):
            ctx.exit()
        ctx.meta[ASKED] = tuple(args)
        return super().resolve_command(ctx, args)


class _NobodyReadsError(Exception):
    """Whoever read what is printed has gone."""


@contextmanager
def _readers_may_leave() -> Iterator[None]:
    """Keep a broken pipe from click, to which it is exit code 1, and an interruption."""
    try:
        yield
    except KeyboardInterrupt:
        raise click.Abort from None
    except BrokenPipeError:
        raise _NobodyReadsError from None


def _told(error: Exception) -> tuple[int, str]:
    """Return the exit code of a failure, and what is said of it."""
    if isinstance(error, _NobodyReadsError):
        return NOBODY_READS, ""
    if _INTERRUPTIONS or isinstance(error, click.Abort):
        return INTERRUPTED, STOPPED
    if isinstance(error, click.UsageError):
        error = ChapterkitError(error.format_message(), hint=_usage_hint(error))
    elif not isinstance(error, ChapterkitError):
        told = _of_the_machine(error)
        if told is None:
            import traceback  # nothing needs it but our own mistakes

            words = "这是 chapterkit 自己的错误，请把上面的内容报告给我们。"
            return OUR_BUG, "".join(traceback.format_exception(error)) + words
        error = told
    return CANNOT_RUN, error.report()


def _of_the_machine(error: Exception) -> ChapterkitError | None:
    """Return what is said of a failure that is the machine's; None if it is ours."""
    if isinstance(error, OSError):
        return _refused(error)
    if isinstance(error, MemoryError):
        return ChapterkitError("内存不够", hint="关掉别的程序，或用 --jobs 1 少占一些")
    if isinstance(error, RecursionError):
        return ChapterkitError(
            "书稿里有什么嵌套得太深", hint="检查层层相套的括号、引文、列表和模板"
        )
    if _is_of_workers(error):
        return ChapterkitError("一个工作进程中途没有了", hint="用 --jobs 1 再试一次")
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return ChapterkitError("系统不让再开线程", hint="用 --jobs 1 少开几个")
    return None


def _is_of_workers(error: Exception) -> bool:
    """Tell whether a process that worked for us has ended; only then are such errors loaded."""
    loaded = sys.modules.get("concurrent.futures")
    return loaded is not None and isinstance(error, loaded.BrokenExecutor)


def _refused(error: OSError) -> ChapterkitError:
    """Return what is said of something that the system has refused."""
    why = error.strerror or str(error)
    if error.errno in _NO_ROOM:
        return ChapterkitError(f"写不出结果：{why}", hint="腾出地方，或换一个能写的地方")
    named = error.filename
    origin = Origin(os.fsdecode(named)) if isinstance(named, (str, bytes, os.PathLike)) else None
    return ChapterkitError(f"系统没有让做成：{why}", origin)


def _usage_hint(error: click.UsageError) -> str:
    """Return what was probably meant, or else where to read on."""
    context = error.ctx
    typed = re.search(r"'([^']*)' is not one of", error.format_message())
    known: Sequence[str] = ()
    if isinstance(error, click.BadParameter) and error.param:
        known = getattr(error.param.type, "choices", ())
    if isinstance(error, click.NoSuchCommand) and context:
        group = context.command
        known = group.list_commands(context) if isinstance(group, click.Group) else ()
        typed = re.search(r"'([^']*)'", error.format_message())
    near = nearest(typed[1], known) if typed else None
    path = context.command_path if context else "chapterkit"
    return f"最接近的是 {near}" if near else f"{path} --help 说明用法"


@click.group(cls=_Main, package=__name__, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chapterkit")
def main() -> None:
    """Build book chapters out of records, and check every number and paragraph of them.

    \b
    A book is a folder with
      book/book.yaml                 title, author, chapters
      book/<chapter>.md              theory; places the experiments
      experiments/<slug>.yaml        records: setup, numbers, findings, sources
      templates/experiments/         the prose of each experiment
      refs.bib                       the sources

    Commands find the book from the current folder upwards. Start one with
    `chapterkit new book DIR`. Exit codes: 0 clean, 1 problems found, 2 cannot run, 3 our bug.
    """
    heed_interruptions()
    try:
        Path.cwd()
    except OSError:
        hint = "换一个文件夹再来"
        raise ChapterkitError("当前文件夹已经不在了", hint=hint) from None


def heed_interruptions() -> None:
    """Let Ctrl-C and SIGTERM end what is being done, wherever they come.

    The start's own handler, if it is still in force, is too rough once there is work to tidy up.
    """
    signal.signal(signal.SIGTERM, _interrupted)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _interrupted)
    sys.unraisablehook = _again


def _again(lost: sys.UnraisableHookArgs) -> None:
    """Let an interruption come again that came where Python passes nothing on: in a callback."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        threading.Timer(0.01, _thread.interrupt_main).start()
    else:
        sys.__unraisablehook__(lost)


def _interrupted(number: int, frame: object) -> None:
    _INTERRUPTIONS.append(number)
    raise KeyboardInterrupt
