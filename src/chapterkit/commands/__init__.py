"""The command line: each file of this folder is a command; failures become messages here alone."""

from __future__ import annotations

import ast
import errno
import importlib
import os
import re
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from chapterkit import __version__
from chapterkit.errors import ChapterkitError, nearest

PROBLEMS, CANNOT_RUN, OUR_BUG, INTERRUPTED = 1, 2, 3, 130
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
        names = (path.stem for path in self.folder.iterdir())
        return sorted(name for name in names if name[0].isalpha())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None if no module is called so."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{self.package}.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the first sentence of what each says of itself."""
        names = self.list_commands(ctx)
        limit = formatter.width - 6 - max(map(len, names))
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._short_help(name, limit)) for name in names])

    def _short_help(self, name: str, limit: int) -> str:
        """Return the first sentence of a command's docstring, which is read, not imported."""
        path = self.folder / f"{name}.py"
        source = path if path.is_file() else self.folder / name / "__init__.py"
        for node in ast.parse(source.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                said = click.Command(name, help=ast.get_docstring(node))
                return said.get_short_help_str(limit)
        return ""


class _Main(Commands):
    """Turns every failure into its message and exit code, in one place."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except ChapterkitError as error:
            click.echo(error.report(), err=True)
            sys.exit(CANNOT_RUN)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help() if error.ctx else "")
            sys.exit(0)
        except click.UsageError as error:
            click.echo(
                ChapterkitError(error.format_message(), hint=_usage_hint(error)).report(), err=True
            )
            sys.exit(CANNOT_RUN)
        except (click.Abort, KeyboardInterrupt):
            click.echo("中断了；先前的输出没有动。", err=True)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                _our_bug()
            click.echo(ChapterkitError(f"写不出结果：{error.strerror}").report(), err=True)
            sys.exit(CANNOT_RUN)
        except Exception:
            _our_bug()


def _our_bug() -> NoReturn:
    traceback.print_exc()
    click.echo("这是 chapterkit 自己的错误，请把上面的内容报告给我们。", err=True)
    sys.exit(OUR_BUG)


def _usage_hint(error: click.UsageError) -> str:
    """Return what was probably meant, or else where to read on."""
    context = error.ctx
    typed = re.search(r"'([^']*)' is not one of", error.format_message())
    known: Sequence[str] = ()
    if isinstance(error, click.BadParameter) and error.param:
        known = getattr(error.param.type, "choices", ())
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
    signal.signal(signal.SIGTERM, _interrupted)


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def run() -> None:
    """Run the command line and end with its exit code."""
    main()
