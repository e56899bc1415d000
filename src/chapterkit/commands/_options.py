"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

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
