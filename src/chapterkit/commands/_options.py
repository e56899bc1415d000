"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from click.core import ParameterSource

from chapterkit.commands._saying import say
from chapterkit.errors import ChapterkitError

if TYPE_CHECKING:
    from chapterkit.pipeline import Subject

Command = TypeVar("Command", bound=Callable[..., object])

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)

targets = click.argument("targets", nargs=-1, metavar="[TARGET]...")
form = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Form of the report.",
)
ledger = click.option(
    "--ledger", type=FILE, help="YAML file with numbers:, for a file outside a book."
)
bibliography = click.option(
    "--bibliography", type=FILE, help="BibTeX file, for a file outside a book."
)
sources = click.option(
    "--sources",
    type=FOLDER,
    help="Folder of the papers' own text: KEY.pdf, KEY.txt, KEY.md or KEY.html; default sources/.",
)
signers = click.option(
    "--allowed-signers", "signers", type=FILE, envvar="CHAPTERKIT_ALLOWED_SIGNERS",
    help="Ask for a signature of the lock by one whom this file names (ssh-keygen's format). "
    "Default $CHAPTERKIT_ALLOWED_SIGNERS.",
)  # fmt: skip
executor = click.option(
    "--executor", metavar="dask://HOST:PORT", envvar="CHAPTERKIT_EXECUTOR",
    help="Do it on the workers of a Dask cluster, which see this folder at the same path; "
    "dask://local begins one here. Default $CHAPTERKIT_EXECUTOR, or processes of this machine.",
)  # fmt: skip
shard = click.option(
    "--shard", metavar="K/N",
    help="Which part of the library this is, as `chapterkit plan` names it; without targets, its "
    "chapters as they are shared out here.",
)  # fmt: skip


def jobs(what: str) -> Callable[[Command], Command]:
    """Return the option that says how many at once."""
    return click.option(
        "--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 2, help=f"{what} at once."
    )


def _typed(names: str) -> Iterator[str]:
    """Yield those options that were typed, by names of the command's parameters between blanks.

    What stands in the environment is for every command, and is no mistake.
    """
    context = click.get_current_context()
    for one in context.command.params:
        source = context.get_parameter_source(one.name or "")
        if source is ParameterSource.COMMANDLINE and one.name in names.split():
            yield one.opts[0] if isinstance(one, click.Option) else str(one.metavar)


def refuse_idle(names: str, why: str, hint: str) -> None:
    """Refuse options that were typed and would do nothing, as the others are.

    Raises ChapterkitError that names the first.
    """
    for called in _typed(names):
        raise ChapterkitError(f"{called} 在这里不起作用：{why}", hint=hint)


def refuse_without(wanted: Sequence[Subject]) -> None:
    """Refuse what is for a file outside a book, or for chapters, where there is none of these."""
    if all(one.root != Path() for one in wanted):
        why, hint = "它只用于书外的文件，这里都是书里的", "书自己的数、文献、术语和设置照样算"
        refuse_idle("ledger bibliography terms config", why, hint)
    if not any(one.chapter for one in wanted):
        refuse_idle("comments", "它只用于书里的章", "给出章的代号或章号，或不写它")
        for called in _typed("lock_since signers"):  # a workflow gives them whatever is checked
            say(f"{called} 在这里不起作用：核对记录是书的", err=True)
